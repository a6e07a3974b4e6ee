package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// block is a block of amplitudes in registers.
type block struct{ re, im reg.VecVirtual }

func (t target) newBlock() block { return block{t.vector(), t.vector()} }

// matrix emits the loop for a matrix that combines 1<<high blocks and 1<<lane permutations of each.
func (t target) matrix(high, lane int) {
	TEXT(fmt.Sprintf("matrix%d%d%s", high, lane, t.name), NOSPLIT, fmt.Sprintf(
		"func(x *%s, groups int, fixed, set, s0, s1 uintptr, coef *%s, perm *uint32)", t.float(), t.float()))
	Pragma("noescape")
	m := matrix{target: t, ins: 1 << high, perms: 1 << lane}
	t.walk(m.setUp, m.body)
}

type matrix struct {
	target
	ins, perms int
	blocks     []reg.GPVirtual // of input and output blocks
	coef       reg.GPVirtual
	index      []reg.VecVirtual // of the permutations but the first
	kept       []reg.VecVirtual // the first coefficient vectors, as many as there is room for
}

func (m *matrix) setUp(base reg.GPVirtual) {
	strides := [][]string{nil, {"s0"}, {"s1"}, {"s0", "s1"}}
	for in := range m.ins {
		m.blocks = append(m.blocks, m.pointer(base, strides[in]...))
	}
	m.coef = GP64()
	Load(Param("coef"), m.coef)
	if m.perms > 1 {
		perm := Load(Param("perm"), GP64())
		for d := range m.perms - 1 {
			v := m.vector()
			m.load(Mem{Base: perm, Disp: d * m.width}, v)
			m.index = append(m.index, v)
		}
	}
	for i := range min(m.room(), m.coefs()) {
		v := m.vector()
		m.load(m.coefAt(i), v)
		m.kept = append(m.kept, v)
	}
}

func (m *matrix) coefs() int { return 2 * m.ins * m.ins * m.perms }

// room is the number of registers left beside the sums, an input block, its permutation, a coefficient and the index vectors.
func (m *matrix) room() int {
	used := 2*m.ins + 2 + 2 + len(m.index)
	if m.perms > 1 {
		used += 2
	}
	return m.registers - used
}

func (m *matrix) coefAt(i int) Mem { return Mem{Base: m.coef, Disp: i * m.width} }

// coefficient returns coefficient vector i in a register.
func (m *matrix) coefficient(i int) reg.VecVirtual {
	if i < len(m.kept) {
		return m.kept[i]
	}
	v := m.vector()
	m.load(m.coefAt(i), v)
	return v
}

func (m *matrix) body(at reg.GPVirtual) {
	var sums []block
	for range m.ins {
		sums = append(sums, m.newBlock())
	}
	for in, p := range m.blocks {
		x := m.newBlock()
		m.load(Mem{Base: p, Index: at, Scale: 1}, x.re)
		m.load(Mem{Base: p, Index: at, Scale: 1, Disp: m.width}, x.im)
		for d := range m.perms {
			m.accumulate(sums, m.permuted(x, d), in*m.perms+d)
		}
	}
	for o, p := range m.blocks {
		m.load(sums[o].re, Mem{Base: p, Index: at, Scale: 1})
		m.load(sums[o].im, Mem{Base: p, Index: at, Scale: 1, Disp: m.width})
	}
}

func (m *matrix) permuted(x block, d int) block {
	if d == 0 {
		return x
	}
	y := m.newBlock()
	m.permute(x.re, m.index[d-1], y.re)
	m.permute(x.im, m.index[d-1], y.im)
	return y
}

// accumulate adds the products of one input with its coefficients to all sums.
func (m *matrix) accumulate(sums []block, x block, input int) {
	for o, sum := range sums {
		i := 2 * (input*m.ins + o)
		re := m.coefficient(i)
		if input == 0 {
			m.mul(re, x.re, sum.re)
			m.mul(re, x.im, sum.im)
		} else {
			m.add(re, x.re, sum.re)
			m.add(re, x.im, sum.im)
		}
		im := m.coefficient(i + 1)
		m.subtract(im, x.im, sum.re)
		m.add(im, x.re, sum.im)
	}
}
