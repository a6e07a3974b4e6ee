package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

func newRandom(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("random seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

func tolerance[F Float]() float64 {
	if unsafe.Sizeof(F(0)) == 8 {
		return 1e-14
	}
	return 1e-5
}

func fill[F Float](r *rand.Rand, x []F) []F {
	for i := range x {
		x[i] = F(2*r.Float64() - 1)
	}
	return x
}

func randomMatrix(r *rand.Rand, n int) []complex128 {
	m := make([]complex128, n*n)
	for i := range m {
		m[i] = complex(2*r.Float64()-1, 2*r.Float64()-1)
	}
	return m
}

func compare[F Float](t *testing.T, what string, got, want []F) {
	t.Helper()
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d < tolerance[F]()) {
			t.Fatalf("%s: element %d is %v, %v expected", what, i, got[i], want[i])
		}
	}
}

// guarded returns room for n elements and a function that reports whether anything around them was written to.
func guarded[F Float](n int) (x []F, intact func() bool) {
	const guard = 64
	all := make([]F, n+2*guard)
	for i := range all {
		all[i] = 7
	}
	return all[guard : guard+n : guard+n], func() bool {
		for i := range guard {
			if all[i] != 7 || all[guard+n+i] != 7 {
				return false
			}
		}
		return true
	}
}

// amplitudes reads x in the layout of k.
func amplitudes[F Float](k *Set[F], x []F, n int) []complex128 {
	v := make([]complex128, 1<<n)
	for i := range v {
		e := k.Index(i)
		v[i] = complex(float64(x[e]), float64(x[e+k.Lanes]))
	}
	return v
}

func store[F Float](k *Set[F], v []complex128) []F {
	x := make([]F, 2*len(v))
	for i, a := range v {
		e := k.Index(i)
		x[e], x[e+k.Lanes] = F(real(a)), F(imag(a))
	}
	return x
}

// allSets are those of this machine, and portable ones for all blocks.
func allSets[F Float]() []*Set[F] {
	sets := All[F]()
	for lanes := 1; lanes <= maxLanes; lanes *= 2 {
		sets = append(sets, Portable[F](lanes))
	}
	return sets
}

const testBits = 7

// dumbMatrix is what ApplyMatrix should do, one amplitude at a time.
func dumbMatrix(v []complex128, t Target, m []complex128) []complex128 {
	out := append([]complex128(nil), v...)
	size := 1 << len(t.At)
	for i := range v {
		if uint64(i)&t.Ones != t.Ones || uint64(i)&t.Zeros != 0 {
			continue
		}
		use := m
		if t.Select >= 0 && i>>t.Select&1 == 1 {
			use = t.Other
		}
		row, rest := 0, i
		for b, p := range t.At {
			row |= i >> p & 1 << b
			rest &^= 1 << p
		}
		out[i] = 0
		for col := range size {
			out[i] += use[row*size+col] * v[rest|spread(col, t.At)]
		}
	}
	return out
}

func randomTarget(r *rand.Rand, lanes int) (Target, []complex128) {
	p := r.Perm(testBits)
	k, c, z := r.IntN(3), r.IntN(3), r.IntN(2)
	t := Target{Bits: testBits, At: p[:k], Select: -1}
	for _, p := range p[k : k+c] {
		t.Ones |= 1 << p
	}
	for _, p := range p[k+c : k+c+z] {
		t.Zeros |= 1 << p
	}
	if s := p[k+c+z]; 1<<s < lanes && r.IntN(2) == 0 {
		t.Select, t.Other = s, randomMatrix(r, 1<<k)
	}
	return t, randomMatrix(r, 1<<k)
}

func testMatrix[F Float](t *testing.T) {
	r := newRandom(t)
	shapes := map[[2]int]bool{}
	for _, k := range allSets[F]() {
		for range 400 {
			target, m := randomTarget(r, k.Lanes)
			arena := &Arena[F]{}
			plan := k.NewMatrix(arena, target, m)
			x, intact := guarded[F](2 << testBits)
			want := store(k, dumbMatrix(amplitudes(k, fill(r, x), testBits), target, m))
			k.ApplyMatrix(x, &plan)
			compare(t, fmt.Sprintf("%s of %d lanes, %+v", k.Name, k.Lanes, target), x, want)
			if !intact() {
				t.Fatalf("%s wrote outside of its amplitudes", k.Name)
			}
			shapes[[2]int{plan.High, plan.Lane}] = true
		}
	}
	if len(shapes) != 6 {
		t.Errorf("only the shapes %v were tried", shapes)
	}
}

