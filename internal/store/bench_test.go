package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

const clients = 64

// durable gives databases that write to the disk as those of a server do.
func durable(b *testing.B, run func(b *testing.B, db *store.DB, server string)) {
	b.Run("db=sqlite", func(b *testing.B) { run(b, storetest.SQLite(b).Open(b), "") })
	b.Run("db=postgres", func(b *testing.B) {
		url, err := storetest.StartServer()
		if err != nil {
			b.Skip("NOT MEASURED ON POSTGRESQL: " + err.Error())
		}
		run(b, storetest.Database{Kind: "postgres", Options: store.Options{URL: url, Secret: storetest.Secret()}}.Open(b), url)
	})
}

// eachClient shares b.N calls among clients.
func eachClient(b *testing.B, call func(n int64)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				call(n)
			}
		})
	}
	all.Wait()
}

func bellAdmission(owner int64, n int64) job.Admission {
	a := admission(owner, fmt.Sprint("j", n))
	a.Job.Tags = nil
	return a
}

func BenchmarkAdmit(b *testing.B) {
	durable(b, func(b *testing.B, db *store.DB, server string) {
		owner := newOwner(b, db, "a@example.com").Owner.ID
		defer reportCPU(b, server)()
		b.ResetTimer()
		eachClient(b, func(n int64) {
			if _, _, err := db.Admit(b.Context(), bellAdmission(owner, n)); err != nil {
				b.Error(err)
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
}

// BenchmarkThrough takes jobs from admission through River to their results, with a dispatcher that releases whatever waits.
func BenchmarkThrough(b *testing.B) {
	durable(b, func(b *testing.B, db *store.DB, server string) {
		owner := newOwner(b, db, "a@example.com").Owner.ID
		if err := db.Heartbeat(b.Context(), worker("w1")); err != nil {
			b.Fatal(err)
		}
		ended := make(chan struct{}, 1)
		var n atomic.Int64
		err := db.Queue().Work(b.Context(), "w1", 100, func(ctx context.Context, brought []job.Released) error {
			started, err := db.Start(ctx, "w1", rowsOf(brought), noon)
			if err != nil {
				return err
			}
			var out []job.Outcome
			for _, s := range started {
				out = append(out, job.Outcome{Row: s.Row, Attempt: s.Attempt, Status: api.StatusCompleted, Result: job.Pack([]byte(result)), At: noon})
			}
			if _, err := db.Finish(ctx, out); err != nil {
				return err
			}
			if n.Add(int64(len(out))) == int64(b.N) {
				ended <- struct{}{}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		var dispatcher sync.WaitGroup
		dispatcher.Go(func() { releaseAll(ctx, b, db) })
		defer reportCPU(b, server)()
		b.ResetTimer()
		eachClient(b, func(n int64) {
			if _, _, err := db.Admit(ctx, bellAdmission(owner, n)); err != nil {
				b.Error(err)
			}
		})
		admitted := b.Elapsed()
		<-ended
		b.ReportMetric(float64(b.N)/admitted.Seconds(), "admitted/s")
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "finished/s")
		b.StopTimer()
		stop()
		dispatcher.Wait()
		if err := db.Queue().Stop(b.Context()); err != nil {
			b.Error(err)
		}
	})
}

const result = `{"counts":{"00":498,"11":526},"num_qubits":2,"shots":1024,"execution_time_seconds":0.0001,"backend":"qcos","device":"cpu","seed":1}`

func releaseAll(ctx context.Context, b *testing.B, db *store.DB) {
	term, _, err := db.Lead(ctx, "d", noon, noon.Add(time.Hour))
	if err != nil {
		b.Error(err)
		return
	}
	changed, stop, _ := db.Work(ctx)
	defer stop()
	last := job.Row(0)
	for {
		waiting, err := db.Waiting(ctx, last, 1000)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			b.Error(err)
			return
		}
		var to []job.Placement
		for _, w := range waiting {
			to, last = append(to, job.Placement{Row: w.Row, Worker: "w1"}), w.Row
		}
		if len(to) > 0 {
			if err := db.Release(ctx, term, to, noon); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		time.Sleep(10 * time.Millisecond) // as the dispatcher
	}
}
