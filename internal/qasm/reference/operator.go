package reference

import (
	"math"
	"math/big"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/qasm/token"
)

// binary is a op b, but for && and ||, whose right side may not be evaluated.
func binary(op token.Kind, a, b value) value {
	a, b = adapt(op, a, b)
	switch op {
	case token.ShiftLeft, token.ShiftRight:
		return shift(op, a, b)
	case token.Amp, token.Pipe, token.Caret:
		return bitwise(op, a, b)
	case token.EqEq, token.NotEq, token.Less, token.LessEq, token.Greater, token.GreaterEq:
		return compare(op, a, b)
	}
	switch {
	case a.t.k == kAngle || b.t.k == kAngle:
		return angles(op, a, b)
	case a.t.k == kComplex || b.t.k == kComplex:
		return complexes(op, a, b)
	case a.t.k == kFloat || b.t.k == kFloat:
		return floats(op, a, b)
	}
	return integers(op, a, b)
}

// adapt gives an integer literal beside an angle, or beside a bitwise operator, the type of the other side.
func adapt(op token.Kind, a, b value) (value, value) {
	bits := op == token.Amp || op == token.Pipe || op == token.Caret
	fits := func(lit, other value) bool {
		return lit.literal && !other.literal && (bits && (other.t.integer() || other.t.k == kAngle) || other.t.k == kAngle && (op == token.Star || op == token.Slash))
	}
	switch {
	case fits(a, b):
		a = value{t: typ{k: kUint, n: b.t.n}, i: modulo(a.i, b.t.n)}
		if bits {
			a = fromPattern(b.t, a.i)
		}
	case fits(b, a):
		b = value{t: typ{k: kUint, n: a.t.n}, i: modulo(b.i, a.t.n)}
		if bits {
			b = fromPattern(a.t, b.i)
		}
	}
	return a, b
}

func shift(op token.Kind, a, b value) value {
	by := b.i
	if by.Sign() < 0 {
		fault("a shift by %s", by)
	}
	n := a.t.n
	if by.IsInt64() && by.Int64() < int64(n) {
		n = int(by.Int64())
	}
	a.literal = false
	if op == token.ShiftLeft {
		return fromPattern(a.t, new(big.Int).Lsh(a.pattern(), uint(n)))
	}
	return fromPattern(a.t, new(big.Int).Rsh(a.i, uint(n)))
}

func bitwise(op token.Kind, a, b value) value {
	t := a.t
	if t.integer() && b.t.integer() {
		t = wider(a.t, b.t)
		a, b = convert(a, t), convert(b, t)
	}
	if a.t.n != b.t.n {
		unknown("bits of %s and %s", a.t, b.t)
	}
	x, y, z := a.pattern(), b.pattern(), new(big.Int)
	switch op {
	case token.Amp:
		z.And(x, y)
	case token.Pipe:
		z.Or(x, y)
	default:
		z.Xor(x, y)
	}
	return fromPattern(t, z)
}

// wider is C's common type of two integers; bool and bit are lower than all others.
func wider(t, u typ) typ {
	switch {
	case t.boolean() && u.boolean():
		return typ{k: kInt, n: 64, plain: true}
	case t.boolean():
		return u
	case u.boolean():
		return t
	case t.n > u.n:
		return t
	case u.n > t.n:
		return u
	case t.k == kUint:
		return t
	}
	return u
}

func compare(op token.Kind, a, b value) value {
	var c int
	switch {
	case a.t.k == kBits || b.t.k == kBits:
		c = a.i.Cmp(b.i)
	case a.t.k == kAngle || b.t.k == kAngle:
		n := 0
		for _, v := range []value{a, b} {
			if v.t.k == kAngle {
				n = max(n, v.t.n)
			}
		}
		c = convert(a, typ{k: kAngle, n: n}).i.Cmp(convert(b, typ{k: kAngle, n: n}).i)
	case a.t.k == kComplex || b.t.k == kComplex:
		t := typ{k: kComplex, n: 64}
		return boolean((convert(a, t).c == convert(b, t).c) == (op == token.EqEq))
	case a.t.k == kFloat || b.t.k == kFloat:
		return compareFloats(op, a, b)
	default:
		t := wider(a.t, b.t)
		c = convert(a, t).i.Cmp(convert(b, t).i)
	}
	return boolean(holds(op, c < 0, c == 0, c > 0))
}

