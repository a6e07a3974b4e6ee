package report

import (
	"strings"

	"github.com/softquantus/qcos/internal/spelling"
)

// otherGates are what people and other tools call gates: in lower case, with the names of our libraries that may be meant.
var otherGates = map[string][]string{
	"cnot": {"cx"}, "not": {"x"}, "toffoli": {"ccx"}, "ccnot": {"ccx"}, "fredkin": {"cswap"}, "hadamard": {"h"}, "i": {"id"}, "iden": {"id"},
	"identity": {"id"}, "phase": {"p"}, "cphase": {"cp"}, "phaseshift": {"p"}, "cphaseshift": {"cp"}, "si": {"sdg"}, "ti": {"tdg"},
	"sdag": {"sdg"}, "tdag": {"tdg"}, "sdagger": {"sdg"}, "tdagger": {"tdg"}, "s_dag": {"sdg"}, "t_dag": {"tdg"}, "v": {"sx"}, "vi": {"sxdg"},
	"sqrtx": {"sx"}, "sqrt_x": {"sx"}, "sxdag": {"sxdg"}, "xx": {"rxx"}, "yy": {"ryy"}, "zz": {"rzz"}, "u": {"U"}, "cu1": {"cp"}, "cu3": {"cu"},
	"cphasegate": {"cp"}, "flip": {"x"}, "paulix": {"x"}, "pauliy": {"y"}, "pauliz": {"z"},
}

// OtherGate is the gate that may be meant by a name that is none, "" where nothing comes to mind. Has tells which gates there are.
func OtherGate(name string, has func(string) bool) string {
	for _, other := range otherGates[strings.ToLower(name)] {
		if has(other) {
			return other
		}
	}
	return ""
}

// Statements of each version by the words that they begin with.
var (
	Statements2 = strings.Fields("OPENQASM include qreg creg gate opaque barrier measure reset if")
	Statements3 = strings.Fields("OPENQASM include qubit bit int uint float angle bool complex duration stretch array const let input output gate def extern " +
		"if else for while switch case default break continue return end measure reset barrier delay box gphase ctrl negctrl inv pow qreg creg")
)

// Declares reports whether a statement that begins with a word declares the name behind it.
func Declares(word string) bool {
	switch word {
	case "qubit", "bit", "int", "uint", "float", "angle", "bool", "complex", "duration", "stretch", "array", "qreg", "creg":
		return true
	}
	return false
}

// SameWord is the one of words that differs in upper and lower case only, "" where there is none.
func SameWord(text string, words []string) string {
	for _, w := range words {
		if strings.EqualFold(text, w) {
			return w
		}
	}
	return ""
}

// DidYouMean is the hint that names the outcome of a search, "" where nothing was near.
func DidYouMean(s *spelling.Search) string {
	if s.Best() == "" {
		return ""
	}
	return "did you mean `" + s.Best() + "`?"
}

// Usage is how a gate is applied: `rx(theta) a;`.
func Usage(name string, params, operands []string) string {
	if len(params) > 0 {
		name += "(" + strings.Join(params, ", ") + ")"
	}
	return name + " " + strings.Join(operands, ", ") + ";"
}

// TryWords takes words of the language into a search for what a name was to be, where it is at most one letter longer or shorter.
func TryWords(best *spelling.Search, name string, words []string) {
	for _, w := range words {
		if d := len(w) - len(name); -1 <= d && d <= 1 {
			best.Try(w)
		}
	}
}
