package cli

import (
	"errors"
	"fmt"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// remoteExit is the exit code of an error of the remote API; false where it is none.
func remoteExit(err error) (int, bool) {
	var problem *api.Problem
	var failed *qcos.JobFailedError
	switch {
	case is[*qcos.AuthenticationError](err), is[*keylessError](err):
		return exitAuth, true
	case is[*qcos.QuotaExceededError](err), is[*qcos.RateLimitError](err):
		return exitLimit, true
	case is[*qcos.ConnectionError](err), is[*qcos.TimeoutError](err):
		return exitRemote, true
	case is[*qcos.CircuitError](err):
		return exitInvalid, true
	case is[*qcos.ConfigError](err):
		return exitUsage, true
	case errors.As(err, &failed):
		if failed.Code == api.CodeInvalidCircuit {
			return exitInvalid, true
		}
		return exitFailed, true
	case errors.As(err, &problem):
		if problem.Code == api.CodeInvalidRequest {
			return exitUsage, true
		}
		return exitFailed, true
	}
	return 0, false
}

// remoteCode is the word for programs that goes with an error of the remote API; "" where it is none.
func remoteCode(err error) string {
	var problem *api.Problem
	var failed *qcos.JobFailedError
	switch {
	case is[*keylessError](err):
		return string(api.CodeInvalidAPIKey)
	case is[*qcos.TimeoutError](err):
		return "timeout"
	case is[*qcos.ConnectionError](err):
		return "unreachable"
	case errors.As(err, &failed):
		switch {
		case failed.Code != "":
			return string(failed.Code)
		case failed.Status == api.StatusCancelled:
			return "cancelled"
		}
		return "failed"
	case errors.As(err, &problem):
		return string(problem.Code)
	}
	return ""
}

// remoteRemedy is what the user can do about an error of the remote API.
func remoteRemedy(err error) string {
	var problem *api.Problem
	var connection *qcos.ConnectionError
	var late *qcos.TimeoutError
	var setting *qcos.ConfigError
	var keyless *keylessError
	switch {
	case errors.As(err, &keyless):
		return keyless.next()
	case errors.As(err, &setting):
		return setting.Next
	case errors.As(err, &late):
		return again(late.JobID)
	case errors.As(err, &connection):
		next := "check the address and the network with qcos doctor, or run here with --backend local"
		if connection.JobID != "" {
			next += "; if it was sent, it is job " + connection.JobID
		}
		return next
	case errors.As(err, &problem):
		return problem.Next
	}
	return ""
}

// again says how to find a job again.
func again(id string) string {
	return fmt.Sprintf("qcos jobs wait %s gets its result, qcos jobs cancel %s stops it", id, id)
}

// isSpoken tells an error whose words the guide gives letter for letter: they stand alone behind "Error: ".
func isSpoken(err error) bool {
	return is[*qcos.AuthenticationError](err) || is[*qcos.QuotaExceededError](err) || is[*qcos.RateLimitError](err)
}

// refusedAll tells an error that will meet every further circuit too: it is of no use to send one.
func refusedAll(err error) bool {
	var limit *qcos.RateLimitError
	return is[*qcos.AuthenticationError](err) || errors.As(err, &limit) && limit.Code == api.CodeRateLimitExceeded
}

// notSentError is a circuit that was held back after such an error.
type notSentError struct{ cause error }

func (e *notSentError) Error() string { return "not sent: " + config.Redact(e.cause.Error()) }
func (e *notSentError) Unwrap() error { return e.cause }
