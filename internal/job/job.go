// Package job is the life of a job on a server: admission, waiting, release to the queue, running, and what is kept afterwards. It
// knows no SQL and no HTTP: what it keeps goes through Store, and released jobs reach workers through Queue. Circuits are run by
// package run.
package job

import (
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// Row is the store's number of a job. Rows grow in the order of acceptance and are never used again.
type Row int64

// Request is what a caller asks for, with all defaults filled in.
type Request struct {
	QASM     string
	Shots    int
	Seed     *uint64 // nil: drawn by the run
	Method   string  // "auto" or an engine
	Memory   bool    // one outcome a shot is wanted
	Priority int     // 0: the tier's own
	Name     string
	Tags     []string
}

// Plan is what the planner said at admission, on the largest worker then alive.
type Plan struct {
	Method    string
	Precision string
	Seconds   float64
	Bytes     int64
}

// Failure is why a job did not complete.
type Failure struct {
	Code   api.Code
	Detail string
}

// Job is one accepted job without its circuit and result, which are read on their own.
type Job struct {
	Row     Row
	ID      string // the caller's or drawn; unique within the owner
	OwnerID int64
	KeyID   string // the key that submitted it
	Name    string
	Tags    []string

	Digest    []byte // SHA-256 of the Request in a canonical form: tells a retry from another request under the same ID
	Shots     int
	Seed      *uint64
	Method    string
	Memory    bool
	Qubits    int // declared
	Priority  account.Priority
	TimeLimit time.Duration
	Plan      Plan
	Day       account.Day // that it was counted on

	Status  api.Status
	Attempt int      // starts so far: the fencing token of a running attempt
	Lost    int      // attempts lost to dead workers
	Worker  string   // that it is released to; "" while it waits
	Failure *Failure // nil unless failed or cancelled

	CreatedAt   time.Time
	ReleasedAt  time.Time // zero: waits for the dispatcher
	StartedAt   time.Time // of the last attempt; zero while queued
	CompletedAt time.Time // zero unless finished
	CancelAt    time.Time // when cancellation was asked for; zero: it was not
	PurgedAt    time.Time // zero: circuit and result are kept
}

// Filter selects jobs of a listing. Zero members select all.
type Filter struct {
	Status api.Status
	Name   string
	Tag    string
	Before Row // jobs older than this one; 0: from the newest
	Limit  int // at most so many
}
