package gate

import (
	"math"
	"math/cmplx"
)

func cis(a float64) complex128 { s, c := math.Sincos(a); return complex(c, s) }

func fixed(m ...complex128) func([]float64) []complex128 {
	return func([]float64) []complex128 { return append([]complex128(nil), m...) }
}

func diagonal(d func(p []float64) []complex128) func([]float64) []complex128 {
	return func(p []float64) []complex128 {
		v := d(p)
		m := make([]complex128, len(v)*len(v))
		for i, x := range v {
			m[i*len(v)+i] = x
		}
		return m
	}
}

// uMatrix is U(theta, phi, lambda) with cos(theta/2) in its corner: arXiv:1707.03429 eq. 2 times e^{i(phi+lambda)/2}.
func uMatrix(p []float64) []complex128 {
	s, c := math.Sincos(p[0] / 2)
	return []complex128{
		complex(c, 0), -cis(p[2]) * complex(s, 0),
		cis(p[1]) * complex(s, 0), cis(p[1]+p[2]) * complex(c, 0),
	}
}

// rMatrix is the rotation by theta about cos(phi) X + sin(phi) Y.
func rMatrix(p []float64) []complex128 {
	s, c := math.Sincos(p[0] / 2)
	return []complex128{complex(c, 0), complex(0, -s) * cis(-p[1]), complex(0, -s) * cis(p[1]), complex(c, 0)}
}

// rotation is exp(-i p[0]/2 P) = cos(p[0]/2) - i sin(p[0]/2) P of a Pauli string, letter of operand 0 first.
func rotation(pauli string) func([]float64) []complex128 {
	m := PauliMatrix(pauli)
	n := 1 << len(pauli)
	return func(p []float64) []complex128 {
		s, c := math.Sincos(p[0] / 2)
		out := make([]complex128, n*n)
		for i, x := range m {
			out[i] = complex(0, -s) * x
			if i%(n+1) == 0 {
				out[i] += complex(c, 0)
			}
		}
		return out
	}
}

var pauliMatrices = map[byte][4]complex128{
	'I': {1, 0, 0, 1}, 'X': {0, 1, 1, 0}, 'Y': {0, -1i, 1i, 0}, 'Z': {1, 0, 0, -1},
}

// PauliMatrix returns the matrix of a string of I, X, Y and Z, whose first letter acts on the lowest bit.
func PauliMatrix(pauli string) []complex128 {
	m := []complex128{1}
	for i := range len(pauli) {
		p := pauliMatrices[pauli[i]]
		m = Kron(p[:], m)
	}
	return m
}

// Kron returns high ⊗ low of two square matrices: low acts on the lowest bits.
func Kron(high, low []complex128) []complex128 {
	h, l := Dim(high), Dim(low)
	n := h * l
	out := make([]complex128, n*n)
	for i := range n {
		for j := range n {
			out[i*n+j] = high[i/l*h+j/l] * low[i%l*l+j%l]
		}
	}
	return out
}

// Dim returns n of an n×n matrix.
func Dim(m []complex128) int {
	n := 1
	for n*n < len(m) {
		n++
	}
	return n
}

// Mul returns a·b of two square matrices of one size.
func Mul(a, b []complex128) []complex128 {
	n := Dim(a)
	out := make([]complex128, n*n)
	for i := range n {
		for k := range n {
			x := a[i*n+k]
			if x == 0 {
				continue
			}
			for j := range n {
				out[i*n+j] += x * b[k*n+j]
			}
		}
	}
	return out
}

// Adjoint returns the conjugate transpose of a square matrix.
func Adjoint(m []complex128) []complex128 {
	n := Dim(m)
	out := make([]complex128, n*n)
	for i := range n {
		for j := range n {
			out[j*n+i] = cmplx.Conj(m[i*n+j])
		}
	}
	return out
}

// Controlled returns m under one more control, which becomes the lowest bit.
func Controlled(m []complex128) []complex128 {
	n := Dim(m)
	out := make([]complex128, 4*n*n)
	for i := range n {
		out[2*i*2*n+2*i] = 1
		for j := range n {
			out[(2*i+1)*2*n+2*j+1] = m[i*n+j]
		}
	}
	return out
}
