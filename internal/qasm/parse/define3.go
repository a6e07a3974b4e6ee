package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// declared3 reads a name that is being declared.
func (p *Parser) declared3(what string) (ast.Name, bool) {
	if p.tok.Kind != token.Ident || p.tok.Symbol.IsReserved3() {
		hint := ""
		switch {
		case p.tok.Kind == token.Ident:
			hint = "this word is reserved and cannot be a name"
		case p.tok.Kind == token.HardwareQubit:
			hint = "physical qubits are there without a declaration"
		}
		p.unexpectedHint(what, hint)
		return ast.Name{}, false
	}
	n := ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}
	p.advance()
	return n, true
}

// body3 reads the statements of a gate up to and with the closing brace, and hands them out where they are asked for.
func (p *Parser) body3() ([]ast.Stmt, bool) {
	if !p.streams() {
		p.nest++
		defer p.leave()
		return p.statements(p.bodyAt)
	}
	p.nest++
	defer p.leave()
	for !p.rep.Full() {
		switch p.tok.Kind {
		case token.RBrace:
			p.advance()
			return nil, true
		case token.EOF:
			p.unclosed("a gate or `}` in the gate's body", p.bodyAt)
			return nil, false
		case token.Semicolon:
			p.emptyStatement()
			continue
		}
		if p.leavesBody() {
			return nil, true
		}
		if s, ok := p.statement3(); ok {
			p.opts.Gates.BodyStatement(s)
			p.arena.Reset()
		} else {
			p.recover3()
		}
	}
	return nil, false
}

// leavesBody reports a line that begins with what cannot stand in a gate: the brace before it is missing.
func (p *Parser) leavesBody() bool {
	if p.tok.Kind != token.Ident || !p.startsLine() {
		return false
	}
	switch p.tok.Symbol {
	case token.OPENQASM, token.Include, token.Gate, token.Def, token.Extern, token.QubitType, token.Qreg, token.Creg, token.Input, token.Output:
		p.unexpectedHint("a gate or `}` in the gate's body", "close the body of the gate before the next definition")
		p.rep.Also(p.bodyAt, "the gate begins here")
		return true
	}
	return false
}

// startsLine reports whether the next token stands at the very start of a line: what is indented is taken to belong to a body.
func (p *Parser) startsLine() bool {
	return p.tok.Start > p.lex.Base() && p.lex.Slice(diag.Span{Start: p.tok.Start - 1, End: p.tok.Start})[0] == '\n'
}

func (p *Parser) def() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Def{}
	var ok bool
	if s.Name, ok = p.declared("the subroutine's name"); !ok {
		return nil, false
	}
	p.defined = append(p.defined, s.Name.Symbol)
	if !p.expect(token.LParen, "and the subroutine's parameters") {
		return nil, false
	}
	if s.Params, ok = p.parameters(); !ok {
		return nil, false
	}
	if s.Returns, ok = p.returns(); !ok {
		return nil, false
	}
	if p.tok.Kind == token.Colon {
		p.unexpectedHint("`{` and the subroutine's body", "the body stands in braces: `def f(qubit q) { … }`")
		return nil, false
	}
	if s.Body, ok = p.block("`{` and the subroutine's body"); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

// parameters reads parameters up to and with the closing parenthesis.
func (p *Parser) parameters() ([]ast.Param, bool) {
	var list []ast.Param
	for p.tok.Kind != token.RParen {
		a, ok := p.parameter()
		if !ok {
			return nil, false
		}
		list = append(list, a)
		if !p.comma(token.RParen) {
			break
		}
	}
	return list, p.expect(token.RParen, "after the parameters")
}

// parameter reads a parameter of a subroutine.
func (p *Parser) parameter() (a ast.Param, ok bool) {
	start := p.tok.Start
	switch p.tok.Symbol {
	case token.Creg, token.Qreg:
		return p.oldParameter()
	case token.Readonly, token.Mutable:
		a.Type, ok = p.reference()
	case token.ArrayType:
		p.unexpectedHint("`readonly` or `mutable` before the array", "arrays are given by reference: `readonly array[int[8], #dim = 1] a`")
		return a, false
	case token.Const:
		a.Type, ok = p.constReference()
	default:
		if p.isOperand() {
			p.unexpectedHint("the parameter's type", "a parameter has a type: `int[32] n`, `angle theta`, `qubit q`")
			return a, false
		}
		a.Type, ok = p.typ("the parameter's type")
	}
	if !ok {
		return a, false
	}
	if a.Name, ok = p.declared("the parameter's name"); !ok {
		return a, false
	}
	if p.tok.Kind == token.LBracket && !p.sizeBehindName(a.Type, a.Name) {
		return a, false
	}
	a.At = p.at(start)
	return a, true
}

