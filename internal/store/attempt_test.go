package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

func start(t *testing.T, db *store.DB, worker string, j job.Job) job.Job {
	t.Helper()
	s, err := db.Start(t.Context(), worker, []job.Row{j.Row}, noon)
	if err != nil || len(s) != 1 {
		t.Fatalf("%d started, %v", len(s), err)
	}
	return s[0].Job
}

func finish(t *testing.T, db *store.DB, o job.Outcome) (dropped bool) {
	t.Helper()
	superseded, err := db.Finish(t.Context(), []job.Outcome{o})
	if err != nil {
		t.Fatal(err)
	}
	return len(superseded) == 1
}

func completed(j job.Job) job.Outcome {
	return job.Outcome{Row: j.Row, Attempt: j.Attempt, Status: api.StatusCompleted, Result: job.Pack([]byte(`{"counts":{}}`)), At: noon.Add(time.Minute)}
}

func byRow(t *testing.T, db *store.DB, row job.Row) job.Job {
	t.Helper()
	j, err := db.JobByRow(t.Context(), row)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestLifeOfAJob(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		a := admission(owner, "a")
		j := admit(t, db, a)
		waiting, err := db.Waiting(t.Context(), 0, 10)
		if want := []job.Waiting{{Row: j.Row, OwnerID: owner, Priority: account.Normal, Bytes: 64, Seconds: 0.001}}; err != nil || !reflect.DeepEqual(waiting, want) {
			t.Errorf("waiting %+v, want %+v; %v", waiting, want, err)
		}
		if s, err := db.Start(t.Context(), "w1", []job.Row{j.Row}, noon); err != nil || len(s) != 0 {
			t.Errorf("a job that waits was started: %v, %v", s, err)
		}
		release(t, db, "w1", j)
		if got := byRow(t, db, j.Row); got.Worker != "w1" || !got.ReleasedAt.Equal(noon) || got.Status != api.StatusQueued {
			t.Errorf("released %+v", got)
		}
		if s, err := db.Start(t.Context(), "w2", []job.Row{j.Row}, noon); err != nil || len(s) != 0 {
			t.Errorf("another's job was started: %v, %v", s, err)
		}
		s, err := db.Start(t.Context(), "w1", []job.Row{j.Row, j.Row, 999}, noon)
		if err != nil || len(s) != 1 || string(s[0].Circuit) != string(a.Circuit) || s[0].Attempt != 1 || s[0].Status != api.StatusProcessing {
			t.Fatalf("started %+v, %v", s, err)
		}
		held, err := db.Held(t.Context(), "w1")
		if want := []job.Held{{Row: j.Row, Attempt: 1, Begun: true}}; err != nil || !reflect.DeepEqual(held, want) {
			t.Errorf("held %+v, %v", held, err)
		}
		loads, err := db.Loads(t.Context())
		if want := []job.Load{{Worker: "w1", Light: 1, LightSeconds: 0.001}}; err != nil || !reflect.DeepEqual(loads, want) {
			t.Errorf("loads %+v, %v", loads, err)
		}
		if finish(t, db, completed(s[0].Job)) {
			t.Error("the result was dropped")
		}
		if !finish(t, db, completed(s[0].Job)) {
			t.Error("a second result was taken")
		}
		got := byRow(t, db, j.Row)
		if got.Status != api.StatusCompleted || !got.CompletedAt.Equal(noon.Add(time.Minute)) || !got.StartedAt.Equal(noon) || got.Failure != nil {
			t.Errorf("completed %+v", got)
		}
		if r, err := db.Result(t.Context(), j.Row); err != nil || string(r) != string(completed(j).Result) {
			t.Errorf("result %q, %v", r, err)
		}
		if loads, err := db.Loads(t.Context()); err != nil || len(loads) != 0 {
			t.Errorf("loads %+v, %v", loads, err)
		}
	})
}

func TestFailureIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		j := admit(t, db, admission(newOwner(t, db, "a@example.com").Owner.ID, "a"))
		release(t, db, "w1", j)
		j = start(t, db, "w1", j)
		want := job.Failure{Code: api.CodeTimeLimit, Detail: "too long"}
		finish(t, db, job.Outcome{Row: j.Row, Attempt: j.Attempt, Status: api.StatusFailed, Failure: &want, At: noon})
		if got := byRow(t, db, j.Row); got.Failure == nil || *got.Failure != want || got.Status != api.StatusFailed {
			t.Errorf("got %+v", got)
		}
	})
}

