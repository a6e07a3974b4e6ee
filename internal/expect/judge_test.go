package expect

import (
	"errors"
	"strings"
	"testing"
)

func TestJudgeExact(t *testing.T) {
	third := 1.0 / 3
	w := &Seen{Exact: map[string]float64{"001": third, "010": third, "100": third}}
	two := &Seen{Exact: map[string]float64{"0 01": 0.25, "1 01": 0.75}}
	regsTwo := []Register{{"a", 2}, {"b", 1}}
	for _, c := range []struct {
		name      string
		check     Check
		seen      *Seen
		registers []Register
		pass      bool
		words     string
	}{
		{"distribution", Check{Kind: Distribution, P: map[string]float64{"001": third, "010": third, "100": third}}, w, regs3, true, ""},
		{"rounded numbers", Check{Kind: Distribution, P: map[string]float64{"001": 0.333, "010": 0.333, "100": 0.334}}, w, regs3, false, "write 1/3"},
		{"rounded numbers with tolerance", Check{Kind: Distribution, P: map[string]float64{"001": 0.333, "010": 0.333, "100": 0.334}, Tolerance: 0.01}, w, regs3, true, ""},
		{"another distribution", Check{Kind: Distribution, P: map[string]float64{"001": 0.5, "010": 0.5}}, w, regs3, false, "the total variation distance is 0.333333"},
		{"probability", Check{Kind: Probability, P: map[string]float64{"001": third}}, w, regs3, true, ""},
		{"pattern", Check{Kind: Probability, P: map[string]float64{"0??": 2 * third}}, w, regs3, true, ""},
		{"wrong probability", Check{Kind: Probability, P: map[string]float64{"000": 0.5}}, w, regs3, false, `"000" has 0, 0.5 is expected`},
		{"allowed", Check{Kind: Allowed, Keys: []string{"00?", "010", "100"}}, w, regs3, true, ""},
		{"not allowed", Check{Kind: Allowed, Keys: []string{"001"}}, w, regs3, false, `outcomes that are not allowed have 0.666667: "010", "100"`},
		{"forbidden", Check{Kind: Forbidden, Keys: []string{"1?1"}}, w, regs3, true, ""},
		{"forbidden comes", Check{Kind: Forbidden, Keys: []string{"?1?"}}, w, regs3, false, `outcomes that are forbidden have 0.333333: "010"`},
		{"bit", Check{Kind: Marginal, Bits: "b[0]", P: map[string]float64{"0": 0.25, "1": 0.75}}, two, regsTwo, true, ""},
		{"bit of another register", Check{Kind: Marginal, Bits: "a[0]", P: map[string]float64{"0": 0, "1": 1}}, two, regsTwo, true, ""},
		{"higher bit", Check{Kind: Marginal, Bits: "a[1]", P: map[string]float64{"0": 1, "1": 0}}, two, regsTwo, true, ""},
		{"register", Check{Kind: Marginal, Bits: "a", P: map[string]float64{"01": 1}}, two, regsTwo, true, ""},
		{"wrong register", Check{Kind: Marginal, Bits: "b", P: map[string]float64{"0": 1}}, two, regsTwo, false, "0.75"},
	} {
		v, err := c.check.Judge(c.seen, nil, c.registers, 1e-6)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if v.Pass != c.pass || !strings.Contains(v.Detail, c.words) || !v.Exact || v.Rate != 0 {
			t.Errorf("%s: got %+v", c.name, v)
		}
	}
}

func TestJudgeEqual(t *testing.T) {
	a, b := &Seen{Exact: bellP}, &Seen{Exact: map[string]float64{"00": 0.4, "11": 0.6}}
	check := Check{Kind: Equal, Target: "b.qasm"}
	if v, _ := check.Judge(a, &Seen{Exact: map[string]float64{"00": 0.5, "11": 0.5, "01": 1e-17}}, regs2, 1e-6); !v.Pass {
		t.Errorf("rounding is a difference: %s", v.Detail)
	}
	if v, _ := check.Judge(a, b, regs2, 1e-6); v.Pass || !strings.Contains(v.Detail, "0.1") {
		t.Errorf("got %+v", v)
	}
}

func TestJudgeThatDoesNotFit(t *testing.T) {
	for words, check := range map[string]Check{
		`outcome "000" does not fit: an outcome here looks like "00"`: {Kind: Distribution, P: map[string]float64{"000": 1}},
		`outcome "0" does not fit`:                                    {Kind: Allowed, Keys: []string{"0"}},
		`there is no register "d"; there are: c`:                      {Kind: Marginal, Bits: "d", P: bellP},
		`c has 2 bits, from 0; there is no c[2]`:                      {Kind: Marginal, Bits: "c[2]", P: bellP},
	} {
		_, err := check.Judge(&Seen{Exact: bellP}, nil, regs2, 1e-6)
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %s", err, words)
		}
	}
}
