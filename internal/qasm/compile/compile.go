// Package compile turns OpenQASM 3 into what can be run. It gives the tree its meaning (names, types, constants, sizes), reports what
// is wrong with it, and makes one program of all that the source says. What turns out to need no decision while it runs
// becomes a circuit, with a classical rest at most (see flatten.go); the rest stays a program, which drives the engine's branches.
//
// A statement is compiled when it is read. As long as a program consists of declarations and of operations on known qubits, it is a
// circuit already, and the operations of it are made directly.
package compile

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// Options are how a program is compiled.
type Options struct {
	// CheckOnly asks whether the program is valid: what is valid but cannot be run is a warning, and inputs need no values.
	CheckOnly bool
	// Inputs are the values of the program's inputs by name, as program.Type.ParseInput reads them.
	Inputs map[string]string
	// MaxOps bounds the operations after expansion; 0 is DefaultMaxOps.
	MaxOps int
	// UnrollSteps bounds the classical work that is done to find out whether the program is a circuit; 0 is DefaultUnrollSteps. A program
	// that takes more stays a program.
	UnrollSteps int64
	// Ahead finds definitions that stand behind their use; nil: there are none.
	Ahead Ahead
	// Whole leaves the program a program, also where it could be a circuit.
	Whole bool
}

// DefaultMaxOps is how many operations a program may have where nothing else is said.
const DefaultMaxOps = 8_000_000

// DefaultUnrollSteps is some seconds of classical work.
const DefaultUnrollSteps = 1 << 30

// Compiler compiles the statements of one program in order. Not safe for concurrent use.
type Compiler struct {
	whereabouts
	names        *token.Names
	sources      *diag.Set
	rep          *report.Reporter
	opts         Options
	maxOps       int
	ops          uint64 // so far, expansions included
	applications int    // of gates so far, those within definitions included

	// The program under construction. While direct, it is nothing but the circuit; afterwards the circuit is what comes first.
	circuit *circuit.Circuit
	out     *program.Program
	funcs   []*code // all; the first is the main program
	bounds  map[program.Bound]int32
	fixed   []fixedWords
	vars    []program.Var
	cregs   []program.Creg
	clbits  map[int32]circuit.Clbit // of the registers, by slot

	table   []*symbol // by name
	scopes  []scope
	said    map[int]bool
	expired map[token.Symbol]diag.Span // declared in blocks that have ended
	awaited map[token.Symbol]diag.Mark // used and not declared so far

	writers bool // a subroutine may write arrays that it is given

	early     map[diag.Pos]bool // names of definitions that were compiled ahead of their place
	forwardAt diag.Pos          // of the one that is being compiled ahead, else 0
	lent      []*symbol         // constants that are there for it
	waiting   int               // definitions for one that they use
	opening   []token.Symbol    // gates around c.open whose definitions are being read

	rows        map[gate.ID]*Gate
	gphase      *Gate
	stack       []operand // scratch of formulas
	plainParams [4]float64
	plainQubits [8]circuit.Qubit

	hardwareQubits map[uint32]uint32
	renumbered     map[uint32]uint32 // places of physical qubits that were others before
	outputs        []token.Symbol
	inputNames     []string
	included       bool // the library
	implied        bool // a gate of the library was used without it
	impliedAt      diag.Mark
	incomplete     bool                    // a file could not be included
	meant          map[token.Symbol]string // what gates that there are not may have been
	unrunnable     bool
	called         bool
	start          diag.Span // of the first statement
}

// New returns a compiler of an empty program.
func New(names *token.Names, sources *diag.Set, rep *report.Reporter, o Options) *Compiler {
	c := &Compiler{
		names: names, sources: sources, rep: rep, opts: o, maxOps: o.MaxOps, whereabouts: whereabouts{direct: true}, circuit: &circuit.Circuit{}, out: &program.Program{},
		bounds: map[program.Bound]int32{}, clbits: map[int32]circuit.Clbit{}, said: map[int]bool{}, expired: map[token.Symbol]diag.Span{},
		awaited: map[token.Symbol]diag.Mark{}, meant: map[token.Symbol]string{},
		early: map[diag.Pos]bool{}, rows: map[gate.ID]*Gate{}, hardwareQubits: map[uint32]uint32{},
	}
	if c.maxOps <= 0 {
		c.maxOps = DefaultMaxOps
	}
	if c.opts.UnrollSteps <= 0 {
		c.opts.UnrollSteps = DefaultUnrollSteps
	}
	c.fn = newCode("main", 0, 0)
	c.funcs = []*code{c.fn}
	c.language()
	c.depth = 1
	return c
}

// language declares what is part of the language.
func (c *Compiler) language() {
	for _, k := range []struct {
		names []string
		v     float64
	}{{[]string{"pi", "π"}, pi}, {[]string{"tau", "τ"}, 2 * pi}, {[]string{"euler", "ℇ"}, e}} {
		for _, n := range k.names {
			v := value.Value{Type: value.FloatOf(64), Words: value.OfFloat(k.v).Words}
			c.declare(&symbol{name: c.names.Symbol([]byte(n)), meaning: constantName, typ: v.Type, val: v})
		}
	}
	c.declare(&symbol{name: c.names.Symbol([]byte("U")), meaning: gateName, gate: c.rowGate(gate.U.Row())})
	c.gphase = c.rowGate(gate.GPhase.Row())
}

const (
	pi = 3.14159265358979323846264338327950288
	e  = 2.71828182845904523536028747135266250
)

// Reserve prepares for about that many operations and operands to come.
func (c *Compiler) Reserve(ops, operands int) { c.circuit.Reserve(min(ops, c.maxOps), operands) }

// Unrunnable reports whether the program so far is valid but cannot be run; see Options.CheckOnly.
func (c *Compiler) Unrunnable() bool { return c.unrunnable }

// Check compiles a statement. Includes and versions are the caller's business and must not be given.
func (c *Compiler) Check(s ast.Stmt) {
	if c.start == (diag.Span{}) {
		c.start = s.Span()
	}
	if d, ok := s.(*ast.GateDef); c.open != nil && (!ok || d.Name.Symbol != c.openName.Symbol) {
		c.abandon()
	}
	c.stmt(s)
}

// BeginGate and BodyStatement implement parse.GateReader: the body of a definition is compiled as it is read.
func (c *Compiler) BeginGate(s *ast.GateDef) {
	if c.open != nil {
		c.abandon()
	}
	if c.depth == 1 && !c.compiled(s.Name) {
		c.beginGate(s)
	}
}

// BodyStatement is a statement of the definition that was begun.
func (c *Compiler) BodyStatement(s ast.Stmt) {
	if c.open != nil {
		c.gateStmt(s)
	}
}

// abandon drops a definition that broke off.
func (c *Compiler) abandon() {
	c.leave()
	c.open, c.floor, c.inGate = nil, 0, false
	c.declareBroken(c.openName)
}
