package value

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

// modulo is x as a value of t by the definition: modulo 2^n, with a sign for int.
func modulo(t Type, x *big.Int) *big.Int {
	ring := new(big.Int).Lsh(big.NewInt(1), uint(t.Width))
	r := new(big.Int).Mod(x, ring)
	if t.Kind == Int && r.Bit(int(t.Width)-1) == 1 {
		r.Sub(r, ring)
	}
	return r
}

func random(r *rand.Rand, t Type) Value {
	v := New(t)
	for i := range v.Words {
		switch r.IntN(4) {
		case 0:
			v.Words[i] = uint64(r.IntN(4))
		case 1:
			v.Words[i] = ^uint64(r.IntN(4))
		default:
			v.Words[i] = r.Uint64()
		}
	}
	t.normalize(v.Words)
	return v
}

func randomWidth(r *rand.Rand) int {
	widths := []int{1, 2, 3, 7, 8, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 1024, 1025}
	return widths[r.IntN(len(widths))]
}

func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// TestIntegersAgainstBig holds every operator of integers of all widths against arithmetic in ℤ.
func TestIntegersAgainstBig(t *testing.T) {
	r := seeded(t)
	for range 20000 {
		typ := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), AngleOf(randomWidth(r))}[r.IntN(3)]
		a, b := random(r, typ), random(r, typ)
		op := []Op{Add, Sub, Mul, Div, Mod, And, Or, Xor}[r.IntN(8)]
		want, ok := bigOp(op, a.Big(), b.Big())
		got := New(typ)
		err := Binary(op, typ, got.Words, a.Words, b.Words)
		if !ok {
			if !errors.Is(err, ErrDivisionByZero) {
				t.Fatalf("%v %v %v of %v: %v", a, op, b, typ, err)
			}
			continue
		}
		if want = modulo(typ, want); err != nil || got.Big().Cmp(want) != 0 {
			t.Fatalf("%v: %v %v %v = %v, want %v (%v)", typ, a.Big(), op, b.Big(), got.Big(), want, err)
		}
		checkForm(t, got)
		if err := Binary(op, typ, b.Words, a.Words, b.Words); err != nil || b.Big().Cmp(want) != 0 {
			t.Fatalf("%v: %v %v the same in place = %v, want %v (%v)", typ, a.Big(), op, b.Big(), want, err)
		}
	}
}

func bigOp(op Op, a, b *big.Int) (*big.Int, bool) {
	x := new(big.Int)
	switch op {
	case Add:
		x.Add(a, b)
	case Sub:
		x.Sub(a, b)
	case Mul:
		x.Mul(a, b)
	case And:
		x.And(a, b)
	case Or:
		x.Or(a, b)
	case Xor:
		x.Xor(a, b)
	default:
		if b.Sign() == 0 {
			return nil, false
		}
		if op == Div {
			x.Quo(a, b)
		} else {
			x.Rem(a, b)
		}
	}
	return x, true
}

// checkForm fails where the unused bits of a value are not what the form demands.
func checkForm(t *testing.T, v Value) {
	t.Helper()
	again := append([]uint64(nil), v.Words...)
	v.Type.normalize(again)
	for i := range again {
		if again[i] != v.Words[i] {
			t.Fatalf("%v: words %x are not in form", v.Type, v.Words)
		}
	}
}

func TestComparisonsAgainstBig(t *testing.T) {
	r := seeded(t)
	for range 20000 {
		typ := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), BitsOf(randomWidth(r))}[r.IntN(3)]
		a, b := random(r, typ), random(r, typ)
		if r.IntN(3) == 0 {
			b = a
		}
		c := a.Big().Cmp(b.Big())
		for op, want := range map[Op]bool{Eq: c == 0, Ne: c != 0, Lt: c < 0, Le: c <= 0, Gt: c > 0, Ge: c >= 0} {
			if got, err := Compare(op, typ, a.Words, b.Words); err != nil || got != want {
				t.Fatalf("%v: %v %v %v is %v (%v)", typ, a.Big(), op, b.Big(), got, err)
			}
		}
	}
}

func TestPowersAgainstBig(t *testing.T) {
	r := seeded(t)
	for range 3000 {
		typ := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r))}[r.IntN(2)]
		a, e := random(r, typ), New(typ)
		e.Words[0] = typ.Wrap64(uint64(r.IntN(40)))
		got := New(typ)
		err := Binary(Pow, typ, got.Words, a.Words, e.Words)
		exponent := e.Big()
		if exponent.Sign() < 0 {
			if !errors.Is(err, ErrNegativePower) {
				t.Fatalf("%v ** %v: %v", a, e, err)
			}
			continue
		}
		want := modulo(typ, new(big.Int).Exp(a.Big(), exponent, nil))
		if err != nil || got.Big().Cmp(want) != 0 {
			t.Fatalf("%v: %v ** %v = %v, want %v", typ, a.Big(), exponent, got.Big(), want)
		}
	}
}

