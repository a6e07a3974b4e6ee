package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exchange emits the loop that swaps two blocks of each group.
func (t target) exchange() {
	TEXT("exchange"+t.name, NOSPLIT, fmt.Sprintf("func(x *%s, groups int, fixed, set, from, to uintptr)", t.float()))
	Pragma("noescape")
	var a, b reg.GPVirtual
	t.walk(func(base reg.GPVirtual) {
		a, b = t.pointer(base, "from"), t.pointer(base, "to")
	}, func(at reg.GPVirtual) {
		x, y := t.newBlock(), t.newBlock()
		place := func(p reg.GPVirtual, part int) Mem { return Mem{Base: p, Index: at, Scale: 1, Disp: part * t.width} }
		t.load(place(a, 0), x.re)
		t.load(place(a, 1), x.im)
		t.load(place(b, 0), y.re)
		t.load(place(b, 1), y.im)
		t.load(y.re, place(a, 0))
		t.load(y.im, place(a, 1))
		t.load(x.re, place(b, 0))
		t.load(x.im, place(b, 1))
	})
}

// phases emits the loop that multiplies blocks by table·(re + i·im) + keep.
func (t target) phases() {
	TEXT("phases"+t.name, NOSPLIT, fmt.Sprintf("func(x *%s, groups int, fixed, set uintptr, table, keep *%s, re, im %s)", t.float(), t.float(), t.float()))
	Pragma("noescape")
	var x, table reg.GPVirtual
	scale, keep := t.newBlock(), t.vector()
	t.walk(func(base reg.GPVirtual) {
		x = base
		table = GP64()
		Load(Param("table"), table)
		set := Load(Param("set"), GP64())
		SHLQ(Imm(t.scale()), set)
		ADDQ(set, table)
		t.load(Mem{Base: Load(Param("keep"), GP64())}, keep)
		t.broadcast(address("re"), scale.re)
		t.broadcast(address("im"), scale.im)
	}, func(at reg.GPVirtual) {
		place := func(p reg.GPVirtual, part int) Mem { return Mem{Base: p, Index: at, Scale: 1, Disp: part * t.width} }
		phase, c, v, out := t.newBlock(), t.newBlock(), t.newBlock(), t.newBlock()
		t.load(place(table, 0), phase.re)
		t.load(place(table, 1), phase.im)
		t.load(keep, c.re)
		t.add(phase.re, scale.re, c.re)
		t.subtract(phase.im, scale.im, c.re)
		t.mul(phase.re, scale.im, c.im)
		t.add(phase.im, scale.re, c.im)
		t.load(place(x, 0), v.re)
		t.load(place(x, 1), v.im)
		t.mul(c.re, v.re, out.re)
		t.subtract(c.im, v.im, out.re)
		t.mul(c.re, v.im, out.im)
		t.add(c.im, v.re, out.im)
		t.load(out.re, place(x, 0))
		t.load(out.im, place(x, 1))
	})
}

// address is where a parameter lies on the stack.
func address(parameter string) Mem {
	b, err := Param(parameter).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
