package emit_test

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
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/emit"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// dialects are the languages that can be read back.
var dialects = map[string]gate.Dialect{"2": gate.QASM2, "3": gate.QASM3}

// back writes a circuit and reads it again.
func back(t *testing.T, c *circuit.Circuit, d gate.Dialect) (*circuit.Circuit, string) {
	t.Helper()
	p, text := read(t, c, d)
	if p == nil {
		return nil, ""
	}
	if p.Circuit == nil {
		t.Errorf("no circuit again:\n%s", text)
		return nil, text
	}
	return p.Circuit, text
}

// read is back for what may become a program of more than a circuit.
func read(t *testing.T, c *circuit.Circuit, d gate.Dialect) (*qasm.Program, string) {
	t.Helper()
	text, err := emit.Source(c, d)
	if err != nil {
		t.Errorf("not written: %v", err)
		return nil, ""
	}
	p := qasm.Load("written", text, qasm.Options{Strict: true})
	if p.Diagnostics.HasErrors() {
		var b strings.Builder
		for _, d := range p.Diagnostics {
			diag.Render(&b, p.Sources, d, diag.Style{})
		}
		t.Errorf("what was written is refused:\n%s\n%s", b.String(), text)
		return nil, ""
	}
	return p, string(text)
}

// distribution is the exact distribution of the keys.
func distribution(t *testing.T, w run.Workload) map[string]float64 {
	t.Helper()
	r, err := run.Run(context.Background(), w, run.Options{Shots: 1, Probabilities: true})
	if err != nil {
		t.Errorf("cannot be run: %v", err)
		return nil
	}
	ps := map[string]float64{}
	for _, p := range r.Probabilities {
		ps[p.Key] = p.P
	}
	return ps
}

// sameOutcomes compares the distributions of a circuit and of a program.
func sameOutcomes(t *testing.T, name string, c *circuit.Circuit, p *qasm.Program, text string) {
	t.Helper()
	want, got := distribution(t, run.Workload{Circuit: c}), distribution(t, run.Workload{Circuit: p.Circuit, Program: p.Program})
	for key, v := range want {
		if math.Abs(got[key]-v) > 1e-9 {
			t.Errorf("%s: P(%s) is %g, want %g\n%s", name, key, got[key], v, text)
			return
		}
	}
}

// prepared is a circuit of n qubits in a state without symmetry.
func prepared(r *rand.Rand, n int) *circuit.Circuit {
	c := &circuit.Circuit{GlobalPhase: 0.3}
	c.AddQreg("q", n)
	for q := range uint32(n) {
		c.AddGate(gate.U, 0, []float64{0.5 + r.Float64(), r.Float64(), r.Float64()}, q)
	}
	return c
}

func distance(a, b []complex128) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		worst = max(worst, cmplx.Abs(a[i]-b[i]))
	}
	return worst
}

// TestGates writes every primitive under up to five controls in both languages, and compares the state with its phase.
func TestGates(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	n := 0
	for _, row := range gate.All() {
		if !row.IsPrimitive() || row.ID == gate.Unitary {
			continue
		}
		for controls := range 6 {
			size := controls + len(row.Operands)
			if size == 0 || size > 6 {
				continue
			}
			c := prepared(r, size)
			params := make([]float64, len(row.Params))
			for i := range params {
				params[i] = 4 * (r.Float64() - 0.5)
			}
			qubits := make([]circuit.Qubit, size)
			for i, q := range r.Perm(size) {
				qubits[i] = uint32(q)
			}
			c.AddGate(row.ID, controls, params, qubits...)
			want := reference.State(c)
			for name, d := range dialects {
				got, text := back(t, c, d)
				if got == nil {
					continue
				}
				if e := distance(reference.State(got), want); e > 1e-9 {
					t.Errorf("%s under %d controls in OpenQASM %s is off by %g:\n%s", row.Name, controls, name, e, text)
				}
				n++
			}
		}
	}
	if n < 100 {
		t.Errorf("%d gates only", n)
	}
}

// TestUnitary writes matrices of one qubit.
func TestUnitary(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, m := range [][]complex128{
		gate.U.Row().Matrix([]float64{1, 2, 3}), {1i, 0, 0, -1}, {0, 1i, -1, 0}, {1, 0, 0, 1}, gate.Power(gate.H.Row().Matrix(nil), 1.0/3),
	} {
		for controls := range 3 {
			c := prepared(r, controls+1)
			c.AddUnitary(m, controls, []circuit.Qubit{2, 1, 0}[2-controls:]...)
			want := reference.State(c)
			for name, d := range dialects {
				if got, text := back(t, c, d); got != nil && distance(reference.State(got), want) > 1e-9 {
					t.Errorf("%v under %d controls in OpenQASM %s is off:\n%s", m, controls, name, text)
				}
			}
		}
	}
}

