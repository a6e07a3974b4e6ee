package reference

import (
	"math/big"

	"github.com/softquantus/qcos/internal/qasm/ast"
)

// bitRef is one bit of a variable.
type bitRef struct {
	cell *value
	at   int
}

// place is what can be read and mostly be written: a variable, an element or a part of an array, or bits.
type place struct {
	cell   *value
	bits   []bitRef // where cell is nil
	single bool     // one bit, not a register
}

func (p place) read() value {
	if p.cell != nil {
		v := *p.cell
		v.literal = false
		return v
	}
	x := new(big.Int)
	for k, b := range p.bits {
		x.SetBit(x, k, b.cell.pattern().Bit(b.at))
	}
	if p.single {
		return bitValue(x.Sign() != 0)
	}
	return value{t: typ{k: kBits, n: len(p.bits)}, i: x}
}

func (p place) typ() typ {
	switch {
	case p.cell != nil:
		return p.cell.t
	case p.single:
		return typ{k: kBit, n: 1}
	}
	return typ{k: kBits, n: len(p.bits)}
}

// write assigns a value of any type that becomes the place's.
func (p place) write(v value) {
	v = convert(v, p.typ()).copied()
	switch {
	case p.cell == nil:
		for k, b := range p.bits {
			x := b.cell.pattern()
			*b.cell = fromPattern(b.cell.t, x.SetBit(x, b.at, v.i.Bit(k)))
		}
	case v.t.array:
		for i, e := range v.list {
			*p.cell.list[i] = *e
		}
	default:
		*p.cell = v
	}
}

// place finds what an expression names. What is no name becomes a variable that is never seen again.
func (m *machine) place(e ast.Expr, s *scope) place {
	switch e := e.(type) {
	case *ast.Ident:
		return m.named(m.names.Text(e.Symbol), s)
	case *ast.Index:
		return m.index(m.place(e.Base, s), ast.Items(e.Index), s)
	case *ast.Paren:
		return m.place(e.Inner, s)
	case *ast.Concat:
		return m.joined(e, s)
	}
	v := m.eval(e, s)
	return place{cell: &v}
}

func (m *machine) named(name string, s *scope) place {
	b := s.find(name)
	switch {
	case b == nil:
		unknown("the name %s", name)
	case b.cell != nil:
		return place{cell: b.cell}
	case b.bits != nil:
		return place{bits: b.bits, single: b.single}
	default:
		unknown("%s as a value", name)
	}
	return place{}
}

// target is where an assignment goes.
func (m *machine) target(o ast.Operand, s *scope) place {
	p := m.named(m.names.Text(o.Name.Symbol), s)
	for _, link := range ast.Links(o.Index) {
		p = m.index(p, ast.Items(link), s)
	}
	return p
}

// joined is a reference to the bits of several registers, the first lowest.
func (m *machine) joined(e *ast.Concat, s *scope) place {
	var out place
	for _, part := range e.Parts {
		out.bits = append(out.bits, m.place(part, s).each()...)
	}
	return out
}

// each is the bits of a place.
func (p place) each() []bitRef {
	if p.cell == nil {
		return p.bits
	}
	if p.cell.t.array {
		unknown("bits of an array")
	}
	var out []bitRef
	for k := range p.cell.t.n {
		out = append(out, bitRef{p.cell, k})
	}
	return out
}

// index takes what one pair of brackets names.
func (m *machine) index(p place, items []ast.Expr, s *scope) place {
	if p.cell != nil && p.cell.t.array {
		return place{cell: m.part(p.cell, items, s)}
	}
	if len(items) != 1 || p.single {
		unknown("such an index of %s", p.typ())
	}
	all := p.each()
	at, single := m.indices(items[0], len(all), s)
	out := place{single: single}
	for _, k := range at {
		out.bits = append(out.bits, all[k])
	}
	return out
}

// part is an element or a part of an array: a list of some of its pointers, or the pointer itself.
func (m *machine) part(v *value, items []ast.Expr, s *scope) *value {
	list, dims := [][]*value{v.list}, []int{}
	for k, n := range v.t.dims {
		at, single := everything(n), false
		if k < len(items) {
			at, single = m.indices(items[k], n, s)
		}
		var next [][]*value
		for _, part := range list {
			row := len(part) / max(n, 1)
			for _, i := range at {
				next = append(next, part[i*row:(i+1)*row])
			}
		}
		list = next
		if !single {
			dims = append(dims, len(at))
		}
	}
	if len(dims) == 0 {
		return list[0][0]
	}
	out := &value{t: v.t}
	out.t.dims = dims
	for _, part := range list {
		out.list = append(out.list, part...)
	}
	return out
}

func everything(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// indices are what an index names of n things, and whether it is a single one.
func (m *machine) indices(e ast.Expr, n int, s *scope) (at []int, single bool) {
	switch e := e.(type) {
	case *ast.Range:
		return m.rangeOf(e, n, s), false
	case *ast.Set:
		for _, item := range e.Items {
			at = append(at, within(m.number(item, s), n))
		}
		return at, false
	}
	return []int{within(m.number(e, s), n)}, true
}

// within counts negative indices from the end.
func within(i, n int) int {
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		fault("index %d of %d", i, n)
	}
	return i
}

// rangeOf is a range of n things, which has its end.
func (m *machine) rangeOf(r *ast.Range, n int, s *scope) []int {
	first, last, step := 0, n-1, 1
	if r.Start != nil {
		first = m.number(r.Start, s)
	}
	if r.Step != nil {
		step = m.number(r.Step, s)
	}
	if r.Stop != nil {
		last = m.number(r.Stop, s)
	}
	if step < 0 && (r.Start == nil || r.Stop == nil) {
		unknown("an open range that goes down")
	}
	if first < 0 {
		first += n
	}
	if last < 0 {
		last += n
	}
	var at []int
	for _, i := range steps(first, step, last) {
		at = append(at, within(i, n))
	}
	if len(at) == 0 {
		fault("an empty range")
	}
	return at
}

func steps(first, step, last int) []int {
	if step == 0 {
		fault("a range in steps of 0")
	}
	var out []int
	for i := first; step > 0 && i <= last || step < 0 && i >= last; i += step {
		if len(out) > 1<<16 {
			panic(stop{ErrTooMuch})
		}
		out = append(out, i)
	}
	return out
}
