package gate

import "math"

// turns are fixed gates as phases on |1>, in radians.
var turns = map[ID]float64{I: 0, Z: math.Pi, S: math.Pi / 2, Sdg: -math.Pi / 2, T: math.Pi / 4, Tdg: -math.Pi / 4}

// flips are fixed gates as e^{iθ/2} times the rotation of one qubit by θ.
var flips = map[ID]struct {
	axis  ID
	theta float64
}{X: {RX, math.Pi}, Y: {RY, math.Pi}, SX: {RX, math.Pi / 2}, SXdg: {RX, -math.Pi / 2}}

// Raise returns what the gate with parameters p, in dialect d and without its controls, is to the power k: e^{i phase} times a primitive. It
// is false where that is none of the table; see Power then, which it agrees with. g must not be a Composite.
func (g *Gate) Raise(d Dialect, p []float64, k float64) (id ID, params []float64, phase float64, ok bool) {
	t, q, phi := g.Target, g.TargetParams(p), g.PhaseIn(d, p)
	whole := k == math.Trunc(k)
	if k == 0 {
		return I, nil, 0, t != GPhase && g.NumTargets() == 1
	}
	if !whole && phi != 0 {
		return 0, nil, 0, false // the principal root of a product is not the product of principal roots
	}
	phase = phi * k
	switch class := t.Row().Class; {
	case t == GPhase, t == P:
		return t, []float64{principal(q[0]) * k}, phase, true
	case len(q) == 1 && t.Row().Pauli != "" && (class == Rotation || class == Diagonal):
		return t, []float64{q[0] * k}, phase, whole || math.Abs(q[0]) < 2*math.Pi
	case whole && g.selfInverse():
		if math.Mod(k, 2) != 0 {
			return t, nil, phase, true
		}
		if g.NumTargets() == 1 {
			return I, nil, phase, true
		}
	case t == X && math.Abs(k) == 0.5:
		if k > 0 {
			return SX, nil, phase, true
		}
		return SXdg, nil, phase, true
	}
	if lambda, fixed := turns[t]; fixed {
		if k == 1 {
			return t, nil, phase, true
		}
		return P, []float64{lambda * k}, phase, true
	}
	if f, fixed := flips[t]; fixed {
		return f.axis, []float64{f.theta * k}, phase + f.theta*k/2, true
	}
	return 0, nil, 0, false
}

// selfInverse reports whether the target, twice, is the identity.
func (g *Gate) selfInverse() bool {
	t := g.Target.Row()
	return t.inverse == nil && len(t.Params) == 0
}

// Parity is the power that means the same as an even or odd one for gates whose square is the identity in dialect d; false for others.
func (g *Gate) Parity(d Dialect, odd bool) (k float64, ok bool) {
	if !g.selfInverse() || g.PhaseIn(d, make([]float64, len(g.Params))) != 0 {
		return 0, false
	}
	if odd {
		return 1, true
	}
	return 0, true
}

// principal brings an angle into (-π, π].
func principal(x float64) float64 {
	if x > -math.Pi && x <= math.Pi {
		return x
	}
	if x = math.Remainder(x, 2*math.Pi); x <= -math.Pi {
		x = math.Pi
	}
	return x
}