// TestLargeUnitary writes matrices of several qubits, some of them sparse, under controls too.
func TestLargeUnitary(t *testing.T) {
	matrices := map[int][][]complex128{
		2: {gate.Swap.Row().Matrix(nil), gate.Power(gate.Swap.Row().Matrix(nil), 0.5), gate.RXX.Row().Matrix([]float64{0.4}), gate.ECR.Row().Matrix(nil)},
		3: {gate.Kron(gate.Power(gate.ISwap.Row().Matrix(nil), 1.0/3), gate.U.Row().Matrix([]float64{1, 2, 3}))},
	}
	mixed := gate.Mul(gate.Kron(gate.RXX.Row().Matrix([]float64{0.9}), gate.H.Row().Matrix(nil)), gate.Kron(gate.U.Row().Matrix([]float64{0.3, 2, 1}), gate.RZX.Row().Matrix([]float64{0.7})))
	matrices[3] = append(matrices[3], mixed)
	r := rand.New(rand.NewPCG(3, 3))
	for n, list := range matrices {
		for i, m := range list {
			for controls := range 4 - n {
				c := prepared(r, n+controls)
				qubits := make([]circuit.Qubit, n+controls)
				for k, q := range r.Perm(n + controls) {
					qubits[k] = uint32(q)
				}
				c.AddUnitary(m, controls, qubits...)
				want := reference.State(c)
				for name, d := range dialects {
					if got, text := back(t, c, d); got != nil && distance(reference.State(got), want) > 1e-9 {
						t.Errorf("matrix %d of %d qubits under %d controls in OpenQASM %s is off:\n%s", i, n, controls, name, text)
					}
				}
			}
		}
	}
}

// sampleConditions are conditions on a register of three bits, the second of two.
func sampleConditions() []circuit.Condition {
	var list []circuit.Condition
	for _, negate := range []bool{false, true} {
		for v := range uint64(9) {
			list = append(list, circuit.Condition{First: 2, Width: 3, Value: bitvec.FromUint64(v, 4), Negate: negate})
		}
		list = append(list, circuit.Condition{First: 3, Width: 1, Value: bitvec.FromUint64(1, 1), Negate: negate},
			circuit.Condition{First: 3, Width: 2, Value: bitvec.FromUint64(2, 2), Negate: negate},
			circuit.Condition{First: 2, Width: 1, Value: bitvec.FromUint64(0, 1), Negate: negate})
	}
	return list
}

