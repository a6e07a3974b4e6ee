package expect

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Seen is what came of a circuit: its exact distribution, or counts.
type Seen struct {
	Exact  map[string]float64 // nil: only counts are known
	Counts map[string]int
	Shots  int
}

// IsExact tells that the probabilities are computed, not estimated.
func (s *Seen) IsExact() bool { return s.Exact != nil }

// of is the probability or the share of a key.
func (s *Seen) of(key string) float64 {
	if s.IsExact() {
		return s.Exact[key]
	}
	return float64(s.Counts[key]) / float64(s.Shots)
}

// Keys are the outcomes that were seen, sorted; of an exact distribution those that are more than rounding.
func (s *Seen) Keys() []string {
	var keys []string
	for _, key := range s.keys() {
		if s.of(key) > negligible {
			keys = append(keys, key)
		}
	}
	return keys
}

func (s *Seen) keys() []string {
	var keys []string
	for key := range s.Exact {
		keys = append(keys, key)
	}
	for key := range s.Counts {
		if !s.IsExact() {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	return keys
}

// mapped is what is seen of something that is a function of the outcome.
func (s *Seen) mapped(f func(key string) string) *Seen {
	m := &Seen{Shots: s.Shots, Counts: map[string]int{}}
	if s.IsExact() {
		m.Exact = map[string]float64{}
		for key, p := range s.Exact {
			m.Exact[f(key)] += p
		}
		return m
	}
	for key, n := range s.Counts {
		m.Counts[f(key)] += n
	}
	return m
}

// Register is a classical register, in the order of declaration.
type Register struct {
	Name string
	Size int
}

// Verdict is the outcome of a check.
type Verdict struct {
	Pass   bool
	Detail string // what is wrong; "" where it passes
	Rows   []Row  // of the comparison, the largest difference first
	Exact  bool
	Rate   float64 // bound of false alarms; 0 where the check is exact
}

// Row compares one outcome.
type Row struct {
	Key            string
	Expected, Seen float64
}

// Judge holds what was seen against the check. Alpha bounds the false alarms and counts for counts only; other is what was seen of the
// other circuit of an Equal. An expectation that does not fit the circuit's registers is an *Error.
func (c *Check) Judge(seen, other *Seen, registers []Register, alpha float64) (*Verdict, error) {
	if err := c.fits(registers); err != nil {
		return nil, err
	}
	v := &Verdict{Exact: seen.IsExact() && (other == nil || other.IsExact())}
	if !v.Exact {
		v.Rate = alpha
	}
	switch c.Kind {
	case Distribution:
		v.distribution(seen, c.P, c.Tolerance, alpha)
	case Marginal:
		bits := seen.mapped(c.projection(registers))
		v.distribution(bits, c.P, c.Tolerance, alpha)
	case Probability:
		v.probabilities(seen, c.P, c.Tolerance, alpha)
	case Allowed, Forbidden:
		v.presence(seen, c.Keys, c.Kind == Allowed)
	case Equal:
		v.equal(seen, other, alpha)
	}
	v.Pass = v.Detail == ""
	sort.SliceStable(v.Rows, func(i, j int) bool { return v.Rows[i].rank() > v.Rows[j].rank() })
	return v, nil
}

func (r Row) difference() float64 { return math.Abs(r.Expected - r.Seen) }

// rank is the difference without rounding errors, so that equal ones stay in the order of their keys.
func (r Row) rank() float64 { return math.Round(r.difference() * 1e9) }

// fits tells whether the check's outcomes and bits are those of the circuit.
func (c *Check) fits(registers []Register) error {
	shape := make([]string, 0, len(registers))
	for _, r := range slices.Backward(registers) {
		shape = append(shape, strings.Repeat("0", r.Size))
	}
	whole := strings.Join(shape, " ")
	if c.Kind == Marginal {
		width, err := c.width(registers)
		if err != nil {
			return err
		}
		whole = strings.Repeat("0", width)
	}
	for _, key := range append(sortedKeys(c.P), c.Keys...) {
		if bits.Replace(key) != whole {
			return &Error{c.File, c.Line, fmt.Sprintf("outcome %q does not fit: an outcome here looks like %q", key, whole)}
		}
	}
	return nil
}

// bits makes every bit of a key a 0.
var bits = strings.NewReplacer("1", "0", "?", "0")

// place splits the bits of a marginal into register and index; index -1 is the whole register.
func (c *Check) place() (name string, index int) {
	name, rest, ok := strings.Cut(c.Bits, "[")
	if !ok {
		return name, -1
	}
	index, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	if err != nil || index < 0 {
		return c.Bits, -1
	}
	return name, index
}

func (c *Check) width(registers []Register) (int, error) {
	name, index := c.place()
	i := slices.IndexFunc(registers, func(r Register) bool { return r.Name == name })
	switch {
	case i < 0:
		known := make([]string, 0, len(registers))
		for _, r := range registers {
			known = append(known, r.Name)
		}
		return 0, &Error{c.File, c.Line, fmt.Sprintf("there is no register %q; there are: %s", name, strings.Join(known, ", "))}
	case index >= registers[i].Size:
		return 0, &Error{c.File, c.Line, fmt.Sprintf("%s has %d bits, from 0; there is no %s", name, registers[i].Size, c.Bits)}
	case index >= 0:
		return 1, nil
	}
	return registers[i].Size, nil
}

// projection takes the bits of a marginal out of a key. The registers stand last declared leftmost, bits highest leftmost.
func (c *Check) projection(registers []Register) func(string) string {
	name, index := c.place()
	begin := 0
	for _, r := range slices.Backward(registers) {
		if r.Name != name {
			begin += r.Size + 1
			continue
		}
		if index >= 0 {
			at := begin + r.Size - 1 - index
			return func(key string) string { return key[at : at+1] }
		}
		end := begin + r.Size
		return func(key string) string { return key[begin:end] }
	}
	panic("expect: projection of a check that does not fit")
}

// distribution compares everything that was seen with p.
func (v *Verdict) distribution(seen *Seen, p map[string]float64, tolerance, alpha float64) {
	distance := 0.0
	all := append(sortedKeys(p), seen.keys()...)
	slices.Sort(all)
	for _, key := range slices.Compact(all) {
		row := Row{key, p[key], seen.of(key)}
		v.Rows = append(v.Rows, row)
		distance += row.difference() / 2
	}
	off := fmt.Sprintf("the total variation distance is %s", short(distance))
	switch {
	case seen.IsExact():
		if distance > max(tolerance, ExactTolerance*float64(len(v.Rows))/2) {
			v.Detail = off + allowedTolerance(tolerance) + rounding(distance, tolerance)
		}
	case tolerance > 0:
		if margin := distanceMargin(seen.Shots, len(p)+1, alpha); distance > tolerance+margin {
			v.Detail = off + allowedTolerance(tolerance) + fmt.Sprintf(", and %s shots explain %s of it", strconv.Itoa(seen.Shots), short(margin))
		}
	case v.strange(seen, p) != "":
		v.Detail = fmt.Sprintf("%s came, which should never", v.strange(seen, p))
	case v.unlikelyOutcome(seen, p, alpha/2) != "":
		v.Detail = fmt.Sprintf("%s: chance gives %s this share less often than once in %s runs", off, v.unlikelyOutcome(seen, p, alpha/2), times(alpha))
	case relativeEntropy(seen.Counts, seen.Shots, p) >= entropyThreshold(len(p), alpha/2):
		v.Detail = fmt.Sprintf("%s: chance gives this less often than once in %s runs", off, times(alpha))
	}
}

func allowedTolerance(tolerance float64) string {
	if tolerance > 0 {
		return fmt.Sprintf(", %s is allowed", short(tolerance))
	}
	return ""
}

// rounding hints at numbers that were written with too few digits.
func rounding(distance, tolerance float64) string {
	if tolerance == 0 && distance < 1e-2 {
		return "; if the numbers are rounded, write 1/3, more digits, or a tolerance"
	}
	return ""
}

func times(alpha float64) string { return strconv.FormatFloat(1/alpha, 'f', 0, 64) }

// strange is an outcome that came and has no probability.
func (v *Verdict) strange(seen *Seen, p map[string]float64) string {
	for _, key := range seen.keys() {
		if seen.Counts[key] > 0 && p[key] == 0 {
			return strconv.Quote(key)
		}
	}
	return ""
}

// unlikelyOutcome is an outcome whose count chance does not give at this rate, divided among all.
func (v *Verdict) unlikelyOutcome(seen *Seen, p map[string]float64, alpha float64) string {
	for _, key := range sortedKeys(p) {
		if unlikely(seen.Shots, seen.Counts[key], p[key], p[key], alpha/float64(len(p))) {
			return strconv.Quote(key)
		}
	}
	return ""
}

// probabilities compares some outcomes, or patterns of them.
func (v *Verdict) probabilities(seen *Seen, p map[string]float64, tolerance, alpha float64) {
	for _, pattern := range sortedKeys(p) {
		matched := seen.mapped(func(key string) string { return strconv.FormatBool(matches(pattern, key)) })
		row := Row{pattern, p[pattern], matched.of("true")}
		v.Rows = append(v.Rows, row)
		var off bool
		if seen.IsExact() {
			off = row.difference() > max(tolerance, ExactTolerance)
		} else {
			off = unlikely(seen.Shots, matched.Counts["true"], row.Expected-tolerance, row.Expected+tolerance, alpha/float64(len(p)))
		}
		if off && v.Detail == "" {
			v.Detail = fmt.Sprintf("%q has %s, %s is expected", pattern, short(row.Seen), short(row.Expected))
			if tolerance > 0 {
				v.Detail += " ± " + short(tolerance)
			}
			if seen.IsExact() {
				v.Detail += rounding(row.difference(), tolerance)
			}
		}
	}
}

func matches(pattern, key string) bool {
	if len(pattern) != len(key) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != key[i] && (pattern[i] != '?' || key[i] == ' ') {
			return false
		}
	}
	return true
}

// presence looks for outcomes that must not come: those not listed, or those listed. Counts raise no false alarm at all.
func (v *Verdict) presence(seen *Seen, patterns []string, allowed bool) {
	wrong, share := 0, 0.0
	for _, key := range seen.keys() {
		listed := slices.ContainsFunc(patterns, func(p string) bool { return matches(p, key) })
		p := seen.of(key)
		if listed == allowed || p <= negligible && seen.IsExact() || p == 0 {
			continue
		}
		wrong++
		share += p
		v.Rows = append(v.Rows, Row{key, 0, p})
	}
	if seen.IsExact() && share <= ExactTolerance {
		wrong = 0
	}
	if wrong == 0 {
		v.Rows = nil
		return
	}
	slices.SortStableFunc(v.Rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) })
	what := "are forbidden"
	if allowed {
		what = "are not allowed"
	}
	v.Detail = fmt.Sprintf("outcomes that %s have %s: %s", what, short(share), list(rowKeys(v.Rows)))
}

