package branch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
)

func request(c *circuit.Circuit, want sim.Want, shots int, seed uint64) *sim.Request {
	return &sim.Request{Circuit: c, Want: want, Shots: shots, Seed: seed, Threads: 1, Precision: sim.Double, MaxMemory: 1 << 30, MaxOutcomes: 1 << 20}
}

// do runs r on dumb states and asserts that all of them were freed.
func do(t *testing.T, r *sim.Request, s *stock) (*sim.Result, error) {
	t.Helper()
	res, err := Run(context.Background(), r, newDumb(r.Circuit, s))
	if s.held != 0 {
		t.Errorf("%d states were not freed", s.held)
	}
	return res, err
}

func must(t *testing.T, r *sim.Request, s *stock) *sim.Result {
	t.Helper()
	res, err := do(t, r, s)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// agrees asserts that the exact distribution is want.
func agrees(t *testing.T, got []sim.Probability, want map[string]float64) {
	t.Helper()
	n := 0
	for _, p := range want {
		if p > 1e-12 {
			n++
		}
	}
	if len(got) != n {
		t.Errorf("%d outcomes, want %d", len(got), n)
	}
	for i, p := range got {
		if math.Abs(p.P-want[p.Bits.String()]) > 1e-10 {
			t.Errorf("probability of %s is %v, want %v", p.Bits, p.P, want[p.Bits.String()])
		}
		if i > 0 && got[i-1].Bits.Compare(p.Bits) >= 0 {
			t.Errorf("outcomes are not in rising order at %s", p.Bits)
		}
	}
}

// deviation is the largest distance of counts from probabilities in sigma; outcomes of which fewer than one is expected are taken
// together.
func deviation(counts []sim.Outcome, want map[string]float64, shots int) float64 {
	got := map[string]int{}
	total := 0
	for _, o := range counts {
		got[o.Bits.String()] += o.Count
		total += o.Count
	}
	if total != shots {
		return math.Inf(1)
	}
	worst, rare, rareCount := 0.0, 0.0, 0
	seen := 0
	for key, p := range want {
		seen += got[key]
		mean := p * float64(shots)
		if mean < 1 {
			rare, rareCount = rare+mean, rareCount+got[key]
			continue
		}
		worst = max(worst, math.Abs(float64(got[key])-mean)/math.Sqrt(max(mean*(1-p), 1e-9)))
	}
	if seen != shots || float64(rareCount) > rare+5*math.Sqrt(rare)+12 {
		return math.Inf(1)
	}
	return worst
}

const cases = 300

// each runs f on random circuits that measure, reset and decide in the middle.
func each(t *testing.T, f func(t *testing.T, c *circuit.Circuit, seed uint64)) {
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := random(r, 1+r.IntN(3), 1+r.IntN(4), 4+r.IntN(24))
		if ok := t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { f(t, c, seed) }); !ok {
			return
		}
	}
}

func TestProbabilitiesAreExact(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		agrees(t, must(t, request(c, sim.Probabilities, 0, seed), &stock{}).Probabilities, reference.Distribution(c))
	})
}

func TestCountsFollowTheDistribution(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		res := must(t, request(c, sim.Counts, 4000, seed), &stock{})
		if dev := deviation(res.Counts, reference.Distribution(c), 4000); dev > 5 {
			t.Errorf("counts are %.1f sigma from the exact distribution", dev)
		}
	})
}

// The test above can fail: with one gate more, some circuit's counts are seen to be wrong.
func TestCountsTestCanFail(t *testing.T) {
	wrong := 0
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := random(r, 2, 2, 12)
		res := must(t, request(c, sim.Counts, 4000, seed), &stock{})
		d := c.Clone()
		d.AddGate(gate.RY, 0, []float64{0.4}, 0)
		d.AddMeasure(0, 0)
		c.AddMeasure(0, 0)
		if deviation(must(t, request(c, sim.Counts, 4000, seed), &stock{}).Counts, reference.Distribution(c), 4000) > 5 {
			t.Errorf("seed %d: right counts fail", seed)
		}
		if deviation(res.Counts, reference.Distribution(d), 4000) > 5 {
			wrong++
		}
	}
	if wrong < cases/2 {
		t.Errorf("only %d of %d wrong circuits are seen", wrong, cases)
	}
}

