package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// loop is where `break` and `continue` go.
type loop struct{ end, next label }

// block compiles statements in a scope of their own.
func (c *Compiler) block(b *ast.Block) {
	c.enter()
	for _, s := range b.Statements {
		c.stmt(s)
	}
	c.leave()
}

// body compiles what stands behind a condition: a block, or one statement, which is a scope of its own too.
func (c *Compiler) body(s ast.Stmt) {
	if b, ok := s.(*ast.Block); ok {
		c.block(b)
		return
	}
	c.enter()
	c.stmt(s)
	c.leave()
}

// unreachable compiles a body for its errors only.
func (c *Compiler) unreachable(s ast.Stmt) {
	if s == nil {
		return
	}
	m, direct, dead := c.fn.mark(), c.direct, c.dead
	c.direct, c.dead = false, true
	c.body(s)
	c.fn.back(m)
	c.direct, c.dead = direct, dead
}

func (c *Compiler) ifStmt(s *ast.If) {
	o, ok := c.scalar(s.Condition)
	if ok {
		o, ok = c.condition(o)
	}
	switch {
	case !ok:
		c.unreachable(s.Body)
		c.unreachable(s.Else)
	case o.known && o.val.IsTrue():
		c.body(s.Body)
		c.unreachable(s.Else)
	case o.known:
		c.unreachable(s.Body)
		if s.Else != nil {
			c.body(s.Else)
		}
	default:
		c.branch(s, o)
	}
}

func (c *Compiler) branch(s *ast.If, o operand) {
	c.at = s.Condition.Span().Start
	other, end := c.fn.label(), c.fn.label()
	c.jump(program.JumpIfNot, other, o.slot, 0)
	c.body(s.Body)
	if s.Else != nil {
		c.jump(program.Jump, end, 0, 0)
	}
	c.fn.place(other)
	if s.Else != nil {
		c.body(s.Else)
	}
	c.fn.place(end)
}

func (c *Compiler) while(s *ast.While) {
	again, end := c.fn.label(), c.fn.label()
	c.emit(program.Nop, 0, 0, 0, 0)
	c.fn.place(again)
	o, ok := c.scalar(s.Condition)
	if ok {
		o, ok = c.condition(o)
	}
	if !ok {
		c.loops = append(c.loops, loop{end, again})
		c.unreachable(s.Body)
		c.loops = c.loops[:len(c.loops)-1]
		return
	}
	c.at = s.Condition.Span().Start
	if !o.known || !o.val.IsTrue() {
		c.jump(program.JumpIfNot, end, c.inSlots(o), 0)
	}
	c.loops = append(c.loops, loop{end, again})
	c.body(s.Body)
	c.loops = c.loops[:len(c.loops)-1]
	c.at = s.Start
	c.jump(program.Jump, again, 0, 0)
	c.fn.place(end)
}

func (c *Compiler) leaveLoop(at diag.Span, word string, next bool) {
	if len(c.loops) == 0 {
		c.rep.Error(at, "outside_loop", "", "`%s` stands outside a loop", word)
		return
	}
	l := c.loops[len(c.loops)-1]
	if next {
		c.jump(program.Jump, l.next, 0, 0)
	} else {
		c.jump(program.Jump, l.end, 0, 0)
	}
}

// forStmt is a loop over a range, a set, an array or the bits of a register.
func (c *Compiler) forStmt(s *ast.For) {
	t, ok := c.scalarType(s.Type)
	c.enter()
	defer c.leave()
	if !ok {
		t = value.IntType
	}
	i := c.temp(t.Words())
	v := &symbol{name: s.Name.Symbol, meaning: variable, at: s.Name.Span(), typ: t, slot: i, loop: true}
	switch e := s.Values.(type) {
	case *ast.Range:
		c.forRange(s, e, v)
	case *ast.Set:
		c.forSet(s, e, v)
	default:
		c.forValues(s, v)
	}
}

// broken compiles the body of a loop whose values have errors.
func (c *Compiler) brokenLoop(s *ast.For, v *symbol) {
	c.loops = append(c.loops, loop{c.fn.label(), c.fn.label()})
	c.enter()
	c.declare(v)
	m, direct, dead := c.fn.mark(), c.direct, c.dead
	c.direct, c.dead = false, true
	c.inner(s.Body)
	c.fn.back(m)
	c.direct, c.dead = direct, dead
	c.leave()
	c.loops = c.loops[:len(c.loops)-1]
}

