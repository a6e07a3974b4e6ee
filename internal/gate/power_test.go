package gate

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
	"time"
)

func distanceOf(a, b []complex128) float64 {
	d := 0.0
	for i := range a {
		d = max(d, cmplx.Abs(a[i]-b[i]))
	}
	return d
}

// randomUnitary has few different eigenvalues now and then.
func randomUnitary(r *rand.Rand, n int) []complex128 {
	v := make([]complex128, n*n)
	for i := range n { // Gram-Schmidt on random rows
		for j := range n {
			v[i*n+j] = complex(r.NormFloat64(), r.NormFloat64())
		}
		for k := range i {
			var inner complex128
			for j := range n {
				inner += cmplx.Conj(v[k*n+j]) * v[i*n+j]
			}
			for j := range n {
				v[i*n+j] -= inner * v[k*n+j]
			}
		}
		norm := 0.0
		for j := range n {
			norm += real(v[i*n+j] * cmplx.Conj(v[i*n+j]))
		}
		for j := range n {
			v[i*n+j] /= complex(math.Sqrt(norm), 0)
		}
	}
	d := make([]complex128, n*n)
	few := r.IntN(2) == 0
	for i := range n {
		theta := r.Float64()*2*math.Pi - math.Pi
		if few {
			theta = []float64{0, math.Pi, math.Pi / 2, -math.Pi / 2}[r.IntN(4)]
		}
		d[i*n+i] = cis(theta)
	}
	return Mul(Adjoint(v), Mul(d, v))
}

// TestPowersMultiply: the principal root of order k to the power of k is the matrix, and powers of one matrix commute and add up.
func TestPowersMultiply(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for range 60 {
		n := 1 << (1 + r.IntN(4))
		m := randomUnitary(r, n)
		k := 2 + r.IntN(4)
		if d := distanceOf(Power(Power(m, 1/float64(k)), float64(k)), m); d > 1e-10 {
			t.Fatalf("seed %d: root %d of a %d×%d matrix is off by %g", seed, k, n, n, d)
		}
		a := r.Float64()*4 - 2
		if d := distanceOf(Mul(Power(m, a), Power(m, 1-a)), m); d > 1e-10 {
			t.Fatalf("seed %d: powers %g and %g are off by %g", seed, a, 1-a, d)
		}
		if d := distanceOf(Power(m, -3), Adjoint(Mul(m, Mul(m, m)))); d > 1e-10 {
			t.Fatalf("seed %d: the power -3 is off by %g", seed, d)
		}
	}
}

// TestPowerIsPrincipal: the root of x is sx, that of z is s, that of s is t.
func TestPowerIsPrincipal(t *testing.T) {
	for _, x := range []struct {
		of, want ID
		e        float64
	}{{X, SX, 0.5}, {Z, S, 0.5}, {S, T, 0.5}, {Z, T, 0.25}} {
		if d := distanceOf(Power(x.of.Row().Matrix(nil), x.e), x.want.Row().Matrix(nil)); d > 1e-14 {
			t.Errorf("%s to the power of %g is not %s: off by %g", x.of, x.e, x.want, d)
		}
	}
}
