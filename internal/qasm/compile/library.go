package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/spelling"
)

func report40(text string) string { return report.Clip(text) }

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
		}
		c.implied = true
	case gate.Extra:
		c.rep.Warn(n.Span(), "extra_gate", "define the gate in the program to be understood everywhere", "the gate %s is not in stdgates.inc", c.name(n.Symbol))
	default:
		c.unknownGate(n)
		return nil
	}
	return c.rowGate(row)
}

func (c *Compiler) unknownGate(n ast.Name) {
	if !c.once(int(n.Symbol)) {
		return
	}
	text := c.names.Text(n.Symbol)
	hint := ""
	if row, ok := gate.Lookup(text); ok && row.Homes[gate.QASM3] == gate.Library {
		hint = `add include "stdgates.inc";`
		if c.included {
			hint = "gates must be declared before they are used"
		}
	} else if other, ok := otherGates[text]; ok {
		hint = "did you mean `" + other + "`?"
	} else if ok := row != nil && row.Homes[gate.QASM3] == gate.Extra; ok {
		hint = "it is not in stdgates.inc: define it in the program"
	} else if c.expired[n.Symbol] {
		hint = "it was declared in a block that has ended"
	} else {
		hint = c.suggestGate(text)
	}
	c.rep.Error(n.Span(), "unknown_gate", hint, "there is no gate %s", c.name(n.Symbol))
}

// suggestGate looks among the program's gates and those of the library.
func (c *Compiler) suggestGate(text string) string {
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
	return didYouMean(best)
}

// otherGates are what other tools call gates of the library.
var otherGates = map[string]string{
	"cnot": "cx", "CNOT": "cx", "not": "x", "toffoli": "ccx", "ccnot": "ccx", "fredkin": "cswap", "hadamard": "h", "i": "id", "I": "id",
	"phaseshift": "p", "cphaseshift": "cp", "si": "sdg", "ti": "tdg", "v": "sx", "u": "U", "X": "x", "Y": "y", "Z": "z", "H": "h",
	"sdag": "sdg", "tdag": "tdg", "measure_all": "measure", "cu1": "cp", "cu3": "cu",
}