// inner compiles the body of a loop in the scope of the loop's variable.
func (c *Compiler) inner(s ast.Stmt) {
	if b, ok := s.(*ast.Block); ok {
		for _, st := range b.Statements {
			c.stmt(st)
		}
		return
	}
	c.stmt(s)
}

// loopBounds evaluates the range of a loop.
func (c *Compiler) loopBounds(r *ast.Range) (start, step, stop operand, ok bool) {
	if r.Start == nil || r.Stop == nil {
		c.rep.Error(r.Span(), "open_range", "write both: [0:3]", "the range of a loop needs a start and an end")
		return start, step, stop, false
	}
	var okStop, okStep bool
	start, ok = c.loopBound(r.Start, "the start of a range")
	step, okStep = known(value.Of64(1), r.Span()), true
	if r.Step != nil {
		step, okStep = c.loopBound(r.Step, "the step of a range")
		if okStep && step.known && !step.val.IsTrue() {
			c.rep.Error(r.Step.Span(), "zero_step", "", "the step of a range cannot be 0")
			okStep = false
		}
	}
	stop, okStop = c.loopBound(r.Stop, "the end of a range")
	return start, step, stop, ok && okStep && okStop
}

// loopBound is an integer of at most 64 bits; an unsigned one stays unsigned.
func (c *Compiler) loopBound(e ast.Expr, what string) (operand, bool) {
	o, ok := c.scalar(e)
	if !ok {
		return o, false
	}
	switch {
	case o.typ.Kind == value.Bits:
		c.rep.Deviation(o.at, "implicit_cast", "write uint[n](…)", "%s is an integer; the register is read as an unsigned one", what)
	case !o.typ.IsInteger() && !o.typ.IsBool():
		c.rep.Error(o.at, "wrong_type", "", "%s must be an integer, this is %s", what, typeName(o.typ))
		return bad(o.at), false
	}
	if o.known {
		if n, fits := o.val.Int64(); fits {
			return known(value.Of64(n), o.at), true
		}
		c.rep.Error(o.at, "number_too_large", "", "%s cannot be as large as %s", what, o.val)
		return bad(o.at), false
	}
	return c.convert(o, value.IntType)
}

// forRange counts in a slot of its own, so that what the body does to the variable does not matter. The values of the variable go
// from start to last, in steps that wrap without harm.
func (c *Compiler) forRange(s *ast.For, r *ast.Range, v *symbol) {
	start, step, stop, ok := c.loopBounds(r)
	if !ok {
		c.brokenLoop(s, v)
		return
	}
	if why := c.loopVariable(v, value.IntType, s); why {
		c.brokenLoop(s, v)
		return
	}
	c.at = s.Start
	count, last, by := c.temp(1), c.temp(1), c.temp(1)
	again, next, end := c.fn.label(), c.fn.label(), c.fn.label()
	if start.known && step.known && stop.known {
		a, _ := start.val.Int64()
		k, _ := step.val.Int64()
		b, _ := stop.val.Int64()
		n := rangeCount(a, b, k)
		if n == 0 {
			c.brokenLoop(s, v)
			return
		}
		c.set(count, uint64(a-k))
		c.set(last, uint64(a+(n-1)*k))
		c.set(by, uint64(k))
	} else {
		c.rangeEnds(start, step, stop, count, last, by, end)
	}
	c.fn.place(again)
	c.emit(program.AddI, 64, count, count, by)
	c.loopBody(s, v, inSlot(value.IntType, count, s.Name.Span()), loop{end, next})
	c.fn.place(next)
	c.at = s.Start
	c.jump(program.JumpNe, again, count, last)
	c.fn.place(end)
}

// rangeEnds computes where a loop begins and ends while the program runs: count one step before the start, last the final value. It goes
// to end where there is none.
func (c *Compiler) rangeEnds(start, step, stop operand, count, last, by int32, end label) {
	a, k, b := c.inSlots(start), c.inSlots(step), c.inSlots(stop)
	c.move(by, k, 1)
	zero := c.zero()
	down, some, failed := c.fn.label(), c.fn.label(), c.fn.label()
	n := c.temp(1)
	c.jump(program.JumpLtI, down, by, zero)
	if !step.known {
		c.jump(program.JumpEq, failed, by, zero)
	}
	c.jump(program.JumpLtI, end, b, a)
	c.emit(program.SubI, 64, n, b, a)
	c.emit(program.DivU, 64, n, n, by)
	c.jump(program.Jump, some, 0, 0)
	c.fn.place(down)
	c.jump(program.JumpLtI, end, a, b)
	minus := c.temp(1)
	c.emit(program.NegI, 64, minus, by, 0)
	c.emit(program.SubI, 64, n, a, b)
	c.emit(program.DivU, 64, n, n, minus)
	if !step.known {
		c.jump(program.Jump, some, 0, 0)
		c.fn.place(failed)
		c.fail("the step of a range is 0")
	}
	c.fn.place(some)
	c.emit(program.MulI, 64, last, n, by)
	c.emit(program.AddI, 64, last, last, a)
	c.emit(program.SubI, 64, count, a, by)
}

