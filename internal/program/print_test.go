package program

import (
	"testing"

	"github.com/softquantus/qcos/internal/gate"
)

// TestPrint shows every kind of operand.
func TestPrint(t *testing.T) {
	b := NewBuilder()
	b.Program.NumQubits = 3
	x, q := b.Alloc(1), b.Alloc(1)
	f := b.Declare("f", 1, 1)
	b.Set(x, 1<<40)
	b.Bound(q, q, "`r`", 2)
	b.Gate(Gate{ID: gate.RX, Controls: 1, Params: []Param{InSlot(x)}, Qubits: []Qubit{Fixed(2), {q, 0, 2}}})
	b.Call(f, x)
	b.Func(f)
	b.Emit(AddImmI, 8, 0, 0, -3)
	loop := b.Label()
	b.Place(loop)
	b.Jump(JumpIf, loop, 0, 0)
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	want := "func main: 2 slots, 0 in, 0 out\n    0  set 0 #1099511627776\n    1  bound 1 1 `r`[2]\n    2  gate ctrl(1) rx[(0)][q2 q(1 in 0..1)]\n" +
		"    3  call f #0\n    4  return\nfunc f: 1 slots, 1 in, 1 out\n    5  addimm.i/8 0 0 #-3\n    6  jump.if ->6 0\n    7  return\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
