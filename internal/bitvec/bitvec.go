// Package bitvec holds classical values of any width: registers, measurement records and the integers they are compared
// with. It knows nothing of circuits. Bit 0 is the least significant and is printed rightmost.
package bitvec

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

const wordBits = 64

// Vec is a sequence of Len bits. The zero value has length 0. Assigning a Vec shares its bits; Clone copies them. A Vec may
// be read by many goroutines at once, and written by one while nobody reads.
type Vec struct {
	n int
	w []uint64
}

// New returns n bits, all 0. n must not be negative.
func New(n int) Vec {
	return Vec{n: n, w: make([]uint64, (n+wordBits-1)/wordBits)}
}

// FromUint64 returns the n lowest bits of v; n may exceed 64.
func FromUint64(v uint64, n int) Vec {
	x := New(n)
	if len(x.w) > 0 {
		x.w[0] = v
		x.trim()
	}
	return x
}

// FromWords returns the vector of 64·len(words) bits whose storage is words.
func FromWords(words []uint64) Vec { return Vec{n: wordBits * len(words), w: words} }

// FromBig returns v, which must not be negative, in as many bits as it needs.
func FromBig(v *big.Int) Vec {
	x := New(v.BitLen())
	for i := range x.n {
		if v.Bit(i) == 1 {
			x.Set(i, true)
		}
	}
	return x
}

// Parse reads a string of '0' and '1', the highest bit first, as String prints it.
func Parse(s string) (Vec, error) {
	x := New(len(s))
	for i := range len(s) {
		switch s[len(s)-1-i] {
		case '1':
			x.Set(i, true)
		case '0':
		default:
			return Vec{}, fmt.Errorf("bit string %q: only 0 and 1 are allowed", s)
		}
	}
	return x, nil
}

// Len is the number of bits.
func (v Vec) Len() int { return v.n }

// Words is the storage, 64 bits a word, lowest first; bits at and above Len are 0 and must stay so.
func (v Vec) Words() []uint64 { return v.w }

// Get returns bit i. It panics unless 0 <= i < Len.
func (v Vec) Get(i int) bool {
	if uint(i) >= uint(v.n) {
		panic(fmt.Sprintf("internal error: bit %d of %d", i, v.n))
	}
	return v.w[i/wordBits]>>(i%wordBits)&1 == 1
}

// Set writes bit i. It panics unless 0 <= i < Len.
func (v Vec) Set(i int, b bool) {
	if uint(i) >= uint(v.n) {
		panic(fmt.Sprintf("internal error: bit %d of %d", i, v.n))
	}
	if b {
		v.w[i/wordBits] |= 1 << (i % wordBits)
	} else {
		v.w[i/wordBits] &^= 1 << (i % wordBits)
	}
}

// Clone returns a copy that shares nothing.
func (v Vec) Clone() Vec { return Vec{n: v.n, w: append([]uint64(nil), v.w...)} }

// Equal reports whether both have the same length and bits.
func (v Vec) Equal(o Vec) bool {
	if v.n != o.n {
		return false
	}
	for i, x := range v.w {
		if x != o.w[i] {
			return false
		}
	}
	return true
}

// SameValue reports whether both are the same unsigned integer, whatever their widths.
func (v Vec) SameValue(o Vec) bool {
	if len(v.w) < len(o.w) {
		v, o = o, v
	}
	for i, x := range v.w {
		var y uint64
		if i < len(o.w) {
			y = o.w[i]
		}
		if x != y {
			return false
		}
	}
	return true
}

// RangeEquals reports whether the bits [first, first+width) of v, read as an unsigned integer, equal value, which may be
// wider or narrower than the range.
func (v Vec) RangeEquals(first, width int, value Vec) bool {
	for i := 0; i < width || i < value.n; i += wordBits {
		if v.Window(first+i, width-i) != value.Window(i, value.n-i) {
			return false
		}
	}
	return true
}

// Window returns the bits [first, first+width) of v as an integer, or the lowest 64 of them where width is larger, or 0 where width
// is not positive. The bits must lie within v.
func (v Vec) Window(first, width int) uint64 {
	if width <= 0 {
		return 0
	}
	k, s := first/wordBits, first%wordBits
	x := v.w[k] >> s
	if s > 0 && k+1 < len(v.w) {
		x |= v.w[k+1] << (wordBits - s)
	}
	if width < wordBits {
		x &= 1<<width - 1
	}
	return x
}

// Fill sets the bits [first, first+width), which must lie within v, to 1.
func (v Vec) Fill(first, width int) {
	for end := first + width; first < end; {
		s := first % wordBits
		n := min(wordBits-s, end-first)
		v.w[first/wordBits] |= ^uint64(0) >> (wordBits - n) << s
		first += n
	}
}

// Slice returns a copy of the bits [first, first+width).
func (v Vec) Slice(first, width int) Vec {
	x := New(width)
	for i := range x.w {
		x.w[i] = v.Window(first+i*wordBits, width-i*wordBits)
	}
	return x
}

// Compare orders vectors of equal length as unsigned integers: -1, 0 or 1.
func (v Vec) Compare(o Vec) int {
	for i := len(v.w) - 1; i >= 0; i-- {
		switch {
		case v.w[i] < o.w[i]:
			return -1
		case v.w[i] > o.w[i]:
			return 1
		}
	}
	return 0
}

// OnesCount is the number of bits that are 1.
func (v Vec) OnesCount() int {
	n := 0
	for _, x := range v.w {
		n += bits.OnesCount64(x)
	}
	return n
}

// Key returns the bits as an opaque string, fit as a map key among vectors of one length.
func (v Vec) Key() string {
	b := make([]byte, 0, len(v.w)*8)
	for _, x := range v.w {
		b = append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24), byte(x>>32), byte(x>>40), byte(x>>48), byte(x>>56))
	}
	return string(b)
}

// String prints the bits, the highest first.
func (v Vec) String() string {
	var b strings.Builder
	b.Grow(v.n)
	for i := v.n - 1; i >= 0; i-- {
		if v.Get(i) {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}

func (v Vec) trim() {
	if r := v.n % wordBits; r != 0 {
		v.w[len(v.w)-1] &= 1<<r - 1
	}
}
