package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n"

// desk is a Front on a store with one registered worker, which runs nothing, and a clock that the test sets.
type desk struct {
	*job.Front
	db *store.DB

	mu  sync.Mutex
	now time.Time
}

func newDesk(t *testing.T, change ...func(*job.FrontOptions)) *desk {
	t.Helper()
	d := &desk{db: storetest.SQLite(t).Open(t), now: noon}
	clock := func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }
	o := job.FrontOptions{Store: d.db, Notices: d.db, Accounts: account.NewService(d.db, d.db.Secret(), clock), Clock: clock}
	for _, c := range change {
		c(&o)
	}
	d.Front = job.NewFront(o)
	if err := d.db.Heartbeat(t.Context(), job.Worker{ID: "w1", Slots: 2, MaxMemory: 1 << 30, HeartbeatAt: noon}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) set(now time.Time) { d.mu.Lock(); defer d.mu.Unlock(); d.now = now }

// running runs the front until the test ends.
func (d *desk) running(t *testing.T) *desk {
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); done.Wait() })
	return d
}

func (d *desk) caller(t *testing.T, email string, tier account.Tier) job.Caller {
	t.Helper()
	u, err := account.NewService(d.db, d.db.Secret(), nil).CreateUser(t.Context(), account.Actor{Name: "admin"}, email, tier)
	if err != nil {
		t.Fatal(err)
	}
	return job.Caller{User: u}
}

func (d *desk) submit(t *testing.T, c job.Caller, id string, r job.Request) job.Job {
	t.Helper()
	j, _, err := d.Submit(t.Context(), c, id, r)
	if err != nil {
		t.Fatalf("submit %q: %v", id, err)
	}
	return j
}

