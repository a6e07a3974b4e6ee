package job

import (
	"context"
	"io"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// Caller is who submits or asks: the access that a key or a login session gave.
type Caller struct {
	User account.User // User.Owner owns the jobs
	Key  account.Key  // the zero Key for a login session
}

// Service is what a server does with jobs. It is what package server is written against.
type Service interface {
	// Submit accepts a job or refuses it, in the contract's order: an equal request under the same id is answered with its job
	// (created is false); then the circuit (*CircuitError), the tier (*account.SizeError, *ForbiddenError), the machine
	// (*run.InfeasibleError, *ResultTooLargeError, ErrNoWorker), the day (ErrDailyLimit). ErrConflict for another request under the id.
	// What is wrong with the request whatever the program is, is a *run.UsageError and comes first. An empty id is drawn; the caller
	// has seen to it that another is an api.ValidJobID.
	Submit(ctx context.Context, c Caller, id string, r Request) (j Job, created bool, err error)
	// Job gives a job of the owner with its result where withResult is set and it completed. account.ErrNotFound; ErrPurged, with the
	// view.
	Job(ctx context.Context, ownerID int64, id string, withResult bool) (View, error)
	// Wait is Job with the result, once the job is finished or d has passed. Where ctx ends sooner, it is ctx's error.
	Wait(ctx context.Context, ownerID int64, id string, d time.Duration) (View, error)
	// Jobs lists jobs, the newest first and purged ones too, and the cursor of the next page for Filter.Before, 0 on the last.
	Jobs(ctx context.Context, ownerID int64, f Filter) ([]View, Row, error)
	// Source is the circuit of a job as it was submitted. account.ErrNotFound, ErrPurged.
	Source(ctx context.Context, ownerID int64, id string) (string, error)
	// Cancel stops a job; on a finished one it changes nothing. account.ErrNotFound.
	Cancel(ctx context.Context, ownerID int64, id string) (View, error)
	// Purge cancels a job that is not finished and deletes circuit and result. account.ErrNotFound.
	Purge(ctx context.Context, ownerID int64, id string) error
	// Changes calls back with the view of a job at once and whenever its state or place changes, until it is finished or ctx ends.
	Changes(ctx context.Context, ownerID int64, id string, report func(View) error) error
	// Estimate is the verdict of Submit without submitting: what explain knows and the tier's word. Charges nothing. Its errors are
	// *CircuitError and those of the store: a refusal for size, feasibility or the day is part of the answer.
	Estimate(ctx context.Context, c Caller, r Request) (Estimate, error)
	// Check lists what is wrong with a program, in the same words and with the same limits as Submit; none: it is valid.
	Check(ctx context.Context, source string) ([]api.Diagnostic, error)
	// Capacity is the largest worker alive: what feasibility is measured against.
	Capacity(ctx context.Context) (Worker, error)
}

// View is a job as its owner sees it.
type View struct {
	Job
	Position int     // from 1 while queued; 0 otherwise
	Estimate float64 // seconds until it is done, as far as can be told
	// Result writes the JSON of the api.Result of a completed job, where it was asked for; nil otherwise. A result may have many
	// megabytes: it goes from the store to the network without being taken apart. It may be written more than once.
	Result io.WriterTo
}

// Estimate is what a run would take.
type Estimate struct {
	Explanation *run.Explanation // on the largest worker alive
	Info        account.Info
	Refusal     error // what Submit would answer; nil where it would accept
}

// CircuitError refuses a program, with all that is wrong with it.
type CircuitError struct{ Diagnostics []api.Diagnostic }

func (e *CircuitError) Error() string {
	if len(e.Diagnostics) == 0 {
		return "the program is not valid"
	}
	return e.Diagnostics[0].String()
}

// ForbiddenError refuses what the caller's tier does not include, such as a priority of one's own.
type ForbiddenError struct{ Detail, Next string }

func (e *ForbiddenError) Error() string { return e.Detail }

// ResultTooLargeError refuses a job whose stored answer would be larger than is kept.
type ResultTooLargeError struct {
	Bytes, Max int64
	Shots      int
}

func (e *ResultTooLargeError) Error() string {
	return "the result would be too large: ask for fewer shots"
}
