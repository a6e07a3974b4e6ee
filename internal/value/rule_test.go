package value

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// evaluate applies an operator as a compiler would.
func evaluate(t *testing.T, op Op, a, b Value) (Value, Rule) {
	t.Helper()
	literal := func(v Value) bool { return v.Type == IntType }
	r, ok := RuleFor(op, Operand{a.Type, literal(a)}, Operand{b.Type, literal(b)})
	if !ok {
		t.Fatalf("%v %v %v is not defined", a.Type, op, b.Type)
	}
	x, y := mustConvert(t, a, r.Left), mustConvert(t, b, r.Right)
	if r.Swapped {
		x, y = y, x
	}
	z := New(r.Result)
	var err error
	switch r.Form {
	case Plain:
		err = Binary(op, r.On, z.Words, x.Words, y.Words)
	case Shifted:
		Shift(op, r.On, z.Words, x.Words, y.Words[0])
	case ScaledTime:
		err = ScaleTime(op, z.Words, x.Words, y.Words[0])
	case TimeRatio:
		err = DivideTimes(z.Words, x.Words, y.Words)
	}
	if err != nil {
		t.Fatalf("%v %v %v: %v", a, op, b, err)
	}
	return z, r
}

func number(t Type, x int64) Value {
	v := New(t)
	_ = Convert(t, v.Words, IntType, []uint64{uint64(x)})
	return v
}

func angleBits(s string) Value { return Value{AngleOf(len(s)), OfBitString(s).Words} }

// TestOperators has values from the specification's text and from C's rules.
func TestOperators(t *testing.T) {
	pi := OfFloat(math.Pi)
	for _, c := range []struct {
		a    Value
		op   Op
		b    Value
		want string
	}{
		{number(IntOf(8), -1), Lt, number(UintOf(8), 1), "bool false"}, // one rank: unsigned wins
		{number(IntOf(16), -1), Lt, number(UintOf(8), 1), "bool true"}, // the wider signed type wins
		{number(UintOf(16), 65535), Add, number(IntOf(8), -1), "uint[16] 65534"},
		{number(UintOf(64), -1), Add, Of64(1), "uint[64] 0"},
		{number(UintOf(4), 15), Add, Of64(1), "int 16"},
		{number(UintOf(8), 15), Add, number(UintOf(4), 15), "uint[8] 30"},
		{number(IntOf(32), 3), Div, Of64(2), "int 1"},
		{number(IntOf(32), -7), Div, number(IntOf(32), 2), "int[32] -3"},
		{number(IntOf(32), -7), Mod, number(IntOf(32), 2), "int[32] -1"},
		{Of64(2), Pow, Of64(10), "int 1024"},
		{OfBool(true), Add, Of64(1), "int 2"},
		{number(IntOf(8), 1), Add, OfFloat(0.5), "float 1.5"},
		{OfFloat(math.Pi), Mul, number(UintOf(8), 2), "float 6.283185307179586"},
		{angleBits("0111"), Add, angleBits("0001"), "angle[4] 3.141592653589793"},
		{angleBits("0001"), Sub, angleBits("0111"), `angle[4] 3.9269908169872414`},
		{angleBits("0111"), Div, number(UintOf(4), 2), "angle[4] 1.1780972450961724"},
		{number(UintOf(4), 2), Mul, angleBits("1010"), "angle[4] 1.5707963267948966"},
		{angleBits("1010"), Div, angleBits("0001"), "uint[4] 10"},
		{angleBits("1001"), Shl, Of64(2), "angle[4] 1.5707963267948966"},
		{angleBits("1001"), Shr, Of64(2), "angle[4] 0.7853981633974483"},
		{angleBits("10000000"), Eq, pi, "bool true"},
		{angleBits("1100"), Ge, pi, "bool true"},
		{OfBitString("10001111"), Shl, Of64(1), `bit[8] "00011110"`},
		{OfBitString("10001111"), Or, OfBitString("01110000"), `bit[8] "11111111"`},
		{OfBitString("10001111"), And, OfBitString("01110000"), `bit[8] "00000000"`},
		{OfBitString("0101"), Lt, OfBitString("1100"), "bool true"},
		{OfBitString("01"), Eq, Of64(1), "bool true"},
		{OfBitString("01"), Eq, Of64(5), "bool false"},
		{OfTime(500, 0), Div, OfTime(1, 0), "float 500"},
		{Of64(2), Mul, OfTime(500, 0), "duration 1000ns"},
		{OfTime(500, 0), Gt, OfTime(0, 0), "bool true"},
		{OfTime(0, 10), Add, OfTime(0, 5), "duration 15dt"},
		{Value{ComplexType, []uint64{math.Float64bits(10), math.Float64bits(5)}}, Mul, Value{ComplexType, []uint64{math.Float64bits(-2), math.Float64bits(-7)}}, "complex[float] (15-80i)"},
	} {
		z, _ := evaluate(t, c.op, c.a, c.b)
		if got := fmt.Sprintf("%v %v", z.Type, z); got != c.want {
			t.Errorf("%v %v %v is %s, want %s", c.a, c.op, c.b, got, c.want)
		}
	}
}

