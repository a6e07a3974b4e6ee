package statevec

import (
	"math"
	"math/cmplx"
	"slices"
)

// rounding is what products of unitaries leave where a zero or a one should stand: a few units in the last place. Entries closer
// to either are taken to be it, which shows structure that fusion can use.
const rounding = 1e-15

// mat2 and mat4 are row-major matrices of one and two qubits; the first qubit is the lowest bit of an index.
type (
	mat2 [4]complex128
	mat4 [16]complex128
)

func matrix2(m []complex128) mat2 { return mat2(m) }
func matrix4(m []complex128) mat4 { return mat4(m) }

// widen puts a matrix of one or two qubits where either has room.
func widen(m []complex128) (out mat4) {
	copy(out[:], m)
	return out
}

// small is the matrix of one qubit in the place of one of two.
func (m *mat4) small() mat2 { return mat2(m[:4]) }

var (
	flip2 = mat2{0, 1, 1, 0}
	swap4 = mat4{0: 1, 6: 1, 9: 1, 15: 1}
)

func isSwap(m []complex128) bool { return slices.Equal(m, swap4[:]) }

func mul2(a, b mat2) (c mat2) {
	for i := range 2 {
		for j := range 2 {
			c[2*i+j] = snap(a[2*i]*b[j] + a[2*i+1]*b[2+j])
		}
	}
	return c
}

func mul4(a, b *mat4) (c mat4) {
	for i := range 4 {
		for j := range 4 {
			var x complex128
			for k := range 4 {
				x += a[4*i+k] * b[4*k+j]
			}
			c[4*i+j] = snap(x)
		}
	}
	return c
}

// snap makes real and imaginary parts that are 0 or 1 but for rounding exactly that.
func snap(x complex128) complex128 { return complex(snapReal(real(x)), snapReal(imag(x))) }

func snapReal(x float64) float64 {
	if r := math.RoundToEven(x); math.Abs(x-r) < rounding {
		return r
	}
	return x
}

// onLow is m on the lower of two qubits, onHigh on the higher.
func onLow(m mat2) mat4 {
	return mat4{0: m[0], 1: m[1], 4: m[2], 5: m[3], 10: m[0], 11: m[1], 14: m[2], 15: m[3]}
}

func onHigh(m mat2) mat4 {
	return mat4{0: m[0], 2: m[1], 5: m[0], 7: m[1], 8: m[2], 10: m[3], 13: m[2], 15: m[3]}
}

// turned is m with its two qubits exchanged.
func (m *mat4) turned() (out mat4) {
	turn := [4]int{0, 2, 1, 3}
	for i, ti := range turn {
		for j, tj := range turn {
			out[4*i+j] = m[4*ti+tj]
		}
	}
	return out
}

// chooses splits a matrix that leaves the qubit (0 or 1) as it is into what it does to the other one where it is 0 and where it
// is 1.
func (m *mat4) chooses(qubit int) (zero, one mat2, ok bool) {
	by, other := 1<<qubit, 2>>qubit
	for i := range 4 {
		for j := range 4 {
			x := m[4*i+j]
			switch {
			case i&by != j&by:
				if x != 0 {
					return zero, one, false
				}
			case i&by == 0:
				zero[2*(i&other/other)+j&other/other] = x
			default:
				one[2*(i&other/other)+j&other/other] = x
			}
		}
	}
	return zero, one, true
}

func (m mat2) isDiagonal() bool { return m[1] == 0 && m[2] == 0 }

// isPlain reports whether m is the identity within rounding.
func (m mat2) isPlain() bool { return m.isDiagonal() && near(m[0], 1) && near(m[3], 1) }

func near(a, b complex128) bool { return cmplx.Abs(a-b) <= rounding }

// Costs of an operation, in multiplications of real numbers for each amplitude of the state; moving amplitudes counts by the
// time it takes in cache.
const (
	costMove     = 3
	costDiagonal = 2
	cost1        = 8
	cost2        = 16
)

func (m mat2) cost() int {
	switch {
	case m.isPlain():
		return 0
	case m.isDiagonal():
		return costDiagonal
	case m == flip2:
		return costMove
	}
	return cost1
}

func (m *mat4) cost() int {
	for q := range 2 {
		if zero, one, ok := m.chooses(q); ok {
			return (zero.cost() + one.cost() + 1) / 2
		}
	}
	if *m == swap4 {
		return 0
	}
	return cost2
}
