package compile

import (
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
)

// primitive applies a row of the table.
func (c *Compiler) primitive(r *gate.Gate, params []program.Param, list []program.Qubit, ctx around) {
	controls := append(slices.Clip(ctx.controls), list[:r.Controls]...)
	inner := c.affine(params, r.TargetParams)
	phase := c.affine(params, func(p []float64) []float64 { return []float64{r.PhaseIn(gate.QASM3, p)} })[0]
	id := r.Target
	if ctx.inverse {
		row := id.Row()
		undo, _ := row.Inverse(make([]float64, len(row.Params)))
		inner = c.affine(inner, func(p []float64) []float64 { _, q := row.Inverse(p); return q })
		id = undo
		phase = c.affine([]program.Param{phase}, func(p []float64) []float64 { return []float64{-p[0]} })[0]
	}
	c.emitPrimitive(id, inner, phase, controls, list[r.Controls:])
}

// emitPrimitive applies e^{i phase} times a primitive, under controls.
func (c *Compiler) emitPrimitive(id gate.ID, params []program.Param, phase program.Param, controls, targets []program.Qubit) {
	if id == gate.GPhase {
		c.emitPhase(params[0], controls)
	} else {
		all := append(slices.Clip(controls), targets...)
		c.emitGate(id, len(controls), params, all)
	}
	c.emitPhase(phase, controls)
}

func (c *Compiler) emitPhase(phase program.Param, controls []program.Qubit) {
	if phase.Slot >= 0 || phase.Value != 0 {
		c.emitGate(gate.GPhase, len(controls), []program.Param{phase}, controls)
	}
}

// affine applies a function of parameters. Those of the gate table are affine, so that for parameters known only while the program
// runs their coefficients are all that is needed.
func (c *Compiler) affine(params []program.Param, f func([]float64) []float64) []program.Param {
	if allKnown(params) {
		return constants(f(values(params)))
	}
	n := len(params)
	origin := f(make([]float64, n))
	out := constants(origin)
	for i := range params {
		unit := make([]float64, n)
		unit[i] = 1
		at := f(unit)
		for k := range out {
			out[k] = c.plus(out[k], params[i], at[k]-origin[k])
		}
	}
	return out
}

// plus is sum + x·factor.
func (c *Compiler) plus(sum, x program.Param, factor float64) program.Param {
	switch {
	case factor == 0:
		return sum
	case x.Slot < 0:
		x = program.Const(x.Value * factor)
	case factor == -1:
		s := c.temp(1)
		c.emit(program.NegF, 0, s, x.Slot, 0)
		x = negatedIn(s, x)
	case factor != 1:
		s := c.temp(1)
		c.emit(program.MulF, 0, s, x.Slot, c.float(factor))
		x = program.InSlot(s)
	}
	switch {
	case sum.Slot < 0 && x.Slot < 0:
		return program.Const(sum.Value + x.Value)
	case sum.Slot < 0 && sum.Value == 0:
		return x
	}
	s := c.temp(1)
	c.emit(program.AddF, 0, s, c.paramSlot(sum), c.paramSlot(x))
	return program.InSlot(s)
}

// negatedIn is a parameter with the other sign, which is in a slot.
func negatedIn(slot int32, x program.Param) program.Param {
	return program.Param{Slot: slot, At: x.At, Minus: !x.Minus}
}

func (c *Compiler) paramSlot(p program.Param) int32 {
	if p.Slot >= 0 {
		return p.Slot
	}
	return c.float(p.Value)
}

// emitGate applies a primitive: an operation of the circuit while the program is nothing but operations, else an instruction.
func (c *Compiler) emitGate(id gate.ID, controls int, params []program.Param, list []program.Qubit) {
	if c.rep.HasErrors() {
		return
	}
	if c.direct {
		c.circuitGate(id, controls, params, list)
		return
	}
	if len(c.out.Gates) >= c.maxOps/opsPerGate {
		if c.once(tooManyOps) {
			c.rep.Error(diag.Span{Start: c.at, End: c.at + 1}, "too_many_operations", "", "the program has more than %d operations that stand where the course is not known in advance", c.maxOps/opsPerGate)
		}
		return
	}
	c.out.Gates = append(c.out.Gates, program.Gate{ID: id, Controls: controls, Params: params, Qubits: list})
	c.emit(program.ApplyGate, 0, int32(len(c.out.Gates)-1), 0, 0)
}

// opsPerGate is how many operations of a circuit take the memory of a gate of a program.
const opsPerGate = 4

func (c *Compiler) circuitGate(id gate.ID, controls int, params []program.Param, list []program.Qubit) {
	numbers := make([]circuit.Qubit, len(list))
	for i, q := range list {
		numbers[i] = q.First
	}
	if id == gate.GPhase {
		c.circuitPhase(params[0].Value, numbers)
		return
	}
	c.circuit.AddGate(id, controls, values(params), numbers...).Pos = c.at
}

// circuitPhase multiplies by e^{iφ} where the controls are on: always, without controls.
func (c *Compiler) circuitPhase(phi float64, controls []circuit.Qubit) {
	if len(controls) > 0 {
		c.circuit.AddGate(gate.GPhase, len(controls), []float64{phi}, controls...).Pos = c.at
		return
	}
	addPhase(c.circuit, phi)
}

// addPhase adds to the global phase of a circuit. Small numbers add up exactly enough, great ones do not.
func addPhase(d *circuit.Circuit, phi float64) {
	if d.GlobalPhase += phi; math.Abs(d.GlobalPhase) > 2*math.Pi {
		d.GlobalPhase = math.Remainder(d.GlobalPhase, 2*math.Pi)
	}
}