func TestLateResultOfASupersededAttemptIsDropped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		j := admit(t, db, admission(newOwner(t, db, "a@example.com").Owner.ID, "a"))
		release(t, db, "w1", j)
		first := start(t, db, "w1", j)
		if n, err := db.Sweep(t.Context(), []job.Worker{worker("w1")}, 2, noon); err != nil || n != 1 {
			t.Fatalf("swept %d, %v", n, err)
		}
		if !finish(t, db, completed(first)) {
			t.Error("a result was taken while the job waits again")
		}
		release(t, db, "w2", j)
		second := start(t, db, "w2", j)
		if !finish(t, db, completed(first)) {
			t.Error("the first attempt's result was taken while the second runs")
		}
		if r, _ := db.Result(t.Context(), j.Row); r != nil {
			t.Error("a dropped result was kept")
		}
		if finish(t, db, completed(second)) {
			t.Error("the second attempt's result was dropped")
		}
		if second.Attempt != 2 || second.Lost != 1 {
			t.Errorf("second attempt %+v", second)
		}
	})
}

func TestJobsOfDeadWorkers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		begun, released, cancelled := admit(t, db, admission(owner, "begun")), admit(t, db, admission(owner, "released")), admit(t, db, admission(owner, "cancelled"))
		alive := admit(t, db, admission(owner, "alive"))
		release(t, db, "w1", begun, released, cancelled)
		release(t, db, "w2", alive)
		start(t, db, "w1", begun)
		start(t, db, "w1", cancelled)
		start(t, db, "w2", alive)
		if _, err := db.Cancel(t.Context(), cancelled.Row, noon); err != nil {
			t.Fatal(err)
		}
		beat := worker("w1")
		beat.HeartbeatAt = noon.Add(5 * time.Second)
		if err := db.Heartbeat(t.Context(), beat); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Sweep(t.Context(), []job.Worker{worker("w1")}, 2, noon); err != nil || n != 0 {
			t.Errorf("a worker with a new heartbeat was swept: %d, %v", n, err)
		}
		if n, err := db.Sweep(t.Context(), []job.Worker{beat}, 2, noon.Add(time.Minute)); err != nil || n != 3 {
			t.Errorf("swept %d, want 3; %v", n, err)
		}
		for row, want := range map[job.Row]job.Job{
			begun.Row: {Status: api.StatusQueued, Lost: 1, Attempt: 1}, released.Row: {Status: api.StatusQueued},
			cancelled.Row: {Status: api.StatusCancelled, Attempt: 1, Worker: "w1"}, alive.Row: {Status: api.StatusProcessing, Attempt: 1, Worker: "w2"},
		} {
			got := byRow(t, db, row)
			if got.Status != want.Status || got.Lost != want.Lost || got.Attempt != want.Attempt || got.Worker != want.Worker {
				t.Errorf("%s: %+v", got.ID, got)
			}
		}
		workers, err := db.Workers(t.Context(), time.Time{})
		if want := []job.Worker{worker("w2")}; err != nil || !reflect.DeepEqual(workers, want) {
			t.Errorf("workers %+v, %v", workers, err)
		}
	})
}

func TestCountIsGivenBackToTheDayOfAcceptance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		today := account.DayOf(noon)
		var jobs []job.Job
		for i := range 3 {
			a := admission(owner, fmt.Sprint(i))
			a.Job.Day = today + account.Day(i/2)
			jobs = append(jobs, admit(t, db, a))
		}
		for lost := 1; lost <= 2; lost++ {
			release(t, db, "w1", jobs...)
			for _, j := range jobs {
				start(t, db, "w1", j)
			}
			if n, err := db.Sweep(t.Context(), []job.Worker{worker("w1")}, 2, noon.AddDate(0, 0, 3)); err != nil || n != 3 {
				t.Fatalf("swept %d, %v", n, err)
			}
			want := map[account.Day]int64{today: 2, today + 1: 1}
			if lost == 2 {
				want = map[account.Day]int64{today: 0, today + 1: 0, today + 3: 0}
			}
			for day, n := range want {
				if got, err := db.JobsOn(t.Context(), owner, day); err != nil || got != n {
					t.Errorf("after %d losses %v counts %d, want %d; %v", lost, day, got, n, err)
				}
			}
		}
		for _, j := range jobs {
			if got := byRow(t, db, j.Row); got.Status != api.StatusFailed || got.Failure == nil || got.Failure.Code != api.CodeWorkerLost || got.Lost != 2 {
				t.Errorf("got %+v", got)
			}
		}
		a := admission(owner, "after")
		a.OwnerLimit, a.KeyDailyLimit = 1, 1
		admit(t, db, a) // the key's count was given back too
	})
}

