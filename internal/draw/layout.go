// Package draw draws circuits: wires from left to right, as text (Text) or as SVG. It lays out what the circuit holds (layout), and
// knows no source text and no terminal; how wide the drawing may be is told.
package draw

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// MaxOps bounds what is drawn: nobody reads more.
const MaxOps = 100_000

// mark is how an operation shows on one wire.
type mark uint8

const (
	box     mark = iota // with a label
	dot                 // a control
	ring                // the target of a controlled x
	cross               // of a swap
	outcome             // where a measurement meets its register
	test                // where a condition meets its register
	veil                // a barrier
)

// piece is a mark on a wire.
type piece struct {
	row   int
	mark  mark
	label string
}

// width is how many characters a piece takes: a box has a frame and a blank on either side.
func (x piece) width() int {
	n := len([]rune(x.label))
	if x.mark == box {
		return n + 4
	}
	return max(n, 1)
}

// item is an operation in a column: its pieces, and the line that joins them.
type item struct {
	pieces        []piece
	first, last   int // rows that it covers
	classicalFrom int // the row from which the line is a double one; after last: nowhere
}

// column is items side by side from top to bottom.
type column struct {
	items []item
	width int // of the widest piece, in characters
}

// wire is a row of the drawing.
type wire struct {
	name      string
	classical bool
}

// picture is a circuit laid out.
type picture struct {
	wires   []wire
	columns []column
	phase   string // of the whole, "" where there is none
	busy    []int  // first free column of each wire
}

// Labels are texts for operations whose names or parameters the circuit does not say, by their place in it.
type Labels map[int]Label

// Label is what stands for the name of a gate and for its parameters, where they are not "".
type Label struct {
	Name   string
	Params []string
	Hidden bool // the operation is not drawn
}

// lay lays a circuit out: each operation as far left as it can stand.
func lay(c *circuit.Circuit, labels Labels) *picture {
	p := &picture{}
	for _, r := range c.Qregs {
		for i := range r.Size {
			p.wires = append(p.wires, wire{name: element(r, i)})
		}
	}
	registers := map[string]int{}
	for _, r := range c.Cregs {
		registers[r.Name] = len(p.wires)
		p.wires = append(p.wires, wire{fmt.Sprintf("%s %d/", r.Name, r.Size), true})
	}
	p.busy = make([]int, len(p.wires))
	b := builder{c, p, registers, Label{}}
	for i, op := range c.Ops {
		if b.label = labels[i]; !b.label.Hidden {
			b.op(op)
		}
	}
	if phi := math.Remainder(c.GlobalPhase, 2*math.Pi); math.Abs(phi) > 1e-11 {
		p.phase = angle(phi)
	}
	return p
}

func element(r circuit.Register, i int) string {
	if r.Size == 1 {
		return r.Name
	}
	return fmt.Sprintf("%s[%d]", r.Name, i)
}

// builder makes items of operations.
type builder struct {
	circuit   *circuit.Circuit
	picture   *picture
	registers map[string]int // rows of the classical registers
	label     Label          // of the operation at hand
}

func (b *builder) op(op circuit.Op) {
	qubits := b.circuit.Qubits(op)
	var it item
	switch op.Kind {
	case circuit.Gate:
		it.pieces = b.gate(op, qubits)
	case circuit.Measure:
		it.pieces = []piece{{int(qubits[0]), box, "M"}}
		if op.Clbit() != circuit.NoClbit {
			r, i := register(b.circuit.Cregs, op.Clbit())
			it.pieces = append(it.pieces, piece{b.registers[r.Name], outcome, strconv.Itoa(i)})
		}
	case circuit.Reset:
		it.pieces = []piece{{int(qubits[0]), box, "|0⟩"}}
	case circuit.Barrier:
		it.pieces = b.barrier(qubits)
	default:
		return
	}
	if len(it.pieces) == 0 {
		return
	}
	if op.If != 0 {
		it.pieces = append(it.pieces, b.condition(b.circuit.Condition(op.If)))
	}
	b.picture.place(it)
}

// register is the register that holds a clbit, and the clbit's place in it.
func register(list []circuit.Register, bit circuit.Clbit) (circuit.Register, int) {
	for _, r := range list {
		if r.First <= bit && int(bit) < int(r.First)+r.Size {
			return r, int(bit - r.First)
		}
	}
	return circuit.Register{}, 0
}

