package statevec

import (
	"math"
	"math/cmplx"
	"unsafe"

	"github.com/softquantus/qcos/internal/sim/branch"
)

// Two states whose overlap falls short of 1 by less than this are the same: what rounding of thousands of gates leaves.
const (
	sameDouble = 1e-12
	sameSingle = 1e-9
)

func (s *state[F]) isDouble() bool { return unsafe.Sizeof(F(0)) == 8 }

// Same is branch.State's.
func (s *state[F]) Same(other branch.State, exact bool) bool {
	o := other.(*state[F])
	place := make([]int, s.n) // of o's position p in an index of s
	for q, p := range o.at {
		place[p] = s.at[q]
	}
	m := newIndexMap(inverse(place))
	overlap := s.sums(func(from, to int) (sum [2]float64) {
		for i := from; i < to; i++ {
			ar, ai := s.amplitude(int(m.of(i)))
			br, bi := o.amplitude(i)
			sum[0] += ar*br + ai*bi
			sum[1] += ar*bi - ai*br
		}
		return sum
	})
	norm := func(x *state[F]) float64 {
		n := x.sums(func(from, to int) (sum [2]float64) {
			for i := from; i < to; i++ {
				sum[0] += x.weight(i)
			}
			return sum
		})
		return n[0]
	}
	tolerance := sameSingle
	if s.isDouble() {
		tolerance = sameDouble
	}
	product := complex(overlap[0], overlap[1]) * cmplx.Conj(s.phase) * o.phase
	closeness := cmplx.Abs(product)
	if exact {
		closeness = real(product)
	}
	return 1-closeness/math.Sqrt(norm(s)*norm(o)) < tolerance
}

// inverse returns the permutation that undoes at.
func inverse(at []int) []int {
	out := make([]int, len(at))
	for q, p := range at {
		out[p] = q
	}
	return out
}

// Fingerprint is branch.State's: the squared overlap with a fixed product state, which a global phase leaves alone, rounded.
// The product state has different weights and phases on every qubit, so that states that differ hardly ever agree.
func (s *state[F]) Fingerprint() uint64 {
	weight := make([]complex128, s.n) // of position p being 1, where 0 has 1
	for q, p := range s.at {
		golden := math.Mod(float64(q+1)*math.Phi, 1)
		weight[p] = cmplx.Rect(0.75+golden/2, 2*math.Pi*math.Mod(float64(q+1)*math.Sqrt2, 1))
	}
	sum := s.sums(func(from, to int) [2]float64 {
		var total complex128
		for i := from; i < to; i++ {
			re, im := s.amplitude(i)
			total += complex(re, im) * factor(weight, i)
		}
		return [2]float64{real(total), imag(total)}
	})
	// The grid is far coarser than rounding; its offset keeps the plain fractions that circuits produce away from its lines.
	const offset = math.Sqrt2 - 1
	grid := float64(1 << 12)
	if s.isDouble() {
		grid = 1 << 24
	}
	return uint64(math.Floor((sum[0]*sum[0]+sum[1]*sum[1])*grid + offset))
}

func factor(weight []complex128, i int) complex128 {
	x := complex128(1)
	for p, w := range weight {
		if i>>p&1 == 1 {
			x *= w
		}
	}
	return x
}
