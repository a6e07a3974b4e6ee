package compile

import (
	mathbits "math/bits"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
)

// know marks a slot as known, knowBits bits of it, forget bits as unknown.
func (f *flattener) know(slot int32) { f.knowBits(slot, allBits) }

const allBits = ^uint64(0)

func (f *flattener) knowBits(slot int32, mask uint64) {
	if mask &= f.unknown[slot]; mask == 0 {
		return
	}
	origin := f.origin[slot]
	for m := mask; m != 0; m &= m - 1 {
		o := origin[mathbits.TrailingZeros64(m)]
		if o < 0 {
			continue
		}
		k := circuit.Clbit(o)
		if f.refs[k]--; f.refs[k] == 0 && int(k) >= len(f.own) {
			f.free = append(f.free, k)
		}
	}
	f.unknown[slot] &^= mask
	delete(f.conds, slot)
}

func (f *flattener) forget(slot int32, mask uint64, to int32) {
	f.knowBits(slot, mask)
	origin := f.origin[slot]
	if origin == nil {
		origin = &[64]int32{}
		f.origin[slot] = origin
	}
	if f.when != nil && f.before[slot] == nil {
		was := *origin
		f.before[slot] = &was
	}
	f.unknown[slot] |= mask
	f.mem[slot] &^= mask
	for m := mask; m != 0; m &= m - 1 {
		origin[mathbits.TrailingZeros64(m)] = to
	}
	if to >= 0 {
		f.refs[circuit.Clbit(to)] += mathbits.OnesCount64(mask)
	}
	delete(f.conds, slot)
}

// release lets go of bits that nobody reads any more, so that the clbits that nothing else is may be used again. It looks at most a few slots a
// measurement.
func (f *flattener) release() {
	if f.wait--; f.wait >= 0 {
		return
	}
	if f.flow == nil {
		f.flow = program.NewFlow(f.p)
	}
	view := vm.View(f.p, f.flow, f.pc, f.fp, f.stack, len(f.mem), true)
	for slot := range f.origin {
		if int(slot) < len(f.unknown) {
			f.knowBits(slot, ^view.Mask(slot))
			if f.unknown[slot] != 0 {
				continue
			}
		}
		delete(f.origin, slot)
	}
	f.wait = len(f.origin) / 8
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
		f.forget(to, 1<<toBit, f.origin[from][fromBit])
		return
	}
	f.knowBits(to, 1<<toBit)
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
		bit := f.snapshotBit(b+in.C/64, int(in.C%64)) // a may be one of the slots at b
		f.know(a)
		f.mem[a] = 0
		f.putBit(a, 0, bit)
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
		f.forget(slot, 1<<bit, v.origin)
		return
	}
	f.knowBits(slot, 1<<bit)
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

// scratch takes memory behind the frame, or gives it back.
func (f *flattener) scratch(in program.Instr) error {
	if in.Op == program.Drop {
		f.grow(int(f.mem[f.fp+in.A]))
		f.pc++
		return nil
	}
	if f.unknown[f.fp+in.B] != 0 {
		return &errRest{"the length of a copy depends on a measurement"}
	}
	first, n := len(f.mem), f.mem[f.fp+in.B]
	if n > maxFrame {
		return f.giveUp("it copies more than can be known in advance")
	}
	f.mem[f.fp+in.A] = uint64(first)
	f.know(f.fp + in.A)
	f.grow(first + int(n))
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
