package pass

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// build makes a circuit of some qubits and as many clbits.
func build(n int, ops func(c *circuit.Circuit)) *circuit.Circuit {
	c := &circuit.Circuit{}
	c.AddQreg("q", n)
	c.AddCreg("c", n)
	ops(c)
	return c
}

// g appends a gate without parameters.
func g(c *circuit.Circuit, id gate.ID, controls int, qubits ...circuit.Qubit) *circuit.Op {
	return c.AddGate(id, controls, nil, qubits...)
}

// ifBit makes the last op happen when a clbit is v.
func ifBit(c *circuit.Circuit, bit circuit.Clbit, v uint64) {
	id := c.AddCondition(circuit.Condition{First: bit, Width: 1, Value: bitvec.FromUint64(v, 1)})
	c.Ops[len(c.Ops)-1].If = id
}

// lines prints the ops of a circuit.
func lines(c *circuit.Circuit) string {
	var out []string
	for _, op := range c.Ops {
		out = append(out, describe(c, op))
	}
	return strings.Join(out, "; ")
}

// example is a circuit and what a pass makes of it.
type example struct {
	name  string
	n     int
	ops   func(c *circuit.Circuit)
	want  string
	phase float64 // global, expected
}

func run(t *testing.T, pass func(c *circuit.Circuit) *circuit.Circuit, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			c := build(e.n, e.ops)
			before := dump(c)
			d := pass(c)
			if got := lines(d); got != e.want {
				t.Errorf("got  %s\nwant %s\nfrom %s", got, e.want, lines(c))
			}
			if math.Abs(math.Remainder(d.GlobalPhase-e.phase, 2*math.Pi)) > 1e-12 {
				t.Errorf("global phase %g, want %g", d.GlobalPhase, e.phase)
			}
			if dump(c) != before {
				t.Error("the source was changed")
			}
		})
	}
}

func TestTrim(t *testing.T) {
	run(t, Trim, []example{
		{"nothing to do", 2, func(c *circuit.Circuit) { g(c, gate.H, 0, 0); g(c, gate.X, 1, 0, 1) }, "h[0]; cx[0 1]", 0},
		{"barriers and identities", 2, func(c *circuit.Circuit) {
			c.AddBarrier()
			g(c, gate.I, 0, 0)
			g(c, gate.H, 0, 0)
			g(c, gate.I, 1, 1, 0)
			c.AddBarrier(1)
		}, "h[0]", 0},
		{"angles of 0, not of almost 0", 2, func(c *circuit.Circuit) {
			c.AddGate(gate.RX, 0, []float64{0}, 0)
			c.AddGate(gate.U, 1, []float64{0, 0, 0}, 0, 1)
			c.AddGate(gate.RZ, 0, []float64{1e-300}, 0)
			c.AddGate(gate.U, 0, []float64{0, 0, 1}, 0)
		}, "rz[1e-300][0]; U[0 0 1][0]", 0},
		{"global phases add up, others stay", 2, func(c *circuit.Circuit) {
			c.AddGate(gate.GPhase, 0, []float64{0.25})
			c.AddMeasure(0, 0)
			c.AddGate(gate.GPhase, 0, []float64{0.5})
			c.AddGate(gate.GPhase, 1, []float64{1}, 0)
			c.AddGate(gate.GPhase, 0, []float64{2})
			ifBit(c, 0, 1)
		}, "measure 0 -> 0; cgphase[1][0]; if c[0:1]==1 gphase[2][]", 0.75},
	})
}