// finish runs a job, as a worker does.
func (d *desk) finish(t *testing.T, j job.Job, result string) {
	t.Helper()
	term, _, err := d.db.Lead(t.Context(), "d", noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.db.Release(t.Context(), term, []job.Placement{{Row: j.Row, Worker: "w1"}}, noon); err != nil {
		t.Fatal(err)
	}
	s, err := d.db.Start(t.Context(), "w1", []job.Row{j.Row}, noon)
	if err != nil || len(s) != 1 {
		t.Fatal(len(s), err)
	}
	o := job.Outcome{Row: j.Row, Attempt: s[0].Attempt, Status: api.StatusCompleted, Result: job.Pack([]byte(result)), At: noon}
	if _, err := d.db.Finish(t.Context(), []job.Outcome{o}); err != nil {
		t.Fatal(err)
	}
}

func qubits(n int) string { return fmt.Sprintf("OPENQASM 2.0;\nqreg q[%d];\n", n) }

func TestRefusals(t *testing.T) {
	d := newDesk(t)
	free, enterprise := d.caller(t, "free@example.com", account.Free), d.caller(t, "e@example.com", account.Enterprise)
	d.submit(t, free, "taken", job.Request{QASM: bell, Shots: 1})
	state := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[40];\n"
	for range 3 {
		for i := range 40 {
			state += fmt.Sprintf("u3(0.3,0.2,0.1) q[%d]; cx q[%d],q[%d];\n", i, i, (i+1)%40)
		}
	}
	for name, c := range map[string]struct {
		caller job.Caller
		id     string
		r      job.Request
		want   any    // a pointer to the error's type, or the error
		says   string // all of the message, or a part of it
	}{
		"no shots":            {free, "", job.Request{QASM: bell}, new(*run.UsageError), "0 shots"},
		"method":              {free, "", job.Request{QASM: bell, Shots: 1, Method: "magic"}, new(*run.UsageError), `unknown method "magic"`},
		"name":                {free, "", job.Request{QASM: bell, Shots: 1, Name: "a\x00b"}, new(*run.UsageError), "cannot be printed"},
		"tags":                {free, "", job.Request{QASM: bell, Shots: 1, Tags: []string{""}}, new(*run.UsageError), "a tag has 0 bytes"},
		"usage before id":     {free, "taken", job.Request{QASM: bell}, new(*run.UsageError), "0 shots"},
		"id before circuit":   {free, "taken", job.Request{QASM: "qreg", Shots: 1}, job.ErrConflict, ""},
		"id before tier":      {free, "taken", job.Request{QASM: qubits(25), Shots: 1}, job.ErrConflict, ""},
		"another request":     {free, "taken", job.Request{QASM: bell, Shots: 2}, job.ErrConflict, ""},
		"circuit":             {free, "", job.Request{QASM: "OPENQASM 2.0;\nqreg q[99];\nfoo q;", Shots: 1}, new(*job.CircuitError), "3:1: "},
		"file of the server":  {free, "", job.Request{QASM: "OPENQASM 2.0;\ninclude \"/etc/passwd\";", Shots: 1}, new(*job.CircuitError), "2:9: "},
		"qubits before shots": {free, "", job.Request{QASM: qubits(25), Shots: 20000}, new(*account.SizeError), "Circuit exceeds your tier limits (25 qubits > 20 max)."},
		"shots":               {free, "", job.Request{QASM: bell, Shots: 20000}, new(*account.SizeError), "Circuit exceeds your tier limits (20000 shots > 10000 max)."},
		"priority":            {free, "", job.Request{QASM: bell, Shots: 1, Priority: 1}, new(*job.ForbiddenError), "enterprise"},
		"no such priority":    {enterprise, "", job.Request{QASM: bell, Shots: 1, Priority: 9}, new(*run.UsageError), "priority"},
		"machine":             {enterprise, "", job.Request{QASM: state, Shots: 1}, new(*run.InfeasibleError), "40 qubits need"},
		"result":              {enterprise, "", job.Request{QASM: "OPENQASM 2.0; qreg q[100]; creg c[100];", Shots: 1_000_000}, new(*job.ResultTooLargeError), "fewer shots"},
		"largest with memory": {enterprise, "", job.Request{QASM: "OPENQASM 2.0; qreg q[80]; creg c[80];", Shots: 1_000_000, Memory: true}, new(*job.ResultTooLargeError), "fewer shots"},
	} {
		t.Run(name, func(t *testing.T) {
			_, created, err := d.Submit(t.Context(), c.caller, c.id, c.r)
			if target, ok := c.want.(error); ok && !errors.Is(err, target) {
				t.Fatalf("got %v, want %v", err, target)
			} else if !ok && !errors.As(err, c.want) {
				t.Fatalf("got %T %v", err, err)
			}
			if created || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %q, want %q", err, c.says)
			}
		})
	}
	for c, want := range map[*job.Caller]int64{&free: 1, &enterprise: 0} {
		if n, err := d.db.JobsOn(t.Context(), c.User.Owner.ID, account.DayOf(noon)); err != nil || n != want {
			t.Errorf("%s was charged %d, want %d; %v", c.User.Email, n, want, err)
		}
	}
}

func TestRetryFindsItsJobOnAnExhaustedAccount(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "a@example.com", account.Free)
	r := job.Request{QASM: bell, Shots: 10, Tags: []string{}}
	first := d.submit(t, c, "first", r)
	for i := range 9 {
		d.submit(t, c, "", job.Request{QASM: bell, Shots: i + 1})
	}
	if _, _, err := d.Submit(t.Context(), c, "", r); !errors.Is(err, job.ErrDailyLimit) {
		t.Errorf("the eleventh: %v", err)
	}
	r.Tags, r.Method = nil, "auto" // the same with defaults filled in
	if j, created, err := d.Submit(t.Context(), c, "first", r); err != nil || created || j.Row != first.Row {
		t.Errorf("retry: %+v, created %t, %v", j, created, err)
	}
	if err := d.Purge(t.Context(), c.User.Owner.ID, "first"); err != nil {
		t.Fatal(err)
	}
	if j, created, err := d.Submit(t.Context(), c, "first", r); err != nil || created || j.Row != first.Row {
		t.Errorf("retry of a purged job: %+v, created %t, %v", j, created, err)
	}
	d.set(noon.Add(12*time.Hour - time.Millisecond))
	if _, _, err := d.Submit(t.Context(), c, "", r); !errors.Is(err, job.ErrDailyLimit) {
		t.Errorf("just before midnight: %v", err)
	}
	d.set(noon.Add(12 * time.Hour))
	d.submit(t, c, "", r)
}

