package parse

import (
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// expressionStatement reads an expression that stands alone.
func (p *Parser) expressionStatement() (ast.Stmt, bool) {
	e, ok := p.prefix3(p.nest)
	if !ok {
		return nil, false
	}
	return p.restOfExpression(e)
}

// restOfExpression reads the rest of an expression that stands alone, behind its first operand.
func (p *Parser) restOfExpression(left ast.Expr) (ast.Stmt, bool) {
	e, ok := p.operators(left, precNone, p.nest)
	if !ok {
		return nil, false
	}
	if p.tok.Kind != token.Semicolon {
		hint := p.operatorHint()
		if _, ok := left.(*ast.Function); ok && p.tok.Kind == token.LBrace {
			hint = blockHint
		}
		if _, ok := left.(*ast.Ident); ok && p.isOperand() && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
			hint = "inverses and powers stand before the gate: `inv @ s q;`, `pow(2) @ s q;`"
		}
		if hint != "" {
			p.unexpectedHint("`;` after the expression", hint)
			return nil, false
		}
	}
	return &ast.ExprStmt{At: p.at(left.Span().Start), Value: e}, p.semicolon("the expression")
}

const blockHint = "a subroutine is defined as `def f(int[32] n) { … }`, a gate as `gate g(a) q { … }`"

// value reads what may stand on the right of an assignment: an expression, a measurement, or a subroutine called like a gate.
func (p *Parser) value(what string) (ast.Expr, bool) {
	if p.tok.Kind == token.Ident && p.tok.Symbol == token.Measure {
		return p.measurement()
	}
	if p.tok.Kind == token.Semicolon || p.tok.Kind == token.EOF {
		p.unexpected(what)
		return nil, false
	}
	e, ok := p.expression()
	if !ok {
		return nil, false
	}
	if p.isOperand() && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) && p.operatorHint() == "" {
		return p.quantumCall(e)
	}
	if p.tok.Kind != token.Semicolon && p.tok.Kind != token.PlusPlus && p.operatorHint() != "" {
		hint := p.operatorHint()
		if p.tok.Kind == token.Assign {
			hint = "an assignment is a statement, not a value; a comparison has two equals signs: `==`"
		}
		p.unexpectedHint("`;` after the value", hint)
		return nil, false
	}
	return e, true
}

func (p *Parser) measurement() (ast.Expr, bool) {
	start := p.tok.Start
	p.advance()
	m := &ast.Measurement{}
	if !p.operand(&m.Qubits, "a qubit or register to measure") {
		return nil, false
	}
	m.At = p.at(start)
	return m, true
}

// quantumCall reads the operands of a subroutine behind its name and arguments.
func (p *Parser) quantumCall(e ast.Expr) (ast.Expr, bool) {
	c := &ast.QuantumCall{}
	switch e := e.(type) {
	case *ast.Ident:
		c.Name = ast.Name{At: e.At, Symbol: e.Symbol}
	case *ast.Function:
		c.Name, c.Params = e.Name, e.Args
	default:
		p.unexpected("`;` after the value")
		return nil, false
	}
	var ok bool
	if c.Operands, ok = p.operandList("a qubit or register that the subroutine acts on"); !ok {
		return nil, false
	}
	c.At = p.at(c.Name.Start)
	return c, true
}

// assignment3 reads the operator and the value of an assignment. A measurement into bits is a statement of its own.
func (p *Parser) assignment3(target ast.Operand) (ast.Stmt, bool) {
	op, at := p.tok.Kind, p.tok.Span()
	p.advance()
	if op == token.Assign && p.tok.Kind == token.Ident && p.tok.Symbol == token.Measure {
		p.advance()
		m := p.arena.Measures.New()
		m.Assign, m.Bits = true, target
		if !p.operand(&m.Qubits, "a qubit or register to measure") {
			return nil, false
		}
		m.At = p.at(target.Start)
		return m, p.afterMeasurement()
	}
	v, ok := p.assigned(op)
	if !ok {
		return nil, false
	}
	s := p.arena.Assigns.New()
	*s = ast.Assign{At: p.at(target.Start), Target: target, Op: op, OpAt: at, Value: v}
	return s, p.semicolon("the assignment")
}

// assigned reads the value of an assignment. Whole arrays in braces, and joined ones, the grammar has in declarations only.
func (p *Parser) assigned(op token.Kind) (ast.Expr, bool) {
	if op == token.Assign && p.tok.Kind == token.LBrace {
		p.rep.Deviation(p.tok.Span(), "array_assignment", "assign the elements, or give the value in the declaration", "the elements of an array stand in braces in declarations only")
		return p.arrayLiteral(p.nest)
	}
	v, ok := p.value("a value after " + op.Quoted())
	if !ok || p.tok.Kind != token.PlusPlus {
		return v, ok
	}
	p.rep.Deviation(p.tok.Span(), "array_assignment", "give the joined arrays in the declaration", "`++` joins arrays in declarations only")
	return p.concat(v, ok, p.nest)
}

// afterMeasurement ends an assignment of a measurement.
func (p *Parser) afterMeasurement() bool {
	if p.prec[p.tok.Kind] != precNone {
		p.unexpectedHint("`;` after the measurement", "a measurement stands alone on the right of `=`")
		return false
	}
	if p.tok.Kind == token.Comma {
		p.unexpectedHint("`;` after the measurement", "a measurement takes one qubit or register: write one for each")
		return false
	}
	return p.semicolon("the measurement")
}
