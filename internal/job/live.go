package job

import (
	"context"
	"time"
)

const (
	// cancelsEvery is how often the store is asked which attempts are to stop, while there are any that have run for youngAttempt:
	// with the notices it is the second way for a cancellation to arrive within a second.
	cancelsEvery = 500 * time.Millisecond
	youngAttempt = 300 * time.Millisecond
)

func (r *Runner) heartbeat(ctx context.Context) error {
	w := r.self
	w.HeartbeatAt = r.now()
	if r.hands.isClosed() {
		w.Slots = 0
	}
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	if err := r.Store.Heartbeat(ctx, w); err != nil {
		return err
	}
	r.mu.Lock()
	r.beat = r.now()
	r.mu.Unlock()
	return nil
}

// live sends heartbeats until ctx ends, and looks for jobs that got lost on their way here.
func (r *Runner) live(ctx context.Context) {
	beats := time.NewTicker(heartbeatEvery)
	defer beats.Stop()
	var strays strays
	for {
		select {
		case <-ctx.Done():
			return
		case <-beats.C:
		}
		err := r.heartbeat(ctx)
		if err == nil {
			err = r.returnStrays(ctx, &strays)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("the worker cannot reach the store", "error", err)
		}
	}
}

// watchCancels stops attempts whose jobs are cancelled or were given to another worker.
func (r *Runner) watchCancels(ctx context.Context) {
	tick := time.NewTicker(cancelsEvery)
	defer tick.Stop()
	changed, stop, err := r.Notices.Cancels(ctx)
	if err != nil {
		r.Log.Warn("cancellations are only looked for now and then", "error", err)
		changed, stop = nil, func() {}
	}
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-tick.C:
			if !r.hands.anyOlder(r.now().Add(-youngAttempt)) {
				continue
			}
		}
		if err := r.lookForCancels(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("cancellations could not be looked for", "error", err)
		}
	}
}

func (r *Runner) lookForCancels(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	mine := r.hands.attempts() // before the store is asked: what begins later is not in its answer
	if len(mine) == 0 {
		return nil
	}
	held, err := r.Store.Held(ctx, r.self.ID)
	if err != nil {
		return err
	}
	known := make(map[Row]Held, len(held))
	for _, h := range held {
		known[h.Row] = h
	}
	for _, a := range mine {
		switch h, ok := known[a.Row]; {
		case !ok || h.Attempt != a.Attempt:
			a.cancel(errSuperseded)
		case h.Cancel && h.Begun:
			a.cancel(errCancelled)
		}
	}
	return nil
}

// strays are jobs that the store holds to be in hand here and that are not, with how often in a row they were seen.
type strays map[Held]int

// strayLooks is how often a job is seen astray before it goes back to the waiting. What is on its way here is not in hand yet.
const strayLooks = 3

// returnStrays gives up jobs that never arrived, and attempts that were begun by a transaction whose answer was lost.
func (r *Runner) returnStrays(ctx context.Context, seen *strays) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	held, err := r.Store.Held(ctx, r.self.ID)
	if err != nil {
		return err
	}
	next := strays{}
	var lost []Row
	for _, h := range held {
		if r.hands.has(h.Row) {
			continue
		}
		if next[h] = (*seen)[h] + 1; next[h] >= strayLooks {
			lost = append(lost, h.Row)
		}
	}
	*seen = next
	if len(lost) == 0 {
		return nil
	}
	r.Log.Warn("jobs got lost on their way here and go back to the queue", "jobs", lost)
	return r.Store.GiveUp(ctx, r.self.ID, lost)
}
