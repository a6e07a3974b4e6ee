// Package rng draws the random numbers of simulations: a counter-based generator, so that a number depends on its seed, its
// stream and its place only, never on which thread draws it. It knows nothing of circuits.
package rng

import "math/bits"

// Stream is a sequence of random numbers of one purpose. The zero value is stream 0 of seed 0; see New. Not for concurrent use;
// many streams may be used side by side.
type Stream struct {
	seed    uint64
	counter uint64
	stream  uint64
	buf     [2]uint64
	left    int
}

// New returns the stream of that number under a seed. Different numbers give independent streams; see Mix for making numbers of
// several things.
func New(seed, stream uint64) *Stream {
	return &Stream{seed: seed, stream: stream}
}

// Seek goes on at another place of the stream. Places are a block of two numbers each; a place that is a hash of what the numbers
// are for makes them independent of the order in which they are drawn.
func (s *Stream) Seek(place uint64) { s.counter, s.left = place, 0 }

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	if s.left == 0 {
		s.fill()
	}
	s.left--
	return s.buf[s.left]
}

// Float64 returns a number in [0, 1) of 53 random bits.
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Uint64N returns a number in [0, n), each equally likely; n must not be 0.
//
// It is the multiplication with rejection of Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
func (s *Stream) Uint64N(n uint64) uint64 {
	high, low := bits.Mul64(s.Uint64(), n)
	if low < n {
		for reject := -n % n; low < reject; {
			high, low = bits.Mul64(s.Uint64(), n)
		}
	}
	return high
}

// Shuffle brings n things into a random order, each order equally likely, by calling swap for pairs of places.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(s.Uint64N(uint64(i)+1)))
	}
}

// fill makes the next two numbers of the stream: one block of Philox whose key is the seed and whose counter is (place, stream).
func (s *Stream) fill() {
	s.buf[1], s.buf[0] = philox(s.counter, s.stream, s.seed)
	s.counter++
	s.left = 2
}

// Constants of Philox4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3.
const (
	philoxM0, philoxM1 = 0xD2511F53, 0xCD9E8D57
	philoxW0, philoxW1 = 0x9E3779B9, 0xBB67AE85
	philoxRounds       = 10
)

// philox encrypts the counter (low, high) under a key. The first word of the published function is the lower half of the first
// argument and of the first result.
func philox(low, high, key uint64) (first, second uint64) {
	x0, x1, x2, x3 := uint32(low), uint32(low>>32), uint32(high), uint32(high>>32)
	k0, k1 := uint32(key), uint32(key>>32)
	for range philoxRounds {
		p, q := philoxM0*uint64(x0), philoxM1*uint64(x2)
		x0, x1, x2, x3 = uint32(q>>32)^x1^k0, uint32(q), uint32(p>>32)^x3^k1, uint32(p)
		k0, k1 = k0+philoxW0, k1+philoxW1
	}
	return uint64(x1)<<32 | uint64(x0), uint64(x3)<<32 | uint64(x2)
}

// Mix makes one number of two, for streams that belong to several things: Mix(Mix(a, b), c). Different pairs give different
// numbers but for the chance of 2^-64. The finishing steps are those of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func Mix(a, b uint64) uint64 {
	x := a ^ finish(b+0x9E3779B97F4A7C15)
	return finish(x + 0x9E3779B97F4A7C15)
}

func finish(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