// TestRefusedOperators are pairs that no rule covers, and TestDeviations pairs that only tools write.
func TestRefusedOperators(t *testing.T) {
	for _, c := range []struct {
		a  Type
		op Op
		b  Type
	}{
		{AngleOf(8), Mul, AngleOf(8)}, {UintOf(8), Div, AngleOf(8)}, {BitsOf(4), And, BitsOf(2)}, {DurationType, Mul, DurationType},
		{DurationType, Add, FloatType}, {BitsOf(2), Lt, BitsOf(3)}, {FloatType, Shl, IntType}, {FloatType, And, FloatType},
		{ComplexType, Lt, ComplexType}, {BoolType, Add, AngleOf(8)}, {BitsOf(4), Add, FloatType}, {IntType, Div, DurationType},
	} {
		if r, ok := RuleFor(c.op, Operand{Type: c.a}, Operand{Type: c.b}); ok {
			t.Errorf("%v %v %v: %+v", c.a, c.op, c.b, r)
		}
	}
}

func TestDeviations(t *testing.T) {
	for _, c := range []struct {
		a    Operand
		op   Op
		b    Operand
		word string // of the reason; "" where the specification allows it
	}{
		{Operand{Type: IntOf(8)}, And, Operand{Type: IntOf(8)}, "not for int"},
		{Operand{Type: UintOf(8)}, And, Operand{IntType, true}, ""},
		{Operand{Type: UintOf(8)}, And, Operand{Type: UintOf(8)}, ""},
		{Operand{IntType, true}, Or, Operand{IntType, true}, ""},
		{Operand{Type: BitsOf(2)}, Eq, Operand{IntType, true}, "register"},
		{Operand{Type: BitsOf(2)}, Shl, Operand{IntType, true}, ""},
		{Operand{Type: IntOf(8)}, Shr, Operand{IntType, true}, "sign"},
		{Operand{Type: AngleOf(8)}, Mul, Operand{IntType, true}, ""},
		{Operand{Type: AngleOf(8)}, Mul, Operand{Type: UintOf(8)}, ""},
		{Operand{Type: AngleOf(8)}, Mul, Operand{Type: IntOf(8)}, "own size"},
		{Operand{Type: FloatType}, Mod, Operand{IntType, true}, "mod()"},
	} {
		r, ok := RuleFor(c.op, c.a, c.b)
		if !ok || (c.word == "") != (r.Deviation == "") || !strings.Contains(r.Deviation, c.word) {
			t.Errorf("%v %v %v: %v, %q", c.a.Type, c.op, c.b.Type, ok, r.Deviation)
		}
	}
}

