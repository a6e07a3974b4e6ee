package circuit

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/gate"
)

// sample holds one op of every kind, gates with and without parameters, controls, a matrix and a condition.
func sample() *Circuit {
	c := &Circuit{GlobalPhase: 0.5}
	c.AddQreg("a", 2)
	c.AddQreg("b", 1)
	c.AddCreg("c", 2)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddGate(gate.U, 0, []float64{1, 2, 3}, 1)
	c.AddGate(gate.RZ, 2, []float64{4}, 2, 1, 0)
	c.AddUnitary([]complex128{0, 1i, 1i, 0}, 1, 2, 0)
	c.AddBarrier(0, 2)
	c.AddReset(1).If = c.AddCondition(Condition{First: 0, Width: 2, Value: bitvec.FromUint64(3, 2)})
	c.AddMeasure(2, 1)
	c.AddMeasure(0, NoClbit)
	c.AddAssign(0, true)
	return c
}

func TestOpIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Op{}); n != 28 {
		t.Errorf("an Op has %d bytes, its comment says 28", n)
	}
}

func TestOperandsAndParameters(t *testing.T) {
	c := sample()
	checks := []struct {
		op       int
		qubits   []Qubit
		controls int
		params   []float64
	}{
		{0, []Qubit{0}, 0, []float64{}},
		{1, []Qubit{1}, 0, []float64{1, 2, 3}},
		{2, []Qubit{2, 1, 0}, 2, []float64{4}},
	}
	for _, k := range checks {
		op := c.Ops[k.op]
		if !slices.Equal(c.Qubits(op), k.qubits) || int(op.Controls) != k.controls || !slices.Equal(c.Params(op), k.params) || op.NumQubits() != len(k.qubits) {
			t.Errorf("op %d: qubits %v under %d controls with %v, want %v under %d with %v", k.op, c.Qubits(op), op.Controls, c.Params(op), k.qubits, k.controls, k.params)
		}
	}
	if m := c.Matrix(c.Ops[2]); len(m) != 4 || real(m[0]) != math.Cos(2) {
		t.Errorf("the matrix of rz(4) under control is %v: it must be rz's own", m)
	}
	if m := c.Matrix(c.Ops[3]); !slices.Equal(m, []complex128{0, 1i, 1i, 0}) {
		t.Errorf("matrix %v, want the one given", m)
	}
	if op := c.Ops[8]; op.Clbit() != 0 || !op.Value() || op.NumQubits() != 0 || len(c.Qubits(op)) != 0 {
		t.Errorf("assign: clbit %d, value %v, %d qubits", op.Clbit(), op.Value(), op.NumQubits())
	}
	if op := c.Ops[6].WithClbit(NoClbit); op.Clbit() != NoClbit || c.Ops[6].Clbit() != 1 || !slices.Equal(c.Qubits(op), []Qubit{2}) {
		t.Errorf("WithClbit: %+v from %+v", op, c.Ops[6])
	}
}

// same compares everything that a program can see.
func same(a, b *Circuit) bool {
	if a.NumQubits != b.NumQubits || a.NumClbits != b.NumClbits || a.GlobalPhase != b.GlobalPhase || len(a.Ops) != len(b.Ops) {
		return false
	}
	for i, x := range a.Ops {
		y := b.Ops[i]
		if x.Kind != y.Kind || x.Gate != y.Gate || x.Controls != y.Controls || x.If != y.If || x.Value() != y.Value() || !slices.Equal(a.Qubits(x), b.Qubits(y)) {
			return false
		}
		switch x.Kind {
		case Gate:
			if !slices.Equal(a.Matrix(x), b.Matrix(y)) {
				return false
			}
		case Measure, Assign:
			if x.Clbit() != y.Clbit() {
				return false
			}
		}
	}
	return true
}

func TestKeepAndCopyRebuildACircuit(t *testing.T) {
	c := sample()
	kept, copied := c.Skeleton(), c.Skeleton()
	if len(kept.Ops) != 0 || kept.GlobalPhase != 0.5 || kept.NumQubits != 3 || len(kept.Qregs) != 2 || len(kept.Cregs) != 1 {
		t.Fatalf("skeleton: %+v", kept)
	}
	for _, op := range c.Ops {
		kept.Keep(op)
		copied.Copy(c, op, c.Qubits(op))
	}
	if !same(c, kept) {
		t.Error("keeping every op gives another circuit")
	}
	if !same(c, copied) {
		t.Error("copying every op gives another circuit")
	}
}

