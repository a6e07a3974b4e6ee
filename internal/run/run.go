// Package run takes a program from circuit to counts: simplify, plan, run the engine, shape the answer. It is the only importer
// of engines. It knows no terminal, no HTTP and no source text beyond positions.
package run

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/machine"
	"github.com/softquantus/qcos/internal/pass"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
)

// Limits of what is run at all. They bound the memory of everything that is proportional to declared bits, before any engine is asked.
const (
	MaxQubits                  = 1 << 22 // declared
	MaxClbits                  = 1 << 24 // declared
	MaxStateVectorQubits       = 20      // declared, where the state vector is to be reported
	MaxProbabilities           = 4096    // entries of Report.Probabilities
	maxOutcomes                = 1 << 20 // distinct outcomes or branches behind Report.Probabilities
	usableMemory               = 0.8     // of the machine's, where nothing else is said: the rest is for everybody else
	seedBits                   = 53      // of a drawn seed, so that every JSON reader keeps it exactly
	fallbackMemory       int64 = 4 << 30 // where the machine does not tell
)

// Options are how a circuit is run.
type Options struct {
	Shots         int           // at least 1
	Seed          *uint64       // nil: one is drawn
	Method        string        // one of Methods; "" is plan.AutoMethod
	Precision     sim.Precision // Auto lets the planner choose
	Threads       int           // 0: all that the process may use
	MaxMemory     int64         // bytes; 0: most of the machine's
	NoSimplify    bool          // run the circuit as it is written
	Memory        bool          // report each shot
	Probabilities bool          // report the exact distribution
	StateVector   bool          // report the final state, terminal measurements not applied
	Variables     bool          // report the classical variables
	MaxSteps      int64         // of classical work in one history of a program; 0: DefaultMaxSteps
	Progress      func(fraction float64)

	maxWords, maxRecords int64 // see sim.Request
}

// Count is a key of the counts with how often it came.
type Count struct {
	Key string
	N   int
}

// KeyProbability is a key of the counts with its exact probability.
type KeyProbability struct {
	Key string
	P   float64
}

// Report is the answer to one run. A key has a register's highest bit leftmost, and the registers, last declared leftmost, separated by one space.
type Report struct {
	Counts                []Count          // by falling count, ties by key
	Memory                []string         // a key a shot
	Probabilities         []KeyProbability // the MaxProbabilities largest, ties by key
	ProbabilitiesComplete bool             // none was left out
	Variables             []Variable       // where asked for, in order of declaration
	Joint                 []Assignment     // the MaxJoint most frequent of all variables together
	StateVector           []complex128     // of the declared qubits, index Σ q_k·2^k, global phase included
	Shots                 int
	NumQubits             int // declared
	NumClbits             int // in a key
	Seed                  uint64
	Plan                  *plan.Plan
	Steps                 []pass.Step
	Kernel                string        // of the engine's inner loops
	Duration              time.Duration // simplify, plan, run and sample
	PeakBytes             int64         // held by the engine at once
	Warnings              []string
}

// Explanation is a plan without a run.
type Explanation struct {
	NumQubits     int // declared
	NumClbits     int // in a key
	NumOperations int
	Simplified    *circuit.Circuit // of a program, an outline: every operation once
	Dynamic       string           // why the circuit is not known in advance, "" where it is
	DynamicPos    diag.Pos         // and where
	Steps         []pass.Step
	Plan          *plan.Plan       // nil where nothing can run the circuit
	Refusal       *InfeasibleError // then says why, with all candidates
	Warnings      []string
}

// InfeasibleError is the refusal of what no method can do within the limits, before memory is taken.
type InfeasibleError = plan.InfeasibleError

// AmbiguousStateError is the refusal of a state vector that depends on a random outcome in the middle of the circuit; its Pos says on
// which.
type AmbiguousStateError = branch.AmbiguousStateError

// UsageError is a wrong option.
type UsageError struct{ Detail, Next string }

func (e *UsageError) Error() string { return e.Detail }

// Methods are the words for Options.Method.
func Methods() []string {
	names := []string{plan.AutoMethod}
	for _, e := range engines() {
		names = append(names, e.Name())
	}
	return names
}

