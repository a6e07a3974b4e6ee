package statevec

import (
	"math/bits"

	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// program is a schedule compiled for one kernel set: what execute runs.
type program[F kernel.Float] struct {
	sweeps []compiledSweep[F]
	phase  complex128
}

type compiledSweep[F kernel.Float] struct {
	local uint64 // positions; see sweep
	steps []step[F]
}

// step is a kernel call for each chunk whose outer positions (those not local) in ones are 1 and in zeros are 0. Exactly one of
// its members is set.
type step[F kernel.Float] struct {
	ones, zeros uint64
	matrix      *kernel.Matrix[F]
	exchange    *kernel.Exchange
	fan         *table[F]
	dense       *denseStep
}

type denseStep struct {
	at   []int
	ones uint64
	m    []complex128
}

// encoder compiles the units of one sweep. Local positions become the bits of an index into a chunk, in order.
type encoder[F kernel.Float] struct {
	set   *kernel.Set[F]
	arena *kernel.Arena[F]
	local uint64
	bits  int // of an index into a chunk; those above the local ones, of a state smaller than a block, are always 0
	steps []step[F]
}

func encode[F kernel.Float](set *kernel.Set[F], sweeps []sweep, phase complex128) *program[F] {
	p := &program[F]{phase: phase}
	arena := &kernel.Arena[F]{}
	for _, s := range sweeps {
		e := encoder[F]{set: set, arena: arena, local: s.local, bits: max(bits.OnesCount64(s.local), set.LaneBits())}
		for _, u := range s.units {
			e.unit(u)
		}
		p.sweeps = append(p.sweeps, compiledSweep[F]{s.local, e.steps})
	}
	return p
}

// inside maps a mask of positions to a mask of local bits; positions that are not local are left out.
func (e *encoder[F]) inside(mask uint64) (out uint64) {
	eachPosition(mask&e.local, func(p int) { out |= 1 << e.bit(p) })
	return out
}

// bit is the local bit of a local position.
func (e *encoder[F]) bit(p int) int { return bits.OnesCount64(e.local & (1<<p - 1)) }

func (e *encoder[F]) unit(u *unit) {
	switch u.kind {
	case one:
		e.matrix1(u.at[0], u.m.small(), u.ones, 0)
	case choice:
		e.choice(u)
	case two:
		e.matrix2(u)
	case phase:
		e.matrix(u.ones, 0, kernel.Target{Select: -1}, u.m[:1])
	case fan:
		e.steps = append(e.steps, e.fan(u.fan))
	case dense:
		d := &denseStep{m: u.dense.m, ones: e.inside(u.ones)}
		for _, p := range u.dense.at {
			d.at = append(d.at, e.bit(p))
		}
		e.steps = append(e.steps, step[F]{ones: u.ones &^ e.local, dense: d})
	default:
		panic("internal error: a unit that fusion has not finished")
	}
}

// matrix adds a matrix on the local bits t.At for states with the positions in ones and zeros.
func (e *encoder[F]) matrix(ones, zeros uint64, t kernel.Target, m []complex128) {
	t.Bits, t.Ones, t.Zeros = e.bits, e.inside(ones), e.inside(zeros)
	compiled := e.set.NewMatrix(e.arena, t, m)
	e.steps = append(e.steps, step[F]{ones: ones &^ e.local, zeros: zeros &^ e.local, matrix: &compiled})
}

// move adds an exchange where all positions concerned are block bits, and reports whether they are.
func (e *encoder[F]) move(from, to, ones uint64) bool {
	from, to = e.inside(from), e.inside(to)
	if !e.set.IsHigh(from | to | e.inside(ones)) {
		return false
	}
	x := e.set.NewExchange(e.bits, from, to, e.inside(ones))
	e.steps = append(e.steps, step[F]{ones: ones &^ e.local, exchange: &x})
	return true
}

func (e *encoder[F]) matrix1(p int, m mat2, ones, zeros uint64) {
	if m.isPlain() || m == flip2 && zeros == 0 && e.move(0, 1<<p, ones) {
		return
	}
	e.matrix(ones, zeros, kernel.Target{At: []int{e.bit(p)}, Select: -1}, m[:])
}

// choice acts on the halves of the state in turn, or on both at once where a block holds both.
func (e *encoder[F]) choice(u *unit) {
	by := uint64(1) << u.at[1]
	zero, one := mat2(u.m[:4]), mat2(u.m[4:8])
	if by&e.local != 0 && !e.set.IsHigh(e.inside(by)) {
		e.matrix(0, 0, kernel.Target{At: []int{e.bit(u.at[0])}, Select: e.bit(u.at[1]), Other: one[:]}, zero[:])
		return
	}
	e.matrix1(u.at[0], zero, 0, by)
	e.matrix1(u.at[0], one, by, 0)
}

func (e *encoder[F]) matrix2(u *unit) {
	if u.m == swap4 && e.move(1<<u.at[0], 1<<u.at[1], u.ones) {
		return
	}
	e.matrix(u.ones, 0, kernel.Target{At: []int{e.bit(u.at[0]), e.bit(u.at[1])}, Select: -1}, u.m[:])
}
