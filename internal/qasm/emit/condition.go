package emit

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// maxCases bounds the statements that one conditional operation may become where OpenQASM 2 has no comparison for it.
const maxCases = 256

// conditions are the words for a condition, `if (…) `. OpenQASM 2 compares whole registers for equality only: one condition may be
// several there, none of which holds together with another. A condition that never holds has none.
func (w *writer) conditions(id circuit.CondID) []string {
	c := w.circuit.Condition(id)
	value := integer(c.Value)
	never := value.BitLen() > c.Width
	switch {
	case never && !c.Negate:
		return nil
	case never:
		return []string{""}
	case w.dialect == gate.QASM3:
		return []string{"if (" + w.comparison(c) + ") "}
	}
	r := w.register(c)
	name := w.clbits[r.First].register
	if c.Negate && c.Width == 1 {
		value, c.Negate = new(big.Int).Xor(value, big.NewInt(1)), false
	}
	if !c.Negate && w.othersZero(c, r) {
		return []string{fmt.Sprintf("if (%s == %s) ", name, value.Lsh(value, uint(c.First-r.First)))}
	}
	return w.cases(w.circuit.Condition(id), r, name)
}

// othersZero reports whether all bits of a register that a condition is not about are still 0.
func (w *writer) othersZero(c circuit.Condition, r circuit.Register) bool {
	for bit := r.First; bit < r.First+uint32(r.Size); bit++ {
		if (bit < c.First || bit >= c.First+uint32(c.Width)) && w.measured[bit] {
			return false
		}
	}
	return true
}

// cases lists the values of a register under which a condition holds that is not about equality of the whole.
func (w *writer) cases(c circuit.Condition, r circuit.Register, name string) []string {
	free := r.Size - c.Width
	if r.Size > 62 || c.Negate && 1<<r.Size > maxCases || free > 8 {
		w.refuse("convert to qasm3, which compares bits", "a condition on some bits of the register %s: OpenQASM 2.0 compares whole registers with `==`", r.Name)
	}
	if w.now.Kind == circuit.Measure && w.now.Clbit() >= r.First && int(w.now.Clbit()) < int(r.First)+r.Size {
		w.refuse("", "a measurement into the register of its own condition")
	}
	var list []string
	for v := range 1 << r.Size {
		bits := bitvec.New(w.circuit.NumClbits)
		for i := range r.Size {
			bits.Set(int(r.First)+i, v>>i&1 == 1)
		}
		if c.Holds(bits) {
			list = append(list, fmt.Sprintf("if (%s == %d) ", name, v))
		}
	}
	return list
}

// register is the register that holds a condition's bits.
func (w *writer) register(c circuit.Condition) circuit.Register {
	for _, r := range w.circuit.Cregs {
		if r.First <= c.First && int(c.First)+c.Width <= int(r.First)+r.Size {
			return r
		}
	}
	w.refuse("", "a condition on bits of several registers")
	return circuit.Register{}
}

// comparison is a condition of OpenQASM 3. Bits are compared with strings of bits, which need no conversion whatever their number.
func (w *writer) comparison(c circuit.Condition) string {
	r := w.register(c)
	first := w.clbits[c.First]
	value := integer(c.Value)
	if c.Width == 1 && r.Size > 1 {
		if (value.Sign() > 0) == c.Negate {
			return "!" + first.String()
		}
		return first.String()
	}
	operand := first.register
	if c.Width < r.Size {
		operand = fmt.Sprintf("%s[%d:%d]", first.register, first.index, int(first.index)+c.Width-1)
	}
	operator := "=="
	if c.Negate {
		operator = "!="
	}
	digits := value.Text(2)
	return fmt.Sprintf(`%s %s "%s%s"`, operand, operator, strings.Repeat("0", c.Width-len(digits)), digits)
}

// integer is the value of bits as a number.
func integer(v bitvec.Vec) *big.Int {
	n := new(big.Int)
	for i, word := range v.Words() {
		n.Or(n, new(big.Int).Lsh(new(big.Int).SetUint64(word), uint(64*i)))
	}
	return n
}
