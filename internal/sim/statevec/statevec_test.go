package statevec

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim/reference"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// newRandom returns a generator and prints its seed where the test fails.
func newRandom(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("random seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// randomState is normalised and has no symmetry.
func randomState(r *rand.Rand, n int) []complex128 {
	v, norm := make([]complex128, 1<<n), 0.0
	for i := range v {
		v[i] = complex(r.NormFloat64(), r.NormFloat64())
		norm += real(v[i])*real(v[i]) + imag(v[i])*imag(v[i])
	}
	for i := range v {
		v[i] /= complex(math.Sqrt(norm), 0)
	}
	return v
}

// load puts amplitudes into a state whose qubits lie in order.
func (s *state[F]) load(v []complex128) {
	for q := range s.at {
		s.at[q] = q
	}
	s.phase = 1
	for i, x := range v {
		e := s.run.set.Index(i)
		s.amps.x[e], s.amps.x[e+s.run.set.Lanes] = F(real(x)), F(imag(x))
	}
}

// apply runs a unitary circuit on v.
func apply[F kernel.Float](t testing.TB, c *circuit.Circuit, v []complex128, set *kernel.Set[F], threads int, o options) []complex128 {
	t.Helper()
	run := newShared(c, threads, 0, o, set)
	s, err := newState(run)
	if err != nil {
		t.Fatal(err)
	}
	defer run.free()
	defer s.Free()
	if v != nil {
		s.load(v)
	}
	if err := s.Apply(context.Background(), 0, len(c.Ops)); err != nil {
		t.Fatal(err)
	}
	return s.Amplitudes()
}

// distance is the largest difference of two amplitudes.
func distance(a, b []complex128) (d float64) {
	for i := range a {
		d = max(d, cmplx.Abs(a[i]-b[i]))
	}
	return d
}

// eachSet calls f for all kernels of both precisions, with the tolerance of the precision.
func eachSet(t *testing.T, f func(t *testing.T, apply func(c *circuit.Circuit, v []complex128, threads int, o options) []complex128, tolerance float64)) {
	for _, k := range append(kernel.All[float64](), kernel.Portable[float64](2)) {
		t.Run(fmt.Sprintf("double/%s%d", k.Name, k.Lanes), func(t *testing.T) {
			f(t, func(c *circuit.Circuit, v []complex128, threads int, o options) []complex128 {
				return apply(t, c, v, k, threads, o)
			}, 1e-12)
		})
	}
	for _, k := range kernel.All[float32]() {
		t.Run(fmt.Sprintf("single/%s%d", k.Name, k.Lanes), func(t *testing.T) {
			f(t, func(c *circuit.Circuit, v []complex128, threads int, o options) []complex128 {
				return apply(t, c, v, k, threads, o)
			}, 1e-5)
		})
	}
}

// placements calls f with every ordered choice of k of n qubits.
func placements(n, k int, f func(qubits []circuit.Qubit)) {
	chosen := make([]circuit.Qubit, 0, k)
	var choose func()
	choose = func() {
		if len(chosen) == k {
			f(chosen)
			return
		}
		for q := range uint32(n) {
			free := true
			for _, c := range chosen {
				free = free && c != q
			}
			if free {
				chosen = append(chosen, q)
				choose()
				chosen = chosen[:len(chosen)-1]
			}
		}
	}
	choose()
}

func randomParams(r *rand.Rand, g *gate.Gate) []float64 {
	p := make([]float64, len(g.Params))
	for i := range p {
		p[i] = 7*r.Float64() - 3.5
	}
	return p
}

// primitives are the gates that a circuit may hold by name.
func primitives(t *testing.T) (out []*gate.Gate) {
	for i := range gate.All() {
		if g := &gate.All()[i]; g.IsPrimitive() && g.ID != gate.Unitary {
			out = append(out, g)
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d gates in the table", len(out))
	}
	return out
}

// controlled calls f with every set of controls on n qubits beside the targets, followed by the targets.
func controlled(n int, targets []circuit.Qubit, f func(controls int, qubits []circuit.Qubit)) {
	taken := 0
	for _, q := range targets {
		taken |= 1 << q
	}
	for set := range 1 << n {
		if set&taken != 0 {
			continue
		}
		var qubits []circuit.Qubit
		eachPosition(uint64(set), func(p int) { qubits = append(qubits, uint32(p)) })
		f(len(qubits), append(qubits, targets...))
	}
}

func TestEveryGateEverywhere(t *testing.T) {
	const n = 6
	r := newRandom(t)
	v := randomState(r, n)
	type sample struct {
		c    *circuit.Circuit
		want []complex128
	}
	var samples []sample
	for _, g := range primitives(t) {
		placements(n, len(g.Operands), func(targets []circuit.Qubit) {
			controlled(n, targets, func(controls int, qubits []circuit.Qubit) {
				c := &circuit.Circuit{NumQubits: n}
				c.AddGate(g.ID, controls, randomParams(r, g), qubits...)
				samples = append(samples, sample{c, reference.Apply(v, c, c.Ops[0])})
			})
		})
	}
	eachSet(t, func(t *testing.T, apply func(*circuit.Circuit, []complex128, int, options) []complex128, tolerance float64) {
		for _, x := range samples {
			for _, o := range []options{{}, {noFusion: true}} {
				if d := distance(apply(x.c, v, 1, o), x.want); !(d < tolerance) {
					t.Fatalf("%v under %d controls on %v, %+v: off by %g", x.c.Ops[0].Gate, x.c.Ops[0].Controls, x.c.Qubits(x.c.Ops[0]), o, d)
				}
			}
		}
	})
}

// randomUnitary is a product of random gates of the table, as a matrix on k qubits.
func randomUnitary(r *rand.Rand, k int) []complex128 {
	c := randomCircuit(r, k, 12)
	m := make([]complex128, 1<<(2*k))
	for col := range 1 << k {
		v := make([]complex128, 1<<k)
		v[col] = 1
		for _, op := range c.Ops {
			v = reference.Apply(v, c, op)
		}
		for row, x := range v {
			m[row<<k+col] = x
		}
	}
	return m
}

// randomCircuit has gates of all classes with up to 3 controls.
func randomCircuit(r *rand.Rand, n, gates int) *circuit.Circuit {
	c := &circuit.Circuit{NumQubits: n}
	all := gate.All()
	for len(c.Ops) < gates {
		g := &all[r.IntN(len(all))]
		controls := max(0, r.IntN(6)-2)
		if !g.IsPrimitive() || g.ID == gate.Unitary || controls+len(g.Operands) > n {
			continue
		}
		c.AddGate(g.ID, controls, randomParams(r, g), shuffled(r, n, controls+len(g.Operands))...)
	}
	return c
}

func shuffled(r *rand.Rand, n, k int) []circuit.Qubit {
	q := make([]circuit.Qubit, k)
	for i, p := range r.Perm(n)[:k] {
		q[i] = uint32(p)
	}
	return q
}

func TestRandomCircuits(t *testing.T) {
	r := newRandom(t)
	type sample struct {
		c       *circuit.Circuit
		v, want []complex128
	}
	var samples []sample
	for n := 1; n <= 9; n++ {
		for range 6 {
			c := randomCircuit(r, n, 60)
			if n >= 5 {
				controls := r.IntN(2)
				c.AddUnitary(randomUnitary(r, 3), controls, shuffled(r, n, 3+controls)...)
				c.AddGate(gate.H, 0, nil, 0)
			}
			v := randomState(r, n)
			want := v
			for _, op := range c.Ops {
				want = reference.Apply(want, c, op)
			}
			samples = append(samples, sample{c, v, want})
		}
	}
	eachSet(t, func(t *testing.T, apply func(*circuit.Circuit, []complex128, int, options) []complex128, tolerance float64) {
		for i, x := range samples {
			for _, o := range []options{{}, {noFusion: true}, {chunkBits: 7}, {chunkBits: 8, alwaysParallel: true}} {
				if d := distance(apply(x.c, x.v, 2, o), x.want); !(d < tolerance) {
					t.Fatalf("circuit %d on %d qubits, %+v: off by %g", i, x.c.NumQubits, o, d)
				}
			}
		}
	})
}

// TestDiagonals has long runs of phases, which become fans around busy qubits at all kinds of positions.
func TestDiagonals(t *testing.T) {
	const n = 9
	r := newRandom(t)
	v := randomState(r, n)
	var circuits []*circuit.Circuit
	var wants [][]complex128
	for range 30 {
		c := &circuit.Circuit{NumQubits: n}
		pivot := r.IntN(n)
		for range 40 {
			q := shuffled(r, n, 3)
			if r.IntN(2) == 0 && q[1] != uint32(pivot) {
				q[0] = uint32(pivot)
			}
			p := []float64{7 * r.Float64()}
			switch r.IntN(5) {
			case 0:
				c.AddGate(gate.RZZ, 0, p, q[:2]...)
			case 1:
				c.AddGate(gate.RZ, 0, p, q[0])
			case 2:
				c.AddGate(gate.GPhase, 2, p, q[:2]...)
			default:
				c.AddGate(gate.P, 1, p, q[:2]...)
			}
		}
		want := v
		for _, op := range c.Ops {
			want = reference.Apply(want, c, op)
		}
		circuits, wants = append(circuits, c), append(wants, want)
	}
	eachSet(t, func(t *testing.T, apply func(*circuit.Circuit, []complex128, int, options) []complex128, tolerance float64) {
		for i, c := range circuits {
			for _, o := range []options{{}, {chunkBits: 7}} {
				if d := distance(apply(c, v, 1, o), wants[i]); !(d < tolerance) {
					t.Fatalf("circuit %d, %+v: off by %g", i, o, d)
				}
			}
		}
	})
}
