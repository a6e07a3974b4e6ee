package parse

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// MaxDepth bounds how deep expressions nest and how many operators stand in one chain, and with it the stack of whoever walks them.
const MaxDepth = 10000

// Strength of binding, weakest first. The order is that of OpenQASM 3, of which version 2 has a part.
const (
	precNone = iota
	precOr
	precAnd
	precBitOr
	precBitXor
	precBitAnd
	precEqual
	precCompare
	precShift
	precAdd
	precMultiply
	precUnary
	precPower

	only3 = 0x80 // with a precedence: the operator is OpenQASM 3
)

// precedences are how strongly operators bind, by kind; precNone for what is no operator. Powers group to the right, all others to
// the left.
type precedences [token.Last + 1]uint8

var precedences3 = precedences{
	token.StarStar: precPower, token.Star: precMultiply, token.Slash: precMultiply, token.Percent: precMultiply,
	token.Plus: precAdd, token.Minus: precAdd, token.ShiftLeft: precShift, token.ShiftRight: precShift,
	token.Less: precCompare, token.LessEq: precCompare, token.Greater: precCompare, token.GreaterEq: precCompare,
	token.EqEq: precEqual, token.NotEq: precEqual, token.Amp: precBitAnd, token.Caret: precBitXor, token.Pipe: precBitOr,
	token.AmpAmp: precAnd, token.PipePipe: precOr,
}

// precedences2 are those of OpenQASM 2, where both ^ and ** are powers.
var precedences2 = func() precedences {
	p := precedences3
	for k, prec := range p {
		switch token.Kind(k) {
		case token.Plus, token.Minus, token.Star, token.Slash, token.StarStar:
		case token.Caret:
			p[k] = precPower
		default:
			if prec != precNone {
				p[k] |= only3
			}
		}
	}
	return p
}()

// operator3 reports an operator that OpenQASM 2 does not have.
func (p *Parser) operator3() {
	p.rep.Error(p.tok.Span(), "openqasm3", "OpenQASM 2.0 has + - * / ^ and functions", "the operator %s is OpenQASM 3", p.found())
}

// expr reads an expression whose operators bind at least as strongly as lowest.
func (p *Parser) expr(lowest uint8, depth int) (ast.Expr, bool) {
	left, ok := p.prefix(depth)
	if !ok {
		return nil, false
	}
	return p.operators(left, lowest, depth)
}

// operators goes on with an expression that begins with left.
func (p *Parser) operators(left ast.Expr, lowest uint8, depth int) (ast.Expr, bool) {
	for {
		op, at := p.tok.Kind, p.tok.Span()
		prec := p.prec[op]
		if op == token.Ident && p.v3 && p.tok.Symbol == token.In && lowest <= precCompare {
			var ok bool
			if left, ok = p.member(left, depth); !ok {
				return nil, false
			}
			depth++
			continue
		}
		switch {
		case prec == precNone, prec < lowest:
			return left, true
		case prec&only3 != 0:
			p.operator3()
			return nil, false
		}
		depth++ // the right operand sees to the limit
		if op == token.StarStar && !p.v3 {
			p.rep.Deviation(at, "power_operator", "OpenQASM 2.0 writes powers as `^`", "the operator `**` is OpenQASM 3")
		}
		p.advance()
		next := prec + 1
		if prec == precPower {
			next = precUnary // to the right, and 2^-1 is fine
		}
		right, ok := p.expr(next, depth)
		if !ok {
			return nil, false
		}
		e := p.arena.Binaries.New()
		*e = ast.Binary{At: ast.At{Start: left.Span().Start, End: p.prevEnd}, Op: op, OpAt: at, Left: left, Right: right}
		left = e
	}
}

// prefix reads an operand with the operators before it.
func (p *Parser) prefix(depth int) (ast.Expr, bool) {
	if depth > MaxDepth {
		p.tooDeep()
		return nil, false
	}
	if p.v3 {
		return p.prefix3(depth)
	}
	switch p.tok.Kind {
	case token.Int:
		return p.integer("")
	case token.Float:
		return p.float()
	case token.Minus, token.Plus:
		return p.unary(depth)
	case token.LParen:
		return p.paren(depth)
	case token.Ident:
		return p.named(depth)
	case token.Not, token.Tilde:
		p.operator3()
		return nil, false
	}
	p.unexpected("a number, a name or `(`")
	return nil, false
}

func (p *Parser) unary(depth int) (ast.Expr, bool) {
	start, op := p.tok.Start, p.tok.Kind
	p.advance()
	inner, ok := p.expr(precUnary, depth+1)
	if !ok {
		return nil, false
	}
	e := p.arena.Unaries.New()
	*e = ast.Unary{At: p.at(start), Op: op, Inner: inner}
	return e, true
}

