package branch

import (
	"cmp"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
)

// course is a circuit as the tree walks it: a few steps that need the state, and what is left to be measured at the very end.
type course struct {
	circuit *circuit.Circuit
	steps   []step
	deaths  []circuit.Clbit // of all steps; see step.deathLo

	// What remains after the last step: outcome bit k is qubit measured[k], writes says where outcome bits go, in rising order of
	// clbits, constants are bits whose final value is known.
	measured  []circuit.Qubit
	writes    []write
	constants []constant
}

type write struct {
	clbit  circuit.Clbit
	qubit  circuit.Qubit
	source int // the qubit's place in measured
}

type constant struct {
	clbit circuit.Clbit
	value bool
}

type stepKind uint8

const (
	applyStep   stepKind = iota // gates Ops[lo:hi], all under one condition
	measureStep                 // Ops[lo]
	resetStep                   // Ops[lo]
	assignStep                  // Ops[lo]
)

type step struct {
	kind  stepKind
	value bool           // of an assignStep
	live  bool           // a condition will read what the step writes
	again bool           // an earlier step may have written the same clbit
	cond  circuit.CondID // 0 is always
	qubit circuit.Qubit
	clbit circuit.Clbit // NoClbit where nobody needs the outcome
	lo,
	hi int
	// deaths[deathLo:deathHi] are the clbits whose value is read by this step's condition for the last time before it is overwritten.
	deathLo, deathHi int
}

// fate is what becomes of an op.
type fate uint8

const (
	dropped fate = iota // without effect on anything wanted
	kept                // a step, or part of one
	final               // done at the very end
)

// analysis looks at a circuit from its end to its start.
type analysis struct {
	circuit   *circuit.Circuit
	keepState bool       // the state at the end matters, not only the clbits
	busy      []bool     // by qubit: a kept op acts on it later
	measured  []bool     // by qubit: it is measured at the very end
	live      bitvec.Vec // a condition reads the bit's value before it is overwritten
	needed    bitvec.Vec // the bit's value is read before it is overwritten, or is part of the outcome
	touched   bitvec.Vec // the bit is read, or written under a condition, by a later op
	fates     []fate
	silent    []bool // by op: nobody needs what it writes
	liveAfter []bool // by op: a condition reads what it writes
	deaths    []death
}

type death struct {
	op    int
	clbit circuit.Clbit
}

// compile makes the course of c. A measurement is left to the end where nothing happens to its qubit afterwards and nobody reads its
// clbit: then all of them are drawn at once from each final state. With keepState a reset at the end counts as something that
// happens; without, it is dropped.
func compile(c *circuit.Circuit, keepState bool) *course {
	n := len(c.Ops)
	a := &analysis{
		circuit: c, keepState: keepState, busy: make([]bool, c.NumQubits), measured: make([]bool, c.NumQubits),
		live: bitvec.New(c.NumClbits), needed: bitvec.New(c.NumClbits), touched: bitvec.New(c.NumClbits),
		fates: make([]fate, n), silent: make([]bool, n), liveAfter: make([]bool, n),
	}
	for i := range a.needed.Len() {
		a.needed.Set(i, true)
	}
	for i, op := range slices.Backward(c.Ops) {
		a.fates[i] = a.judge(i, op)
	}
	slices.Reverse(a.deaths)
	return a.course()
}

func (a *analysis) judge(i int, op circuit.Op) fate {
	switch op.Kind {
	case circuit.Gate:
		return a.keep(i, op)
	case circuit.Reset:
		if q := a.circuit.Qubits(op)[0]; !a.keepState && !a.busy[q] && !a.measured[q] {
			return dropped
		}
		a.silent[i] = true
		return a.keep(i, op)
	case circuit.Measure, circuit.Assign:
		return a.judgeWrite(i, op)
	}
	return dropped
}

// judgeWrite tells what becomes of a measurement or an assignment.
func (a *analysis) judgeWrite(i int, op circuit.Op) fate {
	c := int(op.Clbit())
	a.silent[i] = op.Clbit() == circuit.NoClbit || !a.needed.Get(c)
	qubits := a.circuit.Qubits(op) // none of an assignment
	busy := len(qubits) > 0 && a.busy[qubits[0]]
	switch {
	case a.silent[i] && !busy && (op.If == 0 || len(qubits) == 0 || !a.keepState):
		return dropped
	case a.silent[i]:
		return a.keep(i, op)
	case op.If == 0 && !busy && !a.touched.Get(c):
		a.needed.Set(c, false)
		for _, q := range qubits {
			a.measured[q] = true
		}
		return final
	}
	a.liveAfter[i] = a.live.Get(c)
	if op.If == 0 {
		a.live.Set(c, false)
		a.needed.Set(c, false)
	} else {
		a.touched.Set(c, true)
	}
	return a.keep(i, op)
}

