package circuit

import "slices"

// Clone returns a circuit that equals c and can be added to without changing c. Copying happens when it is added to.
func (c *Circuit) Clone() *Circuit {
	d := *c
	d.Qregs, d.Cregs, d.Ops = slices.Clip(c.Qregs), slices.Clip(c.Cregs), slices.Clip(c.Ops)
	d.conds, d.qubits, d.params, d.matrices = slices.Clip(c.conds), slices.Clip(c.qubits), slices.Clip(c.params), slices.Clip(c.matrices)
	return &d
}
