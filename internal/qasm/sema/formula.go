package sema

import (
	"math"
	"slices"
	"strconv"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Formula is a parameter of a gate within a definition: a value, or code that computes it from the definition's parameters.
type Formula struct {
	Value float64
	Code  []Instr // nil: Value
}

// Instr is a step of a Formula on a stack of numbers.
type Instr struct {
	Op    Op
	Arg   uint32 // of Param: which
	Value float64
}

// Op is what an Instr does.
type Op uint8

// The steps: Push and Param put a number on the stack, the others replace one or two by their result.
const (
	Push Op = iota
	Param
	Neg
	Add
	Sub
	Mul
	Div
	Pow
	Sin
	Cos
	Tan
	Exp
	Ln
	Sqrt
	Asin
	Acos
	Atan
)

// Eval computes the formula. The stack is scratch memory, returned for the next time. A reason other than "" says why there is no value.
func (f *Formula) Eval(params, stack []float64) (value float64, scratch []float64, reason string) {
	if f.Code == nil {
		return f.Value, stack, ""
	}
	stack = stack[:0]
	for i := range f.Code {
		in := &f.Code[i]
		switch n := len(stack); {
		case in.Op == Push:
			stack = append(stack, in.Value)
		case in.Op == Param:
			stack = append(stack, params[in.Arg])
		case in.Op.binary():
			stack[n-2], reason = in.Op.apply2(stack[n-2], stack[n-1])
			stack = stack[:n-1]
		default:
			stack[n-1], reason = in.Op.apply1(stack[n-1])
		}
		if reason != "" {
			return 0, stack, reason
		}
	}
	return stack[0], stack, ""
}

func (op Op) binary() bool { return op >= Add && op <= Pow }

func (op Op) apply2(a, b float64) (v float64, reason string) {
	switch op {
	case Add:
		v = a + b
	case Sub:
		v = a - b
	case Mul:
		v = a * b
	case Div:
		if b == 0 {
			return 0, "division by zero"
		}
		v = a / b
	case Pow:
		if a == 0 && b < 0 {
			return 0, "zero to a negative power"
		}
		if v = math.Pow(a, b); math.IsNaN(v) {
			return 0, "a negative number to a fractional power"
		}
	}
	return v, finite(v)
}

func (op Op) apply1(a float64) (v float64, reason string) {
	switch op {
	case Neg:
		v = -a
	case Sin:
		v = math.Sin(a)
	case Cos:
		v = math.Cos(a)
	case Tan:
		v = math.Tan(a)
	case Exp:
		v = math.Exp(a)
	case Ln:
		if a <= 0 {
			return 0, "the logarithm of a number that is not positive"
		}
		v = math.Log(a)
	case Sqrt:
		if a < 0 {
			return 0, "the square root of a negative number"
		}
		v = math.Sqrt(a)
	case Asin, Acos:
		if math.Abs(a) > 1 {
			return 0, "the inverse sine or cosine of a number beyond 1"
		}
		v = math.Asin(a)
		if op == Acos {
			v = math.Acos(a)
		}
	case Atan:
		v = math.Atan(a)
	}
	return v, finite(v)
}

func finite(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "a number that is too large"
	}
	return ""
}

// formula compiles an expression; in a definition it may use the definition's parameters.
func (c *Checker) formula(e ast.Expr, inGate bool) (Formula, bool) {
	c.code = c.code[:0]
	v, constant, ok := c.compile(e, inGate)
	if !ok || constant {
		return Formula{Value: v}, ok
	}
	return Formula{Code: slices.Clone(c.code)}, true
}

// constant computes an expression without parameters.
func (c *Checker) constant(e ast.Expr) (float64, bool) {
	if f, ok := e.(*ast.Float); ok {
		return f.Value, true
	}
	v, _, ok := c.compile(e, false)
	return v, ok
}

// compile returns the value of a constant expression, or appends the code of another to c.code.
func (c *Checker) compile(e ast.Expr, inGate bool) (v float64, constant, ok bool) {
	switch e := e.(type) {
	case *ast.Float:
		return e.Value, true, true
	case *ast.Int:
		v, ok = c.integer(e)
		return v, true, ok
	case *ast.Paren:
		return c.compile(e.Inner, inGate)
	case *ast.Ident:
		return c.identifier(e, inGate)
	case *ast.Unary:
		v, constant, ok = c.compile(e.Inner, inGate)
		if !ok || e.Op == token.Plus {
			return v, constant, ok
		}
		return c.apply1(Neg, v, constant, e.Span())
	case *ast.Binary:
		return c.compileBinary(e, inGate)
	case *ast.Function:
		return c.compileFunction(e, inGate)
	}
	c.rep.Error(e.Span(), "not_a_number", "", "this is not a number")
	return 0, false, false
}

