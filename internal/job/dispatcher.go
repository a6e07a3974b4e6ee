package job

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// Dispatcher releases waiting jobs to workers, and takes them back from those that died. Every replica of a service has one; one of them at a time holds the office and
// works, the others stand by. Where two believe that they hold it, the store refuses the one whose term is over.
type Dispatcher struct {
	store   Store
	notices Notices
	holder  string
	log     *slog.Logger
	now     account.Clock
}

// NewDispatcher makes a dispatcher. The holder names this process; a process that alone has the store, and no other ever at the same
// time, gives a constant name, and so takes the office over from its predecessor at once.
func NewDispatcher(store Store, notices Notices, holder string, log *slog.Logger) *Dispatcher {
	return &Dispatcher{store: store, notices: notices, holder: holder, log: log, now: time.Now}
}

const (
	officeTime  = 6 * time.Second // how long an office is held without being renewed
	officeRenew = 2 * time.Second // also how often the others look whether it is free, and how often it looks again in any case

	// roundGap is the time between two rounds at least: under load many jobs are then released at once.
	roundGap = 10 * time.Millisecond
	// restlessGap is how soon it looks again while jobs wait, in case a notice was lost.
	restlessGap = 500 * time.Millisecond
	// troublePause is the pause after an error of the store.
	troublePause = 500 * time.Millisecond

	// Jobs that wait are read from behind the last one known. Transactions that were open at the same time may appear in another
	// order than that of their rows: a few rows before the last are read again. All are read again now and then, for those that
	// came back or wait no longer: every rereadEvery or, where that takes long, after rereadShare times as long, and at least every rereadMost.
	rereadRows  = 128
	rereadEvery = time.Second
	rereadShare = 50
	rereadMost  = 5 * time.Second
	readLimit   = 4096

	workersEvery = time.Second // how often workers are listed
)

// Run works until ctx ends, and then gives the office back. Its error is that it could not begin.
func (d *Dispatcher) Run(ctx context.Context) error {
	changed, stop, err := d.notices.Work(ctx)
	if err != nil {
		return fmt.Errorf("the dispatcher hears of no changes: %w", err)
	}
	defer stop()
	var sweeper sync.WaitGroup
	defer sweeper.Wait()
	sweeper.Go(func() { d.sweep(ctx) })
	for ctx.Err() == nil {
		term, ok, err := d.lead(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.log.Warn("the dispatcher cannot reach the store", "error", err)
			sleep(ctx, troublePause)
			continue
		case !ok:
			sleep(ctx, officeRenew)
			continue
		}
		d.log.Debug("dispatching", "term", term)
		o := &office{Dispatcher: d, term: term, renewed: d.now(), sched: newScheduler()}
		if err := o.serve(ctx, changed); err != nil && ctx.Err() == nil {
			d.log.Warn("the dispatcher begins anew", "error", err)
			sleep(ctx, troublePause)
		}
	}
	return nil
}

func (d *Dispatcher) lead(ctx context.Context) (term int64, ok bool, err error) {
	now := d.now()
	return d.store.Lead(ctx, d.holder, now, now.Add(officeTime))
}

// sleep waits for a while or for ctx's end.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// office is one term of a dispatcher, with what it knows.
type office struct {
	*Dispatcher
	term    int64
	renewed time.Time
	sched   *scheduler

	last   Row // the newest job that was read
	reread time.Time
	living liveness
	alive  []Worker
	listed time.Time // when workers were
}

// serve works until ctx ends, which gives nil, or the office is lost.
func (o *office) serve(ctx context.Context, changed <-chan struct{}) error {
	defer o.resign(ctx)
	for {
		began := o.now()
		if err := o.renew(ctx); err != nil {
			return err
		}
		if err := o.round(ctx); err != nil {
			return err
		}
		sleep(ctx, roundGap-o.now().Sub(began))
		pause := officeRenew
		if len(o.sched.known) > 0 {
			pause = restlessGap
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-changed:
			t.Stop()
		case <-t.C:
		}
	}
}

// resign lets another take over at once. It is in vain where the store cannot be reached; then the office ends by itself.
func (o *office) resign(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	now := o.now()
	_, _, _ = o.store.Lead(ctx, o.holder, now, now.Add(-time.Millisecond))
}

func (o *office) renew(ctx context.Context) error {
	if o.now().Sub(o.renewed) < officeRenew {
		return nil
	}
	o.renewed = o.now()
	term, ok, err := o.lead(ctx)
	if err != nil {
		return err
	}
	if !ok || term != o.term {
		return ErrSuperseded
	}
	return nil
}

// round reads what is new, places what can be placed and releases it.
func (o *office) round(ctx context.Context) error {
	if err := o.read(ctx); err != nil {
		return err
	}
	if len(o.sched.known) == 0 {
		return nil
	}
	rooms, err := o.rooms(ctx)
	if err != nil {
		return err
	}
	placed := o.sched.place(rooms)
	if len(placed) == 0 {
		return nil
	}
	return o.store.Release(ctx, o.term, placed, o.now())
}

func (o *office) read(ctx context.Context) error {
	began := o.now()
	if began.Before(o.reread) {
		return o.readBehind(ctx, max(0, o.last-rereadRows), nil)
	}
	still := map[Row]bool{}
	if err := o.readBehind(ctx, 0, still); err != nil {
		return err
	}
	o.sched.keep(still)
	took := o.now().Sub(began)
	o.reread = o.now().Add(min(max(rereadEvery, rereadShare*took), rereadMost))
	return nil
}

// readBehind enters all waiting jobs behind the row and marks them in still, where that is not nil.
func (o *office) readBehind(ctx context.Context, after Row, still map[Row]bool) error {
	for {
		page, err := o.store.Waiting(ctx, after, readLimit)
		if err != nil {
			return err
		}
		for _, w := range page {
			o.sched.add(w)
			after = max(after, w.Row)
			if still != nil {
				still[w.Row] = true
			}
		}
		o.last = max(o.last, after)
		if len(page) < readLimit {
			return nil
		}
	}
}

// rooms are what the living workers can still take.
func (o *office) rooms(ctx context.Context) ([]*room, error) {
	if now := o.now(); now.Sub(o.listed) >= workersEvery || len(o.alive) == 0 {
		workers, err := o.store.Workers(ctx, time.Time{})
		if err != nil {
			return nil, err
		}
		o.alive, _ = o.living.observe(workers, now)
		o.listed = now
	}
	loads, err := o.store.Loads(ctx)
	if err != nil {
		return nil, err
	}
	byWorker := map[string]Load{}
	for _, l := range loads {
		byWorker[l.Worker] = l
	}
	var rooms []*room
	for _, w := range o.alive {
		if w.Slots > 0 { // one that stops has none
			rooms = append(rooms, &room{worker: w, load: byWorker[w.ID]})
		}
	}
	return rooms, nil
}