func TestKnownStates(t *testing.T) {
	run(t, func(c *circuit.Circuit) *circuit.Circuit { return KnownStates(c, Outcomes, nil) }, []example{
		{"a control on |0> takes the gate along", 3, func(c *circuit.Circuit) { g(c, gate.H, 0, 0); g(c, gate.X, 2, 0, 2, 1); c.AddMeasure(0, 0) }, "h[0]; measure 0 -> 0", 0},
		{"a control on |1> is taken off", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 2)
			g(c, gate.H, 0, 0)
			g(c, gate.X, 2, 2, 0, 1)
		}, "h[0]; cx[0 1]", 0},
		{"arithmetic on known bits leaves constants", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 0)
			g(c, gate.X, 1, 0, 1)
			g(c, gate.X, 2, 0, 1, 2)
			for q := range circuit.Qubit(3) {
				c.AddMeasure(q, q)
			}
		}, "c0 = true; c1 = true; c2 = true", 0},
		{"a measurement of what the clbit holds already", 1, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 0)
			c.AddMeasure(0, 0)
			c.AddMeasure(0, 0)
		}, "c0 = true", 0},
		{"hadamards undone, phases kicked back", 2, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 1)
			g(c, gate.H, 0, 1)
			g(c, gate.H, 0, 0)
			g(c, gate.X, 1, 0, 1)
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
		}, "c0 = true", 0},
		{"a toffoli gate written out", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 0)
			g(c, gate.X, 0, 1)
			for _, s := range []struct {
				id     gate.ID
				qubits []circuit.Qubit
			}{
				{gate.H, []circuit.Qubit{2}},
				{gate.X, []circuit.Qubit{1, 2}},
				{gate.Tdg, []circuit.Qubit{2}},
				{gate.X, []circuit.Qubit{0, 2}},
				{gate.T, []circuit.Qubit{2}},
				{gate.X, []circuit.Qubit{1, 2}},
				{gate.Tdg, []circuit.Qubit{2}},
				{gate.X, []circuit.Qubit{0, 2}},
				{gate.T, []circuit.Qubit{1}},
				{gate.T, []circuit.Qubit{2}},
				{gate.H, []circuit.Qubit{2}},
				{gate.X, []circuit.Qubit{0, 1}},
				{gate.T, []circuit.Qubit{0}},
				{gate.Tdg, []circuit.Qubit{1}},
				{gate.X, []circuit.Qubit{0, 1}},
			} {
				g(c, s.id, len(s.qubits)-1, s.qubits...)
			}
			c.AddMeasure(2, 2)
		}, "c2 = true", 0},
		{"a controlled phase on |1> is a phase on the control", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 1)
			entangle(c, 0, 2)
			c.AddGate(gate.P, 1, []float64{0.5}, 0, 1)
			g(c, gate.Z, 1, 1, 0)
			c.AddGate(gate.RZ, 1, []float64{0.5}, 0, 1)
		}, "h[0]; cx[0 2]; p[0.5][0]; z[0]; p[0.25][0]", 0},
		{"a phase on two controls", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 2)
			entangle(c, 0, 1)
			g(c, gate.S, 2, 0, 1, 2)
		}, "h[0]; cx[0 1]; cs[0 1]", 0},
		{"global phases of known qubits", 2, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 0)
			g(c, gate.Z, 0, 0)
			g(c, gate.Y, 0, 0)
			g(c, gate.T, 0, 1)
		}, "", math.Pi - math.Pi/2},
		{"a rotation about two qubits, one known", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 1)
			entangle(c, 0, 2)
			c.AddGate(gate.RZZ, 0, []float64{0.5}, 0, 1)
			g(c, gate.H, 0, 1)
			c.AddGate(gate.RXX, 0, []float64{0.25}, 1, 0)
			c.AddGate(gate.RYY, 0, []float64{0.125}, 1, 0)
		}, "h[0]; cx[0 2]; rz[-0.5][0]; rx[-0.25][0]; x[1]; h[1]; ryy[0.125][1 0]", 0},
		{"resets of known qubits", 2, func(c *circuit.Circuit) {
			c.AddReset(0)
			g(c, gate.X, 0, 0)
			c.AddReset(0)
			g(c, gate.H, 0, 0)
			c.AddReset(0)
			entangle(c, 0, 1)
			c.AddReset(0)
			c.AddReset(0)
		}, "h[0]; cx[0 1]; reset 0", 0},
		{"swaps rename", 3, func(c *circuit.Circuit) {
			entangle(c, 0, 1)
			g(c, gate.Swap, 0, 1, 2)
			g(c, gate.H, 0, 2)
			c.AddMeasure(1, 1)
			c.AddMeasure(2, 2)
		}, "h[0]; cx[0 1]; h[1]; measure 1 -> 2", 0},
		{"iswap of known bits", 3, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 0)
			g(c, gate.ISwap, 0, 0, 1)
			c.AddMeasure(1, 1)
			entangle(c, 0, 2)
			g(c, gate.ISwap, 0, 0, 1)
		}, "c1 = true; h[0]; cx[0 2]; x[1]; iswap[0 1]", math.Pi / 2},
		{"a swap of equals under control", 3, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			g(c, gate.Swap, 1, 0, 1, 2)
			g(c, gate.X, 0, 1)
			g(c, gate.Swap, 1, 0, 1, 2)
		}, "h[0]; x[1]; cswap[0 1 2]", 0},
		{"conditions on constants", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			g(c, gate.X, 0, 0)
			ifBit(c, 0, 1)
			g(c, gate.X, 0, 1)
			ifBit(c, 0, 0)
			c.AddMeasure(1, 0)
			c.AddMeasure(0, 1)
			ifBit(c, 0, 1)
			g(c, gate.Z, 0, 0)
			ifBit(c, 1, 0)
		}, "c0 = true; h[0]; measure 0 -> 1; if c[1:2]==0 z[0]", 0},
		{"under an open condition nothing is assumed", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 1)
			ifBit(c, 0, 1)
			c.AddMeasure(1, 1)
		}, "h[0]; measure 0 -> 0; if c[0:1]==1 x[1]; measure 1 -> 1", 0},
		{"a certain measurement under an open condition", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 1)
			c.AddMeasure(1, 1)
			ifBit(c, 0, 1)
		}, "h[0]; measure 0 -> 0; if c[0:1]==1 c1 = true", 0},
	})
}

