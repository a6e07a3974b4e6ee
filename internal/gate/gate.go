// Package gate is the table of gates: one row a gate, with everything that the parser, the simplifier, the engines and the
// documentation know about it. Whoever needs a fact about a gate reads its row; nobody else switches on gate names. The
// package stands below circuit and above nothing; it knows no source text and no state.
//
// Matrices are row-major of size 2^k, where operand 0 of the gate is the lowest bit of a row or column index. The controls
// of a controlled gate are its first operands and are not part of its matrix.
package gate

import (
	"fmt"
	"slices"
)

// ID names a row of the table. IDs are stable within one build only; files and messages carry names.
type ID uint8

// Class is what an engine must know of a matrix to apply it well.
type Class uint8

// The classes, of the target without its controls.
const (
	Phase       Class = iota // no qubits: multiplies by e^{i params[0]}
	Identity                 // does nothing
	Permutation              // every basis state goes to a basis state, without phase
	Monomial                 // every basis state goes to a basis state times a phase
	Diagonal                 // every basis state stays, times a phase
	Rotation                 // exp(-i params[0]/2 P) for a Pauli string P, see Gate.Pauli; not diagonal
	General                  // any unitary
	Composite                // has no matrix of its own: the lowering expands Gate.Body
)

var classNames = [...]string{"phase", "identity", "permutation", "monomial", "diagonal", "rotation", "general", "composite"}

func (c Class) String() string { return classNames[c] }

// Dialect is a language whose gates may differ from another's by a phase.
type Dialect uint8

// The dialects. In OpenQASM 2 the built-in U has cos(theta/2) in its corner, as all tools have it, and the gates of qelib1.inc are
// what that file's text makes of U and CX. In OpenQASM 3 U has the phase e^{i theta/2} of the specification (gates.rst), and
// the gates of stdgates.inc are what the specification's standard library says.
const (
	QASM2 Dialect = iota
	QASM3
	numDialects
)

// Home tells where a dialect takes a gate from.
type Home uint8

// The homes.
const (
	Absent  Home = iota // the dialect does not know the name
	Builtin             // part of the language
	Library             // comes with qelib1.inc or stdgates.inc
	Extra               // not in the library file, though programs written by tools use it: accepted with a warning, never with --strict
)

// Gate is a row of the table.
//
// What a program calls Name is, in dialect d and with parameters p:
//
//	controlled Controls times ( e^{i PhaseIn(d, p)} · Target(TargetParams(p)) )
//
// where a Target that is the row itself is a primitive with a matrix (or a Composite with a body). Circuits hold primitives only.
type Gate struct {
	ID       ID
	Name     string
	Params   []string // names of the parameters, angles in radians
	Operands []string // names of the qubits, controls first
	Controls int      // how many leading operands are controls
	Target   ID       // what the controls control; the row itself for a primitive
	Class    Class    // of the target
	Pauli    string   // of a Rotation and of diagonal rotations: the Pauli letter on each target operand, operand 0 first
	Homes    [numDialects]Home
	Help     string // one line for people

	// Body is the gate as a gate body of OpenQASM 2 in terms of U, CX and rows above it; the texts of the library files are made
	// from it. Empty for primitives of the language and for gates outside qelib1.inc that have a matrix.
	Body string

	matrix       func(p []float64) []complex128
	targetParams func(p []float64) []float64
	phase        func(d Dialect, p []float64) float64
	inverse      func(p []float64) (ID, []float64)
}

// Lookup finds a row by name. Names are case-sensitive.
func Lookup(name string) (*Gate, bool) {
	id, ok := byName[name]
	if !ok {
		return nil, false
	}
	return &table[id], true
}

// All returns every row, in the order of the table. The slice must not be changed.
func All() []Gate { return table[1:] }

// Row returns the row of id, which must be one of the package's constants.
func (id ID) Row() *Gate { return &table[id] }

func (id ID) String() string { return table[id].Name }

// IsPrimitive reports whether circuits may hold the gate: it is its own target and has a matrix, or is the global phase.
func (g *Gate) IsPrimitive() bool { return g.Target == g.ID && g.Class != Composite }

// LibraryName is what the library of a dialect calls a gate that it knows under another name only; "" if there is none.
func (g *Gate) LibraryName(d Dialect) string {
	angles := []float64{0.1, 0.2, 0.3, 0.4}[:len(g.Params)] // no two rows are alike at these by chance
	for i := range table {
		r := &table[i]
		if r.Homes[d] != Library || r.Target != g.Target || r.Controls != g.Controls || len(r.Params) != len(g.Params) {
			continue
		}
		if r.PhaseIn(d, angles) == g.PhaseIn(d, angles) && slices.Equal(r.TargetParams(angles), g.TargetParams(angles)) {
			return r.Name
		}
	}
	return ""
}

// NumTargets is the number of operands that are not controls.
func (g *Gate) NumTargets() int { return len(g.Operands) - g.Controls }

// TargetParams returns the parameters of the target for parameters p of g; the result may be p itself.
func (g *Gate) TargetParams(p []float64) []float64 {
	if g.targetParams == nil {
		return p
	}
	return g.targetParams(p)
}

// PhaseIn returns the angle by which the dialect's gate differs from the bare target; see Gate. Under controls it is a phase on
// the controls, without them a global phase.
func (g *Gate) PhaseIn(d Dialect, p []float64) float64 {
	if g.phase == nil {
		return 0
	}
	return g.phase(d, p)
}

// Matrix returns the target's matrix without controls and without the dialect's phase, in a slice of its own. It panics for a Composite.
func (g *Gate) Matrix(p []float64) []complex128 {
	t := g.Target.Row()
	if t.matrix == nil {
		panic(fmt.Sprintf("internal error: gate %s has no matrix", g.Name))
	}
	return t.matrix(g.TargetParams(p))
}

// Inverse returns the primitive and parameters that undo the primitive g with parameters p, phase included.
func (g *Gate) Inverse(p []float64) (ID, []float64) {
	if g.inverse == nil {
		return g.ID, p
	}
	return g.inverse(p)
}
