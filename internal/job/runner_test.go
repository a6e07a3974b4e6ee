package job

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q->c;\n"

// logged collects a log.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// site is a service without admission: a fake store with runners and dispatchers on it, in a bubble whose clock is the test's.
type site struct {
	*testing.T
	store *fakeStore
	log   *logged
	stops []func()
}

func newSite(t *testing.T) *site {
	s := &site{T: t, store: newFakeStore(), log: &logged{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

func (s *site) logger() *slog.Logger { return slog.New(slog.NewTextHandler(s.log, nil)) }

// begin runs something until its stop is called, which waits for its end.
func (s *site) begin(run func(ctx context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.Errorf("ended with %v", err)
		}
	})
	s.stops = append(s.stops, stop)
	return stop
}

func (s *site) stopAll() {
	for _, stop := range s.stops {
		stop()
	}
}

func (s *site) dispatch(holder string) (stop func()) {
	return s.begin(NewDispatcher(s.store, s.store, holder, s.logger()).Run)
}

// work begins a runner, whose jobs execute runs; nil: for real.
func (s *site) work(o RunnerOptions, execute func(context.Context, Task) ([]byte, error)) (stop func()) {
	s.Helper()
	_, stop = s.worker(o, execute)
	return stop
}

func (s *site) worker(o RunnerOptions, execute func(context.Context, Task) ([]byte, error)) (way *cable, stop func()) {
	s.Helper()
	way = &cable{fakeStore: s.store}
	o.Store, o.Notices, o.Queue, o.Log, o.execute = way, s.store, newFakeQueue(s.store), s.logger(), execute
	if o.Slots == 0 {
		o.Slots, o.MaxMemory = 2, 8<<30
	}
	r, err := NewRunner(o)
	if err != nil {
		s.Fatal(err)
	}
	return way, s.begin(r.Run)
}

func (s *site) until(what string, ok func() bool) {
	s.Helper()
	for range 10_000 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond) // of the bubble's clock
	}
	s.Fatalf("in vain: %s", what)
}

func (s *site) finished(row Row) bool { return s.store.job(row).Status.Finished() }

func (s *site) wantEnd(row Row, status api.Status, code api.Code) {
	s.Helper()
	s.until(fmt.Sprintf("job %d ends", row), func() bool { return s.finished(row) })
	j := s.store.job(row)
	got := api.Code("")
	if j.Failure != nil {
		got = j.Failure.Code
	}
	if j.Status != status || got != code {
		s.Errorf("job %d ended as %s %q, want %s %q", row, j.Status, got, status, code)
	}
	if n := s.store.ends[row]; n != 1 {
		s.Errorf("job %d ended %d times", row, n)
	}
}

// takes is an execution that takes a while.
func takes(d time.Duration) func(context.Context, Task) ([]byte, error) {
	return func(ctx context.Context, _ Task) ([]byte, error) {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(d):
			return Pack([]byte("{}")), nil
		}
	}
}

func TestJobsRunAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		s.work(RunnerOptions{}, nil)
		defer s.stopAll()
		seed := uint64(7)
		good := s.store.submit(Job{Shots: 100, Seed: &seed}, bell)
		bad := s.store.submit(Job{}, "OPENQASM 2.0;\nfoo;\n")
		file := s.store.submit(Job{}, "OPENQASM 2.0;\ninclude \"/etc/passwd\";\n")
		s.wantEnd(good, api.StatusCompleted, "")
		s.wantEnd(bad, api.StatusFailed, api.CodeInvalidCircuit)
		s.wantEnd(file, api.StatusFailed, api.CodeInvalidCircuit)
		text, err := Unpack(s.store.results[good])
		if err != nil || !strings.Contains(string(text), `"shots":100`) || !strings.Contains(string(text), `"counts":{"00":`) {
			t.Errorf("the result is %s, %v", text, err)
		}
	})
}

func TestManyJobsEachOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		s.dispatch("b") // stands by
		s.work(RunnerOptions{}, takes(time.Millisecond))
		s.work(RunnerOptions{Slots: 4, MaxMemory: 2 << 30}, takes(3*time.Millisecond))
		defer s.stopAll()
		for i := range 2000 {
			s.store.submit(Job{OwnerID: int64(i % 5), Plan: Plan{Bytes: int64(i%50/49) << 28}}, bell)
		}
		for row := range Row(2000) {
			s.wantEnd(row+1, api.StatusCompleted, "")
		}
	})
}

// TestOneDoesNotHoldUpOthers: a single job beside another account's 10,000 waits for a few job lengths only.
func TestOneDoesNotHoldUpOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		const length = 200 * time.Millisecond
		s.dispatch("a")
		s.work(RunnerOptions{}, takes(length))
		defer s.stopAll()
		for range 10_000 {
			s.store.submit(Job{OwnerID: 1, Plan: Plan{Seconds: length.Seconds()}}, bell)
		}
		time.Sleep(10 * length)
		began := time.Now()
		single := s.store.submit(Job{OwnerID: 2, Plan: Plan{Seconds: length.Seconds()}}, bell)
		s.wantEnd(single, api.StatusCompleted, "")
		if took := time.Since(began); took > 4*length {
			t.Errorf("the single job took %v, its length is %v", took, length)
		}
		for row := range Row(10_000) { // the rest is of no interest
			s.store.cancel(row+1, time.Now())
		}
	})
}

// TestOvertakesWhatWasReleasedBefore: jobs that take far longer than planned are released by the dozen. Another account's job, and one of a
// higher priority, start before them all the same.
func TestOvertakesWhatWasReleasedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		const length, planned = 200 * time.Millisecond, time.Millisecond
		s.dispatch("a")
		s.work(RunnerOptions{}, takes(length))
		defer s.stopAll()
		many := make([]Row, 1000)
		for i := range many {
			many[i] = s.store.submit(Job{OwnerID: 1, Plan: Plan{Seconds: planned.Seconds()}}, bell)
		}
		time.Sleep(10 * length)
		for _, single := range []Job{{OwnerID: 2}, {OwnerID: 1, Priority: account.High}} {
			began := time.Now()
			s.wantEnd(s.store.submit(single, bell), api.StatusCompleted, "")
			if took := time.Since(began); took > 4*length {
				t.Errorf("the job of owner %d took %v, its length is %v", single.OwnerID, took, length)
			}
		}
		for _, row := range many { // the rest is of no interest
			s.store.cancel(row, time.Now())
		}
	})
}

func TestCancellationReachesRunningJobs(t *testing.T) {
	for _, heard := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.dispatch("a")
			s.work(RunnerOptions{}, takes(time.Hour))
			defer s.stopAll()
			light, other := s.store.submit(Job{}, bell), s.store.submit(Job{}, bell)
			s.until("both run", func() bool { return s.store.job(other).Status == api.StatusProcessing })
			time.Sleep(time.Second)
			if !heard {
				s.store.mu.Lock()
				clear(s.store.watchers) // the notice is lost
				s.store.mu.Unlock()
			}
			began := time.Now()
			s.store.cancel(light, began)
			s.wantEnd(light, api.StatusCancelled, api.CodeCancelled)
			if took := time.Since(began); took > time.Second {
				t.Errorf("heard %v: it took %v", heard, took)
			}
			if s.finished(other) {
				t.Error("the other job ended too")
			}
			s.store.cancel(other, began)
		})
	}
}

func TestTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		s.work(RunnerOptions{}, takes(time.Hour))
		defer s.stopAll()
		row := s.store.submit(Job{TimeLimit: time.Minute}, bell)
		s.wantEnd(row, api.StatusFailed, api.CodeTimeLimit)
		if j := s.store.job(row); j.CompletedAt.Sub(j.StartedAt) < time.Minute || !strings.Contains(j.Failure.Detail, "1m0s") {
			t.Errorf("ran %v, says %q", j.CompletedAt.Sub(j.StartedAt), j.Failure.Detail)
		}
	})
}

func TestPanicFailsOneJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		s.work(RunnerOptions{}, func(ctx context.Context, task Task) (packed []byte, err error) {
			if task.Shots == 13 {
				return executeGuarded(nil, task) //nolint:staticcheck // a nil context makes the run panic
			}
			return executeGuarded(ctx, task)
		})
		defer s.stopAll()
		bad, good := s.store.submit(Job{Shots: 13}, bell), s.store.submit(Job{}, bell)
		s.wantEnd(bad, api.StatusFailed, api.CodeInternal)
		s.wantEnd(good, api.StatusCompleted, "")
		if !strings.Contains(s.log.String(), "panic") || strings.Contains(s.store.job(bad).Failure.Detail, "panic") {
			t.Errorf("the log has to say what happened, and %q must not", s.store.job(bad).Failure.Detail)
		}
	})
}

func TestGracefulStopReturnsJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		stop := s.work(RunnerOptions{Grace: 10 * time.Second}, func(ctx context.Context, task Task) ([]byte, error) {
			return takes(time.Duration(task.Shots)*time.Second)(ctx, task)
		})
		short, long := s.store.submit(Job{Shots: 5}, bell), s.store.submit(Job{Shots: 3600}, bell)
		var ahead []Row
		for range 10 {
			ahead = append(ahead, s.store.submit(Job{Shots: 1}, bell))
		}
		s.until("both run", func() bool { return s.store.job(long).Status == api.StatusProcessing })
		began := time.Now()
		stop()
		if took := time.Since(began); took > 10*time.Second+leavePatience {
			t.Errorf("it stopped after %v", took)
		}
		s.wantEnd(short, api.StatusCompleted, "")
		if j := s.store.job(long); j.Status != api.StatusQueued || j.Lost != 0 || j.Worker != "" {
			t.Errorf("the job that did not end is %+v", j)
		}
		if len(s.store.workers) != 0 {
			t.Error("the worker did not leave")
		}
		s.work(RunnerOptions{}, takes(time.Second))
		defer s.stopAll()
		for _, row := range append(ahead, long) {
			s.wantEnd(row, api.StatusCompleted, "")
		}
	})
}

// TestDeadWorkersJobsGoOn: what a worker had in hand that stopped beating runs elsewhere within 30 s; a job that loses a second worker
// fails with that reason.
func TestDeadWorkersJobsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		doomed, stopDoomed := s.worker(RunnerOptions{}, takes(time.Hour))
		innocent := s.store.submit(Job{}, bell)
		s.until("it runs", func() bool { return s.store.job(innocent).Status == api.StatusProcessing })
		doomed.cut.Store(true)
		died := time.Now()
		s.work(RunnerOptions{}, takes(time.Second))
		s.wantEnd(innocent, api.StatusCompleted, "")
		if took := time.Since(died); took > 30*time.Second {
			t.Errorf("it ended %v after its worker died", took)
		}
		if j := s.store.job(innocent); j.Lost != 1 || j.Attempt != 2 {
			t.Errorf("lost %d, attempt %d", j.Lost, j.Attempt)
		}
		stopDoomed()
		s.stopAll()
	})
}

func TestLosingTwoWorkersFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		row := s.store.submit(Job{}, bell)
		for attempt := 1; attempt <= 2; attempt++ {
			r, _ := s.worker(RunnerOptions{}, takes(time.Hour))
			s.until("it runs", func() bool { j := s.store.job(row); return j.Status == api.StatusProcessing && j.Attempt == attempt })
			r.cut.Store(true)
		}
		s.work(RunnerOptions{}, takes(time.Second))
		s.wantEnd(row, api.StatusFailed, api.CodeWorkerLost)
		s.stopAll()
	})
}

// TestLateResultIsDropped: a worker that was believed dead and comes back does not end a job that runs elsewhere.
func TestLateResultIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		slow, _ := s.worker(RunnerOptions{}, takes(40*time.Second))
		row := s.store.submit(Job{}, bell)
		s.until("it runs", func() bool { return s.store.job(row).Status == api.StatusProcessing })
		slow.cut.Store(true)
		s.work(RunnerOptions{}, takes(time.Hour))
		s.until("it runs elsewhere", func() bool { j := s.store.job(row); return j.Status == api.StatusProcessing && j.Attempt == 2 })
		slow.cut.Store(false) // the network is back
		time.Sleep(time.Minute)
		if j := s.store.job(row); j.Status != api.StatusProcessing || j.Attempt != 2 {
			t.Fatalf("the job is %s in attempt %d", j.Status, j.Attempt)
		}
		s.store.cancel(row, time.Now())
		s.wantEnd(row, api.StatusCancelled, api.CodeCancelled)
		s.stopAll()
	})
}

