package sema

import (
	"math"
	"slices"
	"sync"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// MaxNesting bounds how many definitions of gates stand on top of each other, and with it the stack of whoever expands them.
const MaxNesting = 10000

// Gate is what a program's name for a gate means: a row of the gate table, or a definition.
type Gate struct {
	Name   string
	Row    *gate.Gate // nil: defined by the program
	Opaque bool       // declared without a definition
	Params int
	Qubits int
	Body   []BodyCall // of a definition, and of a row that has no matrix
	At     diag.Span  // of the name where it is defined

	qubits []uint32  // operands within Body
	params []Formula // parameters within Body

	// Ops is how many operations of a circuit the gate becomes at most, Steps how many gates are visited on the way; both
	// saturate. Nesting is the number of definitions on top of each other.
	Ops, Steps uint64
	Nesting    int
	// Missing is the opaque gate that keeps this one from being expanded; nil if none.
	Missing *Gate
}

// BodyCall is a gate within a definition; without a Gate it is a barrier. Its operands and parameters lie with the definition: bodies
// of a hundred thousand gates exist.
type BodyCall struct {
	Gate       *Gate
	qubits, nq uint32 // in Gate.qubits of the definition
	params     uint32 // in Gate.params of the definition
}

// OperandsOf returns the qubits of a gate in g's body, by number of g's own.
func (g *Gate) OperandsOf(c *BodyCall) []uint32 { return g.qubits[c.qubits : c.qubits+c.nq] }

// ParamsOf returns the parameters of a gate in g's body.
func (g *Gate) ParamsOf(c *BodyCall) []Formula {
	if c.Gate == nil {
		return nil
	}
	return g.params[c.params : int(c.params)+c.Gate.Params]
}

// local is a name of the gate being defined.
type local struct {
	gate  uint32 // whose it is: the Checker's count of definitions
	param bool
	index uint32
}

// row returns the gate of a row of the table.
func (c *Checker) row(r *gate.Gate) *Gate {
	if g := c.rows[r.ID]; g != nil {
		return g
	}
	g := shared(r)
	c.rows[r.ID] = g
	return g
}

// rows are the gates of the table, made when they are first asked for and then shared by all programs: a Gate does not change once it
// is defined.
var rows sync.Map // of func() *Gate, by ID

func shared(r *gate.Gate) *Gate {
	g, ok := rows.Load(r.ID)
	if !ok {
		g, _ = rows.LoadOrStore(r.ID, sync.OnceValue(func() *Gate { return rowGate(r) }))
	}
	return g.(func() *Gate)()
}

func rowGate(r *gate.Gate) *Gate {
	g := &Gate{Name: r.Name, Params: len(r.Params), Qubits: len(r.Operands), Ops: 1, Steps: 1}
	if r.Class == gate.Composite {
		g = libraryBody(r)
		g.At = diag.Span{}
	} else if r.PhaseIn(gate.QASM2, someAngles[:g.Params]) != 0 {
		g.Ops = 2 // under control or condition the phase is an operation of its own
	}
	g.Row = r
	return g
}

// someAngles tell a gate that has a phase from one that has none.
var someAngles = []float64{0.1, 0.2, 0.3, 0.4}

// weigh computes what depends on the body.
func (g *Gate) weigh() {
	g.Ops, g.Steps = 0, 1
	for i := range g.Body {
		call := &g.Body[i]
		if call.Gate == nil {
			g.Ops, g.Steps = add(g.Ops, uint64(max(1, call.nq))), add(g.Steps, 1)
			continue
		}
		g.Ops, g.Steps = add(g.Ops, call.Gate.Ops), add(g.Steps, call.Gate.Steps)
		g.Nesting = max(g.Nesting, call.Gate.Nesting+1)
		if call.Gate.Missing != nil {
			g.Missing = call.Gate.Missing
		}
	}
}

// add adds and stays at the greatest value.
func add(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// BeginGate begins the definition of a gate. Its body follows statement by statement, and the definition itself ends it.
func (c *Checker) BeginGate(s *ast.GateDef) {
	c.mayDefine(s.Name)
	c.open = &Gate{
		Name: c.names.Text(s.Name.Symbol), Opaque: s.Opaque, Params: len(s.Params), Qubits: len(s.Qubits), At: s.Name.Span(),
	}
	c.openSymbol = s.Name.Symbol
	c.defining++
	for i, n := range s.Params {
		c.declareLocal(n, local{c.defining, true, uint32(i)}, "parameter")
	}
	for i, n := range s.Qubits {
		c.declareLocal(n, local{c.defining, false, uint32(i)}, "qubit")
	}
}

// BodyStatement adds a statement to the definition that was begun.
func (c *Checker) BodyStatement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Call:
		c.bodyCall(c.open, s)
	case *ast.Barrier:
		c.bodyBarrier(c.open, s)
	}
}

