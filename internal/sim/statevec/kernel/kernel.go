// Package kernel holds the inner loops of the state vector engine: applying small matrices, moving amplitudes and multiplying
// by tables of phases. Each loop exists as portable Go and, on amd64, as generated AVX2 and AVX-512 assembly; a Set is one
// implementation of all of them. The package knows amplitudes and bit positions, not qubits, gates or circuits.
//
// # Layout
//
// Amplitudes lie in blocks of Set.Lanes: first the real parts of the block's amplitudes, then their imaginary parts. The
// amplitude of index i has its real part at element 2·Lanes·(i / Lanes) + i mod Lanes and its imaginary part Lanes elements
// further. The lowest log2(Lanes) bit positions of an index are its lane bits, the others its block bits: a loop treats a target
// among the block bits by combining blocks, and one among the lane bits by permuting the lanes of one block. Coefficients are
// given lane by lane, so that a control on a lane bit costs nothing.
package kernel

import "math/bits"

//go:generate go run -C gen . -out ../loops_amd64.s -stubs ../loops_amd64.go -pkg kernel

// Float is a component of an amplitude.
type Float interface{ float32 | float64 }

// Set is one implementation of the inner loops for one precision. It is constant and may be used by many goroutines. The
// slices given to it are whole numbers of blocks; assembly does not check bounds, so plans must come from this package's
// constructors and be applied to slices of at least the 1<<bits amplitudes that they were made for.
type Set[F Float] struct {
	Name  string // "avx512", "avx2" or "go"
	Lanes int    // amplitudes a block, a power of two

	matrix   [maxTargets + 1][maxTargets + 1]func(x []F, m *Matrix[F]) // by High and Lane
	exchange func(x []F, e *Exchange)
	phases   func(x []F, s Span, table, keep []F, re, im F)
}

// maxTargets is the largest number of qubits of a matrix with a kernel of its own; Dense takes more.
const maxTargets = 2

// LaneBits is the number of bit positions within a block.
func (k *Set[F]) LaneBits() int { return bits.TrailingZeros(uint(k.Lanes)) }

// Index returns the element that holds the real part of amplitude i; the imaginary part is Lanes further.
func (k *Set[F]) Index(i int) int { return i + i&^(k.Lanes-1) }

// Best returns the fastest set that this machine can run.
func Best[F Float]() *Set[F] { return All[F]()[0] }

// All returns every set that this machine can run, the fastest first; the last is portable Go.
func All[F Float]() []*Set[F] { return append(machineSets[F](), Portable[F](portableLanes)) }

// portableLanes is the block of the portable loops: without vector instructions, lanes only cost.
const portableLanes = 1

// Span enumerates blocks by their elements: of all multiples of a block, in rising order, those whose bits outside Fixed are
// free and whose bits in Fixed equal Set. Fixed includes the bits within a block.
type Span struct {
	Groups int     // how many there are
	Fixed  uintptr // in elements
	Set    uintptr // in elements; a subset of Fixed
}

// span returns the blocks of 1<<n amplitudes whose block bits in ones are 1 and in zeros are 0; masks are of amplitude indices.
func (k *Set[F]) span(n int, ones, zeros uint64) Span {
	lanes := uint64(k.Lanes - 1)
	ones, zeros = ones&^lanes, zeros&^lanes
	return Span{
		Groups: 1 << (n - k.LaneBits() - bits.OnesCount64(ones|zeros)),
		Fixed:  uintptr(2*(ones|zeros) | 2*lanes | 1),
		Set:    uintptr(2 * ones),
	}
}

// next returns the free bits of the group after that with the free bits at.
func (s Span) next(at uintptr) uintptr { return ((at | s.Fixed) + 1) &^ s.Fixed }

// Matrix is a unitary on up to two targets, compiled for one Set: 1<<High blocks are combined, with 1<<Lane permutations of
// the lanes of each.
type Matrix[F Float] struct {
	Span
	High   int
	Lane   int
	Stride [2]uintptr // elements between blocks that differ in a high target
	Flip   [4]int     // by permutation: the lane that a lane's input comes from is lane xor Flip
	// Coef has, for each input block, permutation and output block (in this order, the last fastest), Lanes real parts and
	// Lanes imaginary parts.
	Coef []F
	perm []uint32 // index vectors of the permutations but the first, as the set's assembly wants them
}

// Exchange swaps the blocks at From and To from each group of the span.
type Exchange struct {
	Span
	From, To uintptr // in elements
}

// ApplyMatrix applies m to the amplitudes x.
func (k *Set[F]) ApplyMatrix(x []F, m *Matrix[F]) { k.matrix[m.High][m.Lane](x, m) }

// ApplyExchange swaps blocks of x.
func (k *Set[F]) ApplyExchange(x []F, e *Exchange) { k.exchange(x, e) }

// ApplyPhases multiplies each block of x in s by the block of table at the same place times re + i·im, plus keep: Lanes real
// numbers that let lanes with table entries of 0 pass unchanged. Table covers as many amplitudes as x.
func (k *Set[F]) ApplyPhases(x []F, s Span, table, keep []F, re, im F) {
	if s.Groups > 0 && len(x) > 0 {
		k.phases(x, s, table, keep, re, im)
	}
}
