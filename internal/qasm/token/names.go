package token

import "hash/maphash"

// Symbol is a name by number: equal names of one Names have equal symbols. Symbols are small and dense, so tables of names are slices.
type Symbol uint32

// The words that mean something to the language, in any of its versions. Which are keywords depends on the version.
const (
	None Symbol = iota

	// Statements of OpenQASM 2.
	OPENQASM
	Include
	Qreg
	Creg
	Gate
	Opaque
	Barrier
	Measure
	Reset
	If

	// Constants and functions of OpenQASM 2.
	Pi
	Sin
	Cos
	Tan
	Exp
	Ln
	Sqrt

	// Functions that later versions and some tools add.
	Asin
	Acos
	Atan

	// PiSign is the letter π.
	PiSign

	// Keywords of OpenQASM 3 alone.
	firstOf3
)

var words2 = []string{
	"", "OPENQASM", "include", "qreg", "creg", "gate", "opaque", "barrier", "measure", "reset", "if",
	"pi", "sin", "cos", "tan", "exp", "ln", "sqrt", "asin", "acos", "atan", "π",
}

var words3 = []string{
	"angle", "array", "bit", "bool", "box", "break", "cal", "case", "complex", "const", "continue", "ctrl", "def", "default",
	"defcal", "defcalgrammar", "delay", "duration", "durationof", "else", "end", "extern", "float", "for", "gphase", "in", "input",
	"int", "inv", "let", "mutable", "negctrl", "nop", "output", "pow", "pragma", "qubit", "readonly", "return", "stretch", "switch",
	"uint", "void", "while",
}

// Names numbers the names of one program. It keeps slices of the source, not copies. Not safe for concurrent use.
type Names struct {
	seed  maphash.Seed
	texts [][]byte // by symbol
	slots []uint32 // open addressing: symbol + 1, 0 is free; len is a power of two
	one   [128]Symbol
	last3 Symbol // the last of the keywords of OpenQASM 3
}

// NewNames returns a table that holds the words of the language.
func NewNames() *Names {
	n := &Names{seed: maphash.MakeSeed(), slots: make([]uint32, 512), texts: make([][]byte, 0, 256)}
	n.texts = append(n.texts, nil)
	for _, w := range words2[1:] {
		n.Symbol([]byte(w))
	}
	for _, w := range words3 {
		n.Symbol([]byte(w))
	}
	n.last3 = Symbol(len(n.texts) - 1)
	return n
}

// Len is one more than the greatest symbol.
func (n *Names) Len() int { return len(n.texts) }

// Text is the name of a symbol.
func (n *Names) Text(s Symbol) string { return string(n.texts[s]) }

// IsKeyword3 reports whether s is a keyword of OpenQASM 3 that OpenQASM 2 does not have.
func (n *Names) IsKeyword3(s Symbol) bool { return s >= firstOf3 && s <= n.last3 }

// IsReserved reports whether s is a word that OpenQASM 2 keeps for itself.
func (s Symbol) IsReserved() bool { return s > None && s <= Sqrt }

// Symbol returns the number of a name, a new one where the name is new. The text is kept and must not be changed.
func (n *Names) Symbol(text []byte) Symbol {
	if len(text) == 1 && text[0] < 128 {
		if s := n.one[text[0]]; s != None {
			return s
		}
		s := n.add(text)
		n.one[text[0]] = s
		return s
	}
	mask := uint32(len(n.slots) - 1)
	at := uint32(maphash.Bytes(n.seed, text)) & mask
	for n.slots[at] != 0 {
		if s := n.slots[at] - 1; string(n.texts[s]) == string(text) {
			return Symbol(s)
		}
		at = (at + 1) & mask
	}
	s := n.add(text)
	n.slots[at] = uint32(s) + 1
	if 2*len(n.texts) > len(n.slots) {
		n.grow()
	}
	return s
}

func (n *Names) add(text []byte) Symbol {
	n.texts = append(n.texts, text)
	return Symbol(len(n.texts) - 1)
}

func (n *Names) grow() {
	n.slots = make([]uint32, 4*len(n.slots))
	mask := uint32(len(n.slots) - 1)
	for s, text := range n.texts {
		if len(text) < 2 {
			continue
		}
		at := uint32(maphash.Bytes(n.seed, text)) & mask
		for n.slots[at] != 0 {
			at = (at + 1) & mask
		}
		n.slots[at] = uint32(s) + 1
	}
}
