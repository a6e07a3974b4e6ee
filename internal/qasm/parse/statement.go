package parse

import (
	"bytes"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// statement reads one statement up to and with its semicolon or closing brace. It is false where an error was reported.
func (p *Parser) statement() (ast.Stmt, bool) {
	if p.v3 {
		return p.statement3()
	}
	if p.tok.Kind != token.Ident {
		p.unexpectedHint("a statement", p.commentHint())
		return nil, false
	}
	switch p.tok.Symbol {
	case token.OPENQASM:
		return p.versionLine()
	case token.Include:
		return p.include()
	case token.Qreg, token.Creg:
		return p.register()
	case token.Gate, token.Opaque:
		return p.gateDef()
	case token.Barrier:
		return p.barrier()
	case token.If:
		return p.ifStatement()
	}
	return p.operation()
}

// operation reads what may stand under an if: a gate, a measurement or a reset.
func (p *Parser) operation() (ast.Stmt, bool) {
	switch {
	case p.tok.Kind != token.Ident:
		p.unexpected("a gate, `measure` or `reset`")
		return nil, false
	case p.tok.Symbol == token.Measure:
		return p.measure()
	case p.tok.Symbol == token.Reset:
		return p.reset()
	case p.tok.Symbol.IsReserved():
		p.unexpected("a statement")
		return nil, false
	}
	return p.call()
}

func (p *Parser) include() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	if p.tok.Kind != token.String {
		p.unexpectedHint("a file name in double quotes after `include`", `such as include "`+p.library()+`";`)
		return p.includedLibrary(start)
	}
	if p.tok.Flags&token.SingleQuote != 0 && !p.v3 {
		p.rep.Deviation(p.tok.Span(), "single_quotes", "write double quotes", "file names in single quotes are not in OpenQASM 2.0")
	}
	text, at := p.lex.Text(p.tok), p.tok.Span()
	if p.v3 && len(text) == 2 {
		p.rep.Error(at, "include_not_found", "", "the name of the included file is empty")
		return nil, false
	}
	p.advance()
	s := &ast.Include{At: p.at(start), Path: string(text[1 : len(text)-1]), PathAt: at}
	return s, p.semicolon("the file name")
}

// includedLibrary goes on behind an include with an error as if it had named the library that it speaks of.
func (p *Parser) includedLibrary(start diag.Pos) (ast.Stmt, bool) {
	at := p.tok.Span()
	p.recover()
	text := p.lex.Slice(diag.Span{Start: start, End: p.prevEnd})
	if bytes.Contains(text, []byte("qelib")) || bytes.Contains(text, []byte("stdgates")) {
		return &ast.Include{At: p.at(start), Path: p.library(), PathAt: at}, true
	}
	return &ast.Broken{At: p.at(start)}, true
}

func (p *Parser) register() (ast.Stmt, bool) {
	start, word := p.tok.Start, p.names.Text(p.tok.Symbol)
	quantum := p.tok.Symbol == token.Qreg
	p.advance()
	if p.tok.Kind == token.LBracket {
		p.unexpectedHint("the register's name", "the size stands behind the name: `"+word+" q[2];`")
		return nil, false
	}
	name, ok := p.declared("the register's name")
	if !ok {
		return nil, false
	}
	if p.tok.Kind != token.LBracket {
		p.unexpectedHint("`[` and the register's size", "a register of one element is `"+word+" "+p.names.Text(name.Symbol)+"[1];`")
		return nil, false
	}
	p.advance()
	size, ok := p.integer("the register's size, an integer")
	if !ok || !p.expect(token.RBracket, "after the register's size") && p.tok.Kind != token.Semicolon {
		return nil, false
	}
	s := &ast.Register{At: p.at(start), Quantum: quantum, Name: name, Size: size}
	return s, p.semicolon("the declaration")
}

func (p *Parser) measure() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := p.arena.Measures.New()
	s.Assign = false
	if !p.operand(&s.Qubits, "a qubit or register to measure") {
		return nil, false
	}
	if p.tok.Kind != token.Arrow {
		p.unexpectedHint("`->` and where the outcome goes", "such as `measure q[0] -> c[0];`")
		return nil, false
	}
	p.advance()
	if !p.operand(&s.Bits, "a bit or register for the outcome") {
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the measurement")
}

