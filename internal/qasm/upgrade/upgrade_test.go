package upgrade

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

const corpora = "../../../../shared/corpora"

// upgrade upgrades a program that is valid.
func upgraded(t *testing.T, name, text string) (string, bool) {
	t.Helper()
	p := qasm.Load(name, []byte(text), qasm.Options{})
	if p.Circuit == nil {
		t.Fatalf("%s is not valid: %v", name, p.Diagnostics)
	}
	out, ok := Source(name, []byte(text), p.Circuit)
	return string(out), ok
}

func TestUpgrade(t *testing.T) {
	for text, want := range map[string]string{
		"OPENQASM 2.0;\ninclude \"qelib1.inc\"; // library\nqreg q[2];\ncreg c[2];\nh q; // all\nmeasure q -> c;\nif (c == 2) x q[0];\n": "" +
			"OPENQASM 3.0;\ninclude \"stdgates.inc\"; // library\nqubit[2] q;\nbit[2] c;\nh q; // all\nc = measure q;\nif (c == \"10\") x q[0];\n",
		"qreg q[1];\nU(0,0,1/2) q[0];": "OPENQASM 3.0;\n\ninclude \"stdgates.inc\";\n\n// Gates of qelib1.inc as OpenQASM 2 has them.\n" +
			"gate u(theta, phi, lambda) q {\n  gphase(-theta/2);\n  U(theta, phi, lambda) q;\n}\n\nqubit[1] q;\nu(0, 0, 1.0/2) q[0];\n",
		"OPENQASM 2.0; include \"qelib1.inc\"; qreg input[1]; gate g(a) b { rz(-a^2+ln(2)) b; } g(1) input[0]; measure input[0]->c[0];": "",
		"OPENQASM 2.0; include \"qelib1.inc\"; qreg input[1]; creg c[1]; gate g(a) b { rz(-a^2+ln(2)) b; } g(1) input[0]; measure input[0]->c[0];": "" +
			"OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[1] input_;\nbit[1] c;\ngate g(a) b {\n  p(-a**2 + log(2)) b;\n}\ng(1) input_[0];\nc[0] = measure input_[0];\n",
		"OPENQASM 2.0; include \"qelib1.inc\"; gate h2 a { h a; } qreg q[4]; h2 q; c3x q[0],q[1],q[2],q[3]; u2(0,pi) q[0];": "" +
			"OPENQASM 3.0;\ninclude \"stdgates.inc\";\n\n// Gates of qelib1.inc as OpenQASM 2 has them.\n" +
			"gate u(theta, phi, lambda) q {\n  gphase(-theta/2);\n  U(theta, phi, lambda) q;\n}\ngate c3x a, b, c, d {\n  ctrl(3) @ x a, b, c, d;\n}\n\n" +
			"gate h2 a {\n  h a;\n}\nqubit[4] q;\nh2 q;\nc3x q[0], q[1], q[2], q[3];\nu(pi/2, 0, pi) q[0];\n",
	} {
		if want == "" { // not valid
			continue
		}
		if got, ok := upgraded(t, "test.qasm", text); !ok || got != want {
			t.Errorf("%s becomes (%v)\n%s\nwant\n%s", text, ok, got, want)
		}
	}
	for _, text := range []string{
		"OPENQASM 2.0; include \"qelib1.inc\"; opaque o a; qreg q[1];", "OPENQASM 2.0; gate h a { U(0,0,0) a; } qreg q[1]; h q[0];",
	} {
		if got, ok := upgraded(t, "test.qasm", text); ok {
			t.Errorf("%s becomes\n%s", text, got)
		}
	}
}

// TestCorpora upgrades the programs of the corpora and compares the outcomes of small ones, conditions and all.
func TestCorpora(t *testing.T) {
	if _, err := os.Stat(corpora); err != nil {
		t.Skip("the corpora ../shared/corpora are not here: this test runs only beside them")
	}
	n, all := 0, 0
	for _, folder := range []string{"qasm2-valid", "qasmbench/small", "qasmbench/medium"} {
		files, _ := filepath.Glob(filepath.Join(corpora, folder, "*.qasm"))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := qasm.Load(file, text, qasm.Options{})
			if p.Circuit == nil || len(p.Circuit.Ops) > 20_000 {
				continue
			}
			all++
			out, ok := Source(file, text, p.Circuit)
			if !ok {
				continue
			}
			n++
			if got, want := strings.Count(string(out), "//"), strings.Count(string(text), "//"); got < want {
				t.Errorf("%s: %d comments are lost", file, want-got)
			}
			if p.Circuit.NumQubits <= 6 && len(p.Circuit.Ops) <= 1000 {
				compare(t, file, p, out)
			}
		}
	}
	t.Logf("%d of %d programs keep their shape", n, all)
	if n < all*8/10 {
		t.Errorf("%d of %d programs only keep their shape", n, all)
	}
}

func compare(t *testing.T, file string, p *qasm.Program, out []byte) {
	t.Helper()
	q := qasm.Load(file, out, qasm.Options{})
	want, got := distribution(t, run.Workload{Circuit: p.Circuit}), distribution(t, run.Workload{Circuit: q.Circuit, Program: q.Program})
	for key, v := range want {
		if math.Abs(got[key]-v) > 1e-9 {
			t.Errorf("%s: P(%s) is %g, want %g\n%s", file, key, got[key], v, out)
			return
		}
	}
}

func distribution(t *testing.T, w run.Workload) map[string]float64 {
	t.Helper()
	r, err := run.Run(context.Background(), w, run.Options{Shots: 1, Probabilities: true})
	if err != nil {
		t.Errorf("cannot be run: %v", err)
		return nil
	}
	ps := map[string]float64{}
	for _, x := range r.Probabilities {
		ps[x.Key] = x.P
	}
	return ps
}
