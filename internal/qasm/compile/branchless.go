package compile

import (
	mathbits "math/bits"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
)

// This file is how a flattener deals with decisions that depend on measured bits: `if` becomes the condition of operations, and classical
// work at the end becomes the classical rest.

// comparison is == and != of a value with unknown bits, where it decides a jump that follows at once: it becomes a condition.
func (f *flattener) comparison(in program.Instr) error {
	a := f.fp + in.A
	var cond condition
	ok := false
	switch {
	case in.Op == program.NotB:
		cond, ok = f.truth(f.fp + in.B)
		cond.Negate = !cond.Negate
	case f.unknown[f.fp+in.C] == 0:
		cond, ok = f.equality(f.fp+in.B, f.mem[f.fp+in.C])
	case f.unknown[f.fp+in.B] == 0:
		cond, ok = f.equality(f.fp+in.C, f.mem[f.fp+in.B])
	}
	if ok && in.Op == program.NeI && cond.Width == 1 && !f.decides(in.A) { // a bit as a bool
		if f.mem[f.fp+in.C] == 0 && f.unknown[f.fp+in.B] == 1 && f.mem[f.fp+in.B] == 0 {
			f.copySlots(a, f.fp+in.B, 1)
			f.pc++
			return nil
		}
	}
	if !ok || !f.decides(in.A) {
		return &errRest{"it computes with what it measures"}
	}
	if in.Op == program.NeI {
		cond.Negate = !cond.Negate
	}
	f.know(a)
	f.mem[a] = 0
	f.forget(a, 1, computed)
	f.conds[a] = cond
	f.pc++
	return nil
}

// decides reports whether the next instruction jumps by a slot, or negates it for a jump.
func (f *flattener) decides(slot int32) bool {
	next := f.p.Code[f.pc+1]
	if next.Op == program.NotB && next.B == slot {
		slot, next = next.A, f.p.Code[f.pc+2]
	}
	return (next.Op == program.JumpIf || next.Op == program.JumpIfNot) && next.B == slot
}

// truth is the condition that a bool holds.
func (f *flattener) truth(slot int32) (condition, bool) {
	if c, ok := f.conds[slot]; ok {
		return c, true
	}
	if f.unknown[slot] != 1 || f.mem[slot] != 0 || f.origin[slot][0] < 0 {
		return condition{}, false
	}
	c := condition{Condition: circuit.Condition{First: circuit.Clbit(f.origin[slot][0]), Width: 1, Value: bitvec.FromUint64(1, 1)}}
	return c, true
}

// equality is the condition that a value with unknown bits is a number: they must be clbits in a row. Known bits between them are
// clbits too, which must have the same value in the circuit.
func (f *flattener) equality(slot int32, number uint64) (condition, bool) {
	lo, hi := 64, -1
	for b := range 64 {
		if f.unknown[slot]>>b&1 == 1 {
			lo, hi = min(lo, b), b
		}
	}
	if f.conds[slot].Width > 0 {
		return condition{}, false
	}
	first := f.origin[slot][lo]
	for b := lo; b <= hi; b++ {
		want := first + int32(b-lo)
		if f.unknown[slot]>>b&1 == 1 {
			if f.origin[slot][b] < 0 || f.origin[slot][b] != want {
				return condition{}, false
			}
			continue
		}
		if f.measured[circuit.Clbit(want)] || f.mem[slot]>>b&1 != 0 {
			return condition{}, false
		}
	}
	width := hi - lo + 1
	mask := ^uint64(0) >> (64 - width) << lo
	c := condition{Condition: circuit.Condition{First: circuit.Clbit(first), Width: width, Value: bitvec.FromUint64(number>>lo, width)}}
	if (number^f.mem[slot])&^mask != 0 { // a known bit differs: never equal
		c.Value = bitvec.New(width + 1)
		c.Value.Set(width, true)
	}
	return c, true
}

// jump goes where a jump goes, if that is known; else what it skips happens under a condition.
func (f *flattener) jump(in program.Instr) error {
	if !f.readsUnknown() {
		if f.jumps(in) {
			f.pc = in.A
		} else {
			f.pc++
		}
		return nil
	}
	var c condition
	ok := false
	switch in.Op {
	case program.JumpIf, program.JumpIfNot:
		c, ok = f.truth(f.fp + in.B)
	case program.JumpEq, program.JumpNe:
		if f.unknown[f.fp+in.C] == 0 {
			c, ok = f.equality(f.fp+in.B, f.mem[f.fp+in.C])
		}
	}
	if !ok {
		return &errRest{"its course depends on what it measures"}
	}
	if in.Op == program.JumpIf || in.Op == program.JumpEq { // what follows happens where it does not hold
		c.Negate = !c.Negate
	}
	if err := f.choose(in.A, c); err != nil {
		return err
	}
	return nil
}

