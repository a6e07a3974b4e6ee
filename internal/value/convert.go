package value

import (
	"math"
	"math/big"
	"math/bits"
)

// Cast says how a value of one type may become one of another.
type Cast uint8

// The casts.
const (
	Never    Cast = iota // not even with a cast
	Explicit             // with a cast only
	Implicit             // where a value is assigned, initialises or is passed
)

// CastOf is what the specification's table of casts, and the rules around it, say of a value of type from that becomes one of
// type to.
func CastOf(from, to Type) Cast {
	switch {
	case from == to:
		return Implicit
	case from.IsBool():
		return castFromBool(to)
	case from.IsNumber():
		return castFromNumber(from, to)
	case from.Kind == Angle:
		return castFromAngle(from, to)
	case from.Kind == Bits:
		return castFromBits(from, to)
	case from.Kind == Stretch && to.Kind == Duration:
		return Implicit
	}
	return Never
}

func castFromBool(to Type) Cast {
	switch {
	case to.IsNumber():
		return Implicit
	case to.Kind == Bits:
		return Explicit
	}
	return Never
}

func castFromNumber(from, to Type) Cast {
	switch {
	case to.Kind == Angle && from.Kind == Float:
		return Implicit
	case to.Kind == Bit && (from.Kind == Float || from.Kind == Complex): // the scalar follows bool; see docs/openqasm.md
		return Implicit
	case to.IsNumber():
		return Implicit
	case to.Kind == Bits && from.IsInteger() && from.Width == to.Width && !from.Unsized:
		return Explicit
	}
	return Never
}

func castFromAngle(from, to Type) Cast {
	switch {
	case to.Kind == Angle:
		return Implicit
	case to.IsBool(), to.Kind == Bits && from.Width == to.Width:
		return Explicit
	}
	return Never
}

func castFromBits(from, to Type) Cast {
	switch {
	case to.IsBool():
		return Explicit
	case (to.IsInteger() || to.Kind == Angle) && from.Width == to.Width && !to.Unsized:
		return Explicit
	}
	return Never
}

// Convert makes a value of type to of one of type from. It can do more than CastOf allows: what tools write is converted too (a
// register of bits to an integer of another width, an integer to an angle in radians, an angle to a float). dst must not overlap src
// unless the types are equal.
func Convert(to Type, dst []uint64, from Type, src []uint64) error {
	switch {
	case to == from:
		copy(dst, src)
	case to.IsBool():
		dst[0] = truth(from, src)
	case to.HasBits():
		return convertToBits(to, dst, from, src)
	case to.Kind == Float:
		v, err := toFloat(to, from, src)
		dst[0] = math.Float64bits(v)
		return err
	case to.Kind == Complex && from.Kind == Complex:
		setComplex(to, dst, complexOf(src))
	case to.Kind == Complex:
		v, err := toFloat(to, from, src)
		dst[0], dst[1] = math.Float64bits(v), 0
		return err
	default:
		copy(dst, src)
	}
	return nil
}

// truth is the value as a bool: whether it is not 0.
func truth(from Type, src []uint64) uint64 {
	switch from.Kind {
	case Float:
		return uint64(btoi(float(src[0]) != 0))
	case Complex:
		return uint64(btoi(complexOf(src) != 0))
	}
	for _, w := range src {
		if w != 0 {
			return 1
		}
	}
	return 0
}

func convertToBits(to Type, dst []uint64, from Type, src []uint64) error {
	switch {
	case to.Kind == Angle && from.Kind == Angle:
		resizeAngle(to, dst, from, src)
	case to.Kind == Angle && (from.Kind == Float || from.IsInteger()):
		v, err := toFloat(FloatType, from, src)
		if err == nil {
			err = angleFromFloat(to, dst, from, v)
		}
		return err
	case from.Kind == Float, from.Kind == Complex: // of a complex number the real part
		return integerFromFloat(to, dst, float(src[0]))
	default:
		resize(to, dst, from, src)
	}
	return nil
}

// resize copies an integer modulo 2^n: with copies of the sign of an int, with zeros otherwise.
func resize(to Type, dst []uint64, from Type, src []uint64) {
	fill := uint64(0)
	if from.negative(src) {
		fill = ^fill
	}
	for i := range dst {
		if i < len(src) {
			dst[i] = src[i]
		} else {
			dst[i] = fill
		}
	}
	to.normalize(dst)
}

