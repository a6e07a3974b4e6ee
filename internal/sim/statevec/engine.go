package statevec

import (
	"context"
	"math"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/branch"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// engine is the state vector method.
type engine struct{ options options }

// options are for tests and benchmarks of the engine; its users have none.
type options struct {
	kernel         string // the name of a kernel set; "" is the fastest
	lanes          int    // of the portable set; 0 is its own choice
	chunkBits      int    // see schedule; 0 is chunkBytes
	noFusion       bool   // apply every gate by itself
	alwaysParallel bool   // use all threads for small states too
}

// New returns the engine "statevector". It runs every circuit whose 2^n amplitudes fit memory: 16 bytes each in double precision,
// 8 in single.
func New() sim.Engine { return &engine{} }

func (*engine) Name() string { return "statevector" }

func (*engine) Capabilities() sim.Capabilities {
	return sim.Capabilities{
		Want:       sim.Counts | sim.Memory | sim.Probabilities | sim.Amplitudes | sim.Expectations,
		Precisions: []sim.Precision{sim.Double, sim.Single},
		MaxQubits:  maxQubits,
		Unfit:      func(*circuit.Circuit) string { return "" },
	}
}

// Run is sim.Engine's.
func (e *engine) Run(ctx context.Context, r *sim.Request) (*sim.Result, error) {
	if err := sim.Check(e, r); err != nil {
		return nil, err
	}
	if r.Precision == sim.Single {
		return run(ctx, r, e.options, kernelSet[float32](e.options))
	}
	return run(ctx, r, e.options, kernelSet[float64](e.options))
}

func run[F kernel.Float](ctx context.Context, r *sim.Request, o options, set *kernel.Set[F]) (*sim.Result, error) {
	s := newShared(r.Circuit, r.Threads, r.MaxMemory, o, set)
	defer s.free()
	if need := s.need(1); r.MaxMemory > 0 && need > r.MaxMemory {
		return nil, &sim.LimitError{What: "memory", Need: need, Have: r.MaxMemory}
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	result, err := branch.Run(ctx, r, func() (branch.State, error) {
		state, err := newState(s)
		if err != nil {
			return nil, err
		}
		return state, nil
	})
	if err != nil {
		return nil, err
	}
	result.Kernel = set.Name
	result.PeakBytes += s.budget.peak
	return result, nil
}

// kernelSet is the set that the options name.
func kernelSet[F kernel.Float](o options) *kernel.Set[F] {
	if o.kernel == "go" && o.lanes > 0 {
		return kernel.Portable[F](o.lanes)
	}
	for _, k := range kernel.All[F]() {
		if o.kernel == "" || k.Name == o.kernel {
			return k
		}
	}
	panic("internal error: this machine has no kernels " + o.kernel)
}

// need is the memory of a run that holds so many states at once, in bytes; math.MaxInt64 where it passes that.
func (r *shared[F]) need(states int64) int64 {
	if r.circuit.NumQubits > maxQubits {
		return math.MaxInt64
	}
	size := int64(sizeOf[F]())
	return states*size*int64(elements[F](r.circuit.NumQubits, r.set.LaneBits())) + size*int64(r.scratchElements())
}

// scratchElements is the length of all threads' chunks together; none are needed where the state is one chunk.
func (r *shared[F]) scratchElements() int {
	bits := max(r.chunkBits(), runBits+r.widest())
	if r.circuit.NumQubits <= r.chunkBits() {
		return 0
	}
	return r.threads * 2 << min(bits, r.circuit.NumQubits)
}

// widest is the number of qubits that the largest matrix mixes.
func (r *shared[F]) widest() (n int) {
	for _, op := range r.circuit.Ops {
		if op.Kind == circuit.Gate {
			n = max(n, op.NumQubits()-int(op.Controls))
		}
	}
	return n
}

// prepare allocates what all states share.
func (r *shared[F]) prepare() error {
	if n := r.scratchElements(); n > 0 {
		return r.needScratch(n / r.threads)
	}
	return nil
}
