package api

import (
	"fmt"
	"net/http"
)

// Code is the stable name of an error, the same in HTTP, in the clients and on the command line.
type Code string

// The errors of the API. Each has one HTTP status. Those of jobs that ended without a result come in Job.ErrorCode.
const (
	CodeInvalidCircuit       Code = "invalid_circuit"
	CodeInvalidAPIKey        Code = "invalid_api_key" // unknown, expired or revoked, or of a disabled account
	CodeQuotaExceeded        Code = "quota_exceeded"  // more qubits or shots than the tier has
	CodeInsufficientScope    Code = "insufficient_scope"
	CodeForbidden            Code = "forbidden" // of the caller's tier or kind of credential, not of the key's scopes
	CodeNotFound             Code = "not_found"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeRequestTimeout       Code = "request_timeout" // the request itself came too slowly
	CodeConflict             Code = "conflict"
	CodeGone                 Code = "gone" // purged by its owner
	CodeTooLarge             Code = "too_large"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeInvalidRequest       Code = "invalid_request"
	CodeInfeasible           Code = "infeasible"          // no engine can do it within the server's limits
	CodeResultTooLarge       Code = "result_too_large"    // the answer would be
	CodeRateLimitExceeded    Code = "rate_limit_exceeded" // the jobs of the day are used up; nothing else has this code
	CodeTooManyRequests      Code = "too_many_requests"   // for the moment
	CodeTimeLimit            Code = "timeout"             // the job ran for as long as its tier allows
	CodeOutOfMemory          Code = "out_of_memory"       // the job took more memory than was planned
	CodeCancelled            Code = "cancelled"           // by its owner
	CodeWorkerLost           Code = "worker_lost"         // the machines that ran the job were lost, each time
	CodeInternal             Code = "internal"
	CodeUnavailable          Code = "unavailable"
)

var httpStatus = map[Code]int{
	CodeInvalidCircuit:       http.StatusBadRequest,
	CodeInvalidAPIKey:        http.StatusUnauthorized,
	CodeQuotaExceeded:        http.StatusForbidden,
	CodeInsufficientScope:    http.StatusForbidden,
	CodeForbidden:            http.StatusForbidden,
	CodeNotFound:             http.StatusNotFound,
	CodeMethodNotAllowed:     http.StatusMethodNotAllowed,
	CodeRequestTimeout:       http.StatusRequestTimeout,
	CodeConflict:             http.StatusConflict,
	CodeGone:                 http.StatusGone,
	CodeTooLarge:             http.StatusRequestEntityTooLarge,
	CodeUnsupportedMediaType: http.StatusUnsupportedMediaType,
	CodeInvalidRequest:       http.StatusUnprocessableEntity,
	CodeInfeasible:           http.StatusUnprocessableEntity,
	CodeResultTooLarge:       http.StatusUnprocessableEntity,
	CodeRateLimitExceeded:    http.StatusTooManyRequests,
	CodeTooManyRequests:      http.StatusTooManyRequests,
	CodeTimeLimit:            http.StatusUnprocessableEntity,
	CodeOutOfMemory:          http.StatusUnprocessableEntity,
	CodeCancelled:            http.StatusConflict,
	CodeWorkerLost:           http.StatusInternalServerError,
	CodeInternal:             http.StatusInternalServerError,
	CodeUnavailable:          http.StatusServiceUnavailable,
}

// HTTPStatus is the HTTP status that goes with the code, 500 for one that is not named here.
func (c Code) HTTPStatus() int {
	if status, ok := httpStatus[c]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Sentences that people see word for word, and under each what to do. Documentation and scripts quote them.
const (
	DetailInvalidAPIKey     = "Invalid API key. Please check your credentials."
	NextInvalidAPIKey       = "Verify your key is correct and not expired."
	DetailRateLimitExceeded = "Rate limit exceeded. Upgrade your tier or wait until tomorrow."
	NextRateLimitExceeded   = "Upgrade to Pro/Enterprise or wait for daily reset (UTC midnight)."
	NextQuotaExceeded       = "Reduce circuit size or upgrade your tier."
)

// DetailQubitsExceeded is the sentence about a circuit with more qubits than the tier allows.
func DetailQubitsExceeded(qubits, limit int) string { return detailExceeded(qubits, "qubits", limit) }

// DetailShotsExceeded is the sentence about a job with more shots than the tier allows.
func DetailShotsExceeded(shots, limit int) string { return detailExceeded(shots, "shots", limit) }

func detailExceeded(n int, what string, limit int) string {
	return fmt.Sprintf("Circuit exceeds your tier limits (%d %s > %d max).", n, what, limit)
}

// Problem is an error as RFC 9457 writes it, with ContentTypeProblem. It is an error value itself.
type Problem struct {
	Type   string `json:"type"`   // always TypeProblem: Code tells problems apart
	Title  string `json:"title"`  // that of the HTTP status
	Status int    `json:"status"` // the HTTP status
	Detail string `json:"detail"` // the sentence that people see
	Code   Code   `json:"code"`
	Next   string `json:"next,omitempty"` // what to do, where there is something

	Errors    []Diagnostic `json:"errors,omitempty"`     // CodeInvalidCircuit: all that is wrong with the program
	NeedBytes int64        `json:"need_bytes,omitempty"` // CodeInfeasible for want of memory: what the circuit needs
	HaveBytes int64        `json:"have_bytes,omitempty"` // CodeInfeasible for want of memory: what there is
}

// TypeProblem is the type of problems that their HTTP status and Code describe (RFC 9457, section 4.2.1).
const TypeProblem = "about:blank"

// NewProblem returns the problem of this code, with the HTTP status that goes with it.
func NewProblem(code Code, detail, next string) *Problem {
	status := code.HTTPStatus()
	return &Problem{Type: TypeProblem, Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Next: next}
}

// Error is the sentence that people see.
func (p *Problem) Error() string { return p.Detail }

// Diagnostic is one message about a program. Lines and columns count from 1, columns in code points.
type Diagnostic struct {
	Severity  string `json:"severity,omitempty"` // "error" or "warning"
	Code      string `json:"code,omitempty"`     // stable word for programs
	File      string `json:"file,omitempty"`     // the file, where it is not the program itself but one that it includes
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"` // the first column behind it
	Message   string `json:"message"`
	Hint      string `json:"hint"` // what to do; may be empty
	Notes     []Note `json:"notes,omitempty"`
}

// Note is another place that a Diagnostic is about, such as where a name was declared first.
type Note struct {
	File      string `json:"file,omitempty"` // as in Diagnostic
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
	Message   string `json:"message"`
}

// String is the place and the message, as compilers write them.
func (d Diagnostic) String() string {
	place := fmt.Sprintf("%d:%d: ", d.Line, d.Column)
	if d.File != "" {
		place = d.File + ":" + place
	}
	return place + d.Message
}