// assignment reads the rest of `bits = measure qubits;`, which is OpenQASM 3, behind the name of the bits.
func (p *Parser) assignment(name ast.Name) (ast.Stmt, bool) {
	s := p.arena.Measures.New()
	s.Assign = true
	s.Bits = ast.Operand{At: name.At, Name: name}
	if !p.index(&s.Bits) {
		return nil, false
	}
	at := p.tok.Span()
	if !p.accept(token.Assign) {
		p.unexpectedHint("a gate and its operands", "a gate is applied as in `h q[0];`, an outcome is kept as in `measure q[0] -> c[0];`")
		return nil, false
	}
	if p.tok.Symbol != token.Measure {
		p.unexpectedHint("`measure` after `=`", "OpenQASM 2.0 has no other assignment")
		return nil, false
	}
	p.advance()
	if !p.operand(&s.Qubits, "a qubit or register to measure") {
		return nil, false
	}
	p.rep.Deviation(at, "measure_assignment", "OpenQASM 2.0 writes `measure q -> c;`", "an assignment of a measurement is OpenQASM 3")
	s.At = p.at(name.Start)
	return s, p.semicolon("the measurement")
}

func (p *Parser) reset() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := p.arena.Resets.New()
	if !p.operand(&s.Qubits, "a qubit or register to reset") {
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the reset")
}

func (p *Parser) barrier() (ast.Stmt, bool) {
	start, at := p.tok.Start, p.tok.Span()
	p.advance()
	if p.tok.Kind == token.Semicolon {
		if !p.v3 {
			p.rep.Deviation(at, "barrier_without_operands", "name the qubits: `barrier q;`", "a barrier without operands, over all qubits, is not in OpenQASM 2.0")
		}
		p.advance()
		s := p.arena.Barriers.New()
		*s = ast.Barrier{At: p.at(start)}
		return s, true
	}
	operands, ok := p.operandList("a qubit or register")
	if !ok {
		return nil, false
	}
	s := p.arena.Barriers.New()
	*s = ast.Barrier{At: p.at(start), Operands: operands}
	return s, p.semicolon("the barrier")
}

// call reads the application of a gate, and what looks like one at its start. Where it is no such thing and starts with a keyword of
// OpenQASM 3, that is what there is to say.
func (p *Parser) call() (ast.Stmt, bool) {
	if !p.tok.Symbol.IsKeyword3() {
		p.word, p.wordAt = p.tok.Symbol, p.tok.Span()
		s, ok := p.application()
		p.word = token.None
		return s, ok
	}
	p.later, p.laterAt = p.tok.Symbol, p.tok.Span()
	defer func() { p.later = token.None }()
	if p.later == token.QubitType || p.later == token.BitType {
		return p.laterRegister()
	}
	return p.application()
}

// laterRegister reads what looks like a declaration of OpenQASM 3, so that its name is known, or the application of a gate of that name.
func (p *Parser) laterRegister() (ast.Stmt, bool) {
	word, start := p.tok, p.tok.Start
	if digits, value, ok := p.lex.Element(); ok {
		p.tok.End = digits.End + 1
		p.advance()
		name, ok := p.declared("the register's name")
		if !ok {
			return nil, false
		}
		p.laterLanguage()
		size := &ast.Int{At: ast.At(digits), Value: value, Fits: true}
		s := &ast.Register{At: p.at(start), Quantum: word.Symbol == token.QubitType, Name: name, Size: size}
		p.later = token.None
		return s, p.semicolon("the declaration")
	}
	return p.application()
}

func (p *Parser) application() (ast.Stmt, bool) {
	name := ast.Name{At: ast.At{Start: p.tok.Start, End: p.tok.End}, Symbol: p.tok.Symbol}
	p.advance()
	var params []ast.Expr
	switch p.tok.Kind {
	case token.LParen:
		var ok bool
		if params, ok = p.arguments(0); !ok {
			return nil, false
		}
	case token.Assign, token.LBracket:
		return p.assignment(name)
	}
	if p.tok.Kind == token.Semicolon && len(params) > 0 {
		p.unexpectedHint("a qubit or register that the gate acts on", "qubits stand behind the parentheses: `rx(pi/2) q[0];`, or without any: `cx q[0],q[1];`")
		return nil, false
	}
	operands, ok := p.operandList("a qubit or register that the gate acts on")
	if !ok {
		return nil, false
	}
	s := p.arena.Calls.New()
	s.Start, s.End, s.Name, s.Params, s.Operands = name.Start, p.prevEnd, name, params, operands
	s.Modifiers, s.Duration = nil, nil
	return s, p.endOfCall()
}

// endOfCall ends the application of a gate.
func (p *Parser) endOfCall() bool {
	if p.accept(token.Semicolon) {
		return true
	}
	if hint := p.callHint(); hint != "" && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
		p.unexpectedHint("`;` after the gate's operands", hint)
		return false
	}
	return p.semicolon("the gate's operands")
}

