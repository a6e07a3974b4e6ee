package expect

import (
	"math"
	"math/rand/v2"
	"testing"
)

// exactTail sums the binomial distribution from x to n, term by term.
func exactTail(n, x int, p float64) float64 {
	sum := 0.0
	for i := x; i <= n; i++ {
		sum += math.Exp(logBinomial(n, i)) * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return sum
}

func TestTails(t *testing.T) {
	for _, c := range []struct {
		n, x int
		p    float64
	}{{10, 8, 0.5}, {40, 25, 0.5}, {50, 3, 0.01}, {100, 60, 0.3}, {100, 100, 0.99}, {1, 1, 0.2}} {
		if got, want := upperTail(c.n, c.x, c.p), exactTail(c.n, c.x, c.p); math.Abs(got-want) > 1e-9*want {
			t.Errorf("P(X ≥ %d), n=%d, p=%g: got %g, want %g", c.x, c.n, c.p, got, want)
		}
		if got, want := lowerTail(c.n, c.n-c.x, 1-c.p), exactTail(c.n, c.x, c.p); math.Abs(got-want) > 1e-9*want {
			t.Errorf("P(X ≤ %d): got %g, want %g", c.n-c.x, got, want)
		}
	}
	if got := upperTail(10, 3, 0); got != 0 {
		t.Errorf("what cannot come: got %g", got)
	}
	if got := upperTail(10, 3, 0.5); got != 1 {
		t.Errorf("below the mean: got %g", got)
	}
}

func TestFisher(t *testing.T) {
	// 10 of 10 against 0 of 10: each tail is 1/C(20,10) = 5.4e-6.
	for alpha, want := range map[float64]bool{1.1e-5: true, 1e-5: false} {
		if got := fisher(10, 10, 10, 0, alpha); got != want {
			t.Errorf("alpha %g: got %t", alpha, got)
		}
		if got := fisher(10, 0, 10, 10, alpha); got != want {
			t.Errorf("alpha %g, the other way: got %t", alpha, got)
		}
	}
	if fisher(100, 50, 100, 50, 0.4) || fisher(100, 0, 100, 0, 0.4) {
		t.Error("equal samples differ")
	}
}

func TestEntropyThreshold(t *testing.T) {
	for _, k := range []int{2, 3, 16, 4096} {
		for _, alpha := range []float64{1e-2, 1e-6, 1e-12} {
			x, d := entropyThreshold(k, alpha), float64(k-1)
			if bound := math.Exp(-x + d*(1+math.Log(x/d))); x <= d || math.Abs(bound-alpha) > 1e-6*alpha {
				t.Errorf("k=%d: t=%g has the bound %g, want %g", k, x, bound, alpha)
			}
		}
	}
}

// sampler draws counts of a distribution.
type sampler struct {
	keys []string
	p    []float64
	rng  *rand.Rand
}

func newSampler(p map[string]float64, seed uint64) *sampler {
	s := &sampler{rng: rand.New(rand.NewPCG(seed, 1))}
	for _, key := range sortedKeys(p) {
		s.keys, s.p = append(s.keys, key), append(s.p, p[key])
	}
	return s
}

func (s *sampler) draw(shots int) *Seen {
	counts := make([]int, len(s.keys))
	for range shots {
		x := s.rng.Float64()
		i := 0
		for ; i < len(s.p)-1 && x >= s.p[i]; i++ {
			x -= s.p[i]
		}
		counts[i]++
	}
	seen := &Seen{Counts: map[string]int{}, Shots: shots}
	for i, n := range counts {
		if n > 0 {
			seen.Counts[s.keys[i]] = n
		}
	}
	return seen
}

var (
	bellP   = map[string]float64{"00": 0.5, "11": 0.5}
	skewedP = map[string]float64{"000": 0.62, "001": 0.2, "010": 0.1, "011": 0.05, "100": 0.02, "101": 0.01}
	flatP   = map[string]float64{"00": 0.25, "01": 0.25, "10": 0.25, "11": 0.25}
	regs2   = []Register{{"c", 2}}
	regs3   = []Register{{"c", 3}}
)

// TestFalseAlarms simulates runs of circuits that are as expected. The alarms must stay below the rate by the upper 99 % bound of the
// binomial distribution: as few as they are come with more than 1 % only where the rate is met.
func TestFalseAlarms(t *testing.T) {
	runs := 100_000
	if testing.Short() {
		runs = 20_000
	}
	const seed = 20260115
	for _, c := range []struct {
		name      string
		check     Check
		p         map[string]float64
		registers []Register
	}{
		{"distribution of two", Check{Kind: Distribution, P: bellP}, bellP, regs2},
		{"skewed distribution", Check{Kind: Distribution, P: skewedP}, skewedP, regs3},
		{"flat distribution", Check{Kind: Distribution, P: flatP}, flatP, regs2},
		{"distribution with tolerance", Check{Kind: Distribution, P: map[string]float64{"00": 0.45, "11": 0.55}, Tolerance: 0.05}, bellP, regs2},
		{"probability", Check{Kind: Probability, P: map[string]float64{"001": 0.2, "011": 0.05}}, skewedP, regs3},
		{"probability at the edge of its tolerance", Check{Kind: Probability, P: map[string]float64{"000": 0.6}, Tolerance: 0.02}, skewedP, regs3},
		{"marginal", Check{Kind: Marginal, Bits: "c[1]", P: map[string]float64{"0": 0.85, "1": 0.15}}, skewedP, regs3},
		{"allowed", Check{Kind: Allowed, Keys: []string{"00", "11"}}, bellP, regs2},
		{"equal to an exact one", Check{Kind: Equal}, skewedP, regs3},
	} {
		rates := []float64{1e-2, 1e-3}
		alarms := make([]int, len(rates))
		s := newSampler(c.p, seed)
		var other *Seen
		if c.check.Kind == Equal {
			other = &Seen{Exact: c.p}
		}
		for range runs {
			seen := s.draw(64)
			for i, rate := range rates {
				v, err := c.check.Judge(seen, other, c.registers, rate)
				if err != nil {
					t.Fatal(err)
				}
				if !v.Pass {
					alarms[i]++
				}
			}
		}
		for i, rate := range rates {
			if tail := upperTail(runs, alarms[i], rate); tail < 0.01 {
				t.Errorf("%s: %d alarms in %d runs at a rate of %g, seed %d", c.name, alarms[i], runs, rate, seed)
			}
		}
	}
}

// TestFalseAlarmsOfTwoSamples is its part for two circuits that are both sampled.
func TestFalseAlarmsOfTwoSamples(t *testing.T) {
	const runs, seed, rate = 10_000, 7, 1e-2
	s := newSampler(skewedP, seed)
	check, alarms := Check{Kind: Equal}, 0
	for range runs {
		v, err := check.Judge(s.draw(100), s.draw(150), regs3, rate)
		if err != nil {
			t.Fatal(err)
		}
		if !v.Pass {
			alarms++
		}
	}
	if upperTail(runs, alarms, rate) < 0.01 {
		t.Errorf("%d alarms in %d runs at a rate of %g, seed %d", alarms, runs, rate, seed)
	}
}

// wrong moves a share of the probability of a distribution.
func wrong(p map[string]float64, share float64, from, to string) map[string]float64 {
	q := map[string]float64{}
	for key, x := range p {
		q[key] = x
	}
	q[from] -= share
	q[to] += share
	return q
}

// TestPower: with the shots that a check asks for, a distribution that is 5 % off is missed less than once in a thousand runs, at the
// default rate of one in a million.
func TestPower(t *testing.T) {
	const seed, runs, detect = 5, 2000, 0.05
	for _, c := range []struct {
		name      string
		check     Check
		p         map[string]float64
		registers []Register
	}{
		{"distribution of two", Check{Kind: Distribution, P: bellP}, wrong(bellP, detect, "00", "11"), regs2},
		{"skewed distribution", Check{Kind: Distribution, P: skewedP}, wrong(skewedP, detect, "000", "001"), regs3},
		{"flat distribution", Check{Kind: Distribution, P: flatP}, wrong(wrong(flatP, detect/2, "00", "11"), detect/2, "01", "10"), regs2},
		{"probability", Check{Kind: Probability, P: map[string]float64{"000": 0.62}}, wrong(skewedP, detect, "000", "001"), regs3},
		{"marginal", Check{Kind: Marginal, Bits: "c[0]", P: map[string]float64{"0": 0.5, "1": 0.5}}, wrong(bellP, detect, "00", "11"), regs2},
		{"forbidden", Check{Kind: Forbidden, Keys: []string{"01"}}, wrong(bellP, detect, "00", "01"), regs2},
	} {
		s := newSampler(c.p, seed)
		shots := c.check.Shots(DefaultRate, detect, 3)
		missed := 0
		for range runs {
			v, err := c.check.Judge(s.draw(shots), nil, c.registers, DefaultRate)
			if err != nil {
				t.Fatal(err)
			}
			if v.Pass {
				missed++
			}
		}
		if upperTail(runs, missed, Missed) < 1e-6 {
			t.Errorf("%s: %d of %d missed with %d shots, seed %d", c.name, missed, runs, shots, seed)
		}
		if shots > 40_000 {
			t.Errorf("%s asks for %d shots", c.name, shots)
		}
	}
}

// TestPowerOfTwoSamples: two circuits that differ by 5 % are told apart.
func TestPowerOfTwoSamples(t *testing.T) {
	check := Check{Kind: Equal}
	shots := check.Shots(DefaultRate, 0.05, 2)
	a, b := newSampler(bellP, 1), newSampler(wrong(bellP, 0.05, "00", "11"), 2)
	for range 50 {
		v, err := check.Judge(a.draw(shots), b.draw(shots), regs2, DefaultRate)
		if err != nil || v.Pass {
			t.Fatalf("not told apart with %d shots: %v", shots, err)
		}
	}
}
