package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

// noon is a time of the tests, to the millisecond, as times are kept.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var operator = account.Actor{Name: "admin"}

func newOwner(t testing.TB, db *store.DB, email string) account.User {
	t.Helper()
	u, err := account.NewService(db, db.Secret(), nil).CreateUser(t.Context(), operator, email, account.Free)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// admission is a job that is as good as any.
func admission(owner int64, id string) job.Admission {
	seed := uint64(1<<64 - 1)
	return job.Admission{
		Job: job.Job{
			ID: id, OwnerID: owner, KeyID: "key_a", Name: "bell", Tags: []string{"ci", "nightly"}, Digest: []byte("digest of " + id), Shots: 1024, Seed: &seed,
			Method: "auto", Memory: true, Qubits: 2, Priority: account.Normal, TimeLimit: time.Minute,
			Plan: job.Plan{Method: "statevector", Precision: "double", Seconds: 0.001, Bytes: 64}, Day: account.DayOf(noon), CreatedAt: noon,
		},
		Circuit: job.Pack([]byte("OPENQASM 2.0; // " + id)), KeyFamily: "key_a",
	}
}

func admit(t testing.TB, db *store.DB, a job.Admission) job.Job {
	t.Helper()
	j, created, err := db.Admit(t.Context(), a)
	if err != nil || !created {
		t.Fatalf("admit %s: created %t, %v", a.Job.ID, created, err)
	}
	return j
}

func worker(id string) job.Worker {
	return job.Worker{ID: id, Host: "h", PID: 7, Slots: 2, MaxMemory: 1 << 30, Kernel: "avx2", Version: "1.0", StartedAt: noon, HeartbeatAt: noon}
}

func rowsOf(jobs []job.Released) []job.Row {
	rows := make([]job.Row, len(jobs))
	for i, j := range jobs {
		rows[i] = j.Row
	}
	return rows
}

// release registers the worker and releases jobs to it.
func release(t testing.TB, db *store.DB, workerID string, jobs ...job.Job) {
	t.Helper()
	if err := db.Heartbeat(t.Context(), worker(workerID)); err != nil {
		t.Fatal(err)
	}
	term, ok, err := db.Lead(t.Context(), "dispatcher", noon, noon.Add(time.Hour))
	if err != nil || !ok {
		t.Fatal("no office", err)
	}
	var to []job.Placement
	for _, j := range jobs {
		to = append(to, job.Placement{Row: j.Row, Worker: workerID})
	}
	if err := db.Release(t.Context(), term, to, noon); err != nil {
		t.Fatal(err)
	}
}

func TestQueueCarriesReleasedJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var jobs []job.Job
		for i := range 20 {
			jobs = append(jobs, admit(t, db, admission(owner, fmt.Sprint("j", i))))
		}
		ended, stop, err := db.Finished(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		release(t, db, "worker-1", jobs...)
		err = db.Queue().Work(t.Context(), "worker-1", 4, func(ctx context.Context, brought []job.Released) error {
			for _, j := range brought {
				if j.OwnerID != owner || j.Priority != jobs[0].Priority {
					t.Errorf("brought %+v, want a job of owner %d and priority %d", j, owner, jobs[0].Priority)
				}
			}
			started, err := db.Start(ctx, "worker-1", rowsOf(brought), noon)
			if err != nil {
				return err
			}
			var out []job.Outcome
			for _, s := range started {
				out = append(out, job.Outcome{Row: s.Row, Attempt: s.Attempt, Status: api.StatusCompleted, Result: job.Pack([]byte("{}")), At: noon})
			}
			_, err = db.Finish(ctx, out)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[job.Row]bool{}
		for len(seen) < len(jobs) {
			select {
			case row := <-ended:
				seen[row] = true
			case <-time.After(20 * time.Second):
				t.Fatalf("%d of %d jobs ended", len(seen), len(jobs))
			}
		}
		if err := db.Queue().Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
