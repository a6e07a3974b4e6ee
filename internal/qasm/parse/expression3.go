package parse

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// expression reads an expression of OpenQASM 3 in full.
func (p *Parser) expression() (ast.Expr, bool) { return p.expr(precNone, p.nest) }

// prefix3 is prefix in OpenQASM 3: an operand with the operators before it and the indices behind it.
func (p *Parser) prefix3(depth int) (ast.Expr, bool) {
	var e ast.Expr
	ok := true
	switch p.tok.Kind {
	case token.Int:
		return p.integer3()
	case token.Float:
		return p.float3()
	case token.Minus, token.Not, token.Tilde:
		return p.unary(depth)
	case token.Plus:
		p.rep.Deviation(p.tok.Span(), "unary_plus", "leave it out", "OpenQASM 3 has no `+` before a value")
		p.advance()
		return p.expr(precUnary, depth+1)
	case token.LParen:
		e, ok = p.paren(depth)
	case token.Ident:
		e, ok = p.named3(depth)
	case token.HardwareQubit:
		e = &ast.Ident{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}
		p.advance()
	case token.String:
		e, ok = p.bitString()
	case token.Imaginary, token.Timing:
		return p.suffixed()
	default:
		p.unexpectedHint("an expression", p.expressionHint())
		return nil, false
	}
	return p.indices(e, ok, depth)
}

// expressionHint says what may be meant by what begins no expression.
func (p *Parser) expressionHint() string {
	switch p.tok.Kind {
	case token.LBracket:
		return "a list stands in braces: `array[int, 2] a = {1, 2};`"
	case token.LBrace:
		return "a list in braces is a value in declarations of arrays only, and a set of indices in brackets and behind `in`"
	case token.Greater:
		return "`not equal` is written `!=`"
	case token.Assign:
		return "a comparison has two equals signs: `==`"
	}
	return ""
}

// named3 reads an expression that begins with a word.
func (p *Parser) named3(depth int) (ast.Expr, bool) {
	at, word := p.tok.Span(), p.tok.Symbol
	switch {
	case word == token.True || word == token.False:
		p.advance()
		return &ast.Bool{At: ast.At(at), Value: word == token.True}, true
	case word == token.DurationOf:
		return p.durationOf()
	case word == token.Pow:
		return p.powFunction(depth)
	case word == token.Measure:
		hint := "a measurement stands alone on the right of `=`: keep its outcome in a bit first, `bit b = measure q;`"
		if p.prevEnd >= p.lex.Base()+2 && string(p.lex.Slice(diag.Span{Start: p.prevEnd - 2, End: p.prevEnd})) == "<-" {
			hint = "an outcome is kept by `=` or `->`: `c = measure q;`, `measure q -> c;`"
		}
		p.unexpectedHint("an expression", hint)
		return nil, false
	case word.IsType():
		t, ok := p.typ("a type")
		if !ok {
			return nil, false
		}
		if p.tok.Kind != token.LParen {
			p.rep.Error(t.Span(), "unexpected_token", "a conversion is written as `int[8](x)`, a declaration is a statement of its own", "expected an expression, found a type")
			return nil, false
		}
		return p.cast(t, depth)
	case word.IsReserved3():
		p.unexpected("an expression")
		return nil, false
	}
	p.advance()
	if p.tok.Kind == token.LParen {
		return p.function(ast.Name{At: ast.At(at), Symbol: word}, depth)
	}
	e := p.arena.Idents.New()
	e.Start, e.End, e.Symbol = at.Start, at.End, word
	return e, true
}

// function reads the arguments of a call.
func (p *Parser) function(name ast.Name, depth int) (ast.Expr, bool) {
	args, ok := p.arguments(depth + 1)
	if !ok {
		return nil, false
	}
	e := p.arena.Functions.New()
	*e = ast.Function{At: p.at(name.Start), Name: name, Args: args}
	return e, true
}

// cast reads the value in parentheses behind a type.
func (p *Parser) cast(t *ast.Type, depth int) (ast.Expr, bool) {
	if p.tok.Kind != token.LParen {
		p.unexpectedHint("`(` and the value to convert to this type", "a conversion is written as `int[8](x)`")
		return nil, false
	}
	if t.Kind == ast.TypeQubit {
		p.rep.Error(t.Span(), "unexpected_token", "", "nothing can be converted to a qubit")
		return nil, false
	}
	p.advance()
	v, ok := p.expr(precNone, depth+1)
	v, ok = p.joined(v, ok, depth+1)
	if !ok || !p.expect(token.RParen, "after the value to convert") {
		return nil, false
	}
	return &ast.Cast{At: p.at(t.Start), Type: t, Value: v}, true
}

// powFunction reads pow(a, b), which the specification knew once, as a ** b.
func (p *Parser) powFunction(depth int) (ast.Expr, bool) {
	at := p.tok.Span()
	p.advance()
	if p.tok.Kind != token.LParen {
		p.rep.Error(at, "unexpected_token", "a modifier stands before a gate, such as `pow(2) @ x q;`", "expected an expression, found the reserved word `pow`")
		return nil, false
	}
	p.rep.Deviation(at, "pow_function", "write the power as `a ** b`", "`pow` is a modifier of gates, not a function")
	args, ok := p.arguments(depth + 1)
	if !ok {
		return nil, false
	}
	if len(args) != 2 {
		p.rep.Error(at, "wrong_arguments", "write the power as `a ** b`", "pow takes 2 arguments, found %d", len(args))
		return nil, false
	}
	return &ast.Binary{At: p.at(at.Start), Op: token.StarStar, OpAt: at, Left: args[0], Right: args[1]}, true
}

