package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// admit is one admission of a batch and its verdict.
type admit struct {
	job.Admission
	created bool
	err     error  // a refusal
	first   *admit // of the same batch, under the same name, and accepted
}

// Admit is job.Store's.
func (db *DB) Admit(ctx context.Context, a job.Admission) (job.Job, bool, error) {
	v := &admit{Admission: a}
	if err := db.admits.do(ctx, v); err != nil {
		return job.Job{}, false, err
	}
	if v.err != nil {
		return job.Job{}, false, v.err
	}
	return v.Job, v.created, nil
}

// admitAll admits a batch in one transaction. The counts of all its owners and keys are raised first, which locks them until the end: who
// admits for one owner does so alone, in whatever process, so that neither a limit is passed nor an id used twice. What is then not accepted
// is taken off again.
//
// Nearly always all names are new, and looking for them would cost as much as entering the jobs. So the first try takes them for new; where
// one is not, or something is refused, the transaction is done again with a look.
func (db *DB) admitAll(ctx context.Context, batch []*admit) error {
	err := db.admitBatch(ctx, batch, false)
	for try := 1; errors.Is(err, errLook) && try < tries; try++ { // a name may be taken between the look and the insert, at midnight
		err = db.admitBatch(ctx, batch, true)
	}
	return err
}

var errLook = errors.New("internal error: names of jobs must be looked for, and were")

func (db *DB) admitBatch(ctx context.Context, batch []*admit, look bool) error {
	return db.change(ctx, func(c conn) ([]notice, error) {
		owners, keys := countAll(batch)
		for _, counts := range []*counts{owners, keys} {
			if err := counts.raise(ctx, c); err != nil {
				return nil, err
			}
		}
		known := map[jobName]job.Job{}
		if look {
			var err error
			if known, err = knownJobs(ctx, c, batch); err != nil {
				return nil, err
			}
		}
		accepted := decide(batch, known, owners, keys)
		if !look && len(accepted) < len(batch) {
			return nil, errLook
		}
		entered, err := insertJobs(ctx, c, accepted)
		switch {
		case err != nil:
			return nil, err
		case entered < len(accepted):
			return nil, errLook
		}
		for _, a := range batch {
			if a.first != nil {
				a.Job = a.first.Job
			}
		}
		for _, counts := range []*counts{owners, keys} {
			if err := counts.settle(ctx, c); err != nil {
				return nil, err
			}
		}
		if len(accepted) == 0 {
			return nil, nil
		}
		return []notice{{kind: work}}, nil
	})
}

func countAll(batch []*admit) (owners, keys *counts) {
	owners, keys = ownerCounts(), keyCounts()
	for _, a := range batch {
		owners.of(countName{owner: a.Job.OwnerID, day: a.Job.Day}).asked++
		if a.KeyFamily != "" {
			keys.of(countName{family: a.KeyFamily, day: a.Job.Day}).asked++
		}
	}
	return owners, keys
}

// jobName is what a job is found by.
type jobName struct {
	owner int64
	id    string
}

// knownJobs finds the jobs that are there already under the names of a batch.
func knownJobs(ctx context.Context, c conn, batch []*admit) (map[jobName]job.Job, error) {
	args := make([][]any, len(batch))
	for i, a := range batch {
		args[i] = []any{a.Job.OwnerID, a.Job.ID}
	}
	known := map[jobName]job.Job{}
	err := c.queryEach(ctx, func(_ int, row scanner) error {
		j, err := readJob(row)
		known[jobName{j.OwnerID, j.ID}] = j
		return err
	}, "SELECT "+jobColumns+" FROM jobs WHERE owner_id = $1 AND job_id = $2", args)
	return known, err
}

