package author

import (
	"fmt"
	"strings"
)

// as is an expression that may be given to a variable of type t.
func (a *author) as(t typ, depth int) string {
	switch t.kind {
	case boolean, bit:
		return a.truth(depth)
	case bits:
		return a.register(t.width, depth)
	case signed, unsigned:
		if a.one(12) {
			return a.truth(depth)
		}
		text, _ := a.integer(depth)
		return text
	case float:
		if a.one(4) {
			text, _ := a.integer(depth)
			return text
		}
		return a.real(depth)
	case angle:
		if a.one(3) {
			return a.real(min(depth, 1))
		}
		return a.angle(t, depth)
	}
	return a.complex(t, depth)
}

// exactly is an expression of type t.
func (a *author) exactly(t typ, depth int) string {
	if v, ok := a.element(t); ok && a.IntN(3) > 0 {
		return v
	}
	switch t.kind {
	case boolean, bit, bits:
		return a.as(t, depth)
	case angle:
		return a.angle(t, depth)
	}
	return fmt.Sprintf("%s(%s)", t, a.as(t, depth))
}

// element is a variable of type t, or an element of an array of such.
func (a *author) element(t typ) (string, bool) {
	v, ok := a.find(func(v variable) bool { return v.typ.is(t) })
	if !ok {
		return "", false
	}
	return v.name + a.indices(v.typ.dims), true
}

// indices name one element of an array.
func (a *author) indices(dims []int) string {
	if len(dims) == 0 {
		return ""
	}
	var parts []string
	for _, d := range dims {
		parts = append(parts, a.index(d))
	}
	if a.one(6) {
		return "[" + strings.Join(parts, "][") + "]"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// index names one of n things, often by a value that is known only while the program runs.
func (a *author) index(n int) string {
	switch a.IntN(4) {
	case 0:
		return fmt.Sprint(-1 - a.IntN(n))
	case 1:
		if v, ok := a.find(func(v variable) bool { return v.typ.integer() && len(v.typ.dims) == 0 }); ok {
			return fmt.Sprintf("uint(%s) %% %d", v.name, n)
		}
	}
	return fmt.Sprint(a.IntN(n))
}

// span is a range that takes count of n things.
func (a *author) span(n, count int) string {
	step := 1
	if count > 1 && !a.upward {
		step = 1 + a.IntN((n-1)/(count-1))
	}
	room := n - 1 - step*(count-1)
	first := a.IntN(room + 1)
	last := first + step*(count-1)
	if first+last+step < n && count > 1 && a.one(4) {
		last += a.IntN(step) // ends between two
	}
	if step == 1 && a.one(5) {
		switch {
		case first == 0 && last == n-1:
			return ":"
		case first == 0:
			return fmt.Sprintf(":%d", last)
		case last == n-1:
			return fmt.Sprintf("%d:", first)
		}
	}
	shown := func(i int) string {
		if a.one(4) {
			return fmt.Sprint(i - n)
		}
		return fmt.Sprint(i)
	}
	switch {
	case a.one(4) && !a.upward:
		return fmt.Sprintf("%s:%d:%s", shown(first+step*(count-1)), -step, shown(first))
	case step > 1 || a.one(4):
		return fmt.Sprintf("%s:%d:%s", shown(first), step, shown(last))
	}
	return fmt.Sprintf("%s:%s", shown(first), shown(last))
}

var literals = []string{"0", "1", "2", "3", "5", "7", "10", "100", "127", "128", "255", "256", "0xff", "0b101", "0o17", "65535", "2147483647", "4294967296", "9007199254740993", "9223372036854775807", "1_000"}

func (a *author) literal() string {
	if a.one(3) {
		return pick(a, literals)
	}
	return fmt.Sprint(a.IntN(12))
}

var plainInt, plainUint = typ{kind: signed}, typ{kind: unsigned}

// wider is the common type of two integers.
func wider(t, u typ) typ {
	switch {
	case t.size() > u.size():
		return t
	case u.size() > t.size():
		return u
	case t.kind == unsigned:
		return t
	}
	return u
}

// integer is an expression of some type of integers.
func (a *author) integer(depth int) (string, typ) {
	if depth <= 0 || a.one(5) {
		if v, ok := a.find(func(v variable) bool { return v.typ.integer() }); ok && a.IntN(4) > 0 {
			return v.name + a.indices(v.typ.dims), v.typ.elem()
		}
		if a.one(4) {
			return "-" + a.literal(), plainInt
		}
		return a.literal(), plainInt
	}
	switch a.IntN(16) {
	case 0, 1, 2, 3, 4:
		x, t := a.integer(depth - 1)
		y, u := a.integer(depth - 1)
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"+", "-", "*", "+", "-"}), y), wider(t, u)
	case 5, 6:
		x, t := a.integer(depth - 1)
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"/", "%"}), pick(a, []string{"3", "7", "2", "-3", "-1", "10"})), wider(t, plainInt)
	case 7:
		x, t := a.integer(depth - 1)
		return fmt.Sprintf("(%s ** %d)", x, a.IntN(6)), wider(t, plainInt)
	case 8, 9:
		return a.unsigned(depth)
	case 10, 11:
		t := typ{kind: pick(a, []kind{signed, unsigned}), width: a.width()}
		return a.cast(t, depth), t
	case 12:
		return fmt.Sprintf("popcount(%s)", a.register(1+a.IntN(9), depth-1)), plainUint
	case 13:
		x, t := a.integer(depth - 1)
		return fmt.Sprintf("(-%s)", x), t
	case 14:
		if text, t, ok := a.call(func(t typ) bool { return t.integer() }, depth); ok {
			return text, t
		}
	}
	if v, ok := a.find(func(v variable) bool { return len(v.typ.dims) > 0 }); ok {
		return fmt.Sprintf("sizeof(%s, %d)", v.name, a.IntN(len(v.typ.dims))), plainUint
	}
	return a.integer(depth - 1)
}

