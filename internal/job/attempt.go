package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// attempt runs a begun job and tells how it ended. It did not end where it was stopped for another reason than its owner or its time
// limit: its context says for which, or nothing where a light job took too long to be one.
func (r *Runner) attempt(a *attempt, threads int) (o Outcome, ended bool) {
	ctx := a.ctx
	if a.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.TimeLimit, errTimeLimit)
		defer cancel()
	}
	if r.Child != nil && !a.apart() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.patience, errTooLong)
		defer cancel()
	}
	packed, err := r.execution(ctx, a, threads)
	o = Outcome{Row: a.Row, Attempt: a.Attempt, At: r.now()}
	switch {
	case err == nil:
		o.Status, o.Result = api.StatusCompleted, packed
	case errors.Is(err, errSuperseded), errors.Is(err, errStopped), errors.Is(err, errTooLong):
		return o, false
	case errors.Is(err, errCancelled), errors.Is(err, ErrPurged), errors.Is(err, account.ErrNotFound):
		o.Status, o.Failure = api.StatusCancelled, &Failure{Code: api.CodeCancelled, Detail: "the job was cancelled by its owner"}
	default:
		o.Status, o.Failure = api.StatusFailed, r.failure(a, err)
	}
	return o, true
}

func (r *Runner) execution(ctx context.Context, a *attempt, threads int) ([]byte, error) {
	packed, err := r.circuit(ctx, a)
	if err != nil {
		return nil, err
	}
	task, err := newTask(&a.Job, packed, threads)
	if err != nil {
		return nil, err
	}
	if r.Child != nil && a.apart() {
		return executeApart(ctx, r.Child, task)
	}
	return r.execute(ctx, task)
}

// circuit reads the circuit of an attempt, for as long as it takes: a store that is away for a while does not fail jobs.
func (r *Runner) circuit(ctx context.Context, a *attempt) ([]byte, error) {
	for pause := 50 * time.Millisecond; a.Circuit == nil; pause = min(2*pause, 2*time.Second) {
		packed, err := r.Store.Circuit(ctx, a.Row)
		switch {
		case err == nil:
			return packed, nil
		case errors.Is(err, ErrPurged), errors.Is(err, account.ErrNotFound):
			return nil, err
		case ctx.Err() == nil:
			r.Log.Warn("a circuit cannot be read yet", "job", a.Row, "error", err)
			sleep(ctx, pause)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return a.Circuit, nil
}

// failure is what the job's owner reads. What is our fault is told to the log in full, and to them in few words.
func (r *Runner) failure(a *attempt, err error) *Failure {
	var known *Failure
	switch {
	case errors.Is(err, errTimeLimit):
		return &Failure{Code: api.CodeTimeLimit, Detail: fmt.Sprintf("the job was stopped after the %s that its tier allows", a.TimeLimit)}
	case errors.As(err, &known):
		return known
	}
	r.Log.Error("a job failed", "job", a.Row, "error", err)
	return &Failure{Code: api.CodeInternal, Detail: fmt.Sprintf("internal error: the job could not be run; the server's log says more about job %d", a.Row)}
}
