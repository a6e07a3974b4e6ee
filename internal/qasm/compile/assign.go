package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// target is what an assignment writes to.
type target struct {
	typ  value.Type // of what is written; of an array or a part of one see arr
	slot int32      // of a whole variable
	bits bool       // some bits of the value that list is of
	list bitList    // all bits of that value
	set  indexSet   // those that are written
	base value.Type // of that value
	elem *view      // an element of an array; with bits: the element whose bits are written
	arr  *view      // a part of an array with dimensions
	name string
	at   diag.Span
}

// target finds what an assignment writes to.
func (c *Compiler) target(o *ast.Operand) (target, bool) { return c.targetOf(o, "a variable") }

// targetOf is target with what is needed, for the message.
func (c *Compiler) targetOf(o *ast.Operand, what string) (target, bool) {
	sym := c.find(o.Name, what)
	if sym == nil {
		return target{}, false
	}
	t := target{name: c.name(o.Name.Symbol), at: o.Span()}
	links := ast.Links(o.Index)
	switch {
	case sym.meaning == variable && sym.readonly && sym.input:
		c.rep.Error(o.Name.Span(), "assignment_to_input", "copy it to a variable of your own", "%s is an input and cannot be assigned", t.name)
		return t, false
	case sym.meaning == variable:
		t.typ, t.slot = sym.typ, sym.slot
		return c.targetBits(t, inSlot(sym.typ, sym.slot, o.Name.Span()), wholeBits(sym.slot, sym.typ.Width), links)
	case sym.meaning == bits:
		t.typ = value.BitsOf(int(sym.bits.n))
		if sym.bits.scalar {
			t.typ = value.BitType
		}
		if sym.bits.scalar && len(links) == 1 && c.ofSingle(links[0], "bit", t.name) {
			links = nil
		}
		if len(links) == 0 {
			t.bits, t.list, t.base = true, sym.bits, t.typ
			t.set = allOf(int64(sym.bits.n), sym.bits.scalar)
			return t, true
		}
		return c.targetBits(t, inSlot(t.typ, 0, o.Name.Span()), sym.bits, links)
	case sym.meaning == array:
		return c.targetArray(t, sym, links)
	}
	c.notAssignable(o, sym)
	return t, false
}

func (c *Compiler) notAssignable(o *ast.Operand, sym *symbol) {
	hint := ""
	switch sym.meaning {
	case constantName:
		c.rep.Error(o.Name.Span(), "assignment_to_constant", "leave out `const` where it is declared, to change it later", "%s is a constant and cannot be assigned", c.name(o.Name.Symbol))
		c.declaredAt(sym)
		return
	case qubits:
		hint = "a qubit is brought to |0> by `reset`, and to |1> by `x`"
	}
	c.rep.Error(o.Name.Span(), "not_assignable", hint, "%s is %s and cannot be assigned", c.name(o.Name.Symbol), sym.kind())
	c.declaredAt(sym)
}

func allOf(n int64, scalar bool) indexSet {
	s := indexSet{scalar: scalar, list: make([]index, n)}
	for i := range s.list {
		s.list[i] = fixed(int64(i))
	}
	return s
}

// targetBits narrows a variable to some of its bits.
func (c *Compiler) targetBits(t target, base operand, list bitList, links []ast.Expr) (target, bool) {
	if len(links) == 0 || base.typ.Kind == value.Bit {
		return t, len(links) == 0 || len(links) == 1 && c.ofSingle(links[0], "bit", t.name)
	}
	if !c.hasBits(base.typ, t.name, links[0]) {
		return t, false
	}
	set, ok := c.indices(links[0], int64(base.typ.Width), t.name)
	if !ok {
		return t, false
	}
	if len(links) > 1 {
		if set.scalar || !set.static() {
			c.rep.Error(links[1].Span(), "too_many_indices", "", "this is one bit and has no elements")
			return t, false
		}
		inner, ok := c.indices(links[1], int64(len(set.list)), t.name)
		if !ok || !inner.static() {
			return t, false
		}
		list2 := indexSet{scalar: inner.scalar}
		for _, i := range inner.list {
			list2.list = append(list2.list, set.list[i.v])
		}
		set = list2
	}
	t.bits, t.list, t.set, t.base = true, list, set, base.typ
	t.typ = value.BitsOf(len(set.list))
	if set.scalar {
		t.typ = value.BitType
	}
	return t, true
}

