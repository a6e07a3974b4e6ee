package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

// chaos does at random whatever processes of a service do to a store, many at a time, and remembers what the store said.
type chaos struct {
	t      *testing.T
	dbs    []*store.DB
	owners []int64

	mu       sync.Mutex
	rows     []job.Row
	attempts []job.Started   // begun, perhaps ended or superseded since
	admitted map[int64]int64 // by owner
	finished map[job.Row]int // outcomes that the store took
	purged   map[job.Row]bool
	ids      atomic.Int64
}

func (c *chaos) pick(r *rand.Rand) (job.Row, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rows) == 0 {
		return 0, false
	}
	return c.rows[r.IntN(len(c.rows))], true
}

func (c *chaos) step(ctx context.Context, r *rand.Rand) error {
	db := c.dbs[r.IntN(len(c.dbs))]
	workerID := fmt.Sprint("w", r.IntN(3))
	switch op := r.IntN(12); op {
	case 0, 1, 2:
		return c.admit(ctx, r, db)
	case 3:
		return db.Heartbeat(ctx, worker(workerID))
	case 4, 5:
		return c.release(ctx, db, workerID)
	case 6:
		return c.start(ctx, r, db, workerID)
	case 7, 8:
		return c.finish(ctx, r, db)
	case 9:
		return c.end(ctx, r, db)
	case 10:
		if row, ok := c.pick(r); ok {
			return db.GiveUp(ctx, workerID, []job.Row{row})
		}
	case 11:
		_, err := db.Sweep(ctx, []job.Worker{worker(workerID)}, 2, noon)
		return err
	}
	return nil
}

func (c *chaos) admit(ctx context.Context, r *rand.Rand, db *store.DB) error {
	owner := c.owners[r.IntN(len(c.owners))]
	a := admission(owner, fmt.Sprint("j", c.ids.Add(1)))
	a.Job.Tags = nil
	j, created, err := db.Admit(ctx, a)
	if err != nil || !created {
		return fmt.Errorf("created %t: %w", created, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = append(c.rows, j.Row)
	c.admitted[owner]++
	return nil
}

func (c *chaos) release(ctx context.Context, db *store.DB, workerID string) error {
	waiting, err := db.Waiting(ctx, 0, 5)
	if err != nil {
		return err
	}
	var to []job.Placement
	for _, w := range waiting {
		to = append(to, job.Placement{Row: w.Row, Worker: workerID})
	}
	term, _, err := db.Lead(ctx, "d", noon, noon.Add(time.Hour))
	if err != nil {
		return err
	}
	return db.Release(ctx, term, to, noon)
}

func (c *chaos) start(ctx context.Context, r *rand.Rand, db *store.DB, workerID string) error {
	held, err := db.Held(ctx, workerID)
	if err != nil || len(held) == 0 {
		return err
	}
	started, err := db.Start(ctx, workerID, []job.Row{held[r.IntN(len(held))].Row}, noon)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, started...)
	return err
}

// finish ends an attempt that was begun at any time.
func (c *chaos) finish(ctx context.Context, r *rand.Rand, db *store.DB) error {
	c.mu.Lock()
	if len(c.attempts) == 0 {
		c.mu.Unlock()
		return nil
	}
	a := c.attempts[r.IntN(len(c.attempts))]
	c.mu.Unlock()
	superseded, err := db.Finish(ctx, []job.Outcome{completed(a.Job)})
	if err == nil && len(superseded) == 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.finished[a.Row]++
	}
	return err
}

func (c *chaos) end(ctx context.Context, r *rand.Rand, db *store.DB) error {
	row, ok := c.pick(r)
	if !ok {
		return nil
	}
	if r.IntN(2) == 0 {
		_, err := db.Cancel(ctx, row, noon)
		return err
	}
	_, err := db.Purge(ctx, row, noon)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.purged[row] = true
	return err
}

// TestWhateverHappensHoldsTogether: after any mixture of what processes do, in whatever order and at the same time, jobs, counts and results
// fit each other.
func TestWhateverHappensHoldsTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d (with it the same steps come, not the same order)", seed)
		c := &chaos{
			t: t, dbs: replicas(t, d), admitted: map[int64]int64{}, finished: map[job.Row]int{}, purged: map[job.Row]bool{},
		}
		for i := range 3 {
			c.owners = append(c.owners, newOwner(t, c.dbs[0], fmt.Sprintf("o%d@example.com", i)).Owner.ID)
		}
		atOnce(8, func(i int) {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for range 150 {
				if err := c.step(t.Context(), r); err != nil {
					t.Error(err)
				}
			}
		})
		for _, owner := range c.owners {
			c.check(owner)
		}
	})
}

func (c *chaos) check(owner int64) {
	t, db := c.t, c.dbs[0]
	jobs, err := db.Jobs(t.Context(), owner, job.Filter{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(jobs)) != c.admitted[owner] {
		t.Errorf("%d jobs, %d were admitted", len(jobs), c.admitted[owner])
	}
	lost := int64(0)
	for _, j := range jobs {
		if j.Status == api.StatusFailed {
			lost++
			if j.Failure == nil || j.Failure.Code != api.CodeWorkerLost || j.Lost != 2 {
				t.Errorf("failed: %+v", j)
			}
		}
		if want := j.Status == api.StatusCompleted; want && c.finished[j.Row] != 1 || !want && c.finished[j.Row] != 0 {
			t.Errorf("%s is %s, and %d outcomes were taken", j.ID, j.Status, c.finished[j.Row])
		}
		if j.Status.Finished() == j.CompletedAt.IsZero() || j.Status == api.StatusProcessing && (j.Worker == "" || j.Attempt == 0) ||
			j.Status == api.StatusQueued && !j.CancelAt.IsZero() {
			t.Errorf("does not fit: %+v", j)
		}
		circuit, errC := db.Circuit(t.Context(), j.Row)
		result, errR := db.Result(t.Context(), j.Row)
		if c.purged[j.Row] {
			if !errors.Is(errC, job.ErrPurged) || !errors.Is(errR, job.ErrPurged) {
				t.Errorf("%s was purged: %v, %v", j.ID, errC, errR)
			}
		} else if errC != nil || errR != nil || len(circuit) == 0 || (result != nil) != (j.Status == api.StatusCompleted) {
			t.Errorf("%s is %s: circuit of %d bytes (%v), result %q (%v)", j.ID, j.Status, len(circuit), errC, result, errR)
		}
	}
	if n, err := db.JobsOn(t.Context(), owner, account.DayOf(noon)); err != nil || n != c.admitted[owner]-lost {
		t.Errorf("counted %d, want %d admitted without %d lost; %v", n, c.admitted[owner], lost, err)
	}
}