// cast becomes an integer of type t.
func (a *author) cast(t typ, depth int) string {
	switch a.IntN(5) {
	case 0:
		return fmt.Sprintf("%s(%s)", t, a.truth(depth-1))
	case 1:
		if t.size() <= 70 && t.width > 0 {
			return fmt.Sprintf("%s(%s)", t, a.register(t.size(), depth-1))
		}
	case 2:
		return fmt.Sprintf("%s(%s * sin(%s))", t, pick(a, []string{"2", "10.0", "1000", "-77.5"}), a.real(depth-1))
	}
	x, _ := a.integer(depth - 1)
	return fmt.Sprintf("%s(%s)", t, x)
}

// unsigned is an expression with the bits of an unsigned integer.
func (a *author) unsigned(depth int) (string, typ) {
	t := typ{kind: unsigned, width: a.width()}
	if v, ok := a.find(func(v variable) bool { return v.typ.kind == unsigned && len(v.typ.dims) == 0 }); ok {
		t = v.typ
	}
	if t.width == 0 {
		t.width = 64
	}
	x := a.exactly(t, depth-1)
	switch a.IntN(7) {
	case 0:
		return fmt.Sprintf("(~%s)", x), t
	case 1, 2:
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"<<", ">>"}), a.distance(t.size())), t
	case 3:
		return fmt.Sprintf("%s(%s, %s)", pick(a, []string{"rotl", "rotr"}), x, pick(a, []string{"1", "3", "-2", "70", "0"})), t
	case 4:
		return fmt.Sprintf("(%s %s %d)", x, pick(a, []string{"&", "|", "^"}), a.IntN(9)%(1<<min(t.size(), 3))), t
	}
	return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"&", "|", "^"}), a.exactly(t, depth-1)), t
}

// distance is how far something of so many bits is shifted.
func (a *author) distance(n int) string {
	if v, ok := a.find(func(v variable) bool { return v.typ.kind == unsigned && len(v.typ.dims) == 0 && v.typ.size() <= 32 }); ok && a.one(3) {
		return v.name
	}
	return fmt.Sprint(a.IntN(n + 2))
}

var floats = []string{"0.0", "1.0", "0.5", "2.25", "0.1", "3.7", "1e3", "1.5e-3", "pi", "tau", "euler", "π", "100.25", "6.1e-5", "1e5"}

