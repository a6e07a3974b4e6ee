package compile

import (
	"math"
	"math/big"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// modifier is a modifier of a gate with its values.
type modifier struct {
	kind     ast.ModifierKind
	n        int           // of ctrl and negctrl
	exponent program.Param // of pow
	integer  *big.Int      // the exponent where it is an integer constant
}

// around is what stands around a gate that is being applied.
type around struct {
	controls []program.Qubit
	inverse  bool
}

// gateCall is the application of a gate: modifiers, parameters, and operands over which it is broadcast.
func (c *Compiler) gateCall(s *ast.Call) {
	if len(s.Modifiers) == 0 && s.Duration == nil && c.direct && c.plainCall(s) {
		return
	}
	g := c.resolveGate(s.Name)
	if g == nil {
		c.operandsExist(s.Operands)
		return
	}
	mods, controls, ok := c.modifiers(s)
	ok = c.checkDuration(s) && ok
	if !c.arity(s, g, controls) {
		return
	}
	params := make([]program.Param, 0, len(s.Params))
	for _, e := range s.Params {
		p, good := c.param(e)
		params, ok = append(params, p), ok && good
	}
	args, good := c.operands(s)
	if !ok || !good {
		return
	}
	times, good := c.times(s, args)
	if !good || !c.roomForOps(max(1, g.ops), times, s.Name.Span()) || !c.separate(s, args) {
		return
	}
	c.broadcast(s, g, mods, params, args, times)
}

func (c *Compiler) broadcast(s *ast.Call, g *Gate, mods []modifier, params []program.Param, args []register, times int) {
	c.at = s.Name.Start
	for i := range times {
		list := make([]program.Qubit, len(args))
		for k := range args {
			if args[k].scalar {
				list[k] = args[k].at(0)
			} else {
				list[k] = args[k].at(i)
			}
		}
		top := c.fn.top
		if !c.modified(mods, g, params, list, around{}) {
			return
		}
		c.fn.top = top
	}
}

// roomForOps reports a circuit that grows beyond all bounds.
func (c *Compiler) roomForOps(ops uint64, times int, at diag.Span) bool {
	c.ops = saturated(c.ops, min(ops, maxGateOps+1)*uint64(times))
	if ops <= maxGateOps && c.ops <= uint64(c.maxOps) {
		return true
	}
	if c.once(tooManyOps) {
		c.rep.Error(at, "too_many_operations", "", "with this statement the circuit has more than %d operations", c.maxOps)
	}
	return false
}

const tooManyOps = -3

// plainCall applies what nearly all statements are: a gate of the table with constant parameters on single qubits. It is false where
// the statement needs a closer look; nothing was done then.
func (c *Compiler) plainCall(s *ast.Call) bool {
	sym := c.lookup(s.Name.Symbol)
	if sym == nil || sym.meaning != gateName || sym.gate.Row == nil || sym.gate.body != nil {
		return false
	}
	g := sym.gate
	if len(s.Params) != g.params || len(s.Operands) != g.qubits || g.params > len(c.plainParams) || g.qubits > len(c.plainQubits) {
		return false
	}
	for i, e := range s.Params {
		v, ok := c.plainNumber(e)
		if !ok {
			return false
		}
		c.plainParams[i] = v
	}
	for i := range s.Operands {
		q, ok := c.plainQubit(&s.Operands[i])
		if !ok || slices.Contains(c.plainQubits[:i], q) {
			return false
		}
		c.plainQubits[i] = q
	}
	c.at = s.Name.Start
	if !c.roomForOps(g.ops, 1, s.Name.Span()) {
		return true
	}
	r, params, list := g.Row, c.plainParams[:g.params], c.plainQubits[:g.qubits]
	if c.rep.HasErrors() {
		return true
	}
	op := c.circuit.AddGate(r.Target, r.Controls, r.TargetParams(params), list...)
	op.Pos = c.at
	if phase := r.PhaseIn(gate.QASM3, params); phase != 0 {
		c.circuitPhase(phase, list[:r.Controls])
	}
	return true
}

func (c *Compiler) plainQubit(o *ast.Operand) (uint32, bool) {
	sym := c.lookup(o.Name.Symbol)
	if sym == nil || sym.meaning != qubits || sym.q.list != nil {
		return 0, false
	}
	if o.Index == nil {
		return sym.q.first, sym.q.scalar
	}
	i, ok := o.Index.(*ast.Int)
	if !ok || sym.q.scalar || !i.Fits || i.Value >= uint64(sym.q.n) {
		return 0, false
	}
	return sym.q.first + uint32(i.Value), true
}

// plainNumber is the value of an expression of floats, π and integers that is computed as floats: everything but operations on integers alone.
func (c *Compiler) plainNumber(e ast.Expr) (float64, bool) {
	if i, ok := e.(*ast.Int); ok {
		return float64(i.Value), i.Fits && i.Value < 1<<53
	}
	return c.plainFloat(e)
}

func (c *Compiler) plainFloat(e ast.Expr) (float64, bool) {
	switch e := e.(type) {
	case *ast.Float:
		return e.Value, true
	case *ast.Ident:
		if sym := c.lookup(e.Symbol); sym != nil && sym.meaning == constantName && sym.val.Type.Kind == value.Float && sym.val.Type.Width == 64 {
			return sym.val.Float64(), true
		}
	case *ast.Paren:
		return c.plainFloat(e.Inner)
	case *ast.Unary:
		v, ok := c.plainFloat(e.Inner)
		return -v, ok && e.Op == token.Minus
	case *ast.Binary:
		return c.plainBinary(e)
	}
	return 0, false
}

// plainBinary is a sum, difference, product or quotient one side of which is a float.
func (c *Compiler) plainBinary(e *ast.Binary) (float64, bool) {
	a, okA := c.plainNumber(e.Left)
	b, okB := c.plainNumber(e.Right)
	if !okA || !okB {
		return 0, false
	}
	_, intA := e.Left.(*ast.Int)
	_, intB := e.Right.(*ast.Int)
	if intA && intB {
		return 0, false
	}
	switch e.Op {
	case token.Plus:
		return a + b, true
	case token.Minus:
		return a - b, true
	case token.Star:
		return a * b, true
	case token.Slash:
		return a / b, b != 0
	}
	return 0, false
}

// modifiers evaluates the modifiers of a call, and counts the controls that they add.
func (c *Compiler) modifiers(s *ast.Call) (mods []modifier, controls int, ok bool) {
	ok = true
	for i := range s.Modifiers {
		m := &s.Modifiers[i]
		mod, good := modifier{kind: m.Kind}, true
		switch m.Kind {
		case ast.Ctrl, ast.NegCtrl:
			mod.n, good = c.controlCount(m)
		case ast.Pow:
			mod.exponent, mod.integer, good = c.exponent(m.Arg)
		}
		controls += mod.n
		mods, ok = append(mods, mod), ok && good
	}
	return mods, controls, ok
}

// exponent is k of `pow(k) @`: an integer or a float.
func (c *Compiler) exponent(e ast.Expr) (program.Param, *big.Int, bool) {
	o, ok := c.scalar(e)
	if !ok {
		return program.Param{}, nil, false
	}
	switch {
	case o.typ.Kind == value.Angle:
		c.rep.Deviation(o.at, "mixed_types", "", "the exponent of pow is an integer or a float; the angle is read as radians")
	case o.typ.IsBool():
		c.rep.Deviation(o.at, "mixed_types", "", "the exponent of pow is an integer or a float")
	case !o.typ.IsInteger() && o.typ.Kind != value.Float:
		c.rep.Error(o.at, "wrong_type", "", "the exponent of pow must be an integer or a float, this is %s", typeName(o.typ))
		return program.Param{}, nil, false
	}
	var integer *big.Int
	if o.known && o.typ.IsInteger() {
		integer = o.val.Big()
	}
	if o, ok = c.convert(o, value.FloatType); !ok {
		return program.Param{}, nil, false
	}
	return asParam(o), integer, true
}

func asParam(o operand) program.Param {
	if o.known {
		return program.Const(o.val.Float64())
	}
	return program.InSlot(o.slot)
}

// param is a parameter of a gate, in radians.
func (c *Compiler) param(e ast.Expr) (program.Param, bool) {
	o, ok := c.scalar(e)
	if ok {
		o, ok = c.angleParam(o)
	}
	if !ok {
		return program.Param{}, false
	}
	return asParam(o), true
}

// angleParam makes a float of a number that is a gate's parameter.
func (c *Compiler) angleParam(o operand) (operand, bool) {
	switch o.typ.Kind {
	case value.Float, value.Int, value.Uint, value.Angle:
	default:
		hint := ""
		if o.typ.IsBool() {
			hint = "cast it: float(…)"
		} else if o.typ.Kind == value.Bits {
			hint = "cast it to an angle of its size"
		}
		c.rep.Error(o.at, "wrong_type", hint, "a parameter of a gate is an angle: %s cannot be one", typeName(o.typ))
		return bad(o.at), false
	}
	at := o.at
	o, ok := c.convert(o, value.FloatType)
	if ok && o.known && (math.IsNaN(o.val.Float64()) || math.IsInf(o.val.Float64(), 0)) {
		c.rep.Error(at, "undefined_value", "", "a parameter of a gate cannot be %s", o.val)
		return o, false
	}
	return o, ok
}

// checkDuration looks at the brackets of `rx(pi)[20ns] q;`, which belong to calibrations.
func (c *Compiler) checkDuration(s *ast.Call) bool {
	if s.Duration == nil {
		return true
	}
	return c.durationValue(s.Duration)
}

// arity reports a wrong number of parameters or operands.
func (c *Compiler) arity(s *ast.Call, g *Gate, controls int) bool {
	if n := len(s.Params); n != g.params {
		at := s.Name.Span()
		if n > g.params {
			at = s.Params[g.params].Span()
		}
		c.rep.Error(at, "wrong_parameters", "", "the gate %s takes %s, found %d", c.name(s.Name.Symbol), count(g.params, "parameter"), n)
		return false
	}
	want := g.qubits + controls
	if n := len(s.Operands); n != want {
		at, more := s.Name.Span(), ""
		if n > want {
			at = s.Operands[want].Span()
		}
		if controls > 0 {
			more = " with its controls"
		}
		hint := ""
		if want > n && controls > 0 {
			hint = "the controls stand before the gate's own qubits; a register does not fill several places"
		}
		if g == c.gphase && controls == 0 && n > 0 {
			c.rep.Deviation(at, "gphase_operand", "leave the qubits out", "a global phase has no qubits")
			c.operandsExist(s.Operands)
			s.Operands = nil
			return true
		}
		c.rep.Error(at, "wrong_operands", hint, "the gate %s acts on %s%s, found %d", c.name(s.Name.Symbol), count(want, "qubit"), more, n)
		return false
	}
	return true
}

func (c *Compiler) operands(s *ast.Call) ([]register, bool) {
	args, ok := make([]register, len(s.Operands)), true
	for i := range s.Operands {
		r, good := c.qubitOperand(&s.Operands[i])
		args[i], ok = r, ok && good
	}
	return args, ok
}

// times is how often a gate is applied: as often as the registers among its operands have elements, which must agree.
func (c *Compiler) times(s *ast.Call, args []register) (int, bool) {
	n, first := -1, 0
	for i, a := range args {
		switch {
		case a.scalar:
		case n < 0:
			n, first = a.n, i
		case n != a.n:
			c.rep.Error(s.Operands[i].Span(), "size_mismatch", "registers in one statement must have the same size", "%s has %s, %s has %d",
				c.name(s.Operands[i].Name.Symbol), count(a.n, "element"), c.name(s.Operands[first].Name.Symbol), n)
			return 0, false
		}
	}
	return max(n, 1) - btoi(n == 0), true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// separate reports a qubit that one application would be given twice. What only the run can tell, it tells.
func (c *Compiler) separate(s *ast.Call, args []register) bool {
	if len(args) < 2 {
		return true
	}
	seen := map[uint32]int{}
	for i, a := range args {
		for k := range a.n {
			q := a.at(k)
			if q.Slot >= 0 {
				continue
			}
			if j, twice := seen[q.First]; twice && j != i && c.meet(args[i], args[j], q.First) {
				c.repeated(s, i)
				return false
			}
			seen[q.First] = i
		}
	}
	return true
}

// meet reports whether two operands that share a qubit share it in one application.
func (c *Compiler) meet(a, b register, q uint32) bool {
	if a.scalar || b.scalar {
		return true
	}
	for k := range min(a.n, b.n) {
		if a.at(k).First == q && b.at(k).First == q {
			return true
		}
	}
	return false
}

func (c *Compiler) repeated(s *ast.Call, i int) {
	c.rep.Error(s.Operands[i].Span(), "duplicate_qubit", "each operand of a gate must be a qubit of its own", "the gate %s is given the same qubit twice", c.name(s.Name.Symbol))
}

// modified applies a gate under modifiers, the outermost first.
func (c *Compiler) modified(mods []modifier, g *Gate, params []program.Param, list []program.Qubit, ctx around) bool {
	if len(mods) == 0 {
		return c.apply(g, params, list, ctx)
	}
	m, rest := mods[0], mods[1:]
	switch m.kind {
	case ast.Inv:
		ctx.inverse = !ctx.inverse
	case ast.Ctrl:
		ctx.controls = append(slices.Clip(ctx.controls), list[:m.n]...)
		list = list[m.n:]
	case ast.NegCtrl:
		controls := list[:m.n]
		ctx.controls = append(slices.Clip(ctx.controls), controls...)
		c.flip(controls)
		ok := c.modified(rest, g, params, list[m.n:], ctx)
		c.flip(controls)
		return ok
	case ast.Pow:
		return c.power(m, rest, g, params, list, ctx)
	}
	return c.modified(rest, g, params, list, ctx)
}

func (c *Compiler) flip(list []program.Qubit) {
	for _, q := range list {
		c.emitGate(gate.X, 0, nil, []program.Qubit{q})
	}
}

// repeatOps bounds the operations into which an integer power is written out.
const repeatOps = 4096

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
		m.exponent, ctx.inverse = program.InSlot(s), false
	}
	slot := m.exponent.Slot
	if slot < 0 {
		slot = c.float(m.exponent.Value)
	}
	c.emit(program.PowBegin, 0, 0, 0, 0)
	ok := c.modified(rest, g, params, list, around{})
	c.out.Pows = append(c.out.Pows, program.Pow{Controls: ctx.controls})
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
	if k != math.Trunc(k) || math.Abs(k)*float64(g.ops) > repeatOps {
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

// apply applies a gate without modifiers.
func (c *Compiler) apply(g *Gate, params []program.Param, list []program.Qubit, ctx around) bool {
	if g.Row != nil && g.body == nil {
		c.primitive(g.Row, params, list, ctx)
		return true
	}
	for k := range g.body {
		st := &g.body[k]
		if ctx.inverse {
			st = &g.body[len(g.body)-1-k]
		}
		top := c.fn.top
		if !c.applyStep(g, st, params, list, ctx) {
			return false
		}
		c.fn.top = top
	}
	return true
}

func (c *Compiler) applyStep(g *Gate, st *step, params []program.Param, list []program.Qubit, ctx around) bool {
	inner := make([]program.Param, st.gate.params)
	for i := range inner {
		var ok bool
		if inner[i], ok = c.compute(&g.formulas[int(st.formulas)+i], params); !ok {
			return false
		}
	}
	operands := make([]program.Qubit, st.nOperands)
	for i, q := range g.operands[st.operands : st.operands+st.nOperands] {
		operands[i] = list[q]
	}
	if st.nMods == 0 {
		return c.apply(st.gate, inner, operands, ctx)
	}
	mods := make([]modifier, st.nMods)
	for i, m := range g.mods[st.mods : st.mods+st.nMods] {
		mods[i] = modifier{kind: m.kind, n: m.n}
		if m.kind == ast.Pow {
			var ok bool
			if mods[i].exponent, ok = c.compute(&m.exponent, params); !ok {
				return false
			}
		}
	}
	return c.modified(mods, st.gate, inner, operands, ctx)
}

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
		x = program.InSlot(s)
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
	c.out.Gates = append(c.out.Gates, program.Gate{ID: id, Controls: controls, Params: params, Qubits: list})
	c.emit(program.ApplyGate, 0, int32(len(c.out.Gates)-1), 0, 0)
}

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
