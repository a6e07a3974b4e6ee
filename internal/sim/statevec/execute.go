package statevec

import (
	"context"
	"math/bits"
)

// stepsBetweenLooks is after how many steps on one chunk the context is looked at again: each takes less than a millisecond, but
// for dense matrices.
const stepsBetweenLooks = 32

// execute applies a program to the state. After each sweep it calls done with the fraction of the program that is through.
func (s *state[F]) execute(ctx context.Context, p *program[F], done func(fraction float64)) error {
	for i := range p.sweeps {
		if err := s.sweep(ctx, &p.sweeps[i]); err != nil {
			return err
		}
		if done != nil {
			done(float64(i+1) / float64(len(p.sweeps)))
		}
	}
	s.phase *= p.phase
	return nil
}

func (s *state[F]) sweep(ctx context.Context, c *compiledSweep[F]) error {
	all := uint64(1)<<s.n - 1
	if c.local == all {
		return s.run.apply(ctx, c, s.amps.x, 0)
	}
	local := bits.OnesCount64(c.local)
	contiguous := bits.TrailingZeros64(^c.local)
	chunks, size := 1<<(s.n-local), 2<<local
	if contiguous < local {
		if err := s.run.needScratch(size); err != nil {
			return err
		}
	}
	return s.run.parallelUntil(ctx, s.n, chunks, func(worker, i int) {
		outer := deposit(uint64(i), all&^c.local)
		if contiguous == local {
			_ = s.run.apply(ctx, c, s.amps.x[i*size:(i+1)*size], outer)
			return
		}
		x := s.run.scratch.x[worker*size : (worker+1)*size]
		walk := runs{length: 2 << contiguous, base: int(outer), local: c.local &^ (1<<contiguous - 1)}
		walk.each(func(at, from int) { copy(x[at:at+walk.length], s.amps.x[from:]) })
		if s.run.apply(ctx, c, x, outer) != nil {
			return
		}
		walk.each(func(at, to int) { copy(s.amps.x[to:to+walk.length], x[at:]) })
	})
}

// runs enumerates the runs of a chunk: stretches of elements that lie together in memory.
type runs struct {
	length int    // in elements
	base   int    // the chunk's outer positions
	local  uint64 // the chunk's positions that are not within a run
}

// each calls f with the place of each run in the chunk and in the state, in elements.
func (r *runs) each(f func(chunk, state int)) {
	n := 1 << bits.OnesCount64(r.local)
	free := uint64(0)
	for i := range n {
		f(i*r.length, 2*(r.base|int(free)))
		free = (free - r.local) & r.local // the next subset of local
	}
}

// deposit puts the lowest bits of x where mask has ones.
func deposit(x, mask uint64) (y uint64) {
	for ; mask != 0; mask &= mask - 1 {
		if x&1 == 1 {
			y |= mask & -mask
		}
		x >>= 1
	}
	return y
}

// apply takes one chunk through all steps of a sweep.
func (r *shared[F]) apply(ctx context.Context, c *compiledSweep[F], x []F, outer uint64) error {
	for i := range c.steps {
		if i%stepsBetweenLooks == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		s := &c.steps[i]
		if outer&s.ones != s.ones || outer&s.zeros != 0 {
			continue
		}
		switch {
		case s.matrix != nil:
			r.set.ApplyMatrix(x, s.matrix)
		case s.exchange != nil:
			r.set.ApplyExchange(x, s.exchange)
		case s.fan != nil:
			s.fan.apply(r.set, x, outer)
		default:
			r.set.Dense(x, bits.OnesCount64(c.local), s.dense.at, s.dense.ones, s.dense.m)
		}
	}
	return nil
}

// subsets is how many subsets a mask has.
func subsets(mask uint64) int { return 1 << bits.OnesCount64(mask) }
