package qasm

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// programs lists a folder of testdata.
func programs(t *testing.T, folder string, least int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, folder, "*.qasm"))
	if err != nil || len(files) < least {
		t.Fatalf("%d programs in testdata/qasm/%s: %v", len(files), folder, err)
	}
	return files
}

// TestValid reads the valid programs, in strict mode too but for those named relaxed, and compares the exact distribution of their
// outcomes with the one that their first line expects: KEY=PROBABILITY, a key's registers separated by '_', the last declared leftmost.
func TestValid(t *testing.T) {
	for _, file := range programs(t, "valid", 15) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := Load(file, text, Options{})
		if p.Circuit == nil {
			t.Errorf("%s is refused:\n%s", file, rendered(p))
			continue
		}
		relaxed := strings.HasPrefix(filepath.Base(file), "relaxed")
		if strict := Load(file, text, Options{Strict: true}); strict.Diagnostics.HasErrors() != relaxed || relaxed && len(p.Diagnostics) == 0 {
			t.Errorf("%s: with --strict:\n%s\nwithout:\n%s", file, rendered(strict), rendered(p))
		}
		compareDistribution(t, file, expected(t, file, text), countsOrder(p.Circuit))
	}
}

func expected(t *testing.T, file string, text []byte) map[string]float64 {
	t.Helper()
	line, _, _ := bytes.Cut(text, []byte("\n"))
	list, ok := strings.CutPrefix(string(line), "// expect: ")
	if !ok {
		t.Fatalf("%s: the first line expects nothing", file)
	}
	want := map[string]float64{}
	for _, field := range strings.Fields(list) {
		key, value, _ := strings.Cut(field, "=")
		p, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		want[key] = p
	}
	return want
}

// countsOrder is the distribution of a circuit keyed as counts are, with '_' for blanks.
func countsOrder(c *circuit.Circuit) map[string]float64 {
	got := map[string]float64{}
	for bits, p := range reference.Distribution(c) {
		var parts []string
		for i := len(c.Cregs) - 1; i >= 0; i-- {
			end := len(bits) - int(c.Cregs[i].First)
			parts = append(parts, bits[end-c.Cregs[i].Size:end])
		}
		got[strings.Join(parts, "_")] += p
	}
	return got
}

// TestInvalid compares what is said of each invalid program with the golden file beside it.
func TestInvalid(t *testing.T) { compareMessages(t, "invalid", 15) }

// TestBroken does so for programs as people really write them by mistake: the messages were read one by one.
func TestBroken(t *testing.T) { compareMessages(t, "broken", 30) }

func compareMessages(t *testing.T, folder string, least int) {
	t.Helper()
	for _, file := range programs(t, folder, least) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := Load(file, text, Options{Strict: bytes.HasPrefix(text, []byte("// strict\n"))})
		if accepted := !p.Diagnostics.HasErrors(); accepted && len(p.Diagnostics) == 0 || accepted && folder == "invalid" || !accepted && p.Circuit != nil {
			t.Errorf("%s is accepted", file)
		}
		// The position leads to the file from wherever the test runs; the golden file names it alone.
		got := strings.ReplaceAll(rendered(p), filepath.Join(testdata, folder)+"/", "")
		golden := strings.TrimSuffix(file, ".qasm") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: run with -update and look at the difference if this is right:\n%s\nwant:\n%s", file, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{
		testdata + "/valid/*.qasm", testdata + "/invalid/*.qasm", testdata + "/broken/*.qasm", corpora + "/qasm3-exec/*.qasm", corpora + "/qasm3-valid/*.qasm", corpora + "/qasm3-ambiguous/*.qasm",
		corpora + "/qasm3-invalid/*.qasm",
	} {
		files, _ := filepath.Glob(pattern)
		if len(files) == 0 && strings.HasPrefix(pattern, testdata) {
			f.Fatalf("no seeds in %s", pattern)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, false)
			f.Add(text, true)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, strict bool) {
		o := Options{Strict: strict, MaxOps: 10000, UnrollSteps: 100_000, ReadFile: func(string) ([]byte, error) { return nil, os.ErrNotExist }}
		p := Load("fuzz.qasm", text, o)
		if (p.Circuit == nil && p.Program == nil) != p.Diagnostics.HasErrors() {
			t.Fatalf("circuit %v with\n%s", p.Circuit, rendered(p))
		}
		for _, d := range p.Diagnostics {
			if d.Message == "" || d.Code == "" || p.Sources.Position(d.Span.Start).Line == 0 {
				t.Fatalf("diagnostic %+v", d)
			}
		}
		if p.Circuit != nil {
			checkCircuit(t, p.Circuit)
		}
		if p.Program != nil {
			runSome(p)
			o.Whole = true
			runSome(Load("fuzz.qasm", text, o))
		}
	})
}

// runSome runs a program for a while, with outcomes that alternate: it may fail, but not panic.
func runSome(p *Program) {
	if p.Program == nil {
		return
	}
	m, err := vm.New(p.Program, vm.Limits{Steps: 200_000, Words: 1 << 20})
	if err != nil {
		return
	}
	for i := range 300 {
		event, err := m.Run(context.Background(), nowhere{})
		if err != nil || event == vm.Ended {
			return
		}
		m.Answer(i%3 == 0)
	}
}

// nowhere is a sink that drops everything.
type nowhere struct{}

func (nowhere) Gate(*program.Gate, []float64, []circuit.Qubit, diag.Pos) error { return nil }

func (nowhere) PowBegin() {}

func (nowhere) PowEnd(float64, []circuit.Qubit, diag.Pos) error { return nil }

// checkCircuit holds what everybody relies on in a circuit.
func checkCircuit(t *testing.T, c *circuit.Circuit) {
	t.Helper()
	for _, op := range c.Ops {
		for i, q := range c.Qubits(op) {
			if int(q) >= c.NumQubits {
				t.Fatalf("qubit %d of %d", q, c.NumQubits)
			}
			for _, other := range c.Qubits(op)[:i] {
				if op.Kind == circuit.Gate && other == q {
					t.Fatalf("gate %s on qubit %d twice", op.Gate, q)
				}
			}
		}
		if op.Kind == circuit.Measure && op.Clbit() != circuit.NoClbit && int(op.Clbit()) >= c.NumClbits {
			t.Fatalf("clbit %d of %d", op.Clbit(), c.NumClbits)
		}
		if op.Kind == circuit.Gate && op.Gate != gate.Unitary && len(c.Qubits(op)) != int(op.Controls)+len(op.Gate.Row().Operands) {
			t.Fatalf("gate %s on %d qubits under %d controls", op.Gate, len(c.Qubits(op)), op.Controls)
		}
	}
}
