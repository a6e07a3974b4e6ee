package vm

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	p "github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/value"
)

// twins are instructions and the operators of package value that they stand for.
var twins = []struct {
	op   p.Op
	what value.Op
	of   func(int) value.Type
}{
	{p.AddI, value.Add, value.IntOf}, {p.AddU, value.Add, value.UintOf}, {p.SubI, value.Sub, value.IntOf}, {p.SubU, value.Sub, value.UintOf},
	{p.MulI, value.Mul, value.IntOf}, {p.MulU, value.Mul, value.UintOf}, {p.DivI, value.Div, value.IntOf}, {p.DivU, value.Div, value.UintOf},
	{p.RemI, value.Mod, value.IntOf}, {p.RemU, value.Mod, value.UintOf}, {p.NegI, value.Neg, value.IntOf}, {p.NegU, value.Neg, value.UintOf},
	{p.NotI, value.Not, value.IntOf}, {p.NotU, value.Not, value.BitsOf}, {p.And, value.And, value.IntOf}, {p.Or, value.Or, value.UintOf},
	{p.Xor, value.Xor, value.BitsOf}, {p.ShlI, value.Shl, value.IntOf}, {p.ShlU, value.Shl, value.UintOf}, {p.ShrI, value.Shr, value.IntOf},
	{p.ShrU, value.Shr, value.BitsOf}, {p.EqI, value.Eq, value.IntOf}, {p.NeI, value.Ne, value.UintOf}, {p.LtI, value.Lt, value.IntOf},
	{p.LeI, value.Le, value.IntOf}, {p.LtU, value.Lt, value.UintOf}, {p.LeU, value.Le, value.UintOf}, {p.AddU, value.Add, value.AngleOf},
}

// randomWord is a value of an integer-like type of at most 64 bits, often an extreme one.
func randomWord(r *rand.Rand, t value.Type) uint64 {
	switch r.IntN(4) {
	case 0:
		return t.Wrap(uint64(r.IntN(5)) - 2)
	case 1:
		return t.Wrap(1<<(t.Width-1) - uint64(r.IntN(3)))
	}
	return t.Wrap(r.Uint64())
}

// TestArithmetic holds the instructions for up to 64 bits against package value, at all widths, and Calculate with them.
func TestArithmetic(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	for range 30000 {
		q := twins[r.IntN(len(twins))]
		typ := q.of(1 + r.IntN(64))
		x, y := randomWord(r, typ), randomWord(r, typ)
		e := p.Eval{Kind: p.Binary, Op: q.what, On: typ}
		switch q.what {
		case value.Shl, value.Shr:
			e.Kind, y = p.Shift, uint64(r.IntN(int(typ.Width)+3))
		case value.Div, value.Mod:
			if y == 0 {
				continue
			}
		case value.Neg, value.Not:
			e.Kind = p.Unary
		}
		want := []uint64{0}
		if err := e.Run(want, []uint64{x}, []uint64{y}); err != nil {
			t.Fatal(err)
		}
		for _, in := range []p.Instr{{Op: q.op, W: typ.Width, A: 0, B: 1, C: 2}, {Op: q.op, W: typ.Width, A: 1, B: 1, C: 2}, {Op: p.Calculate, A: 0, B: 1, C: 2}} {
			mem := []uint64{0, x, y}
			execute(t, in, mem, e)
			if mem[in.A] != want[0] {
				t.Fatalf("seed %d: %s of %s %d and %d is %d, want %d", seed, q.op, typ, int64(x), int64(y), int64(mem[in.A]), int64(want[0]))
			}
		}
	}
}

