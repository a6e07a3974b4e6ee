package program

import (
	"fmt"
	"testing"

	"github.com/softquantus/qcos/internal/gate"
)

func finish(t *testing.T, b *Builder) *Program {
	t.Helper()
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLiveness: a bit that decides something matters for the run until it has decided; one that is only reported matters for the report.
func TestLiveness(t *testing.T) {
	b := NewBuilder()
	b.Program.NumQubits = 2
	c, tmp, copied := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	b.Program.Cregs = []Creg{{"c", 2, c}}
	b.Measure(tmp, Fixed(0)) // 0
	b.Emit(PutBit, 0, c, tmp, 0)
	b.Reset(Fixed(0)) // 2: bit 0 will decide
	skip := b.Label()
	b.Emit(GetBit, 0, tmp, c, 0)
	b.Jump(JumpIfNot, skip, tmp, 0)
	b.Gate(Gate{ID: gate.X, Qubits: []Qubit{Fixed(0)}})
	b.Place(skip)
	b.Emit(Move, 0, copied, c, 0) // to nobody
	b.Measure(tmp, Fixed(1))      // 7: bit 0 has decided
	b.Emit(PutBit, 0, c, tmp, 1)
	b.Measure(tmp, Fixed(0)) // 9
	flow := NewFlow(finish(t, b))
	for _, x := range []struct {
		at           int32
		live, needed string
		gates        bool
	}{{0, "[]", "[]", true}, {2, "[{{0 1} 1}]", "[{{0 1} 1}]", true}, {7, "[]", "[{{0 1} 18446744073709551613}]", false}, {9, "[]", "[{{0 1} 18446744073709551615}]", false}} {
		if got := fmt.Sprint(flow.View(0, x.at, false)); got != x.live {
			t.Errorf("at %d %s is live, want %s", x.at, got, x.live)
		}
		// The bits of c above its two are never written and count as reported.
		if got := fmt.Sprint(flow.View(0, x.at, true)); x.at > 2 && got != x.needed {
			t.Errorf("at %d %s is needed, want %s", x.at, got, x.needed)
		}
		if flow.GatesAhead(x.at) != x.gates {
			t.Errorf("at %d gates are ahead: %v", x.at, !x.gates)
		}
	}
	if got := fmt.Sprint(flow.MeasuredAhead([]int32{9})); got != "[0]" {
		t.Errorf("from 9 on %s may be measured", got)
	}
	if got := fmt.Sprint(flow.MeasuredAhead([]int32{0})); got != "[0 1]" {
		t.Errorf("from 0 on %s may be measured", got)
	}
}

// TestLivenessInLoops: a counter matters as long as the loop may go on, arrays that are indexed matter as a whole.
func TestLivenessInLoops(t *testing.T) {
	b := NewBuilder()
	b.Program.NumQubits = 1
	i, end, bit, array := b.Alloc(1), b.Alloc(1), b.Alloc(1), b.Alloc(1000)
	b.Program.Vars = []Var{{"n", Type{}, end}}
	loop := b.Label()
	b.Place(loop)
	b.Measure(bit, Fixed(0)) // 0
	b.Emit(StoreAt, 1000, array, bit, i)
	b.Emit(AddImmI, 64, i, i, 1)
	b.Jump(JumpLtI, loop, i, end)
	b.Reset(Fixed(0)) // 4: after the loop
	b.Emit(LoadAt, 1000, bit, array, i)
	b.Jump(JumpIf, loop, bit, 0)
	flow := NewFlow(finish(t, b))
	if got := fmt.Sprint(flow.View(0, 0, false)); got != "[{{0 2} 18446744073709551615} {{3 1000} 18446744073709551615}]" {
		t.Errorf("in the loop %s is live", got)
	}
}

// TestUnreachable: a function that nobody calls has nothing to do with what the program does.
func TestUnreachable(t *testing.T) {
	for _, called := range []bool{false, true} {
		b := NewBuilder()
		b.Program.NumQubits = 1
		f := b.Declare("f", 0, 0)
		if called {
			b.Call(f, b.Top())
		}
		b.Func(f)
		b.Gate(Gate{ID: gate.H, Qubits: []Qubit{Fixed(0)}})
		b.Measure(b.Alloc(1), Fixed(0))
		p := finish(t, b)
		if p.Quantum() != called || p.Measures() != called || len(p.Outline().Ops) > 0 != called {
			t.Errorf("called %v: quantum %v, measures %v, %d operations", called, p.Quantum(), p.Measures(), len(p.Outline().Ops))
		}
	}
}

// TestFlowAcrossCalls: what a function may do to the state counts where it is called, and its caller's slots matter when it returns.
func TestFlowAcrossCalls(t *testing.T) {
	b := NewBuilder()
	b.Program.NumQubits = 1
	keep, frame := b.Alloc(1), b.Alloc(1)
	f := b.Declare("f", 0, 1)
	b.Measure(keep, Fixed(0)) // 0
	b.Call(f, frame)          // 1
	b.Reset(Fixed(0))         // 2
	over := b.Label()
	b.Jump(JumpIfNot, over, keep, 0)
	b.Jump(JumpIfNot, over, frame, 0)
	b.Place(over)
	b.Func(f)
	b.Gate(Gate{ID: gate.H, Qubits: []Qubit{Fixed(0)}})
	b.Measure(0, Fixed(0)) // 7
	p := finish(t, b)
	flow := NewFlow(p)
	if got := fmt.Sprint(flow.View(0, 2, false)); got != "[{{0 2} 18446744073709551615}]" {
		t.Errorf("after the call %s is live", got)
	}
	if !flow.GatesAhead(0) || flow.GatesAhead(p.Funcs[1].Entry+1) || p.FuncOf(7) != 1 {
		t.Errorf("gates are ahead at 0: %v, within f behind its gate: %v", flow.GatesAhead(0), flow.GatesAhead(p.Funcs[1].Entry+1))
	}
	if got := fmt.Sprint(flow.MeasuredAhead([]int32{1})); got != "[0]" {
		t.Errorf("from 1 on %s may be measured", got)
	}
}
