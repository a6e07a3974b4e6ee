package compile

import (
	"math"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// Gate is what a name of a gate means: a row of the gate table, or a definition.
type Gate struct {
	Name    string
	Row     *gate.Gate // nil: defined by the program
	params  int
	qubits  int
	body    []step // of a definition, and of a row that has no matrix
	ops     uint64 // how many operations it becomes at most, powers apart; saturates
	nesting int    // definitions and modifiers within each other

	operands []uint32 // of the body, by number of the gate's own qubits
	formulas []formula
	mods     []bodyMod
}

// step is a gate within a definition. What belongs to it lies with the definition: bodies of a hundred thousand gates exist.
type step struct {
	gate      *Gate
	operands  uint32
	nOperands uint32
	formulas  uint32
	mods      uint32
	nMods     uint32
	pos       diag.Pos
}

// bodyMod is a modifier within a definition.
type bodyMod struct {
	kind     ast.ModifierKind
	n        int     // of ctrl and negctrl
	exponent formula // of pow
}

// maxOps bounds how many operations one application of a gate may become.
const maxGateOps = 50_000_000

// gateDef is `gate name(params) qubits { body }`.
func (c *Compiler) gateDef(s *ast.GateDef) {
	if !c.globalOnly(s.Name.Span(), "a gate is defined") || c.compiled(s.Name) {
		return
	}
	c.beginGate(s)
	for _, b := range s.Body {
		c.gateStmt(b)
	}
	c.endGate(s)
}

// beginGate opens a definition: its parameters and qubits are names within it.
func (c *Compiler) beginGate(s *ast.GateDef) {
	c.open = &Gate{Name: c.names.Text(s.Name.Symbol), params: len(s.Params), qubits: len(s.Qubits)}
	c.openName = s.Name
	c.mayDefine = c.mayDeclareGate(s.Name)
	c.depth++
	c.scopes = append(c.scopes, scope{top: c.fn.top})
	c.floor, c.inGate = c.depth, true
	for i, p := range s.Params {
		if c.mayDeclareParam(p) {
			c.declare(&symbol{name: p.Symbol, meaning: gateParam, at: p.Span(), param: uint32(i)})
		}
	}
	for i, q := range s.Qubits {
		if c.mayDeclareParam(q) {
			c.declare(&symbol{name: q.Symbol, meaning: qubits, at: q.Span(), q: register{scalar: true, first: uint32(i), n: 1}})
		}
	}
}

func (c *Compiler) mayDeclareParam(n ast.Name) bool {
	if old := c.lookup(n.Symbol); old != nil && old.depth == c.depth {
		c.rep.Error(n.Span(), "duplicate_definition", "each parameter and qubit needs a name of its own", "%s is already a name of this definition", c.name(n.Symbol))
		return false
	}
	return true
}

// mayDeclareGate is mayDeclare for gates: a program may define a gate of the library again, with a warning.
func (c *Compiler) mayDeclareGate(n ast.Name) bool {
	old := c.lookup(n.Symbol)
	if old == nil || old.meaning != gateName || old.gate.Row == nil || old.depth == 0 {
		return c.mayDeclare(n)
	}
	c.rep.Deviation(n.Span(), "redefined_library_gate", "choose another name", "the gate %s of stdgates.inc is defined again; the new definition counts", c.name(n.Symbol))
	return true
}

func (c *Compiler) endGate(s *ast.GateDef) {
	g := c.open
	c.open = nil
	c.leave()
	c.floor, c.inGate = 0, false
	if c.mayDefine {
		c.declare(&symbol{name: s.Name.Symbol, meaning: gateName, at: s.Name.Span(), gate: g})
	} else if old := c.lookup(s.Name.Symbol); old == nil {
		c.declareBroken(s.Name)
	}
}

// gateStmt is a statement within a definition.
func (c *Compiler) gateStmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Annotated:
		c.gateStmt(s.Stmt)
	case *ast.Call:
		c.gateStep(s)
	case *ast.ExprStmt:
		if call := c.bareGate(s); call != nil {
			c.gateStep(call)
			return
		}
		c.notInGate(s)
	case *ast.Barrier:
		c.operandsExist(s.Operands)
	case *ast.Nop:
		c.operandsExist(s.Operands)
	case *ast.Pragma:
		c.pragma(s)
	case *ast.For:
		c.gateFor(s)
	case *ast.If:
		c.gateIf(s)
	case *ast.Block:
		c.gateBlock(s)
	case *ast.Alias:
		c.alias(s)
	case *ast.Delay:
		c.delay(s)
	case *ast.Box:
		c.boxDuration(s)
		c.gateBlock(s.Body)
	default:
		c.notInGate(s)
	}
}

