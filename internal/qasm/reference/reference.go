// Package reference is the deliberately dumb OpenQASM 3 that the compiler is tested against. It walks the tree, from the program's
// beginning for every history of outcomes; integers are math/big, arrays are lists of pointers, gates are full matrices. It was written from
// the text of the specification and docs/openqasm.md, and shares nothing with compile, program and value but the parser's tree: where
// both have the same result, two readings of the language agree. It is for tests and for programs that pass `qcos check`; nothing
// else imports it.
package reference

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// History is one way that a program can go.
type History struct {
	P        float64      // its probability
	Vars     []Variable   // in order of declaration: the outputs or, where there are none, all global variables
	State    []complex128 // index Σ q_k·2^k over the declared qubits, global phase included
	Measured bool         // a measurement or a reset was met on the way
}

// Variable is a classical variable at the end.
type Variable struct {
	Name, Type string
	Value      string // see value.text
}

// Limits bound what a program may take.
type Limits struct {
	Steps     int // statements and expressions of one history
	Histories int
}

// ErrTooMuch is the end of a program that passes its limits, ErrFault of one that fails while it runs: a division by zero, an index out of
// range. Any other error says that the reference does not know the construct.
var (
	ErrTooMuch = errors.New("beyond the limits of the reference")
	ErrFault   = errors.New("fails while it runs")
)

// Run returns all histories of a program of OpenQASM 3. Inputs are values as literals of the language.
func Run(text []byte, inputs map[string]string, limits Limits) (all []History, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			all, err = nil, r.err
		case runtime.Error: // of programs that do not pass qcos check
			all, err = nil, fmt.Errorf("unknown to the reference: %w", r)
		default:
			panic(r)
		}
	}()
	var set diag.Set
	rep := &report.Reporter{}
	src, err := set.Add("program", text)
	if err != nil {
		return nil, err
	}
	names := token.NewNames()
	tree := parse.File(src, names, rep)
	if rep.HasErrors() {
		return nil, rep.List()
	}
	for scripts := [][]bool{nil}; len(scripts) > 0; {
		m := &machine{names: names, tree: tree, inputs: inputs, script: scripts[len(scripts)-1], steps: limits.Steps, p: 1}
		scripts = scripts[:len(scripts)-1]
		all = append(all, m.run())
		scripts = append(scripts, m.others...)
		if len(all)+len(scripts) > limits.Histories {
			return nil, ErrTooMuch
		}
	}
	return all, nil
}

// stop is what evaluation panics with.
type stop struct{ err error }

func fault(format string, args ...any) {
	panic(stop{fmt.Errorf("%w: %s", ErrFault, fmt.Sprintf(format, args...))})
}

func unknown(format string, args ...any) {
	panic(stop{fmt.Errorf("unknown to the reference: "+format, args...)})
}

// machine runs a program once, with outcomes from its script. Where the script ends, the outcome is 0 if it can be, and the other way is
// left in others.
type machine struct {
	names  *token.Names
	tree   *ast.Program
	inputs map[string]string
	steps  int

	reached int // the last statement of the main program that was begun

	script   []bool
	met      []bool // outcomes so far
	others   [][]bool
	p        float64
	measured bool

	global   *scope
	reported []*binding // in order of declaration
	state    []complex128
	hardware map[string]int // physical qubits
	result   value          // of the subroutine that just returned
}

func (m *machine) run() History {
	m.state = []complex128{1}
	m.hardware = map[string]int{}
	m.global = &scope{names: map[string]*binding{}}
	m.global.constants()
	m.main()
	m.unreached()
	h := History{P: m.p, State: m.state, Measured: m.measured}
	outputs := false
	for _, b := range m.reported {
		outputs = outputs || b.output
	}
	for _, b := range m.reported {
		if b.output || !outputs {
			h.Vars = append(h.Vars, Variable{b.name, b.cell.t.String(), b.cell.text()})
		}
	}
	return h
}

// main runs the statements until the program ends.
func (m *machine) main() {
	defer func() {
		if r := recover(); r != nil && r != any(programEnds{}) {
			panic(r)
		}
	}()
	for i, st := range m.tree.Statements {
		m.reached = i
		if m.statement(st, m.global) == ended {
			return
		}
	}
}

// unreached declares what the program ended before: its qubits and its variables exist.
func (m *machine) unreached() {
	for _, st := range m.tree.Statements[min(m.reached+1, len(m.tree.Statements)):] {
		switch st := st.(type) {
		case *ast.Register:
			m.register(st, m.global)
		case *ast.Declaration:
			if st.Role == ast.Variable || st.Role == ast.Output {
				v := *st
				v.Value = nil
				st = &v
			}
			m.declare(st, m.global)
		}
	}
}

func (m *machine) step() {
	if m.steps--; m.steps < 0 {
		panic(stop{ErrTooMuch})
	}
}

// binding is what a name stands for: one of a value, qubits, classical bits of other variables, a gate or a subroutine.
type binding struct {
	name    string
	cell    *value
	isConst bool
	output  bool
	qubits  []int
	quantum bool
	single  bool // a qubit, not a register
	bits    []bitRef
	gate    *ast.GateDef
	def     *ast.Def
}

// scope is names within names. A subroutine's sees of the global scope what does not change.
type scope struct {
	outer   *scope
	names   map[string]*binding
	closed  bool // a body of a subroutine or a gate
	returns *typ // of the subroutine
}

func (s *scope) inner() *scope {
	return &scope{outer: s, names: map[string]*binding{}, returns: s.returns}
}

func (s *scope) find(name string) *binding {
	closed := false
	for ; s != nil; s = s.outer {
		if b := s.names[name]; b != nil && (!closed || b.isConst || b.gate != nil || b.def != nil) {
			return b
		}
		closed = closed || s.closed
	}
	return nil
}
