package branch

import (
	"cmp"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// stop is a place where a program waits for a measurement or a reset: an instruction with the calls that led to it.
type stop struct {
	pc, fp int32
	stack  []vm.Return
	hash   uint64 // names the place to the random numbers
	reset  bool

	live   program.View // the bits of memory on which the run depends from here on
	needed program.View // and those that are reported besides
	gates  bool         // the state may change from here on, this reset included

	waiting  []*branch       // that have come here
	measured []circuit.Qubit // where not gates: what may be measured from here on
	changed  []circuit.Qubit // what may be changed from here on; see stops.idle
	// compared and fruitful are as the tree's.
	compared int
	fruitful bool
}

// compare orders stops as the program goes: branches wait for those that are behind them.
func (s *stop) compare(o *stop) int {
	for i := range min(len(s.stack), len(o.stack)) {
		if c := cmp.Compare(s.stack[i].PC, o.stack[i].PC); c != 0 {
			return c
		}
	}
	// One of them is deeper in: where the other is at the call or before it, it is behind.
	at := func(x *stop, depth int) int32 {
		if depth < len(x.stack) {
			return x.stack[depth].PC
		}
		return x.pc
	}
	depth := min(len(s.stack), len(o.stack))
	if c := cmp.Compare(at(s, depth), at(o, depth)); c != 0 {
		return c
	}
	return cmp.Compare(len(o.stack), len(s.stack))
}

// stops finds the stop of each place.
type stops struct {
	program *program.Program
	flow    *program.Flow
	byPlace map[uint64][]*stop
	held    int // entries of their views
}

// maxViews bounds the memory for views, in entries: beyond it they are made again each time that the last branch has left.
const maxViews = 1 << 22

func newStops(p *program.Program) *stops {
	return &stops{program: p, flow: program.NewFlow(p), byPlace: map[uint64][]*stop{}}
}

// of returns the stop that a machine is at.
func (l *stops) of(m *vm.Machine) *stop {
	hash := uint64(m.PC)
	for _, r := range m.Stack {
		hash = rng.Mix(hash, uint64(r.PC))
	}
	for _, s := range l.byPlace[hash] {
		if s.pc == m.PC && s.fp == m.FP && slices.Equal(s.stack, m.Stack) {
			return s
		}
	}
	if l.held > maxViews {
		l.forget()
	}
	s := &stop{pc: m.PC, fp: m.FP, stack: slices.Clone(m.Stack), hash: hash, reset: l.program.Code[m.PC].Op == program.Reset}
	view := func(needed bool) program.View {
		return vm.View(l.program, l.flow, s.pc, s.fp, s.stack, len(m.Mem), needed)
	}
	s.live, s.needed = view(false), view(true)
	s.gates = l.gatesAhead(s)
	l.byPlace[hash] = append(l.byPlace[hash], s)
	l.held += len(s.live) + len(s.needed)
	return s
}

// forget drops stops where nobody waits.
func (l *stops) forget() {
	l.held = 0
	for hash, list := range l.byPlace {
		list = slices.DeleteFunc(list, func(s *stop) bool { return len(s.waiting) == 0 })
		if len(list) == 0 {
			delete(l.byPlace, hash)
			continue
		}
		l.byPlace[hash] = list
		for _, s := range list {
			l.held += len(s.live) + len(s.needed)
		}
	}
}

// eachFrame calls f with the places in all frames; see vm.EachFrame.
func (l *stops) eachFrame(s *stop, f func(pc int32)) {
	vm.EachFrame(l.program, s.pc, s.fp, s.stack, 0, func(_ int, pc, _, _ int32) { f(pc) })
}

// allBits is the mask of slots that matter as a whole.
const allBits = ^uint64(0)

// keepOnly clears the bits of memory that are not in a view.
func keepOnly(v program.View, memory []uint64) {
	done := int32(0)
	for _, b := range v {
		clear(memory[done:b.First])
		done = b.First + b.N
		if b.Mask != allBits {
			for i := b.First; i < done; i++ {
				memory[i] &= b.Mask
			}
		}
	}
	clear(memory[done:])
}

// hashOf is a hash of the bits of memory that are in a view.
func hashOf(v program.View, memory []uint64) uint64 {
	h := uint64(0)
	for _, b := range v {
		for _, w := range memory[b.First : b.First+b.N] {
			h = fold(h, w&b.Mask)
		}
	}
	return h
}

// agree reports whether two memories have the same bits in a view.
func agree(v program.View, x, y []uint64) bool {
	for _, b := range v {
		p, q := x[b.First:b.First+b.N], y[b.First:b.First+b.N]
		if b.Mask == allBits {
			if !slices.Equal(p, q) {
				return false
			}
			continue
		}
		for i := range p {
			if (p[i]^q[i])&b.Mask != 0 {
				return false
			}
		}
	}
	return true
}

func (l *stops) gatesAhead(s *stop) bool {
	ahead := false
	l.eachFrame(s, func(pc int32) { ahead = ahead || l.flow.GatesAhead(pc) })
	return ahead
}

func (l *stops) places(s *stop) (list []int32) {
	l.eachFrame(s, func(pc int32) { list = append(list, pc) })
	return list
}

// idle reports whether a measurement is like one at the end: neither the run nor the state afterwards has to do with it.
func (l *stops) idle(s *stop, q circuit.Qubit) bool {
	if s.reset || !l.flow.Silent(s.pc) {
		return false
	}
	if s.changed == nil {
		s.changed = append(l.flow.ChangedAhead(l.places(s)), circuit.Qubit(l.program.NumQubits)) // which is none, so that the list is never empty
	}
	_, changed := slices.BinarySearch(s.changed, q)
	return !changed
}

// measuredAhead are the qubits that may be measured from a stop on.
func (l *stops) measuredAhead(s *stop) []circuit.Qubit {
	if s.measured == nil {
		s.measured = l.flow.MeasuredAhead(l.places(s))
	}
	return s.measured
}
