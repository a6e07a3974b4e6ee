package reference

import (
	"math"
	"math/big"
	"math/bits"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/qasm/token"
)

var ofFloats = map[string]func(float64) float64{
	"arccos": math.Acos, "arcsin": math.Asin, "arctan": math.Atan, "ceiling": math.Ceil, "cos": math.Cos, "exp": math.Exp, "floor": math.Floor,
	"log": math.Log, "sin": math.Sin, "sqrt": math.Sqrt, "tan": math.Tan,
}

func builtin(name string, args []value) value {
	v := args[0]
	switch name {
	case "popcount":
		n := 0
		for _, w := range v.pattern().Bits() {
			n += bits.OnesCount(uint(w))
		}
		return value{t: typ{k: kUint, n: 64, plain: true}, i: big.NewInt(int64(n))}
	case "rotl":
		return rotated(v, args[1].i)
	case "rotr":
		return rotated(v, new(big.Int).Neg(args[1].i))
	case "real", "imag":
		f := real(v.c)
		if name == "imag" {
			f = imag(v.c)
		}
		return value{t: typ{k: kFloat, n: v.t.n}, f: f}
	case "mod":
		return remainder(v, args[1])
	}
	if v.t.k == kComplex {
		t := typ{k: kComplex, n: v.t.n}
		switch name {
		case "exp":
			return value{t: t, c: roundComplex(cmplx.Exp(v.c), t.n)}
		case "sqrt":
			return value{t: t, c: roundComplex(cmplx.Sqrt(v.c), t.n)}
		}
	}
	f, ok := ofFloats[name]
	if !ok {
		unknown("the function %s of %s", name, v.t)
	}
	t := typ{k: kFloat, n: 64, plain: true}
	if v.t.k == kFloat {
		t = v.t
	}
	return value{t: t, f: round(f(toFloat(v, 64)), t.n)}
}

// rotated moves bits towards higher indices.
func rotated(v value, by *big.Int) value {
	n := v.t.n
	k := uint(new(big.Int).Mod(by, big.NewInt(int64(n))).Int64())
	x := v.pattern()
	out := new(big.Int).Or(new(big.Int).Lsh(x, k), new(big.Int).Rsh(x, uint(n)-k))
	return fromPattern(v.t, out)
}

func remainder(a, b value) value {
	if a.t.k == kFloat || b.t.k == kFloat {
		n := floatWidth(a.t, b.t)
		return value{t: typ{k: kFloat, n: n}, f: math.Mod(toFloat(a, n), toFloat(b, n))}
	}
	return binary(token.Percent, a, b)
}
