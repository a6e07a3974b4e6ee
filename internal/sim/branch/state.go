// Package branch runs circuits that measure, reset or decide in the middle without running them once a shot. Shots that share
// their history share one state; a measurement splits the shots binomially over its outcomes, and branches whose states and
// live classical bits are equal merge again. It knows no representation of a state: engines bring that as a State.
package branch

import (
	"context"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// State is a normalised quantum state of all qubits of one circuit, starting in |0…0>. A State belongs to one goroutine at a
// time; what it uses inside to go faster never changes its results.
type State interface {
	// Apply applies the gates Ops[lo:hi] of the state's circuit in order. The tree calls it for runs that hold gates and barriers
	// only; their conditions have been found true, so Op.If is to be ignored. The circuit's GlobalPhase is not the state's business.
	Apply(ctx context.Context, lo, hi int) error
	// Weights returns the squared norms of the parts of the state in which q is |0> and |1>. They sum to 1 but for rounding errors. It is
	// both, not one and the rest, because the tree normalises by what it finds here: by the rest, the error of the norm would double
	// with every measurement, and after 50 of them nothing would be left of the state.
	Weights(q circuit.Qubit) (zero, one float64)
	// Project brings q to |value> and normalises; weight is what Weights said of that part.
	Project(q circuit.Qubit, value bool, weight float64)
	// Flip applies x to q.
	Flip(q circuit.Qubit)
	// Clone returns an independent copy, or nil where memory does not allow one.
	Clone() State
	// CopyFrom makes the state a copy of another of the same kind and circuit.
	CopyFrom(o State)
	// Same reports whether both states agree up to a global phase within rounding (1 - |<a|b>| < 1e-12). With exact set, the phase
	// must agree too: then the tree wants to go on with amplitudes.
	Same(o State, exact bool) bool
	// Fingerprint is a hash that is equal for states that are Same up to rounding nearly always; it only saves comparisons.
	// A state that has no cheap one returns 0.
	Fingerprint() uint64
	// Sample draws n outcomes of measuring qubits (bit i of an outcome is qubits[i]) and reports each with a count; the counts sum
	// to n. The same outcome may be reported several times. It leaves the state as it is. The vector is only good during the call,
	// and calls of report come one at a time.
	Sample(ctx context.Context, qubits []circuit.Qubit, n int, r *rng.Stream, report func(outcome bitvec.Vec, count int)) error
	// Distribution reports every outcome of measuring qubits whose probability exceeds 1e-14, in any order, each once; it stops with a
	// *sim.LimitError where there would be more than limit. It leaves the state as it is.
	Distribution(ctx context.Context, qubits []circuit.Qubit, limit int, report func(outcome bitvec.Vec, p float64)) error
	// Free gives back what the state holds; it is not used afterwards.
	Free()
}

// Amplituder is a State that can tell its amplitudes; see sim.Amplitudes.
type Amplituder interface {
	// Amplitudes returns a copy of the 2^NumQubits amplitudes in index order, without the circuit's GlobalPhase.
	Amplitudes() []complex128
}

// Expecter is a State that can tell expectation values; see sim.Expectations.
type Expecter interface {
	// Expectation returns the sum's expectation value in the state, which it leaves as it is.
	Expectation(sum sim.PauliSum) (float64, error)
}

// Progresser is a State that can tell how far it is within a long Apply.
type Progresser interface {
	// OnProgress asks for calls of f with the place in Circuit.Ops that Apply has reached, now and then and from the goroutine that
	// called Apply. Copies do not take the wish over.
	OnProgress(f func(op int))
}
