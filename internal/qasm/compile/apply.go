package compile

import (
	"math"
	"math/big"
	"slices"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
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
	repeats  float64 // how often integer powers write it out
}

// gateCall is the application of a gate: modifiers, parameters, and operands over which it is broadcast.
func (c *Compiler) gateCall(s *ast.Call) {
	if len(s.Modifiers) == 0 && s.Duration == nil && c.direct && c.plainCall(s) {
		return
	}
	g := c.resolveGate(s.Name)
	if g == nil {
		c.notApplied(s)
		return
	}
	mods, controls, ok := c.modifiers(s)
	if !ok || !c.arity(s, g, controls) {
		return
	}
	ok = c.checkDuration(s)
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
	if !good || !c.shallow(s, g.nesting+nestingOf(s.Modifiers)) || !c.roomForOps(max(1, g.ops), times, s.Name.Span()) || !c.separate(s, args) {
		return
	}
	c.broadcast(s, g, mods, params, args, times)
}

func (c *Compiler) broadcast(s *ast.Call, g *Gate, mods []modifier, params []program.Param, args []register, times int) {
	c.at = s.Name.Start
	if times > 0 {
		c.forEach(args, s.Name.Span(), func(list []program.Qubit) bool {
			return c.modified(mods, g, params, slices.Clone(list), around{repeats: 1})
		})
	}
}

// roomForOps reports a circuit that grows beyond all bounds.
func (c *Compiler) roomForOps(ops uint64, times int, at diag.Span) bool {
	c.ops = saturated(c.ops, min(ops, maxGateOps+1)*uint64(times))
	if ops <= maxGateOps && c.ops <= uint64(c.maxOps) {
		return true
	}
	c.refuseOps(at)
	return false
}

func (c *Compiler) refuseOps(at diag.Span) {
	if c.once(tooManyOps) {
		c.rep.Error(at, "too_many_operations", "", "with this statement the circuit has more than %d operations", c.maxOps)
	}
}

// nestingOf is how much deeper modifiers make a gate.
func nestingOf(list []ast.Modifier) int {
	n := 0
	for i := range list {
		if list[i].Kind == ast.Pow || list[i].Kind == ast.NegCtrl {
			n++
		}
	}
	return n
}

// maxNesting bounds the definitions and modifiers within each other that a gate stands on, and with it the stack.
const maxNesting = 10_000

// shallow refuses gates beyond maxNesting.
func (c *Compiler) shallow(s *ast.Call, nesting int) bool {
	if nesting <= maxNesting {
		return true
	}
	if c.once(tooDeep) {
		c.rep.Error(s.Name.Span(), "too_deep", "", "the gate %s stands on %d definitions and modifiers: at most %d are allowed", c.name(s.Name.Symbol), nesting, maxNesting)
	}
	return false
}

const tooDeep = -5

const tooManyOps = -3

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
	p := program.InSlot(o.slot)
	p.At = o.at
	return p
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
			hint = "write `float(" + report.Clip(string(c.sources.Text(o.at))) + ")`"
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
		c.wrongParameters(s, g)
		return false
	}
	want := g.qubits + controls
	n := len(s.Operands)
	if n == want {
		return true
	}
	at, more, hint := s.Name.Span(), "", ""
	if n > want {
		at = s.Operands[want].Span()
	}
	if controls > 0 {
		more = " with its controls"
	}
	if want > n && controls > 0 {
		hint = "the controls stand before the gate's own qubits; a register does not fill several places"
	} else if controls == 0 {
		hint = c.usage(s, g)
	}
	if g == c.gphase && controls == 0 && n > 0 {
		c.rep.Deviation(at, "gphase_operand", "leave the qubits out", "a global phase has no qubits")
		c.operandsExist(s.Operands)
		s.Operands = nil
		return true
	}
	c.rep.Error(at, "wrong_operands", hint, "the gate %s acts on %s%s, found %d", c.name(s.Name.Symbol), count(want, "qubit"), more, n)
	c.definedAt(s.Name, g)
	return false
}

func (c *Compiler) wrongParameters(s *ast.Call, g *Gate) {
	n, at := len(s.Params), s.Name.Span()
	if n > g.params {
		at = s.Params[g.params].Span()
	}
	if n == 0 && s.Duration != nil {
		text := report.Clip(string(c.sources.Text(s.Duration.Span())))
		c.rep.Error(s.Duration.Span(), "wrong_parameters", "write `"+c.names.Text(s.Name.Symbol)+"("+text+")`", "the parameters of a gate stand in parentheses, not in brackets")
		return
	}
	c.rep.Error(at, "wrong_parameters", c.usage(s, g), "the gate %s takes %s, found %d", c.name(s.Name.Symbol), count(g.params, "parameter"), n)
	c.definedAt(s.Name, g)
}

// usage shows how a gate of the table is applied.
func (c *Compiler) usage(s *ast.Call, g *Gate) string {
	if g.Row == nil || g == c.gphase {
		return ""
	}
	return "write `" + report.Usage(c.names.Text(s.Name.Symbol), g.Row.Params, g.Row.Operands) + "`"
}

// definedAt adds where the program defines a gate.
func (c *Compiler) definedAt(n ast.Name, g *Gate) {
	if sym := c.lookup(n.Symbol); g.Row == nil && sym != nil {
		c.rep.Also(sym.at, "%s is defined here", c.name(n.Symbol))
	}
}

func (c *Compiler) operands(s *ast.Call) ([]register, bool) {
	args, ok := make([]register, len(s.Operands)), true
	for i := range s.Operands {
		r, good := c.openOperand(&s.Operands[i])
		args[i], ok = r, ok && good
	}
	return args, ok
}

// times is how often a gate is applied: as often as the registers among its operands have elements, which must agree.
func (c *Compiler) times(s *ast.Call, args []register) (int, bool) {
	n, first, most := -1, 0, 0 // most: of those whose size only the run can tell
	for i, a := range args {
		switch {
		case a.scalar, a.open != nil:
			most = max(most, a.n*btoi(!a.scalar))
		case n < 0:
			n, first = a.n, i
		case n != a.n:
			c.rep.Error(s.Operands[i].Span(), "size_mismatch", "registers in one statement must have the same size", "%s has %s, %s has %d",
				c.quote(s.Operands[i].Span()), count(a.n, "element"), c.quote(s.Operands[first].Span()), n)
			c.declared(s.Operands[i].Name)
			c.declared(s.Operands[first].Name)
			return 0, false
		}
	}
	if most > 0 {
		return most, true
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
		if a.open != nil {
			continue
		}
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
	for len(mods) > 0 {
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
		mods = rest
	}
	return c.apply(g, params, list, ctx)
}

func (c *Compiler) flip(list []program.Qubit) {
	for _, q := range list {
		c.emitGate(gate.X, 0, nil, []program.Qubit{q})
	}
}

// repeatOps bounds the operations into which an integer power is written out.
const repeatOps = 4096

// appliedPerOp is how many gates of definitions may be applied for each operation that a program may have: those that become none take
// time too.
const appliedPerOp = 4

// apply applies a gate without modifiers.
func (c *Compiler) apply(g *Gate, params []program.Param, list []program.Qubit, ctx around) bool {
	if c.applications++; c.applications > appliedPerOp*c.maxOps {
		c.refuseOps(diag.Span{Start: c.at, End: c.at + 1})
		return false
	}
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