func TestAcceptedJob(t *testing.T) {
	d := newDesk(t, func(o *job.FrontOptions) { o.TimeLimits = map[account.Tier]time.Duration{account.Pro: time.Hour} })
	for tier, want := range map[account.Tier]struct {
		priority account.Priority
		limit    time.Duration
	}{account.Free: {account.Low, time.Minute}, account.Pro: {account.Normal, time.Hour}, account.Enterprise: {account.High, time.Hour}} {
		j := d.submit(t, d.caller(t, string(tier)+"@example.com", tier), "", job.Request{QASM: bell, Shots: 1})
		if j.Priority != want.priority || j.TimeLimit != want.limit || j.Qubits != 2 || !api.ValidJobID(j.ID) || j.Plan.Method == "" || j.Status != api.StatusQueued {
			t.Errorf("%s: %+v", tier, j)
		}
	}
	e, err := d.db.UserByEmail(t.Context(), "enterprise@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if j := d.submit(t, job.Caller{User: e}, "", job.Request{QASM: bell, Shots: 1, Priority: int(account.Low)}); j.Priority != account.Low {
		t.Errorf("own priority: %+v", j)
	}
}

func TestOtherOwnersSeeNothing(t *testing.T) {
	d := newDesk(t)
	a, b := d.caller(t, "a@example.com", account.Free), d.caller(t, "b@example.com", account.Free).User.Owner.ID
	d.submit(t, a, "mine", job.Request{QASM: bell, Shots: 1})
	for name, ask := range map[string]func(id string) error{
		"job":     func(id string) error { _, err := d.Job(t.Context(), b, id, true); return err },
		"wait":    func(id string) error { _, err := d.Wait(t.Context(), b, id, time.Minute); return err },
		"source":  func(id string) error { _, err := d.Source(t.Context(), b, id); return err },
		"cancel":  func(id string) error { _, err := d.Cancel(t.Context(), b, id); return err },
		"purge":   func(id string) error { return d.Purge(t.Context(), b, id) },
		"changes": func(id string) error { return d.Changes(t.Context(), b, id, func(job.View) error { return nil }) },
	} {
		if mine, none := ask("mine"), ask("none"); !errors.Is(mine, account.ErrNotFound) || none == nil || mine.Error() != none.Error() {
			t.Errorf("%s: %v for another's job and %v for none", name, mine, none)
		}
	}
	if views, _, err := d.Jobs(t.Context(), b, job.Filter{}); err != nil || len(views) != 0 {
		t.Errorf("list: %v, %v", views, err)
	}
}

func TestWaitEndsWithTheJob(t *testing.T) {
	d := newDesk(t).running(t)
	c := d.caller(t, "a@example.com", account.Enterprise)
	j := d.submit(t, c, "a", job.Request{QASM: bell, Shots: 1})
	if v, err := d.Wait(t.Context(), c.User.Owner.ID, "a", time.Millisecond); err != nil || v.Status != api.StatusQueued || v.Position != 1 {
		t.Errorf("not finished: %+v, %v", v, err)
	}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			v, err := d.Wait(t.Context(), c.User.Owner.ID, "a", time.Minute)
			var text strings.Builder
			if err == nil && v.Result != nil {
				_, err = v.Result.WriteTo(&text)
			}
			if err != nil || v.Status != api.StatusCompleted || text.String() != `{"counts":{}}` {
				t.Errorf("%+v, %q, %v", v, text.String(), err)
			}
		})
	}
	d.finish(t, j, `{"counts":{}}`)
	all.Wait()
	ctx, stop := context.WithCancel(t.Context())
	d.submit(t, c, "b", job.Request{QASM: bell, Shots: 1})
	stop()
	if _, err := d.Wait(ctx, c.User.Owner.ID, "b", time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}

// deaf loses all notices.
type deaf struct{ job.Notices }

func (deaf) Finished(ctx context.Context) (<-chan job.Row, func(), error) {
	return make(chan job.Row), func() {}, nil
}

