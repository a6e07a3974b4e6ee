package parse

import (
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// typeKind is the type of a keyword.
func typeKind(s token.Symbol) (ast.TypeKind, bool) {
	switch s {
	case token.BitType:
		return ast.TypeBit, true
	case token.BoolType:
		return ast.TypeBool, true
	case token.IntType:
		return ast.TypeInt, true
	case token.UintType:
		return ast.TypeUint, true
	case token.FloatType:
		return ast.TypeFloat, true
	case token.AngleType:
		return ast.TypeAngle, true
	case token.ComplexType:
		return ast.TypeComplex, true
	case token.DurationType:
		return ast.TypeDuration, true
	case token.StretchType:
		return ast.TypeStretch, true
	case token.ArrayType:
		return ast.TypeArray, true
	case token.QubitType:
		return ast.TypeQubit, true
	}
	return 0, false
}

// typ reads a type: a scalar one, `array[…]` or `qubit`.
func (p *Parser) typ(what string) (*ast.Type, bool) {
	kind, ok := typeKind(p.tok.Symbol)
	if !ok || p.tok.Kind != token.Ident {
		p.unexpectedHint(what, p.typeHint())
		return nil, false
	}
	t := &ast.Type{Kind: kind}
	start := p.tok.Start
	p.advance()
	switch {
	case p.tok.Kind != token.LBracket:
		if kind == ast.TypeArray {
			p.unexpectedHint("`[` after `array`", "such as `array[int[8], 4, 2]`")
			return nil, false
		}
	case kind == ast.TypeArray:
		ok = p.array(t)
	case kind == ast.TypeComplex:
		ok = p.component(t)
	case kind == ast.TypeBool, kind == ast.TypeDuration, kind == ast.TypeStretch:
		p.rep.Error(p.tok.Span(), "unexpected_token", "leave the brackets out", "the type `%s` has no size", kind)
		return nil, false
	default:
		t.Size, ok = p.designator("the size of the type `" + kind.String() + "`")
	}
	t.At = p.at(start)
	return t, ok
}

// typeHint says what type may be meant by another word.
func (p *Parser) typeHint() string {
	switch p.names.Text(p.tok.Symbol) {
	case "double", "real":
		return "the type is called `float[64]`"
	case "long", "int64":
		return "the type is called `int[64]`"
	case "unsigned", "size_t":
		return "the type is called `uint`"
	case "boolean":
		return "the type is called `bool`"
	}
	if p.tok.Kind == token.Ident && !p.tok.Symbol.IsReserved3() {
		return "the types are int, uint, float, angle, bit, bool, complex, duration and stretch"
	}
	return ""
}

// scalar reads a type that is neither an array nor qubits.
func (p *Parser) scalar(what string) (*ast.Type, bool) {
	if p.tok.Symbol == token.ArrayType || p.tok.Symbol == token.QubitType {
		p.unexpectedHint(what, "")
		return nil, false
	}
	return p.typ(what)
}

// designator reads an expression in brackets.
func (p *Parser) designator(what string) (ast.Expr, bool) {
	p.advance()
	if p.tok.Kind == token.RBracket {
		p.unexpected(what)
		return nil, false
	}
	e, ok := p.expression()
	if !ok {
		return nil, false
	}
	if p.tok.Kind != token.RBracket {
		hint := ""
		if what == delayDuration && p.tok.Kind == token.Ident {
			hint = "the units of time are ns, us, µs, ms, s and dt"
		}
		p.unexpectedHint("`]` after "+what, hint)
		return nil, false
	}
	p.advance()
	return e, true
}

// component reads the type in the brackets of complex.
func (p *Parser) component(t *ast.Type) bool {
	p.advance()
	if p.tok.Symbol != token.FloatType {
		p.unexpectedHint("the type of the components", "such as `complex[float[64]]`")
		return false
	}
	var ok bool
	t.Elem, ok = p.typ("the type of the components")
	return ok && p.expect(token.RBracket, "after the type of the components")
}

// array reads the element type and the sizes in the brackets of array.
func (p *Parser) array(t *ast.Type) bool {
	if !p.element(t) {
		return false
	}
	for {
		e, ok := p.expression()
		if !ok {
			return false
		}
		t.Dims = append(t.Dims, e)
		if !p.comma(token.RBracket) {
			return p.expect(token.RBracket, "after the sizes of the array")
		}
	}
}

// element reads an array's bracket, its element type and the comma behind it.
func (p *Parser) element(t *ast.Type) bool {
	p.advance()
	var ok bool
	if p.tok.Symbol == token.ArrayType {
		p.unexpectedHint("the type of the elements", "an array of more dimensions has more sizes: `array[int[8], 4, 2]`")
		return false
	}
	if t.Elem, ok = p.scalar("the type of the elements"); !ok {
		return false
	}
	if p.tok.Kind != token.Comma {
		p.unexpectedHint("`,` and the size of the array", "such as `array[int[8], 4]`")
		return false
	}
	p.advance()
	return true
}

// reference reads the type of an array that a subroutine is given by reference, at `readonly` or `mutable`.
func (p *Parser) reference() (*ast.Type, bool) {
	start, access, word := p.tok.Start, ast.Readonly, p.names.Text(p.tok.Symbol)
	if p.tok.Symbol == token.Mutable {
		access = ast.Mutable
	}
	p.advance()
	if p.tok.Symbol != token.ArrayType {
		p.unexpectedHint("an array type after `"+word+"`", "only arrays are given by reference, `"+access.String()+" array[int[8], #dim = 1] a`; other parameters are copies")
		return nil, false
	}
	t := &ast.Type{Kind: ast.TypeArray, Access: access}
	p.advance()
	if p.tok.Kind != token.LBracket {
		p.unexpectedHint("`[` after `array`", "such as `array[int[8], #dim = 1]`")
		return nil, false
	}
	if !p.element(t) {
		return nil, false
	}
	var ok bool
	if p.tok.Kind == token.HashDim {
		p.advance()
		if !p.expect(token.Assign, "after `#dim`") {
			return nil, false
		}
		if t.Rank, ok = p.expression(); !ok || !p.expect(token.RBracket, "after the number of dimensions") {
			return nil, false
		}
		t.At = p.at(start)
		return t, true
	}
	for {
		e, ok := p.expression()
		if !ok {
			return nil, false
		}
		t.Dims = append(t.Dims, e)
		if !p.comma(token.RBracket) {
			break
		}
	}
	if !p.expect(token.RBracket, "after the sizes of the array") {
		return nil, false
	}
	t.At = p.at(start)
	return t, true
}
