package parse

import (
	"bytes"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// annotated reads annotations and the statement that they belong to.
func (p *Parser) annotated() (ast.Stmt, bool) {
	s := &ast.Annotated{}
	start := p.tok.Start
	for p.tok.Kind == token.At {
		a, ok := p.annotation()
		if !ok {
			return nil, false
		}
		s.Annotations = append(s.Annotations, a)
	}
	what := "a statement after the annotation"
	if p.tok.Kind == token.EOF || p.tok.Kind == token.RBrace || p.tok.Kind == token.Semicolon || p.isPragma() {
		p.unexpectedHint(what, "an annotation belongs to the statement that follows it")
		return nil, false
	}
	if p.tok.Kind == token.LBrace {
		p.unexpectedHint(what, "a block alone has no annotations")
		return nil, false
	}
	var ok bool
	if s.Stmt, ok = p.statement3(); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

func (p *Parser) isPragma() bool {
	return p.tok.Kind == token.HashPragma || p.tok.Kind == token.Ident && p.tok.Symbol == token.Pragma
}

// annotation reads `@name rest of the line`.
func (p *Parser) annotation() (ast.Annotation, bool) {
	start := p.tok.Start
	line := p.lex.RestOfLine()
	text := p.lex.Slice(line)
	n := 0
	for n < len(text) && (token.InName(text[n]) || text[n] == '.') {
		n++
	}
	if n == 0 || line.Start != start+1 {
		p.rep.Error(p.tok.Span(), "unexpected_token", "such as `@verbatim`", "expected a name right behind the `@` of an annotation")
		return ast.Annotation{}, false
	}
	a := ast.Annotation{At: ast.At{Start: start, End: line.End}, Name: string(text[:n]), Text: string(bytes.TrimLeft(text[n:], " \t"))}
	p.tok.End = line.End
	p.advance()
	return a, true
}

func (p *Parser) pragma() (ast.Stmt, bool) {
	start := p.tok.Start
	line := p.lex.RestOfLine()
	if line.End == line.Start {
		p.rep.Error(p.tok.Span(), "unexpected_token", "what follows on the line is its text", "a pragma has a text")
		p.advance()
		return nil, false
	}
	s := &ast.Pragma{At: ast.At{Start: start, End: line.End}, Text: string(p.lex.Slice(line))}
	p.tok.End = line.End
	p.advance()
	return s, true
}

func (p *Parser) calGrammar() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	if p.tok.Kind != token.String {
		p.unexpectedHint("the name of a calibration grammar in double quotes", "such as defcalgrammar \"openpulse\";")
		return nil, false
	}
	text, at := p.lex.Text(p.tok), p.tok.Span()
	if len(text) == 2 {
		p.rep.Error(at, "unexpected_token", "such as defcalgrammar \"openpulse\";", "the name of the calibration grammar is empty")
		return nil, false
	}
	p.advance()
	s := &ast.CalGrammar{At: p.at(start), Name: string(text[1 : len(text)-1]), NameAt: at}
	return s, p.semicolon("the name of the grammar")
}

func (p *Parser) cal() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	body, ok := p.calibration()
	if !ok {
		return nil, false
	}
	return &ast.Cal{At: p.at(start), Body: body}, true
}

// calibration reads a body in the calibration language, which stays text.
func (p *Parser) calibration() (body diag.Span, ok bool) {
	if p.tok.Kind != token.LBrace {
		p.unexpected("`{` and a body in the calibration language")
		return body, false
	}
	open := p.tok.Span()
	if body, ok = p.lex.Calibration(); !ok {
		p.rep.Error(open, "unexpected_end", "its braces must fit, those in comments among them", "this brace is not closed")
		p.advance()
		return body, false
	}
	p.advance()
	return body, p.expect(token.RBrace, "after the body")
}

func (p *Parser) defcal() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Defcal{Target: ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}}
	switch {
	case p.tok.Kind != token.Ident, p.tok.Symbol.IsReserved3() && p.tok.Symbol != token.Measure && p.tok.Symbol != token.Reset && p.tok.Symbol != token.Delay:
		p.unexpected("what the calibration is for: a gate, `measure`, `reset` or `delay`")
		return nil, false
	}
	p.advance()
	var ok bool
	if p.tok.Kind == token.LParen {
		if s.Args, ok = p.defcalArgs(); !ok {
			return nil, false
		}
	}
	if s.Operands, ok = p.defcalOperands(); !ok {
		return nil, false
	}
	if s.Returns, ok = p.returns(); !ok {
		return nil, false
	}
	if s.Body, ok = p.calibration(); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

func (p *Parser) defcalArgs() ([]ast.DefcalArg, bool) {
	var list []ast.DefcalArg
	p.advance()
	for p.tok.Kind != token.RParen {
		a, ok := p.defcalArg()
		if !ok {
			return nil, false
		}
		list = append(list, a)
		if !p.comma(token.RParen) {
			break
		}
	}
	return list, p.expect(token.RParen, "after the arguments of the calibration")
}

// defcalArg reads a declaration of a parameter or the value that the calibration is for, which may begin with a conversion.
func (p *Parser) defcalArg() (ast.DefcalArg, bool) {
	switch {
	case p.tok.Kind != token.Ident, !p.tok.Symbol.IsReserved3(), p.tok.Symbol == token.True, p.tok.Symbol == token.False, p.tok.Symbol == token.DurationOf:
		e, ok := p.expression()
		return ast.DefcalArg{Value: e}, ok
	case !p.tok.Symbol.IsType(), p.tok.Symbol == token.ArrayType:
		a, ok := p.parameter()
		return ast.DefcalArg{Param: &a}, ok
	}
	start := p.tok.Start
	t, ok := p.typ("a type")
	if !ok {
		return ast.DefcalArg{}, false
	}
	if p.tok.Kind == token.LParen {
		e, ok := p.cast(t, p.nest)
		if ok {
			e, ok = p.operators(e, precNone, p.nest)
		}
		return ast.DefcalArg{Value: e}, ok
	}
	a := &ast.Param{Type: t}
	a.Name, ok = p.declared("the parameter's name")
	a.At = p.at(start)
	return ast.DefcalArg{Param: a}, ok
}

func (p *Parser) defcalOperands() ([]ast.Name, bool) {
	var list []ast.Name
	for {
		if !p.isOperand() {
			p.unexpectedHint("a qubit of the calibration", "a physical qubit such as $0, or a name for any")
			return nil, false
		}
		list = append(list, ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol})
		p.advance()
		if p.tok.Kind == token.LBracket {
			p.unexpectedHint("`,` or `{` after the qubit", "the qubits of a calibration have no indices")
			return nil, false
		}
		if p.tok.Kind != token.Comma {
			return list, true
		}
		p.advance()
		if p.tok.Kind == token.LBrace || p.tok.Kind == token.Arrow {
			return list, true
		}
	}
}
