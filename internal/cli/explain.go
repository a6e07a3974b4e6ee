package cli

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/pass"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

type explainOptions struct {
	app  *App
	load loader
	plan func(w run.Workload, o run.Options) (*run.Explanation, error)

	files  []string
	source sourceOptions
	inputs inputOptions
	sim    simulationOptions
	format format
	blocks blocks
}

func newExplainCommand(a *App) *cobra.Command {
	o := &explainOptions{app: a, load: qasm.Load, plan: run.Explain}
	cmd := &cobra.Command{
		Use:   "explain FILE...",
		Short: "Show how programs would be run, and what it would take",
		Long: "Show how qcos execute would run programs with the same flags: what the simplifier leaves, which method is taken and\n" +
			"why, the time and memory it takes by estimate, and what speaks against the other methods. Nothing is run.",
		Example:           "  qcos explain bell.qasm\n  qcos explain --max-memory 1GiB --format json ghz.qasm",
		Args:              programFiles,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.run(cmd.Context())
		},
	}
	o.sim.addFlags(cmd)
	o.source.addFlags(cmd)
	o.inputs.addFlags(cmd)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *explainOptions) run(ctx context.Context) error {
	inputs, err := expand(o.files)
	if err != nil {
		return err
	}
	return o.app.each(ctx, inputs, func(in input) error { return o.file(ctx, in) })
}

func (o *explainOptions) file(ctx context.Context, in input) error {
	source := o.source.qasm()
	source.Inputs, source.MaxOps = o.inputs.values, o.sim.maxOps()
	p, err := o.app.loadValid(ctx, in, o.load, source)
	if err != nil {
		return err
	}
	x, err := o.plan(workload(p), o.sim.run())
	if err != nil {
		return o.app.located(p, err)
	}
	var text bytes.Buffer
	if o.format == formatJSON {
		err = writeLine(&text, explanationJSON(in, p, x))
	} else {
		o.blocks.next(&text)
		writeExplanation(&text, in, p, x, o.app.outPalette())
	}
	if err != nil {
		return err
	}
	o.app.showWarnings(in, x.Warnings)
	if err := o.app.write(text.Bytes()); err != nil {
		return err
	}
	if x.Refusal != nil {
		return x.Refusal
	}
	return nil
}

// planJSON is a plan for programs. What nothing can run has no method and no estimates: null.
type planJSON struct {
	File          string          `json:"file"`
	NumQubits     int             `json:"num_qubits"`
	NumClbits     int             `json:"num_clbits"`
	NumOperations int             `json:"num_operations"`
	After         afterJSON       `json:"after_simplification"`
	Method        *string         `json:"method"`
	Precision     *string         `json:"precision"`
	Passes        []passJSON      `json:"passes"`
	Seconds       *float64        `json:"estimated_seconds"`
	Bytes         *int64          `json:"estimated_bytes"`
	Candidates    []candidateJSON `json:"candidates"`
	Warnings      []string        `json:"warnings"`
	Dynamic       *string         `json:"dynamic,omitempty"` // why the circuit is not known in advance; absent where it is
}

type afterJSON struct {
	Qubits     int `json:"qubits"`
	Operations int `json:"operations"`
}

type passJSON struct {
	Name             string `json:"name"`
	OperationsBefore int    `json:"operations_before"`
	OperationsAfter  int    `json:"operations_after"`
	QubitsBefore     int    `json:"qubits_before"`
	QubitsAfter      int    `json:"qubits_after"`
}

func explanationJSON(in input, p *qasm.Program, x *run.Explanation) planJSON {
	j := planJSON{
		File: in.name, NumQubits: x.NumQubits, NumClbits: x.NumClbits, NumOperations: x.NumOperations,
		After:    afterJSON{x.Simplified.NumQubits, len(x.Simplified.Ops)},
		Passes:   make([]passJSON, 0, len(x.Steps)),
		Warnings: append([]string{}, x.Warnings...),
	}
	if x.Dynamic != "" {
		why := dynamicWhy(p, x)
		j.Dynamic = &why
	}
	for _, s := range x.Steps {
		j.Passes = append(j.Passes, passJSON{s.Name, s.OpsBefore, s.OpsAfter, s.QubitsBefore, s.QubitsAfter})
	}
	if x.Plan != nil {
		precision := x.Plan.Precision.String()
		j.Method, j.Precision = &x.Plan.Method, &precision
		j.Seconds, j.Bytes = knownSeconds(x.Plan.Seconds), knownBytes(x.Plan.Bytes)
	}
	j.Candidates = candidatesJSON(candidates(x))
	return j
}

