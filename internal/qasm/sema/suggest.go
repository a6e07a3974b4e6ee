package sema

import (
	"github.com/softquantus/qcos/internal/gate"
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
	return hint(best)
}

// suggestGate looks among the program's gates and the gate table.
func (c *Checker) suggestGate(s token.Symbol) string {
	best := spelling.New(c.names.Text(s))
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
	return hint(best)
}

// hint words the outcome of a search.
func hint(s *spelling.Search) string {
	if s.Best() == "" {
		return ""
	}
	return "did you mean `" + s.Best() + "`?"
}
