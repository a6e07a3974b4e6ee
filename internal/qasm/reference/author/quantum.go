package author

import (
	"fmt"
	"strings"
)

// operands are n different qubits that can be named here; false where there are not so many.
func (a *author) operands(n int) ([]string, bool) {
	type named struct {
		id   int
		text string
	}
	var all []named
	for _, q := range a.scope.qubits {
		for k, id := range q.ids {
			text := q.name
			if !q.single {
				text = fmt.Sprintf("%s[%d]", q.name, k)
				if a.one(6) {
					text = fmt.Sprintf("%s[%d]", q.name, k-len(q.ids))
				}
			}
			all = append(all, named{id, text})
		}
	}
	a.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	taken := map[int]bool{}
	var out []string
	for _, x := range all {
		if !taken[x.id] && len(out) < n {
			taken[x.id] = true
			out = append(out, x.text)
		}
	}
	return out, len(out) == n
}

// registers are names of at least one register of qubits and maybe other, different qubits, n in all, all of one size.
func (a *author) registers(n int) ([]string, bool) {
	var out []string
	taken := map[int]bool{}
	size := 0
	for _, i := range a.Perm(len(a.scope.qubits)) {
		q := a.scope.qubits[i]
		free := true
		for _, id := range q.ids {
			free = free && !taken[id]
		}
		if !free || len(out) == n || !q.single && size > 0 && size != len(q.ids) {
			continue
		}
		if !q.single {
			size = len(q.ids)
		}
		for _, id := range q.ids {
			taken[id] = true
		}
		out = append(out, q.name)
	}
	return out, len(out) == n && size > 0
}

var library = []struct {
	name           string
	params, qubits int
}{
	{"h", 0, 1}, {"h", 0, 1}, {"h", 0, 1}, {"x", 0, 1}, {"x", 0, 1}, {"y", 0, 1}, {"z", 0, 1}, {"s", 0, 1}, {"sdg", 0, 1}, {"t", 0, 1}, {"tdg", 0, 1}, {"sx", 0, 1}, {"id", 0, 1},
	{"rx", 1, 1}, {"ry", 1, 1}, {"rz", 1, 1}, {"p", 1, 1}, {"phase", 1, 1}, {"u1", 1, 1}, {"u2", 2, 1}, {"u3", 3, 1}, {"U", 3, 1}, {"cx", 0, 2}, {"cx", 0, 2}, {"CX", 0, 2},
	{"cy", 0, 2}, {"cz", 0, 2}, {"ch", 0, 2}, {"cp", 1, 2}, {"cphase", 1, 2}, {"crx", 1, 2}, {"cry", 1, 2}, {"crz", 1, 2}, {"swap", 0, 2}, {"cu", 4, 2}, {"ccx", 0, 3}, {"cswap", 0, 3}, {"gphase", 1, 0},
}

// gate applies a gate with modifiers.
func (a *author) gate() {
	params := func() string { return a.parameter() }
	text, n := a.applied(params, 3, a.depth < 3)
	if n == 0 {
		a.line("%s;", text)
		return
	}
	if a.one(4) {
		if names, ok := a.registers(n); ok {
			a.line("%s %s;", text, strings.Join(names, ", "))
			return
		}
	}
	if n == 1 && a.one(5) {
		if q := pick(a, a.scope.qubits); !q.single {
			a.line("%s %s[%s];", text, q.name, a.index(len(q.ids)))
			return
		}
	}
	if names, ok := a.operands(n); ok {
		a.line("%s %s;", text, strings.Join(names, ", "))
	}
}