func (c *Compiler) notInGate(s ast.Stmt) {
	c.rep.Error(s.Span(), "not_in_gate", "measure, reset and compute in a subroutine (`def`) instead", "the body of a gate applies gates; this statement cannot stand in it")
}

func (c *Compiler) gateBlock(b *ast.Block) {
	c.depth++
	c.scopes = append(c.scopes, scope{top: c.fn.top})
	for _, s := range b.Statements {
		c.gateStmt(s)
	}
	c.leave()
}

func (c *Compiler) gateBody(s ast.Stmt) {
	if b, ok := s.(*ast.Block); ok {
		c.gateBlock(b)
		return
	}
	c.gateStmt(s)
}

// gateIf is a choice within a definition, whose condition must be known.
func (c *Compiler) gateIf(s *ast.If) {
	c.rep.Deviation(s.Span(), "control_in_gate", "", "the body of a gate applies gates; this condition is decided before the program runs")
	o, ok := c.scalar(s.Condition)
	if ok {
		o, ok = c.condition(o)
	}
	if !ok {
		return
	}
	if !o.known {
		c.rep.Error(s.Condition.Span(), "not_constant", "", "a condition within a gate must be known before the program runs")
		return
	}
	if o.val.IsTrue() {
		c.gateBody(s.Body)
	} else if s.Else != nil {
		c.gateBody(s.Else)
	}
}

// maxUnrolled bounds the steps of a loop within a definition.
const maxUnrolled = 1_000_000

// gateFor is a loop within a definition: its range is known, and its body is repeated.
func (c *Compiler) gateFor(s *ast.For) {
	t, ok := c.scalarType(s.Type)
	values, good := c.constantValues(s.Values)
	if !ok || !good {
		return
	}
	for _, v := range values {
		c.depth++
		c.scopes = append(c.scopes, scope{top: c.fn.top})
		o, ok := c.implicit(v, t, "the variable of the loop")
		if ok {
			c.declare(&symbol{name: s.Name.Symbol, meaning: constantName, at: s.Name.Span(), val: o.val, literal: t.Unsized, loop: true})
			c.gateBody(s.Body)
		}
		c.leave()
		if !ok || len(c.open.body) > maxUnrolled {
			return
		}
	}
}

// constantValues are the values of a loop that is unrolled.
func (c *Compiler) constantValues(e ast.Expr) ([]operand, bool) {
	switch e := e.(type) {
	case *ast.Range:
		start, step, stop, ok := c.loopBounds(e)
		if !ok {
			return nil, false
		}
		if !start.known || !stop.known || !step.known {
			break
		}
		a, _ := start.val.Int64()
		b, _ := stop.val.Int64()
		k, _ := step.val.Int64()
		n := rangeCount(a, b, k)
		if n > maxUnrolled {
			c.rep.Error(e.Span(), "too_many_operations", "", "a loop within a gate can have at most %d steps", maxUnrolled)
			return nil, false
		}
		list := make([]operand, n)
		for i := range list {
			list[i] = known(value.Of64(a+int64(i)*k), e.Span())
		}
		return list, true
	case *ast.Set:
		list := make([]operand, 0, len(e.Items))
		for _, item := range e.Items {
			o, ok := c.scalar(item)
			if !ok {
				return nil, false
			}
			list = append(list, o)
		}
		return list, true
	}
	c.rep.Error(e.Span(), "not_constant", "", "the values of a loop within a gate must be known before the program runs")
	return nil, false
}

