// Package author writes random, well-typed programs of OpenQASM 3 for tests, and makes those that show a fault short. A statement stands
// on a line of its own, a block between `{` at the end of a line and `}` at the beginning of another.
package author

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Program returns a program of about so many statements. It mostly ends, on its own or by an index out of range, and has at most four qubits.
func Program(r *rand.Rand, statements int) string {
	a := &author{Rand: r, scope: &scope{}}
	a.line("OPENQASM 3.0;")
	a.line(`include "stdgates.inc";`)
	a.prologue()
	for range statements {
		a.statement()
	}
	return a.text.String()
}

// kind is what a type is, apart from its width.
type kind int

const (
	boolean kind = iota
	bit
	bits
	signed
	unsigned
	float
	angle
	complexes
	kinds
)

// typ is a type; width 0 is none written. Of an array dims are its sizes.
type typ struct {
	kind  kind
	width int
	dims  []int
}

func (t typ) String() string {
	name := [...]string{"bool", "bit", "bit", "int", "uint", "float", "angle", "complex"}[t.kind]
	if t.width > 0 && t.kind != boolean && t.kind != bit {
		if t.kind == complexes {
			name = fmt.Sprintf("complex[float[%d]]", t.width)
		} else {
			name = fmt.Sprintf("%s[%d]", name, t.width)
		}
	}
	for i, d := range t.dims {
		if i == 0 {
			name = "array[" + name
		}
		name += fmt.Sprintf(", %d", d)
	}
	if len(t.dims) > 0 {
		name += "]"
	}
	return name
}

func (t typ) elem() typ { return typ{kind: t.kind, width: t.width} }

func (t typ) integer() bool { return t.kind == signed || t.kind == unsigned }

// size is the width that a type has.
func (t typ) size() int {
	switch {
	case t.kind == boolean || t.kind == bit:
		return 1
	case t.width == 0:
		return 64
	}
	return t.width
}

func (t typ) is(u typ) bool { return t.kind == u.kind && t.width == u.width }

// variable is a name of a value.
type variable struct {
	name  string
	typ   typ
	fixed bool // not to be assigned
	konst bool
	rank  bool // an array whose sizes are not known
}

// quantum is a name of qubits; ids tell apart which.
type quantum struct {
	name   string
	ids    []int
	single bool
}

// routine is a subroutine.
type routine struct {
	name    string
	params  []param
	returns *typ
}

type param struct {
	typ    typ
	qubits int // 0: a value; -1: a qubit; else a register
	access string
	rank   bool // `#dim`
}

// gateDef is a gate of the program.
type gateDef struct {
	name           string
	params, qubits int
}

// scope is what can be named.
type scope struct {
	vars   []variable
	qubits []quantum
}

type author struct {
	*rand.Rand
	text     strings.Builder
	scope    *scope
	gates    []gateDef
	routines []routine
	types    []typ // that occurred
	depth    int
	loops    int // around the statement
	names    int
	measured int // roughly, how many outcomes there will be
	inDef    *routine
	global   bool
	ids      int
	upward   bool // ranges go up in steps of one
	outer    int  // how many of the scope's variables belong to outer scopes
}

func (a *author) line(format string, args ...any) {
	a.text.WriteString(strings.Repeat("  ", a.depth))
	fmt.Fprintf(&a.text, format, args...)
	a.text.WriteString("\n")
}

func (a *author) one(n int) bool { return a.IntN(n) == 0 }

func (a *author) name(prefix string) string {
	a.names++
	return fmt.Sprintf("%s%d", prefix, a.names)
}

func pick[T any](a *author, list []T) T { return list[a.IntN(len(list))] }

var widths = []int{1, 2, 3, 4, 7, 8, 8, 16, 31, 32, 33, 63, 64, 65, 65, 100, 128, 128, 0, 0}

func (a *author) width() int { return pick(a, widths) }

// typ is a random type of a scalar or a register, often one that occurred: values of one type meet.
func (a *author) typ() typ {
	if len(a.types) > 0 && a.one(2) {
		return pick(a, a.types)
	}
	t := a.newType()
	a.types = append(a.types, t)
	return t
}

func (a *author) newType() typ {
	switch k := kind(a.IntN(int(kinds) + 3)); k {
	case boolean, bit:
		return typ{kind: k}
	case bits:
		return typ{kind: bits, width: 1 + a.IntN(6) + a.IntN(2)*a.IntN(70) + a.IntN(2)*a.IntN(2)*64}
	case float:
		return typ{kind: float, width: pick(a, []int{16, 32, 64, 0})}
	case complexes:
		return typ{kind: complexes, width: pick(a, []int{32, 64, 0})}
	case angle:
		return typ{kind: angle, width: a.width()}
	case signed:
		return typ{kind: signed, width: a.width()}
	default:
		return typ{kind: pick(a, []kind{signed, unsigned, unsigned}), width: a.width()}
	}
}

// arrayType is the type of a small array.
func (a *author) arrayType() typ {
	t := a.typ()
	for t.kind == bit || t.kind == bits {
		t = a.typ()
	}
	for range 1 + a.IntN(2) + a.IntN(2)*a.IntN(2) {
		t.dims = append(t.dims, 1+a.IntN(4))
	}
	return t
}

// block writes statements in a scope of their own.
func (a *author) block(n int, declare ...variable) {
	outer := *a.scope
	global, hidden := a.global, a.outer
	a.global, a.outer = false, len(outer.vars)
	a.scope = &scope{vars: append(append([]variable(nil), outer.vars...), declare...), qubits: append([]quantum(nil), outer.qubits...)}
	a.depth++
	for range n {
		a.statement()
	}
	a.depth--
	a.scope, a.global, a.outer = &outer, global, hidden
}

// find is a random variable that passes; false: there is none.
func (a *author) find(ok func(v variable) bool) (variable, bool) {
	var list []variable
	seen := map[string]bool{}
	for i := len(a.scope.vars) - 1; i >= 0; i-- {
		v := a.scope.vars[i]
		if !seen[v.name] && ok(v) {
			list = append(list, v)
		}
		seen[v.name] = true
	}
	if len(list) == 0 {
		return variable{}, false
	}
	return pick(a, list), true
}
