package reference

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
)

type kind uint8

const (
	kBool kind = iota
	kBit
	kBits
	kInt
	kUint
	kFloat
	kAngle
	kComplex
)

// typ is a type. Types without a width have 64 bits and remember that nothing was written.
type typ struct {
	k     kind
	n     int
	plain bool  // no width was written
	dims  []int // of an array
	array bool
}

func (t typ) elem() typ { return typ{k: t.k, n: t.n, plain: t.plain} }

func (t typ) same(u typ) bool { return t.k == u.k && t.n == u.n }

func (t typ) integer() bool { return t.k == kInt || t.k == kUint }

func (t typ) boolean() bool { return t.k == kBool || t.k == kBit }

// bitwise reports whether single bits of a value can be told apart.
func (t typ) bitwise() bool { return t.k == kBits || t.k == kUint || t.k == kAngle || t.k == kInt }

func (t typ) String() string {
	if t.array {
		s := "array[" + t.elem().String()
		for _, d := range t.dims {
			s += fmt.Sprintf(", %d", d)
		}
		return s + "]"
	}
	word := [...]string{"bool", "bit", "bit", "int", "uint", "float", "angle", "complex"}[t.k]
	switch {
	case t.k == kBool || t.k == kBit || t.plain && t.k != kComplex:
		return word
	case t.k == kComplex && t.plain:
		return "complex[float]"
	case t.k == kComplex:
		return fmt.Sprintf("complex[float[%d]]", t.n)
	}
	return fmt.Sprintf("%s[%d]", word, t.n)
}

// value is a value: i of bool, bit, registers (index 0 lowest), integers, and angles as multiples of 2π/2^n; f of floats; c of complex
// numbers; list of arrays, row by row. A list holds pointers, so that a part of an array is a list of some of the same pointers.
type value struct {
	t       typ
	i       *big.Int
	f       float64
	c       complex128
	list    []*value
	literal bool // an integer literal
}

func boolean(b bool) value { return value{t: typ{k: kBool, n: 1}, i: digit(b)} }

func bitValue(b bool) value { return value{t: typ{k: kBit, n: 1}, i: digit(b)} }

func digit(b bool) *big.Int {
	if b {
		return big.NewInt(1)
	}
	return new(big.Int)
}

func float(f float64) value { return value{t: typ{k: kFloat, n: 64, plain: true}, f: f} }

func integer(x int64) value { return value{t: typ{k: kInt, n: 64, plain: true}, i: big.NewInt(x)} }

// zero is the value of a variable that was never written.
func zero(t typ) value {
	if t.array {
		v := value{t: t}
		n := 1
		for _, d := range t.dims {
			n *= d
		}
		for range n {
			e := zero(t.elem())
			v.list = append(v.list, &e)
		}
		return v
	}
	return value{t: t, i: new(big.Int)}
}

// copied is v with a list of its own.
func (v value) copied() value {
	out := v
	out.list = nil
	for _, e := range v.list {
		x := *e
		out.list = append(out.list, &x)
	}
	return out
}

func (v value) truth() bool {
	switch v.t.k {
	case kFloat:
		return v.f != 0
	case kComplex:
		return v.c != 0
	}
	return v.i.Sign() != 0
}

// pattern is the bits of v as a number of at least 0.
func (v value) pattern() *big.Int { return modulo(v.i, v.t.n) }

// modulo is x modulo 2^n.
func modulo(x *big.Int, n int) *big.Int { return new(big.Int).And(x, mask(n)) }

func mask(n int) *big.Int {
	one := big.NewInt(1)
	return new(big.Int).Sub(new(big.Int).Lsh(one, uint(n)), one)
}

// signed reads n bits as two's complement.
func signed(x *big.Int, n int) *big.Int {
	x = modulo(x, n)
	if x.Bit(n-1) == 1 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(n)))
	}
	return x
}

// fromPattern is the value of type t with these bits.
func fromPattern(t typ, x *big.Int) value {
	if t.k == kInt {
		return value{t: t, i: signed(x, t.n)}
	}
	return value{t: t, i: modulo(x, t.n)}
}

