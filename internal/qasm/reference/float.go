package reference

import (
	"math"
	"math/big"
)

// format is an IEEE 754 binary format.
type format struct {
	digits   int // of the significand, the hidden one included
	smallest int // exponent of the smallest subnormal
	largest  float64
}

var formats = map[int]format{
	16: {11, -24, 65504},
	32: {24, -149, math.MaxFloat32},
	64: {53, -1074, math.MaxFloat64},
}

// round is f rounded to a format of so many bits.
func round(f float64, bits int) float64 {
	if bits == 64 || f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return f
	}
	r, _ := new(big.Float).SetFloat64(f).Rat(nil)
	return roundRat(r, bits)
}

func roundComplex(c complex128, bits int) complex128 {
	return complex(round(real(c), bits), round(imag(c), bits))
}

// roundRat rounds an exact number to the nearest of a format, ties to even.
func roundRat(r *big.Rat, bits int) float64 {
	if r.Sign() == 0 {
		return 0
	}
	fm := formats[bits]
	// The unit of the last place: 2^e with 2^(digits-1) <= |r| / 2^e < 2^digits, but for subnormals.
	e := r.Num().BitLen() - r.Denom().BitLen() - fm.digits - 1
	for cmpScaled(r, e, fm.digits) >= 0 {
		e++
	}
	e = max(e, fm.smallest)
	n := nearest(scaled(r, e))
	f := new(big.Float).SetPrec(200).SetInt(n)
	f.SetMantExp(f, e)
	if new(big.Float).Abs(f).Cmp(new(big.Float).SetFloat64(fm.largest)) > 0 {
		return math.Inf(r.Sign())
	}
	out, _ := f.Float64()
	return out
}

// cmpScaled compares |r| with 2^(e+digits).
func cmpScaled(r *big.Rat, e, digits int) int {
	s := new(big.Rat).Abs(scaled(r, e))
	return s.Cmp(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(digits))))
}

// scaled is r / 2^e.
func scaled(r *big.Rat, e int) *big.Rat {
	if e >= 0 {
		return new(big.Rat).Quo(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(e))))
	}
	return new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(-e))))
}

// nearest is the integer nearest to r, ties to even.
func nearest(r *big.Rat) *big.Int {
	two := big.NewInt(2)
	num := new(big.Int).Mul(r.Num(), two)
	num.Add(num, r.Denom())
	den := new(big.Int).Mul(r.Denom(), two)
	q, rest := new(big.Int).DivMod(num, den, new(big.Int)) // the floor of r + 1/2
	if rest.Sign() == 0 && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

// angleOf is the nearest multiple of 2π/2^n to a float of so many bits, 2π and the quotient being numbers of that format.
func angleOf(f float64, bits, n int) *big.Int {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		fault("%v as an angle", f)
	}
	if f == 0 {
		return new(big.Int)
	}
	quotient := round(f/round(2*math.Pi, bits), bits) // a float of the same format, as types.rst has it in its example
	turns, _ := new(big.Float).SetFloat64(quotient).Rat(nil)
	turns.Mul(turns, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(n))))
	return modulo(nearest(turns), n)
}

// resize is an angle of another precision.
func resize(x *big.Int, from, to int) *big.Int {
	if to >= from {
		return new(big.Int).Lsh(x, uint(to-from))
	}
	r := new(big.Rat).SetFrac(x, new(big.Int).Lsh(big.NewInt(1), uint(from-to)))
	return modulo(nearest(r), to)
}