func TestWhatIsAddedLaterDoesNotReachTheOriginal(t *testing.T) {
	for name, derive := range map[string]func(*Circuit) *Circuit{"skeleton": (*Circuit).Skeleton, "clone": (*Circuit).Clone} {
		c, before := sample(), sample()
		first, second := derive(c), derive(c)
		for i, d := range []*Circuit{first, second} {
			at := len(d.Ops)
			d.AddGate(gate.RX, 0, []float64{float64(10 + i)}, Qubit(i))
			d.AddUnitary([]complex128{1, 0, 0, complex(float64(i), 0)}, 0, 2)
			d.AddCondition(Condition{Width: i})
			d.AddMeasure(Qubit(i), 0)
			d.GlobalPhase++
			d.Ops[at].If = 2
		}
		if !same(c, before) || len(c.conds) != 1 {
			t.Errorf("%s: the original changed", name)
		}
		op := first.Ops[len(first.Ops)-3]
		if p := first.Params(op); p[0] != 10 || first.Qubits(op)[0] != 0 || first.Condition(op.If).Width != 0 {
			t.Errorf("%s: two circuits of one origin share what was added: %v", name, p)
		}
	}
}

func TestChangingACopiedOpLeavesTheSource(t *testing.T) {
	c := sample()
	d := c.Clone()
	d.Ops = append(d.Ops, c.Ops[0])
	d.Ops[len(d.Ops)-1].If = 1
	e := c.Skeleton()
	n := e.Copy(c, c.Ops[2], []Qubit{1, 0})
	n.Controls = 1
	if !same(c, sample()) || !slices.Equal(e.Qubits(e.Ops[0]), []Qubit{1, 0}) || e.Params(e.Ops[0])[0] != 4 {
		t.Error("a changed copy reached its source, or was not changed")
	}
}

func TestWrongNumbersPanic(t *testing.T) {
	for name, build := range map[string]func(c *Circuit){
		"too few qubits":       func(c *Circuit) { c.AddGate(gate.Swap, 0, nil, 0) },
		"too many parameters":  func(c *Circuit) { c.AddGate(gate.X, 0, []float64{1}, 0) },
		"a row with controls":  func(c *Circuit) { c.AddGate(gate.CX, 0, nil, 0, 1) },
		"a row without matrix": func(c *Circuit) { c.AddGate(gate.DCX, 0, nil, 0, 1) },
		"a matrix too large":   func(c *Circuit) { c.AddUnitary(make([]complex128, 16), 0, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			build(&Circuit{NumQubits: 3})
		})
	}
}

func TestConditionHolds(t *testing.T) {
	bits := bitvec.FromUint64(0b0110, 4)
	for _, k := range []struct {
		cond Condition
		want bool
	}{
		{Condition{First: 1, Width: 2, Value: bitvec.FromUint64(3, 2)}, true},
		{Condition{First: 1, Width: 2, Value: bitvec.FromUint64(3, 2), Negate: true}, false},
		{Condition{First: 1, Width: 2, Value: bitvec.FromUint64(3, 70)}, true},
		{Condition{First: 1, Width: 2, Value: bitvec.FromUint64(7, 3)}, false},
		{Condition{First: 1, Width: 3, Value: bitvec.FromUint64(3, 2)}, true},
		{Condition{First: 0, Width: 2, Value: bitvec.FromUint64(3, 2)}, false},
		{Condition{First: 3, Width: 1, Value: bitvec.Vec{}}, true},
	} {
		if got := k.cond.Holds(bits); got != k.want {
			t.Errorf("%+v on %v: %v", k.cond, bits, got)
		}
	}
}

func TestDeclared(t *testing.T) {
	c := sample()
	if c.DeclaredQubits() != 3 || c.DeclaredQubit(2) != 2 {
		t.Errorf("as written: %d declared, qubit 2 is %d", c.DeclaredQubits(), c.DeclaredQubit(2))
	}
	c.NumDeclared, c.Declared = 9, []Qubit{4, 0, 8}
	if c.DeclaredQubits() != 9 || c.DeclaredQubit(2) != 8 {
		t.Errorf("renumbered: %d declared, qubit 2 is %d", c.DeclaredQubits(), c.DeclaredQubit(2))
	}
	if r := c.Qregs[1]; r.First != 2 || r.Size != 1 || r.Name != "b" {
		t.Errorf("second register: %+v", r)
	}
}

// TestUnitaryOf multiplies a bell pair's circuit and a controlled phase out by hand.
func TestUnitaryOf(t *testing.T) {
	c := &Circuit{}
	c.AddQreg("q", 3)
	c.AddGate(gate.H, 0, nil, 2)
	c.AddGate(gate.X, 1, nil, 2, 0)
	c.AddBarrier()
	c.AddGate(gate.GPhase, 1, []float64{math.Pi}, 0)
	r := complex(math.Sqrt(0.5), 0)
	want := []complex128{ // index: qubit 2 is the lowest bit
		r, r, 0, 0,
		0, 0, r, -r,
		0, 0, -r, -r,
		-r, r, 0, 0,
	}
	for i, x := range c.UnitaryOf(c.Ops, []Qubit{2, 0}) {
		if d := x - want[i]; math.Hypot(real(d), imag(d)) > 1e-15 {
			t.Errorf("element %d,%d is %v, want %v", i/4, i%4, x, want[i])
		}
	}
}
