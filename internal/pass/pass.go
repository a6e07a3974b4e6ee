// Package pass turns circuits into simpler circuits that mean the same. Each pass is a pure function in a file of its own and
// can be tested alone; Simplify runs them in order. The package knows no engine and no source text.
package pass

// Keep says what a simplified circuit must still give.
type Keep uint8

// What is kept.
const (
	// Outcomes: the joint distribution of all clbits.
	Outcomes Keep = iota
	// State: the final state as well, global phase included; only qubits that stay in |0> throughout may be dropped.
	State
)

// Step tells what one pass did.
type Step struct {
	Name              string // of the pass, such as "light cone"
	OpsBefore         int
	OpsAfter          int
	QubitsBefore      int
	QubitsAfter       int
	ResetsCertain     int // resets found to be of a qubit in a known state
	MeasurementsFixed int // measurements whose outcome was found to be certain
}