// execute runs one instruction on a memory.
func execute(t *testing.T, in p.Instr, mem []uint64, evals ...p.Eval) {
	t.Helper()
	b := p.NewBuilder()
	b.Alloc(len(mem))
	b.Program.Evals = evals
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

// TestCalculate runs an operation of each kind.
func TestCalculate(t *testing.T) {
	f := math.Float64bits
	rotl, ok := value.CallFor(value.Rotl, []value.Operand{{Type: value.BitsOf(100)}, {Type: value.IntOf(64)}})
	sin, ok2 := value.CallFor(value.Sin, []value.Operand{{Type: value.FloatType}})
	if !ok || !ok2 {
		t.Fatal("no such functions")
	}
	for _, x := range []struct {
		name string
		e    p.Eval
		in   [4]uint64 // at 2 and 3, 4 and 5
		want [2]uint64
	}{
		{"wide sum", p.Eval{Kind: p.Binary, Op: value.Add, On: value.UintOf(100)}, [4]uint64{math.MaxUint64, 1, 1, 2}, [2]uint64{0, 4}},
		{"wide comparison", p.Eval{Kind: p.Binary, Op: value.Lt, On: value.UintOf(100)}, [4]uint64{5, 1, 1, 2}, [2]uint64{1, 0}},
		{"complement", p.Eval{Kind: p.Unary, Op: value.Not, On: value.BitsOf(100)}, [4]uint64{0, 1}, [2]uint64{math.MaxUint64, 1<<36 - 2}},
		{"conversion", p.Eval{Kind: p.Convert, On: value.AngleOf(4), From: value.FloatType}, [4]uint64{f(math.Pi)}, [2]uint64{8, 0}},
		{"shift", p.Eval{Kind: p.Shift, Op: value.Shl, On: value.UintOf(100)}, [4]uint64{3, 0, 63}, [2]uint64{1 << 63, 1}},
		{"scaled time", p.Eval{Kind: p.ScaleTime, Op: value.Mul}, [4]uint64{f(2), 0, f(3)}, [2]uint64{f(6), 0}},
		{"ratio", p.Eval{Kind: p.TimeRatio}, [4]uint64{f(6), 0, f(3), 0}, [2]uint64{f(2), 0}},
		{"rotation", p.Eval{Kind: p.Builtin, Call: rotl}, [4]uint64{1, 0, 99}, [2]uint64{0, 1 << 35}},
		{"sine", p.Eval{Kind: p.Builtin, Call: sin}, [4]uint64{f(1)}, [2]uint64{f(math.Sin(1)), 0}},
	} {
		mem := append([]uint64{0, 0}, x.in[:]...)
		execute(t, p.Instr{Op: p.Calculate, A: 0, B: 2, C: 4}, mem, x.e)
		if [2]uint64(mem[:2]) != x.want {
			t.Errorf("%s: got %x, want %x", x.name, mem[:2], x.want)
		}
	}
}

// randomBig is a number of n bits.
func randomBig(r *rand.Rand, n int) *big.Int {
	x := new(big.Int)
	for i := 0; i < n; i += 64 {
		x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(r.Uint64()))
	}
	return x.And(x, mask(n))
}

func mask(n int) *big.Int {
	return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(n)), big.NewInt(1))
}

func toWords(mem []uint64, x *big.Int) {
	for i := range mem {
		mem[i] = new(big.Int).And(new(big.Int).Rsh(x, uint(64*i)), mask(64)).Uint64()
	}
}

func fromWords(mem []uint64) *big.Int {
	x := new(big.Int)
	for i, w := range mem {
		x.Or(x, new(big.Int).Lsh(new(big.Int).SetUint64(w), uint(64*i)))
	}
	return x
}

// TestBitRanges holds Extract, Insert, GetBitAt and PutBitAt against package big.
func TestBitRanges(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	for range 5000 {
		n, lo := 1+r.IntN(200), r.IntN(100)
		x, y := randomBig(r, 320), randomBig(r, n)
		mem := make([]uint64, 16)
		toWords(mem[:5], x)
		toWords(mem[5:9], y)
		execute(t, p.Instr{Op: p.Extract, W: int32(n), A: 9, B: 0, C: int32(lo)}, mem)
		if got, want := fromWords(mem[9:9+p.Words(n)]), new(big.Int).And(new(big.Int).Rsh(x, uint(lo)), mask(n)); got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %d bits of %x from %d are %x, want %x", seed, n, x, lo, got, want)
		}
		execute(t, p.Instr{Op: p.Insert, W: int32(n), A: 0, B: 5, C: int32(lo)}, mem)
		want := new(big.Int).Set(x)
		for i := range n {
			want.SetBit(want, lo+i, y.Bit(i))
		}
		if got := fromWords(mem[:5]); got.Cmp(want) != 0 {
			t.Fatalf("seed %d: %d bits %x put into %x at %d give %x, want %x", seed, n, y, x, lo, got, want)
		}
		i := r.IntN(320)
		mem[15] = uint64(i)
		execute(t, p.Instr{Op: p.GetBitAt, W: 320, A: 14, B: 0, C: 15}, mem)
		if mem[14] != uint64(want.Bit(i)) {
			t.Fatalf("seed %d: bit %d of %x is %d", seed, i, want, mem[14])
		}
		mem[14] ^= 1
		execute(t, p.Instr{Op: p.PutBitAt, W: 320, A: 0, B: 14, C: 15}, mem)
		if got := fromWords(mem[:5]); got.Cmp(want.SetBit(want, i, uint(mem[14]))) != 0 {
			t.Fatalf("seed %d: bit %d written gives %x, want %x", seed, i, got, want)
		}
	}
}
