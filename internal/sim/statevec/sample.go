package statevec

import (
	"context"
	"math"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// hit is an index of positions that was drawn, and how often.
type hit struct{ index, count int }

// Sample is branch.State's. The shots are split binomially over the pieces of the state; each piece then draws its own, from a
// stream of its own, so that pieces may do so in any order.
func (s *state[F]) Sample(ctx context.Context, qubits []circuit.Qubit, n int, r *rng.Stream, report func(outcome bitvec.Vec, count int)) error {
	seed := r.Uint64()
	weights := make([]float64, 1<<max(0, s.n-pieceBits))
	err := s.piecesUntil(ctx, func(piece, from, to int) {
		weights[piece] = s.pieceWeight(from, to)
	})
	if err != nil {
		return err
	}
	shots := split(n, weights, r)
	hits := make([][]hit, len(weights))
	err = s.piecesUntil(ctx, func(piece, from, to int) {
		if shots[piece] > 0 {
			hits[piece] = s.draw(from, to, shots[piece], rng.New(seed, uint64(piece)))
		}
	})
	if err != nil {
		return err
	}
	outcomes := s.outcomes(qubits)
	for _, piece := range hits {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, h := range piece {
			report(outcomes.of(h.index), h.count)
		}
	}
	return nil
}

// split distributes n over the weights, each unit independently with the probability of its weight. The weights are not all 0.
func split(n int, weights []float64, r *rng.Stream) []int {
	rest := make([]float64, len(weights)+1)
	for i := len(weights) - 1; i >= 0; i-- {
		rest[i] = rest[i+1] + weights[i]
	}
	counts := make([]int, len(weights))
	for i, w := range weights {
		if n == 0 {
			break
		}
		if w > 0 {
			counts[i] = r.Binomial(n, w/rest[i])
			n -= counts[i]
		}
	}
	return counts
}

// manyShots is the share of a piece's amplitudes from which asking each amplitude for its count is faster than drawing each shot.
const manyShots = 0.25

// draw draws shots from the indices in [from, to), whose weights are not all 0.
func (s *state[F]) draw(from, to, shots int, r *rng.Stream) []hit {
	weights := make([]float64, to-from)
	total := 0.0
	for i := range weights {
		weights[i] = s.weight(from + i)
		total += weights[i]
	}
	var hits []hit
	if float64(shots) > manyShots*float64(len(weights)) {
		for i, count := range split(shots, weights, r) {
			if count > 0 {
				hits = append(hits, hit{from + i, count})
			}
		}
		return hits
	}
	at, sum := -1, 0.0
	next := func() { // to the next index that can be drawn; the last one takes what rounding leaves
		for i := at + 1; i < len(weights); i++ {
			if weights[i] > 0 {
				at = i
				sum += weights[i]
				return
			}
		}
		sum = math.Inf(1)
	}
	next()
	for _, u := range sortedUniforms(shots, r) {
		for u*total >= sum {
			next()
		}
		if last := len(hits) - 1; last >= 0 && hits[last].index == from+at {
			hits[last].count++
		} else {
			hits = append(hits, hit{from + at, 1})
		}
	}
	return hits
}

// sortedUniforms draws n numbers in [0, 1) in rising order: the arrival times of a Poisson process, divided by the one after the
// last (Devroye, "Non-Uniform Random Variate Generation", 1986, section V.3.1).
func sortedUniforms(n int, r *rng.Stream) []float64 {
	u := make([]float64, n)
	sum := 0.0
	step := func() { sum -= math.Log(1 - r.Float64()) }
	for i := range u {
		step()
		u[i] = sum
	}
	step()
	for i := range u {
		u[i] /= sum
	}
	return u
}

// outcomes turns indices of positions into outcomes of measuring some qubits.
type outcomes struct {
	words []indexMap // one for each 64 qubits
	bits  bitvec.Vec // the answer, used again and again
}

func (s *state[F]) outcomes(qubits []circuit.Qubit) *outcomes {
	o := &outcomes{bits: bitvec.New(len(qubits))}
	at := make([]int, len(qubits))
	for i, q := range qubits {
		at[i] = s.at[q]
	}
	for ; len(at) > 0; at = at[min(64, len(at)):] {
		o.words = append(o.words, newIndexMap(at[:min(64, len(at))]))
	}
	return o
}

func (o *outcomes) of(index int) bitvec.Vec {
	for w, m := range o.words {
		o.bits.Words()[w] = m.of(index)
	}
	return o.bits
}

// minProbability is below what a Distribution reports.
const minProbability = 1e-14

// Distribution is branch.State's.
func (s *state[F]) Distribution(ctx context.Context, qubits []circuit.Qubit, limit int, report func(outcome bitvec.Vec, p float64)) error {
	var measured uint64
	for _, q := range qubits {
		measured |= 1 << s.at[q]
	}
	summed := (uint64(1)<<s.n - 1) &^ measured
	outcomes := s.outcomes(qubits)
	found := 0
	return s.marginals(ctx, measured, summed, func(base int, p float64) error {
		if p <= minProbability {
			return nil
		}
		if found++; found > limit {
			return &sim.LimitError{What: "outcomes", Need: int64(found), Have: int64(limit)}
		}
		report(outcomes.of(base), p)
		return nil
	})
}

// marginals calls f, in rising order, with each index that has bits in measured only, and the sum of the weights of all indices that
// add bits of summed to it.
func (s *state[F]) marginals(ctx context.Context, measured, summed uint64, f func(base int, p float64) error) error {
	const batch, share = 1 << 14, 1 << 8
	count := subsets(measured)
	sums := make([]float64, min(batch, count))
	for from := 0; from < count; from += batch {
		n := min(batch, count-from)
		err := s.run.parallelUntil(ctx, s.n, (n+share-1)/share, func(_, part int) {
			for i := part * share; i < min((part+1)*share, n); i++ {
				sums[i] = s.marginal(int(deposit(uint64(from+i), measured)), summed)
			}
		})
		if err != nil {
			return err
		}
		for i, p := range sums[:n] {
			if err := f(int(deposit(uint64(from+i), measured)), p); err != nil {
				return err
			}
		}
	}
	return nil
}

// marginal adds the weights of base with every subset of summed. It adds up partial sums, so that rounding stays small for many.
func (s *state[F]) marginal(base int, summed uint64) (total float64) {
	const part = 1 << 10
	sum, free := 0.0, uint64(0)
	for i := range subsets(summed) {
		sum += s.weight(base | int(free))
		free = (free - summed) & summed
		if i%part == part-1 {
			total, sum = total+sum, 0
		}
	}
	return total + sum
}
