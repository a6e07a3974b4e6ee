package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

func (s *Server) registerJobs() {
	const notFound, gone = http.StatusNotFound, http.StatusGone
	huma.Register(s.api, s.operation("status", http.MethodGet, "/status/{job_id}", "Tell how a job is doing", account.Read, notFound, gone), s.status)
	results := s.operation("results", http.MethodGet, "/results/{job_id}", "Get a job's result, or wait for it", account.Read, notFound, gone)
	results.Responses = map[string]*huma.Response{"202": {
		Description: "Not finished yet",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: jobAnswer{}.Schema(s.api.OpenAPI().Components.Schemas)}},
	}}
	huma.Register(s.api, results, s.results)
	huma.Register(s.api, s.operation("list-jobs", http.MethodGet, api.PathJobs, "List your jobs, the newest first", account.Read), s.list)
	huma.Register(s.api, s.operation("cancel-job", http.MethodDelete, "/jobs/{job_id}", "Cancel a job, or delete its circuit and result", account.Execute,
		notFound, gone), s.cancel)
}

type jobInput struct {
	JobID string `path:"job_id" doc:"The id of one of your jobs."`
}

type jobOutput struct {
	Status int
	Body   jobAnswer
}

func (s *Server) status(ctx context.Context, in *jobInput) (*jobOutput, error) {
	v, err := s.o.Jobs.Job(ctx, callerOf(ctx).User.Owner.ID, in.JobID, true)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.jobOutput(ctx, v, http.StatusOK), nil
}

type resultsInput struct {
	JobID string `path:"job_id" doc:"The id of one of your jobs."`
	Wait  string `query:"wait" pattern:"^(true|false|[0-9]{1,9}(\\.[0-9]{1,9})?)$" patternDescription:"true, false or seconds" doc:"Hold the answer back until the job is finished: true, false or seconds, at most 60."`
}

func (s *Server) results(ctx context.Context, in *resultsInput) (*jobOutput, error) {
	v, err := s.await(ctx, in.JobID, parseWait(in.Wait))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if !v.Status.Finished() {
		return s.jobOutput(ctx, v, http.StatusAccepted), nil
	}
	return s.jobOutput(ctx, v, http.StatusOK), nil
}

// parseWait reads the parameter wait, whose form the schema has checked.
func parseWait(text string) time.Duration {
	switch text {
	case "", "false":
		return 0
	case "true":
		return waitLimit
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return time.Duration(min(seconds, api.MaxWaitSeconds) * float64(time.Second))
}

// await gives a job with its result, once it is finished or the time has passed or the server stops.
func (s *Server) await(ctx context.Context, id string, d time.Duration) (job.View, error) {
	owner := callerOf(ctx).User.Owner.ID
	if d <= 0 {
		return s.o.Jobs.Job(ctx, owner, id, true)
	}
	s.metrics.waiting.Inc()
	defer s.metrics.waiting.Dec()
	waiting, stop := s.untilStop(ctx)
	defer stop()
	v, err := s.o.Jobs.Wait(waiting, owner, id, d)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return s.o.Jobs.Job(ctx, owner, id, true)
	}
	return v, err
}

// untilStop is a context that also ends when the server stops.
func (s *Server) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(s.stopping, cancel)
	return ctx, func() { release(); cancel() }
}

