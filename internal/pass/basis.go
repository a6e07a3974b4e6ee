package pass

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// basis is what is known of one qubit.
type basis uint8

// What can be known: that the qubit is entangled with nothing and in one of six states, the eigenstates of Z, X and Y with eigenvalue
// 1, then -1; that it is entangled with nothing and in a state kept as numbers; or nothing.
const (
	zero basis = iota
	one
	plus
	minus
	plusI
	minusI
	product
	unknown
)

// tiny is what rounding leaves of an element that is 0: angles of some tens of pi, reduced to a turn, are off by this much.
const tiny = 1e-14

const r2 = math.Sqrt2 / 2

// vector is a state of one qubit.
type vector [2]complex128

// named are the vectors of the six states.
var named = [product]vector{
	zero: {1, 0}, one: {0, 1}, plus: {r2, r2}, minus: {r2, -r2}, plusI: {r2, r2 * 1i}, minusI: {r2, -r2 * 1i},
}

// times applies a 2×2 matrix.
func (v vector) times(m []complex128) vector {
	return vector{m[0]*v[0] + m[1]*v[1], m[2]*v[0] + m[3]*v[1]}
}

// parallel reports whether v is e^{i phase} u.
func (v vector) parallel(u vector) (phase float64, ok bool) {
	overlap := cmplx.Conj(u[0])*v[0] + cmplx.Conj(u[1])*v[1]
	if !vanishes(v[0]-overlap*u[0]) || !vanishes(v[1]-overlap*u[1]) {
		return 0, false
	}
	return cmplx.Phase(overlap), true
}

func vanishes(x complex128) bool { return real(x)*real(x)+imag(x)*imag(x) < tiny*tiny }

// name returns the one of the six states that v is, and v's phase relative to it, or product.
func (v vector) name() move {
	for s, u := range named {
		if phase, ok := v.parallel(u); ok {
			return move{basis(s), phase}
		}
	}
	return move{to: product}
}

// move is what a gate makes of a state: e^{i phase} times the state to, where to is one of the six.
type move struct {
	to    basis
	phase float64
}

// moves remembers what gates without parameters make of the six states.
type moves [256]*[product]move

// of returns what a gate of one qubit without parameters makes of s, one of the six.
func (ms *moves) of(id gate.ID, s basis) move {
	if ms[id] == nil {
		ms[id] = new([product]move)
		m := id.Row().Matrix(nil)
		for s, v := range named {
			ms[id][s] = v.times(m).name()
		}
	}
	return ms[id][s]
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

// prepare appends the gates that bring qubit w from |0> to s, which is v where s is product.
func prepare(c *circuit.Circuit, w circuit.Qubit, s basis, v vector) {
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
	case product:
		theta := 2 * math.Atan2(cmplx.Abs(v[1]), cmplx.Abs(v[0]))
		phi := cmplx.Phase(v[1] * cmplx.Conj(v[0]))
		if math.Abs(phi) < tiny {
			c.AddGate(gate.RY, 0, []float64{theta}, w)
		} else {
			c.AddGate(gate.U, 0, []float64{theta, phi, 0}, w)
		}
		c.GlobalPhase += cmplx.Phase(v[0])
	}
}
