package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

const (
	fetchCooldown = 5 * time.Millisecond   // River's 100 would let jobs wait
	fetchPoll     = 500 * time.Millisecond // where a notification got lost
	retryAfter    = time.Second
	maxAttempts   = 1000 // of handing jobs over, not of running them: whoever cannot start them now, such as without a database, tries again

	// rescueAfter is when River, which knows nothing of heartbeats, takes a job from a client that does not finish it. Our sweep has done so
	// long before.
	rescueAfter = 48 * time.Hour
	keepQueued  = time.Minute // what River has done is of no use
)

// handover is a River job: jobs released to one worker at one time.
type handover struct {
	Rows       []job.Row          `json:"rows"`
	Owners     []int64            `json:"owners"`     // of the rows, as many; none in one of an earlier release
	Priorities []account.Priority `json:"priorities"` // likewise
}

func newHandover(jobs []job.Released) (h handover) {
	for _, j := range jobs {
		h.Rows, h.Owners, h.Priorities = append(h.Rows, j.Row), append(h.Owners, j.OwnerID), append(h.Priorities, j.Priority)
	}
	return h
}

func (h handover) jobs() []job.Released {
	jobs := make([]job.Released, len(h.Rows))
	for i, row := range h.Rows {
		jobs[i].Row = row
		if i < len(h.Owners) && i < len(h.Priorities) {
			jobs[i].OwnerID, jobs[i].Priority = h.Owners[i], h.Priorities[i]
		}
	}
	return jobs
}

// Kind is river.JobArgs'.
func (handover) Kind() string { return "handover" }

// riverQueue is job.Queue on either database. River has a queue for each worker.
type riverQueue struct {
	enter func(ctx context.Context, c conn, released map[string][]job.Released) error
	woken func(worker string) // after the transaction of enter, where the database does not tell River; nil otherwise
	begin func(ctx context.Context, worker string, ahead int, work workFunc) (running, error)

	mu      sync.Mutex
	running []running
}

type workFunc func(ctx context.Context, jobs []job.Released) error

// running is a River client at work.
type running interface {
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}

// newRiver puts the queue together.
func newRiver[T any](driver riverdriver.Driver[T], txOf func(conn) T, log *slog.Logger) (*riverQueue, error) {
	config := func() *river.Config {
		return &river.Config{
			Logger: slog.New(quiet{log.Handler()}), JobTimeout: -1, MaxAttempts: maxAttempts, RescueStuckJobsAfter: rescueAfter, RetryPolicy: soon{},
			FetchCooldown: fetchCooldown, FetchPollInterval: fetchPoll,
			CompletedJobRetentionPeriod: keepQueued, CancelledJobRetentionPeriod: keepQueued, DiscardedJobRetentionPeriod: keepQueued,
		}
	}
	entering, err := river.NewClient(driver, config())
	if err != nil {
		return nil, err
	}
	q := &riverQueue{}
	q.enter = func(ctx context.Context, c conn, released map[string][]job.Released) error {
		var jobs []river.InsertManyParams
		for worker, all := range released {
			jobs = append(jobs, river.InsertManyParams{Args: newHandover(all), InsertOpts: &river.InsertOpts{Queue: worker}})
		}
		_, err := entering.InsertManyFastTx(ctx, txOf(c), jobs)
		return err
	}
	q.begin = func(ctx context.Context, worker string, ahead int, work workFunc) (running, error) {
		o := config()
		o.ID = worker
		o.Queues = map[string]river.QueueConfig{worker: {MaxWorkers: ahead}}
		o.Workers = river.NewWorkers()
		err := river.AddWorkerSafely(o.Workers, river.WorkFunc(func(ctx context.Context, j *river.Job[handover]) error { return work(ctx, j.Args.jobs()) }))
		if err != nil {
			return nil, err
		}
		client, err := river.NewClient(driver, o)
		if err != nil {
			return nil, err
		}
		return client, client.Start(ctx)
	}
	return q, nil
}

// Work is job.Queue's.
func (q *riverQueue) Work(ctx context.Context, worker string, ahead int, work func(ctx context.Context, jobs []job.Released) error) error {
	r, err := q.begin(ctx, worker, ahead, work)
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = append(q.running, r)
	return nil
}

// Stop is job.Queue's.
func (q *riverQueue) Stop(ctx context.Context) error {
	q.mu.Lock()
	all := q.running
	q.running = nil
	q.mu.Unlock()
	var failed error
	for _, r := range all {
		if err := r.Stop(ctx); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// soon lets River try again after a fixed time.
type soon struct{}

// NextRetry is river.ClientRetryPolicy's.
func (soon) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(retryAfter) }

func (d *postgresDB) newQueue(db *DB) (*riverQueue, error) {
	txOf := func(c conn) pgx.Tx { return c.(postgresConn).q.(pgx.Tx) }
	return newRiver(riverpgxv5.New(d.pool), txOf, db.log)
}

func (d *sqliteDB) newQueue(db *DB) (*riverQueue, error) {
	txOf := func(c conn) *sql.Tx { return c.(sqliteConn).tx }
	w := &wakes{listeners: map[*wakeListener]struct{}{}}
	q, err := newRiver(wakingDriver{riversqlite.New(d.writer), w}, txOf, db.log)
	if err == nil {
		q.woken = w.wake
	}
	return q, err
}

// quiet lets warnings and errors through: River tells of its every step.
type quiet struct{ slog.Handler }

// Enabled is slog.Handler's.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs is slog.Handler's.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup is slog.Handler's.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
