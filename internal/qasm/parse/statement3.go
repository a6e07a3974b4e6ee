package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// statement3 reads a statement of OpenQASM 3 up to and with its semicolon or closing brace.
func (p *Parser) statement3() (ast.Stmt, bool) {
	switch p.tok.Kind {
	case token.Ident:
		if p.tok.Symbol.IsReserved3() {
			return p.keyword()
		}
		s, ok := p.named3Statement()
		p.word = token.None
		return s, ok
	case token.LBrace:
		return pointer(p.block("a block"))
	case token.At:
		return p.annotated()
	case token.HashPragma:
		return p.pragma()
	case token.RBrace:
		p.unexpectedHint("a statement", "no block is open here")
		return nil, false
	case token.Minus:
		if p.tok.End < p.lex.End() && p.lex.Slice(diag.Span{Start: p.tok.End, End: p.tok.End + 1})[0] == '-' {
			break
		}
		return p.expressionStatement()
	case token.Int, token.Float, token.LParen, token.Plus, token.Not, token.Tilde, token.String, token.HardwareQubit, token.Imaginary, token.Timing:
		return p.expressionStatement()
	}
	p.unexpectedHint("a statement", p.statementHint())
	return nil, false
}

// pointer makes a statement of a block that may be missing.
func pointer(b *ast.Block, ok bool) (ast.Stmt, bool) {
	if !ok {
		return nil, false
	}
	return b, true
}

func (p *Parser) statementHint() string {
	switch p.tok.Kind {
	case token.HashDim:
		return "#dim belongs to the type of an array reference"
	case token.PlusPlus:
		return "`++` joins registers in `let`; to count up, write `i += 1;`"
	}
	return p.commentHint()
}

// commentHint explains what begins a comment in other languages.
func (p *Parser) commentHint() string {
	switch p.tok.Kind {
	case token.Minus, token.Percent, token.Less, token.Star, token.Slash, token.String:
		return "comments start with //"
	}
	return ""
}

// keyword reads a statement that begins with a reserved word.
func (p *Parser) keyword() (ast.Stmt, bool) {
	switch p.tok.Symbol {
	case token.OPENQASM:
		return p.versionLine()
	case token.Include:
		return p.include()
	case token.Gate:
		return p.gateDef()
	case token.Qreg, token.Creg:
		return p.oldRegister()
	case token.QubitType:
		return p.qubits()
	case token.Measure:
		return p.measure3()
	case token.Reset:
		return p.reset()
	case token.Barrier:
		return p.barrier()
	case token.Nop:
		return p.nop()
	case token.Delay:
		return p.delay()
	case token.Inv, token.Pow, token.Ctrl, token.NegCtrl, token.Gphase:
		return p.modified()
	case token.True, token.False, token.DurationOf:
		return p.expressionStatement()
	case token.Const:
		return p.constant()
	case token.Input, token.Output:
		return p.inputOutput()
	case token.Let:
		return p.alias()
	}
	if p.tok.Symbol.IsType() {
		return p.declaration()
	}
	return p.structured()
}

// structured reads a statement of control flow or a definition.
func (p *Parser) structured() (ast.Stmt, bool) {
	start := p.tok.Start
	switch p.tok.Symbol {
	case token.If:
		return p.ifElse()
	case token.For:
		return p.forLoop()
	case token.While:
		return p.whileLoop()
	case token.Switch:
		return p.switchStatement()
	case token.Box:
		return p.box()
	case token.Def:
		return p.def()
	case token.Extern:
		return p.extern()
	case token.Return:
		return p.returnStatement()
	case token.Break:
		p.advance()
		return &ast.Break{At: p.at(start)}, p.semicolon("`break`")
	case token.Continue:
		p.advance()
		return &ast.Continue{At: p.at(start)}, p.semicolon("`continue`")
	case token.End:
		p.advance()
		return &ast.End{At: p.at(start)}, p.semicolon("`end`")
	case token.Pragma:
		return p.pragma()
	case token.Cal:
		return p.cal()
	case token.Defcal:
		return p.defcal()
	case token.DefcalGrammar:
		return p.calGrammar()
	}
	p.unexpectedHint("a statement", p.strayHint())
	return nil, false
}

// strayHint explains a reserved word that begins no statement.
func (p *Parser) strayHint() string {
	switch p.tok.Symbol {
	case token.Else:
		return "`else` follows the body of an `if`"
	case token.Case, token.Default:
		return "it belongs into a `switch`"
	case token.Readonly, token.Mutable:
		return "arrays are given by reference to subroutines only: it stands before a parameter of `def`"
	}
	return "this word is reserved and cannot be a name"
}

