package value

import (
	"errors"
	"math"
	"math/big"
	"testing"
)

func mustConvert(t *testing.T, v Value, to Type) Value {
	t.Helper()
	r, err := v.To(to)
	if err != nil {
		t.Fatalf("%v to %v: %v", v, to, err)
	}
	return r
}

// TestCastTable is the specification's table of allowed casts, with n and m equal, and what the text around it adds.
func TestCastTable(t *testing.T) {
	types := []Type{BoolType, IntOf(8), UintOf(8), FloatOf(64), AngleOf(8), BitsOf(8), DurationType}
	allowed := []string{ // bool int uint float angle bit duration
		"=yyynyn",
		"y=yynyn",
		"yy=ynyn",
		"yyy=ynn",
		"ynnn=yn",
		"yyyny=n",
		"nnnnnn=",
	}
	for i, from := range types {
		for j, to := range types {
			got := CastOf(from, to)
			if want := allowed[i][j]; (got != Never) != (want != 'n') {
				t.Errorf("%v to %v: %v, the table says %c", from, to, got, want)
			}
		}
	}
	for _, c := range []struct {
		from, to Type
		want     Cast
	}{
		{BitsOf(8), BitsOf(4), Never},
		{BitsOf(8), IntOf(16), Never},
		{IntOf(8), BitsOf(4), Never},
		{AngleOf(8), BitsOf(4), Never},
		{AngleOf(8), AngleOf(4), Implicit},
		{IntType, BitsOf(64), Never},
		{BitsOf(64), IntType, Never},
		{BitType, BoolType, Implicit},
		{BoolType, BitsOf(4), Explicit},
		{FloatOf(64), BitsOf(64), Never},
		{FloatOf(64), BitType, Implicit},
		{StretchType, DurationType, Implicit},
		{IntType, DurationType, Never},
		{IntOf(8), ComplexOf(64), Implicit},
	} {
		if got := CastOf(c.from, c.to); got != c.want {
			t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func TestIntegersWrapWhenTheyAreConverted(t *testing.T) {
	r := seeded(t)
	for range 10000 {
		from := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), BitsOf(randomWidth(r))}[r.IntN(3)]
		to := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), BitsOf(randomWidth(r))}[r.IntN(3)]
		a := random(r, from)
		got := mustConvert(t, a, to)
		if got.Big().Cmp(modulo(to, a.Big())) != 0 {
			t.Fatalf("%v %v to %v is %v", from, a.Big(), to, got.Big())
		}
		checkForm(t, got)
	}
}

func TestFloatsLoseTheirFraction(t *testing.T) {
	for v, want := range map[float64]int64{2.9: 2, -2.9: -2, 0.5: 0, -0.5: 0, 300: 44, -129: 127, 1e19: 0} {
		if got := mustConvert(t, OfFloat(v), IntOf(8)); got.Big().Cmp(big.NewInt(want)) != 0 {
			t.Errorf("int[8](%v) is %v, want %d", v, got, want)
		}
	}
	if got := mustConvert(t, OfFloat(math.Ldexp(1, 100)), UintOf(128)); got.Big().Cmp(new(big.Int).Lsh(big.NewInt(1), 100)) != 0 {
		t.Errorf("uint[128](2^100) is %v", got)
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, to := range []Type{IntOf(8), AngleOf(8), UintOf(100)} {
			if _, err := OfFloat(v).To(to); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%v(%v): %v", to, v, err)
			}
		}
	}
}

// TestAngles has the values that the specification's text gives.
func TestAngles(t *testing.T) {
	for _, c := range []struct {
		radians float64
		bits    string
	}{
		{math.Pi, "1000"}, {math.Pi / 2, "010000"}, {7 * (math.Pi / 8), "01110000"}, {9 * (math.Pi / 8), "1001"},
		{math.Pi / 4, "0010"}, {-math.Pi / 4, "1110"}, {2 * math.Pi, "0000"}, {5 * math.Pi, "1000"},
		{6.283185307179586 * (127. / 512.), "01000000"}, // a tie that goes to the even one
		{3.5 * math.Pi, "11000000000000000000000000000000000000000000000000000000000000000000000000000000"},
		{math.Pi, "1" + string(make0(99))},
	} {
		a := mustConvert(t, OfFloat(c.radians), AngleOf(len(c.bits)))
		if got := bitString(a.Type, a.Words); got != c.bits {
			t.Errorf("angle[%d](%v) is %s, want %s", len(c.bits), c.radians, got, c.bits)
		}
		checkForm(t, a)
	}
}

func make0(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return b
}

func TestAnglesRoundToEvenWhenTheyNarrow(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"00000011", "000001"}, {"0011", "010"}, {"0001", "000"}, {"1111", "000"}, {"0101", "010"}, {"0110", "011"}, {"01", "0100"},
	} {
		from := OfBitString(c.from)
		a := Value{AngleOf(len(c.from)), from.Words}
		b := mustConvert(t, a, AngleOf(len(c.to)))
		if got := bitString(b.Type, b.Words); got != c.to {
			t.Errorf("angle %s to %d bits is %s, want %s", c.from, len(c.to), got, c.to)
		}
		wide := mustConvert(t, mustConvert(t, a, AngleOf(100)), AngleOf(len(c.to))) // through many bits nothing is lost
		if bitString(wide.Type, wide.Words) != c.to {
			t.Errorf("angle %s through 100 bits: %s", c.from, bitString(wide.Type, wide.Words))
		}
	}
}

// TestHalf holds rounding to binary16 against the definition, over all numbers of the format and what lies between.
func TestHalf(t *testing.T) {
	if got := roundHalf(1.1); got != 1.099609375 {
		t.Errorf("1.1 in binary16 is %v", got)
	}
	var last float64
	for e := -24; e <= 15; e++ {
		for m := range 1024 {
			v := math.Ldexp(float64(m), -24) // subnormal
			if e >= -14 {
				v = math.Ldexp(1+float64(m)/1024, e)
			} else if e > -24 {
				break
			}
			if roundHalf(v) != v || roundHalf(-v) != -v {
				t.Fatalf("%v is a binary16 number and became %v", v, roundHalf(v))
			}
			if middle := (v + last) / 2; v > last && roundHalf(math.Nextafter(middle, 0)) != last && last != 0 {
				t.Fatalf("below the middle of %v and %v: %v", last, v, roundHalf(math.Nextafter(middle, 0)))
			}
			last = v
		}
	}
	for v, want := range map[float64]float64{65519: 65504, 65520: math.Inf(1), -1e10: math.Inf(-1), 1e-10: 0} {
		if got := roundHalf(v); got != want {
			t.Errorf("%v in binary16 is %v, want %v", v, got, want)
		}
	}
}

func TestFloat32RoundsOnce(t *testing.T) {
	x := int64(1)<<53 + 1<<28 + 1 // through a float64 it would be rounded twice, to a tie
	if got := mustConvert(t, Of64(x), FloatOf(32)); got.Float64() != float64(float32(x)) {
		t.Errorf("float[32](%d) is %v", x, got)
	}
	if got := mustConvert(t, OfFloat(1.1), FloatOf(32)); got.Float64() != float64(float32(1.1)) {
		t.Errorf("float[32](1.1) is %v", got)
	}
}
