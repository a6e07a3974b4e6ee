package pass

import (
	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
)

// TerminalMeasurements moves to the end, in their order, the measurements that could as well come last: without condition, of a qubit
// that only such measurements and barriers use afterwards, into a clbit that nothing else reads or writes afterwards. A runner
// can then sample them together. A circuit whose measurements stand there already is returned as it is.
func TerminalMeasurements(c *circuit.Circuit) *circuit.Circuit {
	final := make([]bool, len(c.Ops))
	used := make([]bool, c.NumQubits)
	touched := bitvec.New(c.NumClbits)
	found, ordered := 0, true
	for i := len(c.Ops) - 1; i >= 0; i-- {
		op := c.Ops[i]
		if isTerminal(c, op, used, touched) {
			final[i] = true
			found++
			ordered = ordered && i == len(c.Ops)-found
		} else if op.Kind != circuit.Barrier {
			for _, q := range c.Qubits(op) {
				used[q] = true
			}
		}
		touch(c, op, touched)
	}
	if ordered {
		return c
	}
	out := c.Skeleton()
	out.Ops = make([]circuit.Op, 0, len(c.Ops))
	for _, last := range []bool{false, true} {
		for i, op := range c.Ops {
			if final[i] == last {
				out.Keep(op)
			}
		}
	}
	return out
}

func isTerminal(c *circuit.Circuit, op circuit.Op, used []bool, touched bitvec.Vec) bool {
	return op.Kind == circuit.Measure && op.If == 0 && !used[c.Qubits(op)[0]] &&
		(op.Clbit() == circuit.NoClbit || !touched.Get(int(op.Clbit())))
}

// touch notes the clbits that op reads or writes.
func touch(c *circuit.Circuit, op circuit.Op, touched bitvec.Vec) {
	if op.If != 0 {
		cond := c.Condition(op.If)
		touched.Fill(int(cond.First), cond.Width)
	}
	if (op.Kind == circuit.Measure || op.Kind == circuit.Assign) && op.Clbit() != circuit.NoClbit {
		touched.Set(int(op.Clbit()), true)
	}
}
