package qasm

import (
	"fmt"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestBothWays holds random programs that are flattened against the same programs run as they are: every history has the same probability,
// the same variables and the same state.
func TestBothWays(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 7))
	flat := 0
	for range 400 {
		g := &generator{r: r}
		source := []byte(g.program())
		if bothWays(t, source) {
			flat++
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, source)
		}
	}
	if flat < 40 {
		t.Errorf("only %d of 400 programs were flattened", flat)
	}
}

// bothWays compares both ways of one program, and reports whether it is a circuit.
func bothWays(t *testing.T, source []byte) bool {
	t.Helper()
	one, other := Load("test.qasm", source, Options{}), Load("test.qasm", source, Options{Whole: true})
	if one.Diagnostics.HasErrors() || other.Diagnostics.HasErrors() {
		t.Fatalf("refused:\n%s\n%s", source, rendered(one))
	}
	a, b := weighed(t, one), weighed(t, other)
	for k := range b {
		a[k] += 0
	}
	for k, p := range a {
		if d := p - b[k]; d > 1e-9 || d < -1e-9 {
			t.Errorf("%s has probability %v flattened (%v) and %v as a program", k, p, one.Circuit != nil, b[k])
		}
	}
	return one.Circuit != nil
}

// TestBitsMovedUnderConditions: a bit that becomes another measured bit under a condition has not changed where it does not hold.
func TestBitsMovedUnderConditions(t *testing.T) {
	const head = "include \"stdgates.inc\";\nqubit[3] q;\nbit[2] c;\nbit e;\nh q;\n"
	for _, text := range []string{
		"c[0] = measure q[0]; e = measure q[1]; if (c[0]) { x q[2]; e = c[0]; }",
		"c[0] = measure q[0]; e = measure q[1]; if (c[0]) { if (false) { x q[2]; } else { c[1] = e; e = c[0]; } }",
		"c = measure q[0:1]; e = c[0]; c[0] = 0; if (c[1]) { x q[2]; c[0] = e; }",
		"c = measure q[0:1]; e = c[0]; c[0] = measure q[2]; if (c[1]) { x q[2]; c[0] = e; }",
		"c[0] = measure q[0]; if (c[0]) { e = measure q[1]; } else { x q[1]; e = measure q[1]; }",
		"c = measure q[0:1]; if (c[0]) { x q[2]; c[1] = c[0]; e = c[1]; } else { e = measure q[2]; }",
	} {
		bothWays(t, []byte(head+text+"\n"))
		if t.Failed() {
			t.Fatal(text)
		}
	}
}

