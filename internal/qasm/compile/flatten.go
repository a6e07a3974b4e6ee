package compile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
)

// reason is why a program is no circuit, or what was wrong with it when it was tried.
type reason struct {
	text string
	at   diag.Pos
	err  *vm.Error // a fault that the program has whatever is measured
}

// Limits of the attempt, besides those that the caller sets. A program that passes them is not flattened; it runs as it is.
const (
	carefulSteps = 1 << 25 // instructions once something was measured
	flattenWords = 1 << 22
	flattenOps   = 1 << 22
	powerQubits  = 8 // of a power that becomes a matrix
)

// limits are those that the caller sets: operations of the circuit, and classical steps.
type limits struct {
	ops   int
	steps int64
}

// flattener runs a program once, with bits that were measured unknown, and writes down the operations that it comes to. It is a circuit
// where nothing ever depends on an unknown bit but conditions that a circuit can express; and where classical work on measured bits is left, that
// becomes the circuit's classical rest.
type flattener struct {
	p      *program.Program
	c      *circuit.Circuit
	limits limits
	most   int // instructions once something was measured

	m       *vm.Machine // carries out one instruction
	one     *program.Program
	sink    *opSink
	mem     []uint64
	pc, fp  int32
	stack   []vm.Return
	steps   int
	access  []access             // by instruction
	unknown []uint64             // by slot of mem: the bits that are not known
	origin  map[int32]*[64]int32 // by slot: the clbit that an unknown bit is, or computed
	conds   map[int32]condition  // by slot: a bool that is a condition

	own      map[program.BitPlace]circuit.Clbit // of the registers' bits
	refs     map[circuit.Clbit]int              // how many bits of mem are a clbit
	free     []circuit.Clbit                    // of no register: those that no bit was any more at some time
	flow     *program.Flow                      // made when it is first needed
	wait     int                                // measurements until bits are released again
	measured map[circuit.Clbit]bool             // clbits whose value in the circuit is not known
	reported []bool                             // by slot of the main frame
	when     *condition                         // under which the instructions are carried out
	written  bool                               // under when: a clbit of the condition was measured
	lost     diag.Pos                           // the last decision under which memory changed
	before   map[int32]*[64]int32               // under when: the origins that changed slots had
	taken    map[circuit.Clbit]bool             // under when: clbits that were measured
}

// condition is a condition of the circuit.
type condition struct {
	circuit.Condition
	id circuit.CondID
}

// access is what an instruction reads and writes of its frame, found when it is first needed.
type access struct {
	known         bool
	reads, writes []program.Range // of what is written only what is written whole
}

func (f *flattener) accessOf(pc int32) *access {
	a := &f.access[pc]
	if !a.known {
		in := f.p.Code[pc]
		f.p.Reads(in, func(r program.Range) { a.reads = append(a.reads, r) })
		f.p.Writes(in, func(r program.Range, all bool) {
			if all {
				a.writes = append(a.writes, r)
			}
		})
		a.known = true
	}
	return a
}

// computed is the origin of unknown bits that are no clbit.
const computed = -1

// errGiveUp says that the program stays a program.
type errGiveUp struct {
	text string
	at   diag.Pos
}

func (e *errGiveUp) Error() string { return e.text }

// flatten tries to make a circuit of a program, behind the operations of first, which is left as it is.
func flatten(p *program.Program, first *circuit.Circuit, places []program.BitPlace, l limits) (Result, reason) {
	f := &flattener{
		p: p, c: first.Clone(), limits: l, most: int(min(l.steps, carefulSteps)), access: make([]access, len(p.Code)), origin: map[int32]*[64]int32{}, conds: map[int32]condition{}, own: map[program.BitPlace]circuit.Clbit{},
		refs: map[circuit.Clbit]int{}, measured: map[circuit.Clbit]bool{},
	}
	for i, at := range places {
		f.own[at] = circuit.Clbit(i)
	}
	f.sink = &opSink{f: f}
	r, err := f.run(places)
	var fault *vm.Error
	var up *errGiveUp
	switch {
	case err == nil:
		return r, reason{}
	case errors.As(err, &up):
		return Result{}, reason{text: up.text, at: up.at}
	case errors.As(err, &fault) && fault.Code != vm.CodeSteps && fault.Code != vm.CodeMemory:
		return Result{}, reason{err: fault, at: fault.Pos}
	}
	at := p.Pos[f.pc]
	if fault != nil {
		at = fault.Pos
	}
	return Result{}, reason{text: "its classical part is long", at: at}
}

func (f *flattener) giveUp(text string) error { return &errGiveUp{text, f.p.Pos[f.pc]} }