// loopVariable reports a variable that cannot take values of a type.
func (c *Compiler) loopVariable(v *symbol, from value.Type, s *ast.For) bool {
	o := inSlot(from, 0, s.Name.Span())
	if value.CastOf(from, v.typ) == value.Implicit {
		return false
	}
	c.mismatch(o, v.typ, "the variable "+c.name(s.Name.Symbol))
	return true
}

// loopBody gives the variable its value and compiles the body.
func (c *Compiler) loopBody(s *ast.For, v *symbol, o operand, l loop) {
	c.enter()
	o, ok := c.convert(o, v.typ)
	if ok {
		if o.known {
			c.setWords(v.slot, o.val.Words)
		} else {
			c.move(v.slot, o.slot, v.typ.Words())
		}
	}
	c.declare(v)
	c.loops = append(c.loops, l)
	c.inner(s.Body)
	c.loops = c.loops[:len(c.loops)-1]
	c.leave()
}

// forSet puts the values into an array and goes through it.
func (c *Compiler) forSet(s *ast.For, e *ast.Set, v *symbol) {
	n := v.typ.Words()
	first, ok := c.temp(n*len(e.Items)), true
	for i, item := range e.Items {
		top := c.fn.top
		o, good := c.scalar(item)
		if good {
			o, good = c.implicit(o, v.typ, "the variable "+c.name(s.Name.Symbol))
		}
		ok = ok && good
		if good {
			c.move(first+int32(i*n), c.inSlots(o), n)
		}
		c.fn.top = top
	}
	if !ok {
		c.brokenLoop(s, v)
		return
	}
	c.forArray(s, newView(v.typ, []int{len(e.Items)}, first, "the set"), v)
}

// forValues goes through an array or a register.
func (c *Compiler) forValues(s *ast.For, v *symbol) {
	o := c.expr(s.Values)
	switch {
	case o.bad:
	case o.arr != nil && len(o.arr.dims) != 1:
		c.rep.Error(o.at, "wrong_type", "take a row of it: a[0]", "a loop goes through arrays of one dimension, this is %s", o.arr)
	case o.arr != nil:
		if !c.loopVariable(v, o.arr.elem, s) {
			c.forArray(s, o.arr, v)
			return
		}
	case o.typ.Kind == value.Bits:
		if !c.loopVariable(v, value.BitType, s) {
			c.forBits(s, o, v)
			return
		}
	default:
		hint := "a range stands in brackets: [0:3]"
		if o.typ.Kind == value.Bit {
			hint = "a register of one bit is declared as bit[1]"
		}
		c.rep.Error(o.at, "wrong_type", hint, "a loop goes through a range, a set, an array or a register, not %s", typeName(o.typ))
	}
	c.brokenLoop(s, v)
}

// counted compiles a loop that counts from 0 to size-1 in slot i.
func (c *Compiler) counted(s *ast.For, size num, body func(i int32, l loop)) {
	c.at = s.Start
	i := c.temp(1)
	c.move(i, c.zero(), 1)
	again, next, end := c.fn.label(), c.fn.label(), c.fn.label()
	n := c.slotOf(size)
	c.fn.place(again)
	c.jump(program.JumpLeI, end, n, i)
	body(i, loop{end, next})
	c.fn.place(next)
	c.at = s.Start
	c.emit(program.AddImmI, 64, i, i, 1)
	c.jump(program.Jump, again, 0, 0)
	c.fn.place(end)
}

func (c *Compiler) forArray(s *ast.For, a *view, v *symbol) {
	c.counted(s, a.dims[0].size, func(i int32, l loop) {
		c.enter()
		o := c.load(c.row(a, i), s.Values.Span())
		c.loopBody(s, v, o, l)
		c.leave()
	})
}

// forBits goes through the bits that a register has when the loop begins.
func (c *Compiler) forBits(s *ast.For, o operand, v *symbol) {
	bits := c.temp(o.typ.Words())
	c.move(bits, c.inSlots(o), o.typ.Words())
	c.counted(s, fixed(int64(o.typ.Width)), func(i int32, l loop) {
		c.enter()
		b := c.temp(1)
		c.emit(program.GetBitAt, int(o.typ.Width), b, bits, i)
		c.loopBody(s, v, inSlot(value.BitType, b, s.Values.Span()), l)
		c.leave()
	})
}

