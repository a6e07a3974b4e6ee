package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// view is an array, or a part of one: where it lies, and how.
type view struct {
	elem     value.Type
	base     int32 // the first slot of the array that it is of; of a reference the slot that holds the address
	ref      bool
	words    int32 // slots of the array from base on; 0 for a reference
	offset   num   // slots behind base
	dims     []dim
	readonly bool
	name     string
}

// dim is a dimension: how many elements, and how many slots from one to the next.
type dim struct{ size, stride num }

// newView is a whole array of known size.
func newView(elem value.Type, dims []int, slot int32, name string) *view {
	v := &view{elem: elem, base: slot, offset: fixed(0), dims: make([]dim, len(dims)), name: name}
	stride := int64(elem.Words())
	for i := len(dims) - 1; i >= 0; i-- {
		v.dims[i] = dim{fixed(int64(dims[i])), fixed(stride)}
		stride *= int64(dims[i])
	}
	v.words = int32(stride)
	return v
}

// sizes are the lengths of the dimensions, where all are known.
func (v *view) sizes() ([]int, bool) {
	sizes := make([]int, len(v.dims))
	for i, d := range v.dims {
		if !d.size.static() {
			return nil, false
		}
		sizes[i] = int(d.size.v)
	}
	return sizes, true
}

func (v *view) String() string {
	if s, ok := v.sizes(); ok {
		return arrayName(v.elem, s)
	}
	return "an array of `" + v.elem.String() + "` with " + count(len(v.dims), "dimension")
}

// add and mul compute with numbers, now where that is possible.
func (c *Compiler) add(a, b num) num {
	switch {
	case a.static() && b.static():
		return fixed(a.v + b.v)
	case a.static() && a.v == 0:
		return b
	case b.static() && b.v == 0:
		return a
	}
	s := c.temp(1)
	c.emit(program.AddI, 64, s, c.slotOf(a), c.slotOf(b))
	return num{slot: s}
}

func (c *Compiler) mul(a, b num) num {
	switch {
	case a.static() && b.static():
		return fixed(a.v * b.v)
	case a.static() && a.v == 1:
		return b
	case b.static() && b.v == 1:
		return a
	}
	s := c.temp(1)
	c.emit(program.MulI, 64, s, c.slotOf(a), c.slotOf(b))
	return num{slot: s}
}

func (c *Compiler) slotOf(n num) int32 {
	if n.static() {
		return c.number(n.v)
	}
	return n.slot
}

// indexArray takes a part of an array: each index takes one dimension away, each range shortens one.
func (c *Compiler) indexArray(v *view, e ast.Expr) (*view, bool) {
	items := ast.Items(e)
	if set, ok := e.(*ast.Set); ok {
		c.rep.Error(set.Span(), "wrong_index", "take the elements one by one", "arrays are indexed by integers and ranges, not by sets")
		return nil, false
	}
	if len(items) > len(v.dims) {
		c.rep.Error(items[len(v.dims)].Span(), "too_many_indices", "the bits of an element are named by brackets of their own: a[0][3]", "%s has %s, this is one index too many", v.name, count(len(v.dims), "dimension"))
		return nil, false
	}
	r := *v
	r.dims = nil
	for k, item := range items {
		if !c.indexDim(&r, v.dims[k], item) {
			return nil, false
		}
	}
	r.dims = append(r.dims, v.dims[len(items):]...)
	return &r, true
}

func (c *Compiler) indexDim(r *view, d dim, item ast.Expr) bool {
	if rng, ok := item.(*ast.Range); ok {
		return c.sliceDim(r, d, rng)
	}
	var i index
	if d.size.static() {
		var ok bool
		if i, ok = c.element(item, d.size.v, r.name); !ok {
			return false
		}
	} else {
		o, ok := c.integerValue(item, "an index")
		if !ok {
			return false
		}
		c.at = item.Span().Start
		i = c.checkedAgainst(o, d.size)
	}
	r.offset = c.add(r.offset, c.mul(i, d.stride))
	return true
}

