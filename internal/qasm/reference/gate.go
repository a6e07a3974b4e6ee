package reference

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/qasm/ast"
)

// apply applies a gate to its operands, one after the other where they are registers.
func (m *machine) apply(st *ast.Call, s *scope) {
	u := m.modified(st, s)
	var operands [][]int
	var single []bool
	count := 1
	for _, o := range st.Operands {
		qubits, one := m.operand(o, s)
		operands, single = append(operands, qubits), append(single, one)
		if !one {
			count = len(qubits)
		}
	}
	for i := range count {
		var at []int
		for k, qubits := range operands {
			if single[k] {
				at = append(at, qubits[0])
			} else {
				at = append(at, qubits[i])
			}
		}
		if 1<<len(at) != len(u) {
			unknown("%d operands of a matrix of %d rows", len(at), len(u))
		}
		for j, q := range at {
			for _, r := range at[:j] {
				if q == r {
					fault("a qubit twice")
				}
			}
		}
		m.state = times(embedded(u, at, m.qubitCount()), m.state)
	}
}

// modified is the matrix of a call, its modifiers applied from right to left. The first operand is the lowest bit of an index.
func (m *machine) modified(st *ast.Call, s *scope) matrix {
	exponents := make([]float64, len(st.Modifiers))
	for i, mod := range st.Modifiers {
		exponents[i] = 1
		if mod.Arg != nil {
			v := m.eval(mod.Arg, s)
			if v.t.integer() && v.i.BitLen() > 53 {
				unknown("the exponent %s", v.i)
			}
			exponents[i] = toFloat(v, 64)
		}
	}
	finite(exponents)
	var params []float64
	for _, p := range st.Params {
		params = append(params, toFloat(m.eval(p, s), 64))
	}
	u := m.matrixOf(m.names.Text(st.Name.Symbol), params, s)
	for i := len(st.Modifiers) - 1; i >= 0; i-- {
		switch st.Modifiers[i].Kind {
		case ast.Inv:
			u = u.adjoint()
		case ast.Pow:
			u = u.power(exponents[i])
		case ast.Ctrl:
			for range int(exponents[i]) {
				u = u.controlled(true)
			}
		case ast.NegCtrl:
			for range int(exponents[i]) {
				u = u.controlled(false)
			}
		}
	}
	return u
}

// matrixOf is the matrix of a gate by its name: one of the program, or of the language and its library.
func (m *machine) matrixOf(name string, params []float64, s *scope) matrix {
	if b := s.find(name); b != nil && b.gate != nil {
		return m.composite(b.gate, params)
	}
	g, ok := library[name]
	if !ok {
		unknown("the gate %s", name)
	}
	return g(finite(params))
}

// finite refuses parameters and exponents that are no numbers. When that is noticed, if it is, is not said anywhere.
func finite(list []float64) []float64 {
	for _, x := range list {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			panic(stop{ErrTooMuch})
		}
	}
	return list
}

// composite is the product of what a gate's body says.
func (m *machine) composite(g *ast.GateDef, params []float64) matrix {
	inner := &scope{outer: m.global, names: map[string]*binding{}, closed: true}
	for i, p := range g.Params {
		v := float(params[i])
		m.define(&binding{cell: &v, isConst: true}, p, inner)
	}
	for i, q := range g.Qubits {
		m.define(&binding{qubits: []int{i}, quantum: true, single: true}, q, inner)
	}
	return m.sequence(g.Body, inner, len(g.Qubits))
}

// sequence is the product of the gates of a body on n qubits.
func (m *machine) sequence(body []ast.Stmt, s *scope, n int) matrix {
	u := identity(1 << n)
	for _, st := range body {
		m.step()
		switch st := st.(type) {
		case *ast.Call:
			var at []int
			for _, o := range st.Operands {
				qubits, _ := m.operand(o, s)
				at = append(at, qubits...)
			}
			u = product(embedded(m.modified(st, s), at, n), u)
		case *ast.Block:
			u = product(m.sequence(st.Statements, s, n), u)
		case *ast.If:
			if m.eval(st.Condition, s).truth() {
				u = product(m.sequence([]ast.Stmt{st.Body}, s, n), u)
			} else if st.Else != nil {
				u = product(m.sequence([]ast.Stmt{st.Else}, s, n), u)
			}
		case *ast.For:
			for _, v := range m.values(st.Values, s) {
				inner := s.inner()
				m.define(&binding{cell: v}, st.Name, inner)
				u = product(m.sequence([]ast.Stmt{st.Body}, inner, n), u)
			}
		case *ast.Barrier, *ast.Nop, *ast.Delay:
		default:
			unknown("%T in a gate", st)
		}
	}
	return u
}

