package qasm

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCorners pins what is made of every program of the corpus of ambiguous corners: refused or not, in both modes, with which warnings and
// what result. docs/openqasm.md says why. Run with -update and read the difference where it is meant to change.
func TestCorners(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora, "qasm3-ambiguous/*.qasm"))
	if len(files) == 0 {
		t.Skip("the corpus ../shared/corpora/qasm3-ambiguous is not here: this test runs only beside it")
	}
	golden := filepath.Join(testdata, "corners.txt")
	var got strings.Builder
	for _, file := range files {
		got.WriteString(corner(t, file))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Errorf("testdata/qasm/corners.txt, line %d:\n%s\nwant:\n%s", i+1, strings.Join(a[i:min(i+1, len(a))], "\n"), strings.Join(b[i:min(i+1, len(b))], "\n"))
		}
	}
	if len(files) < 100 {
		t.Errorf("%d programs only", len(files))
	}
	docs, err := os.ReadFile("../../docs/openqasm.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".qasm"); !strings.Contains(string(docs), "`"+name+"`") {
			t.Errorf("docs/openqasm.md does not say what is done with the corner %s", name)
		}
	}
}

// corner is a program in a line or two: how it is received, and what it gives.
func corner(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", strings.TrimSuffix(filepath.Base(file), ".qasm"))
	p := Load(file, text, Options{})
	strict := Load(file, text, Options{Strict: true})
	b.WriteString(verdict(p))
	if s := verdict(strict); s != verdict(p) {
		fmt.Fprintf(&b, "; strict: %s", s)
	}
	b.WriteString("\n")
	if p.Diagnostics.HasErrors() || p.Program == nil {
		return b.String()
	}
	for _, line := range outcomes(t, p) {
		fmt.Fprintf(&b, "    %s\n", line)
	}
	return b.String()
}

// verdict is how a program is received.
func verdict(p *Program) string {
	word, codes := "accepted", []string{}
	for _, d := range p.Diagnostics {
		if d.Code != "missing_version" && !slices.Contains(codes, d.Code) && (d.Severity == 0) == p.Diagnostics.HasErrors() {
			codes = append(codes, d.Code)
		}
	}
	if p.Diagnostics.HasErrors() {
		word = "refused"
	}
	if len(codes) == 0 {
		return word
	}
	return word + ", " + strings.Join(codes, ", ")
}

// outcomes are the results of a program: values of variables, and the state where there is one, each with its probability.
func outcomes(t *testing.T, p *Program) []string {
	var lines []string
	probability := map[string]float64{}
	for _, h := range runAll(t, p) {
		var parts []string
		for _, v := range p.Program.Vars {
			text, err := json.Marshal(v.Type.JSON(h.mem[v.Slot : int(v.Slot)+v.Type.Words()]))
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, v.Name+" = "+string(text))
		}
		if len(h.state) > 1 {
			parts = append(parts, amplitudes(h.state))
		}
		line := strings.Join(parts, "; ")
		if probability[line] == 0 {
			lines = append(lines, line)
		}
		probability[line] += h.p
	}
	for i, line := range lines {
		if p := probability[line]; p < 1-1e-9 {
			lines[i] = fmt.Sprintf("%.4g: %s", p, line)
		}
	}
	return lines
}

func amplitudes(state []complex128) string {
	n := 0
	for 1<<n < len(state) {
		n++
	}
	var parts []string
	for i, a := range state {
		if cmplx.Abs(a) > 1e-9 {
			parts = append(parts, fmt.Sprintf("%s|%0*b>", shortComplex(a), n, i))
		}
	}
	return strings.Join(parts, " + ")
}

func shortComplex(a complex128) string {
	round := func(x float64) float64 { return math.Round(x*1e4)/1e4 + 0 }
	return fmt.Sprintf("(%g%+gi)", round(real(a)), round(imag(a)))
}