// constReference reads the type of an array behind `const`, which is how early drafts of OpenQASM 3 spelled `readonly`.
func (p *Parser) constReference() (*ast.Type, bool) {
	word := p.tok.Span()
	t, ok := p.reference()
	if ok {
		p.rep.Deviation(word, "const_parameter", "write `readonly`", "an array that a subroutine only reads is `readonly`, not `const`")
	}
	return t, ok
}

// oldParameter reads `qreg name[size]` and `creg name[size]`.
func (p *Parser) oldParameter() (a ast.Param, ok bool) {
	start := p.tok.Start
	a.Type = &ast.Type{Kind: ast.TypeBit, Old: true}
	if p.tok.Symbol == token.Qreg {
		a.Type.Kind = ast.TypeQubit
	}
	p.advance()
	if a.Name, ok = p.declared("the parameter's name"); !ok {
		return a, false
	}
	if p.tok.Kind == token.LBracket {
		if a.Type.Size, ok = p.designator("the register's size"); !ok {
			return a, false
		}
	}
	a.At = p.at(start)
	a.Type.At = a.At
	return a, true
}

// returns reads what a subroutine returns, where that is said.
func (p *Parser) returns() (*ast.Type, bool) {
	if p.tok.Kind != token.Arrow {
		return nil, true
	}
	p.advance()
	if p.tok.Kind == token.Ident && p.tok.Symbol == token.VoidType {
		p.unexpectedHint("the type that is returned", "leave `-> void` out")
		return nil, false
	}
	if p.tok.Kind == token.Ident && (p.tok.Symbol == token.ArrayType || p.tok.Symbol == token.QubitType) {
		p.unexpectedHint("a scalar type that is returned", "arrays are given back through `mutable` parameters, qubits stay where they are")
		return nil, false
	}
	return p.typ("the type that is returned")
}

func (p *Parser) extern() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Extern{}
	var ok bool
	if s.Name, ok = p.declared("the name of the external function"); !ok {
		return nil, false
	}
	if p.tok.Kind != token.Arrow && p.tok.Kind != token.Semicolon { // without arguments the parentheses may be left out
		if s.Params, ok = p.externParameters(); !ok {
			return nil, false
		}
	}
	if s.Returns, ok = p.returns(); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the external function")
}

func (p *Parser) externParameters() ([]ast.Param, bool) {
	if !p.expect(token.LParen, "and the types of the arguments") {
		return nil, false
	}
	var list []ast.Param
	for p.tok.Kind != token.RParen {
		a, ok := p.externParameter()
		if !ok {
			return nil, false
		}
		list = append(list, a)
		if !p.comma(token.RParen) {
			break
		}
	}
	if p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved3() {
		p.unexpectedHint("`,` or `)` after the type", "the arguments of an external function have types and no names")
		return nil, false
	}
	return list, p.expect(token.RParen, "after the types of the arguments")
}

func (p *Parser) externParameter() (a ast.Param, ok bool) {
	switch start := p.tok.Start; p.tok.Symbol {
	case token.Creg:
		p.advance()
		a.Type, ok = &ast.Type{Kind: ast.TypeBit, Old: true}, true
		if p.tok.Kind == token.LBracket {
			a.Type.Size, ok = p.designator("the register's size")
		}
		a.Type.At = p.at(start)
	case token.Readonly, token.Mutable:
		a.Type, ok = p.reference()
	case token.QubitType, token.Qreg:
		p.unexpectedHint("a classical type", "external functions are classical")
	case token.ArrayType:
		p.unexpectedHint("`readonly` or `mutable` before the array", "arrays are given by reference: `readonly array[int[8], #dim = 1]`")
	default:
		a.Type, ok = p.typ("the type of an argument")
	}
	if ok {
		a.At = a.Type.At
	}
	return a, ok
}
