package compile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
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
	measured map[circuit.Clbit]bool             // clbits whose value in the circuit is not known
	reported map[int32]bool
	when     *condition // under which the instructions are carried out
	written  bool       // under when: a clbit of the condition was measured
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
		refs: map[circuit.Clbit]int{}, measured: map[circuit.Clbit]bool{}, reported: map[int32]bool{},
	}
	for i, at := range places {
		f.own[at] = circuit.Clbit(i)
	}
	for _, v := range p.Vars {
		for k := range int32(v.Type.Words()) {
			f.reported[v.Slot+k] = true
		}
	}
	for _, r := range p.Cregs {
		for k := range int32(max(1, program.Words(r.Size))) {
			f.reported[r.Slot+k] = true
		}
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
	return Result{}, reason{text: "its classical part is long", at: p.Pos[f.pc]}
}

func (f *flattener) giveUp(text string) error { return &errGiveUp{text, f.p.Pos[f.pc]} }

// run flattens. Until something is measured, the machine runs freely.
func (f *flattener) run(places []program.BitPlace) (Result, error) {
	measured := slices.ContainsFunc(f.c.Ops, func(op circuit.Op) bool { return op.Kind == circuit.Measure })
	m, err := vm.New(f.p, vm.Limits{Steps: f.limits.steps, Words: flattenWords})
	if err != nil {
		return Result{}, err
	}
	for !measured {
		event, err := m.Run(context.Background(), f.sink)
		if err != nil {
			f.pc = m.PC
			return Result{}, err
		}
		if event == vm.Ended {
			f.mem, f.pc = m.Mem, m.PC
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
			f.forget(at.Slot, int(at.Bit), int32(op.Clbit()))
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
		f.knowBit(f.fp+in.A+in.C/64, int(in.C%64))
	case program.PutBitAt:
		i := int64(f.mem[f.fp+in.C])
		f.knowBit(f.fp+in.A+int32(i/64), int(i%64))
	case program.Insert:
		for k := range in.W {
			f.knowBit(f.fp+in.A+(in.C+k)/64, int((in.C+k)%64))
		}
	case program.StoreAt:
		f.know(f.fp + in.A + int32(f.mem[f.fp+in.C]))
	}
	return nil
}

// know marks a slot as known, knowBit a bit, forget a bit as unknown.
func (f *flattener) know(slot int32) {
	if f.unknown[slot] == 0 {
		return
	}
	for b := range 64 {
		f.knowBit(slot, b)
	}
}

func (f *flattener) knowBit(slot int32, bit int) {
	if f.unknown[slot]>>bit&1 == 0 {
		return
	}
	if o := f.origin[slot][bit]; o >= 0 {
		f.refs[circuit.Clbit(o)]--
	}
	f.unknown[slot] &^= 1 << bit
	delete(f.conds, slot)
}

func (f *flattener) forget(slot int32, bit int, origin int32) {
	f.knowBit(slot, bit)
	if f.origin[slot] == nil {
		f.origin[slot] = &[64]int32{}
	}
	f.unknown[slot] |= 1 << bit
	f.mem[slot] &^= 1 << bit
	f.origin[slot][bit] = origin
	if origin >= 0 {
		f.refs[circuit.Clbit(origin)]++
	}
	delete(f.conds, slot)
}

// readsUnknown reports whether the instruction at hand reads a slot with unknown bits.
func (f *flattener) readsUnknown() bool {
	for _, r := range f.accessOf(f.pc).reads {
		for _, u := range f.unknown[f.fp+r.First : f.fp+r.First+r.N] {
			if u != 0 {
				return true
			}
		}
	}
	return false
}

// copyBit makes one bit what another is.
func (f *flattener) copyBit(to int32, toBit int, from int32, fromBit int) {
	if f.unknown[from]>>fromBit&1 == 1 {
		f.forget(to, toBit, f.origin[from][fromBit])
		return
	}
	f.knowBit(to, toBit)
	f.mem[to] = f.mem[to]&^(1<<toBit) | f.mem[from]>>fromBit&1<<toBit
}

// symbolic carries out an instruction that reads unknown bits, where it only moves them.
func (f *flattener) symbolic(in program.Instr) error {
	a, b := f.fp+in.A, f.fp+in.B
	switch in.Op {
	case program.Move:
		f.copySlots(a, b, 1)
	case program.MoveN:
		f.copySlots(a, b, int(in.C))
	case program.GetBit:
		f.know(a)
		f.mem[a] = 0
		f.copyBit(a, 0, b+in.C/64, int(in.C%64))
	case program.PutBit:
		f.copyBit(a+in.C/64, int(in.C%64), b, 0)
	case program.GetBitAt:
		if f.unknown[f.fp+in.C] != 0 {
			return &errRest{"an index depends on a measurement"}
		}
		i := int32(f.mem[f.fp+in.C])
		bit := f.snapshotBit(b+i/64, int(i%64))
		f.know(a)
		f.mem[a] = 0
		f.putBit(a, 0, bit)
	case program.PutBitAt:
		if f.unknown[f.fp+in.C] != 0 {
			return &errRest{"an index depends on a measurement"}
		}
		i := int32(f.mem[f.fp+in.C])
		f.copyBit(a+i/64, int(i%64), b, 0)
	case program.Extract:
		f.extract(in, a, b)
	case program.Insert:
		for k := range in.W {
			f.copyBit(a+(in.C+k)/64, int((in.C+k)%64), b+k/64, int(k%64))
		}
	case program.NeI, program.EqI, program.NotB:
		return f.comparison(in)
	case program.ApplyGate, program.PowEnd, program.Reset:
		return f.giveUp("an operation depends on a measurement")
	case program.LoadAt, program.StoreAt:
		return f.element(in)
	default:
		return &errRest{"it computes with what it measures"}
	}
	f.pc++
	return nil
}

// bitValue is a bit with its origin.
type bitValue struct {
	unknown bool
	origin  int32
	value   uint64
}

func (f *flattener) snapshotBit(slot int32, bit int) bitValue {
	v := bitValue{unknown: f.unknown[slot]>>bit&1 == 1, value: f.mem[slot] >> bit & 1}
	if v.unknown {
		v.origin = f.origin[slot][bit]
	}
	return v
}

func (f *flattener) putBit(slot int32, bit int, v bitValue) {
	if v.unknown {
		f.forget(slot, bit, v.origin)
		return
	}
	f.knowBit(slot, bit)
	f.mem[slot] = f.mem[slot]&^(1<<bit) | v.value<<bit
}

func (f *flattener) copySlots(to, from int32, n int) {
	bits := make([]bitValue, 0, 64*n)
	for k := range int32(n) {
		if f.unknown[from+k] == 0 && f.unknown[to+k] == 0 {
			bits = append(bits, bitValue{value: f.mem[from+k]})
			continue
		}
		bits = append(bits, bitValue{unknown: true, origin: int32(len(bits))})
		for b := range 64 {
			bits = append(bits, f.snapshotBit(from+k, b))
		}
	}
	at := 0
	for k := range int32(n) {
		head := bits[at]
		at++
		if !head.unknown {
			f.know(to + k)
			f.mem[to+k] = head.value
			continue
		}
		for b := range 64 {
			f.putBit(to+k, b, bits[at])
			at++
		}
	}
}

func (f *flattener) extract(in program.Instr, a, b int32) {
	bits := make([]bitValue, in.W)
	for k := range in.W {
		bits[k] = f.snapshotBit(b+(in.C+k)/64, int((in.C+k)%64))
	}
	for k := range int32(program.Words(int(in.W))) {
		f.know(a + k)
		f.mem[a+k] = 0
	}
	for k, v := range bits {
		f.putBit(a+int32(k/64), k%64, v)
	}
}

// element is LoadAt and StoreAt, one of whose operands is unknown.
func (f *flattener) element(in program.Instr) error {
	if f.unknown[f.fp+in.C] != 0 {
		return &errRest{"an index depends on a measurement"}
	}
	i := int32(f.mem[f.fp+in.C])
	if in.Op == program.LoadAt {
		f.copySlots(f.fp+in.A, f.fp+in.B+i, 1)
	} else {
		f.copySlots(f.fp+in.A+i, f.fp+in.B, 1)
	}
	f.pc++
	return nil
}

// indirect is what goes through addresses.
func (f *flattener) indirect(in program.Instr) error {
	address, n := in.B, int32(1)
	if in.Op == program.Store || in.Op == program.StoreN || in.Op == program.Copy {
		address = in.A
	}
	if f.unknown[f.fp+address] != 0 || in.Op == program.Copy && f.unknown[f.fp+in.B] != 0 {
		return &errRest{"an index depends on a measurement"}
	}
	if in.Op == program.LoadN || in.Op == program.StoreN || in.Op == program.Copy {
		n = in.C
	}
	switch in.Op {
	case program.Load:
		f.copySlots(f.fp+in.A, int32(f.mem[f.fp+in.B])+in.C, 1)
	case program.LoadN:
		f.copySlots(f.fp+in.A, int32(f.mem[f.fp+in.B]), int(n))
	case program.Store:
		f.copySlots(int32(f.mem[f.fp+in.A])+in.C, f.fp+in.B, 1)
	case program.StoreN:
		f.copySlots(int32(f.mem[f.fp+in.A]), f.fp+in.B, int(n))
	case program.Copy:
		f.copySlots(int32(f.mem[f.fp+in.A]), int32(f.mem[f.fp+in.B]), int(n))
	}
	f.pc++
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
	if f.when != nil && k >= f.when.First && k < f.when.First+circuit.Clbit(f.when.Width) {
		f.written = true
	}
	f.know(slot)
	f.mem[slot] = 0
	if temporary {
		f.forget(place.Slot, int(place.Bit), int32(k))
		f.forget(slot, 0, computed)
		f.pc += 2
		return nil
	}
	f.forget(slot, 0, int32(k))
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
	k = circuit.Clbit(f.c.NumClbits)
	f.c.NumClbits++
	return k, nil
}

// record adds an operation under the condition at hand.
func (f *flattener) record(add func() *circuit.Op, pos diag.Pos) error {
	if len(f.c.Ops) >= f.limits.ops {
		return &vm.Error{Code: "too_many_operations", Detail: fmt.Sprintf("the circuit has more than %d operations", f.limits.ops), Pos: pos}
	}
	if f.written {
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

// opSink writes gates down.
type opSink struct {
	f    *flattener
	temp *circuit.Circuit // gates of open powers
	open []int
}

// Gate implements vm.Sink.
func (s *opSink) Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, pos diag.Pos) error {
	if len(s.open) > 0 {
		if g.ID == gate.Unitary {
			s.temp.AddUnitary(g.Matrix, g.Controls, qubits...)
		} else {
			s.temp.AddGate(g.ID, g.Controls, params, qubits...)
		}
		return nil
	}
	if g.ID == gate.GPhase && len(qubits) == 0 && s.f.when == nil {
		addPhase(s.f.c, params[0])
		return nil
	}
	return s.f.record(func() *circuit.Op {
		if g.ID == gate.Unitary {
			return s.f.c.AddUnitary(g.Matrix, g.Controls, qubits...)
		}
		return s.f.c.AddGate(g.ID, g.Controls, params, qubits...)
	}, pos)
}

// PowBegin implements vm.Sink.
func (s *opSink) PowBegin() {
	if len(s.open) == 0 {
		s.temp = &circuit.Circuit{}
	}
	s.open = append(s.open, len(s.temp.Ops))
}

// PowEnd implements vm.Sink.
func (s *opSink) PowEnd(exponent float64, controls []circuit.Qubit, pos diag.Pos) error {
	last := len(s.open) - 1
	ops := slices.Clone(s.temp.Ops[s.open[last]:])
	s.temp.Ops = s.temp.Ops[:s.open[last]]
	s.open = s.open[:last]
	if done, err := s.raised(ops, exponent, controls, pos); done {
		return err
	}
	var qubits []circuit.Qubit
	for _, op := range ops {
		for _, q := range s.temp.Qubits(op) {
			if !slices.Contains(qubits, q) {
				qubits = append(qubits, q)
			}
		}
	}
	if len(qubits) > powerQubits {
		return &errGiveUp{fmt.Sprintf("it raises a gate of %d qubits to a power", len(qubits)), pos}
	}
	m := gate.Power(s.temp.UnitaryOf(ops, qubits), exponent)
	g := program.Gate{ID: gate.Unitary, Controls: len(controls), Matrix: m}
	return s.Gate(&g, nil, append(slices.Clone(controls), qubits...), pos)
}

// raised writes a power of one gate without a matrix where that is possible.
func (s *opSink) raised(ops []circuit.Op, exponent float64, controls []circuit.Qubit, pos diag.Pos) (done bool, err error) {
	if len(ops) != 1 || ops[0].Gate == gate.Unitary {
		return false, nil
	}
	op := ops[0]
	id, params, phase, ok := op.Gate.Row().Raise(gate.QASM3, s.temp.Params(op), exponent)
	if !ok || op.Gate.Row().PhaseIn(gate.QASM3, s.temp.Params(op)) != 0 {
		return false, nil
	}
	list := s.temp.Qubits(op)
	all := append(slices.Clone(controls), list[:op.Controls]...)
	if phase != 0 {
		g := program.Gate{ID: gate.GPhase, Controls: len(all)}
		if err := s.Gate(&g, []float64{phase}, all, pos); err != nil {
			return true, err
		}
	}
	g := program.Gate{ID: id, Controls: len(all)}
	return true, s.Gate(&g, params, append(slices.Clone(all), list[op.Controls:]...), pos)
}