// With memory for one state or two, branches wait and are computed again: the exact distribution is the same.
func TestStarvedOfMemory(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		want := reference.Distribution(c)
		for _, allowed := range []int{1, 2} {
			s := &stock{allowed: allowed}
			res := must(t, request(c, sim.Probabilities|sim.Counts, 2000, seed), s)
			agrees(t, res.Probabilities, want)
			if dev := deviation(res.Counts, want, 2000); dev > 5 {
				t.Errorf("with %d states: counts are %.1f sigma off", allowed, dev)
			}
			if s.most > allowed {
				t.Errorf("%d states at once, %d allowed", s.most, allowed)
			}
		}
	})
}

// Where nothing merges, counts do not even depend on the order in which memory lets branches be followed.
func TestOrderDoesNotChangeCounts(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 3)
	c.AddCreg("c", 8)
	for i := range uint32(8) {
		c.AddGate(gate.RY, 0, []float64{0.3 + float64(i)}, i%3)
		c.AddGate(gate.X, 1, nil, i%3, (i+1)%3)
		c.AddMeasure(i%3, i)
	}
	c.AddGate(gate.X, 0, nil, 0).If = c.AddCondition(circuit.Condition{Width: 8, Value: bitvec.New(8)}) // keeps all bits alive
	c.AddMeasure(0, 0)
	wide := must(t, request(c, sim.Counts, 5000, 7), &stock{})
	narrow := must(t, request(c, sim.Counts, 5000, 7), &stock{allowed: 1})
	if d := cmp.Diff(wide.Counts, narrow.Counts, cmp.Comparer(bitvec.Vec.Equal)); d != "" {
		t.Errorf("counts depend on memory:\n%s", d)
	}
}

func TestCountsDoNotDependOnWhatElseIsWanted(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		alone := must(t, request(c, sim.Counts, 300, seed), &stock{})
		both := must(t, request(c, sim.Counts|sim.Probabilities|sim.Memory, 300, seed), &stock{})
		if d := cmp.Diff(alone.Counts, both.Counts, cmp.Comparer(bitvec.Vec.Equal)); d != "" {
			t.Errorf("counts differ when probabilities are wanted too:\n%s", d)
		}
	})
}

// States that have no fingerprints merge as well.
func TestBlindMerging(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		res := must(t, request(c, sim.Probabilities, 0, seed), &stock{blind: true})
		agrees(t, res.Probabilities, reference.Distribution(c))
	})
}

func TestSeedsAndRepetition(t *testing.T) {
	c := random(rand.New(rand.NewPCG(5, 1)), 3, 4, 30)
	for q := range uint32(3) {
		c.AddGate(gate.H, 0, nil, q)
		c.AddMeasure(q, q)
	}
	all := request(c, sim.Counts|sim.Memory, 1000, 11)
	a, b := must(t, all, &stock{}), must(t, all, &stock{})
	vecs := cmp.Comparer(bitvec.Vec.Equal)
	if d := cmp.Diff(a, b, vecs); d != "" {
		t.Errorf("the same request gave different results:\n%s", d)
	}
	other := must(t, request(c, sim.Counts|sim.Memory, 1000, 12), &stock{})
	if cmp.Equal(a.Counts, other.Counts, vecs) || cmp.Equal(a.Memory, other.Memory, vecs) {
		t.Error("another seed gave the same result")
	}
}

func TestMemoryIsTheCountsInRandomOrder(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", 1)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddMeasure(0, 0)
	const shots = 10000
	res := must(t, request(c, sim.Counts|sim.Memory, shots, 3), &stock{})
	ones, changes := 0, 0
	for i, v := range res.Memory {
		if v.Get(0) {
			ones++
		}
		if i > 0 && !v.Equal(res.Memory[i-1]) {
			changes++
		}
	}
	if len(res.Memory) != shots || ones != res.Counts[1].Count {
		t.Errorf("%d shots with %d ones, counts say %v", len(res.Memory), ones, res.Counts)
	}
	if dev := math.Abs(float64(changes)-shots/2) / (math.Sqrt(shots) / 2); dev > 5 {
		t.Errorf("%d changes in %d shots: %.1f sigma from what a random order has", changes, shots, dev)
	}
}

