package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// This file serves the client that was published before this server: its routes for jobs under two names, and a run at once.

// backendIDs all mean this engine; the first is the one that is listed.
var backendIDs = []string{"statevector_sim", "simulator_aer", "aer_simulator", "auto"}

// publishedBody is an ExecuteBody with what the published client sends besides.
type publishedBody struct {
	ExecuteBody
	BackendID *string `json:"backend_id,omitempty" nullable:"true" doc:"statevector_sim, simulator_aer, aer_simulator and auto all mean this engine."`
}

func (b *publishedBody) request() (job.Request, error) {
	r, err := b.ExecuteBody.request()
	if err == nil {
		err = checkBackend(value(b.BackendID))
	}
	return r, err
}

func checkBackend(id string) error {
	if id == "" || slices.Contains(backendIDs, id) {
		return nil
	}
	return newProblem(api.CodeNotFound, "there is no such backend here", "the backends are "+strings.Join(backendIDs, ", "))
}

// publishedJob is a job as the published client reads it.
type publishedJob struct {
	api.Job
	BackendID string `json:"backend_id"`
	NumQubits int    `json:"num_qubits"`
	Shots     int    `json:"shots"`
}

func newPublishedJob(v job.View) publishedJob {
	p := publishedJob{Job: wireJob(v), BackendID: backendIDs[0], NumQubits: v.Qubits, Shots: v.Shots}
	if p.Status == api.StatusProcessing {
		p.Status = api.StatusRunning
	}
	return p
}

// publishedAnswer streams the result of a job into a publishedJob.
type publishedAnswer struct{ view job.View }

func (publishedAnswer) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[publishedJob](), true, "PublishedJob")
}

func (a publishedAnswer) writeJSON(w io.Writer) error {
	return writeWithResult(w, newPublishedJob(a.view), a.view.Result)
}

// publishedResult is the answer about a result alone.
type publishedResult struct {
	JobID  string      `json:"job_id"`
	Status api.Status  `json:"status"`
	Result *api.Result `json:"result"`
}

type publishedResultAnswer struct{ view job.View }

func (publishedResultAnswer) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[publishedResult](), true, "PublishedResult")
}

func (a publishedResultAnswer) writeJSON(w io.Writer) error {
	return writeWithResult(w, publishedResult{JobID: a.view.ID, Status: newPublishedJob(a.view).Status}, a.view.Result)
}

type publishedSubmitInput struct{ Body publishedBody }

type publishedJobOutput struct {
	Status int
	Body   publishedAnswer
}

type publishedResultOutput struct {
	Status int
	Body   publishedResultAnswer
}

