package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// start is one call of Start in a batch.
type start struct {
	worker  string
	rows    []job.Row
	at      time.Time
	started []job.Started
}

// Start is job.Store's.
func (db *DB) Start(ctx context.Context, worker string, rows []job.Row, at time.Time) ([]job.Started, error) {
	v := &start{worker: worker, rows: rows, at: at}
	if err := db.starts.do(ctx, v); err != nil {
		return nil, err // v is not ours where ctx ended
	}
	return v.started, nil
}

func (db *DB) startAll(ctx context.Context, batch []*start) error {
	return db.update(ctx, func(c conn) error {
		var args [][]any
		var of []*start
		for _, s := range batch {
			s.started = []job.Started{}
			for _, row := range s.rows {
				args, of = append(args, []any{int64(row), s.worker, millis(s.at)}), append(of, s)
			}
		}
		var started []*job.Started
		err := c.queryAll(ctx, func(i int, row scanner) error {
			j, err := readJob(row)
			of[i].started = append(of[i].started, job.Started{Job: j})
			return err
		}, startJob, args)
		if err != nil {
			return err
		}
		for _, s := range batch {
			for i := range s.started {
				started = append(started, &s.started[i])
			}
		}
		return readCircuits(ctx, c, started)
	})
}

// Where a job is named twice, the second time does nothing on either database.
var startJob = hot{
	each: `UPDATE jobs SET status = 'processing', attempt = attempt + 1, started_at = $3
		WHERE id = $1 AND worker = $2 AND status = 'queued' RETURNING ` + jobColumns,
	all: `UPDATE jobs SET status = 'processing', attempt = attempt + 1, started_at = v.started_at
		FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS v (job, by, started_at, n)
		WHERE id = v.job AND worker = v.by AND status = 'queued' RETURNING v.n, ` + qualified("jobs.", jobColumns),
}

// qualified puts a table before the names of columns.
func qualified(table, columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		names[i] = table + strings.TrimSpace(name)
	}
	return strings.Join(names, ", ")
}

// readCircuits reads the circuits that are not too long.
func readCircuits(ctx context.Context, c conn, started []*job.Started) error {
	args := make([][]any, len(started))
	for i, s := range started {
		args[i] = []any{int64(s.Row), int64(job.InlineCircuit)}
	}
	return c.queryAll(ctx, func(i int, row scanner) error { return row.Scan(&started[i].Circuit) }, hot{
		each: "SELECT body FROM circuits WHERE job = $1 AND length(body) <= $2",
		all: `SELECT v.n, c.body FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS v (job, most, n)
			JOIN circuits c ON c.job = v.job AND length(c.body) <= v.most`,
	}, args)
}

// finish is one call of Finish in a batch.
type finish struct {
	outcomes   []job.Outcome
	superseded []job.Row
}

func (f *finish) size() int {
	n := 0
	for _, o := range f.outcomes {
		n += len(o.Result)
	}
	return n
}

// Finish is job.Store's.
func (db *DB) Finish(ctx context.Context, outcomes []job.Outcome) ([]job.Row, error) {
	v := &finish{outcomes: outcomes}
	if err := db.finishes.do(ctx, v); err != nil {
		return nil, err
	}
	return v.superseded, nil
}

func (db *DB) finishAll(ctx context.Context, batch []*finish) error {
	return db.change(ctx, func(c conn) ([]notice, error) {
		var all []job.Outcome
		for _, f := range batch {
			all = append(all, f.outcomes...)
		}
		kept, err := finishJobs(ctx, c, all)
		if err != nil {
			return nil, err
		}
		var results [][]any
		var told []notice
		i := 0
		for _, f := range batch {
			f.superseded = []job.Row{}
			for _, o := range f.outcomes {
				switch kept[i] {
				case dropped:
					f.superseded = append(f.superseded, o.Row)
				case withResult:
					if o.Result != nil {
						results = append(results, []any{int64(o.Row), o.Result})
					}
				}
				if kept[i] != dropped {
					told = append(told, notice{finished, o.Row})
				}
				i++
			}
		}
		return told, c.queryAll(ctx, noAnswer, insertResult, results)
	})
}

