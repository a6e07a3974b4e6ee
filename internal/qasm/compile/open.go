package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
)

// A range whose ends are known only while the program runs has no size that could be part of a type. Statements that do something to each
// of its qubits can have it all the same: they become a loop. What needs a value or a register of known size cannot.

// openRange is such a range of a register.
type openRange struct {
	base              register
	start, step, size num
	at                diag.Span
}

// openOperand finds the qubits of an operand, which may be an openRange.
func (c *Compiler) openOperand(o *ast.Operand) (register, bool) {
	if o.Index == nil || c.inGate {
		return c.qubitOperand(o)
	}
	links := ast.Links(o.Index)
	rng, isRange := links[len(links)-1].(*ast.Range)
	if !isRange {
		return c.qubitOperand(o)
	}
	if _, dynamic := c.dynamicPart(rng); !dynamic {
		return c.qubitOperand(o)
	}
	base, ok := c.namedQubits(o.Name)
	if ok {
		base, ok = c.linked(base, links[:len(links)-1], o.Name, o.Span())
	}
	if !ok {
		return base, false
	}
	if base.scalar {
		return c.linked(base, links[len(links)-1:], o.Name, o.Span()) // which says so
	}
	r := &openRange{base: base, at: o.Span()}
	r.start, r.step, r.size, ok = c.rangeOf(rng, int64(base.n), c.name(o.Name.Symbol))
	return register{n: base.n, open: r}, ok
}

// isOpen reports whether any of the operands is an openRange.
func isOpen(args []register) bool {
	for _, a := range args {
		if a.open != nil {
			return true
		}
	}
	return false
}

// forEach does something with each qubit of the registers among the operands, in step: now, or in a loop.
func (c *Compiler) forEach(args []register, at diag.Span, do func(list []program.Qubit) bool) bool {
	list := make([]program.Qubit, len(args))
	if isOpen(args) {
		return c.loopOver(args, at, do)
	}
	times := 1
	for _, a := range args {
		if !a.scalar {
			times = a.n
		}
	}
	for i := range times {
		for k, a := range args {
			list[k] = a.at(i * btoi(!a.scalar))
		}
		top := c.fn.top
		if !do(list) {
			return false
		}
		c.fn.top = top
	}
	return true
}

// loopOver is forEach where an operand is an openRange.
func (c *Compiler) loopOver(args []register, at diag.Span, do func(list []program.Qubit) bool) bool {
	c.at = at.Start
	size := c.commonSize(args)
	i, again, end := c.temp(1), c.fn.label(), c.fn.label()
	c.emit(program.Move, 0, i, c.zero(), 0)
	c.fn.place(again)
	c.jump(program.JumpLeI, end, size, i)
	top, list := c.fn.top, make([]program.Qubit, len(args))
	for k, a := range args {
		switch {
		case a.scalar:
			list[k] = a.at(0)
		case a.open == nil:
			list[k] = c.dynamicQubit(a, i, at)
		default:
			r := a.open
			list[k] = c.dynamicQubit(r.base, c.slotOf(c.add(r.start, c.mul(num{slot: i}, r.step))), at)
		}
	}
	ok := do(list)
	c.fn.top, c.at = top, at.Start
	c.emit(program.AddImmI, 64, i, i, 1)
	c.jump(program.Jump, again, 0, 0)
	c.fn.place(end)
	return ok
}

// commonSize is a slot with the size of the registers, and ends the run where they differ.
func (c *Compiler) commonSize(args []register) int32 {
	size := int32(-1)
	for _, a := range args {
		n := fixed(int64(a.n))
		switch {
		case a.scalar:
			continue
		case a.open != nil:
			n = a.open.size
		}
		s := c.slotOf(n)
		if size < 0 {
			size = s
			continue
		}
		equal := c.fn.label()
		c.jump(program.JumpEq, equal, s, size)
		c.fail("registers in one statement must have the same size")
		c.fn.place(equal)
	}
	return size
}

// openHint is for a range that must be known.
const openHint = "gates, reset and barrier can have it; elsewhere take the elements one by one in a loop"
