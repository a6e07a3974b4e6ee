// Package value is the classical types and values of OpenQASM 3: integers and angles of any width, floating-point and complex
// numbers, bits, registers of bits and durations, with the operators, casts and functions that the specification gives them. It
// knows no syntax, no position and no variable; whoever evaluates an expression asks it.
//
// A value is a few words of 64 bits, so that the memory of a program is one slice that is copied and compared as such:
//
//	bool, bit                  one word, 0 or 1
//	bit[n], uint[n], angle[n]  ⌈n/64⌉ words, lowest first, the bits at and above n being 0
//	int[n]                     the same, the bits at and above n being copies of bit n-1 (two's complement)
//	float[n]                   one word, the bits of a float64 that is representable in n bits
//	complex[float[n]]          two floats, the real part first
//	duration, stretch          two floats: nanoseconds, and units of dt
//
// A type without a width takes the machine's, 64 bits, and stays different from the type of 64 bits.
package value

import "fmt"

// Kind is a family of types.
type Kind uint8

// The kinds.
const (
	Void Kind = iota // of a subroutine without a result
	Bool
	Bit  // a single bit, interchangeable with bool
	Bits // a register bit[n]
	Int
	Uint
	Float
	Angle
	Complex
	Duration
	Stretch
)

var kindNames = [...]string{"void", "bool", "bit", "bit", "int", "uint", "float", "angle", "complex", "duration", "stretch"}

// Type is the type of one value. Types are comparable. The zero Type is void.
type Type struct {
	Kind    Kind
	Unsized bool  // no width was written
	Width   int32 // bits of Bits, Int, Uint, Float and Angle; of a component of Complex; otherwise 0
}

// MachineWidth is the width of types that do not say one.
const MachineWidth = 64

// Limits of widths. Registers of bits are only stored; numbers are multiplied and raised to powers.
const (
	MaxWidth    = 1 << 14 // of int, uint and angle
	MaxRegister = 1 << 20 // of bit[n]
)

// Types that are needed often.
var (
	BoolType     = Type{Kind: Bool}
	BitType      = Type{Kind: Bit}
	IntType      = Type{Kind: Int, Unsized: true, Width: MachineWidth}
	UintType     = Type{Kind: Uint, Unsized: true, Width: MachineWidth}
	FloatType    = Type{Kind: Float, Unsized: true, Width: MachineWidth}
	AngleType    = Type{Kind: Angle, Unsized: true, Width: MachineWidth}
	ComplexType  = Type{Kind: Complex, Unsized: true, Width: MachineWidth}
	DurationType = Type{Kind: Duration}
	StretchType  = Type{Kind: Stretch}
)

// IntOf, UintOf, FloatOf, AngleOf, ComplexOf and BitsOf are types with a width, which must be allowed; see CheckWidth.
func IntOf(n int) Type     { return Type{Kind: Int, Width: int32(n)} }
func UintOf(n int) Type    { return Type{Kind: Uint, Width: int32(n)} }
func FloatOf(n int) Type   { return Type{Kind: Float, Width: int32(n)} }
func AngleOf(n int) Type   { return Type{Kind: Angle, Width: int32(n)} }
func ComplexOf(n int) Type { return Type{Kind: Complex, Width: int32(n)} }
func BitsOf(n int) Type    { return Type{Kind: Bits, Width: int32(n)} }

// CheckWidth says in words why a kind has no type of width n; "" where it has.
func CheckWidth(k Kind, n int64) string {
	switch k {
	case Bits:
		if n < 0 {
			return "the size of a register cannot be negative"
		}
		if n > MaxRegister {
			return fmt.Sprintf("a register of classical bits can have at most %d bits", MaxRegister)
		}
	case Float, Complex:
		if n != 16 && n != 32 && n != 64 {
			return "floating-point numbers have 16, 32 or 64 bits"
		}
	default:
		if n < 1 {
			return "the width must be at least 1"
		}
		if n > MaxWidth {
			return fmt.Sprintf("numbers can have at most %d bits", MaxWidth)
		}
	}
	return ""
}

// String is the type as a program writes it.
func (t Type) String() string {
	name := kindNames[t.Kind]
	switch {
	case t.Kind == Complex && t.Unsized:
		return "complex[float]"
	case t.Kind == Complex:
		return fmt.Sprintf("complex[float[%d]]", t.Width)
	case t.Unsized || t.Kind < Bits || t.Kind > Complex:
		return name
	}
	return fmt.Sprintf("%s[%d]", name, t.Width)
}

// Words is how many words a value of the type has.
func (t Type) Words() int {
	switch t.Kind {
	case Void:
		return 0
	case Bits, Int, Uint, Angle:
		return max(1, (int(t.Width)+63)/64)
	case Complex, Duration, Stretch:
		return 2
	}
	return 1
}

// IsInteger reports int and uint of any width.
func (t Type) IsInteger() bool { return t.Kind == Int || t.Kind == Uint }

// IsBool reports bool and scalar bit, which are interchangeable.
func (t Type) IsBool() bool { return t.Kind == Bool || t.Kind == Bit }

// IsNumber reports the types that take part in C's arithmetic: bool and bit, integers, floats and complex numbers.
func (t Type) IsNumber() bool {
	return t.IsBool() || t.IsInteger() || t.Kind == Float || t.Kind == Complex
}

// IsTime reports duration and stretch.
func (t Type) IsTime() bool { return t.Kind == Duration || t.Kind == Stretch }

// HasBits reports the types whose single bits can be read and written. Whether a program may do so with an unsized one is another
// question.
func (t Type) HasBits() bool {
	return t.Kind == Bits || t.IsInteger() || t.Kind == Angle
}

// Value is a constant.
type Value struct {
	Type  Type
	Words []uint64 // Type.Words() of them, in the form that the package comment describes
}

// New returns the zero of a type: what a variable holds that was never written.
func New(t Type) Value { return Value{Type: t, Words: make([]uint64, t.Words())} }