func TestGiveUpAndLeave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var jobs []job.Job
		for i := range 4 {
			jobs = append(jobs, admit(t, db, admission(owner, fmt.Sprint(i))))
		}
		release(t, db, "w1", jobs...)
		first := start(t, db, "w1", jobs[0])
		start(t, db, "w1", jobs[1])
		if _, err := db.Cancel(t.Context(), jobs[1].Row, noon); err != nil {
			t.Fatal(err)
		}
		if err := db.GiveUp(t.Context(), "w2", []job.Row{jobs[0].Row}); err != nil {
			t.Fatal(err)
		}
		if got := byRow(t, db, jobs[0].Row); got.Status != api.StatusProcessing {
			t.Errorf("another worker gave it up: %+v", got)
		}
		if err := db.GiveUp(t.Context(), "w1", []job.Row{jobs[0].Row, jobs[1].Row, jobs[2].Row}); err != nil {
			t.Fatal(err)
		}
		if !finish(t, db, completed(first)) {
			t.Error("a result was taken after its job was given up")
		}
		if err := db.Leave(t.Context(), "w1"); err != nil {
			t.Fatal(err)
		}
		for i, want := range []api.Status{api.StatusQueued, api.StatusCancelled, api.StatusQueued, api.StatusQueued} {
			if got := byRow(t, db, jobs[i].Row); got.Status != want || got.Lost != 0 || want == api.StatusQueued && got.Worker != "" {
				t.Errorf("job %d: %+v", i, got)
			}
		}
		waiting, err := db.Waiting(t.Context(), 0, 10)
		if err != nil || len(waiting) != 3 {
			t.Errorf("%d wait, want 3; %v", len(waiting), err)
		}
		if more, err := db.Waiting(t.Context(), waiting[0].Row, 1); err != nil || len(more) != 1 || more[0] != waiting[1] {
			t.Errorf("behind the first: %+v, %v", more, err)
		}
	})
}

func TestCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		waiting, released, running := admit(t, db, admission(owner, "w")), admit(t, db, admission(owner, "r")), admit(t, db, admission(owner, "p"))
		release(t, db, "w1", released, running)
		running = start(t, db, "w1", running)
		for _, j := range []job.Job{waiting, released} {
			got, err := db.Cancel(t.Context(), j.Row, noon)
			if err != nil || got.Status != api.StatusCancelled || got.Failure == nil || got.Failure.Code != api.CodeCancelled {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if s, err := db.Start(t.Context(), "w1", []job.Row{released.Row}, noon); err != nil || len(s) != 0 {
			t.Errorf("a cancelled job was started: %v, %v", s, err)
		}
		for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
			got, err := db.Cancel(t.Context(), running.Row, at)
			if err != nil || got.Status != api.StatusProcessing || !got.CancelAt.Equal(noon) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if held, err := db.Held(t.Context(), "w1"); err != nil || len(held) != 1 || !held[0].Cancel {
			t.Errorf("held %+v, %v", held, err)
		}
		finish(t, db, completed(running)) // it was faster
		if got, err := db.Cancel(t.Context(), running.Row, noon); err != nil || got.Status != api.StatusCompleted {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := db.Cancel(t.Context(), 999, noon); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("an unknown job: %v", err)
		}
		if n, _ := db.JobsOn(t.Context(), owner, account.DayOf(noon)); n != 3 {
			t.Errorf("counted %d, want 3: cancellation is not given back", n)
		}
	})
}

func TestPurge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		done, running, waiting := admit(t, db, admission(owner, "d")), admit(t, db, admission(owner, "r")), admit(t, db, admission(owner, "w"))
		release(t, db, "w1", done, running)
		done, running = start(t, db, "w1", done), start(t, db, "w1", running)
		finish(t, db, completed(done))
		for _, j := range []job.Job{done, running, waiting} {
			if got, err := db.Purge(t.Context(), j.Row, noon); err != nil || !got.PurgedAt.Equal(noon) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		finish(t, db, completed(running)) // comes too late to be kept
		for _, j := range []job.Job{done, running, waiting} {
			if _, err := db.Circuit(t.Context(), j.Row); !errors.Is(err, job.ErrPurged) {
				t.Errorf("circuit of %s: %v", j.ID, err)
			}
			if _, err := db.Result(t.Context(), j.Row); !errors.Is(err, job.ErrPurged) {
				t.Errorf("result of %s: %v", j.ID, err)
			}
			if _, created, err := db.Admit(t.Context(), admission(owner, j.ID)); err != nil || created {
				t.Errorf("%s was admitted again: %t, %v", j.ID, created, err)
			}
		}
		if got := byRow(t, db, waiting.Row); got.Status != api.StatusCancelled {
			t.Errorf("got %+v", got)
		}
	})
}

