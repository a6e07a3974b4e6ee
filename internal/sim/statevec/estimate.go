package statevec

import (
	"math"
	"unsafe"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

func sizeOf[F kernel.Float]() int { return int(unsafe.Sizeof(F(0))) }

// Times measured on one core of a server processor (AMD Zen 4, 2.6 GHz) with AVX-512 in double precision, in seconds, by the
// benchmarks beside this file. They are for choosing between methods and for telling people to wait, where a factor of two does
// not matter.
const (
	secondsPerAmplitude = 1.2e-10 // and op of the circuit; what fusion saves is in it
	secondsPerRead      = 1e-8    // and amplitude, for faulting memory in and for sampling
	secondsPerShot      = 6e-8
	secondsPerOp        = 1.5e-6 // compiling
)

// slowerThan tells how much longer the other kernels take.
var slowerThan = map[string]float64{"avx512": 1, "avx2": 1.3, "go": 6}

// Estimate is sim.Engine's. Bytes is exact but for circuits that measure in the middle, which may hold a state for each branch and
// are taken to hold two; what does not fit waits its turn.
func (e *engine) Estimate(r *sim.Request) sim.Estimate {
	if r.Precision == sim.Single {
		return estimate(r, e.options, kernelSet[float32](e.options))
	}
	return estimate(r, e.options, kernelSet[float64](e.options))
}

func estimate[F kernel.Float](r *sim.Request, o options, set *kernel.Set[F]) sim.Estimate {
	if r.Circuit.NumQubits > maxQubits {
		return sim.Estimate{Bytes: math.MaxInt64, Seconds: math.Inf(1), Exact: true}
	}
	s := newShared(r.Circuit, r.Threads, r.MaxMemory, o, set)
	states := int64(1)
	collapses := branches(r.Circuit)
	if collapses {
		states = 2
	}
	amplitudes := math.Ldexp(1, r.Circuit.NumQubits)
	ops := float64(len(r.Circuit.Ops))
	threads := 1.0
	if r.Circuit.NumQubits > singleThreadQubits {
		threads = float64(max(1, r.Threads))
	}
	perOp := secondsPerAmplitude * slowerThan[set.Name] * float64(sizeOf[F]()) / 8
	seconds := amplitudes*(ops*perOp+secondsPerRead)/threads + ops*secondsPerOp + float64(r.Shots)*secondsPerShot
	return sim.Estimate{Bytes: s.need(states), Seconds: seconds, Exact: !collapses}
}

// branches reports whether the circuit may need more than one state at once: it resets, or goes on after a measurement.
func branches(c *circuit.Circuit) bool {
	measured := make([]bool, c.NumQubits)
	for _, op := range c.Ops {
		switch op.Kind {
		case circuit.Reset:
			return true
		case circuit.Measure:
			measured[c.Qubits(op)[0]] = true
			if op.If != 0 {
				return true
			}
		case circuit.Gate:
			if op.If != 0 {
				return true
			}
			for _, q := range c.Qubits(op) {
				if measured[q] {
					return true
				}
			}
		}
	}
	return false
}