// checkedAgainst checks an index against a length that is known only while the program runs.
func (c *Compiler) checkedAgainst(o operand, size num) index {
	i, good, bad := c.temp(1), c.fn.label(), c.fn.label()
	c.move(i, c.inSlots(o), 1)
	front := c.fn.label()
	c.jump(program.JumpLeI, front, c.zero(), i)
	c.emit(program.AddI, 64, i, i, size.slot)
	c.fn.place(front)
	c.jump(program.JumpLtU, good, i, size.slot)
	c.fn.place(bad)
	c.fail("an index is out of the range of its array")
	c.fn.place(good)
	return index{slot: i}
}

func (c *Compiler) sliceDim(r *view, d dim, rng *ast.Range) bool {
	if !d.size.static() {
		return c.sliceUnsized(r, d, rng)
	}
	start, step, size, ok := c.rangeOf(rng, d.size.v, r.name)
	if !ok {
		return false
	}
	r.offset = c.add(r.offset, c.mul(start, d.stride))
	r.dims = append(r.dims, dim{size, c.mul(step, d.stride)})
	return true
}

// sliceUnsized is a range of a dimension whose length is known only while the program runs: with a start and an end that are not negative.
func (c *Compiler) sliceUnsized(r *view, d dim, rng *ast.Range) bool {
	start, stop, step := fixed(0), num{}, fixed(1)
	ok := true
	if rng.Start != nil {
		start, ok = c.bounding(rng.Start, "the start of a range")
	}
	if rng.Step != nil {
		var good bool
		step, good = c.bounding(rng.Step, "the step of a range")
		ok = ok && good
	}
	if rng.Stop != nil {
		var good bool
		stop, good = c.bounding(rng.Stop, "the end of a range")
		ok = ok && good
	} else {
		stop = c.add(d.size, fixed(-1))
	}
	if !ok {
		return false
	}
	if !step.static() || step.v < 1 {
		c.rep.Error(rng.Span(), "not_constant", "", "the step of this range must be a positive constant: the length of the array is not known before the program runs")
		return false
	}
	c.at = rng.Span().Start
	first := c.checkedAgainst(inSlot(value.IntType, c.slotOf(start), rng.Span()), d.size)
	last := c.checkedAgainst(inSlot(value.IntType, c.slotOf(stop), rng.Span()), d.size)
	size, end := c.temp(1), c.fn.label()
	c.move(size, c.zero(), 1)
	c.jump(program.JumpLtI, end, last.slot, first.slot)
	c.emit(program.SubI, 64, size, last.slot, first.slot)
	c.emit(program.DivI, 64, size, size, c.slotOf(step))
	c.emit(program.AddImmI, 64, size, size, 1)
	c.fn.place(end)
	r.offset = c.add(r.offset, c.mul(first, d.stride))
	r.dims = append(r.dims, dim{num{slot: size}, c.mul(step, d.stride)})
	return true
}

// address is a slot with the address of the first element of a view.
func (c *Compiler) address(v *view) int32 {
	s := c.temp(1)
	if v.ref {
		at := c.add(num{slot: v.base}, v.offset)
		return at.slot
	}
	if v.offset.static() {
		c.emit(program.Addr, int(int64(v.words)-v.offset.v), s, v.base+int32(v.offset.v), 0)
		return s
	}
	c.emit(program.Addr, int(v.words), s, v.base, 0)
	return c.add(num{slot: s}, v.offset).slot
}

// load reads an element.
func (c *Compiler) load(v *view, at diag.Span) operand {
	n := v.elem.Words()
	if !v.ref && v.offset.static() {
		return inSlot(v.elem, v.base+int32(v.offset.v), at)
	}
	s := c.temp(n)
	switch {
	case !v.ref && n == 1:
		c.emit(program.LoadAt, int(v.words), s, v.base, v.offset.slot)
	case v.ref && v.offset.static() && n == 1:
		c.emit(program.Load, 0, s, v.base, int32(v.offset.v))
	case n == 1:
		c.emit(program.Load, 0, s, c.address(v), 0)
	default:
		c.emit(program.LoadN, 0, s, c.address(v), int32(n))
	}
	return inSlot(v.elem, s, at)
}

