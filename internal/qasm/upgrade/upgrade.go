// Package upgrade turns the text of an OpenQASM 2 program into OpenQASM 3 and keeps its shape: definitions, names, comments and order.
// It rewrites what the versions spell differently, and phases too: where a gate of one name differs by a phase, the program gets a
// definition of the old one. What it makes is read back and compared with the circuit of the old text, so that it is right or nothing;
// but for conditions, which the reader simplifies: those are rewritten value by value.
package upgrade

import (
	"bytes"
	"math/big"
	"sort"
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/emit"
	"github.com/softquantus/qcos/internal/qasm/format"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// maxCompared bounds the circuits that are compared, in operations; what is larger is not upgraded.
const maxCompared = 1_000_000

// Source is the program in OpenQASM 3, or false where its shape cannot be kept, which emit.Source of its circuit does not mind.
// The program must be valid, and c its circuit.
func Source(name string, text []byte, c *circuit.Circuit) ([]byte, bool) {
	if len(c.Ops) > maxCompared {
		return nil, false
	}
	u, ok := rewrite(text)
	if !ok {
		return nil, false
	}
	laid := format.Source(name, u)
	if laid.Text == nil || comments(laid.Text) < comments(text) || !same(name, laid.Text, c) {
		return nil, false
	}
	return laid.Text, true
}

// comments counts the comments of a text: one within a statement that is written anew would be lost.
func comments(text []byte) int {
	var set diag.Set
	src, err := set.Add("", text)
	if err != nil {
		return 0
	}
	l := token.NewLexer(src, token.NewNames(), &report.Reporter{})
	l.Quiet, l.KeepComments = true, true
	var t token.Token
	for l.Next(&t); t.Kind != token.EOF; l.Next(&t) {
	}
	return len(l.Comments)
}

// same reports whether a program of OpenQASM 3 is a circuit, by what both are when written out.
func same(name string, text []byte, c *circuit.Circuit) bool {
	p := qasm.Load(name, text, qasm.Options{Strict: true})
	if p.Circuit == nil {
		return false
	}
	d, err := emit.Plain(p.Circuit, p.Program)
	if err != nil {
		return false
	}
	return emit.Same(c, d)
}

// rewriter makes the edits of one program.
type rewriter struct {
	names   *token.Names
	text    []byte
	edits   []edit
	sizes   map[token.Symbol]int // of the classical registers
	own     map[token.Symbol]bool
	renamed map[token.Symbol]string
	needed  map[string]bool // gates that the program needs a definition of
	failed  bool
}

// edit replaces a part of the text.
type edit struct {
	from, to diag.Pos
	text     string
}

const base = 1 // position of the first byte of a text that stands alone

// rewrite edits a program.
func rewrite(text []byte) ([]byte, bool) {
	r, list := read(text)
	after := r.head(list)
	for _, s := range list {
		r.statement(s)
	}
	prelude, ok := r.prelude()
	if r.failed || !ok || r.needed[oldU] && r.own[r.names.Symbol([]byte(oldU))] {
		return nil, false
	}
	r.edit(after, after, prelude)
	return r.apply(), true
}

// read parses a program of OpenQASM 2 and notes its declarations.
func read(text []byte) (*rewriter, []ast.Stmt) {
	r := &rewriter{
		names: token.NewNames(), text: text, sizes: map[token.Symbol]int{}, own: map[token.Symbol]bool{}, renamed: map[token.Symbol]string{}, needed: map[string]bool{},
	}
	var set diag.Set
	src, err := set.Add("", text)
	if err != nil {
		r.failed = true
		return r, nil
	}
	rep := &report.Reporter{}
	parser := parse.New(src, r.names, rep, parse.Options{Major: 2, Included: true})
	var list []ast.Stmt
	for s := parser.Next(); s != nil; s = parser.Next() {
		list = append(list, s)
	}
	r.failed = rep.HasErrors()
	r.declarations(list)
	return r, list
}

func (r *rewriter) edit(from, to diag.Pos, text string) {
	r.edits = append(r.edits, edit{from, to, text})
}

func (r *rewriter) apply() []byte {
	sort.SliceStable(r.edits, func(i, j int) bool { // what is put in comes before what is replaced
		a, b := r.edits[i], r.edits[j]
		return a.from < b.from || a.from == b.from && a.to == a.from && b.to > b.from
	})
	var out bytes.Buffer
	at := diag.Pos(base)
	for _, e := range r.edits {
		if e.from < at {
			continue // within a part that was replaced
		}
		out.Write(r.text[at-base : e.from-base])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(r.text[at-base:])
	return out.Bytes()
}

// source is the text of a span.
func (r *rewriter) source(s diag.Span) string { return string(r.text[s.Start-base : s.End-base]) }

// head edits version and library, and says where definitions may be put.
func (r *rewriter) head(list []ast.Stmt) diag.Pos {
	at := diag.Pos(base)
	version, library := false, false
	for _, s := range list {
		switch s := s.(type) {
		case *ast.Version:
			r.edit(s.Start, s.End, "OPENQASM 3.0")
			version = true
			at = max(at, r.behind(s.End))
		case *ast.Include:
			if s.Path != "qelib1.inc" || library {
				r.failed = true
				continue
			}
			r.edit(s.PathAt.Start, s.PathAt.End, `"stdgates.inc"`)
			library = true
			at = r.behind(s.End)
		}
	}
	if !version {
		r.edit(base, base, "OPENQASM 3.0;\n")
	}
	if !library {
		r.edit(at, at, "\ninclude \"stdgates.inc\";\n")
	}
	return at
}

// behind is the place behind the semicolon that follows.
func (r *rewriter) behind(p diag.Pos) diag.Pos {
	n := bytes.IndexByte(r.text[p-base:], ';')
	if n < 0 {
		r.failed = true
		return p
	}
	return p + diag.Pos(n) + 1
}

// declarations notes what the program declares, and finds names that OpenQASM 3 does not allow.
func (r *rewriter) declarations(list []ast.Stmt) {
	declare := func(n ast.Name) {
		if text := r.names.Text(n.Symbol); emit.Reserved3(text) && r.renamed[n.Symbol] == "" {
			for text += "_"; r.known(text); text += "_" {
			}
			r.renamed[n.Symbol] = text
		}
	}
	for _, s := range list {
		switch s := s.(type) {
		case *ast.Register:
			declare(s.Name)
			if size, ok := s.Size.(*ast.Int); ok && !s.Quantum && size.Fits {
				r.sizes[s.Name.Symbol] = int(size.Value)
			}
		case *ast.GateDef:
			row, isGate := gate.Lookup(r.names.Text(s.Name.Symbol))
			if s.Opaque || isGate && row.Homes[gate.QASM3] != gate.Absent && row.Homes[gate.QASM3] != gate.Extra {
				r.failed = true // a gate of the library that is defined again
			}
			r.own[s.Name.Symbol] = true
			if !isGate {
				declare(s.Name)
			}
			for _, n := range append(append([]ast.Name{}, s.Params...), s.Qubits...) {
				declare(n)
			}
		}
	}
}

// known reports whether the program has a name.
func (r *rewriter) known(text string) bool {
	n := r.names.Len()
	return int(r.names.Symbol([]byte(text))) < n
}

func (r *rewriter) name(n ast.Name) {
	if to := r.renamed[n.Symbol]; to != "" {
		r.edit(n.Start, n.End, to)
	}
}

func (r *rewriter) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Register:
		word := "bit"
		if s.Quantum {
			word = "qubit"
		}
		r.edit(s.Start, s.End, word+"["+r.source(s.Size.Span())+"] "+r.operandText(ast.Operand{At: s.Name.At, Name: s.Name}))
	case *ast.GateDef:
		r.name(s.Name)
		for _, n := range append(append([]ast.Name{}, s.Params...), s.Qubits...) {
			r.name(n)
		}
		for _, b := range s.Body {
			r.statement(b)
		}
	case *ast.Call:
		r.call(s)
	case *ast.Measure:
		r.edit(s.Start, s.End, r.operandText(s.Bits)+" = measure "+r.operandText(s.Qubits))
	case *ast.Reset:
		r.name(s.Qubits.Name)
	case *ast.Barrier:
		for _, o := range s.Operands {
			r.name(o.Name)
		}
	case *ast.If:
		r.condition(s)
		r.statement(s.Body)
	}
}

// operandText is an operand with its new name.
func (r *rewriter) operandText(o ast.Operand) string {
	text := r.source(o.Span())
	if to := r.renamed[o.Name.Symbol]; to != "" {
		text = to + text[o.Name.End-o.Name.Start:]
	}
	return text
}

// condition compares bits with bits.
func (r *rewriter) condition(s *ast.If) {
	b, isBinary := s.Condition.(*ast.Binary)
	if !isBinary {
		r.failed = true
		return
	}
	left, isName := b.Left.(*ast.Ident)
	right, isInt := b.Right.(*ast.Int)
	if _, barrier := s.Body.(*ast.Barrier); !isName || !isInt || barrier {
		r.failed = true
		return
	}
	value, _ := new(big.Int).SetString(r.source(right.Span()), 10)
	size := r.sizes[left.Symbol]
	if value == nil || value.BitLen() > size || size == 0 {
		r.failed = true // never true
		return
	}
	digits := value.Text(2)
	r.edit(right.Start, right.End, strconv.Quote(strings.Repeat("0", max(0, size-len(digits)))+digits))
	r.name(ast.Name{At: left.At, Symbol: left.Symbol})
}
