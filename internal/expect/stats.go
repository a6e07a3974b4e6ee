package expect

import "math"

// How false alarms are bounded. All tests are of finite samples and need no approximation: a circuit that is as expected fails with at
// most the rate α that the test was given, however many shots there are.
//
//   - One probability: the exact tail of the binomial distribution, α/2 for each side.
//   - Several: the same with α divided among them (Bonferroni).
//   - A distribution of k outcomes: half of α for its outcomes one by one, half for all of them together by the relative entropy D of
//     what was seen: P(n·D ≥ t) ≤ e^-t·(e·t/(k-1))^(k-1) for t > k-1 (R. Agrawal, Finite-sample concentration of the multinomial
//     in relative entropy, IEEE Trans. Inf. Theory 66 (2020), theorem 1.2). The first sees one outcome that is off, the second many that are
//     a little off.
//   - A distribution with a tolerance: P(TVD ≥ η) ≤ 2^k·e^(-2nη²) (Bretagnolle, Huber and Carol).
//   - Two circuits, both sampled: Fisher's exact test of outcomes, of bits, and of parities of pairs of bits, a third of α each. The
//     outcomes are those that could come, not those that came, so that what is compared does not depend on what was seen.

// MaxShots bounds the shots of a test.
const MaxShots = 100_000_000

// upperTail is P(X ≥ x) for X binomial with n trials of probability p; 1 where x is not above the mean.
func upperTail(n, x int, p float64) float64 {
	switch {
	case float64(x) <= float64(n)*p:
		return 1
	case p <= 0:
		return 0
	case x > n:
		return 0
	}
	term := math.Exp(logBinomial(n, x) + float64(x)*math.Log(p) + float64(n-x)*math.Log1p(-p))
	sum := term
	for i := x; i < n && term > sum*1e-17; i++ {
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
		sum += term
	}
	return min(1, sum)
}

// lowerTail is P(X ≤ x); 1 where x is not below the mean.
func lowerTail(n, x int, p float64) float64 { return upperTail(n, n-x, 1-p) }

func logBinomial(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// unlikely tells whether x of n shots is too far from every probability in [low, high] for a false-alarm rate alpha.
func unlikely(n, x int, low, high, alpha float64) bool {
	return upperTail(n, x, min(1, high)) <= alpha/2 || lowerTail(n, x, max(0, low)) <= alpha/2
}

// entropyThreshold is the smallest t for which P(n·D ≥ t) ≤ alpha, for k outcomes.
func entropyThreshold(k int, alpha float64) float64 {
	if k < 2 {
		return math.Inf(1) // one outcome always agrees
	}
	d := float64(k - 1)
	bound := func(t float64) float64 { return -t + d*(1+math.Log(t/d)) }
	low, high := d, d+1
	for bound(high) > math.Log(alpha) {
		high *= 2
	}
	for range 100 {
		if mid := (low + high) / 2; bound(mid) > math.Log(alpha) {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// relativeEntropy is n·D of counts from p; every outcome that was seen must have a probability.
func relativeEntropy(counts map[string]int, n int, p map[string]float64) float64 {
	sum := 0.0
	for key, c := range counts {
		if c > 0 {
			sum += float64(c) * math.Log(float64(c)/(float64(n)*p[key]))
		}
	}
	return sum
}

// distanceMargin is the η for which P(TVD ≥ η) ≤ alpha, for n shots of k outcomes.
func distanceMargin(n, k int, alpha float64) float64 {
	return math.Sqrt((float64(k)*math.Ln2 + math.Log(1/alpha)) / (2 * float64(n)))
}

// shotsForDistribution is how many shots see a total variation distance of detect with all but Missed, at a false-alarm rate alpha. What is
// seen is within η of the truth, so at least detect-η from what is expected, and by Pinsker's inequality D ≥ 2(detect-η)².
func shotsForDistribution(k int, alpha, detect float64) int {
	if k < 2 { // anything else than the one outcome fails
		return shotsForPresence(detect)
	}
	t := entropyThreshold(k, alpha/2)
	spread := math.Sqrt((float64(k)*math.Ln2 + math.Log(1/Missed)) / 2)
	root := (math.Sqrt(t/2) + spread) / detect
	return clampShots(root * root)
}

// shotsForProbability is how many shots see one probability that is off by detect (Hoeffding's inequality).
func shotsForProbability(alpha, detect float64) int {
	root := (math.Sqrt(math.Log(2/alpha)) + math.Sqrt(math.Log(1/Missed))) / detect
	return clampShots(root * root / 2)
}

// shotsForPresence is how many shots see an outcome of probability detect at least once.
func shotsForPresence(detect float64) int { return clampShots(math.Log(Missed) / math.Log1p(-detect)) }

func clampShots(n float64) int { return int(math.Ceil(min(max(n, 1), MaxShots))) }

// fisher tells whether x1 of n1 and x2 of n2 are too different for one probability, at a false-alarm rate alpha: the tail of the
// hypergeometric distribution, given x1+x2.
func fisher(n1, x1, n2, x2 int, alpha float64) bool {
	total := x1 + x2
	mean := float64(total) * float64(n1) / float64(n1+n2)
	step, end := 1, min(total, n1)
	if float64(x1) < mean {
		step, end = -1, max(0, total-n2)
	}
	logP := func(x int) float64 {
		return logBinomial(n1, x) + logBinomial(n2, total-x) - logBinomial(n1+n2, total)
	}
	sum := 0.0
	for x := x1; ; x += step {
		term := math.Exp(logP(x))
		sum += term
		if x == end || term < sum*1e-17 || sum > alpha {
			break
		}
	}
	return sum <= alpha/2
}
