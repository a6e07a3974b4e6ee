package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/expect"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitAuth        = 4
	exitLimit       = 5
	exitRemote      = 6
	exitInterrupted = 130
)

// codes describes the exit codes for help and documentation. It is complete: scripts may rely on the numbers.
var codes = []struct {
	code    int
	meaning string
}{
	{exitOK, "all went well"},
	{exitFailed, "failed: a test failed, the circuit cannot be run within the limits, a file cannot be read or written, or --timeout passed"},
	{exitUsage, "wrong command, flag, argument or configuration"},
	{exitInvalid, "a program is not valid, or breaks a rule while it runs"},
	{exitAuth, "the key or login was refused, or may not do this"},
	{exitLimit, "a limit of the tier or of the rate was passed"},
	{exitRemote, "the remote API cannot be reached or did not answer in time"},
	{exitInterrupted, "stopped by Ctrl-C"},
}

// UsageError is a wrong command, flag or argument.
type UsageError struct {
	Detail string
	Next   string // what to do; may be empty
}

func (e *UsageError) Error() string { return e.Detail }

// InputError is a file that cannot be read, or a result that cannot be written.
type InputError struct {
	Detail string
	Next   string // what to do; may be empty
}

func (e *InputError) Error() string { return e.Detail }

// invalidError is a program with errors. The user has seen its diagnostics.
type invalidError struct {
	sources *diag.Set
	list    diag.List
}

// Error is the place and the message of the first error.
func (e *invalidError) Error() string {
	i := slices.IndexFunc(e.list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	return fmt.Sprintf("%s: %s", e.sources.Position(e.list[i].Span.Start), e.list[i].Message)
}

// ambiguousError is a state vector that is not unique, with the place that makes it so.
type ambiguousError struct {
	place diag.Position
	err   error
}

func (e *ambiguousError) Error() string { return e.place.String() + ": " + e.err.Error() }
func (e *ambiguousError) Unwrap() error { return e.err }

// located gives an error of a run the place in the program that it is about.
func (a *App) located(p *qasm.Program, err error) error {
	var ambiguous *run.AmbiguousStateError
	var fault *run.ProgramError
	switch {
	case errors.As(err, &ambiguous):
		return &ambiguousError{p.Sources.Position(ambiguous.Pos), err}
	case errors.As(err, &fault):
		return a.faulty(p, fault)
	}
	return err
}

// faulty shows a fault of a program that runs as one of its text, which it is.
func (a *App) faulty(p *qasm.Program, fault *run.ProgramError) error {
	d := diag.Diagnostic{
		Severity: diag.Error, Code: fault.Code, Span: diag.Span{Start: fault.Pos, End: fault.Pos + 1}, Message: fault.Detail, Hint: fault.Next,
	}
	shown := *p
	shown.Diagnostics = diag.List{d}
	showDiagnostics(a.Err, &shown, a.errPalette())
	p.Diagnostics = append(p.Diagnostics, d)
	return &invalidError{p.Sources, p.Diagnostics}
}

// workload is what of a program runs.
func workload(p *qasm.Program) run.Workload {
	return run.Workload{Circuit: p.Circuit, Program: p.Program}
}

// timeoutError is a run that --timeout ended.
type timeoutError struct{ limit string }

func (e *timeoutError) Error() string { return "stopped after " + e.limit + ", the limit of --timeout" }

// internalError is a fault of this program.
type internalError struct {
	value string
	stack []byte
}

func (e *internalError) Error() string { return "internal error: " + e.value }

// reportedError is an error that the user has been told: only its code is left.
type reportedError struct{ code int }

func (e *reportedError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// guard turns a panic of f into an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &internalError{fmt.Sprint(v), debug.Stack()}
		}
	}()
	return f()
}

// exitCode is the one map from errors to exit codes.
func exitCode(err error) int {
	var reported *reportedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &reported):
		return reported.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case is[*UsageError](err), is[*run.UsageError](err), is[*config.Error](err), is[*expect.Error](err):
		return exitUsage
	case is[*invalidError](err):
		return exitInvalid
	}
	if code, ok := loginExit(err); ok {
		return code
	}
	if code, ok := remoteExit(err); ok {
		return code
	}
	return exitFailed
}

func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func as[T error](err error, into *T) bool { return errors.As(err, into) }

// errorCode is the word for programs that goes with an error.
func errorCode(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case is[*timeoutError](err):
		return "timeout"
	case is[*run.InfeasibleError](err), is[*ambiguousError](err):
		return "infeasible"
	case is[*invalidError](err):
		return "invalid_circuit"
	case is[*InputError](err):
		return "input_error"
	case is[*expect.Error](err):
		return "invalid_expectation"
	case loginCode(err) != "":
		return loginCode(err)
	case remoteCode(err) != "":
		return remoteCode(err)
	case exitCode(err) == exitUsage:
		return "usage"
	}
	return "internal"
}

// remedy is what the user can do about an error, "" where there is nothing to say.
func remedy(err error) string {
	var usage *UsageError
	var runUsage *run.UsageError
	var setting *config.Error
	var input *InputError
	var infeasible *run.InfeasibleError
	switch {
	case errors.As(err, &usage):
		return usage.Next
	case errors.As(err, &runUsage):
		return runUsage.Next
	case errors.As(err, &setting):
		return setting.Next
	case errors.As(err, &input):
		return input.Next
	case errors.As(err, &infeasible):
		return infeasible.Next
	case is[*ambiguousError](err):
		return "leave --statevector out: counts and --probabilities follow all outcomes"
	case is[*timeoutError](err):
		return "give it more time with --timeout, or see qcos explain for what the circuit costs"
	case is[*internalError](err):
		return "this is a fault of qcos, not yours: please report it with the command and the circuit at " + issuesURL
	}
	if next := loginRemedy(err); next != "" {
		return next
	}
	return remoteRemedy(err)
}

const issuesURL = "https://github.com/softquantus/qcos/issues"

// report tells the user of an error: what is wrong on one line, what to do under it.
func (a *App) report(err error) {
	if err == nil || is[*reportedError](err) || is[*invalidError](err) || is[*notSentError](err) {
		return
	}
	p := a.errPalette()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(a.Err, "%s interrupted\n", p.red("Error:"))
		return
	}
	fmt.Fprintf(a.Err, "%s %s\n", p.red("Error:"), diag.Printable(config.Redact(err.Error())))
	if next := remedy(err); next != "" {
		fmt.Fprintf(a.Err, "       %s\n", diag.Printable(config.Redact(next)))
	}
	var internal *internalError
	if errors.As(err, &internal) && a.Debug {
		fmt.Fprintf(a.Err, "%s\n", config.Redact(string(internal.stack)))
	}
}
