package cli

import (
	"context"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// outcomesOf reads the line of a circuit that says what comes out of it, with exact probabilities:
//
//	// outcomes: 00 1/2, 11 1/2
func outcomesOf(t *testing.T, source string) map[string]float64 {
	t.Helper()
	const mark = "// outcomes: "
	_, rest, ok := strings.Cut(source, mark)
	if !ok {
		t.Fatalf("no line %q", mark)
	}
	line, _, _ := strings.Cut(rest, "\n")
	want := map[string]float64{}
	for entry := range strings.SplitSeq(line, ", ") {
		i := strings.LastIndex(entry, " ")
		p, ok := new(big.Rat).SetString(entry[i+1:])
		if !ok {
			t.Fatalf("%q is no probability", entry[i+1:])
		}
		want[entry[:i]], _ = p.Float64()
	}
	return want
}

func TestCircuits(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(circuitsDir, "*.qasm"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d circuits found (%v), a dozen are there", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := qasm.Load(file, source, qasm.Options{Strict: true})
			if len(p.Diagnostics) > 0 {
				t.Fatalf("not clean: %v", p.Diagnostics)
			}
			for _, plain := range []bool{false, true} {
				r, err := run.Circuit(context.Background(), p.Circuit, run.Options{Shots: 1, Probabilities: true, NoSimplify: plain})
				if err != nil {
					t.Fatal(err)
				}
				compareOutcomes(t, outcomesOf(t, string(source)), r)
			}
		})
	}
}

func compareOutcomes(t *testing.T, want map[string]float64, r *run.Report) {
	t.Helper()
	sum := 0.0
	for _, k := range r.Probabilities {
		sum += k.P
		if math.Abs(k.P-want[k.Key]) > 1e-9 {
			t.Errorf("P(%s) = %v, not %v", k.Key, k.P, want[k.Key])
		}
	}
	if !r.ProbabilitiesComplete || math.Abs(sum-1) > 1e-9 || len(r.Probabilities) != len(want) {
		t.Errorf("%d outcomes of total probability %v, %d expected", len(r.Probabilities), sum, len(want))
	}
}
