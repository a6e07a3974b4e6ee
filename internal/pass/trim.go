package pass

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// Trim drops barriers and gates that do nothing, among them rotations by exactly 0, and adds global phases up in GlobalPhase.
func Trim(c *circuit.Circuit) *circuit.Circuit {
	out := c.Skeleton()
	out.Ops = make([]circuit.Op, 0, len(c.Ops))
	for _, op := range c.Ops {
		switch {
		case op.Kind == circuit.Barrier, op.Kind == circuit.Gate && isIdentity(c, op):
		case op.Kind == circuit.Gate && op.Gate == gate.GPhase && op.Controls == 0 && op.If == 0:
			out.GlobalPhase += c.Params(op)[0]
		default:
			out.Keep(op)
		}
	}
	return out
}

// isIdentity relies on the gate table: with all angles 0 every row is the identity.
func isIdentity(c *circuit.Circuit, op circuit.Op) bool {
	row := op.Gate.Row()
	if row.Class == gate.Identity {
		return true
	}
	if len(row.Params) == 0 {
		return false
	}
	for _, p := range c.Params(op) {
		if p != 0 {
			return false
		}
	}
	return true
}
