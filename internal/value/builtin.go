package value

import (
	"math"
	"math/cmplx"
	"slices"
)

// Func is a built-in function on values. sizeof is not among them: it asks about types.
type Func uint8

// The functions.
const (
	Arccos Func = iota
	Arcsin
	Arctan
	Ceiling
	Cos
	Exp
	Floor
	Log
	ModFunc
	Popcount
	PowFunc
	Rotl
	Rotr
	Sin
	Sqrt
	Tan
	Real
	Imag
	numFuncs
)

var funcNames = [numFuncs]string{
	"arccos", "arcsin", "arctan", "ceiling", "cos", "exp", "floor", "log", "mod", "popcount", "pow", "rotl", "rotr", "sin", "sqrt",
	"tan", "real", "imag",
}

// String is the function's name.
func (f Func) String() string { return funcNames[f] }

// FuncOf finds a function by name.
func FuncOf(name string) (Func, bool) {
	i := slices.Index(funcNames[:], name)
	return Func(max(i, 0)), i >= 0
}

// FuncNames are the names of all functions.
func FuncNames() []string { return funcNames[:] }

// Call is a function with the types that were chosen for its arguments.
type Call struct {
	Func      Func
	Params    []Type // what the arguments are converted to first
	Result    Type
	Deviation string // see Rule
}

// Arity is how many arguments a function takes.
func (f Func) Arity() int {
	switch f {
	case ModFunc, PowFunc, Rotl, Rotr:
		return 2
	}
	return 1
}

// CallFor chooses the overload of f for arguments of these types, of which there must be Arity; false where there is none.
func CallFor(f Func, args []Operand) (Call, bool) {
	a := args[0].Type
	c := Call{Func: f, Params: []Type{a}, Result: a}
	switch f {
	case ModFunc, PowFunc:
		return pairCall(c, a, args[1].Type)
	case Rotl, Rotr:
		c.Params = []Type{a, IntOf(64)}
		if a.Kind == Int && !args[0].Literal {
			c.Deviation = "rotl and rotr are defined for bit and uint"
		}
		return c, (a.Kind == Bits || (a.IsInteger() || a.Kind == Angle) && !a.Unsized) && (args[1].Type.IsInteger() || args[1].Type.IsBool())
	case Popcount:
		c.Result = UintType
		if a.IsBool() {
			c.Deviation = "popcount is defined for registers of bits"
		}
		return c, a.HasBits() || a.IsBool()
	case Real, Imag:
		if a.Kind != Complex {
			a = toComplex(a)
		}
		c.Params[0], c.Result = a, Type{Kind: Float, Width: a.Width, Unsized: a.Unsized}
		return c, a.Kind == Complex
	case Cos, Sin, Tan:
		if a.Kind == Angle {
			c.Result = FloatType
			return c, true
		}
	case Exp, Sqrt:
		if a.Kind == Complex {
			return c, true
		}
	}
	c.Params[0] = floatFor(a)
	c.Result = c.Params[0]
	return c, a.IsNumber() && a.Kind != Complex
}

// pairCall is mod, of two integers or two floats, and pow.
func pairCall(c Call, a, b Type) (Call, bool) {
	if !a.IsNumber() || !b.IsNumber() {
		return c, false
	}
	t := Common(a, b)
	c.Params, c.Result = []Type{t, t}, t
	if c.Func == PowFunc {
		c.Deviation = "the function pow() left the language; use the operator **"
		return c, true
	}
	return c, t.Kind != Complex
}

// floatFor is the float that a number becomes without being asked.
func floatFor(t Type) Type {
	if t.Kind == Float {
		return t
	}
	return FloatType
}

func toComplex(t Type) Type {
	switch {
	case t.Kind == Float:
		return Type{Kind: Complex, Width: t.Width, Unsized: t.Unsized}
	case t.IsNumber():
		return ComplexType
	}
	return t
}

// Apply computes the function of arguments that have the types of Params. dst is none of them.
func (c *Call) Apply(dst []uint64, args [][]uint64) error {
	a := args[0]
	switch c.Func {
	case ModFunc:
		return Binary(Mod, c.Result, dst, a, args[1])
	case PowFunc:
		return Binary(Pow, c.Result, dst, a, args[1])
	case Rotl:
		Rotate(c.Result, dst, a, int64(args[1][0]))
	case Rotr:
		n := int64(c.Result.Width)
		if n > 0 {
			Rotate(c.Result, dst, a, -(int64(args[1][0]) % n))
		}
	case Popcount:
		dst[0] = PopCount(c.Params[0], a)
	case Real:
		dst[0] = a[0]
	case Imag:
		dst[0] = a[1]
	default:
		c.elementary(dst, a)
	}
	return nil
}

// elementary is a function of one real, complex or angle argument.
func (c *Call) elementary(dst, a []uint64) {
	t := c.Params[0]
	if t.Kind == Complex {
		v := complexOf(a)
		if c.Func == Exp {
			v = cmplx.Exp(v)
		} else {
			v = cmplx.Sqrt(v)
		}
		setComplex(t, dst, v)
		return
	}
	v := 0.0
	if t.Kind == Angle {
		v = Radians(t, a)
	} else {
		v = float(a[0])
	}
	dst[0] = math.Float64bits(round(c.Result, realFuncs[c.Func](v)))
}

var realFuncs = [numFuncs]func(float64) float64{
	Arccos: math.Acos, Arcsin: math.Asin, Arctan: math.Atan, Ceiling: math.Ceil, Cos: math.Cos, Exp: math.Exp, Floor: math.Floor,
	Log: math.Log, Sin: math.Sin, Sqrt: math.Sqrt, Tan: math.Tan,
}