func TestWideRegister(t *testing.T) {
	const bits = 300
	c := &circuit.Circuit{}
	c.AddQreg("q", 2)
	c.AddCreg("c", bits)
	c.AddGate(gate.H, 0, nil, 0)
	for i := range uint32(bits) { // all equal to the first
		c.AddMeasure(0, i)
	}
	all := bitvec.New(bits)
	for i := range bits {
		all.Set(i, true)
	}
	c.AddGate(gate.X, 0, nil, 1).If = c.AddCondition(circuit.Condition{Width: bits, Value: all})
	c.AddMeasure(1, 7)
	c.AddGate(gate.X, 0, nil, 0)
	res := must(t, request(c, sim.Counts|sim.Probabilities, 1000, 1), &stock{})
	if len(res.Counts) != 2 || res.Counts[0].Bits.OnesCount() != 0 || res.Counts[1].Bits.OnesCount() != bits || res.Counts[1].Bits.Len() != bits {
		t.Errorf("counts %v", res.Counts)
	}
	if len(res.Probabilities) != 2 || math.Abs(res.Probabilities[1].P-0.5) > 1e-12 {
		t.Errorf("probabilities %v", res.Probabilities)
	}
}

func TestTerminalMeasurementsAreDrawnAtOnce(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 3)
	c.AddCreg("c", 4)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddMeasure(0, 3) // overwritten unread
	c.AddMeasure(0, 0)
	c.AddMeasure(0, 1) // once more
	c.AddGate(gate.H, 0, nil, 1)
	c.AddMeasure(1, 2)
	c.AddReset(1)
	c.AddGate(gate.H, 0, nil, 2)
	c.AddMeasure(2, circuit.NoClbit)
	c.AddMeasure(1, 3).If = 0
	s := &stock{}
	res := must(t, request(c, sim.Counts, 5000, 5), s)
	if dev := deviation(res.Counts, reference.Distribution(c), 5000); dev > 5 {
		t.Errorf("counts are %.1f sigma off", dev)
	}
	if res.Branches != 2 {
		t.Errorf("%d branches; only the measurement before the reset is one in the middle", res.Branches)
	}
}

// Gates are handed over in ranges as long as the circuit allows, conditional ones included.
func TestRangesOfGates(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", 1)
	zero := c.AddCondition(circuit.Condition{Width: 1, Value: bitvec.New(1)})
	for range 4 {
		c.AddGate(gate.X, 0, nil, 0)
		c.AddGate(gate.X, 0, nil, 0).If = zero
		c.AddBarrier()
	}
	c.AddMeasure(0, 0)
	s := &stock{}
	must(t, request(c, sim.Counts, 1, 1), s)
	if s.applied != 1 {
		t.Errorf("8 consecutive gates were handed over in %d ranges", s.applied)
	}
}

func TestNothingToFollow(t *testing.T) {
	c := random(rand.New(rand.NewPCG(9, 9)), 2, 2, 10)
	res := must(t, request(c, sim.Counts|sim.Memory, 0, 1), &stock{})
	if len(res.Counts) != 0 || len(res.Memory) != 0 {
		t.Errorf("no shots gave %v", res)
	}
	empty := must(t, request(&circuit.Circuit{}, sim.Counts|sim.Probabilities, 3, 1), &stock{})
	if len(empty.Counts) != 1 || empty.Counts[0].Count != 3 || len(empty.Probabilities) != 1 || empty.Probabilities[0].P != 1 {
		t.Errorf("the empty circuit gave %v", empty)
	}
}

