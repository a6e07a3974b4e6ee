package reference

import (
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// course is how a statement ends.
type course int

const (
	goesOn course = iota
	breaks
	continues
	returns
	ended
)

func (m *machine) statements(list []ast.Stmt, s *scope) course {
	for _, st := range list {
		if c := m.statement(st, s); c != goesOn {
			return c
		}
	}
	return goesOn
}

// body is a block or a single statement, in a scope of its own.
func (m *machine) body(st ast.Stmt, s *scope) course {
	if b, ok := st.(*ast.Block); ok {
		return m.statements(b.Statements, s.inner())
	}
	return m.statement(st, s.inner())
}

func (m *machine) statement(st ast.Stmt, s *scope) course {
	m.step()
	switch st := st.(type) {
	case *ast.Version, *ast.Include, *ast.Barrier, *ast.Nop, *ast.Delay, *ast.Pragma, *ast.Extern:
	case *ast.Annotated:
		return m.statement(st.Stmt, s)
	case *ast.Register:
		m.register(st, s)
	case *ast.Declaration:
		m.declare(st, s)
	case *ast.Alias:
		m.alias(st, s)
	case *ast.GateDef:
		m.define(&binding{gate: st}, st.Name, s)
	case *ast.Def:
		m.define(&binding{def: st}, st.Name, s)
	case *ast.Call:
		m.apply(st, s)
	case *ast.Measure:
		v := m.measure(m.operand(st.Qubits, s))
		if st.Bits.Name.Symbol != token.None {
			m.target(st.Bits, s).write(v)
		}
	case *ast.Reset:
		qubits, _ := m.operand(st.Qubits, s)
		for _, q := range qubits {
			m.reset(q)
		}
	case *ast.Assign:
		m.assign(st, s)
	case *ast.ExprStmt:
		if f, ok := st.Value.(*ast.Function); ok {
			m.function(f, s)
		} else {
			m.eval(st.Value, s)
		}
	default:
		return m.control(st, s)
	}
	return goesOn
}

func (m *machine) control(st ast.Stmt, s *scope) course {
	switch st := st.(type) {
	case *ast.Block:
		return m.statements(st.Statements, s.inner())
	case *ast.Box:
		return m.statements(st.Body.Statements, s.inner())
	case *ast.If:
		if m.eval(st.Condition, s).truth() {
			return m.body(st.Body, s)
		} else if st.Else != nil {
			return m.body(st.Else, s)
		}
	case *ast.While:
		for m.eval(st.Condition, s).truth() {
			if c := m.body(st.Body, s); c == breaks {
				break
			} else if c == returns || c == ended {
				return c
			}
		}
	case *ast.For:
		return m.loop(st, s)
	case *ast.Switch:
		return m.choose(st, s)
	case *ast.Break:
		return breaks
	case *ast.Continue:
		return continues
	case *ast.End:
		return ended
	case *ast.Return:
		m.result = value{}
		if st.Value != nil {
			m.result = m.eval(st.Value, s)
			if s.returns != nil {
				m.result = convert(m.result, *s.returns)
			}
		}
		return returns
	default:
		unknown("%T", st)
	}
	return goesOn
}

func (m *machine) choose(st *ast.Switch, s *scope) course {
	v := m.eval(st.Value, s)
	for _, c := range st.Cases {
		chosen := c.Default // the last one
		for _, l := range c.Labels {
			chosen = chosen || binary(token.EqEq, v, m.eval(l, s)).truth()
		}
		if chosen {
			return m.body(c.Body, s)
		}
	}
	return goesOn
}

func (m *machine) loop(st *ast.For, s *scope) course {
	t := m.typeOf(st.Type, s)
	for _, item := range m.values(st.Values, s) {
		m.step()
		inner := s.inner()
		v := convert(*item, t)
		name := m.names.Text(st.Name.Symbol)
		inner.names[name] = &binding{name: name, cell: &v}
		c := goesOn
		if b, ok := st.Body.(*ast.Block); ok {
			c = m.statements(b.Statements, inner.inner())
		} else {
			c = m.statement(st.Body, inner)
		}
		if c == breaks {
			break
		} else if c == returns || c == ended {
			return c
		}
	}
	return goesOn
}

// values are what a loop goes through: of an array its elements, as they are when their turn comes.
func (m *machine) values(e ast.Expr, s *scope) (out []*value) {
	add := func(v value) { out = append(out, &v) }
	switch e := e.(type) {
	case *ast.Range:
		a, step := m.eval(e.Start, s), 1
		if e.Step != nil {
			step = m.number(e.Step, s)
		}
		b := m.eval(e.Stop, s)
		t := wider(a.t, b.t)
		a, b = convert(a, t), convert(b, t)
		if !a.i.IsInt64() || !b.i.IsInt64() {
			panic(stop{ErrTooMuch})
		}
		for _, i := range steps(int(a.i.Int64()), step, int(b.i.Int64())) {
			add(convert(integer(int64(i)), t))
		}
		return out
	case *ast.Set:
		for _, item := range e.Items {
			add(m.eval(item, s))
		}
		return out
	}
	v := m.eval(e, s)
	if v.t.array {
		if len(v.t.dims) != 1 {
			unknown("a loop through %s", v.t)
		}
		return v.list
	}
	for k := range v.t.n {
		add(bitValue(v.i.Bit(k) == 1))
	}
	return out
}

// assign computes where the value goes, then what is there where an operator needs it, then the value.
func (m *machine) assign(st *ast.Assign, s *scope) {
	target := m.target(st.Target, s)
	op := st.Op.Operator()
	if op == token.Invalid {
		target.write(m.eval(st.Value, s).copied())
		return
	}
	before := target.read().copied()
	target.write(binary(op, before, m.eval(st.Value, s)))
}

func (m *machine) define(b *binding, name ast.Name, s *scope) {
	b.name = m.names.Text(name.Symbol)
	s.names[b.name] = b
}

func (m *machine) register(st *ast.Register, s *scope) {
	n := 1
	if st.Size != nil {
		n = m.number(st.Size, s)
	}
	if !st.Quantum {
		v := zero(typ{k: kBits, n: n})
		if st.Size == nil {
			v = zero(typ{k: kBit, n: 1})
		}
		b := &binding{cell: &v}
		m.define(b, st.Name, s)
		if s == m.global {
			m.reported = append(m.reported, b)
		}
		return
	}
	b := &binding{quantum: true, single: st.Size == nil}
	for range n {
		b.qubits = append(b.qubits, m.newQubit())
	}
	m.define(b, st.Name, s)
}

func (m *machine) declare(st *ast.Declaration, s *scope) {
	t := m.typeOf(st.Type, s)
	v := zero(t)
	name := m.names.Text(st.Name.Symbol)
	switch {
	case st.Role == ast.Input:
		v = m.input(name, t)
	case st.Value != nil:
		v = m.evalAs(st.Value, t, s).copied()
	}
	b := &binding{cell: &v, isConst: st.Role == ast.Constant, output: st.Role == ast.Output}
	m.define(b, st.Name, s)
	if s == m.global {
		m.reported = append(m.reported, b)
	}
}

// alias is another name for qubits or for bits of variables.
func (m *machine) alias(st *ast.Alias, s *scope) {
	if qubits, single, ok := m.qubits(st.Value, s); ok {
		m.define(&binding{qubits: qubits, quantum: true, single: single}, st.Name, s)
		return
	}
	p := m.place(st.Value, s)
	if p.cell != nil && p.cell.t.k == kBits && !p.cell.t.array {
		p = place{bits: p.each()}
	}
	m.define(&binding{cell: p.cell, bits: p.bits, single: p.single}, st.Name, s)
}
