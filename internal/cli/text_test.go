package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
)

func report(counts ...run.Count) *run.Report {
	r := &run.Report{Counts: counts, Seed: 5, Duration: 1500 * time.Microsecond, Plan: &plan.Plan{Candidate: plan.Candidate{Method: "statevector", Precision: sim.Double}}}
	for _, c := range counts {
		r.Shots += c.N
	}
	return r
}

func TestWriteText(t *testing.T) {
	var b bytes.Buffer
	r := &result{in: input{"a.qasm"}, program: &qasm.Program{}, report: report(run.Count{Key: "10 1", N: 8000}, run.Count{Key: "00 1", N: 1999}, run.Count{Key: "11 1", N: 1})}
	r.writeText(&b, textStyle{width: 60})
	want := `a.qasm  10,000 shots · statevector · 1.5 ms · seed 5
  10 1  8,000  80.0 %  ████████████████████████████████████
  00 1  1,999  20.0 %  █████████
  11 1      1  <0.1 %  ▏
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestNarrow: bars give way before lines break; long keys are never cut.
func TestNarrow(t *testing.T) {
	for _, width := range []int{1, 40, 79, 200} {
		for _, bits := range []int{1, 20, 300} {
			var b bytes.Buffer
			key := strings.Repeat("0", bits)
			r := &result{in: input{"a"}, report: report(run.Count{Key: key, N: 3})}
			r.writeText(&b, textStyle{width: width})
			line := strings.Split(b.String(), "\n")[1]
			if !strings.Contains(line, key) {
				t.Errorf("width %d, %d bits: %q", width, bits, line)
			}
			if n := len([]rune(line)); strings.Contains(line, "█") && n > width {
				t.Errorf("width %d, %d bits: a line of %d columns", width, bits, n)
			}
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.00 ms", 12 * time.Microsecond: "0.01 ms", 1500 * time.Microsecond: "1.5 ms", 999400 * time.Microsecond: "999 ms",
		1234 * time.Millisecond: "1.23 s", 59 * time.Second: "59.0 s", 123400 * time.Millisecond: "2m3s",
	} {
		if got := shortTime(d); got != want {
			t.Errorf("%v: %q, not %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %q, not %q", n, got, want)
		}
	}
	for f, want := range map[float64]string{0: " 0.0 %", 0.0001: "<0.1 %", 0.5: "50.0 %", 0.99999: "99.9 %", 1: "100.0 %"} {
		if got := percent(f); got != want {
			t.Errorf("%v: %q, not %q", f, got, want)
		}
	}
	for s, want := range map[float64]string{1e9: "more than a year", 3 * 24 * 3600: "3 days", 0.5: "500 ms"} {
		if got := shortSeconds(s); got != want {
			t.Errorf("%v: %q, not %q", s, got, want)
		}
	}
}
