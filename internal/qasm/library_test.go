package qasm

import (
	"fmt"
	"math/cmplx"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/gate"
)

// TestLibraryBodies holds each gate of the built-in library, as programs get it, against the text of its own row, phase included.
func TestLibraryBodies(t *testing.T) {
	compared := 0
	var text strings.Builder
	for _, row := range gate.All() {
		if row.Homes[gate.QASM2] != gate.Library {
			continue
		}
		params := ""
		if len(row.Params) > 0 {
			params = "(" + strings.Join(row.Params, ",") + ")"
		}
		fmt.Fprintf(&text, "gate %s%s %s { %s }\n", row.Name, params, strings.Join(row.Operands, ","), row.Body)
		compared++
		use := use(&row)
		phase, same := compareUpToPhase(unitary(t, "include \"qelib1.inc\";\n"+use), unitary(t, text.String()+use))
		if !same || cmplx.Abs(phase-1) > 1e-12 {
			t.Errorf("%s: the library's gate differs from its row's text: up to the phase %v: %v", row.Name, phase, same)
		}
	}
	if compared < 40 {
		t.Errorf("%d gates only", compared)
	}
}

// TestConditionalPhase holds that a phase is a global one only where it always happens.
func TestConditionalPhase(t *testing.T) {
	const head = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[1];\n"
	for _, test := range []struct {
		text  string
		ops   string
		phase float64
	}{
		{"rz(0.5) q[0];", "rz", 0.25},
		{"if (c==1) rz(0.5) q[0];", "rz? gphase?", 0},
		{"cu(1,2,3,0.5) q[0],q[1];", "1u 1gphase", 0},
		{"crz(0.5) q[0],q[1];", "1rz", 0},
		{"ccx q[0],q[1],q[2];", "", 0},
		{"gate g a { rz(1) a; s a; } g q;", "rz s rz s", 1},
		{"if (c==0) cx q[0],q[1];", "1x?", 0},
		{"u0(1) q[0]; id q[0];", "id id", 0},
		{"u2(1,2) q[0]; u(1,2,3) q[0]; U(1,2,3) q[0]; u3(1,2,3) q[0];", "U U U U", 0},
	} {
		p := Load("test.qasm", []byte(head+test.text), Options{})
		if (p.Circuit == nil) != (test.ops == "") {
			t.Errorf("%s:\n%s", test.text, rendered(p))
		}
		if p.Circuit == nil {
			continue
		}
		var ops []string
		for _, op := range p.Circuit.Ops {
			s := strings.ToLower(op.Gate.String())
			if op.Gate == gate.U {
				s = "U"
			}
			if op.Controls > 0 {
				s = fmt.Sprint(op.Controls) + strings.ToLower(s)
			}
			if op.If != 0 {
				s += "?"
			}
			ops = append(ops, s)
		}
		if got := strings.Join(ops, " "); got != test.ops || !near(p.Circuit.GlobalPhase, test.phase) {
			t.Errorf("%s: %s with phase %v, want %s with %v", test.text, got, p.Circuit.GlobalPhase, test.ops, test.phase)
		}
	}
}

// TestConditionsAreShared holds that one condition in the source is one in the circuit, however many operations stand under it.
func TestConditionsAreShared(t *testing.T) {
	p := Load("test.qasm", []byte("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[4];\ncreg c[2];\nif (c==1) rccx q[0],q[1],q[2];\nif (c==2) x q;\nif (c==1) h q[0];"), Options{})
	if p.Circuit == nil {
		t.Fatal(rendered(p))
	}
	seen := map[uint32]int{}
	for _, op := range p.Circuit.Ops {
		seen[uint32(op.If)]++
	}
	if len(seen) != 2 || seen[1] != 10 || seen[2] != 4 {
		t.Errorf("operations by condition: %v", seen)
	}
	if c := p.Circuit.Condition(2); c.First != 0 || c.Width != 2 || c.Value.String() != "10" || c.Negate {
		t.Errorf("the second condition is %+v", c)
	}
}

// TestPositions holds that an operation leads back to where the source asks for it, the call rather than the definition.
func TestPositions(t *testing.T) {
	p := Load("test.qasm", []byte("OPENQASM 2.0;\ngate g a { U(1,2,3) a; U(4,5,6) a; }\nqreg q[1];\ncreg c[1];\n  g q[0];\nmeasure q -> c;\nreset q;\nbarrier q;"), Options{})
	var got []string
	for _, op := range p.Circuit.Ops {
		got = append(got, p.Sources.Position(op.Pos).String())
	}
	if s := strings.Join(got, " "); s != "test.qasm:5:3 test.qasm:5:3 test.qasm:6:1 test.qasm:7:1 test.qasm:8:1" {
		t.Error(s)
	}
}
