package compile

import (
	"math/big"
	"strings"

	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// scalar evaluates an expression that must have a scalar value; false where an error was reported.
func (c *Compiler) scalar(e ast.Expr) (operand, bool) {
	o := c.expr(e)
	switch {
	case o.bad:
		return o, false
	case o.arr != nil:
		c.rep.Error(e.Span(), "wrong_type", "name one element of it", "this is an array, a single value is needed here")
		return bad(e.Span()), false
	case o.typ.Kind == value.Void:
		c.rep.Error(e.Span(), "no_value", "", "this call gives no value, and one is needed here")
		return bad(e.Span()), false
	}
	return o, true
}

// expr evaluates any expression.
func (c *Compiler) expr(e ast.Expr) operand {
	at := e.Span()
	switch e := e.(type) {
	case *ast.Int:
		return c.integer(e)
	case *ast.Float:
		return known(value.OfFloat(e.Value), at)
	case *ast.Imaginary:
		return known(value.OfImaginary(e.Value), at)
	case *ast.Timing:
		return known(timing(e), at)
	case *ast.Bool:
		return known(value.OfBool(e.Value), at)
	case *ast.BitString:
		if e.Width > value.MaxRegister {
			c.rep.Error(at, "too_large", "", "a string of bits can have at most %d digits", value.MaxRegister)
			return bad(at)
		}
		return known(value.OfBitString(string(e.Text)), at)
	case *ast.Ident:
		return c.ident(e)
	case *ast.Index:
		return c.index(e)
	case *ast.Paren:
		o := c.expr(e.Inner)
		o.at = at
		return o
	case *ast.Unary:
		return c.unary(e)
	case *ast.Binary:
		return c.binary(e)
	case *ast.Function:
		return c.call(e)
	case *ast.Cast:
		return c.cast(e)
	case *ast.DurationOf:
		return c.durationOf(e)
	}
	return c.special(e)
}

// special evaluates what stands in some places only.
func (c *Compiler) special(e ast.Expr) operand {
	switch e := e.(type) {
	case *ast.Measurement:
		return c.measurement(e)
	case *ast.QuantumCall:
		return c.quantumCall(e)
	case *ast.Concat:
		return c.concat(e)
	case *ast.Member:
		return c.member(e)
	}
	c.rep.Error(e.Span(), "wrong_type", "", "this has no value of its own: a number, a variable or an operation is needed here")
	return bad(e.Span())
}

// integerOf is the value of an integer, false where it is too large. What has more digits than that in any base is not even read.
func integerOf(e *ast.Int) (value.Value, bool) {
	x := new(big.Int)
	if e.Fits {
		return value.Integer(x.SetUint64(e.Value))
	}
	digits := strings.ReplaceAll(string(e.Text), "_", "")
	plain := strings.TrimLeft(digits, "0")
	if len(plain) > value.MaxWidth+1 {
		return value.Value{}, false
	}
	if _, ok := x.SetString(digits, 0); !ok {
		x.SetString(plain, 10)
	}
	return value.Integer(x)
}

func (c *Compiler) integer(e *ast.Int) operand {
	v, ok := integerOf(e)
	if !ok {
		c.rep.Error(e.Span(), "number_too_large", "", "the number is too large: integers can have at most %d bits", value.MaxWidth)
		return bad(e.Span())
	}
	o := known(v, e.Span())
	o.literal = true
	return o
}

func timing(e *ast.Timing) value.Value {
	if e.Unit == ast.SampleTicks {
		return value.OfTime(0, e.Value)
	}
	perUnit := map[ast.TimeUnit]float64{ast.Seconds: 1e9, ast.Milliseconds: 1e6, ast.Microseconds: 1e3, ast.Nanoseconds: 1}
	return value.OfTime(e.Value*perUnit[e.Unit], 0)
}

// ident is the value of a name.
func (c *Compiler) ident(e *ast.Ident) operand {
	at := e.Span()
	if _, physical := c.names.Hardware(e.Symbol); physical {
		c.rep.Error(at, "wrong_type", "measure it to get a value", "a qubit is no value")
		return bad(at)
	}
	sym := c.find(ast.Name{At: e.At, Symbol: e.Symbol}, "a value")
	if sym == nil {
		return bad(at)
	}
	switch sym.meaning {
	case constantName:
		o := known(sym.val, at)
		o.literal = sym.literal
		return o
	case variable:
		return inSlot(sym.typ, sym.slot, at)
	case array:
		return operand{arr: sym.arr, at: at}
	case bits:
		return c.readBits(sym.bits, at)
	case qubits:
		c.rep.Error(at, "wrong_type", "measure it to get a value", "%s is %s and has no value", c.name(e.Symbol), sym.kind())
	default:
		c.rep.Error(at, "wrong_type", "", "%s is %s, a value is needed here", c.name(e.Symbol), sym.kind())
	}
	return bad(at)
}

var unaryOps = map[token.Kind]value.Op{token.Minus: value.Neg, token.Tilde: value.Not, token.Not: value.LogicalNot}

func (c *Compiler) unary(e *ast.Unary) operand {
	o, ok := c.scalar(e.Inner)
	if !ok {
		return bad(e.Span())
	}
	if e.Op == token.Plus {
		return o
	}
	op, at := unaryOps[e.Op], e.Span()
	switch {
	case op == value.LogicalNot:
		if o, ok = c.condition(o); !ok {
			return bad(at)
		}
	case op == value.Neg && o.typ.IsBool():
		o, _ = c.convert(o, value.IntType)
	case op == value.Neg && o.typ.Kind == value.Bits, op == value.Not && !o.typ.HasBits() && !o.typ.IsBool():
		c.rep.Error(at, "invalid_operation", "", "the operator %v is not defined for %s", op, typeName(o.typ))
		return bad(at)
	case op == value.Not && o.typ.Kind == value.Int && !o.literal:
		c.rep.Deviation(at, "bits_of_int", "", "bitwise operators are defined for bit, uint and angle, not for int")
	case op == value.Not && o.typ.Unsized && !o.literal:
		c.rep.Deviation(at, "bits_of_unsized", "", "bitwise operators need a type with a width")
	}
	if o.known {
		v := value.New(o.typ)
		value.Unary(op, o.typ, v.Words, o.val.Words)
		r := known(v, at)
		r.literal = o.literal
		if op == value.Neg {
			r.cut = o.cut
		}
		return c.renewed(r)
	}
	s := c.temp(o.typ.Words())
	c.emitUnary(op, o.typ, s, o.slot)
	return inSlot(o.typ, s, at)
}

// renewed gives a negated literal the narrowest type again: -9223372036854775808 is an int.
func (c *Compiler) renewed(o operand) operand {
	if o.literal && o.typ != value.IntType && o.typ.Kind == value.Int {
		if v, ok := value.Integer(o.val.Big()); ok {
			o.typ, o.val = v.Type, v
		}
	}
	return o
}

func (c *Compiler) emitUnary(op value.Op, t value.Type, to, from int32) {
	narrow := t.HasBits() && t.Width <= 64 && t.Width > 0
	switch {
	case op == value.LogicalNot, op == value.Not && t.IsBool():
		c.emit(program.NotB, 0, to, from, 0)
	case op == value.Neg && t.Kind == value.Float:
		c.emit(program.NegF, 0, to, from, 0)
	case op == value.Neg && narrow && t.Kind == value.Int:
		c.emit(program.NegI, int(t.Width), to, from, 0)
	case op == value.Neg && narrow:
		c.emit(program.NegU, int(t.Width), to, from, 0)
	case narrow && t.Kind == value.Int:
		c.emit(program.NotI, int(t.Width), to, from, 0)
	case narrow:
		c.emit(program.NotU, int(t.Width), to, from, 0)
	default:
		c.eval(program.Eval{Kind: program.Unary, Op: op, On: t}, to, from, 0)
	}
}

// condition makes a bool of a value where one is needed.
func (c *Compiler) condition(o operand) (operand, bool) {
	if o.bad || o.typ.IsBool() {
		return o, !o.bad
	}
	return c.implicit(o, value.BoolType, "a condition")
}

func (c *Compiler) cast(e *ast.Cast) operand {
	if e.Type.Kind == ast.TypeArray {
		c.rep.Error(e.Type.Span(), "invalid_cast", "", "nothing can be cast to an array")
		return bad(e.Span())
	}
	to, ok := c.scalarType(e.Type)
	o, good := c.scalar(e.Value)
	if !ok || !good {
		return bad(e.Span())
	}
	o, _ = c.explicit(o, to, e.Span())
	o.at, o.literal = e.Span(), false
	if o.known && o.typ == value.IntType {
		o.literal = true
	}
	return o
}

func (c *Compiler) durationOf(e *ast.DurationOf) operand {
	c.enter()
	m := c.fn.mark()
	direct := c.direct
	c.direct, c.dead = false, true
	for _, s := range e.Body.Statements {
		c.stmt(s)
	}
	c.fn.back(m)
	c.direct, c.dead = direct, false
	c.leave()
	if c.once(durationWarned) {
		c.rep.Warn(e.Span(), "no_durations", "", "operations of a simulator take no time: durationof() is 0 here")
	}
	return known(value.OfTime(0, 0), e.Span())
}

const durationWarned = -2
