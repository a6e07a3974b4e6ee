package pass_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/pass"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/sim/reference"
)

const qasmbench = "../../../shared/corpora/qasmbench/"

// program is a circuit of QASMBench.
type program struct {
	name    string
	circuit *circuit.Circuit
}

// programs reads all of a folder that can be read; the front end's own tests tell which those are.
func programs(tb testing.TB, folder string) []program {
	files, err := filepath.Glob(qasmbench + folder + "/*.qasm")
	if err != nil || len(files) == 0 {
		tb.Skipf("skipped: the collection of programs is not here: %s%s", qasmbench, folder)
	}
	var out []program
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		if c := qasm.Load(f, text, qasm.Options{}).Circuit; c != nil {
			out = append(out, program{strings.TrimSuffix(filepath.Base(f), ".qasm"), c})
		}
	}
	if len(out) < 20 {
		tb.Fatalf("only %d programs of %s could be read", len(out), folder)
	}
	return out
}

// only returns the program of a name.
func only(t *testing.T, folder, name string) *circuit.Circuit {
	for _, p := range programs(t, folder) {
		if p.name == name {
			return p.circuit
		}
	}
	t.Fatalf("%s could not be read", name)
	return nil
}

func TestAllResetsOfTheWeldedTreeAreCertain(t *testing.T) {
	d, steps := pass.Simplify(only(t, "medium", "bwt_n21"), pass.Outcomes)
	certain, ofOne := 0, 0
	for _, s := range steps {
		certain += s.ResetsCertain
		ofOne += s.ResetsOfOne
	}
	if certain != 9207 || ofOne != 399 {
		t.Errorf("%d resets certain, %d of them of a 1; want 9207 and 399", certain, ofOne)
	}
	for _, op := range d.Ops {
		if op.Kind == circuit.Reset {
			t.Fatal("a reset is left")
		}
	}
	if d.NumQubits > 10 {
		t.Errorf("%d qubits are left, 10 suffice", d.NumQubits)
	}
}

// expected reads what a program must give.
func expected(t *testing.T, name string) (marginals []float64, ok bool) {
	text, err := os.ReadFile(qasmbench + "results/" + name + ".json")
	if err != nil {
		return nil, false
	}
	var r struct{ Marginals []float64 }
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Marginals, len(r.Marginals) > 0
}

// TestArithmeticIsCertain: of adders, multipliers and hidden strings nothing but constants is left, and they are the right ones.
func TestArithmeticIsCertain(t *testing.T) {
	certain := strings.Fields("adder_n10 adder_n28 adder_n64 adder_n118 adder_n433 bigadder_n18 bv_n14 bv_n280 multiplier_n15 multiplier_n75 multiplier_n400 multiply_n13 toffoli_n3 qram_n20")
	found, compared := map[string]bool{}, 0
	for _, folder := range []string{"small", "medium", "large"} {
		for _, p := range programs(t, folder) {
			d, _ := pass.Simplify(p.circuit, pass.Outcomes)
			if d.NumQubits > 0 {
				continue
			}
			found[p.name] = true
			if marginals, ok := expected(t, p.name); ok {
				compared++
				checkConstants(t, p.name, d, marginals)
			}
		}
	}
	for _, name := range certain {
		if !found[name] {
			t.Errorf("%s has qubits left", name)
		}
	}
	if compared < 15 {
		t.Errorf("only %d programs compared with known results", compared)
	}
}

func checkConstants(t *testing.T, name string, d *circuit.Circuit, marginals []float64) {
	bits := bitvec.New(d.NumClbits)
	for _, op := range d.Ops {
		if op.Kind != circuit.Assign || op.If != 0 {
			t.Fatalf("%s: an op of kind %d acts on no qubit", name, op.Kind)
		}
		bits.Set(int(op.Clbit()), op.Value())
	}
	if len(marginals) != bits.Len() {
		t.Fatalf("%s: %d marginals of %d clbits", name, len(marginals), bits.Len())
	}
	for i, p := range marginals {
		if bits.Get(i) != (p == 1) || p != 0 && p != 1 {
			t.Errorf("%s: clbit %d is %v, and 1 with probability %g", name, i, bits.Get(i), p)
		}
	}
}

// TestSmallProgramsKeepTheirOutcomes compares with the reference what it can run.
func TestSmallProgramsKeepTheirOutcomes(t *testing.T) {
	compared := 0
	for _, p := range programs(t, "small") {
		if p.circuit.NumQubits > 5 {
			continue
		}
		compared++
		d, _ := pass.Simplify(p.circuit, pass.Outcomes)
		before, after := reference.Distribution(p.circuit), reference.Distribution(d)
		for key, x := range before {
			if math.Abs(x-after[key]) > 1e-9 {
				t.Errorf("%s: outcome %s has probability %g, simplified %g", p.name, key, x, after[key])
			}
			delete(after, key)
		}
		for key, x := range after {
			if x > 1e-9 {
				t.Errorf("%s: outcome %s with probability %g came new", p.name, key, x)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d programs compared", compared)
	}
}

func BenchmarkSimplifyQASMBench(b *testing.B) {
	all, ops := programs(b, "large"), 0
	for _, p := range all {
		ops += len(p.circuit.Ops)
	}
	for b.Loop() {
		for _, p := range all {
			pass.Simplify(p.circuit, pass.Outcomes)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(ops), "ns/op-of-circuit")
}
