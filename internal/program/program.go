// Package program is a classical program that drives a quantum state, compiled to instructions of a register machine: what an
// OpenQASM 3 program becomes whose control flow is not known in advance, and what remains of any program after its last quantum
// operation. It is data, with a Builder, a Verify and a printer. Package vm runs it, internal/sim/branch drives quantum states by
// it. It knows no source language and no engine; what operations mean it leaves to package value.
//
// # Memory
//
// A function's memory is its frame: a row of 64-bit slots numbered from 0. Slots are all 0 when the function is entered, but for
// the parameters. Function 0 is the main program; its frame holds the global variables and is what is looked at in the end.
// A value lies in one slot, or in consecutive ones:
//
//	a value of package value   its words, in the form that value's comment describes
//	array                      its elements one after the other, the last dimension fastest
//	qubit                      a number of the program's qubits
//
// Instructions keep these forms: AddI with W = 8 wraps as int[8]; after PutBit into an int's sign the compiler sees to it (SExt). An instruction names slots of the current frame, never
// memory at large; arrays that are passed by reference are passed as an address (Addr), through which Load and Store reach any
// frame below. An address must not outlive the frame it points into.
//
// # Calls
//
// Call f with B = k gives f the frame that begins at the caller's slot k: the caller has put the arguments there beforehand, and finds
// the results there afterwards, both from slot k upwards. All other slots from k on are lost. So k lies above everything the
// caller still needs. Recursion needs nothing further.
//
// # Quantum operations
//
// ApplyGate applies Gates[A]: a primitive of the gate table (or a matrix) under a number of controls, with parameters and qubits that are
// constants or slots. All modifiers but pow are resolved by the compiler: ctrl adds leading controls, negctrl puts an x before and
// after, inv reverses and inverts. Integer powers and powers of rotations may be resolved as well; for all others there is the
// pair PowBegin … PowEnd: what is applied between becomes one matrix, raised to a real power known at run time, under the
// controls of Pows[B]. Measure writes 0 or 1 into slot A. Global phases are gates gate.GPhase without operands.
//
// # Order and errors
//
// Loops jump backwards, and what follows a loop lies behind it: branches of different length are held until the others catch up
// by the order of instructions (internal/sim/branch). An instruction that fails (division by zero, CheckIndex, Fail) ends the run with
// the position in Pos. Every backward jump, call and quantum operation counts steps, see package vm.
package program

import (
	"errors"
	"fmt"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/value"
)

// Instr is one instruction; its Op says what W, A, B and C are.
type Instr struct {
	Op      Op
	W       int32
	A, B, C int32
}

// Program is a compiled program. It is not changed once it is built and may be run by many at once.
type Program struct {
	Code  []Instr
	Pos   []diag.Pos // of each instruction: what its errors point at
	Funcs []Func     // Funcs[0] is the main program

	Evals    []Eval // of Calculate
	Gates    []Gate
	Pows     []Pow
	Qubits   []Qubit  // of Measure and Reset
	Bounds   []Bound  // of CheckIndex
	Messages []string // of Fail

	Qregs     []circuit.Register // in order of declaration, for the state vector
	NumQubits int
	Cregs     []Creg // in order of declaration, for the counts
	Vars      []Var  // what --variables reports, in order of declaration

	// Loads is set for the classical rest of a circuit that ran before: the circuit's clbits, in order, as bits of the main frame that
	// are filled in at the start. Such a program has no quantum operations.
	Loads []BitPlace
	// Measured says that a statement of the source measures, in the main program or in a function that a statement calls, also where the
	// program was found never to come to it: what is reported is decided by the text.
	Measured bool
	// Why says why the program is not a circuit, such as "the loop's condition depends on a measurement", and WhyPos where.
	Why    string
	WhyPos diag.Pos
}

// Func is a function's code and frame.
type Func struct {
	Name    string
	Entry   int32 // first instruction
	End     int32 // behind the last; functions do not overlap
	Frame   int32 // slots
	Params  int32 // slots of the arguments, from slot 0
	Results int32 // slots of the results, from slot 0
}

// Param is a parameter of a gate: the float in a slot of the frame, or Value where Slot is negative.
type Param struct {
	Slot  int32
	Value float64
	At    diag.Span // of the expression in the source that a slot holds the value of, for people; nothing where there is none
	Minus bool      // the value has the other sign than the expression
}

// Qubit is an operand: a qubit, or where Slot is not negative the one whose number is in the slot and which is one of
// First … First+Size-1.
type Qubit struct {
	Slot        int32
	First, Size uint32
}

// Gate is an application of a gate.
type Gate struct {
	ID       gate.ID // a primitive; gate.Unitary has a Matrix
	Controls int     // how many leading qubits are controls, each on |1>
	Params   []Param
	Qubits   []Qubit
	Matrix   []complex128
}

// Pow is what PowEnd needs beside the exponent: controls of the whole.
type Pow struct {
	Controls []Qubit
	Exponent Param // what the slot that PowEnd names holds, for people
}

// Bound is what an index must be within: Size elements of what is called Name, or counted from the end, -Size … -1.
type Bound struct {
	Name string // as the source has it
	Size int64
}

// BitPlace is a bit of the main frame.
type BitPlace struct {
	Slot int32
	Bit  uint8
}

