package sema

import (
	"strings"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// maxSuggested bounds the length of names that are compared: nobody mistypes a longer one.
const maxSuggested = 32

// suggest looks for a declared name close to s, as a hint.
func (c *Checker) suggest(s token.Symbol, fits func(token.Symbol) bool) string {
	best := newNearest(c.names.Text(s))
	for other := range token.Symbol(c.names.Len()) {
		if other != s && fits(other) {
			best.try(c.names.Text(other))
		}
	}
	return best.hint()
}

// suggestGate looks among the program's gates and the gate table.
func (c *Checker) suggestGate(s token.Symbol) string {
	best := newNearest(c.names.Text(s))
	for other := range token.Symbol(len(c.gates)) {
		if c.gates[other] != nil {
			best.try(c.names.Text(other))
		}
	}
	for i := range gate.All() {
		if row := &gate.All()[i]; row.Homes[gate.QASM2] == gate.Library {
			best.try(row.Name)
		}
	}
	return best.hint()
}

// nearest keeps the closest of the names tried.
type nearest struct {
	want, name string
	distance   int // in half changes: of two names as near, the one with the same first letter is meant
}

func newNearest(want string) nearest {
	// Half the length, and at most two changes: a name of one letter has no neighbours but itself in capitals.
	return nearest{want: want, distance: 2*min(len(want)/2, 2) + 2}
}

func (n *nearest) try(name string) {
	if len(n.want) > maxSuggested || len(name) > maxSuggested || name == "" {
		return
	}
	d := 2 * distance(n.want, name)
	if name[0] != n.want[0] {
		d++
	}
	switch {
	case strings.EqualFold(n.want, name):
		d = 0
	case len(n.want) <= 2 && (len(name) != len(n.want) || n.want[0] != name[len(name)-1]):
		return // of names this short only those with their letters exchanged are near
	}
	if d < n.distance {
		n.name, n.distance = name, d
	}
}

func (n *nearest) hint() string {
	if n.name == "" {
		return ""
	}
	return "did you mean `" + n.name + "`?"
}

// distance is the number of letters to insert, delete, replace or exchange with a neighbour to make b of a.
func distance(a, b string) int {
	var rows [3][maxSuggested + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, above, above2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], above2[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
