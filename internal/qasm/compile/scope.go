package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/spelling"
	"github.com/softquantus/qcos/internal/value"
)

// meaning is what a name stands for.
type meaning uint8

const (
	variable meaning = iota
	constantName
	array
	qubits // a register, a single qubit, or an alias of such
	bits   // an alias of classical bits
	gateName
	subroutine
	externName
	gateParam
	broken // its declaration had an error: no more is said of it
)

var meaningNames = [...]string{"a variable", "a constant", "an array", "a qubit or quantum register", "an alias of classical bits", "a gate", "a subroutine", "an extern function", "a parameter of the gate", ""}

// kind is what a symbol is, for people.
func (s *symbol) kind() string {
	switch {
	case s.meaning == variable && s.typ.Kind != value.Void:
		return "a variable of type " + typeName(s.typ)
	case s.meaning == array:
		return "an array"
	case s.meaning == qubits && s.q.scalar:
		return "a qubit"
	case s.meaning == qubits:
		return "a register of qubits"
	}
	return meaningNames[s.meaning]
}

// symbol is a declared name.
type symbol struct {
	name    token.Symbol
	meaning meaning
	at      diag.Span
	depth   int32 // of the scope that it was declared in; 0 is the language's own
	outer   *symbol

	typ      value.Type
	slot     int32       // of a variable; of an array its first slot
	val      value.Value // of a constant
	literal  bool        // an integer constant without a width
	arr      *view       // of an array
	readonly bool        // of an array, and of an input
	loop     bool        // the variable of a for loop
	input    bool
	q        register
	bits     bitList
	gate     *Gate
	def      *def
	param    uint32 // of a gateParam
}

// scope is what ends with a block.
type scope struct {
	declared []*symbol
	top      int32 // of the frame before
}

// lookup returns what a name means here, or nil.
func (c *Compiler) lookup(s token.Symbol) *symbol {
	if int(s) >= len(c.table) {
		return nil
	}
	return c.table[s]
}

// visible reports whether a symbol may be used here: within definitions only constants, gates and functions of the program are.
func (c *Compiler) visible(sym *symbol) bool {
	if c.floor == 0 || sym.depth >= c.floor {
		return true
	}
	switch sym.meaning {
	case constantName, gateName, subroutine, externName, broken:
		return true
	}
	return false
}

func (c *Compiler) declare(sym *symbol) {
	for int(sym.name) >= len(c.table) {
		c.table = append(c.table, make([]*symbol, max(64, c.names.Len()-len(c.table)))...)
	}
	sym.depth, sym.outer = c.depth, c.table[sym.name]
	if len(c.awaited) > 0 {
		c.comesLate(sym)
	}
	c.table[sym.name] = sym
	if len(c.scopes) > 0 {
		s := &c.scopes[len(c.scopes)-1]
		s.declared = append(s.declared, sym)
	}
}

// comesLate tells of a name that was used before its declaration.
func (c *Compiler) comesLate(sym *symbol) {
	if m := c.awaited[sym.name]; m != 0 && sym.meaning != broken && sym.meaning != gateParam {
		c.rep.Note(m, sym.at, c.name(sym.name)+" is declared here, after its use")
	}
	delete(c.awaited, sym.name)
}

// enter begins a block.
func (c *Compiler) enter() {
	c.depth++
	c.scopes = append(c.scopes, scope{top: c.fn.top})
}

// leave ends it: its names mean again what they did before, and its slots are free.
func (c *Compiler) leave() {
	s := c.scopes[len(c.scopes)-1]
	for i := len(s.declared) - 1; i >= 0; i-- {
		sym := s.declared[i]
		c.table[sym.name] = sym.outer
		c.expired[sym.name] = sym.at
	}
	c.scopes = c.scopes[:len(c.scopes)-1]
	c.depth--
	c.fn.top = s.top
}

// mayDeclare reports what speaks against declaring a name in this scope.
func (c *Compiler) mayDeclare(n ast.Name) bool {
	old := c.lookup(n.Symbol)
	switch {
	case old == nil || c.depth > 1 && old.depth < c.depth:
		return true
	case old.depth == 0 && c.depth == 1:
		c.rep.Error(n.Span(), "duplicate_definition", "choose another name", "%s is part of the language and cannot be declared again", c.name(n.Symbol))
		return false
	case old.loop:
		c.rep.Deviation(n.Span(), "redeclared_loop_variable", "choose another name", "%s is the variable of the loop, which counts as declared in its body", c.name(n.Symbol))
		return true
	case old.meaning == gateName && old.gate.Row != nil:
		c.rep.Deviation(n.Span(), "hidden_gate", "choose another name", "%s is a gate of stdgates.inc, which the program includes; from here on it is what is declared", c.name(n.Symbol))
		return true
	}
	c.rep.Error(n.Span(), "duplicate_definition", "choose another name", "%s is already declared", c.name(n.Symbol))
	c.declaredAt(old)
	return false
}

// declared adds to the last diagnostic where a name that is used was declared.
func (c *Compiler) declared(n ast.Name) {
	if sym := c.lookup(n.Symbol); sym != nil {
		c.declaredAt(sym)
	}
}

