package basis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
)

const everything = sim.Counts | sim.Memory | sim.Probabilities | sim.Amplitudes | sim.Expectations

func request(c *circuit.Circuit, want sim.Want, shots int) *sim.Request {
	return &sim.Request{Circuit: c, Want: want, Shots: shots, Seed: 1, Threads: 1, Precision: sim.Double, MaxMemory: 1 << 30, MaxOutcomes: 1 << 20}
}

func run(t *testing.T, r *sim.Request) *sim.Result {
	t.Helper()
	res, err := New().Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// matrices of gates that keep basis states, on one and two qubits.
var matrices = [][]complex128{
	{0, 1i, cmplx.Exp(0.4i), 0},
	{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, cmplx.Exp(1.1i), 0, -1, 0, 0},
}

// classical lists the gates of the table that keep basis states, with parameters that do where only some do.
func classical() (ids []gate.ID, params [][]float64) {
	for _, g := range gate.All() {
		if !g.IsPrimitive() || g.ID == gate.Unitary {
			continue
		}
		switch g.Class {
		case gate.Phase, gate.Identity, gate.Permutation, gate.Monomial, gate.Diagonal:
			p := make([]float64, len(g.Params))
			for i := range p {
				p[i] = 0.3 + float64(i)
			}
			ids, params = append(ids, g.ID), append(params, p)
		case gate.Rotation:
			ids, params = append(ids, g.ID), append(params, []float64{math.Pi})
		}
	}
	return append(ids, gate.U), append(params, []float64{math.Pi, 0.2, 0.9})
}

func random(r *rand.Rand, n, bits, ops int) *circuit.Circuit {
	ids, params := classical()
	c := &circuit.Circuit{GlobalPhase: r.Float64()}
	c.AddQreg("q", n)
	c.AddCreg("c", bits)
	for range ops {
		perm := r.Perm(n)
		qubits := make([]uint32, n)
		for i, q := range perm {
			qubits[i] = uint32(q)
		}
		var op *circuit.Op
		switch k := r.IntN(10); {
		case k == 0:
			op = c.AddMeasure(qubits[0], uint32(r.IntN(bits)))
		case k == 1:
			op = c.AddReset(qubits[0])
		case k == 2:
			m := matrices[r.IntN(2)]
			targets := 1
			if len(m) > 4 {
				targets = 2
			}
			controls := r.IntN(n - targets + 1)
			op = c.AddUnitary(m, controls, qubits[:controls+targets]...)
		default:
			i := r.IntN(len(ids))
			targets := len(ids[i].Row().Operands)
			controls := r.IntN(n - targets + 1)
			op = c.AddGate(ids[i], controls, params[i], qubits[:controls+targets]...)
		}
		if r.IntN(4) == 0 {
			op.If = c.AddCondition(circuit.Condition{First: 0, Width: bits, Value: bitvec.FromUint64(uint64(r.IntN(1<<bits)), bits), Negate: r.IntN(2) == 0})
		}
	}
	return c
}

func TestAgainstReference(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := random(r, 3+r.IntN(2), 1+r.IntN(2), 5+r.IntN(40))
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			req := request(c, everything, 7)
			req.Observables = []sim.PauliSum{{{Coefficient: 3, Paulis: []sim.Pauli{{Qubit: 0, Letter: "XY"[seed%2]}, {Qubit: 1, Letter: 'Z'}}}, {Coefficient: 1, Paulis: []sim.Pauli{{Qubit: 0, Letter: 'Z'}, {Qubit: 2, Letter: 'Z'}}}, {Coefficient: 0.5}}}
			check(t, c, run(t, req))
		})
	}
}

// check compares a result with the only branch that the reference finds.
func check(t *testing.T, c *circuit.Circuit, res *sim.Result) {
	t.Helper()
	reference.Branches(c, func(bits bitvec.Vec, p float64, v []complex128) {
		if math.Abs(p-1) > 1e-10 {
			t.Fatalf("the reference finds a branch of probability %v", p)
		}
		if len(res.Counts) != 1 || res.Counts[0].Count != 7 || !res.Counts[0].Bits.Equal(bits) || !res.Memory[6].Equal(bits) {
			t.Errorf("counts %v, want 7 of %s", res.Counts, bits)
		}
		if len(res.Probabilities) != 1 || res.Probabilities[0].P != 1 || !res.Probabilities[0].Bits.Equal(bits) {
			t.Errorf("probabilities %v, want %s", res.Probabilities, bits)
		}
		want := 0.5
		for i, a := range v {
			a *= cmplx.Exp(complex(0, c.GlobalPhase))
			if cmplx.Abs(a-res.Amplitudes[i]) > 1e-12 {
				t.Errorf("amplitude %d is %v, want %v", i, res.Amplitudes[i], a)
			}
			sign := float64(1 - 2*((i^i>>2)&1))
			want += sign * real(a*cmplx.Conj(a))
		}
		if got := res.Expectations[0]; math.Abs(got-want) > 1e-10 {
			t.Errorf("expectation %v, want %v", got, want)
		}
	})
}

