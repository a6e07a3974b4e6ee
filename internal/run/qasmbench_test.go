package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
)

const qasmbench = "../../../shared/corpora/qasmbench"

// expected is a file of qasmbench/results; its README says what the members mean.
type expected struct {
	File       string
	NumQubits  int `json:"num_qubits"`
	Cregs      []creg
	Invalid    any
	Infeasible any
	Support    *int
	Complete   bool
	Outcomes   map[string]float64
	Marginals  []float64
	Pairs      [][3]float64
}

type creg struct {
	name string
	size int
}

func (r *creg) UnmarshalJSON(text []byte) error {
	var pair [2]any
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	r.name, r.size = pair[0].(string), int(pair[1].(float64))
	return nil
}

func readExpected(t *testing.T, name string) *expected {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(qasmbench, "results", name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

const (
	maxQubits  = 24 // after simplification: wider circuits are not this test's business where a dense engine would be needed
	maxExact   = 1 << 14
	testShots  = 4096
	tooSlow    = 8.0 // estimated seconds: such circuits are run by `make check-corpora`, not by the tests
	sigma      = 5.0
	doubleTol  = 1e-9
	singleTol  = 1e-5
	listedTol  = 1e-12 // digits of the listed outcomes
	marginTol  = 1e-9  // digits of the marginals and pairs
	roundedTol = listedTol + marginTol
)

// TestQASMBench runs every OpenQASM 2 file that needs maxQubits or fewer once it is simplified, in both precisions, and compares
// with the known results: exact probabilities where there are few outcomes, else counts at 5 sigma.
func TestQASMBench(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(qasmbench, "*", "*.qasm"))
	if len(files) == 0 {
		t.Skip("SKIPPED: the corpora are absent: ../shared/corpora/qasmbench")
	}
	compared := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".qasm")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text[:min(len(text), 2000)]), "OPENQASM 3") {
				t.Skip("OpenQASM 3")
			}
			want := readExpected(t, name)
			p := qasm.Load(name, text, qasm.Options{})
			if p.Circuit == nil {
				if want == nil || want.Invalid == nil {
					if !strings.HasPrefix(name, "vqe_uccsd_n") && name != "QAOA_3SAT_N1000_p1" {
						t.Fatalf("refused: %v", p.Diagnostics)
					}
				}
				return
			}
			x, err := run.Explain(run.Workload{Circuit: p.Circuit}, run.Options{Shots: testShots})
			if err != nil {
				t.Fatal(err)
			}
			if x.Simplified.NumQubits > maxQubits && (x.Plan == nil || x.Plan.Method == "statevector") {
				t.Skipf("%d qubits", x.Simplified.NumQubits)
			}
			if x.Plan == nil {
				t.Fatalf("refused: %v", x.Refusal)
			}
			if x.Plan.Seconds > tooSlow {
				t.Skipf("SKIPPED: estimated at %.0f s; make check-corpora runs it", x.Plan.Seconds)
			}
			for _, precision := range []sim.Precision{sim.Double, sim.Single} {
				if x.Plan.Method != "statevector" && precision == sim.Single {
					continue
				}
				r := execute(t, p, want, precision)
				if want != nil {
					compared++
					compare(t, want, r, precision)
				}
			}
		})
	}
	if compared < 80 {
		t.Errorf("compared %d results only", compared)
	}
}

func isExact(want *expected) bool {
	return want != nil && want.Support != nil && *want.Support <= maxExact
}

func execute(t *testing.T, p *qasm.Program, want *expected, precision sim.Precision) *run.Report {
	t.Helper()
	seed := uint64(7)
	r, err := run.Circuit(context.Background(), p.Circuit, run.Options{
		Shots: testShots, Seed: &seed, Precision: precision, Probabilities: isExact(want),
	})
	if err != nil {
		t.Fatalf("%s: %v", precision, err)
	}
	return r
}

// sample is what a result can be compared by: weights of keys that sum to total, compared within slack of their probability.
type sample struct {
	weights map[string]float64
	total   float64
	within  func(p float64) float64
}

func compare(t *testing.T, want *expected, r *run.Report, precision sim.Precision) {
	t.Helper()
	counts := sample{map[string]float64{}, testShots, func(p float64) float64 {
		return sigma*math.Sqrt(testShots*p*(1-p)) + 2*math.Min(1, 1e3*math.Min(p, 1-p))
	}}
	for _, c := range r.Counts {
		counts.weights[c.Key] += float64(c.N)
	}
	counts.check(t, want, precision, "counts")
	if r.Probabilities != nil && r.ProbabilitiesComplete {
		tol := doubleTol
		if precision == sim.Single {
			tol = singleTol
		}
		exact := sample{map[string]float64{}, 1, func(float64) float64 { return tol + roundedTol }}
		for _, p := range r.Probabilities {
			exact.weights[p.Key] += p.P
		}
		exact.check(t, want, precision, "probabilities")
	}
}

func (s sample) check(t *testing.T, want *expected, precision sim.Precision, what string) {
	t.Helper()
	for key, p := range want.Outcomes {
		s.near(t, p, s.weights[key], "%s %s: P(%s)", precision, what, key)
	}
	ones := make([]float64, len(want.Marginals))
	differ := make([]float64, len(want.Pairs))
	stray := 0.0
	for key, w := range s.weights {
		if _, listed := want.Outcomes[key]; !listed {
			stray += w
		}
		bits := bitsOf(t, key, want.Cregs)
		for i := range ones {
			ones[i] += w * float64(bits[i])
		}
		for i, pair := range want.Pairs {
			differ[i] += w * float64(bits[int(pair[0])]^bits[int(pair[1])])
		}
	}
	if want.Complete {
		s.near(t, 0, stray, "%s %s: outside the support", precision, what)
	}
	for i, p := range want.Marginals {
		s.near(t, p, ones[i], "%s %s: P(bit %d)", precision, what, i)
	}
	for i, pair := range want.Pairs {
		s.near(t, pair[2], differ[i], "%s %s: P(bit %v xor bit %v)", precision, what, pair[0], pair[1])
	}
}

func (s sample) near(t *testing.T, p, got float64, format string, args ...any) {
	t.Helper()
	p = math.Min(1, math.Max(0, p))
	if math.Abs(got-p*s.total) > s.within(p) {
		t.Errorf(format+": %g, want %g", append(args, got/s.total, p)...)
	}
}

// bitsOf reads a key back: registers in order of declaration, bit 0 of each first.
func bitsOf(t *testing.T, key string, cregs []creg) []int {
	t.Helper()
	var bits []int
	parts := strings.Split(key, " ")
	if len(parts) != len(cregs) {
		t.Fatalf("key %q has %d registers, %d are declared", key, len(parts), len(cregs))
	}
	for i, r := range cregs {
		part := parts[len(parts)-1-i]
		if len(part) != r.size {
			t.Fatalf("register %s of %d bits is %q", r.name, r.size, part)
		}
		for k := r.size - 1; k >= 0; k-- {
			bits = append(bits, int(part[k]-'0'))
		}
	}
	return bits
}
