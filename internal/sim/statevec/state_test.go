package statevec

import (
	"context"
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/reference"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// prepared returns the state after c, to be freed by the test's end.
func prepared(t testing.TB, c *circuit.Circuit, threads int, o options) *state[float64] {
	t.Helper()
	run := newShared(c, threads, 0, o, kernelSet[float64](o))
	s, err := newState(run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Free(); run.free() })
	if err := s.Apply(context.Background(), 0, len(c.Ops)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThreadsChangeNothing(t *testing.T) {
	r := newRandom(t)
	const n = 17
	for _, c := range []*circuit.Circuit{randomCircuit(r, n, 200), quantumVolume(r, n), fourier(r, n)} {
		one, two := prepared(t, c, 1, options{}), prepared(t, c, 2, options{})
		if !slices.Equal(one.Amplitudes(), two.Amplitudes()) {
			t.Fatal("amplitudes depend on the number of threads")
		}
		oneZero, oneOne := one.Weights(3)
		if twoZero, twoOne := two.Weights(3); oneZero != twoZero || oneOne != twoOne {
			t.Fatal("probabilities depend on the number of threads")
		}
		if one.Fingerprint() != two.Fingerprint() {
			t.Fatal("fingerprints depend on the number of threads")
		}
		qubits := shuffled(r, n, 12)
		if !slices.Equal(samples(t, one, qubits, 1000), samples(t, two, qubits, 1000)) {
			t.Fatal("samples depend on the number of threads")
		}
		if !slices.Equal(distribution(t, one, qubits), distribution(t, two, qubits)) {
			t.Fatal("distributions depend on the number of threads")
		}
	}
}

type drawn struct {
	outcome string
	count   int
}

func samples(t *testing.T, s *state[float64], qubits []circuit.Qubit, shots int) (all []drawn) {
	t.Helper()
	total := 0
	err := s.Sample(context.Background(), qubits, shots, rng.New(7, 1), func(o bitvec.Vec, count int) {
		all = append(all, drawn{o.String(), count})
		total += count
	})
	if err != nil || total != shots {
		t.Fatalf("%d of %d shots drawn, error %v", total, shots, err)
	}
	return all
}

type likely struct {
	outcome string
	p       float64
}

func distribution(t *testing.T, s *state[float64], qubits []circuit.Qubit) (all []likely) {
	t.Helper()
	err := s.Distribution(context.Background(), qubits, 1<<30, func(o bitvec.Vec, p float64) { all = append(all, likely{o.String(), p}) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestInverse undoes random circuits in sizes that take several sweeps.
func TestInverse(t *testing.T) {
	r := newRandom(t)
	for _, n := range []int{3, 11, 17} {
		c := randomCircuit(r, n, 150)
		for i := len(c.Ops) - 1; i >= 0; i-- {
			op := c.Ops[i]
			id, p := op.Gate.Row().Inverse(c.Params(op))
			c.AddGate(id, int(op.Controls), p, c.Qubits(op)...)
		}
		v := prepared(t, c, 2, options{}).Amplitudes()
		v[0]--
		for i, x := range v {
			if cmplx.Abs(x) > 1e-11 {
				t.Fatalf("%d qubits: amplitude %d is off by %g", n, i, cmplx.Abs(x))
			}
		}
	}
}

// TestKernelsAgree compares all kernels on circuits of several sweeps; a wrong chunk would not show on few qubits.
func TestKernelsAgree(t *testing.T) {
	r := newRandom(t)
	c := randomCircuit(r, 17, 300)
	want := prepared(t, c, 2, options{kernel: "go", noFusion: true}).Amplitudes()
	eachSet(t, func(t *testing.T, apply func(*circuit.Circuit, []complex128, int, options) []complex128, tolerance float64) {
		if d := distance(apply(c, nil, 2, options{}), want); !(d < tolerance) {
			t.Fatalf("off by %g", d)
		}
	})
}

// TestSamplesFollowTheDistribution holds the frequency of every outcome of a random state to 5 standard deviations, for both ways
// of drawing.
func TestSamplesFollowTheDistribution(t *testing.T) {
	r := newRandom(t)
	const n = 14
	s := prepared(t, randomCircuit(r, n, 200), 1, options{})
	s.load(randomState(r, n))
	for _, shots := range []int{2000, 5_000_000} {
		for _, k := range []int{1, 4, 7} {
			qubits := shuffled(r, n, k)
			counts := map[string]int{}
			for _, d := range samples(t, s, qubits, shots) {
				counts[d.outcome] += d.count
			}
			sum := 0.0
			for _, l := range distribution(t, s, qubits) {
				sum += l.p
				mean, sigma := l.p*float64(shots), math.Sqrt(l.p*(1-l.p)*float64(shots))
				// Poisson tails are heavier than the normal's where few are expected.
				if d := math.Abs(float64(counts[l.outcome]) - mean); d > 5*sigma+5 {
					t.Errorf("%d shots: %s came %d times, %.1f ± %.1f expected", shots, l.outcome, counts[l.outcome], mean, sigma)
				}
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("probabilities sum to %v", sum)
			}
		}
	}
}

// TestStreamsDiffer draws twice from one stream, and from another.
func TestStreamsDiffer(t *testing.T) {
	s := prepared(t, fourier(newRandom(t), 12), 1, options{})
	stream := rng.New(1, 1)
	var draws [3][]drawn
	for i, r := range []*rng.Stream{stream, stream, rng.New(1, 2)} {
		err := s.Sample(context.Background(), []circuit.Qubit{0, 1, 2, 3, 4, 5}, 100, r, func(o bitvec.Vec, count int) {
			draws[i] = append(draws[i], drawn{o.String(), count})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if slices.Equal(draws[0], draws[1]) || slices.Equal(draws[0], draws[2]) {
		t.Error("different random numbers draw the same samples")
	}
}

// TestMarginals compares distributions with sums over the amplitudes, with qubits in any order and given twice.
func TestMarginals(t *testing.T) {
	r := newRandom(t)
	const n = 8
	c := &circuit.Circuit{NumQubits: n}
	c.AddGate(gate.Swap, 0, nil, 1, 6) // so that positions are not qubits
	s := prepared(t, c, 1, options{})
	v := randomState(r, n)
	s.load(v)
	if err := s.Apply(context.Background(), 0, 1); err != nil {
		t.Fatal(err)
	}
	v = reference.Apply(v, c, c.Ops[0])
	for k := range n + 1 {
		qubits := shuffled(r, n, k)
		if k > 0 {
			qubits = append(qubits, qubits[0])
		}
		want := map[string]float64{}
		for i, x := range v {
			o := bitvec.New(len(qubits))
			for b, q := range qubits {
				o.Set(b, i>>q&1 == 1)
			}
			want[o.String()] += real(x)*real(x) + imag(x)*imag(x)
		}
		got := distribution(t, s, qubits)
		if len(got) != len(want) {
			t.Fatalf("%d outcomes of %v, %d expected", len(got), qubits, len(want))
		}
		for _, l := range got {
			if math.Abs(l.p-want[l.outcome]) > 1e-14 {
				t.Errorf("%v: %s has %g, %g expected", qubits, l.outcome, l.p, want[l.outcome])
			}
		}
	}
}

func TestDistributionLimit(t *testing.T) {
	c := &circuit.Circuit{NumQubits: 4}
	for q := range uint32(4) {
		c.AddGate(gate.H, 0, nil, q)
	}
	s := prepared(t, c, 1, options{})
	qubits, ignore := []circuit.Qubit{0, 1, 2, 3}, func(bitvec.Vec, float64) {}
	if err := s.Distribution(context.Background(), qubits, 16, ignore); err != nil {
		t.Errorf("16 outcomes refused: %v", err)
	}
	var limit *sim.LimitError
	if err := s.Distribution(context.Background(), qubits, 15, ignore); !errors.As(err, &limit) || limit.What != "outcomes" {
		t.Errorf("16 outcomes where 15 are allowed: %v", err)
	}
}

func TestCollapse(t *testing.T) {
	r := newRandom(t)
	for _, x := range []struct {
		n int
		o options
	}{{1, options{}}, {2, options{}}, {6, options{}}, {6, options{kernel: "go"}}, {14, options{}}} {
		n, o := x.n, x.o
		for q := range uint32(n) {
			s := prepared(t, &circuit.Circuit{NumQubits: n}, 1, o)
			v := randomState(r, n)
			s.load(v)
			zero, one := s.Weights(q)
			sums := [2]float64{}
			for i, x := range v {
				sums[i>>q&1] += real(x)*real(x) + imag(x)*imag(x)
			}
			if math.Abs(zero-sums[0]) > 1e-12 || math.Abs(one-sums[1]) > 1e-12 {
				t.Errorf("qubit %d of %d: weights %g and %g, %v expected", q, n, zero, one, sums)
			}
			s.Project(q, true, one)
			s.Flip(q)
			want := make([]complex128, len(v))
			for i, x := range v {
				if i>>q&1 == 1 {
					want[i&^(1<<q)] = x / complex(math.Sqrt(one), 0)
				}
			}
			if d := distance(s.Amplitudes(), want); d > 1e-12 {
				t.Errorf("qubit %d: off by %g", q, d)
			}
		}
	}
}

// TestSame has states that are equal by different ways: swaps by relabelling, by three cx, and a phase on top.
func TestSame(t *testing.T) {
	r := newRandom(t)
	const n = 7
	base := randomCircuit(r, n, 80)
	variant := func(tail func(c *circuit.Circuit)) *state[float64] {
		c := base.Clone()
		tail(c)
		return prepared(t, c, 1, options{})
	}
	a := variant(func(c *circuit.Circuit) { c.AddGate(gate.Swap, 0, nil, 2, 5) })
	b := variant(func(c *circuit.Circuit) {
		c.AddGate(gate.X, 1, nil, 2, 5)
		c.AddGate(gate.X, 1, nil, 5, 2)
		c.AddGate(gate.X, 1, nil, 2, 5)
	})
	phased := variant(func(c *circuit.Circuit) {
		c.AddGate(gate.Swap, 0, nil, 2, 5)
		c.AddGate(gate.GPhase, 0, []float64{0.3})
	})
	other := variant(func(c *circuit.Circuit) { c.AddGate(gate.RY, 0, []float64{1e-3}, 3) })
	for _, x := range []struct {
		name               string
		a, b               branch.State
		same, exact, print bool
	}{
		{"itself", a, a, true, true, true},
		{"swapped by cx", a, b, true, true, true},
		{"with a phase", a, phased, true, false, true},
		{"turned", a, other, false, false, false},
	} {
		if got := x.a.Same(x.b, false); got != x.same {
			t.Errorf("%s: same up to a phase is %v", x.name, got)
		}
		if got := x.a.Same(x.b, true); got != x.exact {
			t.Errorf("%s: same is %v", x.name, got)
		}
		if got := x.a.Fingerprint() == x.b.Fingerprint(); got != x.print {
			t.Errorf("%s: equal fingerprints is %v", x.name, got)
		}
	}
}

func TestCopies(t *testing.T) {
	r := newRandom(t)
	c := randomCircuit(r, 7, 80)
	s := prepared(t, c, 1, options{})
	want := s.Amplitudes()
	d := s.Clone()
	defer d.Free()
	if err := s.Apply(context.Background(), 0, len(c.Ops)); err != nil {
		t.Fatal(err)
	}
	if got := d.(branch.Amplituder).Amplitudes(); !slices.Equal(got, want) {
		t.Error("a clone changed with its original")
	}
	s.CopyFrom(d)
	if !slices.Equal(s.Amplitudes(), want) {
		t.Error("a copy differs")
	}
	s.run.budget.max = s.run.budget.used
	if s.Clone() != nil {
		t.Error("cloned beyond the memory allowed")
	}
}

func TestExpectation(t *testing.T) {
	r := newRandom(t)
	const n = 6
	c := randomCircuit(r, n, 60)
	s := prepared(t, c, 1, options{})
	v := reference.State(c)
	for range 50 {
		k := r.IntN(n + 1)
		p := &circuit.Circuit{NumQubits: n}
		term := sim.PauliTerm{Coefficient: r.NormFloat64()}
		for _, q := range shuffled(r, n, k) {
			g := []gate.ID{gate.X, gate.Y, gate.Z}[r.IntN(3)]
			p.AddGate(g, 0, nil, q)
			term.Paulis = append(term.Paulis, sim.Pauli{Qubit: q, Letter: g.String()[0] - 'a' + 'A'})
		}
		w := v
		for _, op := range p.Ops {
			w = reference.Apply(w, p, op)
		}
		want := 0.25
		for i := range v {
			want += term.Coefficient * real(cmplx.Conj(v[i])*w[i])
		}
		got, err := s.Expectation(sim.PauliSum{term, {Coefficient: 0.25}})
		if err != nil || math.Abs(got-want) > 1e-12 {
			t.Fatalf("%v: %v, %v expected, error %v", term, got, want, err)
		}
	}
	if _, err := s.Expectation(sim.PauliSum{{Coefficient: 1, Paulis: []sim.Pauli{{Qubit: 0, Letter: 'Q'}}}}); err == nil {
		t.Error("a letter that is no Pauli passed")
	}
}

// TestProgress has more ops than one window of compilation.
func TestProgress(t *testing.T) {
	c := &circuit.Circuit{NumQubits: 2}
	for range windowOps + 10 {
		c.AddGate(gate.H, 0, nil, 0)
	}
	s := prepared(t, c, 1, options{})
	var seen []int
	s.OnProgress(func(op int) { seen = append(seen, op) })
	if err := s.Apply(context.Background(), 0, len(c.Ops)); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(seen) || len(seen) < 2 || seen[len(seen)-1] != len(c.Ops) {
		t.Errorf("progress %v of %d ops", seen, len(c.Ops))
	}
}

// TestCancel stops a run that would take many minutes.
func TestCancel(t *testing.T) {
	before := runtime.NumGoroutine()
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{10, 20} {
		c := &circuit.Circuit{NumQubits: n}
		for len(c.Ops) < 1<<26>>n {
			part := quantumVolume(r, n)
			for range 20 {
				for _, op := range part.Ops {
					c.Copy(part, op, part.Qubits(op))
				}
			}
		}
		c.AddCreg("c", 1)
		c.AddMeasure(0, 0)
		ctx, cancel := context.WithCancel(context.Background())
		began := make(chan struct{}, 1)
		req := &sim.Request{Circuit: c, Want: sim.Counts, Shots: 1, Threads: 2, Precision: sim.Double, Progress: func(float64) {
			select {
			case began <- struct{}{}:
			default:
			}
		}}
		done := make(chan error)
		go func() {
			_, err := New().Run(ctx, req)
			done <- err
		}()
		<-began
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%d qubits: a cancelled run ended with %v", n, err)
		}
	}
	for range 100 { // goroutines that have handed in their result may still be on their way out
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}
