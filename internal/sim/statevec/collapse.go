package statevec

import (
	"math"

	"github.com/softquantus/qcos/internal/circuit"
)

// Weights is branch.State's.
func (s *state[F]) Weights(q circuit.Qubit) (zero, one float64) {
	sums := s.sums(func(from, to int) (sum [2]float64) {
		s.halves(from, to, s.at[q], func(value int, x []F) { sum[value] += sumSquares(x) })
		return sum
	})
	return sums[0], sums[1]
}

// Project is branch.State's.
func (s *state[F]) Project(q circuit.Qubit, value bool, weight float64) {
	want := 0
	if value {
		want = 1
	}
	scale := F(1 / math.Sqrt(weight))
	s.pieces(func(from, to int) {
		s.halves(from, to, s.at[q], func(value int, x []F) {
			if value != want {
				clear(x)
				return
			}
			for i := range x {
				x[i] *= scale
			}
		})
	})
}

// halves calls f with stretches of elements that hold exactly the amplitudes of the indices in [from, to), a power of two of them,
// and with the bit that stands at position in all indices of a stretch.
func (s *state[F]) halves(from, to, position int, f func(value int, x []F)) {
	lanes := s.run.set.Lanes
	if run := min(1<<position, to-from); run >= lanes {
		for i := from; i < to; i += run {
			f(i>>position&1, s.amps.x[2*i:2*(i+run)])
		}
		return
	}
	for i := from; i < to; i += 1 << position {
		run := min(1<<position, to-i)
		at := s.run.set.Index(i)
		f(i>>position&1, s.amps.x[at:at+run])
		f(i>>position&1, s.amps.x[at+lanes:at+lanes+run])
	}
}

// pieceWeight is the sum of the weights of the indices of a piece.
func (s *state[F]) pieceWeight(from, to int) (sum float64) {
	s.halves(from, to, maxQubits, func(_ int, x []F) { sum += sumSquares(x) })
	return sum
}

// sumSquares adds in four parts: one would have each addition wait for the one before.
func sumSquares[F ~float32 | ~float64](x []F) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		p, q, r, s := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		a, b, c, d = a+p*p, b+q*q, c+r*r, d+s*s
	}
	for _, v := range x {
		a += float64(v) * float64(v)
	}
	return a + b + (c + d)
}

// weight is the squared modulus of amplitude i.
func (s *state[F]) weight(i int) float64 {
	re, im := s.amplitude(i)
	return re*re + im*im
}

// amplitude is that at index i of positions, without the phase.
func (s *state[F]) amplitude(i int) (re, im float64) {
	e := s.run.set.Index(i)
	return float64(s.amps.x[e]), float64(s.amps.x[e+s.run.set.Lanes])
}
