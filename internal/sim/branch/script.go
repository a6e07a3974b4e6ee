package branch

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// script writes the gates that a program comes to into the circuit of the states, in passages from one stop to the next. A passage that
// was written before is found again, so that engines meet the same operations, which they know.
type script struct {
	c       *circuit.Circuit
	outline circuit.Mark // behind what the circuit held at first
	from    circuit.Mark // of the passage at hand
	hash    uint64       // of it
	known   map[uint64]passage
	blocks  []*circuit.Circuit // of the pows that are open, the innermost last
	spill   func() error       // applies the passage at hand, which is long, and begins another
}

// passage is a range of Circuit.Ops.
type passage struct{ lo, hi int }

// maxPassage is how long a passage grows: a loop of gates need not come to a stop.
const maxPassage = 1 << 12

// maxScript is how many operations the script holds before it starts over.
const maxScript = 1 << 18

func newScript(c *circuit.Circuit) *script {
	return &script{c: c, outline: c.Mark(), from: c.Mark(), known: map[uint64]passage{}}
}

// into is where gates go: the circuit, or the pow at hand.
func (s *script) into() *circuit.Circuit {
	if n := len(s.blocks); n > 0 {
		return s.blocks[n-1]
	}
	return s.c
}

// Gate is vm.Sink's.
func (s *script) Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, pos diag.Pos) error {
	c := s.into()
	var op *circuit.Op
	if g.ID == gate.Unitary {
		op = c.AddUnitary(g.Matrix, g.Controls, qubits...)
	} else {
		op = c.AddGate(g.ID, g.Controls, params, qubits...)
	}
	return s.added(op, pos)
}

// added completes an operation that was written.
func (s *script) added(op *circuit.Op, pos diag.Pos) error {
	op.Pos = pos
	if len(s.blocks) > 0 {
		return nil
	}
	s.mix(*op)
	if len(s.c.Ops)-s.from.Ops() < maxPassage {
		return nil
	}
	return s.spill()
}

// mix enters an operation of the passage into its hash.
func (s *script) mix(op circuit.Op) {
	h := rng.Mix(s.hash, uint64(op.Gate)<<32|uint64(op.Controls)<<16|uint64(op.NumQubits()))
	for _, q := range s.c.Qubits(op) {
		h = rng.Mix(h, uint64(q))
	}
	for _, x := range s.numbers(op) {
		h = rng.Mix(h, math.Float64bits(x))
	}
	s.hash = h
}

// numbers are the parameters of an op, or the numbers of its matrix.
func (s *script) numbers(op circuit.Op) []float64 {
	if op.Gate != gate.Unitary {
		return s.c.Params(op)
	}
	var list []float64
	for _, x := range s.c.Matrix(op) {
		list = append(list, real(x), imag(x))
	}
	return list
}

// end closes the passage at hand and returns where its operations are.
func (s *script) end() passage {
	p := passage{s.from.Ops(), len(s.c.Ops)}
	if p.lo == p.hi {
		return p
	}
	if old, ok := s.known[s.hash]; ok && s.same(old, p) {
		s.c.Rewind(s.from)
		p = old
	} else {
		s.known[s.hash] = p
	}
	s.from, s.hash = s.c.Mark(), 0
	return p
}

// same compares two passages operation by operation.
func (s *script) same(a, b passage) bool {
	if a.hi-a.lo != b.hi-b.lo {
		return false
	}
	for i := range a.hi - a.lo {
		x, y := s.c.Ops[a.lo+i], s.c.Ops[b.lo+i]
		if x.Gate != y.Gate || x.Controls != y.Controls || !slices.Equal(s.c.Qubits(x), s.c.Qubits(y)) || !slices.Equal(s.numbers(x), s.numbers(y)) {
			return false
		}
	}
	return true
}

// full reports whether the script should start over.
func (s *script) full() bool { return len(s.c.Ops)-s.outline.Ops() > maxScript }

// restart forgets all passages. State must forget them too: see Forgetter.
func (s *script) restart() {
	s.c.Rewind(s.outline)
	s.from, s.hash = s.outline, 0
	clear(s.known)
}

// PowBegin is vm.Sink's.
func (s *script) PowBegin() {
	s.blocks = append(s.blocks, &circuit.Circuit{NumQubits: s.c.NumQubits})
}

// PowEnd is vm.Sink's.
func (s *script) PowEnd(exponent float64, controls []circuit.Qubit, pos diag.Pos) error {
	last := len(s.blocks) - 1
	block := s.blocks[last]
	s.blocks = s.blocks[:last]
	if len(block.Ops) == 0 {
		return nil
	}
	common := commonControls(block)
	for _, q := range controls {
		if slices.Contains(usedQubits(block), q) {
			return &vm.Error{Code: vm.CodeQubits, Pos: pos, Detail: "the controls of pow are among the qubits of what it applies to", Next: "control it by other qubits"}
		}
	}
	inner, targets := withoutControls(block, common)
	if len(targets) > program.MaxPow {
		return &vm.Error{
			Code: vm.CodeFailed, Pos: pos, Next: "raise a gate on fewer qubits to a power, or give a whole number that is known in advance",
			Detail: fmt.Sprintf("pow of a gate that mixes %d qubits: at most %d can be raised to a power known at run time", len(targets), program.MaxPow),
		}
	}
	c := s.into()
	m := gate.Power(inner.UnitaryOf(inner.Ops, targets), exponent)
	all := slices.Concat(controls, common, targets)
	var op *circuit.Op
	if len(targets) == 0 {
		op = c.AddGate(gate.GPhase, len(all), []float64{cmplx.Phase(m[0])}, all...)
	} else {
		op = c.AddUnitary(m, len(all)-len(targets), all...)
	}
	return s.added(op, pos)
}

// commonControls are the qubits that control every operation.
func commonControls(c *circuit.Circuit) []circuit.Qubit {
	first := c.Ops[0]
	common := slices.Clone(c.Qubits(first)[:first.Controls])
	for _, op := range c.Ops[1:] {
		controls := c.Qubits(op)[:op.Controls]
		common = slices.DeleteFunc(common, func(q circuit.Qubit) bool { return !slices.Contains(controls, q) })
	}
	return common
}

func usedQubits(c *circuit.Circuit) []circuit.Qubit {
	var used []circuit.Qubit
	for _, op := range c.Ops {
		used = append(used, c.Qubits(op)...)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

// withoutControls returns the operations without controls that they have in common, and the qubits that are left.
func withoutControls(c *circuit.Circuit, common []circuit.Qubit) (*circuit.Circuit, []circuit.Qubit) {
	out := c.Skeleton()
	for _, op := range c.Ops {
		qubits := slices.DeleteFunc(slices.Clone(c.Qubits(op)), func(q circuit.Qubit) bool { return slices.Contains(common, q) })
		out.Copy(c, op, qubits).Controls -= uint16(op.NumQubits() - len(qubits))
	}
	return out, usedQubits(out)
}

// mute takes gates that another has noted.
type mute struct{}

func (mute) Gate(*program.Gate, []float64, []circuit.Qubit, diag.Pos) error { return nil }
func (mute) PowBegin()                                                      {}
func (mute) PowEnd(float64, []circuit.Qubit, diag.Pos) error                { return nil }
