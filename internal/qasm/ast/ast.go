// Package ast is the tree of an OpenQASM program, one for versions 2 and 3: statements and expressions, each with its place in the
// source. It holds what was written, before any name is looked up. A Program holds a whole tree; reading a long program, the parser
// hands out one statement at a time and reuses its memory (see Arena).
//
// Names are symbols of a token.Names. The keywords that the tree holds as names, such as `gphase` of a Call, are symbols too.
package ast

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Node is any part of the tree.
type Node interface{ Span() diag.Span }

// Stmt is a statement. The sum is closed over this package and grows with the language.
type Stmt interface {
	Node
	stmt()
}

// Expr is an expression. The sum is closed over this package and grows with the language.
type Expr interface {
	Node
	expr()
}

// At is where a node stands, for embedding.
type At diag.Span

// Span implements Node.
func (a At) Span() diag.Span { return diag.Span(a) }

// Name is a name where it occurs.
type Name struct {
	At
	Symbol token.Symbol
}

// Operand is what a quantum operation acts on or an assignment writes to: a name, all of it or what an index takes of it. A physical
// qubit such as `$3` is a name with that text; see token.Names.Hardware.
type Operand struct {
	At
	Name  Name
	Index Expr // nil: all of it. See Items for what else than one element it may take, and Chain for `a[1][2]`.
}

// Program is the whole of one source.
type Program struct {
	Statements []Stmt
}

// Items are the parts of the contents of one pair of brackets: of `[i, j:k]` an expression and a Range. A Set is one part.
func Items(index Expr) []Expr {
	if l, ok := index.(*IndexList); ok {
		return l.Items
	}
	return []Expr{index}
}

// Links are the contents of each pair of brackets of an Operand's index, in order: of `[1][2]` there are two, of nil none.
func Links(index Expr) []Expr {
	switch c := index.(type) {
	case nil:
		return nil
	case *Chain:
		return c.Links
	}
	return []Expr{index}
}
