package compile

import (
	"math"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/value"
)

// code is a function under construction. Functions are compiled where they stand in the source, in the middle of the main program, and
// joined at the end.
type code struct {
	name            string
	instrs          []program.Instr
	pos             []diag.Pos
	labels          []int32 // by label: the instruction, or -1 where it is not yet placed
	uses            []use
	lastPlace       int32 // that is jumped to
	top, frame      int32
	measures        bool    // a statement of it does
	calls           []int32 // the functions that statements of it call
	arguments       int32   // of a call behind the frame, at most
	params, results int32
}

// use is a jump whose target is a label.
type use struct {
	at    int32
	label label
}

// label is a place in a function to jump to.
type label int32

func (f *code) here() int32 { return int32(len(f.instrs)) }

// behind is the first slot behind the main frame, wherever that ends: arguments and results of the main program's calls are there. A frame in
// the midst of the main one would lie upon variables that are declared later, which constants, inputs and reports are not to lose.
const behind = math.MinInt32

// placeCalls puts what lies behind the frame where that ends.
func (f *code) placeCalls() {
	for i := range f.instrs {
		in := &f.instrs[i]
		switch in.Op {
		case program.Set, program.Clear:
			in.A = f.slotOf(in.A)
		case program.Move, program.MoveN:
			in.A, in.B = f.slotOf(in.A), f.slotOf(in.B)
		case program.Call:
			in.B = f.slotOf(in.B)
		}
	}
	f.frame, f.arguments = f.frame+f.arguments, 0
}

func (f *code) slotOf(slot int32) int32 {
	if slot < 0 {
		return slot - behind + f.frame
	}
	return slot
}

func (f *code) label() label {
	f.labels = append(f.labels, -1)
	return label(len(f.labels) - 1)
}

func (f *code) place(l label) {
	f.labels[l] = f.here()
	f.lastPlace = f.here()
}

// alloc returns the first of n new slots.
func (f *code) alloc(n int) int32 {
	first := f.top
	f.top += int32(n)
	f.frame = max(f.frame, f.top)
	return first
}

// maxFrame bounds the slots of one frame: 256 MiB.
const maxFrame = 1 << 25

// maxCode bounds the instructions of a program.
const maxCode = 1 << 26

// resolve replaces labels by places.
func (f *code) resolve() {
	for _, u := range f.uses {
		f.instrs[u.at].A = f.labels[u.label]
	}
	f.uses = nil
}

// mark is a state of a function to return to: what was compiled since is dropped.
type mark struct {
	instrs, uses int
	top          int32
}

func (f *code) mark() mark { return mark{len(f.instrs), len(f.uses), f.top} }

func (f *code) back(m mark) {
	f.instrs, f.pos, f.uses, f.top = f.instrs[:m.instrs], f.pos[:m.instrs], f.uses[:m.uses], m.top
}

// emit appends an instruction. From the first one of the main program on, operations are instructions too: see Compiler.direct.
func (c *Compiler) emit(op program.Op, w int, a, x, y int32) int32 {
	c.direct = false
	f := c.fn
	if len(f.instrs) >= maxCode {
		if c.once(tooLong) {
			c.rep.Error(diag.Span{Start: c.at, End: c.at + 1}, "too_many_operations", "", "the program has more than %d instructions", maxCode)
		}
		return f.here() - 1
	}
	f.instrs = append(f.instrs, program.Instr{Op: op, W: int32(w), A: a, B: x, C: y})
	f.pos = append(f.pos, c.at)
	return f.here() - 1
}

func (c *Compiler) jump(op program.Op, to label, x, y int32) {
	c.fn.uses = append(c.fn.uses, use{c.emit(op, 0, 0, x, y), to})
}

func (c *Compiler) set(slot int32, v uint64) {
	c.emit(program.Set, 0, slot, int32(uint32(v)), int32(uint32(v>>32)))
}

func (c *Compiler) setWords(slot int32, words []uint64) {
	zeros := 0
	for _, w := range words {
		if w == 0 {
			zeros++
		}
	}
	if zeros > 4 {
		c.emit(program.Clear, 0, slot, int32(len(words)), 0)
	}
	for i, w := range words {
		if w != 0 || zeros <= 4 {
			c.set(slot+int32(i), w)
		}
	}
}

// move copies n slots.
func (c *Compiler) move(to, from int32, n int) {
	switch {
	case to == from || n == 0:
	case n == 1:
		c.emit(program.Move, 0, to, from, 0)
	default:
		c.emit(program.MoveN, 0, to, from, int32(n))
	}
}

// eval emits an operation of package value.
func (c *Compiler) eval(e program.Eval, a, x, y int32) {
	c.out.Evals = append(c.out.Evals, e)
	c.emit(program.Calculate, len(c.out.Evals)-1, a, x, y)
}

// fail emits an error that ends the run.
func (c *Compiler) fail(message string) {
	c.out.Messages = append(c.out.Messages, message)
	c.emit(program.Fail, 0, int32(len(c.out.Messages)-1), 0, 0)
}

// bound emits s[a] = the index s[i] of something of size elements, counted from the front.
func (c *Compiler) bound(a, i int32, name string, size int64) {
	want := program.Bound{Name: name, Size: size}
	k, known := c.bounds[want]
	if !known {
		k = int32(len(c.out.Bounds))
		c.out.Bounds = append(c.out.Bounds, want)
		c.bounds[want] = k
	}
	c.emit(program.CheckIndex, 0, a, i, k)
}

// temp returns n slots that live until the statement ends.
func (c *Compiler) temp(n int) int32 {
	if int64(c.fn.top)+int64(n) > maxFrame {
		if c.once(tooLong) {
			c.rep.Error(diag.Span{Start: c.at, End: c.at + 1}, "too_large", "", "the variables of the program take more than %d bytes", 8*maxFrame)
		}
		return 0
	}
	return c.fn.alloc(n)
}

// constant returns a slot that holds a number.
func (c *Compiler) number(v int64) int32 {
	if v == 0 {
		return c.zero()
	}
	s := c.temp(1)
	c.set(s, uint64(v))
	return s
}

// zero is a slot that is never written: the first behind the parameters of each function.
func (c *Compiler) zero() int32 { return max(c.fn.params, c.fn.results) }

func (c *Compiler) float(v float64) int32 {
	s := c.temp(1)
	c.set(s, math.Float64bits(v))
	return s
}

// newCode begins a function.
func newCode(name string, params, results int) *code {
	f := &code{name: name, lastPlace: -1, params: int32(params), results: int32(results)}
	f.alloc(max(params, results) + 1)
	return f
}

// convertEval is a conversion as package value does it.
func convertEval(to, from value.Type) program.Eval {
	return program.Eval{Kind: program.Convert, On: to, From: from}
}