type listInput struct {
	Status string `query:"status" enum:"queued,processing,completed,failed,cancelled" doc:"Jobs in this state only."`
	Name   string `query:"name" maxLength:"200" doc:"Jobs of this name only."`
	Tag    string `query:"tag" maxLength:"100" doc:"Jobs that have this tag only."`
	Cursor string `query:"cursor" pattern:"^[A-Za-z0-9._-]{1,128}$" doc:"next_cursor of the page before."`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"At most so many jobs on the page."`
}

type listOutput struct{ Body api.JobList }

func (s *Server) list(ctx context.Context, in *listInput) (*listOutput, error) {
	views, next, err := s.page(ctx, job.Filter{Status: api.Status(in.Status), Name: in.Name, Tag: in.Tag, Limit: in.Limit}, in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &listOutput{api.JobList{Jobs: []api.Job{}, NextCursor: next}}
	for _, v := range views {
		out.Body.Jobs = append(out.Body.Jobs, wireJob(v))
	}
	return out, nil
}

// page lists jobs from where the page before ended. A cursor is the id of that page's last job: the store's own numbers would tell
// how many jobs others have.
func (s *Server) page(ctx context.Context, f job.Filter, cursor string) ([]job.View, *string, error) {
	owner := callerOf(ctx).User.Owner.ID
	if cursor != "" {
		last, err := s.o.Jobs.Job(ctx, owner, cursor, false)
		switch {
		case errors.Is(err, account.ErrNotFound):
			return nil, nil, invalid("cursor: it is none of yours, or its job was deleted", "begin at the first page again")
		case err != nil && !errors.Is(err, job.ErrPurged):
			return nil, nil, s.fail(ctx, err)
		}
		f.Before = last.Row
	}
	views, more, err := s.o.Jobs.Jobs(ctx, owner, f)
	if err != nil {
		return nil, nil, s.fail(ctx, err)
	}
	if more == 0 || len(views) == 0 {
		return views, nil, nil
	}
	return views, &views[len(views)-1].ID, nil
}

type cancelInput struct {
	JobID string `path:"job_id" doc:"The id of one of your jobs."`
	Purge bool   `query:"purge" doc:"Delete circuit and result too; then they are gone (410)."`
}

func (s *Server) cancel(ctx context.Context, in *cancelInput) (*jobOutput, error) {
	owner := callerOf(ctx).User.Owner.ID
	v, err := s.o.Jobs.Cancel(ctx, owner, in.JobID)
	if err == nil && in.Purge {
		err = s.o.Jobs.Purge(ctx, owner, in.JobID)
		v.Result = nil
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.jobOutput(ctx, v, http.StatusOK), nil
}

func (s *Server) jobOutput(ctx context.Context, v job.View, status int) *jobOutput {
	tripOf(ctx).job = v.ID
	return &jobOutput{status, jobAnswer{v}}
}

// jobAnswer is a job on the wire whose result goes through without being held in memory as a whole.
type jobAnswer struct{ view job.View }

// Schema is that of api.Job.
func (jobAnswer) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[api.Job](), true, "Job")
}

func (a jobAnswer) writeJSON(w io.Writer) error {
	return writeWithResult(w, wireJob(a.view), a.view.Result)
}

// noResult is how a result that is not there is written. What stands before it in a job are an id and a state, which have no quotes.
var noResult = []byte(`"result":null`)

// writeWithResult writes v, whose member result is null, with the result in its place.
func writeWithResult(w io.Writer, v any, result io.WriterTo) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	at := bytes.Index(text.Bytes(), noResult)
	if result == nil || at < 0 {
		_, err := text.WriteTo(w)
		return err
	}
	at += len(noResult) - len("null")
	if _, err := w.Write(text.Bytes()[:at]); err != nil {
		return err
	}
	if _, err := result.WriteTo(w); err != nil {
		panic(http.ErrAbortHandler) // the status is sent: all that can be done is to break off
	}
	_, err := w.Write(text.Bytes()[at+len("null"):])
	return err
}

// wireJob is a job on the wire, without its result.
func wireJob(v job.View) api.Job {
	j := api.Job{
		JobID: v.ID, Status: v.Status, CreatedAt: api.NewTime(v.CreatedAt), StartedAt: wireTime(v.StartedAt), CompletedAt: wireTime(v.CompletedAt),
		Name: v.Name, Tags: v.Tags,
	}
	if v.Status == api.StatusQueued && v.Position > 0 {
		j.QueuePosition = &v.Position
	}
	if v.Plan.Method != "" {
		j.Plan = &api.Plan{Method: v.Plan.Method, EstimatedSeconds: v.Plan.Seconds, EstimatedBytes: v.Plan.Bytes}
	}
	if v.Failure != nil {
		j.Error, j.ErrorCode = &v.Failure.Detail, v.Failure.Code
	}
	return j
}

func wireTime(t time.Time) *api.Time {
	if t.IsZero() {
		return nil
	}
	at := api.NewTime(t)
	return &at
}

// decodeResult reads a result where its parts are needed.
func decodeResult(v job.View) (*api.Result, error) {
	if v.Result == nil {
		return nil, fmt.Errorf("job %s is completed and has no result", v.ID)
	}
	var text bytes.Buffer
	if _, err := v.Result.WriteTo(&text); err != nil {
		return nil, err
	}
	r := &api.Result{}
	return r, json.Unmarshal(text.Bytes(), r)
}
