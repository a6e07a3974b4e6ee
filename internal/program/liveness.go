package program

import "slices"

// funcFlow is the analysis of one function: backwards from what its instructions do to what they depend on. An instruction that only
// computes a value depends on its operands only where the value matters.
type funcFlow struct {
	p        *Program
	f        *Func
	cells    *cells
	reported []Range
	ends     []bool  // by function: it may end the run
	fixed    []int32 // cells that are reached through addresses: they always matter
	blocks   []block
	blockOf  map[int32]int // by first instruction
	silent   map[int32]bool
}

// block is instructions that always run one after the other.
type block struct {
	from, to int32
	in       []uint64 // masks of the cells in front of it
	next     []int
}

func newFuncFlow(p *Program, f *Func, reported []Range, ends []bool) *funcFlow {
	fn := &funcFlow{p: p, f: f, cells: newCells(p, f, reported), reported: reported, ends: ends, blockOf: map[int32]int{}}
	for _, in := range p.Code[f.Entry:f.End] {
		if in.Op == Addr {
			fn.cells.each(Range{in.B, in.W}, func(c int) { fn.fixed = append(fn.fixed, int32(c)) })
		}
	}
	fn.findBlocks()
	return fn
}

func (fn *funcFlow) successors(at int32, f func(int32)) { successors(fn.p.Code[at], at, f) }

func (fn *funcFlow) findBlocks() {
	leader := map[int32]struct{}{fn.f.Entry: {}}
	for at := fn.f.Entry; at < fn.f.End; at++ {
		in := fn.p.Code[at]
		if shapes[in.Op].a == target || in.Op == Return || in.Op == End || in.Op == Fail {
			leader[at+1] = struct{}{}
		}
		if shapes[in.Op].a == target {
			leader[in.A] = struct{}{}
		}
	}
	var starts []int32
	for at := range leader {
		if at < fn.f.End {
			starts = append(starts, at)
		}
	}
	slices.Sort(starts)
	for i, from := range starts {
		to := fn.f.End
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		fn.blockOf[from] = len(fn.blocks)
		fn.blocks = append(fn.blocks, block{from: from, to: to})
	}
	for i := range fn.blocks {
		b := &fn.blocks[i]
		fn.successors(b.to-1, func(next int32) { b.next = append(b.next, fn.blockOf[next]) })
	}
}

// views solves the analysis and returns what matters at the places where a run may stop or go on after a call.
func (fn *funcFlow) views(needed bool) map[int32]View {
	views := map[int32]View{}
	if len(fn.blocks)*fn.cells.len() > maxFlow {
		fn.everything(views)
		return views
	}
	for i := range fn.blocks {
		fn.blocks[i].in = make([]uint64, fn.cells.len())
	}
	now := make([]uint64, fn.cells.len())
	for changed := true; changed; {
		changed = false
		for i := range slices.Backward(fn.blocks) {
			b := &fn.blocks[i]
			fn.walk(b, now, needed, nil)
			if !slices.Equal(now, b.in) {
				copy(b.in, now)
				changed = true
			}
		}
	}
	for i := range fn.blocks {
		fn.walk(&fn.blocks[i], now, needed, views)
	}
	return views
}

// everything gives views in which every bit matters.
func (fn *funcFlow) everything(views map[int32]View) {
	for at := fn.f.Entry; at < fn.f.End; at++ {
		if fn.isPlace(at) {
			views[at] = View{{Range{0, fn.f.Frame}, ^uint64(0)}}
		}
	}
}

// isPlace reports whether a run may be looked at in front of the instruction.
func (fn *funcFlow) isPlace(at int32) bool {
	op := fn.p.Code[at].Op
	return op == Measure || op == Reset || at > fn.f.Entry && fn.p.Code[at-1].Op == Call
}

// walk takes the masks of cells from the end of a block to its start.
func (fn *funcFlow) walk(b *block, now []uint64, needed bool, views map[int32]View) {
	clear(now)
	for _, n := range b.next {
		for i, m := range fn.blocks[n].in {
			now[i] |= m
		}
	}
	for _, c := range fn.fixed {
		now[c] = ^uint64(0)
	}
	for at := b.to - 1; at >= b.from; at-- {
		if in := fn.p.Code[at]; views != nil && fn.silent != nil && in.Op == Measure {
			fn.cells.each(Range{in.A, 1}, func(c int) { fn.silent[at] = now[c] == 0 })
		}
		fn.step(at, now, needed)
		if views != nil && fn.isPlace(at) {
			views[at] = fn.view(now)
		}
	}
}

