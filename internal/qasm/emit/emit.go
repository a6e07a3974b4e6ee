// Package emit writes circuits as OpenQASM, in version 2 or 3: the inverse of reading them. What it writes means exactly the circuit,
// phases included, or it says what the language cannot. It writes what a program does, not how it was written: definitions and
// loops were expanded when the circuit was made.
package emit

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
)

// Refusal is what the language has no words for.
type Refusal struct {
	What string   // such as "a measurement whose outcome is dropped"
	Pos  diag.Pos // where the source asked for it; 0 is nowhere
	Next string   // what to do; may be empty
}

func (r *Refusal) Error() string { return r.What }

// Source writes a circuit as a program of a language, or is a *Refusal. Angles are written so that reading them gives the same number.
func Source(c *circuit.Circuit, d gate.Dialect) (text []byte, err error) {
	return written(&writer{circuit: c, dialect: d, phase: c.GlobalPhase})
}

// written writes w's circuit.
func written(w *writer) (text []byte, err error) {
	c := w.circuit
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Refusal:
			text, err = nil, r
		default:
			panic(r)
		}
	}()
	w.declare()
	w.measured = make([]bool, c.NumClbits)
	for i := 0; i < len(c.Ops); i++ {
		i += w.op(i)
	}
	w.flushLocal()
	w.flush()
	w.globalPhase()
	return w.out.Bytes(), nil
}

// writer writes one circuit.
type writer struct {
	circuit *circuit.Circuit
	dialect gate.Dialect
	normal  bool // for comparison: gates that differ by a phase are written as one
	out     bytes.Buffer
	qubits  []place // by qubit
	clbits  []place // by clbit
	// measured says of each clbit whether something was written to it so far.
	measured []bool
	phase    float64 // of the whole, still to be written

	now       circuit.Op     // the operation being written
	condition string         // of it, with the word if and a blank behind; empty: none
	held      float64        // phase under a condition, still to be written
	heldIf    circuit.CondID // that condition
	local     localPhase
}

// localPhase is a phase where some qubits are all 1, still to be written.
type localPhase struct {
	phi       float64
	qubits    []circuit.Qubit // none: there is no such phase
	now       circuit.Op      // the operation that left it
	condition string
}

// place is an element of a register that the program declares.
type place struct {
	register string
	index    uint32
	size     int
}

func (p place) String() string { return fmt.Sprintf("%s[%d]", p.register, p.index) }

// refuse ends the writing.
func (w *writer) refuse(next, format string, args ...any) {
	panic(&Refusal{What: fmt.Sprintf(format, args...), Pos: w.now.Pos, Next: next})
}

// negligible is a phase that only rounding can have left over, of the phases of many thousand gates.
const negligible = 1e-11

// globalPhase writes what phase is left for the whole state. OpenQASM 2 has no statement for it: on any one qubit, p x p x is the
// phase on both basis states.
func (w *writer) globalPhase() {
	phi := math.Remainder(w.phase, 2*math.Pi)
	if math.Abs(phi) < negligible {
		return
	}
	w.now, w.condition = circuit.Op{}, ""
	w.writePhase(phi)
}

func (w *writer) writePhase(phi float64) {
	if w.dialect == gate.QASM3 {
		w.statement("gphase(%s);", number(phi, w.dialect))
		return
	}
	if len(w.qubits) == 0 {
		w.refuse("", "a global phase without any qubit")
	}
	for range 2 {
		w.statement("u1(%s) %s;", number(phi, w.dialect), w.qubits[0])
		w.statement("x %s;", w.qubits[0])
	}
}

// addLocal multiplies by a phase where qubits are 1. It is held back: the next operation may take it away.
func (w *writer) addLocal(phi float64, qubits []circuit.Qubit) {
	if !w.holds(qubits) {
		w.flushLocal()
		w.local = localPhase{0, slices.Clone(qubits), w.now, w.condition}
	}
	w.local.phi += phi
}

// holds reports whether a phase on these qubits is held back, under the condition of the operation being written.
func (w *writer) holds(qubits []circuit.Qubit) bool {
	if len(qubits) == 0 || len(qubits) != len(w.local.qubits) || w.condition != w.local.condition || w.now.If != w.local.now.If {
		return false
	}
	for _, q := range qubits {
		if !slices.Contains(w.local.qubits, q) {
			return false
		}
	}
	return true
}

func (w *writer) flushLocal() {
	l := w.local
	w.local = localPhase{}
	phi := math.Remainder(l.phi, 2*math.Pi)
	if len(l.qubits) == 0 || math.Abs(phi) < negligible {
		return
	}
	op, condition := w.now, w.condition
	w.now, w.condition = l.now, l.condition
	w.apply(gate.P, len(l.qubits)-1, []float64{phi}, l.qubits)
	w.now, w.condition = op, condition
}

// addPhase multiplies by a phase where the operation being written happens.
func (w *writer) addPhase(phi float64) {
	if w.now.If == 0 {
		w.phase = math.Remainder(w.phase+phi, 2*math.Pi) // great numbers lose digits
		return
	}
	if w.heldIf != w.now.If {
		w.flush()
	}
	w.held, w.heldIf = w.held+phi, w.now.If
}

// flush writes the phase that was held back under a condition, in the hope that a later one takes it away.
func (w *writer) flush() {
	phi := math.Remainder(w.held, 2*math.Pi)
	id := w.heldIf
	w.held, w.heldIf = 0, 0
	if math.Abs(phi) < negligible {
		return
	}
	op, condition := w.now, w.condition
	w.now = circuit.Op{If: id, Pos: op.Pos}
	for _, w.condition = range w.conditions(id) {
		w.writePhase(phi)
	}
	w.now, w.condition = op, condition
}

// statement writes a line, under the condition of the operation.
func (w *writer) statement(format string, args ...any) {
	w.flushLocal()
	w.out.WriteString(w.condition)
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteByte('\n')
}
