package compile

import (
	"slices"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

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
