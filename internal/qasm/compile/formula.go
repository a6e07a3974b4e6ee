package compile

import (
	"math"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// formula is a number within a definition: a constant, or code that computes it from the definition's parameters.
type formula struct {
	value float64
	code  []formulaOp // nil: value
	at    diag.Span
}

// formulaOp is a step of a formula on a stack.
type formulaOp struct {
	kind  formulaKind
	param uint32
	value float64
	op    value.Op
	call  value.Func
}

type formulaKind uint8

// formula compiles an expression of a definition.
func (c *Compiler) formula(e ast.Expr) (formula, bool) {
	if !c.usesParams(e) {
		o, ok := c.scalar(e)
		if !ok {
			return formula{}, false
		}
		v, ok := c.angleParam(o)
		switch {
		case !ok:
			return formula{}, false
		case !v.known:
			c.rep.Error(e.Span(), "not_constant", "", "a number within a gate is made of constants and of the gate's parameters")
			return formula{}, false
		}
		return formula{value: v.val.Float64()}, true
	}
	var code []formulaOp
	ok := c.formulaCode(e, &code)
	return formula{code: code, at: e.Span()}, ok
}

// usesParams reports whether an expression names a parameter of the gate.
func (c *Compiler) usesParams(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		sym := c.lookup(e.Symbol)
		return sym != nil && sym.meaning == gateParam
	case *ast.Paren:
		return c.usesParams(e.Inner)
	case *ast.Unary:
		return c.usesParams(e.Inner)
	case *ast.Binary:
		return c.usesParams(e.Left) || c.usesParams(e.Right)
	case *ast.Cast:
		return c.usesParams(e.Value)
	case *ast.Function:
		for _, a := range e.Args {
			if c.usesParams(a) {
				return true
			}
		}
	}
	return false
}

func (c *Compiler) formulaCode(e ast.Expr, code *[]formulaOp) bool {
	if !c.usesParams(e) {
		f, ok := c.formula(e)
		*code = append(*code, formulaOp{kind: pushValue, value: f.value})
		return ok
	}
	switch e := e.(type) {
	case *ast.Ident:
		*code = append(*code, formulaOp{kind: pushParam, param: c.lookup(e.Symbol).param})
		return true
	case *ast.Paren:
		return c.formulaCode(e.Inner, code)
	case *ast.Cast:
		if e.Type.Kind == ast.TypeFloat || e.Type.Kind == ast.TypeAngle {
			return c.formulaCode(e.Value, code)
		}
	case *ast.Unary:
		if e.Op == token.Minus {
			ok := c.formulaCode(e.Inner, code)
			*code = append(*code, formulaOp{kind: negate})
			return ok
		}
	case *ast.Binary:
		if op, ok := binaryOps[e.Op]; ok && op <= value.Pow {
			okA := c.formulaCode(e.Left, code)
			okB := c.formulaCode(e.Right, code)
			*code = append(*code, formulaOp{kind: operation, op: op})
			return okA && okB
		}
	case *ast.Function:
		return c.formulaCall(e, code)
	}
	c.rep.Error(e.Span(), "invalid_operation", "", "the parameters of a gate are angles: they are added, multiplied and given to functions, and nothing else")
	return false
}

func (c *Compiler) formulaCall(e *ast.Function, code *[]formulaOp) bool {
	f, ok := value.FuncOf(c.names.Text(e.Name.Symbol))
	if sym := c.lookup(e.Name.Symbol); sym != nil || !ok {
		if sym != nil {
			c.rep.Error(e.Name.Span(), "invalid_operation", "", "a gate can use the built-in functions only")
		} else {
			c.unknownFunction(e)
		}
		return false
	}
	types := make([]value.Operand, len(e.Args))
	for i := range types {
		types[i].Type = value.FloatType
	}
	if len(e.Args) != f.Arity() {
		c.rep.Error(c.countAt(e.Name, e.Args, f.Arity()), "wrong_arguments", "", "the function `%v` takes %s, found %d", f, count(f.Arity(), "argument"), len(e.Args))
		return false
	}
	call, good := value.CallFor(f, types)
	if !good || call.Result.Kind != value.Float {
		c.rep.Error(e.Name.Span(), "wrong_type", callHint(f), "the function `%v` is not defined for the parameters of a gate", f)
		return false
	}
	for _, a := range e.Args {
		good = c.formulaCode(a, code) && good
	}
	*code = append(*code, formulaOp{kind: function, call: f})
	return good
}

// compute gives a formula its value for parameters, now where they are known and in the program where not.
func (c *Compiler) compute(f *formula, params []program.Param) (program.Param, bool) {
	if f.code == nil {
		return program.Const(f.value), true
	}
	stack := c.stack[:0]
	at := diag.Span{Start: c.at, End: c.at + 1}
	ok := true
	push := func(o operand) { stack = append(stack, o); ok = ok && !o.bad }
	for i := range f.code {
		in := &f.code[i]
		n := len(stack)
		switch in.kind {
		case pushValue:
			push(known(value.OfFloat(in.value), at))
		case pushParam:
			if p := params[in.param]; p.Slot < 0 {
				push(known(value.OfFloat(p.Value), at))
			} else {
				push(inSlot(value.FloatType, p.Slot, at))
			}
		case negate:
			a := stack[n-1]
			stack = stack[:n-1]
			push(c.negated(a))
		case operation:
			a, b := stack[n-2], stack[n-1]
			stack = stack[:n-2]
			push(c.formulaOperation(in.op, a, b, at))
		case function:
			k := in.call.Arity()
			args := append([]operand(nil), stack[n-k:]...)
			stack = stack[:n-k]
			push(c.applyFunction(in.call, args, at))
		}
		if !ok {
			return program.Param{}, false
		}
	}
	c.stack = stack
	o := stack[0]
	if !o.known {
		p := program.InSlot(o.slot)
		if p.At = f.at; len(f.code) == 1 && f.code[0].kind == pushParam {
			p = params[f.code[0].param] // by the expression that it was given
		}
		return p, true
	}
	v := o.val.Float64()
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.rep.Error(at, "undefined_value", "", "with these parameters a number within the gate's definition is %v", v)
		return program.Param{}, false
	}
	return program.Const(v), true
}

func (c *Compiler) negated(a operand) operand {
	if a.known {
		return known(value.OfFloat(-a.val.Float64()), a.at)
	}
	s := c.temp(1)
	c.emit(program.NegF, 0, s, a.slot, 0)
	return inSlot(value.FloatType, s, a.at)
}

func (c *Compiler) formulaOperation(op value.Op, a, b operand, at diag.Span) operand {
	if op == value.Div && b.known && b.val.Float64() == 0 {
		c.rep.Error(at, "division_by_zero", "", "with these parameters the gate's definition divides by zero")
		return bad(at)
	}
	r, _ := value.RuleFor(op, value.Operand{Type: value.FloatType}, value.Operand{Type: value.FloatType})
	if a.known && b.known {
		return c.fold(op, r, a, b, false, at, at)
	}
	s := c.temp(1)
	c.emitBinary(op, r, s, a, b)
	return inSlot(value.FloatType, s, at)
}

func (c *Compiler) applyFunction(f value.Func, args []operand, at diag.Span) operand {
	types := make([]value.Operand, len(args))
	constant := true
	for i := range types {
		types[i].Type = value.FloatType
		constant = constant && args[i].known
	}
	call, _ := value.CallFor(f, types)
	if constant {
		return c.foldCall(call, args, at, at)
	}
	return c.emitCall(call, args, at, at.Start)
}
