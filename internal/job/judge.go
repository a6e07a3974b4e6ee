package job

import (
	"context"
	"errors"
	"math"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/run"
)

// verdict is what is said of a request before it is counted.
type verdict struct {
	explanation *run.Explanation // on the largest worker
	refusal     error
}

func (v verdict) plan() Plan {
	p := v.explanation.Plan
	return Plan{Method: p.Method, Precision: p.Precision.String(), Seconds: p.Seconds, Bytes: p.Bytes}
}

// judge looks at the program itself, then at the tier, then at the machine. A *CircuitError is an error, a refusal for the others is part of
// the verdict. What the tier refuses is planned only where explain is set.
func (f *Front) judge(ctx context.Context, c Caller, r Request, explain bool) (verdict, error) {
	p, err := f.read(ctx, r.QASM)
	if err != nil {
		return verdict{}, err
	}
	defer p.release()
	w, ok := workload(p.Program)
	if !ok {
		return verdict{}, circuitError(p.Program)
	}
	v := verdict{refusal: allowed(c.User.Owner.Tier, r, w.Qubits())}
	if v.refusal != nil && !explain {
		return v, nil
	}
	largest, err := f.capacity.get(ctx)
	if err != nil {
		return verdict{}, err
	}
	v.explanation, err = run.Explain(w, run.Options{
		Shots: r.Shots, Seed: r.Seed, Method: r.Method, Memory: r.Memory, MaxMemory: largest.MaxMemory,
	})
	var infeasible *run.InfeasibleError
	var fault *run.ProgramError
	switch {
	case v.refusal != nil: // the tier's word comes first
		return v, nil
	case errors.As(err, &infeasible):
		v.refusal = infeasible
		return v, nil
	case errors.As(err, &fault): // its variables do not fit into memory
		v.refusal = &run.InfeasibleError{Detail: place(p.Program, fault.Pos) + fault.Detail, Next: fault.Next}
		return v, nil
	case err != nil:
		return verdict{}, err
	case v.explanation.Refusal != nil:
		v.refusal = v.explanation.Refusal
	default:
		v.refusal = storable(registers(w), v.explanation.NumClbits, r)
	}
	return v, nil
}

// allowed is the tier's word.
func allowed(tier account.Tier, r Request, qubits int) error {
	if err := tier.CheckSize(int64(qubits), int64(r.Shots)); err != nil {
		return err
	}
	if r.Priority == 0 {
		return nil
	}
	if tier != account.Enterprise {
		return &ForbiddenError{"A priority of one's own is for the enterprise tier.", "leave priority out, or set it to 0: the tier's own"}
	}
	if p := account.Priority(r.Priority); p < account.High || p > account.Low {
		return &run.UsageError{Detail: "the priority is none of 0 (the tier's own), 1 (high), 2 (normal) and 3 (low)", Next: "leave priority out, or choose one of them"}
	}
	return nil
}

// MaxResult is how many bytes the JSON of a result may have. It is estimated at admission, for the worst case.
const MaxResult = 64 << 20

// Bytes of JSON around what a result consists of.
const (
	aroundCount  = 16 // of a key: quotes, colon, comma and the number
	aroundShot   = 3  // of an outcome in memory: quotes and comma
	aroundResult = 1 << 10
)

// storable refuses what would be too large an answer to keep.
func storable(registers, clbits int, r Request) error {
	width := int64(clbits + max(0, registers-1))
	keys := int64(r.Shots)
	if clbits < 62 {
		keys = min(keys, 1<<clbits)
	}
	bytes := aroundResult + times(keys, width+aroundCount)
	if r.Memory {
		bytes += times(int64(r.Shots), width+aroundShot)
	}
	if bytes <= MaxResult {
		return nil
	}
	return &ResultTooLargeError{Bytes: bytes, Max: MaxResult, Shots: r.Shots}
}

// registers is how many of them a key has.
func registers(w run.Workload) int {
	n := 0
	if w.Program != nil {
		n = len(w.Program.Cregs)
	}
	if w.Circuit != nil {
		n = max(n, len(w.Circuit.Cregs))
	}
	return n
}

// times is the product of two numbers that are not negative, as far as there are such numbers, and leaves room for a sum.
func times(a, b int64) int64 {
	const most = math.MaxInt64 / 4
	if a != 0 && b > most/a {
		return most
	}
	return a * b
}