// Wrap64 is the form of a small number in a type of any width.
func (t Type) Wrap64(x uint64) uint64 {
	if t.narrow() {
		return t.Wrap(x)
	}
	return x
}

func TestShiftsAgainstBig(t *testing.T) {
	r := seeded(t)
	for range 20000 {
		typ := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), BitsOf(randomWidth(r)), AngleOf(randomWidth(r))}[r.IntN(4)]
		a, d := random(r, typ), uint64(r.IntN(300))
		if r.IntN(20) == 0 {
			d = r.Uint64()
		}
		near := uint(min(d, 2000))
		for op, want := range map[Op]*big.Int{Shl: new(big.Int).Lsh(a.Big(), near), Shr: new(big.Int).Rsh(a.Big(), near)} {
			got := New(typ)
			Shift(op, typ, got.Words, a.Words, d)
			if got.Big().Cmp(modulo(typ, want)) != 0 {
				t.Fatalf("%v: %v %v %d = %v", typ, a.Big(), op, d, got.Big())
			}
			checkForm(t, got)
			Shift(op, typ, a.Words, a.Words, 0) // in place
		}
		in := Value{typ, append([]uint64(nil), a.Words...)}
		Shift(Shl, typ, in.Words, in.Words, d)
		if in.Big().Cmp(modulo(typ, new(big.Int).Lsh(a.Big(), near))) != 0 {
			t.Fatalf("in place: %v << %d = %v", a.Big(), d, in.Big())
		}
	}
}

func TestRotationsAreBitByBit(t *testing.T) {
	r := seeded(t)
	for range 3000 {
		typ := []Type{UintOf(randomWidth(r)), BitsOf(randomWidth(r)), IntOf(randomWidth(r))}[r.IntN(3)]
		a, d, got := random(r, typ), int64(r.IntN(500)-250), New(typ)
		Rotate(typ, got.Words, a.Words, d)
		n := int64(typ.Width)
		for i := range n {
			j := ((i+d)%n + n) % n
			if GetBit(a.Words, int(i)) != GetBit(got.Words, int(j)) {
				t.Fatalf("%v: rotl by %d: bit %d did not go to %d", typ, d, i, j)
			}
		}
		checkForm(t, got)
		ones := 0
		for i := range n {
			ones += int(GetBit(a.Words, int(i)))
		}
		if PopCount(typ, a.Words) != uint64(ones) {
			t.Fatalf("%v: popcount %d, counted %d", typ, PopCount(typ, a.Words), ones)
		}
	}
}

func TestNegationAndComplement(t *testing.T) {
	r := seeded(t)
	for range 5000 {
		typ := []Type{IntOf(randomWidth(r)), UintOf(randomWidth(r)), AngleOf(randomWidth(r))}[r.IntN(3)]
		a, neg, not := random(r, typ), New(typ), New(typ)
		Unary(Neg, typ, neg.Words, a.Words)
		Unary(Not, typ, not.Words, a.Words)
		if neg.Big().Cmp(modulo(typ, new(big.Int).Neg(a.Big()))) != 0 || not.Big().Cmp(modulo(typ, new(big.Int).Not(a.Big()))) != 0 {
			t.Fatalf("%v: -%v = %v, ~ = %v", typ, a.Big(), neg.Big(), not.Big())
		}
		checkForm(t, neg)
		checkForm(t, not)
	}
}

func TestIntegerLiteralsTakeTheNarrowestType(t *testing.T) {
	for text, want := range map[string]Type{
		"0": IntType, "9223372036854775807": IntType, "9223372036854775808": UintType, "18446744073709551615": UintType,
		"18446744073709551616": IntOf(66),
	} {
		x, _ := new(big.Int).SetString(text, 10)
		v, ok := Integer(x)
		if !ok || v.Type != want || v.Big().Cmp(x) != 0 {
			t.Errorf("%s is %v %v, want %v", text, v.Type, v, want)
		}
	}
	if _, ok := Integer(new(big.Int).Lsh(big.NewInt(1), MaxWidth)); ok {
		t.Error("a literal beyond the widest integer was accepted")
	}
}
