package run_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// author writes random OpenQASM 2 programs: gates of the library, gates of their own, measurement, reset and conditions anywhere.
type author struct {
	*rand.Rand
	strings.Builder
	qubits, clbits int
	unitary        bool
}

func (a *author) program(statements int) string {
	a.WriteString("OPENQASM 2.0;\ninclude \"qelib1.inc\";\ngate mine(x) a,b { rx(x) a; cx a,b; u3(x/2,-x,pi/3) b; }\n")
	fmt.Fprintf(a, "qreg q[%d];\ncreg c[%d];\ncreg d[%d];\n", a.qubits, a.clbits, a.clbits)
	for range statements {
		if !a.unitary && a.IntN(5) == 0 {
			fmt.Fprintf(a, "if(%s==%d) ", a.register(), a.IntN(1<<a.clbits))
		}
		switch k := a.IntN(20); {
		case k == 0 && !a.unitary:
			fmt.Fprintf(a, "reset q[%d];\n", a.IntN(a.qubits))
		case k < 4 && !a.unitary:
			fmt.Fprintf(a, "measure q[%d] -> %s[%d];\n", a.IntN(a.qubits), a.register(), a.IntN(a.clbits))
		default:
			a.gate()
		}
	}
	return a.String()
}

func (a *author) register() string { return []string{"c", "d"}[a.IntN(2)] }

func (a *author) gate() {
	all := gate.All()
	for {
		g := &all[a.IntN(len(all))]
		if g.Homes[gate.QASM2] != gate.Library || len(g.Operands) > a.qubits {
			continue
		}
		name, params, operands := g.Name, len(g.Params), len(g.Operands)
		if a.IntN(12) == 0 {
			name, params, operands = "mine", 1, 2
		}
		var ps, qs []string
		for range params {
			ps = append(ps, []string{"pi/2", "pi", "-pi/4", "0", fmt.Sprintf("%.6f", a.Float64()*7)}[a.IntN(5)])
		}
		for _, q := range a.Perm(a.qubits)[:operands] {
			qs = append(qs, fmt.Sprintf("q[%d]", q))
		}
		if params > 0 {
			name += "(" + strings.Join(ps, ",") + ")"
		}
		fmt.Fprintf(a, "%s %s;\n", name, strings.Join(qs, ","))
		return
	}
}

// rounds is how many random programs a test tries.
func rounds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

func eachProgram(t *testing.T, n int, unitary bool, check func(t *testing.T, text string, r *rand.Rand)) {
	seed := uint64(time.Now().UnixNano())
	for i := range rounds(n) {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		a := &author{Rand: r, qubits: 2 + r.IntN(4), clbits: 1 + r.IntN(2), unitary: unitary}
		text := a.program(5 + r.IntN(30))
		check(t, text, r)
		if t.Failed() {
			t.Fatalf("seed %d, round %d:\n%s", seed, i, text)
		}
	}
}

// TestEveryWayAgrees runs random programs with and without the simplifier, by every method that can, in both precisions, and
// compares the exact distributions with the reference's.
func TestEveryWayAgrees(t *testing.T) {
	eachProgram(t, 300, false, func(t *testing.T, text string, r *rand.Rand) {
		c := load(t, text)
		want := map[string]float64{}
		if slices.ContainsFunc(c.Ops, func(op circuit.Op) bool { return op.Kind == circuit.Measure }) {
			for bits, p := range reference.Distribution(c) {
				n := c.Cregs[1].Size // printed highest bit first: register d, then c
				want[bits[:n]+" "+bits[n:]] += p
			}
		} else {
			all := c.Clone()
			for q := range uint32(c.NumQubits) {
				all.AddMeasure(q, all.AddCreg("meas", 1).First)
			}
			for bits, p := range reference.Distribution(all) {
				want[bits[:c.NumQubits]] += p
			}
		}
		for _, o := range ways(r) {
			got, err := run.Circuit(context.Background(), c, o)
			var unable *run.InfeasibleError
			if errors.As(err, &unable) && o.Method == "basis" {
				continue
			}
			if err != nil {
				t.Errorf("%+v: %v", o, err)
				continue
			}
			agree(t, fmt.Sprintf("method %s, precision %s, simplified %v", got.Plan.Method, got.Plan.Precision, !o.NoSimplify), want, got)
		}
	})
}

func ways(r *rand.Rand) []run.Options {
	seed := r.Uint64()
	var out []run.Options
	for _, method := range []string{"statevector", "basis"} {
		for _, precision := range []sim.Precision{sim.Double, sim.Single} {
			for _, plain := range []bool{false, true} {
				out = append(out, run.Options{Shots: 1, Seed: &seed, Method: method, Precision: precision, NoSimplify: plain, Probabilities: true})
			}
		}
	}
	return out
}

func agree(t *testing.T, way string, want map[string]float64, got *run.Report) {
	t.Helper()
	tol := 1e-10
	if got.Plan.Precision == sim.Single && got.Plan.Method == "statevector" {
		tol = 1e-4
	}
	sum := 0.0
	for _, p := range got.Probabilities {
		sum += p.P
		if math.Abs(p.P-want[p.Key]) > tol {
			t.Errorf("%s: P(%s) = %g, want %g", way, p.Key, p.P, want[p.Key])
		}
	}
	if math.Abs(sum-1) > tol {
		t.Errorf("%s: the probabilities sum to %g", way, sum)
	}
	if want[got.Counts[0].Key] < tol {
		t.Errorf("%s: drew %s, which cannot be", way, got.Counts[0].Key)
	}
}

// TestStateVectors compares amplitudes, global phase included, with the reference's.
func TestStateVectors(t *testing.T) {
	eachProgram(t, 300, true, func(t *testing.T, text string, r *rand.Rand) {
		c := load(t, text)
		want := reference.State(c)
		for _, plain := range []bool{false, true} {
			got, err := run.Circuit(context.Background(), c, run.Options{Shots: 1, NoSimplify: plain, StateVector: true})
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range got.StateVector {
				if cmplx.Abs(a-want[i]) > 1e-10 {
					t.Errorf("simplified %v: amplitude %d is %g, want %g", !plain, i, a, want[i])
				}
			}
		}
	})
}

// TestThreadsNeverChangeCounts: the same seed gives the same counts on any number of threads, on circuits wide enough to be divided.
func TestThreadsNeverChangeCounts(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for range 4 {
		a := &author{Rand: r, qubits: 17, clbits: 8}
		text := a.program(60) + "measure q[0] -> c[0]; measure q[16] -> c[1]; measure q[5] -> d[7];\n"
		for q := range 17 {
			text = strings.Replace(text, "creg d[8];\n", fmt.Sprintf("creg d[8];\nry(%d.3) q[%d];\n", q, q), 1)
		}
		c := load(t, text)
		var first *run.Report
		for threads := 1; threads <= 3; threads++ {
			got, err := run.Circuit(context.Background(), c, run.Options{Shots: 2000, Seed: &seed, Threads: threads, Memory: true})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			} else if !slices.Equal(first.Counts, got.Counts) || !slices.Equal(first.Memory, got.Memory) {
				t.Fatalf("seed %d: %d threads give other counts than 1:\n%s", seed, threads, text)
			}
		}
	}
}
