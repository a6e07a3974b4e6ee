package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

func parseText(text string, strict bool) (*ast.Program, *report.Reporter, *token.Names) {
	var set diag.Set
	src, _ := set.Add("test", []byte(text))
	rep, names := &report.Reporter{Strict: strict}, token.NewNames()
	return File(src, names, rep), rep, names
}

// show writes an expression with all its parentheses.
func show(e ast.Expr, names *token.Names) string {
	switch e := e.(type) {
	case *ast.Int:
		return fmt.Sprint(e.Value)
	case *ast.Float:
		return fmt.Sprint(e.Value)
	case *ast.Ident:
		return names.Text(e.Symbol)
	case *ast.Paren:
		return show(e.Inner, names)
	case *ast.Unary:
		return "(" + e.Op.String() + show(e.Inner, names) + ")"
	case *ast.Binary:
		return "(" + show(e.Left, names) + e.Op.String() + show(e.Right, names) + ")"
	case *ast.Index:
		return show(e.Base, names) + "[" + show(e.Index, names) + "]"
	case *ast.Cast:
		return e.Type.Kind.String() + "[" + show(e.Type.Size, names) + "](" + show(e.Value, names) + ")"
	case *ast.Function:
		var args []string
		for _, a := range e.Args {
			args = append(args, show(a, names))
		}
		return names.Text(e.Name.Symbol) + "(" + strings.Join(args, ",") + ")"
	}
	return "?"
}

func TestPrecedence(t *testing.T) {
	for text, want := range map[string]string{
		"1+2*3":        "(1+(2*3))",
		"1-2-3":        "((1-2)-3)",
		"8/4/2":        "((8/4)/2)",
		"2^3^2":        "(2^(3^2))",
		"-2^2":         "(-(2^2))",
		"2^-1":         "(2^(-1))",
		"2^-1^2":       "(2^(-(1^2)))",
		"-a*b":         "((-a)*b)",
		"a*-b+c":       "((a*(-b))+c)",
		"--1":          "(-(-1))",
		"-(1+2)*3":     "((-(1+2))*3)",
		"sin(pi/2)^2":  "(sin((pi/2))^2)",
		"1+2^3*4-5":    "((1+((2^3)*4))-5)",
		"f(1,g(2),3)":  "f(1,g(2),3)",
		"(((a)))+1.50": "(a+1.5)",
	} {
		prog, rep, names := parseText("OPENQASM 2.0;\nx("+text+") q;", true)
		if rep.HasErrors() || len(prog.Statements) != 2 {
			t.Errorf("%s: %v", text, rep.List())
			continue
		}
		if got := show(prog.Statements[1].(*ast.Call).Params[0], names); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
}

// TestRecovery holds how many statements are read, and how many errors are reported, around what is broken.
func TestRecovery(t *testing.T) {
	for _, test := range []struct {
		text               string
		statements, errors int
	}{
		{"qreg q[2]; creg c[2];", 3, 0},
		{"qreg q[2;\ncreg c[2];", 3, 1},
		{"qreg q[2 creg c[2];", 1, 1},
		{"qreg q[2]\ncreg c[2]\nh q[0]\ncx q[0],q[1];", 5, 3},
		{"h q[0] cx q[0],q[1]; x q[0];", 2, 1},
		{"gate g a { h a; b ] c; x a; } h q;", 3, 1},
		{"gate g a { h a; \nqreg q[1]; h q;", 3, 1},
		{"gate { h a; } h q;", 2, 1},
		{"gate g { h a; x a; } h q;", 2, 1},
		{"if (c=1) x q; h q;", 2, 1},
		{"x $ # q; h q;", 2, 1},
		{"} h q;", 2, 1},
		{"measure q -> ;\nreset q;", 2, 1},
		{"x(1, q; h q;", 2, 1},
	} {
		prog, rep, _ := parseText("OPENQASM 2.0; "+test.text, true)
		if read(prog) != test.statements || rep.Errors() != test.errors {
			t.Errorf("%q: %d statements and %d errors, want %d and %d: %v", test.text, read(prog), rep.Errors(), test.statements, test.errors, rep.List())
		}
	}
}

// TestWholeTree holds that a tree read whole keeps its nodes apart, through many growths of the parser's memory.
func TestWholeTree(t *testing.T) {
	const n = 1000
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "g(%d,%d.5) q[%d],r[%d];\n", i, i, i, i+1)
	}
	prog, rep, names := parseText("OPENQASM 2.0;"+b.String(), true)
	if rep.HasErrors() || len(prog.Statements) != n+1 {
		t.Fatalf("%d statements: %v", len(prog.Statements), rep.List())
	}
	for i, s := range prog.Statements[1:] {
		c := s.(*ast.Call)
		got := fmt.Sprintf("%s %s %s %s", show(c.Params[0], names), show(c.Params[1], names), show(c.Operands[0].Index, names), show(c.Operands[1].Index, names))
		if want := fmt.Sprintf("%d %d.5 %d %d", i, i, i, i+1); got != want {
			t.Fatalf("statement %d holds %q, want %q", i, got, want)
		}
	}
}

