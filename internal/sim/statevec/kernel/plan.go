package kernel

import (
	"math/bits"
	"unsafe"
)

// Arena hands out slices that live as long as each other, in few allocations. The zero value is ready.
type Arena[F Float] struct {
	floats  []F
	words   []uint32
	granted int // elements handed out, of either kind
}

// maxArenaChunk is how many elements an arena allocates at once at most. It begins with what is asked for and doubles.
const maxArenaChunk = 1 << 13

// Floats returns n zeros.
func (a *Arena[F]) Floats(n int) []F { return grant(a, &a.floats, n) }

func grant[F Float, T any](a *Arena[F], free *[]T, n int) []T {
	if len(*free) < n {
		*free = make([]T, max(n, min(a.granted, maxArenaChunk)))
	}
	a.granted += n
	out := (*free)[:n:n]
	*free = (*free)[n:]
	return out
}

// Target says what a Matrix is to do among 1<<Bits amplitudes. Positions and masks are of amplitude indices.
type Target struct {
	Bits  int
	At    []int  // positions of the matrix's qubits, its lowest first; at most two, distinct
	Ones  uint64 // positions that must be 1 for the matrix to act, else the amplitude stays
	Zeros uint64 // positions that must be 0
	// Select, when not negative, is a position that chooses between the matrix (where it is 0) and Other (where it is 1).
	// It must be a lane bit.
	Select int
	Other  []complex128
}

// NewMatrix compiles the row-major matrix m.
func (k *Set[F]) NewMatrix(a *Arena[F], t Target, m []complex128) Matrix[F] {
	lb := k.LaneBits()
	out := Matrix[F]{}
	var high, lane [maxTargets]int // which of t.At
	for i, p := range t.At {
		if p >= lb {
			high[out.High] = i
			out.Stride[out.High] = 2 << p
			out.High++
		} else {
			lane[out.Lane] = i
			out.Lane++
		}
	}
	var highBits uint64
	for _, i := range high[:out.High] {
		highBits |= 1 << t.At[i]
	}
	out.Span = k.span(t.Bits, t.Ones, t.Zeros|highBits)
	out.Flip = flips(t.At, lane[:out.Lane])
	out.perm = k.permutations(a, out.Flip[1:1<<out.Lane])
	out.Coef = k.coefficients(a, t, m, high[:out.High], lane[:out.Lane])
	return out
}

// flips returns, for each subset of the lane targets, the lane bits in it.
func flips(at []int, lane []int) (f [4]int) {
	for d := range 1 << len(lane) {
		for b, i := range lane {
			if d>>b&1 == 1 {
				f[d] |= 1 << at[i]
			}
		}
	}
	return f
}

// permutations returns index vectors for the vector permutation instructions. Those work on as many elements as a block has for
// AVX-512, and on 32-bit elements for AVX2 in both precisions.
func (k *Set[F]) permutations(a *Arena[F], flips []int) []uint32 {
	words := permWords[F](k.Lanes)
	per := words / k.Lanes
	out := grant(a, &a.words, len(flips)*words)
	for d, f := range flips {
		for l := range k.Lanes {
			for w := range per {
				out[d*words+l*per+w] = permIndex[F](k.Lanes, l^f, w)
			}
		}
	}
	return out
}

// permWords is the length of an index vector in 32-bit words: that of a vector of lanes elements.
func permWords[F Float](lanes int) int { return lanes * int(unsafe.Sizeof(F(0))) / 4 }

// permIndex is word w of the index that fetches the given lane. An element of 8 bytes is fetched whole by a vector of 8 lanes
// (AVX-512), and as two words by one of 4 (AVX2).
func permIndex[F Float](lanes, lane, w int) uint32 {
	if unsafe.Sizeof(F(0)) == 4 {
		return uint32(lane)
	}
	if lanes == 4 {
		return uint32(2*lane + w)
	}
	if w == 1 {
		return 0
	}
	return uint32(lane)
}

func (k *Set[F]) coefficients(a *Arena[F], t Target, m []complex128, high, lane []int) []F {
	l, ins, perms := k.Lanes, 1<<len(high), 1<<len(lane)
	out := a.Floats(ins * ins * perms * 2 * l)
	differ := len(lane) > 0 || t.Select >= 0 || (t.Ones|t.Zeros)&uint64(l-1) != 0
	rest := out
	for in := range ins {
		for d := range perms {
			for o := range ins {
				var c complex128
				for i := range l {
					if i == 0 || differ {
						row := t.laneTargets(i, lane)
						c = t.element(m, l, spread(o, high)|row, spread(in, high)|row^spread(d, lane), i)
					}
					rest[i], rest[l+i] = F(real(c)), F(imag(c))
				}
				rest = rest[2*l:]
			}
		}
	}
	return out
}

// spread puts bit b of x at place[b].
func spread(x int, place []int) (y int) {
	for b, p := range place {
		y |= x >> b & 1 << p
	}
	return y
}

// laneTargets gathers the bits of a lane that are targets, as bits of a matrix index.
func (t *Target) laneTargets(lane int, targets []int) (y int) {
	for _, i := range targets {
		y |= lane >> t.At[i] & 1 << i
	}
	return y
}

// element is the coefficient for one lane: the matrix's, or the identity's where a control on a lane bit does not hold.
func (t *Target) element(m []complex128, lanes, row, col, lane int) complex128 {
	inside := uint64(lanes - 1)
	if uint64(lane)&t.Ones&inside != t.Ones&inside || uint64(lane)&t.Zeros != 0 {
		if row == col {
			return 1
		}
		return 0
	}
	if t.Select >= 0 && lane>>t.Select&1 == 1 {
		m = t.Other
	}
	return m[row<<len(t.At)+col]
}

// NewExchange swaps, among 1<<n amplitudes, those whose positions in from are 1 and in to are 0 with those the other way round,
// where all positions in ones are 1. All positions must be block bits; from may be 0: then amplitudes with to at 0 and at 1 swap.
func (k *Set[F]) NewExchange(n int, from, to, ones uint64) Exchange {
	return Exchange{Span: k.span(n, ones, from|to), From: uintptr(2 * from), To: uintptr(2 * to)}
}

// NewSpan returns the blocks of 1<<n amplitudes whose block bits in ones are 1; lane bits in it are ignored.
func (k *Set[F]) NewSpan(n int, ones uint64) Span { return k.span(n, ones, 0) }

// IsHigh reports whether all positions in mask are block bits.
func (k *Set[F]) IsHigh(mask uint64) bool { return bits.TrailingZeros64(mask) >= k.LaneBits() }
