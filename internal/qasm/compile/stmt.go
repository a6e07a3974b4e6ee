package compile

import (
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// stmt compiles a statement and gives its temporaries back.
func (c *Compiler) stmt(s ast.Stmt) {
	top, kept, from := c.fn.top, c.kept, c.tempsFrom
	c.kept, c.tempsFrom, c.at = top, top, s.Span().Start
	c.operation(s)
	c.fn.top = c.kept
	c.kept, c.tempsFrom = max(kept, c.kept), from
}

// operation compiles what most statements are.
func (c *Compiler) operation(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Call:
		c.callStmt(s)
	case *ast.Measure:
		c.measure(s)
	case *ast.Reset:
		c.reset(s)
	case *ast.Barrier:
		c.barrier(s)
	case *ast.Assign:
		c.assign(s)
	case *ast.If:
		c.ifStmt(s)
	case *ast.For:
		c.forStmt(s)
	case *ast.While:
		c.while(s)
	case *ast.Switch:
		c.switchStmt(s)
	case *ast.Block:
		c.block(s)
	case *ast.Break:
		c.leaveLoop(s.Span(), "break", false)
	case *ast.Continue:
		c.leaveLoop(s.Span(), "continue", true)
	case *ast.End:
		c.emit(program.End, 0, 0, 0, 0)
	case *ast.Return:
		c.returnStmt(s)
	case *ast.ExprStmt:
		c.exprStmt(s)
	default:
		c.declare3(s)
	}
}

// declare3 compiles declarations, definitions and directives.
func (c *Compiler) declare3(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Declaration:
		c.declaration(s)
	case *ast.Register:
		c.registerDecl(s)
	case *ast.Alias:
		c.alias(s)
	case *ast.GateDef:
		if c.open != nil && c.openName.Symbol == s.Name.Symbol {
			for _, b := range s.Body {
				c.gateStmt(b)
			}
			c.endGate(s)
			return
		}
		c.gateDef(s)
	case *ast.Def:
		c.defStmt(s)
	case *ast.Extern:
		c.externStmt(s)
	case *ast.Nop:
		c.operandsExist(s.Operands)
	case *ast.Delay:
		c.delay(s)
	case *ast.Box:
		c.boxDuration(s)
		c.block(s.Body)
	case *ast.Annotated:
		c.operation(s.Stmt)
	case *ast.Pragma:
		c.pragma(s)
	case *ast.Broken:
		for _, n := range s.Names {
			c.declareBroken(n)
		}
	case *ast.Include:
		c.rep.Error(s.Span(), "not_global", "move it out of the block", "files are included at the top of the program only")
	case *ast.Cal, *ast.Defcal, *ast.CalGrammar:
		c.calibration(s)
	}
}

// callStmt applies a gate, or calls a subroutine in the manner of one.
func (c *Compiler) callStmt(s *ast.Call) {
	if len(s.Modifiers) == 0 {
		if sym := c.callee(s.Name); sym != nil && sym.meaning == subroutine {
			c.callDef(s.Name, sym.def, s.Params, s.Operands, s.Span())
			return
		}
	}
	c.gateCall(s)
}

// bareGate is the application of a gate without qubits, `g;` or `g(0.5);`, which reads as an expression; nil: it is none.
func (c *Compiler) bareGate(s *ast.ExprStmt) *ast.Call {
	call := &ast.Call{At: s.At}
	switch e := s.Value.(type) {
	case *ast.Ident:
		call.Name = ast.Name{At: e.At, Symbol: e.Symbol}
	case *ast.Function:
		call.Name, call.Params = e.Name, e.Args
	default:
		return nil
	}
	sym := c.callee(call.Name)
	if sym == nil || sym.meaning != gateName || sym.gate.qubits > 0 && len(call.Params) > 0 {
		return nil
	}
	return call
}

// exprStmt is a call of a subroutine, most of the time.
func (c *Compiler) exprStmt(s *ast.ExprStmt) {
	if call := c.bareGate(s); call != nil {
		c.gateCall(call)
		return
	}
	if o := c.expr(s.Value); o.bad {
		return
	}
	switch s.Value.(type) {
	case *ast.Function, *ast.QuantumCall, *ast.Measurement:
	default:
		c.rep.Warn(s.Span(), "unused_value", "", "the value of this expression is not used")
	}
}

// measureInto measures a qubit into a bit: bit is of the value at slot.
func (c *Compiler) measureInto(q program.Qubit, slot, bit int32, whole bool) {
	if c.direct && c.rep.HasErrors() {
		return
	}
	if c.direct && c.roomForOps(1, 1, diag.Span{Start: c.at, End: c.at + 1}) {
		c.circuit.AddMeasure(q.First, c.clbits[slot]+uint32(bit)).Pos = c.at
		return
	}
	if whole {
		c.emitMeasure(slot, q)
		return
	}
	t := c.temp(1)
	c.emitMeasure(t, q)
	c.emit(program.PutBit, 0, slot, t, bit)
	c.fn.top = t
}

