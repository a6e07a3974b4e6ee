package statevec

import (
	"math/bits"
	"slices"
)

// fanout is a product of phases that all need one position, the pivot, to be 1, and another one each.
type fanout struct {
	pivot  int        // -1: the phases need their own position only
	phases []posPhase // at most one a position
	scale  complex128 // of all states with the pivot at 1
}

type posPhase struct {
	at    int
	phase complex128
}

func (f *fanout) touch() (mask uint64) {
	if f.pivot >= 0 {
		mask = 1 << f.pivot
	}
	for _, p := range f.phases {
		mask |= 1 << p.at
	}
	return mask
}

// minFan is the number of pairs from which one pass with a table is cheaper than a pass over a quarter of the state for each pair.
// minPlain is the same for phases of single positions, which touch half of the state each.
const (
	minFan   = 3
	minPlain = 3
)

// sortPhases appends units that multiply by all terms: fans around the busiest positions, and what is left one by one.
func sortPhases(out []unit, terms []term) []unit {
	var single [maxQubits]complex128
	var pairs []term
	for _, t := range merged(terms) {
		switch {
		case near(t.phase, 1):
		case bits.OnesCount64(t.mask) == 1:
			single[bits.TrailingZeros64(t.mask)] = t.phase
		case bits.OnesCount64(t.mask) == 2:
			pairs = append(pairs, t)
		default:
			out = append(out, phaseUnit(t))
		}
	}
	for len(pairs) > 0 {
		pivot, degree := busiest(pairs)
		if degree < minFan {
			break
		}
		var u unit
		u, pairs = takeFan(pivot, pairs, &single)
		out = append(out, u)
	}
	for _, t := range pairs {
		out = append(out, phaseUnit(t))
	}
	return plainPhases(out, &single)
}

// merged returns the terms with the phases of equal masks multiplied, in the order of masks.
func merged(terms []term) []term {
	slices.SortStableFunc(terms, func(a, b term) int {
		switch {
		case a.mask < b.mask:
			return -1
		case a.mask > b.mask:
			return 1
		}
		return 0
	})
	out := terms[:0]
	for _, t := range terms {
		if n := len(out); n > 0 && out[n-1].mask == t.mask {
			out[n-1].phase *= t.phase
		} else {
			out = append(out, t)
		}
	}
	return out
}

func phaseUnit(t term) unit { return unit{kind: phase, ones: t.mask, m: mat4{t.phase}} }

// busiest returns the position that is in the most pairs, the lowest of equals.
func busiest(pairs []term) (position, degree int) {
	var count [maxQubits]int
	for _, t := range pairs {
		eachPosition(t.mask, func(p int) { count[p]++ })
	}
	for p, n := range count {
		if n > degree {
			position, degree = p, n
		}
	}
	return position, degree
}

// takeFan makes a fan of the pairs with the pivot, and of the pivot's own phase, and returns the other pairs.
func takeFan(pivot int, pairs []term, single *[maxQubits]complex128) (unit, []term) {
	f := &fanout{pivot: pivot, scale: 1}
	if single[pivot] != 0 {
		f.scale, single[pivot] = single[pivot], 0
	}
	rest := pairs[:0]
	for _, t := range pairs {
		if other := t.mask &^ (1 << pivot); other != t.mask {
			f.phases = append(f.phases, posPhase{bits.TrailingZeros64(other), t.phase})
		} else {
			rest = append(rest, t)
		}
	}
	return unit{kind: fan, fan: f}, rest
}

// plainPhases appends the phases of single positions.
func plainPhases(out []unit, single *[maxQubits]complex128) []unit {
	f := &fanout{pivot: -1, scale: 1}
	for p, x := range single {
		if x != 0 {
			f.phases = append(f.phases, posPhase{p, x})
		}
	}
	if len(f.phases) >= minPlain {
		return append(out, unit{kind: fan, fan: f})
	}
	for _, p := range f.phases {
		out = append(out, phaseUnit(term{1 << p.at, p.phase}))
	}
	return out
}

// product multiplies the phases of the positions that are 1 in mask.
func product(phases []posPhase, mask uint64) complex128 {
	x := complex128(1)
	for _, p := range phases {
		if mask>>p.at&1 == 1 {
			x *= p.phase
		}
	}
	return x
}
