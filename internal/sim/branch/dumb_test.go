package branch

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// dumb is a State over the reference simulator's vectors. Its stock counts states and fails copies beyond a number.
type dumb struct {
	c     *circuit.Circuit
	v     []complex128
	stock *stock
}

type stock struct {
	held, most, allowed int // states at once; allowed 0 is any number
	applied             int // calls of Apply
	blind               bool
}

func (s *stock) take() {
	s.held++
	s.most = max(s.most, s.held)
}

func newDumb(c *circuit.Circuit, s *stock) func() (State, error) {
	return func() (State, error) {
		s.take()
		return &dumb{c, reference.Zero(c.NumQubits), s}, nil
	}
}

func (d *dumb) Apply(ctx context.Context, lo, hi int) error {
	d.stock.applied++
	for _, op := range d.c.Ops[lo:hi] {
		switch op.Kind {
		case circuit.Gate:
			d.v = reference.Apply(d.v, d.c, op)
		case circuit.Barrier:
		default:
			return fmt.Errorf("Apply of an op of kind %d", op.Kind)
		}
	}
	return ctx.Err()
}

func (d *dumb) Weights(q circuit.Qubit) (zero, one float64) {
	w := [2]float64{}
	for i, x := range d.v {
		w[i>>q&1] += real(x * cmplx.Conj(x))
	}
	return w[0], w[1]
}

func (d *dumb) Project(q circuit.Qubit, value bool, p float64) {
	scale := complex(1/math.Sqrt(p), 0)
	for i := range d.v {
		if i>>q&1 == 1 == value {
			d.v[i] *= scale
		} else {
			d.v[i] = 0
		}
	}
}

func (d *dumb) Flip(q circuit.Qubit) {
	for i := range d.v {
		if i>>q&1 == 0 {
			d.v[i], d.v[i|1<<q] = d.v[i|1<<q], d.v[i]
		}
	}
}

func (d *dumb) Clone() State {
	if d.stock.allowed > 0 && d.stock.held >= d.stock.allowed {
		return nil
	}
	d.stock.take()
	return &dumb{d.c, append([]complex128(nil), d.v...), d.stock}
}

func (d *dumb) CopyFrom(o State) { copy(d.v, o.(*dumb).v) }

func (d *dumb) Same(o State, exact bool) bool {
	var inner complex128
	for i, x := range d.v {
		inner += cmplx.Conj(x) * o.(*dumb).v[i]
	}
	if exact {
		return 1-real(inner) < 1e-12
	}
	return 1-cmplx.Abs(inner) < 1e-12
}

func (d *dumb) Fingerprint() uint64 {
	if d.stock.blind {
		return 0
	}
	h := uint64(0)
	for i, x := range d.v {
		p := real(x * cmplx.Conj(x))
		h += rng.Mix(uint64(i), uint64(p*1e4+0.4321))
	}
	return h
}

func (d *dumb) Sample(_ context.Context, qubits []circuit.Qubit, n int, r *rng.Stream, report func(bitvec.Vec, int)) error {
	counts := make([]int, len(d.v)) // reported in order, as engines do
	for range n {
		u, i := r.Float64(), 0
		for ; i < len(d.v)-1; i++ {
			if u -= real(d.v[i] * cmplx.Conj(d.v[i])); u < 0 {
				break
			}
		}
		counts[i]++
	}
	for i, k := range counts {
		if k > 0 {
			report(pick(i, qubits), k)
		}
	}
	return nil
}

func pick(index int, qubits []circuit.Qubit) bitvec.Vec {
	v := bitvec.New(len(qubits))
	for k, q := range qubits {
		v.Set(k, index>>q&1 == 1)
	}
	return v
}

func (d *dumb) Distribution(_ context.Context, qubits []circuit.Qubit, limit int, report func(bitvec.Vec, float64)) error {
	sums := map[string]float64{}
	for i, x := range d.v {
		sums[pick(i, qubits).String()] += real(x * cmplx.Conj(x))
	}
	n := 0
	for key, p := range sums {
		if p <= 1e-14 {
			continue
		}
		if n++; n > limit {
			return &sim.LimitError{What: "outcomes", Need: int64(n), Have: int64(limit)}
		}
		v, _ := bitvec.Parse(key)
		report(v, p)
	}
	return nil
}

func (d *dumb) Amplitudes() []complex128 { return append([]complex128(nil), d.v...) }

func (d *dumb) Expectation(sum sim.PauliSum) (float64, error) {
	total := 0.0
	for _, term := range sum {
		w := append([]complex128(nil), d.v...)
		for _, p := range term.Paulis {
			c := &circuit.Circuit{NumQubits: d.c.NumQubits}
			w = reference.Apply(w, c, *c.AddUnitary(gate.PauliMatrix(string(p.Letter)), 0, p.Qubit))
		}
		for i := range w {
			total += term.Coefficient * real(cmplx.Conj(d.v[i])*w[i])
		}
	}
	return total, nil
}

func (d *dumb) Free() {
	if d.v == nil {
		panic("a state was freed twice")
	}
	d.v = nil
	d.stock.held--
}

var gates1 = []gate.ID{gate.H, gate.X, gate.S, gate.T, gate.SX}

// random makes a circuit of n qubits and bits clbits that measures, resets, assigns and decides everywhere.
func random(r *rand.Rand, n, bits, ops int) *circuit.Circuit {
	c := &circuit.Circuit{GlobalPhase: r.Float64()}
	c.AddQreg("q", n)
	c.AddCreg("c", bits)
	for range ops {
		q := uint32(r.IntN(n))
		var op *circuit.Op
		switch k := r.IntN(12); {
		case k < 5:
			op = c.AddGate(gates1[r.IntN(len(gates1))], 0, nil, q)
		case k < 6:
			op = c.AddGate(gate.U, 0, []float64{r.Float64() * 3, r.Float64(), r.Float64()}, q)
		case k < 8 && n > 1:
			op = c.AddGate(gate.X, 1, nil, q, (q+1+uint32(r.IntN(n-1)))%uint32(n))
		case k < 9:
			op = c.AddReset(q)
		case k < 10:
			op = c.AddBarrier()
		case r.IntN(6) == 0:
			op = c.AddAssign(uint32(r.IntN(bits)), r.IntN(2) == 1)
		default:
			to := circuit.NoClbit
			if r.IntN(8) > 0 {
				to = uint32(r.IntN(bits))
			}
			op = c.AddMeasure(q, to)
		}
		if op.Kind != circuit.Barrier && r.IntN(4) == 0 {
			width := 1 + r.IntN(min(bits, 2))
			op.If = c.AddCondition(circuit.Condition{
				First: uint32(r.IntN(bits - width + 1)), Width: width,
				Value: bitvec.FromUint64(uint64(r.IntN(4)), 1+r.IntN(2)), Negate: r.IntN(2) == 0,
			})
		}
	}
	return c
}
