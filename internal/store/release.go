package store

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

// Lead is job.Store's.
func (db *DB) Lead(ctx context.Context, holder string, now, until time.Time) (term int64, ok bool, err error) {
	err = db.update(ctx, func(c conn) error {
		term, err = one(ctx, c, value[int64], `INSERT INTO dispatcher (id, holder, term, until) VALUES (1, $1, 1, $3)
			ON CONFLICT (id) DO UPDATE SET
				term = CASE WHEN dispatcher.holder = excluded.holder THEN dispatcher.term ELSE dispatcher.term + 1 END,
				holder = excluded.holder, until = excluded.until
			WHERE dispatcher.holder = excluded.holder OR dispatcher.until <= $2 RETURNING term`, holder, millis(now), millis(until))
		return err
	})
	if errors.Is(err, account.ErrNotFound) {
		return 0, false, nil
	}
	return term, err == nil, err
}

// Waiting is job.Store's.
func (db *DB) Waiting(ctx context.Context, after job.Row, limit int) ([]job.Waiting, error) {
	read := func(row scanner) (w job.Waiting, err error) {
		err = row.Scan(&w.Row, &w.OwnerID, &w.Priority, &w.Bytes, &w.Seconds)
		return w, err
	}
	return many(ctx, db.reader(), read, `SELECT id, owner_id, priority, plan_bytes, plan_seconds FROM jobs
		WHERE status = 'queued' AND worker = '' AND id > $1 ORDER BY id LIMIT $2`, int64(after), int64(limit))
}

// Loads is job.Store's.
func (db *DB) Loads(ctx context.Context) ([]job.Load, error) {
	loads := []job.Load{}
	err := db.reader().query(ctx, func(row scanner) error {
		var worker string
		var heavy bool
		var n int
		var bytes int64
		var seconds float64
		if err := row.Scan(&worker, &heavy, &n, &bytes, &seconds); err != nil {
			return err
		}
		if len(loads) == 0 || loads[len(loads)-1].Worker != worker {
			loads = append(loads, job.Load{Worker: worker})
		}
		l := &loads[len(loads)-1]
		if heavy {
			l.Heavy, l.HeavyBytes = n, bytes
		} else {
			l.Light, l.LightSeconds = n, seconds
		}
		return nil
	}, `SELECT worker, heavy, count(*), CAST(sum(plan_bytes) AS BIGINT), sum(plan_seconds) FROM
		(SELECT worker, plan_bytes, plan_seconds, plan_bytes >= $1 OR plan_seconds >= $2 AS heavy
			FROM jobs WHERE worker <> '' AND completed_at = 0) AS in_hand
		GROUP BY worker, heavy ORDER BY worker`, job.HeavyBytes, float64(job.HeavySeconds))
	return loads, err
}

var releaseJob = hot{
	each: "UPDATE jobs SET worker = $2, released_at = $3 WHERE id = $1 AND status = 'queued' AND worker = ''" +
		" AND EXISTS (SELECT 1 FROM workers WHERE id = $2) RETURNING owner_id, priority",
	all: `UPDATE jobs SET worker = v.worker, released_at = v.at FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS v (job, worker, at, n)
		WHERE jobs.id = v.job AND status = 'queued' AND jobs.worker = ''
			AND EXISTS (SELECT 1 FROM workers w WHERE w.id = v.worker) RETURNING v.n, owner_id, priority`,
}

// Release is job.Store's.
func (db *DB) Release(ctx context.Context, term int64, to []job.Placement, at time.Time) error {
	released := map[string][]job.Released{}
	err := db.update(ctx, func(c conn) error {
		clear(released)
		// The row stays locked until the end: whoever takes the office then sees all that was released before.
		n, err := c.exec(ctx, "UPDATE dispatcher SET term = term WHERE id = 1 AND term = $1", term)
		if err != nil {
			return err
		}
		if n == 0 {
			return job.ErrSuperseded
		}
		args := make([][]any, len(to))
		for i, p := range to {
			args[i] = []any{int64(p.Row), p.Worker, millis(at)}
		}
		err = c.queryAll(ctx, func(i int, row scanner) error {
			j := job.Released{Row: to[i].Row}
			err := row.Scan(&j.OwnerID, &j.Priority)
			released[to[i].Worker] = append(released[to[i].Worker], j)
			return err
		}, releaseJob, args)
		if err != nil {
			return err
		}
		if len(released) == 0 {
			return nil
		}
		return db.queue.enter(ctx, c, released)
	})
	if err == nil && db.queue.woken != nil {
		for worker := range released {
			db.queue.woken(worker)
		}
	}
	return err
}
