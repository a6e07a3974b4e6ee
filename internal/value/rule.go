package value

// Form is how an operation is carried out.
type Form uint8

// The forms.
const (
	Plain      Form = iota // Binary(op, On, …)
	Shifted                // Shift(op, On, …), the right operand being an int[64] that must not be negative
	ScaledTime             // ScaleTime(op, …), the left operand being the duration
	TimeRatio              // DivideTimes(…)
)

// Rule is how an operator applies to operands of two types.
type Rule struct {
	Left, Right Type // what the operands are converted to first
	On, Result  Type
	Form        Form
	Swapped     bool   // the operands change places after conversion: a number times a duration
	Deviation   string // why the specification does not allow it, in words; "" where it does
}

// Operand is what a rule depends on.
type Operand struct {
	Type    Type
	Literal bool // an integer constant without a width: it takes the type that the other side needs
}

// RuleFor returns how op applies to two operands, and false where it does not.
func RuleFor(op Op, a, b Operand) (Rule, bool) {
	switch {
	case op == Shl || op == Shr:
		return shiftRule(a, b)
	case op >= And && op <= Xor:
		return bitwiseRule(a, b)
	case a.Type.IsTime() || b.Type.IsTime():
		return timeRule(op, a.Type, b.Type)
	case a.Type.Kind == Angle || b.Type.Kind == Angle:
		return angleRule(op, a, b)
	case a.Type.Kind == Bits || b.Type.Kind == Bits:
		return registerRule(op, a, b)
	}
	return numberRule(op, a.Type, b.Type)
}

// same is the rule for operands that are brought to one type.
func same(op Op, t Type) Rule {
	r := Rule{Left: t, Right: t, On: t, Result: t}
	if op.IsComparison() {
		r.Result = BoolType
	}
	return r
}

func numberRule(op Op, a, b Type) (Rule, bool) {
	if !a.IsNumber() || !b.IsNumber() {
		return Rule{}, false
	}
	if op.IsComparison() && a.IsBool() && b.IsBool() {
		return same(op, BoolType), true
	}
	r := same(op, Common(a, b))
	switch {
	case r.On.Kind == Complex && (op == Mod || op.IsComparison() && op > Ne):
		return Rule{}, false
	case r.On.Kind == Float && op == Mod:
		r.Deviation = "the operator % is defined for integers; use mod()"
	}
	return r, true
}

// Common is the type to which C's usual arithmetic conversions bring two numbers. There is no promotion to int first: the narrow types
// of this language are meant narrow.
func Common(a, b Type) Type {
	a, b = asInteger(a), asInteger(b)
	switch {
	case a.Kind == Complex || b.Kind == Complex:
		return Type{Kind: Complex, Width: floatWidth(a, b), Unsized: unsizedFloat(a, b)}
	case a.Kind == Float || b.Kind == Float:
		return Type{Kind: Float, Width: floatWidth(a, b), Unsized: unsizedFloat(a, b)}
	case a.Width == b.Width && a.Kind == b.Kind:
		a.Unsized = a.Unsized && b.Unsized
		return a
	case a.Width == b.Width:
		return Type{Kind: Uint, Width: a.Width, Unsized: a.Unsized && b.Unsized}
	case a.Width > b.Width:
		return a
	}
	return b
}

func asInteger(t Type) Type {
	if t.IsBool() {
		return IntType
	}
	return t
}

// floatWidth is the greater width of those of the two that are floats or complex.
func floatWidth(a, b Type) int32 {
	switch {
	case a.IsInteger():
		return b.Width
	case b.IsInteger():
		return a.Width
	}
	return max(a.Width, b.Width)
}

func unsizedFloat(a, b Type) bool {
	switch {
	case a.IsInteger():
		return b.Unsized
	case b.IsInteger():
		return a.Unsized
	case a.Width == b.Width:
		return a.Unsized && b.Unsized
	case a.Width > b.Width:
		return a.Unsized
	}
	return b.Unsized
}

// registerRule compares registers, and lets tools compute with them as unsigned integers.
func registerRule(op Op, a, b Operand) (Rule, bool) {
	if a.Type.Kind == Bits && b.Type.Kind == Bits {
		if a.Type.Width == b.Type.Width && op.IsComparison() {
			return same(op, a.Type), true
		}
		if op.IsComparison() {
			return Rule{}, false
		}
	}
	r, ok := numberRule(op, asUnsigned(a.Type), asUnsigned(b.Type))
	if ok && r.On.Kind != Int && r.On.Kind != Uint {
		return Rule{}, false
	}
	r.Deviation = "a register of bits is no number without a cast; it is read as an unsigned integer"
	return r, ok
}

func asUnsigned(t Type) Type {
	if t.Kind == Bits {
		return UintOf(max(1, int(t.Width)))
	}
	return t
}

func angleRule(op Op, a, b Operand) (Rule, bool) {
	angle, other := a.Type, b
	if angle.Kind != Angle {
		angle, other = b.Type, a
	}
	switch {
	case other.Type.Kind == Angle:
		return anglesRule(op, a.Type, b.Type)
	case other.Type.Kind == Float:
		return angleFloatRule(op, angle, a.Type)
	case !other.Type.IsInteger():
		return Rule{}, false
	case op.IsComparison() || op == Add || op == Sub:
		r := same(op, angle)
		r.Deviation = "an integer is no angle without a cast; it is read as radians"
		return r, true
	}
	return angleIntegerRule(op, angle, a, other)
}

