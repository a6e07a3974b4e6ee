package reference

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
)

// call runs a subroutine. Arguments are values, but for qubits and arrays.
func (m *machine) call(d *ast.Def, args []ast.Expr, s *scope) value {
	inner := &scope{outer: m.global, names: map[string]*binding{}, closed: true}
	if len(args) != len(d.Params) {
		unknown("%d arguments for %d", len(args), len(d.Params))
	}
	for i, p := range d.Params {
		m.define(m.argument(p, args[i], s), p.Name, inner)
	}
	if d.Returns != nil {
		t := m.typeOf(d.Returns, m.global)
		inner.returns = &t
	}
	m.step()
	c := m.statements(d.Body.Statements, inner)
	if c == ended {
		panic(programEnds{})
	}
	result := m.result
	if c != returns && inner.returns != nil {
		result = zero(*inner.returns)
	}
	m.result = value{}
	return result
}

// programEnds is what `end` within a subroutine panics with.
type programEnds struct{}

func (m *machine) argument(p ast.Param, arg ast.Expr, s *scope) *binding {
	if p.Type.Kind == ast.TypeQubit {
		qubits, _, ok := m.qubits(arg, s)
		if !ok {
			unknown("an argument that is no qubit")
		}
		return &binding{qubits: qubits, quantum: true, single: p.Type.Size == nil}
	}
	if p.Type.Kind == ast.TypeArray {
		v := m.place(arg, s).cell
		if v == nil || !v.t.array {
			unknown("an argument that is no array")
		}
		return &binding{cell: v}
	}
	v := m.evalAs(arg, m.typeOf(p.Type, m.global), s).copied()
	return &binding{cell: &v}
}

// input reads a value as the literal that a user gives.
func (m *machine) input(name string, t typ) value {
	text, ok := m.inputs[name]
	if !ok {
		unknown("the input %s without a value", name)
	}
	if t.k == kBits && text[0] != '"' {
		text = `"` + text + `"`
	}
	var set diag.Set
	rep := &report.Reporter{}
	src, err := set.Add(name, []byte("OPENQASM 3.0; "+text+";"))
	if err != nil || rep.HasErrors() {
		unknown("the input %s", text)
	}
	tree := parse.File(src, m.names, rep)
	e, ok := tree.Statements[len(tree.Statements)-1].(*ast.ExprStmt)
	if !ok {
		unknown("the input %s", text)
	}
	return m.evalAs(e.Value, t, m.global)
}
