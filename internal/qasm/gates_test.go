package qasm

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestParameters holds the value that an expression has where the gate is applied, and in a definition with a = 3 and b = 0.5.
func TestParameters(t *testing.T) {
	for text, want := range map[string]float64{
		"1":                           1,
		"0":                           0,
		"1/2":                         0.5,
		"18446744073709551616":        18446744073709551616,
		"-2^2":                        -4,
		"2^3^2":                       512,
		"(1+2)*3-4/8":                 8.5,
		"pi":                          math.Pi,
		"-pi/4":                       -math.Pi / 4,
		"sin(pi/6)+cos(0)+tan(0)":     1.5,
		"exp(ln(2.5))":                2.5,
		"sqrt(2)*sqrt(2)":             2,
		"+1.5e0":                      1.5,
		".5+5.":                       5.5,
		"2/a":                         2.0 / 3,
		"a/2":                         1.5,
		"2-a":                         -1,
		"1-(2-(a-b))":                 1.5,
		"a^b":                         math.Sqrt(3),
		"2^a^b":                       math.Pow(2, math.Sqrt(3)),
		"b^2*4":                       1,
		"(1+1)*a+(3-1)*b":             7,
		"-a+-b":                       -3.5,
		"sin(a)*sin(a)+cos(a)*cos(a)": 1,
		"ln(exp(a*b))/b":              3,
		"1/(a-b)/(a+b)":               1 / 2.5 / 3.5,
	} {
		program := head + "qreg q[1];\nrx(" + text + ") q[0];"
		if strings.ContainsAny(strings.NewReplacer("tan", "", "exp", "").Replace(text), "ab") {
			program = head + "qreg q[1];\ngate g(a,b) x { rx(" + text + ") x; }\ngate outer(c) x { g(c*6,c) x; }\nouter(0.5) q[0];"
		}
		p := Load("test.qasm", []byte(program), Options{Strict: true})
		if p.Circuit == nil {
			t.Errorf("%s:\n%s", text, rendered(p))
			continue
		}
		if got := p.Circuit.Params(p.Circuit.Ops[0])[0]; !near(got, want) {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// TestWideGates holds that a repeated qubit is found among many operands too, of which there are too many to compare all pairs.
func TestWideGates(t *testing.T) {
	const n = 40
	names := make([]string, n)
	operands := make([]string, n)
	for i := range n {
		names[i], operands[i] = fmt.Sprintf("a%d", i), fmt.Sprintf("q[%d]", i)
	}
	define := func(body string) string {
		return head + fmt.Sprintf("gate wide %s { cx a0,a%d; }\ngate outer %s { %s }\nqreg q[%d];\nqreg r[%d];\n",
			strings.Join(names, ","), n-1, strings.Join(names, ","), body, n, n)
	}
	with := func(list []string, i int, s string) string {
		out := append([]string(nil), list...)
		out[i] = s
		return strings.Join(out, ",")
	}
	for _, test := range []struct{ text, codes string }{
		{define("wide "+strings.Join(names, ",")+";") + "outer " + strings.Join(operands, ",") + ";", ""},
		{define("wide " + with(names, 30, "a7") + ";"), "duplicate_qubit"},
		{define("") + "wide " + with(operands, 30, "q[7]") + ";", "duplicate_qubit"},
		{define("") + "wide " + with(operands, 30, "q") + ";", "duplicate_qubit"},
		{define("") + "wide " + with(operands, 0, "q") + ";", "duplicate_qubit"},
		{define("") + "wide " + with(operands, 30, "r") + ";", ""},
		{define("") + "wide " + strings.Replace(with(operands, 30, "r"), "q[3],", "r,", 1) + ";", "duplicate_qubit"},
	} {
		p := Load("test.qasm", []byte(test.text), Options{})
		if got := codes(p); got != test.codes {
			t.Errorf("%q, want %q:\n%s", got, test.codes, rendered(p))
		}
	}
	p := Load("test.qasm", []byte(define("")+"wide "+with(operands, 30, "r")+";"), Options{})
	if len(p.Circuit.Ops) != n {
		t.Errorf("%d operations of a broadcast over %d", len(p.Circuit.Ops), n)
	}
}