// TestBothWaysOfCorners is TestBothWays for programs that were once flattened wrongly.
func TestBothWaysOfCorners(t *testing.T) {
	for name, body := range map[string]string{
		"the condition of else is measured anew before": `qubit[2] q; bit[2] d;
h q[1]; d[0] = measure q[1]; h q[1];
if (d != 1) { d[0] = measure q[1]; } else { x q[0]; }`,
		"a bool outlives what it was computed from": `qubit[3] q; bit[2] c;
{
  bool f;
  h q[0]; h q[1];
  c = measure q[0:1];
  f = c == 3;
  if (f) { x q[2]; }
  x q[0];
  c = measure q[0:1];
  if (f) { h q[2]; }
}`,
		"a bit that was copied is measured anew": `qubit[3] q; bit[2] c; bit e;
h q[0];
c[0] = measure q[0]; e = c[0]; h q[0]; c[0] = measure q[0];
if (e) { x q[2]; }
if (c[0]) { h q[1]; }`,
		"a bit is measured again and again": `qubit[3] q; bit[2] c; bit e;
def look(qubit s) -> bit { bit r; h s; r = measure s; return r; }
e = look(q[1]);
for int i in [0:2] { h q[0]; c[1] = measure q[0]; if (c[1]) { x q[1]; } c[0] = look(q[2]); if (c[0]) { z q[1]; } if (e) { h q[1]; } }`,
	} {
		source := []byte("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + body)
		if bothWays(t, source); t.Failed() {
			t.Fatal(name)
		}
	}
}

// weighed is the probability of each outcome: variables, and the state up to a phase.
func weighed(t *testing.T, p *Program) map[string]float64 {
	out := map[string]float64{}
	for _, h := range runAll(t, p) {
		var b strings.Builder
		for _, v := range p.Program.Vars {
			fmt.Fprintf(&b, "%s=%v ", v.Name, v.Type.JSON(h.mem[v.Slot:int(v.Slot)+v.Type.Words()]))
		}
		var phase complex128
		for i, a := range h.state {
			if cmplx.Abs(a) < 1e-9 {
				continue
			}
			if phase == 0 {
				phase = a / complex(cmplx.Abs(a), 0)
			}
			fmt.Fprintf(&b, "%d:%.5f ", i, a/phase+complex(1e-8, 1e-8))
		}
		out[b.String()] += h.p
	}
	return out
}

// generator writes random programs of three qubits.
type generator struct {
	r     *rand.Rand
	b     strings.Builder
	depth int
}

func (g *generator) program() string {
	g.b.WriteString(`OPENQASM 3.0;
include "stdgates.inc";
gate mix(t) a, b { h a; rz(t) b; ctrl @ pow(0.5) @ x a, b; }
def look(qubit s) -> bit { h s; return measure s; }
def twice(int[8] a) -> int[8] { if (a > 3) { return a; } return a * 2; }
qubit[3] q;
bit[3] c;
bit[2] d;
bit e;
int[8] n = 1;
uint[4] m = 5;
bool f = false;
`)
	for range 3 + g.r.IntN(8) {
		g.statement()
	}
	return g.b.String()
}

func (g *generator) pick(list ...string) string { return list[g.r.IntN(len(list))] }

func (g *generator) line(format string, args ...any) {
	g.b.WriteString(strings.Repeat("  ", g.depth))
	fmt.Fprintf(&g.b, format, args...)
	g.b.WriteString("\n")
}

func (g *generator) statement() {
	switch k := g.r.IntN(14); {
	case k < 4:
		g.gate()
	case k < 6:
		g.line("%s = measure q[%d];", g.bit(), g.r.IntN(3))
	case k == 6:
		g.line("%s", g.pick("reset q[1];", "c = measure q;", "d = measure q[0:1];", "measure q[2];"))
	case k == 7:
		g.line("%s", g.pick("n += 3;", "n = n * 2;", "n = twice(n);", "m = m << 1;", "f = n > 4;", "c[1] = 0;", "e = c[0];", "d = c[1:2];", "c[2] = e;", "n = int[8](m);", "f = c[0] == 1;"))
	case k == 8:
		g.line("%s = look(q[%d]);", g.bit(), g.r.IntN(3))
	case k < 12 && g.depth < 2:
		g.condition()
	case k == 12 && g.depth < 2:
		g.loop()
	default:
		g.gate()
	}
}

func (g *generator) bit() string { return g.pick("c[0]", "c[1]", "c[2]", "d[0]", "d[1]", "e") }

func (g *generator) gate() {
	i := g.r.Perm(3)
	text := g.pick("h q[A];", "x q[A];", "rx(0.3 * n) q[A];", "ctrl @ rz(m * 0.2) q[A], q[B];", "cx q[A], q[B];", "mix(0.4) q[A], q[B];", "inv @ mix(0.1 * n) q[A], q[B];", "gphase(0.3);")
	g.line("%s", strings.NewReplacer("A", fmt.Sprint(i[0]), "B", fmt.Sprint(i[1])).Replace(text))
}

func (g *generator) condition() {
	g.line("if (%s) {", g.pick("c == 3", "c[0]", "!c[1]", "c[2] == 0", "d != 1", "e", "e == 1", "n > 3", "f", "c[0] == c[1]", "d == 2", "c[0] && c[1]"))
	g.block()
	if g.r.IntN(2) == 0 {
		g.line("} else {")
		g.block()
	}
	g.line("}")
}

func (g *generator) block() {
	g.depth++
	for range 1 + g.r.IntN(2) {
		g.statement()
	}
	g.depth--
}

func (g *generator) loop() {
	name := "i" + fmt.Sprint(g.depth)
	g.line(g.pick("for int %s in [0:1] {", "for uint %s in {2, 0} {", "for int %s in [2:-1:1] {"), name)
	g.depth++
	g.line("rx(0.2 * %s) q[%s %% 3];", name, name)
	g.depth--
	g.block()
	if g.r.IntN(3) == 0 {
		g.line("  if (%s) { %s }", g.pick("n > 2", "c[0]", "f"), g.pick("break;", "continue;"))
	}
	g.line("}")
}