// store writes an element, whose value lies at slot s.
func (c *Compiler) store(v *view, s int32) {
	n := v.elem.Words()
	switch {
	case !v.ref && v.offset.static():
		c.move(v.base+int32(v.offset.v), s, n)
	case !v.ref && n == 1:
		c.emit(program.StoreAt, int(v.words), v.base, s, v.offset.slot)
	case v.ref && v.offset.static() && n == 1:
		c.emit(program.Store, 0, v.base, s, int32(v.offset.v))
	case n == 1:
		c.emit(program.Store, 0, c.address(v), s, 0)
	default:
		c.emit(program.StoreN, 0, c.address(v), s, int32(n))
	}
}

// contiguous returns how many slots a view takes where they lie one after the other and are known.
func (v *view) contiguous() (int64, bool) {
	n := int64(v.elem.Words())
	for i := len(v.dims) - 1; i >= 0; i-- {
		d := v.dims[i]
		if !d.size.static() || !d.stride.static() || d.stride.v != n && d.size.v > 1 {
			return 0, false
		}
		n *= d.size.v
	}
	return n, true
}

// fits reports whether a value of the shape of b can be assigned to a; what is a for the message.
func (c *Compiler) fits(a, b *view, at diag.Span, what string) bool {
	if a.elem != b.elem || len(a.dims) != len(b.dims) {
		c.rep.Error(at, "type_mismatch", "arrays do not convert: base type and shape must be equal", "%s is %s and cannot be given %s", what, a, b)
		return false
	}
	for i := range a.dims {
		x, y := a.dims[i].size, b.dims[i].size
		if x.static() && y.static() && x.v != y.v {
			c.rep.Error(at, "type_mismatch", "the shapes must be equal", "%s is %s and cannot be given %s", what, a, b)
			return false
		}
		if !x.static() || !y.static() {
			good := c.fn.label()
			c.at = at.Start
			c.jump(program.JumpEq, good, c.slotOf(x), c.slotOf(y))
			c.fail("the arrays have different shapes")
			c.fn.place(good)
		}
	}
	return true
}

// copyArray copies an array of equal shape. Where the two may overlap, it is as if the source were read first.
func (c *Compiler) copyArray(to, from *view) {
	n, contiguous := from.contiguous()
	m, also := to.contiguous()
	switch {
	case contiguous && also && n == m && !to.ref && !from.ref && to.offset.static() && from.offset.static():
		c.move(to.base+int32(to.offset.v), from.base+int32(from.offset.v), int(n))
		return
	case contiguous && also && n == m:
		if n > 0 {
			c.emit(program.Copy, 0, c.address(to), c.address(from), int32(n))
		}
		return
	}
	if sizes, ok := from.sizes(); ok && (from.ref || to.ref || from.base == to.base) {
		total := int64(from.elem.Words())
		for _, s := range sizes {
			total *= int64(s)
		}
		t := newView(from.elem, sizes, c.temp(int(total)), from.name)
		c.copyElements(t, from)
		from = t
	} else if !ok && (from.ref || to.ref || from.base == to.base) {
		c.copyThrough(to, from)
		return
	}
	c.copyElements(to, from)
}

// copyThrough copies by way of memory behind the frame: between views that may be parts of one array and whose sizes are not known.
func (c *Compiler) copyThrough(to, from *view) {
	all := fixed(int64(from.elem.Words()))
	copied := &view{elem: from.elem, base: c.temp(1), ref: true, offset: fixed(0), dims: make([]dim, len(from.dims)), name: from.name}
	for i := len(from.dims) - 1; i >= 0; i-- {
		copied.dims[i] = dim{from.dims[i].size, all}
		all = c.mul(all, from.dims[i].size)
	}
	c.emit(program.Scratch, 0, copied.base, c.slotOf(all), 0)
	c.copyElements(copied, from)
	c.copyElements(to, copied)
	c.emit(program.Drop, 0, copied.base, 0, 0)
}

