package author

import (
	"fmt"
	"strings"
)

// defineRoutine defines a subroutine. Its scope is its parameters and the constants.
func (a *author) defineRoutine() {
	d := routine{name: a.name("f")}
	if a.IntN(5) > 0 {
		t := a.typ()
		d.returns = &t
	}
	outer, measured := a.scope, a.measured
	a.scope = &scope{}
	for _, v := range outer.vars {
		if v.konst {
			a.scope.vars = append(a.scope.vars, v)
		}
	}
	var params []string
	for range a.IntN(4) {
		p, text := a.param()
		d.params = append(d.params, p)
		params = append(params, text)
	}
	head := fmt.Sprintf("def %s(%s)", d.name, strings.Join(params, ", "))
	if d.returns != nil {
		head += " -> " + d.returns.String()
	}
	a.line("%s {", head)
	a.inDef = &d
	if a.one(4) {
		a.recursion(&d)
	}
	a.block(1 + a.IntN(4))
	a.depth++
	if d.returns != nil {
		a.line("%s", a.returns(2))
	}
	a.depth--
	a.line("}")
	a.inDef, a.scope, a.measured = nil, outer, measured
	a.routines = append(a.routines, d)
}

// recursion calls the subroutine in itself, for smaller values of its first parameter.
func (a *author) recursion(d *routine) {
	if len(d.params) != 1 || d.params[0].qubits != 0 || d.params[0].typ.kind != unsigned || len(d.params[0].typ.dims) > 0 || d.returns == nil {
		return
	}
	v := a.scope.vars[len(a.scope.vars)-1].name
	a.depth++
	a.line("if (%s > 1) {", v)
	a.depth++
	x := a.name("v")
	a.line("%s %s = %s(%s / 3);", *d.returns, x, d.name, v)
	a.line("return %s;", x)
	a.depth--
	a.line("}")
	a.depth--
}

func (a *author) param() (param, string) {
	switch a.IntN(6) {
	case 0:
		name := a.name("q")
		a.qubits(name, 1, true)
		return param{qubits: -1}, "qubit " + name
	case 1:
		name := a.name("q")
		a.qubits(name, 2, false)
		return param{qubits: 2}, "qubit[2] " + name
	case 2:
		p := param{typ: a.arrayType(), access: pick(a, []string{"readonly", "mutable"}), rank: a.one(2)}
		name := a.name("a")
		a.scope.vars = append(a.scope.vars, variable{name: name, typ: p.typ, fixed: p.access == "readonly", rank: p.rank})
		text := p.typ.String()
		if p.rank {
			text = fmt.Sprintf("array[%s, #dim = %d]", p.typ.elem(), len(p.typ.dims))
		}
		return p, fmt.Sprintf("%s %s %s", p.access, text, name)
	}
	p := param{typ: a.typ()}
	name := a.name("p")
	a.scope.vars = append(a.scope.vars, variable{name: name, typ: p.typ})
	return p, fmt.Sprintf("%s %s", p.typ, name)
}

// call is the call of a subroutine whose result passes.
func (a *author) call(ok func(t typ) bool, depth int) (string, typ, bool) {
	var list []routine
	for _, d := range a.routines {
		if d.returns != nil && ok(*d.returns) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return "", typ{}, false
	}
	d := pick(a, list)
	text, can := a.called(d, depth-1)
	return text, *d.returns, can
}

// called is a call with arguments.
func (a *author) called(d routine, depth int) (string, bool) {
	var args []string
	need, registers := 0, 0
	for _, p := range d.params {
		if p.qubits < 0 {
			need++
		} else if p.qubits > 0 {
			registers++
		}
	}
	singles, ok := a.operands(need)
	if !ok || a.measured >= mostOutcomes && hasQubits(d) {
		return "", false
	}
	for _, p := range d.params {
		switch {
		case p.qubits < 0:
			args = append(args, singles[0])
			singles = singles[1:]
			a.measured++
		case p.qubits > 0:
			names, ok := a.pair(need > 0 || registers > 1)
			if !ok {
				return "", false
			}
			args = append(args, names)
			a.measured++
		case p.access != "":
			v, ok := a.find(func(v variable) bool {
				return v.typ.is(p.typ) && len(v.typ.dims) >= len(p.typ.dims) && (!v.fixed || p.access == "readonly")
			})
			text, fits := a.partOf(v, p.typ.dims)
			if !ok || !fits || strings.Contains(strings.Join(args, " "), v.name) {
				return "", false
			}
			args = append(args, text)
		default:
			arg := a.as(p.typ, min(depth, 1))
			if v, ok := a.element(p.typ); ok && a.IntN(4) > 0 {
				arg = v
			}
			args = append(args, arg)
		}
	}
	return fmt.Sprintf("%s(%s)", d.name, strings.Join(args, ", ")), true
}

// partOf is an array, or a part of it, with such sizes.
func (a *author) partOf(v variable, dims []int) (string, bool) {
	have := v.typ.dims
	text := ""
	for len(have) > len(dims) {
		text += a.index(have[0]) + ", "
		have = have[1:]
	}
	whole := text == ""
	for i, d := range dims {
		switch {
		case len(have) == 0 || have[i] < d || v.rank && have[i] != d:
			return "", false
		case have[i] == d && (v.rank || a.one(2)):
			text += ":, "
		default:
			text += a.span(have[i], d) + ", "
			whole = false
		}
	}
	if whole {
		return v.name, true
	}
	return v.name + "[" + strings.TrimSuffix(text, ", ") + "]", true
}

func hasQubits(d routine) bool {
	for _, p := range d.params {
		if p.qubits != 0 {
			return true
		}
	}
	return false
}

// pair names two qubits as a register, where no others are arguments of the call.
func (a *author) pair(others bool) (string, bool) {
	if others {
		return "", false
	}
	for _, i := range a.Perm(len(a.scope.qubits)) {
		q := a.scope.qubits[i]
		if !q.single && len(q.ids) == 2 {
			return q.name, true
		}
		if !q.single && len(q.ids) > 2 {
			return fmt.Sprintf("%s[%s]", q.name, a.span(len(q.ids), 2)), true
		}
	}
	return "", false
}

// invoke is a call as a statement.
func (a *author) invoke() {
	if len(a.routines) > 0 {
		if text, ok := a.called(pick(a, a.routines), 1); ok {
			a.line("%s;", text)
			return
		}
	}
	a.assign()
}