func TestRefusals(t *testing.T) {
	for name, add := range map[string]func(c *circuit.Circuit){
		"h":       func(c *circuit.Circuit) { c.AddGate(gate.H, 0, nil, 0) },
		"rx":      func(c *circuit.Circuit) { c.AddGate(gate.RX, 0, []float64{3.14}, 0) },
		"unitary": func(c *circuit.Circuit) { c.AddUnitary(gate.H.Row().Matrix(nil), 1, 1, 0) },
	} {
		c := &circuit.Circuit{}
		c.AddQreg("q", 2)
		c.AddGate(gate.X, 0, nil, 0)
		add(c)
		_, err := New().Run(context.Background(), request(c, sim.Counts, 1))
		var unfit *sim.UnfitError
		if !errors.As(err, &unfit) || !strings.Contains(unfit.Reason, name+" (operation 2 of 2)") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	wide := &circuit.Circuit{}
	wide.AddQreg("q", 40)
	_, err := New().Run(context.Background(), request(wide, sim.Amplitudes, 0))
	var limit *sim.LimitError
	if !errors.As(err, &limit) || limit.What != "memory" || limit.Need < 1<<44 {
		t.Errorf("2^40 amplitudes: error %v", err)
	}
	if e := New().Estimate(request(wide, sim.Amplitudes, 0)); e.Bytes < 1<<44 {
		t.Errorf("2^40 amplitudes are estimated at %d bytes", e.Bytes)
	}
	wide.AddQreg("r", 100)
	if e := New().Estimate(request(wide, sim.Amplitudes, 0)); e.Bytes != math.MaxInt64 {
		t.Errorf("2^140 amplitudes are estimated at %d bytes", e.Bytes)
	}
}

// adder adds two numbers of n bits by the ripple-carry circuit of Cuccaro et al., arXiv:quant-ph/0410184: qubit 0 is the carry in,
// then b and a alternate, the last is the carry out.
func adder(n int, a, b bitvec.Vec) *circuit.Circuit {
	c := &circuit.Circuit{}
	c.AddQreg("q", 2*n+2)
	sum := c.AddCreg("sum", n+1)
	bAt, aAt := func(i int) uint32 { return uint32(2*i + 1) }, func(i int) uint32 { return uint32(2*i + 2) }
	for i := range n {
		if a.Get(i) {
			c.AddGate(gate.X, 0, nil, aAt(i))
		}
		if b.Get(i) {
			c.AddGate(gate.X, 0, nil, bAt(i))
		}
	}
	carry := func(i int) uint32 { return uint32(2 * i) }
	for i := range n {
		c.AddGate(gate.X, 1, nil, aAt(i), bAt(i))
		c.AddGate(gate.X, 1, nil, aAt(i), carry(i))
		c.AddGate(gate.X, 2, nil, carry(i), bAt(i), aAt(i))
	}
	out := uint32(2*n + 1)
	c.AddGate(gate.X, 1, nil, aAt(n-1), out)
	for i := n - 1; i >= 0; i-- {
		c.AddGate(gate.X, 2, nil, carry(i), bAt(i), aAt(i))
		c.AddGate(gate.X, 1, nil, aAt(i), carry(i))
		c.AddGate(gate.X, 1, nil, carry(i), bAt(i))
		c.AddMeasure(bAt(i), sum.First+uint32(i))
	}
	c.AddMeasure(out, sum.First+uint32(n))
	return c
}

func TestThousandQubits(t *testing.T) {
	const n = 499
	r := rand.New(rand.NewPCG(1, 4))
	a, b, want := bitvec.New(n), bitvec.New(n), bitvec.New(n+1)
	carry := 0
	for i := range n {
		x, y := r.IntN(2), r.IntN(2)
		a.Set(i, x == 1)
		b.Set(i, y == 1)
		want.Set(i, (x+y+carry)&1 == 1)
		carry = (x + y + carry) >> 1
	}
	want.Set(n, carry == 1)
	c := adder(n, a, b)
	if c.NumQubits != 1000 {
		t.Fatalf("%d qubits", c.NumQubits)
	}
	res := run(t, request(c, sim.Counts|sim.Probabilities, 100000))
	if len(res.Counts) != 1 || res.Counts[0].Count != 100000 || !res.Counts[0].Bits.Equal(want) || res.Probabilities[0].P != 1 {
		t.Errorf("sum %v, want %s", res.Counts, want)
	}
	if res.Branches != 1 {
		t.Errorf("%d branches", res.Branches)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := adder(4, bitvec.New(4), bitvec.New(4))
	if _, err := New().Run(ctx, request(c, sim.Counts, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkGates(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 5))
	c := &circuit.Circuit{}
	c.AddQreg("q", 1000)
	for range 1_000_000 {
		p := [3]uint32{uint32(r.IntN(300)), 300 + uint32(r.IntN(300)), 600 + uint32(r.IntN(400))}
		switch r.IntN(4) {
		case 0:
			c.AddGate(gate.X, 0, nil, p[0])
		case 1:
			c.AddGate(gate.X, 1, nil, p[0], p[2])
		case 2:
			c.AddGate(gate.X, 2, nil, p[1], p[0], p[2])
		case 3:
			c.AddGate(gate.P, 1, []float64{0.1}, p[1], p[2])
		}
	}
	for b.Loop() {
		if _, err := New().Run(b.Context(), request(c, sim.Counts, 1024)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "gates/s")
}
