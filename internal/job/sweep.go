package job

import (
	"context"
	"slices"
	"time"
)

// MaxLost is how many attempts of a job are lost with their workers before it fails with that reason.
const MaxLost = 2

const sweepEvery = 3 * time.Second

// sweep takes the jobs of dead workers from them until ctx ends. Every replica does it, in office or not: each has to watch the heartbeats
// for a while before it can tell.
func (d *Dispatcher) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	var watched liveness
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.sweepOnce(ctx, &watched); err != nil && ctx.Err() == nil {
			watched.forget() // where this process cannot reach the store, workers may not either
			d.log.Warn("dead workers could not be looked for", "error", err)
		}
	}
}

func (d *Dispatcher) sweepOnce(ctx context.Context, watched *liveness) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	loads, err := d.store.Loads(ctx) // first: whoever has jobs registered before it got them
	if err != nil {
		return err
	}
	workers, err := d.store.Workers(ctx, time.Time{})
	if err != nil {
		return err
	}
	_, dead := watched.observe(workers, d.now())
	orphans := slices.ContainsFunc(loads, func(l Load) bool {
		return !slices.ContainsFunc(workers, func(w Worker) bool { return w.ID == l.Worker })
	})
	if len(dead) == 0 && !orphans {
		return nil
	}
	n, err := d.store.Sweep(ctx, dead, MaxLost, d.now())
	if err != nil {
		return err
	}
	for _, w := range dead {
		d.log.Warn("a worker died", "worker", w.ID, "host", w.Host, "pid", w.PID)
	}
	if n > 0 {
		d.log.Info("jobs of workers that are gone were taken over", "jobs", n)
	}
	return nil
}
