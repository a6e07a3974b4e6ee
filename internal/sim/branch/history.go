package branch

import (
	"context"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// branch is all shots that share a quantum state and the values of the live clbits.
type branch struct {
	state   State    // nil where parked
	records []record // distinct, at least one; they agree on the live clbits
	shots   int      // of all records
	weight  float64  // probability of the branch; followed only by the exact answers and the progress
	key     uint64   // names the branch's history to the random numbers
	live    uint64   // hash of the live clbits
	lo, hi  int      // gates that the state has yet to go through
	choices *choice  // how the state came about
	at      int      // of a parked branch: the step that it waits at

	fingerprint uint64
	fingered    bool // fingerprint is that of the state

	// Of a branch that a program drives.
	stop            *stop         // where the program waits; nil at its start
	qubit           circuit.Qubit // that it asks about there
	answered, value bool          // the answer, once the state has taken it
	steps           int64         // that the program has taken
	events          int           // measurements and resets in the history of the state
}

// choice is an uncertain outcome in a branch's history, linked to the one before.
type choice struct {
	step   int
	value  bool
	op     int      // that asks for it, in the circuit
	pos    diag.Pos // of the source that asks for it
	before *choice
}

// happens evaluates a step's condition, on which all records of a branch agree.
func (t *tree) happens(b *branch, s *step) bool {
	return s.cond == 0 || t.request.Circuit.Condition(s.cond).Holds(b.records[0].bits)
}

// bury takes bits that are read for the last time out of the hash of live bits.
func (t *tree) bury(b *branch, s *step) {
	for _, c := range t.course.deaths[s.deathLo:s.deathHi] {
		if b.records[0].bits.Get(int(c)) {
			b.live ^= bitHash(c)
		}
	}
}

// extend lets gates wait for others that follow them immediately: the longer a range, the better an engine can do.
func (t *tree) extend(ctx context.Context, b *branch, lo, hi int) error {
	if b.hi != lo {
		if err := t.flush(ctx, b); err != nil {
			return err
		}
		b.lo = lo
	}
	b.hi = hi
	return nil
}

// flush brings the state up to date.
func (t *tree) flush(ctx context.Context, b *branch) error {
	if b.lo == b.hi {
		return nil
	}
	b.fingered = false
	lo := b.lo
	b.lo = b.hi
	return b.state.Apply(ctx, lo, b.hi)
}

// note writes what a step found into the records and the hash of the live bits.
func (t *tree) note(b *branch, s *step, value bool) {
	if s.clbit == circuit.NoClbit {
		return
	}
	c, h := int(s.clbit), bitHash(s.clbit)
	if s.live {
		if t.live.Get(c) && b.records[0].bits.Get(c) {
			b.live ^= h
		}
		if value {
			b.live ^= h
		}
	}
	for i := range b.records {
		b.records[i].put(c, h, value)
	}
	if s.again {
		b.records = t.distinct(b.records)
	}
}

// odds are what a measurement or reset finds: the weights of the outcomes 0 and 1.
type odds [2]float64

func oddsOf(s State, q circuit.Qubit) odds {
	zero, one := s.Weights(q)
	return odds{zero, one}
}

// one is the probability of outcome 1.
func (o odds) one() float64 { return o[1] / (o[0] + o[1]) }

// likelier is the outcome that is certain if any is.
func (o odds) likelier() bool { return o[1] > o[0] }

func (o odds) of(value bool) float64 {
	if value {
		return o[1]
	}
	return o[0]
}

// measure takes a branch through a measurement or reset.
func (t *tree) measure(ctx context.Context, b *branch, s *step) error {
	if err := t.flush(ctx, b); err != nil {
		return err
	}
	o := oddsOf(b.state, s.qubit)
	if p := o.one(); t.certain < p && p < 1-t.certain {
		t.split(b, s, o)
		return nil
	}
	b.settle(s.qubit, s.kind == resetStep, o)
	t.note(b, s, o.likelier())
	t.next = append(t.next, b)
	return nil
}

// cleanBelow is the weight of a residue too small to be worth a pass over the state: amplitudes of 1e-10.
const cleanBelow = 1e-20

// settle brings a qubit whose value is certain to that value.
func (b *branch) settle(q circuit.Qubit, reset bool, o odds) {
	value := o.likelier()
	if o.of(!value) > cleanBelow {
		b.project(q, value, o)
	}
	b.flipReset(q, reset, value)
}

// collapse takes a branch's state to an outcome of a measurement or reset.
func (b *branch) collapse(q circuit.Qubit, reset, value bool, o odds) {
	b.project(q, value, o)
	b.flipReset(q, reset, value)
}

func (b *branch) project(q circuit.Qubit, value bool, o odds) {
	b.state.Project(q, value, o.of(value))
	b.fingered = false
}

func (b *branch) flipReset(q circuit.Qubit, reset, value bool) {
	if reset && value {
		b.state.Flip(q)
		b.fingered = false
	}
}

// split deals a branch's shots to the two outcomes of a step.
func (t *tree) split(b *branch, s *step, o odds) {
	if s.clbit == circuit.NoClbit {
		t.coincide = true
	}
	kids := t.deal(b, choice{step: t.at, op: s.lo, pos: t.request.Circuit.Ops[s.lo].Pos, before: b.choices}, uint64(t.at), o.one())
	var other *branch
	if kids[0] != nil && kids[1] != nil {
		t.branches++
		other = kids[1]
		if other.state = t.pool.copyState(b.state); other.state != nil {
			t.reportOps(other.state)
		}
	}
	for v, kid := range kids {
		if kid == nil {
			continue
		}
		if kid != other {
			kid.state = b.state
		}
		value := v == 1
		t.note(kid, s, value)
		if kid.state == nil {
			kid.at = t.at + 1
			t.park(kid)
			continue
		}
		kid.collapse(s.qubit, s.kind == resetStep, value, o)
		t.next = append(t.next, kid)
	}
}

// deal makes the branches of both outcomes of c, without states; an outcome that nobody follows has none. The place at is for the
// random numbers.
func (t *harvest) deal(b *branch, c choice, at uint64, p float64) (kids [2]*branch) {
	first := b.records[0]
	zeros, ones := t.dealRecords(b, at, p)
	chances := [2]float64{1 - p, p}
	for v, records := range [2][]record{zeros, ones} {
		own := c
		own.value = v == 1
		kid := &branch{
			records: records, weight: b.weight * chances[v], key: rng.Mix(rng.Mix(b.key, at), uint64(v)),
			live: b.live, lo: b.lo, hi: b.hi, choices: &own, stop: b.stop, qubit: b.qubit, steps: b.steps, events: b.events,
		}
		for i := range records {
			kid.shots += records[i].count
		}
		if !t.follows(kid.shots, kid.weight) {
			t.pool.releaseRecords(records)
			continue
		}
		if len(records) == 0 { // followed for the exact answers alone: one record stands for the live bits
			kid.records = append(records, record{bits: t.pool.cloneBits(first.bits), hash: first.hash})
		}
		kids[v] = kid
	}
	return kids
}

// dealRecords deals each record's shots. A random number belongs to the branch's history, the step and the record's value: what else
// the tree holds does not change it.
func (t *harvest) dealRecords(b *branch, at uint64, p float64) (zeros, ones []record) {
	stream := rng.New(t.request.Seed, rng.Mix(rng.Mix(b.key, at), dealNumbers))
	zeros, ones = b.records[:0], t.pool.takeList()
	for _, r := range b.records {
		stream.Seek(r.hash)
		k := stream.Binomial(r.count, p)
		zero, one := r, r
		zero.count, one.count = r.count-k, k
		zero.weight, one.weight = r.weight*(1-p), r.weight*p
		hasZero, hasOne := t.keeps(&zero), t.keeps(&one)
		if hasZero && hasOne {
			one.bits = t.pool.cloneBits(r.bits)
		}
		if hasZero {
			zeros = append(zeros, zero)
		}
		if hasOne {
			ones = append(ones, one)
		}
	}
	return zeros, ones
}

// Purposes of random numbers; the outcomes of a split have the numbers 0 and 1.
const (
	dealNumbers = iota + 2
	sampleNumbers
	assignNumbers
	shuffleNumbers
)