// TestSoleProcessInheritsAtOnce: on a store that only one process uses, what the one before left goes on at once.
func TestSoleProcessInheritsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.store.Heartbeat(t.Context(), Worker{ID: "old", Slots: 2, HeartbeatAt: time.Now()})
		s.store.Lead(t.Context(), "sole", time.Now(), time.Now().Add(officeTime))
		row := s.store.submit(Job{}, bell)
		s.store.Release(t.Context(), 1, []Placement{{row, "old"}}, time.Now())
		s.store.Start(t.Context(), "old", []Row{row}, time.Now())
		began := time.Now()
		s.dispatch("sole")
		s.work(RunnerOptions{Sole: true}, takes(time.Second))
		s.wantEnd(row, api.StatusCompleted, "")
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		s.stopAll()
	})
}

// TestStoreThatComesAndGoes: for a minute calls fail at random, some after having done their work; every job ends once.
func TestStoreThatComesAndGoes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.dispatch("a")
		s.dispatch("b")
		s.work(RunnerOptions{}, takes(10*time.Millisecond))
		s.work(RunnerOptions{}, takes(10*time.Millisecond))
		s.until("both are registered", func() bool { return len(s.store.workers) == 2 })
		random := rand.New(rand.NewPCG(seed, 0))
		began, failed := time.Now(), 0
		s.store.mu.Lock()
		s.store.fail = func(method string) error { // the caller holds mu
			if time.Since(began) > time.Minute || random.IntN(3) > 0 {
				return nil
			}
			failed++
			return fmt.Errorf("connection reset during %s", method)
		}
		s.store.mu.Unlock()
		for row := range Row(300) {
			s.store.submit(Job{OwnerID: int64(row % 3)}, bell)
			time.Sleep(100 * time.Millisecond)
		}
		for row := range Row(300) {
			s.wantEnd(row+1, api.StatusCompleted, "")
		}
		if failed < 100 {
			t.Errorf("only %d calls failed", failed)
		}
		s.stopAll()
	})
}

func TestOfficePassesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		stop := s.dispatch("a")
		time.Sleep(time.Second)
		s.dispatch("b")
		s.work(RunnerOptions{}, takes(time.Millisecond))
		s.wantEnd(s.store.submit(Job{}, bell), api.StatusCompleted, "")
		if s.store.holder != "a" {
			t.Errorf("%s holds the office", s.store.holder)
		}
		stop()
		began := time.Now()
		s.wantEnd(s.store.submit(Job{}, bell), api.StatusCompleted, "")
		if took := time.Since(began); s.store.holder != "b" || took > 2*officeRenew {
			t.Errorf("%s took over after %v", s.store.holder, took)
		}
		s.stopAll()
	})
}

func TestLiveness(t *testing.T) {
	var l liveness
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	skewed := Worker{ID: "skewed", HeartbeatAt: now.Add(-time.Hour)} // its clock is an hour behind
	dead := Worker{ID: "dead", HeartbeatAt: now}
	ids := func(ws []Worker) (s string) {
		for _, w := range ws {
			s += w.ID + " "
		}
		return strings.TrimSpace(s)
	}
	for second := range 20 {
		if second%5 == 4 {
			skewed.HeartbeatAt = skewed.HeartbeatAt.Add(heartbeatEvery)
		}
		alive, gone := l.observe([]Worker{skewed, dead}, now.Add(time.Duration(second)*time.Second))
		wantAlive, wantGone := "skewed dead", ""
		if second < 4 {
			wantAlive = "dead"
		}
		if second >= 15 {
			wantAlive, wantGone = "skewed", "dead"
		}
		if ids(alive) != wantAlive || ids(gone) != wantGone {
			t.Errorf("second %d: alive %q, dead %q", second, ids(alive), ids(gone))
		}
	}
}
