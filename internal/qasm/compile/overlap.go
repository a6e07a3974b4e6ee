package compile

import (
	"slices"

	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
)

// distinctArrays reports parts of one array that a subroutine may write by more than one name. What only the run can tell of lists, it tells;
// what it could tell of more dimensions at great cost alone is not looked at, as the specification allows.
func (c *Compiler) distinctArrays(d *def, list []argument) bool {
	for j := range list {
		for i := range j {
			if !writes(&d.params[i]) || !writes(&d.params[j]) {
				continue
			}
			a, b := list[i].o.arr, list[j].o.arr
			if a.base != b.base || a.ref != b.ref {
				continue
			}
			overlap, known := overlapping(a, b)
			if overlap {
				c.rep.Error(list[j].at, "overlapping_arrays", "give it a copy: another array with the same value", "the subroutine `%s` may write %s and %s, and is given parts of one array that overlap", d.name, c.name(d.params[i].name.Symbol), c.name(d.params[j].name.Symbol))
				return false
			}
			if !known {
				c.at = list[j].at.Start
				c.checkApart(a, b)
			}
		}
	}
	return true
}

func writes(p *defParam) bool { return p.array && p.access == ast.Mutable }

// maxCompared is up to how many elements are compared one by one.
const maxCompared = 1 << 16

// overlapping reports whether two parts of one array have an element in common, and whether that is known now.
func overlapping(a, b *view) (overlap, known bool) {
	if a.offset == b.offset && slices.Equal(a.dims, b.dims) {
		sizes, static := a.sizes()
		return !static || !slices.Contains(sizes, 0), true
	}
	one, okA := a.elements()
	other, okB := b.elements()
	if !okA || !okB {
		return false, false
	}
	seen := make(map[int64]bool, len(one))
	for _, at := range one {
		seen[at] = true
	}
	return slices.ContainsFunc(other, func(at int64) bool { return seen[at] }), true
}

// elements are the places of a part's elements; false where they are not known, or very many.
func (v *view) elements() ([]int64, bool) {
	if !v.offset.static() {
		return nil, false
	}
	places := []int64{v.offset.v}
	for _, d := range v.dims {
		if !d.size.static() || !d.stride.static() || d.size.v*int64(len(places)) > maxCompared {
			return nil, false
		}
		next := make([]int64, 0, d.size.v*int64(len(places)))
		for _, at := range places {
			for k := range d.size.v {
				next = append(next, at+k*d.stride.v)
			}
		}
		places = next
	}
	return places, true
}

// checkApart ends the run where two lists with equal distances of their elements meet: a's element k is b's first, for a k that is neither
// behind a's last nor so far in front of a's first that b ends before it.
func (c *Compiler) checkApart(a, b *view) {
	if len(a.dims) != 1 || len(b.dims) != 1 || a.dims[0].stride != b.dims[0].stride {
		return
	}
	stride, apart := c.slotOf(a.dims[0].stride), c.fn.label()
	na, nb := c.slotOf(a.dims[0].size), c.slotOf(b.dims[0].size)
	k, rest := c.temp(1), c.temp(1)
	c.jump(program.JumpLeI, apart, na, c.zero())
	c.jump(program.JumpLeI, apart, nb, c.zero())
	c.emit(program.SubI, 64, k, c.slotOf(b.offset), c.slotOf(a.offset))
	c.emit(program.RemI, 64, rest, k, stride)
	c.jump(program.JumpNe, apart, rest, c.zero())
	c.emit(program.DivI, 64, k, k, stride)
	c.jump(program.JumpLeI, apart, na, k)
	c.emit(program.AddI, 64, rest, k, nb)
	c.jump(program.JumpLeI, apart, rest, c.zero())
	c.fail("a subroutine is given overlapping parts of one array, both of which it may write")
	c.fn.place(apart)
}
