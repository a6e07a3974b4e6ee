package branch

import (
	"math/cmplx"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// finalStates gathers what is asked of the states at the end of the circuit.
type finalStates struct {
	amplitudes   bool
	observables  []sim.PauliSum
	expectations []float64

	vector  []complex128 // of the first branch that was through
	choices []choice     // that led to it
}

func (f *finalStates) init(r *sim.Request) {
	f.amplitudes = r.Want.Has(sim.Amplitudes)
	if r.Want.Has(sim.Expectations) {
		f.observables = r.Observables
		f.expectations = make([]float64, len(r.Observables))
	}
}

func (f *finalStates) take(b *branch, certain float64) error {
	if len(f.observables) > 0 {
		if err := f.takeExpectations(b); err != nil {
			return err
		}
	}
	if f.amplitudes {
		return f.takeAmplitudes(b, certain)
	}
	return nil
}

func (f *finalStates) takeExpectations(b *branch) error {
	e, ok := b.state.(Expecter)
	if !ok {
		return errLacks(b.state, "expectation values")
	}
	for i, sum := range f.observables {
		x, err := e.Expectation(sum)
		if err != nil {
			return err
		}
		f.expectations[i] += b.weight * x
	}
	return nil
}

func (f *finalStates) takeAmplitudes(b *branch, certain float64) error {
	a, ok := b.state.(Amplituder)
	if !ok {
		return errLacks(b.state, "amplitudes")
	}
	v, choices := a.Amplitudes(), b.choices.all()
	if f.vector == nil {
		f.vector, f.choices = v, choices
		return nil
	}
	if distance(f.vector, v) > certain {
		c := parting(f.choices, choices)
		return &AmbiguousStateError{Op: c.op, Pos: c.pos}
	}
	return nil
}

// distance is |a-b|²/2, which for normalised states is 1 - Re<a|b>.
func distance(a, b []complex128) float64 {
	d := 0.0
	for i := range a {
		x := a[i] - b[i]
		d += real(x)*real(x) + imag(x)*imag(x)
	}
	return d / 2
}

// parting returns a choice at the step at which two different histories part.
func parting(a, b []choice) choice {
	for i := range min(len(a), len(b)) {
		if a[i].step != b[i].step || a[i].value != b[i].value {
			if a[i].step > b[i].step {
				return b[i]
			}
			return a[i]
		}
	}
	longer := a
	if len(b) > len(a) {
		longer = b
	}
	return longer[min(len(a), len(b))]
}

// answer shapes what was gathered as r wants it.
func (t *harvest) answer() (*sim.Result, error) {
	want := t.request.Want
	t.outcomes.sort()
	res := &sim.Result{Branches: t.branches, PeakBytes: t.peak, Expectations: t.answers.expectations}
	if want&(sim.Counts|sim.Memory) != 0 {
		counts := t.outcomes.counts()
		if want.Has(sim.Counts) {
			res.Counts = counts
		}
		if want.Has(sim.Memory) {
			res.Memory = shuffled(counts, t.shots(), rng.New(t.request.Seed, shuffleNumbers))
		}
	}
	if want.Has(sim.Probabilities) {
		res.Probabilities = t.outcomes.probabilities()
	}
	if want.Has(sim.Amplitudes) {
		res.Amplitudes = t.answers.vector
		phase := cmplx.Exp(complex(0, t.request.Circuit.GlobalPhase))
		for i := range res.Amplitudes {
			res.Amplitudes[i] *= phase
		}
	}
	return res, nil
}

// sort brings the outcomes into rising order; nothing may be added afterwards.
func (o *outcomes) sort() {
	slices.SortFunc(o.records, func(x, y record) int { return x.bits.Compare(y.bits) })
}

func (o *outcomes) counts() []sim.Outcome {
	out := make([]sim.Outcome, 0, len(o.records))
	for _, r := range o.records {
		if r.count > 0 {
			out = append(out, sim.Outcome{Bits: r.bits, Count: r.count})
		}
	}
	return out
}

// leastProbability is the smallest one reported, see sim.Result.
const leastProbability = 1e-14

func (o *outcomes) probabilities() []sim.Probability {
	out := make([]sim.Probability, 0, len(o.records))
	for _, r := range o.records {
		if r.weight >= leastProbability {
			out = append(out, sim.Probability{Bits: r.bits, P: r.weight})
		}
	}
	return out
}

// shuffled lists the outcomes of single shots. Shots are independent of each other, so given how often each outcome came, every order
// is equally likely: a random one has the right distribution. Equal shots share their bits.
func shuffled(counts []sim.Outcome, shots int, stream *rng.Stream) []bitvec.Vec {
	memory := make([]bitvec.Vec, 0, shots)
	for _, o := range counts {
		for range o.Count {
			memory = append(memory, o.Bits)
		}
	}
	stream.Shuffle(len(memory), func(i, j int) { memory[i], memory[j] = memory[j], memory[i] })
	return memory
}
