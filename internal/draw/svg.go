package draw

import (
	"fmt"
	"html"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
)

// Sizes of the drawing, in pixels.
const (
	charWidth = 8  // of the font, about
	rowHeight = 44 // from wire to wire
	boxHeight = 30
	padding   = 16
)

// svgStyle is the look: ink and paper follow what the page around says, where it is embedded in one.
const svgStyle = `<style>
svg { background: #fff; color: #111; font: 14px ui-monospace, monospace }
line, rect, circle, path { stroke: currentColor; stroke-width: 1.4; fill: none }
.box { fill: #fff } .dot { fill: currentColor } .veil { stroke-dasharray: 3 3; stroke-width: 5; opacity: .4 }
text { fill: currentColor; text-anchor: middle; dominant-baseline: central } .name { text-anchor: end } .note { font-size: 11px }
</style>
`

// SVG draws a circuit as a picture, unfolded. It holds nothing that is fetched from elsewhere.
func SVG(c *circuit.Circuit, labels Labels) string {
	p := lay(c, labels)
	s := &sketch{picture: p}
	names := 0
	for _, w := range p.wires {
		names = max(names, len([]rune(w.name)))
	}
	s.left = padding + names*charWidth + 8
	s.top = padding + rowHeight/2
	if p.phase != "" {
		s.top += 20
	}
	right := s.left + padding
	for _, col := range p.columns {
		right += s.columnWidth(col)
	}
	height := s.top + len(p.wires)*rowHeight
	fmt.Fprintf(&s.out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"img\">\n%s", right+padding, height, svgStyle)
	s.wires(right)
	x := s.left + padding/2
	for _, col := range p.columns {
		w := s.columnWidth(col)
		for _, it := range col.items {
			s.item(it, x+w/2)
		}
		x += w
	}
	s.out.WriteString("</svg>\n")
	return s.out.String()
}

// sketch is an SVG being written.
type sketch struct {
	*picture
	out       strings.Builder
	left, top int
}

func (s *sketch) columnWidth(c column) int { return c.width*charWidth + 20 }

func (s *sketch) y(row int) int { return s.top + row*rowHeight }

func (s *sketch) wires(right int) {
	if s.phase != "" {
		fmt.Fprintf(&s.out, "<text x=\"%d\" y=\"%d\" style=\"text-anchor: start\">global phase: %s</text>\n", padding, padding, html.EscapeString(s.phase))
	}
	for row, w := range s.picture.wires {
		fmt.Fprintf(&s.out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", s.left-8, s.y(row), html.EscapeString(w.name))
		if w.classical {
			s.line(s.left, s.y(row)-2, right, s.y(row)-2)
			s.line(s.left, s.y(row)+2, right, s.y(row)+2)
		} else {
			s.line(s.left, s.y(row), right, s.y(row))
		}
	}
}

func (s *sketch) line(x1, y1, x2, y2 int) {
	fmt.Fprintf(&s.out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", x1, y1, x2, y2)
}

func (s *sketch) item(it item, x int) {
	if it.pieces[0].mark == veil {
		for _, p := range it.pieces {
			fmt.Fprintf(&s.out, "<line class=\"veil\" x1=\"%d\" y1=\"%d\" x2=\"%[1]d\" y2=\"%[3]d\"/>\n", x, s.y(p.row)-rowHeight/2, s.y(p.row)+rowHeight/2)
		}
		return
	}
	quantum := min(it.last, it.classicalFrom)
	if quantum > it.first {
		s.line(x, s.y(it.first), x, s.y(quantum))
	}
	if it.last > quantum {
		s.line(x-2, s.y(quantum), x-2, s.y(it.last))
		s.line(x+2, s.y(quantum), x+2, s.y(it.last))
	}
	for _, p := range it.pieces {
		s.piece(p, x)
	}
}

func (s *sketch) piece(p piece, x int) {
	y := s.y(p.row)
	switch p.mark {
	case dot:
		fmt.Fprintf(&s.out, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n", x, y)
	case ring:
		fmt.Fprintf(&s.out, "<circle class=\"box\" cx=\"%d\" cy=\"%d\" r=\"11\"/>\n<path d=\"M%[1]d %[3]dv22M%[4]d %[2]dh22\"/>\n", x, y, y-11, x-11)
	case cross:
		fmt.Fprintf(&s.out, "<path d=\"M%d %dl12 12m0 -12l-12 12\"/>\n", x-6, y-6)
	case outcome:
		fmt.Fprintf(&s.out, "<path class=\"dot\" d=\"M%d %dh10l-5 8z\"/>\n<text class=\"note\" x=\"%d\" y=\"%d\">%s</text>\n", x-5, y-9, x, y+13, html.EscapeString(p.label))
	case test:
		fmt.Fprintf(&s.out, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n<text class=\"note\" x=\"%[1]d\" y=\"%[3]d\">%[4]s</text>\n", x, y, y+13, html.EscapeString(p.label))
	default:
		w := (len([]rune(p.label))+2)*charWidth + 4
		fmt.Fprintf(&s.out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>\n<text x=\"%d\" y=\"%d\">%s</text>\n",
			x-w/2, y-boxHeight/2, w, boxHeight, x, y, html.EscapeString(p.label))
	}
}