// entangle makes nothing known of two qubits.
func entangle(c *circuit.Circuit, a, b circuit.Qubit) {
	g(c, gate.H, 0, a)
	g(c, gate.X, 1, a, b)
}

func TestKnownStatesWithState(t *testing.T) {
	run(t, func(c *circuit.Circuit) *circuit.Circuit { return KnownStates(c, State, nil) }, []example{
		{"known qubits are prepared at the end", 5, func(c *circuit.Circuit) {
			g(c, gate.X, 0, 0)
			g(c, gate.H, 0, 1)
			g(c, gate.X, 0, 2)
			g(c, gate.H, 0, 2)
			g(c, gate.SX, 0, 3)
			g(c, gate.X, 0, 4)
			g(c, gate.X, 0, 4)
		}, "x[0]; h[1]; x[2]; h[2]; sx[3]", 0},
		{"a state of its own becomes one gate", 1, func(c *circuit.Circuit) {
			c.AddGate(gate.RY, 0, []float64{0.5}, 0)
			c.AddGate(gate.P, 0, []float64{0.25}, 0)
			c.AddGate(gate.P, 0, []float64{0.5}, 0)
		}, "U[0.5 0.75 0][0]", 0},
		{"a phase under an open condition", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 1)
			g(c, gate.Z, 0, 1)
			ifBit(c, 0, 1)
		}, "h[0]; measure 0 -> 0; if c[0:1]==1 gphase[3.142][]; x[1]", 0},
	})
}

func TestSwapsAreUndoneByDeclared(t *testing.T) {
	d := KnownStates(build(3, func(c *circuit.Circuit) {
		g(c, gate.X, 0, 0)
		g(c, gate.Swap, 0, 0, 1)
		g(c, gate.Swap, 0, 1, 2)
	}), State, nil)
	if got := lines(d); got != "x[0]" || !slices.Equal(d.Declared, []circuit.Qubit{2, 0, 1}) || d.DeclaredQubits() != 3 {
		t.Errorf("%s on qubits %v of %d: qubit 2 must end in |1>", got, d.Declared, d.DeclaredQubits())
	}
}

func TestKnownStatesCounts(t *testing.T) {
	var s Step
	KnownStates(build(2, func(c *circuit.Circuit) {
		g(c, gate.X, 0, 0)
		c.AddReset(0)
		c.AddReset(1)
		entangle(c, 0, 1)
		c.AddReset(0)
		c.AddMeasure(0, 0)
		c.AddMeasure(1, 1)
	}), Outcomes, &s)
	if s.ResetsCertain != 2 || s.ResetsOfOne != 1 || s.MeasurementsFixed != 1 {
		t.Errorf("%+v", s)
	}
}

func TestJudge(t *testing.T) {
	k := newClbits(200)
	k.learn(70, true)
	k.forget(130)
	cond := func(first, width int, value bitvec.Vec, negate bool) verdict {
		return k.judge(circuit.Condition{First: circuit.Clbit(first), Width: width, Value: value, Negate: negate})
	}
	bit := func(n, i int) bitvec.Vec {
		v := bitvec.New(n)
		v.Set(i, true)
		return v
	}
	for i, c := range []struct{ got, want verdict }{
		{cond(0, 70, bitvec.New(70), false), always},
		{cond(0, 70, bitvec.New(1), true), never},
		{cond(0, 71, bitvec.New(70), false), never},
		{cond(0, 71, bit(71, 70), false), always},
		{cond(5, 100, bit(66, 65), false), always},
		{cond(0, 200, bit(71, 70), false), open},
		{cond(0, 200, bit(71, 70), true), open},
		{cond(0, 200, bit(71, 69), false), never},
		{cond(0, 200, bit(71, 69), true), always},
		{cond(130, 1, bit(1, 0), false), open},
		{cond(130, 1, bit(2, 1), false), never},
		{cond(130, 1, bit(300, 299), true), always},
	} {
		if c.got != c.want {
			t.Errorf("case %d: verdict %d, want %d", i, c.got, c.want)
		}
	}
}