func integerFromFloat(to Type, dst []uint64, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ErrNotFinite
	}
	if math.Abs(v) < 1<<63 {
		x := int64(v)
		resize(to, dst, Type{Kind: Int, Width: 64}, []uint64{uint64(x)})
		return nil
	}
	x, _ := new(big.Float).SetFloat64(v).Int(nil)
	to.setBig(dst, x)
	return nil
}

// toFloat is a number as a float of the precision of to.
func toFloat(to, from Type, src []uint64) (float64, error) {
	switch {
	case from.Kind == Float, from.Kind == Complex:
		return round(to, float(src[0])), nil
	case from.Kind == Angle:
		return round(to, Radians(from, src)), nil
	case from.narrow() && from.Kind == Int:
		if to.Width == 32 {
			return float64(float32(int64(src[0]))), nil
		}
		return round(to, float64(int64(src[0]))), nil
	case from.narrow():
		if to.Width == 32 {
			return float64(float32(src[0])), nil
		}
		return round(to, float64(src[0])), nil
	}
	x := new(big.Float).SetInt(from.big(src))
	if to.Width == 32 {
		v, _ := x.Float32()
		return float64(v), nil
	}
	v, _ := x.Float64()
	return round(to, v), nil
}

// Radians is the size of an angle, in [0, 2π).
func Radians(t Type, w []uint64) float64 {
	if t.narrow() {
		return math.Ldexp(float64(w[0]), -int(t.Width)) * (2 * math.Pi)
	}
	v, exp := new(big.Float).SetInt(t.big(w)), new(big.Float)
	exp.SetMantExp(v, -int(t.Width))
	turns, _ := exp.Float64()
	return turns * (2 * math.Pi)
}

// angleFromFloat takes the nearest angle to v modulo 2π in the precision of v, ties going to the even one.
func angleFromFloat(to Type, dst []uint64, from Type, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ErrNotFinite
	}
	source := FloatType
	if from.Kind == Float {
		source = from
	}
	turns := round(source, v/round(source, 2*math.Pi))
	mantissa, exp := math.Frexp(math.Abs(turns))
	x := uint64(math.Ldexp(mantissa, 53)) // turns·2^n = x·2^shift
	shift := exp - 53 + int(to.Width)
	if !to.narrow() {
		n := roundShift(new(big.Int).SetUint64(x), shift)
		if turns < 0 {
			n.Neg(n)
		}
		to.setBig(dst, n)
		return nil
	}
	if shift >= 0 {
		x <<= uint(shift)
	} else {
		x = shiftToEven(x, uint(-shift))
	}
	if turns < 0 {
		x = -x
	}
	dst[0] = to.Wrap(x)
	return nil
}

// shiftToEven is x/2^s, rounded to nearest, ties to even.
func shiftToEven(x uint64, s uint) uint64 {
	if s > 63 {
		return 0 // x has 53 bits
	}
	if s == 0 {
		return x
	}
	half, rest := uint64(1)<<(s-1), x&(1<<s-1)
	x >>= s
	if rest > half || rest == half && x&1 == 1 {
		x++
	}
	return x
}

func roundShift(x *big.Int, shift int) *big.Int {
	if shift >= 0 {
		return x.Lsh(x, uint(shift))
	}
	s := uint(-shift)
	q := new(big.Int).Rsh(x, s)
	rest := new(big.Int).Sub(x, new(big.Int).Lsh(q, s))
	half := new(big.Int).Lsh(big.NewInt(1), s-1)
	if c := rest.Cmp(half); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// resizeAngle keeps the angle: more bits are zeros below, fewer are rounded to nearest, ties to even.
func resizeAngle(to Type, dst []uint64, from Type, src []uint64) {
	if to.narrow() && from.narrow() {
		if to.Width >= from.Width {
			dst[0] = src[0] << uint(to.Width-from.Width)
			return
		}
		s := uint(from.Width - to.Width)
		x := src[0]
		q := x >> s
		half, rest := uint64(1)<<(s-1), x&(1<<s-1)
		if rest > half || rest == half && q&1 == 1 {
			q++
		}
		dst[0] = to.Wrap(q)
		return
	}
	to.setBig(dst, roundShift(from.big(src), int(to.Width)-int(from.Width)))
}

// BitLen is how many bits the magnitude of an integer-like value needs.
func BitLen(t Type, w []uint64) int {
	if t.Kind == Int {
		return t.big(w).BitLen()
	}
	for i := len(w) - 1; i >= 0; i-- {
		if w[i] != 0 {
			return 64*i + bits.Len64(w[i])
		}
	}
	return 0
}