func (a *analysis) keep(i int, op circuit.Op) fate {
	for _, q := range a.circuit.Qubits(op) {
		a.busy[q] = true
	}
	if op.If != 0 {
		a.read(i, a.circuit.Condition(op.If))
	}
	return kept
}

// read marks the bits of a condition, a word at a time: registers of thousands of bits under thousands of conditions occur.
func (a *analysis) read(i int, cond circuit.Condition) {
	live, needed, touched := a.live.Words(), a.needed.Words(), a.touched.Words()
	end := int(cond.First) + cond.Width
	for at := int(cond.First); at < end; {
		word, width := at/64, min(64-at%64, end-at)
		mask := ^uint64(0) >> (64 - width) << (at % 64)
		if mask&^live[word] != 0 {
			for b := at; b < at+width; b++ {
				if !a.live.Get(b) {
					a.deaths = append(a.deaths, death{i, circuit.Clbit(b)})
				}
			}
		}
		live[word] |= mask
		needed[word] |= mask
		touched[word] |= mask
		at += width
	}
}

// course gathers the kept ops into steps.
func (a *analysis) course() *course {
	p := &course{circuit: a.circuit}
	written := bitvec.New(a.circuit.NumClbits)
	next := 0 // of a.deaths
	for i, op := range a.circuit.Ops {
		switch {
		case op.Kind == circuit.Barrier:
			p.extend(i)
		case a.fates[i] == final:
			p.leave(a.circuit, op)
		case a.fates[i] == kept:
			p.add(a, i, op, written)
			for ; next < len(a.deaths) && a.deaths[next].op == i; next++ {
				p.deaths = append(p.deaths, a.deaths[next].clbit)
			}
			p.steps[len(p.steps)-1].deathHi = len(p.deaths)
		}
	}
	p.number()
	return p
}

// extend lets a range of gates go on over a barrier, so that the gates after it may join.
func (p *course) extend(i int) {
	if n := len(p.steps); n > 0 && p.steps[n-1].kind == applyStep && p.steps[n-1].hi == i {
		p.steps[n-1].hi++
	}
}

func (p *course) leave(c *circuit.Circuit, op circuit.Op) {
	if op.Kind == circuit.Assign {
		p.constants = append(p.constants, constant{op.Clbit(), op.Value()})
		return
	}
	p.writes = append(p.writes, write{clbit: op.Clbit(), qubit: c.Qubits(op)[0]})
}

// number gives the terminal measurements their places. Outcome bits in the order of clbits make registers out of whole words.
func (p *course) number() {
	slices.SortFunc(p.writes, func(a, b write) int { return cmp.Compare(a.clbit, b.clbit) })
	place := make(map[circuit.Qubit]int, len(p.writes))
	for i := range p.writes {
		w := &p.writes[i]
		k, ok := place[w.qubit]
		if !ok {
			k = len(p.measured)
			place[w.qubit] = k
			p.measured = append(p.measured, w.qubit)
		}
		w.source = k
	}
}

func (p *course) add(a *analysis, i int, op circuit.Op, written bitvec.Vec) {
	s := step{kind: applyStep, cond: op.If, lo: i, hi: i + 1, clbit: circuit.NoClbit, deathLo: len(p.deaths), live: a.liveAfter[i]}
	switch op.Kind {
	case circuit.Gate:
		if n := len(p.steps); n > 0 && p.steps[n-1].kind == applyStep && p.steps[n-1].cond == op.If && p.steps[n-1].hi == i {
			p.steps[n-1].hi++
			return
		}
	case circuit.Measure:
		s.kind, s.qubit = measureStep, a.circuit.Qubits(op)[0]
	case circuit.Reset:
		s.kind, s.qubit = resetStep, a.circuit.Qubits(op)[0]
	case circuit.Assign:
		s.kind, s.value = assignStep, op.Value()
	}
	if op.Kind != circuit.Gate && !a.silent[i] {
		s.clbit = op.Clbit()
		s.again = written.Get(int(s.clbit))
		written.Set(int(s.clbit), true)
	}
	p.steps = append(p.steps, s)
}
