// Package sim is what all engines have in common: the Engine interface, the Request that an engine answers and its Result. It
// imports no engine. An engine lives in a folder of its own below this one and imports no other engine; package run chooses.
package sim

import (
	"context"
	"fmt"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
)

// Precision is the floating-point format of amplitudes.
type Precision uint8

// The precisions. Auto lets the planner choose: double where it fits.
const (
	Auto   Precision = iota
	Double           // complex128: relative error about 1e-15 a gate
	Single           // complex64: about 1e-7 a gate, half the memory
)

var precisionNames = [...]string{"auto", "double", "single"}

func (p Precision) String() string { return precisionNames[p] }

// ParsePrecision reads auto, double or single.
func ParsePrecision(s string) (Precision, error) {
	for i, n := range precisionNames {
		if n == s {
			return Precision(i), nil
		}
	}
	return 0, fmt.Errorf("unknown precision %q: auto, double or single", s)
}

// Want is a set of the things asked of an engine.
type Want uint8

// What can be wanted.
const (
	Counts        Want = 1 << iota // Result.Counts
	Memory                         // Result.Memory
	Probabilities                  // Result.Probabilities
	Amplitudes                     // Result.Amplitudes
	Expectations                   // Result.Expectations
)

// Has reports whether w holds all of x.
func (w Want) Has(x Want) bool { return w&x == x }

var wantNames = []string{"counts", "memory", "probabilities", "amplitudes", "expectation values"}

func (w Want) String() string {
	s := ""
	for i, n := range wantNames {
		if w&(1<<i) != 0 {
			if s != "" {
				s += ", "
			}
			s += n
		}
	}
	return s
}

// Pauli is one letter of a Pauli string: 'X', 'Y' or 'Z' on a qubit of the request's circuit.
type Pauli struct {
	Qubit  circuit.Qubit
	Letter byte
}

// PauliSum is Σ Coefficient · product of Paulis. A term without Paulis is the identity.
type PauliSum []PauliTerm

// PauliTerm is one term of a PauliSum; a qubit occurs at most once.
type PauliTerm struct {
	Coefficient float64
	Paulis      []Pauli
}

// Request is one job for an engine. It is read only and may be shared.
type Request struct {
	Circuit *circuit.Circuit
	// Program, where not nil, is what runs: Circuit is its outline (program.Outline), which stands for it in capabilities and estimates. The run
	// adds operations to that circuit: it is not shared with another.
	Program   *program.Program
	MaxSteps  int64 // of a Program, in one history
	Want      Want
	Shots     int       // 0 where neither Counts nor Memory is wanted
	Seed      uint64    // the only source of randomness
	Threads   int       // how many may run at once; at least 1. It never changes a result
	Precision Precision // Double or Single
	MaxMemory int64     // bytes that the engine may hold at once
	// MaxWords and MaxRecords bound a Program: the memory of one history in words of 64 bits, and of all of them in bytes. 0 is what MaxMemory
	// allows.
	MaxWords, MaxRecords int64
	// Observables are for Expectations, of the state at the end of the circuit (a mixture where the circuit measures).
	Observables []PauliSum
	// MaxOutcomes bounds Probabilities: more distinct outcomes or branches are a LimitError.
	MaxOutcomes int
	// Progress, where not nil, is called now and then from one goroutine at a time with the fraction done, 0 to 1, never falling.
	Progress func(fraction float64)
}

// Outcome is a value of all clbits of the circuit with how often it came.
type Outcome struct {
	Bits  bitvec.Vec
	Count int
}

// Probability is a value of all clbits with its exact probability.
type Probability struct {
	Bits bitvec.Vec
	P    float64
}

// Result is an engine's answer; members that were not wanted are nil.
type Result struct {
	Counts        []Outcome     // distinct, in rising order of Bits; the counts sum to Shots
	Memory        []bitvec.Vec  // one a shot
	Probabilities []Probability // distinct, in rising order of Bits, none below 1e-14; they sum to 1 within rounding
	Amplitudes    []complex128  // 2^NumQubits of the circuit's qubits, in index order, global phase included
	Expectations  []float64     // one an observable
	Kernel        string        // which implementation of the inner loops ran, such as "avx512" or "go"
	PeakBytes     int64         // most memory held at once by the engine
	Branches      int           // distinct histories of measurement that were followed
}

// Capabilities says what an engine can do. Whatever is not in here is refused before memory is allocated.
type Capabilities struct {
	Want       Want
	Precisions []Precision // beside Auto
	MaxQubits  int         // representable at all, whatever the memory
	// Unfit says why the engine cannot run a circuit whatever the machine's size, naming the first op in the way; "" where it can.
	Unfit func(c *circuit.Circuit) string
}

// Estimate is what a run would take.
type Estimate struct {
	Bytes   int64   // most memory held at once; math.MaxInt64 where it passes that
	Seconds float64 // on this machine with the request's threads; +Inf where hopeless
	Exact   bool    // whether Bytes is certain rather than likely
}

// Engine is one method of simulation. Its methods may be called from many goroutines at once.
type Engine interface {
	// Name is the word for --method.
	Name() string
	// Capabilities is constant.
	Capabilities() Capabilities
	// Estimate judges a request without running it, in time linear in the circuit at most.
	Estimate(r *Request) Estimate
	// Run answers the request. It stops soon (within 50 ms) after ctx ends, with ctx's error, and frees what it held. A circuit
	// outside the capabilities and a need beyond MaxMemory are errors before anything is allocated.
	Run(ctx context.Context, r *Request) (*Result, error)
}

// LimitError is a refusal because a limit of the request would be passed.
type LimitError struct {
	What       string // "memory", "branches", "outcomes", "qubits"
	Need, Have int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: %d needed, %d allowed", e.What, e.Need, e.Have)
}

// UnfitError is a refusal because the engine lacks a capability.
type UnfitError struct {
	Engine string
	Reason string
}

func (e *UnfitError) Error() string {
	return fmt.Sprintf("method %s cannot run this: %s", e.Engine, e.Reason)
}

// Check refuses a request that the engine's capabilities do not cover.
func Check(e Engine, r *Request) error {
	caps := e.Capabilities()
	if lacks := r.Want &^ caps.Want; lacks != 0 {
		return &UnfitError{e.Name(), "it does not give " + lacks.String()}
	}
	if n := r.Circuit.NumQubits; n > caps.MaxQubits {
		return &LimitError{"qubits", int64(n), int64(caps.MaxQubits)}
	}
	if reason := caps.Unfit(r.Circuit); reason != "" {
		return &UnfitError{e.Name(), reason}
	}
	return nil
}