func TestOfficeOfDispatcher(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		lead := func(who string, now, until time.Duration) (int64, bool) {
			t.Helper()
			term, ok, err := db.Lead(t.Context(), who, noon.Add(now), noon.Add(until))
			if err != nil {
				t.Fatal(err)
			}
			return term, ok
		}
		first, ok := lead("a", 0, 6*time.Second)
		if !ok {
			t.Fatal("a free office was refused")
		}
		if _, ok := lead("b", time.Second, 7*time.Second); ok {
			t.Error("two hold the office")
		}
		if again, ok := lead("a", 2*time.Second, 8*time.Second); !ok || again != first {
			t.Errorf("renewed: term %d after %d, %t", again, first, ok)
		}
		second, ok := lead("b", 9*time.Second, 15*time.Second)
		if !ok || second <= first {
			t.Errorf("taken over: term %d after %d, %t", second, first, ok)
		}
		j := admit(t, db, admission(newOwner(t, db, "a@example.com").Owner.ID, "a"))
		to := []job.Placement{{Row: j.Row, Worker: "w1"}}
		if err := db.Release(t.Context(), first, to, noon); !errors.Is(err, job.ErrSuperseded) {
			t.Errorf("a term that is over: %v", err)
		}
		if got := byRow(t, db, j.Row); got.Worker != "" {
			t.Errorf("released all the same: %+v", got)
		}
		if err := db.Release(t.Context(), second, to, noon); err != nil {
			t.Error(err)
		}
		lead("b", 10*time.Second, 0) // resigns
		if _, ok := lead("a", 10*time.Second, 16*time.Second); !ok {
			t.Error("the office is not free after its holder resigned")
		}
	})
}

func TestLoadsTellHeavyFromLight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var jobs []job.Job
		for i, p := range []job.Plan{{Bytes: 64, Seconds: 0.5}, {Bytes: job.HeavyBytes, Seconds: 0.5}, {Bytes: 64, Seconds: job.HeavySeconds}, {Bytes: 1, Seconds: 0.25}} {
			a := admission(owner, fmt.Sprint(i))
			a.Job.Plan.Bytes, a.Job.Plan.Seconds = p.Bytes, p.Seconds
			jobs = append(jobs, admit(t, db, a))
		}
		release(t, db, "w1", jobs[:3]...)
		release(t, db, "w2", jobs[3])
		loads, err := db.Loads(t.Context())
		want := []job.Load{{Worker: "w1", Light: 1, LightSeconds: 0.5, Heavy: 2, HeavyBytes: job.HeavyBytes + 64}, {Worker: "w2", Light: 1, LightSeconds: 0.25}}
		if err != nil || !reflect.DeepEqual(loads, want) {
			t.Errorf("loads %+v, want %+v; %v", loads, want, err)
		}
	})
}

func TestQueuedEndedAndDepths(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var rows []job.Row
		for i, p := range []account.Priority{account.Low, account.High, account.Normal, account.High, account.Low} {
			a := admission(owner, fmt.Sprint(i))
			a.Job.Priority = p
			rows = append(rows, admit(t, db, a).Row)
		}
		release(t, db, "w1", job.Job{Row: rows[3]}, job.Job{Row: rows[4]})
		start(t, db, "w1", job.Job{Row: rows[4]})
		queue, err := db.Queued(t.Context())
		want := []job.Place{{Priority: account.High, Row: rows[1]}, {Priority: account.High, Row: rows[3]}, {Priority: account.Normal, Row: rows[2]}, {Priority: account.Low, Row: rows[0]}}
		if err != nil || !slices.Equal(queue, want) {
			t.Errorf("queued %v, want %v; %v", queue, want, err)
		}
		queued, processing, err := db.Depths(t.Context())
		if err != nil || queued[account.High] != 2 || queued[account.Normal] != 1 || queued[account.Low] != 1 || len(processing) != 1 || processing[account.Low] != 1 {
			t.Errorf("depths %v, %v, %v", queued, processing, err)
		}
		if _, err := db.Cancel(t.Context(), rows[0], noon); err != nil {
			t.Fatal(err)
		}
		ended, err := db.Ended(t.Context(), []job.Row{rows[0], rows[1], 9999})
		if err != nil || !slices.Equal(ended, []job.Row{rows[0], 9999}) {
			t.Errorf("ended %v, %v", ended, err)
		}
	})
}
