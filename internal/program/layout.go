package program

import (
	"slices"
	"sort"
)

// Layout is what a run leaves: the slots of variables and registers in the main frame, packed.
type Layout struct {
	ranges []Range // of the main frame, in rising order without overlaps
	places []int   // of each range in the packed words
	words  int
}

// Layout returns the program's.
func (p *Program) Layout() *Layout {
	l := &Layout{ranges: p.Reported()}
	for _, r := range l.ranges {
		l.places = append(l.places, l.words)
		l.words += int(r.N)
	}
	return l
}

// Words is how many words a run leaves.
func (l *Layout) Words() int { return l.words }

// Pack copies what is reported of the main frame into Words words.
func (l *Layout) Pack(to, frame []uint64) {
	for i, r := range l.ranges {
		copy(to[l.places[i]:], frame[r.First:r.First+r.N])
	}
}

// Place is where a reported slot lies in the packed words. The slot of a variable that has no words, which is not reported, lies behind
// what is reported before it.
func (l *Layout) Place(slot int32) int {
	i := sort.Search(len(l.ranges), func(i int) bool { return l.ranges[i].First > slot }) - 1
	if i < 0 {
		return 0
	}
	return l.places[i] + int(min(slot-l.ranges[i].First, l.ranges[i].N))
}

// Reported merges the slots of registers and variables.
func (p *Program) Reported() []Range {
	var all []Range
	for _, c := range p.Cregs {
		all = append(all, Range{c.Slot, int32(Words(c.Size))})
	}
	for _, v := range p.Vars {
		all = append(all, Range{v.Slot, int32(v.Type.Words())})
	}
	slices.SortFunc(all, func(a, b Range) int { return int(a.First) - int(b.First) })
	var out []Range
	for _, r := range all {
		if n := len(out); n > 0 && r.First <= out[n-1].First+out[n-1].N {
			out[n-1].N = max(out[n-1].N, r.First+r.N-out[n-1].First)
		} else if r.N > 0 {
			out = append(out, r)
		}
	}
	return out
}