func TestLimits(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", 6)
	for i := range uint32(6) {
		c.AddGate(gate.H, 0, nil, 0)
		c.AddMeasure(0, i)
	}
	joint := &circuit.Circuit{}
	joint.AddQreg("q", 6)
	joint.AddCreg("c", 6)
	for i := range uint32(6) {
		joint.AddGate(gate.H, 0, nil, i)
		joint.AddMeasure(i, i)
	}
	for _, k := range []struct {
		what   string // the error of a tree that follows all branches side by side
		late   string // that of one that follows them one after the other
		change func(r *sim.Request)
	}{
		{"branches", "outcomes", func(r *sim.Request) { r.MaxOutcomes = 30 }},
		{"outcomes", "outcomes", func(r *sim.Request) { r.MaxOutcomes, r.Circuit = 63, joint }},
		{"memory", "memory", func(r *sim.Request) { r.MaxMemory = 2000 }},
	} {
		for allowed, what := range []string{k.what, k.late} {
			r := request(c, sim.Probabilities, 0, 1)
			k.change(r)
			_, err := do(t, r, &stock{allowed: allowed})
			var limit *sim.LimitError
			if !errors.As(err, &limit) || limit.What != what || limit.Need <= limit.Have {
				t.Errorf("%s with %d states: error %v", what, allowed, err)
			}
		}
	}
	r := request(joint, sim.Probabilities, 0, 1)
	r.MaxOutcomes = 64
	if res := must(t, r, &stock{}); len(res.Probabilities) != 64 {
		t.Errorf("%d outcomes within the limit", len(res.Probabilities))
	}
	r.Circuit, r.MaxMemory = c, 70*(recordOverhead+8) // parked branches do not count any more once they are through
	if res := must(t, r, &stock{allowed: 1}); len(res.Probabilities) != 64 {
		t.Errorf("%d outcomes one after the other", len(res.Probabilities))
	}
}

func TestCancel(t *testing.T) {
	c := random(rand.New(rand.NewPCG(3, 3)), 3, 4, 60)
	for after := range 40 {
		ctx, cancel := context.WithCancel(context.Background())
		s, left := &stock{}, after
		start := newDumb(c, s)
		_, err := Run(ctx, request(c, sim.Counts|sim.Probabilities, 100, 1), func() (State, error) {
			st, err := start()
			return &stopping{st.(*dumb), &left, cancel}, err
		})
		cancel()
		if left <= 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in call %d: %v", after, err)
		}
		if s.held != 0 {
			t.Errorf("cancelled in call %d: %d states left", after, s.held)
		}
	}
}

// stopping is a dumb that cancels the run in one of its calls of Apply.
type stopping struct {
	*dumb
	left   *int
	cancel func()
}

func (s *stopping) Apply(ctx context.Context, lo, hi int) error {
	if *s.left--; *s.left <= 0 {
		s.cancel()
	}
	return s.dumb.Apply(ctx, lo, hi)
}

func (s *stopping) Clone() State                  { return &stopping{s.dumb.Clone().(*dumb), s.left, s.cancel} }
func (s *stopping) CopyFrom(o State)              { s.dumb.CopyFrom(o.(*stopping).dumb) }
func (s *stopping) Same(o State, exact bool) bool { return s.dumb.Same(o.(*stopping).dumb, exact) }

func TestStartFails(t *testing.T) {
	want := errors.New("no memory")
	_, err := Run(context.Background(), request(random(rand.New(rand.NewPCG(1, 1)), 1, 1, 5), sim.Counts, 5, 1), func() (State, error) { return nil, want })
	if !errors.Is(err, want) {
		t.Errorf("error %v", err)
	}
}

func TestProgressRises(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		for _, allowed := range []int{0, 1} {
			for _, want := range []sim.Want{sim.Counts, sim.Probabilities} {
				var told []float64
				r := request(c, want, 50, seed)
				r.Progress = func(f float64) { told = append(told, f) }
				must(t, r, &stock{allowed: allowed})
				if !slices.IsSorted(told) || len(told) == 0 || told[0] < 0 || told[len(told)-1] != 1 {
					t.Errorf("progress %v", told)
				}
			}
		}
	})
}
