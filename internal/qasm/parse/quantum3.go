package parse

import (
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

const delayDuration = "the duration of the delay"

const operandOfGate = "a qubit or register that the gate acts on"

// named3Statement reads a statement that begins with a name: a gate, an assignment, or a call of a subroutine.
func (p *Parser) named3Statement() (ast.Stmt, bool) {
	name := ast.Name{At: ast.At{Start: p.tok.Start, End: p.tok.End}, Symbol: p.tok.Symbol}
	if digits, value, ok := p.lex.Element(); ok {
		i := p.arena.Ints.New()
		i.Start, i.End, i.Text, i.Value, i.Fits = digits.Start, digits.End, nil, value, true
		o := ast.Operand{At: ast.At{Start: name.Start, End: digits.End + 1}, Name: name, Index: i}
		p.tok.End = o.End // as if the bracket had been the last token
		p.advance()
		return p.afterIndex(o)
	}
	p.word, p.wordAt = name.Symbol, name.Span()
	p.advance()
	switch p.tok.Kind {
	case token.Ident, token.HardwareQubit:
		if p.tok.Kind == token.Ident && p.tok.Symbol.IsReserved3() {
			break
		}
		return p.gate3(name, nil)
	case token.LParen:
		params, ok := p.arguments(p.nest)
		if !ok {
			return nil, false
		}
		return p.afterArguments(name, params)
	case token.LBracket:
		return p.afterIndex(ast.Operand{At: name.At, Name: name})
	}
	if p.tok.Kind == token.Assign || p.tok.Kind.Operator() != token.Invalid {
		return p.assignment3(ast.Operand{At: name.At, Name: name})
	}
	return p.strayName(name)
}

// strayName reads an expression that begins with a name and is a statement, or says what is wrong behind the name.
func (p *Parser) strayName(name ast.Name) (ast.Stmt, bool) {
	if p.tok.Kind == token.Semicolon || p.prec[p.tok.Kind] != precNone {
		e := p.arena.Idents.New()
		*e = ast.Ident{At: name.At, Symbol: name.Symbol}
		return p.restOfExpression(e)
	}
	if p.tok.Kind == token.Int || p.tok.Kind == token.LBrace {
		p.unexpectedHint(operandOfGate, p.operandHint())
		return nil, false
	}
	if p.tok.Kind == token.At && p.strangeWord() {
		return nil, false
	}
	hint := p.operatorHint()
	switch {
	case p.tok.Kind == token.Arrow:
		hint = "a measurement is written as `measure q -> c;`"
	case p.tok.Kind == token.At:
		hint = "the modifiers of gates are inv, pow, ctrl and negctrl"
	case p.tok.Kind == token.Colon:
		hint = "there are no labels"
	}
	p.unexpectedHint("the gate's operands, or `=` and a value", hint)
	return nil, false
}

// afterIndex goes on behind `name[…]`, or at the brackets where the index was not read: an assignment, a gate with a duration, or
// an expression.
func (p *Parser) afterIndex(o ast.Operand) (ast.Stmt, bool) {
	if p.tok.Kind == token.LBracket && !p.chain(&o) {
		return nil, false
	}
	switch {
	case p.tok.Kind == token.Assign, p.tok.Kind.Operator() != token.Invalid:
		return p.assignment3(o)
	case p.isOperand():
		return p.gate3With(o.Name, nil, o.Index)
	case p.tok.Kind == token.Semicolon, p.prec[p.tok.Kind] != precNone:
		return p.restOfExpression(p.operandValue(o))
	}
	p.unexpectedHint("`=` and a value", p.operatorHint())
	return nil, false
}

func (p *Parser) isOperand() bool {
	return p.tok.Kind == token.HardwareQubit || p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved3()
}

// operandValue is an operand as an expression.
func (p *Parser) operandValue(o ast.Operand) ast.Expr {
	var e ast.Expr = &ast.Ident{At: o.Name.At, Symbol: o.Name.Symbol}
	for _, i := range ast.Links(o.Index) {
		e = &ast.Index{At: ast.At{Start: o.Start, End: i.Span().End + 1}, Base: e, Index: i}
	}
	return e
}

// afterArguments goes on behind `name(args)`: a gate, or a call of a subroutine.
func (p *Parser) afterArguments(name ast.Name, params []ast.Expr) (ast.Stmt, bool) {
	if p.isOperand() {
		return p.gate3(name, params)
	}
	e := p.arena.Functions.New()
	*e = ast.Function{At: p.at(name.Start), Name: name, Args: params}
	if p.tok.Kind != token.LBracket {
		return p.restOfExpression(e)
	}
	index, ok := p.brackets(p.nest)
	if !ok {
		return nil, false
	}
	if p.isOperand() {
		return p.gate3With(name, params, index)
	}
	v, ok := p.indices(&ast.Index{At: p.at(name.Start), Base: e, Index: index}, true, p.nest)
	if !ok {
		return nil, false
	}
	return p.restOfExpression(v)
}

// gate3With is gate3 with what stands in brackets before the operands.
func (p *Parser) gate3With(name ast.Name, params []ast.Expr, duration ast.Expr) (ast.Stmt, bool) {
	switch duration.(type) {
	case *ast.Chain, *ast.Set, *ast.IndexList, *ast.Range:
		p.rep.Error(duration.Span(), "unexpected_token", "behind a gate's name may stand its duration in brackets: `x[100ns] q;`", "expected one duration in the brackets behind the gate")
		return nil, false
	}
	s, ok := p.gate3(name, params)
	if c, isCall := s.(*ast.Call); ok && isCall {
		c.Duration = duration
	} else if ok {
		p.rep.Error(duration.Span(), "unexpected_token", "", "a subroutine has no duration")
	}
	return s, ok
}

// gate3 reads the operands of a gate or, where an arrow follows, of a subroutine called in the manner of a gate.
func (p *Parser) gate3(name ast.Name, params []ast.Expr) (ast.Stmt, bool) {
	operands, ok := p.operandList(operandOfGate)
	if !ok {
		return nil, false
	}
	if p.tok.Kind == token.Arrow {
		return p.arrow(&ast.QuantumCall{At: p.at(name.Start), Name: name, Params: params, Operands: operands})
	}
	if p.isOperand() && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
		p.betweenOperands()
		return nil, false
	}
	s := p.arena.Calls.New()
	s.Start, s.End, s.Name, s.Params, s.Operands = name.Start, p.prevEnd, name, params, operands
	s.Modifiers, s.Duration = nil, nil
	return s, p.endOfCall()
}

