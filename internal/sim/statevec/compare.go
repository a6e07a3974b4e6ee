package statevec

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/softquantus/qcos/internal/sim/branch"
)

// Two states whose overlap falls short of 1 by less than this are the same: what rounding of thousands of gates leaves.
const (
	sameDouble = 1e-12
	sameSingle = 1e-9
)

func (s *state[F]) isDouble() bool { return sizeOf[F]() == 8 }

// Same is branch.State's.
func (s *state[F]) Same(other branch.State, exact bool) bool {
	o := other.(*state[F])
	m := s.toIndexOf(o)
	overlap := s.sums(func(from, to int) (sum [2]float64) {
		for i := from; i < to; i++ {
			ar, ai := s.amplitude(int(m.of(i)))
			br, bi := o.amplitude(i)
			sum[0] += ar*br + ai*bi
			sum[1] += ar*bi - ai*br
		}
		return sum
	})
	tolerance := sameSingle
	if s.isDouble() {
		tolerance = sameDouble
	}
	product := complex(overlap[0], overlap[1]) * cmplx.Conj(s.phase) * o.phase
	closeness := cmplx.Abs(product)
	if exact {
		closeness = real(product)
	}
	return 1-closeness/math.Sqrt(s.norm()*o.norm()) < tolerance
}

// toIndexOf returns the map from an index of o to that of the same basis state in s.
func (s *state[F]) toIndexOf(o *state[F]) indexMap {
	if slices.Equal(s.at, o.at) {
		return nil
	}
	from := make([]int, s.n) // by position of s
	for q, p := range s.at {
		from[p] = o.at[q]
	}
	return newIndexMap(from)
}

// norm is the sum of all weights.
func (s *state[F]) norm() float64 {
	return s.sums(func(from, to int) [2]float64 { return [2]float64{s.pieceWeight(from, to)} })[0]
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
