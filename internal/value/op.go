package value

import (
	"errors"
	"math"
)

// Op is an operator.
type Op uint8

// The operators. And, Or and Xor work on bits; the logical ones are the evaluator's business, because they decide what is evaluated.
const (
	Add Op = iota
	Sub
	Mul
	Div
	Mod
	Pow
	And
	Or
	Xor
	Shl
	Shr
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	Neg // unary minus
	Not // ~
	LogicalNot
)

var opNames = [...]string{"+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "-", "~", "!"}

// String is the operator as a program writes it.
func (op Op) String() string { return opNames[op] }

// IsComparison reports the operators that give a bool.
func (op Op) IsComparison() bool { return op >= Eq && op <= Ge }

// What an operation has no result for. The evaluator adds the place.
var (
	ErrDivisionByZero = errors.New("division by zero")
	ErrNegativePower  = errors.New("an integer to a negative power is not an integer: make the base a float")
	ErrNotFinite      = errors.New("infinity and NaN are no integers and no angles")
)

// Binary applies an operator to two values of type t, or of the types that Angle's rules give (an angle and an unsigned integer of
// one width have the same words). The result goes to dst, which may be a or b: a bool for a comparison, otherwise a value of type t. The
// quotient of two durations is a float; see DivideTimes.
func Binary(op Op, t Type, dst, a, b []uint64) error {
	if op.IsComparison() {
		yes, err := Compare(op, t, a, b)
		dst[0] = 0
		if yes {
			dst[0] = 1
		}
		return err
	}
	switch t.Kind {
	case Float:
		dst[0] = math.Float64bits(round(t, floatOp(op, float(a[0]), float(b[0]))))
	case Complex:
		setComplex(t, dst, complexOp(op, complexOf(a), complexOf(b)))
	case Duration, Stretch:
		timeOp(op, dst, a, b)
	default:
		if op >= And && op <= Xor {
			bitwise(op, dst, a, b)
			return nil
		}
		return integerOp(op, t, dst, a, b)
	}
	return nil
}

// Compare applies a comparison to two values of type t.
func Compare(op Op, t Type, a, b []uint64) (bool, error) {
	order := 0
	switch t.Kind {
	case Float:
		return compareFloats(op, float(a[0]), float(b[0])), nil
	case Complex:
		return (complexOf(a) == complexOf(b)) == (op == Eq), nil
	case Duration, Stretch:
		order = compareTimes(a, b)
	default:
		order = compareIntegers(t, a, b)
	}
	switch op {
	case Eq:
		return order == 0, nil
	case Ne:
		return order != 0, nil
	case Lt:
		return order < 0, nil
	case Le:
		return order <= 0, nil
	case Gt:
		return order > 0, nil
	}
	return order >= 0, nil
}

// Unary applies Neg or Not to a value of type t, or LogicalNot to a bool. dst may be a.
func Unary(op Op, t Type, dst, a []uint64) {
	switch {
	case op == LogicalNot:
		dst[0] = a[0] ^ 1
	case op == Not && t.IsBool():
		dst[0] = a[0] ^ 1
	case op == Not:
		for i := range dst {
			dst[i] = ^a[i]
		}
		t.normalize(dst)
	case t.Kind == Float:
		dst[0] = math.Float64bits(-float(a[0]))
	case t.Kind == Complex, t.IsTime():
		dst[0], dst[1] = math.Float64bits(-float(a[0])), math.Float64bits(-float(a[1]))
	case t.narrow():
		dst[0] = t.Wrap(-a[0])
	default:
		addWide(Sub, t, dst, make([]uint64, len(a)), a)
	}
}