// gateStep adds a gate to the definition at hand.
func (c *Compiler) gateStep(s *ast.Call) {
	if c.isOpen(s.Name.Symbol) {
		if sym := c.lookup(s.Name.Symbol); sym == nil || sym.depth < c.floor {
			c.rep.Error(s.Name.Span(), "recursive_gate", "", "the gate %s is applied within its own definition", c.name(s.Name.Symbol))
			return
		}
	}
	g := c.resolveGate(s.Name)
	if g == nil {
		c.notApplied(s)
		return
	}
	st := step{
		gate: g, operands: uint32(len(c.open.operands)), formulas: uint32(len(c.open.formulas)), mods: uint32(len(c.open.mods)),
		nMods: uint32(len(s.Modifiers)), pos: s.Name.Start,
	}
	controls, ok := 0, true
	for i := range s.Modifiers {
		m, good := c.bodyModifier(&s.Modifiers[i])
		ok = ok && good
		controls += m.n
		c.open.mods = append(c.open.mods, m)
	}
	nesting := 1 + g.nesting + nestingOf(s.Modifiers)
	if !ok || !c.arity(s, g, controls) || !c.checkDuration(s) || !c.shallow(s, nesting) {
		c.open.mods = c.open.mods[:st.mods]
		return
	}
	for _, p := range s.Params {
		f, good := c.formula(p)
		ok = ok && good
		c.open.formulas = append(c.open.formulas, f)
	}
	if !c.stepOperands(s) || !ok {
		c.open.mods, c.open.operands, c.open.formulas = c.open.mods[:st.mods], c.open.operands[:st.operands], c.open.formulas[:st.formulas]
		return
	}
	st.nOperands = uint32(len(c.open.operands)) - st.operands
	c.open.nesting = max(c.open.nesting, nesting)
	c.open.body = append(c.open.body, st)
	c.open.ops = saturated(c.open.ops, max(1, g.ops*uint64(1+2*controls)))
}

func saturated(a, b uint64) uint64 {
	if a > math.MaxUint64/4 || b > math.MaxUint64/4 {
		return math.MaxUint64 / 4
	}
	return a + b
}

// stepOperands adds the operands of a step: qubits of the gate, each once.
func (c *Compiler) stepOperands(s *ast.Call) bool {
	from, ok := len(c.open.operands), true
	for i := range s.Operands {
		o := &s.Operands[i]
		if _, physical := c.hardware(o.Name.Symbol); physical {
			c.rep.Error(o.Span(), "physical_in_gate", "use the gate's own qubits", "a physical qubit cannot be used in the definition of a gate")
			ok = false
			continue
		}
		r, good := c.qubitOperand(o)
		if !good {
			ok = false
			continue
		}
		if !r.scalar {
			for k := range r.n {
				c.open.operands = append(c.open.operands, r.at(k).First)
			}
			c.rep.Error(o.Span(), "wrong_type", "", "a gate within a definition is applied to single qubits")
			ok = false
			continue
		}
		q := r.at(0).First
		for _, other := range c.open.operands[from:] {
			if other == q {
				c.repeated(s, i)
				return false
			}
		}
		c.open.operands = append(c.open.operands, q)
	}
	return ok
}

func (c *Compiler) operandsExist(operands []ast.Operand) {
	for i := range operands {
		c.openOperand(&operands[i])
	}
}

func (c *Compiler) bodyModifier(m *ast.Modifier) (bodyMod, bool) {
	b := bodyMod{kind: m.Kind}
	switch m.Kind {
	case ast.Ctrl, ast.NegCtrl:
		var ok bool
		b.n, ok = c.controlCount(m)
		return b, ok
	case ast.Pow:
		var ok bool
		b.exponent, ok = c.formula(m.Arg)
		return b, ok
	}
	return b, true
}

// hides reports whether a name that something else has is that of a gate, which nothing but a gate can mean where it is applied.
func (c *Compiler) hides(sym *symbol, n ast.Name) bool {
	row, ok := gate.Lookup(c.names.Text(n.Symbol))
	return ok && row.Homes[gate.QASM3] != gate.Absent && !c.rep.Strict && sym.meaning != subroutine && sym.meaning != externName
}