func (c *Checker) integer(e *ast.Int) (float64, bool) {
	if e.Fits {
		return float64(e.Value), true
	}
	v, err := strconv.ParseFloat(string(e.Text), 64)
	if err != nil {
		c.rep.Error(e.Span(), "number_too_large", "", "this number is too large: at most about 1.8e308")
	}
	return v, err == nil
}

func (c *Checker) identifier(e *ast.Ident, inGate bool) (v float64, constant, ok bool) {
	if inGate {
		if l, ok := c.local(e.Symbol); ok && l.param {
			c.code = append(c.code, Instr{Op: Param, Arg: l.index})
			return 0, false, true
		} else if ok {
			c.rep.Error(e.Span(), "not_a_number", "", "%s is a qubit of the gate, not a parameter", c.name(e.Symbol))
			return 0, false, false
		}
	}
	if e.Symbol == token.Pi {
		return math.Pi, true, true
	}
	hint := "numbers, `pi` and functions of them can stand here"
	if inGate {
		hint = c.suggest(e.Symbol, func(s token.Symbol) bool { l, ok := c.local(s); return ok && l.param })
	}
	c.rep.Error(e.Span(), "unknown_name", hint, "%s is not a number", c.name(e.Symbol))
	return 0, false, false
}

var binaryOps = [...]Op{
	token.Plus: Add, token.Minus: Sub, token.Star: Mul, token.Slash: Div, token.Caret: Pow, token.StarStar: Pow,
}

func (c *Checker) compileBinary(e *ast.Binary, inGate bool) (v float64, constant, ok bool) {
	op := binaryOps[e.Op]
	a, constA, okA := c.compile(e.Left, inGate)
	mark := len(c.code)
	b, constB, okB := c.compile(e.Right, inGate)
	if !okA || !okB {
		return 0, false, false
	}
	if constA && constB {
		v, reason := op.apply2(a, b)
		return v, true, c.valid(reason, e.Span())
	}
	if op == Div && constB && b == 0 {
		return 0, false, c.valid("division by zero", e.Span())
	}
	if constA {
		c.code = slices.Insert(c.code, mark, Instr{Op: Push, Value: a})
	}
	if constB {
		c.code = append(c.code, Instr{Op: Push, Value: b})
	}
	c.code = append(c.code, Instr{Op: op})
	return 0, false, true
}

var functions = map[token.Symbol]Op{
	token.Sin: Sin, token.Cos: Cos, token.Tan: Tan, token.Exp: Exp, token.Ln: Ln, token.Sqrt: Sqrt,
	token.Asin: Asin, token.Acos: Acos, token.Atan: Atan,
}

func (c *Checker) compileFunction(e *ast.Function, inGate bool) (v float64, constant, ok bool) {
	op, known := functions[e.Name.Symbol]
	switch {
	case !known:
		if !c.once(e.Name.Symbol) {
			return 0, false, false
		}
		hint := c.suggest(e.Name.Symbol, func(s token.Symbol) bool { return functions[s] != 0 })
		c.rep.Error(e.Name.Span(), "unknown_function", hint, "there is no function %s", c.name(e.Name.Symbol))
		return 0, false, false
	case len(e.Args) != 1:
		c.rep.Error(e.Span(), "wrong_arguments", "", "the function %s takes 1 argument, found %d", c.name(e.Name.Symbol), len(e.Args))
		return 0, false, false
	case op >= Asin:
		c.rep.Deviation(e.Name.Span(), "extra_function", "", "the function %s is not in OpenQASM 2.0, which has sin, cos, tan, exp, ln and sqrt", c.name(e.Name.Symbol))
	}
	v, constant, ok = c.compile(e.Args[0], inGate)
	if !ok {
		return 0, false, false
	}
	return c.apply1(op, v, constant, e.Span())
}

func (c *Checker) apply1(op Op, a float64, constant bool, at diag.Span) (float64, bool, bool) {
	if !constant {
		c.code = append(c.code, Instr{Op: op})
		return 0, false, true
	}
	v, reason := op.apply1(a)
	return v, true, c.valid(reason, at)
}

func (c *Checker) valid(reason string, at diag.Span) bool {
	if reason != "" {
		c.rep.Error(at, "undefined_value", "", "this has no value: %s", reason)
	}
	return reason == ""
}
