package run_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/reference"
	programs "github.com/softquantus/qcos/internal/qasm/reference/author"
	"github.com/softquantus/qcos/internal/run"
)

// TestProgramsAgreeWithReference runs random programs as users do, flattened or as they are, by whatever method the planner takes, and compares
// with the interpreter of package reference: the exact distribution of the registers, and the variables that shots leave.
func TestProgramsAgreeWithReference(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	ran := 0
	for i := range uint64(rounds(400)) {
		r := rand.New(rand.NewPCG(seed, i))
		text := programs.Program(r, 2+r.IntN(14)) + "qubit last;\nh last;\nbit outcome = measure last;\n" // so that the counts are of the registers
		all, err := reference.Run([]byte(text), nil, reference.Limits{Steps: 20_000, Histories: 64})
		if err != nil {
			continue
		}
		p := qasm.Load("test.qasm", []byte(text), qasm.Options{Whole: r.IntN(2) == 0})
		w := run.Workload{Circuit: p.Circuit, Program: p.Program}
		if w.Empty() {
			continue
		}
		ran++
		report, err := run.Run(context.Background(), w, run.Options{Shots: 20, Seed: &seed, Probabilities: true, Variables: true, NoSimplify: r.IntN(2) == 0, Method: "statevector"})
		var unable *run.InfeasibleError
		if errors.As(err, &unable) {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d, round %d: %v\n%s", seed, i, err, text)
		}
		compareReference(t, p, report, all)
		if t.Failed() {
			t.Fatalf("seed %d, round %d:\n%s", seed, i, text)
		}
	}
	if ran < rounds(400)/8 {
		t.Errorf("seed %d: only %d programs ran", seed, ran)
	}
}

func compareReference(t *testing.T, p *qasm.Program, report *run.Report, all []reference.History) {
	t.Helper()
	want, possible := map[string]float64{}, map[string]bool{}
	for _, h := range all {
		values, vars := map[string]string{}, ""
		for _, v := range h.Vars {
			values[v.Name] = v.Value
			vars += v.Value + ";"
		}
		key := ""
		for _, c := range p.Program.Cregs {
			v, ok := values[c.Name]
			if !ok {
				return // there are outputs, and this is none
			}
			key = strings.TrimSuffix(v+" "+key, " ")
		}
		want[key] += h.P
		possible[vars] = true
	}
	for _, got := range report.Probabilities {
		if math.Abs(want[got.Key]-got.P) > 1e-7 {
			t.Errorf("P(%s) = %g, want %g", got.Key, got.P, want[got.Key])
		}
		delete(want, got.Key)
	}
	for key, p := range want {
		if p > 1e-7 {
			t.Errorf("P(%s) = 0, want %g", key, p)
		}
	}
	for _, a := range report.Joint {
		vars := ""
		for _, v := range a.Values {
			vars += reference.Text(v) + ";"
		}
		if !possible[vars] {
			t.Errorf("the variables %s cannot be: %s", vars, fmt.Sprint(possible))
		}
	}
}

// TestPowerOfNothing raises a power that is the identity, and a phase, which are on no qubits.
func TestPowerOfNothing(t *testing.T) {
	const head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q;\nqubit r;\nu2(1, -pi/4) r;\nswap q[1], r;\n"
	for _, text := range []string{"pow(1.5) @ pow(-2) @ cswap q[1], r, q[2];", "ctrl @ pow(0.5) @ pow(0) @ h q[1], r;", "ctrl @ pow(0.5) @ gphase(0.3) q[1];"} {
		if _, err := run.Run(context.Background(), load3(t, head+text), run.Options{Shots: 1}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
