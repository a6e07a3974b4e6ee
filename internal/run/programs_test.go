package run_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// author3 writes random OpenQASM 3 programs that end: gates, measurement anywhere, integers, loops, conditions, a subroutine.
type author3 struct {
	*rand.Rand
	strings.Builder
	depth    int
	clifford bool
}

func (a *author3) program(statements int) string {
	a.WriteString("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q;\nbit[3] c;\nbit d;\nint[4] n = 1;\narray[int[4], 3] v = {1, 2, 3};\n")
	a.WriteString("def turn(qubit w, int[4] k) -> bit {\n  bit r;\n  for int i in [0:k & 1] { h w; if (i == k) { return true; } }\n  r = measure w;\n  return r;\n}\n")
	for range statements {
		a.statement()
	}
	a.WriteString("c = measure q;\n")
	return a.String()
}

func (a *author3) statement() {
	q, p := a.IntN(3), 1+a.IntN(2)
	choices := []string{
		fmt.Sprintf("h q[%d];", q), fmt.Sprintf("h q[%d];", q), fmt.Sprintf("cx q[%d], q[%d];", q, (q+p)%3), fmt.Sprintf("s q[%d];", q),
		fmt.Sprintf("c[%d] = measure q[%d];", a.IntN(3), q), fmt.Sprintf("d = measure q[%d];", q), fmt.Sprintf("reset q[%d];", q),
		"n += int[4](c);", "n = n * 3 - v[n & 1];", "v[n & 1] = n;", "n = n ^ 5;", fmt.Sprintf("x q[(n & 1) + %d];", a.IntN(2)),
		fmt.Sprintf("d = turn(q[%d], n);", q), "c = ~c;", "c[0] = c[1] ^ d;",
	}
	if !a.clifford {
		choices = append(choices, fmt.Sprintf("rx(n * 0.3) q[%d];", q), fmt.Sprintf("pow(n / 2.0) @ h q[%d];", q), fmt.Sprintf("ctrl @ ry(0.7) q[%d], q[%d];", q, (q+p)%3))
	}
	if a.depth < 2 && a.IntN(3) == 0 {
		a.block()
		return
	}
	a.WriteString(strings.Repeat("  ", a.depth) + choices[a.IntN(len(choices))] + "\n")
}

func (a *author3) block() {
	heads := []string{"if (d) {", "if (c[1] == 1) {", "if (n > 2) {", "for int i in [0:n & 1] {", "for int i in [0:1] {", "switch (n & 3) { case 1, 2 {"}
	head := heads[a.IntN(len(heads))]
	fmt.Fprintf(a, "%s%s\n", strings.Repeat("  ", a.depth), head)
	a.depth++
	for range 1 + a.IntN(3) {
		a.statement()
	}
	a.depth--
	end := "}"
	if strings.HasPrefix(head, "switch") {
		end = "} default { z q[0]; } }"
	} else if head[0] == 'i' && a.IntN(2) == 0 {
		end = "} else { x q[2]; n -= 1; }"
	}
	a.WriteString(strings.Repeat("  ", a.depth) + end + "\n")
}

// undecided makes a program dynamic: a loop until a measurement gives 0. Its bit is 0 in the end.
const undecided = "qubit coin;\nbit again = 1;\nwhile (again) { reset coin; h coin; again = measure coin; }\n"

func load3(t testing.TB, text string) run.Workload {
	t.Helper()
	p := qasm.Load("test.qasm", []byte(text), qasm.Options{})
	w := run.Workload{Circuit: p.Circuit, Program: p.Program}
	if w.Empty() {
		t.Fatalf("refused: %v\n%s", p.Diagnostics, text)
	}
	return w
}

// TestDynamicAgreesWithFlat runs random programs as they are, most of them flat circuits with a classical rest, and with a loop before
// their end that makes dynamic programs of them: the distribution is the same, by every method that can, simplified or not.
func TestDynamicAgreesWithFlat(t *testing.T) {
	flat, methods := 0, map[string]int{}
	seed := rand.Uint64()
	n := rounds(200)
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		a := &author3{Rand: r, clifford: r.IntN(2) == 0}
		text := a.program(3 + r.IntN(12))
		at := strings.LastIndex(text, "c = measure q;")
		plain, dynamic := load3(t, text), load3(t, text[:at]+undecided+text[at:])
		if plain.Circuit != nil {
			flat++
		}
		if dynamic.Circuit != nil {
			t.Fatalf("the program is a circuit:\n%s", text[:at]+undecided)
		}
		want := distribution3(t, plain, run.Options{Method: "statevector", NoSimplify: r.IntN(2) == 0})
		for _, method := range run.Methods() {
			got := distribution3(t, dynamic, run.Options{Method: method})
			if got == nil {
				continue
			}
			methods[method]++
			for key, p := range want {
				if math.Abs(got["0 "+key]-p) > 1e-9 {
					t.Errorf("%s: P(%s) = %g, want %g", method, key, got["0 "+key], p)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s: %d keys, want %d", method, len(got), len(want))
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d, round %d:\n%s", seed, i, text)
		}
	}
	if flat < n/4 || methods["stabilizer"] == 0 || methods["statevector"] < n {
		t.Errorf("of %d programs %d are flat, by method %v ran: the test says little", n, flat, methods)
	}
}

// distribution3 is the exact distribution, nil where the method cannot.
func distribution3(t *testing.T, w run.Workload, o run.Options) map[string]float64 {
	t.Helper()
	o.Shots, o.Probabilities = 1, true
	r, err := run.Run(context.Background(), w, o)
	var unable *run.InfeasibleError
	if errors.As(err, &unable) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, p := range r.Probabilities {
		out[p.Key] = p.P
	}
	return out
}
