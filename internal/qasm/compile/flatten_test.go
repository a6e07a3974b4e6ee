// Package compile_test holds what becomes of programs: circuits or programs, and why. That both do the same is tested in package qasm.
package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/qasm"
)

const head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[4] q; bit[4] c; bit d; bit e;\n"

func load(t *testing.T, body string, o qasm.Options) *qasm.Program {
	t.Helper()
	p := qasm.Load("test.qasm", []byte(head+body), o)
	if p.Diagnostics.HasErrors() {
		t.Fatalf("%s\n%v", body, p.Diagnostics)
	}
	return p
}

// flattened are programs that are circuits, with the operations of the circuit and its clbits: those of the registers (6), and one for each measured bit that
// is needed while its own has another value.
var flattened = []struct {
	name, body string
	ops        string
	clbits     int
}{
	{"straight", "h q[0]; cx q[0], q[1]; c = measure q;", "h cx measure measure measure measure", 6},
	{"loops before a measurement", "for int i in [0:2] { for int k in {0, 3} { if (i != k) { x q[k]; } } } d = measure q[0];", "x x x x x measure", 6},
	{"a loop after a measurement", "c[0] = measure q[0]; for int i in [1:3] { if (c[0]) { x q[i]; } }", "measure if(x) if(x) if(x)", 6},
	{"variables steer gates", "int n = 3; while (n > 0) { n -= 1; rx(n * 0.5) q[n]; } c[1] = measure q[1];", "rx rx rx measure", 6},
	{"if and else", "d = measure q[0]; if (d) { x q[1]; } else { z q[1]; h q[2]; }", "measure if(x) if(z) if(h)", 6},
	{"if not", "d = measure q[0]; if (!d) { x q[1]; }", "measure if(x)", 6},
	{"a register is compared", "c = measure q; if (c == 5) { x q[1]; } if (c != 2) { z q[1]; }", "measure measure measure measure if(x) if(z)", 6},
	{"a reset under a condition", "d = measure q[0]; if (d) { reset q[0]; } ", "measure if(reset)", 6},
	{"a measurement under a condition", "d = measure q[0]; if (d) { e = measure q[1]; }", "measure if(measure)", 6},
	{"subroutines", "def f(qubit a, int[8] n) -> bit { for int i in [1:n] { h a; } return measure a; } d = f(q[1], 2); e = f(q[2], 1);", "h h measure h measure", 8},
	{"recursion", "def f(qubit a, int[8] n) { if (n > 0) { h a; f(a, n - 1); } } f(q[0], 3); d = measure q[0];", "h h h measure", 6},
	{"what is known decides", "d = measure q[0]; bool on = true; if (on) { x q[1]; }", "measure x", 6},
	{"a bit is overwritten by a number", "d = measure q[0]; d = 0; if (d) { x q[1]; } else { z q[1]; }", "measure z", 6},
	{"a copy of a bit", "d = measure q[0]; e = d; d = measure q[1]; if (e) { x q[2]; } if (d) { z q[2]; }", "measure measure if(x) if(z)", 7},
	{"a bit again and again", "for int i in [0:9] { h q[0]; c[0] = measure q[0]; if (c[0]) { x q[1]; } }", strings.TrimSpace(strings.Repeat("h measure if(x) ", 10)), 6},
	{"a bit of a subroutine again and again", "def f(qubit a) -> bit { bit r; h a; r = measure a; return r; } for int i in [0:9] { if (f(q[0])) { x q[1]; } }",
		strings.TrimSpace(strings.Repeat("h measure if(x) ", 10)), 7},
	{"two bits by turns", "bit[2] m; for int i in [0:4] { m[i % 2] = measure q[0]; if (m[i % 2]) { x q[1]; } }", strings.TrimSpace(strings.Repeat("measure if(x) ", 5)), 11},
	{"a classical rest", "c = measure q; int n = 0; for int i in [0:3] { if (c[i]) { n += 1; } }", "measure measure measure measure", 6},
	{"nothing", "", "", 6},
	{"whole powers", "pow(2) @ s q[0]; pow(-1) @ t q[0]; inv @ pow(3) @ t q[0]; pow(3) @ h q[0]; pow(4) @ h q[0]; pow(0) @ x q[0];", "p p p h id id", 6},
	{"powers with controls", "ctrl @ pow(0.5) @ z q[0], q[1]; pow(2) @ ctrl @ s q[0], q[1]; pow(0.5) @ cx q[0], q[1]; ctrl(2) @ pow(2) @ t q[0], q[1], q[2];", "cp cs cs csx ccp", 6},
	{"powers of gates of one's own", "gate g a, b { h a; cx a, b; } pow(2) @ g q[0], q[1]; pow(-1) @ g q[0], q[1]; pow(0.5) @ g q[0], q[1];", "h cx h cx cx h unitary", 6},
	{"powers that are computed", "for int k in [1:3] { pow(k) @ s q[0]; pow(k / 2.0) @ x q[0]; }", "s sx p x p rx", 6},
	{"powers of powers", "pow(2) @ pow(0.5) @ x q[0]; pow(0.5) @ pow(2) @ s q[0]; pow(3) @ inv @ s q[0];", "sx sx p sdg sdg sdg", 6},
	{"ranges of qubits", "x q[1:2]; y q[3:-1:0]; z q[:2:3]; h q[-2:]; s q[{2, 0}];", "x x y y y y z z h h s s", 6},
	{"loops over ranges", "for int i in [3:-2:0] { x q[i]; } for uint i in [0:0] { y q[i]; } for int i in [2:1] { z q[i]; } for int i in [-1:1] { h q[i + 1]; }", "x x y h h h", 6},
	{"ranges known at run time", "int n = 1; for int i in [n:n + 1] { x q[i]; } for int i in [0:n:3] { y q[i]; n = 3; }", "x x y y y y", 6},
}

