package qcos_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestEveryMethodHasAnExample: what somebody meets in the documentation, they can copy.
func TestEveryMethodHasAnExample(t *testing.T) {
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	methods := 0
	for _, name := range []string{"client.go", "job.go", "keys.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			want := "func Example" + f.Name.Name + "()"
			if f.Recv != nil {
				want = "func Example" + f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name + "_" + f.Name.Name + "()"
			}
			methods++
			if !strings.Contains(string(examples), want) {
				t.Errorf("%s is missing", want)
			}
		}
	}
	if methods < 15 {
		t.Fatalf("%d methods only", methods)
	}
}