// run flattens. Until something is measured, the machine runs freely.
func (f *flattener) run(places []program.BitPlace) (Result, error) {
	measured := slices.ContainsFunc(f.c.Ops, func(op circuit.Op) bool { return op.Kind == circuit.Measure })
	m, err := vm.New(f.p, vm.Limits{Steps: f.limits.steps, Words: flattenWords})
	if err != nil {
		return Result{}, err
	}
	f.reported = make([]bool, f.p.Funcs[0].Frame)
	for _, r := range f.p.Reported() {
		for k := range r.N {
			f.reported[r.First+k] = true
		}
	}
	for !measured {
		event, err := m.Run(context.Background(), f.sink)
		if err != nil {
			f.pc = m.PC
			return Result{}, err
		}
		if event == vm.Ended {
			f.mem, f.pc, f.fp, f.stack = m.Mem, m.PC, m.FP, m.Stack
			f.unknown = make([]uint64, len(f.mem))
			return f.end()
		}
		if event == vm.Measures {
			break
		}
		if err := f.reset(m.Qubit, m.Pos()); err != nil {
			return Result{}, err
		}
		m.Answer(false)
	}
	f.mem, f.pc, f.fp, f.stack = m.Mem, m.PC, m.FP, m.Stack
	f.unknown = make([]uint64, len(f.mem))
	for _, op := range f.c.Ops {
		if op.Kind == circuit.Measure && op.Clbit() != circuit.NoClbit {
			at := places[op.Clbit()]
			f.forget(at.Slot, 1<<at.Bit, int32(op.Clbit()))
			f.measured[op.Clbit()] = true
		}
	}
	f.one = &program.Program{}
	*f.one = *f.p
	f.one.Code = []program.Instr{{}, {Op: program.End}}
	f.one.Pos = []diag.Pos{0, 0}
	if f.m, err = vm.New(f.one, vm.Limits{Steps: 1 << 40, Words: flattenWords}); err != nil {
		return Result{}, err
	}
	return f.slowly()
}

// slowly goes on an instruction at a time.
func (f *flattener) slowly() (Result, error) {
	for {
		in := f.p.Code[f.pc]
		if in.Op == program.End || in.Op == program.Return && len(f.stack) == 0 {
			return f.end()
		}
		if f.steps++; f.steps > f.most {
			return Result{}, f.giveUp("it is long, and measures before its end")
		}
		err := f.instruction(in)
		var rest *errRest
		if errors.As(err, &rest) {
			return f.rest(rest)
		}
		if err != nil {
			return Result{}, err
		}
	}
}

// errRest says that an instruction computes with measured bits: if no operation follows, the classical rest begins there.
type errRest struct{ text string }

func (e *errRest) Error() string { return e.text }

// instruction carries out one instruction and goes to the next.
func (f *flattener) instruction(in program.Instr) error {
	switch in.Op {
	case program.Jump:
		f.pc = in.A
		return nil
	case program.JumpIf, program.JumpIfNot, program.JumpEq, program.JumpNe, program.JumpLtI, program.JumpLeI, program.JumpLtU, program.JumpLeU:
		return f.jump(in)
	case program.Call:
		return f.call(in)
	case program.Return:
		last := len(f.stack) - 1
		r := f.stack[last]
		f.stack, f.pc, f.fp = f.stack[:last], r.PC, r.FP
		f.grow(int(r.End))
		return nil
	case program.Measure:
		return f.measure(in)
	case program.Scratch, program.Drop:
		return f.scratch(in)
	case program.Load, program.LoadN, program.Copy, program.Store, program.StoreN:
		return f.indirect(in)
	}
	if f.readsUnknown() {
		return f.symbolic(in)
	}
	if err := f.execute(in); err != nil {
		return err
	}
	f.pc++
	return nil
}

// grow sets the length of the memory; what is new is known to be 0.
func (f *flattener) grow(n int) {
	for i := n; i < len(f.unknown); i++ {
		f.know(int32(i))
	}
	old := len(f.mem)
	f.mem = slices.Grow(f.mem, max(0, n-old))[:n]
	f.unknown = slices.Grow(f.unknown, max(0, n-len(f.unknown)))[:n]
	if n > old {
		clear(f.mem[old:])
		clear(f.unknown[old:])
	}
}

func (f *flattener) call(in program.Instr) error {
	fn := &f.p.Funcs[in.A]
	if len(f.stack) > 1<<12 {
		return f.giveUp("it is deeply recursive, and measures before its end")
	}
	f.stack = append(f.stack, vm.Return{PC: f.pc + 1, FP: f.fp, End: int32(len(f.mem))})
	f.fp += in.B
	f.grow(max(int(f.fp)+int(fn.Params), 0))
	f.grow(int(f.fp) + int(fn.Frame))
	f.pc = fn.Entry
	return nil
}

