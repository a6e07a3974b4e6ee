package statevec

import (
	"context"
	"math/bits"
)

// pieceBits is the size of the parts in which a state is read for sums: it depends on nothing, so that the order of summation, and
// with it every bit of a sum, is the same for any number of threads.
const pieceBits = 13

// pieces calls f for the parts of the state's indices, in parallel.
func (s *state[F]) pieces(f func(from, to int)) {
	_ = s.piecesUntil(context.Background(), func(_, from, to int) { f(from, to) })
}

func (s *state[F]) piecesUntil(ctx context.Context, f func(piece, from, to int)) error {
	size := min(s.n, pieceBits)
	return s.run.parallelUntil(ctx, s.n, 1<<(s.n-size), func(_, i int) { f(i, i<<size, (i+1)<<size) })
}

// sums adds f over the parts of the state's indices.
func (s *state[F]) sums(f func(from, to int) [2]float64) (total [2]float64) {
	parts := make([][2]float64, 1<<max(0, s.n-pieceBits))
	_ = s.piecesUntil(context.Background(), func(piece, from, to int) { parts[piece] = f(from, to) })
	for _, p := range parts {
		total[0] += p[0]
		total[1] += p[1]
	}
	return total
}

// indexMap takes an index of positions to one whose bit q is what stands at position at[q], a byte at a time. The nil map takes an
// index to itself.
type indexMap [][256]uint64

func newIndexMap(at []int) indexMap {
	var bit [64]uint64 // by position: where it goes
	top := -1
	for q, p := range at {
		bit[p] |= 1 << q
		top = max(top, p)
	}
	m := make(indexMap, top/8+1)
	for k := range m {
		for v := 1; v < 256; v++ {
			m[k][v] = m[k][v&(v-1)] | bit[8*k+bits.TrailingZeros(uint(v))]
		}
	}
	return m
}

func (m indexMap) of(i int) (out uint64) {
	if m == nil {
		return uint64(i)
	}
	for k := range m {
		out |= m[k][i>>(8*k)&255]
	}
	return out
}