func (c *Compiler) emitMeasure(slot int32, q program.Qubit) {
	c.out.Qubits = append(c.out.Qubits, q)
	c.emit(program.Measure, 0, slot, int32(len(c.out.Qubits)-1), 0)
}

// measure is a measurement into bits, or into nothing.
func (c *Compiler) measure(s *ast.Measure) {
	c.fn.measures = true
	if c.exchanged(s) {
		return
	}
	if s.Bits.Name.Symbol == token.None {
		if q, ok := c.openOperand(&s.Qubits); ok {
			c.dropOutcome(q)
		}
		return
	}
	q, ok := c.qubitOperand(&s.Qubits)
	t, good := c.targetOf(&s.Bits, "a bit")
	if !ok || !good {
		return
	}
	if !c.measurable(q, t, s) {
		return
	}
	c.at = s.Start
	switch {
	case !t.bits && t.elem == nil && t.typ.IsBool() && (!c.direct || t.typ.Kind == value.Bit):
		c.measureInto(q.at(0), t.slot, 0, true)
	case !t.bits && t.elem == nil && t.typ.Kind == value.Bits:
		c.measureList(q, wholeBits(t.slot, t.typ.Width))
	case t.bits && t.set.static() && t.elem == nil && t.base.Kind == value.Bits:
		c.measureList(q, t.list.take(t.set))
	default:
		o := c.outcome(q, s.Span())
		if o, ok = c.implicit(o, t.typ, t.name); ok {
			c.write(t, o)
		}
	}
}

// exchanged reports a measurement of a bit into a qubit.
func (c *Compiler) exchanged(s *ast.Measure) bool {
	bit, qubit := c.lookup(s.Qubits.Name.Symbol), c.lookup(s.Bits.Name.Symbol)
	if bit == nil || qubit == nil || bit.meaning != variable && bit.meaning != bits || qubit.meaning != qubits {
		return false
	}
	from, to := c.sources.Text(s.Bits.Span()), c.sources.Text(s.Qubits.Span())
	hint := fmt.Sprintf("write `measure %s -> %s;`", from, to)
	if s.Assign {
		hint = fmt.Sprintf("write `%s = measure %s;`", to, from)
	}
	c.rep.Error(s.Qubits.Span(), "not_a_qubit", hint, "%s is %s: a qubit is measured, and a bit takes the outcome", c.name(bit.name), bit.kind())
	c.declaredAt(bit)
	return true
}

func (c *Compiler) measureList(q register, l bitList) {
	for i := range q.n {
		slot, bit := l.at(int64(i))
		c.measureInto(q.at(i), slot, bit, false)
	}
}

// measurable reports qubits that do not fit the bits that they are measured into.
func (c *Compiler) measurable(q register, t target, s *ast.Measure) bool {
	switch {
	case t.arr != nil, t.typ.Kind != value.Bits && !t.typ.IsBool():
		what := typeName(t.typ)
		if t.arr != nil {
			what = t.arr.String()
		}
		c.rep.Error(s.Bits.Span(), "type_mismatch", "measure into a bit, and convert it then", "a measurement gives bits, %s is %s", t.name, what)
		c.declared(s.Bits.Name)
		return false
	case q.scalar && t.typ.IsBool(), !q.scalar && t.typ.Kind == value.Bits && q.n == int(t.typ.Width):
		return true
	case q.n == 1 && (t.typ.IsBool() || t.typ.Width == 1):
		c.rep.Deviation(s.Bits.Span(), "measure_shapes", "name an element on both sides, or a register on both sides", "one side is a register of one element, the other a single one")
		return true
	}
	c.rep.Error(s.Bits.Span(), "size_mismatch", "measure a qubit into a bit, or a register into one of the same size", "%s cannot be measured into %s", side(q.scalar, q.n, "qubit"), side(t.typ.IsBool(), int(t.typ.Width), "bit"))
	c.declared(s.Qubits.Name)
	c.declared(s.Bits.Name)
	return false
}

func side(scalar bool, n int, what string) string {
	if scalar {
		return "one " + what
	}
	return "a register of " + count(n, what)
}

func (c *Compiler) dropOutcome(q register) {
	if !c.roomForOps(1, q.n, diag.Span{Start: c.at, End: c.at + 1}) {
		return
	}
	c.forEach([]register{q}, diag.Span{Start: c.at, End: c.at + 1}, func(list []program.Qubit) bool {
		if c.direct {
			c.circuit.AddMeasure(list[0].First, circuit.NoClbit).Pos = c.at
		} else {
			c.emitMeasure(c.temp(1), list[0])
		}
		return true
	})
}

