package branch

import "github.com/softquantus/qcos/internal/bitvec"

// maxIdle bounds how many states and how many bit vectors wait for being used again.
const (
	maxIdleStates = 8
	maxIdleBits   = 1 << 12
	maxIdleWords  = 1 << 8 // of a vector: larger ones are left to the garbage collector
)

// pool keeps what merged branches leave for those to come: circuits with feedback split and merge thousands of times.
type pool struct {
	states []State
	bits   []bitvec.Vec
	lists  [][]record
}

// copyState returns a copy of s, or nil where memory does not allow one.
func (p *pool) copyState(s State) State {
	if last := len(p.states) - 1; last >= 0 {
		c := p.states[last]
		p.states = p.states[:last]
		c.CopyFrom(s)
		return c
	}
	return s.Clone()
}

func (p *pool) releaseState(s State) {
	if len(p.states) < maxIdleStates {
		p.states = append(p.states, s)
		return
	}
	s.Free()
}

func (p *pool) freeStates() {
	for _, s := range p.states {
		s.Free()
	}
	p.states = nil
}

func (p *pool) cloneBits(v bitvec.Vec) bitvec.Vec {
	last := len(p.bits) - 1
	if last < 0 {
		return v.Clone()
	}
	c := p.bits[last]
	p.bits = p.bits[:last]
	if c.Len() != v.Len() { // a program's memory, which grows with its calls
		return v.Clone()
	}
	copy(c.Words(), v.Words())
	return c
}

func (p *pool) releaseBits(v bitvec.Vec) {
	if len(p.bits) < maxIdleBits && len(v.Words()) <= maxIdleWords {
		p.bits = append(p.bits, v)
	}
}

// takeList returns an empty list of records.
func (p *pool) takeList() []record {
	last := len(p.lists) - 1
	if last < 0 {
		return nil
	}
	l := p.lists[last]
	p.lists = p.lists[:last]
	return l
}

// releaseList takes a list whose records live on elsewhere.
func (p *pool) releaseList(l []record) {
	if len(p.lists) < maxIdleStates {
		clear(l)
		p.lists = append(p.lists, l[:0])
	}
}

// releaseRecords takes a list that nobody follows.
func (p *pool) releaseRecords(l []record) {
	for i := range l {
		p.releaseBits(l[i].bits)
	}
	p.releaseList(l)
}