// applied is a gate of at most so many qubits, with modifiers and parameters, and how many operands it has.
func (a *author) applied(param func() string, most int, mine bool) (string, int) {
	g := pick(a, library)
	name, params, qubits := g.name, g.params, g.qubits
	if mine && len(a.gates) > 0 && a.one(3) {
		d := pick(a, a.gates)
		name, params, qubits = d.name, d.params, d.qubits
	}
	if qubits > most {
		name, params, qubits = "x", 0, 1
	}
	var values []string
	for range params {
		values = append(values, param())
	}
	if params > 0 {
		name += "(" + strings.Join(values, ", ") + ")"
	}
	for a.one(3) {
		switch a.IntN(5) {
		case 0:
			name = "inv @ " + name
		case 1, 2:
			name = fmt.Sprintf("pow(%s) @ %s", a.exponent(param), name)
		default:
			word := pick(a, []string{"ctrl", "ctrl", "negctrl"})
			switch {
			case qubits+2 <= most && a.one(4):
				name, qubits = word+"(2) @ "+name, qubits+2
			case qubits+1 <= most:
				name, qubits = word+" @ "+name, qubits+1
			}
		}
	}
	return name, qubits
}

// exponent is that of a power: a constant, or a value known only while the program runs.
func (a *author) exponent(param func() string) string {
	switch a.IntN(6) {
	case 0:
		if v, ok := a.find(func(v variable) bool { return v.typ.integer() && len(v.typ.dims) == 0 && v.typ.size() <= 8 }); ok {
			return v.name
		}
	case 1:
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == float && len(v.typ.dims) == 0 }); ok {
			return "sin(" + v.name + ")"
		}
	}
	return pick(a, []string{"2", "3", "-1", "0.5", "1/2", "-0.25", "1.0/3", "0", "1.5", "-2", "4"})
}

// parameter is that of a gate: a float or an angle.
func (a *author) parameter() string {
	switch a.IntN(6) {
	case 0:
		return "sin(" + a.real(1) + ")"
	case 1:
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == angle && len(v.typ.dims) == 0 }); ok {
			return v.name
		}
	case 2:
		if v, ok := a.find(func(v variable) bool { return v.typ.integer() && len(v.typ.dims) == 0 && v.typ.size() <= 16 }); ok {
			return fmt.Sprintf("%s * 0.25", v.name)
		}
	}
	return pick(a, []string{"pi", "pi/2", "-pi/4", "0.3", "1.7", "pi/8", "2*pi", "-3*pi/2", "0", "tau/3"})
}

// defineGate defines a gate.
func (a *author) defineGate() {
	d := gateDef{name: a.name("g"), params: a.IntN(3), qubits: 1 + a.IntN(3)}
	var params, qubits []string
	outer := a.scope
	a.scope = &scope{}
	for _, v := range outer.vars {
		if v.konst && (v.typ.kind == float || v.typ.integer() && v.typ.size() <= 8) {
			a.scope.vars = append(a.scope.vars, v)
		}
	}
	for i := range d.params {
		params = append(params, fmt.Sprintf("t%d", i))
	}
	for i := range d.qubits {
		qubits = append(qubits, fmt.Sprintf("b%d", i))
		a.qubits(qubits[i], 1, true)
	}
	head := "gate " + d.name
	if d.params > 0 {
		head += "(" + strings.Join(params, ", ") + ")"
	}
	a.line("%s %s {", head, strings.Join(qubits, ", "))
	a.depth++
	param := func() string {
		if len(params) > 0 && a.one(2) {
			return pick(a, params) + pick(a, []string{"", " / 2", " + 0.5", " * 2", " - pi"})
		}
		return pick(a, []string{"pi", "pi/2", "-pi/4", "0.3", "2*pi"})
	}
	for range a.IntN(4) {
		looped := a.one(8)
		if looped {
			a.line("for int i in [0:%d] {", a.IntN(3))
			a.depth++
		}
		text, n := a.applied(param, d.qubits, true)
		if names, ok := a.operands(n); ok {
			a.line("%s", strings.TrimSpace(text+" "+strings.Join(names, ", "))+";")
		}
		if looped {
			a.depth--
			a.line("}")
		}
	}
	a.depth--
	a.line("}")
	a.scope = outer
	a.gates = append(a.gates, d)
}

// mostOutcomes bounds the measurements of a program, as they may be met.
const mostOutcomes = 7

