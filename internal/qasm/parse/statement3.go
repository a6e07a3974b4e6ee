package parse

import (
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
		return p.named3Statement()
	case token.LBrace:
		return pointer(p.block("a block"))
	case token.At:
		return p.annotated()
	case token.HashPragma:
		return p.pragma()
	case token.RBrace:
		p.unexpectedHint("a statement", "no block is open here")
		return nil, false
	case token.Int, token.Float, token.LParen, token.Minus, token.Plus, token.Not, token.Tilde, token.String, token.HardwareQubit, token.Imaginary, token.Timing:
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
	list, ok := p.statements()
	if !ok {
		return nil, false
	}
	return &ast.Block{At: p.at(start), Statements: list}, true
}

// statements reads statements up to and with a closing brace.
func (p *Parser) statements() ([]ast.Stmt, bool) {
	mark := len(p.stmts)
	defer func() { p.stmts = p.stmts[:mark] }()
	for !p.rep.Full() {
		switch p.tok.Kind {
		case token.RBrace:
			p.advance()
			return p.arena.Stmts.Copy(p.stmts[mark:]), true
		case token.EOF:
			p.unexpected("`}` at the end of the block")
			return nil, false
		case token.Semicolon:
			p.emptyStatement()
			continue
		}
		if s, ok := p.statement3(); ok {
			p.stmts = append(p.stmts, s)
		} else {
			p.recover3()
		}
	}
	return nil, false
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

// recover3 skips to where a statement may begin: behind a semicolon, behind a block that closes, or at the end of the block around.
func (p *Parser) recover3() {
	p.lex.Quiet = true
	defer func() { p.lex.Quiet = false }()
	from, parens := p.prevEnd, 0
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
			if depth == 0 && p.nest > 0 {
				return
			}
			if depth--; depth > 0 {
				continue
			}
			p.advanceLoudly()
			if p.tok.Kind != token.Ident || p.tok.Symbol != token.Else {
				return
			}
			p.lex.Quiet = true
		case token.Semicolon:
			if depth <= 0 && (parens <= 0 || p.lex.NewlineBetween(from, p.tok.Start)) { // a loop of C has two of them
				p.advanceLoudly()
				return
			}
		case token.Ident:
			if startsLine3(p.tok.Symbol) && depth == 0 && p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
				return
			}
		}
	}
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

// body reads what a condition or a loop is for: a block or one statement.
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
		p.unexpectedHint("`(` after `"+word+"`", "the condition stands in parentheses: `"+word+" (c == 1) { … }`")
		return nil, false
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
		case "in":
			return "there is no operator `in`"
		case "is":
			return "write `==`"
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
	if p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved3() { // as in drafts of the specification
		p.rep.Deviation(p.tok.Span(), "loop_without_type", loopHint, "the type of the loop's variable is missing: it is taken for `int`")
		at := p.tok.Start
		s.Type = &ast.Type{At: ast.At{Start: at, End: at}, Kind: ast.TypeInt}
	} else if p.tok.Kind == token.LParen {
		p.unexpectedHint("the type of the loop's variable", loopHint)
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
	if s.Body, ok = p.bodyOf("loop"); !ok {
		return nil, false
	}
	s.At = p.at(start)
	return s, true
}

func (p *Parser) loopValues() (ast.Expr, bool) {
	switch p.tok.Kind {
	case token.LBrace:
		return p.set(p.nest)
	case token.LBracket:
		p.advance()
		start := p.tok.Start
		var first ast.Expr
		if p.tok.Kind != token.Colon {
			var ok bool
			if first, ok = p.expression(); !ok {
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
		r, ok := p.rangeFrom(start, first, p.nest)
		return r, ok && p.expect(token.RBracket, "after the range")
	}
	e, ok := p.expression()
	if ok && p.tok.Kind == token.Colon {
		p.unexpectedHint("the body of the loop", "a range stands in brackets: `[0:9]`")
		return nil, false
	}
	return e, ok
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
	for !p.accept(token.RBrace) {
		switch c, ok := p.switchCase(); {
		case ok:
			s.Cases = append(s.Cases, c)
		case p.tok.Kind == token.EOF, p.rep.Full():
			return nil, false
		default:
			p.recover3()
		}
	}
	s.At = p.at(start)
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
