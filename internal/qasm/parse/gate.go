package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// declared reads a name that is being declared.
func (p *Parser) declared(what string) (ast.Name, bool) {
	if p.v3 {
		return p.declared3(what)
	}
	if p.tok.Kind != token.Ident || p.tok.Symbol.IsReserved() || p.tok.Symbol == token.PiSign {
		p.unexpected(what)
		return ast.Name{}, false
	}
	n := ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}
	if c := p.lex.Text(p.tok)[0]; p.tok.Flags&token.Foreign != 0 || (c < 'a' || c > 'z') && !isBuiltin(p.lex.Text(p.tok)) {
		p.rep.Deviation(n.Span(), "unusual_name", "begin it with a lower-case letter, and use letters without accents", "the name %s is not in OpenQASM 2.0, where names begin with a lower-case letter of ASCII and go on with letters, digits and `_`", p.found())
	}
	p.advance()
	return n, true
}

// isBuiltin reports whether a name is one of the two capital ones that the language itself declares.
func isBuiltin(name []byte) bool { return string(name) == "U" || string(name) == "CX" }

// gateDef reads a definition of a gate or an opaque gate.
func (p *Parser) gateDef() (ast.Stmt, bool) {
	start := p.tok.Start
	g := &ast.GateDef{Opaque: p.tok.Symbol == token.Opaque}
	p.advance()
	var ok bool
	if g.Name, ok = p.declared("the gate's name"); !ok {
		return nil, false
	}
	p.defined = append(p.defined, g.Name.Symbol)
	if g.Params, ok = p.gateParams(); !ok {
		return nil, false
	}
	end := token.LBrace
	if g.Opaque {
		end = token.Semicolon
	}
	if p.v3 && p.tok.Kind == end {
		hint := ""
		if len(g.Params) > 0 {
			hint = "in parentheses stand angles; the qubits stand behind them: `gate g(a) q { … }`, `gate g q, r { … }`"
		}
		p.rep.Deviation(p.tok.Span(), "gate_without_qubits", hint, "a gate acts on at least one qubit: its definition names them")
	} else if g.Qubits, ok = p.gateQubits(g, end); !ok {
		return nil, false
	}
	if g.Opaque {
		g.At = p.at(start)
		return g, p.semicolon("the opaque gate's qubits")
	}
	if p.tok.Kind != token.LBrace {
		p.unexpectedHint("`{` and the gate's body after its qubits", p.gateHint())
		return nil, false
	}
	p.advance()
	p.bodyAt = g.Name.Span()
	if p.streams() {
		p.opts.Gates.BeginGate(g)
	}
	if p.v3 {
		g.Body, ok = p.body3()
	} else {
		g.Body, ok = p.body()
	}
	g.At = p.at(start)
	return g, ok
}

// gateQubits reads the names of a gate's qubits.
func (p *Parser) gateQubits(g *ast.GateDef, end token.Kind) ([]ast.Name, bool) {
	if p.tok.Kind == end && len(g.Params) > 0 {
		p.unexpectedHint("a name for a qubit of the gate", "in parentheses stand angles; the qubits stand behind them: `gate g(a) q { … }`, `gate g q, r { … }`")
		return nil, false
	}
	if p.tok.Kind == token.LBracket {
		p.unexpectedHint("a name for a qubit of the gate", "a gate acts on single qubits, each with a name of its own: `gate g q, r { … }`")
		return nil, false
	}
	return p.nameList("a name for a qubit of the gate", end)
}

// gateHint says what may be wrong with what stands behind the qubits of a gate.
func (p *Parser) gateHint() string {
	switch {
	case p.tok.Kind == token.LBracket:
		return "a gate acts on single qubits, each with a name of its own: `gate g q, r { … }`"
	case p.tok.Kind == token.Ident:
		return "the qubits of a gate are separated by commas"
	case p.tok.Kind == token.Colon:
		return "the body stands in braces: `gate g q { … }`"
	}
	return ""
}

// streams reports whether the body of the definition being read is handed out as it is read.
func (p *Parser) streams() bool { return p.opts.Gates != nil && p.nest == 0 }

func (p *Parser) gateParams() ([]ast.Name, bool) {
	if !p.accept(token.LParen) || p.accept(token.RParen) {
		return nil, true
	}
	if p.v3 && p.tok.Kind == token.Ident && p.tok.Symbol.IsType() {
		p.unexpectedHint("a name for a parameter of the gate", "the parameters of gates have no types: `gate g(theta) q { … }`")
		return nil, false
	}
	params, ok := p.nameList("a name for a parameter of the gate", token.RParen)
	if ok && p.tok.Kind == token.Ident {
		p.unexpectedHint("`)` after the gate's parameters", "the parameters of gates have no types: `gate g(theta) q { … }`")
		return nil, false
	}
	return params, ok && p.expect(token.RParen, "after the gate's parameters")
}

func (p *Parser) nameList(what string, end token.Kind) ([]ast.Name, bool) {
	var names []ast.Name
	for {
		n, ok := p.declared(what)
		if !ok {
			return nil, false
		}
		names = append(names, n)
		if !p.comma(end) {
			return names, true
		}
	}
}

