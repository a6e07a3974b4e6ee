// Package rng draws the random numbers of simulations: a counter-based generator, so that a number depends on its seed, its
// stream and its place only, never on which thread draws it. It knows nothing of circuits.
package rng

import "math/bits"

// Stream is a sequence of random numbers of one purpose. The zero value is not usable; see New. Not for concurrent use.
type Stream struct {
	key     [2]uint32
	counter uint64
	stream  uint64
	buf     [2]uint64
	left    int
}

// New returns the stream of that number under a seed. Different numbers give independent streams.
func New(seed, stream uint64) *Stream {
	return &Stream{key: [2]uint32{uint32(seed), uint32(seed >> 32)}, stream: stream}
}

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

// Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3.
const (
	philoxM0, philoxM1 = 0xD2511F53, 0xCD9E8D57
	philoxW0, philoxW1 = 0x9E3779B9, 0xBB67AE85
	philoxRounds       = 10
)

func (s *Stream) fill() {
	x := [4]uint32{uint32(s.counter), uint32(s.counter >> 32), uint32(s.stream), uint32(s.stream >> 32)}
	k0, k1 := s.key[0], s.key[1]
	for range philoxRounds {
		h0, l0 := bits.Mul32(philoxM0, x[0])
		h1, l1 := bits.Mul32(philoxM1, x[2])
		x = [4]uint32{h1 ^ x[1] ^ k0, l1, h0 ^ x[3] ^ k1, l0}
		k0, k1 = k0+philoxW0, k1+philoxW1
	}
	s.counter++
	s.buf = [2]uint64{uint64(x[3])<<32 | uint64(x[2]), uint64(x[1])<<32 | uint64(x[0])}
	s.left = 2
}
