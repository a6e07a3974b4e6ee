package statevec

import (
	"math/bits"
	"slices"
)

// A sweep brings the whole state through the cache once. Its local positions index a chunk: the amplitudes that differ in them
// only. The units of a sweep mix local positions only, so that each chunk can be taken through all of them on its own.
type sweep struct {
	local uint64 // positions
	units []*unit
}

// Sizes of chunks. Too small and the state is brought through the cache more often than needed, too large and chunks no longer fit
// the second-level cache (1 MiB or more a core on machines of this decade, shared with the lines on their way in and out).
const (
	chunkBytes = 1 << 19
	// runBits is the number of lowest positions that are local in every sweep: what a chunk consists of are runs of at least
	// 64 amplitudes that lie together in memory.
	runBits = 6
	// lookahead bounds the units looked at for choosing the positions of a sweep.
	lookahead = 512
)

// scheduler distributes units over sweeps of chunks of 1<<chunkBits amplitudes, in an order that leaves units that do not commute in
// theirs.
type scheduler struct {
	chunkBits int
	all       uint64  // positions of the state
	pending   []*unit // that no sweep has taken yet, in order
}

// schedule returns the sweeps for the units on a state of n positions. They refer to the units.
func schedule(units []unit, n, chunkBits int) (sweeps []sweep) {
	s := scheduler{chunkBits: chunkBits, all: 1<<n - 1, pending: make([]*unit, len(units))}
	for i := range units {
		s.pending[i] = &units[i]
	}
	if n <= chunkBits && len(units) > 0 {
		return []sweep{{s.all, s.pending}}
	}
	for len(s.pending) > 0 {
		sweeps = append(sweeps, s.take(s.choose()))
	}
	return sweeps
}

// frontier decides which units may go before others that were left behind. Units that both only multiply by phases on a position
// commute there.
type frontier struct {
	mixed  uint64 // positions that units left behind mix
	phased uint64 // positions that they touch otherwise
}

func (f *frontier) passes(u *unit) bool {
	return u.mix&(f.mixed|f.phased) == 0 && u.touch&f.mixed == 0
}

func (f *frontier) leave(u *unit) {
	f.mixed |= u.mix
	f.phased |= u.touch &^ u.mix
}

// choose picks the local positions of the next sweep: it adds the positions of one unit after another, each time of the one that
// lets the most work be done for each position added.
func (s *scheduler) choose() uint64 {
	const lowest = 1<<runBits - 1
	local := uint64(lowest)
	for {
		best, bestGain := uint64(0), 0.0
		done := s.work(local)
		for _, more := range s.candidates(local) {
			if bits.OnesCount64(local|more) > s.chunkBits && local != lowest {
				continue
			}
			if gain := float64(s.work(local|more)-done) / float64(bits.OnesCount64(more)); gain > bestGain {
				best, bestGain = more, gain
			}
		}
		if best == 0 {
			return local
		}
		local |= best
	}
}

// candidates lists what is missing in local for each of the units that could come next.
func (s *scheduler) candidates(local uint64) (missing []uint64) {
	var f frontier
	for _, u := range s.pending[:min(len(s.pending), lookahead)] {
		if f.mixed == s.all {
			break
		}
		if f.passes(u) {
			more := u.mix &^ local
			if more == 0 {
				continue
			}
			if !slices.Contains(missing, more) {
				missing = append(missing, more)
			}
		}
		f.leave(u)
	}
	return missing
}

// work is the cost of the units that a sweep of these positions can take.
func (s *scheduler) work(local uint64) (cost int) {
	var f frontier
	for _, u := range s.pending[:min(len(s.pending), lookahead)] {
		if f.mixed == s.all {
			break
		}
		if u.mix&^local == 0 && f.passes(u) {
			cost += u.cost()
		} else {
			f.leave(u)
		}
	}
	return cost
}

// cost is what a unit is worth to a sweep.
func (u *unit) cost() int {
	switch u.kind {
	case one, choice:
		return cost1
	case phase, fan:
		return costDiagonal
	}
	return cost2
}

// take moves the units that a sweep of these positions can take into one.
func (s *scheduler) take(local uint64) sweep {
	out := sweep{local: s.fill(local)}
	var f frontier
	rest := s.pending[:0]
	for i, u := range s.pending {
		if f.mixed == s.all {
			rest = append(rest, s.pending[i:]...)
			break
		}
		if u.mix&^out.local == 0 && f.passes(u) {
			out.units = append(out.units, u)
		} else {
			f.leave(u)
			rest = append(rest, u)
		}
	}
	s.pending = rest
	return out
}

// fill adds the lowest other positions until there are chunkBits: chunks then consist of longer runs. More are kept.
func (s *scheduler) fill(local uint64) uint64 {
	for rest := s.all &^ local; bits.OnesCount64(local) < s.chunkBits; rest &= rest - 1 {
		local |= rest & -rest
	}
	return local
}
