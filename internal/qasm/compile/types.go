package compile

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/value"
)

// kinds are the scalar types by their spelling.
var kinds = map[ast.TypeKind]value.Kind{
	ast.TypeBit: value.Bit, ast.TypeBool: value.Bool, ast.TypeInt: value.Int, ast.TypeUint: value.Uint, ast.TypeFloat: value.Float,
	ast.TypeAngle: value.Angle, ast.TypeComplex: value.Complex, ast.TypeDuration: value.Duration, ast.TypeStretch: value.Stretch,
}

// scalarType is a scalar type as it is written.
func (c *Compiler) scalarType(t *ast.Type) (value.Type, bool) {
	k, ok := kinds[t.Kind]
	switch {
	case !ok:
		c.rep.Error(t.Span(), "wrong_type", "", "a scalar type such as `int[32]` or `bit` is needed here")
		return value.Type{}, false
	case k == value.Complex:
		return c.complexType(t)
	case t.Size == nil && k == value.Bit, k == value.Bool, k == value.Duration, k == value.Stretch:
		return value.Type{Kind: k}, true
	case t.Size == nil:
		return value.Type{Kind: k, Unsized: true, Width: value.MachineWidth}, true
	}
	if k == value.Bit {
		k = value.Bits
	}
	n, ok := c.size(t.Size, "the width of a type")
	if !ok {
		return value.Type{}, false
	}
	if why := value.CheckWidth(k, n); why != "" {
		c.rep.Error(t.Size.Span(), "invalid_width", "", "%s: %d is not possible", why, n)
		return value.Type{}, false
	}
	return value.Type{Kind: k, Width: int32(n)}, true
}

func (c *Compiler) complexType(t *ast.Type) (value.Type, bool) {
	if t.Elem == nil {
		return value.ComplexType, true
	}
	elem, ok := c.scalarType(t.Elem)
	if ok && elem.Kind != value.Float {
		c.rep.Error(t.Elem.Span(), "invalid_width", "write complex[float[64]]", "the parts of a complex number are floats, not %s", elem)
		return value.Type{}, false
	}
	elem.Kind = value.Complex
	return elem, ok
}

// size is the value of an integer constant.
func (c *Compiler) size(e ast.Expr, what string) (int64, bool) {
	o, ok := c.scalar(e)
	if !ok {
		return 0, false
	}
	return c.sizeOf(o, what)
}

func (c *Compiler) sizeOf(o operand, what string) (int64, bool) {
	switch {
	case !o.known && o.typ.IsInteger():
		c.rep.Error(o.at, "not_constant", "declare it with `const`", "%s must be known before the program runs: this is not a constant", what)
	case !o.typ.IsInteger():
		c.rep.Error(o.at, "wrong_type", "", "%s must be an integer, this is %s", what, typeName(o.typ))
	default:
		n, fits := o.val.Int64()
		if !fits {
			c.rep.Error(o.at, "number_too_large", "", "%s cannot be as large as %s", what, o.val)
		}
		return n, fits
	}
	return 0, false
}

// typeName is a type for people, with its article.
func typeName(t value.Type) string {
	s := "`" + t.String() + "`"
	if t.Kind == value.Void {
		return "nothing"
	}
	return s
}

// maxDims and maxElements bound arrays.
const (
	maxDims     = 7
	maxElements = 1 << 24
)

// arrayType is the type of an array declaration: its elements and the length of each dimension.
func (c *Compiler) arrayType(t *ast.Type) (elem value.Type, dims []int, ok bool) {
	if elem, ok = c.arrayElem(t); !ok {
		return elem, nil, false
	}
	if len(t.Dims) > maxDims {
		c.rep.Error(t.Dims[maxDims].Span(), "too_many_dimensions", "", "an array has at most %d dimensions, this one has %d", maxDims, len(t.Dims))
		return elem, nil, false
	}
	total := int64(elem.Words())
	for _, d := range t.Dims {
		n, good := c.size(d, "the length of a dimension")
		switch {
		case !good:
			ok = false
		case n < 0:
			c.rep.Error(d.Span(), "invalid_width", "", "the length of a dimension cannot be negative: %d is not possible", n)
			ok = false
		case n > maxElements || n > 0 && total > maxElements/n:
			c.rep.Error(d.Span(), "too_large", "", "the array is too large: at most %d words of 64 bits are possible", maxElements)
			ok = false
		default:
			dims, total = append(dims, int(n)), total*max(n, 1)
		}
		if !ok {
			return elem, nil, false
		}
	}
	return elem, dims, true
}

