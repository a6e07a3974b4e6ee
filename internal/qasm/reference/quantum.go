package reference

import (
	"math"
	"math/bits"

	"github.com/softquantus/qcos/internal/qasm/ast"
)

// impossible is the probability below which an outcome does not happen.
const impossible = 1e-11

func (m *machine) qubitCount() int { return bits.TrailingZeros(uint(len(m.state))) }

// newQubit adds a qubit in state 0.
func (m *machine) newQubit() int {
	n := m.qubitCount()
	if n >= 6 {
		panic(stop{ErrTooMuch})
	}
	m.state = append(m.state, make([]complex128, 1<<n)...)
	return n
}

// operand is the qubits of an operand, and whether it is a single one.
func (m *machine) operand(o ast.Operand, s *scope) ([]int, bool) {
	name := m.names.Text(o.Name.Symbol)
	if _, ok := m.names.Hardware(o.Name.Symbol); ok {
		q, seen := m.hardware[name]
		if !seen {
			q = m.newQubit()
			m.hardware[name] = q
		}
		return []int{q}, true
	}
	b := s.find(name)
	if b == nil || !b.quantum {
		unknown("the qubit %s", name)
	}
	qubits, single := b.qubits, b.single
	for _, link := range ast.Links(o.Index) {
		qubits, single = m.pick(qubits, link, s)
	}
	return qubits, single
}

func (m *machine) pick(qubits []int, index ast.Expr, s *scope) ([]int, bool) {
	at, single := m.indices(index, len(qubits), s)
	var out []int
	for _, i := range at {
		out = append(out, qubits[i])
	}
	return out, single
}

// qubits is what an expression names, where those are qubits.
func (m *machine) qubits(e ast.Expr, s *scope) (list []int, single, ok bool) {
	switch e := e.(type) {
	case *ast.Paren:
		return m.qubits(e.Inner, s)
	case *ast.Ident:
		if _, ok := m.names.Hardware(e.Symbol); ok {
			list, single = m.operand(ast.Operand{Name: ast.Name{Symbol: e.Symbol}}, s)
			return list, single, true
		}
		if b := s.find(m.names.Text(e.Symbol)); b != nil && b.quantum {
			return b.qubits, b.single, true
		}
	case *ast.Index:
		if base, _, ok := m.qubits(e.Base, s); ok {
			list, single = m.pick(base, e.Index, s)
			return list, single, true
		}
	case *ast.Concat:
		for _, part := range e.Parts {
			more, _, ok := m.qubits(part, s)
			if !ok {
				return nil, false, false
			}
			list = append(list, more...)
		}
		return list, false, true
	}
	return nil, false, false
}

// measure measures qubits in order: a bit of one qubit, a register of a register.
func (m *machine) measure(qubits []int, single bool) value {
	v := zero(typ{k: kBits, n: len(qubits)})
	for k, q := range qubits {
		if m.outcome(q) {
			v.i.SetBit(v.i, k, 1)
		}
	}
	if single {
		return bitValue(v.truth())
	}
	return v
}

// outcome measures one qubit.
func (m *machine) outcome(q int) bool {
	m.measured = true
	weights := [2]float64{}
	for i, a := range m.state {
		weights[i>>q&1] += real(a)*real(a) + imag(a)*imag(a)
	}
	one := weights[1] / (weights[0] + weights[1])
	var out bool
	switch {
	case len(m.met) < len(m.script):
		out = m.script[len(m.met)]
	case one < impossible:
		out = false
	case one > 1-impossible:
		out = true
	default:
		m.others = append(m.others, append(append([]bool(nil), m.met...), true))
	}
	m.met = append(m.met, out)
	weight := weights[0]
	if out {
		weight = weights[1]
	}
	m.p *= weight / (weights[0] + weights[1])
	next := make([]complex128, len(m.state))
	for i, a := range m.state {
		if i>>q&1 == 1 == out {
			next[i] = a / complex(math.Sqrt(weight), 0)
		}
	}
	m.state = next
	return out
}

func (m *machine) reset(q int) {
	if m.outcome(q) {
		m.state = times(embedded(pauliX, []int{q}, m.qubitCount()), m.state)
	}
}