func (p *Parser) durationOf() (ast.Expr, bool) {
	start := p.tok.Start
	p.advance()
	if !p.expect(token.LParen, "after `durationof`") {
		return nil, false
	}
	arena := p.arena // lists of operands may be under construction there
	p.arena = ast.Arena{}
	body, ok := p.block("a block in braces, whose duration is asked for")
	p.arena = arena
	if !ok || !p.expect(token.RParen, "after the block") {
		return nil, false
	}
	return &ast.DurationOf{At: p.at(start), Body: body}, true
}

// integer3 reads an integer literal of any base.
func (p *Parser) integer3() (ast.Expr, bool) {
	text := p.lex.Text(p.tok)
	n := p.arena.Ints.New()
	n.Start, n.End, n.Text = p.tok.Start, p.tok.End, nil
	if n.Value, n.Fits = integerValue(text); !n.Fits {
		n.Text = text
	}
	p.advance()
	return n, true
}

// integerValue is the value of an integer literal, where it fits in 64 bits.
func integerValue(text []byte) (v uint64, fits bool) {
	if len(text) <= 19 && (len(text) < 2 || text[0] != '0') && bytes.IndexByte(text, '_') < 0 {
		return decimal(text)
	}
	base := 10
	if len(text) > 2 && text[0] == '0' {
		switch text[1] {
		case 'b', 'B':
			base = 2
		case 'o':
			base = 8
		case 'x', 'X':
			base = 16
		}
		if base != 10 {
			text = text[2:]
		}
	}
	v, err := strconv.ParseUint(string(bytes.ReplaceAll(text, []byte("_"), nil)), base, 64)
	if err != nil {
		return 0, false
	}
	return v, true
}

func (p *Parser) float3() (ast.Expr, bool) {
	v, ok := p.number(p.lex.Text(p.tok))
	if !ok {
		return nil, false
	}
	n := p.arena.Floats.New()
	n.Start, n.End, n.Value = p.tok.Start, p.tok.End, v
	p.advance()
	return n, true
}

// number is the value of a literal with a point or an exponent; p.tok is where it stands.
func (p *Parser) number(text []byte) (float64, bool) {
	if bytes.IndexByte(text, '_') >= 0 {
		text = bytes.ReplaceAll(text, []byte("_"), nil)
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if errors.Is(err, strconv.ErrRange) && v != 0 {
		p.rep.Error(p.tok.Span(), "number_too_large", "", "the number `%s` is too large: at most about 1.8e308", report.Clip(string(text)))
		return 0, false
	}
	return v, true
}

// suffixed reads a number with a unit of time or `im` behind it.
func (p *Parser) suffixed() (ast.Expr, bool) {
	text, at := p.lex.Text(p.tok), ast.At(p.tok.Span())
	digits := bytes.TrimRight(text, "abcdefghijklmnopqrstuvwxyz\u00b5\u03bc")
	unit := string(text[len(digits):])
	v, ok := p.number(bytes.TrimRight(digits, " \t"))
	if !ok {
		return nil, false
	}
	imaginary := p.tok.Kind == token.Imaginary
	p.advance()
	if imaginary {
		return &ast.Imaginary{At: at, Value: v}, true
	}
	e := &ast.Timing{At: at, Value: v, Unit: ast.Microseconds}
	switch unit {
	case "s":
		e.Unit = ast.Seconds
	case "ms":
		e.Unit = ast.Milliseconds
	case "ns":
		e.Unit = ast.Nanoseconds
	case "dt":
		e.Unit = ast.SampleTicks
	}
	return e, true
}

// bitString reads a literal such as "0110".
func (p *Parser) bitString() (ast.Expr, bool) {
	text := p.lex.Text(p.tok)
	inner := text[1 : len(text)-1]
	e := &ast.BitString{At: ast.At(p.tok.Span()), Text: inner}
	last := byte('_')
	for i, c := range inner {
		if c != '0' && c != '1' && c != '_' && (c < '0' || c > '9') {
			p.rep.Error(e.Span(), "invalid_bit_string", "there are no texts: a string holds bits, such as \"0110\"", "%s cannot stand in a string of bits", quoteByte(c))
			return nil, false
		}
		if c != '0' && c != '1' && (c != '_' || last == '_') {
			p.rep.Error(p.within(1+i, c), "invalid_bit_string", "a string of bits holds 0 and 1, with single underscores between them: \"0110\"",
				"%s cannot stand in a string of bits", quoteByte(c))
			return nil, false
		}
		if c != '_' {
			e.Width++
		}
		last = c
	}
	if last == '_' {
		p.rep.Error(p.tok.Span(), "invalid_bit_string", "it holds 0 and 1, with single underscores between them: \"0110\"", "a string of bits ends in a bit")
		return nil, false
	}
	if p.tok.Flags&token.SingleQuote != 0 {
		p.rep.Deviation(p.tok.Span(), "single_quotes", "write double quotes", "a string of bits stands in double quotes")
	}
	p.advance()
	return e, true
}

// within is the place of the byte c of the next token.
func (p *Parser) within(offset int, c byte) diag.Span {
	at := p.tok.Start + diag.Pos(offset)
	return diag.Span{Start: at, End: at + 1}
}

func quoteByte(c byte) string {
	if c < ' ' || c > '~' {
		return fmt.Sprintf("the byte 0x%02x", c)
	}
	return "`" + string(rune(c)) + "`"
}
