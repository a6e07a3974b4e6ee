package vm

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	p "github.com/softquantus/qcos/internal/program"
)

// wrap is x in n bits.
func wrap(x *big.Int, n int, sign bool) *big.Int {
	m := new(big.Int).Lsh(big.NewInt(1), uint(n))
	y := new(big.Int).Mod(x, m)
	if sign && y.Bit(n-1) == 1 {
		y.Sub(y, m)
	}
	return y
}

// arithmetic is what instructions of two values mean, on integers of any size.
var arithmetic = map[string]func(x, y *big.Int, n int) *big.Int{
	"add": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Add(x, y) },
	"sub": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Sub(x, y) },
	"mul": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Mul(x, y) },
	"div": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Quo(x, y) },
	"rem": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Rem(x, y) },
	"neg": func(x, _ *big.Int, _ int) *big.Int { return new(big.Int).Neg(x) },
	"not": func(x, _ *big.Int, _ int) *big.Int { return new(big.Int).Not(x) },
	"and": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).And(x, y) },
	"or":  func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Or(x, y) },
	"xor": func(x, y *big.Int, _ int) *big.Int { return new(big.Int).Xor(x, y) },
	"cmp": func(x, y *big.Int, _ int) *big.Int { return big.NewInt(int64(x.Cmp(y))) },
}

// counted are those whose second operand is a number of 64 bits.
var counted = map[string]func(x *big.Int, k int64, n int) *big.Int{
	"pow": func(x *big.Int, k int64, n int) *big.Int { return new(big.Int).Exp(x, big.NewInt(k), nil) },
	"shl": func(x *big.Int, k int64, n int) *big.Int { return new(big.Int).Lsh(x, uint(k)) },
	"shr": func(x *big.Int, k int64, n int) *big.Int { return new(big.Int).Rsh(x, uint(k)) },
	"rotl": func(x *big.Int, k int64, n int) *big.Int {
		k = (k%int64(n) + int64(n)) % int64(n)
		y := new(big.Int).Lsh(x, uint(k))
		return y.Or(y, new(big.Int).Rsh(x, uint(int64(n)-k)))
	},
}

type pair struct {
	name         string
	narrow, wide p.Op
	sign         bool
}

var pairs = []pair{
	{"add", p.AddI, p.WAddI, true}, {"add", p.AddU, p.WAddU, false}, {"sub", p.SubI, p.WSubI, true}, {"sub", p.SubU, p.WSubU, false},
	{"mul", p.MulI, p.WMulI, true}, {"mul", p.MulU, p.WMulU, false}, {"div", p.DivI, p.WDivI, true}, {"div", p.DivU, p.WDivU, false},
	{"rem", p.RemI, p.WRemI, true}, {"rem", p.RemU, p.WRemU, false}, {"neg", p.NegI, p.WNegI, true}, {"neg", p.NegU, p.WNegU, false},
	{"not", p.NotI, p.WNotI, true}, {"not", p.NotU, p.WNotU, false}, {"and", p.And, p.WAnd, false}, {"or", p.Or, p.WOr, false}, {"xor", p.Xor, p.WXor, false},
	{"pow", p.PowI, p.WPowI, true}, {"pow", p.PowU, p.WPowU, false}, {"shl", p.ShlI, p.WShlI, true}, {"shl", p.ShlU, p.WShlU, false},
	{"shr", p.ShrI, p.WShrI, true}, {"shr", p.ShrU, p.WShrU, false}, {"rotl", p.RotL, p.WRotL, false},
	{"cmp", p.Nop, p.WCmpI, true}, {"cmp", p.Nop, p.WCmpU, false},
}

// randomInt is a value of n bits, often an extreme one.
func randomInt(r *rand.Rand, n int, sign bool) *big.Int {
	x := new(big.Int)
	switch r.IntN(5) {
	case 0:
		x.SetInt64(int64(r.IntN(5)) - 2)
	case 1:
		x.Lsh(big.NewInt(1), uint(n-1))
		x.Sub(x, big.NewInt(int64(r.IntN(3))))
	default:
		for i := 0; i < n; i += 64 {
			x.Lsh(x, 64)
			x.Or(x, new(big.Int).SetUint64(r.Uint64()))
		}
	}
	return wrap(x, n, sign)
}

