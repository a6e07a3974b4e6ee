package program

import "slices"

// cells divide a frame into the ranges of slots that are always read and written together: what is known of a frame is known of
// each cell. A long array that is only indexed is one cell.
type cells struct {
	bounds []int32 // cell i is the slots bounds[i] … bounds[i+1]-1
}

func newCells(p *Program, f *Func, reported []Range) *cells {
	mark := map[int32]struct{}{0: {}, f.Frame: {}}
	add := func(r Range) {
		mark[r.First], mark[r.First+r.N] = struct{}{}, struct{}{}
	}
	add(Range{0, f.Params})
	add(Range{0, f.Results})
	for _, in := range p.Code[f.Entry:f.End] {
		p.Reads(in, add)
		p.Writes(in, func(r Range, _ bool) { add(r) })
		if in.Op == Call {
			callee := &p.Funcs[in.A]
			add(Range{in.B, callee.Params})
			add(Range{in.B, callee.Results})
		}
	}
	if f == &p.Funcs[0] {
		for _, r := range reported {
			add(r)
		}
	}
	c := &cells{}
	for b := range mark {
		c.bounds = append(c.bounds, b)
	}
	slices.Sort(c.bounds)
	return c
}

func (c *cells) len() int { return len(c.bounds) - 1 }

// each calls f with the cells of a range of slots that begins and ends at bounds of cells.
func (c *cells) each(r Range, f func(cell int)) {
	if r.N == 0 {
		return
	}
	i, _ := slices.BinarySearch(c.bounds, r.First)
	for ; c.bounds[i] < r.First+r.N; i++ {
		f(i)
	}
}

// size is how many slots a cell has.
func (c *cells) size(cell int) int32 { return c.bounds[cell+1] - c.bounds[cell] }
