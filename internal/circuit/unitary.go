package circuit

import "slices"

// UnitaryOf returns the matrix of gates of the circuit in order, on qubits, of which the first is the lowest bit of an index. The gates
// act on no other qubits; barriers are skipped. It takes time and memory in proportion to 4^len(qubits).
func (c *Circuit) UnitaryOf(ops []Op, qubits []Qubit) []complex128 {
	n := 1 << len(qubits)
	m := make([]complex128, n*n)
	for i := range n {
		m[i*n+i] = 1
	}
	for _, op := range ops {
		if op.Kind == Gate {
			c.applyTo(m, n, op, qubits)
		}
	}
	return m
}

// applyTo multiplies the matrix of op from the left to m.
func (c *Circuit) applyTo(m []complex128, n int, op Op, qubits []Qubit) {
	g := c.Matrix(op)
	k, controls := 0, 0
	var targets []int
	for i, q := range c.Qubits(op) {
		at := slices.Index(qubits, q)
		if i < int(op.Controls) {
			controls |= 1 << at
		} else {
			targets = append(targets, at)
			k++
		}
	}
	size := 1 << k
	at, old := make([]int, size), make([]complex128, size)
	mask := 0
	for _, t := range targets {
		mask |= 1 << t
	}
	for row := range n {
		if row&controls != controls || row&mask != 0 {
			continue
		}
		for s := range at {
			at[s] = row
			for b, t := range targets {
				at[s] |= s >> b & 1 << t
			}
		}
		for col := range n {
			for s, r := range at {
				old[s] = m[r*n+col]
			}
			for s, r := range at {
				var sum complex128
				for j, x := range old {
					sum += g[s*size+j] * x
				}
				m[r*n+col] = sum
			}
		}
	}
}
