package pass

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// entangled is a circuit in which nothing can be dropped, of about n ops.
func entangled(n int) *circuit.Circuit {
	r := rand.New(rand.NewPCG(1, 2))
	c := &circuit.Circuit{}
	const qubits = 24
	c.AddQreg("q", qubits)
	c.AddCreg("c", qubits)
	for range n {
		a := circuit.Qubit(r.IntN(qubits))
		b := (a + 1 + circuit.Qubit(r.IntN(qubits-1))) % qubits
		switch r.IntN(3) {
		case 0:
			c.AddGate(gate.U, 0, []float64{r.Float64(), r.Float64(), r.Float64()}, a)
		case 1:
			c.AddGate(gate.X, 1, nil, a, b)
		default:
			c.AddGate(gate.RZ, 0, []float64{r.Float64()}, a)
		}
	}
	for q := range circuit.Qubit(qubits) {
		c.AddGate(gate.H, 0, nil, q)
		c.AddMeasure(q, q)
	}
	return c
}

// arithmetic is a classical reversible circuit of about n ops, of which nothing is left.
func arithmetic(n int) *circuit.Circuit {
	r := rand.New(rand.NewPCG(3, 4))
	c := &circuit.Circuit{}
	const qubits = 400
	c.AddQreg("q", qubits)
	c.AddCreg("c", qubits)
	for q := range circuit.Qubit(qubits / 2) {
		c.AddGate(gate.X, 0, nil, q)
	}
	for range n {
		first, k := r.IntN(qubits-3), r.IntN(3)
		qs := []circuit.Qubit{circuit.Qubit(first + 2), circuit.Qubit(first + 1), circuit.Qubit(first)}
		c.AddGate(gate.X, k, nil, qs[:k+1]...)
	}
	for q := range circuit.Qubit(qubits) {
		c.AddMeasure(q, q)
	}
	return c
}

func BenchmarkSimplify(b *testing.B) {
	for name, build := range map[string]func(int) *circuit.Circuit{"entangled": entangled, "arithmetic": arithmetic} {
		for _, n := range []int{10, 1000, 1_000_000} {
			c := build(n)
			b.Run(fmt.Sprintf("circuit=%s/ops=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Simplify(c, Outcomes)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(c.Ops)), "ns/op-of-circuit")
			})
		}
	}
}
