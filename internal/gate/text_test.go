package gate

import (
	"fmt"
	"math"
	"math/cmplx"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// This file evaluates gate definitions as library files write them, so that the table can be compared with texts: calls with
// arithmetic in their parameters and, for OpenQASM 3, the modifiers ctrl, inv and pow(0.5).

// definition is "gate name(params) qubits { body }".
type definition struct {
	params, qubits []string
	body           string
}

// meaning returns the whole matrix of a gate on its operands, operand 0 lowest.
type meaning func(name string, params []float64) []complex128

var gatePattern = regexp.MustCompile(`gate\s+(\w+)\s*(?:\(([^)]*)\))?\s*([^{]*)\{([^}]*)\}`)

func readLibrary(text string) map[string]definition {
	text = regexp.MustCompile(`//[^\n]*`).ReplaceAllString(text, "")
	out := map[string]definition{}
	for _, m := range gatePattern.FindAllStringSubmatch(text, -1) {
		out[m[1]] = definition{params: fields(m[2]), qubits: fields(m[3]), body: m[4]}
	}
	return out
}

func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// matrix multiplies the calls of a body.
func (d definition) matrix(params []float64, calls meaning) []complex128 {
	values := map[string]float64{"pi": math.Pi, "π": math.Pi}
	for i, name := range d.params {
		values[name] = params[i]
	}
	n := len(d.qubits)
	out := identity(1 << n)
	for _, statement := range strings.Split(d.body, ";") {
		if statement = strings.TrimSpace(statement); statement == "" {
			continue
		}
		m, operands := call(statement, values, calls)
		var places []int
		for _, q := range operands {
			places = append(places, slices.Index(d.qubits, q))
		}
		out = Mul(embed(m, places, n), out)
	}
	return out
}

// call evaluates "modifier @ … name(params) operands".
func call(s string, values map[string]float64, calls meaning) ([]complex128, []string) {
	if head, rest, found := strings.Cut(s, "@"); found {
		m, operands := call(strings.TrimSpace(rest), values, calls)
		switch strings.TrimSpace(head) {
		case "ctrl":
			return Controlled(m), operands
		case "inv":
			return Adjoint(m), operands
		case "pow(0.5)":
			return squareRoot(m), operands
		}
		panic(fmt.Sprintf("modifier %q", head))
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
	name, rest := s[:end], strings.TrimSpace(s[end:])
	var params []float64
	if strings.HasPrefix(rest, "(") {
		e := &expression{s: []rune(rest), at: 1, values: values}
		params = e.list()
		rest = string(e.s[e.at:])
	}
	return calls(name, params), fields(rest)
}

// squareRoot is the principal root of a 2×2 unitary, by the theorem of Cayley and Hamilton.
func squareRoot(m []complex128) []complex128 {
	d := cmplx.Sqrt(m[0]*m[3] - m[1]*m[2])
	s := cmplx.Sqrt(m[0] + m[3] + 2*d)
	return []complex128{(m[0] + d) / s, m[1] / s, m[2] / s, (m[3] + d) / s}
}

// embed extends m on the given bits to n bits.
func embed(m []complex128, places []int, n int) []complex128 {
	size, small := 1<<n, Dim(m)
	out := make([]complex128, size*size)
	for col := range size {
		inner, rest := 0, col
		for b, p := range places {
			inner |= col >> p & 1 << b
			rest &^= 1 << p
		}
		for row := range small {
			to := rest
			for b, p := range places {
				to |= row >> b & 1 << p
			}
			out[to*size+col] = m[row*small+inner]
		}
	}
	return out
}

func identity(n int) []complex128 {
	m := make([]complex128, n*n)
	for i := range n {
		m[i*n+i] = 1
	}
	return m
}

// expression is a parser of sums and products in parentheses.
type expression struct {
	s      []rune
	at     int
	values map[string]float64
}

func (e *expression) peek() rune {
	for e.at < len(e.s) && unicode.IsSpace(e.s[e.at]) {
		e.at++
	}
	if e.at == len(e.s) {
		return 0
	}
	return e.s[e.at]
}

func (e *expression) take(r rune) bool {
	if e.peek() != r {
		return false
	}
	e.at++
	return true
}

// list reads expressions up to and with the closing parenthesis.
func (e *expression) list() []float64 {
	var out []float64
	for !e.take(')') {
		out = append(out, e.sum())
		e.take(',')
	}
	return out
}

func (e *expression) sum() float64 {
	x := e.product()
	for {
		switch {
		case e.take('+'):
			x += e.product()
		case e.take('-'):
			x -= e.product()
		default:
			return x
		}
	}
}

func (e *expression) product() float64 {
	x := e.operand()
	for {
		switch {
		case e.take('*'):
			x *= e.operand()
		case e.take('/'):
			x /= e.operand()
		default:
			return x
		}
	}
}

func (e *expression) operand() float64 {
	if e.take('-') {
		return -e.operand()
	}
	if e.take('(') {
		x := e.sum()
		e.take(')')
		return x
	}
	e.peek()
	start := e.at
	for e.at < len(e.s) && (unicode.IsLetter(e.s[e.at]) || unicode.IsDigit(e.s[e.at]) || e.s[e.at] == '.') {
		e.at++
	}
	word := string(e.s[start:e.at])
	if x, ok := e.values[word]; ok {
		return x
	}
	x, err := strconv.ParseFloat(word, 64)
	if err != nil {
		panic(fmt.Sprintf("expression %q: %v", string(e.s), err))
	}
	return x
}