func (f *flattener) jumps(in program.Instr) bool {
	b := f.mem[f.fp+in.B]
	if in.Op == program.JumpIf || in.Op == program.JumpIfNot {
		return (b != 0) == (in.Op == program.JumpIf)
	}
	c := f.mem[f.fp+in.C]
	switch in.Op {
	case program.JumpEq:
		return b == c
	case program.JumpNe:
		return b != c
	case program.JumpLtI:
		return int64(b) < int64(c)
	case program.JumpLeI:
		return int64(b) <= int64(c)
	case program.JumpLtU:
		return b < c
	}
	return b <= c
}

// choose carries out what stands between here and target under a condition, and behind it the other branch under its opposite.
func (f *flattener) choose(target int32, c condition) error {
	start := f.pc + 1
	if f.when != nil {
		return f.giveUp("its course depends on several measurements")
	}
	if target < start {
		return f.giveUp("a loop depends on a measurement")
	}
	end, body := target, target
	if last := f.p.Code[target-1]; target > start && last.Op == program.Jump && last.A > target {
		end, body = last.A, target-1
	}
	at := f.pc
	if f.onlyClassical(start, end) {
		return &errRest{"its course depends on what it measures"}
	}
	f.written = false // and if the first branch writes, it is no condition any more for the second
	if err := f.under(start, body, c); err != nil {
		return f.inBranch(err, at)
	}
	if end > target {
		c.Negate, c.id = !c.Negate, 0
		if err := f.under(target, end, c); err != nil {
			return f.inBranch(err, at)
		}
	}
	f.pc = end
	return nil
}

// inBranch is an error within a branch: what would be the classical rest elsewhere is not there.
func (f *flattener) inBranch(err error, at int32) error {
	if _, ok := err.(*errRest); ok {
		f.pc = at
		return f.giveUp("its course depends on what it measures")
	}
	return err
}

// onlyClassical reports whether code has no operation in it.
func (f *flattener) onlyClassical(from, to int32) bool {
	return !slices.ContainsFunc(f.p.Code[from:to], func(in program.Instr) bool { return isQuantum(in.Op) || in.Op == program.Call })
}

func isQuantum(op program.Op) bool {
	return op == program.ApplyGate || op == program.PowEnd || op == program.Measure || op == program.Reset
}

// under carries out a stretch of code under a condition. What memory it changes is not known afterwards, but for bits that it measures.
func (f *flattener) under(from, to int32, c condition) error {
	depth := len(f.stack)
	f.steps += len(f.mem) / 8 // what it takes to keep and compare the memory
	before, unknown := slices.Clone(f.mem), slices.Clone(f.unknown)
	f.when, f.taken, f.before, f.pc = &c, map[circuit.Clbit]bool{}, map[int32]*[64]int32{}, from
	defer func() { f.when = nil }()
	for f.pc != to || len(f.stack) > depth {
		in := f.p.Code[f.pc]
		if in.Op == program.End || len(f.stack) == depth && (in.Op == program.Return || f.pc < from || f.pc > to) {
			return &errRest{"its course depends on what it measures"}
		}
		if f.steps++; f.steps > f.most {
			return f.giveUp("it is long, and measures before its end")
		}
		if err := f.instruction(in); err != nil {
			return err
		}
	}
	for slot := range before {
		noted := f.before[int32(slot)]
		if noted != nil || f.unknown[slot] != unknown[slot] || f.mem[slot] != before[slot] {
			f.lost = f.p.Pos[from-1]
			f.changed(int32(slot), before[slot], unknown[slot], noted)
		}
	}
	return nil
}

// changed compares a slot with what it was, origins of its bits included where they were noted. It makes unknown what a branch changed in a slot, but for bits
// that it measured into the clbit that they are.
func (f *flattener) changed(slot int32, before, unknown uint64, noted *[64]int32) {
	now := f.unknown[slot]
	differ := now ^ unknown | (f.mem[slot]^before)&^(now|unknown)
	for m := now; m != 0; m &= m - 1 {
		b := mathbits.TrailingZeros64(m)
		bit, origin := m&-m, f.origin[slot][b]
		if noted != nil && unknown&bit != 0 && noted[b] != origin {
			differ |= bit
		}
		if differ&bit != 0 && origin >= 0 && f.taken[circuit.Clbit(origin)] && f.isOwn(circuit.Clbit(origin), slot, b) {
			differ &^= bit
		}
	}
	if differ != 0 {
		f.forget(slot, differ, computed)
	}
}

