package statevec

// maxQubits bounds positions, which are bits of masks: beyond all memory there is.
const maxQubits = 48

// kind is what a unit does.
type kind uint8

const (
	none   kind = iota // absorbed by a later unit
	one                // the matrix m[:4] on at[0]
	two                // the matrix m on at[0] (its lowest bit) and at[1]
	choice             // m[:4] on at[0] where at[1] is 0, m[4:8] where it is 1
	dense              // a matrix of three qubits or more
	phase              // multiplies by m[0]
	fan                // multiplies by a product of phases, see fanout
	group              // phases that have not been sorted into the two above yet
)

// unit is an operation on bit positions, as fusion leaves it.
type unit struct {
	kind  kind
	at    [2]int
	ones  uint64 // controls: positions that must be 1. Of one, two, dense and phase
	m     mat4
	dense *denseMatrix
	fan   *fanout
	terms []term // of a group
	prev  int32  // of a one: the unit before it on its position, or -1

	touch uint64 // all positions that it reads
	mix   uint64 // those that it does more to than multiply by phases: they must be local
}

// denseMatrix is a row-major matrix on any number of positions.
type denseMatrix struct {
	at []int
	m  []complex128
}

// fuser merges operations into fewer. Every unit acts after all earlier units that touch its positions; a gate may join a unit
// that is the last one on all the gate's positions.
type fuser struct {
	units []unit
	last  [maxQubits]int32 // by position: the last unit that touches it, or -1
	group int32            // the last group of phases, or -1
	phase complex128       // of the whole state
	off   bool             // keep every gate a unit of its own
}

func (f *fuser) reset() {
	f.units = f.units[:0]
	for i := range f.last {
		f.last[i] = -1
	}
	f.group, f.phase = -1, 1
}

func (f *fuser) push(u unit, positions ...int) {
	for _, p := range positions {
		f.last[p] = int32(len(f.units))
	}
	f.units = append(f.units, u)
}

// add1 adds a matrix on one position. It joins the last unit there unless that would cost more than staying apart: a later unit
// may take it at no cost.
func (f *fuser) add1(p int, m mat2) {
	last := f.last[p]
	if last >= 0 && !f.off {
		u := &f.units[last]
		switch {
		case u.kind == one && u.ones == 0:
			u.m = widen2(mul2(m, u.m.small()))
			return
		case u.kind == two && u.ones == 0:
			wide := u.lift(p, m)
			product := mul4(&wide, &u.m)
			if product.cost()-u.m.cost() < m.cost() {
				u.m = product
				return
			}
		case u.kind == group && m.isDiagonal():
			f.phase *= m[0]
			u.terms = append(u.terms, term{1 << p, m[3] / m[0]})
			return
		}
	}
	f.push(unit{kind: one, at: [2]int{p}, m: widen2(m), prev: last}, p)
}

func widen2(m mat2) mat4 { return widen(m[:]) }

// lift is m on position p as a matrix on both positions of u.
func (u *unit) lift(p int, m mat2) mat4 {
	if u.at[0] == p {
		return onLow(m)
	}
	return onHigh(m)
}

// add2 adds a matrix on the positions a (its lowest bit) and b.
func (f *fuser) add2(a, b int, m mat4) {
	if f.off {
		f.push(unit{kind: two, at: [2]int{a, b}, m: m}, a, b)
		return
	}
	pa, ua := f.pending(a)
	pb, ub := f.pending(b)
	if ua >= 0 && ua == ub && f.units[ua].kind == two && f.units[ua].ones == 0 && f.join(ua, a, pa, pb, &m) {
		f.last[a], f.last[b] = ua, ua
		return
	}
	if _, _, ok := m.diagonal(); ok {
		f.addDiagonal([]int{a, b}, 0, m[:])
		return
	}
	m = f.absorb(pa, pb, m)
	f.push(unit{kind: two, at: [2]int{a, b}, m: m}, a, b)
}

