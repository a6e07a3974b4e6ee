package stabilizer

import (
	"encoding/binary"
	"math"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// action is what conjugation by the inverse of a gate G makes of the Paulis on its operands: G†·P·G for P = X on operand 0, Z on
// operand 0, X on operand 1, and so on, controls first. The action of a gate on no qubit, a phase, is empty.
type action []gate.SignedPauli

// tolerance bounds how far an angle may lie from a multiple of π/2 to be taken for it: what programs write with ten digits.
const tolerance = 1e-9

// actions remembers the actions of gates by row, controls and parameters. The zero actions are empty.
type actions struct {
	plain  map[uint32]action // of rows without parameters
	params map[string]action
}

// of is the action of a gate op, nil where it is no Clifford gate.
func (a *actions) of(c *circuit.Circuit, op circuit.Op) action {
	switch {
	case op.Gate == gate.Unitary:
		return find(c, op)
	case len(op.Gate.Row().Params) > 0:
		return a.ofParams(c, op)
	}
	key := uint32(op.Gate)<<16 | uint32(op.Controls)
	found, ok := a.plain[key]
	if !ok {
		found = find(c, op)
		if a.plain == nil {
			a.plain = map[uint32]action{}
		}
		a.plain[key] = found
	}
	return found
}

// mostRemembered bounds the memory of parameters that never come again.
const mostRemembered = 1 << 12

func (a *actions) ofParams(c *circuit.Circuit, op circuit.Op) action {
	var buf [8 * 6]byte
	key := append(buf[:0], byte(op.Gate), byte(op.Controls), byte(op.Controls>>8))
	for _, p := range c.Params(op) {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(p))
	}
	found, ok := a.params[string(key)]
	if !ok {
		found = find(c, op)
		if a.params == nil || len(a.params) >= mostRemembered {
			a.params = map[string]action{}
		}
		a.params[string(key)] = found
	}
	return found
}

func find(c *circuit.Circuit, op circuit.Op) action {
	if op.NumQubits() == 0 {
		return action{}
	}
	images, ok := gate.Clifford(gate.Adjoint(c.Matrix(op)), int(op.Controls), tolerance)
	if !ok {
		return nil
	}
	return images
}
