package qasm

import (
	"bytes"
	"fmt"
	"math/cmplx"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// broken are the programs of QASMBench that break the language, with the line where.
var broken = map[string]int{
	"QAOA_3SAT_N1000_p1.qasm": 1400, // one gate is given a qubit twice
	"hhl_n10.qasm":            186801,
	"vqe_uccsd_n4.qasm":       225, // these measure a register that they do not declare
	"vqe_uccsd_n6.qasm":       2286,
	"vqe_uccsd_n8.qasm":       10813,
}

func TestQASMBench(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora, "qasmbench/*/*.qasm"))
	if len(files) == 0 {
		t.Skip("the corpus ../shared/corpora/qasmbench is not here: this test runs only beside it")
	}
	refused := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := Load(file, text, Options{})
		line, isBroken := broken[filepath.Base(file)]
		if p.Diagnostics.HasErrors() != isBroken {
			t.Errorf("%s: refused: %v, want %v\n%s", file, p.Diagnostics.HasErrors(), isBroken, rendered(p))
			continue
		}
		if !isBroken {
			if p.Circuit == nil && p.Program != nil { // measurements decide what it does
				continue
			}
			if len(p.Circuit.Ops) == 0 {
				t.Errorf("%s: no operations", file)
			}
			continue
		}
		refused++
		if got := firstError(p); got.Line != line {
			t.Errorf("%s: refused at line %d, want %d", file, got.Line, line)
		}
	}
	if len(files) < 100 || refused != len(broken) {
		t.Errorf("%d files, %d of them refused", len(files), refused)
	}
}

func firstError(p *Program) diag.Position {
	for _, d := range p.Diagnostics {
		if d.Severity == diag.Error {
			return p.Sources.Position(d.Span.Start)
		}
	}
	return diag.Position{}
}

// otherInFile are the gates whose definition in QASMBench's copy of qelib1.inc differs from the table's, with the reason.
var otherInFile = map[string]string{
	"ch":      "the file's text is the controlled Hadamard times a global phase of pi/4, which nobody can observe; the table's has none",
	"c3sqrtx": "the file is an old one with the sign of every angle turned round: its gate is the inverse, as later files corrected",
	"c4x":     "the file is an old one whose text is not a controlled x at all: it uses the inverse c3sqrtx and turns d where e is meant",
}

// TestLibraryAgainstFile compares each gate of the built-in library with the definition in a qelib1.inc that others made, phase included.
func TestLibraryAgainstFile(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(corpora, "qasmbench/qelib1.inc"))
	if err != nil {
		t.Skip("the corpus ../shared/corpora/qasmbench is not here: this test runs only beside it")
	}
	compared := 0
	for _, row := range gate.All() {
		if !bytes.Contains(text, []byte("\ngate "+row.Name+" ")) && !bytes.Contains(text, []byte("\ngate "+row.Name+"(")) {
			continue
		}
		compared++
		use := use(&row)
		got := unitary(t, "include \"qelib1.inc\";\n"+use)
		want := unitary(t, string(text)+use)
		phase, same := compareUpToPhase(got, want)
		switch exact := same && cmplx.Abs(phase-1) < 1e-12; {
		case otherInFile[row.Name] != "" && exact:
			t.Errorf("%s: equal, though it is said to differ: %s", row.Name, otherInFile[row.Name])
		case otherInFile[row.Name] == "" && !exact:
			t.Errorf("%s: differs from the file: up to the phase %v: %v", row.Name, phase, same)
		}
	}
	if compared < 25 {
		t.Errorf("%d gates only", compared)
	}
}

// use is a program's part that applies a gate to qubits in order, with parameters of no symmetry.
func use(row *gate.Gate) string {
	var params, qubits []string
	for i := range row.Params {
		params = append(params, fmt.Sprintf("%g", 0.3+0.45*float64(i)))
	}
	for i := range row.Operands {
		qubits = append(qubits, fmt.Sprintf("q[%d]", i))
	}
	list := ""
	if len(params) > 0 {
		list = "(" + strings.Join(params, ",") + ")"
	}
	return fmt.Sprintf("qreg q[%d];\n%s%s %s;\n", len(qubits), row.Name, list, strings.Join(qubits, ","))
}

// unitary is the matrix of a program's circuit, by columns.
func unitary(t *testing.T, text string) [][]complex128 {
	t.Helper()
	p := Load("test.qasm", []byte(text), Options{})
	if p.Circuit == nil {
		t.Fatalf("refused:\n%s", rendered(p))
	}
	c := p.Circuit
	columns := make([][]complex128, 1<<c.NumQubits)
	for i := range columns {
		v := make([]complex128, len(columns))
		v[i] = cmplx.Exp(complex(0, c.GlobalPhase))
		for _, op := range c.Ops {
			v = reference.Apply(v, c, op)
		}
		columns[i] = v
	}
	return columns
}

// compareUpToPhase reports whether a = phase·b.
func compareUpToPhase(a, b [][]complex128) (phase complex128, same bool) {
	var inner complex128
	for i := range a {
		for j := range a[i] {
			inner += a[i][j] * cmplx.Conj(b[i][j])
		}
	}
	phase = inner / complex(float64(len(a)), 0)
	return phase, cmplx.Abs(phase) > 1-1e-12
}