func holds(op token.Kind, less, equal, greater bool) bool {
	switch op {
	case token.EqEq:
		return equal
	case token.NotEq:
		return !equal
	case token.Less:
		return less
	case token.LessEq:
		return less || equal
	case token.Greater:
		return greater
	}
	return greater || equal
}

func compareFloats(op token.Kind, a, b value) value {
	n := floatWidth(a.t, b.t)
	x, y := toFloat(a, n), toFloat(b, n)
	return boolean(holds(op, x < y, x == y, x > y))
}

// floatWidth is the width of the common type of a float or complex number and anything: integers have none.
func floatWidth(t, u typ) int {
	n := 0
	for _, v := range []typ{t, u} {
		if v.k == kFloat || v.k == kComplex {
			n = max(n, v.n)
		}
	}
	return n
}

func integers(op token.Kind, a, b value) value {
	t := wider(a.t, b.t)
	x, y, z := convert(a, t).i, convert(b, t).i, new(big.Int)
	switch op {
	case token.Plus:
		z.Add(x, y)
	case token.Minus:
		z.Sub(x, y)
	case token.Star:
		z.Mul(x, y)
	case token.Slash, token.Percent:
		if y.Sign() == 0 {
			fault("a division by zero")
		}
		if op == token.Slash {
			z.Quo(x, y)
		} else {
			z.Rem(x, y)
		}
	case token.StarStar:
		if y.Sign() < 0 {
			unknown("an integer to a negative power")
		}
		z.Exp(modulo(x, t.n), y, new(big.Int).Lsh(big.NewInt(1), uint(t.n)))
	default:
		unknown("%s of integers", op)
	}
	return fromPattern(t, z)
}

func floats(op token.Kind, a, b value) value {
	n := floatWidth(a.t, b.t)
	x, y := toFloat(a, n), toFloat(b, n)
	var z float64
	switch op {
	case token.Plus:
		z = x + y
	case token.Minus:
		z = x - y
	case token.Star:
		z = x * y
	case token.Slash:
		z = x / y
	case token.StarStar:
		z = math.Pow(x, y)
	default:
		unknown("%s of floats", op)
	}
	return value{t: typ{k: kFloat, n: n}, f: round(z, n)}
}

func complexes(op token.Kind, a, b value) value {
	n := floatWidth(a.t, b.t)
	t := typ{k: kComplex, n: n}
	x, y := convert(a, t).c, convert(b, t).c
	var z complex128
	switch op {
	case token.Plus:
		z = x + y
	case token.Minus:
		z = x - y
	case token.Star:
		z = x * y
	case token.Slash:
		z = x / y
	case token.StarStar:
		z = cmplx.Pow(x, y)
	default:
		unknown("%s of complex numbers", op)
	}
	return value{t: t, c: roundComplex(z, n)}
}

// angles is the arithmetic of the ring: that of unsigned integers with the same bits.
func angles(op token.Kind, a, b value) value {
	both := a.t.k == kAngle && b.t.k == kAngle
	if both {
		t := typ{k: kAngle, n: max(a.t.n, b.t.n)}
		a, b = convert(a, t), convert(b, t)
	}
	t := a.t
	if b.t.k == kAngle {
		t = b.t
	}
	z := new(big.Int)
	switch {
	case op == token.Plus && both:
		z.Add(a.i, b.i)
	case op == token.Minus && both:
		z.Sub(a.i, b.i)
	case op == token.Star && !both && (a.t.k == kUint || b.t.k == kUint):
		z.Mul(a.i, b.i)
	case op == token.Slash && (both || b.t.k == kUint && a.t.k == kAngle):
		if b.i.Sign() == 0 {
			fault("a division by zero")
		}
		z.Quo(a.i, b.i)
		if both {
			t = typ{k: kUint, n: t.n}
		}
	default:
		unknown("%s of %s and %s", op, a.t, b.t)
	}
	return fromPattern(t, z)
}

func unary(op token.Kind, v value) value {
	switch op {
	case token.Not:
		return boolean(!v.truth())
	case token.Tilde:
		if v.t.k == kBit || v.t.k == kBool {
			return value{t: v.t, i: digit(!v.truth())}
		}
		return fromPattern(v.t, new(big.Int).Xor(v.pattern(), mask(v.t.n)))
	}
	switch v.t.k {
	case kFloat:
		v.f = -v.f
	case kComplex:
		v.c = -v.c
	case kBool, kBit:
		return integer(-v.i.Int64())
	default:
		literal := v.literal
		v = fromPattern(v.t, new(big.Int).Neg(v.i))
		v.literal = literal
	}
	return v
}
