package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/spelling"
)

// Library declares the gates of stdgates.inc, included at a place.
func (c *Compiler) Library(at diag.Span) {
	if c.included {
		return
	}
	if c.depth != 1 {
		c.rep.Error(at, "not_global", "move it out of the block", "files are included at the top of the program only")
		return
	}
	c.included = true
	if c.implied {
		c.rep.Note(c.impliedAt, at, "it is included here, after its first use: move it up")
	}
	for i := range gate.All() {
		row := &gate.All()[i]
		if row.Homes[gate.QASM3] != gate.Library {
			continue
		}
		s := c.names.Symbol([]byte(row.Name))
		if old := c.lookup(s); old != nil {
			if old.meaning == gateName && old.gate.Row == row {
				continue
			}
			c.rep.Deviation(at, "redefined_library_gate", "", "the program has declared %s of stdgates.inc before including it; its own declaration counts", c.name(s))
			c.declaredAt(old)
			continue
		}
		c.declare(&symbol{name: s, meaning: gateName, at: at, gate: c.rowGate(row)})
	}
}

// impliedGate finds a gate that the program does not declare: of the library that it does not include, or of those that tools use
// and the library lacks. In strict mode there are none.
func (c *Compiler) impliedGate(n ast.Name) *Gate {
	row, ok := gate.Lookup(c.names.Text(n.Symbol))
	if !ok || c.rep.Strict {
		c.unknownGate(n)
		return nil
	}
	switch row.Homes[gate.QASM3] {
	case gate.Library:
		if !c.implied {
			c.rep.Warn(n.Span(), "missing_include", `add include "stdgates.inc";`, "the gate %s is taken from stdgates.inc, which the program does not include", c.name(n.Symbol))
			c.impliedAt = c.rep.Last()
		}
		c.implied = true
	case gate.Extra:
		c.rep.Warn(n.Span(), "extra_gate", extraHint(row.LibraryName(gate.QASM3)), "the gate %s is not in stdgates.inc", c.name(n.Symbol))
	default:
		c.unknownGate(n)
		return nil
	}
	return c.rowGate(row)
}

func extraHint(library string) string {
	if library != "" {
		return "write `" + library + "` to be understood everywhere"
	}
	return "define the gate in the program to be understood everywhere"
}

func (c *Compiler) unknownGate(n ast.Name) {
	if !c.once(int(n.Symbol)) || c.incomplete {
		return
	}
	text := c.names.Text(n.Symbol)
	hint := ""
	row, ok := gate.Lookup(text)
	switch {
	case ok && row.Homes[gate.QASM3] == gate.Library && c.included:
		hint = "gates must be declared before they are used"
	case ok && row.Homes[gate.QASM3] == gate.Library && c.implied: // said of another gate
		return
	case ok && row.Homes[gate.QASM3] == gate.Library:
		c.rep.Error(n.Span(), "unknown_gate", `add include "stdgates.inc";`, "there is no gate %s", c.name(n.Symbol))
		c.implied, c.impliedAt = true, c.rep.Last()
		return
	case c.expired[n.Symbol].Start > 0:
		hint = "it was declared in a block that has ended"
	case otherWays[text] != "":
		hint = otherWays[text]
	case ok && row.Homes[gate.QASM3] == gate.Extra && report.OtherGate(text, isLibraryGate) == "":
		hint = "it is not in stdgates.inc: define it in the program"
	default:
		if meant := c.meantGate(text); meant != "" {
			c.meant[n.Symbol] = meant
			hint = "did you mean `" + meant + "`?"
		}
	}
	c.rep.Error(n.Span(), "unknown_gate", hint, "there is no gate %s", c.name(n.Symbol))
	c.awaited[n.Symbol] = c.rep.Last()
}

// otherWays are hints for gates and statements of other languages that one name does not replace.
var otherWays = map[string]string{
	"mcx": "any gate gets more controls by a modifier: `ctrl(n) @ x` with n controls", "mcp": "any gate gets more controls by a modifier: `ctrl(n) @ p(theta)` with n controls",
	"mcz": "any gate gets more controls by a modifier: `ctrl(n) @ z` with n controls", "cccx": "any gate gets more controls by a modifier: `ctrl(3) @ x`",
	"ccccx": "any gate gets more controls by a modifier: `ctrl(4) @ x`", "ccz": "any gate gets more controls by a modifier: `ctrl(2) @ z`",
	"reset_all": "a register is reset as a whole: `reset q;`", "measure_all": "a register is measured as a whole: `c = measure q;`",
	"import": `files are included: include "stdgates.inc";`, "unitary": "a gate is defined by other gates: `gate g(a) q { … }`",
}

// meantGate is the gate of the program or the library, or the word of the language, that may be meant by a name.
func (c *Compiler) meantGate(text string) string {
	if other := report.OtherGate(text, isLibraryGate); other != "" {
		return other
	}
	best := spelling.New(text)
	for _, sym := range c.table {
		if sym != nil && (sym.meaning == gateName || sym.meaning == subroutine) {
			best.Try(c.names.Text(sym.name))
		}
	}
	for i := range gate.All() {
		if row := &gate.All()[i]; row.Homes[gate.QASM3] == gate.Library {
			best.Try(row.Name)
		}
	}
	report.TryWords(best, text, report.Statements3)
	return best.Best()
}

func isLibraryGate(name string) bool {
	row, ok := gate.Lookup(name)
	return ok && (row.Homes[gate.QASM3] == gate.Library || row.Homes[gate.QASM3] == gate.Builtin)
}

// notApplied goes on behind a gate that there is not. Where a declaration was meant, its names are known from here on.
func (c *Compiler) notApplied(s *ast.Call) {
	if otherWays[c.names.Text(s.Name.Symbol)] != "" {
		return
	}
	if !report.Declares(c.meant[s.Name.Symbol]) {
		c.operandsExist(s.Operands)
		return
	}
	for i := range s.Operands {
		c.declareBroken(s.Operands[i].Name)
	}
}

// Incomplete says that a file could not be included: gates that are missing may be in it, and are not reported.
func (c *Compiler) Incomplete() { c.incomplete = true }