func (c *Compiler) targetArray(t target, sym *symbol, links []ast.Expr) (target, bool) {
	if sym.arr.readonly {
		c.rep.Error(t.at, "readonly_array", "declare the parameter `mutable`", "%s is a readonly array and cannot be written", t.name)
		return t, false
	}
	v := sym.arr
	for k, link := range links {
		if len(v.dims) == 0 {
			return c.targetElementBits(t, v, links[k:])
		}
		var ok bool
		if v, ok = c.indexArray(v, link); !ok {
			return t, false
		}
	}
	if len(v.dims) > 0 {
		t.arr = v
	} else {
		t.elem, t.typ = v, v.elem
	}
	return t, true
}

// targetElementBits is bits of an element: the element is read, changed and written back.
func (c *Compiler) targetElementBits(t target, v *view, links []ast.Expr) (target, bool) {
	s := c.temp(v.elem.Words())
	c.move(s, c.load(v, t.at).slot, v.elem.Words())
	t, ok := c.targetBits(t, inSlot(v.elem, s, t.at), wholeBits(s, v.elem.Width), links)
	t.elem, t.slot = v, s
	return t, ok
}

// read is the value that a target has.
func (c *Compiler) read(t target) operand {
	switch {
	case t.bits && t.set.static():
		return c.readBits(t.list.take(t.set), t.at)
	case t.bits:
		return c.readAt(t.list, t.set, t.at)
	case t.elem != nil:
		return c.load(t.elem, t.at)
	}
	return inSlot(t.typ, t.slot, t.at)
}

// write gives a target a value of its type.
func (c *Compiler) write(t target, o operand) {
	switch {
	case t.bits:
		c.writeBits(t, o)
	case t.elem != nil:
		c.store(t.elem, c.inSlots(o))
	case o.known:
		c.setWords(t.slot, o.val.Words)
	case !c.retarget(t.slot, o):
		c.move(t.slot, o.slot, t.typ.Words())
	}
}

// retarget lets the instruction that has just computed a temporary write to a variable in its place.
func (c *Compiler) retarget(to int32, o operand) bool {
	f := c.fn
	last := len(f.instrs) - 1
	if last < 0 || o.typ.Words() != 1 || o.slot < c.tempsFrom || f.here() == f.lastPlace {
		return false
	}
	in := &f.instrs[last]
	if in.A != o.slot || !writesOnlyA(in.Op) {
		return false
	}
	in.A = to
	return true
}

// writesOnlyA reports instructions whose result is one slot that none of their operands needs to be apart from.
func writesOnlyA(op program.Op) bool {
	return op >= program.AddI && op <= program.UintToF || op == program.GetBit || op == program.GetBitAt || op == program.LoadAt || op == program.Load
}

func (c *Compiler) writeBits(t target, o operand) {
	s := c.inSlots(o)
	if n := o.typ.Words(); o.typ.Kind == value.Bits && t.list.reaches(s, n) {
		copied := c.temp(n) // its bits are read before any is written
		c.move(copied, s, n)
		s = copied
	}
	if t.set.static() {
		c.scatter(t.list.take(t.set), s)
	} else {
		c.scatterAt(t.list, t.set, s)
	}
	if t.base.Kind == value.Int && len(t.list.runs) == 1 {
		c.normalize(t.list.runs[0].slot, t.base)
	}
	if t.elem != nil {
		c.store(t.elem, t.slot)
	}
}

// normalize repeats the sign of an int whose bits were written.
func (c *Compiler) normalize(slot int32, t value.Type) {
	switch {
	case t.Width < 64:
		c.emit(program.SExt, int(t.Width), slot, slot, 0)
	case t.Width%64 != 0:
		last := slot + t.Width/64
		c.emit(program.SExt, int(t.Width%64), last, last, 0)
	}
}

// scatterAt writes bits whose indices are known only while the program runs.
func (c *Compiler) scatterAt(l bitList, set indexSet, s int32) {
	slot := c.joined(l)
	for k, i := range set.list {
		b := s
		if !set.scalar {
			b = c.temp(1)
			c.emit(program.GetBit, 0, b, s, int32(k))
		}
		if i.static() {
			c.emit(program.PutBit, 0, slot, b, int32(i.v))
		} else {
			c.emit(program.PutBitAt, int(l.n), slot, b, i.slot)
		}
	}
	if len(l.runs) != 1 || l.runs[0].lo != 0 {
		c.scatter(l, slot)
	}
}

