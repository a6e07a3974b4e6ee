package statevec

import "math/bits"

// eachPosition calls f with the bits of mask, lowest first.
func eachPosition(mask uint64, f func(p int)) {
	for ; mask != 0; mask &= mask - 1 {
		f(bits.TrailingZeros64(mask))
	}
}

// diagonal returns the diagonal of m's choices, where m is diagonal.
func (m *mat4) diagonal() (zero, one mat2, ok bool) {
	zero, one, ok = m.chooses(1)
	return zero, one, ok && zero.isDiagonal() && one.isDiagonal()
}

// finish returns the units in order, each in the form in which it is applied, and the phase of the whole state.
func (f *fuser) finish(out []unit) ([]unit, complex128) {
	for i := range f.units {
		u := &f.units[i]
		switch {
		case u.kind == none:
		case u.kind == group:
			out = sortPhases(out, u.terms)
		case u.kind == one && u.ones == 0:
			out = f.finish1(out, u)
		case u.kind == two && u.ones == 0:
			out = f.finish2(out, u)
		default:
			out = append(out, *u)
		}
	}
	for i := range out {
		out[i].settle()
	}
	return out, f.phase
}

func (f *fuser) finish1(out []unit, u *unit) []unit {
	m := u.m.small()
	if !m.isDiagonal() {
		return append(out, *u)
	}
	f.phase *= m[0]
	return sortPhases(out, []term{{1 << u.at[0], m[3] / m[0]}})
}

func (f *fuser) finish2(out []unit, u *unit) []unit {
	if _, _, ok := u.m.diagonal(); ok {
		terms := diagonalTerms(u.at[:], 0, u.m[:])
		if len(terms) > 0 && terms[0].mask == 0 {
			f.phase *= terms[0].phase
			terms = terms[1:]
		}
		return sortPhases(out, terms)
	}
	for q := range 2 {
		if zero, one, ok := u.m.chooses(q); ok {
			c := unit{kind: choice, at: [2]int{u.at[1-q], u.at[q]}}
			copy(c.m[:4], zero[:])
			copy(c.m[4:], one[:])
			return append(out, c)
		}
	}
	return append(out, *u)
}

// settle fills in which positions the unit touches and mixes.
func (u *unit) settle() {
	u.touch = u.reach()
	switch u.kind {
	case one, choice:
		u.mix = 1 << u.at[0]
	case two:
		u.mix = 1<<u.at[0] | 1<<u.at[1]
	case dense:
		u.mix = u.touch &^ u.ones
	case fan:
		u.touch = u.fan.touch()
	}
}