// execute lets the machine carry out an instruction whose operands are known, and marks what it writes as known.
func (f *flattener) execute(in program.Instr) error {
	f.one.Code[0], f.one.Pos[0] = in, f.p.Pos[f.pc]
	f.m.Restore(f.mem, 0, f.fp, nil, 0, 0)
	event, err := f.m.Run(context.Background(), f.sink)
	if err != nil {
		return err
	}
	if event == vm.Resets {
		return f.reset(f.m.Qubit, f.p.Pos[f.pc])
	}
	for _, r := range f.accessOf(f.pc).writes {
		for k := range r.N {
			f.know(f.fp + r.First + k)
		}
	}
	switch in.Op {
	case program.PutBit:
		f.knowBits(f.fp+in.A+in.C/64, 1<<(in.C%64))
	case program.PutBitAt:
		i := int64(f.mem[f.fp+in.C])
		f.knowBits(f.fp+in.A+int32(i/64), 1<<(i%64))
	case program.Insert:
		for k := range in.W {
			f.knowBits(f.fp+in.A+(in.C+k)/64, 1<<((in.C+k)%64))
		}
	case program.StoreAt:
		f.know(f.fp + in.A + int32(f.mem[f.fp+in.C]))
	}
	return nil
}

// measure takes a measurement into the clbit of the bit that it is meant for, or into a new one where that is still in use.
func (f *flattener) measure(in program.Instr) error {
	f.one.Code[0], f.one.Pos[0] = in, f.p.Pos[f.pc]
	if f.readsUnknown() {
		return f.giveUp("a qubit is chosen by a measurement")
	}
	f.m.Restore(f.mem, 0, f.fp, nil, 0, 0)
	if _, err := f.m.Run(context.Background(), f.sink); err != nil {
		return err
	}
	q := f.m.Qubit
	slot := f.fp + in.A
	place := program.BitPlace{Slot: slot}
	temporary := false
	if next := f.p.Code[f.pc+1]; next.Op == program.PutBit && next.B == in.A && !(f.fp == 0 && f.reported[slot]) {
		place = program.BitPlace{Slot: f.fp + next.A + next.C/64, Bit: uint8(next.C % 64)}
		temporary = true
	}
	k, err := f.clbitFor(place)
	if err != nil {
		return err
	}
	if err := f.record(func() *circuit.Op { return f.c.AddMeasure(q, k) }, f.p.Pos[f.pc]); err != nil {
		return err
	}
	f.measured[k] = true
	maps.DeleteFunc(f.conds, func(_ int32, c condition) bool { return k >= c.First && k < c.First+circuit.Clbit(c.Width) })
	if f.when != nil {
		f.taken[k] = true
	}
	if f.when != nil && k >= f.when.First && k < f.when.First+circuit.Clbit(f.when.Width) {
		f.written = true
	}
	f.know(slot)
	f.mem[slot] = 0
	if temporary {
		f.forget(place.Slot, 1<<place.Bit, int32(k))
		f.forget(slot, 1, computed)
		f.pc += 2
		return nil
	}
	f.forget(slot, 1, int32(k))
	f.pc++
	return nil
}

// clbitFor is the clbit to measure into for a bit of memory.
func (f *flattener) clbitFor(place program.BitPlace) (circuit.Clbit, error) {
	k, has := f.own[place]
	before := f.snapshotBit(place.Slot, int(place.Bit))
	uses := 0
	if has {
		uses = f.refs[k]
		if before.unknown && before.origin == int32(k) {
			uses--
		}
	}
	if f.when != nil {
		// Where the condition does not hold, the bit keeps its value, and so must the clbit.
		if !has || uses > 0 || before.unknown && before.origin != int32(k) || !before.unknown && (before.value != 0 || f.measured[k]) {
			return 0, f.giveUp("a measurement happens under a condition, into a bit that is in use")
		}
		return k, nil
	}
	if has && uses == 0 {
		return k, nil
	}
	if f.release(); has && f.refs[k] == 0 {
		return k, nil
	}
	for n := len(f.free) - 1; n >= 0; n-- {
		k, f.free = f.free[n], f.free[:n]
		if f.refs[k] == 0 {
			return k, nil
		}
	}
	k = circuit.Clbit(f.c.NumClbits)
	f.c.NumClbits++
	return k, nil
}

// record adds an operation under the condition at hand.
func (f *flattener) record(add func() *circuit.Op, pos diag.Pos) error {
	if n := len(f.c.Ops); n >= flattenOps {
		return f.giveUp("it is long")
	} else if n >= f.limits.ops {
		return &vm.Error{Code: "too_many_operations", Detail: fmt.Sprintf("the circuit has more than %d operations", f.limits.ops), Pos: pos}
	}
	if f.when != nil && f.written {
		return f.giveUp("a condition changes while the operations under it happen")
	}
	op := add()
	op.Pos = pos
	if f.when != nil {
		if f.when.id == 0 {
			f.when.id = f.c.AddCondition(f.when.Condition)
		}
		op.If = f.when.id
	}
	return nil
}

func (f *flattener) reset(q circuit.Qubit, pos diag.Pos) error {
	return f.record(func() *circuit.Op { return f.c.AddReset(q) }, pos)
}
