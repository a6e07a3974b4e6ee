package compile

import (
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// member is `i in {0, 3}` and `i in [0:3]`.
func (c *Compiler) member(e *ast.Member) operand {
	o, ok := c.scalar(e.Value)
	if ok && !o.typ.IsInteger() {
		c.rep.Error(o.at, "wrong_type", "", "`in` asks for an integer, this is %s", typeName(o.typ))
		ok = false
	}
	r := known(value.OfBool(false), e.Span())
	switch set := e.Set.(type) {
	case *ast.Set:
		for _, item := range set.Items {
			x, good := c.integerValue(item, "a member of a set")
			if ok = ok && good; ok {
				r = c.operate(value.Or, r, c.operate(value.Eq, o, x, e.Span(), e.OpAt), e.Span(), e.OpAt)
			}
		}
	case *ast.Range:
		return c.within(e, o, set, ok)
	}
	if !ok {
		return bad(e.Span())
	}
	return r
}

// within is `i in [start:step:stop]`.
func (c *Compiler) within(e *ast.Member, o operand, r *ast.Range, ok bool) operand {
	at := e.Span()
	start, step, stop, good := c.loopBounds(r)
	if good && !step.known {
		c.rep.Error(step.at, "not_constant", "declare it with `const`", "the step of this range must be known before the program runs")
		good = false
	}
	if !ok || !good {
		return bad(at)
	}
	first, last := start, stop
	if k, _ := step.val.Int64(); k < 0 {
		first, last = stop, start
	}
	op := func(op value.Op, a, b operand) operand { return c.operate(op, a, b, at, e.OpAt) }
	inside := op(value.And, op(value.Ge, o, first), op(value.Le, o, last))
	return op(value.And, inside, op(value.Eq, op(value.Mod, op(value.Sub, o, start), step), known(value.Of64(0), at)))
}
