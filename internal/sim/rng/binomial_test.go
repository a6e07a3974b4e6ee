package rng

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

const binomialDraws = 40000

// deviation compares draws of Binomial(n, drawn) with the exact distribution of Binomial(n, p), value by value where values are few
// and in eight ranges of equal width around the mean where they are many; it returns the largest deviation in sigma.
func deviation(seed uint64, n int, drawn, p float64) float64 {
	s := New(seed, 0)
	mean, sd := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	step := max(1, math.Floor(sd/2))
	counts := map[int]int{}
	var sum, squares float64
	for range binomialDraws {
		k := s.Binomial(n, drawn)
		if k < 0 || k > n {
			return math.Inf(1)
		}
		counts[int(math.Floor((float64(k)-math.Floor(mean))/step))]++
		x := float64(k) - mean
		sum += x
		squares += x * x
	}
	worst := 0.0
	for cell := -10; cell <= 10; cell++ {
		lo := math.Floor(mean) + float64(cell)*step
		worst = max(worst, sigmas(counts[cell], binomialDraws, chance(n, p, lo, lo+step)))
	}
	if sd > 0 {
		worst = max(worst, math.Abs(sum)/(sd*math.Sqrt(binomialDraws)))
		excess := (1 - 6*p*(1-p)) / (sd * sd) // of the distribution's kurtosis over 3
		worst = max(worst, math.Abs(squares/binomialDraws/(sd*sd)-1)/math.Sqrt((2+excess)/binomialDraws))
	}
	return worst
}

// chance is the probability that Binomial(n, p) lies in [lo, hi), summed exactly or, beyond a million, by the normal distribution
// with the correction for skewness (its error there is below 1e-6).
func chance(n int, p, lo, hi float64) float64 {
	if n > 1000000 {
		return normalCDF(n, p, hi) - normalCDF(n, p, lo)
	}
	total := 0.0
	for k := max(lo, 0); k < hi && k <= float64(n); k++ {
		a, _ := math.Lgamma(float64(n) + 1)
		b, _ := math.Lgamma(k + 1)
		c, _ := math.Lgamma(float64(n) - k + 1)
		total += math.Exp(a - b - c + k*math.Log(p) + (float64(n)-k)*math.Log1p(-p))
	}
	return total
}

func normalCDF(n int, p, x float64) float64 {
	sd := math.Sqrt(float64(n) * p * (1 - p))
	z := (x - 0.5 - float64(n)*p) / sd
	skew := (1 - 2*p) / sd
	return 0.5*math.Erfc(-z/math.Sqrt2) - skew/6*(z*z-1)*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
}

var binomials = []struct {
	n int
	p float64
}{
	{1, 0.3},
	{2, 0.5},
	{7, 0.9},
	{20, 0.5},
	{21, 0.47},
	{30, 0.333},
	{50, 0.19},
	{50, 0.21},
	{99, 0.5},
	{100, 0.9},
	{1000, 0.0099},
	{1000, 0.0101},
	{1000, 0.5},
	{100000, 0.9999},
	{100000, 0.25},
	{1000000, 0.00002},
	{1 << 40, 0.3},
	{1 << 53, 0.5},
	{1 << 62, 0.1},
	{1 << 62, 0.5},
}

func TestBinomial(t *testing.T) {
	for i, b := range binomials {
		seed := uint64(100 + i)
		if dev := deviation(seed, b.n, b.p, b.p); dev > 5 {
			t.Errorf("binomial of %d with %v, seed %d: %.1f sigma", b.n, b.p, seed, dev)
		}
	}
}

// The check above can fail: a wrong probability is seen at once.
func TestBinomialTestCanFail(t *testing.T) {
	for i, b := range binomials {
		sd := math.Sqrt(float64(b.n) * b.p * (1 - b.p))
		wrong := b.p + 0.1*sd/float64(b.n) // moves the mean by a tenth of a standard deviation
		if wrong >= 1 {
			wrong = b.p - 0.1*sd/float64(b.n)
		}
		if dev := deviation(uint64(100+i), b.n, wrong, b.p); dev <= 5 {
			t.Errorf("binomial of %d with %v instead of %v passes for right: %.1f sigma", b.n, wrong, b.p, dev)
		}
	}
}

// Far beyond 2^53 the last digits are as random as the first.
func TestBinomialIsExactInItsLastBit(t *testing.T) {
	s, odd := New(5, 0), [4]int{}
	for range binomialDraws {
		odd[s.Binomial(1<<62, 0.3)&3]++
	}
	for i, k := range odd {
		within(t, fmt.Sprintf("last digits %d", i), k, binomialDraws, 0.25)
	}
}

