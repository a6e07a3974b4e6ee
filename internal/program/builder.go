package program

import (
	"fmt"
	"math"

	"github.com/softquantus/qcos/internal/diag"
)

// Builder makes a Program an instruction at a time. Functions are built one after the other; Func starts the next. It belongs to one
// goroutine. Its users are compilers: what does not fit is a panic here or an error of Finish.
type Builder struct {
	Program Program
	// Pos is the source position of the instructions to come.
	Pos diag.Pos

	labels []int32 // by Label: the instruction, or -1 where it is not yet placed
	uses   []use32 // of labels
	fn     int     // the function at hand
	top    int32   // its next free slot
}

type use32 struct {
	at    int32 // the instruction whose A is a label
	label Label
}

// Label is a place in the code to jump to.
type Label int32

// NewBuilder returns a builder that is within the main program.
func NewBuilder() *Builder {
	b := &Builder{}
	b.Program.Funcs = []Func{{Name: "main"}}
	return b
}

// Declare enters a function that is built later, so that it can be called before, and returns its number. Its parameters and
// its results both begin at its slot 0.
func (b *Builder) Declare(name string, params, results int) int32 {
	b.Program.Funcs = append(b.Program.Funcs, Func{Name: name, Entry: -1, Params: int32(params), Results: int32(results)})
	return int32(len(b.Program.Funcs) - 1)
}

// Func ends the function at hand and begins a declared one, whose parameters are allocated.
func (b *Builder) Func(id int32) {
	b.close()
	f := &b.Program.Funcs[id]
	if f.Entry >= 0 {
		panic("internal error: function " + f.Name + " is built twice")
	}
	b.fn, b.top = int(id), 0
	f.Entry = b.Here()
	b.Alloc(int(max(f.Params, f.Results)))
}

func (b *Builder) close() {
	b.Emit(Return, 0, 0, 0, 0)
	b.Program.Funcs[b.fn].End = b.Here()
}

// Here is the number of the next instruction.
func (b *Builder) Here() int32 { return int32(len(b.Program.Code)) }

// Alloc returns the first of n new slots of the function at hand.
func (b *Builder) Alloc(n int) int32 {
	first := b.top
	if int64(first)+int64(n) > math.MaxInt32 {
		panic("internal error: a frame of more than 2^31 slots")
	}
	b.top += int32(n)
	f := &b.Program.Funcs[b.fn]
	f.Frame = max(f.Frame, b.top)
	return first
}

// Top is the next slot that Alloc would give: above all slots in use, and so the place of a frame to call.
func (b *Builder) Top() int32 { return b.top }

// Release gives back the slots from first on.
func (b *Builder) Release(first int32) { b.top = first }

// Emit appends an instruction and returns its number.
func (b *Builder) Emit(op Op, w int, a, x, y int32) int32 {
	b.Program.Code = append(b.Program.Code, Instr{op, int32(w), a, x, y})
	b.Program.Pos = append(b.Program.Pos, b.Pos)
	return b.Here() - 1
}

// Set emits s[a] = v.
func (b *Builder) Set(a int32, v uint64) { b.Emit(Set, 0, a, int32(uint32(v)), int32(uint32(v>>32))) }

// SetInt emits s[a] = v.
func (b *Builder) SetInt(a int32, v int64) { b.Set(a, uint64(v)) }

// SetFloat emits s[a] = v.
func (b *Builder) SetFloat(a int32, v float64) { b.Set(a, math.Float64bits(v)) }

// SetWords emits what fills the slots from a on.
func (b *Builder) SetWords(a int32, words []uint64) {
	for i, w := range words {
		b.Set(a+int32(i), w)
	}
}

// Label returns a new label, to be placed by Place.
func (b *Builder) Label() Label {
	b.labels = append(b.labels, -1)
	return Label(len(b.labels) - 1)
}

// Place puts a label in front of the next instruction.
func (b *Builder) Place(l Label) {
	if b.labels[l] >= 0 {
		panic("internal error: a label is placed twice")
	}
	b.labels[l] = b.Here()
}

// Jump emits one of the jumps to a label; x and y are its slots, where it has them.
func (b *Builder) Jump(op Op, to Label, x, y int32) {
	b.uses = append(b.uses, use32{b.Emit(op, 0, 0, x, y), to})
}

// Call emits a call of a function whose frame begins at slot frame.
func (b *Builder) Call(id, frame int32) { b.Emit(Call, 0, id, frame, 0) }

// Bound emits s[a] = the index s[i] of something of size elements, counted from the front; it fails where there is no such element.
func (b *Builder) Bound(a, i int32, name string, size int64) {
	want := Bound{name, size}
	for k, have := range b.Program.Bounds {
		if have == want {
			b.Emit(CheckIndex, 0, a, i, int32(k))
			return
		}
	}
	b.Program.Bounds = append(b.Program.Bounds, want)
	b.Emit(CheckIndex, 0, a, i, int32(len(b.Program.Bounds)-1))
}

// Eval emits an operation of package value on the value at x, and at y where it has two operands, to a.
func (b *Builder) Eval(e Eval, a, x, y int32) {
	b.Program.Evals = append(b.Program.Evals, e)
	b.Emit(Calculate, len(b.Program.Evals)-1, a, x, y)
}

// Fail emits an error that ends the run.
func (b *Builder) Fail(message string) {
	b.Program.Messages = append(b.Program.Messages, message)
	b.Emit(Fail, 0, int32(len(b.Program.Messages)-1), 0, 0)
}

// Gate emits the application of a gate.
func (b *Builder) Gate(g Gate) {
	b.Program.Gates = append(b.Program.Gates, g)
	b.Emit(ApplyGate, 0, int32(len(b.Program.Gates)-1), 0, 0)
}

// PowEnd closes a PowBegin with the exponent in a slot.
func (b *Builder) PowEnd(exponent int32, controls []Qubit) {
	b.Program.Pows = append(b.Program.Pows, Pow{Controls: controls})
	b.Emit(PowEnd, 0, exponent, int32(len(b.Program.Pows)-1), 0)
}

// Measure emits s[a] = outcome of q.
func (b *Builder) Measure(a int32, q Qubit) {
	b.Program.Qubits = append(b.Program.Qubits, q)
	b.Emit(Measure, 0, a, int32(len(b.Program.Qubits)-1), 0)
}

// Reset emits a reset of q.
func (b *Builder) Reset(q Qubit) {
	b.Program.Qubits = append(b.Program.Qubits, q)
	b.Emit(Reset, 0, 0, int32(len(b.Program.Qubits)-1), 0)
}

// Finish ends the last function and returns the program, verified. The builder is not used afterwards.
func (b *Builder) Finish() (*Program, error) {
	b.close()
	for _, u := range b.uses {
		at := b.labels[u.label]
		if at < 0 {
			return nil, fmt.Errorf("internal error: instruction %d jumps to a label that was not placed", u.at)
		}
		b.Program.Code[u.at].A = at
	}
	if err := b.Program.Verify(); err != nil {
		return nil, err
	}
	return &b.Program, nil
}
