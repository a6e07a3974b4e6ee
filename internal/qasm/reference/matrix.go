package reference

import (
	"math"
	"math/cmplx"
)

// matrix is square, by rows.
type matrix [][]complex128

func identity(n int) matrix {
	m := make(matrix, n)
	for i := range m {
		m[i] = make([]complex128, n)
		m[i][i] = 1
	}
	return m
}

func product(a, b matrix) matrix {
	out := identity(len(a))
	for i := range a {
		for j := range a {
			out[i][j] = 0
			for k := range a {
				out[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return out
}

func times(m matrix, v []complex128) []complex128 {
	out := make([]complex128, len(v))
	for i := range m {
		for j, a := range m[i] {
			if a != 0 {
				out[i] += a * v[j]
			}
		}
	}
	return out
}

func (m matrix) adjoint() matrix {
	out := identity(len(m))
	for i := range m {
		for j := range m {
			out[i][j] = cmplx.Conj(m[j][i])
		}
	}
	return out
}

// controlled puts a control in front of the operands, as the lowest bit of an index.
func (m matrix) controlled(on bool) matrix {
	out := identity(2 * len(m))
	for i := range m {
		for j := range m {
			if on {
				out[2*i+1][2*j+1] = m[i][j]
			} else {
				out[2*i][2*j] = m[i][j]
			}
		}
	}
	return out
}

// embedded is the matrix on n qubits that acts on some of them.
func embedded(m matrix, at []int, n int) matrix {
	if len(at) == 0 {
		return multiple(m[0][0], identity(1<<n))
	}
	out := make(matrix, 1<<n)
	rest := 0
	for _, q := range at {
		rest |= 1 << q
	}
	for i := range out {
		out[i] = make([]complex128, 1<<n)
		for j := range out {
			if i&^rest == j&^rest {
				out[i][j] = m[gathered(i, at)][gathered(j, at)]
			}
		}
	}
	return out
}

// gathered is the bits of i at some places, as a number.
func gathered(i int, at []int) int {
	x := 0
	for k, q := range at {
		x |= i >> q & 1 << k
	}
	return x
}

// power is the principal power of a unitary matrix: of its eigenvalues e^(iθ), -π < θ <= π.
func (m matrix) power(k float64) matrix {
	if k == math.Trunc(k) && math.Abs(k) <= 32 {
		base, out := m, identity(len(m))
		if k < 0 {
			base = m.adjoint()
		}
		for range int(math.Abs(k)) {
			out = product(base, out)
		}
		return out
	}
	best, off := matrix(nil), math.Inf(1)
	for _, mix := range []float64{0.7316, -1.2945, 0.1873, 2.6181} {
		v := eigenvectors(m, mix)
		values := make([]complex128, len(m))
		for i := range values {
			for r := range m {
				for c := range m {
					values[i] += cmplx.Conj(v[r][i]) * m[r][c] * v[c][i]
				}
			}
		}
		if e := distance(composed(v, values), m); e < off {
			off = e
			for i, x := range values {
				values[i] = expi(2 * math.Pi * math.Mod(k*turns(cmplx.Phase(x)), 1))
			}
			best = composed(v, values)
		}
	}
	if off > 1e-9 {
		unknown("the eigenvalues of a matrix: they are off by %g", off)
	}
	return best
}

// turns is an angle in turns, above -1/2 and at most 1/2. One that is close to a small part of a turn is that, so that large powers of it are
// exact too.
func turns(theta float64) float64 {
	const parts = 1 << 11
	t := theta / (2 * math.Pi)
	if n := math.Round(t * parts); math.Abs(t-n/parts) < 1e-13 {
		t = n / parts
	}
	if t < -0.5+1e-9 {
		t = 0.5
	}
	return t
}

// composed is v diag(values) v†.
func composed(v matrix, values []complex128) matrix {
	d := identity(len(v))
	for i, x := range values {
		d[i][i] = x
	}
	return product(product(v, d), v.adjoint())
}

func distance(a, b matrix) float64 {
	worst := 0.0
	for i := range a {
		for j := range a {
			worst = max(worst, cmplx.Abs(a[i][j]-b[i][j]))
		}
	}
	return worst
}

// eigenvectors are those of a unitary matrix as columns: of the Hermitian Re + mix Im, by Jacobi's rotations.
func eigenvectors(m matrix, mix float64) matrix {
	n, a, dagger := len(m), identity(len(m)), m.adjoint()
	for i := range m {
		for j := range m {
			a[i][j] = (m[i][j]+dagger[i][j])/2 + complex(mix, 0)*(m[i][j]-dagger[i][j])/2i
		}
	}
	v := identity(n)
	for range 60 {
		off := 0.0
		for p := range n {
			for q := p + 1; q < n; q++ {
				if r := cmplx.Abs(a[p][q]); r > 1e-18 {
					off += r
					g := rotation(a, p, q)
					a = product(product(g.adjoint(), a), g)
					v = product(v, g)
				}
			}
		}
		if off < 1e-15 {
			break
		}
	}
	return v
}

// rotation makes element (p, q) of a Hermitian matrix vanish.
func rotation(a matrix, p, q int) matrix {
	g := identity(len(a))
	r := cmplx.Abs(a[p][q])
	w := a[p][q] / complex(r, 0)
	angle := math.Atan2(2*r, real(a[p][p])-real(a[q][q])) / 2
	c, s := complex(math.Cos(angle), 0), complex(math.Sin(angle), 0)
	g[p][p], g[p][q] = c, -s*w
	g[q][p], g[q][q] = s*cmplx.Conj(w), c
	return g
}
