package ast

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Int is an integer literal of any length, decimal or, in OpenQASM 3, with the prefix 0b, 0o or 0x.
type Int struct {
	At
	Value uint64 // where Fits
	Fits  bool   // in 64 bits
	Text  []byte // where not Fits: the literal as written, with prefix and underscores; a part of the source
}

// Float is a literal with a point or an exponent.
type Float struct {
	At
	Value float64
}

// Imaginary is a number with the suffix `im`.
type Imaginary struct {
	At
	Value float64
}

// Timing is a number with a unit of time.
type Timing struct {
	At
	Value float64 // in the unit
	Unit  TimeUnit
}

// TimeUnit is a unit of time.
type TimeUnit uint8

// The units.
const (
	Seconds TimeUnit = iota
	Milliseconds
	Microseconds
	Nanoseconds
	SampleTicks // dt: the device's own
)

func (u TimeUnit) String() string { return [...]string{"s", "ms", "us", "ns", "dt"}[u] }

// InSeconds is the unit in seconds, 0 for dt.
func (u TimeUnit) InSeconds() float64 { return [...]float64{1, 1e-3, 1e-6, 1e-9, 0}[u] }

// Bool is `true` or `false`.
type Bool struct {
	At
	Value bool
}

// BitString is a literal such as "0110": the leftmost bit has the highest index.
type BitString struct {
	At
	Text  []byte // as written, without quotes, with underscores; a part of the source
	Width int    // bits in Text
}

// Bits returns the literal's bits as '0' and '1', the highest index first.
func (b *BitString) Bits() []byte {
	bits := make([]byte, 0, b.Width)
	for _, c := range b.Text {
		if c != '_' {
			bits = append(bits, c)
		}
	}
	return bits
}

// Ident is a name used as a value: a parameter, a variable, a constant, a register, a physical qubit.
type Ident struct {
	At
	Symbol token.Symbol
}

// Index is `base[index]` used as a value. What may stand in the brackets is as in Operand.Index, but for Chain: a second pair of
// brackets is another Index around this one.
type Index struct {
	At
	Base  Expr
	Index Expr
}

// Range is `start:step:stop` within brackets; each part may be missing. It includes its stop.
type Range struct {
	At
	Start, Step, Stop Expr // nil: not written
}

// Set is `{a, b, c}` as an index or as the values of a For.
type Set struct {
	At
	Items []Expr
}

// IndexList is two or more indices in one pair of brackets: `[i, j:k]`.
type IndexList struct {
	At
	Items []Expr
}

// Chain is what two or more pairs of brackets of an Operand hold, one element a pair.
type Chain struct {
	At
	Links []Expr
}

// Paren is an expression in parentheses.
type Paren struct {
	At
	Inner Expr
}

// Unary is an operator before its operand: token.Minus, token.Not, token.Tilde, and in OpenQASM 2 token.Plus.
type Unary struct {
	At
	Op    token.Kind
	Inner Expr
}

// Binary is an operator between its operands. In OpenQASM 2 token.Caret is the power, in OpenQASM 3 exclusive or.
type Binary struct {
	At
	Op          token.Kind
	OpAt        diag.Span
	Left, Right Expr
}

// Function is `name(args)` used as a value: a built-in function or a subroutine.
type Function struct {
	At
	Name Name
	Args []Expr
}

// Cast is `type(value)`.
type Cast struct {
	At
	Type  *Type
	Value Expr
}

// DurationOf is `durationof({ … })`.
type DurationOf struct {
	At
	Body *Block
}

// Concat is `a ++ b ++ c`: the value of an alias, a declaration, an assignment or an argument, or what stands in parentheses.
type Concat struct {
	At
	Parts []Expr
}

// Member is `value in set`: whether an integer belongs to a Set or a Range.
type Member struct {
	At
	OpAt       diag.Span
	Value, Set Expr
}

// ArrayLiteral is `{a, {b, c}}` as the value of a Declaration.
type ArrayLiteral struct {
	At
	Items []Expr
}

// Measurement is `measure qubits` used as a value.
type Measurement struct {
	At
	Qubits Operand
}

// QuantumCall is `name(args) operands` used as a value: a subroutine called in the manner of a gate.
type QuantumCall struct {
	At
	Name     Name
	Params   []Expr
	Operands []Operand
}

func (*Int) expr()          {}
func (*Float) expr()        {}
func (*Imaginary) expr()    {}
func (*Timing) expr()       {}
func (*Bool) expr()         {}
func (*BitString) expr()    {}
func (*Ident) expr()        {}
func (*Index) expr()        {}
func (*Range) expr()        {}
func (*Set) expr()          {}
func (*IndexList) expr()    {}
func (*Chain) expr()        {}
func (*Paren) expr()        {}
func (*Unary) expr()        {}
func (*Binary) expr()       {}
func (*Function) expr()     {}
func (*Cast) expr()         {}
func (*DurationOf) expr()   {}
func (*Concat) expr()       {}
func (*Member) expr()       {}
func (*ArrayLiteral) expr() {}
func (*Measurement) expr()  {}
func (*QuantumCall) expr()  {}
