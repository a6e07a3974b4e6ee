package pass

import "github.com/softquantus/qcos/internal/circuit"

// DropIdle drops the qubits that no op acts on: they are in |0> throughout. The others keep their order; Declared tells their old numbers.
func DropIdle(c *circuit.Circuit) *circuit.Circuit {
	used := make([]bool, c.NumQubits)
	for i := range c.Ops {
		op := &c.Ops[i]
		if op.Kind == circuit.Barrier {
			continue
		}
		for _, q := range c.Qubits(*op) {
			used[q] = true
		}
	}
	var kept []circuit.Qubit
	for q, u := range used {
		if u {
			kept = append(kept, circuit.Qubit(q))
		}
	}
	if len(kept) == c.NumQubits {
		return c
	}
	return c.Restrict(kept)
}
