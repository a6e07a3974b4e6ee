package draw

import (
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
)

// Text draws a circuit with characters, folded into parts of at most width columns where it is wider; 0 folds nowhere. A column that
// is wider alone stands alone. The result ends with a line end.
func Text(c *circuit.Circuit, labels Labels, width int) string {
	p := lay(c, labels)
	var b strings.Builder
	if p.phase != "" {
		b.WriteString("global phase: " + p.phase + "\n")
	}
	if len(p.wires) == 0 {
		return b.String()
	}
	names := p.names()
	for from := 0; ; {
		to := p.fold(from, width-len([]rune(names[0])))
		if from > 0 {
			b.WriteByte('\n')
		}
		p.part(&b, names, p.columns[from:to])
		if from = to; from >= len(p.columns) {
			return b.String()
		}
	}
}

// names are the wires' names, all equally long.
func (p *picture) names() []string {
	widest := 0
	for _, w := range p.wires {
		widest = max(widest, len([]rune(w.name)))
	}
	list := make([]string, len(p.wires))
	for i, w := range p.wires {
		list[i] = strings.Repeat(" ", widest-len([]rune(w.name))) + w.name + " "
	}
	return list
}

// margin is how much wire a column has beside its widest piece.
const margin = 2

// fold is the column behind the last that fits.
func (p *picture) fold(from, room int) int {
	to, used := from, 1
	for to < len(p.columns) && (room <= 0 || to == from || used+p.columns[to].width+margin <= room) {
		used += p.columns[to].width + margin
		to++
	}
	return to
}

// canvas is characters in lines; there are two lines a wire, the first above it, and one more below the last.
type canvas [][]rune

// part draws some columns.
func (p *picture) part(b *strings.Builder, names []string, columns []column) {
	indent, total := len([]rune(names[0])), 1
	for _, c := range columns {
		total += c.width + margin
	}
	cv := make(canvas, 2*len(p.wires)+1)
	for y := range cv {
		cv[y] = []rune(strings.Repeat(" ", indent+total))
	}
	for row, w := range p.wires {
		copy(cv[line(row)], []rune(names[row]))
		for x := indent; x < indent+total; x++ {
			cv[line(row)][x] = wireRune(w.classical)
		}
	}
	x := indent
	for _, c := range columns {
		for _, it := range c.items {
			p.item(cv, it, x, c.width)
		}
		x += c.width + margin
	}
	for _, l := range cv {
		if text := strings.TrimRight(string(l), " "); text != "" {
			b.WriteString(text + "\n")
		}
	}
}

// line is the line of a wire.
func line(row int) int { return 2*row + 1 }

func wireRune(classical bool) rune {
	if classical {
		return '═'
	}
	return '─'
}

// item draws an operation in a column that begins at x and has labels of that width.
func (p *picture) item(cv canvas, it item, x, width int) {
	center := x + margin/2 + width/2
	if it.pieces[0].mark == veil {
		for _, piece := range it.pieces {
			y := line(piece.row)
			cv[y][center] = '░'
			if y > 1 {
				cv[y-1][center] = '░'
			}
		}
		return
	}
	p.spine(cv, it, center)
	for _, piece := range it.pieces {
		p.piece(cv, piece, it, center)
	}
}

// spine draws the line that joins the pieces.
func (p *picture) spine(cv canvas, it item, center int) {
	for y := line(it.first) + 1; y < line(it.last); y++ {
		classical := y > line(it.classicalFrom)
		r := '│'
		if classical {
			r = '║'
		}
		if y%2 == 1 {
			r = crossing(p.wires[y/2].classical, classical)
		}
		cv[y][center] = r
	}
}

// crossing is a line that crosses a wire which has no part in it.
func crossing(wire, line bool) rune {
	switch {
	case wire && line:
		return '╬'
	case wire:
		return '╪'
	case line:
		return '╫'
	}
	return '┼'
}

func (p *picture) piece(cv canvas, piece piece, it item, center int) {
	y := line(piece.row)
	switch piece.mark {
	case dot:
		cv[y][center] = '●'
	case ring:
		cv[y][center] = '⊕'
	case cross:
		cv[y][center] = '╳'
	case outcome, test:
		cv[y][center] = '╩'
		if piece.mark == test {
			cv[y][center] = '●'
		}
		write(cv[y+1], center-len([]rune(piece.label))/2, piece.label)
	default:
		p.box(cv, piece, it, center)
	}
}

// box draws a frame around a label, with the joints where the line goes on.
func (p *picture) box(cv canvas, piece piece, it item, center int) {
	label := []rune(" " + piece.label + " ")
	left := center - len(label)/2 - 1
	right := left + len(label) + 1
	y := line(piece.row)
	for x := left + 1; x < right; x++ {
		merge(cv[y-1], x, '─')
		merge(cv[y+1], x, '─')
		cv[y][x] = label[x-left-1]
	}
	merge(cv[y-1], left, '┌')
	merge(cv[y-1], right, '┐')
	merge(cv[y+1], left, '└')
	merge(cv[y+1], right, '┘')
	cv[y][left], cv[y][right] = '┤', '├'
	if piece.row > it.first {
		cv[y-1][center] = '┴'
	}
	if piece.row < it.last {
		cv[y+1][center] = '┬'
		if piece.row >= it.classicalFrom {
			cv[y+1][center] = '╥'
		}
	}
}

// merge draws a part of a frame over what is there: frames one above the other share a line.
func merge(l []rune, x int, r rune) {
	switch l[x] {
	case '└':
		if r == '┌' {
			r = '├'
		} else if r == '─' {
			r = '┴'
		}
	case '┘':
		if r == '┐' {
			r = '┤'
		} else if r == '─' {
			r = '┴'
		}
	case '─':
		switch r {
		case '┌', '┐':
			r = '┬'
		case '└', '┘':
			r = '┴'
		}
	}
	l[x] = r
}

func write(l []rune, x int, text string) {
	for i, r := range []rune(text) {
		if at := x + i; at >= 0 && at < len(l) {
			l[at] = r
		}
	}
}