// switchStmt compares the value with the labels in order.
func (c *Compiler) switchStmt(s *ast.Switch) {
	o, ok := c.scalar(s.Value)
	if ok {
		o, ok = c.switchValue(o)
	}
	c.switchShape(s)
	seen, end := map[string]bool{}, c.fn.label()
	for i := range s.Cases {
		cs := &s.Cases[i]
		labels, good := c.labels(cs, seen)
		if !ok || !good {
			c.unreachable(cs.Body)
			continue
		}
		c.switchCase(cs, o, labels, end)
	}
	c.fn.place(end)
}

func (c *Compiler) switchValue(o operand) (operand, bool) {
	switch {
	case o.typ.IsInteger():
		return o, true
	case o.typ.Kind == value.Bits:
		c.rep.Deviation(o.at, "implicit_cast", "write uint[n](…)", "the value of a switch is an integer; the register is read as an unsigned one")
		return c.convert(o, value.UintOf(max(1, int(o.typ.Width))))
	case o.typ.IsBool():
		c.rep.Deviation(o.at, "implicit_cast", "write int(…)", "the value of a switch is an integer; the bit is read as 0 or 1")
		return c.convert(o, value.IntType)
	}
	c.rep.Error(o.at, "wrong_type", "", "the value of a switch must be an integer, this is %s", typeName(o.typ))
	return o, false
}

func (c *Compiler) switchShape(s *ast.Switch) {
	cases, defaults := 0, 0
	for i := range s.Cases {
		cs := &s.Cases[i]
		if !cs.Default {
			if cases++; defaults > 0 {
				c.rep.Error(cs.Span(), "case_after_default", "", "`default` must stand behind all cases")
			}
			continue
		}
		if defaults++; defaults > 1 {
			c.rep.Error(cs.Span(), "duplicate_default", "", "a switch has one `default` at most")
		}
	}
	if cases == 0 && !s.Incomplete {
		c.rep.Error(s.Span(), "no_case", "", "a switch needs at least one `case`")
	}
}

// labels are the values of a case.
func (c *Compiler) labels(cs *ast.Case, seen map[string]bool) ([]value.Value, bool) {
	var list []value.Value
	ok := true
	for _, e := range cs.Labels {
		o, good := c.scalar(e)
		switch {
		case !good:
		case !o.known:
			c.rep.Error(o.at, "not_constant", "declare it with `const`", "a label of a switch must be known before the program runs")
			good = false
		case !o.typ.IsInteger():
			c.rep.Error(o.at, "wrong_type", "", "a label of a switch must be an integer, this is %s", typeName(o.typ))
			good = false
		case seen[o.val.String()]:
			c.rep.Error(o.at, "duplicate_label", "", "the value %s has a case already", o.val)
			good = false
		default:
			seen[o.val.String()] = true
			list = append(list, o.val)
		}
		ok = ok && good
	}
	return list, ok
}

func (c *Compiler) switchCase(cs *ast.Case, o operand, labels []value.Value, end label) {
	if cs.Default {
		c.block(cs.Body)
		return
	}
	body, next := c.fn.label(), c.fn.label()
	slot := c.inSlots(o)
	for _, l := range labels {
		c.at = cs.Start
		top := c.fn.top
		if o.typ.Width > 64 {
			c.wideLabel(o, slot, l, body)
		} else if n, ok := l.Int64(); ok && (n >= 0 || o.typ.Kind == value.Int) {
			c.jump(program.JumpEq, body, slot, c.number(n))
		} else if l.Type.Width <= 64 && o.typ.Kind == value.Uint {
			c.jump(program.JumpEq, body, slot, c.inSlots(known(l, cs.Span())))
		}
		c.fn.top = top
	}
	c.jump(program.Jump, next, 0, 0)
	c.fn.place(body)
	c.block(cs.Body)
	c.jump(program.Jump, end, 0, 0)
	c.fn.place(next)
}

func (c *Compiler) wideLabel(o operand, slot int32, l value.Value, body label) {
	t := value.Common(o.typ, l.Type)
	a, _ := c.convert(inSlot(o.typ, slot, o.at), t)
	b, _ := c.convert(known(l, o.at), t)
	r := c.temp(1)
	c.eval(program.Eval{Kind: program.Binary, Op: value.Eq, On: t}, r, c.inSlots(a), c.inSlots(b))
	c.jump(program.JumpIf, body, r, 0)
}