// real is an expression of some type of floats.
func (a *author) real(depth int) string {
	if depth <= 0 || a.one(5) {
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == float }); ok && a.IntN(3) > 0 {
			return v.name + a.indices(v.typ.dims)
		}
		return pick(a, floats)
	}
	switch a.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", a.real(depth-1), pick(a, []string{"+", "-", "*"}), a.real(depth-1))
	case 3:
		x, _ := a.integer(depth - 1)
		if a.one(2) {
			return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"+", "-", "*"}), a.real(depth-1))
		}
		return fmt.Sprintf("(%s %s %s)", a.real(depth-1), pick(a, []string{"+", "-", "*"}), x)
	case 4:
		return fmt.Sprintf("(%s / %s)", a.real(depth-1), pick(a, []string{"2", "3.0", "-7", "0.1", "pi"}))
	case 5, 6:
		return fmt.Sprintf("%s(%s)", pick(a, []string{"sin", "cos", "arctan", "floor", "ceiling"}), a.real(depth-1))
	case 7:
		return fmt.Sprintf("%s(cos(%s))", pick(a, []string{"arcsin", "arccos", "exp", "tan"}), a.real(depth-1))
	case 8:
		x, _ := a.integer(depth - 1)
		return fmt.Sprintf("%s(%s)", typ{kind: float, width: pick(a, []int{0, 16, 32, 64})}, pick(a, []string{x, a.real(depth - 1), a.truth(depth - 1)}))
	case 9:
		return fmt.Sprintf("(-%s)", a.real(depth-1))
	case 10:
		return fmt.Sprintf("%s(%s)", pick(a, []string{"real", "imag"}), a.complex(typ{kind: complexes, width: 64}, depth-1))
	}
	if text, _, ok := a.call(func(t typ) bool { return t.kind == float }, depth); ok {
		return text
	}
	return fmt.Sprintf("sqrt(%s * 0.5 + 3)", pick(a, []string{"sin", "cos"})+"("+a.real(depth-1)+")")
}

// truth is an expression of type bool or bit.
func (a *author) truth(depth int) string {
	if depth <= 0 || a.one(5) {
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == boolean || v.typ.kind == bit }); ok && a.one(2) {
			return v.name + a.indices(v.typ.dims)
		}
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == bits }); ok && a.IntN(3) > 0 {
			return fmt.Sprintf("%s[%s]", v.name, a.index(v.typ.width))
		}
		return pick(a, []string{"true", "false"})
	}
	compare := pick(a, []string{"==", "!=", "<", "<=", ">", ">="})
	switch a.IntN(10) {
	case 0, 1, 2:
		x, _ := a.integer(depth - 1)
		y, _ := a.integer(depth - 1)
		return fmt.Sprintf("(%s %s %s)", x, compare, y)
	case 3:
		return fmt.Sprintf("(%s %s %s)", a.real(depth-1), compare, a.real(depth-1))
	case 4:
		n := 1 + a.IntN(5)
		return fmt.Sprintf("(%s %s %s)", a.register(n, depth-1), compare, a.register(n, depth-1))
	case 5:
		t := typ{kind: angle, width: a.width()}
		return fmt.Sprintf("(%s %s %s)", a.angle(t, depth-1), compare, a.angle(t, depth-1))
	case 6, 7:
		return fmt.Sprintf("(%s %s %s)", a.truth(depth-1), pick(a, []string{"&&", "||", "==", "!=", "&", "|", "^"}), a.truth(depth-1))
	case 8:
		if text, _, ok := a.call(func(t typ) bool { return t.kind == bit || t.kind == boolean }, depth); ok {
			return text
		}
	}
	return fmt.Sprintf("(!%s)", a.truth(depth-1))
}

