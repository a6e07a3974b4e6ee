package basis

import (
	"context"
	"fmt"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// state is a basis state times a phase. No measurement of it is random, so that there is never more than one branch.
type state struct {
	circuit *circuit.Circuit
	bits    bitvec.Vec // by qubit
	phase   complex128
	moves   moves
}

var (
	_ branch.State      = (*state)(nil)
	_ branch.Amplituder = (*state)(nil)
	_ branch.Expecter   = (*state)(nil)
)

func newState(c *circuit.Circuit) *state {
	return &state{circuit: c, bits: bitvec.New(c.NumQubits), phase: 1}
}

// checkEvery is how many gates pass between looks at the context.
const checkEvery = 1 << 12

func (s *state) Apply(ctx context.Context, lo, hi int) error {
	for i := lo; i < hi; i++ {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if op := s.circuit.Ops[i]; op.Kind == circuit.Gate {
			s.apply(op)
		}
	}
	return ctx.Err()
}

func (s *state) apply(op circuit.Op) {
	qubits := s.circuit.Qubits(op)
	for _, q := range qubits[:op.Controls] {
		if !s.bits.Get(int(q)) {
			return
		}
	}
	targets, from := qubits[op.Controls:], uint32(0)
	for k, q := range targets {
		if s.bits.Get(int(q)) {
			from |= 1 << k
		}
	}
	mv := s.moves.of(s.circuit, op)
	s.phase *= mv.phase[from]
	to := mv.to[from]
	if to == from {
		return
	}
	for k, q := range targets {
		s.bits.Set(int(q), to>>k&1 == 1)
	}
}

func (s *state) Weights(q circuit.Qubit) (zero, one float64) {
	if s.bits.Get(int(q)) {
		return 0, 1
	}
	return 1, 0
}

// Project has nothing to do: the only outcome there is leaves the state as it is.
func (s *state) Project(circuit.Qubit, bool, float64) {}

func (s *state) Flip(q circuit.Qubit) { s.bits.Set(int(q), !s.bits.Get(int(q))) }

func (s *state) Clone() branch.State {
	c := *s
	c.bits = s.bits.Clone()
	return &c
}

func (s *state) CopyFrom(o branch.State) {
	from := o.(*state)
	copy(s.bits.Words(), from.bits.Words())
	s.phase = from.phase
}

func (s *state) Same(o branch.State, exact bool) bool {
	other := o.(*state)
	return s.bits.Equal(other.bits) && (!exact || cmplx.Abs(s.phase-other.phase) < 1e-6)
}

func (s *state) Fingerprint() uint64 {
	h := uint64(0)
	for _, w := range s.bits.Words() {
		h = rng.Mix(h, w)
	}
	return h
}

// outcome is what measuring qubits gives.
func (s *state) outcome(qubits []circuit.Qubit) bitvec.Vec {
	v := bitvec.New(len(qubits))
	for i, q := range qubits {
		v.Set(i, s.bits.Get(int(q)))
	}
	return v
}

func (s *state) Sample(_ context.Context, qubits []circuit.Qubit, n int, _ *rng.Stream, report func(bitvec.Vec, int)) error {
	report(s.outcome(qubits), n)
	return nil
}

func (s *state) Distribution(_ context.Context, qubits []circuit.Qubit, limit int, report func(bitvec.Vec, float64)) error {
	if limit < 1 {
		return &sim.LimitError{What: "outcomes", Need: 1, Have: int64(limit)}
	}
	report(s.outcome(qubits), 1)
	return nil
}

func (s *state) Amplitudes() []complex128 {
	index := uint64(0)
	if w := s.bits.Words(); len(w) > 0 {
		index = w[0]
	}
	v := make([]complex128, 1<<s.circuit.NumQubits)
	v[index] = s.phase / complex(cmplx.Abs(s.phase), 0)
	return v
}

// Expectation counts signs: Z tells a qubit's value, X and Y lead out of a basis state.
func (s *state) Expectation(sum sim.PauliSum) (float64, error) {
	total := 0.0
	for _, term := range sum {
		sign := 1.0
		for _, p := range term.Paulis {
			switch {
			case p.Letter == 'X' || p.Letter == 'Y':
				sign = 0
			case p.Letter != 'Z':
				return 0, fmt.Errorf("pauli letter %q: only X, Y and Z are allowed", p.Letter)
			case s.bits.Get(int(p.Qubit)):
				sign = -sign
			}
		}
		total += term.Coefficient * sign
	}
	return total, nil
}

func (s *state) Free() {}
