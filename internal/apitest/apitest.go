// Package apitest is a server of the REST API for tests of its clients: jobs in memory, results that the test decides, and every
// request on record. It is built on pkg/api and knows no circuits, so that a test of a client does not depend on the real server.
package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// Key is the key that a Server accepts, Token the token of a login session, which alone may manage keys.
const (
	Key   = "qcos-Te5t-aaaa-bbbb"
	Token = "session-token-of-the-test"
)

// Server is the API in memory. Its fields may be set before the first request.
type Server struct {
	*httptest.Server

	// Run decides what becomes of a circuit; nil is a Bell pair. A *api.Problem refuses it at submission.
	Run func(r api.ExecuteRequest) (*api.Result, *api.Problem)
	// Delay is how long a job takes.
	Delay time.Duration
	// Before sees every request first; true means that it has answered.
	Before func(w http.ResponseWriter, r *http.Request) bool
	User   api.UserInfo

	mu       sync.Mutex
	requests []Request
	jobs     map[string]*job
	order    []string
	keys     []api.Key
	changed  chan struct{}
}

// Request is a request as it came.
type Request struct {
	Method, Path, Query string
	Header              http.Header
}

type job struct {
	api.Job
	request api.ExecuteRequest
	done    time.Time
	result  *api.Result
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{jobs: map[string]*job{}, changed: make(chan struct{}), User: api.UserInfo{
		User: "demo@example.com", Tier: api.TierPro, JobsToday: 23, DailyLimit: 100, MaxQubits: 50, MaxShots: 100000,
		Priority: api.PriorityNormal, ResetsAt: api.NewTime(time.Date(2026, 1, 16, 0, 0, 0, 0, time.UTC)),
	}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// Requests lists what came, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Jobs lists the jobs that were accepted, in order.
func (s *Server) Jobs() []api.Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []api.Job
	for _, id := range s.order {
		all = append(all, s.jobs[id].state())
	}
	return all
}

// Bell is the result of a Bell pair.
func Bell(r api.ExecuteRequest) *api.Result {
	seed := uint64(7)
	return &api.Result{
		Counts: map[string]int{"00": r.Shots / 2, "11": r.Shots - r.Shots/2}, NumQubits: 2, NumClbits: 2, Shots: r.Shots, ExecutionTimeSeconds: 0.001,
		Backend: "qcos", Device: "cpu", Method: "statevector", Precision: "double", Kernel: "portable", Seed: &seed, PeakMemoryBytes: 64,
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone()})
	s.mu.Unlock()
	if s.Before != nil && s.Before(w, r) {
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		Answer(w, http.StatusOK, api.Health{Status: "healthy", Version: "test", QueueConnected: true})
	})
	mux.HandleFunc("POST /execute", s.submit)
	mux.HandleFunc("POST "+api.PathEstimate, s.estimate)
	mux.HandleFunc("GET /status/{id}", s.withJob(func(w http.ResponseWriter, _ *http.Request, j *job) { Answer(w, http.StatusOK, j.state()) }))
	mux.HandleFunc("GET /results/{id}", s.withJob(s.result))
	mux.HandleFunc("DELETE /jobs/{id}", s.withJob(s.cancel))
	mux.HandleFunc("GET /jobs", s.list)
	mux.HandleFunc("GET /user/me", func(w http.ResponseWriter, _ *http.Request) { Answer(w, http.StatusOK, s.User) })
	mux.HandleFunc("/keys", s.session(s.keyRoutes))
	mux.HandleFunc("/keys/{id}", s.session(s.keyRoutes))
	mux.HandleFunc("/keys/{id}/rotate", s.session(s.keyRoutes))
	if r.URL.Path != "/" && r.Header.Get(api.HeaderKey) != Key && r.Header.Get("Authorization") != "Bearer "+Token {
		Refuse(w, api.NewProblem(api.CodeInvalidAPIKey, api.DetailInvalidAPIKey, api.NextInvalidAPIKey))
		return
	}
	mux.ServeHTTP(w, r)
}

