package format

import "github.com/softquantus/qcos/internal/qasm/token"

// space reports whether a blank stands between the last token and the next one of the same line.
func (p *printer) space() bool {
	prev, next := p.prev.Kind, p.tok.Kind
	switch {
	case tight(next), p.kind == opening, next == token.RBrace:
		return false
	case p.kind == prefix:
		return next == prev && (prev == token.Plus || prev == token.Minus) // `++` is one operator, and `--` begins comments elsewhere
	case prev == token.Colon, next == token.Colon:
		return p.top() != square && prev == token.Colon
	case next == token.LParen:
		return p.beforeParen()
	case next == token.LBracket:
		return prev == token.Ident && p.prev.Symbol == token.In && p.lex.V3 || p.kind == infix && !p.close(prev) || prev == token.Comma
	case p.kind == infix:
		return !p.close(prev) || next == token.Minus || next == token.Plus || next == token.Not
	case p.isInfix():
		return !p.close(next)
	}
	return true
}

// isInfix reports whether the next token is an operator between operands.
func (p *printer) isInfix() bool {
	switch p.tok.Kind {
	case token.Minus, token.Plus:
		return p.kind == operand
	case token.Ident, token.Int, token.Float, token.String, token.Imaginary, token.Timing, token.HardwareQubit, token.LBrace, token.Not, token.Tilde,
		token.At, token.Arrow, token.Assign, token.HashDim, token.HashPragma:
		return false
	}
	return p.tok.Kind.Operator() == token.Invalid
}

// close reports whether an operator stands close to its operands: products and powers within brackets, and all within square ones.
func (p *printer) close(op token.Kind) bool {
	if op == token.Assign || op == token.Arrow || op.Operator() != token.Invalid {
		return false
	}
	switch b := p.top(); b {
	case block:
		return op == token.StarStar
	case square:
		return true
	}
	switch op {
	case token.Star, token.Slash, token.StarStar:
		return true
	case token.Caret:
		return !p.lex.V3 // a power
	}
	return false
}

// beforeParen reports whether a blank stands before a parenthesis.
func (p *printer) beforeParen() bool {
	switch p.kind {
	case operand, prefix, opening:
		return false
	case infix:
		return !p.close(p.prev.Kind)
	}
	if p.prev.Kind != token.Ident {
		return true
	}
	switch s := p.prev.Symbol; s {
	case token.Pow, token.Ctrl, token.NegCtrl, token.Gphase, token.DurationOf, token.Inv:
		return false
	default:
		return !s.IsType()
	}
}
