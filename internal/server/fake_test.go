package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// fake is accounts and jobs in memory, for tests of what the HTTP side alone does. Jobs stand queued until finish is called. What the
// service as a whole does is tested on real stores, in conformance_test.go.
type fake struct {
	mu     sync.Mutex
	keys   map[string]account.Access
	jobs   []*job.View // in order of acceptance
	change chan struct{}
	err    error // what every call answers, where it is set
	panics bool
	gone   bool // Wait answers with its context's error, as the real one does
}

func newFake() *fake {
	f := &fake{keys: map[string]account.Access{}, change: make(chan struct{})}
	for i, tier := range account.Tiers() {
		f.add(int64(i+1), tier, account.AllScopes())
	}
	return f
}

func (f *fake) add(owner int64, tier account.Tier, scopes account.Scopes) string {
	key := fmt.Sprintf("qcos-%s-%04d-test", tier, len(f.keys))
	u := account.User{ID: owner, Email: string(tier) + "@example.com", Owner: account.Owner{ID: owner, Kind: account.Person, Tier: tier}}
	f.keys[key] = account.Access{User: u, Key: account.Key{ID: fmt.Sprintf("key_%d", len(f.keys)), OwnerID: owner, Scopes: scopes}}
	return key
}

func (f *fake) failing() error {
	if f.panics {
		panic("the fake panics")
	}
	return f.err
}

func (f *fake) Authenticate(_ context.Context, key string) (account.Access, error) {
	a, ok := f.keys[key]
	if !ok {
		return a, account.ErrInvalidKey
	}
	return a, nil
}

func (f *fake) Info(_ context.Context, u account.User) (account.Info, error) {
	return account.Info{Email: u.Email, Tier: u.Owner.Tier, Limits: u.Owner.Tier.Limits(), JobsToday: 3, ResetsAt: time.Now()}, f.failing()
}

func digest(r job.Request) []byte {
	text, _ := json.Marshal(r)
	sum := sha256.Sum256(text)
	return sum[:]
}

func (f *fake) find(owner int64, id string) (*job.View, error) {
	if err := f.failing(); err != nil {
		return nil, err
	}
	for _, v := range f.jobs {
		if v.OwnerID == owner && v.ID == id {
			if !v.PurgedAt.IsZero() {
				return v, job.ErrPurged
			}
			return v, nil
		}
	}
	return nil, account.ErrNotFound
}

func (f *fake) Submit(_ context.Context, c job.Caller, id string, r job.Request) (job.Job, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failing(); err != nil {
		return job.Job{}, false, err
	}
	owner := c.User.Owner.ID
	if v, err := f.find(owner, id); err == nil {
		if string(v.Digest) != string(digest(r)) {
			return job.Job{}, false, job.ErrConflict
		}
		return v.Job, false, nil
	}
	if strings.Contains(r.QASM, "broken") {
		return job.Job{}, false, &job.CircuitError{Diagnostics: []api.Diagnostic{{Severity: "error", Code: "x", Line: 2, Column: 3, Message: "it is broken", Hint: "mend it"}}}
	}
	if id == "" {
		id = fmt.Sprintf("drawn-%d", len(f.jobs))
	}
	j := job.Job{
		Row: job.Row(len(f.jobs) + 1), ID: id, OwnerID: owner, Digest: digest(r), Shots: r.Shots, Name: r.Name, Tags: r.Tags, Status: api.StatusQueued,
		CreatedAt: time.Now(), Plan: job.Plan{Method: "statevector", Seconds: 0.5, Bytes: 64},
	}
	f.jobs = append(f.jobs, &job.View{Job: j, Position: 1})
	return j, true, nil
}

// text is a result that is written as it is.
type text string

func (t text) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(t))
	return int64(n), err
}

func (f *fake) finish(id string, result io.WriterTo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.jobs {
		if v.ID == id {
			v.Status, v.Position, v.StartedAt, v.CompletedAt, v.Result = api.StatusCompleted, 0, time.Now(), time.Now(), result
		}
	}
	close(f.change)
	f.change = make(chan struct{})
}

func (f *fake) Job(_ context.Context, owner int64, id string, withResult bool) (job.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, err := f.find(owner, id)
	if err != nil {
		return job.View{}, err
	}
	out := *v
	if !withResult {
		out.Result = nil
	}
	return out, nil
}

func (f *fake) Wait(ctx context.Context, owner int64, id string, d time.Duration) (job.View, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for {
		f.mu.Lock()
		change := f.change
		f.mu.Unlock()
		v, err := f.Job(ctx, owner, id, true)
		if err != nil || v.Status.Finished() {
			return v, err
		}
		select {
		case <-change:
		case <-ctx.Done():
			if f.gone {
				return v, ctx.Err()
			}
			return v, nil
		}
	}
}

func (f *fake) Jobs(_ context.Context, owner int64, filter job.Filter) ([]job.View, job.Row, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var page []job.View
	for _, v := range slices.Backward(f.jobs) {
		if v.OwnerID != owner || filter.Before != 0 && v.Row >= filter.Before {
			continue
		}
		if len(page) == filter.Limit {
			return page, page[len(page)-1].Row, f.failing()
		}
		page = append(page, *v)
	}
	return page, 0, f.failing()
}

func (f *fake) Source(context.Context, int64, string) (string, error) { return "", f.failing() }

func (f *fake) Cancel(_ context.Context, owner int64, id string) (job.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, err := f.find(owner, id)
	if err != nil {
		return job.View{}, err
	}
	if !v.Status.Finished() {
		v.Status, v.CompletedAt = api.StatusCancelled, time.Now()
	}
	return *v, nil
}

func (f *fake) Purge(_ context.Context, owner int64, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, err := f.find(owner, id)
	if err == nil {
		v.PurgedAt = time.Now()
	}
	return err
}

func (f *fake) Changes(ctx context.Context, owner int64, id string, report func(job.View) error) error {
	for {
		f.mu.Lock()
		change := f.change
		f.mu.Unlock()
		v, err := f.Job(ctx, owner, id, false)
		if err != nil {
			return err
		}
		if err := report(v); err != nil || v.Status.Finished() {
			return err
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fake) Estimate(context.Context, job.Caller, job.Request) (job.Estimate, error) {
	return job.Estimate{Refusal: job.ErrDailyLimit}, f.failing()
}

func (f *fake) Check(context.Context, string) ([]api.Diagnostic, error) { return nil, f.failing() }

func (f *fake) Capacity(context.Context) (job.Worker, error) {
	return job.Worker{ID: "w", MaxMemory: 1 << 30}, f.failing()
}
