package run_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// teleports is a chain of n teleportations of ry(1)|0> with measured feed-forward. Each measurement writes a bit of its own, or
// all of them the same two.
func teleports(n int, ownBits bool) string {
	var b strings.Builder
	b.WriteString("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[3];\ncreg c[1];\n")
	registers := 1
	if ownBits {
		registers = n
	}
	for i := range registers {
		fmt.Fprintf(&b, "creg a%d[1];\ncreg b%d[1];\n", i, i)
	}
	b.WriteString("ry(1) q[0];\n")
	for i := range n {
		k := i % registers
		fmt.Fprintf(&b, "reset q[1]; reset q[2]; h q[1]; cx q[1],q[2]; cx q[0],q[1]; h q[0];\nmeasure q[0] -> a%d[0]; measure q[1] -> b%d[0];\nif(b%d==1) x q[2];\nif(a%d==1) z q[2];\nswap q[0],q[2];\n", k, k, k, k)
	}
	b.WriteString("measure q[0] -> c[0];\n")
	return b.String()
}

func load(t testing.TB, text string) *circuit.Circuit {
	t.Helper()
	p := qasm.Load("test.qasm", []byte(text), qasm.Options{})
	if p.Circuit == nil {
		t.Fatalf("refused: %v", p.Diagnostics)
	}
	return p.Circuit
}

func runSeeded(t testing.TB, c *circuit.Circuit, shots int) *run.Report {
	t.Helper()
	seed := uint64(11)
	r, err := run.Circuit(context.Background(), c, run.Options{Shots: shots, Seed: &seed})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTeleportChains: the state arrives through any number of teleportations, and its bits are fair coins.
func TestTeleportChains(t *testing.T) {
	const shots = 20000
	for _, ownBits := range []bool{true, false} {
		r := runSeeded(t, load(t, teleports(40, ownBits)), shots)
		ones, firstA := 0, 0
		for _, c := range r.Counts {
			bits := strings.Split(c.Key, " ")
			if bits[len(bits)-1] == "1" {
				ones += c.N
			}
			if bits[len(bits)-2] == "1" {
				firstA += c.N
			}
		}
		for _, x := range []struct {
			what string
			got  int
			p    float64
		}{{"teleported bit", ones, math.Pow(math.Sin(0.5), 2)}, {"measured bit", firstA, 0.5}} {
			if bound := 5 * math.Sqrt(shots*x.p*(1-x.p)); math.Abs(float64(x.got)-shots*x.p) > bound {
				t.Errorf("own bits %v: %s is 1 in %d of %d shots, want %.0f ± %.0f", ownBits, x.what, x.got, shots, shots*x.p, bound)
			}
		}
	}
}

// BenchmarkTeleport shows that the cost is linear in the length, and with two shared bits nearly free of the shots.
func BenchmarkTeleport(b *testing.B) {
	for _, x := range []struct {
		length, shots int
		ownBits       bool
	}{{500, 1000, true}, {5000, 1000, true}, {5000, 1000, false}, {5000, 100000, false}} {
		c := load(b, teleports(x.length, x.ownBits))
		b.Run(fmt.Sprintf("length=%d/shots=%d/own=%v", x.length, x.shots, x.ownBits), func(b *testing.B) {
			for b.Loop() {
				runSeeded(b, c, x.shots)
			}
		})
	}
}
