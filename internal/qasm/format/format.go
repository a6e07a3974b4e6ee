// Package format lays OpenQASM programs out in one canonical way. Only blanks and line ends change: every token and every comment
// stays, so the tree of the result is that of the source. It knows the grammar through package parse and no names.
//
// Statements stand on lines of their own, two blanks deeper in each block. Line ends within a statement stay where a list or an
// operator is broken, single empty lines between statements too.
package format

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Result is the outcome of Source.
type Result struct {
	Text        []byte    // nil where Diagnostics has errors
	Sources     *diag.Set // what the positions of Diagnostics refer to
	Diagnostics diag.List // of the grammar: errors, and what the default mode accepts with a warning
}

// Source formats a program. Included files are not looked at.
func Source(name string, text []byte) Result {
	var set diag.Set
	rep := &report.Reporter{}
	src, err := set.Add(name, text)
	if err != nil {
		rep.Error(diag.Span{}, "source_too_large", "", "%v", err)
		return Result{nil, &set, rep.List()}
	}
	p := &printer{names: token.NewNames(), opaque: map[diag.Pos]construct{}}
	v3 := p.survey(src, rep)
	if rep.HasErrors() {
		return Result{nil, &set, rep.List()}
	}
	p.lex = token.NewLexer(src, p.names, rep)
	p.lex.V3, p.lex.KeepComments = v3, true
	p.src = src
	p.out.Grow(len(text) + len(text)/8)
	p.all()
	return Result{p.out.Bytes(), &set, rep.List()}
}

// construct is what begins at a token and is not cut into tokens as the rest is.
type construct uint8

const (
	line        construct = iota + 1 // a pragma or an annotation: up to the end of its line
	calibration                      // cal or defcal: the braces hold another language
)

// survey parses the source and notes where constructs begin. It reports whether the source is OpenQASM 3.
func (p *printer) survey(src *diag.Source, rep *report.Reporter) (v3 bool) {
	parser := parse.New(src, p.names, rep, parse.Options{Reuse: true})
	note := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Pragma, *ast.Cal, *ast.Defcal:
			p.opaque[n.Span().Start] = calibration
			if _, ok := n.(*ast.Pragma); ok {
				p.opaque[n.Span().Start] = line
			}
		case *ast.Annotated:
			for _, a := range n.Annotations {
				p.opaque[a.Start] = line
			}
		case ast.Expr:
			_, nests := n.(*ast.DurationOf)
			return nests || mayHoldBlock(n)
		}
		return true
	}
	for s := parser.Next(); s != nil; s = parser.Next() {
		if parser.Major() == 3 { // version 2 has no such constructs
			ast.Walk(s, note)
		}
	}
	return parser.Major() == 3
}

// mayHoldBlock spares the walk through literals and names.
func mayHoldBlock(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Int, *ast.Float, *ast.Ident, *ast.Timing, *ast.BitString:
		return false
	}
	return true
}
