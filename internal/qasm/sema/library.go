package sema

import (
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Library declares the gates of qelib1.inc, included at a place.
func (c *Checker) Library(at diag.Span) {
	if c.included {
		c.rep.Deviation(at, "included_twice", "include it once", "qelib1.inc is included twice: its gates are already defined")
		return
	}
	c.included = true
	if c.implied {
		c.rep.Note(c.impliedAt, at, "it is included here, after its first use: move it up")
	}
	for i := range gate.All() {
		row := &gate.All()[i]
		if row.Homes[gate.QASM2] != gate.Library {
			continue
		}
		s := c.names.Symbol([]byte(row.Name))
		if old := c.gate(s); old != nil && old.Row == nil {
			c.rep.Deviation(at, "redefined_library_gate", "", "the program has defined the gate %s of qelib1.inc before including it; its own definition counts", c.name(s))
			c.rep.Also(old.At, "%s is defined here", c.name(s))
			continue
		}
		if c.register(s) != nil {
			c.sharedName(ast.Name{At: ast.At(at), Symbol: s}, "library's gate", "register")
		}
		c.declareGate(s, c.row(row))
	}
}

// definition is a row as a gate definition of OpenQASM 2.
func definition(r *gate.Gate) string {
	params := ""
	if len(r.Params) > 0 {
		params = "(" + strings.Join(r.Params, ",") + ")"
	}
	return fmt.Sprintf("gate %s%s %s { %s }\n", r.Name, params, strings.Join(r.Operands, ","), r.Body)
}

// libraryBody compiles the body of a row, in terms of the table's own rows whatever the program has defined.
func libraryBody(r *gate.Gate) *Gate {
	var set diag.Set
	src, err := set.Add(r.Name, []byte(definition(r)))
	if err != nil {
		panic(fmt.Sprintf("internal error: body of %s: %v", r.Name, err))
	}
	names, rep := token.NewNames(), &report.Reporter{}
	c := New(names, &set, rep, nil, Options{})
	c.implied = true
	def, ok := parse.New(src, names, rep, parse.Options{Included: true}).Next().(*ast.GateDef)
	if ok {
		c.checkGateDef(def)
		if !rep.HasErrors() {
			return c.gate(def.Name.Symbol)
		}
	}
	panic(fmt.Sprintf("internal error: body of %s: %v", r.Name, rep.List().Error()))
}

// resolve finds the gate of a name, or reports that there is none. A name of the library that the program does not include, or of
// a gate that tools use and the library lacks, is a deviation.
func (c *Checker) resolve(n ast.Name) *Gate {
	if g := c.gate(n.Symbol); g != nil {
		return g
	}
	text := c.names.Text(n.Symbol)
	row, ok := gate.Lookup(text)
	if !ok {
		c.unknownGate(n)
		return nil
	}
	switch row.Homes[gate.QASM2] {
	case gate.Library:
		if c.rep.Strict {
			c.unknownGate(n)
			return nil
		}
		c.imply(n)
	case gate.Extra:
		hint := "define the gate in the program to be understood everywhere"
		if name := row.LibraryName(gate.QASM2); name != "" {
			hint = "write `" + name + "` to be understood everywhere"
		}
		c.rep.Deviation(n.Span(), "extra_gate", hint, "the gate %s is not in qelib1.inc", c.name(n.Symbol))
	default:
		c.unknownGate(n)
		return nil
	}
	g := c.row(row)
	c.declareGate(n.Symbol, g)
	return g
}

// imply warns once that the library is used without being included.
func (c *Checker) imply(n ast.Name) {
	if !c.implied {
		c.rep.Warn(n.Span(), "missing_include", `add include "qelib1.inc";`, "the gate %s is taken from qelib1.inc, which the program does not include", c.name(n.Symbol))
		c.impliedAt = c.rep.Last()
	}
	c.implied = true
}

func (c *Checker) unknownGate(n ast.Name) {
	if !c.once(n.Symbol) || c.incomplete {
		return
	}
	if r := c.register(n.Symbol); r != nil {
		c.rep.Error(n.Span(), "not_a_gate", "", "%s is a register, not a gate", c.name(n.Symbol))
		c.declaredAt(r)
		return
	}
	text := c.names.Text(n.Symbol)
	hint := otherWays[text]
	if row, ok := gate.Lookup(text); ok && row.Homes[gate.QASM2] == gate.Library {
		if !c.implied {
			c.rep.Error(n.Span(), "unknown_gate", `add include "qelib1.inc";`, "there is no gate %s", c.name(n.Symbol))
			c.implied, c.impliedAt = true, c.rep.Last()
		}
		return
	} else if hint == "" && n.Symbol.IsKeyword3() {
		hint = "this is OpenQASM 3, and the program is read as OpenQASM 2.0"
	} else if hint == "" {
		if meant := c.meantGate(text); meant != "" {
			c.meant[n.Symbol] = meant
			hint = "did you mean `" + meant + "`?"
		}
	}
	c.rep.Error(n.Span(), "unknown_gate", hint, "there is no gate %s", c.name(n.Symbol))
	c.awaited[n.Symbol] = c.rep.Last()
}

// otherWays are hints for what one name does not replace.
var otherWays = map[string]string{
	"mcx": "with three controls it is `c3x`, with four `c4x`", "measure_all": "a register is measured as a whole: `measure q -> c;`",
	"reset_all": "a register is reset as a whole: `reset q;`", "import": `files are included: include "qelib1.inc";`,
}

// Incomplete says that a file could not be included: gates that are missing may be in it, and are not reported.
func (c *Checker) Incomplete() { c.incomplete = true }
