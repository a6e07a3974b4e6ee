package pass

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

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
	case g.id.Row().Class == gate.Monomial:
		t.monomial(g)
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
		t.set(w, after.name())
		if t.state[w] == product {
			t.keepVector(w, after)
		}
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

// monomial treats a gate that makes of each basis state another, times a phase.
func (t *tracker) monomial(g *call) {
	from := 0
	for i, w := range g.targets {
		if t.state[w] > one {
			t.emit(g)
			return
		}
		from |= int(t.state[w]) << i
	}
	m, n, to := t.matrix(g), 1<<len(g.targets), 0
	for m[to*n+from] == 0 {
		to++
	}
	phase := cmplx.Phase(m[to*n+from])
	switch {
	case to == from:
		t.phase(g.op, g.controls, phase)
	case len(g.controls) > 0 || g.op.If != 0:
		t.emit(g)
	default:
		for i, w := range g.targets {
			t.state[w] = basis(to >> i & 1)
		}
		t.out.GlobalPhase += phase
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
