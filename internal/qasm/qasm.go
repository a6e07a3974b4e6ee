// Package qasm turns OpenQASM source into a circuit and diagnostics. Its parts, from the source down: token, ast, parse, sema,
// lower. It knows no engine and no terminal; it reads included files through Options.ReadFile only.
package qasm

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
)

// Options are how a program is read. The zero value is the default mode without include folders.
type Options struct {
	Strict     bool     // the specification to the letter; see docs/openqasm.md for every difference
	SyntaxOnly bool     // stop after parsing: names and types are not looked at
	Include    []string // folders searched for included files, before the including file's own
	// ReadFile reads an included file; nil is a reader of regular files with the limits of the package.
	ReadFile func(path string) ([]byte, error)
	// MaxOps bounds the operations after expansion of gates and registers; 0 is the package's default.
	MaxOps int
}

// Program is the outcome of Load.
type Program struct {
	Version     string           // as written, such as "2.0"; "" where the program does not say
	Circuit     *circuit.Circuit // nil where Diagnostics has errors, or with SyntaxOnly
	Sources     *diag.Set        // what the positions of Diagnostics and of the circuit's ops refer to
	Diagnostics diag.List        // in order of place, errors and warnings
}
