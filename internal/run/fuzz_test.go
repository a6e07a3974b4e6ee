package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// FuzzExecute reads and runs whatever the fuzzer writes, under small limits: every text has an outcome or an error in words, soon.
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
		p := qasm.Load("fuzz.qasm", text, qasm.Options{MaxOps: 1 << 12, UnrollSteps: 1 << 18, ReadFile: func(string) ([]byte, error) { return nil, errors.New("no files") }})
		w := run.Workload{Circuit: p.Circuit, Program: p.Program}
		if w.Empty() || w.Qubits() > 12 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		seed := uint64(1)
		r, err := run.Run(ctx, w, run.Options{Shots: 3, Seed: &seed, MaxSteps: 1 << 18, MaxMemory: 256 << 20, Variables: true})
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
		}
	})
}
