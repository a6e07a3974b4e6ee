package value

import (
	"math"
	"math/cmplx"
)

func float(w uint64) float64 { return math.Float64frombits(w) }

// round brings a number into the precision of a float or complex type. A float64 that was computed from operands of 32 or 16 bits is wide
// enough for the second rounding to do no harm.
func round(t Type, v float64) float64 {
	switch t.Width {
	case 32:
		return float64(float32(v))
	case 16:
		return roundHalf(v)
	}
	return v
}

// Limits of IEEE binary16.
const (
	halfMax      = 65504
	halfMinExp   = -14 // of normal numbers
	halfFraction = 10  // bits
)

// roundHalf rounds to the nearest number of binary16, ties to even.
func roundHalf(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	_, exp := math.Frexp(v)
	ulp := math.Ldexp(1, max(exp-1, halfMinExp)-halfFraction)
	r := math.RoundToEven(v/ulp) * ulp
	if math.Abs(r) > halfMax {
		return math.Copysign(math.Inf(1), v)
	}
	return r
}

func floatOp(op Op, a, b float64) float64 {
	switch op {
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Mod:
		return math.Mod(a, b)
	}
	return math.Pow(a, b)
}

func compareFloats(op Op, a, b float64) bool {
	switch op {
	case Eq:
		return a == b
	case Ne:
		return a != b
	case Lt:
		return a < b
	case Le:
		return a <= b
	case Gt:
		return a > b
	}
	return a >= b
}

func complexOf(w []uint64) complex128 { return complex(float(w[0]), float(w[1])) }

func setComplex(t Type, w []uint64, v complex128) {
	w[0], w[1] = math.Float64bits(round(t, real(v))), math.Float64bits(round(t, imag(v)))
}

func complexOp(op Op, a, b complex128) complex128 {
	switch op {
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	}
	return cmplx.Pow(a, b)
}

// timeOp adds or subtracts durations.
func timeOp(op Op, dst, a, b []uint64) {
	for i := range 2 {
		dst[i] = math.Float64bits(floatOp(op, float(a[i]), float(b[i])))
	}
}

// inUnits is two durations in one unit: that in which both are measured, or nanoseconds where they are measured in different ones. How
// long dt is depends on the machine; this one, which has none, takes 1 ns.
func inUnits(a, b []uint64) (x, y float64) {
	if float(a[0]) == 0 && float(b[0]) == 0 {
		return float(a[1]), float(b[1])
	}
	return float(a[0]) + float(a[1]), float(b[0]) + float(b[1])
}

// MixedUnits reports durations that are measured in different units.
func MixedUnits(a, b []uint64) bool {
	return (float(a[0]) != 0 || float(b[0]) != 0) && (float(a[1]) != 0 || float(b[1]) != 0)
}

// compareTimes orders two durations.
func compareTimes(a, b []uint64) int {
	x, y := inUnits(a, b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// DivideTimes is the quotient of two durations, a float.
func DivideTimes(dst, a, b []uint64) error {
	x, y := inUnits(a, b)
	if y == 0 {
		return ErrDivisionByZero
	}
	dst[0] = math.Float64bits(x / y)
	return nil
}

// ScaleTime multiplies a duration by a float, or divides it where op is Div.
func ScaleTime(op Op, dst, a []uint64, by uint64) error {
	f := float(by)
	if op == Div && f == 0 {
		return ErrDivisionByZero
	}
	for i := range 2 {
		dst[i] = math.Float64bits(floatOp(op, float(a[i]), f))
	}
	return nil
}
