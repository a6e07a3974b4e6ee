package value

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Integer is the constant of an integer literal: an int where it fits, else a uint, else an int that is wide enough. False where it is
// beyond MaxWidth.
func Integer(x *big.Int) (Value, bool) {
	t := IntType
	switch n := x.BitLen(); {
	case n < MachineWidth:
	case n == MachineWidth && x.Sign() > 0:
		t = UintType
	case n >= MaxWidth:
		return Value{}, false
	default:
		t = IntOf(n + 1)
	}
	v := New(t)
	t.setBig(v.Words, x)
	return v, true
}

// Of64, Of, OfBool and OfFloat make constants.
func Of64(x int64) Value { return Value{Type: IntType, Words: []uint64{uint64(x)}} }

// OfFloat is a float constant without a width.
func OfFloat(x float64) Value { return Value{Type: FloatType, Words: []uint64{math.Float64bits(x)}} }

// OfBool is true or false.
func OfBool(x bool) Value { return Value{Type: BoolType, Words: []uint64{uint64(btoi(x))}} }

// OfImaginary is x·i.
func OfImaginary(x float64) Value {
	return Value{Type: ComplexType, Words: []uint64{0, math.Float64bits(x)}}
}

// OfTime is a duration of ns nanoseconds, or of dt units of the machine.
func OfTime(ns, dt float64) Value {
	return Value{Type: DurationType, Words: []uint64{math.Float64bits(ns), math.Float64bits(dt)}}
}

// OfBitString is a register from its literal's digits, the highest bit first; every other character is skipped.
func OfBitString(digits string) Value {
	n := strings.Count(digits, "0") + strings.Count(digits, "1")
	v := New(BitsOf(n))
	for i := range len(digits) {
		switch digits[i] {
		case '1':
			n--
			SetBit(v.Words, n, 1)
		case '0':
			n--
		}
	}
	return v
}

// Big is the value of an integer-like constant.
func (v Value) Big() *big.Int { return v.Type.big(v.Words) }

// Float64 is a float's value.
func (v Value) Float64() float64 { return float(v.Words[0]) }

// Int64 is an integer-like constant that fits in 64 bits with its sign.
func (v Value) Int64() (int64, bool) {
	if v.Type.narrow() && (v.Type.Kind == Int || v.Words[0] < 1<<63) {
		return int64(v.Words[0]), true
	}
	x := v.Big()
	return x.Int64(), x.IsInt64()
}

// IsTrue reports whether a value is not 0.
func (v Value) IsTrue() bool { return truth(v.Type, v.Words) == 1 }

// To converts a constant.
func (v Value) To(t Type) (Value, error) {
	r := New(t)
	err := Convert(t, r.Words, v.Type, v.Words)
	return r, err
}

// String is a value for people, as a literal of the language where there is one.
func (v Value) String() string {
	switch v.Type.Kind {
	case Bool:
		return strconv.FormatBool(v.Words[0] != 0)
	case Bit, Bits:
		return `"` + bitString(v.Type, v.Words) + `"`
	case Int, Uint:
		return v.Big().String()
	case Float:
		return strconv.FormatFloat(v.Float64(), 'g', -1, 64)
	case Angle:
		return strconv.FormatFloat(Radians(v.Type, v.Words), 'g', -1, 64)
	case Complex:
		c := complexOf(v.Words)
		return strconv.FormatComplex(c, 'g', -1, 128)
	case Duration, Stretch:
		if dt := float(v.Words[1]); dt != 0 {
			return strconv.FormatFloat(dt, 'g', -1, 64) + "dt"
		}
		return strconv.FormatFloat(float(v.Words[0]), 'g', -1, 64) + "ns"
	}
	return v.Type.String()
}

// bitString prints the bits, the highest first.
func bitString(t Type, w []uint64) string {
	n := int(t.Width)
	if t.Kind == Bit {
		n = 1
	}
	b := make([]byte, n)
	for i := range b {
		b[n-1-i] = '0' + byte(GetBit(w, i))
	}
	return string(b)
}

// exactInJSON is the greatest integer that every reader of JSON takes for what it is.
const exactInJSON = 1 << 53

// JSON is a value as the command line prints it, ready for encoding/json: registers as strings of digits, a bit as "0" or "1", integers
// as numbers or, above 2^53, as strings, NaN and infinities as strings, an angle as bits and radians, a complex number as a pair, a
// duration with its unit.
func (t Type) JSON(w []uint64) any {
	switch t.Kind {
	case Bool:
		return w[0] != 0
	case Bit, Bits:
		return bitString(t, w)
	case Int, Uint:
		return integerJSON(t, w)
	case Float:
		return floatJSON(float(w[0]))
	case Angle:
		return struct {
			Bits    string  `json:"bits"`
			Radians float64 `json:"radians"`
		}{bitString(t, w), Radians(t, w)}
	case Complex:
		return [2]any{floatJSON(float(w[0])), floatJSON(float(w[1]))}
	case Duration, Stretch:
		return timeJSON(float(w[0]), float(w[1]))
	}
	return nil
}

func integerJSON(t Type, w []uint64) any {
	x := t.big(w)
	if x.CmpAbs(big.NewInt(exactInJSON)) <= 0 {
		return json.Number(x.String())
	}
	return x.String()
}

func floatJSON(v float64) any {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return v
}

func timeJSON(ns, dt float64) any {
	const nsPerSecond = 1e9
	switch {
	case dt == 0:
		return map[string]any{"seconds": floatJSON(ns / nsPerSecond)}
	case ns == 0:
		return map[string]any{"dt": floatJSON(dt)}
	}
	return map[string]any{"seconds": floatJSON(ns / nsPerSecond), "dt": floatJSON(dt)}
}
