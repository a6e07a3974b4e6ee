package author

import (
	"fmt"
	"strings"
)

// prologue declares what programs begin with.
func (a *author) prologue() {
	for range a.IntN(3) {
		t := a.typ()
		for t.kind == complexes {
			t = a.typ()
		}
		a.constant(t)
	}
	for range a.IntN(3) {
		a.defineGate()
	}
	for range a.IntN(4) {
		a.defineRoutine()
	}
	a.global = true
	if a.IntN(8) > 0 {
		n := 2 + a.IntN(2)
		a.line(pick(a, []string{"qubit[%d] q;", "qubit[%d] q;", "qreg q[%d];"}), n)
		a.qubits("q", n, false)
	}
	if len(a.scope.qubits) == 0 || a.one(3) {
		a.line("qubit r;")
		a.qubits("r", 1, true)
	}
	for range 1 + a.IntN(3) {
		a.declare()
	}
	for range a.IntN(3) {
		t := a.arrayType()
		name := a.name("a")
		a.line("%s %s = %s;", t, name, a.list(t, t.dims))
		a.scope.vars = append(a.scope.vars, variable{name: name, typ: t})
	}
}

func (a *author) qubits(name string, n int, single bool) {
	q := quantum{name: name, single: single}
	for range n {
		q.ids = append(q.ids, a.ids)
		a.ids++
	}
	a.scope.qubits = append(a.scope.qubits, q)
}

