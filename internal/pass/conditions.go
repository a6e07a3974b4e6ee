package pass

import (
	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
)

// verdict is what is known of a condition before the circuit runs.
type verdict uint8

const (
	open verdict = iota
	never
	always
)

// clbits is what is known of the classical bits at one place of a circuit. A bit that is not known is 0 in value.
type clbits struct{ known, value bitvec.Vec }

// newClbits returns n bits at the start of a circuit: all known to be 0.
func newClbits(n int) clbits {
	k := clbits{known: bitvec.New(n), value: bitvec.New(n)}
	k.known.Fill(0, n)
	return k
}

// forget notes that a bit was written with what is not known.
func (k clbits) forget(c circuit.Clbit) {
	k.known.Set(int(c), false)
	k.value.Set(int(c), false)
}

// learn notes that a bit was written with a constant.
func (k clbits) learn(c circuit.Clbit, v bool) {
	k.known.Set(int(c), true)
	k.value.Set(int(c), v)
}

// is reports whether a bit is known to be v.
func (k clbits) is(c circuit.Clbit, v bool) bool {
	return k.known.Get(int(c)) && k.value.Get(int(c)) == v
}

// judge compares the known bits with what the condition wants, 64 at a time.
func (k clbits) judge(cond circuit.Condition) verdict {
	equal, differs := always, never
	if cond.Negate {
		equal, differs = never, always
	}
	all := true
	for i := 0; i < max(cond.Width, cond.Value.Len()); i += 64 {
		unknown := wordMask(cond.Width-i) &^ k.known.Window(int(cond.First)+i, cond.Width-i)
		wrong := k.value.Window(int(cond.First)+i, cond.Width-i) ^ cond.Value.Window(i, cond.Value.Len()-i)
		if wrong&^unknown != 0 {
			return differs
		}
		all = all && unknown == 0
	}
	if all {
		return equal
	}
	return open
}

// wordMask has the n lowest bits set, at most 64.
func wordMask(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return ^uint64(0) >> (64 - min(n, 64))
}