// copyElements copies in nested loops, the first element first.
func (c *Compiler) copyElements(to, from *view) {
	if len(to.dims) == 0 {
		c.store(to, c.load(from, diag.Span{Start: c.at}).slot)
		return
	}
	d := to.dims[0].size
	i, loop, end := c.temp(1), c.fn.label(), c.fn.label()
	top := c.fn.top
	c.move(i, c.zero(), 1)
	c.fn.place(loop)
	c.jump(program.JumpLeI, end, c.slotOf(d), i)
	c.copyElements(c.row(to, i), c.row(from, i))
	c.emit(program.AddImmI, 64, i, i, 1)
	c.jump(program.Jump, loop, 0, 0)
	c.fn.place(end)
	c.fn.top = top
}

// row is the i-th element of the outermost dimension, which must exist.
func (c *Compiler) row(v *view, i int32) *view {
	r := *v
	r.dims = v.dims[1:]
	r.offset = c.add(v.offset, c.mul(num{slot: i}, v.dims[0].stride))
	return &r
}

// rowWords is how many words an element of the outermost dimension takes.
func rowWords(v *view) int64 {
	n := int64(v.elem.Words())
	for _, d := range v.dims[1:] {
		n *= d.size.v
	}
	return n
}

// concat is `a ++ b` as a value: a new array, or a register.
func (c *Compiler) concat(e *ast.Concat) operand {
	parts, ok := make([]operand, len(e.Parts)), true
	for i, p := range e.Parts {
		parts[i] = c.expr(p)
		ok = ok && !parts[i].bad
	}
	if !ok {
		return bad(e.Span())
	}
	if parts[0].arr == nil {
		return c.concatBits(parts, e.Span())
	}
	total := int64(0)
	for i, p := range parts {
		if p.arr == nil || p.arr.elem != parts[0].arr.elem || len(p.arr.dims) != len(parts[0].arr.dims) {
			c.rep.Error(e.Parts[i].Span(), "type_mismatch", "", "only arrays of one type can be joined")
			return bad(e.Span())
		}
		if _, static := p.arr.sizes(); !static {
			c.rep.Error(e.Parts[i].Span(), "not_constant", "", "the length of this array is not known before the program runs: it cannot be joined")
			return bad(e.Span())
		}
		total += p.arr.dims[0].size.v
	}
	if total*rowWords(parts[0].arr) > maxElements {
		c.rep.Error(e.Span(), "too_large", "", "the array is too large: at most %d words of 64 bits are possible", maxElements)
		return bad(e.Span())
	}
	sizes, _ := parts[0].arr.sizes()
	sizes[0] = int(total)
	whole := newView(parts[0].arr.elem, sizes, 0, "the array")
	whole.base = c.temp(int(whole.words))
	at := int64(0)
	for i, p := range parts {
		part := *whole
		part.dims = append([]dim{p.arr.dims[0]}, whole.dims[1:]...)
		part.dims[0].stride = whole.dims[0].stride
		part.offset = fixed(at * whole.dims[0].stride.v)
		if !c.fits(&part, p.arr, e.Parts[i].Span(), "the array") {
			return bad(e.Span())
		}
		c.copyArray(&part, p.arr)
		at += p.arr.dims[0].size.v
	}
	return operand{arr: whole, at: e.Span()}
}

func (c *Compiler) concatBits(parts []operand, at diag.Span) operand {
	var list bitList
	total := 0
	for _, p := range parts {
		if p.typ.Kind != value.Bits && !p.typ.IsBool() || p.arr != nil {
			c.rep.Error(p.at, "type_mismatch", "", "only registers of one kind, and arrays, can be joined")
			return bad(at)
		}
		n := max(p.typ.Width, 1)
		if p.typ.Kind == value.Bits {
			n = p.typ.Width
		}
		if total += int(n); total > value.MaxRegister {
			c.rep.Error(p.at, "too_large", "", "a joined register can have at most %d bits", value.MaxRegister)
			return bad(at)
		}
		slot := c.inSlots(p)
		for k := range n {
			list.add(slot, k)
		}
	}
	return c.readBits(list, at)
}
