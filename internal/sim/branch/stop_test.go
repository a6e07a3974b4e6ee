package branch

import (
	"testing"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim"
)

// TestStopsInOrder: a stop is behind another where its program comes to it earlier, in calls too. Main calls the function at 20 from 5 and from
// 8, which calls itself from 30.
func TestStopsInOrder(t *testing.T) {
	at := func(pc int32, calls ...int32) *stop {
		s := &stop{pc: pc}
		for _, r := range calls {
			s.stack = append(s.stack, vm.Return{PC: r})
		}
		return s
	}
	order := []*stop{
		at(3), at(20, 6), at(25, 6), at(20, 6, 31), at(25, 6, 31), at(20, 6, 31, 31), at(35, 6, 31, 31), at(31, 6, 31), at(35, 6, 31), at(31, 6), at(35, 6),
		at(6), at(7), at(20, 9), at(20, 9, 31), at(31, 9), at(9), at(12),
	}
	for i, a := range order {
		for j, b := range order {
			if got := a.compare(b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("the stop at %d in %v against that at %d in %v: %d", a.pc, a.stack, b.pc, b.stack, got)
			}
		}
	}
}

// detours are programs of n passages with equal ends, one of which is longer by far: measure, and where that gives 1 go a long way, of which nothing
// is left afterwards.
var detours = map[string]func(b *program.Builder, n int){
	"forward": func(b *program.Builder, n int) {
		eachPassage(b, n, func(bit int32) { coins(b, bit, 5) })
	},
	"with the long way in front": func(b *program.Builder, n int) {
		bit := b.Alloc(1)
		for range n {
			short, end := b.Label(), b.Label()
			coins(b, bit, 1)
			b.Jump(program.JumpIf, short, bit, 0)
			coins(b, bit, 5)
			b.Jump(program.Jump, end, 0, 0)
			b.Place(short)
			coins(b, bit, 1)
			b.Place(end)
			b.Set(bit, 0)
		}
	},
	"in a call": func(b *program.Builder, n int) {
		f := b.Declare("f", 0, 0)
		eachPassage(b, n, func(int32) { b.Call(f, b.Top()) })
		b.Func(f)
		coins(b, b.Alloc(1), 5)
	},
	"in a call of a call": func(b *program.Builder, n int) {
		f, g := b.Declare("f", 0, 0), b.Declare("g", 0, 0)
		eachPassage(b, n, func(int32) { b.Call(f, b.Top()) })
		b.Func(f)
		bit := b.Alloc(1)
		coins(b, bit, 1)
		b.Call(g, b.Top())
		coins(b, bit, 1)
		b.Func(g)
		coins(b, b.Alloc(1), 4)
	},
	"in functions that stand before their callers": func(b *program.Builder, n int) {
		g, f := b.Declare("g", 0, 0), b.Declare("f", 0, 0)
		eachPassage(b, n, func(bit int32) { b.Call(f, b.Top()) })
		b.Func(g)
		coins(b, b.Alloc(1), 4)
		b.Func(f)
		bit := b.Alloc(1)
		b.Call(g, b.Top())
		coins(b, bit, 1)
	},
	"within a function": func(b *program.Builder, n int) {
		f := b.Declare("f", 0, 0)
		b.Call(f, b.Top())
		b.Func(f)
		eachPassage(b, n, func(bit int32) { coins(b, bit, 5) })
	},
	"in recursion": func(b *program.Builder, n int) { // f(k) makes a passage and calls f(k-1)
		f := b.Declare("f", 1, 0)
		frame := b.Alloc(1)
		b.Set(frame, uint64(n))
		b.Call(f, frame)
		b.Func(f)
		bit, end := b.Alloc(1), b.Label()
		b.Jump(program.JumpIfNot, end, 0, 0)
		detour(b, bit, func() { coins(b, bit, 5) })
		next := b.Alloc(1)
		b.Emit(program.AddImmI, 64, next, 0, -1)
		b.Call(f, next)
		b.Place(end)
	},
}

// coins measures n times what is as likely 0 as 1, the last time into bit.
func coins(b *program.Builder, bit int32, n int) {
	for range n {
		b.Reset(program.Fixed(0))
		b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(0)}})
		b.Measure(bit, program.Fixed(0))
	}
}

func detour(b *program.Builder, bit int32, long func()) {
	end := b.Label()
	coins(b, bit, 1)
	b.Jump(program.JumpIfNot, end, bit, 0)
	long()
	b.Place(end)
	b.Set(bit, 0)
}

func eachPassage(b *program.Builder, n int, long func(bit int32)) {
	bit := b.Alloc(1)
	for range n {
		detour(b, bit, func() { long(bit) })
	}
}

// TestBranchesWaitForThoseBehind: branches that went another way meet those that went the long one, so that the work grows with the length of a program and not
// with the number of its histories.
func TestBranchesWaitForThoseBehind(t *testing.T) {
	for name, write := range detours {
		t.Run(name, func(t *testing.T) {
			const length, each = 10, 8 // splits of a passage
			b := program.NewBuilder()
			b.Program.NumQubits = 1
			write(b, length)
			p, err := b.Finish()
			if err != nil {
				t.Fatal(err)
			}
			s := &stock{}
			got := must(t, programRequest(p, sim.Counts, 1<<20, 5), s)
			if got.Branches > each*length || s.most > 8 {
				t.Errorf("%d branches in %d passages, %d states at once", got.Branches, length, s.most)
			}
		})
	}
}