// block reads statements in braces. It goes on after errors; false means that the end of the block could not be found.
func (p *Parser) block(what string) (*ast.Block, bool) {
	start := p.tok.Start
	if p.tok.Kind != token.LBrace {
		p.unexpected(what)
		return nil, false
	}
	if !p.enter() {
		return nil, false
	}
	defer p.leave()
	p.advance()
	list, ok := p.statements(diag.Span{Start: start, End: start + 1})
	if !ok {
		return nil, false
	}
	return &ast.Block{At: p.at(start), Statements: list}, true
}

// statements reads statements up to and with a closing brace; begin is where the block begins.
func (p *Parser) statements(begin diag.Span) ([]ast.Stmt, bool) {
	mark := len(p.stmts)
	defer func() { p.stmts = p.stmts[:mark] }()
	for !p.rep.Full() {
		switch p.tok.Kind {
		case token.RBrace:
			p.advance()
			return p.arena.Stmts.Copy(p.stmts[mark:]), true
		case token.EOF:
			p.unclosed("`}` at the end of the block", begin)
			return nil, false
		case token.Semicolon:
			p.emptyStatement()
			continue
		}
		from, word := p.tok.Start, p.tok.Symbol
		if s, ok := p.statement3(); ok {
			p.stmts = append(p.stmts, s)
			continue
		}
		p.recover3()
		if b := p.broken(from, word); b != nil {
			p.stmts = append(p.stmts, b)
		}
	}
	return nil, false
}

// unclosed reports that the source ends within braces, and where they begin: at most once.
func (p *Parser) unclosed(expected string, begin diag.Span) {
	if !p.ended {
		p.unexpected(expected)
		p.rep.Also(begin, "what has no end begins here")
	}
}

// enter counts a level of nesting in, and refuses one too many.
func (p *Parser) enter() bool {
	if p.nest++; p.nest <= MaxDepth {
		return true
	}
	p.nest--
	p.tooDeep()
	return false
}

func (p *Parser) leave() { p.nest-- }

func (p *Parser) tooDeep() {
	p.rep.Error(p.tok.Span(), "too_deep", "", "this nests too deeply: at most %d levels are allowed", MaxDepth)
	p.ended = true
	p.lex.Skip()
	p.lex.Next(&p.tok)
}

// recover3 skips to where a statement may begin: behind a semicolon, behind a block that closes, or at the end of the block around. The
// `else` of a condition with an error belongs to it.
func (p *Parser) recover3() {
	p.lex.Quiet, p.indented = true, false
	if p.tok.Kind == token.Colon {
		p.skipIndented()
	}
	for p.skip3(); p.tok.Kind == token.Ident && (p.tok.Symbol == token.Else || p.tok.Symbol == token.While && p.doLoop); p.skip3() {
		p.advance()
	}
	p.lex.Quiet, p.doLoop = false, false
}

// skipIndented skips a body as Python has it: the lines behind a colon that are indented.
func (p *Parser) skipIndented() {
	colon := p.tok.End
	if p.advance(); p.lex.NewlineBetween(colon, p.tok.Start) {
		for p.tok.Kind != token.EOF && !p.startsLine() {
			p.skipped()
		}
		p.indented = true
	}
}

func (p *Parser) skip3() {
	if p.startsLine() && p.lex.NewlineBetween(p.prevEnd, p.tok.Start) && p.indented {
		p.indented = false
		return
	}
	from, parens, lists := p.prevEnd, 0, p.braces
	p.braces = 0
	for depth := 0; ; p.advance() {
		switch p.tok.Kind {
		case token.EOF:
			return
		case token.LParen:
			parens++
		case token.RParen:
			parens--
		case token.LBrace:
			depth++
		case token.RBrace:
			if lists > 0 && depth == 0 {
				lists--
				continue
			}
			if depth == 0 && p.nest > 0 {
				return
			}
			if depth--; depth > 0 {
				continue
			}
			p.skipped()
			if p.tok.Kind == token.Semicolon {
				p.skipped()
			}
			return
		case token.Semicolon:
			if depth <= 0 && (parens <= 0 || p.lex.NewlineBetween(from, p.tok.Start)) { // a loop of C has two of them
				p.skipped()
				return
			}
		case token.Ident:
			if startsLine3(p.tok.Symbol) && depth == 0 && p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
				return
			}
		}
	}
}

// skipped takes what may be the last token to be skipped: where no more follow, the next one is read in earnest.
func (p *Parser) skipped() {
	p.lex.Quiet = false
	p.advance()
	p.lex.Quiet = true
}

// startsLine3 reports whether a line that begins with s begins a statement for sure.
func startsLine3(s token.Symbol) bool {
	switch s {
	case token.OPENQASM, token.Include, token.Qreg, token.Creg, token.Gate, token.QubitType, token.Def, token.Extern, token.Barrier, token.Reset,
		token.If, token.For, token.While, token.Switch, token.Const, token.Input, token.Output, token.Let, token.Return:
		return true
	}
	return false
}