func (c *Compiler) arrayElem(t *ast.Type) (value.Type, bool) {
	elem, ok := c.scalarType(t.Elem)
	if !ok {
		return elem, false
	}
	switch elem.Kind {
	case value.Bit, value.Bits, value.Stretch:
		hint := ""
		if elem.Kind != value.Stretch {
			hint = "use `bool`, or a register `bit[n]` of its own"
		}
		c.rep.Error(t.Elem.Span(), "wrong_type", hint, "an array cannot have elements of type %s", typeName(elem))
		return elem, false
	}
	return elem, true
}

// arrayName is an array type for people.
func arrayName(elem value.Type, dims []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`array[%s", elem)
	for _, d := range dims {
		fmt.Fprintf(&b, ", %d", d)
	}
	return b.String() + "]`"
}

// implicit is how a value becomes one of another type without a cast: what the specification allows, and in the default mode what tools
// write besides.
func (c *Compiler) implicit(o operand, to value.Type, what string) (operand, bool) {
	if o.bad || o.typ == to {
		return o, !o.bad
	}
	if value.CastOf(o.typ, to) == value.Implicit || c.zeroAngle(o, to) || o.typ.Kind == value.Duration && to.Kind == value.Stretch {
		r, ok := c.convert(o, to)
		c.warnOverflow(o, r, ok)
		return r, ok
	}
	if o.element && to == value.BitsOf(1) {
		return c.convert(o, to)
	}
	if why, hint := c.deviatingCast(o, to); why != "" {
		c.rep.Deviation(o.at, "implicit_cast", hint, "%s", why)
		return c.convert(o, to)
	}
	c.mismatch(o, to, what)
	return bad(o.at), false
}

// zeroAngle reports whether the literal 0 stands for an angle. It is one whatever the unit; only strict mode minds.
func (c *Compiler) zeroAngle(o operand, t value.Type) bool {
	return !c.rep.Strict && t.Kind == value.Angle && o.literal && o.known && !o.val.IsTrue()
}

// warnOverflow tells of a constant that does not fit where it goes.
func (c *Compiler) warnOverflow(o, r operand, ok bool) {
	if ok && o.known && o.typ.IsInteger() && r.typ.IsInteger() && o.val.Big().Cmp(r.val.Big()) != 0 {
		c.rep.Warn(o.at, "integer_overflow", "", "%s does not fit %s and becomes %s", o.val, typeName(r.typ), r.val)
	}
}

// deviatingCast says why a conversion without a cast is understood although the specification does not allow it; "" where it is not.
func (c *Compiler) deviatingCast(o operand, to value.Type) (why, hint string) {
	from := o.typ
	write := c.writeCast(o, to)
	switch {
	case from.Kind == value.Bits && to.IsInteger():
		return fmt.Sprintf("%s becomes %s with a cast only; it is read as an unsigned integer", typeName(from), typeName(to)), write
	case from.Kind == value.Bits && to.Kind == value.Bool:
		return fmt.Sprintf("%s is no condition without a cast; it counts as true where a bit is 1", typeName(from)), write + ", or compare it"
	case from.IsInteger() && to.Kind == value.Bits && (from.Width == to.Width || o.known && value.BitLen(o.typ, o.val.Words) <= int(to.Width)):
		return fmt.Sprintf("%s becomes %s with a cast only", typeName(from), typeName(to)), bitsOf(o, to)
	case from.IsBool() && to == value.BitsOf(1), from == value.BitsOf(1) && to.IsBool():
		return "a register of one bit and a single bit are different types", "name the element: [0]"
	case from.IsInteger() && to.Kind == value.Angle:
		return "an integer is no angle without a cast; it is read as radians", "write the number with a decimal point"
	case from.Kind == value.Angle && to.Kind == value.Float:
		return "an angle becomes a float with a cast only; it is read as radians", ""
	}
	return "", ""
}