// checkGateDef ends a definition, whose body was given before or is with it.
func (c *Checker) checkGateDef(s *ast.GateDef) {
	if c.open == nil || s.Opaque {
		c.BeginGate(s)
	}
	for _, b := range s.Body {
		c.BodyStatement(b)
	}
	g := c.open
	c.open = nil
	if s.Opaque {
		g.Missing, g.Ops, g.Steps = g, 1, 1
	} else {
		g.weigh()
	}
	if g.Nesting > MaxNesting {
		c.rep.Error(s.Name.Span(), "too_deep", "", "the gate %s stands on %d definitions: at most %d are allowed", c.name(s.Name.Symbol), g.Nesting, MaxNesting)
		g.Nesting = 0 // once is enough
	}
	c.declareGate(s.Name.Symbol, g)
}

// mayDefine reports what speaks against a gate of that name.
func (c *Checker) mayDefine(name ast.Name) {
	old := c.gate(name.Symbol)
	switch {
	case old == nil:
	case old.Row == nil:
		c.rep.Error(name.Span(), "duplicate_definition", "choose another name", "the gate %s is already defined", c.name(name.Symbol))
		c.rep.Also(old.At, "%s is defined here", c.name(name.Symbol))
	case old.Row.Homes[gate.QASM2] == gate.Builtin:
		c.rep.Error(name.Span(), "duplicate_definition", "", "the gate %s is part of the language and cannot be defined again", c.name(name.Symbol))
	default:
		c.rep.Deviation(name.Span(), "redefined_library_gate", "choose another name", "the gate %s of qelib1.inc is defined again; the new definition counts", c.name(name.Symbol))
	}
	if r := c.register(name.Symbol); r != nil {
		c.sharedName(name, "gate", "register")
	}
}

func (c *Checker) sharedName(name ast.Name, what, other string) {
	c.rep.Deviation(name.Span(), "shared_name", "choose another name", "the %s %s has the name of a %s; in OpenQASM 2.0 each name has one meaning", what, c.name(name.Symbol), other)
}

// declaredAt adds to the last diagnostic where a register was declared.
func (c *Checker) declaredAt(r *Register) { c.rep.Also(r.At, "%s is declared here", c.name(r.Symbol)) }

func (c *Checker) declareLocal(n ast.Name, l local, what string) {
	place := slot(&c.locals, n.Symbol, c.names.Len())
	if place.gate == c.defining {
		c.rep.Error(n.Span(), "duplicate_definition", "each parameter and qubit of a gate needs a name of its own", "the %s %s has the name of another parameter or qubit of the gate", what, c.name(n.Symbol))
	}
	*place = l
}

func (c *Checker) local(s token.Symbol) (local, bool) {
	if int(s) >= len(c.locals) || c.locals[s].gate != c.defining || c.defining == 0 {
		return local{}, false
	}
	return c.locals[s], true
}

