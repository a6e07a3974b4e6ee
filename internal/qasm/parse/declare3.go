package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// declaration reads the declaration of a classical variable, or an expression that begins with a conversion.
func (p *Parser) declaration() (ast.Stmt, bool) {
	t, ok := p.typ("a type")
	if !ok {
		return nil, false
	}
	if p.tok.Kind == token.LParen {
		e, ok := p.cast(t, p.nest)
		if e, ok = p.indices(e, ok, p.nest); !ok {
			return nil, false
		}
		return p.restOfExpression(e)
	}
	return p.declare(&ast.Declaration{At: t.At, Type: t}, "the variable's name")
}

// declare reads name and value of a declaration whose type was read.
func (p *Parser) declare(d *ast.Declaration, what string) (ast.Stmt, bool) {
	start := d.Start
	var ok bool
	if d.Name, ok = p.declared(what); !ok {
		return nil, false
	}
	if p.tok.Kind == token.LBracket && !p.sizeBehindName(d.Type, d.Name) {
		return nil, false
	}
	switch {
	case p.tok.Kind == token.Comma:
		p.unexpectedHint("`;` or `=` after the variable's name", "one declaration declares one variable")
		return nil, false
	case p.tok.Kind == token.Assign:
		p.advance()
		if d.Value, ok = p.initial(); !ok {
			return nil, false
		}
	case d.Role == ast.Constant:
		p.unexpectedHint("`=` and the constant's value", "a constant has its value from the start: `const int n = 4;`")
		return nil, false
	}
	d.At = p.at(start)
	if p.tok.Kind == token.Arrow || p.tok.Kind == token.RParen {
		p.unexpected("`;` after the declaration")
		return nil, false
	}
	if p.tok.Kind == token.Comma {
		p.unexpectedHint("`;` after the declaration", "one declaration declares one variable")
		return nil, false
	}
	return d, p.semicolon("the declaration")
}

// sizeBehindName reads a size in the place where version 2 and C have it, and reports it. Behind numbers it was to make an array.
func (p *Parser) sizeBehindName(t *ast.Type, name ast.Name) bool {
	start := p.tok.Start
	size, ok := p.designator("the size")
	if !ok {
		return false
	}
	text := report.Clip(string(p.lex.Slice(diag.Span{Start: start + 1, End: p.prevEnd - 1})))
	at, called, typ := diag.Span{Start: start, End: p.prevEnd}, p.names.Text(name.Symbol), t.Kind.String()
	if t.Kind == ast.TypeQubit || t.Kind == ast.TypeBit && t.Size == nil {
		t.Size = size
		p.rep.Error(at, "size_behind_name", "write `"+typ+"["+text+"] "+called+";`", "the size stands behind the type, not behind the name")
		return true
	}
	hint := "write `array[" + report.Clip(string(p.lex.Slice(t.Span()))) + ", " + text + "] " + called + ";`"
	if t.Size == nil && p.tok.Kind != token.Assign {
		hint += " for an array, `" + typ + "[" + text + "] " + called + ";` for a width"
	}
	p.rep.Error(at, "size_behind_name", hint, "the size stands behind the type, not behind the name")
	return false
}

// initial reads the value of a declaration, which may be an array or a concatenation.
func (p *Parser) initial() (ast.Expr, bool) {
	if p.tok.Kind == token.LBrace {
		return p.arrayLiteral(p.nest)
	}
	e, ok := p.value("a value after `=`")
	return p.concat(e, ok, p.nest)
}

// concat reads the rest of `a ++ b ++ c` behind its first part, if there is more of it.
func (p *Parser) concat(first ast.Expr, ok bool, depth int) (ast.Expr, bool) {
	if !ok || p.tok.Kind != token.PlusPlus {
		return first, ok
	}
	c := &ast.Concat{Parts: []ast.Expr{first}}
	for p.accept(token.PlusPlus) {
		if p.tok.Kind == token.Semicolon || p.tok.Kind == token.RParen {
			p.unexpectedHint("a register or an array after `++`", "`++` joins registers and arrays; to count up, write `i += 1;`")
			return nil, false
		}
		e, ok := p.expr(precNone, depth+1)
		if !ok {
			return nil, false
		}
		c.Parts = append(c.Parts, e)
	}
	c.At = p.at(first.Span().Start)
	return c, true
}

// joined is concat where the grammar has none.
func (p *Parser) joined(first ast.Expr, ok bool, depth int) (ast.Expr, bool) {
	if ok && p.tok.Kind == token.PlusPlus {
		p.rep.Deviation(p.tok.Span(), "joined_value", "give the joined registers a name with `let`", "`++` joins registers in `let`, in declarations and in arguments only")
	}
	return p.concat(first, ok, depth)
}

// arrayLiteral reads `{a, {b, c}}`.
func (p *Parser) arrayLiteral(depth int) (ast.Expr, bool) {
	if depth > MaxDepth {
		p.tooDeep()
		return nil, false
	}
	start := p.tok.Start
	p.advance()
	p.braces++
	mark := len(p.exprs)
	defer func() { p.exprs = p.exprs[:mark] }()
	for p.tok.Kind != token.RBrace {
		var e ast.Expr
		var ok bool
		if p.tok.Kind == token.LBrace {
			e, ok = p.arrayLiteral(depth + 1)
		} else {
			e, ok = p.expr(precNone, depth+1)
		}
		if !ok {
			return nil, false
		}
		p.exprs = append(p.exprs, e)
		if !p.comma(token.RBrace) {
			break
		}
	}
	if !p.expect(token.RBrace, "after the elements of the array") {
		return nil, false
	}
	p.braces--
	return &ast.ArrayLiteral{At: p.at(start), Items: p.arena.Exprs.Copy(p.exprs[mark:])}, true
}