// writeCast is the hint to convert a value by a cast.
func (c *Compiler) writeCast(o operand, to value.Type) string {
	return fmt.Sprintf("write `%s(%s)`", to, report.Clip(string(c.sources.Text(o.at))))
}

// bitsOf is the hint to write an integer as a string of bits.
func bitsOf(o operand, to value.Type) string {
	const longest = 32
	if !o.known || to.Width > longest {
		return "write the bits as a string, or use a cast"
	}
	n := o.val.Big()
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), uint(to.Width)))
	}
	return fmt.Sprintf("write the bits as a string: \"%0*b\"", int(to.Width), n)
}

// mismatch reports a value of a type that cannot be where it is.
func (c *Compiler) mismatch(o operand, to value.Type, what string) {
	hint := ""
	switch {
	case to.Kind == value.Bit && o.typ.Kind == value.Bits:
		hint = "name one element of the register"
	case value.CastOf(o.typ, to) == value.Explicit:
		hint = c.writeCast(o, to)
	case o.typ.Kind == value.Bits && to.Kind == value.Bits:
		c.rep.Error(o.at, "size_mismatch", "registers of different size do not convert: take a slice, or give both one size", "%s is %s, and this has %s", what, typeName(to), count(int(o.typ.Width), "bit"))
		return
	case to.Kind == value.Bits && o.typ.IsInteger() && o.known:
		hint = fmt.Sprintf("write the bits as a string of %s", count(int(to.Width), "digit"))
	case to.IsTime():
		hint = "a duration has a unit, such as 100ns"
	}
	c.rep.Error(o.at, "type_mismatch", hint, "%s is %s and cannot be given %s", what, typeName(to), typeName(o.typ))
}

// explicit is a cast.
func (c *Compiler) explicit(o operand, to value.Type, at diag.Span) (operand, bool) {
	if o.bad {
		return o, false
	}
	o.cut = nil // a cast says that the integer is meant
	if value.CastOf(o.typ, to) != value.Never {
		return c.convert(o, to)
	}
	from := o.typ
	why := ""
	switch {
	case from.Kind == value.Bits && to.IsInteger():
		why = "a register of bits is cast to an integer of its own size only; the bits above are 0, or fall away"
	case from.Kind == value.Angle && to.Kind == value.Float:
		why = "the specification has no cast of an angle to a float; it is read as radians"
	case from.IsInteger() && to.Kind == value.Angle:
		why = "the specification has no cast of an integer to an angle; it is read as radians"
	case from == value.BitsOf(1) && to.IsBool():
		why = "a register of one bit and a single bit are different types"
	case from.IsInteger() && to.Kind == value.Bits && o.literal && value.BitLen(from, o.val.Words) <= int(to.Width):
		why = "an integer without a width is not cast to a register of bits"
	}
	if why != "" {
		c.rep.Deviation(at, "deviating_cast", "", "%s", why)
		return c.convert(o, to)
	}
	c.rep.Error(at, "invalid_cast", castHint(from, to), "%s cannot be cast to %s", typeName(from), typeName(to))
	return bad(at), false
}

func castHint(from, to value.Type) string {
	switch {
	case from.Kind == value.Bits && to.Kind == value.Bits, from.HasBits() && to.Kind == value.Bits:
		return "the widths must be equal: take a slice of the bits"
	case from.Kind == value.Angle && to.IsInteger(), from.IsInteger() && to.Kind == value.Angle:
		return fmt.Sprintf("cast to `bit[%d]` first to keep the bits", from.Width)
	case from.IsTime() && to.Kind == value.Float:
		return "divide it by a duration: d / 1ns"
	case to.IsTime():
		return "multiply a duration by the number: 5 * 1ns"
	}
	return ""
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 0 {
		return "no " + noun + "s"
	}
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
