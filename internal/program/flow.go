package program

import "slices"

// Flow is what is known of a program without running it: at each place, which bits of memory still matter, and whether the quantum state
// may still change.
type Flow struct {
	program *Program

	live, needed []map[int32]View // by function, by instruction
	gates        []bool           // by instruction: before the function returns, a gate or a reset may come
	gated        []bool           // by function: likewise, anywhere in it
	silent       map[int32]bool   // the measurements on whose outcome the run does not depend
}

// View is the bits of a frame that matter.
type View []Bits

// Bits is a range of slots of which the bits of Mask matter.
type Bits struct {
	Range
	Mask uint64
}

// Mask is the bits of a slot that matter. The ranges of v are in rising order.
func (v View) Mask(slot int32) uint64 {
	at, found := slices.BinarySearchFunc(v, slot, func(b Bits, slot int32) int {
		switch {
		case b.First+b.N <= slot:
			return -1
		case b.First > slot:
			return 1
		}
		return 0
	})
	if !found {
		return 0
	}
	return v[at].Mask
}

// maxFlow bounds the memory of the analysis of a function, in words. Beyond it everything is taken to matter, which costs time only.
const maxFlow = 1 << 25

// NewFlow analyses a program, in time about linear in its code.
func NewFlow(p *Program) *Flow {
	f := &Flow{program: p, gates: make([]bool, len(p.Code)), gated: p.callers(changesState), silent: map[int32]bool{}}
	reported := p.Reported()
	ends := p.callers(func(in Instr) bool { return in.Op == End })
	for i := range p.Funcs {
		fn := newFuncFlow(p, &p.Funcs[i], reported, ends)
		fn.silent = f.silent
		f.live = append(f.live, fn.views(false))
		fn.silent = nil
		f.needed = append(f.needed, fn.views(true))
		f.findGates(fn)
	}
	return f
}

func changesState(in Instr) bool { return in.Op == ApplyGate || in.Op == PowEnd || in.Op == Reset }

// callers tells the functions in which, or in what they call, an instruction occurs.
func (p *Program) callers(is func(Instr) bool) []bool {
	found := make([]bool, len(p.Funcs))
	for changed := true; changed; {
		changed = false
		for i := range p.Funcs {
			f := &p.Funcs[i]
			if !found[i] && slices.ContainsFunc(p.Code[f.Entry:f.End], func(in Instr) bool { return is(in) || in.Op == Call && found[in.A] }) {
				found[i], changed = true, true
			}
		}
	}
	return found
}

// View is the bits that matter in the frame of a function at instruction at, which is a Measure, a Reset or the one behind a Call: for how
// the run goes on, and with needed also for what it reports.
func (f *Flow) View(fn int, at int32, needed bool) View {
	if needed {
		return f.needed[fn][at]
	}
	return f.live[fn][at]
}

// GatesAhead reports whether the state may change from instruction at on, before the function returns.
func (f *Flow) GatesAhead(at int32) bool { return f.gates[at] }

// FuncOf is the number of the function that an instruction belongs to.
func (p *Program) FuncOf(at int32) int {
	return slices.IndexFunc(p.Funcs, func(f Func) bool { return f.Entry <= at && at < f.End })
}

// findGates fills in f.gates for a function.
func (f *Flow) findGates(fn *funcFlow) {
	p := f.program
	for changed := true; changed; {
		changed = false
		for at := fn.f.End - 1; at >= fn.f.Entry; at-- {
			in := p.Code[at]
			ahead := f.gates[at] || changesState(in) || in.Op == Call && f.gated[in.A]
			fn.successors(at, func(next int32) { ahead = ahead || f.gates[next] })
			if ahead != f.gates[at] {
				f.gates[at], changed = true, true
			}
		}
	}
}

// Silent reports whether how the run goes on does not depend on what the Measure at an instruction finds.
func (f *Flow) Silent(at int32) bool { return f.silent[at] }

// MeasuredAhead lists the qubits that may be measured from the places on, in rising order: of the function at hand and of those that it
// returns to.
func (f *Flow) MeasuredAhead(places []int32) []uint32 {
	return f.ahead(places, func(in Instr) []Qubit {
		if in.Op == Measure {
			return f.program.Qubits[in.B : in.B+1]
		}
		return nil
	})
}

// ChangedAhead lists the qubits that gates and resets may act on from the places on; see MeasuredAhead.
func (f *Flow) ChangedAhead(places []int32) []uint32 {
	return f.ahead(places, func(in Instr) []Qubit {
		switch in.Op {
		case ApplyGate:
			return f.program.Gates[in.A].Qubits
		case PowEnd:
			return f.program.Pows[in.B].Controls
		case Reset:
			return f.program.Qubits[in.B : in.B+1]
		}
		return nil
	})
}

// ahead lists the qubits of all instructions that may be met from the places on.
func (f *Flow) ahead(places []int32, qubits func(Instr) []Qubit) []uint32 {
	seen := make([]bool, len(f.program.Code))
	found := map[uint32]struct{}{}
	work := slices.Clone(places)
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		in := f.program.Code[at]
		for _, q := range qubits(in) {
			for k := range q.Size {
				found[q.First+k] = struct{}{}
			}
		}
		if in.Op == Call {
			work = append(work, f.program.Funcs[in.A].Entry)
		}
		successors(in, at, func(next int32) { work = append(work, next) })
	}
	list := make([]uint32, 0, len(found))
	for q := range found {
		list = append(list, q)
	}
	slices.Sort(list)
	return list
}

// successors calls f with the instructions of the function that may follow.
func successors(in Instr, at int32, f func(int32)) {
	switch in.Op {
	case Return, End, Fail:
		return
	case Jump:
		f(in.A)
		return
	}
	if shapes[in.Op].a == target {
		f(in.A)
	}
	f(at + 1)
}