// TestConditions writes operations under every kind of condition, and compares the distribution of outcomes.
func TestConditions(t *testing.T) {
	for _, cond := range sampleConditions() {
		c := &circuit.Circuit{}
		c.AddQreg("q", 4)
		c.AddCreg("a", 2)
		c.AddCreg("b", 3)
		for q := range uint32(3) {
			c.AddGate(gate.RY, 0, []float64{0.7 + float64(q)/3}, q)
			c.AddMeasure(q, 2+q)
		}
		id := c.AddCondition(cond)
		c.AddGate(gate.RZ, 0, []float64{1}, 3).If = id
		c.AddGate(gate.RX, 0, []float64{1.1}, 3).If = id
		c.AddGate(gate.X, 1, nil, 3, 0).If = id
		c.AddMeasure(3, 0)
		c.AddMeasure(0, 1)
		for name, d := range dialects {
			if p, text := read(t, c, d); p != nil {
				sameOutcomes(t, fmt.Sprintf("%+v in OpenQASM %s", cond, name), c, p, text)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	refused := func(name string, d gate.Dialect, build func(c *circuit.Circuit)) {
		t.Helper()
		c := &circuit.Circuit{}
		c.AddQreg("q", 14)
		c.AddCreg("c", 14)
		build(c)
		var r *emit.Refusal
		if _, err := emit.Source(c, d); !errors.As(err, &r) || !strings.Contains(r.What, name) {
			t.Errorf("want a refusal of %q: %v", name, err)
		}
	}
	var all []circuit.Qubit
	for q := range uint32(13) {
		all = append(all, q)
	}
	refused("under 12 controls", gate.QASM2, func(c *circuit.Circuit) { c.AddGate(gate.X, 12, nil, all...) })
	refused("dropped", gate.QASM2, func(c *circuit.Circuit) { c.AddMeasure(0, circuit.NoClbit) })
	refused("given by its matrix", gate.QASM3, func(c *circuit.Circuit) {
		swap := gate.Swap.Row().Matrix(nil)
		c.AddUnitary(gate.Kron(swap, gate.Kron(swap, swap)), 0, 0, 1, 2, 3, 4, 5)
	})
	refused("on some bits", gate.QASM2, func(c *circuit.Circuit) {
		for q := range uint32(14) {
			c.AddMeasure(q, q)
		}
		c.AddReset(0).If = c.AddCondition(circuit.Condition{First: 1, Width: 2, Value: bitvec.FromUint64(1, 2)})
	})
	refused("several registers", gate.QASM3, func(c *circuit.Circuit) {
		c.AddCreg("d", 2)
		c.AddReset(0).If = c.AddCondition(circuit.Condition{First: 13, Width: 2, Value: bitvec.FromUint64(1, 2)})
	})
}

// TestText holds how a program reads.
func TestText(t *testing.T) {
	c := &circuit.Circuit{GlobalPhase: math.Pi / 4}
	c.AddQreg("Q", 2)
	c.AddQreg("angle", 1)
	c.AddCreg("c", 2)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddGate(gate.RX, 1, []float64{3 * math.Pi / 4}, 0, 2)
	c.AddGate(gate.X, 3, nil, 0, 1, 2, 2)
	c.AddGate(gate.P, 0, []float64{1e-7}, 1)
	c.AddBarrier()
	c.AddBarrier(0, 1)
	c.AddMeasure(0, 0)
	c.AddMeasure(1, 1)
	c.AddMeasure(2, circuit.NoClbit)
	c.AddReset(2).If = c.AddCondition(circuit.Condition{First: 0, Width: 2, Value: bitvec.FromUint64(2, 2)})
	text, err := emit.Source(c, gate.QASM3)
	const want = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] Q;
qubit[1] angle_;
bit[2] c;
h Q[0];
crx(3*pi/4) Q[0], angle_[0];
ctrl(3) @ x Q[0], Q[1], angle_[0], angle_[0];
p(1.0e-07) Q[1];
barrier Q, angle_;
barrier Q[0], Q[1];
c = measure Q;
measure angle_[0];
if (c == "10") reset angle_[0];
gphase(pi/4);
`
	if string(text) != want || err != nil {
		t.Errorf("got\n%s\nwant\n%s\n%v", text, want, err)
	}
}

func ExampleSource() {
	p := qasm.Load("bell.qasm", []byte(`OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;`), qasm.Options{})
	text, _ := emit.Source(p.Circuit, gate.QASM3)
	fmt.Print(string(text))
	// Output:
	// OPENQASM 3.0;
	// include "stdgates.inc";
	// qubit[2] q;
	// bit[2] c;
	// h q[0];
	// cx q[0], q[1];
	// c = measure q;
}

// TestRandom writes random circuits in both languages and compares the states.
func TestRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	var rows []*gate.Gate
	for i := range gate.All() {
		if row := &gate.All()[i]; row.IsPrimitive() && row.ID != gate.Unitary {
			rows = append(rows, row)
		}
	}
	for range 150 {
		n := 2 + r.IntN(3)
		c := prepared(r, n)
		for range 12 {
			randomGate(r, c, rows, n)
		}
		want := reference.State(c)
		for name, d := range dialects {
			if got, text := back(t, c, d); got != nil && distance(reference.State(got), want) > 1e-9 {
				t.Fatalf("in OpenQASM %s:\n%s", name, text)
			}
		}
	}
}

// randomGate appends a gate on some of n qubits, or nothing where the one that was drawn needs more.
func randomGate(r *rand.Rand, c *circuit.Circuit, rows []*gate.Gate, n int) {
	row := rows[r.IntN(len(rows))]
	controls := r.IntN(3)
	size := controls + len(row.Operands)
	if size > n || size == 0 {
		return
	}
	qubits := make([]circuit.Qubit, size)
	for k, q := range r.Perm(n)[:size] {
		qubits[k] = uint32(q)
	}
	if len(row.Operands) > 0 && r.IntN(8) == 0 {
		angles := []float64{r.Float64(), r.Float64(), r.Float64(), r.Float64()}
		c.AddUnitary(gate.Power(row.Matrix(angles[:len(row.Params)]), r.Float64()), controls, qubits...)
		return
	}
	params := make([]float64, len(row.Params))
	for k := range params {
		params[k] = []float64{math.Pi / 2, -math.Pi / 4, 3 * math.Pi, 1e-9, 4 * (r.Float64() - 0.5)}[r.IntN(5)]
	}
	c.AddGate(row.ID, controls, params, qubits...)
}
