package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// num is an integer that is known now, or lies in a slot when the program has come there.
type num struct {
	v    int64
	slot int32 // negative: v
}

func fixed(v int64) num { return num{v, -1} }

func (n num) static() bool { return n.slot < 0 }

// index is an element of something, counted from the front, checked to exist. Where it is not static, the check is in the program.
type index = num

// indexSet is what a pair of brackets takes of something one-dimensional.
type indexSet struct {
	scalar bool // one element, rather than a register of one
	list   []index
}

// static reports whether all of it is known now.
func (s indexSet) static() bool {
	for _, i := range s.list {
		if !i.static() {
			return false
		}
	}
	return true
}

// indices evaluates the contents of a pair of brackets behind something with n elements that is called name.
func (c *Compiler) indices(e ast.Expr, n int64, name string) (indexSet, bool) {
	switch e := e.(type) {
	case *ast.IndexList:
		c.rep.Error(e.Items[1].Span(), "too_many_indices", "several elements are a set: [{0, 2}]", "%s has one dimension", name)
		return indexSet{}, false
	case *ast.Set:
		s, ok := indexSet{}, true
		for _, item := range e.Items {
			i, good := c.element(item, n, name)
			s.list, ok = append(s.list, i), ok && good
		}
		return s, ok
	case *ast.Range:
		return c.slice(e, n, name)
	}
	i, ok := c.element(e, n, name)
	return indexSet{scalar: true, list: []index{i}}, ok
}

// element evaluates one index.
func (c *Compiler) element(e ast.Expr, n int64, name string) (index, bool) {
	o, ok := c.integerValue(e, "an index")
	if !ok {
		return index{}, false
	}
	if !o.known {
		s := c.temp(1)
		c.at = e.Span().Start
		c.bound(s, o.slot, name, n)
		return index{slot: s}, true
	}
	i, fits := o.val.Int64()
	if !fits || i < -n || i >= n {
		c.outOfRange(e.Span(), o.val.String(), n, name)
		return index{}, false
	}
	if i < 0 {
		i += n
	}
	return fixed(i), true
}

func (c *Compiler) outOfRange(at diag.Span, i string, n int64, name string) {
	if c.dead {
		return
	}
	if n == 0 {
		c.rep.Error(at, "index_out_of_range", "", "%s has no elements", name)
		return
	}
	c.rep.Error(at, "index_out_of_range", countsFromEnd(n), "%s has the elements 0 to %d: there is no element %s", name, n-1, i)
}

func countsFromEnd(n int64) string {
	if n == 1 {
		return "indices start at 0"
	}
	return "indices start at 0; negative ones count from the end"
}

// integerValue evaluates an expression that must be an integer, as an int of 64 bits.
func (c *Compiler) integerValue(e ast.Expr, what string) (operand, bool) {
	o, ok := c.scalar(e)
	if !ok {
		return o, false
	}
	switch {
	case o.typ.IsInteger(), o.typ.IsBool():
	case o.typ.Kind == value.Bits:
		c.rep.Deviation(o.at, "implicit_cast", "write uint[n](…)", "%s is an integer; the register is read as an unsigned one", what)
	default:
		c.rep.Error(o.at, "wrong_type", "", "%s must be an integer, this is %s", what, typeName(o.typ))
		return bad(o.at), false
	}
	if o.known && o.typ.Width > 64 {
		return o, true
	}
	literal := o.literal
	if o.known && o.typ.Kind == value.Uint && o.val.Words[0] >= 1<<63 {
		return o, true
	}
	o, ok = c.convert(o, value.IntType)
	o.literal = literal
	return o, ok
}

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

// maxIndices bounds the elements that are listed one by one.
const maxIndices = 1 << 20

