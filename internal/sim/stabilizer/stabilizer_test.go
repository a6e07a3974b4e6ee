package stabilizer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/reference"
	"github.com/softquantus/qcos/internal/sim/rng"
)

func request(c *circuit.Circuit, want sim.Want, shots int) *sim.Request {
	return &sim.Request{Circuit: c, Want: want, Shots: shots, Seed: 1, Threads: 1, Precision: sim.Double, MaxMemory: 1 << 30, MaxOutcomes: 1 << 20}
}

// gates lists a gate of every row that can be a Clifford gate, with the angles that make it one.
type anyGate struct {
	id       gate.ID
	params   []float64
	controls int
}

func gates() []anyGate {
	var all []anyGate
	for _, g := range gate.All() {
		if !g.IsPrimitive() || g.ID == gate.Unitary || len(g.Params) > 3 {
			continue
		}
		for k := range 8 {
			p := make([]float64, len(g.Params))
			for i := range p {
				p[i] = float64((k>>i)+i*k) * math.Pi / 2
			}
			for controls := range 2 {
				c := &circuit.Circuit{NumQubits: 4}
				if op := c.AddGate(g.ID, controls, p, []uint32{0, 1, 2, 3}[:controls+len(g.Operands)]...); (&actions{}).of(c, *op) != nil {
					all = append(all, anyGate{g.ID, p, controls})
				}
			}
		}
	}
	return all
}

// author makes random Clifford circuits.
type author struct {
	*rand.Rand
	gates []anyGate
}

func (a author) circuit(n, bits, ops int, decide bool) *circuit.Circuit {
	c := &circuit.Circuit{}
	c.AddQreg("q", n)
	c.AddCreg("c", bits)
	for range ops {
		qubits := make([]uint32, n)
		for i, q := range a.Perm(n) {
			qubits[i] = uint32(q)
		}
		var op *circuit.Op
		switch k := a.IntN(12); {
		case k < 2 && bits > 0:
			op = c.AddMeasure(qubits[0], uint32(a.IntN(bits)))
		case k == 2:
			op = c.AddReset(qubits[0])
		default:
			g := a.gates[a.IntN(len(a.gates))]
			op = c.AddGate(g.id, g.controls, g.params, qubits[:g.controls+len(g.id.Row().Operands)]...)
		}
		if decide && a.IntN(3) == 0 {
			first := a.IntN(bits)
			width := 1 + a.IntN(min(2, bits-first))
			op.If = c.AddCondition(circuit.Condition{First: uint32(first), Width: width, Value: bitvec.FromUint64(uint64(a.IntN(3)), 2), Negate: a.IntN(2) == 0})
		}
	}
	return c
}

func eachCircuit(t *testing.T, rounds int, check func(t *testing.T, a author)) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	all := gates()
	if len(all) < 40 {
		t.Fatalf("only %d Clifford gates were found", len(all))
	}
	for i := range rounds {
		check(t, author{rand.New(rand.NewPCG(seed, uint64(i))), all})
		if t.Failed() {
			t.Fatalf("seed %d, round %d", seed, i)
		}
	}
}

func distribution(res *sim.Result) map[string]float64 {
	out := map[string]float64{}
	for _, p := range res.Probabilities {
		out[p.Bits.String()] += p.P
	}
	return out
}

func compareDistributions(t *testing.T, what string, got, want map[string]float64) {
	t.Helper()
	for k := range got {
		if _, ok := want[k]; !ok {
			want[k] = 0
		}
	}
	for k, p := range want {
		if math.Abs(got[k]-p) > 1e-12 {
			t.Errorf("%s: P(%s) = %v, want %v", what, k, got[k], p)
		}
	}
}

// TestBothWaysEqualReference runs random circuits once for all shots where that is possible, and through branches, and compares exact
// distributions and counts with the reference.
func TestBothWaysEqualReference(t *testing.T) {
	linear := 0
	eachCircuit(t, 600, func(t *testing.T, a author) {
		c := a.circuit(4+a.IntN(2), 1+a.IntN(4), 5+a.IntN(40), a.IntN(2) == 0)
		want := reference.Distribution(c)
		r := request(c, sim.Counts|sim.Memory|sim.Probabilities, 3000)
		branches, err := branch.Run(context.Background(), r, func() (branch.State, error) { return newState(c), nil })
		if err != nil {
			t.Fatal(err)
		}
		compareDistributions(t, "branches", distribution(branches), want)
		checkCounts(t, branches, want, r.Shots)
		once, err := runOnce(context.Background(), r)
		if errors.Is(err, errNotLinear) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		linear++
		compareDistributions(t, "once", distribution(once), want)
		checkCounts(t, once, want, r.Shots)
	})
	if linear < 200 {
		t.Errorf("only %d circuits were linear", linear)
	}
}

