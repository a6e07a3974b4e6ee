package store

import (
	"context"
	"time"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// Heartbeat is job.Store's.
func (db *DB) Heartbeat(ctx context.Context, w job.Worker) error {
	return db.change(ctx, func(c conn) ([]notice, error) {
		n, err := c.exec(ctx, "UPDATE workers SET slots = $2, max_memory = $3, heartbeat_at = $4 WHERE id = $1",
			w.ID, w.Slots, w.MaxMemory, millis(w.HeartbeatAt))
		if err != nil || n > 0 {
			return nil, err
		}
		_, err = c.exec(ctx, `INSERT INTO workers (id, host, pid, slots, max_memory, kernel, version, started_at, heartbeat_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
			w.ID, w.Host, w.PID, w.Slots, w.MaxMemory, w.Kernel, w.Version, millis(w.StartedAt), millis(w.HeartbeatAt))
		return []notice{{kind: work}}, err // there is room
	})
}

// Workers is job.Store's.
func (db *DB) Workers(ctx context.Context, since time.Time) ([]job.Worker, error) {
	read := func(row scanner) (w job.Worker, err error) {
		var started, beat int64
		err = row.Scan(&w.ID, &w.Host, &w.PID, &w.Slots, &w.MaxMemory, &w.Kernel, &w.Version, &started, &beat)
		w.StartedAt, w.HeartbeatAt = fromMillis(started), fromMillis(beat)
		return w, err
	}
	return many(ctx, db.reader(), read, `SELECT id, host, pid, slots, max_memory, kernel, version, started_at, heartbeat_at FROM workers
		WHERE heartbeat_at >= $1 ORDER BY id`, millis(since))
}

// Leave is job.Store's.
func (db *DB) Leave(ctx context.Context, workerID string) error {
	return db.change(ctx, func(c conn) ([]notice, error) {
		if _, err := c.exec(ctx, "DELETE FROM workers WHERE id = $1", workerID); err != nil {
			return nil, err
		}
		told, err := giveUp(ctx, c, db.now(), "worker = $1", workerID)
		if err != nil {
			return nil, err
		}
		return told, emptyQueue(ctx, c, workerID)
	})
}

// emptyQueue removes what River keeps for a worker. River has a queue for each, of the worker's name.
func emptyQueue(ctx context.Context, c conn, worker string) error {
	_, err := c.exec(ctx, "DELETE FROM river_job WHERE queue = $1", worker)
	return err
}

// lostJobs are those in the hands of a worker that is not there any more.
const lostJobs = "worker <> '' AND completed_at = 0 AND worker NOT IN (SELECT id FROM workers)"

// Sweep is job.Store's.
func (db *DB) Sweep(ctx context.Context, dead []job.Worker, maxLost int, at time.Time) (taken int, err error) {
	err = db.change(ctx, func(c conn) ([]notice, error) {
		if err := removeDead(ctx, c, dead); err != nil {
			return nil, err
		}
		told, err := endLost(ctx, c, maxLost, at)
		if err != nil {
			return nil, err
		}
		n, err := c.exec(ctx, `UPDATE jobs SET lost = lost + CASE WHEN status = 'processing' THEN 1 ELSE 0 END,
			status = 'queued', worker = '', released_at = 0, started_at = 0
			WHERE cancel_at = 0 AND (status = 'queued' OR lost + 1 < $1) AND `+lostJobs, maxLost)
		if err != nil {
			return nil, err
		}
		// What came between, such as a start by a worker that does not know yet that it is dead.
		more, err := endLost(ctx, c, maxLost, at)
		if err != nil {
			return nil, err
		}
		told = append(told, more...)
		if taken = len(told) + int(n); n > 0 {
			told = append(told, notice{kind: work})
		}
		return told, nil
	})
	return taken, err
}

// endLost ends those of the lost jobs that do not go on.
func endLost(ctx context.Context, c conn, maxLost int, at time.Time) ([]notice, error) {
	cancelled, err := cancelJobs(ctx, c, at, lostJobs+" AND cancel_at > 0")
	if err != nil {
		return nil, err
	}
	failed, err := failLost(ctx, c, maxLost, at)
	return append(cancelled, failed...), err
}

// removeDead removes the workers that have not sent another heartbeat meanwhile.
func removeDead(ctx context.Context, c conn, dead []job.Worker) error {
	args := make([][]any, len(dead))
	for i, w := range dead {
		args[i] = []any{w.ID, millis(w.HeartbeatAt)}
	}
	var removed []string
	err := c.queryEach(ctx, func(_ int, row scanner) error {
		id, err := value[string](row)
		removed = append(removed, id)
		return err
	}, "DELETE FROM workers WHERE id = $1 AND heartbeat_at = $2 RETURNING id", args)
	if err != nil {
		return err
	}
	for _, id := range removed {
		if err := emptyQueue(ctx, c, id); err != nil {
			return err
		}
	}
	return nil
}

// failLost ends the jobs that lost one attempt too many, and gives their counts back to the days of their acceptance.
func failLost(ctx context.Context, c conn, maxLost int, at time.Time) ([]notice, error) {
	owners, keys := ownerCounts(), keyCounts()
	read := func(row scanner) (notice, error) {
		n := notice{kind: finished}
		var name countName
		err := row.Scan(&n.row, &name.owner, &name.family, &name.day)
		owners.of(countName{owner: name.owner, day: name.day}).asked++
		if name.family != "" {
			keys.of(countName{family: name.family, day: name.day}).asked++
		}
		return n, err
	}
	failed, err := many(ctx, c, read, `UPDATE jobs SET status = 'failed', lost = lost + 1, completed_at = $2, error_code = $3, error_detail = $4
		WHERE status = 'processing' AND lost + 1 >= $1 AND `+lostJobs+" RETURNING id, owner_id, key_family, day",
		maxLost, millis(at), string(api.CodeWorkerLost), "The machines that ran the job were lost, each time. It was not counted: submit it again.")
	if err != nil {
		return nil, err
	}
	if err := owners.settle(ctx, c); err != nil {
		return nil, err
	}
	return failed, keys.settle(ctx, c)
}
