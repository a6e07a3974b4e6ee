package branch

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// teleport teleports one random qubit state n times in a row through three qubits with measured feedback. Each round measures into
// two bits of its own or, with overwrite, into the same two.
func teleport(n int, overwrite bool) *circuit.Circuit {
	c := &circuit.Circuit{}
	c.AddQreg("q", 3)
	rounds := n
	if overwrite {
		rounds = 1
	}
	for i := range rounds {
		c.AddCreg(fmt.Sprint("a", i), 1)
		c.AddCreg(fmt.Sprint("b", i), 1)
	}
	last := c.AddCreg("c", 1)
	c.AddGate(gate.U, 0, []float64{1.1, 0.4, -0.8}, 0)
	for i := range n {
		a := uint32(2 * (i % rounds))
		c.AddReset(1)
		c.AddReset(2)
		c.AddGate(gate.H, 0, nil, 1)
		c.AddGate(gate.X, 1, nil, 1, 2)
		c.AddGate(gate.X, 1, nil, 0, 1)
		c.AddGate(gate.H, 0, nil, 0)
		c.AddMeasure(0, a)
		c.AddMeasure(1, a+1)
		c.AddGate(gate.X, 0, nil, 2).If = is1(c, a+1)
		c.AddGate(gate.Z, 0, nil, 2).If = is1(c, a)
		c.AddGate(gate.Swap, 0, nil, 0, 2)
	}
	c.AddMeasure(0, last.First)
	return c
}

func is1(c *circuit.Circuit, bit uint32) circuit.CondID {
	return c.AddCondition(circuit.Condition{First: bit, Width: 1, Value: bitvec.FromUint64(1, 1)})
}

// The number of branches of an adaptive circuit is a few a round, whatever the shots, and states never pile up.
func TestTeleportMerges(t *testing.T) {
	const rounds = 300
	for _, overwrite := range []bool{false, true} {
		for _, shots := range []int{1000, 100000} {
			if !overwrite && shots > 1000 {
				continue
			}
			s := &stock{}
			res := must(t, request(teleport(rounds, overwrite), sim.Counts, shots, 4), s)
			if res.Branches > 3*rounds+1 || s.most > 8 {
				t.Errorf("overwrite %v, %d shots: %d branches, %d states at once", overwrite, shots, res.Branches, s.most)
			}
			checkTeleported(t, res.Counts, shots)
		}
	}
}

func checkTeleported(t *testing.T, counts []sim.Outcome, shots int) {
	t.Helper()
	p, ones, total := math.Pow(math.Sin(1.1/2), 2), 0, 0
	for _, o := range counts {
		total += o.Count
		if o.Bits.Get(o.Bits.Len() - 1) {
			ones += o.Count
		}
	}
	if dev := math.Abs(float64(ones)-p*float64(shots)) / math.Sqrt(float64(shots)*p*(1-p)); dev > 5 || total != shots {
		t.Errorf("%d of %d shots (%d in all) found the teleported qubit in 1: %.1f sigma from %v", ones, shots, total, dev, p)
	}
}

// Each round's bits are fair and independent of the others: the records of merged branches keep what each shot saw.
func TestTeleportRecords(t *testing.T) {
	const rounds, shots = 200, 1000
	res := must(t, request(teleport(rounds, false), sim.Counts, shots, 5), &stock{})
	if len(res.Counts) != shots {
		t.Errorf("%d distinct outcomes of %d random bits in %d shots", len(res.Counts), 2*rounds, shots)
	}
	for bit := range 2 * rounds {
		ones, equal := 0, 0
		for _, o := range res.Counts {
			if o.Bits.Get(bit) {
				ones += o.Count
			}
			if o.Bits.Get(bit) == o.Bits.Get((bit+1)%(2*rounds)) {
				equal += o.Count
			}
		}
		for what, k := range map[string]int{"is 1": ones, "equals the next": equal} {
			if dev := math.Abs(float64(k)-shots/2) / (math.Sqrt(shots) / 2); dev > 5 {
				t.Errorf("bit %d %s in %d of %d shots: %.1f sigma", bit, what, k, shots, dev)
			}
		}
	}
}

// Expectation values need no records: the exact tree of an adaptive circuit stays narrow although its outcomes are innumerable.
func TestTeleportExpectations(t *testing.T) {
	r := request(teleport(200, false), sim.Expectations|sim.Counts, 10, 6)
	r.Observables = []sim.PauliSum{{{Coefficient: 2, Paulis: []sim.Pauli{{Qubit: 0, Letter: 'Z'}}}, {Coefficient: 1}}, {{Coefficient: 1, Paulis: []sim.Pauli{{Qubit: 0, Letter: 'X'}}}}}
	res := must(t, r, &stock{})
	want := []float64{2*math.Cos(1.1) + 1, math.Sin(1.1) * math.Cos(0.4)}
	for i, w := range want {
		if math.Abs(res.Expectations[i]-w) > 1e-9 {
			t.Errorf("expectation %d is %v, want %v", i, res.Expectations[i], w)
		}
	}
	if len(res.Counts) != 10 {
		t.Errorf("%d outcomes of 10 shots", len(res.Counts))
	}
}

func BenchmarkTeleport(b *testing.B) {
	for _, k := range []struct {
		rounds, shots int
		overwrite     bool
	}{{2500, 1000, false}, {5000, 1000, false}, {5000, 1000, true}, {5000, 100000, true}} {
		c := teleport(k.rounds, k.overwrite)
		b.Run(fmt.Sprintf("rounds=%d/shots=%d/overwrite=%v", k.rounds, k.shots, k.overwrite), func(b *testing.B) {
			for b.Loop() {
				if _, err := Run(b.Context(), request(c, sim.Counts, k.shots, 1), newDumb(c, &stock{})); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// spread is a State whose outcomes are all different: what sampling costs beside the engine.
type spread struct{ dumb }

func (*spread) Sample(_ context.Context, qubits []circuit.Qubit, n int, r *rng.Stream, report func(bitvec.Vec, int)) error {
	v := bitvec.New(len(qubits))
	for range n {
		for i := range v.Words() {
			v.Words()[i] = r.Uint64() >> max(0, 64*(i+1)-len(qubits)) // the last word may have fewer bits
		}
		report(v, 1)
	}
	return nil
}

func BenchmarkDistinctOutcomes(b *testing.B) {
	for _, n := range []int{30, 128} {
		c := &circuit.Circuit{}
		c.AddQreg("q", n)
		c.AddCreg("c", n)
		for q := range uint32(n) {
			c.AddMeasure(q, q)
		}
		const shots = 1_000_000
		b.Run(fmt.Sprintf("qubits=%d", n), func(b *testing.B) {
			for b.Loop() {
				r := request(c, sim.Counts, shots, 1)
				res, err := Run(b.Context(), r, func() (State, error) { return &spread{dumb{c: c, v: []complex128{1}, stock: &stock{}}}, nil })
				if err != nil || len(res.Counts) < shots*9/10 {
					b.Fatal(err, len(res.Counts))
				}
			}
			b.ReportMetric(shots*float64(b.N)/b.Elapsed().Seconds(), "shots/s")
		})
	}
}