func (b *builder) gate(op circuit.Op, qubits []circuit.Qubit) []piece {
	controls, targets := qubits[:op.Controls], qubits[op.Controls:]
	var list []piece
	for _, q := range controls {
		list = append(list, piece{int(q), dot, ""})
	}
	label := b.name(op)
	switch {
	case b.label.Name != "":
		for _, q := range targets {
			list = append(list, piece{int(q), box, label})
		}
	case op.Gate == gate.GPhase && len(list) > 0: // the phase of the controls stands at the last of them
		list[len(list)-1] = piece{int(controls[len(controls)-1]), box, "p(" + b.params(op)[0] + ")"}
	case op.Gate == gate.GPhase:
		list = append(list, piece{0, box, label})
	case op.Gate == gate.X && len(controls) > 0:
		list = append(list, piece{int(targets[0]), ring, ""})
	case op.Gate == gate.Z && len(controls) > 0:
		list = append(list, piece{int(targets[0]), dot, ""})
	case op.Gate == gate.Swap:
		list = append(list, piece{int(targets[0]), cross, ""}, piece{int(targets[1]), cross, ""})
	case len(targets) == 1:
		list = append(list, piece{int(targets[0]), box, label})
	default:
		for i, q := range targets {
			list = append(list, piece{int(q), box, strconv.Itoa(i) + " " + label})
		}
	}
	return list
}

// name is a gate with its parameters.
func (b *builder) name(op circuit.Op) string {
	switch {
	case b.label.Name != "":
		return b.label.Name
	case op.Gate == gate.Unitary:
		return "unitary"
	}
	if texts := b.params(op); len(texts) > 0 {
		return op.Gate.String() + "(" + strings.Join(texts, ", ") + ")"
	}
	return op.Gate.String()
}

// params are the parameters of a gate for people.
func (b *builder) params(op circuit.Op) []string {
	var texts []string
	for i, v := range b.circuit.Params(op) {
		text := angle(v)
		if i < len(b.label.Params) && b.label.Params[i] != "" {
			text = b.label.Params[i]
		}
		texts = append(texts, text)
	}
	return texts
}

// angle is a parameter for people: a fraction of π, or three digits behind the point.
func angle(v float64) string {
	for _, n := range []int{1, 2, 3, 4, 6, 8, 16, 32} {
		k := math.Round(v * float64(n) / math.Pi)
		if k == 0 || math.Abs(k) > 32 || math.Abs(k*math.Pi/float64(n)-v) > 1e-12 {
			continue
		}
		text := "π"
		switch k {
		case -1:
			text = "-π"
		case 1:
		default:
			text = fmt.Sprintf("%gπ", k)
		}
		if n > 1 {
			text += fmt.Sprintf("/%d", n)
		}
		return text
	}
	if v != 0 && (math.Abs(v) < 1e-3 || math.Abs(v) >= 1e4) {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

func (b *builder) barrier(qubits []circuit.Qubit) []piece {
	var list []piece
	for _, q := range qubits {
		list = append(list, piece{int(q), veil, ""})
	}
	if len(qubits) == 0 {
		for q := range b.circuit.NumQubits {
			list = append(list, piece{q, veil, ""})
		}
	}
	return list
}

func (b *builder) condition(c circuit.Condition) piece {
	r, i := register(b.circuit.Cregs, c.First)
	operator := "="
	if c.Negate {
		operator = "≠"
	}
	where := ""
	switch {
	case c.Width == r.Size:
	case c.Width == 1:
		where = fmt.Sprintf("[%d]", i)
	default:
		where = fmt.Sprintf("[%d:%d]", i, i+c.Width-1)
	}
	value := "…"
	if words := c.Value.Words(); len(words) == 0 {
		value = "0"
	} else if c.Value.Len() <= 24 {
		value = strconv.FormatUint(words[0], 10)
	}
	return piece{b.registers[r.Name], test, where + operator + value}
}

// place puts an item into the leftmost column where all wires that it covers are free, and everything left of it too.
func (p *picture) place(it item) {
	it.first, it.last = it.pieces[0].row, it.pieces[0].row
	it.classicalFrom = len(p.wires)
	quantum := 0
	for _, x := range it.pieces {
		it.first, it.last = min(it.first, x.row), max(it.last, x.row)
		if !p.wires[x.row].classical {
			quantum = max(quantum, x.row)
		}
	}
	if p.wires[it.last].classical {
		it.classicalFrom = quantum
	}
	at := 0
	for row := it.first; row <= it.last; row++ {
		at = max(at, p.busy[row])
	}
	for len(p.columns) <= at {
		p.columns = append(p.columns, column{})
	}
	col := &p.columns[at]
	col.items = append(col.items, it)
	for _, x := range it.pieces {
		col.width = max(col.width, x.width())
	}
	for row := it.first; row <= it.last; row++ {
		p.busy[row] = at + 1
	}
}