// TestSpans holds that each node spans its text.
func TestSpans(t *testing.T) {
	const text = "OPENQASM 2.0; if (c == 3)  x(1 + f(-2)) q[ 0 ], r ;"
	prog, _, _ := parseText(text, true)
	s := prog.Statements[1].(*ast.If)
	call := s.Body.(*ast.Call)
	for want, n := range map[string]ast.Node{
		"if (c == 3)  x(1 + f(-2)) q[ 0 ], r ;": s,
		"c == 3":                                s.Condition,
		"x(1 + f(-2)) q[ 0 ], r":                call,
		"1 + f(-2)":                             call.Params[0],
		"f(-2)":                                 call.Params[0].(*ast.Binary).Right,
		"q[ 0 ]":                                call.Operands[0],
		"0":                                     call.Operands[0].Index,
		"r":                                     call.Operands[1],
	} {
		if span := n.Span(); text[span.Start-1:span.End-1] != want {
			t.Errorf("span of %q is %q", want, text[span.Start-1:span.End-1])
		}
	}
}

func FuzzParser(f *testing.F) {
	for _, s := range []string{
		"OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\nmeasure q -> c;",
		"gate g(a,b) x,y { U(a/b,-a^2,sin(b)) x; barrier x,y; }", "opaque o(t) a;", "if(c==5) reset q[1];", "qubit[2] q;", "x(1+(2*3)) q[0],;",
		"OPENQASM 3.0;\nfor int i in [0:2:9] { ctrl(2) @ pow(.5) @ x q[i], r[{1, 2}]; }", "OPENQASM 3;\nlet a = b ++ c[0:1][2];\n@x y\ndelay[1.5 us];",
		"OPENQASM 3;\ncal { { } }\ndefcal x(angle a, 1) $0 -> bit { }\npragma p\n#pragma q", "OPENQASM 3;\nswitch (a) { case 1, 2 { } default { } }",
		"OPENQASM 3;\ndef f(readonly array[int[8], #dim = 1] a) -> complex[float] { return {1}; }\narray[int, 2] a = {1, {2}};\nb = durationof({ x q; });",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, strict bool) {
		prog, rep, _ := parseText(string(text), strict)
		for _, s := range prog.Statements {
			if span := s.Span(); span.Start < 1 || span.End < span.Start || int(span.End) > len(text)+1 {
				t.Fatalf("statement %T spans %v of %d bytes", s, span, len(text))
			}
		}
		for _, d := range rep.List() {
			if d.Span.Start < 1 || d.Span.End < d.Span.Start || int(d.Span.End) > len(text)+1 {
				t.Fatalf("diagnostic %v is outside the text of %d bytes", d, len(text))
			}
		}
	})
}

// read is how many statements of a program have no errors.
func read(prog *ast.Program) int {
	n := 0
	for _, s := range prog.Statements {
		if _, broken := s.(*ast.Broken); !broken {
			n++
		}
	}
	return n
}