// outcome measures qubits into a new value.
func (c *Compiler) outcome(q register, at diag.Span) operand {
	if q.scalar {
		s := c.temp(1)
		c.emitMeasure(s, q.at(0))
		return inSlot(value.BitType, s, at)
	}
	if q.n > value.MaxRegister {
		c.rep.Error(at, "too_large", "", "at most %d qubits can be measured at once", value.MaxRegister)
		return bad(at)
	}
	t := value.BitsOf(q.n)
	s := c.temp(t.Words())
	c.emit(program.Clear, 0, s, int32(t.Words()), 0)
	for i := range q.n {
		b := c.temp(1)
		c.emitMeasure(b, q.at(i))
		c.emit(program.PutBit, 0, s, b, int32(i))
	}
	return inSlot(t, s, at)
}

// measurement is a measurement within a declaration, an assignment or a return.
func (c *Compiler) measurement(e *ast.Measurement) operand {
	c.fn.measures = true
	q, ok := c.qubitOperand(&e.Qubits)
	if !ok {
		return bad(e.Span())
	}
	c.at = e.Span().Start
	return c.outcome(q, e.Span())
}

func (c *Compiler) reset(s *ast.Reset) {
	q, ok := c.openOperand(&s.Qubits)
	if !ok || !c.roomForOps(1, q.n, s.Span()) {
		return
	}
	c.at = s.Start
	c.forEach([]register{q}, s.Span(), func(list []program.Qubit) bool {
		if c.direct {
			c.circuit.AddReset(list[0].First).Pos = c.at
			return true
		}
		c.out.Qubits = append(c.out.Qubits, list[0])
		c.emit(program.Reset, 0, 0, int32(len(c.out.Qubits)-1), 0)
		return true
	})
}

// barrier is an operation of the circuit; to a program it means nothing.
func (c *Compiler) barrier(s *ast.Barrier) {
	var list []circuit.Qubit
	ok := true
	for i := range s.Operands {
		q, good := c.openOperand(&s.Operands[i])
		ok = ok && good && c.roomForOps(1, q.n, s.Operands[i].Span())
		if !ok || q.open != nil { // then the program is no circuit
			continue
		}
		for k := range q.n {
			list = append(list, q.at(k).First)
		}
	}
	if ok && c.direct && (len(list) > 0 || len(s.Operands) == 0) && c.circuit.NumQubits > 0 {
		c.circuit.AddBarrier(list...).Pos = s.Start
	}
}

// durationValue looks at an expression that must be a duration.
func (c *Compiler) durationValue(e ast.Expr) bool {
	o, ok := c.scalar(e)
	if !ok {
		return false
	}
	if !o.typ.IsTime() {
		c.rep.Error(o.at, "wrong_type", "a duration has a unit, such as 100ns", "a duration is needed here, this is %s", typeName(o.typ))
		return false
	}
	if o.known {
		if negative, err := value.Compare(value.Lt, value.DurationType, o.val.Words, value.New(value.DurationType).Words); err == nil && negative {
			c.rep.Error(o.at, "negative_duration", "", "a duration cannot be negative here")
			return false
		}
	}
	return true
}

// delay is checked and does nothing: operations of a simulator take no time.
func (c *Compiler) delay(s *ast.Delay) {
	c.durationValue(s.Duration)
	c.operandsExist(s.Operands)
}

func (c *Compiler) boxDuration(s *ast.Box) {
	if s.Duration != nil {
		c.durationValue(s.Duration)
	}
}

// calibration is opaque: what it says is for pulses, which a simulator does not have.
func (c *Compiler) calibration(s ast.Stmt) {
	if c.depth != 1 {
		c.rep.Error(s.Span(), "not_global", "move it out of the block", "calibrations stand at the top of the program only")
		return
	}
	if _, grammar := s.(*ast.CalGrammar); !grammar && c.once(calibrationWarned) {
		c.rep.Warn(s.Span(), "calibration", "", "calibrations are not looked at: gates are what their definitions say")
	}
	if d, ok := s.(*ast.Defcal); ok {
		c.defcal(d)
	}
}

const calibrationWarned = -4

// defcal makes sure that what it calibrates is an operation.
func (c *Compiler) defcal(d *ast.Defcal) {
	if sym := c.lookup(d.Target.Symbol); sym != nil && sym.meaning != gateName && sym.meaning != subroutine && sym.meaning != broken {
		c.rep.Error(d.Target.Span(), "duplicate_definition", "", "%s is %s: it cannot be calibrated as a gate", c.name(d.Target.Symbol), sym.kind())
		c.declaredAt(sym)
	}
}

// changing are pragmas of other tools that change what a program computes.
var changing = []string{"braket noise", "braket unitary", "braket verbatim", "qiskit.simulator noise", "noise"}

// pragma tells of pragmas that other tools would act upon.
func (c *Compiler) pragma(s *ast.Pragma) {
	text := strings.Join(strings.Fields(s.Text), " ")
	for _, p := range changing {
		if strings.HasPrefix(text, p) {
			c.rep.Warn(s.Span(), "ignored_pragma", "the program runs as if it were not there", "the pragma `%s` changes the result where it is known; it is not known here", report.Clip(text))
			return
		}
	}
	c.rep.Warn(s.Span(), "ignored_pragma", "", "the pragma `%s` is not known and is left out", report.Clip(text))
}
