// Package sema gives the tree its meaning: it looks names up, checks numbers and sizes, folds constants, and hands each
// operation that is right to a Sink. It expands nothing and makes no circuit.
package sema

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Sink receives a program's operations in order. What it is given is good during the call only.
type Sink interface {
	Qreg(name string, size int)
	Creg(name string, size int)
	Call(*Call)
	Measure(*Measure)
	Reset(qubits Arg, when *Condition, pos diag.Pos)
	Barrier(qubits []Arg, pos diag.Pos) // no qubits are all
}

// Arg is an operand: an element of a register, or all elements of one.
type Arg struct {
	First uint32 // in the numbering of circuit.Circuit
	Size  int    // 1 for an element
	Whole bool   // a register: the operation is repeated for each element
}

// At is the i-th element that a broadcast takes.
func (a Arg) At(i int) uint32 {
	if a.Whole {
		return a.First + uint32(i)
	}
	return a.First
}

// Condition is a condition with its number in the circuit, which the Sink gives; 0 before.
type Condition struct {
	circuit.Condition
	ID circuit.CondID
}

// Call is the application of a gate to operands, Times times over where registers are among them.
type Call struct {
	Gate   *Gate
	Params []float64
	Args   []Arg
	Times  int
	If     *Condition // nil: always
	At     diag.Span  // of the gate's name
}

// Measure is a measurement of qubits into bits, Times times over.
type Measure struct {
	Qubits, Bits Arg
	Times        int
	If           *Condition
	Pos          diag.Pos
}

// Options are how a program is judged.
type Options struct {
	// CheckOnly makes warnings of what is valid but cannot be run.
	CheckOnly bool
}

// Checker judges the statements of one program in order. Not safe for concurrent use.
type Checker struct {
	names   *token.Names
	sources *diag.Set
	rep     *report.Reporter
	sink    Sink
	opts    Options

	gates     []*Gate     // by symbol
	registers []*Register // by symbol
	locals    []local     // by symbol: the names of the gate being defined
	defining  uint32      // number of that gate, from 1
	rows      map[gate.ID]*Gate

	open       *Gate // the definition that was begun and not ended
	openSymbol token.Symbol
	bodyArgs   []uint32  // scratch
	formulas   []Formula // scratch

	unknown    map[token.Symbol]bool      // names that were reported: once is enough
	awaited    map[token.Symbol]diag.Mark // used and not declared so far
	meant      map[token.Symbol]string    // what gates that there are not may have been
	broken     map[token.Symbol]bool      // their declarations had errors: no more is said of them
	included   bool                       // the library
	incomplete bool                       // a file could not be included
	implied    bool                       // a gate of the library was used without it
	impliedAt  diag.Mark
	unrunnable bool
	qubits     uint64
	clbits     uint64

	when       *Condition
	conditions map[conditionKey]*Condition
	call       Call
	measure    Measure
	args       []Arg
	code       []Instr
}

// Register is a declared register.
type Register struct {
	Symbol  token.Symbol
	Quantum bool
	First   uint32
	Size    int
	At      diag.Span // of its name
}

// New returns a checker for an empty program with the gates of the language itself.
func New(names *token.Names, sources *diag.Set, rep *report.Reporter, sink Sink, o Options) *Checker {
	c := &Checker{names: names, sources: sources, rep: rep, sink: sink, opts: o, rows: map[gate.ID]*Gate{}, unknown: map[token.Symbol]bool{}, awaited: map[token.Symbol]diag.Mark{}, meant: map[token.Symbol]string{}, broken: map[token.Symbol]bool{}, conditions: map[conditionKey]*Condition{}}
	for i := range gate.All() {
		if row := &gate.All()[i]; row.Homes[gate.QASM2] == gate.Builtin {
			c.declareGate(c.names.Symbol([]byte(row.Name)), c.row(row))
		}
	}
	return c
}

// Check judges a statement. Includes and versions are the caller's business and must not be given.
func (c *Checker) Check(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Call:
		c.checkCall(s)
	case *ast.Measure:
		c.checkMeasure(s)
	case *ast.Reset:
		c.checkReset(s)
	case *ast.Barrier:
		c.checkBarrier(s)
	case *ast.If:
		c.checkIf(s)
	case *ast.Register:
		c.checkRegister(s)
	case *ast.GateDef:
		c.checkGateDef(s)
	case *ast.Broken:
		for _, n := range s.Names {
			c.broken[n.Symbol] = true
		}
	}
}

// Unrunnable reports whether the program so far is valid but cannot be run; see Options.CheckOnly.
func (c *Checker) Unrunnable() bool { return c.unrunnable }

func (c *Checker) register(s token.Symbol) *Register {
	if int(s) < len(c.registers) {
		return c.registers[s]
	}
	return nil
}

func (c *Checker) gate(s token.Symbol) *Gate {
	if int(s) < len(c.gates) {
		return c.gates[s]
	}
	return nil
}

func (c *Checker) declareGate(s token.Symbol, g *Gate) {
	*slot(&c.gates, s, c.names.Len()) = g
	if len(c.awaited) > 0 {
		c.comesLate(s, g.At)
	}
}

// comesLate tells of a name that was used before its declaration.
func (c *Checker) comesLate(s token.Symbol, at diag.Span) {
	c.rep.Note(c.awaited[s], at, c.name(s)+" is declared here, after its use")
	delete(c.awaited, s)
}

// slot returns a place in a table by symbol, which grows as needed.
func slot[T any](table *[]T, s token.Symbol, n int) *T {
	if int(s) >= len(*table) {
		grown := make([]T, max(n, 2*len(*table)))
		copy(grown, *table)
		*table = grown
	}
	return &(*table)[s]
}

// once reports whether a name that cannot be used is met for the first time.
func (c *Checker) once(s token.Symbol) bool {
	if c.unknown[s] || c.broken[s] {
		return false
	}
	c.unknown[s] = true
	return true
}

// name quotes a symbol, cut to a length fit for a message.
func (c *Checker) name(s token.Symbol) string { return "`" + report.Clip(c.names.Text(s)) + "`" }