// list is the literal of an array.
func (a *author) list(t typ, dims []int) string {
	var parts []string
	for range dims[0] {
		if len(dims) > 1 {
			parts = append(parts, a.list(t, dims[1:]))
		} else {
			parts = append(parts, a.as(t.elem(), 1))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// constant declares a constant of constants.
func (a *author) constant(t typ) {
	vars := a.scope.vars
	a.scope.vars = nil
	for _, v := range vars {
		if v.konst {
			a.scope.vars = append(a.scope.vars, v)
		}
	}
	routines := a.routines
	a.routines = nil
	name := a.name("k")
	value := a.exactly(t, 2)
	a.line("const %s %s = %s;", t, name, value)
	a.routines = routines
	a.scope.vars = append(vars, variable{name: name, typ: t, fixed: true, konst: true})
}

func (a *author) declare() {
	t := a.typ()
	name := a.name("v")
	if v, ok := a.hidden(); ok && a.one(4) {
		name = v.name
	}
	switch {
	case a.global && a.one(20):
		a.line("output %s %s;", t, name)
	case t.kind == bits && a.one(12):
		a.line("creg %s[%d];", name, t.width)
	case a.one(6):
		a.line("%s %s;", t, name)
	case t.kind == bits && t.width > 1 && a.one(4):
		n := 1 + a.IntN(t.width-1)
		if x, y := a.registerName(n), a.registerName(t.width-n); x != "" && y != "" {
			a.line("%s %s = %s ++ %s;", t, name, x, y)
			break
		}
		fallthrough
	default:
		value := a.as(t, 2)
		if strings.Contains(value, name) { // a variable is not known in its own declaration
			name = a.name("v")
		}
		a.line("%s %s = %s;", t, name, value)
	}
	a.scope.vars = append(a.scope.vars, variable{name: name, typ: t})
}

// hidden is a variable of an outer scope that can be hidden by one of the same name.
func (a *author) hidden() (variable, bool) {
	if a.inDef != nil {
		return variable{}, false
	}
	outer := a.scope.vars[:a.outer]
	if len(outer) == 0 {
		return variable{}, false
	}
	v := pick(a, outer)
	for _, w := range a.scope.vars[a.outer:] {
		if w.name == v.name {
			return variable{}, false
		}
	}
	return v, true
}

// registerName is a register of n bits, or a part of one.
func (a *author) registerName(n int) string {
	v, ok := a.find(func(v variable) bool { return v.typ.kind == bits && v.typ.width >= n })
	switch {
	case !ok:
		return ""
	case v.typ.width == n:
		return v.name
	}
	return fmt.Sprintf("%s[%s]", v.name, a.span(v.typ.width, n))
}

func (a *author) statement() {
	deep := a.depth >= 3
	switch k := a.IntN(37); {
	case k < 9:
		a.assign()
	case k < 15 && len(a.scope.qubits) > 0:
		a.gate()
	case k < 18 && len(a.scope.qubits) > 0:
		a.measure()
	case k < 21:
		a.declare()
	case k < 24 && !deep:
		a.condition()
	case k < 26 && !deep:
		a.loop()
	case k == 26 && !deep:
		a.while()
	case k == 27 && !deep:
		a.choice()
	case k == 28 && !deep:
		a.line("{")
		a.block(1 + a.IntN(3))
		a.line("}")
	case k == 29:
		a.alias()
	case k == 30:
		a.leave()
	case k == 31 || k == 34:
		a.invoke()
	case k == 32:
		if a.one(3) {
			a.wholeArray()
		} else {
			a.slice()
		}
	case k == 35:
		a.shuffle()
	case k == 33 && a.depth == 0 && a.inDef == nil && a.global:
		t := a.typ()
		for t.kind == complexes {
			t = a.typ()
		}
		a.constant(t)
	default:
		a.assign()
	}
}

// target is a variable, an element or some bits that can be assigned, and their type.
func (a *author) target() (string, typ, bool) {
	v, ok := a.find(func(v variable) bool { return !v.fixed })
	if !ok {
		return "", typ{}, false
	}
	text, t := v.name+a.indices(v.typ.dims), v.typ.elem()
	if t.kind == bits || t.width > 0 && (t.integer() || t.kind == angle) {
		switch a.IntN(6) {
		case 0:
			return text + "[" + a.index(t.size()) + "]", typ{kind: bit}, true
		case 1:
			n := 1 + a.IntN(min(t.size(), 6))
			return text + "[" + a.span(t.size(), n) + "]", typ{kind: bits, width: n}, true
		}
	}
	return text, t, true
}

func (a *author) assign() {
	target, t, ok := a.target()
	if !ok {
		a.declare()
		return
	}
	depth := 1 + a.IntN(3)
	if text, _, ok := a.call(t.is, depth); ok && a.one(3) {
		a.line("%s = %s;", target, text)
		return
	}
	if a.IntN(3) > 0 {
		a.line("%s = %s;", target, a.as(t, depth))
		return
	}
	switch t.kind {
	case bit:
		a.line("%s %s= %s;", target, pick(a, []string{"&", "|", "^"}), a.truth(depth))
	case bits:
		if a.one(3) {
			a.line("%s %s= %s;", target, pick(a, []string{"<<", ">>"}), a.distance(t.width))
		} else {
			a.line("%s %s= %s;", target, pick(a, []string{"&", "|", "^"}), a.register(t.width, depth))
		}
	case signed, unsigned:
		if len(a.scope.qubits) > 0 && a.one(12) && a.measured < mostOutcomes {
			q, _ := a.operands(1)
			a.measured++
			a.line("%s %s measure %s;", target, pick(a, []string{"+=", "-="}), q[0])
			return
		}
		a.compound(target, t, depth)
	case float:
		a.line("%s %s= %s;", target, pick(a, []string{"+", "-", "*"}), a.real(depth))
	case angle:
		switch a.IntN(3) {
		case 0:
			a.line("%s %s= %s;", target, pick(a, []string{"+", "-", "&", "|", "^"}), a.angle(t, depth))
		case 1:
			a.line("%s %s= %s;", target, pick(a, []string{"<<", ">>"}), a.distance(t.size()))
		default:
			a.line("%s *= %s;", target, a.exactly(typ{kind: unsigned, width: t.size()}, depth))
		}
	case complexes:
		a.line("%s %s= %s;", target, pick(a, []string{"+", "-", "*"}), a.complex(t, depth))
	default:
		a.line("%s = %s;", target, a.truth(depth))
	}
}

// shuffle assigns bits of a variable to other bits of it.
func (a *author) shuffle() {
	v, ok := a.find(func(v variable) bool {
		return !v.fixed && v.typ.size() > 1 && v.typ.width > 0 && (v.typ.kind == bits || v.typ.integer() || v.typ.kind == angle)
	})
	if !ok {
		a.assign()
		return
	}
	text, size := v.name+a.indices(v.typ.dims), v.typ.size()
	n := 1 + a.IntN(size)
	if v.typ.kind == bits && a.one(2) {
		a.line("%s[%s] = %[1]s;", text, a.span(size, size))
		return
	}
	a.line("%s[%s] %s= %[1]s[%[4]s];", text, a.span(size, n), pick(a, []string{"", "", "^", "|"}), a.span(size, n))
}

// compound is a compound assignment to an integer.
func (a *author) compound(target string, t typ, depth int) {
	x, _ := a.integer(depth)
	switch a.IntN(5) {
	case 0:
		a.line("%s %s= %s;", target, pick(a, []string{"/", "%"}), pick(a, []string{"3", "7", "-2"}))
	case 1:
		if t.kind == unsigned && t.width > 0 {
			a.line("%s %s= %s;", target, pick(a, []string{"<<", ">>"}), a.distance(t.size()))
			return
		}
		a.line("%s **= %d;", target, a.IntN(4))
	case 2:
		if t.kind == unsigned && t.width > 0 {
			a.line("%s %s= %s;", target, pick(a, []string{"&", "|", "^"}), a.exactly(t, depth))
			return
		}
		fallthrough
	default:
		a.line("%s %s= %s;", target, pick(a, []string{"+", "-", "*"}), x)
	}
}

// slice assigns a part of an array.
func (a *author) slice() {
	v, ok := a.find(func(v variable) bool { return !v.fixed && len(v.typ.dims) > 0 })
	if !ok {
		a.assign()
		return
	}
	w, ok := a.find(func(w variable) bool { return w.typ.is(v.typ) && len(w.typ.dims) > 0 })
	if !ok {
		return
	}
	a.upward = v.rank || w.rank
	defer func() { a.upward = false }()
	n := 1 + a.IntN(min(v.typ.dims[0], w.typ.dims[0]))
	tail := func(dims []int, keep int) string {
		text := ""
		for _, d := range dims[1 : len(dims)-keep] {
			text += ", " + a.index(d)
		}
		return text
	}
	x, y := v.typ.dims[1:], w.typ.dims[1:]
	keep := 0
	for keep < min(len(x), len(y)) && x[len(x)-1-keep] == y[len(y)-1-keep] && a.one(2) {
		keep++
	}
	a.line("%s[%s%s] = %s[%s%s];", v.name, a.span(v.typ.dims[0], n), tail(v.typ.dims, keep), w.name, a.span(w.typ.dims[0], n), tail(w.typ.dims, keep))
}

// wholeArray assigns arrays or rows, declares one, or joins two.
func (a *author) wholeArray() {
	v, ok := a.find(func(v variable) bool { return !v.fixed && len(v.typ.dims) > 0 && !v.rank })
	if !ok {
		return
	}
	row := func(w variable) string {
		text := w.name
		for _, d := range w.typ.dims[:len(w.typ.dims)-1] {
			text += "[" + a.index(d) + "]"
		}
		return text
	}
	last := func(w variable) int { return w.typ.dims[len(w.typ.dims)-1] }
	w, _ := a.find(func(w variable) bool { return w.typ.is(v.typ) && len(w.typ.dims) > 0 && !w.rank })
	switch {
	case len(w.typ.dims) == 0:
	case a.global && a.depth == 0 && a.inDef == nil && a.one(2):
		t := typ{kind: v.typ.kind, width: v.typ.width, dims: []int{last(v) + last(w)}}
		name := a.name("a")
		a.line("%s %s = %s ++ %s;", t, name, row(v), row(w))
		a.scope.vars = append(a.scope.vars, variable{name: name, typ: t})
	case last(v) == last(w):
		a.line("%s = %s;", row(v), row(w))
	case last(v) > last(w):
		a.line("%s[%s] = %s;", row(v), a.span(last(v), last(w)), row(w))
	}
}

func (a *author) condition() {
	if a.one(6) {
		a.line("if (%s) %s", a.truth(1), a.simple())
		return
	}
	a.line("if (%s) {", a.truth(1+a.IntN(2)))
	a.block(1 + a.IntN(3))
	if a.one(5) {
		a.line("} else if (%s) {", a.truth(1))
		a.block(1 + a.IntN(2))
	}
	if a.one(2) {
		a.line("} else {")
		a.block(1 + a.IntN(3))
	}
	a.line("}")
}

func (a *author) loop() {
	t := typ{kind: pick(a, []kind{signed, unsigned}), width: pick(a, []int{0, 8, 32, 65, 4})}
	name := a.name("i")
	values := ""
	times := 3
	switch a.IntN(6) {
	case 0:
		x, _ := a.integer(1)
		y, _ := a.integer(1)
		values = fmt.Sprintf("{%s, %s, %d}", x, y, a.IntN(5))
	case 1:
		if v, ok := a.find(func(v variable) bool { return len(v.typ.dims) == 1 && v.typ.kind != complexes }); ok {
			t, values = v.typ.elem(), v.name
			if a.one(2) && !v.rank {
				values = fmt.Sprintf("%s[%s]", v.name, a.span(v.typ.dims[0], 1+a.IntN(v.typ.dims[0])))
			}
			break
		}
		values = "[0:2]"
	case 2:
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == bits && v.typ.width < 6 }); ok {
			t, values, times = typ{kind: bit}, v.name, v.typ.width
			break
		}
		values = "[1:2]"
	case 3:
		values = fmt.Sprintf("[%d:%d:%d]", 3+a.IntN(3), -1-a.IntN(2), a.IntN(3))
	case 4:
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == unsigned && len(v.typ.dims) == 0 }); ok {
			values = fmt.Sprintf("[0:uint(%s) %% 4]", v.name)
			break
		}
		values = "[-1:1]"
	default:
		values = fmt.Sprintf("[%d:%d:%d]", a.IntN(3), 1+a.IntN(2), 1+a.IntN(5))
	}
	a.line("for %s %s in %s {", t, name, values)
	a.body(times, variable{name: name, typ: t})
	a.line("}")
}

