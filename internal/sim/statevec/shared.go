package statevec

import (
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// singleThreadQubits is the size up to which a second thread costs more than it brings: 2^15 amplitudes.
const singleThreadQubits = 15

// shared is what all states of one run have in common. It belongs to the run's goroutine.
type shared[F kernel.Float] struct {
	circuit *circuit.Circuit
	set     *kernel.Set[F]
	threads int
	options options
	budget  *budget
	scratch buffer[F] // a chunk for each thread

	lower    lowerer
	units    []unit
	programs map[span]*compiled[F]
	cached   int                 // ops in programs
	flips    map[int]*program[F] // by position
}

// span is a range of Circuit.Ops.
type span struct{ lo, hi int }

// compiled is the program of a span for states whose qubits are at the positions before.
type compiled[F kernel.Float] struct {
	program       *program[F]
	before, after []int
}

// Branches of a circuit run the same gates one after the other: their programs are kept, up to so many ops in all. A program is at most a
// few kilobytes an op.
const maxCachedOps = 1 << 14

// windowOps is how many ops are compiled at once; it bounds the memory for programs.
const windowOps = 1 << 12

func newShared[F kernel.Float](c *circuit.Circuit, threads int, maxMemory int64, o options, set *kernel.Set[F]) *shared[F] {
	r := &shared[F]{
		circuit: c, set: set, threads: threads, options: o,
		budget: &budget{max: maxMemory}, programs: map[span]*compiled[F]{}, flips: map[int]*program[F]{},
	}
	r.lower.circuit = c
	r.lower.fuser.off = o.noFusion
	return r
}

// chunkBits is the size of the chunks that a sweep works on.
func (r *shared[F]) chunkBits() int {
	if r.options.chunkBits > 0 {
		return r.options.chunkBits
	}
	return defaultChunkBits[F]()
}

// parallelUntil runs f over n independent parts of a state.
func (r *shared[F]) parallelUntil(ctx context.Context, qubits, n int, f func(worker, i int)) error {
	threads := r.threads
	if qubits <= singleThreadQubits && !r.options.alwaysParallel {
		threads = 1
	}
	return parallelUntil(ctx, threads, n, f)
}

// needScratch makes room for a chunk of that many elements for each thread.
func (r *shared[F]) needScratch(elements int) error {
	if len(r.scratch.x) >= elements*r.threads {
		return nil
	}
	r.scratch.free()
	var err error
	r.scratch, err = newBuffer[F](r.budget, elements*r.threads, r.threads)
	return err
}

func (r *shared[F]) free() { r.scratch.free() }

// compile returns the program for Ops[lo:hi] of a state whose qubits are at the given positions, and moves them as its swaps say.
func (r *shared[F]) compile(lo, hi int, at []int) (*program[F], error) {
	if c := r.programs[span{lo, hi}]; c != nil && slices.Equal(c.before, at) {
		copy(at, c.after)
		return c.program, nil
	}
	before := slices.Clone(at)
	l := &r.lower
	l.at = at
	l.fuser.reset()
	if err := l.window(lo, hi); err != nil {
		return nil, err
	}
	var phase complex128
	r.units, phase = l.fuser.finish(r.units[:0])
	p := encode(r.set, schedule(r.units, len(at), r.chunkBits()), phase)
	if r.cached+hi-lo <= maxCachedOps {
		if r.programs[span{lo, hi}] == nil {
			r.cached += hi - lo
		}
		r.programs[span{lo, hi}] = &compiled[F]{p, before, slices.Clone(at)}
	}
	return p, nil
}

// forget drops the programs of operations from that place on.
func (r *shared[F]) forget(from int) {
	for s := range r.programs {
		if s.hi > from {
			delete(r.programs, s)
			r.cached -= s.hi - s.lo
		}
	}
}

// flip returns the program for x on a position of a state of n.
func (r *shared[F]) flip(position, n int) *program[F] {
	p := r.flips[position]
	if p == nil {
		u := unit{kind: one, at: [2]int{position}, m: widen2(flip2)}
		u.settle()
		p = encode(r.set, schedule([]unit{u}, n, r.chunkBits()), 1)
		r.flips[position] = p
	}
	return p
}
