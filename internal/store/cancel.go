package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/softquantus/qcos/internal/job"
)

// Cancel is job.Store's.
func (db *DB) Cancel(ctx context.Context, row job.Row, at time.Time) (j job.Job, err error) {
	err = db.change(ctx, func(c conn) ([]notice, error) {
		var told []notice
		j, told, err = cancel(ctx, c, row, at)
		return told, err
	})
	return j, err
}

func cancel(ctx context.Context, c conn, row job.Row, at time.Time) (job.Job, []notice, error) {
	told, err := cancelJobs(ctx, c, at, "id = $1 AND status = 'queued'", int64(row))
	if err != nil {
		return job.Job{}, nil, err
	}
	n, err := c.exec(ctx, "UPDATE jobs SET cancel_at = $2 WHERE id = $1 AND completed_at = 0 AND cancel_at = 0", int64(row), millis(at))
	if err != nil {
		return job.Job{}, nil, err
	}
	if n > 0 { // it runs, but where it went back to the waiting between the two
		again, err := cancelJobs(ctx, c, at, "id = $1 AND status = 'queued'", int64(row))
		if err != nil {
			return job.Job{}, nil, err
		}
		told = append(append(told, notice{kind: cancelling}), again...)
	}
	j, err := jobByRow(ctx, c, row)
	return j, told, err
}

// Purge is job.Store's.
func (db *DB) Purge(ctx context.Context, row job.Row, at time.Time) (j job.Job, err error) {
	err = db.change(ctx, func(c conn) ([]notice, error) {
		_, told, err := cancel(ctx, c, row, at)
		if err != nil {
			return nil, err
		}
		if _, err := c.exec(ctx, "UPDATE jobs SET purged_at = $2 WHERE id = $1 AND purged_at = 0", int64(row), millis(at)); err != nil {
			return nil, err
		}
		if j, err = jobByRow(ctx, c, row); err != nil {
			return nil, err
		}
		for _, table := range []string{"circuits", "results"} {
			if _, err := c.exec(ctx, "DELETE FROM "+table+" WHERE job = $1", int64(row)); err != nil {
				return nil, err
			}
		}
		return told, nil
	})
	return j, err
}

// Expire is job.Store's.
func (db *DB) Expire(ctx context.Context, before time.Time, limit int) (deleted int, err error) {
	err = db.update(ctx, func(c conn) error {
		rows, err := many(ctx, c, value[job.Row], `DELETE FROM jobs WHERE id IN
			(SELECT id FROM jobs WHERE completed_at > 0 AND completed_at < $1 ORDER BY completed_at LIMIT $2) RETURNING id`, millis(before), int64(limit))
		if err != nil || len(rows) == 0 {
			return err
		}
		list, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		for _, table := range []string{"circuits", "results", "job_tags"} {
			if _, err := c.exec(ctx, "DELETE FROM "+table+" WHERE job IN "+db.listOf(1), string(list)); err != nil {
				return err
			}
		}
		deleted = len(rows)
		return nil
	})
	return deleted, err
}
