package run_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/emit"
	"github.com/softquantus/qcos/internal/qasm/format"
	"github.com/softquantus/qcos/internal/run"
)

// FuzzExecute reads and runs whatever the fuzzer writes, under small limits: every text has an outcome or an error in words, soon, and
// the same one however it is read, laid out and run.
func FuzzExecute(f *testing.F) {
	for _, folder := range []string{"qasm3-exec", "qasm3-valid"} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpora", folder, "*.qasm"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil && len(text) < 4096 {
				f.Add(text)
			}
		}
	}
	f.Add([]byte("OPENQASM 3.0;\nqubit q;\nbit b = 1;\nwhile (b) { reset q; U(1, 2, 3) q; b = measure q; }\n"))
	f.Add([]byte("def f(int x) -> int { return f(x + 1); }\nint y = f(0);\n"))
	f.Add([]byte("qubit[2] q; float k = 0.3; pow(k) @ ctrl @ U(k, 0, 0) q[0], q[1];\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		p := loadSmall(text, qasm.Options{})
		report := runSmall(t, p)
		if report == nil {
			return
		}
		sameCounts(t, "by the specification alone", report, loadSmall(text, qasm.Options{Strict: true}))
		if laid := format.Source("fuzz.qasm", text); laid.Text != nil {
			sameCounts(t, "formatted", report, loadSmall(laid.Text, qasm.Options{}))
		}
		if p.Circuit != nil && !exact(p.Circuit) {
			return
		}
		if p.Program != nil {
			sameDistribution(t, "as a program", report, loadSmall(text, qasm.Options{Whole: true}))
		}
		if p.Circuit == nil || !slices.ContainsFunc(p.Circuit.Ops, func(op circuit.Op) bool { return op.Kind == circuit.Measure }) {
			return // its circuit does not say whether it would measure
		}
		if c, err := emit.Plain(p.Circuit, p.Program); err == nil {
			for name, d := range map[string]gate.Dialect{"OpenQASM 2": gate.QASM2, "OpenQASM 3": gate.QASM3} {
				if converted, err := emit.Source(c, d); err == nil {
					sameDistribution(t, "converted to "+name, report, loadSmall(converted, qasm.Options{}))
				}
			}
		}
	})
}

// loadSmall reads a program under small limits.
func loadSmall(text []byte, o qasm.Options) *qasm.Program {
	o.MaxOps, o.UnrollSteps = 1<<12, 1<<18
	o.ReadFile = func(string) ([]byte, error) { return nil, errors.New("no files") }
	return qasm.Load("fuzz.qasm", text, o)
}

// runSmall runs a program under small limits. It is nil where that is too much or the program fails, which must be in words.
func runSmall(t *testing.T, p *qasm.Program) *run.Report {
	t.Helper()
	w := run.Workload{Circuit: p.Circuit, Program: p.Program}
	if w.Empty() || w.Qubits() > 12 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	seed := uint64(1)
	r, err := run.Run(ctx, w, run.Options{Shots: 3, Seed: &seed, MaxSteps: 1 << 18, MaxMemory: 256 << 20, Variables: true, Probabilities: true})
	var fault *run.ProgramError
	var infeasible *run.InfeasibleError
	switch {
	case errors.As(err, &fault):
		if fault.Detail == "" {
			t.Error("a fault without words")
		}
	case errors.As(err, &infeasible):
	case err != nil:
		t.Fatal(err)
	case len(r.Counts) == 0:
		t.Error("no counts")
	default:
		return r
	}
	return nil
}

// exact reports whether rounding has no say in what a circuit does.
func exact(c *circuit.Circuit) bool {
	for _, op := range c.Ops {
		if op.Kind != circuit.Gate {
			continue
		}
		if op.Gate == gate.Unitary {
			return false // a matrix to a great power need not be unitary
		}
		for _, x := range c.Params(op) {
			if math.Abs(x) > 1e4 {
				return false
			}
		}
	}
	return true
}

// sameCounts holds the counts of the same program in another form, where it can be run at all, against the report of the first.
func sameCounts(t *testing.T, form string, want *run.Report, p *qasm.Program) {
	t.Helper()
	if got := runSmall(t, p); got != nil && fmt.Sprint(got.Counts, got.Joint) != fmt.Sprint(want.Counts, want.Joint) {
		t.Errorf("%s it gives %v %v, not %v %v", form, got.Counts, got.Joint, want.Counts, want.Joint)
	}
}

// sameDistribution likewise compares exact probabilities.
func sameDistribution(t *testing.T, form string, want *run.Report, p *qasm.Program) {
	t.Helper()
	got := runSmall(t, p)
	if got == nil || !got.ProbabilitiesComplete || !want.ProbabilitiesComplete {
		return
	}
	difference := map[string]float64{}
	for _, x := range want.Probabilities {
		difference[x.Key] += x.P
	}
	for _, x := range got.Probabilities {
		difference[x.Key] -= x.P
	}
	for key, d := range difference {
		if math.Abs(d) > 1e-6 {
			t.Errorf("%s the probability of %q differs by %g", form, key, d)
		}
	}
}