// TestArithmetic holds narrow and wide instructions against package big, at all widths.
func TestArithmetic(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	for range 40000 {
		q := pairs[r.IntN(len(pairs))]
		n := 1 + r.IntN(64)
		op := q.narrow
		if r.IntN(2) == 0 || op == p.Nop {
			op, n = q.wide, 1+r.IntN(300)
		}
		x, y := randomInt(r, n, q.sign), randomInt(r, n, q.sign)
		words := p.Words(n)
		mem := make([]uint64, 4*words)
		in := p.Instr{Op: op, W: int32(n), A: 0, B: int32(words), C: int32(2 * words)}
		fromBig(mem[in.B:in.B+int32(words)], x)
		var want *big.Int
		if f := counted[q.name]; f != nil {
			k := int64(r.IntN(n + 5))
			if q.name == "rotl" {
				k -= int64(r.IntN(2 * n))
			}
			mem[in.C] = uint64(k)
			want = f(x, k, n)
		} else {
			fromBig(mem[in.C:in.C+int32(words)], y)
			if y.Sign() == 0 && (q.name == "div" || q.name == "rem") {
				continue
			}
			want = arithmetic[q.name](x, y, n)
		}
		out := words
		if q.name == "cmp" {
			out = 1
		} else {
			want = wrap(want, n, q.sign)
		}
		if r.IntN(3) == 0 && q.name != "cmp" { // in place
			in.A = in.B
		}
		execute(t, in, mem)
		got := toBig(mem[in.A:int(in.A)+out], q.sign || q.name == "cmp")
		if got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %s/%d (signed %v) of %d and %d (%d) is %d, want %d", seed, op, n, q.sign, x, y, int64(mem[in.C]), got, want)
		}
	}
}

// execute runs one instruction on a memory.
func execute(t *testing.T, in p.Instr, mem []uint64) {
	t.Helper()
	b := p.NewBuilder()
	b.Alloc(len(mem))
	b.Emit(in.Op, int(in.W), in.A, in.B, in.C)
	prog := finish(t, b)
	m, err := New(prog, wideLimits)
	if err != nil {
		t.Fatal(err)
	}
	m.Mem = mem
	if _, err := m.Run(t.Context(), &tape{}); err != nil {
		t.Fatal(err)
	}
}

// TestBitRanges holds Extract, Insert, GetBit, PutBit and the extensions against single bits.
func TestBitRanges(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	for range 5000 {
		n := 1 + r.IntN(200)
		lo := r.IntN(100)
		x, y := randomInt(r, 320, false), randomInt(r, n, false)
		mem := make([]uint64, 16)
		fromBig(mem[:5], x)
		fromBig(mem[5:9], y)
		execute(t, p.Instr{Op: p.Extract, W: int32(n), A: 9, B: 0, C: int32(lo)}, mem)
		if got, want := toBig(mem[9:9+p.Words(n)], false), wrap(new(big.Int).Rsh(x, uint(lo)), n, false); got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %d bits of %x from %d are %x, want %x", seed, n, x, lo, got, want)
		}
		execute(t, p.Instr{Op: p.Insert, W: int32(n), A: 0, B: 5, C: int32(lo)}, mem)
		want := new(big.Int).Set(x)
		for i := range n {
			want.SetBit(want, lo+i, y.Bit(i))
		}
		if got := toBig(mem[:5], false); got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %d bits %x put into %x at %d give %x, want %x", seed, n, y, x, lo, got, want)
		}
		from, sign, op := 1+r.IntN(256), r.IntN(2) == 0, p.WZExt
		if sign {
			op = p.WSExt
		}
		execute(t, p.Instr{Op: op, W: int32(n), A: 9, B: 0, C: int32(from)}, mem)
		narrow := wrap(wrap(want, from, sign), n, sign)
		if got := toBig(mem[9:9+p.Words(n)], sign); got.Cmp(narrow) != 0 {
			t.Fatalf("seed %d: %s of %d bits to %d of %x is %x, want %x", seed, op, from, n, want, got, narrow)
		}
	}
}

func TestFloats(t *testing.T) {
	for _, x := range []struct {
		op   p.Op
		w    int32
		in   float64
		want uint64
	}{
		{p.FToInt, 8, -3.99, uint64(0xfffffffffffffffd)}, {p.FToInt, 8, 200, 0xffffffffffffffc8}, {p.FToUint, 8, -1, 255}, {p.FToUint, 64, 1.8e19, 18000000000000000000},
		{p.Round, 16, 1.0 / 3, bitsOf(0.333251953125)}, {p.Round, 32, 0.1, bitsOf(float64(float32(0.1)))}, {p.Round, 16, 65519, bitsOf(65504)},
		{p.Round, 16, 65520, bitsOf(math.Inf(1))}, {p.Round, 16, 0x1p-25, bitsOf(0)}, {p.Round, 16, 0x1.8p-25, bitsOf(0x1p-24)},
		{p.FToAngle, 4, math.Pi, 8}, {p.FToAngle, 4, -math.Pi / 8, 15}, {p.FToAngle, 4, 2*math.Pi - 0.01, 0}, {p.FToAngle, 64, math.Pi, 1 << 63},
	} {
		mem := []uint64{0, bitsOf(x.in)}
		execute(t, p.Instr{Op: x.op, W: x.w, A: 0, B: 1}, mem)
		if mem[0] != x.want {
			t.Errorf("%s/%d of %v is %x, want %x", x.op, x.w, x.in, mem[0], x.want)
		}
	}
	mem := []uint64{0, 3}
	execute(t, p.Instr{Op: p.AngleToF, W: 3, A: 0, B: 1}, mem)
	if got := float(mem[0]); math.Abs(got-3*math.Pi/4) > 1e-15 {
		t.Errorf("3/8 of a turn is %v", got)
	}
}
