package qasm

import (
	"bytes"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// definition is where something is defined at the top of a source.
type definition struct {
	src   *diag.Source
	start diag.Pos // of the statement
	name  diag.Span
	tree  ast.Stmt // once it was asked for
}

// ahead finds definitions in the files that are being read, also behind the statement at hand. Each file is looked through once, when a
// name is not declared; what is wrong with it is said when it is read.
type ahead struct {
	l       *loader
	sources map[*diag.Source]bool
	found   map[token.Symbol]*definition
}

func newAhead(l *loader) *ahead {
	return &ahead{l: l, sources: map[*diag.Source]bool{}, found: map[token.Symbol]*definition{}}
}

// find implements compile.Ahead.
func (a *ahead) find(name token.Symbol) (ast.Stmt, diag.Span) {
	for _, src := range a.l.open {
		if !a.sources[src] {
			a.sources[src] = true
			a.look(src)
		}
	}
	d := a.found[name]
	if d == nil {
		return nil, diag.Span{}
	}
	if d.tree == nil {
		s := parse.New(d.src, a.l.names, &report.Reporter{}, parse.Options{Included: true, Major: 3, From: d.start}).Next()
		if nameOf(s).Span() == d.name {
			d.tree = s
		}
	}
	return d.tree, d.name
}

// nameOf is what a definition defines.
func nameOf(s ast.Stmt) ast.Name {
	switch s := s.(type) {
	case *ast.GateDef:
		return s.Name
	case *ast.Def:
		return s.Name
	case *ast.Extern:
		return s.Name
	case *ast.Declaration:
		return s.Name
	case *ast.Register:
		return s.Name
	}
	return ast.Name{}
}

// look notes the definitions at the top of a source.
func (a *ahead) look(src *diag.Source) {
	if !bytes.Contains(src.Text, []byte("gate ")) && !bytes.Contains(src.Text, []byte("def ")) && !bytes.Contains(src.Text, []byte("extern ")) {
		return
	}
	lex := token.NewLexer(src, a.l.names, &report.Reporter{})
	lex.V3 = true
	var t token.Token
	depth, first := 0, true // first: a statement begins
	for lex.Next(&t); t.Kind != token.EOF; lex.Next(&t) {
		begins := first
		first = false
		switch t.Kind {
		case token.LBrace:
			depth++
			first = true
		case token.RBrace:
			depth = max(depth-1, 0)
			first = true
		case token.Semicolon:
			first = true
		case token.HashPragma:
			lex.RestOfLine()
			first = true
		case token.At:
			if begins { // an annotation
				lex.RestOfLine()
				first = true
			}
		case token.Ident:
			if begins {
				first = a.statement(lex, src, t, depth == 0)
			}
		}
	}
}

// statement looks at the start of a statement: is it a definition? It reports whether another one begins behind what was read.
func (a *ahead) statement(lex *token.Lexer, src *diag.Source, t token.Token, top bool) bool {
	start := t.Start
	switch t.Symbol {
	case token.Pragma:
		lex.RestOfLine()
		return true
	case token.Cal, token.Defcal:
		for lex.Next(&t); t.Kind != token.LBrace && t.Kind != token.EOF; lex.Next(&t) {
		}
		lex.Calibration()
		lex.Next(&t)
		return true
	case token.Gate, token.Def, token.Extern:
		lex.Next(&t)
	case token.Const, token.QubitType, token.Qreg:
		depth := 0 // of the brackets of the type
		for lex.Next(&t); t.Kind == token.Ident && t.Symbol.IsReserved3() || t.Kind == token.LBracket || depth > 0 && t.Kind != token.EOF && t.Kind != token.Semicolon; lex.Next(&t) {
			switch t.Kind {
			case token.LBracket:
				depth++
			case token.RBracket:
				depth--
			}
		}
	default:
		return false
	}
	if t.Kind == token.Ident && top && a.found[t.Symbol] == nil {
		a.found[t.Symbol] = &definition{src: src, start: start, name: t.Span()}
	}
	return t.Kind == token.Semicolon
}
