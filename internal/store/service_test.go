package store_test

import (
	"context"
	"fmt"
	"log/slog"
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

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n"

// service is all of a server but its network.
type service struct {
	*job.Front
	db   *store.DB
	stop func()
}

// serve puts a service together on a database and runs it until the test ends or stop is called.
func serve(tb testing.TB, db *store.DB, o job.RunnerOptions) *service {
	tb.Helper()
	o.Store, o.Queue, o.Notices, o.Log = db, db.Queue(), db, slog.New(slog.DiscardHandler)
	runner, err := job.NewRunner(o)
	if err != nil {
		tb.Fatal(err)
	}
	s := &service{Front: job.NewFront(job.FrontOptions{Store: db, Notices: db, Accounts: account.NewService(db, db.Secret(), nil)}), db: db}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	for _, run := range []func(context.Context) error{s.Run, runner.Run, job.NewDispatcher(db, db, runner.Worker().ID, o.Log).Run} {
		parts.Go(func() {
			if err := run(ctx); err != nil {
				tb.Error(err)
			}
		})
	}
	s.stop = sync.OnceFunc(func() { cancel(); parts.Wait() })
	tb.Cleanup(s.stop)
	for { // until the worker is there
		if _, err := s.Capacity(tb.Context()); err == nil {
			return s
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *service) caller(tb testing.TB, email string, tier account.Tier) job.Caller {
	tb.Helper()
	u, err := account.NewService(s.db, s.db.Secret(), nil).CreateUser(tb.Context(), operator, email, tier)
	if err != nil {
		tb.Fatal(err)
	}
	return job.Caller{User: u}
}

// TestServiceFromEndToEnd: what is submitted at one replica is run by a worker of any and seen by all.
func TestServiceFromEndToEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		first := serve(t, d.Open(t), job.RunnerOptions{Slots: 2, MaxMemory: 1 << 30, Grace: time.Second})
		replicas := []*service{first}
		if d.Kind == "postgres" {
			replicas = append(replicas, serve(t, d.Open(t), job.RunnerOptions{Slots: 1, MaxMemory: 1 << 28, Grace: time.Second}))
		}
		c := first.caller(t, "a@example.com", account.Enterprise)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				at := replicas[i%len(replicas)]
				j, _, err := at.Submit(t.Context(), c, fmt.Sprint("job-", i), job.Request{QASM: bell, Shots: 100 + i})
				if err != nil {
					t.Error(err)
					return
				}
				v, err := replicas[(i+1)%len(replicas)].Wait(t.Context(), c.User.Owner.ID, j.ID, time.Minute)
				if err != nil || v.Status != api.StatusCompleted || v.Attempt != 1 {
					t.Errorf("job %s is %s after attempt %d: %v", j.ID, v.Status, v.Attempt, err)
				}
			})
		}
		all.Wait()
		used, err := first.db.JobsOn(t.Context(), c.User.Owner.ID, account.DayOf(time.Now()))
		if err != nil || used != 200 {
			t.Errorf("counted %d, %v", used, err)
		}
	})
}

// TestRestartFinishesWhatWasBegun: a graceful stop returns what runs, and the next process runs it.
func TestRestartFinishesWhatWasBegun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		first := serve(t, d.Open(t), job.RunnerOptions{Slots: 1, MaxMemory: 1 << 30})
		c := first.caller(t, "a@example.com", account.Enterprise)
		for i := range 300 {
			if _, _, err := first.Submit(t.Context(), c, fmt.Sprint("job-", i), job.Request{QASM: bell, Shots: 10}); err != nil {
				t.Fatal(err)
			}
		}
		first.stop()
		second := serve(t, d.Open(t), job.RunnerOptions{Slots: 1, MaxMemory: 1 << 30, Sole: d.Kind == "sqlite"})
		for i := range 300 {
			v, err := second.Wait(t.Context(), c.User.Owner.ID, fmt.Sprint("job-", i), time.Minute)
			if err != nil || v.Status != api.StatusCompleted || v.Lost != 0 {
				t.Fatalf("job %d is %s with %d attempts lost: %v", i, v.Status, v.Lost, err)
			}
		}
	})
}

// BenchmarkService submits Bell pairs from 64 callers and reports how many are accepted and finished a second.
func BenchmarkService(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run("impl="+kind, func(b *testing.B) {
			d := storetest.SQLite(b)
			if kind == "postgres" {
				d = storetest.Postgres(b)
			}
			s := serve(b, d.Open(b), job.RunnerOptions{Slots: 2, MaxMemory: 1 << 30, Grace: time.Second})
			c := s.caller(b, "a@example.com", account.Enterprise)
			var left atomic.Int64
			left.Store(int64(b.N))
			var callers sync.WaitGroup
			last := make([]string, 64)
			b.ResetTimer()
			began := time.Now()
			for i := range last {
				callers.Go(func() {
					for left.Add(-1) >= 0 {
						j, _, err := s.Submit(b.Context(), c, "", job.Request{QASM: bell, Shots: 1024})
						if err != nil {
							b.Error(err)
							return
						}
						last[i] = j.ID
					}
				})
			}
			callers.Wait()
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "accepted/s")
			for _, id := range last {
				if id == "" {
					continue
				}
				if v, err := s.Wait(b.Context(), c.User.Owner.ID, id, time.Minute); err != nil || v.Status != api.StatusCompleted {
					b.Fatal(v.Status, err)
				}
			}
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "finished/s")
		})
	}
}