func candidates(x *run.Explanation) []plan.Candidate {
	if x.Plan != nil {
		return x.Plan.Candidates
	}
	return x.Refusal.Candidates
}

// dynamicWhy says why a circuit is not known in advance, and where.
func dynamicWhy(p *qasm.Program, x *run.Explanation) string {
	if x.DynamicPos == 0 {
		return x.Dynamic
	}
	return p.Sources.Position(x.DynamicPos).String() + ": " + x.Dynamic
}

func writeExplanation(w *bytes.Buffer, in input, program *qasm.Program, x *run.Explanation, p palette) {
	size := fmt.Sprintf("%s · %s · %s", counted(x.NumQubits, "qubit"), counted(x.NumClbits, "bit"), counted(x.NumOperations, "operation"))
	fmt.Fprintf(w, "%s  %s\n", p.bold(in.shown()), p.dim(size))
	if x.Plan != nil {
		writeFact(w, p, "method", fmt.Sprintf("%s, %s precision", x.Plan.Method, x.Plan.Precision))
		writeFact(w, p, "estimate", fmt.Sprintf("%s, %s", shortSeconds(x.Plan.Seconds), plan.Bytes(x.Plan.Bytes)))
	} else {
		writeFact(w, p, "method", "none: "+x.Refusal.Detail)
	}
	if x.Dynamic != "" {
		writeFact(w, p, "dynamic", dynamicWhy(program, x))
	}
	simplified := "no"
	if x.Steps != nil {
		simplified = fmt.Sprintf("%s, %s", counted(x.Simplified.NumQubits, "qubit"), counted(len(x.Simplified.Ops), "operation"))
	}
	writeFact(w, p, "simplified", simplified)
	writePasses(w, x.Steps, p)
	writeCandidates(w, candidates(x), p)
}

func writeFact(w *bytes.Buffer, p palette, name, value string) {
	fmt.Fprintf(w, "%s%s  %s\n", indentation, p.dim(padded(name, len("simplified"))), value)
}

// writePasses lists the passes that changed something.
func writePasses(w *bytes.Buffer, steps []pass.Step, p palette) {
	names := 0
	for _, s := range steps {
		names = max(names, len(s.Name))
	}
	for _, s := range steps {
		if s.OpsBefore == s.OpsAfter && s.QubitsBefore == s.QubitsAfter {
			continue
		}
		change := fmt.Sprintf("%s → %s", grouped(s.OpsBefore), counted(s.OpsAfter, "operation"))
		if s.QubitsBefore != s.QubitsAfter {
			change += fmt.Sprintf(", %s → %s", grouped(s.QubitsBefore), counted(s.QubitsAfter, "qubit"))
		}
		writeFact(w, p, "", p.dim(padded(s.Name, names)+"  "+change))
	}
}

func writeCandidates(w *bytes.Buffer, all []plan.Candidate, p palette) {
	methods, seconds, bytes := 0, 0, 0
	for _, c := range all {
		methods, seconds, bytes = max(methods, len(c.Method)), max(seconds, len(candidateTime(c))), max(bytes, len(candidateMemory(c)))
	}
	for i, c := range all {
		title, mark := "", p.dim("no ")
		if i == 0 {
			title = "candidates"
		}
		if c.Feasible {
			mark = p.green("yes")
		}
		writeFact(w, p, title, fmt.Sprintf("%s  %s  %*s  %*s  %s", padded(c.Method, methods), mark, seconds, candidateTime(c), bytes, candidateMemory(c), c.Reason))
	}
}

func candidateTime(c plan.Candidate) string {
	if !estimated(c) {
		return "-"
	}
	return shortSeconds(c.Seconds)
}

func candidateMemory(c plan.Candidate) string {
	if !estimated(c) {
		return "-"
	}
	return plan.Bytes(c.Bytes)
}
