package gate

import (
	"math"
	"math/cmplx"
)

// Power is the unitary m raised to a real power. A power that is no integer is the principal one: every eigenvalue e^{iθ} with -π < θ <= π
// becomes e^{iθ·exponent} (OpenQASM 3, gates.rst, on pow).
func Power(m []complex128, exponent float64) []complex128 {
	const greatest = 1 << 52 // beyond it floats are integers that say nothing
	if exponent == math.Trunc(exponent) && math.Abs(exponent) < greatest {
		return integerPower(m, int64(exponent))
	}
	vectors, phases := diagonalize(m)
	n := Dim(m)
	scaled := make([]complex128, n*n)
	for k, theta := range phases {
		p := cis(theta * exponent)
		for i := range n {
			scaled[i*n+k] = vectors[i*n+k] * p
		}
	}
	return Mul(scaled, Adjoint(vectors))
}

func integerPower(m []complex128, e int64) []complex128 {
	if e < 0 {
		m, e = Adjoint(m), -e
	}
	n := Dim(m)
	p := make([]complex128, n*n)
	for i := range n {
		p[i*n+i] = 1
	}
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			p = Mul(p, m)
		}
		m = Mul(m, m)
	}
	return p
}

// diagonalize returns eigenvectors of a unitary, in columns, and the angles of their eigenvalues, in (-π, π]. The Hermitian part of e^{-iα}m
// has the same eigenvectors, unless α makes the cosines of two different eigenvalues equal: another α is tried then.
func diagonalize(m []complex128) (vectors []complex128, phases []float64) {
	const good = 1e-13
	least := math.Inf(1)
	for try := range 6 {
		v := hermitianVectors(hermitianPart(m, 0.7390851+1.1*float64(try)))
		d := Mul(Adjoint(v), Mul(m, v))
		rest := offDiagonal(d)
		if rest < least {
			least, vectors, phases = rest, v, angles(d)
		}
		if rest < good*float64(Dim(m)) {
			break
		}
	}
	return vectors, phases
}

func hermitianPart(m []complex128, alpha float64) []complex128 {
	n, turn := Dim(m), cis(-alpha)
	h := make([]complex128, n*n)
	for i := range n {
		for j := range n {
			h[i*n+j] = (turn*m[i*n+j] + cmplx.Conj(turn*m[j*n+i])) / 2
		}
	}
	return h
}

func offDiagonal(d []complex128) float64 {
	n, sum := Dim(d), 0.0
	for i := range n {
		for j := range n {
			if i != j {
				sum += real(d[i*n+j])*real(d[i*n+j]) + imag(d[i*n+j])*imag(d[i*n+j])
			}
		}
	}
	return math.Sqrt(sum)
}

// angles are those of a diagonal. What rounding puts just above -π is π.
func angles(d []complex128) []float64 {
	n := Dim(d)
	out := make([]float64, n)
	for i := range out {
		out[i] = cmplx.Phase(d[i*n+i])
		if out[i] < -math.Pi+1e-9 {
			out[i] += 2 * math.Pi
		}
	}
	return out
}

// hermitianVectors returns orthonormal eigenvectors of a Hermitian matrix, in columns, by cyclic Jacobi rotations (Golub and Van Loan,
// Matrix Computations, section 8.5, for complex matrices). It overwrites h.
func hermitianVectors(h []complex128) []complex128 {
	const sweeps, tiny = 60, 1e-15
	n := Dim(h)
	v := integerPower(h, 0)
	for range sweeps {
		if offDiagonal(h) < tiny*float64(n) {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotatePair(h, v, n, p, q)
			}
		}
	}
	return v
}

// rotatePair makes h[p][q] zero by a rotation of the rows and columns p and q, which v follows.
func rotatePair(h, v []complex128, n, p, q int) {
	x := h[p*n+q]
	size := cmplx.Abs(x)
	if size < 1e-300 {
		return
	}
	phase := x / complex(size, 0)
	tau := (real(h[q*n+q]) - real(h[p*n+p])) / (2 * size)
	t := 1 / (math.Abs(tau) + math.Hypot(1, tau))
	if tau < 0 {
		t = -t
	}
	c := 1 / math.Hypot(1, t)
	cc, s := complex(c, 0), complex(t*c, 0)*phase
	for k := range n { // columns
		a, b := h[k*n+p], h[k*n+q]
		h[k*n+p], h[k*n+q] = cc*a-cmplx.Conj(s)*b, s*a+cc*b
		a, b = v[k*n+p], v[k*n+q]
		v[k*n+p], v[k*n+q] = cc*a-cmplx.Conj(s)*b, s*a+cc*b
	}
	for k := range n { // rows
		a, b := h[p*n+k], h[q*n+k]
		h[p*n+k], h[q*n+k] = cc*a-s*b, cmplx.Conj(s)*a+cc*b
	}
}
