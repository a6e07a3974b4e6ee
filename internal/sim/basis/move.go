package basis

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// move is what a gate does to the basis states of its targets: state i goes to state to[i] and is multiplied by phase[i]. Bit k of a
// state is target k.
type move struct {
	to    []uint32
	phase []complex128
}

// tolerance is how far from 0 and 1 the elements of a matrix may be by rounding: what is left out is a probability of 1e-28 a gate.
const tolerance = 1e-14

// newMove reads a move off a matrix; nil where some basis state goes to a superposition.
func newMove(m []complex128) *move {
	n := gate.Dim(m)
	mv := &move{make([]uint32, n), make([]complex128, n)}
	for col := range n {
		found := false
		for row := range n {
			x := m[row*n+col]
			switch a := cmplx.Abs(x); {
			case a <= tolerance:
			case found || math.Abs(a-1) > tolerance:
				return nil
			default:
				mv.to[col], mv.phase[col] = uint32(row), x
				found = true
			}
		}
	}
	return mv
}

// superposes stands for the move of a gate that has none.
var superposes = &move{}

// moves makes the moves of ops, those of gates without parameters once. The zero value is ready.
type moves [math.MaxUint8 + 1]*move // by gate

// of returns the move of a Gate op, nil where it has none.
func (s *moves) of(c *circuit.Circuit, op circuit.Op) *move {
	if op.Gate == gate.Unitary || len(op.Gate.Row().Params) > 0 {
		return newMove(c.Matrix(op))
	}
	known := &s[op.Gate]
	if *known == nil {
		if *known = newMove(c.Matrix(op)); *known == nil {
			*known = superposes
		}
	}
	if *known == superposes {
		return nil
	}
	return *known
}