func (p *Parser) paren(depth int) (ast.Expr, bool) {
	start := p.tok.Start
	p.advance()
	inner, ok := p.expr(precNone, depth+1)
	if p.v3 {
		inner, ok = p.joined(inner, ok, depth+1)
	}
	if !ok || !p.closing("to close the parenthesis") {
		return nil, false
	}
	e := p.arena.Parens.New()
	*e = ast.Paren{At: p.at(start), Inner: inner}
	return e, true
}

// closing takes a closing parenthesis, or reports that it should stand here, with what may be meant by what does.
func (p *Parser) closing(where string) bool {
	if p.accept(token.RParen) {
		return true
	}
	hint := ""
	switch {
	case p.tok.Kind == token.LBracket && !p.v3:
		hint = "parentheses are for angles, qubits stand behind them: `rx(pi/2) q[0];`, `cx q[0],q[1];`"
	case p.tok.Kind == token.Colon && p.v3:
		hint = "a range stands in brackets: `[0:9]`"
	case p.v3, p.tok.Kind == token.Dot:
		hint = p.operatorHint()
	}
	p.unexpectedHint("`)` "+where, hint)
	return false
}

// named reads a constant, a parameter or a function with its arguments.
func (p *Parser) named(depth int) (ast.Expr, bool) {
	name := ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}
	if name.Symbol.IsReserved() && name.Symbol < token.Pi {
		p.unexpected("a number, a name or `(`")
		return nil, false
	}
	if name.Symbol == token.PiSign {
		p.rep.Deviation(name.Span(), "pi_sign", "write `pi`", "the letter π is not in OpenQASM 2.0")
		name.Symbol = token.Pi
	}
	function := name.Symbol >= token.Sin && name.Symbol <= token.Sqrt
	p.advance()
	if p.tok.Kind != token.LParen {
		if function {
			p.unexpected("`(` and the function's argument")
			return nil, false
		}
		e := p.arena.Idents.New()
		*e = ast.Ident{At: name.At, Symbol: name.Symbol}
		return e, true
	}
	args, ok := p.arguments(depth + 1)
	if !ok {
		return nil, false
	}
	e := p.arena.Functions.New()
	*e = ast.Function{At: p.at(name.Start), Name: name, Args: args}
	return e, true
}

// arguments reads expressions in parentheses.
func (p *Parser) arguments(depth int) ([]ast.Expr, bool) {
	p.advance()
	if p.accept(token.RParen) {
		return nil, true
	}
	mark := len(p.exprs)
	for {
		e, ok := p.expr(precNone, depth)
		if p.v3 {
			e, ok = p.concat(e, ok, depth)
		}
		if !ok {
			p.exprs = p.exprs[:mark]
			return nil, false
		}
		p.exprs = append(p.exprs, e)
		if !p.comma(token.RParen) {
			list := p.arena.Exprs.Copy(p.exprs[mark:])
			p.exprs = p.exprs[:mark]
			return list, p.closing("after the last argument")
		}
	}
}

// integer reads an integer literal.
func (p *Parser) integer(what string) (ast.Expr, bool) {
	if p.tok.Kind != token.Int {
		p.unexpected(what)
		return nil, false
	}
	if p.v3 {
		return p.integer3()
	}
	if p.tok.Flags&token.LeadingZero != 0 {
		p.rep.Deviation(p.tok.Span(), "leading_zero", "leave out the zero", "an integer that starts with 0 is not in OpenQASM 2.0: %s is read as decimal", p.found())
	}
	text := p.lex.Text(p.tok)
	n := p.arena.Ints.New()
	n.At, n.Text = ast.At(p.tok.Span()), nil
	if n.Value, n.Fits = decimal(text); !n.Fits {
		n.Text = text
	}
	p.advance()
	return n, true
}

// decimal is the value of digits, where it fits in 64 bits for sure.
func decimal(text []byte) (v uint64, fits bool) {
	if len(text) > 19 {
		if text = bytes.TrimLeft(text, "0"); len(text) > 19 {
			return 0, false
		}
	}
	for _, c := range text {
		v = v*10 + uint64(c-'0')
	}
	return v, true
}

func (p *Parser) float() (ast.Expr, bool) {
	if p.tok.Flags&token.NoPoint != 0 {
		p.rep.Deviation(p.tok.Span(), "number_without_point", "write a decimal point, such as 1.0e3", "a number with an exponent and no decimal point, %s, is not in OpenQASM 2.0", p.found())
	}
	text := p.lex.Text(p.tok)
	v, err := strconv.ParseFloat(string(text), 64)
	if errors.Is(err, strconv.ErrRange) && v != 0 {
		p.rep.Error(p.tok.Span(), "number_too_large", "", "the number `%s` is too large: at most about 1.8e308", report.Clip(string(text)))
		return nil, false
	}
	n := p.arena.Floats.New()
	n.At, n.Value = ast.At(p.tok.Span()), v
	p.advance()
	return n, true
}
