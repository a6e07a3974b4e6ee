package bitvec

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// random returns a generator whose seed is printed where the test fails.
func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// draw returns n random bits as a vector and as an integer. Long runs of equal bits are as likely as mixed ones.
func draw(r *rand.Rand, n int) (Vec, *big.Int) {
	v, b := New(n), new(big.Int)
	run := r.IntN(3) > 0
	bit := false
	for i := range n {
		if !run || r.IntN(20) == 0 {
			bit = r.IntN(2) == 1
		}
		v.Set(i, bit)
		if bit {
			b.SetBit(b, i, 1)
		}
	}
	return v, b
}

// width prefers the neighbourhood of words' ends.
func width(r *rand.Rand) int { return max(0, 64*r.IntN(4)+r.IntN(5)-2) + r.IntN(2)*r.IntN(60) }

func toBig(v Vec) *big.Int {
	b := new(big.Int)
	for i := range v.Len() {
		if v.Get(i) {
			b.SetBit(b, i, 1)
		}
	}
	return b
}

// part is the bits [first, first+n) of b.
func part(b *big.Int, first, n int) *big.Int {
	mask := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(n)), big.NewInt(1))
	return mask.And(mask, new(big.Int).Rsh(b, uint(first)))
}

// tidy reports whether the words hold nothing above Len.
func tidy(v Vec) bool {
	if len(v.Words()) != (v.Len()+63)/64 {
		return false
	}
	r := v.Len() % 64
	return r == 0 || v.Words()[len(v.Words())-1]>>r == 0
}

func TestAgainstBigIntegers(t *testing.T) {
	r := random(t)
	for range 3000 {
		n := width(r)
		v, b := draw(r, n)
		if toBig(v).Cmp(b) != 0 || !tidy(v) {
			t.Fatalf("%d bits: %v is not %v", n, v, b)
		}
		if ones := len(slices.DeleteFunc([]byte(b.Text(2)), func(c byte) bool { return c == '0' })); v.OnesCount() != ones {
			t.Fatalf("%v: %d ones, want %d", v, v.OnesCount(), ones)
		}
		if s := v.String(); len(s) != n || n > 0 && s != fill(b.Text(2), n) {
			t.Fatalf("%v printed as %s", b, s)
		}
		parsed, err := Parse(v.String())
		if err != nil || !parsed.Equal(v) || !FromBig(b).SameValue(v) || FromBig(b).Len() != b.BitLen() {
			t.Fatalf("%v: Parse gives %v, %v; FromBig gives %v", v, parsed, err, FromBig(b))
		}
	}
}

func fill(s string, n int) string {
	for len(s) < n {
		s = "0" + s
	}
	return s
}

func TestPartsAgainstBigIntegers(t *testing.T) {
	r := random(t)
	equal := 0
	for range 20000 {
		n := width(r)
		v, b := draw(r, n)
		first := r.IntN(n + 1)
		w := r.IntN(n - first + 1)
		want := part(b, first, w)
		if got := v.Slice(first, w); toBig(got).Cmp(want) != 0 || got.Len() != w || !tidy(got) {
			t.Fatalf("Slice(%d, %d) of %v: %v", first, w, v, got)
		}
		if got := v.Window(first, w); got != part(want, 0, 64).Uint64() {
			t.Fatalf("Window(%d, %d) of %v: %b", first, w, v, got)
		}
		other := New(width(r))
		switch r.IntN(3) {
		case 0: // the value itself, in any width that holds it
			other = New(want.BitLen() + r.IntN(70))
			for i := range want.BitLen() {
				other.Set(i, want.Bit(i) == 1)
			}
		case 1: // the value but for one bit
			other = New(w + 1 + r.IntN(70))
			for i := range w {
				other.Set(i, want.Bit(i) == 1)
			}
			k := r.IntN(other.Len())
			other.Set(k, !other.Get(k))
		}
		same := toBig(other).Cmp(want) == 0
		if v.RangeEquals(first, w, other) != same {
			t.Fatalf("RangeEquals(%d, %d, %v) of %v: want %v", first, w, other, v, same)
		}
		if same {
			equal++
		}
		if v.Slice(first, w).SameValue(other) != same || other.SameValue(v.Slice(first, w)) != same {
			t.Fatalf("SameValue of %v and %v: want %v", v.Slice(first, w), other, same)
		}
	}
	if equal < 1000 {
		t.Errorf("only %d equal cases", equal)
	}
}

func TestFill(t *testing.T) {
	r := random(t)
	for range 5000 {
		n := width(r)
		v, b := draw(r, n)
		first := r.IntN(n + 1)
		w := r.IntN(n - first + 1)
		v.Fill(first, w)
		for i := first; i < first+w; i++ {
			b.SetBit(b, i, 1)
		}
		if toBig(v).Cmp(b) != 0 || !tidy(v) {
			t.Fatalf("Fill(%d, %d): %v, want %v", first, w, v, b.Text(2))
		}
	}
}

func TestOrderAndKeys(t *testing.T) {
	r := random(t)
	for range 5000 {
		n := width(r)
		v, b := draw(r, n)
		o, c := draw(r, n)
		if r.IntN(3) == 0 {
			o, c = v.Clone(), b
		}
		want := b.Cmp(c)
		if got := v.Compare(o); got != want || v.Equal(o) != (want == 0) || (v.Key() == o.Key()) != (want == 0) {
			t.Fatalf("%v and %v: Compare %d, Equal %v, keys equal %v", v, o, got, v.Equal(o), v.Key() == o.Key())
		}
	}
	if New(3).Equal(New(4)) || !New(3).SameValue(New(400)) {
		t.Error("zeros of different lengths: equal must be false, the same value true")
	}
}

func TestCloneSharesNothing(t *testing.T) {
	v := FromUint64(5, 70)
	c := v.Clone()
	c.Set(69, true)
	c.Set(0, false)
	if v.String() != FromUint64(5, 70).String() || c.Get(0) || !c.Get(69) {
		t.Errorf("%v, clone %v", v, c)
	}
}

func TestFromUint64(t *testing.T) {
	for _, k := range []struct {
		v    uint64
		n    int
		want string
	}{
		{6, 0, ""}, {6, 1, "0"}, {6, 2, "10"}, {6, 4, "0110"}, {1 << 63, 64, "1" + fill("", 63)}, {1 << 63, 66, "001" + fill("", 63)}, {^uint64(0), 3, "111"},
	} {
		if got := FromUint64(k.v, k.n); got.String() != k.want || !tidy(got) {
			t.Errorf("%d in %d bits: %v", k.v, k.n, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, s := range []string{"2", "0b1", "1 0", "０"} {
		if v, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v", s, v)
		}
	}
	for name, f := range map[string]func(){
		"get beyond the end": func() { New(65).Get(65) },
		"get below 0":        func() { New(65).Get(-1) },
		"set beyond the end": func() { New(64).Set(64, true) },
		"set of none":        func() { Vec{}.Set(0, true) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			f()
		})
	}
}
