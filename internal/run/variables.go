package run

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/value"
)

// MaxJoint is how many entries Report.Joint has.
const MaxJoint = 4096

// Variable is a classical variable of the program with the values that it had at the end.
type Variable struct {
	Name   string
	Type   string // as the language spells it
	Values []Value
}

// Value is a value with how often it came.
type Value struct {
	JSON any // ready for encoding/json; see program.Type.JSON
	N    int
}

// Assignment is values of all variables together, in the order of Report.Variables, with how often they came.
type Assignment struct {
	Values []any
	N      int
}

// words is the value of a variable, or of all of them, with how often it came.
type words struct {
	w []uint64
	n int
}

// tally counts values by their words.
type tally struct {
	at   map[string]int
	list []words
}

func (t *tally) add(w []uint64, n int) {
	key := make([]byte, 0, 8*len(w))
	for _, x := range w {
		key = binary.LittleEndian.AppendUint64(key, x)
	}
	if t.at == nil {
		t.at = map[string]int{}
	}
	i, ok := t.at[string(key)]
	if !ok {
		i = len(t.list)
		t.at[string(key)] = i
		t.list = append(t.list, words{w: slices.Clone(w)})
	}
	t.list[i].n += n
}

// sorted is the values by falling count, ties by value.
func (t *tally) sorted() []words {
	slices.SortFunc(t.list, func(a, b words) int { return cmp.Or(cmp.Compare(b.n, a.n), slices.Compare(a.w, b.w)) })
	return t.list
}

// varsOf are the variables of a workload. A program of OpenQASM 2 has its registers.
func varsOf(w Workload) []program.Var {
	if w.Program != nil {
		return w.Program.Vars
	}
	var vars []program.Var
	for _, r := range w.Circuit.Cregs {
		vars = append(vars, program.Var{Name: r.Name, Type: program.Type{Elem: value.BitsOf(r.Size)}})
	}
	return vars
}

// variables fills in what is reported of variables, from outcomes and how often they came.
func (j *job) variables(r *Report, outcomes []outcome) {
	vars := varsOf(j.work)
	single, joint := make([]tally, len(vars)), tally{}
	for _, o := range outcomes {
		var all []uint64
		for i, v := range vars {
			w := j.valueOf(i, v, o)
			single[i].add(w, o.n)
			all = append(all, w...)
		}
		joint.add(all, o.n)
	}
	r.Variables = make([]Variable, 0, len(vars))
	for i, v := range vars {
		out := Variable{Name: v.Name, Type: v.Type.String()}
		for _, x := range single[i].sorted() {
			out.Values = append(out.Values, Value{v.Type.JSON(x.w), x.n})
		}
		r.Variables = append(r.Variables, out)
	}
	r.Joint = []Assignment{}
	for _, x := range joint.sorted()[:min(MaxJoint, len(joint.list))] {
		a := Assignment{N: x.n}
		for _, v := range vars {
			n := v.Type.Words()
			a.Values = append(a.Values, v.Type.JSON(x.w[:n]))
			x.w = x.w[n:]
		}
		r.Joint = append(r.Joint, a)
	}
}

// valueOf is the words of variable i in an outcome.
func (j *job) valueOf(i int, v program.Var, o outcome) []uint64 {
	if j.work.Program == nil {
		reg := circuit.Register(j.work.Circuit.Cregs[i])
		w := o.bits.Slice(int(reg.First), reg.Size).Words()
		return append(slices.Clone(w), make([]uint64, v.Type.Words()-len(w))...)
	}
	at := j.reading.layout.Place(v.Slot)
	return o.read.words[at : at+v.Type.Words()]
}
