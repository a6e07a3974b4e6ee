package statevec

import (
	"math/bits"

	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// table is a fan compiled for a chunk. A chunk is a sequence of pieces of 1<<pieceBits amplitudes. The phase of an amplitude is the
// product of three: of its place within the piece, of the piece, and of the chunk.
type table[F kernel.Float] struct {
	pieceBits int
	span      kernel.Span // within a piece
	place     []F         // by place in the piece, in the layout of the state; 0 where keep is 1
	keep      []F         // by lane: 1 where the pivot is a lane bit that is 0
	piece     []complex128
	pivot     int // which bit of a piece's number must be 1, as a mask; 0 is none
	outer     []posPhase
}

// tableBits is how many block bits a piece has: 64 blocks take 8 KiB, which stay in the first-level cache.
const tableBits = 6

func (e *encoder[F]) fan(f *fanout) step[F] {
	t := &table[F]{pieceBits: min(e.bits, e.set.LaneBits()+tableBits), keep: e.arena.Floats(e.set.Lanes)}
	var pivot uint64
	out := step[F]{fan: t}
	if f.pivot >= 0 {
		pivot = e.inside(1 << f.pivot)
		out.ones = 1 << f.pivot &^ e.local
	}
	var local []posPhase
	for _, p := range f.phases {
		if e.local>>p.at&1 == 1 {
			local = append(local, posPhase{e.bit(p.at), p.phase})
		} else {
			t.outer = append(t.outer, p)
		}
	}
	pieceMask := uint64(1)<<t.pieceBits - 1
	t.span = e.set.NewSpan(t.pieceBits, pivot&pieceMask)
	t.pivot = int(pivot >> t.pieceBits)
	t.fillPlaces(e, local, pivot)
	t.fillPieces(local, f.scale, e.bits)
	return out
}

// fillPlaces sets the phases within a piece. A pivot among the lane bits is heeded here.
func (t *table[F]) fillPlaces(e *encoder[F], local []posPhase, pivot uint64) {
	lanes := e.set.Lanes
	pivot &= uint64(lanes - 1)
	t.place = e.arena.Floats(2 << t.pieceBits)
	for i := range uint64(1) << t.pieceBits {
		if i&pivot != pivot {
			t.keep[i&uint64(lanes-1)] = 1
			continue
		}
		x := product(local, i)
		at := e.set.Index(int(i))
		t.place[at], t.place[at+lanes] = F(real(x)), F(imag(x))
	}
}

// fillPieces sets the phases of pieces, each from that of a piece with one bit fewer.
func (t *table[F]) fillPieces(local []posPhase, scale complex128, chunkBits int) {
	t.piece = make([]complex128, 1<<(chunkBits-t.pieceBits))
	var byBit [64]complex128
	for i := range byBit {
		byBit[i] = 1
	}
	for _, p := range local {
		byBit[p.at] = p.phase
	}
	t.piece[0] = scale
	for i := 1; i < len(t.piece); i++ {
		low := bits.TrailingZeros(uint(i))
		t.piece[i] = t.piece[i&(i-1)] * byBit[t.pieceBits+low]
	}
}

// apply multiplies the chunk x, whose outer positions are as in outer.
func (t *table[F]) apply(set *kernel.Set[F], x []F, outer uint64) {
	chunk := product(t.outer, outer)
	size := 2 << t.pieceBits
	for i, phase := range t.piece {
		if i&t.pivot == t.pivot {
			phase *= chunk
			set.ApplyPhases(x[i*size:(i+1)*size], t.span, t.place, t.keep, F(real(phase)), F(imag(phase)))
		}
	}
}
