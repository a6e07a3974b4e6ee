package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// num is an integer that is known now, or lies in a slot when the program has come there.
type num struct {
	v    int64
	slot int32 // negative: v
}

func fixed(v int64) num { return num{v, -1} }

func (n num) static() bool { return n.slot < 0 }

// index is an element of something, counted from the front, checked to exist. Where it is not static, the check is in the program.
type index = num

// indexSet is what a pair of brackets takes of something one-dimensional.
type indexSet struct {
	scalar bool // one element, rather than a register of one
	list   []index
}

// static reports whether all of it is known now.
func (s indexSet) static() bool {
	for _, i := range s.list {
		if !i.static() {
			return false
		}
	}
	return true
}

// indices evaluates the contents of a pair of brackets behind something with n elements that is called name.
func (c *Compiler) indices(e ast.Expr, n int64, name string) (indexSet, bool) {
	switch e := e.(type) {
	case *ast.IndexList:
		c.rep.Error(e.Items[1].Span(), "too_many_indices", "several elements are a set: [{0, 2}]", "%s has one dimension", name)
		return indexSet{}, false
	case *ast.Set:
		s, ok := indexSet{}, true
		for _, item := range e.Items {
			i, good := c.element(item, n, name)
			s.list, ok = append(s.list, i), ok && good
		}
		return s, ok
	case *ast.Range:
		return c.slice(e, n, name)
	}
	i, ok := c.element(e, n, name)
	return indexSet{scalar: true, list: []index{i}}, ok
}

// element evaluates one index.
func (c *Compiler) element(e ast.Expr, n int64, name string) (index, bool) {
	o, ok := c.integerValue(e, "an index")
	if !ok {
		return index{}, false
	}
	if !o.known {
		s := c.temp(1)
		c.at = e.Span().Start
		c.bound(s, o.slot, name, n)
		return index{slot: s}, true
	}
	i, fits := o.val.Int64()
	if !fits || i < -n || i >= n {
		c.outOfRange(e.Span(), o.val.String(), n, name)
		return index{}, false
	}
	if i < 0 {
		i += n
	}
	return fixed(i), true
}

func (c *Compiler) outOfRange(at diag.Span, i string, n int64, name string) {
	if c.dead {
		return
	}
	if n == 0 {
		c.rep.Error(at, "index_out_of_range", "", "%s has no elements", name)
		return
	}
	c.rep.Error(at, "index_out_of_range", countsFromEnd(n), "%s has the elements 0 to %d: there is no element %s", name, n-1, i)
}

func countsFromEnd(n int64) string {
	if n == 1 {
		return "indices start at 0"
	}
	return "indices start at 0; negative ones count from the end"
}

// integerValue evaluates an expression that must be an integer, as an int of 64 bits.
func (c *Compiler) integerValue(e ast.Expr, what string) (operand, bool) {
	o, ok := c.scalar(e)
	if !ok {
		return o, false
	}
	switch {
	case o.typ.IsInteger(), o.typ.IsBool():
	case o.typ.Kind == value.Bits:
		c.rep.Deviation(o.at, "implicit_cast", c.writeCast(o, value.UintOf(int(o.typ.Width))), "%s is an integer; the register is read as an unsigned one", what)
	default:
		c.rep.Error(o.at, "wrong_type", "", "%s must be an integer, this is %s", what, typeName(o.typ))
		return bad(o.at), false
	}
	if o.known && o.typ.Width > 64 {
		return o, true
	}
	literal := o.literal
	if o.known && o.typ.Kind == value.Uint && o.val.Words[0] >= 1<<63 {
		return o, true
	}
	o, ok = c.convert(o, value.IntType)
	o.literal = literal
	return o, ok
}

// maxIndices bounds the elements that are listed one by one.
const maxIndices = 1 << 20

// index is an indexed expression as a value.
func (c *Compiler) index(e *ast.Index) operand {
	base, ok := c.indexBase(e)
	if !ok {
		return bad(e.Span())
	}
	if base.arr != nil {
		v, ok := c.indexArray(base.arr, e.Index)
		switch {
		case !ok:
			return bad(e.Span())
		case len(v.dims) > 0:
			return operand{arr: v, at: e.Span()}
		}
		return c.load(v, e.Span())
	}
	return c.indexBits(base, e)
}

// indexBase evaluates what brackets stand behind.
func (c *Compiler) indexBase(e *ast.Index) (operand, bool) {
	id, isName := e.Base.(*ast.Ident)
	if !isName {
		o := c.expr(e.Base)
		return o, !o.bad
	}
	sym := c.find(ast.Name{At: id.At, Symbol: id.Symbol}, "a variable")
	if sym == nil {
		return operand{}, false
	}
	if sym.meaning == bits {
		o := inSlot(value.BitsOf(int(sym.bits.n)), -1, id.Span())
		if sym.bits.scalar {
			o.typ = value.BitType
		}
		return o, true
	}
	o := c.ident(id)
	return o, !o.bad
}

// baseName is what the thing before brackets is called in messages.
func (c *Compiler) baseName(e ast.Expr, t value.Type) string {
	if id, ok := e.(*ast.Ident); ok {
		return c.name(id.Symbol)
	}
	return "a value of type " + t.String()
}

// isConstant reports whether an expression is made of constants only, without evaluating it.
func (c *Compiler) isConstant(e ast.Expr) bool {
	constant := true
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Ident:
			sym := c.lookup(e.Symbol)
			constant = constant && (sym == nil || sym.meaning == constantName || sym.meaning == broken)
		case *ast.Index:
			visit(e.Base)
			for _, i := range ast.Items(e.Index) {
				visit(i)
			}
		case *ast.Paren:
			visit(e.Inner)
		case *ast.Unary:
			visit(e.Inner)
		case *ast.Binary:
			visit(e.Left)
			visit(e.Right)
		case *ast.Cast:
			visit(e.Value)
		case *ast.Function:
			constant = constant && c.isConstantCall(e)
			if constant && c.names.Text(e.Name.Symbol) != "sizeof" {
				for _, a := range e.Args {
					visit(a)
				}
			}
		case *ast.Concat:
			for _, p := range e.Parts {
				visit(p)
			}
		case *ast.Measurement, *ast.QuantumCall, *ast.Member:
			constant = false
		}
	}
	visit(e)
	return constant
}

// isConstantCall reports whether a function may give a constant: the program's own never do, and sizeof does for arrays of known size.
func (c *Compiler) isConstantCall(e *ast.Function) bool {
	_, builtin := value.FuncOf(c.names.Text(e.Name.Symbol))
	if sym := c.lookup(e.Name.Symbol); sym != nil || !builtin && c.names.Text(e.Name.Symbol) != "sizeof" {
		return false
	}
	if c.names.Text(e.Name.Symbol) != "sizeof" || len(e.Args) == 0 {
		return true
	}
	id, ok := e.Args[0].(*ast.Ident)
	if !ok {
		return true
	}
	sym := c.lookup(id.Symbol)
	if sym == nil || sym.meaning != array {
		return true
	}
	_, static := sym.arr.sizes()
	return static
}