func checkCounts(t *testing.T, res *sim.Result, want map[string]float64, shots int) {
	t.Helper()
	total, memory := 0, map[string]int{}
	for _, v := range res.Memory {
		memory[v.String()]++
	}
	for _, c := range res.Counts {
		total += c.Count
		k := c.Bits.String()
		p := min(1, want[k])
		if bound := 5*math.Sqrt(float64(shots)*p*(1-p)) + 1e-6; math.Abs(float64(c.Count)-float64(shots)*p) > bound {
			t.Errorf("%s came %d times of %d, want %.1f ± %.1f", k, c.Count, shots, float64(shots)*p, bound)
		}
		if memory[k] != c.Count {
			t.Errorf("%s came %d times and stands %d times in memory", k, c.Count, memory[k])
		}
	}
	if total != shots || len(res.Memory) != shots {
		t.Errorf("%d counts and %d outcomes of %d shots", total, len(res.Memory), shots)
	}
}

// TestStateEqualsVector holds weights, expectation values, stabilizers and comparisons against state vectors.
func TestStateEqualsVector(t *testing.T) {
	eachCircuit(t, 200, func(t *testing.T, a author) {
		n := 4
		c := a.circuit(n, 0, 30, false)
		s, v := newState(c), reference.Zero(n)
		for i, op := range c.Ops {
			if op.Kind != circuit.Gate {
				continue
			}
			if err := s.Apply(context.Background(), i, i+1); err != nil {
				t.Fatal(err)
			}
			v = reference.Apply(v, c, op)
		}
		checkState(t, s, v, n)
		q := uint32(a.IntN(n))
		zero, one := s.Weights(q)
		value := one > 0 && (zero == 0 || a.IntN(2) == 0)
		before := s.Clone()
		s.Project(q, value, 0.5)
		checkState(t, s, project(v, q, value), n)
		certain := zero == 0 || one == 0
		if s.Same(before, false) != certain || (s.Fingerprint() == before.Fingerprint()) != certain {
			t.Errorf("a measurement that is certain: %v, same state: %v", certain, s.Same(before, false))
		}
		s.CopyFrom(before)
		if !s.Same(before, false) || s.Same(before, true) {
			t.Error("a copy is not the same, or its phase is known")
		}
	})
}

func project(v []complex128, q uint32, value bool) []complex128 {
	out, norm := make([]complex128, len(v)), 0.0
	for i := range v {
		if (i>>q&1 == 1) == value {
			out[i] = v[i]
			norm += real(v[i])*real(v[i]) + imag(v[i])*imag(v[i])
		}
	}
	for i := range out {
		out[i] /= complex(math.Sqrt(norm), 0)
	}
	return out
}

// checkState compares all 4^n expectation values, and holds that what the state calls its stabilizers are.
func checkState(t *testing.T, s *state, v []complex128, n int) {
	t.Helper()
	for p := range 1 << (2 * n) {
		x, z := p&(1<<n-1), p>>n
		var term sim.PauliTerm
		term.Coefficient = 1
		for q := range n {
			if k := x>>q&1 | z>>q&1<<1; k > 0 {
				term.Paulis = append(term.Paulis, sim.Pauli{Qubit: uint32(q), Letter: "XZY"[k-1]})
			}
		}
		got, err := s.Expectation(sim.PauliSum{term})
		if err != nil {
			t.Fatal(err)
		}
		if want := expectation(v, x, z); math.Abs(got-want) > 1e-9 {
			t.Fatalf("<%v> = %v, want %v", term.Paulis, got, want)
		}
	}
	for _, r := range s.stabilizers() {
		x, z := int(r.x[0]), int(r.z[0])
		sign := map[uint8]float64{0: 1, 2: -1}[(r.phase-uint8(popcount(x&z)))&3] // Y is i·X·Z
		if math.Abs(expectation(v, x, z)-sign) > 1e-9 {
			t.Fatalf("X %b Z %b with phase %d is no stabilizer", x, z, r.phase)
		}
	}
}

func popcount(v int) int {
	n := 0
	for ; v > 0; v &= v - 1 {
		n++
	}
	return n
}