func (fn *funcFlow) view(now []uint64) View {
	var v View
	for i, m := range now {
		r := Range{fn.cells.bounds[i], fn.cells.size(i)}
		if n := len(v); n > 0 && m != 0 && v[n-1].Mask == m && v[n-1].First+v[n-1].N == r.First {
			v[n-1].N += r.N
		} else if m != 0 {
			v = append(v, Bits{r, m})
		}
	}
	return slices.Clip(v)
}

// step takes the masks from behind an instruction to in front of it.
func (fn *funcFlow) step(at int32, now []uint64, needed bool) {
	in := fn.p.Code[at]
	switch in.Op {
	case Return, End:
		fn.leave(in, now, needed)
		return
	case Call:
		fn.call(in, now, needed)
		return
	}
	matters := fn.acts(in)
	fn.p.Writes(in, func(r Range, all bool) {
		fn.cells.each(r, func(c int) {
			if now[c]&fn.written(in, c) != 0 {
				matters = true
			}
			if all {
				now[c] = 0
			} else {
				now[c] &^= fn.killed(in, c)
			}
		})
	})
	for _, c := range fn.fixed {
		now[c] = ^uint64(0)
	}
	if matters {
		fn.p.Reads(in, func(r Range) {
			fn.cells.each(r, func(c int) { now[c] |= fn.read(in, c) })
		})
	}
}

// acts reports whether an instruction matters whatever becomes of its result: it decides where the run goes on, changes the state, may
// fail, or writes through an address.
func (fn *funcFlow) acts(in Instr) bool {
	switch in.Op {
	case DivI, DivU, RemI, RemU, ShlI, ShlU, ShrI, ShrU, CheckIndex, Store, StoreN, Copy, Scratch, Drop, ApplyGate, PowEnd, Measure, Reset:
		return true
	case Calculate:
		return fn.p.Evals[in.W].fails()
	}
	return shapes[in.Op].a == target
}

// bitOf is the mask of bit i of a slot, in a cell of one slot.
func (fn *funcFlow) bitOf(c int, i int32) uint64 {
	if fn.cells.size(c) != 1 {
		return ^uint64(0)
	}
	return 1 << (i & 63)
}

// written is the bits of a cell that an instruction may write.
func (fn *funcFlow) written(in Instr, c int) uint64 {
	if in.Op == PutBit {
		return fn.bitOf(c, in.C)
	}
	return ^uint64(0)
}

// killed is the bits of a cell that an instruction of the role part writes for certain.
func (fn *funcFlow) killed(in Instr, c int) uint64 {
	if in.Op == PutBit && fn.cells.size(c) == 1 {
		return fn.bitOf(c, in.C)
	}
	return 0
}

// read is the bits of a cell that an instruction may look at.
func (fn *funcFlow) read(in Instr, c int) uint64 {
	if in.Op == GetBit {
		return fn.bitOf(c, in.C)
	}
	return ^uint64(0)
}

// leave is the end of the function, or of the run.
func (fn *funcFlow) leave(in Instr, now []uint64, needed bool) {
	clear(now)
	for _, c := range fn.fixed {
		now[c] = ^uint64(0)
	}
	main := fn.f == &fn.p.Funcs[0]
	if main && needed {
		fn.report(now)
	}
	if !main && in.Op == Return {
		fn.cells.each(Range{0, fn.f.Results}, func(c int) { now[c] = ^uint64(0) })
	}
}

func (fn *funcFlow) report(now []uint64) {
	for _, r := range fn.reported {
		fn.cells.each(r, func(c int) { now[c] = ^uint64(0) })
	}
}

// call loses everything from the callee's frame on, and needs the arguments.
func (fn *funcFlow) call(in Instr, now []uint64, needed bool) {
	for c := range now {
		if fn.cells.bounds[c] >= in.B {
			now[c] = 0
		}
	}
	fn.cells.each(Range{in.B, fn.p.Funcs[in.A].Params}, func(c int) { now[c] = ^uint64(0) })
	if needed && fn.ends[in.A] && fn.f == &fn.p.Funcs[0] {
		fn.report(now)
	}
	for _, c := range fn.fixed {
		now[c] = ^uint64(0)
	}
}
