package compile

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// operand is the value of an expression: a constant, or what lies in slots when the program has come there.
type operand struct {
	typ     value.Type
	known   bool        // a constant, val
	literal bool        // an integer constant without a width, which takes the type that its surroundings need
	bad     bool        // an error was reported
	val     value.Value // where known
	slot    int32       // else
	arr     *view       // of an array: the other fields but at are not set
	at      diag.Span
	cut     *quotient // the integer constant comes of this
	element bool      // a bit of an integer or an angle, which is a register of one bit as well
}

// quotient is a division of integers that is not exact.
type quotient struct {
	x, y, z value.Value
	at      diag.Span
}

// inexact is the quotient that the result of an operation on integer constants comes of; nil: of none.
func inexact(op value.Op, x, y operand, z value.Value, at diag.Span) *quotient {
	if !z.Type.IsInteger() || op > value.Pow {
		return nil
	}
	if op == value.Div {
		if product := new(big.Int).Mul(z.Big(), y.val.Big()); product.Cmp(x.val.Big()) != 0 {
			return &quotient{x.val, y.val, z, at}
		}
	}
	if x.cut != nil {
		return x.cut
	}
	return y.cut
}

// warnQuotient tells of an integer quotient where a real number is wanted: most of the time that is what was meant by it.
func (c *Compiler) warnQuotient(o operand, to value.Type) {
	q := o.cut
	if q == nil || c.dead || to.Kind != value.Float && to.Kind != value.Complex && to.Kind != value.Angle || !c.once(quotientWarned-int(q.at.Start)) {
		return
	}
	real, _ := new(big.Rat).SetFrac(q.x.Big(), q.y.Big()).Float64()
	hint := fmt.Sprintf("write %s.0/%s for %.4g", q.x, q.y, real)
	c.rep.Warn(q.at, "integer_quotient", hint, "%s/%s is a division of integers, whose value is %s; a real number is wanted here", q.x, q.y, q.z)
}

// quotientWarned begins keys of once that are no symbols: one for each place.
const quotientWarned = -100

func bad(at diag.Span) operand { return operand{bad: true, at: at} }

func known(v value.Value, at diag.Span) operand {
	return operand{typ: v.Type, known: true, val: v, at: at}
}

func inSlot(t value.Type, slot int32, at diag.Span) operand {
	return operand{typ: t, slot: slot, at: at}
}

// forRule is what the rules of operators look at.
func (o operand) forRule() value.Operand { return value.Operand{Type: o.typ, Literal: o.literal} }

// inSlots returns the first slot of the value.
func (c *Compiler) inSlots(o operand) int32 {
	if !o.known {
		return o.slot
	}
	if len(o.val.Words) == 1 && o.val.Words[0] == 0 {
		return c.zero()
	}
	s := c.temp(len(o.val.Words))
	c.setWords(s, o.val.Words)
	return s
}

// convert makes a value of a type that it can be converted to.
func (c *Compiler) convert(o operand, to value.Type) (operand, bool) {
	from := o.typ
	if o.bad || from == to {
		return o, !o.bad
	}
	if o.known {
		c.warnQuotient(o, to)
		v, err := o.val.To(to)
		if err != nil {
			if !c.dead {
				c.rep.Error(o.at, "undefined_value", "", "%s has no value of type %s: %v", o.val, typeName(to), err)
			}
			return bad(o.at), false
		}
		return operand{typ: to, known: true, val: v, at: o.at, literal: o.literal && to.Unsized && to.IsInteger(), cut: o.cut}, true
	}
	if sameForm(from, to) {
		o.typ, o.literal = to, false
		return o, true
	}
	s := c.temp(to.Words())
	c.emitConversion(s, to, o.slot, from)
	return inSlot(to, s, o.at), true
}

// sameForm reports whether each value of one type has the words of the same value of another.
func sameForm(from, to value.Type) bool {
	switch {
	case from.IsBool():
		return to.IsBool() || to.IsInteger() && (to.Kind == value.Uint || to.Width > 1) && to.Width <= 64 || to.Kind == value.Bits && to.Width >= 1 && to.Width <= 64
	case from.IsTime():
		return to.IsTime()
	case from.Kind == value.Float:
		return to.Kind == value.Float && to.Width >= from.Width
	case from.Kind == value.Complex:
		return to.Kind == value.Complex && to.Width >= from.Width
	case from.Kind == value.Angle || to.Kind == value.Angle:
		return from.Width == to.Width && (from.Kind == value.Angle && to.Kind != value.Int && to.HasBits() || from.Kind == value.Bits)
	case !from.HasBits() || !to.HasBits() || from.Words() != to.Words():
		return false
	case from.Kind == value.Int:
		return to.Kind == value.Int && to.Width >= from.Width
	case to.Kind == value.Int:
		return to.Width > from.Width
	}
	return to.Width >= from.Width
}

// emitConversion writes the value at from, converted, to the slots from to on.
func (c *Compiler) emitConversion(slot int32, to value.Type, from int32, t value.Type) {
	narrow := t.Width <= 64 && to.Width <= 64
	integers := (t.IsInteger() || t.Kind == value.Bits) && (to.IsInteger() || to.Kind == value.Bits)
	switch {
	case to.IsBool() && t.Words() == 1 && t.Kind != value.Float:
		c.emit(program.NeI, 0, slot, from, c.zero())
	case narrow && integers && to.Kind == value.Int && to.Width > 0:
		c.emit(program.SExt, int(to.Width), slot, from, 0)
	case narrow && integers && to.Width > 0:
		c.emit(program.ZExt, int(to.Width), slot, from, 0)
	case narrow && to.Kind == value.Float && to.Width == 64 && t.Kind == value.Int:
		c.emit(program.IntToF, 0, slot, from, 0)
	case narrow && to.Kind == value.Float && to.Width == 64 && (t.Kind == value.Uint || t.IsBool()):
		c.emit(program.UintToF, 0, slot, from, 0)
	default:
		c.eval(convertEval(to, t), slot, from, 0)
	}
}

// settled is a value that stays what it is while others are computed, which may call subroutines that write arrays: an element that would be
// read in its place is copied then.
func (c *Compiler) settled(o operand, others ...ast.Expr) operand {
	if o.bad || o.known || o.arr != nil || o.slot >= c.tempsFrom || !c.writing(others) {
		return o
	}
	s := c.temp(o.typ.Words())
	c.move(s, o.slot, o.typ.Words())
	o.slot = s
	return o
}

// writing reports whether one of the expressions calls a subroutine that may write an array.
func (c *Compiler) writing(list []ast.Expr) bool {
	if !c.writers {
		return false
	}
	found := false
	for _, e := range list {
		ast.Walk(e, func(n ast.Node) bool {
			if f, ok := n.(*ast.Function); ok {
				sym := c.lookup(f.Name.Symbol)
				found = found || sym != nil && sym.meaning == subroutine && slices.ContainsFunc(sym.def.params, func(p defParam) bool { return writes(&p) })
			}
			return !found
		})
	}
	return found
}
