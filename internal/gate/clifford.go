package gate

import (
	"math/bits"
	"math/cmplx"
)

// maxCliffordOperands bounds what Clifford looks at: its work grows with the cube of the matrix.
const maxCliffordOperands = 6

// SignedPauli is plus or minus a product of Paulis on the operands of a gate. Bit k of X and Z tells whether the letter on operand
// k has an X or a Z part; both together are Y.
type SignedPauli struct {
	X, Z     uint8
	Negative bool
}

// Clifford returns the action of a gate G, given by the matrix of its targets and the number of controls in front of them, on
// Pauli operators: the images G·P·G† for P = X on operand 0, Z on operand 0, X on operand 1, and so on, controls first. It
// reports false where G is no Clifford gate, or has more than six operands.
//
// tol bounds how far an element of an image may lie from the Pauli that is returned. A rotation whose angle is off a multiple
// of pi/2 by no more than tol is thus taken for the Clifford gate that it nearly is.
func Clifford(matrix []complex128, controls int, tol float64) (images []SignedPauli, ok bool) {
	n := bits.Len(uint(Dim(matrix))) - 1 + controls
	if n > maxCliffordOperands {
		return nil, false
	}
	for range controls {
		matrix = Controlled(matrix)
	}
	adjoint := Adjoint(matrix)
	for k := range n {
		for _, p := range []SignedPauli{{X: 1 << k}, {Z: 1 << k}} {
			q, ok := asPauli(Mul(matrix, leftPauli(p, adjoint)), tol)
			if !ok {
				return nil, false
			}
			images = append(images, q)
		}
	}
	return images, true
}

// element is the factor in P|j> = element(j) |j xor X>.
func (p SignedPauli) element(j int) complex128 {
	powers := [4]complex128{1, 1i, -1, -1i}
	k := bits.OnesCount8(p.X&p.Z) + 2*bits.OnesCount8(p.Z&uint8(j))
	if p.Negative {
		k += 2
	}
	return powers[k%4]
}

// leftPauli returns P·m.
func leftPauli(p SignedPauli, m []complex128) []complex128 {
	n := Dim(m)
	out := make([]complex128, len(m))
	for j := range n {
		to, x := j^int(p.X), p.element(j)
		for c := range n {
			out[to*n+c] = x * m[j*n+c]
		}
	}
	return out
}

// asPauli reads a matrix as a signed Pauli: column 0 tells X and the sign, the columns of single bits tell Z, all others must agree.
func asPauli(m []complex128, tol float64) (SignedPauli, bool) {
	n := Dim(m)
	x := 0
	for i := range n {
		if cmplx.Abs(m[i*n]) > cmplx.Abs(m[x*n]) {
			x = i
		}
	}
	p := SignedPauli{X: uint8(x)}
	for b := 1; b < n; b <<= 1 {
		if real(m[(b^x)*n+b]*cmplx.Conj(m[x*n])) < 0 {
			p.Z |= uint8(b)
		}
	}
	p.Negative = real(m[x*n]*cmplx.Conj(p.element(0))) < 0
	for i := range n {
		for j := range n {
			want := complex128(0)
			if i == j^x {
				want = p.element(j)
			}
			if cmplx.Abs(m[i*n+j]-want) > tol {
				return SignedPauli{}, false
			}
		}
	}
	return p, true
}
