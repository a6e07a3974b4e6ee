package compile

import (
	"math"
	"math/big"
	"slices"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
)

// power applies a gate to a power, under controls. (U^k)† is U^-k, principal roots included.
func (c *Compiler) power(m modifier, rest []modifier, g *Gate, params []program.Param, list []program.Qubit, ctx around) bool {
	for m.integer != nil && len(rest) > 0 && rest[0].kind == ast.Pow && rest[0].integer != nil {
		product := new(big.Int).Mul(m.integer, rest[0].integer)
		v, _ := new(big.Float).SetInt(product).Float64()
		m, rest = modifier{kind: ast.Pow, integer: product, exponent: program.Const(v)}, rest[1:]
	}
	if m.exponent.Slot < 0 {
		k := m.exponent.Value
		if len(rest) == 0 && g.Row != nil && g.body == nil && m.integer != nil {
			if parity, ok := g.Row.Parity(gate.QASM3, m.integer.Bit(0) == 1); ok {
				k = parity
			}
		}
		if ctx.inverse {
			k, ctx.inverse = -k, false
		}
		if done, ok := c.simplePower(k, rest, g, params, list, ctx); done {
			return ok
		}
		m.exponent = program.Const(k)
	} else if ctx.inverse {
		s := c.temp(1)
		c.emit(program.NegF, 0, s, m.exponent.Slot, 0)
		m.exponent, ctx.inverse = negatedIn(s, m.exponent), false
	}
	slot := m.exponent.Slot
	if slot < 0 {
		slot = c.float(m.exponent.Value)
	}
	c.emit(program.PowBegin, 0, 0, 0, 0)
	ok := c.modified(rest, g, params, list, around{repeats: ctx.repeats})
	c.out.Pows = append(c.out.Pows, program.Pow{Controls: ctx.controls, Exponent: m.exponent})
	c.emit(program.PowEnd, 0, slot, int32(len(c.out.Pows)-1), 0)
	return ok
}

// simplePower writes a constant power without a matrix where that is possible: an integer one by repetition, others where the
// gate's angle can be scaled.
func (c *Compiler) simplePower(k float64, rest []modifier, g *Gate, params []program.Param, list []program.Qubit, ctx around) (done, ok bool) {
	if len(rest) == 0 && g.Row != nil && g.body == nil && allKnown(params) {
		if id, p, phase, ok := g.Row.Raise(gate.QASM3, values(params), k); ok {
			controls := append(slices.Clip(ctx.controls), list[:g.Row.Controls]...)
			c.emitPrimitive(id, constants(p), program.Const(phase), controls, list[g.Row.Controls:])
			return true, true
		}
	}
	ctx.repeats *= math.Abs(k)
	if k != math.Trunc(k) || ctx.repeats*float64(max(1, g.ops)) > repeatOps {
		return false, false
	}
	ctx.inverse = k < 0
	for range int(math.Abs(k)) {
		if !c.modified(rest, g, params, list, ctx) {
			return true, false
		}
	}
	return true, true
}

func allKnown(params []program.Param) bool {
	return !slices.ContainsFunc(params, func(p program.Param) bool { return p.Slot >= 0 })
}

func values(params []program.Param) []float64 {
	list := make([]float64, len(params))
	for i, p := range params {
		list[i] = p.Value
	}
	return list
}

func constants(v []float64) []program.Param {
	list := make([]program.Param, len(v))
	for i, x := range v {
		list[i] = program.Const(x)
	}
	return list
}
