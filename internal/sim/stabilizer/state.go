package stabilizer

import (
	"context"
	"fmt"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// state is a stabilizer state as package branch drives it. Its global phase is not known.
type state struct {
	circuit *circuit.Circuit
	*tableau
	canonical []row // the state's stabilizers in their one echelon form; nil where they have to be found anew
}

var (
	_ branch.State    = (*state)(nil)
	_ branch.Expecter = (*state)(nil)
)

func newState(c *circuit.Circuit) *state { return &state{circuit: c, tableau: newTableau(c.NumQubits)} }

func (s *state) Apply(ctx context.Context, lo, hi int) error {
	s.canonical = nil
	for i := lo; i < hi; i++ {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		op := s.circuit.Ops[i]
		if op.Kind != circuit.Gate {
			continue
		}
		a := s.known.of(s.circuit, op)
		if a == nil {
			return unfitError(s.circuit, op)
		}
		s.apply(a, s.circuit.Qubits(op))
	}
	return ctx.Err()
}

func (s *state) Weights(q circuit.Qubit) (zero, one float64) {
	switch {
	case !s.certain(q):
		return 0.5, 0.5
	case s.ofZ(q).negative():
		return 0, 1
	}
	return 1, 0
}

func (s *state) Project(q circuit.Qubit, value bool, _ float64) {
	if !s.certain(q) {
		s.canonical = nil
		s.collapse(q, value, nil)
	}
}

func (s *state) Flip(q circuit.Qubit) {
	s.canonical = nil
	s.ofZ(q).negate()
}

func (s *state) Clone() branch.State {
	return &state{circuit: s.circuit, tableau: s.clone(), canonical: s.canonical}
}

func (s *state) CopyFrom(o branch.State) {
	from := o.(*state)
	s.copyFrom(from.tableau)
	s.canonical = from.canonical
}

// Same never holds where the phase must agree too, for it is not known.
func (s *state) Same(o branch.State, exact bool) bool {
	return !exact && slices.EqualFunc(s.canon(), o.(*state).canon(), func(a, b row) bool {
		return a.phase == b.phase && slices.Equal(a.x, b.x) && slices.Equal(a.z, b.z)
	})
}

func (s *state) Fingerprint() uint64 {
	h := uint64(1)
	for _, r := range s.canon() {
		h = rng.Mix(h, uint64(r.phase))
		for i := range r.x {
			h = rng.Mix(rng.Mix(h, r.x[i]), r.z[i])
		}
	}
	return h
}

func (s *state) canon() []row {
	if s.canonical == nil {
		s.canonical = s.stabilizers()
		reduce(s.canonical, s.n)
	}
	return s.canonical
}

// measured is what measuring qubits gives. Their rows commute. Where X parts cancel in a product of them, its outcome is certain; each of the
// others is a coin.
func (s *state) measured(qubits []circuit.Qubit) *affine {
	constants, sets := bitvec.New(len(qubits)), make([]coins, len(qubits))
	var pivots []row // products with an X part whose lowest bit no other has as its lowest; their sign is a coin
	var leads []int
	r := newRows(1, s.n)[0]
	for i, q := range qubits {
		r.set(s.ofZ(q))
		var of coins
		for k := range pivots {
			if bit(r.x, leads[k]) == 1 {
				r.times(&pivots[k])
				of = of.plus(coin(k))
			}
		}
		if lead := firstSet(r.x); lead >= 0 {
			of = of.plus(coin(len(pivots)))
			pivots, leads = append(pivots, r), append(leads, lead)
			r = newRows(1, s.n)[0]
		} else {
			constants.Set(i, r.negative())
		}
		sets[i] = of
	}
	return newAffine(constants, sets)
}

func (s *state) Sample(ctx context.Context, qubits []circuit.Qubit, n int, r *rng.Stream, report func(bitvec.Vec, int)) error {
	return s.measured(qubits).sample(ctx, n, r, report)
}

func (s *state) Distribution(ctx context.Context, qubits []circuit.Qubit, limit int, report func(bitvec.Vec, float64)) error {
	return s.measured(qubits).distribution(ctx, limit, report)
}

// Expectation is 1 or -1 for a product of stabilizers and 0 for any other Pauli.
func (s *state) Expectation(sum sim.PauliSum) (float64, error) {
	total, r := 0.0, newRows(1, s.n)[0]
	for _, term := range sum {
		r.clear()
		for _, p := range term.Paulis {
			letter, ok := letters[p.Letter]
			if !ok {
				return 0, fmt.Errorf("pauli letter %q: only X, Y and Z are allowed", p.Letter)
			}
			one := newRows(1, s.n)[0]
			s.product(&one, letter, []circuit.Qubit{p.Qubit})
			r.times(&one)
		}
		switch {
		case firstSet(r.x) >= 0:
		case r.negative():
			total -= term.Coefficient
		default:
			total += term.Coefficient
		}
	}
	return total, nil
}

var letters = map[byte]gate.SignedPauli{'X': {X: 1}, 'Y': {X: 1, Z: 1}, 'Z': {Z: 1}}

func (s *state) Free() {}
