package reference

import (
	"math"
	"math/big"

	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

func (s *scope) constants() {
	for name, f := range map[string]float64{"pi": math.Pi, "π": math.Pi, "tau": 2 * math.Pi, "τ": 2 * math.Pi, "euler": math.E, "ℇ": math.E} {
		v := float(f)
		s.names[name] = &binding{name: name, cell: &v, isConst: true}
	}
}

// eval is the value of an expression.
func (m *machine) eval(e ast.Expr, s *scope) value {
	m.step()
	switch e := e.(type) {
	case *ast.Int:
		return m.literal(e)
	case *ast.Float:
		return float(e.Value)
	case *ast.Imaginary:
		return value{t: typ{k: kComplex, n: 64, plain: true}, c: complex(0, e.Value)}
	case *ast.Bool:
		return boolean(e.Value)
	case *ast.BitString:
		x, _ := new(big.Int).SetString("0"+string(e.Bits()), 2)
		return value{t: typ{k: kBits, n: e.Width}, i: x}
	case *ast.Paren:
		return m.eval(e.Inner, s)
	case *ast.Ident, *ast.Index:
		return m.place(e, s).read()
	case *ast.Unary:
		return unary(e.Op, m.eval(e.Inner, s))
	case *ast.Binary:
		return m.binary(e, s)
	case *ast.Cast:
		return convert(m.eval(e.Value, s), m.typeOf(e.Type, s))
	case *ast.Function:
		return m.function(e, s)
	case *ast.Measurement:
		return m.measure(m.operand(e.Qubits, s))
	case *ast.ArrayLiteral:
		unknown("a list without a type")
	case *ast.Concat:
		return m.concat(e, s)
	}
	unknown("%T as a value", e)
	return value{}
}

func (m *machine) literal(e *ast.Int) value {
	x := new(big.Int).SetUint64(e.Value)
	if !e.Fits {
		x, _ = new(big.Int).SetString(string(e.Text), 0)
	}
	return value{t: typ{k: kInt, n: max(64, x.BitLen()+1), plain: true}, i: x, literal: true}
}

func (m *machine) binary(e *ast.Binary, s *scope) value {
	a := m.eval(e.Left, s)
	switch e.Op {
	case token.AmpAmp:
		return boolean(a.truth() && m.eval(e.Right, s).truth())
	case token.PipePipe:
		return boolean(a.truth() || m.eval(e.Right, s).truth())
	}
	return binary(e.Op, a, m.eval(e.Right, s))
}

// concat joins arrays, or registers.
func (m *machine) concat(e *ast.Concat, s *scope) value {
	var out value
	for i, part := range e.Parts {
		v := m.eval(part, s)
		switch {
		case i == 0:
			out = v.copied()
			out.t.dims = append([]int(nil), v.t.dims...)
			if v.t.boolean() && !v.t.array {
				out = convert(v, typ{k: kBits, n: 1})
			}
		case v.t.array:
			out.list = append(out.list, v.copied().list...)
			out.t.dims[0] += v.t.dims[0]
		default:
			out = value{t: typ{k: kBits, n: out.t.n + v.t.n}, i: new(big.Int).Or(out.i, new(big.Int).Lsh(v.i, uint(out.t.n)))}
		}
	}
	return out
}

// evalAs is an expression that is given to something of type t; lists have no type of their own.
func (m *machine) evalAs(e ast.Expr, t typ, s *scope) value {
	list, ok := e.(*ast.ArrayLiteral)
	if !ok {
		return convert(m.eval(e, s), t)
	}
	out := value{t: t}
	row := typ{k: t.k, n: t.n, plain: t.plain, dims: t.dims[1:], array: len(t.dims) > 1}
	for _, item := range list.Items {
		v := m.evalAs(item, row, s)
		if row.array {
			out.list = append(out.list, v.copied().list...)
		} else {
			out.list = append(out.list, &v)
		}
	}
	return out
}

// number is an expression that must be an integer of moderate size.
func (m *machine) number(e ast.Expr, s *scope) int {
	v := m.eval(e, s)
	if v.t.array || v.i == nil || v.t.k == kFloat || !v.i.IsInt64() {
		unknown("%s as a number", v.t)
	}
	return int(v.i.Int64())
}

func (m *machine) typeOf(t *ast.Type, s *scope) typ {
	out := typ{n: 64, plain: t.Size == nil}
	if t.Size != nil {
		out.n = m.number(t.Size, s)
	}
	switch t.Kind {
	case ast.TypeBool:
		return typ{k: kBool, n: 1}
	case ast.TypeBit:
		if t.Size == nil {
			return typ{k: kBit, n: 1}
		}
		out.k = kBits
	case ast.TypeInt:
		out.k = kInt
	case ast.TypeUint:
		out.k = kUint
	case ast.TypeFloat:
		out.k = kFloat
	case ast.TypeAngle:
		out.k = kAngle
	case ast.TypeComplex:
		if t.Elem != nil {
			out = m.typeOf(t.Elem, s)
		}
		out.k = kComplex
	case ast.TypeArray:
		out = m.typeOf(t.Elem, s)
		out.array = true
		for _, d := range t.Dims {
			out.dims = append(out.dims, m.number(d, s))
		}
	default:
		unknown("the type %s", t.Kind)
	}
	return out
}

// function calls a subroutine or a built-in function.
func (m *machine) function(e *ast.Function, s *scope) value {
	name := m.names.Text(e.Name.Symbol)
	if b := s.find(name); b != nil && b.def != nil {
		return m.call(b.def, e.Args, s)
	}
	if name == "sizeof" {
		dim := 0
		if len(e.Args) > 1 {
			dim = m.number(e.Args[1], s)
		}
		v := m.eval(e.Args[0], s)
		return value{t: typ{k: kUint, n: 64, plain: true}, i: big.NewInt(int64(v.t.dims[dim]))}
	}
	var args []value
	for _, a := range e.Args {
		args = append(args, m.eval(a, s))
	}
	return builtin(name, args)
}