// slice is a range as a set of indices, which must be known.
func (c *Compiler) slice(r *ast.Range, n int64, name string) (indexSet, bool) {
	if at, dynamic := c.dynamicPart(r); dynamic {
		c.rep.Error(at, "not_constant", "take the elements one by one in a loop", "the size of this range is not known before the program runs")
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

// bitRun is bits one after the other: n of them, from bit lo of the value at slot on.
type bitRun struct {
	slot  int32
	lo, n int32
}

// bitList is classical bits in order, wherever they lie. It is what a register, a slice of one or an alias is.
type bitList struct {
	runs   []bitRun
	n      int32
	scalar bool
}

func wholeBits(slot, n int32) bitList {
	return bitList{runs: []bitRun{{slot, 0, n}}, n: n}
}

// at returns where bit i is.
func (l bitList) at(i int64) (slot, bit int32) {
	for _, r := range l.runs {
		if i < int64(r.n) {
			return r.slot, r.lo + int32(i)
		}
		i -= int64(r.n)
	}
	panic("internal error: a bit outside its list")
}

// add appends a bit.
func (l *bitList) add(slot, bit int32) {
	l.n++
	if k := len(l.runs) - 1; k >= 0 && l.runs[k].slot == slot && l.runs[k].lo+l.runs[k].n == bit {
		l.runs[k].n++
		return
	}
	l.runs = append(l.runs, bitRun{slot, bit, 1})
}

// take returns the bits of a set of indices that is known.
func (l bitList) take(s indexSet) bitList {
	r := bitList{scalar: s.scalar}
	for _, i := range s.list {
		r.add(l.at(i.v))
	}
	return r
}

// readBits is the value of bits: of type bit for a single one, else a register.
func (c *Compiler) readBits(l bitList, at diag.Span) operand {
	if l.scalar {
		s := c.temp(1)
		c.emit(program.GetBit, 0, s, l.runs[0].slot, l.runs[0].lo)
		return inSlot(value.BitType, s, at)
	}
	t := value.BitsOf(int(l.n))
	if l.n == 0 {
		return known(value.New(t), at)
	}
	if len(l.runs) == 1 && l.runs[0].lo == 0 {
		// the value may be wider than what is taken: it is cut then
		s := c.temp(t.Words())
		c.emit(program.Extract, int(l.n), s, l.runs[0].slot, 0)
		return inSlot(t, s, at)
	}
	s := c.temp(t.Words())
	c.emit(program.Clear, 0, s, int32(t.Words()), 0)
	c.gather(s, l)
	return inSlot(t, s, at)
}

// gather copies bits into the value at slot s, from its bit 0 on.
func (c *Compiler) gather(s int32, l bitList) {
	to := int32(0)
	for _, r := range l.runs {
		if r.n == 1 {
			t := c.temp(1)
			c.emit(program.GetBit, 0, t, r.slot, r.lo)
			c.emit(program.PutBit, 0, s, t, to)
		} else if r.n > 1 {
			t := c.temp(program.Words(int(r.n)))
			c.emit(program.Extract, int(r.n), t, r.slot, r.lo)
			c.emit(program.Insert, int(r.n), s, t, to)
		}
		to += r.n
	}
}

// scatter copies the bits of the value at slot s to where they belong.
func (c *Compiler) scatter(l bitList, s int32) {
	from := int32(0)
	for _, r := range l.runs {
		switch {
		case r.n == 1 && from == 0 && l.n == 1:
			c.emit(program.PutBit, 0, r.slot, s, r.lo)
		case r.n == 1:
			t := c.temp(1)
			c.emit(program.GetBit, 0, t, s, from)
			c.emit(program.PutBit, 0, r.slot, t, r.lo)
		case r.n > 1 && from == 0:
			c.emit(program.Insert, int(r.n), r.slot, s, r.lo)
		case r.n > 1:
			t := c.temp(program.Words(int(r.n)))
			c.emit(program.Extract, int(r.n), t, s, from)
			c.emit(program.Insert, int(r.n), r.slot, t, r.lo)
		}
		from += r.n
	}
}

// index is an indexed expression as a value.
func (c *Compiler) index(e *ast.Index) operand {
	base, ok := c.indexBase(e)
	if !ok {
		return bad(e.Span())
	}
	if base.arr != nil {
		v, ok := c.indexArray(base.arr, e.Index)
		switch {
		case !ok:
			return bad(e.Span())
		case len(v.dims) > 0:
			return operand{arr: v, at: e.Span()}
		}
		return c.load(v, e.Span())
	}
	return c.indexBits(base, e)
}

// indexBase evaluates what brackets stand behind.
func (c *Compiler) indexBase(e *ast.Index) (operand, bool) {
	id, isName := e.Base.(*ast.Ident)
	if !isName {
		o := c.expr(e.Base)
		return o, !o.bad
	}
	sym := c.find(ast.Name{At: id.At, Symbol: id.Symbol}, "a variable")
	if sym == nil {
		return operand{}, false
	}
	if sym.meaning == bits {
		o := inSlot(value.BitsOf(int(sym.bits.n)), -1, id.Span())
		if sym.bits.scalar {
			o.typ = value.BitType
		}
		return o, true
	}
	o := c.ident(id)
	return o, !o.bad
}

// baseName is what the thing before brackets is called in messages.
func (c *Compiler) baseName(e ast.Expr, t value.Type) string {
	if id, ok := e.(*ast.Ident); ok {
		return c.name(id.Symbol)
	}
	return "a value of type " + t.String()
}

// hasBits reports a value whose bits cannot be reached.
func (c *Compiler) hasBits(t value.Type, name string, at diag.Span) bool {
	switch {
	case t.IsBool():
		c.rep.Error(at, "wrong_type", "a register of one bit is declared as bit[1]", "%s is a single bit and has no elements", name)
		return false
	case !t.HasBits():
		c.rep.Error(at, "wrong_type", "", "%s has no bits to name: registers, integers and angles have", typeName(t))
		return false
	case t.Unsized && t.Kind != value.Bits:
		c.rep.Deviation(at, "bits_of_unsized", "give its type a width", "the bits of %s are those of a machine; it has 64 here", typeName(t))
	}
	return true
}

func (c *Compiler) indexBits(base operand, e *ast.Index) operand {
	name := c.baseName(e.Base, base.typ)
	if !c.hasBits(base.typ, name, e.Index.Span()) {
		return bad(e.Span())
	}
	set, ok := c.indices(e.Index, int64(base.typ.Width), name)
	if !ok {
		return bad(e.Span())
	}
	if base.known && set.static() {
		return known(takeBits(base.val, set), e.Span())
	}
	list, ok := c.listOf(base, e.Base)
	if !ok {
		return bad(e.Span())
	}
	if set.static() {
		return c.readBits(list.take(set), e.Span())
	}
	return c.readAt(list, set, e.Span())
}

// listOf is where the bits of a value lie.
func (c *Compiler) listOf(base operand, e ast.Expr) (bitList, bool) {
	if id, ok := e.(*ast.Ident); ok {
		if sym := c.lookup(id.Symbol); sym != nil && sym.meaning == bits {
			return sym.bits, true
		}
	}
	return wholeBits(c.inSlots(base), base.typ.Width), true
}

func takeBits(v value.Value, s indexSet) value.Value {
	if s.scalar {
		return value.Value{Type: value.BitType, Words: []uint64{value.GetBit(v.Words, int(s.list[0].v))}}
	}
	r := value.New(value.BitsOf(len(s.list)))
	for k, i := range s.list {
		value.SetBit(r.Words, k, value.GetBit(v.Words, int(i.v)))
	}
	return r
}

// readAt reads bits whose indices are known only while the program runs.
func (c *Compiler) readAt(l bitList, set indexSet, at diag.Span) operand {
	slot := c.joined(l)
	if set.scalar {
		s := c.temp(1)
		c.emit(program.GetBitAt, int(l.n), s, slot, set.list[0].slot)
		return inSlot(value.BitType, s, at)
	}
	t := value.BitsOf(len(set.list))
	s := c.temp(t.Words())
	c.emit(program.Clear, 0, s, int32(t.Words()), 0)
	for k, i := range set.list {
		b := c.temp(1)
		if i.static() {
			c.emit(program.GetBit, 0, b, slot, int32(i.v))
		} else {
			c.emit(program.GetBitAt, int(l.n), b, slot, i.slot)
		}
		c.emit(program.PutBit, 0, s, b, int32(k))
	}
	return inSlot(t, s, at)
}

// joined is a slot from which on the bits lie one after the other: their own, or a copy's.
func (c *Compiler) joined(l bitList) int32 {
	if len(l.runs) == 1 && l.runs[0].lo == 0 {
		return l.runs[0].slot
	}
	s := c.temp(max(1, program.Words(int(l.n))))
	c.emit(program.Clear, 0, s, int32(max(1, program.Words(int(l.n)))), 0)
	c.gather(s, l)
	return s
}

// isConstant reports whether an expression is made of constants only, without evaluating it.
func (c *Compiler) isConstant(e ast.Expr) bool {
	constant := true
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Ident:
			sym := c.lookup(e.Symbol)
			constant = constant && (sym == nil || sym.meaning == constantName || sym.meaning == broken)
		case *ast.Index:
			visit(e.Base)
			for _, i := range ast.Items(e.Index) {
				visit(i)
			}
		case *ast.Paren:
			visit(e.Inner)
		case *ast.Unary:
			visit(e.Inner)
		case *ast.Binary:
			visit(e.Left)
			visit(e.Right)
		case *ast.Cast:
			visit(e.Value)
		case *ast.Function:
			constant = constant && c.isConstantCall(e)
			if constant && c.names.Text(e.Name.Symbol) != "sizeof" {
				for _, a := range e.Args {
					visit(a)
				}
			}
		case *ast.Measurement, *ast.QuantumCall:
			constant = false
		}
	}
	visit(e)
	return constant
}

// isConstantCall reports whether a function may give a constant: the program's own never do, and sizeof does for arrays of known size.
func (c *Compiler) isConstantCall(e *ast.Function) bool {
	if sym := c.lookup(e.Name.Symbol); sym != nil {
		return false
	}
	if c.names.Text(e.Name.Symbol) != "sizeof" || len(e.Args) == 0 {
		return true
	}
	id, ok := e.Args[0].(*ast.Ident)
	if !ok {
		return true
	}
	sym := c.lookup(id.Symbol)
	if sym == nil || sym.meaning != array {
		return true
	}
	_, static := sym.arr.sizes()
	return static
}