// Circuit runs c; see Run.
func Circuit(ctx context.Context, c *circuit.Circuit, o Options) (*Report, error) {
	return Run(ctx, Workload{Circuit: c}, o)
}

// Run runs w. It stops soon after ctx ends, with ctx's error. Other errors: *UsageError, *InfeasibleError, *AmbiguousStateError,
// *ProgramError, and internal errors.
func Run(ctx context.Context, w Workload, o Options) (*Report, error) {
	began := time.Now()
	j, err := prepare(w, o)
	if err != nil {
		return nil, err
	}
	p, err := plan.Choose(engines(), &j.request, j.method, j.request.MaxMemory)
	if err != nil {
		return nil, err
	}
	engine := engineNamed(p.Method)
	j.request.Precision = p.Precision
	result, err := engine.Run(ctx, &j.request)
	if err != nil {
		return nil, shapeError(err, p)
	}
	r := &Report{
		Shots: o.Shots, NumQubits: w.Qubits(), NumClbits: j.reading.keys.width(), Seed: j.request.Seed,
		Plan: p, Steps: j.steps, Kernel: result.Kernel, PeakBytes: result.PeakBytes,
		Warnings: append(j.warnings, p.Warnings...),
	}
	if err := j.shape(ctx, r, result); err != nil {
		return nil, err
	}
	r.Duration = time.Since(began)
	return r, nil
}

// Explain tells how w would be run. Its errors are *UsageError, an *InfeasibleError of what is refused before planning, and a *ProgramError of
// what does not fit into memory.
func Explain(w Workload, o Options) (*Explanation, error) {
	j, err := prepare(w, o)
	if err != nil {
		return nil, err
	}
	x := &Explanation{
		NumQubits: w.Qubits(), NumClbits: j.reading.keys.width(),
		Simplified: j.request.Circuit, Steps: j.steps, Warnings: j.warnings,
	}
	if w.dynamic() {
		x.NumOperations, x.Dynamic, x.DynamicPos = len(j.request.Circuit.Ops), w.Program.Why, w.Program.WhyPos
	} else {
		x.NumOperations = len(w.Circuit.Ops)
	}
	x.Plan, err = plan.Choose(engines(), &j.request, j.method, j.request.MaxMemory)
	if err != nil && !errors.As(err, &x.Refusal) {
		return nil, err
	}
	if x.Plan != nil {
		x.Warnings = append(x.Warnings, x.Plan.Warnings...)
	}
	return x, nil
}

// job is a request with what is needed to shape its answer.
type job struct {
	request  sim.Request
	work     Workload
	method   string
	reading  *reading
	steps    []pass.Step
	warnings []string
	options  Options
	declared int // qubits
}

func prepare(w Workload, o Options) (*job, error) {
	if err := check(w, &o); err != nil {
		return nil, err
	}
	j := &job{work: w, method: o.Method, options: o, declared: w.Qubits()}
	var meas *circuit.Register
	if !w.measures() && w.Qubits() > 0 {
		meas = &circuit.Register{Name: "meas", Size: w.Qubits()}
		j.warnings = append(j.warnings, "the program measures nothing: all its qubits are measured at the end into meas")
	}
	c := j.prepareCircuit(w, o, meas)
	var err error
	if j.reading, err = newReading(w, meas, o); err != nil {
		return nil, err
	}
	j.request = sim.Request{
		Circuit: c, MaxSteps: o.MaxSteps, Want: wanted(o), Shots: o.Shots, Seed: *o.Seed, Threads: o.Threads, Precision: o.Precision,
		MaxMemory: o.MaxMemory, MaxWords: o.maxWords, MaxRecords: o.maxRecords, MaxOutcomes: maxOutcomes, Progress: o.Progress,
	}
	if w.dynamic() {
		j.request.Program = w.Program
	}
	return j, nil
}

// prepareCircuit makes the circuit of the request, and places meas where it is not nil: as the last register, or behind what a program
// reports.
func (j *job) prepareCircuit(w Workload, o Options, meas *circuit.Register) *circuit.Circuit {
	if w.dynamic() {
		if meas != nil {
			meas.First = uint32(64 * w.Program.Layout().Words())
		}
		return w.Program.Outline()
	}
	c := w.Circuit
	if meas != nil {
		c, *meas = measureAll(c)
	}
	keep := pass.Outcomes
	if o.StateVector {
		keep = pass.State
	}
	if !o.NoSimplify {
		c, j.steps = pass.Simplify(c, keep)
	}
	return c
}

