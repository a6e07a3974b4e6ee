package job

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// Errors of a Store and of a Service, beside account.ErrNotFound for what does not exist or belongs to somebody else.
var (
	// ErrConflict refuses another request under the ID of a job.
	ErrConflict = errors.New("there is already a job with this id and another request")
	// ErrDailyLimit refuses a job beyond the owner's or the key's jobs of the day.
	ErrDailyLimit = errors.New("the jobs of the day are used up")
	// ErrPurged is the answer about a circuit or a result that its owner deleted.
	ErrPurged = errors.New("the circuit and the result of this job were deleted")
	// ErrSuperseded drops what an attempt reports after another attempt took its place, or after the job ended.
	ErrSuperseded = errors.New("the attempt was superseded")
)

// Admission is a job to be accepted, with what counts it.
type Admission struct {
	Job           Job // Row is given by the store
	Circuit       []byte
	OwnerLimit    int64  // jobs a day; account.Unlimited
	KeyFamily     string // "" for a login session
	KeyDailyLimit int64  // account.Unlimited
}

// Waiting is a job that waits for release, as the dispatcher sees it.
type Waiting struct {
	Row       Row
	OwnerID   int64
	Priority  account.Priority
	Bytes     int64
	CreatedAt time.Time
}

// Worker is a process that runs jobs, as it registered itself.
type Worker struct {
	ID          string
	Host        string
	PID         int
	Slots       int
	MaxMemory   int64 // bytes that its running jobs may take together
	Kernel      string
	Version     string
	StartedAt   time.Time
	HeartbeatAt time.Time
}

// Store keeps jobs. Every method does all of what it says or nothing, in one transaction. All are safe for concurrent use by any
// number of processes.
type Store interface {
	// Admit enters a job, its circuit and its count, or finds the job of the same owner and ID: then created is false and nothing is
	// counted. ErrConflict where that one has another Digest; ErrDailyLimit.
	Admit(ctx context.Context, a Admission) (j Job, created bool, err error)
	// Job finds a job of the owner. account.ErrNotFound.
	Job(ctx context.Context, ownerID int64, id string) (Job, error)
	// JobByRow finds a job for whoever runs it. account.ErrNotFound.
	JobByRow(ctx context.Context, row Row) (Job, error)
	// Jobs lists an owner's jobs, the newest first.
	Jobs(ctx context.Context, ownerID int64, f Filter) ([]Job, error)
	// Ahead is how many queued jobs are ahead of a queued one, by priority and acceptance.
	Ahead(ctx context.Context, j Job) (int, error)
	// Circuit is the compressed source of a job. ErrPurged.
	Circuit(ctx context.Context, row Row) ([]byte, error)
	// Result is the compressed result of a completed job; nil where there is none. ErrPurged.
	Result(ctx context.Context, row Row) ([]byte, error)

	// Cancel ends a queued job as cancelled at once and asks a running one to stop; a finished one stays as it is. It gives the job
	// as it is then.
	Cancel(ctx context.Context, row Row, at time.Time) (Job, error)
	// Purge deletes circuit and result of a finished job. The job's own row stays as long as it is kept.
	Purge(ctx context.Context, row Row, at time.Time) error
	// Expire deletes finished jobs whose end lies before the time, at most limit of them, and says how many it deleted.
	Expire(ctx context.Context, before time.Time, limit int) (int, error)

	// Waiting lists jobs that wait for release: of each priority at most perOwner a owner, the oldest of each.
	Waiting(ctx context.Context, perOwner int) ([]Waiting, error)
	// Running sums what released and not yet finished jobs take: their number and their planned bytes.
	Running(ctx context.Context) (jobs int, bytes int64, err error)
	// Release marks jobs as released and enters them into the queue, those that wait no longer left out.
	Release(ctx context.Context, rows []Row, at time.Time) error

	// Start begins an attempt: the job is processing, Attempt one higher. ErrSuperseded where the job is not queued any more.
	Start(ctx context.Context, row Row, worker string, at time.Time) (Job, error)
	// Finish ends an attempt with a result (compressed, for completed) or a failure. ErrSuperseded where it is not the job's attempt.
	Finish(ctx context.Context, row Row, attempt int, status api.Status, result []byte, failure *Failure, at time.Time) error
	// GiveUp returns an attempt's job to the waiting: its process stops gracefully. It does not count as lost. ErrSuperseded.
	GiveUp(ctx context.Context, row Row, attempt int) error

	// Heartbeat registers a worker or says that it is alive, and names those of its running jobs that are to stop.
	Heartbeat(ctx context.Context, w Worker) (cancelled []Row, err error)
	// Workers lists those whose heartbeat is not older than the time.
	Workers(ctx context.Context, since time.Time) ([]Worker, error)
	// Leave removes a worker that stops.
	Leave(ctx context.Context, workerID string) error
	// Sweep takes the jobs of workers without a heartbeat since the time: each goes back to the waiting with Lost one higher, or
	// fails where Lost has reached the limit; then its count is given back to its day. It says how many it took.
	Sweep(ctx context.Context, since time.Time, maxLost int, at time.Time) (int, error)
	// Depths counts queued and processing jobs by priority, for metrics.
	Depths(ctx context.Context) (queued, processing map[account.Priority]int, err error)
}

// Notices tell of changes across all processes of a service. They may be lost or doubled: whoever waits looks again now and then.
type Notices interface {
	// Finished gives a channel that gets the row of each job that ended, or 0 for "look again". The stop function ends it.
	Finished(ctx context.Context) (rows <-chan Row, stop func(), err error)
}

// Queue carries released jobs to workers; it is River.
type Queue interface {
	// Work runs work for each released job in up to slots goroutines, until ctx ends or Stop is called. An error of work is retried
	// by the queue.
	Work(ctx context.Context, slots int, work func(ctx context.Context, row Row) error) error
	// Stop takes no new jobs and waits for those that run, until ctx ends.
	Stop(ctx context.Context) error
}