// expectation is <v|P|v> of the Pauli with Y where both x and z have a bit.
func expectation(v []complex128, x, z int) float64 {
	sum := complex128(0)
	for i, a := range v {
		sign := complex(1-2*float64(popcount(i&z)&1), 0)
		j := i ^ x
		sum += complex(real(v[j]), -imag(v[j])) * a * sign
	}
	powers := [4]complex128{1, 1i, -1, -1i}
	return real(sum * powers[popcount(x&z)&3])
}

// TestWide: a GHZ state of a thousand qubits and a long chain of teleportations have few outcomes, known in advance.
func TestWide(t *testing.T) {
	const n = 1000
	c := &circuit.Circuit{}
	c.AddQreg("q", n)
	c.AddCreg("c", n)
	c.AddGate(gate.H, 0, nil, 0)
	for q := uint32(1); q < n; q++ {
		c.AddGate(gate.X, 1, nil, q-1, q)
	}
	for q := range uint32(n) {
		c.AddMeasure(q, q)
	}
	res, err := New().Run(context.Background(), request(c, sim.Counts|sim.Probabilities, 100))
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Probabilities) != 2 || len(res.Counts) != 2 {
		t.Fatalf("%d outcomes, %d of them drawn", len(res.Probabilities), len(res.Counts))
	}
	for i, want := range []int{0, n} {
		if got := res.Counts[i].Bits.OnesCount(); got != want {
			t.Errorf("outcome %d has %d ones, want %d", i, got, want)
		}
	}
}

// TestUnfit: what is no Clifford gate is refused and named.
func TestUnfit(t *testing.T) {
	for _, x := range []struct {
		add  func(c *circuit.Circuit)
		want string
	}{
		{func(c *circuit.Circuit) { c.AddGate(gate.T, 0, nil, 1) }, "t (operation 2 of 2)"},
		{func(c *circuit.Circuit) { c.AddGate(gate.X, 2, nil, 0, 1, 2) }, "x with 2 controls"},
		{func(c *circuit.Circuit) { c.AddGate(gate.RZ, 0, []float64{0.3}, 1) }, "rz(0.3)"},
	} {
		c := &circuit.Circuit{}
		c.AddQreg("q", 3)
		c.AddGate(gate.H, 0, nil, 0)
		x.add(c)
		_, err := New().Run(context.Background(), request(c, sim.Counts, 1))
		var unfit *sim.UnfitError
		if !errors.As(err, &unfit) || !contains(unfit.Reason, x.want) {
			t.Errorf("got %v, want %q", err, x.want)
		}
	}
}

func contains(s, part string) bool {
	for i := range len(s) - len(part) + 1 {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

// TestAffineCounts: counts of a distribution over many outcomes are uniform, by Pearson's test at 5 sigma.
func TestAffineCounts(t *testing.T) {
	const bits, shots = 6, 1 << 16
	sets := make([]coins, bits)
	for i := range sets {
		sets[i] = coin(i).plus(coin((i * 5) % bits)).plus(coin(bits))
	}
	a := newAffine(bitvec.New(bits), sets)
	seen, sum := map[string]bool{}, 0.0
	expected := float64(shots) / math.Ldexp(1, len(a.basis))
	err := a.sample(context.Background(), shots, rng.New(uint64(time.Now().UnixNano()), 0), func(v bitvec.Vec, n int) {
		if seen[v.String()] {
			t.Fatalf("%s is reported twice", v)
		}
		seen[v.String()] = true
		sum += (float64(n) - expected) * (float64(n) - expected) / expected
	})
	if err != nil {
		t.Fatal(err)
	}
	degrees := math.Ldexp(1, len(a.basis)) - 1
	if bound := degrees + 5*math.Sqrt(2*degrees); sum > bound || len(seen) != 1<<len(a.basis) {
		t.Errorf("chi squared %.1f of %d outcomes, at most %.1f", sum, len(seen), bound)
	}
}

func BenchmarkRandom(b *testing.B) {
	for _, n := range []int{100, 1000} {
		a := author{rand.New(rand.NewPCG(1, 2)), []anyGate{{gate.H, nil, 0}, {gate.S, nil, 0}, {gate.X, nil, 1}}}
		c := a.circuit(n, 0, 10*n, false)
		c.AddCreg("m", n)
		for q := range uint32(n) {
			c.AddMeasure(q, q)
		}
		b.Run(fmt.Sprintf("q=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := New().Run(context.Background(), request(c, sim.Counts, 1024)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
