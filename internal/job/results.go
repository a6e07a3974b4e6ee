package job

import (
	"context"
	"sync"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

const (
	finishMost      = 256      // outcomes in one transaction
	finishMostBytes = 16 << 20 // of their results
	finishTries     = 25       // of one outcome alone, while the store is there: most of a minute
)

// results writes outcomes to the store: all that come while one transaction runs go into the next.
type results struct {
	r *Runner

	mu      sync.Mutex
	pending []finished
	writing int // taken out of pending and not yet written
	wake    chan struct{}
	drained chan struct{} // closed when all is written; nil where nobody waits for it
}

type finished struct {
	Outcome
	done func()
}

func newResults(r *Runner) *results { return &results{r: r, wake: make(chan struct{}, 1)} }

// put enters an outcome; done is called when the store has it, or does not want it.
func (s *results) put(o Outcome, done func()) {
	s.mu.Lock()
	s.pending = append(s.pending, finished{o, done})
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// write writes outcomes until ctx ends.
func (s *results) write(ctx context.Context) {
	for {
		batch := s.take()
		if len(batch) == 0 {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			}
			continue
		}
		s.finish(ctx, batch)
		s.mu.Lock()
		s.writing = 0
		s.checkDrained()
		s.mu.Unlock()
		if ctx.Err() != nil {
			return
		}
	}
}

// take gives the outcomes of the next transaction.
func (s *results) take() []finished {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, bytes := 0, 0
	for n < len(s.pending) && n < finishMost && (n == 0 || bytes+len(s.pending[n].Result) <= finishMostBytes) {
		bytes += len(s.pending[n].Result)
		n++
	}
	batch := s.pending[:n:n]
	s.pending = s.pending[n:]
	s.writing = n
	return batch
}

// finish writes outcomes for as long as it takes. Where it fails for many, it is tried with each alone, so that one that cannot be
// written does not hold up the others.
func (s *results) finish(ctx context.Context, batch []finished) {
	if s.try(ctx, batch) == nil {
		return
	}
	for i := range batch {
		s.finishOne(ctx, &batch[i])
	}
}

func (s *results) finishOne(ctx context.Context, f *finished) {
	tries := 0
	for pause := 50 * time.Millisecond; ctx.Err() == nil; pause = min(2*pause, 2*time.Second) {
		err := s.try(ctx, []finished{*f})
		if err == nil {
			return
		}
		s.r.Log.Warn("a result could not be written yet", "job", f.Row, "error", err)
		sleep(ctx, pause)
		if s.r.heartbeat(ctx) != nil {
			continue // the store is away
		}
		if tries++; tries == finishTries {
			f.Status, f.Result = api.StatusFailed, nil
			f.Failure = &Failure{Code: api.CodeInternal, Detail: "internal error: the result could not be kept"}
		}
	}
}

func (s *results) try(ctx context.Context, batch []finished) error {
	outcomes := make([]Outcome, len(batch))
	for i, f := range batch {
		outcomes[i] = f.Outcome
	}
	once, cancel := context.WithTimeout(ctx, 2*storePatience)
	defer cancel()
	superseded, err := s.r.Store.Finish(once, outcomes)
	if err != nil {
		return err
	}
	if len(superseded) > 0 {
		s.r.Log.Info("late results were dropped: their jobs had been given to others", "jobs", superseded)
	}
	for _, f := range batch {
		f.done()
	}
	return nil
}

// drain waits until all outcomes are written, or for ctx's end.
func (s *results) drain(ctx context.Context) {
	s.mu.Lock()
	drained := make(chan struct{})
	s.drained = drained
	s.checkDrained()
	s.mu.Unlock()
	select {
	case <-drained:
	case <-ctx.Done():
	}
}

// checkDrained wakes who waits for all being written. The caller holds mu.
func (s *results) checkDrained() {
	if s.drained != nil && len(s.pending) == 0 && s.writing == 0 {
		close(s.drained)
		s.drained = nil
	}
}
