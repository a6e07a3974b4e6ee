package statevec

import (
	"context"
)

// pieceBits is the size of the parts in which a state is read for sums: it depends on nothing, so that the order of summation, and
// with it every bit of a sum, is the same for any number of threads.
const pieceBits = 13

// pieces calls f for the parts of the state's indices, in parallel.
func (s *state[F]) pieces(f func(from, to int)) {
	_ = s.piecesUntil(context.Background(), func(_, from, to int) { f(from, to) })
}

func (s *state[F]) piecesUntil(ctx context.Context, f func(piece, from, to int)) error {
	bits := min(s.n, pieceBits)
	return s.run.parallelUntil(ctx, s.n, 1<<(s.n-bits), func(_, i int) { f(i, i<<bits, (i+1)<<bits) })
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

// indexMap takes an index of positions to one whose bit q is what stands at position at[q], a byte at a time.
type indexMap struct {
	bytes  [6][256]uint64
	length int
}

func newIndexMap(at []int) *indexMap {
	m := &indexMap{length: (maxBit(at) + 8) / 8}
	for k := range m.length {
		for v := range 256 {
			for q, p := range at {
				if p/8 == k && v>>(p%8)&1 == 1 {
					m.bytes[k][v] |= 1 << q
				}
			}
		}
	}
	return m
}

func maxBit(at []int) int {
	top := -1
	for _, p := range at {
		top = max(top, p)
	}
	return top
}

func (m *indexMap) of(i int) (out uint64) {
	for k := range m.length {
		out |= m.bytes[k][i>>(8*k)&255]
	}
	return out
}