func TestLightCone(t *testing.T) {
	run(t, LightCone, []example{
		{"all is needed", 2, func(c *circuit.Circuit) { entangle(c, 0, 1); c.AddMeasure(0, 0); c.AddMeasure(1, 1) }, "h[0]; cx[0 1]; measure 0 -> 0; measure 1 -> 1", 0},
		{"qubits that are not measured", 3, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			g(c, gate.H, 0, 1)
			g(c, gate.X, 1, 1, 2)
			c.AddMeasure(0, 0)
			g(c, gate.H, 0, 0)
			c.AddReset(0)
		}, "h[0]; measure 0 -> 0", 0},
		{"diagonal gates before a measurement", 2, func(c *circuit.Circuit) {
			entangle(c, 0, 1)
			g(c, gate.T, 0, 0)
			g(c, gate.Z, 1, 0, 1)
			g(c, gate.X, 0, 1)
			g(c, gate.S, 0, 1)
			c.AddMeasure(0, 0)
			c.AddMeasure(1, 1)
		}, "h[0]; cx[0 1]; x[1]; measure 0 -> 0; measure 1 -> 1", 0},
		{"a gate into a qubit of no interest, controlled by a bit", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			g(c, gate.H, 1, 0, 1)
			c.AddMeasure(0, 0)
		}, "h[0]; measure 0 -> 0", 0},
		{"the same before an interference", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			g(c, gate.X, 1, 0, 1)
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
		}, "h[0]; cx[0 1]; h[0]; measure 0 -> 0", 0},
		{"an overwritten record", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.H, 0, 1)
			c.AddMeasure(1, 0)
		}, "h[1]; measure 1 -> 0", 0},
		{"an overwritten record whose measurement shows", 1, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
		}, "h[0]; measure 0 -> nowhere; h[0]; measure 0 -> 0", 0},
		{"a record that a condition reads", 2, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 1)
			ifBit(c, 0, 1)
			c.AddAssign(0, false)
			c.AddMeasure(1, 1)
		}, "h[0]; measure 0 -> 0; if c[0:1]==1 x[1]; c0 = false; measure 1 -> 1", 0},
		{"a condition of what is not needed", 3, func(c *circuit.Circuit) {
			g(c, gate.H, 0, 0)
			c.AddMeasure(0, 0)
			g(c, gate.X, 0, 1)
			ifBit(c, 0, 1)
			c.AddAssign(0, false)
			c.AddMeasure(2, 1)
		}, "c0 = false; measure 2 -> 1", 0},
		{"an overwriting that may not happen", 2, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			c.AddMeasure(1, 0)
			ifBit(c, 1, 0)
		}, "measure 0 -> 0; if c[1:2]==0 measure 1 -> 0", 0},
		{"a reset cuts the past off", 2, func(c *circuit.Circuit) {
			entangle(c, 0, 1)
			c.AddReset(0)
			c.AddMeasure(0, 0)
		}, "reset 0; measure 0 -> 0", 0},
	})
}