// betweenOperands reports two operands without a comma between them.
func (p *Parser) betweenOperands() {
	p.unexpectedHint("`,` or `;` after the operand", "operands are separated by commas")
}

// arrow reads where the value of a call goes.
func (p *Parser) arrow(call *ast.QuantumCall) (ast.Stmt, bool) {
	s := &ast.Assign{Op: token.Assign, OpAt: p.tok.Span(), Value: call, Arrow: true}
	p.advance()
	if !p.operand(&s.Target, "a bit or register for the outcome") {
		return nil, false
	}
	s.At = p.at(call.Start)
	return s, p.semicolon("the call")
}

// modified reads a gate with its modifiers, or a global phase.
func (p *Parser) modified() (ast.Stmt, bool) {
	start := p.tok.Start
	var modifiers []ast.Modifier
	for {
		kind, ok := modifierKind(p.tok.Symbol)
		if !ok || p.tok.Kind != token.Ident {
			break
		}
		m, ok := p.modifier(kind)
		if !ok {
			return nil, false
		}
		modifiers = append(modifiers, m)
	}
	s := p.arena.Calls.New()
	*s = ast.Call{Modifiers: modifiers, Name: ast.Name{At: ast.At(p.tok.Span()), Symbol: p.tok.Symbol}}
	if p.tok.Kind != token.Ident || p.tok.Symbol.IsReserved3() && p.tok.Symbol != token.Gphase {
		p.unexpectedHint("a gate after the modifiers", p.modifiedHint())
		return nil, false
	}
	p.advance()
	if !p.gateRest(s) {
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the gate's operands")
}

// gateRest reads what follows the name of a gate that has modifiers, or `gphase`.
func (p *Parser) gateRest(s *ast.Call) (ok bool) {
	gphase := s.Name.Symbol == token.Gphase
	if p.tok.Kind == token.LParen {
		if s.Params, ok = p.arguments(p.nest); !ok {
			return false
		}
	} else if gphase {
		p.unexpectedHint("`(` and the phase after `gphase`", "such as `gphase(pi / 4);`")
		return false
	}
	if p.tok.Kind == token.LBracket {
		if s.Duration, ok = p.designator("the gate's duration"); !ok {
			return false
		}
	}
	if gphase && p.tok.Kind == token.Semicolon {
		return true
	}
	s.Operands, ok = p.operandList(operandOfGate)
	return ok
}

func modifierKind(s token.Symbol) (ast.ModifierKind, bool) {
	switch s {
	case token.Inv:
		return ast.Inv, true
	case token.Pow:
		return ast.Pow, true
	case token.Ctrl:
		return ast.Ctrl, true
	case token.NegCtrl:
		return ast.NegCtrl, true
	}
	return 0, false
}

func (p *Parser) modifier(kind ast.ModifierKind) (m ast.Modifier, ok bool) {
	start := p.tok.Start
	m.Kind = kind
	p.advance()
	switch {
	case p.tok.Kind == token.LParen && kind != ast.Inv:
		p.advance()
		if m.Arg, ok = p.expression(); !ok || !p.expect(token.RParen, "after the argument of the modifier `"+kind.String()+"`") {
			return m, false
		}
	case p.tok.Kind == token.LParen:
		p.unexpectedHint("`@` after the modifier `inv`", "the inverse takes no argument: `inv @ s q;`")
		return m, false
	case kind == ast.Pow:
		p.unexpectedHint("`(` and the exponent after `pow`", "such as `pow(1/2) @ x q;`")
		return m, false
	}
	if p.tok.Kind != token.At {
		hint := "a modifier stands before a gate as in `ctrl @ x q[0], q[1];`"
		if p.tok.Kind == token.LBracket && kind != ast.Inv {
			hint = "its argument stands in parentheses: `" + kind.String() + "(2) @ x q[0], q[1], q[2];`"
		}
		p.unexpectedHint("`@` after the modifier `"+kind.String()+"`", hint)
		return m, false
	}
	at := p.tok.Span()
	p.advance()
	if p.tok.Start == at.End && p.tok.Kind == token.Ident {
		p.rep.Deviation(at, "modifier_without_blank", "write a blank behind the `@`", "`@` right before a name begins an annotation in OpenQASM 3")
	}
	m.At = p.at(start)
	return m, true
}

// measure3 reads `measure qubits;` and `measure qubits -> bits;`.
func (p *Parser) measure3() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := p.arena.Measures.New()
	s.Assign, s.Bits = false, ast.Operand{}
	if !p.operand(&s.Qubits, "a qubit or register to measure") {
		return nil, false
	}
	if p.tok.Kind == token.Comma {
		p.unexpectedHint("`->` or `;` after what is measured", "a measurement takes one qubit or register: write one for each")
		return nil, false
	}
	if p.tok.Kind == token.Assign || p.isOperand() && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
		p.unexpectedHint("`->` and where the outcome goes", "such as `measure q[0] -> c[0];` or `c[0] = measure q[0];`")
		return nil, false
	}
	if p.accept(token.Arrow) && !p.outcome(&s.Bits) {
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the measurement")
}

