package statevec

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
)

// The families are those of the comparison with other simulators: quantum volume, the Fourier transform of a product state, and
// layers of rotations with a ring of cx.
var families = map[string]func(r *rand.Rand, n int) *circuit.Circuit{"QV": quantumVolume, "QFT": fourier, "QCBM": rotationsAndRings}

func addU(c *circuit.Circuit, r *rand.Rand, q circuit.Qubit) {
	c.AddGate(gate.U, 0, []float64{math.Pi * r.Float64(), 6 * r.Float64(), 6 * r.Float64()}, q)
}

func quantumVolume(r *rand.Rand, n int) *circuit.Circuit {
	c := &circuit.Circuit{NumQubits: n}
	for range n {
		p := shuffled(r, n, n)
		for i := 0; i+1 < n; i += 2 {
			a, b := p[i], p[i+1]
			for _, turn := range [][]circuit.Qubit{{a, b}, {b, a}, {a, b}} {
				addU(c, r, a)
				addU(c, r, b)
				c.AddGate(gate.X, 1, nil, turn...)
			}
			addU(c, r, a)
			addU(c, r, b)
		}
	}
	return c
}

func fourier(r *rand.Rand, n int) *circuit.Circuit {
	c := &circuit.Circuit{NumQubits: n}
	for q := range uint32(n) {
		addU(c, r, q)
	}
	for i := n - 1; i >= 0; i-- {
		c.AddGate(gate.H, 0, nil, uint32(i))
		for j := i - 1; j >= 0; j-- {
			c.AddGate(gate.P, 1, []float64{math.Pi / math.Ldexp(1, i-j)}, uint32(j), uint32(i))
		}
	}
	for i := range n / 2 {
		c.AddGate(gate.Swap, 0, nil, uint32(i), uint32(n-1-i))
	}
	return c
}

func rotationsAndRings(r *rand.Rand, n int) *circuit.Circuit {
	c := &circuit.Circuit{NumQubits: n}
	for range 10 {
		for q := range uint32(n) {
			c.AddGate(gate.RZ, 0, []float64{6 * r.Float64()}, q)
			c.AddGate(gate.RX, 0, []float64{6 * r.Float64()}, q)
			c.AddGate(gate.RZ, 0, []float64{6 * r.Float64()}, q)
		}
		for q := range n {
			c.AddGate(gate.X, 1, nil, uint32(q), uint32((q+1)%n))
		}
	}
	return c
}

// benchmark runs a family with 1,024 shots from beginning to end, and reports amplitudes a second: those of the state times the
// gates of the circuit.
func benchmark(b *testing.B, family string) {
	for _, impl := range []string{"avx512", "avx2", "go"} {
		for _, n := range []int{16, 20, 24} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("impl=%s/q=%d/threads=%d", impl, n, threads), func(b *testing.B) {
					c := families[family](rand.New(rand.NewPCG(1, uint64(n))), n)
					gates := len(c.Ops)
					c.AddCreg("c", n)
					for q := range uint32(n) {
						c.AddMeasure(q, q)
					}
					e := &engine{options: options{kernel: impl}}
					r := &sim.Request{Circuit: c, Want: sim.Counts, Shots: 1024, Threads: threads, Precision: sim.Double}
					for b.Loop() {
						if _, err := e.Run(context.Background(), r); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(math.Ldexp(float64(gates), n)*float64(b.N)/b.Elapsed().Seconds(), "amplitudes/s")
				})
			}
		}
	}
}

func BenchmarkQV(b *testing.B)   { benchmark(b, "QV") }
func BenchmarkQFT(b *testing.B)  { benchmark(b, "QFT") }
func BenchmarkQCBM(b *testing.B) { benchmark(b, "QCBM") }