// pending returns the matrix on p alone that nothing has taken yet, or -1, and the unit before it, or -1.
func (f *fuser) pending(p int) (alone, before int32) {
	last := f.last[p]
	if last >= 0 && f.units[last].kind == one && f.units[last].ones == 0 {
		return last, f.units[last].prev
	}
	return -1, last
}

// join multiplies a matrix on a and another position, and what is pending on them, into the unit at of the same two, unless they are
// cheaper apart.
func (f *fuser) join(at int32, a int, pa, pb int32, m *mat4) bool {
	u := &f.units[at]
	aligned := *m
	if u.at[0] != a {
		aligned = m.turned()
	}
	apart := u.m.cost() + m.cost() + f.costOf(pa) + f.costOf(pb)
	product := u.m
	for _, p := range []int32{pa, pb} {
		if p >= 0 {
			wide := u.lift(f.units[p].at[0], f.units[p].m.small())
			product = mul4(&wide, &product)
		}
	}
	product = mul4(&aligned, &product)
	if product.cost() > apart {
		return false
	}
	u.m = product
	f.drop(pa)
	f.drop(pb)
	return true
}

func (f *fuser) costOf(at int32) int {
	if at < 0 {
		return 0
	}
	return f.units[at].m.small().cost()
}

func (f *fuser) drop(at int32) {
	if at >= 0 {
		f.units[at].kind = none
	}
}

// absorb multiplies m, on two positions, by those of the pending matrices before it that make all together cheapest. Of equals
// it takes the one with the fewest units.
func (f *fuser) absorb(pa, pb int32, m mat4) mat4 {
	best, bestCost, bestTaken := m, m.cost()+f.costOf(pa)+f.costOf(pb), 0
	for taken := 1; taken < 4; taken++ {
		product, cost := m, 0
		if taken&1 == 1 && pa >= 0 {
			low := onLow(f.units[pa].m.small())
			product = mul4(&product, &low)
		} else {
			cost += f.costOf(pa)
		}
		if taken&2 == 2 && pb >= 0 {
			high := onHigh(f.units[pb].m.small())
			product = mul4(&product, &high)
		} else {
			cost += f.costOf(pb)
		}
		if cost += product.cost(); cost <= bestCost {
			best, bestCost, bestTaken = product, cost, taken
		}
	}
	if bestTaken&1 == 1 {
		f.drop(pa)
	}
	if bestTaken&2 == 2 {
		f.drop(pb)
	}
	return best
}

// addDiagonal adds a diagonal matrix on targets under the controls in ones.
func (f *fuser) addDiagonal(targets []int, ones uint64, m []complex128) {
	f.addPhases(diagonalTerms(targets, ones, m))
}

// addPhases adds phases to the last group that nothing has touched their positions since, else to a new one.
func (f *fuser) addPhases(terms []term) {
	var touch uint64
	kept := terms[:0]
	for _, t := range terms {
		if t.mask == 0 {
			f.phase *= t.phase
			continue
		}
		touch |= t.mask
		kept = append(kept, t)
	}
	if touch == 0 {
		return
	}
	open := f.group >= 0 && !f.off
	eachPosition(touch, func(p int) { open = open && f.last[p] <= f.group })
	if !open {
		f.group = int32(len(f.units))
		f.units = append(f.units, unit{kind: group})
	}
	eachPosition(touch, func(p int) { f.last[p] = f.group })
	g := &f.units[f.group]
	g.terms = append(g.terms, kept...)
}

// addAlone adds a unit that nothing merges with.
func (f *fuser) addAlone(u unit) {
	at := int32(len(f.units))
	f.units = append(f.units, u)
	eachPosition(u.reach(), func(p int) { f.last[p] = at })
}

// reach is the set of positions of a unit that is no group or fan.
func (u *unit) reach() uint64 {
	switch u.kind {
	case one:
		return u.ones | 1<<u.at[0]
	case two, choice:
		return u.ones | 1<<u.at[0] | 1<<u.at[1]
	case dense:
		m := u.ones
		for _, p := range u.dense.at {
			m |= 1 << p
		}
		return m
	}
	return u.ones
}
