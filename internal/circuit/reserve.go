package circuit

import "slices"

// Reserve makes room for about that many more operations and operands, so that adding them copies nothing.
func (c *Circuit) Reserve(ops, operands int) {
	c.Ops = slices.Grow(c.Ops, ops)
	c.qubits = slices.Grow(c.qubits, operands)
}