type publishedListInput struct {
	Status string `query:"status" enum:"queued,processing,running,completed,failed,cancelled" doc:"Jobs in this state only."`
	Cursor string `query:"cursor" pattern:"^[A-Za-z0-9._-]{1,128}$" doc:"next_cursor of the page before."`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"At most so many jobs on the page."`
}

type publishedList struct {
	Jobs       []publishedJob `json:"jobs"`
	Total      int            `json:"total"` // on this page
	NextCursor *string        `json:"next_cursor"`
}

type publishedListOutput struct{ Body publishedList }

func (s *Server) registerPublished() {
	for _, base := range []struct{ id, path string }{{"v1", "/v1/jobs"}, {"runtime", "/runtime/jobs"}} {
		one := base.path + "/{job_id}"
		const notFound, gone = http.StatusNotFound, http.StatusGone
		huma.Register(s.api, s.operation(base.id+"-submit", http.MethodPost, base.path, "Submit a circuit (published client)", account.Execute,
			http.StatusBadRequest, notFound, http.StatusConflict), s.publishedSubmit)
		huma.Register(s.api, s.operation(base.id+"-list", http.MethodGet, base.path, "List your jobs (published client)", account.Read), s.publishedList)
		huma.Register(s.api, s.operation(base.id+"-job", http.MethodGet, one, "Get a job, with its result once it is completed (published client)", account.Read,
			notFound, gone), s.publishedJob)
		huma.Register(s.api, s.operation(base.id+"-result", http.MethodGet, one+"/result", "Get a job's result (published client)", account.Read,
			notFound, gone), s.publishedResult)
		huma.Register(s.api, s.operation(base.id+"-cancel", http.MethodDelete, one, "Cancel a job (published client)", account.Execute,
			notFound, gone), s.publishedCancel)
	}
	for id, path := range map[string]string{"backends": "/backends", "runtime-backends": "/runtime/backends"} {
		huma.Register(s.api, s.operation(id, http.MethodGet, path, "List this engine with your limits (published client)", account.Read), s.backends)
	}
	huma.Register(s.api, s.operation("simulate", http.MethodPost, "/simulate", "Run a circuit now (published client)", account.Execute,
		http.StatusBadRequest), s.simulate)
	huma.Register(s.api, s.operation("validate", http.MethodPost, "/circuits/validate", "Tell what is wrong with a program (published client)", account.Read), s.validate)
}

func (s *Server) publishedSubmit(ctx context.Context, in *publishedSubmitInput) (*publishedJobOutput, error) {
	r, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	j, _, err := s.submit(ctx, value(in.Body.JobID), r)
	if err != nil {
		return nil, err
	}
	return &publishedJobOutput{http.StatusOK, publishedAnswer{job.View{Job: j}}}, nil
}

func (s *Server) publishedJob(ctx context.Context, in *jobInput) (*publishedJobOutput, error) {
	v, err := s.await(ctx, in.JobID, 0)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	tripOf(ctx).job = v.ID
	return &publishedJobOutput{http.StatusOK, publishedAnswer{v}}, nil
}

func (s *Server) publishedResult(ctx context.Context, in *jobInput) (*publishedResultOutput, error) {
	v, err := s.await(ctx, in.JobID, 0)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	tripOf(ctx).job = v.ID
	return &publishedResultOutput{http.StatusOK, publishedResultAnswer{v}}, nil
}

func (s *Server) publishedCancel(ctx context.Context, in *jobInput) (*publishedJobOutput, error) {
	v, err := s.o.Jobs.Cancel(ctx, callerOf(ctx).User.Owner.ID, in.JobID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	tripOf(ctx).job = v.ID
	v.Result = nil
	return &publishedJobOutput{http.StatusOK, publishedAnswer{v}}, nil
}

func (s *Server) publishedList(ctx context.Context, in *publishedListInput) (*publishedListOutput, error) {
	status := api.Status(in.Status)
	if status == api.StatusRunning {
		status = api.StatusProcessing
	}
	views, next, err := s.page(ctx, job.Filter{Status: status, Limit: in.Limit}, in.Cursor)
	if err != nil {
		return nil, err
	}
	out := publishedList{Jobs: []publishedJob{}, Total: len(views), NextCursor: next}
	for _, v := range views {
		out.Jobs = append(out.Jobs, newPublishedJob(v))
	}
	return &publishedListOutput{out}, nil
}

// backend is this engine with the caller's limits.
type backend struct {
	BackendID string   `json:"backend_id"`
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Provider  string   `json:"provider"`
	Status    string   `json:"status"`
	Simulator bool     `json:"simulator"`
	NumQubits int      `json:"num_qubits"`
	MaxShots  int      `json:"max_shots"`
	Methods   []string `json:"methods"`
	MaxMemory int64    `json:"max_memory_bytes"` // of the largest worker; 0: none is alive
}

type backendList struct {
	Backends []backend `json:"backends"`
	Total    int       `json:"total"`
}

type backendsOutput struct{ Body backendList }

func (s *Server) backends(ctx context.Context, _ *struct{}) (*backendsOutput, error) {
	w, err := s.o.Jobs.Capacity(ctx)
	if err != nil && !errors.Is(err, job.ErrNoWorker) {
		return nil, s.fail(ctx, err)
	}
	limits := callerOf(ctx).User.Owner.Tier.Limits()
	b := backend{
		Name: "qcos", Provider: "qcos", Status: "online", Simulator: true, NumQubits: int(limits.Qubits), MaxShots: int(limits.Shots),
		Methods: run.Methods(), MaxMemory: w.MaxMemory,
	}
	if w.ID == "" {
		b.Status = "offline"
	}
	var list backendList
	for _, id := range backendIDs {
		b.BackendID, b.ID = id, id
		list.Backends = append(list.Backends, b)
	}
	list.Total = len(list.Backends)
	return &backendsOutput{list}, nil
}

// simulateBody asks for a run at once.
type simulateBody struct {
	Circuit struct {
		QASM   string  `json:"qasm" doc:"The program, OpenQASM 2 or 3."`
		Format *string `json:"format,omitempty" nullable:"true" doc:"qasm, qasm2, qasm3 or openqasm: the program itself says its version."`
	} `json:"circuit"`
	Shots      *int    `json:"shots,omitempty" nullable:"true" minimum:"1" maximum:"9007199254740991" doc:"How often it is run; 1024 where absent."`
	Method     *string `json:"method,omitempty" nullable:"true" maxLength:"64" doc:"How it is simulated; automatic means auto"`
	Seed       *uint64 `json:"seed,omitempty" nullable:"true" maximum:"18446744073709551615" doc:"Of the random numbers; drawn where absent."`
	NoiseModel *string `json:"noise_model,omitempty" nullable:"true" doc:"There is no noise here: anything is refused."`
}

func (b *simulateBody) request() (job.Request, error) {
	method := value(b.Method)
	if method == "automatic" {
		method = methodAuto
	}
	r, err := (&ExecuteBody{QASM: b.Circuit.QASM, Shots: b.Shots, Method: &method, Seed: b.Seed}).request()
	switch format := value(b.Circuit.Format); {
	case value(b.NoiseModel) != "":
		return r, invalid("noise_model: circuits run without noise here", "leave it out")
	case !slices.Contains([]string{"", "qasm", "qasm2", "qasm3", "openqasm", "openqasm2", "openqasm3"}, format):
		return r, invalid("circuit.format: only OpenQASM is read", "send the program as OpenQASM")
	}
	return r, err
}

type simulateInput struct{ Body simulateBody }

type simulation struct {
	SimulationID         string         `json:"simulation_id"` // the id of the job
	Status               api.Status     `json:"status"`
	Counts               map[string]int `json:"counts"`
	Method               string         `json:"method"`
	Shots                int            `json:"shots"`
	NumQubits            int            `json:"num_qubits"`
	ExecutionTimeSeconds float64        `json:"execution_time_seconds"`
}

type simulateOutput struct{ Body simulation }

// simulate submits a job and waits for it. One that takes longer than a request may be held back goes on, and is found under its id.
func (s *Server) simulate(ctx context.Context, in *simulateInput) (*simulateOutput, error) {
	r, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	j, _, err := s.submit(ctx, "", r)
	if err != nil {
		return nil, err
	}
	v, err := s.await(ctx, j.ID, waitLimit)
	switch {
	case err != nil:
		return nil, s.fail(ctx, err)
	case !v.Status.Finished():
		return nil, newProblem(api.CodeUnavailable, fmt.Sprintf("the circuit runs longer than %d seconds: it is job %s", api.MaxWaitSeconds, j.ID),
			"get its result from "+api.ResultsPath(j.ID)).retryAfter(10 * time.Second)
	case v.Status != api.StatusCompleted:
		return nil, notCompleted(v)
	}
	result, err := decodeResult(v)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &simulateOutput{simulation{
		SimulationID: j.ID, Status: v.Status, Counts: result.Counts, Method: result.Method, Shots: result.Shots,
		NumQubits: result.NumQubits, ExecutionTimeSeconds: result.ExecutionTimeSeconds,
	}}, nil
}

// notCompleted is the problem of a run that failed or was cancelled.
func notCompleted(v job.View) *problem {
	p := invalid("the run was "+string(v.Status), "")
	if v.Failure != nil {
		p.Detail = v.Failure.Detail
		if v.Failure.Code != "" {
			p.Code = v.Failure.Code
		}
	}
	return p
}

type validateInput struct {
	Body struct {
		QASM string `json:"qasm" doc:"The program, OpenQASM 2 or 3."`
	} `nameHint:"ValidateBody"`
}

type validation struct {
	Valid  bool             `json:"valid"`
	Errors []api.Diagnostic `json:"errors"`
}

type validateOutput struct{ Body validation }

func (s *Server) validate(ctx context.Context, in *validateInput) (*validateOutput, error) {
	list, err := s.o.Jobs.Check(ctx, in.Body.QASM)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := validation{Valid: true, Errors: append([]api.Diagnostic{}, list...)}
	for _, d := range list {
		out.Valid = out.Valid && d.Severity == "warning"
	}
	return &validateOutput{out}, nil
}
