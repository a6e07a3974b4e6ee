package expect

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestParseYAML(t *testing.T) {
	s, err := ParseYAML("w.expect.yaml", []byte(`# what a W state gives
shots: 10_000
seed: 7
detect: 2%
rate: 1e-4
expect:
  - distribution: {"001": 1/3, 010: 1/3, "100": 1/3}
    tolerance: 0.01
  - probability: {"0??": 2/3}
    rate: 1e-3
  - allowed: ["001", "010", "100"]
  - forbidden: [111]
  - marginal: {"c[0]": 0.25}
  - marginal: {c: {"00": 50 %, "11": 50 %}}
  - equal: other.qasm
`))
	if err != nil {
		t.Fatal(err)
	}
	seed, third, file := uint64(7), 1.0/3, "w.expect.yaml"
	share := 1e-4 / 6
	want := &Suite{Shots: 10000, Seed: &seed, Detect: 0.02, Checks: []Check{
		{Kind: Distribution, File: file, Line: 7, P: map[string]float64{"001": third, "010": third, "100": third}, Tolerance: 0.01, Rate: share},
		{Kind: Probability, File: file, Line: 9, P: map[string]float64{"0??": 2.0 / 3}, Rate: 1e-3},
		{Kind: Allowed, File: file, Line: 11, Keys: []string{"001", "010", "100"}, Rate: share},
		{Kind: Forbidden, File: file, Line: 12, Keys: []string{"111"}, Rate: share},
		{Kind: Marginal, File: file, Line: 13, Bits: "c[0]", P: map[string]float64{"0": 0.75, "1": 0.25}, Rate: share},
		{Kind: Marginal, File: file, Line: 14, Bits: "c", P: map[string]float64{"00": 0.5, "11": 0.5}, Rate: share},
		{Kind: Equal, File: file, Line: 15, Target: "other.qasm", Rate: share},
	}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got\n%+v, want\n%+v", s, want)
	}
}

func TestParseYAMLRefuses(t *testing.T) {
	for text, words := range map[string]string{
		"":                               "1: is empty",
		"expect: []":                     "1: expects nothing",
		"shots: 5":                       "1: expects nothing",
		"- x":                            "1: expected members such as detect, expect",
		"expcet: []":                     `1: unknown member "expcet"; known: detect, expect, rate, seed, shots`,
		"shots: 0\nexpect: []":           `1: shots "0"`,
		"expect:\n  - allowed: [\"0a\"]": `2: "0a" is no outcome`,
		"expect:\n  - distribution: {\"0\": 0.5}":            "2: the probabilities sum to 0.5, not to 1",
		"expect:\n  - distribution: {\"0\": 1.5}":            "2: 1.5 is no probability",
		"expect:\n  - distribution: {\"0\": x}":              `2: "x" is no number`,
		"expect:\n  - distribution: {\"?\": 1}":              `2: "?" is no outcome`,
		"expect:\n  - tolerance: 0.1":                        "2: a check needs one of",
		"expect:\n  - allowed: [\"0\"]\n    forbidden: [1]":  "3: a check is of one kind",
		"expect:\n  - allowed: [\"0\"]\n    tolerance: 0.1":  "2: allowed takes no tolerance",
		"expect:\n  - allowed: [\"0\"]\n    rate: 0":         "3: a rate of 0 is of no use",
		"expect:\n  - marginal: {a: 1, b: 1}":                "2: expected one bit or register",
		"expect:\n\t- x":                                     "2: ",
		"detect: 2\nexpect: []":                              "1: 2 cannot be detected",
		"expect:\n  - probability: {\"0\": 1/0}":             `2: "1/0" is no number`,
		"expect:\n  - allowed: [\"0\"]\nexpect:\n  - equal:": "",
	} {
		_, err := ParseYAML("f.expect.yaml", []byte(text))
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "f.expect.yaml:") || !strings.Contains(err.Error(), ":"+words) && words != "" {
			t.Errorf("%q: got %v, want %s", text, err, words)
		}
	}
}