// convert is v as a value of type t: what casts, assignments and parameters do.
func convert(v value, t typ) value {
	if t.array {
		return convertArray(v, t)
	}
	if v.t.array {
		unknown("an array as %s", t)
	}
	if v.t.same(t) {
		v.t, v.literal = t, false
		return v
	}
	switch t.k {
	case kBool, kBit:
		return value{t: t, i: digit(v.truth())}
	case kInt, kUint:
		return toInteger(v, t)
	case kBits:
		if v.t.boolean() || v.t.n == t.n && v.t.bitwise() {
			return fromPattern(t, v.pattern())
		}
	case kFloat:
		return value{t: t, f: toFloat(v, t.n)}
	case kAngle:
		return toAngle(v, t)
	case kComplex:
		if v.t.k == kComplex {
			return value{t: t, c: roundComplex(v.c, t.n)}
		}
		return value{t: t, c: complex(toFloat(v, t.n), 0)}
	}
	unknown("%s as %s", v.t, t)
	return value{}
}

func convertArray(v value, t typ) value {
	if !v.t.array || len(v.list) != len(zero(t).list) {
		unknown("%s as %s", v.t, t)
	}
	out := value{t: t}
	for _, e := range v.list {
		x := convert(*e, t.elem())
		out.list = append(out.list, &x)
	}
	return out
}

func toInteger(v value, t typ) value {
	switch v.t.k {
	case kFloat, kComplex:
		f := v.f
		if v.t.k == kComplex {
			f = real(v.c)
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			fault("%v as an integer", f)
		}
		x, _ := new(big.Float).SetFloat64(f).Int(nil)
		return fromPattern(t, x)
	case kAngle:
		unknown("an angle as an integer")
	}
	return fromPattern(t, v.i)
}

// toFloat is v as a float of so many bits.
func toFloat(v value, bits int) float64 {
	switch v.t.k {
	case kFloat:
		return round(v.f, bits)
	case kComplex:
		return round(real(v.c), bits)
	case kAngle:
		return round(v.radians(), bits)
	}
	return roundRat(new(big.Rat).SetInt(v.i), bits)
}

// radians is an angle in radians.
func (v value) radians() float64 {
	turns, _ := new(big.Rat).SetFrac(v.i, new(big.Int).Lsh(big.NewInt(1), uint(v.t.n))).Float64()
	return 2 * math.Pi * turns
}

func toAngle(v value, t typ) value {
	switch v.t.k {
	case kFloat:
		return value{t: t, i: angleOf(v.f, v.t.n, t.n)}
	case kAngle:
		return value{t: t, i: resize(v.i, v.t.n, t.n)}
	case kBits:
		if v.t.n == t.n {
			return value{t: t, i: v.i}
		}
	case kInt, kUint:
		return value{t: t, i: angleOf(toFloat(v, 64), 64, t.n)}
	}
	unknown("%s as an angle", v.t)
	return value{}
}

// text is a value as `qcos execute --variables` writes it, floats with ten digits.
func (v value) text() string {
	switch {
	case v.t.array:
		return listText(v.list, v.t.dims)
	case v.t.k == kBool:
		return fmt.Sprint(v.truth())
	case v.t.k == kBit || v.t.k == kBits || v.t.k == kAngle:
		if v.t.n == 0 {
			return ""
		}
		digits := v.i.Text(2)
		return strings.Repeat("0", v.t.n-len(digits)) + digits
	case v.t.k == kFloat:
		return floatText(v.f)
	case v.t.k == kComplex:
		return "[" + floatText(real(v.c)) + "," + floatText(imag(v.c)) + "]"
	}
	return v.i.String()
}

func listText(list []*value, dims []int) string {
	var parts []string
	for i := range dims[0] {
		if len(dims) == 1 {
			parts = append(parts, list[i].text())
			continue
		}
		n := len(list) / dims[0]
		parts = append(parts, listText(list[i*n:(i+1)*n], dims[1:]))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// Text is a value as Variable has it of one that is ready for encoding/json, as runs report it.
func Text(v any) string {
	switch v := v.(type) {
	case float64:
		return floatText(v)
	case []any:
		return joinedText(v)
	case [2]any:
		return joinedText(v[:])
	}
	if angle := reflect.ValueOf(v); angle.Kind() == reflect.Struct {
		return angle.FieldByName("Bits").String()
	}
	return fmt.Sprint(v)
}

func joinedText(list []any) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, Text(x))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case math.Abs(f) < 1e-12:
		return "0"
	}
	return fmt.Sprintf("%.10g", f)
}