// What becomes of an outcome.
const (
	dropped    = iota // the attempt was superseded
	bare              // the job ended, and its owner wants no result any more
	withResult        // the job ended
)

func finishJobs(ctx context.Context, c conn, all []job.Outcome) ([]int, error) {
	args, kept := make([][]any, len(all)), make([]int, len(all))
	for i, o := range all {
		var f job.Failure
		if o.Failure != nil {
			f = *o.Failure
		}
		args[i] = []any{int64(o.Row), int64(o.Attempt), string(o.Status), millis(o.At), string(f.Code), f.Detail}
	}
	err := c.queryAll(ctx, func(i int, row scanner) error {
		var purged int64
		err := row.Scan(&purged)
		if kept[i] = bare; purged == 0 && all[i].Status == api.StatusCompleted {
			kept[i] = withResult
		}
		return err
	}, finishJob, args)
	return kept, err
}

var insertResult = insertBody("results")

var finishJob = hot{
	each: `UPDATE jobs SET status = $3, completed_at = $4, error_code = $5, error_detail = $6
		WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING purged_at`,
	all: `UPDATE jobs SET status = v.status, completed_at = v.at, error_code = v.code, error_detail = v.detail
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[])
			WITH ORDINALITY AS v (job, attempt, status, at, code, detail, n)
		WHERE id = v.job AND jobs.attempt = v.attempt AND jobs.status = 'processing' RETURNING v.n, purged_at`,
}

// GiveUp is job.Store's.
func (db *DB) GiveUp(ctx context.Context, worker string, rows []job.Row) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return db.change(ctx, func(c conn) ([]notice, error) {
		return giveUp(ctx, c, db.now(), "worker = $1 AND id IN "+db.listOf(2), worker, string(list))
	})
}

// giveUp returns jobs that are in hand and that the condition says to the waiting, or ends them where their cancellation was asked for.
func giveUp(ctx context.Context, c conn, at time.Time, which string, args ...any) ([]notice, error) {
	which += " AND worker <> '' AND completed_at = 0"
	n, err := c.exec(ctx, "UPDATE jobs SET status = 'queued', worker = '', released_at = 0, started_at = 0 WHERE cancel_at = 0 AND "+which, args...)
	if err != nil {
		return nil, err
	}
	told, err := cancelJobs(ctx, c, at, which+" AND cancel_at > 0", args...) // also what was to be cancelled meanwhile
	if n > 0 {
		told = append(told, notice{kind: work})
	}
	return told, err
}

// cancelJobs ends the jobs that the condition says as cancelled.
func cancelJobs(ctx context.Context, c conn, at time.Time, which string, args ...any) ([]notice, error) {
	statement := fmt.Sprintf("UPDATE jobs SET status = 'cancelled', completed_at = $%d, error_code = $%d, error_detail = $%d WHERE %s RETURNING id",
		len(args)+1, len(args)+2, len(args)+3, which)
	return many(ctx, c, readFinished, statement, append(slices.Clone(args), millis(at), string(api.CodeCancelled), "The job was cancelled.")...)
}

// readFinished reads a job that ended.
func readFinished(row scanner) (notice, error) {
	n := notice{kind: finished}
	err := row.Scan(&n.row)
	return n, err
}

// Held is job.Store's.
func (db *DB) Held(ctx context.Context, worker string) ([]job.Held, error) {
	read := func(row scanner) (h job.Held, err error) {
		var status string
		var cancel int64
		err = row.Scan(&h.Row, &h.Attempt, &status, &cancel)
		h.Begun, h.Cancel = api.Status(status) == api.StatusProcessing, cancel > 0
		return h, err
	}
	return many(ctx, db.reader(), read,
		"SELECT id, attempt, status, cancel_at FROM jobs WHERE worker = $1 AND worker <> '' AND completed_at = 0 ORDER BY id", worker)
}