func TestFlattened(t *testing.T) {
	for _, x := range flattened {
		t.Run(x.name, func(t *testing.T) {
			p := load(t, x.body, qasm.Options{})
			if p.Circuit == nil {
				t.Fatalf("is no circuit: %s", p.Program.Why)
			}
			if got := operations(p.Circuit); got != x.ops || p.Circuit.NumClbits != x.clbits {
				t.Errorf("%d clbits: %s\nwant %d: %s", p.Circuit.NumClbits, got, x.clbits, x.ops)
			}
		})
	}
}

// operations names the operations of a circuit in order.
func operations(c *circuit.Circuit) string {
	var list []string
	for _, op := range c.Ops {
		word := map[circuit.Kind]string{circuit.Measure: "measure", circuit.Reset: "reset"}[op.Kind]
		if op.Kind == circuit.Gate {
			word = strings.Repeat("c", int(op.Controls)) + op.Gate.String()
		}
		if op.If != 0 {
			word = fmt.Sprintf("if(%s)", word)
		}
		list = append(list, word)
	}
	return strings.Join(list, " ")
}

// dynamic are programs that stay programs, with the reason and the line of the text behind head, from 1 on, that it is seen at.
var dynamic = []struct {
	name, body, why string
	line            int
}{
	{"repeat until success", "d = measure q[0];\nwhile (d) {\n h q[0]; d = measure q[0]; }", "its course depends on what it measures", 2},
	{"a rest in a subroutine", "def f(int[8] n) -> int[8] {\n return n * n; }\nc = measure q; int[8] n = f(int[8](uint[4](c)));", "it computes with what it measures", 2},
	{"an angle", "c = measure q;\nrx(int(uint[4](c)) * 0.1) q[0];", "it computes with what it measures", 2},
	{"an angle by arithmetic", "d = measure q[0]; int n = 0;\nif (d) { n += 1; }\nrx(n * 0.1) q[0];", "its course depends on what it measures", 2},
	{"a qubit", "d = measure q[0]; int n = int(d);\nx q[n];", "it computes with what it measures", 2},
	{"a measured qubit", "d = measure q[0];\nint n = int(d);\ne = measure q[n];", "it computes with what it measures", 3},
	{"bits together", "c = measure q;\nif (c[0] == c[1]) { x q[0]; }", "it computes with what it measures", 2},
	{"and", "c = measure q;\nif (c[0] && c[1]) { x q[0]; }", "its course depends on what it measures", 2},
	{"nested", "c = measure q;\nif (c[0]) {\n if (c[1]) { x q[0]; } else { z q[0]; } }", "its course depends on several measurements", 3},
	{"counting in between", "d = measure q[0]; int n = 0;\nif (d) { n += 1; }\nif (n > 0) { x q[1]; }", "its course depends on what it measures", 2},
	{"counting under a gate", "d = measure q[0]; int n = 0;\nif (d) { x q[1]; n += 1; }\nd = measure q[1];", "a variable depends on a measurement under a condition", 2},
	{"break", "for int i in [0:3] {\n d = measure q[0];\n if (d) { break; }\n x q[0]; }", "its course depends on what it measures", 3},
	{"return", "def f(qubit a) {\n bit r = measure a; if (r) { return; }\n x a; }\nf(q[0]);", "its course depends on what it measures", 2},
	{"an index", "c = measure q; array[int[8], 4] a = {1, 2, 3, 4};\nif (a[int(d)] > 1) { x q[0]; }\nif (a[uint[2](c[0:1])] == 2) { x q[0]; }", "it computes with what it measures", 3},
	{"measured into its condition", "d = measure q[0];\nif (d) { d = measure q[1];\n x q[2]; }", "a condition changes while the operations under it happen", 3},
	{"measured into its condition before else", "d = measure q[0];\nif (d) { d = measure q[1]; } else {\n x q[2]; }", "a condition changes while the operations under it happen", 3},
	{"into a bit in use", "c = measure q; d = c[0];\nif (d) { c[0] = measure q[1]; }\nif (d) { x q[0]; }", "a measurement happens under a condition, into a bit that is in use", 2},
	{"a power", "qubit[9] r; gate g a, b, c2, d2, e2, f2, g2, h2, i2 { h a; cx a, b; cx b, c2; cx c2, d2; cx d2, e2; cx e2, f2; cx f2, g2; cx g2, h2; cx h2, i2; }\npow(0.5) @ g r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8];", "it raises a gate of 9 qubits to a power", 2},
	{"a long loop", "int n = 0;\nwhile (n < 1000000) { n += 1; }\nh q[0];", "its classical part is long", 2},
	{"a long loop behind", "d = measure q[0]; int n = 0;\nwhile (n < 1000000) { n += 1; }\nh q[0];", "it is long, and measures before its end", 2},
	{"deep recursion", "def f(int n) { if (n > 0) { f(n - 1); } }\nd = measure q[0];\nf(5000);", "it is deeply recursive, and measures before its end", 1},
	{"switch", "c = measure q;\nswitch (int(uint[4](c))) { case 1 { x q[0]; } default { z q[0]; } }", "its course depends on what it measures", 2},
}