// negligible probabilities are rounding of the computation.
const negligible = 1e-12

func rowKeys(rows []Row) []string {
	keys := make([]string, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, r.Key)
	}
	return keys
}

// equal compares two circuits.
func (v *Verdict) equal(seen, other *Seen, alpha float64) {
	switch {
	case other.IsExact() && !seen.IsExact():
		v.distribution(seen, dense(other.Exact), 0, alpha)
	case seen.IsExact() && !other.IsExact():
		v.distribution(other, dense(seen.Exact), 0, alpha)
		for i := range v.Rows {
			v.Rows[i].Expected, v.Rows[i].Seen = v.Rows[i].Seen, v.Rows[i].Expected
		}
	case seen.IsExact():
		v.distribution(seen, other.Exact, 0, alpha)
	default:
		v.twoSamples(seen, other, alpha)
	}
}

// dense leaves out what is rounding, so that it counts as never.
func dense(p map[string]float64) map[string]float64 {
	out := map[string]float64{}
	for key, x := range p {
		if x > negligible {
			out[key] = x
		}
	}
	return out
}

func (v *Verdict) twoSamples(a, b *Seen, alpha float64) {
	keys := append(a.keys(), b.keys()...)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	width := 0
	for _, key := range keys {
		v.Rows = append(v.Rows, Row{key, b.of(key), a.of(key)})
		width = len(strings.ReplaceAll(key, " ", ""))
	}
	third := alpha / 3
	for _, key := range keys {
		if fisher(a.Shots, a.Counts[key], b.Shots, b.Counts[key], third/math.Exp2(float64(width))) {
			v.Detail = fmt.Sprintf("outcome %q differs", key)
			return
		}
	}
	pairs := float64(max(1, width*(width-1)/2))
	for i := range width {
		if differs(a, b, []int{i}, third/float64(max(1, width))) {
			v.Detail = fmt.Sprintf("bit %d from the right differs", i)
			return
		}
		for j := range i {
			if differs(a, b, []int{i, j}, third/pairs) {
				v.Detail = fmt.Sprintf("the parity of bits %d and %d from the right differs", j, i)
				return
			}
		}
	}
}

