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
	// ErrSuperseded refuses a dispatcher whose place another took.
	ErrSuperseded = errors.New("another dispatcher took over")
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
	Row      Row
	OwnerID  int64
	Priority account.Priority
	Bytes    int64   // planned
	Seconds  float64 // planned
}

// Place is where a queued job stands: behind the places that are smaller by priority, then row.
type Place struct {
	Priority account.Priority
	Row      Row
}

// Placement sends a waiting job to a worker.
type Placement struct {
	Row    Row
	Worker string // Worker.ID
}

// Released is a job on its way to its worker, with what its turn there depends on.
type Released struct {
	Row      Row
	OwnerID  int64
	Priority account.Priority
}

// Load is what a worker has in hand: its released and not yet finished jobs, heavy ones (see Heavy) and the others apart.
type Load struct {
	Worker       string
	Light        int
	LightSeconds float64 // planned, their sum
	Heavy        int
	HeavyBytes   int64 // planned, their sum
}

// Started is an attempt that has begun. Circuit is the packed source, or nil where that is longer than InlineCircuit: then it is
// read when its turn comes.
type Started struct {
	Job
	Circuit []byte
}

// InlineCircuit is the longest packed circuit, in bytes, that Start reads along.
const InlineCircuit = 64 << 10

// Held is a job in the hands of a worker: released to it and not ended.
type Held struct {
	Row     Row
	Attempt int
	Begun   bool // the attempt runs; otherwise the job is only released
	Cancel  bool // it is to stop
}

// Outcome is how an attempt ended.
type Outcome struct {
	Row     Row
	Attempt int
	Status  api.Status // completed, failed or cancelled
	Result  []byte     // of a completed job: the JSON of its api.Result, packed
	Failure *Failure   // of one that did not complete
	At      time.Time
}

// Worker is a process that runs jobs, as it registered itself.
type Worker struct {
	ID          string
	Host        string
	PID         int
	Slots       int   // 0: it stops and takes no more jobs
	MaxMemory   int64 // bytes that its heavy jobs may take together
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
	// Queued lists all queued jobs, by priority and acceptance: the place in it is a job's place in the queue.
	Queued(ctx context.Context) ([]Place, error)
	// Ended names those of the rows whose jobs are finished or gone.
	Ended(ctx context.Context, rows []Row) ([]Row, error)
	// Circuit is the compressed source of a job. ErrPurged.
	Circuit(ctx context.Context, row Row) ([]byte, error)
	// Result is the compressed result of a completed job; nil where there is none. ErrPurged.
	Result(ctx context.Context, row Row) ([]byte, error)

	// Cancel ends a queued job as cancelled at once and asks a running one to stop; a finished one stays as it is. It gives the job
	// as it is then.
	Cancel(ctx context.Context, row Row, at time.Time) (Job, error)
	// Purge is Cancel, and deletes circuit and result, also a result that a running attempt still brings. The job's own row stays as
	// long as it is kept.
	Purge(ctx context.Context, row Row, at time.Time) (Job, error)
	// Expire deletes finished jobs whose end lies before the time, at most limit of them, and says how many it deleted.
	Expire(ctx context.Context, before time.Time, limit int) (int, error)

	// Lead takes the office of dispatcher for a holder until the time, or keeps it. Where another holds it and its time has not
	// passed, ok is false. The term grows whenever the holder changes. With an until in the past a holder resigns.
	Lead(ctx context.Context, holder string, now, until time.Time) (term int64, ok bool, err error)
	// Waiting lists at most limit jobs that wait for release, those behind the row, by rising row.
	Waiting(ctx context.Context, after Row, limit int) ([]Waiting, error)
	// Loads sums the released and not yet finished jobs of each worker that has any.
	Loads(ctx context.Context) ([]Load, error)
	// Release marks jobs as released to their workers and enters them into the queue, those that wait no longer and those for workers
	// that are not registered left out. The term is that of Lead: ErrSuperseded where it is over, and nothing is done.
	Release(ctx context.Context, term int64, to []Placement, at time.Time) error

	// Start begins an attempt at each of the jobs that are queued and released to the worker: they are processing, Attempt one
	// higher. The others are left out of what it returns.
	Start(ctx context.Context, worker string, rows []Row, at time.Time) ([]Started, error)
	// Finish ends attempts, all in one transaction. Those that are not their job's attempt any more are dropped and named.
	Finish(ctx context.Context, outcomes []Outcome) (superseded []Row, err error)
	// GiveUp returns jobs in the hands of the worker to the waiting, begun or only released, because it stops gracefully. It does
	// not count as lost. Those that it does not have in hand are left out.
	GiveUp(ctx context.Context, worker string, rows []Row) error
	// Held lists what the worker has in hand.
	Held(ctx context.Context, worker string) ([]Held, error)

	// Heartbeat registers a worker or says that it is alive.
	Heartbeat(ctx context.Context, w Worker) error
	// Workers lists those whose heartbeat is not older than the time, by ID; the zero time: all that are registered.
	Workers(ctx context.Context, since time.Time) ([]Worker, error)
	// Leave removes a worker that stops. Whatever it still has in hand goes back to the waiting and does not count as lost.
	Leave(ctx context.Context, workerID string) error
	// Sweep removes those of the dead workers whose heartbeat is still the one given here (clocks of machines differ: whoever sweeps
	// has seen it stand still), and takes what they had in hand, and what is in the hands of workers that are not registered: jobs
	// only released go back to the waiting; a begun one too, with Lost one higher, or it fails with CodeWorkerLost where that makes
	// Lost reach maxLost; then its count is given back to its day. One whose cancellation was asked for ends as cancelled. What the
	// queue keeps for the workers is removed. It says how many jobs it took.
	Sweep(ctx context.Context, dead []Worker, maxLost int, at time.Time) (int, error)
	// Depths counts queued and processing jobs by priority, for metrics.
	Depths(ctx context.Context) (queued, processing map[account.Priority]int, err error)
}

// Notices tell of changes across all processes of a service. They may be lost or doubled: whoever waits looks again now and then.
// Each stop function ends its channel.
type Notices interface {
	// Finished gives a channel that gets the row of each job that ended, or 0 for "look again".
	Finished(ctx context.Context) (rows <-chan Row, stop func(), err error)
	// Work gives a channel that gets a value soon after jobs came to wait for release or a worker has room again. Several changes
	// may make one value; the last change makes one.
	Work(ctx context.Context) (changed <-chan struct{}, stop func(), err error)
	// Cancels gives a channel that gets a value soon after the cancellation of a running job was asked for, like Work.
	Cancels(ctx context.Context) (changed <-chan struct{}, stop func(), err error)
}

// Queue carries released jobs to workers; it is River.
type Queue interface {
	// Work hands the jobs that are released to the worker to the function, soon after their release and at most ahead calls at once,
	// until ctx ends or Stop is called. A call gets one or several of them and returns when all of them are out of hand. An error
	// makes the queue call again later.
	Work(ctx context.Context, worker string, ahead int, work func(ctx context.Context, jobs []Released) error) error
	// Stop takes no new jobs and waits for the calls that run, until ctx ends.
	Stop(ctx context.Context) error
}
