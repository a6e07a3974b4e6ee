package job

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// Submit is Service's.
func (f *Front) Submit(ctx context.Context, c Caller, id string, r Request) (Job, bool, error) {
	r, err := complete(r)
	if err != nil {
		return Job{}, false, err
	}
	digest, given := r.digest(), id != ""
	if !given {
		id = drawID()
	}
	v, err := f.judge(ctx, c, r, false)
	if err == nil {
		err = v.refusal
	}
	if err != nil && given { // a job that was accepted before is found whatever would be said now
		if old, known := f.Store.Job(ctx, c.User.Owner.ID, id); known == nil {
			return retried(old, digest)
		} else if !errors.Is(known, account.ErrNotFound) {
			return Job{}, false, known
		}
	}
	if err != nil {
		return Job{}, false, err
	}
	return f.Store.Admit(ctx, f.admission(c, id, r, digest, v)) // which looks for the id, too
}

// retried answers a request under the id of a job.
func retried(old Job, digest []byte) (Job, bool, error) {
	if !bytes.Equal(old.Digest, digest) {
		return Job{}, false, ErrConflict
	}
	return old, false, nil
}

// drawID draws the id of a job whose caller gave none.
func drawID() string { return "job_" + strings.ToLower(rand.Text()[:20]) } // 100 bits

func (f *Front) admission(c Caller, id string, r Request, digest []byte, v verdict) Admission {
	now, tier := f.Clock(), c.User.Owner.Tier
	limits := tier.Limits()
	a := Admission{
		Job: Job{
			ID: id, OwnerID: c.User.Owner.ID, KeyID: c.Key.ID, Name: r.Name, Tags: r.Tags,
			Digest: digest, Shots: r.Shots, Seed: r.Seed, Method: r.Method, Memory: r.Memory, Qubits: v.explanation.NumQubits,
			Priority: priorityOf(r, limits.Priority), TimeLimit: f.timeLimit(tier), Plan: v.plan(), Day: account.DayOf(now),
			Status: api.StatusQueued, CreatedAt: now,
		},
		Circuit: Pack([]byte(r.QASM)), OwnerLimit: limits.JobsPerDay, KeyDailyLimit: account.Unlimited,
	}
	if c.Key.ID != "" {
		a.KeyFamily, a.KeyDailyLimit = c.Key.Family, c.Key.DailyLimit
	}
	return a
}

func (f *Front) timeLimit(tier account.Tier) time.Duration {
	if d, ok := f.TimeLimits[tier]; ok {
		return d
	}
	return tier.Limits().Time
}

// priorityOf gives the priority that was asked for, which judge has allowed, or the tier's.
func priorityOf(r Request, tier account.Priority) account.Priority {
	if r.Priority == 0 {
		return tier
	}
	return account.Priority(r.Priority)
}

// Limits of what people name jobs.
const (
	longestName = 200 // bytes of a name or a tag
	mostTags    = 32
)

// complete fills defaults in and refuses what is wrong in itself, whatever the program is.
func complete(r Request) (Request, error) {
	if r.Method == "" {
		r.Method = plan.AutoMethod
	}
	if len(r.Tags) == 0 {
		r.Tags = nil
	}
	refuse := func(next, format string, args ...any) (Request, error) {
		return r, &run.UsageError{Detail: fmt.Sprintf(format, args...), Next: next}
	}
	switch {
	case r.Shots < 1:
		return refuse("ask for 1 shot or more", "%d shots: at least 1 is needed", r.Shots)
	case !isMethod(r.Method):
		return refuse("leave method out, or choose one of them", "unknown method %q: the methods are %s", cut(r.Method), strings.Join(run.Methods(), ", "))
	case len(r.Name) > longestName:
		return refuse("choose a shorter name", "the name has %d bytes, %d are allowed", len(r.Name), longestName)
	case !isText(r.Name):
		return refuse("use printable characters", "the name has a character that cannot be printed")
	case len(r.Tags) > mostTags:
		return refuse("use fewer tags", "%d tags, %d are allowed", len(r.Tags), mostTags)
	}
	for _, tag := range r.Tags {
		if tag == "" || len(tag) > longestName {
			return refuse("choose shorter tags, none of them empty", "a tag has %d bytes, 1 to %d are allowed", len(tag), longestName)
		}
		if !isText(tag) {
			return refuse("use printable characters", "a tag has a character that cannot be printed")
		}
	}
	return r, nil
}

// isText reports that a text is UTF-8 without control characters, which not every database keeps.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func isMethod(name string) bool {
	for _, m := range run.Methods() {
		if m == name {
			return true
		}
	}
	return false
}

// cut is a submitted text as far as it is repeated.
func cut(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
