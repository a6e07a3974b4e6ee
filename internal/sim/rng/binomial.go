package rng

import (
	"fmt"
	"math"
	"math/bits"
)

// smallMean is the expectation below which counting through the distribution is faster than rejection. The rejection's constants are
// valid from 10 on; no round number, so that 20 trials of one half are not decided by the last bit of a probability.
const smallMean = 10.1

// Binomial returns how many of n independent trials succeed that succeed with probability p each: a draw from the exact
// distribution, to the last unit even where n is far beyond 2^53. It takes constant time. It panics unless 0 <= n <= 2^62 and
// 0 <= p <= 1.
//
// A change of p in its last digits almost never changes the result, not even around 1/2: two ways of computing an amplitude lead to
// the same counts.
func (s *Stream) Binomial(n int, p float64) int {
	if n < 0 || uint64(n) > 1<<62 || !(0 <= p && p <= 1) {
		panic(fmt.Sprintf("internal error: binomial of %d trials with probability %v", n, p))
	}
	switch {
	case n == 0 || p == 0:
		return 0
	case n == 1:
		if s.Float64() < p {
			return 1
		}
		return 0
	case p > 0.5:
		return n - s.rarer(n, 1-p, true) // 1-p is exact from 1/2 on
	}
	return s.rarer(n, p, false)
}

// rarer is Binomial for p up to 1/2. Mirrored, it reads each random number from the other end: failures are then where successes
// would be.
func (s *Stream) rarer(n int, p float64, mirrored bool) int {
	if float64(n)*p < smallMean {
		return s.countUp(n, p, mirrored)
	}
	return s.reject(n, p, mirrored)
}

// countUp walks the distribution from 0 successes upwards until the random number is used up. Rounding may leave a random number
// close to 1 unused at the far end, where the terms no longer change the sum: it is drawn anew.
func (s *Stream) countUp(n int, p float64, mirrored bool) int {
	odds, none := p/(1-p), math.Exp(float64(n)*math.Log1p(-p))
	last := min(n, 150) // the chance of more is below 1e-90 where the expectation is below smallMean
	for {
		u, term := s.Float64(), none
		if mirrored {
			u = 1 - 0x1p-53 - u
		}
		for k := 0; k <= last; k++ {
			if u < term {
				return k
			}
			u -= term
			term *= float64(n-k) / float64(k+1) * odds
		}
	}
}

// reject draws by transformed rejection with squeeze: algorithm BTRS of Hörmann, "The generation of binomial random variates",
// Journal of Statistical Computation and Simulation 46, 1993. It needs p up to 1/2 and an expectation of 10 or more. All is
// counted from the mode, so that results are exact integers although n may not be representable as a float64.
func (s *Stream) reject(n int, p float64, mirrored bool) int {
	q := 1 - p
	mode, fraction := scale(uint64(n)+1, p)
	sd := math.Sqrt(float64(n) * p * q)
	b := 1.15 + 2.53*sd
	a := -0.0873 + 0.0248*b + 0.01*p
	center := fraction - p + 0.5 // n·p + 1/2, counted from the mode
	squeeze := 0.92 - 4.2/b
	alpha := (2.83 + 5.1/b) * sd
	r := newRatio(n, mode, p, fraction)
	lowest, highest := -float64(mode), float64(n-mode)
	for {
		u, v := s.Float64()-0.5, s.Float64()
		if mirrored {
			u = -u
		}
		us := 0.5 - math.Abs(u)
		d := math.Floor((2*a/us+b)*u + center)
		if us >= 0.07 && v <= squeeze {
			return mode + int(d)
		}
		if !(lowest <= d && d <= highest) {
			continue
		}
		if math.Log(v*alpha/(a/(us*us)+b)) <= r.log(d) {
			return mode + int(d)
		}
	}
}

// scale returns the whole part and the fraction of n·p, without rounding error but for the last step to a float64, for n up to
// 2^62+1 and 0 < p <= 1/2.
func scale(n uint64, p float64) (whole int, fraction float64) {
	m, e := math.Frexp(p) // p = m·2^e with m in [1/2, 1) and e <= 0
	high, low := bits.Mul64(n, uint64(m*0x1p53))
	shift := uint(53 - e)
	if shift >= 128 {
		return 0, float64(n) * p
	}
	if shift >= 64 {
		whole = int(high >> (shift - 64))
		high &= 1<<(shift-64) - 1
	} else {
		whole = int(high<<(64-shift) | low>>shift)
		high, low = 0, low&(1<<shift-1)
	}
	return whole, math.Ldexp(float64(high), 64-int(shift)) + math.Ldexp(float64(low), -int(shift))
}

// ratio evaluates ln f(mode+d) - ln f(mode) of a binomial distribution f. Stirling's formula for the factorials is arranged so that
// the large terms cancel before they are added: the error stays below 1e-6 for all n up to 2^62.
type ratio struct {
	up, down float64 // mode+1 and n-mode+1
	slope    float64 // ln of f's own trend at the mode
	base     float64
}

func newRatio(n, mode int, p, fraction float64) ratio {
	up, down := float64(mode)+1, float64(n-mode)+1
	// down·p - up·(1-p) = (n+2)p - mode - 1, of which fraction knows the part that cancels.
	slope := math.Log1p((fraction + p - 1) / (up * (1 - p)))
	return ratio{up: up, down: down, slope: slope, base: stirlingTail(up) + stirlingTail(down)}
}

func (r ratio) log(d float64) float64 {
	up, down := r.up+d, r.down-d
	return -(up-0.5)*math.Log1p(d/r.up) - (down-0.5)*math.Log1p(-d/r.down) + d*r.slope +
		r.base - stirlingTail(up) - stirlingTail(down)
}

// stirlingTail is ln Γ(y) - ((y-1/2) ln y - y + ln(2π)/2) for y >= 1 (Abramowitz and Stegun 6.1.40).
func stirlingTail(y float64) float64 {
	if y < 16 {
		lgamma, _ := math.Lgamma(y)
		return lgamma - ((y-0.5)*math.Log(y) - y + 0.5*math.Log(2*math.Pi))
	}
	z := 1 / (y * y)
	return (1./12 - (1./360-(1./1260-z/1680)*z)*z) / y
}
