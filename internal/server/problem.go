package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// problem is an api.Problem with the headers that go with it, as huma wants its errors.
type problem struct {
	api.Problem
	headers http.Header
}

func newProblem(code api.Code, detail, next string) *problem {
	return &problem{Problem: *api.NewProblem(code, detail, next)}
}

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) GetHeaders() http.Header   { return p.headers }
func (p *problem) ContentType(string) string { return api.ContentTypeProblem }

func (p *problem) with(header, value string) *problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(header, value)
	return p
}

// retryAfter says in how many whole seconds, at least one, a request may be tried again.
func (p *problem) retryAfter(d time.Duration) *problem {
	return p.with("Retry-After", strconv.FormatInt(wholeSeconds(d), 10))
}

func wholeSeconds(d time.Duration) int64 { return max(1, int64(math.Ceil(d.Seconds()))) }

// write answers a request with the problem, outside of huma.
func (p *problem) write(w http.ResponseWriter) {
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", api.ContentTypeProblem)
	w.WriteHeader(p.Status)
	_ = writeJSON(w, p) // nobody is left to tell
}

const shortly = 5 * time.Second // until something that is broken for the moment may work again

func problemInternal() *problem {
	return newProblem(api.CodeInternal, "internal error: the server failed at this request, which is not your fault",
		"try again; if it stays, tell the operator of the server the X-Request-Id of this answer")
}

func problemUnavailable(detail string) *problem {
	return newProblem(api.CodeUnavailable, detail, "try again shortly").retryAfter(shortly)
}

func problemInvalidKey() *problem {
	return newProblem(api.CodeInvalidAPIKey, api.DetailInvalidAPIKey, api.NextInvalidAPIKey).with("WWW-Authenticate", "Bearer")
}

func problemNoRoute() *problem {
	return newProblem(api.CodeNotFound, "there is no such route", "the routes stand in /openapi.json")
}

func problemNoJob() *problem {
	return newProblem(api.CodeNotFound, "there is no job with this id", "check the id: GET /jobs lists your jobs")
}

func problemPurged() *problem {
	return newProblem(api.CodeGone, "the circuit and the result of this job were deleted by its owner", "submit the circuit again under another id")
}

func invalid(detail, next string) *problem { return newProblem(api.CodeInvalidRequest, detail, next) }

var takeOverHuma = sync.OnceFunc(func() {
	huma.NewError = humaError
	huma.DefaultArrayNullable = false
})

// humaError words the errors that huma finds. Nothing of what was sent is repeated: it may be a key. A request that cannot be
// read is 422 here, for 400 is about circuits.
func humaError(status int, message string, errs ...error) huma.StatusError {
	if p := bodyProblem(errs); p != nil {
		return p
	}
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return invalid(validationDetail(message, errs), "the shape of requests stands in /openapi.json")
	case http.StatusRequestEntityTooLarge:
		return problemTooLarge()
	case http.StatusUnsupportedMediaType:
		return problemMediaType()
	case http.StatusRequestTimeout:
		return newProblem(api.CodeRequestTimeout, "the body of the request did not arrive in time", "send it again, faster or in smaller parts")
	}
	return problemInternal()
}

func problemTooLarge() *problem {
	return newProblem(api.CodeTooLarge, fmt.Sprintf("the body of the request is larger than %d MiB", maxBody>>20), "send a smaller circuit")
}

func problemMediaType() *problem {
	return newProblem(api.CodeUnsupportedMediaType, "the body of the request is not of a type that is read here",
		"send JSON with Content-Type: application/json, plain or with Content-Encoding: gzip").with("Accept", "application/json").with("Accept-Encoding", "gzip")
}

// validationDetail names the member that is wrong and what is expected of it.
func validationDetail(message string, errs []error) string {
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		detail := d.ErrorDetail()
		place := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body."), "query.")
		if place == "" || place == "body" {
			return "the body of the request: " + detail.Message
		}
		return place + ": " + detail.Message
	}
	return message
}

// readJSON is json.Unmarshal with errors that repeat nothing of the text.
func readJSON(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not valid JSON, at byte %d", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: the value does not fit: a %s is needed", kind.Field, jsonKind(kind))
	}
	return errors.New("it is not JSON of the expected shape")
}

func jsonKind(e *json.UnmarshalTypeError) string {
	switch name := e.Type.Kind().String(); {
	case strings.HasPrefix(name, "int"), strings.HasPrefix(name, "uint"):
		return "whole number in range"
	case strings.HasPrefix(name, "float"):
		return "number in range"
	case name == "bool":
		return "truth value"
	case name == "slice":
		return "list"
	case name == "string":
		return "string"
	}
	return "JSON object"
}

// problemOf is the one map from errors of accounts and jobs to problems. For an error that it does not know the second value is
// false, and the problem says nothing about it.
func (s *Server) problemOf(ctx context.Context, err error) (p *problem, known bool) {
	var own *problem
	var circuit *job.CircuitError
	var size *account.SizeError
	var forbidden *job.ForbiddenError
	var infeasible *run.InfeasibleError
	var usage *run.UsageError
	var large *job.ResultTooLargeError
	switch {
	case errors.As(err, &own):
		return own, true
	case errors.As(err, &circuit):
		p := newProblem(api.CodeInvalidCircuit, circuit.Error(), firstHint(circuit.Diagnostics))
		p.Errors = circuit.Diagnostics
		return p, true
	case errors.As(err, &size):
		return newProblem(api.CodeQuotaExceeded, size.Error(), api.NextQuotaExceeded), true
	case errors.As(err, &forbidden):
		return newProblem(api.CodeForbidden, forbidden.Detail, forbidden.Next), true
	case errors.As(err, &infeasible):
		return problemInfeasible(infeasible), true
	case errors.As(err, &usage):
		return invalid(usage.Detail, usage.Next), true
	case errors.As(err, &large):
		return newProblem(api.CodeResultTooLarge, large.Error(), "ask for fewer shots, or leave memory out"), true
	case errors.Is(err, account.ErrInvalidKey):
		return problemInvalidKey(), true
	case errors.Is(err, account.ErrNotFound):
		return problemNoJob(), true
	case errors.Is(err, job.ErrPurged):
		return problemPurged(), true
	case errors.Is(err, job.ErrConflict):
		return newProblem(api.CodeConflict, "there is already a job with this id and another request", "use another job_id, or send the same request"), true
	case errors.Is(err, job.ErrNoWorker):
		return problemUnavailable("no worker is there to run jobs yet"), true
	case errors.Is(err, account.ErrUnavailable):
		return problemUnavailable("the database cannot be reached at the moment"), true
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return problemUnavailable("the request was given up"), true
	case errors.Is(err, context.DeadlineExceeded):
		return problemUnavailable("the server is too busy to answer in time"), true
	}
	return problemInternal(), false
}

func firstHint(list []api.Diagnostic) string {
	for _, d := range list {
		if d.Severity != "warning" {
			return d.Hint
		}
	}
	return ""
}

func problemInfeasible(e *run.InfeasibleError) *problem {
	p := newProblem(api.CodeInfeasible, e.Detail, e.Next)
	p.NeedBytes, p.HaveBytes = e.Need, e.Have
	return p
}
