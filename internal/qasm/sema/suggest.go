package sema

import (
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/spelling"
)

// suggest looks for a declared name close to s, as a hint.
func (c *Checker) suggest(s token.Symbol, fits func(token.Symbol) bool) string {
	best := spelling.New(c.names.Text(s))
	for other := range token.Symbol(c.names.Len()) {
		if other != s && fits(other) {
			best.Try(c.names.Text(other))
		}
	}
	return report.DidYouMean(best)
}

// meantGate is the gate of the program or the gate table, or the word of the language, that may be meant by a name.
func (c *Checker) meantGate(text string) string {
	if other := report.OtherGate(text, isLibraryGate); other != "" {
		return other
	}
	best := spelling.New(text)
	for other := range token.Symbol(len(c.gates)) {
		if c.gates[other] != nil {
			best.Try(c.names.Text(other))
		}
	}
	for i := range gate.All() {
		if row := &gate.All()[i]; row.Homes[gate.QASM2] == gate.Library {
			best.Try(row.Name)
		}
	}
	report.TryWords(best, text, report.Statements2)
	return best.Best()
}

func isLibraryGate(name string) bool {
	row, ok := gate.Lookup(name)
	return ok && (row.Homes[gate.QASM2] == gate.Library || row.Homes[gate.QASM2] == gate.Builtin)
}