func expi(x float64) complex128 { return cmplx.Exp(complex(0, x)) }

// u is U of gates.rst.
func u(theta, phi, lambda float64) matrix {
	a, b := 1+expi(theta), 1-expi(theta)
	return matrix{
		{a / 2, -1i * expi(lambda) * b / 2},
		{1i * expi(phi) * b / 2, expi(phi+lambda) * a / 2},
	}
}

func phase(x float64) matrix { return matrix{{1, 0}, {0, expi(x)}} }

func rx(x float64) matrix {
	c, s := complex(math.Cos(x/2), 0), complex(0, -math.Sin(x/2))
	return matrix{{c, s}, {s, c}}
}

func ry(x float64) matrix {
	c, s := complex(math.Cos(x/2), 0), complex(math.Sin(x/2), 0)
	return matrix{{c, -s}, {s, c}}
}

func rz(x float64) matrix { return matrix{{expi(-x / 2), 0}, {0, expi(x / 2)}} }

func multiple(c complex128, m matrix) matrix {
	out := identity(len(m))
	for i := range m {
		for j := range m {
			out[i][j] = c * m[i][j]
		}
	}
	return out
}

func fixed(m matrix) func([]float64) matrix { return func([]float64) matrix { return m } }

func one(f func(float64) matrix) func([]float64) matrix {
	return func(p []float64) matrix { return f(p[0]) }
}

func under(f func([]float64) matrix, controls int) func([]float64) matrix {
	return func(p []float64) matrix {
		m := f(p)
		for range controls {
			m = m.controlled(true)
		}
		return m
	}
}

func u3(p []float64) matrix {
	return multiple(expi(-(p[0]+p[1]+p[2])/2), u(p[0], p[1], p[2]))
}

var (
	pauliX   = matrix{{0, 1}, {1, 0}}
	pauliY   = matrix{{0, -1i}, {1i, 0}}
	hadamard = matrix{{math.Sqrt2 / 2, math.Sqrt2 / 2}, {math.Sqrt2 / 2, -math.Sqrt2 / 2}}
	rootX    = matrix{{(1 + 1i) / 2, (1 - 1i) / 2}, {(1 - 1i) / 2, (1 + 1i) / 2}}
	exchange = matrix{{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}}
)

// library is the gates of the language and of stdgates.inc, as standard_library.rst has them.
var library = map[string]func([]float64) matrix{
	"U":      func(p []float64) matrix { return u(p[0], p[1], p[2]) },
	"gphase": func(p []float64) matrix { return matrix{{expi(p[0])}} },
	"p":      one(phase), "phase": one(phase), "u1": one(phase), "cp": under(one(phase), 1), "cphase": under(one(phase), 1),
	"x": fixed(pauliX), "y": fixed(pauliY), "z": fixed(phase(math.Pi)), "h": fixed(hadamard), "id": fixed(identity(2)),
	"s": fixed(phase(math.Pi / 2)), "sdg": fixed(phase(-math.Pi / 2)), "t": fixed(phase(math.Pi / 4)), "tdg": fixed(phase(-math.Pi / 4)),
	"sx": fixed(rootX), "rx": one(rx), "ry": one(ry), "rz": one(rz), "crx": under(one(rx), 1), "cry": under(one(ry), 1), "crz": under(one(rz), 1),
	"cx": under(fixed(pauliX), 1), "CX": under(fixed(pauliX), 1), "cy": under(fixed(pauliY), 1), "cz": under(fixed(phase(math.Pi)), 1),
	"ch": under(fixed(hadamard), 1), "swap": fixed(exchange), "ccx": under(fixed(pauliX), 2), "cswap": under(fixed(exchange), 1),
	"u3": u3, "u2": func(p []float64) matrix { return u3([]float64{math.Pi / 2, p[0], p[1]}) },
	"cu": func(p []float64) matrix {
		c := u(p[0], p[1], p[2]).controlled(true)
		return product(c, embedded(phase(p[3]-p[0]/2), []int{0}, 2))
	},
}
