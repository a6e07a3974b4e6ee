package job

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

const (
	lookEvery   = 5 * time.Second // at jobs that somebody waits for, in case that a notice got lost
	changesLook = time.Second     // at a job whose changes somebody watches
	defaultPage = 50
	largestPage = 500
)

// Job is Service's. Of a purged job it gives the view and ErrPurged.
func (f *Front) Job(ctx context.Context, ownerID int64, id string, withResult bool) (View, error) {
	j, err := f.Store.Job(ctx, ownerID, id)
	if err != nil {
		return View{}, err
	}
	return f.view(ctx, j, withResult)
}

func (f *Front) view(ctx context.Context, j Job, withResult bool) (View, error) {
	v := View{Job: j}
	if !j.PurgedAt.IsZero() {
		return v, ErrPurged
	}
	switch j.Status {
	case api.StatusQueued:
		position, seconds, err := f.places.of(ctx, Place{j.Priority, j.Row})
		if err != nil {
			return v, err
		}
		v.Position, v.Estimate = position, seconds+j.Plan.Seconds
	case api.StatusProcessing:
		v.Estimate = max(0, j.Plan.Seconds-f.Clock().Sub(j.StartedAt).Seconds())
	case api.StatusCompleted:
		if !withResult {
			break
		}
		body, err := f.Store.Result(ctx, j.Row)
		if err != nil {
			return v, err
		}
		v.Result = Packed(body)
	}
	return v, nil
}

// Wait is Service's.
func (f *Front) Wait(ctx context.Context, ownerID int64, id string, d time.Duration) (View, error) {
	j, err := f.Store.Job(ctx, ownerID, id)
	if err != nil {
		return View{}, err
	}
	if !j.Status.Finished() && d > 0 {
		if err := f.waits.wait(ctx, j.Row, d); err != nil {
			return View{Job: j}, err
		}
		if j, err = f.Store.Job(ctx, ownerID, id); err != nil {
			return View{}, err
		}
	}
	return f.view(ctx, j, true)
}

// Changes is Service's.
func (f *Front) Changes(ctx context.Context, ownerID int64, id string, report func(View) error) error {
	var last View
	for first := true; ; first = false {
		v, err := f.Job(ctx, ownerID, id, false)
		if err != nil {
			return err
		}
		if first || v.Status != last.Status || v.Position != last.Position || v.Attempt != last.Attempt {
			if err := report(v); err != nil {
				return err
			}
			last = v
		}
		if v.Status.Finished() {
			return nil
		}
		if err := f.waits.wait(ctx, v.Row, changesLook); err != nil {
			return err
		}
	}
}

// Jobs is Service's.
func (f *Front) Jobs(ctx context.Context, ownerID int64, filter Filter) ([]View, Row, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultPage
	}
	n := min(filter.Limit, largestPage)
	filter.Limit = n + 1 // one more tells whether there is another page
	jobs, err := f.Store.Jobs(ctx, ownerID, filter)
	if err != nil {
		return nil, 0, err
	}
	var next Row
	if len(jobs) > n {
		jobs = jobs[:n]
		next = jobs[n-1].Row
	}
	views := make([]View, len(jobs))
	for i, j := range jobs {
		if views[i], err = f.view(ctx, j, false); err != nil && !errors.Is(err, ErrPurged) {
			return nil, 0, err
		}
	}
	return views, next, nil
}

// Source is Service's.
func (f *Front) Source(ctx context.Context, ownerID int64, id string) (string, error) {
	j, err := f.Store.Job(ctx, ownerID, id)
	if err != nil {
		return "", err
	}
	packed, err := f.Store.Circuit(ctx, j.Row)
	if err != nil {
		return "", err
	}
	text, err := Unpack(packed)
	return string(text), err
}

// Cancel is Service's.
func (f *Front) Cancel(ctx context.Context, ownerID int64, id string) (View, error) {
	j, err := f.Store.Job(ctx, ownerID, id)
	if err != nil {
		return View{}, err
	}
	if !j.Status.Finished() {
		if j, err = f.Store.Cancel(ctx, j.Row, f.Clock()); err != nil {
			return View{}, err
		}
	}
	return f.view(ctx, j, false)
}

// Purge is Service's. Purging again changes nothing.
func (f *Front) Purge(ctx context.Context, ownerID int64, id string) error {
	j, err := f.Store.Job(ctx, ownerID, id)
	if err != nil {
		return err
	}
	_, err = f.Store.Purge(ctx, j.Row, f.Clock())
	return err
}

// Estimate is Service's.
func (f *Front) Estimate(ctx context.Context, c Caller, r Request) (Estimate, error) {
	r, err := complete(r)
	if err != nil {
		return Estimate{Refusal: err}, nil
	}
	v, err := f.judge(ctx, c, r, true)
	if err != nil {
		return Estimate{}, err
	}
	info, err := f.Accounts.Info(ctx, c.User)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Explanation: v.explanation, Info: info, Refusal: v.refusal}
	if e.Refusal == nil && info.Limits.JobsPerDay != account.Unlimited && info.JobsToday >= info.Limits.JobsPerDay {
		e.Refusal = ErrDailyLimit
	}
	return e, nil
}
