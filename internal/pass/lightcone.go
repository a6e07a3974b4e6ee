package pass

import (
	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// need is how much of a qubit's state the rest of a circuit can turn into outcomes.
type need uint8

// The needs. A qubit of which nothing is needed can be traced out. One of which the bit is needed can be dephased in the
// computational basis, as a measurement does, and no outcome changes.
const (
	nothing need = iota
	itsBit
	everything
)

// LightCone drops what no outcome depends on, walking from the end: gates on qubits that are never measured afterwards, diagonal
// gates and gates controlled into qubits of no interest before a measurement, resets of qubits that are not used again, measurements
// whose clbit is overwritten before anything reads it and whose qubit does not show that it was measured. A measurement that is
// needed for its effect alone goes to NoClbit. Barriers are dropped. A circuit of which all is needed is returned as it is.
//
// All clbits are outcomes. The final state is not kept.
func LightCone(c *circuit.Circuit) *circuit.Circuit {
	l := cone{in: c, needs: make([]need, c.NumQubits), live: bitvec.New(c.NumClbits)}
	l.live.Fill(0, c.NumClbits)
	var kept []circuit.Op // from the end of the slice on; nil while nothing was dropped
	first := len(c.Ops)
	for i := len(c.Ops) - 1; i >= 0; i-- {
		op, needed := l.before(&c.Ops[i])
		if needed && op.If != 0 {
			cond := c.Condition(op.If)
			l.live.Fill(int(cond.First), cond.Width)
		}
		if kept == nil && (!needed || op != &c.Ops[i]) {
			kept = make([]circuit.Op, len(c.Ops))
			copy(kept[first:], c.Ops[first:])
		}
		if !needed {
			continue
		}
		first--
		if kept != nil {
			kept[first] = *op
		}
	}
	if kept == nil {
		return c
	}
	out := c.Skeleton()
	out.Ops = kept[first:]
	return out
}

// cone is what is needed at one place of a circuit by what comes after.
type cone struct {
	in    *circuit.Circuit
	needs []need     // of each qubit
	live  bitvec.Vec // clbits that are read
}

// before moves the place in front of op, and reports whether op is needed. It returns op, or what does in its place.
func (l *cone) before(op *circuit.Op) (*circuit.Op, bool) {
	switch op.Kind {
	case circuit.Gate:
		return op, l.gate(op)
	case circuit.Measure:
		return l.measure(op)
	case circuit.Reset:
		return op, l.reset(op)
	case circuit.Assign:
		return op, l.write(op)
	}
	return op, false
}

func (l *cone) reset(op *circuit.Op) bool {
	q := l.in.Qubits(*op)[0]
	needed := l.needs[q] != nothing
	if op.If == 0 {
		l.needs[q] = nothing
	}
	return needed
}

// write reports whether the clbit that op writes is read, and notes that what it held before is not, unless op may not happen.
func (l *cone) write(op *circuit.Op) bool {
	to := op.Clbit()
	if to == circuit.NoClbit || !l.live.Get(int(to)) {
		return false
	}
	if op.If == 0 {
		l.live.Set(int(to), false)
	}
	return true
}

func (l *cone) measure(op *circuit.Op) (*circuit.Op, bool) {
	q := l.in.Qubits(*op)[0]
	if !l.write(op) {
		if l.needs[q] != everything {
			return op, false
		}
		if op.Clbit() != circuit.NoClbit {
			unread := op.WithClbit(circuit.NoClbit)
			op = &unread
		}
	}
	if op.If == 0 {
		l.needs[q] = itsBit
	} else {
		l.needs[q] = max(l.needs[q], itsBit)
	}
	return op, true
}

// gate rests on this: dephasing one qubit commutes with a gate that it controls and with a diagonal gate on it; dephasing all
// operands commutes with a gate that permutes basis states up to phases.
func (l *cone) gate(op *circuit.Op) bool {
	qubits := l.in.Qubits(*op)
	controls, targets := qubits[:op.Controls], qubits[op.Controls:]
	ofControls, ofTargets := l.most(controls), l.most(targets)
	class := op.Gate.Row().Class
	diagonal := class == gate.Diagonal || class == gate.Phase || class == gate.Identity
	switch {
	case ofControls <= itsBit && (ofTargets == nothing || diagonal && ofTargets == itsBit):
		return false
	case diagonal, (class == gate.Permutation || class == gate.Monomial) && max(ofControls, ofTargets) <= itsBit:
		l.raise(targets, itsBit)
	default:
		l.raise(targets, everything)
	}
	l.raise(controls, itsBit)
	return true
}

func (l *cone) most(qubits []circuit.Qubit) need {
	n := nothing
	for _, q := range qubits {
		n = max(n, l.needs[q])
	}
	return n
}

func (l *cone) raise(qubits []circuit.Qubit, n need) {
	for _, q := range qubits {
		l.needs[q] = max(l.needs[q], n)
	}
}
