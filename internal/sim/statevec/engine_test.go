package statevec

import (
	"context"
	"errors"
	"math"
	"math/cmplx"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// bell is an entangled pair on the first and the last of n qubits, measured.
func bell(n int) *circuit.Circuit {
	c := &circuit.Circuit{}
	c.AddQreg("q", n)
	c.AddCreg("c", 2)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddGate(gate.X, 1, nil, 0, uint32(n-1))
	c.AddMeasure(0, 0)
	c.AddMeasure(uint32(n-1), 1)
	return c
}

func TestRun(t *testing.T) {
	const shots = 10000
	for _, n := range []int{2, 9, 18} {
		for _, p := range []sim.Precision{sim.Double, sim.Single} {
			r := &sim.Request{Circuit: bell(n), Want: sim.Counts | sim.Probabilities | sim.Amplitudes, Shots: shots, Seed: 5, Threads: 2, Precision: p, MaxOutcomes: 4}
			result, err := New().Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Counts) != 2 || result.Counts[0].Bits.String() != "00" || result.Counts[1].Bits.String() != "11" {
				t.Fatalf("%d qubits: counts %v", n, result.Counts)
			}
			if d := math.Abs(float64(result.Counts[0].Count) - shots/2); d > 5*math.Sqrt(shots)/2 {
				t.Errorf("%d qubits: counts %v", n, result.Counts)
			}
			for _, x := range result.Probabilities {
				if math.Abs(x.P-0.5) > 1e-6 {
					t.Errorf("%d qubits: probabilities %v", n, result.Probabilities)
				}
			}
			if last := result.Amplitudes[1|1<<(n-1)]; math.Abs(real(last)-math.Sqrt2/2) > 1e-6 || imag(last) != 0 {
				t.Errorf("%d qubits: amplitude %v", n, last)
			}
			if result.Kernel == "" || result.PeakBytes < New().Estimate(r).Bytes {
				t.Errorf("kernel %q, %d bytes at most, %d estimated", result.Kernel, result.PeakBytes, New().Estimate(r).Bytes)
			}
		}
	}
}

// TestNoQubits has nothing to simulate but a phase.
func TestNoQubits(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddGate(gate.GPhase, 0, []float64{1})
	r := &sim.Request{Circuit: c, Want: sim.Counts | sim.Amplitudes, Shots: 3, Threads: 2, Precision: sim.Double}
	result, err := New().Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Counts) != 1 || result.Counts[0].Count != 3 || cmplx.Abs(result.Amplitudes[0]-cmplx.Rect(1, 1)) > 1e-15 {
		t.Errorf("counts %v, amplitudes %v", result.Counts, result.Amplitudes)
	}
}

// TestAdaptive compares circuits that measure, reset and decide with the reference.
func TestAdaptive(t *testing.T) {
	r := newRandom(t)
	for range 20 {
		const n = 4
		c := &circuit.Circuit{}
		c.AddQreg("q", n)
		c.AddCreg("c", 3)
		for i := range 8 {
			part := randomCircuit(r, n, 5)
			for _, op := range part.Ops {
				c.Copy(part, op, part.Qubits(op))
			}
			switch q := uint32(r.IntN(n)); i % 3 {
			case 0:
				c.AddMeasure(q, uint32(r.IntN(3)))
			case 1:
				c.AddReset(q)
			default:
				bits := r.IntN(8)
				id := c.AddCondition(circuit.Condition{First: 0, Width: 3, Value: valueOf(bits)})
				c.AddGate(gate.H, 0, nil, q).If = id
			}
		}
		want := reference.Distribution(c)
		for _, p := range []sim.Precision{sim.Double, sim.Single} {
			request := &sim.Request{Circuit: c, Want: sim.Probabilities, Threads: 2, Precision: p, MaxOutcomes: 1 << 20}
			result, err := New().Run(context.Background(), request)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range result.Probabilities {
				if math.Abs(x.P-want[x.Bits.String()]) > 1e-5 {
					t.Errorf("%v precision: %s has %g, %g expected", p, x.Bits, x.P, want[x.Bits.String()])
				}
			}
		}
	}
}

func TestMemoryIsRefusedBeforeItIsTaken(t *testing.T) {
	for _, n := range []int{10, 20, 40, maxQubits} {
		r := &sim.Request{Circuit: bell(n), Want: sim.Counts, Shots: 1, Threads: 2, Precision: sim.Double}
		need := New().Estimate(r).Bytes
		if least := int64(16) << n; need < least {
			t.Errorf("%d qubits: %d bytes estimated, the state alone is %d", n, need, least)
		}
		r.MaxMemory = need - 1
		var limit *sim.LimitError
		if _, err := New().Run(context.Background(), r); !errors.As(err, &limit) || limit.What != "memory" || limit.Need != need || limit.Have != need-1 {
			t.Errorf("%d qubits in %d bytes: %v", n, r.MaxMemory, err)
		}
		if n <= 20 {
			r.MaxMemory = need
			if _, err := New().Run(context.Background(), r); err != nil {
				t.Errorf("%d qubits in what was estimated: %v", n, err)
			}
		}
	}
	r := &sim.Request{Circuit: bell(maxQubits + 1), Want: sim.Counts, Shots: 1, Threads: 1, Precision: sim.Double}
	var limit *sim.LimitError
	if _, err := New().Run(context.Background(), r); !errors.As(err, &limit) || limit.What != "qubits" {
		t.Errorf("more qubits than can be: %v", err)
	}
}

// TestMemoryIsGivenBack watches the account of a run with branches that are copied; every buffer books what it maps.
func TestMemoryIsGivenBack(t *testing.T) {
	c := bell(17)
	run := newShared(c, 2, 0, options{chunkBits: 10}, kernelSet[float64](options{}))
	s, err := newState(run)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(context.Background(), 0, 2); err != nil {
		t.Fatal(err)
	}
	d := s.Clone()
	if least := int64(2 * 16 << 17); run.budget.peak < least {
		t.Errorf("%d bytes booked, two states are %d", run.budget.peak, least)
	}
	d.Free()
	s.Free()
	s.Free()
	run.free()
	if run.budget.used != 0 || s.amps.mapping != nil {
		t.Errorf("%d bytes are still booked", run.budget.used)
	}
}

func valueOf(bits int) bitvec.Vec { return bitvec.FromUint64(uint64(bits), 3) }