// differs compares how often the parity of some bits, counted from the right, is odd.
func differs(a, b *Seen, places []int, alpha float64) bool {
	odd := func(s *Seen) int {
		n := 0
		for key, c := range s.Counts {
			flat := strings.ReplaceAll(key, " ", "")
			parity := 0
			for _, p := range places {
				parity ^= int(flat[len(flat)-1-p] & 1)
			}
			n += c * parity
		}
		return n
	}
	return fisher(a.Shots, odd(a), b.Shots, odd(b), alpha)
}

// Shots is how many shots the check needs to see a distribution that is detect off, with all but Missed, at a false-alarm rate alpha.
// Width is the number of bits of an outcome.
func (c *Check) Shots(alpha, detect float64, width int) int {
	switch c.Kind {
	case Distribution, Marginal:
		if c.Tolerance > 0 {
			root := math.Sqrt((float64(len(c.P)+1)*math.Ln2+math.Log(1/alpha))/2) + math.Sqrt((float64(len(c.P)+1)*math.Ln2+math.Log(1/Missed))/2)
			return clampShots(root * root / detect / detect)
		}
		return shotsForDistribution(len(c.P), alpha, detect)
	case Probability:
		return shotsForProbability(alpha/float64(len(c.P)), detect)
	case Equal:
		return 4 * shotsForProbability(alpha/3/math.Exp2(float64(min(width, 1000))), detect)
	}
	return shotsForPresence(detect)
}
