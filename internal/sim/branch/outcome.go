package branch

import (
	mathbits "math/bits"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// outcomes are records by value, for the end of the circuit. Their hashes are of whole words, which nobody changes any more.
type outcomes struct {
	records []record
	index   index
	likely  int // how many have a weight
}

func wordHash(bits bitvec.Vec) uint64 {
	h := uint64(0)
	for _, w := range bits.Words() {
		h = fold(h, w)
	}
	return rng.Mix(h, uint64(bits.Len()))
}

// fold enters a word into a hash: the 128-bit product of both, folded (as in wyhash, by Wang Yi).
func fold(h, w uint64) uint64 {
	high, low := mathbits.Mul64(h^0x9e3779b97f4a7c15, w^0xd1b54a32d192ed03)
	return high ^ low
}

// add enters count and weight for bits, which are copied where they are new.
func (o *outcomes) add(bits bitvec.Vec, count int, weight float64) {
	if 2*len(o.records) >= len(o.index.slots) {
		o.grow()
	}
	hash := wordHash(bits)
	at := o.index.find(o.records, bits, hash)
	if *at == 0 {
		o.records = append(o.records, record{bits: bits.Clone(), hash: hash})
		*at = int32(len(o.records))
	}
	r := &o.records[*at-1]
	if r.weight == 0 && weight > 0 {
		o.likely++
	}
	r.count += count
	r.weight += weight
}

func (o *outcomes) grow() {
	o.index.reset(2*len(o.records) + 1)
	for i := range o.records {
		*o.index.find(o.records, o.records[i].bits, o.records[i].hash) = int32(i + 1)
	}
}

// completion writes outcomes of the terminal measurements into records.
type completion struct {
	spans []span
	bits  bitvec.Vec
}

// span is consecutive outcome bits that go to consecutive clbits.
type span struct{ source, clbit, width int }

func newCompletion(p *course) *completion {
	f := &completion{bits: bitvec.New(p.circuit.NumClbits)}
	for _, w := range p.writes {
		if n := len(f.spans); n > 0 {
			s := &f.spans[n-1]
			if w.source == s.source+s.width && int(w.clbit) == s.clbit+s.width {
				s.width++
				continue
			}
		}
		f.spans = append(f.spans, span{w.source, int(w.clbit), 1})
	}
	return f
}

// of returns r's bits with an outcome written into them; they are good until the next call.
func (f *completion) of(r *record, outcome bitvec.Vec) bitvec.Vec {
	to, from := f.bits.Words(), outcome.Words()
	copy(to, r.bits.Words())
	for _, s := range f.spans {
		for done := 0; done < s.width; {
			src, dst := s.source+done, s.clbit+done
			n := min(s.width-done, 64-src%64, 64-dst%64) // as much as lies within one word of both
			mask := ^uint64(0) >> (64 - n)
			word := &to[dst/64]
			*word = *word&^(mask<<(dst%64)) | from[src/64]>>(src%64)&mask<<(dst%64)
			done += n
		}
	}
	return f.bits
}