func (a *author) measure() {
	if a.measured >= mostOutcomes {
		a.gate()
		return
	}
	q := pick(a, a.scope.qubits)
	if !q.single && a.one(3) {
		n := 1 + a.IntN(len(q.ids))
		text := q.name
		if n < len(q.ids) {
			text = fmt.Sprintf("%s[%s]", q.name, a.span(len(q.ids), n))
		}
		a.measured += n
		if c := a.writable(n); c != "" && a.IntN(4) > 0 {
			a.line(pick(a, []string{"%s = measure %s;", "%s = measure %s;", "measure %[2]s -> %[1]s;"}), c, text)
			return
		}
		if a.one(3) {
			a.line("reset %s;", text)
			return
		}
		name := a.name("m")
		a.line("bit[%d] %s = measure %s;", n, name, text)
		a.scope.vars = append(a.scope.vars, variable{name: name, typ: typ{kind: bits, width: n}})
		return
	}
	names, _ := a.operands(1)
	a.measured++
	if a.one(6) {
		a.line("reset %s;", names[0])
		return
	}
	if v, ok := a.find(func(v variable) bool { return !v.fixed && v.typ.kind == bits }); ok && a.one(2) {
		a.line("%s[%s] = measure %s;", v.name, a.index(v.typ.width), names[0])
		return
	}
	if v, ok := a.find(func(v variable) bool { return !v.fixed && v.typ.kind == bit }); ok && a.one(2) {
		a.line("%s = measure %s;", v.name, names[0])
		return
	}
	name := a.name("m")
	a.line("bit %s = measure %s;", name, names[0])
	a.scope.vars = append(a.scope.vars, variable{name: name, typ: typ{kind: bit}})
}

// writable is a register of n bits, or a part of one.
func (a *author) writable(n int) string {
	v, ok := a.find(func(v variable) bool { return !v.fixed && v.typ.kind == bits && v.typ.width >= n })
	switch {
	case !ok:
		return ""
	case v.typ.width == n:
		return v.name
	}
	return fmt.Sprintf("%s[%s]", v.name, a.span(v.typ.width, n))
}

// alias gives qubits or bits another name.
func (a *author) alias() {
	name := a.name("l")
	if a.one(3) {
		v, ok := a.find(func(v variable) bool { return !v.fixed && v.typ.kind == bits && len(v.typ.dims) == 0 })
		if ok {
			n := 1 + a.IntN(v.typ.width)
			text := fmt.Sprintf("%s[%s]", v.name, a.span(v.typ.width, n))
			if w, ok := a.find(func(w variable) bool { return !w.fixed && w.typ.kind == bits && w.name != v.name && w.name[0] == 'v' }); ok && v.name[0] == 'v' && a.one(2) {
				text += " ++ " + w.name
				n += w.typ.width
			}
			a.line("let %s = %s;", name, text)
			a.scope.vars = append(a.scope.vars, variable{name: name, typ: typ{kind: bits, width: n}})
			return
		}
	}
	if len(a.scope.qubits) == 0 {
		a.assign()
		return
	}
	q := pick(a, a.scope.qubits)
	if q.single {
		a.assign()
		return
	}
	n := 1 + a.IntN(len(q.ids))
	list := a.Perm(len(q.ids))[:n]
	made := quantum{name: name}
	var parts []string
	for _, k := range list {
		made.ids = append(made.ids, q.ids[k])
		parts = append(parts, fmt.Sprint(k))
	}
	text := fmt.Sprintf("%s[{%s}]", q.name, strings.Join(parts, ", "))
	if a.one(3) {
		for _, other := range a.scope.qubits {
			if other.single && !contains(made.ids, other.ids[0]) {
				text += " ++ " + other.name
				made.ids = append(made.ids, other.ids[0])
				break
			}
		}
	}
	a.line("let %s = %s;", name, text)
	a.scope.qubits = append(a.scope.qubits, made)
}

func contains(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}