// body reads the statements of a gate up to and with the closing brace. It goes on after errors; false means that the end of the
// body could not be found.
func (p *Parser) body() ([]ast.Stmt, bool) {
	p.stmts = p.stmts[:0]
	for !p.rep.Full() {
		switch {
		case p.tok.Kind == token.RBrace:
			p.advance()
			return p.arena.Stmts.Copy(p.stmts), true
		case p.tok.Kind == token.EOF:
			p.unclosed("a gate or `}` in the gate's body", p.bodyAt)
			return nil, false
		case p.tok.Kind == token.Semicolon:
			p.emptyStatement()
			continue
		}
		s, ok := p.bodyStatement()
		if ok && p.opts.Gates != nil {
			p.opts.Gates.BodyStatement(s)
			p.arena.Reset()
		} else if ok {
			p.stmts = append(p.stmts, s)
		} else if !p.recoverInBody() {
			return nil, false
		}
	}
	return nil, false
}

func (p *Parser) bodyStatement() (ast.Stmt, bool) {
	switch {
	case p.tok.Kind == token.Ident && startsStatement(p.tok.Symbol, true) && p.startsLine():
		p.unexpectedHint("a gate or `}` in the gate's body", "close the body of the gate before the next definition")
		p.rep.Also(p.bodyAt, "the gate begins here")
		return nil, false
	case p.tok.Kind != token.Ident:
		p.unexpected("a gate or `}` in the gate's body")
		return nil, false
	case p.tok.Symbol == token.Barrier:
		return p.barrier()
	case p.tok.Symbol.IsReserved():
		p.rep.Error(p.tok.Span(), "not_in_gate", "a gate's body holds gates and barriers only", "%s cannot stand in the definition of a gate", p.found())
		return nil, false
	}
	return p.call()
}

// recoverInBody skips to the next statement of a body or its end; false where the body seems to have no end.
func (p *Parser) recoverInBody() bool {
	p.lex.Quiet = true
	defer func() { p.lex.Quiet = false }()
	for {
		switch p.tok.Kind {
		case token.EOF:
			return false
		case token.RBrace:
			return true
		case token.Semicolon:
			p.advanceLoudly()
			return true
		case token.Ident:
			if startsStatement(p.tok.Symbol, true) && p.startsLine() {
				return false
			}
		}
		p.advance()
	}
}

// ifStatement reads a condition and the operation under it.
func (p *Parser) ifStatement() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	if p.tok.Kind != token.LParen {
		p.unexpectedHint("`(` after `if`", "the condition stands in parentheses: `if (c == 1) x q[0];`")
		return nil, false
	}
	p.advance()
	cond, ok := p.condition()
	if !ok {
		return nil, false
	}
	if p.tok.Kind != token.RParen {
		p.unexpectedHint("`)` after the condition", "OpenQASM 2.0 compares one register with one number: `if (c == 1)`")
		return nil, false
	}
	p.advance()
	body, ok := p.conditioned()
	if !ok {
		return nil, false
	}
	s := p.arena.Ifs.New()
	*s = ast.If{At: p.at(start), Condition: cond, Body: body}
	return s, true
}

func (p *Parser) conditioned() (ast.Stmt, bool) {
	switch {
	case p.tok.Kind == token.LBrace:
		p.unexpectedHint("one operation after the condition", "blocks are OpenQASM 3: write `if (...)` before each operation")
		return nil, false
	case p.tok.Symbol == token.If:
		p.unexpectedHint("one operation after the condition", "OpenQASM 2.0 has no condition within a condition")
		return nil, false
	case p.tok.Symbol == token.Barrier:
		p.rep.Deviation(p.tok.Span(), "conditional_barrier", "leave the condition out: a barrier does nothing to the state", "a barrier under a condition is not in OpenQASM 2.0")
		return p.barrier()
	}
	return p.operation()
}

// condition reads `register == integer`. An element of a register and `!=`, which later versions have, are deviations.
func (p *Parser) condition() (ast.Expr, bool) {
	var left ast.Operand
	if p.tok.Kind == token.Int {
		p.unexpectedHint("a classical register in the condition", "the register stands first: `if (c == 1)`")
		return nil, false
	}
	if !p.operand(&left, "a classical register in the condition") {
		return nil, false
	}
	op, at := p.tok.Kind, p.tok.Span()
	switch op {
	case token.EqEq:
	case token.NotEq:
		p.rep.Deviation(at, "condition_not_equal", "", "`!=` in a condition is not in OpenQASM 2.0, which has `==` only")
	case token.Assign:
		p.unexpectedHint("`==` in the condition", "a comparison has two equals signs")
		return nil, false
	default:
		p.unexpectedHint("`==` in the condition", "OpenQASM 2.0 compares one register with one number: `if (c == 1)`")
		return nil, false
	}
	p.advance()
	if p.tok.Kind == token.Minus {
		p.unexpectedHint("an integer to compare with", "registers are unsigned: they never equal a negative number")
		return nil, false
	}
	right, ok := p.integer("an integer to compare with")
	if !ok {
		return nil, false
	}
	e := p.arena.Binaries.New()
	*e = ast.Binary{At: p.at(left.Start), Op: op, OpAt: at, Left: p.compared(left), Right: right}
	return e, true
}

// compared is an operand as an expression of a condition.
func (p *Parser) compared(o ast.Operand) ast.Expr {
	name := p.arena.Idents.New()
	*name = ast.Ident{At: o.Name.At, Symbol: o.Name.Symbol}
	if o.Index == nil {
		return name
	}
	p.rep.Deviation(diag.Span(o.At), "condition_on_bit", "OpenQASM 2.0 compares whole registers: `if (c == 1)`", "a condition on one bit is not in OpenQASM 2.0")
	e := p.arena.Indexes.New()
	*e = ast.Index{At: o.At, Base: name, Index: o.Index}
	return e
}
