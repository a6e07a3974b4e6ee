// Package pass turns circuits into simpler circuits that mean the same. Each pass is a pure function in a file of its own and
// can be tested alone; Simplify runs them in order. The package knows no engine and no source text.
//
// All passes take time linear in the circuit. What they drop, they drop exactly: amplitudes and probabilities change by rounding
// only, and elements of matrices below 1e-14 count as rounding.
package pass

import "github.com/softquantus/qcos/internal/circuit"

// Keep says what a simplified circuit must still give.
type Keep uint8

// What is kept.
const (
	// Outcomes: the joint distribution of all clbits.
	Outcomes Keep = iota
	// State: the final state as well, global phase included, on the qubits as Circuit.Declared maps them; only qubits that stay in
	// |0> throughout are dropped.
	State
)

// Step tells what one pass did.
type Step struct {
	Name              string // of the pass, such as "light cone"
	OpsBefore         int
	OpsAfter          int
	QubitsBefore      int
	QubitsAfter       int
	ResetsCertain     int // resets found to be of a qubit in a known state, and left out
	ResetsOfOne       int // those of them that found |1>
	MeasurementsFixed int // measurements whose outcome was found to be certain
}

// Simplify runs all passes and tells what each did. The circuit given is not changed.
//
// The result may hold ops of kind Assign, and no qubits at all where every outcome is certain.
func Simplify(c *circuit.Circuit, keep Keep) (*circuit.Circuit, []Step) {
	var steps []Step
	do := func(name string, run func(c *circuit.Circuit, s *Step) *circuit.Circuit) {
		s := Step{Name: name, OpsBefore: len(c.Ops), QubitsBefore: c.NumQubits}
		c = run(c, &s)
		s.OpsAfter, s.QubitsAfter = len(c.Ops), c.NumQubits
		steps = append(steps, s)
	}
	do("trim", func(c *circuit.Circuit, _ *Step) *circuit.Circuit { return Trim(c) })
	do("known states", func(c *circuit.Circuit, s *Step) *circuit.Circuit { return KnownStates(c, keep, s) })
	if keep == Outcomes {
		do("light cone", func(c *circuit.Circuit, _ *Step) *circuit.Circuit { return LightCone(c) })
	}
	do("terminal measurements", func(c *circuit.Circuit, _ *Step) *circuit.Circuit { return TerminalMeasurements(c, keep) })
	do("idle qubits", func(c *circuit.Circuit, _ *Step) *circuit.Circuit { return DropIdle(c) })
	return c, steps
}