// isOwn reports whether a clbit is that of a bit of a register.
func (f *flattener) isOwn(k circuit.Clbit, slot int32, bit int) bool {
	own, has := f.own[program.BitPlace{Slot: slot, Bit: uint8(bit)}]
	return has && own == k
}

// loses gives up for a variable that is not what a circuit can tell.
func (f *flattener) loses() error {
	return &errGiveUp{"a variable depends on a measurement under a condition", f.lost}
}

// end makes the result of a program that has come to its end: nothing is left to compute.
func (f *flattener) end() (Result, error) {
	f.leave()
	p := f.shell()
	a := &assembly{p: p}
	for slot, reported := range f.reported {
		for b := 0; reported && b < 64 && f.unknown[slot] != 0; b++ {
			if f.unknown[slot]>>b&1 == 1 && f.origin[int32(slot)][b] < 0 {
				return Result{}, f.loses()
			}
		}
	}
	f.known(a)
	a.emit(program.Instr{Op: program.End}, f.p.Pos[f.pc])
	p.Funcs = []program.Func{{Name: "main", End: int32(len(p.Code)), Frame: f.p.Funcs[0].Frame + 1}}
	f.loads(p)
	return f.result(p)
}

// leave brings the memory back to the main frame, where the program has ended in a subroutine: what lay above the call is lost.
func (f *flattener) leave() {
	if len(f.stack) == 0 {
		return
	}
	from := f.fp
	if len(f.stack) > 1 {
		from = f.stack[1].FP
	}
	f.grow(int(from))
	f.grow(int(f.p.Funcs[0].Frame))
	f.stack, f.fp = nil, 0
}

// known writes what the frame holds, beside the clbits that were loaded: a word may have bits of both kinds.
func (f *flattener) known(a *assembly) {
	scratch := f.p.Funcs[0].Frame
	for slot, w := range f.mem[:scratch] {
		at := int32(slot)
		switch w &^= f.unknown[slot]; {
		case w == 0:
		case f.unknown[slot] == 0:
			a.words(at, []uint64{w})
		default:
			a.words(scratch, []uint64{w})
			a.emit(program.Instr{Op: program.Or, A: at, B: at, C: scratch}, 0)
		}
	}
}

// shell is a program with the variables of this one and no code.
func (f *flattener) shell() *program.Program {
	p := *f.p
	p.Code, p.Pos, p.Funcs, p.Loads = nil, nil, nil, nil
	return &p
}

// loads says for each clbit which bit it is at the end. A clbit that no bit is any more goes to the slot behind the frame.
func (f *flattener) loads(p *program.Program) {
	frame := f.p.Funcs[0].Frame
	p.Loads = make([]program.BitPlace, f.c.NumClbits)
	for i := range p.Loads {
		p.Loads[i] = program.BitPlace{Slot: frame}
	}
	for slot := range frame {
		for b := 0; b < 64 && f.unknown[slot] != 0; b++ {
			if f.unknown[slot]>>b&1 == 1 && f.origin[slot][b] >= 0 {
				p.Loads[f.origin[slot][b]] = program.BitPlace{Slot: slot, Bit: uint8(b)}
			}
		}
	}
	f.copies(p)
}

// copies writes clbits that several bits are: each is loaded once, and copied from there.
func (f *flattener) copies(p *program.Program) {
	var moves []program.Instr
	for slot := range f.p.Funcs[0].Frame {
		for b := 0; b < 64 && f.unknown[slot] != 0; b++ {
			if f.unknown[slot]>>b&1 == 0 || f.origin[slot][b] < 0 {
				continue
			}
			if at := p.Loads[f.origin[slot][b]]; at.Slot != slot || int(at.Bit) != b {
				scratch := f.p.Funcs[0].Frame
				moves = append(moves, program.Instr{Op: program.GetBit, A: scratch, B: at.Slot, C: int32(at.Bit)},
					program.Instr{Op: program.PutBit, A: slot, B: scratch, C: int32(b)})
			}
		}
	}
	if len(moves) == 0 {
		return
	}
	p.Code = append(moves, p.Code...)
	p.Pos = append(make([]diag.Pos, len(moves)), p.Pos...)
	for i := range p.Code[len(moves):] {
		if in := &p.Code[len(moves)+i]; in.Op >= program.Jump && in.Op <= program.JumpLeU {
			in.A += int32(len(moves))
		}
	}
	for i := range p.Funcs {
		if i > 0 {
			p.Funcs[i].Entry += int32(len(moves))
		}
		p.Funcs[i].End += int32(len(moves))
	}
}

