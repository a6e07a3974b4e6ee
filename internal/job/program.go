package job

import (
	"context"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// Limits of programs on a server, where many are read at once. A text within the limit of a body that has no loops stays below MaxOps; some
// 100 MB are needed for as many.
const (
	MaxOps = 2_000_000 // operations of a circuit

	unrollSteps = 1 << 22 // of classical work while a program is read: some 20 ms

	smallOps    = 50_000  // read at once by everybody
	smallSource = 1 << 20 // bytes, likewise
	largeAtOnce = 2       // larger programs that are read at the same time
)

// programName is what diagnostics of a program have for a file; it is not shown.
const programName = "circuit"

// LoadProgram reads a program as a server does: nothing but the libraries that are built in can be included.
func LoadProgram(source []byte) *qasm.Program { return loadProgram(source, MaxOps) }

func loadProgram(source []byte, maxOps int) *qasm.Program {
	return qasm.Load(programName, source, qasm.Options{ReadFile: noFiles, MaxOps: maxOps, UnrollSteps: unrollSteps})
}

// workload is what of a program runs; ok is false where it has errors.
func workload(p *qasm.Program) (w run.Workload, ok bool) {
	return run.Workload{Circuit: p.Circuit, Program: p.Program}, p.Circuit != nil || p.Program != nil
}

// admitted holds the place in which its program is read.
type admitted struct {
	*qasm.Program
	release func()
}

// read reads a program when there is a place for it. The caller calls release when it is done with the circuit.
//
// There are as many places for small programs as processors. So hundreds of callers who submit as fast as they can get half of the
// processors and not nearly all of them: the other half runs what they submitted.
func (f *Front) read(ctx context.Context, source string) (admitted, error) {
	text := []byte(source)
	if len(text) <= smallSource {
		release, err := takePlace(ctx, f.small)
		if err != nil {
			return admitted{}, err
		}
		p := loadProgram(text, smallOps)
		if _, ok := workload(p); ok || !hasCode(p.Diagnostics, tooManyOps) {
			return admitted{p, release}, nil
		}
		release()
	}
	release, err := takePlace(ctx, f.large)
	if err != nil {
		return admitted{}, err
	}
	return admitted{loadProgram(text, MaxOps), release}, nil
}

// takePlace waits for one of the places, or for ctx's end.
func takePlace(ctx context.Context, places chan struct{}) (release func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// tooManyOps is the code of the diagnostic about more operations than are allowed.
const tooManyOps = "too_many_operations"

func hasCode(list diag.List, code string) bool {
	for _, d := range list {
		if d.Code == code {
			return true
		}
	}
	return false
}

// diagnosticsOf puts what is wrong with a program into the words of the API.
func diagnosticsOf(p *qasm.Program) []api.Diagnostic {
	all := make([]api.Diagnostic, len(p.Diagnostics))
	for i, d := range p.Diagnostics {
		start, end := p.Sources.Position(d.Span.Start), p.Sources.Position(d.Span.End)
		all[i] = api.Diagnostic{
			Severity: d.Severity.String(), Code: d.Code, Line: start.Line, Column: start.Column,
			EndLine: end.Line, EndColumn: end.Column, Message: d.Message, Hint: d.Hint,
		}
		for _, n := range d.Notes {
			start, end := p.Sources.Position(n.Span.Start), p.Sources.Position(n.Span.End)
			all[i].Notes = append(all[i].Notes, api.Note{Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column, Message: n.Message})
		}
	}
	return all
}

// circuitError refuses a program with errors, which come first.
func circuitError(p *qasm.Program) *CircuitError {
	e := &CircuitError{}
	all := diagnosticsOf(p)
	for _, severity := range []diag.Severity{diag.Error, diag.Warning} {
		for _, d := range all {
			if d.Severity == severity.String() {
				e.Diagnostics = append(e.Diagnostics, d)
			}
		}
	}
	return e
}

// Check is Service's.
func (f *Front) Check(ctx context.Context, source string) ([]api.Diagnostic, error) {
	p, err := f.read(ctx, source)
	if err != nil {
		return nil, err
	}
	defer p.release()
	return diagnosticsOf(p.Program), nil
}
