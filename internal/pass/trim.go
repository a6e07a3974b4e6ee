package pass

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// Trim drops barriers and gates that do nothing, among them rotations by exactly 0, and adds global phases up in GlobalPhase.
// A circuit without any of them is returned as it is.
func Trim(c *circuit.Circuit) *circuit.Circuit {
	first := 0
	for first < len(c.Ops) && !isTrimmed(c, &c.Ops[first]) {
		first++
	}
	if first == len(c.Ops) {
		return c
	}
	out := c.Skeleton()
	out.Ops = append(make([]circuit.Op, 0, len(c.Ops)), c.Ops[:first]...)
	for i := range c.Ops[first:] {
		op := &c.Ops[first+i]
		switch {
		case !isTrimmed(c, op):
			out.Keep(*op)
		case op.Kind == circuit.Gate && op.Gate == gate.GPhase:
			out.GlobalPhase += c.Params(*op)[0]
		}
	}
	return out
}

func isTrimmed(c *circuit.Circuit, op *circuit.Op) bool {
	switch op.Kind {
	case circuit.Barrier:
		return true
	case circuit.Gate:
		return op.Gate == gate.GPhase && op.Controls == 0 && op.If == 0 || isIdentity(c, op)
	}
	return false
}

// isIdentity relies on the gate table: with all angles 0 every row is the identity.
func isIdentity(c *circuit.Circuit, op *circuit.Op) bool {
	row := op.Gate.Row()
	if row.Class == gate.Identity {
		return true
	}
	if len(row.Params) == 0 {
		return false
	}
	for _, p := range c.Params(*op) {
		if p != 0 {
			return false
		}
	}
	return true
}
