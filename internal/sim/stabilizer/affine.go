package stabilizer

import (
	"context"
	"math"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// affine is a uniform distribution over base plus all sums of a basis: what measuring a stabilizer state gives. The basis is in reduced
// echelon form, the lowest bit of each vector being its own.
type affine struct {
	base  bitvec.Vec
	basis []bitvec.Vec
}

// newAffine takes the outcomes as bits that each depend on coins: bit i is constant i plus the sum of set i.
func newAffine(constants bitvec.Vec, sets []coins) *affine {
	a := &affine{base: constants}
	columns := 0
	for _, s := range sets {
		columns = max(columns, len(s)*wordBits)
	}
	vectors := make([]bitvec.Vec, columns)
	for i, s := range sets {
		for j := range columns {
			if j/wordBits < len(s) && bit(s, j) == 1 {
				if vectors[j].Len() == 0 {
					vectors[j] = bitvec.New(constants.Len())
				}
				vectors[j].Set(i, true)
			}
		}
	}
	for _, v := range vectors {
		if v.Len() > 0 {
			a.add(v)
		}
	}
	return a
}

// add takes a vector into the basis unless it is a sum of what is there.
func (a *affine) add(v bitvec.Vec) {
	for _, b := range a.basis {
		if v.Get(firstSet(b.Words())) {
			xor(v, b)
		}
	}
	lead := firstSet(v.Words())
	if lead < 0 {
		return
	}
	for _, b := range a.basis {
		if b.Get(lead) {
			xor(b, v)
		}
	}
	a.basis = append(a.basis, v)
}

func xor(v, o bitvec.Vec) {
	w := v.Words()
	for i, x := range o.Words() {
		w[i] ^= x
	}
}

// sample draws n outcomes and reports distinct ones with their counts. The vector is good during the call only.
func (a *affine) sample(ctx context.Context, n int, r *rng.Stream, report func(bitvec.Vec, int)) error {
	s := sampler{ctx: ctx, affine: a, random: r, report: report, v: a.base.Clone()}
	return s.split(0, n)
}

type sampler struct {
	*affine
	ctx    context.Context
	random *rng.Stream
	report func(bitvec.Vec, int)
	v      bitvec.Vec
	drawn  int
}

// split distributes n shots over what the basis from k on adds to v: each vector halves them.
func (s *sampler) split(k, n int) error {
	switch {
	case n == 0:
		return nil
	case n == 1 || k == len(s.basis):
		return s.finish(k, n)
	}
	with := s.random.Binomial(n, 0.5)
	if err := s.split(k+1, n-with); err != nil {
		return err
	}
	xor(s.v, s.basis[k])
	err := s.split(k+1, with)
	xor(s.v, s.basis[k])
	return err
}

const checkEvery = 1 << 10

// finish reports n equal outcomes, of which what the basis from k on adds is drawn.
func (s *sampler) finish(k, n int) error {
	if s.drawn++; s.drawn%checkEvery == 0 {
		if err := s.ctx.Err(); err != nil {
			return err
		}
	}
	if k == len(s.basis) {
		s.report(s.v, n)
		return nil
	}
	v := s.v.Clone()
	for left, word := 0, uint64(0); k < len(s.basis); k, left = k+1, left-1 {
		if left == 0 {
			word, left = s.random.Uint64(), wordBits
		}
		if word&1 == 1 {
			xor(v, s.basis[k])
		}
		word >>= 1
	}
	s.report(v, n)
	return nil
}

// distribution reports every outcome, each as likely as the others.
func (a *affine) distribution(ctx context.Context, limit int, report func(bitvec.Vec, float64)) error {
	f := len(a.basis)
	if f >= 62 || 1<<f > limit {
		need := int64(math.MaxInt64)
		if f < 62 {
			need = 1 << f
		}
		return &sim.LimitError{What: "outcomes", Need: need, Have: int64(limit)}
	}
	v, p := a.base.Clone(), math.Ldexp(1, -f)
	for i := range 1 << f {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if i > 0 {
			xor(v, a.basis[firstSet([]uint64{uint64(i)})]) // Gray code: all sums, one vector at a time
		}
		report(v, p)
	}
	return nil
}
