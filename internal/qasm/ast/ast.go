// Package ast is the tree of an OpenQASM program: statements and expressions, each with its place in the source. It holds what
// was written, before any name is looked up. A Program holds a whole tree; reading a long program, the parser hands out one
// statement at a time and reuses its memory (see Arena).
package ast

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Node is any part of the tree.
type Node interface{ Span() diag.Span }

// Stmt is a statement. The sum is closed over this package and grows with the language.
type Stmt interface {
	Node
	stmt()
}

// Expr is an expression. The sum is closed over this package and grows with the language.
type Expr interface {
	Node
	expr()
}

// At is where a node stands, for embedding.
type At diag.Span

// Span implements Node.
func (a At) Span() diag.Span { return diag.Span(a) }

// Name is a name where it occurs.
type Name struct {
	At
	Symbol token.Symbol
}

// Operand is a register, a qubit of a gate's own, or an element of a register.
type Operand struct {
	At
	Name  Name
	Index Expr // nil: all of it
}

// Program is the whole of one source.
type Program struct {
	Statements []Stmt
}

// Version is `OPENQASM 2.0;`. Minor is -1 where it is not written.
type Version struct {
	At
	Major, Minor int
}

// Include is `include "path";`.
type Include struct {
	At
	Path   string
	PathAt diag.Span
}

// Register is `qreg name[size];` or `creg name[size];`.
type Register struct {
	At
	Quantum bool
	Name    Name
	Size    Expr
}

// GateDef is `gate name(params) qubits { body }`, or `opaque name(params) qubits;`, which has no body.
type GateDef struct {
	At
	Opaque bool
	Name   Name
	Params []Name
	Qubits []Name
	Body   []Stmt
}

// Call is the application of a gate: `name(params) operands;`.
type Call struct {
	At
	Name     Name
	Params   []Expr
	Operands []Operand
}

// Measure is `measure qubits -> bits;`.
type Measure struct {
	At
	Qubits Operand
	Bits   Operand
}

// Reset is `reset qubits;`.
type Reset struct {
	At
	Qubits Operand
}

// Barrier is `barrier operands;`; no operands are all qubits in scope.
type Barrier struct {
	At
	Operands []Operand
}

// If is `if (condition) body`.
type If struct {
	At
	Condition Expr
	Body      Stmt
}

func (*Version) stmt()  {}
func (*Include) stmt()  {}
func (*Register) stmt() {}
func (*GateDef) stmt()  {}
func (*Call) stmt()     {}
func (*Measure) stmt()  {}
func (*Reset) stmt()    {}
func (*Barrier) stmt()  {}
func (*If) stmt()       {}

// Int is an integer literal of any length.
type Int struct {
	At
	Value uint64 // where Fits
	Fits  bool   // in 64 bits
	Text  []byte // where not Fits: the digits, a part of the source
}

// Float is a literal with a point or an exponent.
type Float struct {
	At
	Value float64
}

// Ident is a name used as a value: a parameter, a constant, a register.
type Ident struct {
	At
	Symbol token.Symbol
}

// Index is `name[index]` used as a value.
type Index struct {
	At
	Name  Name
	Index Expr
}

// Paren is an expression in parentheses.
type Paren struct {
	At
	Inner Expr
}

// Unary is an operator before its operand.
type Unary struct {
	At
	Op    token.Kind
	Inner Expr
}

// Binary is an operator between its operands.
type Binary struct {
	At
	Op          token.Kind
	OpAt        diag.Span
	Left, Right Expr
}

// Function is `name(args)` used as a value.
type Function struct {
	At
	Name Name
	Args []Expr
}

func (*Int) expr()      {}
func (*Float) expr()    {}
func (*Ident) expr()    {}
func (*Index) expr()    {}
func (*Paren) expr()    {}
func (*Unary) expr()    {}
func (*Binary) expr()   {}
func (*Function) expr() {}
