package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// rangeOf evaluates a range within n elements: its start and step, and how many elements it takes. What is not written is the whole.
// Negative bounds count from the end.
func (c *Compiler) rangeOf(r *ast.Range, n int64, name string) (start, step, size num, ok bool) {
	step, ok = fixed(1), true
	if r.Step != nil {
		step, ok = c.bounding(r.Step, "the step of a range")
		if ok && step.static() && step.v == 0 {
			c.rep.Error(r.Step.Span(), "zero_step", "", "the step of a range cannot be 0")
			ok = false
		}
	}
	first, last := fixed(0), fixed(n-1)
	if ok && step.static() && step.v < 0 {
		first, last = last, first
	}
	start, stop := first, last
	good := true
	if r.Start != nil {
		start, good = c.bounding(r.Start, "the start of a range")
	}
	okStop := true
	if r.Stop != nil {
		stop, okStop = c.bounding(r.Stop, "the end of a range")
	}
	if !ok || !good || !okStop {
		return start, step, size, false
	}
	if start.static() && stop.static() && step.static() {
		return c.staticRange(r, start.v, stop.v, step.v, n, name)
	}
	return c.dynamicRange(r, start, stop, step, n, name)
}

func (c *Compiler) bounding(e ast.Expr, what string) (num, bool) {
	o, ok := c.integerValue(e, what)
	switch {
	case !ok:
		return num{}, false
	case !o.known:
		return num{slot: o.slot}, true
	}
	v, fits := o.val.Int64()
	if !fits {
		c.rep.Error(e.Span(), "number_too_large", "", "%s cannot be as large as %s", what, o.val)
	}
	return fixed(v), fits
}

func (c *Compiler) staticRange(r *ast.Range, start, stop, step, n int64, name string) (num, num, num, bool) {
	fail := func(e ast.Expr, i int64) (num, num, num, bool) {
		at := r.Span()
		if e != nil {
			at = e.Span()
		}
		c.outOfRange(at, value.Of64(i).String(), n, name)
		return num{}, num{}, num{}, false
	}
	if n == 0 && r.Start == nil && r.Stop == nil {
		return fixed(0), fixed(step), fixed(0), true
	}
	if start < -n || start >= n {
		return fail(r.Start, start)
	}
	if stop < -n {
		return fail(r.Stop, stop)
	}
	if start < 0 {
		start += n
	}
	if stop < 0 {
		stop += n
	}
	if stop >= n && step > 0 {
		if last := start + (stop-start)/step*step; last >= n {
			if last-step >= n || last-step < start {
				return fail(r.Stop, stop)
			}
			c.rep.Deviation(r.Stop.Span(), "range_past_end", "ranges include their end", "the range ends behind the last element, %d; the elements that exist are taken", n-1)
			stop = n - 1
		}
	}
	if stop >= n && step < 0 && stop <= start {
		return fail(r.Stop, stop)
	}
	return fixed(start), fixed(step), fixed(rangeCount(start, stop, step)), true
}

// rangeCount is how many elements a range has.
func rangeCount(start, stop, step int64) int64 {
	if step > 0 && start > stop || step < 0 && start < stop {
		return 0
	}
	if step > 0 {
		return int64(uint64(stop-start)/uint64(step)) + 1
	}
	return int64(uint64(start-stop)/uint64(-step)) + 1
}

// dynamicRange computes the size of a range while the program runs. Its step must be known.
func (c *Compiler) dynamicRange(r *ast.Range, start, stop, step num, n int64, name string) (num, num, num, bool) {
	if !step.static() {
		c.rep.Error(r.Step.Span(), "not_constant", "declare it with `const`", "the step of this range must be known before the program runs")
		return num{}, num{}, num{}, false
	}
	c.at = r.Span().Start
	first, last := c.checked(start, n, name), c.checked(stop, n, name)
	if step.v < 0 {
		first, last = last, first
	}
	size, end := c.temp(1), c.fn.label()
	c.emit(program.Move, 0, size, c.zero(), 0)
	c.jump(program.JumpLtI, end, last, first)
	c.emit(program.SubI, 64, size, last, first)
	if step.v != 1 && step.v != -1 {
		c.emit(program.DivI, 64, size, size, c.number(max(step.v, -step.v)))
	}
	c.emit(program.AddImmI, 64, size, size, 1)
	c.fn.place(end)
	if step.v < 0 {
		first = last
	}
	return num{slot: first}, step, num{slot: size}, true
}

// checked is a slot with an index counted from the front.
func (c *Compiler) checked(i num, n int64, name string) int32 {
	s := c.temp(1)
	if i.static() {
		v := i.v
		if v < 0 {
			v += n
		}
		c.set(s, uint64(v))
		return s
	}
	c.bound(s, i.slot, name, n)
	return s
}

// slice is a range as a set of indices, which must be known.
func (c *Compiler) slice(r *ast.Range, n int64, name string) (indexSet, bool) {
	if at, dynamic := c.dynamicPart(r); dynamic {
		c.rep.Error(at, "not_constant", openHint, "the size of this range is not known before the program runs")
		return indexSet{}, false
	}
	start, step, size, ok := c.rangeOf(r, n, name)
	if !ok {
		return indexSet{}, false
	}
	if size.v == 0 {
		hint := ""
		if r.Step == nil && r.Start != nil && r.Stop != nil {
			hint = "a range that goes down has a negative step: [7:-1:0]"
		}
		c.rep.Error(r.Span(), "empty_index", hint, "the range takes no element of %s", name)
		return indexSet{}, false
	}
	if size.v > maxIndices {
		c.rep.Error(r.Span(), "too_large", "", "a range within a register can take at most %d elements", maxIndices)
		return indexSet{}, false
	}
	s := indexSet{list: make([]index, size.v)}
	for i := range s.list {
		s.list[i] = fixed(start.v + int64(i)*step.v)
	}
	return s, true
}

// dynamicPart reports a part of a range that is not a constant.
func (c *Compiler) dynamicPart(r *ast.Range) (diag.Span, bool) {
	for _, e := range []ast.Expr{r.Start, r.Step, r.Stop} {
		if e != nil && !c.isConstant(e) {
			return e.Span(), true
		}
	}
	return diag.Span{}, false
}