const parametersFirst = "parameters stand in parentheses before the qubits: `rx(pi/2) q[0];`"

// callHint says what may be wrong with what follows the operands of a gate.
func (p *Parser) callHint() string {
	switch k := p.tok.Kind; {
	case k == token.LParen && p.tok.Start == p.prevEnd, k == token.Int, k == token.RBracket:
		return "an index stands in brackets: `q[0]`"
	case k == token.LParen, k == token.Float, k == token.RParen, p.prec[k] != precNone:
		return parametersFirst
	case k == token.Arrow:
		return "an arrow belongs to a measurement: `measure q -> c;`"
	}
	return ""
}

// operandList reads operands up to what is no comma.
func (p *Parser) operandList(what string) ([]ast.Operand, bool) {
	for n := 0; ; {
		if !p.operand(p.arena.Operands.More(n), what) {
			return nil, false
		}
		n++
		if p.tok.Kind == token.Semicolon || !p.comma(token.Semicolon) {
			return p.arena.Operands.Last(n), true
		}
	}
}

// comma takes a comma and reports whether another element follows; a comma before the list's end is a deviation.
func (p *Parser) comma(end token.Kind) bool {
	if p.tok.Kind != token.Comma {
		return false
	}
	at := p.tok.Span()
	p.advance()
	if p.tok.Kind != end {
		return true
	}
	if p.v3 {
		return false
	}
	p.rep.Deviation(at, "trailing_comma", "leave out the last comma", "a comma after the last element is not in OpenQASM 2.0")
	return false
}

// operand reads a name with or without an index into o.
func (p *Parser) operand(o *ast.Operand, what string) bool {
	if (p.tok.Kind != token.Ident || p.tok.Symbol <= token.LastWord) && !p.isName() {
		p.unexpectedHint(what, p.operandHint())
		return false
	}
	o.Name.Start, o.Name.End, o.Name.Symbol = p.tok.Start, p.tok.End, p.tok.Symbol
	o.Start, o.End, o.Index = p.tok.Start, p.tok.End, nil
	if p.tok.Kind == token.HardwareQubit {
		return p.hardware()
	}
	digits, value, ok := p.lex.Element()
	if !ok {
		p.advance()
		if p.v3 {
			return p.index3(o)
		}
		return p.index(o)
	}
	i := p.arena.Ints.New()
	i.Start, i.End, i.Text, i.Value, i.Fits = digits.Start, digits.End, nil, value, true
	o.Index, o.End = i, digits.End+1
	p.tok.End = o.End // as if the bracket had been the last token
	p.advance()
	if p.v3 && p.tok.Kind == token.LBracket {
		return p.index3(o)
	}
	return true
}

// isName reports whether the next token is a name or, in OpenQASM 3, a physical qubit.
func (p *Parser) isName() bool {
	if p.v3 {
		return p.isOperand()
	}
	return p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved()
}

// library is the language's own library of gates.
func (p *Parser) library() string {
	if p.v3 {
		return "stdgates.inc"
	}
	return "qelib1.inc"
}

// operandHint says what may be wrong with what stands in the place of an operand.
func (p *Parser) operandHint() string {
	switch {
	case p.tok.Kind == token.Float, p.tok.Symbol == token.Pi && !p.v3, p.tok.Kind == token.Minus:
		return parametersFirst
	case p.tok.Kind == token.Int:
		return "a qubit is named by its register: `q[" + string(p.lex.Text(p.tok)) + "]`"
	case p.tok.Kind == token.Semicolon:
		return "name a qubit, `q[0]`, or a register, `q`"
	case p.tok.Kind == token.LParen:
		return "operands stand without parentheses, as in `measure q[0] -> c[0];` and `cx q[0], q[1];`"
	case p.v3 && p.tok.Kind == token.LBrace:
		return "join qubits with `let all = a ++ b;`, or write one operand for each"
	}
	return ""
}

// index reads the index that may follow the name of o.
func (p *Parser) index(o *ast.Operand) bool {
	if p.tok.Kind != token.LBracket {
		return true
	}
	p.advance()
	i, ok := p.integer("an index, an integer")
	if !ok {
		return false
	}
	if p.tok.Kind != token.RBracket {
		hint := ""
		if p.tok.Kind == token.Colon || p.tok.Kind == token.Comma || p.tok.Kind == token.Float {
			hint = "ranges and lists of indices are OpenQASM 3: write one operand for each element"
		}
		p.unexpectedHint("`]` after the index", hint)
		o.Index, o.End = i, p.prevEnd
		return p.tok.Kind == token.Semicolon // the bracket is all that is missing
	}
	p.advance()
	o.Index, o.End = i, p.prevEnd
	return true
}
