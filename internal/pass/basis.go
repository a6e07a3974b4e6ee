package pass

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// basis is what is known of one qubit: that it is in one of six states and entangled with nothing, or nothing.
type basis uint8

// The states: the eigenstates of Z, X and Y with eigenvalue 1, then -1.
const (
	zero basis = iota
	one
	plus
	minus
	plusI
	minusI
	unknown
)

// tiny is what rounding leaves of an element that is 0: angles of some tens of pi, reduced to a turn, are off by this much.
const tiny = 1e-14

const r2 = math.Sqrt2 / 2

var amplitudes = [unknown][2]complex128{
	zero: {1, 0}, one: {0, 1}, plus: {r2, r2}, minus: {r2, -r2}, plusI: {r2, r2 * 1i}, minusI: {r2, -r2 * 1i},
}

// move is what a gate makes of a basis state: e^{i phase} times the state to, or no basis state where to is unknown.
type move struct {
	to    basis
	phase float64
}

// moveOf applies a 2×2 unitary.
func moveOf(m []complex128, s basis) move {
	a := amplitudes[s]
	v := [2]complex128{m[0]*a[0] + m[1]*a[1], m[2]*a[0] + m[3]*a[1]}
	for to, b := range amplitudes {
		overlap := cmplx.Conj(b[0])*v[0] + cmplx.Conj(b[1])*v[1]
		if cmplx.Abs(v[0]-overlap*b[0]) < tiny && cmplx.Abs(v[1]-overlap*b[1]) < tiny {
			return move{basis(to), cmplx.Phase(overlap)}
		}
	}
	return move{to: unknown}
}

// moves remembers what gates without parameters make of basis states.
type moves [256]*[unknown]move

// of returns what a gate of one qubit without parameters makes of s.
func (ms *moves) of(id gate.ID, s basis) move {
	known := ms[id]
	if known == nil {
		known = new([unknown]move)
		m := id.Row().Matrix(nil)
		for s := range unknown {
			known[s] = moveOf(m, s)
		}
		ms[id] = known
	}
	return known[s]
}

// eigenvalue returns the sign that a Pauli letter gives s, or 0 where s is no eigenstate of it.
func eigenvalue(letter byte, s basis) float64 {
	first := zero
	switch letter {
	case 'X':
		first = plus
	case 'Y':
		first = plusI
	}
	switch s {
	case first:
		return 1
	case first + 1:
		return -1
	}
	return 0
}

// prepare appends the gates that bring qubit w from |0> to s.
func prepare(c *circuit.Circuit, w circuit.Qubit, s basis) {
	switch s {
	case one:
		c.AddGate(gate.X, 0, nil, w)
	case plus:
		c.AddGate(gate.H, 0, nil, w)
	case minus:
		c.AddGate(gate.X, 0, nil, w)
		c.AddGate(gate.H, 0, nil, w)
	case plusI: // sxdg|0> = e^{-i pi/4} |+i>
		c.AddGate(gate.SXdg, 0, nil, w)
		c.GlobalPhase += math.Pi / 4
	case minusI: // sx|0> = e^{i pi/4} |-i>
		c.AddGate(gate.SX, 0, nil, w)
		c.GlobalPhase -= math.Pi / 4
	}
}