func (p *Parser) constant() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	if p.tok.Kind == token.Ident && (p.tok.Symbol == token.ArrayType || p.tok.Symbol == token.QubitType) {
		p.unexpectedHint("a scalar type after `const`", "constants are numbers, bits and durations; leave `const` out")
		return nil, false
	}
	t, ok := p.typ("the constant's type")
	if !ok {
		return nil, false
	}
	return p.declare(&ast.Declaration{At: ast.At{Start: start}, Role: ast.Constant, Type: t}, "the constant's name")
}

func (p *Parser) inputOutput() (ast.Stmt, bool) {
	start, role, word := p.tok.Start, ast.Input, "input"
	if p.tok.Symbol == token.Output {
		role, word = ast.Output, "output"
	}
	p.advance()
	if p.tok.Symbol == token.QubitType || p.tok.Symbol == token.Qreg || p.tok.Symbol == token.Creg {
		p.unexpectedHint("a classical type after `"+word+"`", "only classical variables go in and out; bits are written `"+word+" bit[n] c;`")
		return nil, false
	}
	t, ok := p.typ("a classical type after `" + word + "`")
	if !ok {
		return nil, false
	}
	d := &ast.Declaration{Role: role, Type: t}
	if d.Name, ok = p.declared("the variable's name"); !ok {
		return nil, false
	}
	switch p.tok.Kind {
	case token.Assign:
		hint := "its value comes from outside: --input " + p.names.Text(d.Name.Symbol) + "=…"
		if role == ast.Output {
			hint = "assign to it in a statement of its own"
		}
		p.unexpectedHint("`;` after the "+word+" variable", hint)
		return nil, false
	case token.LBracket:
		if !p.sizeBehindName(t, d.Name) {
			return nil, false
		}
	}
	d.At = p.at(start)
	return d, p.semicolon("the declaration")
}

// qubits reads `qubit[size] name;`.
func (p *Parser) qubits() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Register{Quantum: true, Modern: true}
	var ok bool
	if p.tok.Kind == token.LBracket {
		if s.Size, ok = p.designator("the number of qubits"); !ok {
			return nil, false
		}
	}
	if s.Name, ok = p.declared("a name for the qubits"); !ok {
		return nil, false
	}
	if p.tok.Kind == token.LBracket {
		t := &ast.Type{Kind: ast.TypeQubit, Size: s.Size}
		if !p.sizeBehindName(t, s.Name) {
			return nil, false
		}
		s.Size = t.Size
	}
	switch p.tok.Kind {
	case token.Assign:
		p.unexpectedHint("`;` after the qubits' name", "qubits cannot be assigned; they begin undefined: `reset` makes them 0, `let` names some of them")
		return nil, false
	case token.Comma:
		p.unexpectedHint("`;` after the qubits' name", "one declaration declares one register")
		return nil, false
	}
	s.At = p.at(start)
	return s, p.semicolon("the declaration")
}

// oldRegister reads `qreg name[size];` and `creg name[size];`, which OpenQASM 3 keeps from version 2.
func (p *Parser) oldRegister() (ast.Stmt, bool) {
	s := &ast.Register{Quantum: p.tok.Symbol == token.Qreg}
	start := p.tok.Start
	p.advance()
	var ok bool
	if p.tok.Kind == token.LBracket {
		p.unexpectedHint("the register's name", "the size stands behind the name here, as in `qreg q[2];`; or write `qubit[2] q;`")
		return nil, false
	}
	if s.Name, ok = p.declared("the register's name"); !ok {
		return nil, false
	}
	if p.tok.Kind == token.LBracket {
		if s.Size, ok = p.designator("the register's size"); !ok {
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, p.semicolon("the declaration")
}

// alias reads `let name = value;`. Qiskit writes lists of qubits in braces, which mean their concatenation.
func (p *Parser) alias() (ast.Stmt, bool) {
	start := p.tok.Start
	p.advance()
	s := &ast.Alias{}
	var ok bool
	if s.Name, ok = p.declared("the alias' name"); !ok {
		return nil, false
	}
	if p.tok.Kind != token.Assign {
		p.unexpectedHint("`=` and what the alias is for", "`let` names a part of a register: `let a = q[0:1];`; a variable is declared with its type: `int n = 3;`")
		return nil, false
	}
	p.advance()
	if p.tok.Kind == token.LBrace {
		p.rep.Deviation(p.tok.Span(), "alias_of_list", "join them with `++`", "a list of qubits in braces is not in OpenQASM 3")
		set, ok := p.set(p.nest)
		if !ok {
			return nil, false
		}
		s.Value = &ast.Concat{At: ast.At(set.Span()), Parts: set.(*ast.Set).Items}
	} else {
		e, ok := p.expression()
		if s.Value, ok = p.concat(e, ok, p.nest); !ok {
			return nil, false
		}
	}
	s.At = p.at(start)
	return s, p.semicolon("the alias")
}