// hiddenGate is the gate that a name would have without the declaration that hides it.
func (c *Compiler) hiddenGate(sym *symbol, n ast.Name) *Gate {
	c.rep.Deviation(n.Span(), "hidden_gate", "give one of them another name", "%s is %s, which hides the gate of this name; the gate is meant", c.name(n.Symbol), meaningNames[sym.meaning])
	for ; sym != nil; sym = sym.outer {
		if sym.meaning == gateName {
			return sym.gate
		}
	}
	row, _ := gate.Lookup(c.names.Text(n.Symbol))
	return c.rowGate(row)
}

// controlCount is n of `ctrl(n) @`.
func (c *Compiler) controlCount(m *ast.Modifier) (int, bool) {
	if m.Arg == nil {
		return 1, true
	}
	n, ok := c.size(m.Arg, "the number of controls")
	if ok && n < 1 {
		c.rep.Error(m.Arg.Span(), "invalid_width", "", "the number of controls must be at least 1, found %d", n)
		return 0, false
	}
	if ok && n > 1<<15 {
		c.rep.Error(m.Arg.Span(), "too_large", "", "a gate can have at most %d controls", 1<<15)
		return 0, false
	}
	return int(n), ok
}

// resolveGate finds the gate of a name, or reports that there is none.
func (c *Compiler) resolveGate(n ast.Name) *Gate {
	if n.Symbol == token.Gphase {
		return c.gphase
	}
	sym := c.callee(n)
	switch {
	case sym == nil:
		return c.impliedGate(n)
	case sym.meaning == gateName:
		return sym.gate
	case sym.meaning == broken:
		return nil
	case sym.meaning == gateParam && sym.outer != nil && sym.outer.meaning == gateName:
		c.rep.Deviation(n.Span(), "hidden_gate", "give the parameter another name", "%s is a parameter of the gate, which hides the gate of this name; the gate is meant", c.name(n.Symbol))
		return sym.outer.gate
	case c.hides(sym, n):
		return c.hiddenGate(sym, n)
	}
	hint := ""
	if sym.meaning == subroutine {
		hint = "a subroutine is called with all arguments in parentheses: " + c.names.Text(n.Symbol) + "(…);"
	} else if _, ok := gate.Lookup(c.names.Text(n.Symbol)); ok {
		hint = "give it another name: it hides the gate of this name"
	}
	c.rep.Error(n.Span(), "not_a_gate", hint, "%s is %s, a gate is needed here", c.name(n.Symbol), sym.kind())
	c.declaredAt(sym)
	return nil
}

// rowGate is the gate of a row of the table.
func (c *Compiler) rowGate(r *gate.Gate) *Gate {
	if g := c.rows[r.ID]; g != nil {
		return g
	}
	g := &Gate{Name: r.Name, Row: r, params: len(r.Params), qubits: len(r.Operands), ops: 1}
	c.rows[r.ID] = g
	if r.Class == gate.Composite {
		c.composite(g, r)
	} else if r.PhaseIn(gate.QASM3, someAngles[:g.params]) != 0 {
		g.ops = 2
	}
	return g
}

// someAngles tell a gate that has a phase from one that has none.
var someAngles = []float64{0.1, 0.2, 0.3, 0.4}

// composite reads the body of a row that has no matrix: gates without parameters on the row's operands.
func (c *Compiler) composite(g *Gate, r *gate.Gate) {
	for _, statement := range strings.Split(strings.TrimSuffix(r.Body, ";"), ";") {
		name, list, _ := strings.Cut(strings.TrimSpace(statement), " ")
		row, _ := gate.Lookup(name)
		st := step{gate: c.rowGate(row), operands: uint32(len(g.operands)), nOperands: uint32(len(row.Operands))}
		for _, o := range strings.Split(list, ",") {
			for k, own := range r.Operands {
				if own == strings.TrimSpace(o) {
					g.operands = append(g.operands, uint32(k))
				}
			}
		}
		g.body = append(g.body, st)
		g.ops += st.gate.ops
	}
}

const (
	pushValue formulaKind = iota
	pushParam
	negate
	operation
	function
)
