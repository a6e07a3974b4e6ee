package statevec

import (
	"fmt"
	"math/bits"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// lowerer turns the ops of a circuit into matrices and phases on bit positions and hands them to a fuser.
type lowerer struct {
	circuit *circuit.Circuit
	at      []int // by qubit: its position. Swaps change it and nothing else
	fuser   fuser
	targets []int // scratch
}

// window lowers Ops[lo:hi].
func (l *lowerer) window(lo, hi int) error {
	for _, op := range l.circuit.Ops[lo:hi] {
		switch op.Kind {
		case circuit.Gate:
			l.gate(op)
		case circuit.Barrier:
		default:
			return fmt.Errorf("internal error: an operation of kind %d among gates", op.Kind)
		}
	}
	return nil
}

// gate dispatches on class and arity.
func (l *lowerer) gate(op circuit.Op) {
	class := op.Gate.Row().Class
	if class == gate.Identity {
		return
	}
	qubits, controls := l.circuit.Qubits(op), int(op.Controls)
	m := l.circuit.Matrix(op)
	if class == gate.Permutation && controls == 0 && len(qubits) == 2 && isSwap(m) {
		a, b := qubits[0], qubits[1]
		l.at[a], l.at[b] = l.at[b], l.at[a]
		return
	}
	var ones uint64
	for _, q := range qubits[:controls] {
		ones |= 1 << l.at[q]
	}
	l.targets = l.targets[:0]
	for _, q := range qubits[controls:] {
		l.targets = append(l.targets, l.at[q])
	}
	switch {
	case class == gate.Phase:
		l.fuser.addPhases([]term{{ones, m[0]}})
	case class == gate.Diagonal && len(qubits) > 2:
		l.fuser.addDiagonal(l.targets, ones, m)
	default:
		l.matrix(l.targets, ones, m)
	}
}

// matrix adds a matrix on targets under the controls in ones.
func (l *lowerer) matrix(targets []int, ones uint64, m []complex128) {
	f := &l.fuser
	switch {
	case len(targets) == 0:
		f.addPhases([]term{{ones, m[0]}})
	case len(targets) == 1 && ones == 0:
		f.add1(targets[0], matrix2(m))
	case len(targets) == 1 && bits.OnesCount64(ones) == 1:
		f.add2(bits.TrailingZeros64(ones), targets[0], matrix4(gate.Controlled(m)))
	case len(targets) == 1:
		f.addAlone(unit{kind: one, at: [2]int{targets[0]}, ones: ones, m: widen(m)})
	case len(targets) == 2 && ones == 0:
		f.add2(targets[0], targets[1], matrix4(m))
	case len(targets) == 2:
		f.addAlone(unit{kind: two, at: [2]int{targets[0], targets[1]}, ones: ones, m: widen(m)})
	default:
		f.addAlone(unit{kind: dense, dense: &denseMatrix{append([]int(nil), targets...), m}, ones: ones})
	}
}

// term is a phase on the basis states whose positions in mask are all 1.
type term struct {
	mask  uint64
	phase complex128
}

// diagonalTerms writes a diagonal matrix on targets, under the controls in ones, as a product of terms: the phase of a set of
// qubits is what they have beyond the phases of its subsets.
func diagonalTerms(targets []int, ones uint64, m []complex128) []term {
	n := 1 << len(targets)
	terms := make([]term, n)
	for i := range terms {
		terms[i] = term{ones, m[i*n+i]}
	}
	for b, p := range targets {
		for i := range terms {
			if i>>b&1 == 1 {
				terms[i].mask |= 1 << p
				terms[i].phase /= terms[i&^(1<<b)].phase
			}
		}
	}
	kept := terms[:0]
	for _, t := range terms {
		if cmplx.Abs(t.phase-1) > rounding {
			kept = append(kept, t)
		}
	}
	return kept
}