// Rounding errors of a probability do not show in the draws, around the values that circuits are full of least of all.
func TestBinomialHardlyDependsOnRounding(t *testing.T) {
	for _, n := range []int{1, 2, 5, 19, 20, 40, 80, 99, 100, 1024, 100001} {
		for _, p := range []float64{0.125, 0.25, 0.5, 0.75, 0.875} {
			for seed := range uint64(100) {
				below, above := New(seed, 1).Binomial(n, p-1e-16), New(seed, 1).Binomial(n, p+2e-16)
				if below != above {
					t.Errorf("n %d p %v seed %d: %d a little below, %d a little above", n, p, seed, below, above)
				}
			}
		}
	}
}

func TestBinomialEdges(t *testing.T) {
	s := New(6, 0)
	for _, c := range []struct {
		n    int
		p    float64
		want int
	}{
		{0, 0.5, 0}, {10, 0, 0}, {10, 1, 10}, {1 << 62, 0, 0}, {1 << 62, 1, 1 << 62}, {1 << 62, 1e-300, 0}, {1 << 62, 0x1p-1074, 0}, {1, 1, 1},
	} {
		if got := s.Binomial(c.n, c.p); got != c.want {
			t.Errorf("Binomial(%d, %v) = %d, want %d", c.n, c.p, got, c.want)
		}
	}
	for _, bad := range []struct {
		n int
		p float64
	}{{-1, 0.5}, {1, -0.1}, {1, 1.1}, {1, math.NaN()}, {1<<62 + 1, 0.5}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Binomial(%d, %v) did not refuse", bad.n, bad.p)
				}
			}()
			s.Binomial(bad.n, bad.p)
		}()
	}
}

func TestScaleIsExact(t *testing.T) {
	s := New(7, 0)
	for range 2000 {
		n := s.Uint64()>>(2+s.Uint64N(60)) + 1
		p := math.Ldexp(s.Float64(), -int(s.Uint64N(80)))/2 + 0x1p-1000
		whole, fraction := scale(n, p)
		exact := new(big.Float).SetPrec(200).Mul(new(big.Float).SetPrec(200).SetFloat64(p), new(big.Float).SetPrec(200).SetUint64(n))
		exact.Sub(exact, new(big.Float).SetInt64(int64(whole)))
		if want, _ := exact.Float64(); math.Abs(want-fraction) > 1e-15 || fraction < 0 || fraction > 1 {
			t.Fatalf("scale(%d, %v) = %d and %v, the fraction is %v", n, p, whole, fraction, want)
		}
	}
}

// The ratio of two terms of the distribution, against one computed with 200 bits by multiplying neighbours.
func TestRatioIsAccurate(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{25, 0.45}, {1000, 0.3}, {1 << 40, 0.001}, {1 << 62, 0.4}, {1 << 62, 0x1p-55}} {
		mode, fraction := scale(uint64(c.n)+1, c.p)
		r := newRatio(c.n, mode, c.p, fraction)
		want := 0.0
		for d := 1; d <= 12 && mode+d <= c.n; d++ {
			up := new(big.Float).SetPrec(200).Mul(new(big.Float).SetInt64(int64(c.n-mode-d+1)), new(big.Float).SetPrec(200).SetFloat64(c.p))
			down := new(big.Float).SetPrec(200).Mul(new(big.Float).SetInt64(int64(mode+d)), new(big.Float).SetPrec(200).SetFloat64(1-c.p))
			excess, _ := new(big.Float).SetPrec(200).Quo(up.Sub(up, down), down).Float64()
			want += math.Log1p(excess)
			if got := r.log(float64(d)); math.Abs(got-want) > 1e-12 {
				t.Errorf("n %d p %v distance %d: ln ratio %v, want %v", c.n, c.p, d, got, want)
			}
		}
	}
}

func BenchmarkBinomial(b *testing.B) {
	for _, c := range []struct {
		n int
		p float64
	}{{1, 0.5}, {1000, 0.005}, {1000, 0.5}, {1 << 62, 0.3}} {
		b.Run(fmt.Sprintf("n=%d/p=%v", c.n, c.p), func(b *testing.B) {
			s := New(1, 1)
			for b.Loop() {
				s.Binomial(c.n, c.p)
			}
		})
	}
}