func (c *Checker) bodyCall(g *Gate, s *ast.Call) {
	if s.Name.Symbol == c.openSymbol {
		c.rep.Error(s.Name.Span(), "recursive_gate", "", "the gate %s is applied within its own definition", c.name(s.Name.Symbol))
		return
	}
	callee := c.resolve(s.Name)
	if callee == nil || !c.arity(s, callee) {
		return
	}
	c.formulas = c.formulas[:0]
	for _, e := range s.Params {
		f, ok := c.formula(e, true)
		if !ok {
			return
		}
		c.formulas = append(c.formulas, f)
	}
	if qubits, ok := c.bodyQubits(s.Operands); ok && c.distinct(qubits, s) {
		g.add(callee, c.formulas, qubits)
	}
}

// add appends a gate to the body.
func (g *Gate) add(callee *Gate, params []Formula, qubits []uint32) {
	g.Body = doubled(g.Body, 1)
	g.Body = append(g.Body, BodyCall{Gate: callee, qubits: uint32(len(g.qubits)), nq: uint32(len(qubits)), params: uint32(len(g.params))})
	g.qubits = append(doubled(g.qubits, len(qubits)), qubits...)
	g.params = append(doubled(g.params, len(params)), params...)
}

// doubled makes room for n more elements by doubling: append grows long slices by a quarter, and copies five times as much.
func doubled[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return slices.Grow(s, max(n, len(s)))
}

func (c *Checker) bodyBarrier(g *Gate, s *ast.Barrier) {
	if qubits, ok := c.bodyQubits(s.Operands); ok {
		if len(qubits) == 0 {
			for i := range g.Qubits {
				qubits = append(qubits, uint32(i))
			}
		}
		g.add(nil, nil, qubits)
	}
}

// bodyQubits looks up operands within a body. The result is good until the next call.
func (c *Checker) bodyQubits(operands []ast.Operand) ([]uint32, bool) {
	qubits, ok := c.bodyArgs[:0], true
	for i := range operands {
		o := &operands[i]
		l, known := c.local(o.Name.Symbol)
		switch {
		case !known:
			c.notAQubit(o)
			ok = false
		case l.param:
			c.rep.Error(o.Span(), "not_a_qubit", "", "%s is a parameter of the gate, not a qubit", c.name(o.Name.Symbol))
			ok = false
		case o.Index != nil:
			c.rep.Error(o.Index.Span(), "index_in_gate", "", "%s is one qubit and has no elements", c.name(o.Name.Symbol))
			ok = false
		}
		qubits = append(qubits, l.index)
	}
	c.bodyArgs = qubits
	return qubits, ok
}

func (c *Checker) notAQubit(o *ast.Operand) {
	hint := c.suggest(o.Name.Symbol, func(s token.Symbol) bool { l, ok := c.local(s); return ok && !l.param })
	if c.register(o.Name.Symbol) != nil {
		c.rep.Error(o.Span(), "unknown_qubit", "give the gate one more qubit and pass the register's element to it", "a gate's body can use the gate's own qubits only, %s is a register", c.name(o.Name.Symbol))
		return
	}
	c.rep.Error(o.Span(), "unknown_qubit", hint, "%s is not a qubit of the gate", c.name(o.Name.Symbol))
}

// distinct reports a qubit that occurs twice.
func (c *Checker) distinct(qubits []uint32, s *ast.Call) bool {
	if len(qubits) <= fewOperands {
		for i, q := range qubits {
			if slices.Contains(qubits[:i], q) {
				c.repeated(s, i)
				return false
			}
		}
		return true
	}
	seen := make(map[uint32]bool, len(qubits))
	for i, q := range qubits {
		if seen[q] {
			c.repeated(s, i)
			return false
		}
		seen[q] = true
	}
	return true
}

func (c *Checker) repeated(s *ast.Call, i int) {
	c.rep.Error(s.Operands[i].Span(), "duplicate_qubit", "each operand of a gate must be a qubit of its own", "the gate %s is given the same qubit twice", c.name(s.Name.Symbol))
}
