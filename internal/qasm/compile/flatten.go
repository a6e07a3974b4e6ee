package compile

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
)

// reason is why a program is no circuit, or what was wrong with it when it was tried.
type reason struct {
	text string
	at   diag.Pos
	err  error
	code string
	next string
}

func flatten(p *program.Program, first *circuit.Circuit, maxOps int) (Result, reason) {
	return Result{}, reason{text: "it has classical statements"}
}
