// Package qasm turns OpenQASM source into a circuit and diagnostics. Its parts, from the source down: token, ast, parse, sema,
// lower; those of OpenQASM 3 are token, ast, parse, compile. It knows no engine and no terminal; it reads included files through Options.ReadFile only.
//
// A statement is parsed, checked and lowered before the next is read, so that a program of any length takes the memory of its
// text and its circuit.
package qasm

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
)

// Options are how a program is read. The zero value is the default mode without include folders.
type Options struct {
	Strict     bool // the specification to the letter; see docs/openqasm.md for every difference
	SyntaxOnly bool // stop after parsing: names and types are not looked at, and files are not included
	// CheckOnly asks whether the program is valid rather than for its circuit: what is valid but cannot be run, the application of
	// an opaque gate, is a warning then, and the circuit may be nil without an error.
	CheckOnly bool
	Include   []string // folders searched for included files, before the including file's own
	// ReadFile reads an included file; nil is ReadFile of this package.
	ReadFile func(path string) ([]byte, error)
	// Inputs are the values of the input variables of an OpenQASM 3 program, by name, as their user wrote them (see
	// program.Type.ParseInput). An input without a value and a value without an input are errors of the program.
	Inputs map[string]string
	// MaxOps bounds the operations after expansion of gates and registers; 0 is lower.DefaultMaxOps, and never less than what the text may
	// write out.
	MaxOps int
	// UnrollSteps bounds the classical work that reading a program of OpenQASM 3 may take: loops are unrolled, where that makes a circuit
	// of it. 0 is compile.DefaultUnrollSteps, some seconds. What would take more stays a program and does its work when it runs.
	UnrollSteps int64
	// Whole leaves a program of OpenQASM 3 a program, also where it could be a circuit: the other way to the same outcomes.
	Whole bool
}

// Program is the outcome of Load.
type Program struct {
	Version string // as written, such as "2.0"; "" where the program does not say
	// Program is the classical part of an OpenQASM 3 program. Where there is no Circuit it is the whole program, which drives a quantum
	// state. Beside a Circuit it is what remains to be done for each outcome: it begins with the circuit's clbits (see Loads there).
	Program     *program.Program
	Major       int              // of the language: 2 or 3
	Circuit     *circuit.Circuit // nil where Diagnostics has errors, with SyntaxOnly, and as CheckOnly says
	Sources     *diag.Set        // what the positions of Diagnostics and of the circuit's ops refer to
	Diagnostics diag.List        // in order of place, errors and warnings
}

// Load reads a program from its text, which must not be changed afterwards. The name is shown in messages, and files are included
// relative to its folder. Every text has an outcome: what is wrong with it is in the program's Diagnostics.
func Load(name string, text []byte, o Options) *Program {
	return load(name, text, o, nil)
}
