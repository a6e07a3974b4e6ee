package stabilizer

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// errNotLinear says that a circuit decides something that is not linear in its coins: it cannot be run once for all shots.
var errNotLinear = errors.New("not linear")

// bitForm is the value of a clbit: a constant plus coins.
type bitForm struct {
	one bool
	of  coins
}

func (b bitForm) plus(o bitForm) bitForm { return bitForm{b.one != o.one, b.of.clone().plus(o.of)} }

func (b bitForm) constant() bool { return b.of.empty() }

// once is a run of a circuit for all shots.
type once struct {
	*tableau
	circuit *circuit.Circuit
	clbits  []bitForm
	coins   int
	room    int64 // bytes that sets of coins may take
}

// runOnce answers a request for counts, memory or probabilities by one run, or gives errNotLinear.
func runOnce(ctx context.Context, r *sim.Request) (*sim.Result, error) {
	if r.Program != nil || r.Want.Has(sim.Expectations) {
		return nil, errNotLinear
	}
	c := r.Circuit
	o := &once{tableau: newTableau(c.NumQubits), circuit: c, clbits: make([]bitForm, c.NumClbits), room: r.MaxMemory}
	for i, op := range c.Ops {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if r.Progress != nil {
				r.Progress(float64(i) / float64(len(c.Ops)))
			}
		}
		if err := o.take(op); err != nil {
			return nil, err
		}
	}
	return o.answer(ctx, r)
}

// take does one operation.
func (o *once) take(op circuit.Op) error {
	when := bitForm{one: true}
	if op.If != 0 {
		var ok bool
		if when, ok = o.condition(o.circuit.Condition(op.If)); !ok {
			return errNotLinear
		}
		if when.constant() && !when.one {
			return nil
		}
	}
	if !when.constant() {
		return o.takeIf(op, when)
	}
	switch op.Kind {
	case circuit.Gate:
		a := o.known.of(o.circuit, op)
		if a == nil {
			return unfitError(o.circuit, op)
		}
		o.apply(a, o.circuit.Qubits(op))
	case circuit.Measure:
		value, err := o.measure(o.circuit.Qubits(op)[0])
		if err != nil {
			return err
		}
		if op.Clbit() != circuit.NoClbit {
			o.clbits[op.Clbit()] = value
		}
	case circuit.Reset:
		q := o.circuit.Qubits(op)[0]
		value, err := o.measure(q)
		if err != nil {
			return err
		}
		o.ofZ(q).add(value)
	case circuit.Assign:
		o.clbits[op.Clbit()] = bitForm{one: op.Value()}
	}
	return nil
}

// takeIf does an operation that happens on some shots only. Paulis are linear: they change signs.
func (o *once) takeIf(op circuit.Op, when bitForm) error {
	if op.Kind == circuit.Barrier {
		return nil
	}
	if op.Kind != circuit.Gate {
		return errNotLinear
	}
	a := o.known.of(o.circuit, op)
	if a == nil {
		return unfitError(o.circuit, op)
	}
	for i, image := range a {
		if single(image) != i {
			return errNotLinear
		}
	}
	qubits := o.circuit.Qubits(op)
	for i, image := range a {
		if image.Negative {
			o.rows[2*qubits[i/2]+circuit.Qubit(i%2)].add(when)
		}
	}
	return nil
}

// add makes the sign of the row depend on a bit.
func (r *row) add(b bitForm) {
	if b.one {
		r.negate()
	}
	r.coins = r.coins.plus(b.of)
}

// measure gives the outcome of measuring q, which is a new coin where it is not certain.
func (o *once) measure(q circuit.Qubit) (bitForm, error) {
	if !o.certain(q) {
		if o.room > 0 && int64(o.coins)/8*int64(2*o.n+len(o.clbits)) > o.room {
			return bitForm{}, errNotLinear
		}
		o.collapse(q, false, coin(o.coins))
		o.coins++
	}
	z := o.ofZ(q)
	return bitForm{z.negative(), z.coins.clone()}, nil
}

// condition is the truth of a condition as a bit; false where it is not linear. It holds where each bit equals its own of the value: a
// system of equations of which all but one at most must be certain, or follow from it.
func (o *once) condition(c circuit.Condition) (bitForm, bool) {
	truth := bitForm{one: true}
	for i := range max(c.Width, c.Value.Len()) {
		want := i < c.Value.Len() && c.Value.Get(i)
		var got bitForm
		if i < c.Width {
			got = o.clbits[int(c.First)+i]
		}
		equal := got.plus(bitForm{one: !want})
		switch {
		case equal.constant() && !equal.one:
			return bitForm{one: c.Negate}, true
		case equal.constant():
		case truth.constant():
			truth = equal
		case !truth.plus(equal).constant():
			return bitForm{}, false
		case truth.one != equal.one: // they exclude each other
			return bitForm{one: c.Negate}, true
		}
	}
	return truth.plus(bitForm{one: c.Negate}), true
}

// The streams of random numbers: what is drawn for one purpose does not move another's.
const (
	countStream = iota
	orderStream
)

func (o *once) answer(ctx context.Context, r *sim.Request) (*sim.Result, error) {
	constants, sets := bitvec.New(len(o.clbits)), make([]coins, len(o.clbits))
	for i, b := range o.clbits {
		constants.Set(i, b.one)
		sets[i] = b.of
	}
	a, res := newAffine(constants, sets), &sim.Result{Branches: 1}
	if r.Want&(sim.Counts|sim.Memory) != 0 {
		err := a.sample(ctx, r.Shots, rng.New(r.Seed, countStream), func(v bitvec.Vec, n int) {
			res.Counts = append(res.Counts, sim.Outcome{Bits: v.Clone(), Count: n})
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(res.Counts, func(a, b sim.Outcome) int { return a.Bits.Compare(b.Bits) })
	}
	if r.Want.Has(sim.Memory) {
		res.Memory = shuffled(res.Counts, r)
	}
	if r.Want.Has(sim.Probabilities) {
		err := a.distribution(ctx, cmp.Or(r.MaxOutcomes, defaultMaxOutcomes), func(v bitvec.Vec, p float64) {
			res.Probabilities = append(res.Probabilities, sim.Probability{Bits: v.Clone(), P: p})
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(res.Probabilities, func(a, b sim.Probability) int { return a.Bits.Compare(b.Bits) })
	}
	if r.Progress != nil {
		r.Progress(1)
	}
	return res, nil
}

// defaultMaxOutcomes bounds the outcomes of a request that sets no MaxOutcomes.
const defaultMaxOutcomes = 1 << 20

// shuffled lays counts out as one outcome a shot, in random order.
func shuffled(counts []sim.Outcome, r *sim.Request) []bitvec.Vec {
	memory := make([]bitvec.Vec, 0, r.Shots)
	for _, c := range counts {
		for range c.Count {
			memory = append(memory, c.Bits)
		}
	}
	rng.New(r.Seed, orderStream).Shuffle(len(memory), func(i, j int) { memory[i], memory[j] = memory[j], memory[i] })
	return memory
}