func TestDynamic(t *testing.T) {
	for _, x := range dynamic {
		t.Run(x.name, func(t *testing.T) {
			p := load(t, x.body, qasm.Options{UnrollSteps: 1 << 20})
			if p.Circuit != nil {
				t.Fatalf("is a circuit: %s", operations(p.Circuit))
			}
			if at := p.Sources.Position(p.Program.WhyPos); p.Program.Why != x.why || at.Line-3 != x.line {
				t.Errorf("%q in line %d, want %q in line %d", p.Program.Why, at.Line-3, x.why, x.line)
			}
		})
	}
}

// TestRangesRefused: what a range cannot be is said where the program is read.
func TestRangesRefused(t *testing.T) {
	for body, want := range map[string]string{
		"x q[2:1];":                          "the range takes no element of `q`",
		"x q[0:0:2];":                        "the step of a range cannot be 0",
		"for int i in [0:0:2] { x q[i]; }":   "the step of a range cannot be 0",
		"x q[-5:1];":                         "there is no element -5",
		"let a = q[0:1] ++ q[1:2]; x a;":     "a register cannot be joined with a part of itself",
		"for int i in [0:4] { x q[i]; }":     "index 4 is out of range",
		"for float f in [0:0.5] { x q[0]; }": "of a range",
	} {
		p := qasm.Load("test.qasm", []byte(head+body), qasm.Options{})
		if !p.Diagnostics.HasErrors() || !strings.Contains(fmt.Sprint(p.Diagnostics), want) {
			t.Errorf("%s: %v, want %q", body, p.Diagnostics, want)
		}
	}
}