// outcome reads what an outcome goes to.
func (p *Parser) outcome(o *ast.Operand) bool {
	if p.tok.Symbol == token.BitType || p.tok.Symbol == token.Creg {
		p.unexpectedHint("a bit or register for the outcome", "declare the bits in a statement of their own before")
		return false
	}
	return p.operand(o, "a bit or register for the outcome")
}

// modifiedHint says what modifiers cannot stand before.
func (p *Parser) modifiedHint() string {
	switch p.tok.Symbol {
	case token.Measure, token.Reset, token.Barrier, token.Delay:
		return "only gates can be controlled, inverted and raised to a power"
	}
	return ""
}

func (p *Parser) nop() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Nop{}
	if p.tok.Kind != token.Semicolon {
		var ok bool
		if s.Operands, ok = p.operandList("a qubit or register"); !ok {
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, p.semicolon("`nop`")
}

func (p *Parser) delay() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	if p.tok.Kind != token.LBracket {
		p.unexpectedHint("`[` and the duration after `delay`", "such as `delay[100ns] q;`")
		return nil, false
	}
	s := &ast.Delay{}
	var ok bool
	if s.Duration, ok = p.designator(delayDuration); !ok {
		return nil, false
	}
	if p.tok.Kind != token.Semicolon {
		if s.Operands, ok = p.operandList("a qubit or register"); !ok {
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, p.semicolon("the delay")
}