func (f *flattener) result(p *program.Program) (Result, error) {
	if err := p.Verify(); err != nil {
		return Result{}, f.giveUp(err.Error())
	}
	return Result{Circuit: f.c, Classical: p}, nil
}

// rest makes the result of a program of which only classical work is left, from here on.
func (f *flattener) rest(why *errRest) (Result, error) {
	if len(f.stack) > 0 || f.when != nil {
		return Result{}, f.giveUp(why.text)
	}
	reachable := f.reachable(f.pc)
	for i, in := range f.p.Code {
		if reachable[i] && isQuantum(in.Op) {
			return Result{}, f.giveUp(why.text)
		}
	}
	if f.poisoned(reachable) {
		return Result{}, f.loses()
	}
	p := f.shell()
	a := &assembly{p: p}
	f.known(a)
	jump := int32(len(p.Code))
	base := jump + 1
	a.emit(program.Instr{Op: program.Jump, A: f.pc + base}, f.p.Pos[f.pc])
	for i, in := range f.p.Code {
		if isQuantum(in.Op) || in.Op == program.PowBegin {
			in = program.Instr{}
		}
		if in.Op >= program.Jump && in.Op <= program.JumpLeU {
			in.A += base
		}
		a.emit(in, f.p.Pos[i])
	}
	p.Funcs = slices.Clone(f.p.Funcs)
	for i := range p.Funcs {
		if i > 0 {
			p.Funcs[i].Entry += base
		}
		p.Funcs[i].End += base
	}
	p.Funcs[0].Frame++
	f.loads(p)
	return f.result(p)
}

// reachable are the instructions that may still be carried out from one of the main program.
func (f *flattener) reachable(from int32) []bool {
	seen := make([]bool, len(f.p.Code))
	list := []int32{from}
	visit := func(at int32) {
		if !seen[at] {
			seen[at] = true
			list = append(list, at)
		}
	}
	seen[from] = true
	for len(list) > 0 {
		at := list[len(list)-1]
		list = list[:len(list)-1]
		in := f.p.Code[at]
		switch {
		case in.Op == program.Jump:
			visit(in.A)
			continue
		case in.Op == program.Return, in.Op == program.End, in.Op == program.Fail:
			continue
		case in.Op > program.Jump && in.Op <= program.JumpLeU:
			visit(in.A)
		case in.Op == program.Call:
			visit(f.p.Funcs[in.A].Entry)
		}
		if int(at)+1 < len(seen) {
			visit(at + 1)
		}
	}
	return seen
}

// poisoned reports whether what is left reads, or reports, a bit that is not known and no clbit either.
func (f *flattener) poisoned(reachable []bool) bool {
	bad := func(slot int32) bool {
		for b := 0; b < 64 && f.unknown[slot] != 0; b++ {
			if f.unknown[slot]>>b&1 == 1 && f.origin[slot][b] < 0 {
				return true
			}
		}
		return false
	}
	for slot, reported := range f.reported {
		if reported && bad(int32(slot)) {
			return true
		}
	}
	main := f.p.Funcs[0]
	written := map[int32]bool{}
	for i := f.pc; i < main.End; i++ {
		if !reachable[i] {
			continue
		}
		found := false
		in := f.p.Code[i]
		f.p.Reads(in, func(r program.Range) {
			for k := range r.N {
				found = found || bad(r.First+k) && !written[r.First+k]
			}
		})
		if found || in.Op == program.Addr && f.anyBad(bad, in) {
			return true
		}
		f.p.Writes(in, func(r program.Range, all bool) {
			for k := range r.N {
				if all && i < f.firstJump(f.pc) {
					written[r.First+k] = true
				}
			}
		})
	}
	return false
}

func (f *flattener) anyBad(bad func(int32) bool, in program.Instr) bool {
	for k := range in.W {
		if bad(in.B + k) {
			return true
		}
	}
	return false
}

// firstJump is the first instruction from at on that may not be followed by the next.
func (f *flattener) firstJump(at int32) int32 {
	for i := at; int(i) < len(f.p.Code); i++ {
		if op := f.p.Code[i].Op; op >= program.Jump && op <= program.End {
			return i
		}
	}
	return int32(len(f.p.Code))
}
