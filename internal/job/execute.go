package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/pkg/api"
)

// What results say of where they come from.
const (
	resultBackend = "qcos"
	resultDevice  = "cpu"
)

// Task is what is needed to run a job, as plain data: it also goes to the process that runs a heavy one.
type Task struct {
	Source    []byte
	Shots     int
	Seed      *uint64
	Method    string // of the plan
	Precision string // of the plan
	Memory    bool
	Threads   int
	MaxMemory int64 // bytes that the engine may hold
}

// How much more than was planned a run may hold: the plan was made for another number of threads, each of which has some memory of
// its own.
const (
	slackBytes          = 16 << 20
	slackBytesPerThread = 8 << 20
)

// newTask puts together how a job is run.
func newTask(j *Job, packed []byte, threads int) (Task, error) {
	source, err := Unpack(packed)
	if err != nil {
		return Task{}, err
	}
	t := Task{
		Source: source, Shots: j.Shots, Seed: j.Seed, Method: j.Plan.Method, Precision: j.Plan.Precision, Memory: j.Memory,
		Threads: threads, MaxMemory: j.Plan.Bytes + slackBytes + slackBytesPerThread*int64(threads),
	}
	if t.Method == "" {
		t.Method = j.Method
	}
	return t, nil
}

func noFiles(path string) ([]byte, error) {
	return nil, fmt.Errorf("a server reads no files: put the text of %s in place of the include", path)
}

// Execute runs a task and gives the JSON of its api.Result, packed. It ends soon after ctx, with ctx's error. A *Failure is the
// error that the job's owner sees.
func Execute(ctx context.Context, t Task) ([]byte, error) {
	program := LoadProgram(t.Source)
	w, ok := workload(program)
	if !ok {
		return nil, invalid(program)
	}
	precision, err := sim.ParsePrecision(t.Precision)
	if err != nil {
		precision = sim.Auto
	}
	report, err := run.Run(ctx, w, run.Options{
		Shots: t.Shots, Seed: t.Seed, Method: t.Method, Precision: precision, Memory: t.Memory, Threads: t.Threads, MaxMemory: t.MaxMemory,
	})
	if err != nil {
		return nil, explainFailure(ctx, program, err)
	}
	return packResult(report, warnings(program))
}

// invalid is the failure of a program that was valid when it was accepted, by another version of the server.
func invalid(p *qasm.Program) error {
	for _, d := range p.Diagnostics {
		if d.Severity == diag.Error {
			return &Failure{Code: api.CodeInvalidCircuit, Detail: place(p, d.Span.Start) + d.Message}
		}
	}
	return &Failure{Code: api.CodeInvalidCircuit, Detail: "the program cannot be run"}
}

// explainFailure makes an error of a run one for the job's owner. Internal errors stay as they are: their words are for the log.
func explainFailure(ctx context.Context, p *qasm.Program, err error) error {
	var infeasible *run.InfeasibleError
	var usage *run.UsageError
	var fault *run.ProgramError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &infeasible):
		return &Failure{Code: api.CodeInfeasible, Detail: infeasible.Detail}
	case errors.As(err, &fault):
		return &Failure{Code: api.CodeInvalidCircuit, Detail: place(p, fault.Pos) + fault.Detail}
	case errors.As(err, &usage):
		return &Failure{Code: api.CodeInvalidRequest, Detail: usage.Detail}
	}
	return err
}

func warnings(p *qasm.Program) []string {
	var out []string
	for _, d := range p.Diagnostics {
		if d.Severity == diag.Warning {
			out = append(out, place(p, d.Span.Start)+d.Message)
		}
	}
	return out
}

// place is where in a program something is, in front of what is said of it. There is one file, whose name is not shown.
func place(p *qasm.Program, at diag.Pos) string {
	where := p.Sources.Position(at)
	return fmt.Sprintf("%d:%d: ", where.Line, where.Column)
}

func packResult(r *run.Report, warned []string) ([]byte, error) {
	result := api.Result{
		Counts: make(map[string]int, len(r.Counts)), NumQubits: r.NumQubits, Shots: r.Shots, ExecutionTimeSeconds: r.Duration.Seconds(),
		Backend: resultBackend, Device: resultDevice, NumClbits: r.NumClbits, Method: r.Plan.Method, Precision: r.Plan.Precision.String(),
		Kernel: r.Kernel, Seed: &r.Seed, PeakMemoryBytes: r.PeakBytes, Warnings: append(warned, r.Warnings...), Memory: r.Memory,
	}
	for _, c := range r.Counts {
		result.Counts[c.Key] = c.N
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(result); err != nil {
		return nil, fmt.Errorf("internal error: a result cannot be written: %w", err)
	}
	return Pack(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}

// Failure as an error says what the job's owner reads.
func (f *Failure) Error() string { return f.Detail }

// Kernel names the inner loops that this machine's processor runs.
func Kernel() (string, error) {
	program := LoadProgram([]byte("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\ncreg c[1];\nh q[0];\nmeasure q->c;\n"))
	if program.Circuit == nil {
		return "", errors.New("internal error: one qubit is not accepted as a program")
	}
	r, err := run.Circuit(context.Background(), program.Circuit, run.Options{Shots: 1, Method: "statevector", NoSimplify: true, MaxMemory: HeavyBytes})
	if err != nil {
		return "", err
	}
	return r.Kernel, nil
}