// register is an expression of type bit[n].
func (a *author) register(n, depth int) string {
	if depth <= 0 || a.one(4) {
		if v, ok := a.find(func(v variable) bool { return v.typ.kind == bits && v.typ.width == n }); ok && a.IntN(3) > 0 {
			return v.name
		}
		if v, ok := a.find(func(v variable) bool {
			return v.typ.size() >= n && v.typ.width > 0 && len(v.typ.dims) == 0 && (v.typ.kind == bits || v.typ.integer() || v.typ.kind == angle)
		}); ok && a.IntN(4) > 0 {
			return fmt.Sprintf("%s[%s]", v.name, a.span(v.typ.size(), n))
		}
		digits := make([]byte, n)
		for i := range digits {
			digits[i] = "01"[a.IntN(2)]
		}
		return `"` + string(digits) + `"`
	}
	x := a.register(n, depth-1)
	switch a.IntN(7) {
	case 0:
		return fmt.Sprintf("(~%s)", x)
	case 1:
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"<<", ">>"}), a.distance(n))
	case 2:
		return fmt.Sprintf("%s(%s, %s)", pick(a, []string{"rotl", "rotr"}), x, pick(a, []string{"1", "2", "-1", "5"}))
	case 3:
		return fmt.Sprintf("bit[%d](%s)", n, a.exactly(typ{kind: pick(a, []kind{signed, unsigned, angle}), width: n}, depth-1))
	case 4:
		if text, _, ok := a.call(func(t typ) bool { return t.kind == bits && t.width == n }, depth); ok {
			return text
		}
	}
	return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"&", "|", "^"}), a.register(n, depth-1))
}

// angle is an expression of type t, which is an angle.
func (a *author) angle(t typ, depth int) string {
	v, ok := a.element(t)
	if depth <= 0 || a.one(4) {
		if ok && a.IntN(4) > 0 {
			return v
		}
		switch a.IntN(4) {
		case 0:
			if t.width > 0 && t.width < 70 {
				return fmt.Sprintf("%s(%s)", t, a.register(t.width, 0))
			}
		case 1:
			return fmt.Sprintf("%s(%s)", t, a.angle(typ{kind: angle, width: a.width()}, 0))
		}
		return fmt.Sprintf("%s(%s)", t, a.real(1))
	}
	x := a.angle(t, depth-1)
	u := typ{kind: unsigned, width: t.width}
	switch a.IntN(9) {
	case 0:
		return fmt.Sprintf("(%s * %s)", x, a.exactly(u, depth-1))
	case 1:
		return fmt.Sprintf("(%s * %s)", a.exactly(u, depth-1), x)
	case 2:
		if t.size() > 2 {
			return fmt.Sprintf("(%s / %s)", x, pick(a, []string{"2", "3", "1", "5"}))
		}
	case 3:
		return fmt.Sprintf("(-%s)", x)
	case 4:
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"<<", ">>"}), a.distance(t.size()))
	case 5:
		return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"&", "|", "^"}), a.angle(t, depth-1))
	case 6:
		return fmt.Sprintf("(~%s)", x)
	}
	return fmt.Sprintf("(%s %s %s)", x, pick(a, []string{"+", "-"}), a.angle(t, depth-1))
}

// complex is an expression that becomes a complex number.
func (a *author) complex(t typ, depth int) string {
	if depth <= 0 || a.one(4) {
		if v, ok := a.element(t); ok && a.one(2) {
			return v
		}
		return pick(a, []string{"2.0im", "(1.5 - 2im)", "(0.5 + 1.0im)", "(-3 + 0.25 im)", "1im"})
	}
	switch a.IntN(8) {
	case 0:
		return fmt.Sprintf("(%s / %s)", a.complex(t, depth-1), pick(a, []string{"(1.0 + 2im)", "2.0", "3im"}))
	case 1:
		return fmt.Sprintf("(%s ** 2)", a.complex(t, depth-1))
	case 2:
		return fmt.Sprintf("(%s * %s)", a.real(depth-1), a.complex(t, depth-1))
	case 3:
		return fmt.Sprintf("(-%s)", a.complex(t, depth-1))
	case 4:
		return fmt.Sprintf("%s(%s)", typ{kind: complexes, width: pick(a, []int{0, 32, 64})}, a.complex(t, depth-1))
	case 5:
		return fmt.Sprintf("%s(%s)", pick(a, []string{"sqrt"}), a.complex(t, depth-1))
	}
	return fmt.Sprintf("(%s %s %s)", a.complex(t, depth-1), pick(a, []string{"+", "-", "*"}), a.complex(t, depth-1))
}