func TestTerminalMeasurements(t *testing.T) {
	deferred := func(c *circuit.Circuit) *circuit.Circuit { return TerminalMeasurements(c, Outcomes) }
	run(t, deferred, []example{
		{"a control afterwards", 3, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			g(c, gate.X, 1, 0, 1)
			g(c, gate.X, 2, 1, 0, 2)
			c.AddMeasure(1, 1)
		}, "cx[0 1]; ccx[1 0 2]; measure 0 -> 0; measure 1 -> 1", 0},
		{"phases afterwards", 2, func(c *circuit.Circuit) { c.AddMeasure(0, 0); g(c, gate.S, 0, 0); g(c, gate.Z, 1, 1, 0) }, "s[0]; cz[1 0]; measure 0 -> 0", 0},
		{"the target of a gate afterwards", 2, func(c *circuit.Circuit) { c.AddMeasure(0, 0); g(c, gate.X, 1, 1, 0) }, "measure 0 -> 0; cx[1 0]", 0},
	})
	whole := func(c *circuit.Circuit) *circuit.Circuit { return TerminalMeasurements(c, State) }
	run(t, whole, []example{
		{"a control afterwards, where the state is kept", 2, func(c *circuit.Circuit) { c.AddMeasure(0, 0); g(c, gate.X, 1, 0, 1) }, "measure 0 -> 0; cx[0 1]", 0},
		{"between gates on other qubits", 3, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			g(c, gate.H, 0, 1)
			c.AddBarrier()
			c.AddMeasure(1, 1)
			g(c, gate.H, 0, 2)
		}, "h[1]; barrier []; h[2]; measure 0 -> 0; measure 1 -> 1", 0},
		{"a qubit that is used again", 2, func(c *circuit.Circuit) { c.AddMeasure(0, 0); g(c, gate.H, 0, 0); g(c, gate.H, 0, 1) }, "measure 0 -> 0; h[0]; h[1]", 0},
		{"measured twice", 1, func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(0, circuit.NoClbit); c.AddAssign(0, true) }, "measure 0 -> 0; c0 = true; measure 0 -> nowhere", 0},
		{"a clbit that is read", 2, func(c *circuit.Circuit) { c.AddMeasure(0, 0); g(c, gate.H, 0, 1); ifBit(c, 0, 1) }, "measure 0 -> 0; if c[0:1]==1 h[1]", 0},
		{"a clbit that is written again", 2, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			g(c, gate.H, 0, 1)
			c.AddMeasure(1, 0)
			c.AddAssign(1, true)
		}, "measure 0 -> 0; h[1]; c1 = true; measure 1 -> 0", 0},
		{"under a condition", 2, func(c *circuit.Circuit) {
			c.AddMeasure(0, 0)
			ifBit(c, 1, 0)
			g(c, gate.H, 0, 1)
			c.AddAssign(1, true)
		}, "if c[1:2]==0 measure 0 -> 0; h[1]; c1 = true", 0},
		{"at the end already", 2, func(c *circuit.Circuit) { g(c, gate.H, 0, 1); c.AddMeasure(1, 1); c.AddMeasure(0, 0) }, "h[1]; measure 1 -> 1; measure 0 -> 0", 0},
	})
}

func TestDropIdle(t *testing.T) {
	c := build(5, func(c *circuit.Circuit) {
		c.AddBarrier()
		g(c, gate.X, 1, 4, 1)
		c.AddAssign(2, true)
		c.AddMeasure(4, 0)
	})
	c.Declared, c.NumDeclared = []circuit.Qubit{10, 11, 12, 13, 14}, 20
	d := DropIdle(c)
	if got := lines(d); got != "cx[1 0]; c2 = true; measure 1 -> 0" || d.NumQubits != 2 || d.NumClbits != 5 {
		t.Errorf("%s on %d qubits", got, d.NumQubits)
	}
	if !slices.Equal(d.Declared, []circuit.Qubit{11, 14}) || d.NumDeclared != 20 || len(d.Qregs) != 1 {
		t.Errorf("declared %v of %d", d.Declared, d.NumDeclared)
	}
	if DropIdle(d) != d {
		t.Error("a circuit without idle qubits was copied")
	}
	if none := DropIdle(build(3, func(*circuit.Circuit) {})); none.NumQubits != 0 || none.DeclaredQubits() != 3 {
		t.Errorf("an empty circuit: %d qubits of %d", none.NumQubits, none.DeclaredQubits())
	}
}

func TestSimplifyTellsItsSteps(t *testing.T) {
	c := build(4, func(c *circuit.Circuit) {
		c.AddBarrier()
		g(c, gate.X, 0, 3)
		entangle(c, 0, 1)
		c.AddMeasure(0, 0)
		g(c, gate.H, 0, 1)
		c.AddMeasure(3, 3)
	})
	d, steps := Simplify(c, Outcomes)
	if got := lines(d); got != "h[0]; c3 = true; measure 0 -> 0" || d.NumQubits != 1 {
		t.Errorf("%s on %d qubits", got, d.NumQubits)
	}
	var names []string
	ops, qubits := len(c.Ops), c.NumQubits
	for _, s := range steps {
		names = append(names, s.Name)
		if s.OpsBefore != ops || s.QubitsBefore != qubits {
			t.Errorf("%s begins with %d ops on %d qubits, the step before left %d on %d", s.Name, s.OpsBefore, s.QubitsBefore, ops, qubits)
		}
		ops, qubits = s.OpsAfter, s.QubitsAfter
	}
	if ops != len(d.Ops) || qubits != d.NumQubits {
		t.Errorf("the steps end with %d ops on %d qubits", ops, qubits)
	}
	want := []string{"trim", "known states", "light cone", "terminal measurements", "idle qubits"}
	if !slices.Equal(names, want) {
		t.Errorf("steps %v, want %v", names, want)
	}
	if _, steps := Simplify(c, State); slices.ContainsFunc(steps, func(s Step) bool { return s.Name == "light cone" }) {
		t.Error("the light cone does not keep the state")
	}
}