func TestWaitEndsWhereNoticesAreLost(t *testing.T) {
	d := newDesk(t, func(o *job.FrontOptions) { o.Notices = deaf{} }).running(t)
	c := d.caller(t, "a@example.com", account.Enterprise)
	j := d.submit(t, c, "a", job.Request{QASM: bell, Shots: 1})
	d.finish(t, j, `{}`)
	if v, err := d.Wait(t.Context(), c.User.Owner.ID, "a", time.Minute); err != nil || v.Status != api.StatusCompleted {
		t.Errorf("finished before: %+v, %v", v, err)
	}
	k := d.submit(t, c, "b", job.Request{QASM: bell, Shots: 1})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if v, err := d.Wait(t.Context(), c.User.Owner.ID, "b", time.Minute); err != nil || v.Status != api.StatusCompleted {
			t.Errorf("finished meanwhile: %+v, %v", v, err)
		}
	})
	d.finish(t, k, `{}`)
	waiting.Wait()
}

func TestChanges(t *testing.T) {
	d := newDesk(t).running(t)
	c := d.caller(t, "a@example.com", account.Enterprise)
	j := d.submit(t, c, "a", job.Request{QASM: bell, Shots: 1})
	var seen []api.Status
	err := d.Changes(t.Context(), c.User.Owner.ID, "a", func(v job.View) error {
		if seen = append(seen, v.Status); len(seen) == 1 {
			d.finish(t, j, `{}`)
		}
		return nil
	})
	if err != nil || len(seen) < 2 || seen[0] != api.StatusQueued || seen[len(seen)-1] != api.StatusCompleted {
		t.Errorf("saw %v, %v", seen, err)
	}
	refused := errors.New("the reader is gone")
	if err := d.Changes(t.Context(), c.User.Owner.ID, "a", func(job.View) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

func TestPositions(t *testing.T) {
	d := newDesk(t)
	high, low := d.caller(t, "e@example.com", account.Enterprise), d.caller(t, "f@example.com", account.Free)
	for i, c := range []job.Caller{low, high, low, high} {
		d.submit(t, c, fmt.Sprint("j", i), job.Request{QASM: bell, Shots: 1})
	}
	for i, want := range []int{3, 1, 4, 2} {
		c := []job.Caller{low, high}[i%2]
		if v, err := d.Job(t.Context(), c.User.Owner.ID, fmt.Sprint("j", i), false); err != nil || v.Position != want {
			t.Errorf("j%d: position %d, want %d; %v", i, v.Position, want, err)
		}
	}
	if _, err := d.Cancel(t.Context(), high.User.Owner.ID, "j1"); err != nil {
		t.Fatal(err)
	}
	d.set(noon.Add(time.Second)) // positions are as old as half a second
	if v, err := d.Job(t.Context(), high.User.Owner.ID, "j3", false); err != nil || v.Position != 1 {
		t.Errorf("position %d, want 1; %v", v.Position, err)
	}
}

func TestPages(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "e@example.com", account.Enterprise)
	for i := range 7 {
		d.submit(t, c, fmt.Sprint("j", i), job.Request{QASM: bell, Shots: 1})
	}
	var got []string
	for filter := (job.Filter{Limit: 3}); ; {
		views, next, err := d.Jobs(t.Context(), c.User.Owner.ID, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range views {
			got = append(got, v.ID)
		}
		if filter.Before = next; next == 0 {
			break
		}
	}
	if fmt.Sprint(got) != "[j6 j5 j4 j3 j2 j1 j0]" {
		t.Errorf("got %v", got)
	}
}

func TestPurgedJobIsGone(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "a@example.com", account.Enterprise)
	owner := c.User.Owner.ID
	j := d.submit(t, c, "a", job.Request{QASM: bell, Shots: 1})
	if text, err := d.Source(t.Context(), owner, "a"); err != nil || text != bell {
		t.Errorf("source %q, %v", text, err)
	}
	d.finish(t, j, `{}`)
	for range 2 {
		if err := d.Purge(t.Context(), owner, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := d.Job(t.Context(), owner, "a", true); !errors.Is(err, job.ErrPurged) || v.Status != api.StatusCompleted {
		t.Errorf("job: %+v, %v", v, err)
	}
	if _, err := d.Source(t.Context(), owner, "a"); !errors.Is(err, job.ErrPurged) {
		t.Errorf("source: %v", err)
	}
	if views, _, err := d.Jobs(t.Context(), owner, job.Filter{}); err != nil || len(views) != 1 {
		t.Errorf("list: %v, %v", views, err)
	}
}

func TestWithoutAWorkerNothingCanBeSaid(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "a@example.com", account.Free)
	if err := d.db.Leave(t.Context(), "w1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Submit(t.Context(), c, "", job.Request{QASM: bell, Shots: 1}); !errors.Is(err, job.ErrNoWorker) {
		t.Errorf("got %v", err)
	}
	for _, w := range []job.Worker{{ID: "small", Slots: 1, MaxMemory: 1}, {ID: "large", Slots: 1, MaxMemory: 1 << 40}, {ID: "leaves", MaxMemory: 1 << 50}} {
		w.HeartbeatAt = noon
		if err := d.db.Heartbeat(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	d.set(noon.Add(2 * time.Second))
	if w, err := d.Capacity(t.Context()); err != nil || w.ID != "large" {
		t.Errorf("capacity %+v, %v", w, err)
	}
	for _, id := range []string{"small", "large"} {
		if err := d.db.Leave(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	d.set(noon.Add(4 * time.Second))
	d.submit(t, c, "", job.Request{QASM: bell, Shots: 1}) // it waits until a worker comes back
}

func TestEstimateChargesNothing(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "a@example.com", account.Free)
	for name, x := range map[string]struct {
		r       job.Request
		refused any
	}{
		"accepted": {job.Request{QASM: bell, Shots: 1}, nil},
		"size":     {job.Request{QASM: qubits(25), Shots: 1}, new(*account.SizeError)},
		"usage":    {job.Request{QASM: bell}, new(*run.UsageError)},
	} {
		e, err := d.Estimate(t.Context(), c, x.r)
		if err != nil || (e.Refusal == nil) != (x.refused == nil) || x.refused != nil && !errors.As(e.Refusal, x.refused) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
		if name != "usage" && (e.Explanation == nil || e.Info.Limits.JobsPerDay != 10) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	var circuit *job.CircuitError
	if _, err := d.Estimate(t.Context(), c, job.Request{QASM: "qreg q[", Shots: 1}); !errors.As(err, &circuit) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Estimate(t.Context(), c, job.Request{QASM: "qreg q[1];\nqreg q[2];", Shots: 1}); !errors.As(err, &circuit) || len(circuit.Diagnostics[0].Notes) != 1 || circuit.Diagnostics[0].Notes[0].Column != 6 {
		t.Errorf("got %+v", circuit)
	}
	if n, _ := d.db.JobsOn(t.Context(), c.User.Owner.ID, account.DayOf(noon)); n != 0 {
		t.Errorf("charged %d", n)
	}
	for range 10 {
		d.submit(t, c, "", job.Request{QASM: bell, Shots: 1})
	}
	if e, err := d.Estimate(t.Context(), c, job.Request{QASM: bell, Shots: 1}); err != nil || !errors.Is(e.Refusal, job.ErrDailyLimit) || e.Info.JobsToday != 10 {
		t.Errorf("used up: %+v, %v", e, err)
	}
}

func TestHostileProgramsAreAnsweredSoon(t *testing.T) {
	d := newDesk(t)
	c := d.caller(t, "a@example.com", account.Enterprise)
	gates := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\ngate g0 a { h a; h a; }\n"
	for i := 1; i < 30; i++ {
		gates += fmt.Sprintf("gate g%d a { g%d a; g%d a; }\n", i, i-1, i-1)
	}
	for name, text := range map[string]string{
		"a billion gates": gates + "qreg q[1];\ng29 q[0];\n",
		"deep brackets":   "OPENQASM 2.0;\nqreg q[1];\nU(" + strings.Repeat("(", 1<<20),
		"one long line":   "OPENQASM 2.0;" + strings.Repeat("qreg q[1];", 1<<17),
		"many qubits":     "OPENQASM 2.0;\nqreg q[2147483647];",
		"zero bytes":      strings.Repeat("\x00", 1<<20),
	} {
		if _, _, err := d.Submit(t.Context(), c, "", job.Request{QASM: text, Shots: 1}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
