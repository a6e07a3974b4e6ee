package pass

import (
	"math"

	"github.com/softquantus/qcos/internal/circuit"
)

// KnownStates follows from the start which qubits are entangled with nothing, in which state, and which clbits hold a constant.
//
// Gates controlled by |0> vanish, controls on |1> are taken off, gates whose target is in an eigenstate become a phase on their
// controls, and gates on known qubits are not run at all: a known qubit stays in |0> in the circuit that is returned, until an op
// needs it and the one or two gates that prepare it are put there (with State, at the end at the latest). Resets of known qubits
// vanish, certain measurements become an Assign, or nothing where the clbit holds the outcome already. Conditions that cannot
// hold take their op with them; those that must hold are taken off. Unconditional swaps become another numbering of the qubits from
// there on, which Declared undoes.
//
// What was found is added to step, which may be nil.
func KnownStates(c *circuit.Circuit, keep Keep, step *Step) *circuit.Circuit {
	if step == nil {
		step = new(Step)
	}
	t := &tracker{
		in: c, out: c.Skeleton(), keep: keep, step: step,
		wire: make([]circuit.Qubit, c.NumQubits), state: make([]basis, c.NumQubits), clbits: newClbits(c.NumClbits),
	}
	t.out.Ops = make([]circuit.Op, 0, len(c.Ops))
	for q := range t.wire {
		t.wire[q] = circuit.Qubit(q)
	}
	for i := range c.Ops {
		t.op(&c.Ops[i])
	}
	t.finish()
	return t.out
}

// tracker walks through a circuit. A wire is a qubit of the circuit that is made; while its state is known, it is in |0> there.
type tracker struct {
	in, out *circuit.Circuit
	keep    Keep
	step    *Step
	moves   moves

	wire    []circuit.Qubit // where each qubit of the source is now
	swapped bool            // wire is not the identity any more
	state   []basis         // of each wire
	vectors []vector        // of wires whose state is product; nil while there was none
	clbits  clbits

	operands []circuit.Qubit // scratch: the wires of an op, controls that are not known to be |1> first
}

func (t *tracker) op(op *circuit.Op) {
	if op.If != 0 {
		switch t.clbits.judge(t.in.Condition(op.If)) {
		case never:
			return
		case always:
			free := *op
			free.If = 0
			op = &free
		}
	}
	switch op.Kind {
	case circuit.Gate:
		t.gate(op)
	case circuit.Measure:
		t.measure(*op)
	case circuit.Reset:
		t.reset(*op)
	case circuit.Assign:
		t.assign(*op, op.Clbit(), op.Value())
	case circuit.Barrier:
	}
}

// set notes that a wire is in e^{i phase} times a state; the vector of a product is in t.vectors.
func (t *tracker) set(w circuit.Qubit, m move) {
	t.state[w] = m.to
	t.out.GlobalPhase += m.phase
}

// keepVector makes room for vectors when the first is kept: most qubits of wide programs never have one.
func (t *tracker) keepVector(w circuit.Qubit, v vector) {
	if t.vectors == nil {
		t.vectors = make([]vector, len(t.state))
	}
	t.vectors[w] = v
}

// vectorOf returns the state of a wire of which something is known.
func (t *tracker) vectorOf(w circuit.Qubit) vector {
	if s := t.state[w]; s != product {
		return named[s]
	}
	return t.vectors[w]
}

// need makes a wire's state real; from there on nothing is known of it.
func (t *tracker) need(w circuit.Qubit, op circuit.Op) {
	if s := t.state[w]; s != unknown {
		first := len(t.out.Ops)
		prepare(t.out, w, s, t.vectorOf(w))
		for i := range t.out.Ops[first:] {
			t.out.Ops[first+i].Pos = op.Pos
		}
		t.state[w] = unknown
	}
}

// emitOn appends an op on one wire.
func (t *tracker) emitOn(op circuit.Op, w circuit.Qubit) {
	t.need(w, op)
	if t.swapped {
		t.out.Copy(t.in, op, []circuit.Qubit{w})
		return
	}
	t.out.Keep(op)
}

func (t *tracker) measure(op circuit.Op) {
	w := t.wire[t.in.Qubits(op)[0]]
	if s := t.state[w]; s == zero || s == one {
		t.step.MeasurementsFixed++
		t.assign(op, op.Clbit(), s == one)
		return
	}
	t.emitOn(op, w)
	if op.Clbit() != circuit.NoClbit {
		t.clbits.forget(op.Clbit())
	}
}

func (t *tracker) assign(op circuit.Op, to circuit.Clbit, v bool) {
	if to == circuit.NoClbit || t.clbits.is(to, v) {
		return
	}
	a := t.out.AddAssign(to, v)
	a.If, a.Pos = op.If, op.Pos
	if op.If != 0 {
		t.clbits.forget(to)
		return
	}
	t.clbits.learn(to, v)
}

func (t *tracker) reset(op circuit.Op) {
	w := t.wire[t.in.Qubits(op)[0]]
	s := t.state[w]
	switch {
	case s == zero, s != unknown && op.If == 0:
		t.step.ResetsCertain++
		if s == one {
			t.step.ResetsOfOne++
		}
		t.state[w] = zero
	default:
		t.emitOn(op, w)
		if op.If == 0 {
			t.state[w] = zero
		}
	}
}

func (t *tracker) finish() {
	if t.keep == State {
		for w := range t.state {
			t.need(circuit.Qubit(w), circuit.Op{})
		}
	}
	t.out.GlobalPhase = math.Remainder(t.out.GlobalPhase, 2*math.Pi)
	if t.swapped {
		t.out.NumDeclared = t.in.DeclaredQubits()
		t.out.Declared = make([]circuit.Qubit, len(t.wire))
		for q, w := range t.wire {
			t.out.Declared[w] = t.in.DeclaredQubit(circuit.Qubit(q))
		}
	}
}