// body is the body of a loop that is run about so many times.
func (a *author) body(times int, declare ...variable) {
	a.loops++
	measured := a.measured
	a.block(1+a.IntN(3), declare...)
	a.measured = measured + (a.measured-measured)*times
	a.loops--
}

// while is a loop that counts, so that it ends.
func (a *author) while() {
	name := a.name("w")
	a.line("int %s = 0;", name)
	a.line("while (%s < %d && %s) {", name, 1+a.IntN(4), a.truth(1))
	a.depth++
	a.line("%s += 1;", name)
	a.depth--
	a.body(3, variable{name: name, typ: plainInt, fixed: true})
	a.line("}")
	a.scope.vars = append(a.scope.vars, variable{name: name, typ: plainInt, fixed: true})
}

func (a *author) choice() {
	x, _ := a.integer(1)
	t := typ{kind: pick(a, []kind{signed, unsigned}), width: pick(a, []int{0, 3, 8, 33})}
	a.line("switch (%s(%s)) {", t, x)
	a.depth++
	labels := a.Perm(4)
	for len(labels) > 0 {
		n := min(len(labels), 1+a.IntN(2))
		var parts []string
		for _, l := range labels[:n] {
			parts = append(parts, fmt.Sprint(l))
		}
		labels = labels[n:]
		a.line("case %s {", strings.Join(parts, ", "))
		a.block(1 + a.IntN(2))
		a.line("}")
		if a.one(3) {
			break
		}
	}
	if a.one(2) {
		a.line("default {")
		a.block(1 + a.IntN(2))
		a.line("}")
	}
	a.depth--
	a.line("}")
}

// simple is a statement that is no block.
func (a *author) simple() string {
	outer, depth := a.text.String(), a.depth
	a.text.Reset()
	a.depth = 0
	a.assignOnly()
	text := a.text.String()
	a.text.Reset()
	a.text.WriteString(outer)
	a.depth = depth
	return strings.TrimSpace(text)
}

func (a *author) assignOnly() {
	if _, _, ok := a.target(); ok {
		a.assign()
		return
	}
	a.line("gphase(0.5);")
}

// leave ends something early, mostly under a condition.
func (a *author) leave() {
	words := []string{}
	if a.loops > 0 {
		words = append(words, "break;", "continue;", "break;", "continue;")
	}
	if a.inDef != nil {
		words = append(words, a.returns(1), a.returns(1))
	} else if a.one(3) {
		words = append(words, "end;")
	}
	if len(words) == 0 {
		a.assign()
		return
	}
	a.line("if (%s) {", a.truth(1))
	a.depth++
	a.line("%s", pick(a, words))
	a.depth--
	a.line("}")
}

func (a *author) returns(depth int) string {
	if a.inDef.returns == nil {
		return "return;"
	}
	return fmt.Sprintf("return %s;", a.as(*a.inDef.returns, depth))
}
