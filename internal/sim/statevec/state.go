package statevec

import (
	"context"
	"unsafe"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// state is all amplitudes of a circuit's qubits: phase times what amps holds. Bit position at[q] of an amplitude's index is qubit q.
// A state smaller than a block of the kernel set has zeros behind it.
type state[F kernel.Float] struct {
	run      *shared[F]
	n        int
	at       []int
	phase    complex128
	amps     buffer[F]
	progress func(op int)
}

var (
	_ branch.State      = (*state[float64])(nil)
	_ branch.Amplituder = (*state[float64])(nil)
	_ branch.Expecter   = (*state[float64])(nil)
	_ branch.Progresser = (*state[float64])(nil)
	_ branch.Forgetter  = (*state[float64])(nil)
)

// newState returns |0…0>.
func newState[F kernel.Float](r *shared[F]) (*state[F], error) {
	s, err := blank(r)
	if err != nil {
		return nil, err
	}
	s.amps.x[0] = 1
	for q := range s.at {
		s.at[q] = q
	}
	return s, nil
}

// blank returns a state with memory and without meaning.
func blank[F kernel.Float](r *shared[F]) (*state[F], error) {
	n := r.circuit.NumQubits
	amps, err := newBuffer[F](r.budget, elements[F](n, r.set.LaneBits()), r.threads)
	if err != nil {
		return nil, err
	}
	return &state[F]{run: r, n: n, at: make([]int, n), phase: 1, amps: amps}, nil
}

// elements is the length of a state of n qubits.
func elements[F kernel.Float](n, laneBits int) int { return 2 << max(n, laneBits) }

func defaultChunkBits[F kernel.Float]() int {
	bits := 0
	for 2*int(unsafe.Sizeof(F(0)))<<bits < chunkBytes {
		bits++
	}
	return bits
}

// Apply is branch.State's.
func (s *state[F]) Apply(ctx context.Context, lo, hi int) error {
	for from := lo; from < hi; from += windowOps {
		to := min(from+windowOps, hi)
		p, err := s.run.compile(from, to, s.at)
		if err != nil {
			return err
		}
		if err := s.execute(ctx, p, s.reporter(from, to)); err != nil {
			return err
		}
		if s.progress != nil {
			s.progress(to)
		}
	}
	return nil
}

// Forget is branch.Forgetter's.
func (s *state[F]) Forget(from int) { s.run.forget(from) }

// OnProgress is branch.Progresser's.
func (s *state[F]) OnProgress(f func(op int)) { s.progress = f }

func (s *state[F]) reporter(lo, hi int) func(fraction float64) {
	if s.progress == nil {
		return nil
	}
	return func(fraction float64) { s.progress(lo + int(fraction*float64(hi-lo))) }
}

// Flip is branch.State's.
func (s *state[F]) Flip(q circuit.Qubit) {
	p := s.run.flip(s.at[q], s.n)
	if err := s.execute(context.Background(), p, nil); err != nil {
		panic("internal error: flip: " + err.Error()) // only scratch memory could fail, which the run has taken at its start
	}
}

// Clone is branch.State's.
func (s *state[F]) Clone() branch.State {
	c, err := blank(s.run)
	if err != nil {
		return nil
	}
	c.CopyFrom(s)
	return c
}

// CopyFrom is branch.State's.
func (s *state[F]) CopyFrom(o branch.State) {
	from := o.(*state[F])
	copy(s.at, from.at)
	s.phase = from.phase
	const piece = 1 << 18
	n := len(s.amps.x)
	_ = s.run.parallelUntil(context.Background(), s.n, (n+piece-1)/piece, func(_, i int) {
		copy(s.amps.x[i*piece:min((i+1)*piece, n)], from.amps.x[i*piece:])
	})
}

// Free is branch.State's.
func (s *state[F]) Free() { s.amps.free() }

// Amplitudes is branch.Amplituder's.
func (s *state[F]) Amplitudes() []complex128 {
	out := make([]complex128, 1<<s.n)
	m := newIndexMap(s.at)
	s.pieces(func(from, to int) {
		for i := from; i < to; i++ {
			re, im := s.amplitude(i)
			out[m.of(i)] = s.phase * complex(re, im)
		}
	})
	return out
}
