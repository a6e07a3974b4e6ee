package format

import (
	"bytes"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// printer writes tokens and comments in the order of the source.
type printer struct {
	names  *token.Names
	lex    *token.Lexer
	src    *diag.Source
	opaque map[diag.Pos]construct
	out    bytes.Buffer

	tok, prev token.Token
	open      []bracket // around the next token
	kind      role      // of prev
	inCal     bool      // between cal or defcal and its brace
	comments  int       // written so far
	end       diag.Pos  // of the last token or comment written
	lineEnded bool      // the last comment goes up to the end of its line
}

// bracket is an open bracket: a parenthesis, a square bracket, or a brace of a list or of a block.
type bracket uint8

const (
	paren bracket = iota
	square
	list
	block
)

// role is what a token is for, as far as the layout depends on it.
type role uint8

const (
	other role = iota
	nothing
	operand // the last token of a value
	prefix  // an operator before its operand
	infix   // an operator between its operands
	opening // any bracket but a block's
	blockBegin
	blockEnd
	wholeLine // a pragma or an annotation
)

const indentation = "  "

// all writes the whole source.
func (p *printer) all() {
	p.end, p.kind = p.src.Base, nothing
	for {
		p.lex.Next(&p.tok)
		p.before()
		if p.tok.Kind == token.EOF {
			break
		}
		p.write()
	}
	if p.started() {
		p.out.WriteByte('\n')
	}
}

func (p *printer) started() bool { return p.out.Len() > 0 }

// before writes the comments before the next token and what separates it from what was written.
func (p *printer) before() {
	statement := p.boundary()
	inline := false
	for ; p.comments < len(p.lex.Comments); p.comments++ {
		c := p.lex.Comments[p.comments]
		gap := p.gap(c.Start)
		switch {
		case !p.started():
		case gap.line || p.lineEnded || p.kind == wholeLine && !inline:
			p.newline(p.depth(statement), statement && gap.empty && !p.justOpened())
		default:
			p.out.WriteByte(' ')
		}
		text := p.lex.Slice(c)
		p.out.Write(text)
		p.end, p.lineEnded, inline = c.End, text[1] == '/', true
	}
	if p.started() && p.tok.Kind != token.EOF {
		p.separate(statement, inline)
	}
	p.lineEnded = false
}

// separate writes what stands right before the next token.
func (p *printer) separate(statement, comment bool) {
	gap, closes := p.gap(p.tok.Start), p.closes()
	depth := p.depth(statement)
	if closes {
		depth = max(depth-1, 0)
	}
	switch {
	case statement:
		p.newline(depth, gap.empty && !closes && !p.justOpened())
	case p.lineEnded, !comment && gap.line && p.mayBreak(closes):
		p.newline(depth, false)
	case comment && !tight(p.tok.Kind), !comment && p.space():
		p.out.WriteByte(' ')
	}
}

// gap is what line ends lie between what was written and a place of the source.
func (p *printer) gap(to diag.Pos) (g struct{ line, empty bool }) {
	text := p.src.Text[p.end-p.src.Base : to-p.src.Base]
	n := bytes.Count(text, []byte("\n"))
	g.line, g.empty = n > 0, n > 1
	return g
}

// justOpened reports whether a block was opened and nothing written since.
func (p *printer) justOpened() bool { return p.kind == blockBegin && p.end == p.prev.End }

// boundary reports whether the next token begins a statement or closes a block, and so begins a line.
func (p *printer) boundary() bool {
	switch {
	case p.kind == nothing:
		return true
	case p.tok.Kind == token.RBrace && p.top() == block:
		return p.kind != blockBegin
	case p.kind == wholeLine, p.kind == blockBegin, p.prev.Kind == token.Semicolon:
		return true
	case p.kind == blockEnd:
		return p.tok.Symbol != token.Else && !tight(p.tok.Kind)
	}
	return false
}

// tight are the tokens that stand close to what is before them.
func tight(k token.Kind) bool {
	return k == token.Comma || k == token.Semicolon || k == token.RParen || k == token.RBracket
}

// closes reports whether the next token closes a bracket.
func (p *printer) closes() bool {
	return p.tok.Kind == token.RParen || p.tok.Kind == token.RBracket || p.tok.Kind == token.RBrace
}

// depth is how deep a line is indented: by its blocks and, within a statement, by the brackets that are open, or one step.
func (p *printer) depth(statement bool) int {
	blocks, inner := 0, 0
	for _, b := range p.open {
		if inner++; b == block {
			blocks, inner = blocks+1, 0
		}
	}
	if statement || p.tok.Symbol == token.Else && p.tok.Kind == token.Ident {
		return blocks
	}
	return blocks + max(1, inner)
}

func (p *printer) newline(depth int, empty bool) {
	p.out.WriteByte('\n')
	if empty {
		p.out.WriteByte('\n')
	}
	for range depth {
		p.out.WriteString(indentation)
	}
}

// mayBreak reports whether a line end of the source stays within a statement: after commas, operators and opening brackets, and
// before brackets that close.
func (p *printer) mayBreak(closes bool) bool {
	return p.prev.Kind == token.Comma || p.kind == infix || p.kind == opening || closes && p.kind != blockBegin
}

func (p *printer) top() bracket {
	if n := len(p.open); n > 0 {
		return p.open[n-1]
	}
	return block
}

// write writes the next token, or the construct that begins with it.
func (p *printer) write() {
	what := p.opaque[p.tok.Start]
	if what == line {
		p.wholeLine()
		return
	}
	p.inCal = p.inCal || what == calibration
	kind := p.classify()
	text := p.lex.Text(p.tok)
	if p.tok.Kind == token.Timing || p.tok.Kind == token.Imaginary {
		text = bytes.Map(withoutBlanks, text)
	}
	p.out.Write(text)
	p.prev, p.kind, p.end = p.tok, kind, p.tok.End
	if kind == blockBegin && p.inCal {
		p.inCal = false
		body, _ := p.lex.Calibration()
		p.out.Write(p.lex.Slice(body))
		p.lex.Next(&p.tok) // the closing brace
		p.out.WriteByte('}')
		p.open = p.open[:len(p.open)-1]
		p.prev, p.kind, p.end = p.tok, blockEnd, p.tok.End
	}
}

func withoutBlanks(r rune) rune {
	if r == ' ' || r == '\t' {
		return -1
	}
	return r
}

// wholeLine writes a pragma or an annotation with the rest of its line.
func (p *printer) wholeLine() {
	p.out.Write(p.lex.Text(p.tok))
	rest := p.lex.RestOfLine()
	if p.tok.Kind != token.At {
		p.out.WriteByte(' ')
	}
	p.out.Write(p.lex.Slice(rest))
	p.prev, p.kind, p.end = p.tok, wholeLine, rest.End
}

// classify finds what the next token is for, and counts it among the open brackets.
func (p *printer) classify() role {
	switch p.tok.Kind {
	case token.LParen:
		return p.push(paren)
	case token.LBracket:
		return p.push(square)
	case token.LBrace:
		if p.opensList() {
			return p.push(list)
		}
		return p.push(block)
	case token.RParen, token.RBracket, token.RBrace:
		b := p.top()
		if len(p.open) > 0 {
			p.open = p.open[:len(p.open)-1]
		}
		if b == block {
			return blockEnd
		}
		return operand
	case token.Int, token.Float, token.String, token.Imaginary, token.Timing, token.HardwareQubit, token.HashDim:
		return operand
	case token.Ident:
		if p.isKeyword(p.tok.Symbol) {
			return other
		}
		return operand
	case token.Minus, token.Plus:
		if p.kind != operand {
			return prefix
		}
		return infix
	case token.Not, token.Tilde:
		return prefix
	case token.Comma, token.Semicolon, token.Colon, token.At:
		return other
	}
	return infix
}

func (p *printer) push(b bracket) role {
	p.open = append(p.open, b)
	if b == block {
		return blockBegin
	}
	return opening
}

// isKeyword reports whether a word is not a value.
func (p *printer) isKeyword(s token.Symbol) bool {
	if p.lex.V3 {
		return s.IsReserved3() && s != token.True && s != token.False
	}
	return s.IsReserved() && s < token.Pi
}

// opensList reports whether a brace begins a list: an array, or a set of indices or values.
func (p *printer) opensList() bool {
	switch p.prev.Kind {
	case token.Assign, token.LBracket:
		return true
	case token.LBrace, token.Comma:
		return p.top() == list
	case token.Ident:
		return p.prev.Symbol == token.In
	}
	return false
}
