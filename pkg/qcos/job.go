package qcos

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// Request is a circuit to run. QASM alone is required. Where JobID is empty the client makes one; one given makes the request
// idempotent across processes: see api.ExecuteRequest.
type Request = api.ExecuteRequest

// Result is what a completed job measured.
type Result struct {
	JobID  string     `json:"job_id"`
	Status api.Status `json:"status"`
	api.Result
}

// Job is a job at the server. It holds no connection and may be left alone; Client.Job finds it again by its ID.
type Job struct {
	ID               string
	EstimatedSeconds float64 // the server's estimate at submission; 0 for a job that was looked up

	client *Client
}

// Execute runs a circuit and waits for its result. It is Submit and Job.Wait.
func (c *Client) Execute(ctx context.Context, r Request) (*Result, error) {
	job, err := c.Submit(ctx, r)
	if err != nil {
		return nil, err
	}
	return job.Wait(ctx)
}

// Submit hands a circuit to the server and returns when it is accepted. It is sent again after a failure of the network: under
// one id, so that it runs and counts once.
func (c *Client) Submit(ctx context.Context, r Request) (*Job, error) {
	if r.JobID == "" {
		r.JobID = NewJobID()
	}
	if !api.ValidJobID(r.JobID) {
		return nil, configError("", "job id %q: one to %d letters, digits, dots, underscores and hyphens are allowed", cut(r.JobID), api.MaxJobIDLength)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	var answer api.ExecuteResponse
	if err := c.do(ctx, call{method: http.MethodPost, path: api.PathExecute, body: body, jobID: r.JobID}, &answer); err != nil {
		return nil, err
	}
	if answer.JobID == "" {
		answer.JobID = r.JobID
	}
	return &Job{ID: answer.JobID, EstimatedSeconds: answer.EstimatedTimeSeconds, client: c}, nil
}

// Estimate asks what a job would take and whether it would be accepted now. Nothing is submitted and nothing is charged. What would
// be refused has a Refusal, which package function Refusal turns into the error that Submit would give.
func (c *Client) Estimate(ctx context.Context, r Request) (*api.Estimate, error) {
	r.JobID = ""
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	return ask[api.Estimate](ctx, c, call{method: http.MethodPost, path: api.PathEstimate, body: body})
}

// NewJobID makes an id that no other job has.
func NewJobID() string { return "job-" + strings.ToLower(rand.Text()) }

// Job is the job of this id. Nothing is asked: whether it exists shows at the first call.
func (c *Client) Job(id string) *Job { return &Job{ID: id, client: c} }

// Status asks for the job as it is now.
func (j *Job) Status(ctx context.Context) (*api.Job, error) {
	return ask[api.Job](ctx, j.client, call{method: http.MethodGet, path: api.StatusPath(j.ID), jobID: j.ID})
}

// Cancel stops the job; one that is finished stays as it is. The answer is the job as it is then.
func (j *Job) Cancel(ctx context.Context) (*api.Job, error) { return j.delete(ctx, nil) }

// Purge deletes the circuit and the result at the server, for good. The job's id stays taken.
func (j *Job) Purge(ctx context.Context) error {
	_, err := j.delete(ctx, url.Values{api.ParamPurge: {"true"}})
	return err
}

func (j *Job) delete(ctx context.Context, query url.Values) (*api.Job, error) {
	return ask[api.Job](ctx, j.client, call{method: http.MethodDelete, path: api.JobPath(j.ID), query: query, jobID: j.ID})
}

// Wait returns the result when the job is finished, a *JobFailedError where it ended without one, and a *TimeoutError where the
// context's deadline comes first: the job goes on then, and Wait may be called again.
func (j *Job) Wait(ctx context.Context) (*Result, error) {
	return j.WaitWith(ctx, nil)
}

// WaitWith is Wait that shows the job as it is each time the server tells, at most some times a second.
func (j *Job) WaitWith(ctx context.Context, see func(*api.Job)) (*Result, error) {
	pause := pollFirst
	for {
		began := time.Now()
		job, finished, err := j.poll(ctx)
		if err != nil {
			return nil, err
		}
		if see != nil {
			see(job)
		}
		if finished {
			return resultOf(job)
		}
		// A server that holds the answer back has done the waiting. One that does not is asked less and less often.
		if time.Since(began) >= j.client.longPoll()/2 && j.client.longPoll() > 0 {
			pause = pollFirst
			continue
		}
		if err := j.client.sleep(ctx, pause); err != nil {
			return nil, (&call{jobID: j.ID}).stopped(err)
		}
		pause = min(pause*3/2, pollLast)
	}
}

const (
	pollFirst = 50 * time.Millisecond
	pollLast  = 2 * time.Second
)

// longPoll is how long a request for a result asks the server to hold back: half of what a request may take at most.
func (c *Client) longPoll() time.Duration {
	return min((c.timeout / 2).Truncate(time.Second), api.MaxWaitSeconds*time.Second)
}

func (j *Job) poll(ctx context.Context) (job *api.Job, finished bool, err error) {
	job = &api.Job{}
	cl := call{method: http.MethodGet, path: api.ResultsPath(j.ID), jobID: j.ID}
	if wait := j.client.longPoll(); wait > 0 {
		cl.query = url.Values{api.ParamWait: {strconv.Itoa(int(wait / time.Second))}}
	}
	cl.status = func(code int) { finished = code != http.StatusAccepted }
	if err := j.client.do(ctx, cl, job); err != nil {
		return nil, false, err
	}
	// A server without 202 tells by the state; a state without a name here is told by the HTTP status.
	return job, job.Status.Finished() || finished && !job.Status.Waiting(), nil
}

// resultOf is the result of a finished job.
func resultOf(job *api.Job) (*Result, error) {
	if job.Status == api.StatusFailed || job.Status == api.StatusCancelled || job.Result == nil {
		e := &JobFailedError{JobID: job.JobID, Status: job.Status, Code: job.ErrorCode}
		if job.Error != nil {
			e.Detail = *job.Error
		}
		return nil, e
	}
	return &Result{JobID: job.JobID, Status: job.Status, Result: *job.Result}, nil
}

// JobFilter chooses jobs; what is empty chooses all.
type JobFilter struct {
	Status api.Status
	Name   string
	Tag    string
	Limit  int // jobs on a page; 0: the server's choice
}

// JobsPage gives a page of the account's jobs, newest first, without their results. The cursor is JobList.NextCursor of the page
// before, "" for the first.
func (c *Client) JobsPage(ctx context.Context, f JobFilter, cursor string) (*api.JobList, error) {
	query := url.Values{}
	for name, value := range map[string]string{
		api.ParamStatus: string(f.Status), api.ParamName: f.Name, api.ParamTag: f.Tag, api.ParamCursor: cursor,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Limit > 0 {
		query.Set(api.ParamLimit, strconv.Itoa(f.Limit))
	}
	return ask[api.JobList](ctx, c, call{method: http.MethodGet, path: api.PathJobs, query: query})
}

// Jobs goes through the account's jobs, newest first, a page at a time. An error is the last thing that comes.
func (c *Client) Jobs(ctx context.Context, f JobFilter) iter.Seq2[api.Job, error] {
	return func(yield func(api.Job, error) bool) {
		for cursor := ""; ; {
			page, err := c.JobsPage(ctx, f, cursor)
			if err != nil {
				yield(api.Job{}, err)
				return
			}
			for _, job := range page.Jobs {
				if !yield(job, nil) {
					return
				}
			}
			if page.NextCursor == nil || *page.NextCursor == "" || *page.NextCursor == cursor {
				return
			}
			cursor = *page.NextCursor
		}
	}
}