func anglesRule(op Op, a, b Type) (Rule, bool) {
	t := a
	if b.Width > a.Width || b.Width == a.Width && a.Unsized {
		t = b
	}
	r := same(op, t)
	switch {
	case op.IsComparison(), op == Add, op == Sub:
	case op == Div:
		r.Result = Type{Kind: Uint, Width: t.Width, Unsized: t.Unsized}
	case op == Pow:
		r = same(op, FloatType)
		r.Deviation = "the operator ** is not defined for angles; they are read as radians"
	default:
		return Rule{}, false
	}
	return r, true
}

// angleIntegerRule multiplies an angle by an integer, or divides it.
func angleIntegerRule(op Op, angle Type, a, other Operand) (Rule, bool) {
	number := Type{Kind: Uint, Width: angle.Width, Unsized: angle.Unsized}
	r := Rule{Left: angle, Right: number, On: angle, Result: angle}
	switch {
	case op == Mul && a.Type.Kind != Angle:
		r.Left, r.Right = number, angle
	case op == Mul:
	case op == Div && a.Type.Kind == Angle:
	default:
		return Rule{}, false
	}
	if other.Type != number && !other.Literal {
		r.Deviation = "an angle is multiplied and divided by unsigned integers of its own size"
	}
	return r, true
}

// angleFloatRule mixes an angle and a float: sums and comparisons are those of angles, other operations those of floats.
func angleFloatRule(op Op, angle, a Type) (Rule, bool) {
	switch op {
	case Add, Sub:
		return same(op, angle), true
	case Mul, Div, Pow:
		r := same(op, FloatType)
		r.Deviation = "an angle and a float mix in sums and comparisons only; the angle is read as radians"
		return r, op == Mul || a.Kind == Angle || op == Pow
	case Mod:
		return Rule{}, false
	}
	return same(op, angle), true
}

func timeRule(op Op, a, b Type) (Rule, bool) {
	switch {
	case a.IsTime() && b.IsTime():
		r := same(op, DurationType)
		switch {
		case op.IsComparison(), op == Add, op == Sub:
			return r, true
		case op == Div:
			r.Form, r.Result = TimeRatio, FloatType
			return r, true
		}
		return Rule{}, false
	case a.IsTime() && (b.IsInteger() || b.Kind == Float) && (op == Mul || op == Div):
		return Rule{Left: DurationType, Right: FloatType, On: DurationType, Result: DurationType, Form: ScaledTime}, true
	case b.IsTime() && (a.IsInteger() || a.Kind == Float) && op == Mul:
		return Rule{Left: FloatType, Right: DurationType, On: DurationType, Result: DurationType, Form: ScaledTime, Swapped: true}, true
	}
	return Rule{}, false
}

const (
	signedBits  = "bitwise operators are defined for bit, uint and angle, not for int"
	unsizedBits = "bitwise operators need a type with a width"
)

func bitwiseRule(a, b Operand) (Rule, bool) {
	x, y := a.Type, b.Type
	switch {
	case x.IsBool() && y.IsBool():
		if x.Kind == Bit {
			return same(And, x), true
		}
		return same(And, y), true
	case a.Literal && b.Literal:
		return same(And, Common(x, y)), true
	case a.Literal && y.HasBits():
		return literalBits(y, x)
	case b.Literal && x.HasBits():
		return literalBits(x, y)
	case x.Kind == Bits && y.Kind == Bits, x.Kind == Angle && y.Kind == Angle:
		return same(And, x), x.Width == y.Width
	case x.Kind == Angle || y.Kind == Angle || x.Kind == Bits && !y.IsInteger() || y.Kind == Bits && !x.IsInteger():
		return Rule{}, false
	case !(x.IsInteger() || x.IsBool() || x.Kind == Bits) || !(y.IsInteger() || y.IsBool() || y.Kind == Bits):
		return Rule{}, false
	}
	r := same(And, Common(asUnsigned(x), asUnsigned(y)))
	switch {
	case x.Kind == Bits || y.Kind == Bits:
		r.Deviation = "a register of bits is no number without a cast; it is read as an unsigned integer"
	case x.Kind != Uint || y.Kind != Uint:
		r.Deviation = signedBits
	case x.Unsized || y.Unsized:
		r.Deviation = unsizedBits
	case x.Width != y.Width:
		r.Deviation = "bitwise operators need operands of the same size"
	}
	return r, true
}

// literalBits gives a literal the type of the other side.
func literalBits(t, literal Type) (Rule, bool) {
	r := same(And, t)
	switch {
	case t.IsInteger():
		r = same(And, Common(t, literal))
		if literal.Width <= MachineWidth { // it was found to fit the machine's width: in narrower types its high bits do not matter
			r = same(And, t)
		}
		if t.Kind == Int {
			r.Deviation = signedBits
		} else if t.Unsized {
			r.Deviation = unsizedBits
		}
	case t.Kind == Bits:
		r.Deviation = "a register of bits and an integer mix with a cast only; the integer is read as bits"
	default:
		r.Deviation = "an angle and an integer mix in * and / only; the integer is read as bits"
		r.Right, r.Left = t, t
		return r, false
	}
	return r, true
}

func shiftRule(a, b Operand) (Rule, bool) {
	t := a.Type
	if t.IsBool() {
		t = IntType
	}
	r := Rule{Left: t, Right: IntOf(64), On: t, Result: t, Form: Shifted}
	if !t.HasBits() || !(b.Type.IsInteger() || b.Type.Kind == Bits || b.Type.IsBool()) {
		return Rule{}, false
	}
	switch {
	case b.Type.Kind == Bits:
		r.Deviation = "the distance of a shift is an unsigned integer; the register is read as one"
	case a.Literal:
	case t.Kind == Int && !t.Unsized:
		r.Deviation = "shifts are defined for bit, uint and angle, not for int; the sign is kept"
	case t.Unsized:
		r.Deviation = "shifts need a type with a width"
	}
	return r, true
}
