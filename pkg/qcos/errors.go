package qcos

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// ConfigError is a setting that is wrong, or a file of settings. Nothing was sent.
type ConfigError struct {
	Detail string // what is wrong, where, and what is allowed; never a key
	Next   string // what to do; may be empty
}

func (e *ConfigError) Error() string { return e.Detail }

func configError(next, format string, args ...any) *ConfigError {
	return &ConfigError{Detail: hideKeys(fmt.Sprintf(format, args...)), Next: hideKeys(next)}
}

// keyShape is what keys look like. One that was pasted in the wrong place is still a key.
var keyShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)qcos-[0-9a-z]{2}[0-9a-z-]{7,}`) })

func hideKeys(text string) string {
	return keyShape().ReplaceAllStringFunc(text, func(key string) string { return api.Secret(key).String() })
}

// The errors that a server answers with. Each unwraps to the *api.Problem, which has the code, the sentence and what to do;
// a problem that has no type here comes as the *api.Problem itself.
type (
	// AuthenticationError is a key or token that was refused, or that may not do this.
	AuthenticationError struct{ *api.Problem }

	// CircuitError is a program that is not valid; Errors says where and why.
	CircuitError struct{ *api.Problem }

	// QuotaExceededError is a job beyond the qubits or shots of the account's tier.
	QuotaExceededError struct{ *api.Problem }

	// RateLimitError says that the day's jobs are used up, or (Code too_many_requests) that requests came too fast.
	RateLimitError struct {
		*api.Problem
		RetryAfter time.Duration // 0 where the server does not say
	}

	// JobNotFoundError is a job that does not exist, belongs to another account, or was purged.
	JobNotFoundError struct {
		*api.Problem
		JobID string
	}
)

// Unwrap gives the problem.
func (e *AuthenticationError) Unwrap() error { return e.Problem }

// Unwrap gives the problem.
func (e *CircuitError) Unwrap() error { return e.Problem }

// Unwrap gives the problem.
func (e *QuotaExceededError) Unwrap() error { return e.Problem }

// Unwrap gives the problem.
func (e *RateLimitError) Unwrap() error { return e.Problem }

// Unwrap gives the problem.
func (e *JobNotFoundError) Unwrap() error { return e.Problem }

// ConnectionError is a server that cannot be reached, breaks off, or answers with what is no answer of the API.
type ConnectionError struct {
	URL    string
	JobID  string // of the job that the request was about; it may have been accepted
	Detail string // in words
	Err    error  // the cause; may be nil
}

func (e *ConnectionError) Error() string { return "cannot reach " + e.URL + ": " + e.Detail }

// Unwrap gives the cause.
func (e *ConnectionError) Unwrap() error { return e.Err }

// TimeoutError is a wait that the context's deadline ended. The job goes on.
type TimeoutError struct{ JobID string }

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("job %s is not finished, and the time to wait for it is over", e.JobID)
}

// Unwrap gives context.DeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout marks the error as one, as in package net.
func (e *TimeoutError) Timeout() bool { return true }

// JobFailedError is a job that ended without a result: it failed, or was cancelled.
type JobFailedError struct {
	JobID  string
	Status api.Status
	Code   api.Code // may be empty
	Detail string   // why
}

func (e *JobFailedError) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("job %s: %s", e.JobID, e.Status)
	}
	return fmt.Sprintf("job %s %s: %s", e.JobID, e.Status, e.Detail)
}

// Refusal is the error that a problem comes as.
func Refusal(p *api.Problem) error {
	if p.Next == "" {
		q := *p
		q.Next = nextOf(p.Code)
		p = &q
	}
	return typed(p, 0, "")
}

// typed gives a problem the type that goes with its code, or for servers without codes with its HTTP status.
func typed(p *api.Problem, retryAfter time.Duration, jobID string) error {
	switch p.Code {
	case api.CodeInvalidAPIKey, api.CodeInsufficientScope, api.CodeForbidden:
		return &AuthenticationError{p}
	case api.CodeInvalidCircuit:
		return &CircuitError{p}
	case api.CodeQuotaExceeded:
		return &QuotaExceededError{p}
	case api.CodeRateLimitExceeded, api.CodeTooManyRequests:
		return &RateLimitError{p, retryAfter}
	case api.CodeNotFound, api.CodeGone:
		if jobID != "" {
			return &JobNotFoundError{p, jobID}
		}
	}
	return p
}

// codeOf guesses the code of an answer that has none: other servers answer with a sentence alone.
func codeOf(status int, detail string) api.Code {
	switch status {
	case http.StatusBadRequest:
		return api.CodeInvalidCircuit
	case http.StatusUnauthorized:
		return api.CodeInvalidAPIKey
	case http.StatusForbidden:
		if strings.Contains(detail, "tier limits") {
			return api.CodeQuotaExceeded
		}
		return api.CodeForbidden
	case http.StatusNotFound:
		return api.CodeNotFound
	case http.StatusConflict:
		return api.CodeConflict
	case http.StatusGone:
		return api.CodeGone
	case http.StatusTooManyRequests:
		if detail == api.DetailRateLimitExceeded {
			return api.CodeRateLimitExceeded
		}
		return api.CodeTooManyRequests
	case http.StatusRequestEntityTooLarge:
		return api.CodeTooLarge
	case http.StatusUnprocessableEntity:
		return api.CodeInvalidRequest
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return api.CodeUnavailable
	}
	return api.CodeInternal
}

// nextOf is what to do about a code, where the server did not say.
func nextOf(code api.Code) string {
	switch code {
	case api.CodeInvalidAPIKey:
		return api.NextInvalidAPIKey
	case api.CodeRateLimitExceeded:
		return api.NextRateLimitExceeded
	case api.CodeQuotaExceeded:
		return api.NextQuotaExceeded
	}
	return ""
}
