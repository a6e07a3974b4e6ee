// Package stabilizer is the engine for Clifford circuits of any width: h, s, x, cx and whatever is made of them, with measurement, reset and
// feed-forward anywhere. Its state is an inverse tableau (C. Gidney, "Stim: a fast stabilizer circuit simulator", Quantum 5, 497 (2021),
// section 2.3) of 4n² bits, and every outcome of it is certain or a fair coin. It stands beside the other engines and knows none of them.
//
// Where all decisions in a circuit are Paulis on single outcomes, as in teleportation and error correction, the circuit is run once for all
// shots: the signs of the tableau are then linear in the coins, and so is every outcome (W. Fang and M. Ying, "SymPhase: phase
// symbolization for fast simulation of stabilizer circuits", 2023). Other circuits go through package branch.
package stabilizer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
)

type engine struct{}

// New returns the engine. It has no settings and no state; its methods may be called from many goroutines.
func New() sim.Engine { return engine{} }

func (engine) Name() string { return "stabilizer" }

// maxQubits keeps the tableau's size within 64 bits; memory ends long before.
const maxQubits = 1 << 20

func (engine) Capabilities() sim.Capabilities {
	return sim.Capabilities{
		Want:       sim.Counts | sim.Memory | sim.Probabilities | sim.Expectations,
		Precisions: []sim.Precision{sim.Double, sim.Single},
		MaxQubits:  maxQubits,
		Unfit:      unfit,
	}
}

// unfit names the first gate that is no Clifford gate.
func unfit(c *circuit.Circuit) string {
	var known actions
	for i, op := range c.Ops {
		if op.Kind == circuit.Gate && known.of(c, op) == nil {
			return fmt.Sprintf("it takes only Clifford gates, and %s (operation %d of %d) is none", described(c, op), i+1, len(c.Ops))
		}
	}
	return ""
}

func unfitError(c *circuit.Circuit, op circuit.Op) error {
	return &sim.UnfitError{Engine: "stabilizer", Reason: described(c, op) + " is no Clifford gate"}
}

// described is a gate with its parameters and controls.
func described(c *circuit.Circuit, op circuit.Op) string {
	text := op.Gate.String()
	if params := c.Params(op); op.Gate.Row().IsPrimitive() && len(params) > 0 {
		text += fmt.Sprintf("(%.4g", params[0])
		for _, p := range params[1:] {
			text += fmt.Sprintf(",%.4g", p)
		}
		text += ")"
	}
	if op.Controls > 0 {
		text += fmt.Sprintf(" with %d controls", op.Controls)
	}
	return text
}

func (e engine) Run(ctx context.Context, r *sim.Request) (*sim.Result, error) {
	if err := sim.Check(e, r); err != nil {
		return nil, err
	}
	need := e.Estimate(r).Bytes
	if r.MaxMemory > 0 && need > r.MaxMemory {
		return nil, &sim.LimitError{What: "memory", Need: need, Have: r.MaxMemory}
	}
	res, err := runOnce(ctx, r)
	if errors.Is(err, errNotLinear) {
		res, err = branch.Run(ctx, r, func() (branch.State, error) { return newState(r.Circuit), nil })
	}
	if err != nil {
		return nil, err
	}
	res.Kernel = "go"
	res.PeakBytes = max(res.PeakBytes, need)
	return res, nil
}

// Costs measured on a server of 2023, rounded up: only their order of magnitude matters beside other engines.
const (
	secondsPerOp       = 60e-9
	secondsPerRowWord  = 1.5e-9 // of one product of rows, or of one row in a collapse
	secondsPerShot     = 40e-9
	secondsPerShotWord = 4e-9
)

// Estimate takes every measurement for a random one, in one history.
func (engine) Estimate(r *sim.Request) sim.Estimate {
	c := r.Circuit
	n, words := float64(c.NumQubits), float64((c.NumQubits+63)/64)
	gates, collapses := 0.0, 0.0
	for _, op := range c.Ops {
		switch op.Kind {
		case circuit.Gate:
			gates++
		case circuit.Measure, circuit.Reset:
			collapses++
		}
	}
	seconds := gates*(secondsPerOp+4*words*secondsPerRowWord) + collapses*2*n*words*secondsPerRowWord
	if r.Want&(sim.Counts|sim.Memory) != 0 {
		outcome := float64(c.NumClbits)/64 + 1
		seconds += float64(r.Shots) * (secondsPerShot + secondsPerShotWord*outcome*math.Min(collapses, n)/2)
	}
	bytes := 4*n*words*8 + 40*2*n + 32*float64(len(c.Ops)) + 16*collapses + 4096
	if r.Want.Has(sim.Memory) {
		bytes += float64(r.Shots) * (32 + float64(c.NumClbits)/8)
	}
	if bytes >= math.MaxInt64 {
		return sim.Estimate{Bytes: math.MaxInt64, Seconds: math.Inf(1)}
	}
	return sim.Estimate{Bytes: int64(bytes), Seconds: seconds}
}