const qutest = `OPENQASM 3;
include "stdgates.inc";
gate bell a, b { h a; cx a, b; } // { is no brace
def test_bell_distribution() {
  //% shots 4096
  //% seed 42
  //% backend ideal
  qubit[2] q;
  bit[2] m;
  bell q[0], q[1];
  m = measure q;
  //% expect distribution ref {"00": 0.5, "11": 0.5}
  //% expect distribution total_variation_distance <= 0.05
  //% expect marginal m[0] p1 ~= 0.5 atol=0.05
  if (m[0]) { x q[0]; }
}
def test_other() {
  qubit r;
  bit n;
  n = measure r;
  //% expect allowed "0"
}
`

func TestParseComments(t *testing.T) {
	cases, err := ParseComments("t.qasm", []byte(qutest))
	if err != nil || len(cases) != 2 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	seed := uint64(42)
	want := &Suite{Shots: 4096, Seed: &seed, Detect: DefaultDetect, Checks: []Check{
		{Kind: Distribution, File: "t.qasm", Line: 12, P: bellP, Tolerance: 0.05},
		{Kind: Marginal, File: "t.qasm", Line: 14, Bits: "m[0]", P: map[string]float64{"0": 0.5, "1": 0.5}, Tolerance: 0.05},
	}}
	if cases[0].Name != "test_bell_distribution" || !reflect.DeepEqual(cases[0].Suite, want) {
		t.Errorf("got %s %+v", cases[0].Name, cases[0].Suite)
	}
	source := string(cases[0].Source)
	if strings.Count(source, "\n") != strings.Count(qutest, "\n") || len(source) != len(qutest) || strings.Contains(source, "def") ||
		strings.Contains(source, "qubit r") || !strings.Contains(source, "if (m[0]) { x q[0]; }") || strings.Index(source, "bell q[0]") != strings.Index(qutest, "bell q[0]") {
		t.Errorf("the program is\n%s", source)
	}
	if !strings.Contains(string(cases[1].Source), "qubit r") || cases[1].Suite.Checks[0].Keys[0] != "0" {
		t.Errorf("got %+v", cases[1])
	}
}

func TestParseCommentsOfAProgram(t *testing.T) {
	cases, err := ParseComments("p.qasm", []byte("OPENQASM 2.0;\n//% rate 1e-3\n//% expect probability \"0?\" ~= 1/2 atol=0.1\n//%expect forbidden \"01\", \"10\"\n//% expect equal \"o.qasm\"\n"))
	if err != nil || len(cases) != 1 {
		t.Fatal(err)
	}
	got := cases[0].Suite.Checks
	if len(got) != 3 || got[0].P["0?"] != 0.5 || got[0].Tolerance != 0.1 || math.Abs(got[0].Rate-1e-3/3) > 1e-15 || len(got[1].Keys) != 2 || got[2].Target != "o.qasm" || got[2].Line != 5 {
		t.Errorf("got %+v", got)
	}
	if cases, err := ParseComments("p.qasm", []byte("OPENQASM 2.0;\n// nothing\n")); err != nil || cases[0].Suite != nil {
		t.Errorf("got %+v, %v", cases, err)
	}
}

func TestParseCommentsRefuses(t *testing.T) {
	for text, words := range map[string]string{
		"//% expects x":             `unknown word "expects"`,
		"//% backend noisy":         `backend "noisy"`,
		"//% expect entropy m <= 1": `unknown expectation "entropy"; known: distribution`,
		"//% expect distribution total_variation_distance <= 0.1": "a distance needs a distribution",
		"//% expect distribution ref [1]":                         "is no distribution",
		"//% expect distribution ref {\"0\": 0.4}":                "sum to 0.4",
		"//% expect marginal m p2 ~= 1":                           "marginal is written",
		"//% expect probability 00 ~= 1":                          "probability is written",
		"//% expect allowed 00":                                   "takes outcomes in quotes",
		"//% shots many":                                          `shots "many"`,
		"def test_x() {":                                          "the function test_x does not end",
	} {
		_, err := ParseComments("p.qasm", []byte("OPENQASM 3;\n"+text+"\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "p.qasm:2: ") || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// FuzzParse: whatever stands there, it is read or refused.
func FuzzParse(f *testing.F) {
	f.Add(qutest, "expect:\n  - distribution: {\"0\": 1}\n")
	f.Fuzz(func(_ *testing.T, source, yaml string) {
		_, _ = ParseComments("f", []byte(source))
		_, _ = ParseYAML("f", []byte(yaml))
	})
}