// Answer writes v as JSON.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Refuse writes a problem.
func Refuse(w http.ResponseWriter, p *api.Problem) {
	w.Header().Set("Content-Type", api.ContentTypeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	var request api.ExecuteRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		Refuse(w, api.NewProblem(api.CodeInvalidRequest, err.Error(), ""))
		return
	}
	if request.Shots == 0 {
		request.Shots = api.DefaultShots
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.jobs[request.JobID]; old != nil {
		if !reflect.DeepEqual(old.request, request) {
			Refuse(w, api.NewProblem(api.CodeConflict, "job_id is taken by another request", ""))
			return
		}
		Answer(w, http.StatusOK, api.ExecuteResponse{JobID: request.JobID, Status: old.state().Status, Message: "as before"})
		return
	}
	result, problem := Bell(request), (*api.Problem)(nil)
	if s.Run != nil {
		result, problem = s.Run(request)
	}
	if problem != nil {
		Refuse(w, problem)
		return
	}
	id := request.JobID
	if id == "" {
		id = "made-by-server-" + strconv.Itoa(len(s.order))
	}
	s.jobs[id] = &job{request: request, done: time.Now().Add(s.Delay), result: result, Job: api.Job{
		JobID: id, Status: api.StatusProcessing, CreatedAt: api.NewTime(time.Now()), Name: request.Name, Tags: request.Tags,
	}}
	s.order = append(s.order, id)
	Answer(w, http.StatusOK, api.ExecuteResponse{JobID: id, Status: api.StatusQueued, Message: "Job queued.", EstimatedTimeSeconds: 0.25})
}

func (s *Server) estimate(w http.ResponseWriter, r *http.Request) {
	var request api.ExecuteRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	if request.Shots == 0 {
		request.Shots = api.DefaultShots
	}
	e := api.Estimate{
		Accepted: true, NumQubits: 2, NumClbits: 2, NumOperations: 4, Shots: request.Shots, Method: "statevector", Precision: "double",
		EstimatedSeconds: 0.001, EstimatedBytes: 64, Candidates: []api.Candidate{}, Warnings: []string{},
		Tier: s.User.Tier, JobsToday: s.User.JobsToday, DailyLimit: s.User.DailyLimit, ResetsAt: s.User.ResetsAt,
	}
	if s.Run != nil {
		_, e.Refusal = s.Run(request)
		e.Accepted = e.Refusal == nil
	}
	Answer(w, http.StatusOK, e)
}

// state is the job now. Its result nil means that it failed.
func (j *job) state() api.Job {
	if j.Status == api.StatusProcessing && !time.Now().Before(j.done) {
		completed := api.NewTime(j.done)
		j.CompletedAt, j.Status, j.Result = &completed, api.StatusCompleted, j.result
		if j.result == nil {
			why := "the time limit of 60s was passed"
			j.Status, j.Error, j.ErrorCode = api.StatusFailed, &why, "timeout"
		}
	}
	return j.Job
}

func (s *Server) withJob(f func(http.ResponseWriter, *http.Request, *job)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		j := s.jobs[r.PathValue("id")]
		if j == nil {
			Refuse(w, api.NewProblem(api.CodeNotFound, fmt.Sprintf("there is no job %s", r.PathValue("id")), ""))
			return
		}
		f(w, r, j)
	}
}

// result is called with the lock held, and gives it up while it waits.
func (s *Server) result(w http.ResponseWriter, r *http.Request, j *job) {
	wait, _ := strconv.Atoi(r.URL.Query().Get(api.ParamWait))
	deadline := time.Now().Add(time.Duration(wait) * time.Second)
	for !j.state().Status.Finished() && time.Now().Before(deadline) && r.Context().Err() == nil {
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(max(time.Millisecond, min(time.Until(j.done), time.Until(deadline)))):
		case <-r.Context().Done():
		}
		s.mu.Lock()
	}
	state := j.state()
	status := http.StatusOK
	if !state.Status.Finished() {
		status = http.StatusAccepted
	}
	Answer(w, status, state)
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request, j *job) {
	if r.URL.Query().Get(api.ParamPurge) == "true" {
		delete(s.jobs, j.JobID)
		s.order = slices.DeleteFunc(s.order, func(id string) bool { return id == j.JobID })
	}
	if !j.state().Status.Finished() {
		now := api.NewTime(time.Now())
		j.Status, j.CompletedAt = api.StatusCancelled, &now
		close(s.changed)
		s.changed = make(chan struct{})
	}
	Answer(w, http.StatusOK, j.state())
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get(api.ParamLimit))
	if limit == 0 {
		limit = 2 // small, so that clients meet pages
	}
	before, err := strconv.Atoi(q.Get(api.ParamCursor))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		before = len(s.order)
	}
	list := api.JobList{Jobs: []api.Job{}}
	for i := before - 1; i >= 0; i-- {
		state := s.jobs[s.order[i]].state()
		state.Result = nil
		if name := q.Get(api.ParamName); name != "" && state.Name != name {
			continue
		}
		if tag := q.Get(api.ParamTag); tag != "" && !slices.Contains(state.Tags, tag) {
			continue
		}
		if status := q.Get(api.ParamStatus); status != "" && string(state.Status) != status {
			continue
		}
		if len(list.Jobs) == limit {
			cursor := strconv.Itoa(i + 1)
			list.NextCursor = &cursor
			break
		}
		list.Jobs = append(list.Jobs, state)
	}
	Answer(w, http.StatusOK, list)
}

func (s *Server) session(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+Token {
			Refuse(w, api.NewProblem(api.CodeForbidden, "keys are managed by a login session, not by a key", "qcos auth login"))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		f(w, r)
	}
}

func (s *Server) keyRoutes(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	switch {
	case id == "" && r.Method == http.MethodGet:
		Answer(w, http.StatusOK, api.KeyList{Keys: append([]api.Key{}, s.keys...)})
	case id == "":
		var request api.CreateKeyRequest
		_ = json.NewDecoder(r.Body).Decode(&request)
		Answer(w, http.StatusOK, s.newKey(request.Name))
	case !slices.ContainsFunc(s.keys, func(k api.Key) bool { return k.ID == id }):
		Refuse(w, api.NewProblem(api.CodeNotFound, "there is no key "+id, ""))
	case r.Method == http.MethodDelete:
		s.keys = slices.DeleteFunc(s.keys, func(k api.Key) bool { return k.ID == id })
		w.WriteHeader(http.StatusNoContent)
	default:
		old := s.keys[slices.IndexFunc(s.keys, func(k api.Key) bool { return k.ID == id })]
		Answer(w, http.StatusOK, api.RotatedKey{NewKey: s.newKey(old.Name), OldID: id, OldExpiresAt: api.NewTime(time.Now().Add(24 * time.Hour))})
	}
}

func (s *Server) newKey(name string) api.NewKey {
	key := api.Key{ID: "key_" + strconv.Itoa(len(s.keys)+1), Name: name, Prefix: "qcos-Ne", Scopes: []api.Scope{api.ScopeExecute, api.ScopeRead}}
	s.keys = append(s.keys, key)
	return api.NewKey{Key: key, Secret: "qcos-New1-Secr-et00"}
}