func TestMatrix(t *testing.T) {
	t.Run("double", testMatrix[float64])
	t.Run("single", testMatrix[float32])
}

// testTwins compares each set with the portable one for the same blocks, on the same plan.
func testTwins[F Float](t *testing.T) {
	r := newRandom(t)
	for _, k := range All[F]() {
		twin := Portable[F](k.Lanes)
		for range 200 {
			target, m := randomTarget(r, k.Lanes)
			plan := k.NewMatrix(&Arena[F]{}, target, m)
			x := fill(r, make([]F, 2<<testBits))
			want := append([]F(nil), x...)
			k.ApplyMatrix(x, &plan)
			twin.ApplyMatrix(want, &plan)
			compare(t, fmt.Sprintf("%s: matrix %+v", k.Name, target), x, want)

			span := k.NewSpan(testBits, target.Ones)
			table, keep := fill(r, make([]F, 2<<testBits)), fill(r, make([]F, k.Lanes))
			k.ApplyPhases(x, span, table, keep, 0.6, -0.8)
			twin.ApplyPhases(want, span, table, keep, 0.6, -0.8)
			compare(t, k.Name+": phases", x, want)
		}
	}
}

func TestTwins(t *testing.T) {
	t.Run("double", testTwins[float64])
	t.Run("single", testTwins[float32])
}

func testExchange[F Float](t *testing.T) {
	r := newRandom(t)
	for _, k := range allSets[F]() {
		for range 100 {
			p := r.Perm(testBits - k.LaneBits())
			at := func(i int) uint64 { return 1 << (p[i] + k.LaneBits()) }
			from, to, ones := uint64(0), at(0), uint64(0)
			if r.IntN(2) == 0 {
				from = at(1)
			}
			if r.IntN(2) == 0 {
				ones = at(2)
			}
			plan := k.NewExchange(testBits, from, to, ones)
			x, intact := guarded[F](2 << testBits)
			v := amplitudes(k, fill(r, x), testBits)
			for i := range v {
				if i := uint64(i); i&(from|to|ones) == from|ones {
					v[i], v[i^from^to] = v[i^from^to], v[i]
				}
			}
			want := store(k, v)
			k.ApplyExchange(x, &plan)
			compare(t, fmt.Sprintf("%s: exchange %b with %b where %b", k.Name, from, to, ones), x, want)
			if !intact() {
				t.Fatalf("%s wrote outside of its amplitudes", k.Name)
			}
		}
	}
}

func TestExchange(t *testing.T) {
	t.Run("double", testExchange[float64])
	t.Run("single", testExchange[float32])
}

// TestDenormals looks that assembly flushes them and leaves the processor as it was.
func TestDenormals(t *testing.T) {
	tiny := math.SmallestNonzeroFloat64
	for _, k := range All[float64]() {
		if k.Name == "go" {
			continue
		}
		x := make([]float64, 2<<testBits)
		x[0] = tiny
		plan := k.NewMatrix(&Arena[float64]{}, Target{Bits: testBits, At: []int{testBits - 1}, Select: -1}, []complex128{1, 0, 0, 1})
		k.ApplyMatrix(x, &plan)
		if x[0] != 0 {
			t.Errorf("%s keeps a denormal number", k.Name)
		}
		if two := tiny * float64(len(k.Name)-3); two == 0 {
			t.Errorf("%s leaves denormal numbers switched off", k.Name)
		}
	}
}

func BenchmarkMatrix(b *testing.B) {
	const n = 15
	for _, k := range All[float64]() {
		for _, at := range [][]int{{5}, {0}, {5, 9}, {0, 9}, {0, 1}} {
			b.Run(fmt.Sprintf("impl=%s/at=%v", k.Name, at), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				x := make([]float64, 2<<n)
				m := make([]complex128, 1<<(2*len(at)))
				for i := range 1 << len(at) {
					m[i<<len(at)|i] = 1
				}
				plan := k.NewMatrix(&Arena[float64]{}, Target{Bits: n, At: at, Select: -1}, m)
				fill(r, x)
				for b.Loop() {
					k.ApplyMatrix(x, &plan)
				}
				b.ReportMetric(float64(b.N)*(1<<n)/b.Elapsed().Seconds(), "amplitudes/s")
			})
		}
	}
}