// quote is the source at a span, quoted and cut to a length fit for a message.
func (c *Compiler) quote(at diag.Span) string {
	return "`" + report.Clip(string(c.sources.Text(at))) + "`"
}

// declaredAt adds to the last diagnostic where a name was declared.
func (c *Compiler) declaredAt(sym *symbol) {
	c.rep.Also(sym.at, "%s is declared here", c.name(sym.name))
}

// declareBroken declares a name whose declaration had an error, so that its uses are not errors too.
func (c *Compiler) declareBroken(n ast.Name) {
	if old := c.lookup(n.Symbol); old == nil || old.depth < c.depth {
		c.declare(&symbol{name: n.Symbol, meaning: broken, at: n.Span()})
	}
}

// find looks a name up and reports it where it is unknown or cannot be used here; nil then. what says what is needed, for the message.
func (c *Compiler) find(n ast.Name, what string) *symbol {
	sym := c.lookup(n.Symbol)
	if sym == nil {
		sym = c.between(n)
	}
	if sym == nil && c.inDef != nil {
		sym = c.laterQubits(n)
	}
	switch {
	case sym == nil:
		c.unknown(n, what)
		return nil
	case sym.meaning == broken:
		return nil
	case c.visible(sym):
		return sym
	}
	if sym.meaning == qubits && !c.inGate && sym.q.static() {
		c.rep.Deviation(n.Span(), "global_qubit", "give it a qubit of its own and pass that", "%s of the program is %s, which a subroutine cannot see", c.name(n.Symbol), meaningNames[qubits])
		return sym
	}
	hint := "give it to the subroutine as an argument, or declare it `const`"
	place := "a subroutine"
	if c.inGate {
		place, hint = "a gate definition", "give it to the gate as a parameter, or declare it `const`"
	}
	if sym.meaning == qubits {
		hint = "give it a qubit of its own and pass that"
	}
	c.rep.Error(n.Span(), "not_visible", hint, "%s of the program is %s, which %s cannot see", c.name(n.Symbol), sym.kind(), place)
	c.declaredAt(sym)
	return nil
}

// unknown reports a name that nothing declares, once.
func (c *Compiler) unknown(n ast.Name, what string) {
	if _, physical := c.names.Hardware(n.Symbol); physical || c.incomplete || !c.once(int(n.Symbol)) {
		return
	}
	text := c.names.Text(n.Symbol)
	hint := c.suggest(n.Symbol, what)
	switch {
	case c.expired[n.Symbol].Start > 0:
		hint = "it was declared in a block that has ended: declare it before the block"
	case hint == "" && n.Symbol.IsKeyword3():
		hint = "it is a word of the language and cannot be a name"
	case otherWays[text] != "":
		hint = otherWays[text]
	case hint == "" && c.inGate && what == "a qubit":
		hint = "the qubits of a gate are named behind its own name: `gate g q, r { … }`"
	case hint == "":
		hint = howToDeclare(what)
	}
	if what == "" {
		what = "a name"
	}
	c.rep.Error(n.Span(), "unknown_name", hint, "`%s` is not declared: %s is needed here", report.Clip(text), what)
	c.rep.Also(c.expired[n.Symbol], "`%s` was declared here", report.Clip(text))
	c.awaited[n.Symbol] = c.rep.Last()
}

func howToDeclare(what string) string {
	switch what {
	case "a qubit":
		return "declare qubits before they are used: `qubit q;`, `qubit[4] q;`"
	case "a bit":
		return "declare bits before they are used: `bit c;`, `bit[4] c;`"
	case "a variable", "a value":
		return "declare it before, with its type: `int n = 4;`, `float theta = pi / 2;`"
	}
	return ""
}

// suggest looks for a visible name close to s, and for a word of the language where a subroutine is needed: `c = mesure q;`.
func (c *Compiler) suggest(s token.Symbol, what string) string {
	best := spelling.New(c.names.Text(s))
	for other := range token.Symbol(len(c.table)) {
		if sym := c.lookup(other); sym != nil && other != s && sym.meaning != broken && c.visible(sym) && fitsIn(sym, what) {
			best.Try(c.names.Text(other))
		}
	}
	switch what {
	case "a subroutine":
		best.Try("measure")
	case "a value":
		best.Try("true")
		best.Try("false")
	}
	return report.DidYouMean(best)
}

// fitsIn reports whether a symbol can be what is needed.
func fitsIn(s *symbol, what string) bool {
	switch what {
	case "a qubit":
		return s.meaning == qubits
	case "a bit", "a variable":
		return s.meaning == variable || s.meaning == array || s.meaning == bits
	case "a subroutine":
		return s.meaning == subroutine || s.meaning == externName
	case "a value":
		return s.meaning != qubits && s.meaning != gateName && s.meaning != subroutine && s.meaning != externName
	}
	return true
}

// tooLong is a key of once that is no symbol.
const tooLong = -1

// once reports whether something is said for the first time.
func (c *Compiler) once(key int) bool {
	if c.said[key] {
		return false
	}
	c.said[key] = true
	return true
}

// name quotes a symbol, cut to a length fit for a message.
func (c *Compiler) name(s token.Symbol) string { return "`" + report.Clip(c.names.Text(s)) + "`" }
