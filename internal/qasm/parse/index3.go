package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// indices reads the pairs of brackets behind an expression.
func (p *Parser) indices(e ast.Expr, ok bool, depth int) (ast.Expr, bool) {
	for ok && p.tok.Kind == token.LBracket {
		depth++
		e, ok = p.indexed(e, depth)
	}
	return e, ok
}

// indexed reads a pair of brackets behind an expression.
func (p *Parser) indexed(base ast.Expr, depth int) (ast.Expr, bool) {
	if depth > MaxDepth {
		p.tooDeep()
		return nil, false
	}
	i, ok := p.brackets(depth)
	if !ok {
		return nil, false
	}
	e := p.arena.Indexes.New()
	*e = ast.Index{At: p.at(base.Span().Start), Base: base, Index: i}
	return e, true
}

// brackets reads a pair of brackets with what may stand in them: an index, a range, a set, or a list of indices and ranges.
func (p *Parser) brackets(depth int) (ast.Expr, bool) {
	p.advance()
	start := p.tok.Start
	if p.tok.Kind == token.LBrace {
		set, ok := p.set(depth)
		return set, ok && p.expect(token.RBracket, "after the set of indices")
	}
	if p.tok.Kind == token.RBracket {
		p.unexpectedHint("an index or a range", "all elements are `[:]`, or leave the brackets out")
		return nil, false
	}
	first, ok := p.indexOrRange(depth)
	if !ok {
		return nil, false
	}
	if p.tok.Kind == token.RBracket {
		p.advance()
		return first, true
	}
	items := []ast.Expr{first}
	for p.tok.Kind == token.Comma {
		p.advance()
		if p.tok.Kind == token.RBracket {
			break
		}
		if p.tok.Kind == token.LBrace {
			p.unexpectedHint("an index or a range", "a set of indices stands alone in its brackets")
			return nil, false
		}
		next, ok := p.indexOrRange(depth)
		if !ok {
			return nil, false
		}
		items = append(items, next)
	}
	end := p.prevEnd
	if !p.expect(token.RBracket, "after the index") {
		return nil, false
	}
	if len(items) == 1 {
		return items[0], true
	}
	return &ast.IndexList{At: ast.At{Start: start, End: end}, Items: items}, true
}

func (p *Parser) indexOrRange(depth int) (ast.Expr, bool) {
	start := p.tok.Start
	var first ast.Expr
	if p.tok.Kind != token.Colon {
		var ok bool
		if first, ok = p.expr(precNone, depth); !ok || p.tok.Kind != token.Colon {
			return first, ok
		}
	}
	return p.rangeFrom(start, first, depth)
}

// rangeFrom reads the rest of a range at its first colon.
func (p *Parser) rangeFrom(from diag.Pos, first ast.Expr, depth int) (ast.Expr, bool) {
	r := p.arena.Ranges.New()
	*r = ast.Range{Start: first}
	p.advance()
	ok := true
	if !p.endsRange() {
		if r.Stop, ok = p.expr(precNone, depth); !ok {
			return nil, false
		}
	}
	if p.accept(token.Colon) {
		r.Step = r.Stop
		r.Stop = nil
		if p.endsRange() {
			p.unexpectedHint("where the range stops", "a range with a step is `start:step:stop`")
			return nil, false
		}
		if r.Stop, ok = p.expr(precNone, depth); !ok {
			return nil, false
		}
	}
	r.At = p.at(from)
	return r, true
}

func (p *Parser) endsRange() bool {
	return p.tok.Kind == token.Colon || p.tok.Kind == token.RBracket || p.tok.Kind == token.Comma
}

// set reads `{a, b, c}`.
func (p *Parser) set(depth int) (ast.Expr, bool) {
	start := p.tok.Start
	p.advance()
	p.braces++
	mark := len(p.exprs)
	defer func() { p.exprs = p.exprs[:mark] }()
	for {
		if p.tok.Kind == token.RBrace && len(p.exprs) == mark {
			p.unexpected("at least one value in the set")
			return nil, false
		}
		e, ok := p.expr(precNone, depth+1)
		if !ok {
			return nil, false
		}
		p.exprs = append(p.exprs, e)
		if !p.comma(token.RBrace) {
			break
		}
	}
	if p.tok.Kind != token.RBrace {
		hint := ""
		if p.tok.Kind == token.Colon {
			hint = "a range stands in brackets: `[0:2]`"
		}
		p.unexpectedHint("`}` after the values of the set", hint)
		return nil, false
	}
	p.advance()
	p.braces--
	return &ast.Set{At: p.at(start), Items: p.arena.Exprs.Copy(p.exprs[mark:])}, true
}

// index3 reads what follows the name of o.
func (p *Parser) index3(o *ast.Operand) bool {
	if p.tok.Kind != token.LBracket {
		return true
	}
	return p.chain(o)
}

// hardware reads a physical qubit.
func (p *Parser) hardware() bool {
	if p.advance(); p.tok.Kind == token.LBracket {
		p.unexpectedHint("no index behind a physical qubit", "a physical qubit is not a register")
		return false
	}
	return true
}

// chain reads the pairs of brackets that follow the name of o, behind the first index where that was read already.
func (p *Parser) chain(o *ast.Operand) bool {
	var links []ast.Expr
	if o.Index != nil {
		links = append(links, o.Index)
	}
	for p.tok.Kind == token.LBracket {
		if len(links) > MaxDepth {
			p.tooDeep()
			return false
		}
		i, ok := p.brackets(p.nest + 1)
		if !ok {
			return false
		}
		links = append(links, i)
		o.End = p.prevEnd
	}
	switch len(links) {
	case 0:
	case 1:
		o.Index = links[0]
	default:
		o.Index = &ast.Chain{At: ast.At{Start: links[0].Span().Start, End: links[len(links)-1].Span().End}, Links: links}
	}
	return true
}
