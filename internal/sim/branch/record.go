package branch

import (
	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// record is a value of all clbits with the shots, and where the exact distribution is wanted the probability, that have come to it
// within one branch.
type record struct {
	bits   bitvec.Vec
	hash   uint64 // of bits: the exclusive or of bitHash over the bits that are 1
	count  int
	weight float64
}

// recordOverhead is what a record takes beside its bits.
const recordOverhead = 64

// bitHash is the hash of a single bit (Zobrist hashing): a whole record's hash follows each write in constant time.
func bitHash(c circuit.Clbit) uint64 { return rng.Mix(uint64(c), 0x636c626974) }

// put writes a bit whose hash is h.
func (r *record) put(c int, h uint64, value bool) {
	if r.bits.Get(c) != value {
		r.bits.Set(c, value)
		r.hash ^= h
	}
}

// index finds records by value in a slice that its user keeps: open addressing, slot i holds the place of a record plus one.
type index struct{ slots []int32 }

// reset empties the index and makes room for n records.
func (x *index) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if cap(x.slots) < size {
		x.slots = make([]int32, size)
		return
	}
	x.slots = x.slots[:size]
	clear(x.slots)
}

// find returns the slot of the record that equals bits, or the free slot where it belongs.
func (x *index) find(records []record, bits bitvec.Vec, hash uint64) *int32 {
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		at := &x.slots[i]
		if *at == 0 {
			return at
		}
		if r := &records[*at-1]; r.hash == hash && r.bits.Equal(bits) {
			return at
		}
	}
}
