package pass

import (
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// TerminalMeasurements moves to the end, in their order, the measurements that could as well come last: without condition, of a qubit
// that only such measurements and barriers use afterwards, into a clbit that nothing else reads or writes afterwards. Where only
// outcomes are kept, the qubit may also be a control afterwards and get phases, which do not change what it is measured as. A runner
// can then sample them together. A circuit whose measurements stand there already is returned as it is.
func TerminalMeasurements(c *circuit.Circuit, keep Keep) *circuit.Circuit {
	used := make([]bool, c.NumQubits)
	touched := bitvec.New(c.NumClbits)
	var found []int // from the last to the first
	for i := len(c.Ops) - 1; i >= 0; i-- {
		op := &c.Ops[i]
		if isTerminal(c, op, used, touched) {
			found = append(found, i)
		} else if op.Kind != circuit.Barrier {
			for _, q := range changing(c, op, keep) {
				used[q] = true
			}
		}
		touch(c, op, touched)
	}
	if n := len(found); n == 0 || found[n-1] == len(c.Ops)-n {
		return c
	}
	return moveToEnd(c, found)
}

// moveToEnd moves the ops with the given indices, from the last to the first, behind all others.
func moveToEnd(c *circuit.Circuit, indices []int) *circuit.Circuit {
	slices.Reverse(indices)
	out := c.Skeleton()
	out.Ops = make([]circuit.Op, 0, len(c.Ops))
	from := 0
	for _, i := range indices {
		out.Ops = append(out.Ops, c.Ops[from:i]...)
		from = i + 1
	}
	out.Ops = append(out.Ops, c.Ops[from:]...)
	for _, i := range indices {
		out.Keep(c.Ops[i])
	}
	return out
}

// changing are the qubits of an operation that no measurement behind it may come from in front of it.
func changing(c *circuit.Circuit, op *circuit.Op, keep Keep) []circuit.Qubit {
	qubits := c.Qubits(*op)
	switch {
	case keep == State || op.Kind != circuit.Gate:
		return qubits
	case op.Gate != gate.Unitary && op.Gate.Row().Class == gate.Diagonal:
		return nil
	}
	return qubits[op.Controls:]
}

func isTerminal(c *circuit.Circuit, op *circuit.Op, used []bool, touched bitvec.Vec) bool {
	return op.Kind == circuit.Measure && op.If == 0 && !used[c.Qubits(*op)[0]] &&
		(op.Clbit() == circuit.NoClbit || !touched.Get(int(op.Clbit())))
}

// touch notes the clbits that op reads or writes.
func touch(c *circuit.Circuit, op *circuit.Op, touched bitvec.Vec) {
	if op.If != 0 {
		cond := c.Condition(op.If)
		touched.Fill(int(cond.First), cond.Width)
	}
	if (op.Kind == circuit.Measure || op.Kind == circuit.Assign) && op.Clbit() != circuit.NoClbit {
		touched.Set(int(op.Clbit()), true)
	}
}
