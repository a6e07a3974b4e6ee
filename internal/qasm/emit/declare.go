package emit

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// declare writes the head of the program and its registers.
func (w *writer) declare() {
	version, library, qubit, bit := "2.0", "qelib1.inc", "qreg %[1]s[%[2]d];\n", "creg %[1]s[%[2]d];\n"
	if w.dialect == gate.QASM3 {
		version, library, qubit, bit = "3.0", "stdgates.inc", "qubit[%[2]d] %[1]s;\n", "bit[%[2]d] %[1]s;\n"
	}
	fmt.Fprintf(&w.out, "OPENQASM %s;\ninclude \"%s\";\n", version, library)
	taken := map[string]bool{}
	w.qubits = w.registers(w.circuit.Qregs, w.circuit.NumQubits, qubit, taken)
	w.clbits = w.registers(w.circuit.Cregs, w.circuit.NumClbits, bit, taken)
}

func (w *writer) registers(list []circuit.Register, n int, declaration string, taken map[string]bool) []place {
	places := make([]place, n)
	for _, r := range list {
		name := w.name(r.Name, taken)
		fmt.Fprintf(&w.out, declaration, name, r.Size)
		for i := range r.Size {
			places[int(r.First)+i] = place{name, uint32(i), r.Size}
		}
	}
	return places
}

// name makes a name that the language allows for a register out of the one it has.
func (w *writer) name(name string, taken map[string]bool) string {
	name = strings.Map(func(r rune) rune {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) || w.dialect == gate.QASM2 && r > unicode.MaxASCII {
			return '_'
		}
		return r
	}, name)
	first, _, _ := strings.Cut(name, "")
	if name != "" {
		first = name[:1]
	}
	if w.dialect == gate.QASM2 && (first < "a" || first > "z") || name == "" || first >= "0" && first <= "9" {
		name = "r" + name
	}
	for taken[name] || w.reserved(name) {
		name += "_"
	}
	taken[name] = true
	return name
}

// constants3 are the names that OpenQASM 3 declares itself, besides its gates.
var constants3 = []string{
	"pi", "π", "tau", "τ", "euler", "ℇ", "arccos", "arcsin", "arctan", "ceiling", "cos", "exp", "floor", "log", "mod", "popcount",
	"rotl", "rotr", "sin", "sqrt", "tan", "real", "imag", "sizeof",
}

// Reserved3 reports whether a name means something else in OpenQASM 3: a word of the language, a gate or a constant.
func Reserved3(name string) bool { return (&writer{dialect: gate.QASM3}).reserved(name) }

// reserved reports whether a name means something else already: no reader shall stumble over it, so gates of either version count.
func (w *writer) reserved(name string) bool {
	if _, isGate := gate.Lookup(name); isGate {
		return true
	}
	s := token.NewNames().Symbol([]byte(name))
	if w.dialect == gate.QASM2 {
		return s.IsReserved()
	}
	return s.IsReserved3() || slices.Contains(constants3, name)
}