// decide leaves a verdict in each of the batch and gives those that are accepted. It counts them.
func decide(batch []*admit, known map[jobName]job.Job, owners, keys *counts) []*admit {
	var accepted []*admit
	first := map[jobName]*admit{}
	for _, a := range batch {
		a.created, a.err, a.first = false, nil, nil
		name := jobName{a.Job.OwnerID, a.Job.ID}
		owner, key := owners.of(countName{owner: a.Job.OwnerID, day: a.Job.Day}), &count{}
		if a.KeyFamily != "" {
			key = keys.of(countName{family: a.KeyFamily, day: a.Job.Day})
		}
		old, isKnown := known[name]
		earlier := first[name]
		switch {
		case isKnown && bytes.Equal(old.Digest, a.Job.Digest):
			a.Job = old
		case earlier != nil && bytes.Equal(earlier.Job.Digest, a.Job.Digest):
			a.first = earlier
		case isKnown || earlier != nil:
			a.err = job.ErrConflict
		case owner.full(a.OwnerLimit) || key.full(a.KeyDailyLimit):
			a.err = job.ErrDailyLimit
		default:
			a.created = true
			owner.accepted++
			key.accepted++
			first[name] = a
			accepted = append(accepted, a)
		}
	}
	return accepted
}

const jobEntered = `job_id, owner_id, key_id, key_family, name, tags, digest, shots, seed, method, memory, qubits, priority, time_limit,
	plan_method, plan_precision, plan_seconds, plan_bytes, day, created_at`

// insertJob enters jobs, those with names that are taken left out.
var insertJob = hot{
	each: "INSERT INTO jobs (" + jobEntered + `, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'queued')
		ON CONFLICT (owner_id, job_id) DO NOTHING RETURNING id`,
	all: `WITH given AS (SELECT nextval('jobs_id_seq') AS id, * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[],
			$6::text[], $7::bytea[], $8::bigint[], $9::text[], $10::text[], $11::boolean[], $12::bigint[], $13::bigint[], $14::bigint[],
			$15::text[], $16::text[], $17::double precision[], $18::bigint[], $19::bigint[], $20::bigint[])
			WITH ORDINALITY AS v (` + jobEntered + `, n)),
		entered AS (INSERT INTO jobs (id, ` + jobEntered + ", status) SELECT id, " + jobEntered + `, 'queued' FROM given ORDER BY n
			ON CONFLICT (owner_id, job_id) DO NOTHING RETURNING id)
		SELECT n, id FROM given WHERE id IN (SELECT id FROM entered)`,
}

var insertCircuit = insertBody("circuits")

// insertBody enters what is kept of jobs in a table of its own.
func insertBody(table string) hot {
	return hot{
		each: "INSERT INTO " + table + " (job, body) VALUES ($1, $2)",
		all:  "INSERT INTO " + table + " (job, body) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
	}
}

// insertJobs enters what was accepted, gives it rows, and says how many it were.
func insertJobs(ctx context.Context, c conn, accepted []*admit) (entered int, err error) {
	args := make([][]any, len(accepted))
	for i, a := range accepted {
		if args[i], err = a.arguments(); err != nil {
			return 0, err
		}
	}
	err = c.queryAll(ctx, func(i int, row scanner) error {
		entered++
		return row.Scan(&accepted[i].Job.Row)
	}, insertJob, args)
	if err != nil || entered < len(accepted) {
		return entered, err
	}
	var circuits, tags [][]any
	for _, a := range accepted {
		circuits = append(circuits, []any{int64(a.Job.Row), a.Circuit})
		for _, tag := range a.Job.Tags {
			tags = append(tags, []any{a.Job.OwnerID, tag, int64(a.Job.Row)})
		}
	}
	if err := c.queryAll(ctx, noAnswer, insertCircuit, circuits); err != nil {
		return entered, err
	}
	return entered, execEach(ctx, c, "INSERT INTO job_tags (owner_id, tag, job) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", tags)
}

// arguments are those of insertJob.
func (a *admit) arguments() ([]any, error) {
	j := &a.Job
	j.Status = api.StatusQueued
	seed, tags := "", ""
	if j.Seed != nil {
		seed = strconv.FormatUint(*j.Seed, 10)
	}
	if len(j.Tags) > 0 {
		text, err := json.Marshal(j.Tags)
		if err != nil {
			return nil, err
		}
		tags = string(text)
	}
	return []any{
		j.ID, j.OwnerID, j.KeyID, a.KeyFamily, j.Name, tags, j.Digest, int64(j.Shots), seed, j.Method, j.Memory, int64(j.Qubits),
		int64(j.Priority), j.TimeLimit.Milliseconds(), j.Plan.Method, j.Plan.Precision, j.Plan.Seconds, j.Plan.Bytes, int64(j.Day),
		millis(j.CreatedAt),
	}, nil
}
