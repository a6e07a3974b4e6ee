package emit

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Obstacle names what keeps a valid program from being a circuit, and where it stands in the text: what decides at run time which
// operations happen. It goes by the text alone, so it is a likely cause rather than a proof.
func Obstacle(text []byte) (what string, at diag.Pos) {
	var set diag.Set
	what = "values that are computed while the program runs"
	src, err := set.Add("", text)
	if err != nil {
		return what, 0
	}
	parser := parse.New(src, token.NewNames(), &report.Reporter{}, parse.Options{Reuse: true})
	rank := 0
	note := func(n ast.Node) bool {
		if name, r := obstacle(n); r > rank {
			what, at, rank = name, n.Span().Start, r
		}
		_, isExpr := n.(ast.Expr)
		return !isExpr
	}
	for s := parser.Next(); s != nil; s = parser.Next() {
		ast.Walk(s, note)
	}
	return what, at
}

// obstacle is the name of a statement that may be one, and how likely it is.
func obstacle(n ast.Node) (string, int) {
	switch n := n.(type) {
	case *ast.While:
		return "a `while` loop", 6
	case *ast.Switch:
		return "a `switch`", 5
	case *ast.If:
		return "an `if` whose condition is more than a comparison of one register with a number", 4
	case *ast.Def:
		return "a subroutine whose value is used while the program runs", 3
	case *ast.Declaration:
		if _, measured := n.Value.(*ast.Measurement); n.Type.Kind == ast.TypeBit && n.Value != nil && !measured {
			return "a bit register that begins with a value", 2
		}
	case *ast.Assign:
		return "an assignment that happens while the program runs", 1
	}
	return "", 0
}
