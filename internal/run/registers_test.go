package run_test

import (
	"context"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// TestRegistersAreThoseOfKeys runs programs of every sort and holds their keys against the registers.
func TestRegistersAreThoseOfKeys(t *testing.T) {
	for source, want := range map[string]string{
		"OPENQASM 2.0; qreg q[2]; creg a[2]; creg b[1]; measure q[0] -> b[0];":                   "a 2, b 1",
		"OPENQASM 2.0; qreg q[3]; creg a[2];":                                                    "meas 3",
		"OPENQASM 3; qubit[2] q; bit[2] a; bit b; int x = 2; b = measure q[0];":                  "a 2, b 1",
		"OPENQASM 3; qubit q; bit[2] a; while (a[0] == 0) { U(1.5, 0, 0) q; a[0] = measure q; }": "a 2",
		"OPENQASM 3; bit[3] a = \"101\";":                                                        "a 3",
		"OPENQASM 3; qubit[2] q; bit[2] a; a = measure q; output bit[1] b;":                      "a 2, b 1",
		// What never happens is a measurement all the same; what stands in a subroutine that nothing calls is none.
		"OPENQASM 3; qubit[3] q; bit[2] a; if (false) { a[0] = measure q[0]; }":                                               "a 2",
		"OPENQASM 3; qubit[3] q; bit[2] a; int n = 1; if (n > 2) { a[0] = measure q[0]; }":                                    "a 2",
		"OPENQASM 3; qubit[3] q; bit[2] a; def f(qubit p) -> bit { return measure p; } while (a[0] == 1) { a[0] = f(q[0]); }": "a 2",
		"OPENQASM 3; qubit[3] q; bit[2] a; def f(qubit p) -> bit { return measure p; } def g(qubit p) { f(p); }":              "meas 3",
		"OPENQASM 3; qubit[3] q; bit[2] a; for int i in [0:1000000000000] { if (i > 9) { end; } if (i < 0) { measure q; } }":  "a 2",
	} {
		p := qasm.Load("p", []byte(source), qasm.Options{})
		if p.Diagnostics.HasErrors() {
			t.Errorf("%s: %v", source, p.Diagnostics)
			continue
		}
		w := run.Workload{Circuit: p.Circuit, Program: p.Program}
		var names, zeros []string
		for _, r := range w.Registers() {
			names = append(names, r.Name+" "+string(rune('0'+r.Size)))
			zeros = append([]string{strings.Repeat("0", r.Size)}, zeros...)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: registers %s, want %s", source, got, want)
		}
		report, err := run.Run(context.Background(), w, run.Options{Shots: 1})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if key := strings.ReplaceAll(report.Counts[0].Key, "1", "0"); key != strings.Join(zeros, " ") {
			t.Errorf("%s: the key is %q, the registers %s", source, report.Counts[0].Key, want)
		}
	}
}

// TestFunctionsThatNobodyCallsDoNotCount: neither as quantum operations behind the circuit nor as a measurement.
func TestFunctionsThatNobodyCallsDoNotCount(t *testing.T) {
	const head = "OPENQASM 3; include \"stdgates.inc\"; def f(qubit[2] q) -> bit { h q[0]; cx q[0], q[1]; return measure q[0]; } qubit[2] r; x r[1]; "
	for rest, want := range map[string]string{"bit[2] c; c = measure r;": "10", "": "10", "bit b; b = f(r);": "?"} {
		p := qasm.Load("p", []byte(head+rest), qasm.Options{})
		if p.Diagnostics.HasErrors() {
			t.Fatalf("%s: %v", rest, p.Diagnostics)
		}
		report, err := run.Run(context.Background(), run.Workload{Circuit: p.Circuit, Program: p.Program}, run.Options{Shots: 64})
		if err != nil {
			t.Errorf("%q: %v", rest, err)
		} else if key := report.Counts[0].Key; key != want && want != "?" || want == "?" && len(key) != 1 {
			t.Errorf("%q: the key is %q", rest, key)
		}
	}
}
