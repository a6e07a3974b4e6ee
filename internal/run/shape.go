package run

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
)

// keys are the registers of a key, in order of declaration.
type keys []circuit.Register

func (k keys) width() int {
	n := 0
	for _, r := range k {
		n += r.Size
	}
	return n
}

// of prints the value of all clbits as a key.
func (k keys) of(bits bitvec.Vec) string {
	if len(k) == 0 {
		return ""
	}
	b := make([]byte, 0, k.width()+len(k))
	for i := len(k) - 1; i >= 0; i-- {
		for c := k[i].Size - 1; c >= 0; c-- {
			if bits.Get(int(k[i].First) + c) {
				b = append(b, '1')
			} else {
				b = append(b, '0')
			}
		}
		b = append(b, ' ')
	}
	return string(b[:len(b)-1])
}

// whole reports whether a key shows all n clbits, so that distinct values have distinct keys.
func (k keys) whole(n int) bool { return k.width() == n }

// outcome is an engine's outcome as it was read, with how often it came.
type outcome struct {
	read
	bits bitvec.Vec
	n    int
}

func (j *job) shape(ctx context.Context, r *Report, result *sim.Result) error {
	list := make([]outcome, 0, len(result.Counts))
	for _, o := range result.Counts {
		x, err := j.reading.of(ctx, o.Bits)
		if err != nil {
			return err
		}
		list = append(list, outcome{x, o.Bits, o.Count})
	}
	r.Counts = j.counts(list)
	if j.options.Variables {
		j.variables(r, list)
	}
	for _, bits := range result.Memory {
		x, err := j.reading.of(ctx, bits)
		if err != nil {
			return err
		}
		r.Memory = append(r.Memory, x.key)
	}
	if j.options.StateVector {
		r.StateVector = declaredState(j.request.Circuit, j.declared, result.Amplitudes)
	}
	if !j.options.Probabilities {
		return nil
	}
	var err error
	r.Probabilities, r.ProbabilitiesComplete, err = j.probabilities(ctx, result.Probabilities)
	return err
}

// plain reports whether distinct outcomes have distinct keys.
func (j *job) plain() bool {
	return j.work.Program == nil && j.reading.keys.whole(j.request.Circuit.NumClbits)
}

func (j *job) counts(outcomes []outcome) []Count {
	out := make([]Count, 0, len(outcomes))
	for _, o := range outcomes {
		out = append(out, Count{o.key, o.n})
	}
	if !j.plain() {
		out = merge(out, func(c Count) string { return c.Key }, func(a *Count, b Count) { a.N += b.N })
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key)) })
	return out
}

func (j *job) probabilities(ctx context.Context, ps []sim.Probability) (largest []KeyProbability, complete bool, err error) {
	out := make([]KeyProbability, 0, len(ps))
	for _, p := range ps {
		x, err := j.reading.of(ctx, p.Bits)
		if err != nil {
			return nil, false, err
		}
		out = append(out, KeyProbability{x.key, p.P})
	}
	if !j.plain() {
		out = merge(out, func(p KeyProbability) string { return p.Key }, func(a *KeyProbability, b KeyProbability) { a.P += b.P })
	}
	slices.SortFunc(out, func(a, b KeyProbability) int {
		return cmp.Or(cmp.Compare(rounded(b.P), rounded(a.P)), cmp.Compare(a.Key, b.Key))
	})
	if len(out) > MaxProbabilities {
		return out[:MaxProbabilities:MaxProbabilities], false, nil
	}
	return out, true, nil
}

// rounded takes off the last digits of a probability, which rounding errors made: equals are then ordered by key.
func rounded(p float64) float64 { return math.Round(p * 1e13) }

// merge unites elements of one key, at the place of the first.
func merge[T any](list []T, key func(T) string, add func(*T, T)) []T {
	at := make(map[string]int, len(list))
	out := list[:0]
	for _, x := range list {
		if i, ok := at[key(x)]; ok {
			add(&out[i], x)
			continue
		}
		at[key(x)] = len(out)
		out = append(out, x)
	}
	return out
}

// declaredState spreads the amplitudes of c's qubits over the n declared ones; those that c dropped are in |0>.
func declaredState(c *circuit.Circuit, n int, amplitudes []complex128) []complex128 {
	out := make([]complex128, 1<<n)
	for i, a := range amplitudes {
		index := 0
		for q := range c.NumQubits {
			index |= i >> q & 1 << c.DeclaredQubit(uint32(q))
		}
		out[index] = a
	}
	return out
}