func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		f    string
		args []Value
		want string
	}{
		{"arccos", []Value{Of64(1)}, "float 0"}, {"arcsin", []Value{Of64(1)}, "float 1.5707963267948966"},
		{"arctan", []Value{Of64(1)}, "float 0.7853981633974483"}, {"ceiling", []Value{OfFloat(2.5)}, "float 3"},
		{"floor", []Value{OfFloat(-2.5)}, "float -3"}, {"cos", []Value{angleBits("1000")}, "float -1"}, {"exp", []Value{Of64(0)}, "float 1"},
		{"log", []Value{OfFloat(math.E)}, "float 1"}, {"mod", []Value{Of64(4), Of64(3)}, "int 1"}, {"mod", []Value{Of64(-4), Of64(3)}, "int -1"},
		{"mod", []Value{OfFloat(-5.5), OfFloat(2)}, "float -1.5"}, {"popcount", []Value{OfBitString("1001110")}, "uint 4"},
		{"popcount", []Value{number(UintOf(6), 37)}, "uint 3"}, {"rotl", []Value{number(UintOf(6), 37), Of64(3)}, "uint[6] 44"},
		{"rotl", []Value{OfBitString("00101010"), Of64(3)}, `bit[8] "01010001"`}, {"rotr", []Value{OfBitString("0001"), Of64(1)}, `bit[4] "1000"`},
		{"rotl", []Value{OfBitString("0001"), Of64(-1)}, `bit[4] "1000"`}, {"sqrt", []Value{Of64(4)}, "float 2"},
		{"sqrt", []Value{{ComplexType, []uint64{math.Float64bits(-4), 0}}}, "complex[float] (0+2i)"},
		{"real", []Value{{ComplexType, []uint64{math.Float64bits(2.5), math.Float64bits(3.5)}}}, "float 2.5"},
		{"imag", []Value{{ComplexOf(32), []uint64{math.Float64bits(2.5), math.Float64bits(3.5)}}}, "float[32] 3.5"},
		{"exp", []Value{mustConvert(t, Of64(1), FloatOf(32))}, "float[32] 2.7182817459106445"},
	} {
		f, ok := FuncOf(c.f)
		args := make([]Operand, len(c.args))
		for i, a := range c.args {
			args[i].Type = a.Type
		}
		call, found := CallFor(f, args)
		if !ok || !found || len(c.args) != f.Arity() {
			t.Errorf("%s of %v is not defined", c.f, c.args)
			continue
		}
		words := make([][]uint64, len(c.args))
		for i, a := range c.args {
			words[i] = mustConvert(t, a, call.Params[i]).Words
		}
		z := New(call.Result)
		if err := call.Apply(z.Words, words); err != nil {
			t.Errorf("%s: %v", c.f, err)
		}
		if got := fmt.Sprintf("%v %v", z.Type, z); got != c.want {
			t.Errorf("%s%v is %s, want %s", c.f, c.args, got, c.want)
		}
	}
	for name, arg := range map[string]Type{"popcount": FloatType, "sin": ComplexType, "log": BitsOf(3), "rotl": IntType, "mod": ComplexType} {
		f, _ := FuncOf(name)
		args := []Operand{{Type: arg}, {Type: IntType}}
		if c, ok := CallFor(f, args[:f.Arity()]); ok {
			t.Errorf("%s of %v: %+v", name, arg, c)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		v    Value
		want string
	}{
		{number(UintOf(8), 254), "254"}, {number(UintOf(64), -1), `"18446744073709551615"`}, {number(IntOf(64), -1<<53), "-9007199254740992"},
		{OfBool(true), "true"}, {Value{BitType, []uint64{1}}, `"1"`}, {OfBitString("0011"), `"0011"`}, {New(BitsOf(0)), `""`},
		{OfFloat(1.5), "1.5"}, {OfFloat(math.NaN()), `"NaN"`}, {OfFloat(math.Inf(-1)), `"-Infinity"`},
		{angleBits("0100"), `{"bits":"0100","radians":1.5707963267948966}`}, {OfImaginary(2), "[0,2]"},
		{OfTime(500, 0), `{"seconds":5e-7}`}, {OfTime(0, 10), `{"dt":10}`},
	} {
		got, err := json.Marshal(c.v.Type.JSON(c.v.Words))
		if err != nil || string(got) != c.want {
			t.Errorf("%v %v is %s in JSON (%v), want %s", c.v.Type, c.v, got, err, c.want)
		}
	}
}

func TestWidths(t *testing.T) {
	for _, c := range []struct {
		k  Kind
		n  int64
		ok bool
	}{
		{Int, 1, true}, {Int, 0, false}, {Int, -3, false}, {Uint, MaxWidth, true}, {Uint, MaxWidth + 1, false}, {Int, 1000000, false},
		{Bits, 0, true}, {Bits, -1, false}, {Bits, 1e9, false}, {Float, 16, true}, {Float, 8, false}, {Complex, 64, true}, {Angle, 0, false},
	} {
		if got := CheckWidth(c.k, c.n); (got == "") != c.ok {
			t.Errorf("%v of width %d: %q", c.k, c.n, got)
		}
	}
}
