package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// bodyOf reads what a condition or a loop is for: a block or one statement.
func (p *Parser) bodyOf(what string) (ast.Stmt, bool) {
	if p.tok.Kind == token.LBrace {
		return pointer(p.block("a block"))
	}
	if p.tok.Kind == token.Semicolon {
		p.unexpectedHint("a statement or a block as the body of the "+what, "an empty body is `{ }`")
		return nil, false
	}
	if p.tok.Kind == token.EOF {
		p.unexpected("a statement or a block as the body of the " + what)
		return nil, false
	}
	if !p.enter() {
		return nil, false
	}
	defer p.leave()
	return p.statement3()
}

// parenthesized reads a condition in parentheses behind the word of its statement.
func (p *Parser) parenthesized(word string) (ast.Expr, bool) {
	p.advance()
	if p.tok.Kind != token.LParen {
		return p.bare(word)
	}
	p.advance()
	if p.tok.Kind == token.RParen {
		p.unexpected("a value in the parentheses after `" + word + "`")
		return nil, false
	}
	e, ok := p.expression()
	if !ok {
		return nil, false
	}
	if p.tok.Kind != token.RParen {
		p.unexpectedHint("`)` after the condition", p.operatorHint())
		return nil, false
	}
	p.advance()
	return e, true
}

// bare reports a condition without parentheses, and goes on behind it where a block follows.
func (p *Parser) bare(word string) (ast.Expr, bool) {
	at, found := p.tok.Span(), p.found()
	say := func(condition string) {
		p.rep.Error(at, "unexpected_token", "the condition stands in parentheses: `"+word+" ("+condition+") { … }`", "expected `(` after `%s`, found %s", word, found)
	}
	if p.tok.Kind != token.Ident || p.tok.Symbol.IsReserved3() {
		say("c == 1")
		return nil, false
	}
	mark := p.rep.Last()
	e, ok := p.expression()
	if p.rep.Last() != mark {
		return nil, false
	}
	condition := "c == 1"
	if ok && (p.tok.Kind == token.LBrace || p.tok.Kind == token.Colon) {
		condition = report.Clip(string(p.lex.Slice(e.Span())))
	}
	say(condition)
	return e, ok && p.tok.Kind == token.LBrace
}

// operatorHint explains what stands where an operator could.
func (p *Parser) operatorHint() string {
	switch p.tok.Kind {
	case token.Assign:
		return "a comparison has two equals signs: `==`"
	case token.Question:
		return "there is no `? :`: write an if statement"
	case token.PlusPlus:
		return "`++` joins registers in `let`; to count up, write `i += 1;`"
	case token.Dot:
		return "names have no dots: the constant is `pi`, the functions are sin, cos, exp, …"
	case token.Ident:
		switch p.names.Text(p.tok.Symbol) {
		case "and":
			return "write `&&`"
		case "or":
			return "write `||`"
		case "is":
			return "write `==`"
		case "not":
			return "write `!`"
		}
	}
	if p.tok.Kind.Operator() != token.Invalid {
		return "an assignment is a statement, not a value"
	}
	return ""
}

