// Package reference is the deliberately dumb simulator that every engine and pass is tested against: it multiplies full matrices
// and follows every branch on its own. It is for tests on a handful of qubits; nothing else imports it.
package reference

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// State returns the final state of a circuit without measurement, reset and condition, global phase included.
func State(c *circuit.Circuit) []complex128 {
	v := Zero(c.NumQubits)
	for _, op := range c.Ops {
		switch op.Kind {
		case circuit.Gate:
			v = Apply(v, c, op)
		case circuit.Barrier, circuit.Assign:
		default:
			panic("reference.State: the circuit is not unitary")
		}
	}
	return scale(v, cmplx.Exp(complex(0, c.GlobalPhase)))
}

// Zero returns |0…0> of n qubits.
func Zero(n int) []complex128 {
	v := make([]complex128, 1<<n)
	v[0] = 1
	return v
}

// Apply returns the op's full matrix times v.
func Apply(v []complex128, c *circuit.Circuit, op circuit.Op) []complex128 {
	qubits, m, k := c.Qubits(op), c.Matrix(op), int(op.Controls)
	targets := qubits[k:]
	n := 1 << len(targets)
	if gate.Dim(m) != n {
		panic("reference.Apply: matrix of the wrong size")
	}
	out := make([]complex128, len(v))
	for i := range v {
		for j := range v {
			out[i] += element(m, n, qubits[:k], targets, i, j) * v[j]
		}
	}
	return out
}

// element is <i|op|j>.
func element(m []complex128, n int, controls, targets []circuit.Qubit, i, j int) complex128 {
	for _, q := range controls {
		if j>>q&1 == 0 {
			if i == j {
				return 1
			}
			return 0
		}
	}
	row, col, restI, restJ := 0, 0, i, j
	for b, q := range targets {
		row |= i >> q & 1 << b
		col |= j >> q & 1 << b
		restI &^= 1 << q
		restJ &^= 1 << q
	}
	if restI != restJ {
		return 0
	}
	return m[row*n+col]
}

// Distribution returns the exact probability of every value of all clbits, keyed by its String, following every branch. A circuit
// without clbits has the single key "".
func Distribution(c *circuit.Circuit) map[string]float64 {
	out := map[string]float64{}
	Branches(c, func(bits bitvec.Vec, p float64, _ []complex128) { out[bits.String()] += p })
	return out
}

// Branches reports every history of outcomes with the clbits at its end, its probability and its final state without GlobalPhase.
func Branches(c *circuit.Circuit, report func(bits bitvec.Vec, p float64, v []complex128)) {
	follow(c, 0, Zero(c.NumQubits), bitvec.New(c.NumClbits), 1, report)
}

func follow(c *circuit.Circuit, at int, v []complex128, bits bitvec.Vec, p float64, report func(bits bitvec.Vec, p float64, v []complex128)) {
	for ; at < len(c.Ops); at++ {
		op := c.Ops[at]
		if op.If != 0 && !c.Condition(op.If).Holds(bits) {
			continue
		}
		switch op.Kind {
		case circuit.Gate:
			v = Apply(v, c, op)
		case circuit.Assign:
			bits.Set(int(op.Clbit()), op.Value())
		case circuit.Measure, circuit.Reset:
			q := c.Qubits(op)[0]
			for value := range 2 {
				w, pv := project(v, q, value)
				if pv < 1e-15 {
					continue
				}
				b := bits.Clone()
				if op.Kind == circuit.Measure && op.Clbit() != circuit.NoClbit {
					b.Set(int(op.Clbit()), value == 1)
				}
				if op.Kind == circuit.Reset && value == 1 {
					w = flip(w, q)
				}
				follow(c, at+1, w, b, p*pv, report)
			}
			return
		}
	}
	report(bits, p, v)
}

func project(v []complex128, q circuit.Qubit, value int) ([]complex128, float64) {
	out, p := make([]complex128, len(v)), 0.0
	for i, x := range v {
		if i>>q&1 == value {
			out[i] = x
			p += real(x)*real(x) + imag(x)*imag(x)
		}
	}
	if p > 0 {
		out = scale(out, complex(1/math.Sqrt(p), 0))
	}
	return out, p
}

func flip(v []complex128, q circuit.Qubit) []complex128 {
	out := make([]complex128, len(v))
	for i, x := range v {
		out[i^1<<q] = x
	}
	return out
}

func scale(v []complex128, s complex128) []complex128 {
	out := make([]complex128, len(v))
	for i, x := range v {
		out[i] = s * x
	}
	return out
}
