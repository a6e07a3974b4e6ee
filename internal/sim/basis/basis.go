// Package basis is the engine for classical reversible circuits of any width: its state is a single basis state, one bit a qubit,
// with a phase. It runs every circuit whose gates take basis states to basis states, which is what adders, multipliers and other
// arithmetic are made of, in time that does not depend on the number of qubits. It stands beside the other engines and knows none
// of them.
package basis

import (
	"context"
	"fmt"
	"math"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
)

type engine struct{}

// New returns the engine. It has no settings and no state; its methods may be called from many goroutines.
func New() sim.Engine { return engine{} }

func (engine) Name() string { return "basis" }

func (engine) Capabilities() sim.Capabilities {
	return sim.Capabilities{
		Want:       sim.Counts | sim.Memory | sim.Probabilities | sim.Amplitudes | sim.Expectations,
		Precisions: []sim.Precision{sim.Double, sim.Single},
		MaxQubits:  math.MaxInt32,
		Unfit:      unfit,
	}
}

// unfit names the first gate that may leave a superposition.
func unfit(c *circuit.Circuit) string {
	var m moves
	for i, op := range c.Ops {
		if op.Kind == circuit.Gate && m.of(c, op) == nil {
			return fmt.Sprintf("it takes only gates that map basis states to basis states, and %s (operation %d of %d) makes superpositions", op.Gate, i+1, len(c.Ops))
		}
	}
	return ""
}

// Costs measured on a server of 2023, rounded up: only their order of magnitude matters beside other engines.
const (
	secondsPerOp   = 60e-9
	secondsPerShot = 20e-9
)

// Estimate is exact about memory but for the outcomes, of which there is one.
func (engine) Estimate(r *sim.Request) sim.Estimate {
	c := r.Circuit
	bytes := int64(c.NumQubits/8+c.NumClbits/8) + 32*int64(len(c.Ops)) + 4096
	seconds := secondsPerOp * float64(len(c.Ops))
	if r.Want.Has(sim.Memory) {
		bytes += 32 * int64(r.Shots)
		seconds += secondsPerShot * float64(r.Shots)
	}
	if r.Want.Has(sim.Amplitudes) {
		a := vectorBytes(c.NumQubits)
		bytes = a + min(bytes, math.MaxInt64-a)
		seconds += float64(a) * 1e-9
	}
	return sim.Estimate{Bytes: bytes, Seconds: seconds, Exact: true}
}

// vectorBytes is what 2^n amplitudes take, or math.MaxInt64 where that is more.
func vectorBytes(n int) int64 {
	if n >= 59 {
		return math.MaxInt64
	}
	return 16 << n
}

func (e engine) Run(ctx context.Context, r *sim.Request) (*sim.Result, error) {
	if err := sim.Check(e, r); err != nil {
		return nil, err
	}
	need := e.Estimate(r).Bytes
	if r.MaxMemory > 0 && need > r.MaxMemory {
		return nil, &sim.LimitError{What: "memory", Need: need, Have: r.MaxMemory}
	}
	res, err := branch.Run(ctx, r, func() (branch.State, error) { return newState(r.Circuit), nil })
	if err != nil {
		return nil, err
	}
	res.Kernel = "go"
	res.PeakBytes = max(res.PeakBytes, need)
	return res, nil
}
