package statevec

import "math/bits"

// A sweep brings the whole state through the cache once. Its local positions index a chunk: the amplitudes that differ in them
// only. The units of a sweep mix local positions only, so that each chunk can be taken through all of them on its own.
type sweep struct {
	local uint64 // positions
	units []unit
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

// schedule distributes units over sweeps of chunks of 1<<chunkBits amplitudes, in an order that leaves units that do not commute in
// theirs. The states has n positions.
func schedule(units []unit, n, chunkBits int) []sweep {
	if n <= chunkBits {
		if len(units) == 0 {
			return nil
		}
		return []sweep{{local: 1<<n - 1, units: units}}
	}
	var sweeps []sweep
	for len(units) > 0 {
		local := choose(units, chunkBits)
		var s sweep
		s, units = take(units, local)
		s.local = fill(local, n, chunkBits)
		sweeps = append(sweeps, s)
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
func choose(units []unit, chunkBits int) uint64 {
	units = units[:min(len(units), lookahead)]
	local := uint64(1<<runBits - 1)
	for {
		best, bestGain := uint64(0), 0.0
		var f frontier
		done := work(units, local)
		for i := range units {
			u := &units[i]
			if !f.passes(u) {
				f.leave(u)
				continue
			}
			more := u.mix &^ local
			if more == 0 {
				continue
			}
			f.leave(u)
			if bits.OnesCount64(local|more) > chunkBits && local != 1<<runBits-1 {
				continue
			}
			if gain := float64(work(units, local|more)-done) / float64(bits.OnesCount64(more)); gain > bestGain {
				best, bestGain = more, gain
			}
		}
		if best == 0 {
			return local
		}
		local |= best
	}
}

// work is the cost of the units that a sweep of these positions can take.
func work(units []unit, local uint64) (cost int) {
	var f frontier
	for i := range units {
		u := &units[i]
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

// take moves the units that a sweep of these positions can take into it and returns the others, in order.
func take(units []unit, local uint64) (s sweep, rest []unit) {
	var f frontier
	for i := range units {
		u := &units[i]
		if u.mix&^local == 0 && f.passes(u) {
			s.units = append(s.units, *u)
		} else {
			f.leave(u)
			rest = append(rest, *u)
		}
	}
	return s, rest
}

// fill adds the lowest other positions until there are chunkBits: chunks then consist of longer runs. More are kept.
func fill(local uint64, n, chunkBits int) uint64 {
	for p := range n {
		if bits.OnesCount64(local) >= chunkBits {
			break
		}
		local |= 1 << p
	}
	return local
}
