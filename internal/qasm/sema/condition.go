package sema

import (
	"bytes"
	"math/big"
	"strconv"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// maxDigits bounds an integer that a register is compared with; reading it takes time quadratic in its digits.
const maxDigits = 20000

// conditionKey tells conditions apart that are written apart.
type conditionKey struct {
	register *Register
	index    int // -1: the whole register
	negate   bool
	value    uint64
	digits   string // of a value that does not fit in 64 bits
}

// condition judges `register == integer`. Conditions written alike are one.
func (c *Checker) condition(e ast.Expr) (*Condition, bool) {
	b, isBinary := e.(*ast.Binary)
	if !isBinary {
		return nil, false
	}
	operand := conditionOperand(b.Left)
	arg, ok := c.operand(&operand, false)
	value, isInt := b.Right.(*ast.Int)
	if !ok || !isInt {
		return nil, false
	}
	digits := bytes.TrimLeft(value.Text, "0")
	if len(digits) > maxDigits && arg.Size >= maxDigits {
		c.rep.Error(value.Span(), "number_too_large", "", "this integer is too long: at most %d digits are allowed", maxDigits)
		return nil, false
	}
	key := conditionKey{register: c.register(operand.Name.Symbol), index: -1, negate: b.Op == token.NotEq, value: value.Value}
	if !arg.Whole {
		key.index = int(arg.First)
	}
	if w := c.conditions[conditionKey{key.register, key.index, key.negate, key.value, string(digits)}]; w != nil {
		return w, true
	}
	w := &Condition{Condition: circuit.Condition{First: arg.First, Width: arg.Size, Value: integer(value, digits, arg.Size), Negate: key.negate}}
	if w.Value.Len() > w.Width {
		c.rep.Warn(value.Span(), "constant_condition", "", "%s has %s and never equals this number", c.name(operand.Name.Symbol), count(arg.Size, "bit"))
	}
	key.digits = string(digits)
	c.conditions[key] = w
	return w, true
}

// conditionOperand is what stands left in a condition.
func conditionOperand(e ast.Expr) ast.Operand {
	switch e := e.(type) {
	case *ast.Ident:
		return ast.Operand{At: e.At, Name: ast.Name{At: e.At, Symbol: e.Symbol}}
	case *ast.Index:
		if base, ok := e.Base.(*ast.Ident); ok {
			return ast.Operand{At: e.At, Name: ast.Name{At: base.At, Symbol: base.Symbol}, Index: e.Index}
		}
	}
	return ast.Operand{At: ast.At(e.Span())}
}

// integer is the value of digits, or where they are too many for a register of that width, some value too large for it.
func integer(n *ast.Int, digits []byte, width int) bitvec.Vec {
	switch {
	case n.Fits:
		return bitvec.FromBig(new(big.Int).SetUint64(n.Value))
	case len(digits) > width/3+2: // 10^(w/3+1) > 2^w
		return bitvec.FromBig(new(big.Int).Lsh(big.NewInt(1), uint(width)))
	}
	v, _ := new(big.Int).SetString(string(digits), 10)
	return bitvec.FromBig(v)
}

// count is a number with its noun.
func count(n int, noun string) string {
	s := strconv.Itoa(n) + " " + noun
	if n != 1 {
		s += "s"
	}
	return s
}