// assign is `target op value;`.
func (c *Compiler) assign(s *ast.Assign) {
	t, ok := c.target(&s.Target)
	if !ok {
		c.evaluateAll([]ast.Expr{s.Value})
		return
	}
	if t.arr != nil {
		c.assignArray(s, t)
		return
	}
	compound := s.Op != token.Assign && !s.Arrow
	early := compound && c.writing([]ast.Expr{s.Value})
	var before operand
	if early {
		before = c.settled(c.read(t), s.Value)
	}
	o, ok := c.scalar(s.Value)
	if !ok {
		return
	}
	if compound {
		if !early {
			before = c.read(t)
		}
		if o, ok = c.compound(s, before, o); !ok {
			return
		}
	}
	if o, ok = c.implicit(o, t.typ, t.name); ok {
		c.at = s.Start
		c.write(t, o)
	}
}

// compound applies the operator of a compound assignment to what the target was before.
func (c *Compiler) compound(s *ast.Assign, before, o operand) (operand, bool) {
	r := c.operate(binaryOps[s.Op.Operator()], before, o, s.Span(), s.OpAt)
	if !r.bad && s.Op.Operator() == token.Slash && before.typ.Kind == value.Angle && o.typ.Kind == value.Angle {
		r, _ = c.convert(r, value.BitsOf(int(r.typ.Width))) // a quotient of angles is an integer, whose bits the angle gets
		r, _ = c.convert(r, before.typ)
	}
	r.at = s.Value.Span()
	return r, !r.bad
}

func (c *Compiler) assignArray(s *ast.Assign, t target) {
	if s.Op != token.Assign {
		c.rep.Error(s.OpAt, "invalid_operation", "write a loop over the elements", "the operator `%v` is not defined for arrays", s.Op)
		return
	}
	if lit, ok := s.Value.(*ast.ArrayLiteral); ok {
		c.fill(t.arr, lit)
		return
	}
	o := c.expr(s.Value)
	switch {
	case o.bad:
	case o.arr == nil:
		c.rep.Error(o.at, "type_mismatch", "", "%s is %s and cannot be given %s", t.name, t.arr, typeName(o.typ))
	case c.fits(t.arr, o.arr, o.at, t.name):
		c.at = s.Start
		c.copyArray(t.arr, o.arr)
	}
}

// fill gives an array the values of a literal, row by row.
func (c *Compiler) fill(v *view, lit *ast.ArrayLiteral) bool {
	d := v.dims[0]
	if !d.size.static() {
		c.rep.Error(lit.Span(), "not_constant", "", "the length of the array is not known before the program runs")
		return false
	}
	if n := int64(len(lit.Items)); n != d.size.v {
		at := lit.Span()
		if n > d.size.v {
			at = lit.Items[d.size.v].Span()
		}
		c.rep.Error(at, "size_mismatch", "", "this dimension of %s has %s, found %d", v.name, count(int(d.size.v), "element"), n)
		return false
	}
	ok := true
	for i, item := range lit.Items {
		row := *v
		row.dims = v.dims[1:]
		row.offset = c.add(v.offset, c.mul(fixed(int64(i)), d.stride))
		top := c.fn.top
		ok = c.fillItem(&row, item) && ok
		c.fn.top = top
	}
	return ok
}

func (c *Compiler) fillItem(row *view, item ast.Expr) bool {
	if lit, nested := item.(*ast.ArrayLiteral); nested {
		if len(row.dims) == 0 {
			c.rep.Error(lit.Span(), "type_mismatch", "", "an element of %s is %s, not a list", row.name, typeName(row.elem))
			return false
		}
		return c.fill(row, lit)
	}
	if len(row.dims) > 0 {
		o := c.expr(item)
		if o.bad {
			return false
		}
		if o.arr == nil {
			c.rep.Error(o.at, "type_mismatch", "write the row in braces", "a row of %s is %s, not a single value", row.name, row)
			return false
		}
		if !c.fits(row, o.arr, o.at, "a row of "+row.name) {
			return false
		}
		c.copyArray(row, o.arr)
		return true
	}
	o, ok := c.scalar(item)
	if ok {
		o, ok = c.implicit(o, row.elem, "an element of "+row.name)
	}
	if !ok {
		return false
	}
	if o.known && !row.ref && row.offset.static() {
		c.setWords(row.base+int32(row.offset.v), o.val.Words)
		return true
	}
	c.store(row, c.inSlots(o))
	return true
}
