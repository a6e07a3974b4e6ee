package compile

import (
	"slices"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

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

// reaches reports whether some of the bits lie in n slots from s on.
func (l bitList) reaches(s int32, n int) bool {
	return slices.ContainsFunc(l.runs, func(r bitRun) bool {
		return r.slot+r.lo/64 < s+int32(n) && r.slot+(r.lo+r.n-1)/64 >= s
	})
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

// ofSingle reports whether an index is the 0 that makes a single bit or qubit of a register of one: nothing else can be meant.
func (c *Compiler) ofSingle(index ast.Expr, kind, name string) bool {
	i, literal := index.(*ast.Int)
	hint := "leave the index out"
	if !c.inGate {
		hint += ", or declare " + kind + "[n]"
	}
	if !literal || !i.Fits || i.Value != 0 {
		c.rep.Error(index.Span(), "wrong_type", hint, "%s is a single %s and has no elements", name, kind)
		return false
	}
	c.rep.Deviation(index.Span(), "index_of_single", hint, "%s is a single %s and has no elements", name, kind)
	return true
}

// hasBits reports a value whose bits cannot be reached by an index.
func (c *Compiler) hasBits(t value.Type, name string, e ast.Expr) bool {
	at := e.Span()
	switch {
	case t.Kind == value.Bool:
		c.rep.Error(at, "wrong_type", "", "%s is a bool and has no elements", name)
		return false
	case !t.HasBits():
		c.rep.Error(at, "wrong_type", "", "%s has no bits to name: registers, integers and angles have", typeName(t))
		return false
	case t.Unsized && t.Kind != value.Bits:
		c.rep.Deviation(at, "bits_of_unsized", "give its type a width", "the bits of %s are those of a machine; it has 64 here", typeName(t))
	}
	return true
}

// indexBits takes bits of a value. An index set takes a register even of one bit, so the specification has it of integers and angles; of
// registers it says that one index takes a bit.
func (c *Compiler) indexBits(base operand, e *ast.Index) operand {
	o := c.bitsOf(base, e)
	o.element = o.typ.Kind == value.Bit && base.typ.Kind != value.Bits
	return o
}

func (c *Compiler) bitsOf(base operand, e *ast.Index) operand {
	name := c.baseName(e.Base, base.typ)
	if base.typ.Kind == value.Bit {
		if !c.ofSingle(e.Index, "bit", name) {
			return bad(e.Span())
		}
		return base
	}
	if !c.hasBits(base.typ, name, e.Index) {
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
