// Package expect is what a test of a circuit expects, and whether what was seen agrees. It reads expectations from a file beside the
// circuit (NAME.expect.yaml) or from comments in it (`//% …`), and judges exact distributions and counts. Against counts every check has a
// false-alarm rate that is computed, not estimated: see stats.go. It knows no engine, no network and no terminal.
package expect

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Kind is what a check is about.
type Kind string

// The kinds.
const (
	Distribution Kind = "distribution" // the probabilities of all outcomes
	Probability  Kind = "probability"  // those of some outcomes
	Allowed      Kind = "allowed"      // no other outcome comes
	Forbidden    Kind = "forbidden"    // none of these outcomes comes
	Marginal     Kind = "marginal"     // the distribution of one bit or one register
	Equal        Kind = "equal"        // the distribution of another circuit
)

// Defaults of what a test does not say.
const (
	DefaultRate   = 1e-6 // false alarms of a whole run
	DefaultDetect = 0.05 // total variation distance that shots are chosen to see
	Missed        = 1e-3 // how often a distribution that far off is missed, at most
	// ExactTolerance is how far a probability that was computed may be from one that was written: enough for six digits.
	ExactTolerance = 1e-6
)

// Check is one expectation.
type Check struct {
	Kind Kind
	File string // where it is written
	Line int    // from 1

	P      map[string]float64 // by key; of a marginal, by the values of its bits
	Keys   []string           // of Allowed and Forbidden; ? stands for either bit
	Bits   string             // of a Marginal: c[0], or c for a whole register
	Target string             // of Equal: the other circuit, beside this one
	// Tolerance widens the expectation: the total variation distance of a distribution, the distance of a probability. 0 is none.
	Tolerance float64
	Rate      float64 // of false alarms of this check alone; 0 takes a share of the run's
}

// Suite is what is expected of one circuit.
type Suite struct {
	Checks []Check
	Shots  int     // 0: chosen
	Seed   *uint64 // nil: drawn
	Detect float64 // DefaultDetect where nothing is said
}

// Error is an expectation that cannot be read, or does not fit its circuit.
type Error struct {
	File    string
	Line    int
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Title names the check for people.
func (c *Check) Title() string {
	switch c.Kind {
	case Marginal:
		return "marginal " + c.Bits
	case Equal:
		return "equal to " + c.Target
	case Allowed, Forbidden:
		return fmt.Sprintf("%s %s", c.Kind, list(c.Keys))
	case Probability:
		return "probability of " + list(sortedKeys(c.P))
	}
	return string(c.Kind)
}

func list(keys []string) string {
	const shown = 4
	quoted := make([]string, 0, shown)
	for _, k := range keys[:min(shown, len(keys))] {
		quoted = append(quoted, strconv.Quote(k))
	}
	text := strings.Join(quoted, ", ")
	if len(keys) > shown {
		text += fmt.Sprintf(" and %d more", len(keys)-shown)
	}
	return text
}

func sortedKeys(m map[string]float64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// parseNumber reads a probability: 0.25, 1/4 or 25 %.
func parseNumber(text string) (float64, error) {
	text = strings.TrimSpace(text)
	scale := 1.0
	if rest, ok := strings.CutSuffix(text, "%"); ok {
		text, scale = strings.TrimSpace(rest), 0.01
	}
	over := 1.0
	if above, below, ok := strings.Cut(text, "/"); ok {
		d, err := strconv.ParseFloat(strings.TrimSpace(below), 64)
		if err != nil || d <= 0 {
			return 0, fmt.Errorf("%q is no number such as 0.25, 1/4 or 25 %%", text)
		}
		text, over = strings.TrimSpace(above), d
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is no number such as 0.25, 1/4 or 25 %%", text)
	}
	return n * scale / over, nil
}

func parseProbability(text string) (float64, error) {
	p, err := parseNumber(text)
	if err == nil && (p < 0 || p > 1) {
		err = fmt.Errorf("%s is no probability: 0 to 1 is", strings.TrimSpace(text))
	}
	return p, err
}

func parseRate(text string) (float64, error) {
	p, err := parseNumber(text)
	if err == nil && (p <= 0 || p >= 0.5) {
		err = fmt.Errorf("a rate of %s is of no use: it must be above 0 and below 0.5", strings.TrimSpace(text))
	}
	return p, err
}

// checkKey tells whether text can be a key: bits, in groups by spaces; with wild, also ?.
func checkKey(text string, wild bool) error {
	for _, c := range text {
		if c != '0' && c != '1' && c != ' ' && (c != '?' || !wild) {
			if wild {
				return fmt.Errorf("%q is no outcome: one has bits 0 and 1 (or ? for either), registers separated by a space", text)
			}
			return fmt.Errorf("%q is no outcome: one has bits 0 and 1, registers separated by a space", text)
		}
	}
	return nil
}

// complete tells whether the probabilities of a whole distribution make sense.
func complete(p map[string]float64) error {
	sum := 0.0
	for _, k := range sortedKeys(p) {
		sum += p[k]
	}
	if math.Abs(sum-1) > ExactTolerance {
		return fmt.Errorf("the probabilities sum to %s, not to 1: write 1/3 for a third, or expect single outcomes with probability", short(sum))
	}
	return nil
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
