package vm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	p "github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/value"
)

// tape notes the gates of a machine.
type tape struct{ lines []string }

func (t *tape) Gate(g *p.Gate, params []float64, qubits []circuit.Qubit, _ diag.Pos) error {
	t.lines = append(t.lines, fmt.Sprintf("%s%v%v/%d", g.ID, params, qubits, g.Controls))
	return nil
}
func (t *tape) PowBegin() { t.lines = append(t.lines, "(") }
func (t *tape) PowEnd(e float64, controls []circuit.Qubit, _ diag.Pos) error {
	t.lines = append(t.lines, fmt.Sprintf(")^%g%v", e, controls))
	return nil
}

var wideLimits = Limits{Steps: 1 << 40, Words: 1 << 20}

func finish(t *testing.T, b *p.Builder) *p.Program {
	t.Helper()
	prog, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// run runs a program whose measurements find what answers say.
func run(t *testing.T, prog *p.Program, l Limits, answers ...bool) (*Machine, []string, error) {
	t.Helper()
	m, err := New(prog, l)
	if err != nil {
		return nil, nil, err
	}
	sink := &tape{}
	for {
		e, err := m.Run(context.Background(), sink)
		if err != nil || e == Ended {
			return m, sink.lines, err
		}
		sink.lines = append(sink.lines, fmt.Sprintf("%s q%d", map[Event]string{Measures: "measure", Resets: "reset"}[e], m.Qubit))
		one := false
		if e == Measures {
			one, answers = answers[0], answers[1:]
		}
		m.Answer(one)
	}
}

// TestLoop sums 0 … 99 with the loop that a compiler makes of for.
func TestLoop(t *testing.T) {
	b := p.NewBuilder()
	i, end, sum := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	b.SetInt(end, 99)
	body, test := b.Label(), b.Label()
	b.Jump(p.Jump, test, 0, 0)
	b.Place(body)
	b.Emit(p.AddI, 64, sum, sum, i)
	b.Emit(p.AddImmI, 64, i, i, 1)
	b.Place(test)
	b.Jump(p.JumpLeI, body, i, end)
	m, _, err := run(t, finish(t, b), wideLimits)
	if err != nil || m.Mem[sum] != 4950 {
		t.Errorf("the sum is %d, %v", m.Mem[sum], err)
	}
}

// TestRecursion computes 20 factorial by a function that calls itself.
func TestRecursion(t *testing.T) {
	prog := factorial(t, 20)
	m, _, err := run(t, prog, wideLimits)
	if err != nil || m.Mem[0] != 2432902008176640000 {
		t.Errorf("20! is %d, %v", m.Mem[0], err)
	}
	_, _, err = run(t, factorial(t, 1<<40), Limits{Steps: 1 << 40, Words: 1 << 12})
	var fault *Error
	if !errors.As(err, &fault) || fault.Code != CodeMemory || fault.Pos != 77 {
		t.Errorf("endless recursion ends with %v", err)
	}
}

func factorial(t *testing.T, n int64) *p.Program {
	b := p.NewBuilder()
	r := b.Alloc(1)
	f := b.Declare("f", 1, 1)
	frame := b.Top()
	b.Alloc(1)
	b.SetInt(frame, n)
	b.Call(f, frame)
	b.Emit(p.Move, 0, r, frame, 0)
	b.Func(f)
	one := b.Alloc(1)
	b.SetInt(one, 1)
	done := b.Label()
	b.Jump(p.JumpLeI, done, 0, one)
	at := b.Alloc(1)
	b.Emit(p.AddImmI, 64, at, 0, -1)
	b.Pos = 77
	b.Call(f, at)
	b.Emit(p.MulI, 64, 0, 0, at)
	b.Emit(p.Return, 0, 0, 0, 0)
	b.Place(done)
	b.SetInt(0, 1)
	return finish(t, b)
}

// TestReferences: a function writes into an array of its caller, through an address.
func TestReferences(t *testing.T) {
	b := p.NewBuilder()
	array := b.Alloc(5)
	for i := range int32(5) {
		b.SetInt(array+i, int64(10*i))
	}
	f := b.Declare("double", 2, 0)
	frame := b.Alloc(2)
	b.Emit(p.Addr, 5, frame, array, 0)
	b.SetInt(frame+1, 5)
	b.Call(f, frame)
	b.Func(f)
	i, x, at := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	loop, end := b.Label(), b.Label()
	b.Place(loop)
	b.Jump(p.JumpEq, end, i, 1)
	b.Emit(p.AddU, 64, at, 0, i)
	b.Emit(p.Load, 0, x, at, 0)
	b.Emit(p.AddI, 64, x, x, x)
	b.Emit(p.Store, 0, at, x, 0)
	b.Emit(p.AddImmI, 64, i, i, 1)
	b.Jump(p.Jump, loop, 0, 0)
	b.Place(end)
	m, _, err := run(t, finish(t, b), wideLimits)
	if err != nil || fmt.Sprint(m.Mem[array:array+5]) != "[0 20 40 60 80]" {
		t.Errorf("the array is %v, %v", m.Mem[array:array+5], err)
	}
}

// TestGates: parameters and qubits that are known at run time only, pow, measurement and feed-forward.
func TestGates(t *testing.T) {
	b := p.NewBuilder()
	b.Program.NumQubits = 4
	angle, q, bit := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	b.SetFloat(angle, 0.5)
	b.SetInt(q, 2)
	b.Gate(p.Gate{ID: gate.H, Qubits: []p.Qubit{p.Fixed(0)}})
	b.Gate(p.Gate{ID: gate.RX, Controls: 1, Params: []p.Param{p.InSlot(angle)}, Qubits: []p.Qubit{p.Fixed(1), {Slot: q, First: 0, Size: 4}}})
	b.Emit(p.PowBegin, 0, 0, 0, 0)
	b.Gate(p.Gate{ID: gate.X, Qubits: []p.Qubit{p.Fixed(3)}})
	b.PowEnd(angle, []p.Qubit{p.Fixed(1)})
	b.Measure(bit, p.Fixed(0))
	skip := b.Label()
	b.Jump(p.JumpIfNot, skip, bit, 0)
	b.Reset(p.Qubit{Slot: q, First: 0, Size: 4})
	b.Place(skip)
	prog := finish(t, b)
	for _, one := range []bool{false, true} {
		_, got, err := run(t, prog, wideLimits, one)
		want := "h[][0]/0 rx[0.5][1 2]/1 ( x[][3]/0 )^0.5[1] measure q0"
		if one {
			want += " reset q2"
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("got %q, want %q, %v", got, want, err)
		}
	}
}

// fault runs a program that must fail at position 5.
func fault(t *testing.T, code string, build func(b *p.Builder)) {
	t.Helper()
	b := p.NewBuilder()
	b.Program.NumQubits = 2
	build(b)
	_, _, err := run(t, finish(t, b), Limits{Steps: 10000, Words: 100})
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Pos != 5 || e.Detail == "" {
		t.Errorf("want %s, got %v", code, err)
	}
}

func TestFaults(t *testing.T) {
	fault(t, CodeDivision, func(b *p.Builder) { a := b.Alloc(2); b.Pos = 5; b.Emit(p.DivI, 32, a, a, a+1) })
	fault(t, CodeDivision, func(b *p.Builder) {
		a := b.Alloc(6)
		b.Pos = 5
		b.Eval(p.Eval{Kind: p.Binary, Op: value.Mod, On: value.UintOf(100)}, a, a+2, a+4)
	})
	fault(t, CodeValue, func(b *p.Builder) { a := b.Alloc(2); b.SetInt(a, -1); b.Pos = 5; b.Emit(p.ShlI, 32, a, a, a) })
	fault(t, CodeValue, func(b *p.Builder) {
		a := b.Alloc(2)
		b.SetFloat(a, math.NaN())
		b.Pos = 5
		b.Eval(p.Eval{Kind: p.Convert, On: value.IntOf(8), From: value.FloatType}, a+1, a, 0)
	})
	fault(t, CodeIndex, func(b *p.Builder) { a := b.Alloc(1); b.SetInt(a, -4); b.Pos = 5; b.Bound(a, a, "`c`", 3) })
	fault(t, CodeFailed, func(b *p.Builder) { b.Pos = 5; b.Fail("no body") })
	fault(t, CodeSteps, func(b *p.Builder) { b.Pos = 5; l := b.Label(); b.Place(l); b.Jump(p.Jump, l, 0, 0) })
	fault(t, CodeSteps, func(b *p.Builder) {
		l := b.Label()
		b.Place(l)
		b.Pos = 5
		b.Reset(p.Fixed(0))
		b.Jump(p.Jump, l, 0, 0)
	})
	fault(t, CodeQubits, func(b *p.Builder) {
		a := b.Alloc(1)
		b.Pos = 5
		b.Gate(p.Gate{ID: gate.X, Controls: 1, Qubits: []p.Qubit{p.Fixed(0), {Slot: a, First: 0, Size: 2}}})
	})
}

// TestIndexFromTheEnd: negative indices count from the end.
func TestIndexFromTheEnd(t *testing.T) {
	b := p.NewBuilder()
	a := b.Alloc(1)
	b.SetInt(a, -1)
	b.Bound(a, a, "c", 3)
	if m, _, err := run(t, finish(t, b), wideLimits); err != nil || m.Mem[a] != 2 {
		t.Errorf("element -1 of 3 is %d, %v", m.Mem[a], err)
	}
}

// TestCancel: a loop without an end stops with the context.
func TestCancel(t *testing.T) {
	b := p.NewBuilder()
	l := b.Label()
	b.Place(l)
	b.Jump(p.Jump, l, 0, 0)
	m, err := New(finish(t, b), Limits{Steps: math.MaxInt64 - 1<<40, Words: 10})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Run(ctx, &tape{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	for name, build := range map[string]func(b *p.Builder){
		"slot":  func(b *p.Builder) { b.Emit(p.Move, 0, 0, 1, 0) },
		"width": func(b *p.Builder) { b.Alloc(1); b.Emit(p.AddI, 65, 0, 0, 0) },
		"gate":  func(b *p.Builder) { b.Gate(p.Gate{ID: gate.RX, Qubits: []p.Qubit{p.Fixed(0)}}) },
		"qubit": func(b *p.Builder) { b.Gate(p.Gate{ID: gate.H, Qubits: []p.Qubit{p.Fixed(9)}}) },
		"jump":  func(b *p.Builder) { b.Emit(p.Jump, 0, 99, 0, 0) },
		"pow":   func(b *p.Builder) { b.Emit(p.PowBegin, 0, 0, 0, 0); b.Measure(b.Alloc(1), p.Fixed(0)) },
		"frame": func(b *p.Builder) { f := b.Declare("f", 2, 0); b.Call(f, b.Alloc(1)); b.Func(f) },
		"report": func(b *p.Builder) {
			b.Program.Vars = []p.Var{{Name: "x", Type: p.Type{Elem: value.ComplexType}, Slot: b.Alloc(1)}}
		},
	} {
		b := p.NewBuilder()
		b.Program.NumQubits = 2
		build(b)
		if _, err := b.Finish(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// BenchmarkLoop reports the time of one turn of a loop of two additions.
func BenchmarkLoop(b *testing.B) {
	build := p.NewBuilder()
	i, end, sum := build.Alloc(1), build.Alloc(1), build.Alloc(1)
	build.SetInt(end, int64(b.N))
	body, test := build.Label(), build.Label()
	build.Jump(p.Jump, test, 0, 0)
	build.Place(body)
	build.Emit(p.AddI, 32, sum, sum, i)
	build.Emit(p.AddImmI, 32, i, i, 1)
	build.Place(test)
	build.Jump(p.JumpLtI, body, i, end)
	prog, err := build.Finish()
	if err != nil {
		b.Fatal(err)
	}
	m, _ := New(prog, Limits{Steps: math.MaxInt64 / 2, Words: 100})
	b.ResetTimer()
	if _, err := m.Run(context.Background(), &tape{}); err != nil {
		b.Fatal(err)
	}
}
