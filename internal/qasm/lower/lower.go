// Package lower makes the circuit of a checked program: definitions are expanded, registers are broadcast, gates become the
// primitives of the gate table with their controls, and phases in which dialects differ become operations. It knows no syntax.
package lower

import (
	"math"
	"math/bits"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/sema"
)

// DefaultMaxOps is how many operations a circuit may have where nothing else is said: with all that is made of it, some 1 GB.
const DefaultMaxOps = 8_000_000

// stepsPerOp bounds the definitions that are visited for each operation that they may lead to.
const stepsPerOp = 8

// Builder is the Sink that builds a circuit. Once there are errors it takes no notice of further operations. Not safe for
// concurrent use.
type Builder struct {
	circuit *circuit.Circuit
	rep     *report.Reporter
	maxOps  uint64

	ops, steps uint64 // so far, expansions included

	when   circuit.CondID // of the operation being lowered
	at     diag.Span
	qubits []circuit.Qubit // stack of operands
	params []float64       // stack of parameters
	stack  []float64       // scratch of formulas
}

// New returns a builder of an empty circuit of at most maxOps operations, 0 being DefaultMaxOps.
func New(rep *report.Reporter, maxOps int) *Builder {
	if maxOps <= 0 {
		maxOps = DefaultMaxOps
	}
	return &Builder{circuit: &circuit.Circuit{}, rep: rep, maxOps: uint64(maxOps)}
}

// Reserve prepares for about that many operations and operands to come.
func (b *Builder) Reserve(ops, operands int) {
	b.circuit.Reserve(min(ops, int(b.maxOps)), operands)
}

// Circuit is what was built. It is whole only where no errors were reported.
func (b *Builder) Circuit() *circuit.Circuit { return b.circuit }

// Qreg implements sema.Sink.
func (b *Builder) Qreg(name string, size int) { b.circuit.AddQreg(name, size) }

// Creg implements sema.Sink.
func (b *Builder) Creg(name string, size int) { b.circuit.AddCreg(name, size) }

// Call implements sema.Sink.
func (b *Builder) Call(c *sema.Call) {
	if !b.begin(c.Gate.Ops, c.Gate.Steps, c.Times, c.If, c.At) || c.Gate.Ops == 0 || c.Gate.Missing != nil {
		return
	}
	for i := range c.Times {
		b.qubits = b.qubits[:0]
		for j := range c.Args {
			b.qubits = append(b.qubits, c.Args[j].At(i))
		}
		if !b.apply(c.Gate, c.Params, b.qubits) {
			return
		}
	}
}

// Measure implements sema.Sink.
func (b *Builder) Measure(m *sema.Measure) {
	if !b.begin(1, 1, m.Times, m.If, diag.Span{Start: m.Pos, End: m.Pos + 1}) {
		return
	}
	for i := range m.Times {
		b.mark(b.circuit.AddMeasure(m.Qubits.At(i), m.Bits.At(i)))
	}
}

// Reset implements sema.Sink.
func (b *Builder) Reset(q sema.Arg, when *sema.Condition, pos diag.Pos) {
	if !b.begin(1, 1, q.Size, when, diag.Span{Start: pos, End: pos + 1}) {
		return
	}
	for i := range q.Size {
		b.mark(b.circuit.AddReset(q.At(i)))
	}
}

// Barrier implements sema.Sink.
func (b *Builder) Barrier(qubits []sema.Arg, pos diag.Pos) {
	n := 0
	for _, q := range qubits {
		n += q.Size
	}
	if !b.begin(1, 1, max(n, 1), nil, diag.Span{Start: pos, End: pos + 1}) || len(qubits) > 0 && n == 0 || b.circuit.NumQubits == 0 {
		return
	}
	b.qubits = b.qubits[:0]
	for _, q := range qubits {
		for i := range q.Size {
			b.qubits = append(b.qubits, q.At(i))
		}
	}
	b.mark(b.circuit.AddBarrier(b.qubits...))
}

// begin prepares for times operations of a weight. It is false where there are errors or would be too many operations.
func (b *Builder) begin(ops, steps uint64, times int, when *sema.Condition, at diag.Span) bool {
	if b.rep.HasErrors() {
		return false
	}
	b.ops += saturated(ops, times, b.maxOps)
	b.steps += saturated(steps, times, stepsPerOp*b.maxOps)
	if b.ops > b.maxOps || b.steps > stepsPerOp*b.maxOps {
		b.rep.Error(at, "too_many_operations", "", "with this statement the circuit has more than %d operations", b.maxOps)
		return false
	}
	b.at, b.when = at, 0
	if when != nil {
		if when.ID == 0 {
			when.ID = b.circuit.AddCondition(when.Condition)
		}
		b.when = when.ID
	}
	return true
}

// saturated is a·times, or limit+1 where that is more.
func saturated(a uint64, times int, limit uint64) uint64 {
	high, low := bits.Mul64(a, uint64(times))
	if high > 0 {
		return limit + 1
	}
	return min(low, limit+1)
}

func (b *Builder) mark(op *circuit.Op) { op.If, op.Pos = b.when, b.at.Start }

// apply lowers one application of a gate; false where an error was reported.
func (b *Builder) apply(g *sema.Gate, params []float64, qubits []circuit.Qubit) bool {
	if g.Body != nil || g.Row == nil {
		return b.expand(g, params, qubits)
	}
	r := g.Row
	b.mark(b.circuit.AddGate(r.Target, r.Controls, r.TargetParams(params), qubits...))
	if phase := r.PhaseIn(gate.QASM2, params); phase != 0 {
		b.phase(phase, qubits[:r.Controls])
	}
	return true
}

// phase multiplies by e^{iφ} where the controls are on: always, without controls.
func (b *Builder) phase(phi float64, controls []circuit.Qubit) {
	if len(controls) > 0 || b.when != 0 {
		b.mark(b.circuit.AddGate(gate.GPhase, len(controls), []float64{phi}, controls...))
		return
	}
	c := b.circuit
	if c.GlobalPhase += phi; math.Abs(c.GlobalPhase) > 2*math.Pi { // small numbers add up exactly enough, great ones do not
		c.GlobalPhase = math.Remainder(c.GlobalPhase, 2*math.Pi)
	}
}

// expand lowers the body of a definition. Operands and parameters of the gates within lie on the builder's stacks.
func (b *Builder) expand(g *sema.Gate, params []float64, qubits []circuit.Qubit) bool {
	qs, ps := len(b.qubits), len(b.params)
	for i := range g.Body {
		call := &g.Body[i]
		if call.Gate != nil && call.Gate.Ops == 0 {
			continue
		}
		for _, q := range g.OperandsOf(call) {
			b.qubits = append(b.qubits, qubits[q])
		}
		operands := b.qubits[qs:]
		if call.Gate == nil {
			if b.when == 0 {
				b.mark(b.circuit.AddBarrier(operands...))
			}
		} else if !b.evaluate(g, g.ParamsOf(call), params) || !b.apply(call.Gate, b.params[ps:], operands) {
			return false
		}
		b.qubits, b.params = b.qubits[:qs], b.params[:ps]
	}
	return true
}

// evaluate puts the values of formulas on the stack of parameters.
func (b *Builder) evaluate(g *sema.Gate, formulas []sema.Formula, params []float64) bool {
	for i := range formulas {
		var v float64
		var reason string
		if v, b.stack, reason = formulas[i].Eval(params, b.stack); reason != "" {
			b.rep.Error(b.at, "undefined_value", "", "with these parameters the definition of the gate `%s` needs %s", report.Clip(g.Name), reason)
			return false
		}
		b.params = append(b.params, v)
	}
	return true
}
