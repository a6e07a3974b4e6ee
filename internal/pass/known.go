package pass

import (
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
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
		wire: make([]circuit.Qubit, c.NumQubits), state: make([]basis, c.NumQubits), vectors: make([]vector, c.NumQubits),
		clbits: newClbits(c.NumClbits),
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
	vectors []vector        // of wires whose state is product
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

func (t *tracker) gate(op *circuit.Op) {
	qubits := t.in.Qubits(*op)
	if !t.swapped && op.Gate != gate.Swap && t.nothingKnown(qubits) {
		t.out.Keep(*op) // most ops of most circuits
		return
	}
	t.operands = t.operands[:0]
	for i, q := range qubits {
		w := t.wire[q]
		if i < int(op.Controls) {
			switch t.state[w] {
			case zero:
				return
			case one:
				continue
			}
		}
		t.operands = append(t.operands, w)
	}
	n := len(t.operands) - (len(qubits) - int(op.Controls))
	g := call{op: *op, id: op.Gate, controls: t.operands[:n:n], targets: t.operands[n:]}
	if op.Gate != gate.Unitary {
		g.params = t.in.Params(*op)
	}
	t.call(&g)
}

// nothingKnown reports whether all qubits are in unknown states. It is for circuits without swaps so far.
func (t *tracker) nothingKnown(qubits []circuit.Qubit) bool {
	for _, q := range qubits {
		if t.state[q] != unknown {
			return false
		}
	}
	return true
}

// call is a gate on wires: the source's op, with fewer controls perhaps, or another gate in its place.
type call struct {
	op       circuit.Op // of the source
	replaced bool       // whether it is another gate
	id       gate.ID
	params   []float64 // nil for a matrix that the circuit holds
	controls []circuit.Qubit
	targets  []circuit.Qubit
}

func (t *tracker) call(g *call) {
	switch {
	case len(g.targets) == 0:
		t.phase(g.op, g.controls, g.params[0])
	case len(g.targets) == 1:
		t.single(g)
	case g.id == gate.Swap:
		t.swap(g)
	case g.id.Row().Pauli != "":
		t.rotation(g, g.id.Row().Pauli)
	default:
		t.emit(g)
	}
}

func (t *tracker) single(g *call) {
	w := g.targets[0]
	s := t.state[w]
	free := len(g.controls) == 0 && g.op.If == 0
	switch {
	case s == unknown:
		t.emit(g)
		return
	case s < product && len(g.params) == 0 && g.id != gate.Unitary:
		if m := t.moves.of(g.id, s); m.to == s {
			t.phase(g.op, g.controls, m.phase)
			return
		} else if free && m.to < product {
			t.set(w, m)
			return
		}
	}
	before := t.vectorOf(w)
	after := before.times(t.matrix(g))
	if phase, ok := after.parallel(before); ok {
		t.phase(g.op, g.controls, phase)
	} else if free {
		t.vectors[w] = after
		t.set(w, after.name())
	} else {
		t.emit(g)
	}
}

// matrix of the targets of g.
func (t *tracker) matrix(g *call) []complex128 {
	if g.id == gate.Unitary {
		return t.in.Matrix(g.op)
	}
	return g.id.Row().Matrix(g.params)
}

// set notes that a wire is in e^{i phase} times a state; the vector of a product is in t.vectors.
func (t *tracker) set(w circuit.Qubit, m move) {
	t.state[w] = m.to
	t.out.GlobalPhase += m.phase
}

// vectorOf returns the state of a wire of which something is known.
func (t *tracker) vectorOf(w circuit.Qubit) vector {
	if s := t.state[w]; s != product {
		return named[s]
	}
	return t.vectors[w]
}

// swap renames wires where it can.
func (t *tracker) swap(g *call) {
	a, b := g.targets[0], g.targets[1]
	switch {
	case t.state[a] == t.state[b] && t.state[a] < product:
	case len(g.controls) > 0 || g.op.If != 0:
		t.emit(g)
	default:
		qubits := t.in.Qubits(g.op)
		n := len(qubits)
		t.wire[qubits[n-2]], t.wire[qubits[n-1]] = b, a
		t.swapped = true
	}
}

var rotations = map[byte]gate.ID{'X': gate.RX, 'Y': gate.RY, 'Z': gate.RZ}

// rotation treats exp(-i theta/2 P): targets in an eigenstate of their letter of P only give a sign to the angle.
func (t *tracker) rotation(g *call, pauli string) {
	sign, left := 1.0, 0
	var letter byte
	var target circuit.Qubit
	for i, w := range g.targets {
		if e := eigenvalue(pauli[i], t.state[w]); e != 0 {
			sign *= e
			continue
		}
		left, letter, target = left+1, pauli[i], w
	}
	switch left {
	case len(g.targets):
		t.emit(g)
	case 0:
		t.phase(g.op, g.controls, -sign*g.params[0]/2)
	default: // no row has more than two letters
		t.single(&call{op: g.op, replaced: true, id: rotations[letter], params: []float64{sign * g.params[0]}, controls: g.controls, targets: []circuit.Qubit{target}})
	}
}

// phase multiplies by e^{i angle} where all controls are 1, under the condition of op.
func (t *tracker) phase(op circuit.Op, controls []circuit.Qubit, angle float64) {
	if math.Abs(math.Remainder(angle, 2*math.Pi)) < tiny {
		return
	}
	n := len(controls)
	switch {
	case n > 0:
		id, params := phaseGate(angle)
		g := &call{op: op, replaced: true, id: id, params: params, controls: controls[:n-1], targets: controls[n-1:]}
		if n > 1 {
			t.emit(g)
			return
		}
		t.single(g)
	case op.If == 0:
		t.out.GlobalPhase += angle
	case t.keep == State:
		t.emit(&call{op: op, replaced: true, id: gate.GPhase, params: []float64{angle}})
	}
}

// phaseGate names diag(1, e^{i angle}), by the exact gates where it is one.
func phaseGate(angle float64) (gate.ID, []float64) {
	switch r := math.Remainder(angle, 2*math.Pi); {
	case math.Abs(math.Abs(r)-math.Pi) < tiny:
		return gate.Z, nil
	case math.Abs(r-math.Pi/2) < tiny:
		return gate.S, nil
	case math.Abs(r+math.Pi/2) < tiny:
		return gate.Sdg, nil
	}
	return gate.P, []float64{angle}
}

// need makes a wire's state real; from there on nothing is known of it.
func (t *tracker) need(w circuit.Qubit, op circuit.Op) {
	if s := t.state[w]; s != unknown {
		first := len(t.out.Ops)
		prepare(t.out, w, s, t.vectors[w])
		for i := range t.out.Ops[first:] {
			t.out.Ops[first+i].Pos = op.Pos
		}
		t.state[w] = unknown
	}
}

// emit appends a gate to the output.
func (t *tracker) emit(g *call) {
	for _, w := range g.controls {
		t.need(w, g.op)
	}
	for _, w := range g.targets {
		t.need(w, g.op)
	}
	switch {
	case g.replaced:
		op := t.out.AddGate(g.id, len(g.controls), g.params, slices.Concat(g.controls, g.targets)...)
		op.If, op.Pos = g.op.If, g.op.Pos
	case t.swapped || len(t.operands) < g.op.NumQubits():
		t.out.Copy(t.in, g.op, t.operands).Controls = uint16(len(g.controls))
	default:
		t.out.Keep(g.op)
	}
}

// emitOn appends an op on one wire.
func (t *tracker) emitOn(op circuit.Op, w circuit.Qubit) {
	t.need(w, op)
	if t.swapped {
		t.out.Copy(t.in, op, []circuit.Qubit{w}).If = op.If
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
