package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

const jobColumns = `id, job_id, owner_id, key_id, name, tags, digest, shots, seed, method, memory, qubits, priority, time_limit,
	plan_method, plan_precision, plan_seconds, plan_bytes, day, status, attempt, lost, worker, error_code, error_detail,
	created_at, released_at, started_at, completed_at, cancel_at, purged_at`

func readJob(row scanner) (job.Job, error) {
	var j job.Job
	var f job.Failure
	var tags, seed string
	var limit, created, released, started, completed, cancel, purged int64
	err := row.Scan(&j.Row, &j.ID, &j.OwnerID, &j.KeyID, &j.Name, &tags, &j.Digest, &j.Shots, &seed, &j.Method, &j.Memory, &j.Qubits,
		&j.Priority, &limit, &j.Plan.Method, &j.Plan.Precision, &j.Plan.Seconds, &j.Plan.Bytes, &j.Day, &j.Status, &j.Attempt, &j.Lost,
		&j.Worker, &f.Code, &f.Detail, &created, &released, &started, &completed, &cancel, &purged)
	if err != nil {
		return j, err
	}
	j.TimeLimit = time.Duration(limit) * time.Millisecond
	j.CreatedAt, j.ReleasedAt, j.StartedAt = fromMillis(created), fromMillis(released), fromMillis(started)
	j.CompletedAt, j.CancelAt, j.PurgedAt = fromMillis(completed), fromMillis(cancel), fromMillis(purged)
	if f.Code != "" {
		j.Failure = &f
	}
	if seed != "" {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			return j, fmt.Errorf("internal error: the seed of job %d: %w", j.Row, err)
		}
		j.Seed = &n
	}
	if tags != "" {
		if err := json.Unmarshal([]byte(tags), &j.Tags); err != nil {
			return j, fmt.Errorf("internal error: the tags of job %d: %w", j.Row, err)
		}
	}
	return j, nil
}

// Job is job.Store's.
func (db *DB) Job(ctx context.Context, ownerID int64, id string) (job.Job, error) {
	return one(ctx, db.reader(), readJob, "SELECT "+jobColumns+" FROM jobs WHERE owner_id = $1 AND job_id = $2", ownerID, id)
}

// JobByRow is job.Store's.
func (db *DB) JobByRow(ctx context.Context, row job.Row) (job.Job, error) {
	return jobByRow(ctx, db.reader(), row)
}

func jobByRow(ctx context.Context, c conn, row job.Row) (job.Job, error) {
	return one(ctx, c, readJob, "SELECT "+jobColumns+" FROM jobs WHERE id = $1", int64(row))
}

// Jobs is job.Store's.
func (db *DB) Jobs(ctx context.Context, ownerID int64, f job.Filter) ([]job.Job, error) {
	where, args := []string{"owner_id = $1"}, []any{ownerID}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if f.Status != "" {
		add("status = $%d", string(f.Status))
	}
	if f.Name != "" {
		add("name = $%d", f.Name)
	}
	if f.Tag != "" {
		add("EXISTS (SELECT 1 FROM job_tags t WHERE t.owner_id = jobs.owner_id AND t.tag = $%d AND t.job = jobs.id)", f.Tag)
	}
	if f.Before > 0 {
		add("id < $%d", int64(f.Before))
	}
	args = append(args, int64(f.Limit))
	statement := fmt.Sprintf("SELECT %s FROM jobs WHERE %s ORDER BY id DESC LIMIT $%d", jobColumns, strings.Join(where, " AND "), len(args))
	return many(ctx, db.reader(), readJob, statement, args...)
}

// Queued is job.Store's.
func (db *DB) Queued(ctx context.Context) ([]job.Place, error) {
	read := func(row scanner) (p job.Place, err error) {
		err = row.Scan(&p.Priority, &p.Row)
		return p, err
	}
	return many(ctx, db.reader(), read, `SELECT priority, id FROM jobs WHERE status = 'queued' AND worker = ''
		UNION ALL SELECT priority, id FROM jobs WHERE worker <> '' AND completed_at = 0 AND status = 'queued' ORDER BY priority, id`)
}

// Ended is job.Store's.
func (db *DB) Ended(ctx context.Context, rows []job.Row) ([]job.Row, error) {
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	open, err := many(ctx, db.reader(), value[job.Row], "SELECT id FROM jobs WHERE completed_at = 0 AND id IN "+db.listOf(1), string(list))
	if err != nil {
		return nil, err
	}
	isOpen := make(map[job.Row]bool, len(open))
	for _, row := range open {
		isOpen[row] = true
	}
	ended := []job.Row{}
	for _, row := range rows {
		if !isOpen[row] {
			ended = append(ended, row)
		}
	}
	return ended, nil
}

// Circuit is job.Store's.
func (db *DB) Circuit(ctx context.Context, row job.Row) ([]byte, error) {
	return db.body(ctx, row, "SELECT j.purged_at, c.body FROM jobs j LEFT JOIN circuits c ON c.job = j.id WHERE j.id = $1")
}

// Result is job.Store's.
func (db *DB) Result(ctx context.Context, row job.Row) ([]byte, error) {
	return db.body(ctx, row, "SELECT j.purged_at, r.body FROM jobs j LEFT JOIN results r ON r.job = j.id WHERE j.id = $1")
}

func (db *DB) body(ctx context.Context, row job.Row, statement string) ([]byte, error) {
	read := func(row scanner) ([]byte, error) {
		var purged int64
		var body []byte
		err := row.Scan(&purged, &body)
		if err == nil && purged != 0 {
			err = job.ErrPurged
		}
		return body, err
	}
	return one(ctx, db.reader(), read, statement, int64(row))
}

// Depths is job.Store's.
func (db *DB) Depths(ctx context.Context) (queued, processing map[account.Priority]int, err error) {
	queued, processing = map[account.Priority]int{}, map[account.Priority]int{}
	err = db.reader().query(ctx, func(row scanner) error {
		var status string
		var p account.Priority
		var n int
		if err := row.Scan(&status, &p, &n); err != nil {
			return err
		}
		if api.Status(status) == api.StatusQueued {
			queued[p] += n
		} else {
			processing[p] += n
		}
		return nil
	}, `SELECT status, priority, count(*) FROM
		(SELECT status, priority FROM jobs WHERE status = 'queued' AND worker = ''
			UNION ALL SELECT status, priority FROM jobs WHERE worker <> '' AND completed_at = 0) AS unfinished
		GROUP BY status, priority`)
	return queued, processing, err
}
