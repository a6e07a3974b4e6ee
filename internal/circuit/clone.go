package circuit

import "slices"

// Clone returns a circuit that equals c and can be added to without changing c. Copying happens when it is added to.
func (c *Circuit) Clone() *Circuit {
	d := *c
	d.Qregs, d.Cregs, d.Ops = slices.Clip(c.Qregs), slices.Clip(c.Cregs), slices.Clip(c.Ops)
	d.conds, d.qubits, d.params, d.matrices = slices.Clip(c.conds), slices.Clip(c.qubits), slices.Clip(c.params), slices.Clip(c.matrices)
	return &d
}

// Restrict returns c with the given qubits only, distinct and numbered anew in that order. Ops other than barriers must act on no
// others; barriers are dropped.
func (c *Circuit) Restrict(qubits []Qubit) *Circuit {
	d := c.Clone()
	d.NumQubits, d.NumDeclared = len(qubits), c.DeclaredQubits()
	d.Declared = make([]Qubit, len(qubits))
	number := make([]Qubit, c.NumQubits)
	for i, q := range qubits {
		d.Declared[i] = c.DeclaredQubit(q)
		number[q] = Qubit(i)
	}
	// Operands of ops that were dropped lie in the arena still; what they become does not matter.
	d.qubits = make([]Qubit, len(c.qubits))
	for i, q := range c.qubits {
		d.qubits[i] = number[q]
	}
	d.Ops = slices.DeleteFunc(slices.Clone(c.Ops), func(op Op) bool { return op.Kind == Barrier })
	return d
}
