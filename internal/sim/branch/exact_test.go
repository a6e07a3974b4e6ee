package branch

import (
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// measuredAtEnd returns c with all qubits measured at the end; amplitudes are of the state before.
func measuredAtEnd(c *circuit.Circuit) *circuit.Circuit {
	d := c.Clone()
	r := d.AddCreg("end", d.NumQubits)
	for q := range uint32(d.NumQubits) {
		d.AddMeasure(q, r.First+q)
	}
	return d
}

// Expectation values of random circuits are those of the mixture of all branches, whatever memory allows.
func TestExpectations(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		sum := sim.PauliSum{{Coefficient: r.NormFloat64()}}
		for range 3 {
			term := sim.PauliTerm{Coefficient: r.NormFloat64()}
			for q := range uint32(c.NumQubits) {
				if k := r.IntN(4); k < 3 {
					term.Paulis = append(term.Paulis, sim.Pauli{Qubit: q, Letter: "XYZ"[k]})
				}
			}
			sum = append(sum, term)
		}
		want := 0.0
		measured := measuredAtEnd(c)
		reference.Branches(withoutTerminal(measured), func(_ bitvec.Vec, p float64, v []complex128) {
			x, _ := (&dumb{c: c, v: v}).Expectation(sum)
			want += p * x
		})
		for _, allowed := range []int{0, 1} {
			req := request(measured, sim.Expectations, 0, seed)
			req.Observables = []sim.PauliSum{sum}
			if got := must(t, req, &stock{allowed: allowed}).Expectations[0]; math.Abs(got-want) > 1e-10 {
				t.Errorf("expectation %v, want %v", got, want)
			}
		}
	})
}

// Amplitudes are given where all branches of the reference end in one state, and refused where they do not.
func TestAmplitudes(t *testing.T) {
	unique, ambiguous := 0, 0
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		c = measuredAtEnd(c)
		var want []complex128
		same := true
		reference.Branches(withoutTerminal(c), func(_ bitvec.Vec, p float64, v []complex128) {
			if want == nil {
				want = v
			}
			same = same && (p < 1e-12 || distance(want, v) < 1e-12)
		})
		for _, allowed := range []int{0, 1} {
			res, err := do(t, request(c, sim.Amplitudes|sim.Counts, 10, seed), &stock{allowed: allowed})
			if !same {
				checkAmbiguous(t, c, err)
				ambiguous++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			unique++
			for i, a := range res.Amplitudes {
				if w := want[i] * cmplx.Exp(complex(0, c.GlobalPhase)); cmplx.Abs(a-w) > 1e-10 {
					t.Errorf("amplitude %d is %v, want %v", i, a, w)
				}
			}
		}
	})
	if unique < cases/4 || ambiguous < cases/4 {
		t.Errorf("%d unique and %d ambiguous states: the circuits do not test much", unique, ambiguous)
	}
}

// withoutTerminal drops the measurements that the documentation of Run calls terminal, found by the letter.
func withoutTerminal(c *circuit.Circuit) *circuit.Circuit {
	d := c.Skeleton()
	for i, op := range c.Ops {
		if !terminal(c, i) {
			d.Keep(op)
		}
	}
	return d
}

func terminal(c *circuit.Circuit, i int) bool {
	op := c.Ops[i]
	if op.Kind != circuit.Measure || op.If != 0 {
		return false
	}
	holds := op.Clbit() != circuit.NoClbit
	for j := i + 1; j < len(c.Ops); j++ {
		later := c.Ops[j]
		if later.Kind != circuit.Barrier && slices.Contains(c.Qubits(later), c.Qubits(op)[0]) && !terminal(c, j) {
			return false
		}
		if !holds || later.Kind == circuit.Barrier {
			continue
		}
		if later.If != 0 {
			if cond := c.Condition(later.If); op.Clbit()-cond.First < uint32(cond.Width) {
				return false
			}
		}
		if (later.Kind == circuit.Measure || later.Kind == circuit.Assign) && later.Clbit() == op.Clbit() {
			if later.If != 0 {
				return false
			}
			holds = false
		}
	}
	return true
}

func checkAmbiguous(t *testing.T, c *circuit.Circuit, err error) {
	t.Helper()
	var a *AmbiguousStateError
	if !errors.As(err, &a) {
		t.Errorf("the state is ambiguous, error %v", err)
		return
	}
	if k := c.Ops[a.Op].Kind; k != circuit.Measure && k != circuit.Reset {
		t.Errorf("op %d, a %v, is blamed", a.Op, k)
	}
}

func TestAmbiguousStateNamesTheOp(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 2)
	c.AddCreg("c", 2)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddReset(0) // random, but without consequence
	c.AddGate(gate.H, 0, nil, 1)
	c.AddMeasure(1, 0).Pos = diag.Pos(77)
	c.AddGate(gate.H, 0, nil, 1)
	_, err := do(t, request(c, sim.Amplitudes, 0, 1), &stock{})
	var a *AmbiguousStateError
	if !errors.As(err, &a) || a.Op != 3 || a.Pos != 77 {
		t.Errorf("error %#v, want one of op 3 at 77", err)
	}
}

// A phase between branches counts for amplitudes and for nothing else.
func TestPhasesBetweenBranches(t *testing.T) {
	c := &circuit.Circuit{GlobalPhase: 0.7}
	c.AddQreg("q", 2)
	c.AddCreg("c", 1)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddMeasure(0, 0)
	c.AddReset(0)
	c.AddGate(gate.GPhase, 0, []float64{0.3}).If = is1(c, 0)
	c.AddMeasure(1, 0)
	if res := must(t, request(c, sim.Counts|sim.Probabilities, 100, 1), &stock{}); len(res.Probabilities) != 1 {
		t.Errorf("probabilities %v", res.Probabilities)
	}
	if _, err := do(t, request(c, sim.Amplitudes, 0, 1), &stock{}); err == nil {
		t.Error("two branches that differ by a phase gave amplitudes")
	}
	c.AddGate(gate.GPhase, 0, []float64{-0.3}).If = 0
	d := c.Skeleton()
	for i, op := range c.Ops {
		if i != 3 && i != 5 {
			d.Keep(op)
		}
	}
	if _, err := do(t, request(d, sim.Amplitudes, 0, 1), &stock{}); err != nil {
		t.Errorf("without the phase: %v", err)
	}
}

// shy is a State that is neither an Amplituder nor an Expecter.
type shy struct{ State }

func TestStatesThatLackSomething(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	for _, want := range []sim.Want{sim.Amplitudes, sim.Expectations} {
		r := request(c, want, 0, 1)
		r.Observables = []sim.PauliSum{{}}
		start := newDumb(c, &stock{})
		if _, err := Run(t.Context(), r, func() (State, error) {
			s, err := start()
			return shy{s}, err
		}); err == nil {
			t.Errorf("a state without %s gave some", want)
		}
	}
}