// check refuses wrong options and circuits beyond all limits, and fills defaults in.
func check(w Workload, o *Options) error {
	if o.Method == "" {
		o.Method = plan.AutoMethod
	}
	switch {
	case o.Shots < 1:
		return &UsageError{fmt.Sprintf("%d shots: at least 1 is needed", o.Shots), "give --shots 1 or more"}
	case !slices.Contains(Methods(), o.Method):
		return &UsageError{fmt.Sprintf("unknown method %q", o.Method), fmt.Sprintf("the methods are %v", Methods())}
	case o.Threads < 0:
		return &UsageError{fmt.Sprintf("%d threads: at least 1 is needed", o.Threads), "give --threads 1 or more"}
	case w.Qubits() > MaxQubits:
		return &InfeasibleError{Detail: fmt.Sprintf("the program declares %d qubits, any method takes at most %d", w.Qubits(), MaxQubits), Next: "declare only the qubits that are used"}
	case w.clbits() > MaxClbits:
		return &InfeasibleError{Detail: fmt.Sprintf("the program declares %d classical bits, at most %d are taken", w.clbits(), MaxClbits), Next: "declare only the bits that are used"}
	case o.StateVector && w.Qubits() > MaxStateVectorQubits:
		return &InfeasibleError{Detail: fmt.Sprintf("a state vector is reported of at most %d qubits, the program declares %d", MaxStateVectorQubits, w.Qubits()), Next: "ask for --probabilities or counts"}
	}
	if o.Threads == 0 {
		o.Threads = machine.Threads()
	}
	o.limitVariables()
	if o.Seed == nil {
		s := drawSeed()
		o.Seed = &s
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = DefaultMaxSteps
	}
	return checkShots(w, o)
}

// DefaultMaxMemory is what a run may use where Options.MaxMemory says nothing: most of the machine's or control group's memory. It
// depends on the machine's size, not on how busy it is: the same seed gives the same counts tomorrow.
func DefaultMaxMemory() int64 { return defaultMaxMemory() }

// The size is asked for once: it takes longer than a small circuit.
var defaultMaxMemory = sync.OnceValue(func() int64 {
	m := machine.CurrentMemory()
	if m.Total == 0 {
		return fallbackMemory
	}
	return int64(usableMemory * float64(m.Total))
})

func drawSeed() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: it ends the process where the system has no randomness
	return binary.LittleEndian.Uint64(b[:]) >> (64 - seedBits)
}

func wanted(o Options) sim.Want {
	w := sim.Counts
	if o.Memory {
		w |= sim.Memory
	}
	if o.Probabilities {
		w |= sim.Probabilities
	}
	if o.StateVector {
		w |= sim.Amplitudes
	}
	return w
}

// measureAll returns c with all qubits measured at the end into a register meas, which alone is reported. The other clbits stay, for
// conditions may read them.
func measureAll(c *circuit.Circuit) (*circuit.Circuit, circuit.Register) {
	out := c.Clone()
	meas := out.AddCreg("meas", c.NumQubits)
	for q := range uint32(c.NumQubits) {
		out.AddMeasure(q, meas.First+q)
	}
	return out, meas
}

// shapeError turns an engine's refusal into one for people.
func shapeError(err error, p *plan.Plan) error {
	var limit *sim.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	e := &InfeasibleError{Candidates: p.Candidates, Next: "use a larger --max-memory or a smaller circuit"}
	switch limit.What {
	case "variables":
		return variablesError(limit.Need, limit.Have)
	case "memory":
		e.Detail = fmt.Sprintf("method %s needs %s, and %s may be used", p.Method, plan.Bytes(limit.Need), plan.Bytes(limit.Have))
	default:
		e.Detail = fmt.Sprintf("the exact distribution has more than %d %s", limit.Have, limit.What)
		e.Next = "leave --probabilities out: counts have no such limit"
	}
	return e
}
