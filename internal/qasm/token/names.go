package token

import (
	"hash/maphash"
	"math"
	"math/rand/v2"
	"strconv"
)

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

	// Keywords of OpenQASM 3 alone, in the order of words3. Those of types end in Type.
	AngleType
	ArrayType
	BitType
	BoolType
	Box
	Break
	Cal
	Case
	ComplexType
	Const
	Continue
	Ctrl
	Def
	Default
	Defcal
	DefcalGrammar
	Delay
	DurationType
	DurationOf
	Else
	End
	Extern
	False
	FloatType
	For
	Gphase
	Im
	In
	Input
	IntType
	Inv
	Let
	Mutable
	NegCtrl
	Nop
	Output
	Pow
	Pragma
	QubitType
	Readonly
	Return
	StretchType
	Switch
	True
	UintType
	VoidType
	While

	lastOf3  = While
	firstOf3 = AngleType

	// LastWord is the last of the words that mean something to some version.
	LastWord = lastOf3
)

var words2 = []string{
	"", "OPENQASM", "include", "qreg", "creg", "gate", "opaque", "barrier", "measure", "reset", "if",
	"pi", "sin", "cos", "tan", "exp", "ln", "sqrt", "asin", "acos", "atan", "π",
}

var words3 = []string{
	"angle", "array", "bit", "bool", "box", "break", "cal", "case", "complex", "const", "continue", "ctrl", "def", "default",
	"defcal", "defcalgrammar", "delay", "duration", "durationof", "else", "end", "extern", "false", "float", "for", "gphase",
	"im", "in", "input", "int", "inv", "let", "mutable", "negctrl", "nop", "output", "pow", "pragma", "qubit", "readonly",
	"return", "stretch", "switch", "true", "uint", "void", "while",
}

// Names numbers the names of one program. It keeps slices of the source, not copies. Not safe for concurrent use.
type Names struct {
	texts [][]byte    // by symbol
	one   [128]Symbol // of names of one letter, which most registers have
	short table       // names of up to eight bytes, by their bytes
	long  table       // longer names, by their hash
	seed  maphash.Seed
	odd   uint64 // random, so that nobody can choose names that collide
}

// table is open addressing with a power of two of slots.
type table struct {
	slots []slot
	used  int
}

// slot is free while its symbol is None.
type slot struct {
	key    uint64
	symbol Symbol
}

const firstSlots = 256

// NewNames returns a table that holds the words of the language.
func NewNames() *Names {
	n := &Names{seed: maphash.MakeSeed(), odd: rand.Uint64() | 1, texts: make([][]byte, 1, firstSlots)}
	n.short.slots, n.long.slots = make([]slot, firstSlots), make([]slot, firstSlots)
	for _, w := range words2[1:] {
		n.Symbol([]byte(w))
	}
	for _, w := range words3 {
		n.Symbol([]byte(w))
	}
	return n
}

// Len is one more than the greatest symbol.
func (n *Names) Len() int { return len(n.texts) }

// Text is the name of a symbol.
func (n *Names) Text(s Symbol) string { return string(n.texts[s]) }

// IsKeyword3 reports whether s is a keyword of OpenQASM 3 that OpenQASM 2 does not have.
func (s Symbol) IsKeyword3() bool { return s >= firstOf3 && s <= lastOf3 }

// IsReserved reports whether s is a word that OpenQASM 2 keeps for itself.
func (s Symbol) IsReserved() bool { return s > None && s <= Sqrt }

// IsReserved3 reports whether s is a word that OpenQASM 3 keeps for itself. Its constants and functions are ordinary names.
func (s Symbol) IsReserved3() bool {
	return s > None && s <= If && s != Opaque || s.IsKeyword3()
}

// IsType reports whether a type of OpenQASM 3 may begin with s, among them `array` and `qubit`.
func (s Symbol) IsType() bool {
	switch s {
	case AngleType, ArrayType, BitType, BoolType, ComplexType, DurationType, FloatType, IntType, QubitType, StretchType, UintType:
		return true
	}
	return false
}

// Hardware is the number of a physical qubit, whose name is `$` and digits; false for other names. A number that does not fit
// in 32 bits becomes the greatest that does.
func (n *Names) Hardware(s Symbol) (number uint32, ok bool) {
	text := n.texts[s]
	if len(text) < 2 || text[0] != '$' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(text[1:]), 10, 32)
	if err != nil {
		v = math.MaxUint32
	}
	return uint32(v), true
}

// Symbol returns the number of a name, a new one where the name is new. The text is kept and must not be changed. A name holds no
// zero bytes.
func (n *Names) Symbol(text []byte) Symbol {
	if len(text) <= 8 {
		var key uint64
		for i, c := range text {
			key |= uint64(c) << (8 * i)
		}
		return n.packed(key, text)
	}
	key := maphash.Bytes(n.seed, text)
	for at := n.long.first(key * n.odd); ; at = n.long.next(at) {
		s := &n.long.slots[at]
		if s.symbol == None {
			return n.add(&n.long, s, key, text)
		}
		if s.key == key && string(n.texts[s.symbol]) == string(text) {
			return s.symbol
		}
	}
}

// packed is Symbol for a name of up to eight bytes, which make its key.
func (n *Names) packed(key uint64, text []byte) Symbol {
	for at := n.short.first(key * n.odd); ; at = n.short.next(at) {
		s := &n.short.slots[at]
		if s.key == key && s.symbol != None {
			return s.symbol
		}
		if s.symbol == None {
			return n.add(&n.short, s, key, text)
		}
	}
}

func (n *Names) add(t *table, s *slot, key uint64, text []byte) Symbol {
	symbol := Symbol(len(n.texts))
	if len(text) == 1 {
		n.one[text[0]&0x7f] = symbol // a name of one byte is ASCII
	}
	n.texts = append(n.texts, text)
	*s = slot{key, symbol}
	if t.used++; 2*t.used > len(t.slots) {
		t.grow(n.odd)
	}
	return symbol
}

// first is where a name with that product of key and odd number is looked for.
func (t *table) first(product uint64) int { return int(product>>32) & (len(t.slots) - 1) }

func (t *table) next(at int) int { return (at + 1) & (len(t.slots) - 1) }

func (t *table) grow(odd uint64) {
	old := t.slots
	t.slots = make([]slot, 4*len(old))
	for _, s := range old {
		if s.symbol == None {
			continue
		}
		at := t.first(s.key * odd)
		for t.slots[at].symbol != None {
			at = t.next(at)
		}
		t.slots[at] = s
	}
}