func (p *Parser) ifElse() (ast.Stmt, bool) {
	start := p.tok.Start
	cond, ok := p.parenthesized("if")
	if !ok {
		return nil, false
	}
	s := p.arena.Ifs.New()
	*s = ast.If{Condition: cond}
	if s.Body, ok = p.bodyOf("condition"); !ok {
		return nil, false
	}
	if p.tok.Kind == token.Ident && p.tok.Symbol == token.Else {
		p.advance()
		if s.Else, ok = p.bodyOf("`else`"); !ok {
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, true
}

func (p *Parser) whileLoop() (ast.Stmt, bool) {
	start := p.tok.Start
	cond, ok := p.parenthesized("while")
	if !ok {
		return nil, false
	}
	body, ok := p.bodyOf("loop")
	if !ok {
		return nil, false
	}
	return &ast.While{At: p.at(start), Condition: cond, Body: body}, true
}

const loopHint = "a loop is written as `for int i in [0:9] { … }`"

func (p *Parser) forLoop() (ast.Stmt, bool) {
	s := &ast.For{}
	start := p.tok.Start
	p.advance()
	var ok bool
	untyped := p.tok.Span()
	if p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved3() { // as in drafts of the specification
		at := p.tok.Start
		s.Type = &ast.Type{At: ast.At{Start: at, End: at}, Kind: ast.TypeInt}
	} else if p.tok.Kind == token.LParen {
		p.unexpectedHint("the type of the loop's variable", loopLike(p.lex.Slice(diag.Span{Start: start, End: p.lex.End()})))
		return nil, false
	} else if s.Type, ok = p.scalar("the type of the loop's variable"); !ok {
		return nil, false
	}
	if s.Name, ok = p.declared("the name of the loop's variable"); !ok {
		return nil, false
	}
	if p.tok.Symbol != token.In || p.tok.Kind != token.Ident {
		p.unexpectedHint("`in` and the values of the loop's variable", loopHint)
		return nil, false
	}
	p.advance()
	if s.Values, ok = p.loopValues(); !ok {
		return nil, false
	}
	if s.Type.Start == s.Type.End {
		p.rep.Deviation(untyped, "loop_without_type", loopHint, "the type of the loop's variable is missing: it is taken for `int`")
	}
	if s.Body, ok = p.bodyOf("loop"); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

// member reads `in` and the index set behind a value.
func (p *Parser) member(value ast.Expr, depth int) (ast.Expr, bool) {
	at := p.tok.Span()
	p.advance()
	if p.tok.Kind != token.LBrace && p.tok.Kind != token.LBracket {
		p.unexpectedHint("a set of integers after `in`", "write {1, 3, 5} or [0:9]")
		return nil, false
	}
	set, ok := p.valuesOf(depth + 1)
	if !ok {
		return nil, false
	}
	p.rep.Deviation(at, "in_operator", "compare the values with ==, or with <= and >=", "the operator `in` left the language")
	return &ast.Member{At: p.at(value.Span().Start), OpAt: at, Value: value, Set: set}, true
}

func (p *Parser) loopValues() (ast.Expr, bool) { return p.valuesOf(p.nest) }

// valuesOf reads a set, a range in brackets, or any other expression.
func (p *Parser) valuesOf(depth int) (ast.Expr, bool) {
	switch p.tok.Kind {
	case token.LBrace:
		return p.set(depth)
	case token.LBracket:
		p.advance()
		start := p.tok.Start
		var first ast.Expr
		if p.tok.Kind != token.Colon {
			var ok bool
			if first, ok = p.expr(precNone, depth+1); !ok {
				return nil, false
			}
		}
		if p.tok.Kind != token.Colon {
			hint := "a range is written as `[0:9]`, both ends included"
			if p.tok.Kind == token.Comma {
				hint = "single values stand in braces: `{1, 3, 5}`"
			}
			p.unexpectedHint("`:` and the end of the range", hint)
			return nil, false
		}
		r, ok := p.rangeFrom(start, first, depth)
		return r, ok && p.expect(token.RBracket, "after the range")
	}
	from := p.tok.Start
	e, ok := p.expression()
	if !ok {
		return nil, false
	}
	if f, call := e.(*ast.Function); call && p.names.Text(f.Name.Symbol) == "range" {
		p.rep.Error(e.Span(), "unknown_function", rangeLike(p.lex.Slice(e.Span())), "`range` is Python: a range stands in brackets here, both ends included")
		return nil, false
	}
	if p.tok.Kind == token.Colon || p.tok.Kind == token.Float && p.tok.Start == p.prevEnd { // 0:3 and 0..3
		p.rep.Error(diag.Span{Start: from, End: p.tok.End}, "unexpected_token", "write the range as in `[0:9]`, both ends included", "expected a range in brackets")
		return nil, false
	}
	return e, true
}

func (p *Parser) switchStatement() (ast.Stmt, bool) {
	s := &ast.Switch{}
	start := p.tok.Start
	var ok bool
	if s.Value, ok = p.parenthesized("switch"); !ok {
		return nil, false
	}
	if !p.expect(token.LBrace, "and the cases") || !p.enter() {
		return nil, false
	}
	defer p.leave()
	failed := false
	for !p.accept(token.RBrace) {
		switch c, ok := p.switchCase(); {
		case ok:
			s.Cases = append(s.Cases, c)
		case p.tok.Kind == token.EOF, p.rep.Full():
			return nil, false
		default:
			p.recover3()
			failed = true
		}
	}
	if s.At = p.at(start); failed {
		s.Incomplete = true
	}
	return s, true
}

// switchCase reads a case. Qiskit used to write it as C has it: `case 1: case 2: { … } break;`.
func (p *Parser) switchCase() (c ast.Case, ok bool) {
	start := p.tok.Start
	for {
		switch p.tok.Symbol {
		case token.Default:
			c.Default = true
			p.advance()
		case token.Case:
			p.advance()
			if c.Labels, ok = p.labels(c.Labels); !ok {
				return c, false
			}
		default:
			p.unexpected("`case`, `default` or `}` in the switch")
			return c, false
		}
		if p.tok.Kind != token.Colon {
			break
		}
		p.rep.Deviation(p.tok.Span(), "case_with_colon", "leave the colon out: `case 1, 2 { … }`", "a case has no colon behind its values")
		p.advance()
		if p.tok.Kind != token.Ident || p.tok.Symbol != token.Case && p.tok.Symbol != token.Default {
			break
		}
	}
	if c.Default {
		c.Labels = nil // what is left over for default is more than they
	}
	if c.Body, ok = p.block("`{` and the body of the case"); !ok {
		return c, false
	}
	if p.tok.Kind == token.Ident && p.tok.Symbol == token.Break {
		p.rep.Deviation(p.tok.Span(), "case_with_break", "leave it out: cases do not fall through", "a case ends with its block, without a `break`")
		p.advance()
		if !p.semicolon("`break`") {
			return c, false
		}
	}
	c.At = p.at(start)
	return c, true
}

// labels adds the values of a case to a list.
func (p *Parser) labels(list []ast.Expr) ([]ast.Expr, bool) {
	for {
		e, ok := p.expression()
		if !ok {
			return nil, false
		}
		list = append(list, e)
		if !p.comma(token.LBrace) {
			return list, true
		}
	}
}

func (p *Parser) box() (ast.Stmt, bool) {
	s := &ast.Box{}
	start := p.tok.Start
	p.advance()
	ok := true
	if p.tok.Kind == token.LBracket {
		if s.Duration, ok = p.designator("the duration of the box"); !ok {
			return nil, false
		}
	}
	if s.Body, ok = p.block("`{` and the statements of the box"); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

func (p *Parser) returnStatement() (ast.Stmt, bool) {
	s := &ast.Return{}
	start := p.tok.Start
	p.advance()
	if p.tok.Kind != token.Semicolon {
		var ok bool
		if s.Value, ok = p.value("the value to return"); !ok {
			return nil, false
		}
		if p.tok.Kind == token.Comma {
			p.unexpectedHint("`;` after the value", "a subroutine returns one value")
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, p.semicolon("the value to return")
}
