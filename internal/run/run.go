// Package run takes a program from circuit to counts: simplify, plan, run the engine, shape the answer. It is the only importer
// of engines. It knows no terminal, no HTTP and no source text beyond positions.
package run

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/pass"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/sim"
)

// Options are how a circuit is run.
type Options struct {
	Shots         int           // at least 1
	Seed          *uint64       // nil: one is drawn
	Method        string        // an engine's name, or "auto"
	Precision     sim.Precision // Auto lets the planner choose
	Threads       int           // 0: all that the process may use
	MaxMemory     int64         // bytes; 0: what the machine allows
	NoSimplify    bool
	Memory        bool // per-shot outcomes
	Probabilities bool
	StateVector   bool
	Progress      func(fraction float64)
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

// Report is the answer to one run.
type Report struct {
	Counts                []Count // by falling count, ties by key
	Memory                []string
	Probabilities         []KeyProbability // the MaxProbabilities largest, ties by key
	ProbabilitiesComplete bool
	StateVector           []complex128 // over the declared qubits
	Shots                 int
	NumQubits             int // declared
	NumClbits             int
	Seed                  uint64
	Plan                  *plan.Plan
	Steps                 []pass.Step
	Kernel                string
	Seconds               float64 // simplify, plan, run and sample
	PeakBytes             int64
	Warnings              []string
}

// Explanation is a plan without a run.
type Explanation struct {
	NumQubits     int // declared
	NumClbits     int
	NumOperations int
	Simplified    *circuit.Circuit
	Steps         []pass.Step
	Plan          *plan.Plan // with the reason of refusal in every candidate where nothing can run it
	Warnings      []string
}
