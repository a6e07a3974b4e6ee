package rng

import (
	"fmt"
	"math"
	"math/bits"
	"testing"
)

// The known answers of the function's authors: file kat_vectors of Random123, lines "philox4x32 10". The words are as they stand there,
// counter, key and answer.
var knownAnswers = []struct {
	counter [4]uint32
	key     [2]uint32
	want    [4]uint32
}{
	{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
}

const ones = 0xffffffff

func join(low, high uint32) uint64 { return uint64(high)<<32 | uint64(low) }

// A stream hands out the published function's words in order, the lower first: its place in the low words of the counter, its number
// in the high ones.
func TestStreamIsPhilox(t *testing.T) {
	for _, k := range knownAnswers {
		s := New(join(k.key[0], k.key[1]), join(k.counter[2], k.counter[3]))
		s.Seek(join(k.counter[0], k.counter[1]))
		for i := range 2 {
			if got, want := s.Uint64(), join(k.want[2*i], k.want[2*i+1]); got != want {
				t.Errorf("counter %x key %x: number %d is %x, want %x", k.counter, k.key, i, got, want)
			}
		}
	}
}

func TestSeek(t *testing.T) {
	s, u := New(8, 9), New(8, 9)
	var want []uint64
	for range 7 {
		want = append(want, s.Uint64())
	}
	for _, place := range []int{2, 0, 1} {
		u.Uint64()
		u.Seek(uint64(place))
		for i := range 3 {
			if got := u.Uint64(); got != want[2*place+i] {
				t.Errorf("number %d from place %d on: %x, want %x", i, place, got, want[2*place+i])
			}
		}
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(50) {
		for stream := range uint64(50) {
			at := fmt.Sprintf("seed %d stream %d", seed, stream)
			x := New(seed, stream).Uint64()
			if before, ok := seen[x]; ok {
				t.Errorf("%s begins like %s", at, before)
			}
			seen[x] = at
		}
	}
}

func TestMixTellsPairsApart(t *testing.T) {
	seen := map[uint64]bool{}
	for a := range uint64(300) {
		for b := range uint64(300) {
			seen[Mix(a, b)] = true
		}
	}
	if len(seen) != 300*300 {
		t.Errorf("%d numbers of %d pairs", len(seen), 300*300)
	}
	flips, n := 0, 0
	for a := range uint64(64) {
		for bit := range 64 {
			flips += bits.OnesCount64(Mix(a, 7)^Mix(a^1<<bit, 7)) + bits.OnesCount64(Mix(7, a)^Mix(7, a^1<<bit))
			n += 128
		}
	}
	if dev := math.Abs(float64(flips)-float64(n)/2) / (math.Sqrt(float64(n)) / 2); dev > 5 {
		t.Errorf("one bit changed flips %d of %d bits: %.1f sigma from a half", flips, n, dev)
	}
}

func TestUniforms(t *testing.T) {
	const n = 100000
	s := New(1, 2)
	var sum, squares float64
	for range n {
		x := s.Float64()
		if x < 0 || x >= 1 {
			t.Fatalf("Float64 gave %v", x)
		}
		sum += x
		squares += x * x
	}
	if dev := math.Abs(sum/n-0.5) * math.Sqrt(12*n); dev > 5 {
		t.Errorf("mean %v: %.1f sigma from 1/2", sum/n, dev)
	}
	if dev := math.Abs(squares/n-1./3) / math.Sqrt(4./45/n); dev > 5 {
		t.Errorf("mean square %v: %.1f sigma from 1/3", squares/n, dev)
	}
}

func TestUint64N(t *testing.T) {
	const draws = 60000
	for _, n := range []uint64{1, 2, 3, 7, 3 << 62} {
		s, thirds := New(3, n), [3]int{}
		counts := map[uint64]int{}
		for range draws {
			x := s.Uint64N(n)
			if x >= n {
				t.Fatalf("Uint64N(%d) gave %d", n, x)
			}
			counts[x]++
			thirds[x%3]++
		}
		if n <= 7 {
			for x := range n {
				within(t, fmt.Sprintf("Uint64N(%d) = %d", n, x), counts[x], draws, 1/float64(n))
			}
		} else {
			for i, k := range thirds { // without rejection every third number would come twice as often as the others
				within(t, fmt.Sprintf("Uint64N(%d) mod 3 = %d", n, i), k, draws, 1./3)
			}
		}
	}
}

func TestShuffle(t *testing.T) {
	const draws = 48000
	s := New(4, 0)
	counts := map[[4]int]int{}
	for range draws {
		x := [4]int{0, 1, 2, 3}
		s.Shuffle(4, func(i, j int) { x[i], x[j] = x[j], x[i] })
		counts[x]++
	}
	if len(counts) != 24 {
		t.Errorf("%d orders of 4 things, there are 24", len(counts))
	}
	for order, k := range counts {
		within(t, fmt.Sprint("order ", order), k, draws, 1./24)
	}
}

// within asserts that k of n is at most 5 sigma from probability p.
func within(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	if dev := sigmas(k, n, p); dev > 5 {
		t.Errorf("%s: %d of %d, %.1f sigma from probability %.6g", what, k, n, dev, p)
	}
}

// sigmas is how far k successes of n are from the expectation, in standard deviations. Where fewer than one is expected, the bound
// is that of Markov turned into the same scale: 5 sigma stands for a chance of about 6e-7.
func sigmas(k, n int, p float64) float64 {
	mean := float64(n) * p
	if mean < 1 {
		if k > 12 {
			return math.Inf(1)
		}
		return 0
	}
	return math.Abs(float64(k)-mean) / math.Sqrt(mean*(1-p))
}

func BenchmarkUint64(b *testing.B) {
	s := New(1, 1)
	for b.Loop() {
		s.Uint64()
	}
}