// Creg is a bit register of the counts: bit i is bit i%64 of slot Slot+i/64.
type Creg struct {
	Name string
	Size int
	Slot int32
}

// Var is a reported variable in the main frame.
type Var struct {
	Name string
	Type Type
	Slot int32
}

// Type says how a variable lies in slots and how it is reported.
type Type struct {
	Elem value.Type
	Dims []int // of an array, outermost first
}

// Words is how many slots a variable takes.
func (t Type) Words() int {
	n := t.Elem.Words()
	for _, d := range t.Dims {
		n *= d
	}
	return n
}

// String is the type as a program writes it.
func (t Type) String() string {
	if len(t.Dims) == 0 {
		return t.Elem.String()
	}
	s := "array[" + t.Elem.String()
	for _, d := range t.Dims {
		s += fmt.Sprintf(", %d", d)
	}
	return s + "]"
}

// JSON is a variable as the command line prints it, ready for encoding/json: arrays as nested lists, for the rest see value.Type.
func (t Type) JSON(w []uint64) any {
	if len(t.Dims) == 0 {
		return t.Elem.JSON(w)
	}
	row := Type{t.Elem, t.Dims[1:]}
	n := row.Words()
	list := make([]any, t.Dims[0])
	for i := range list {
		list[i] = row.JSON(w[i*n : (i+1)*n])
	}
	return list
}

// EvalKind is which of package value's functions an Eval is.
type EvalKind uint8

// The kinds, with what the operands are.
const (
	Binary    EvalKind = iota // value.Binary(Op, On): two of type On
	Unary                     // value.Unary(Op, On): one of type On
	Convert                   // value.Convert: of type From to On
	Shift                     // value.Shift(Op, On): one of type On, and an int[64] that fails where it is negative
	ScaleTime                 // value.ScaleTime(Op): a duration and a float
	TimeRatio                 // value.DivideTimes: two durations
	Builtin                   // Call, with one or two arguments
)

// Eval is an operation of package value.
type Eval struct {
	Kind     EvalKind
	Op       value.Op
	On, From value.Type
	Call     value.Call
}

// Words is how many slots the result and the operands take; 0 for an operand that there is not.
func (e *Eval) Words() (a, b, c int32) {
	n := int32(e.On.Words())
	switch e.Kind {
	case Binary:
		if e.Op.IsComparison() {
			return 1, n, n
		}
		return n, n, n
	case Unary:
		return n, n, 0
	case Convert:
		return n, int32(e.From.Words()), 0
	case Shift:
		return n, n, 1
	case ScaleTime:
		return 2, 2, 1
	case TimeRatio:
		return 1, 2, 2
	}
	if len(e.Call.Params) > 1 {
		c = int32(e.Call.Params[1].Words())
	}
	return int32(e.Call.Result.Words()), int32(e.Call.Params[0].Words()), c
}

// Steps is about how many instructions for single words the operation takes, with a second operand c.
func (e *Eval) Steps(c []uint64) int64 {
	a, b, _ := e.Words()
	n := int64(a + b)
	if e.Kind == Binary && e.On.Width > 64 {
		switch e.Op {
		case value.Mul, value.Div, value.Mod:
			n += int64(b) * int64(b) / 4
		case value.Pow:
			n += int64(b) * int64(b) / 2 * int64(value.BitLen(e.On, c))
		}
	}
	return n
}

// Run computes the operation: a of b, and of c where there are two operands.
func (e *Eval) Run(a, b, c []uint64) error {
	switch e.Kind {
	case Binary:
		return value.Binary(e.Op, e.On, a, b, c)
	case Unary:
		value.Unary(e.Op, e.On, a, b)
	case Convert:
		return value.Convert(e.On, a, e.From, b)
	case Shift:
		if int64(c[0]) < 0 {
			return ErrNegativeShift
		}
		value.Shift(e.Op, e.On, a, b, c[0])
	case ScaleTime:
		return value.ScaleTime(e.Op, a, b, c[0])
	case TimeRatio:
		return value.DivideTimes(a, b, c)
	case Builtin:
		args := [2][]uint64{b, c}
		return e.Call.Apply(a, args[:len(e.Call.Params)])
	}
	return nil
}

// ErrNegativeShift is what a shift by a negative distance fails with.
var ErrNegativeShift = errors.New("a shift by a negative distance")

// Const is a Param without a slot.
func Const(v float64) Param { return Param{Slot: -1, Value: v} }

// InSlot is a Param in a slot.
func InSlot(slot int32) Param { return Param{Slot: slot} }

// Fixed is a Qubit without a slot.
func Fixed(q circuit.Qubit) Qubit { return Qubit{-1, q, 1} }

// Words is how many slots n bits take.
func Words(n int) int { return (n + 63) / 64 }

// fails reports whether the operation may have no result.
func (e *Eval) fails() bool {
	switch e.Kind {
	case Unary:
		return false
	case Convert:
		return e.On.Kind != value.Float && e.On.Kind != value.Complex && !e.On.IsBool() && e.From.Kind != value.Bits && !e.From.IsInteger() && !e.From.IsBool()
	case Binary:
		return e.Op == value.Div || e.Op == value.Mod || e.Op == value.Pow || e.On.IsTime()
	}
	return true
}
