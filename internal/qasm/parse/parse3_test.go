package parse

import (
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm/ast"
)

// tree parses one statement of OpenQASM 3 in strict mode and writes its tree.
func tree(t *testing.T, text string) string {
	t.Helper()
	prog, rep, names := parseText("OPENQASM 3.0;\n"+text, true)
	if rep.HasErrors() || len(prog.Statements) != 2 {
		t.Errorf("%s: %d statements: %v", text, len(prog.Statements), rep.List())
		return ""
	}
	return ast.Text(prog.Statements[1], names)
}

func TestPrecedence3(t *testing.T) {
	for text, want := range map[string]string{
		"1 + 2 * 3":            "(1+(2*3))",
		"a ** b ** c":          "(a**(b**c))",
		"-a ** b":              "(-(a**b))",
		"a ** -b ** c":         "(a**(-(b**c)))",
		"a ** -b * c":          "((a**(-b))*c)",
		"!a == b":              "((!a)==b)",
		"a & b == c":           "(a&(b==c))",
		"a | b ^ c & d":        "(a|(b^(c&d)))",
		"a || b && c | d":      "(a||(b&&(c|d)))",
		"a << 1 + 2":           "(a<<(1+2))",
		"a < b << c":           "(a<(b<<c))",
		"a < b == c > d":       "((a<b)==(c>d))",
		"a - b - c":            "((a-b)-c)",
		"a % b / c":            "((a%b)/c)",
		"~a[0] + -b[1][2]":     "((~a[0])+(-b[1][2]))",
		"f(x)[0] ** 2":         "(f(x)[0]**2)",
		"int[8](a)[0] + 1":     "(int[8](a)[0]+1)",
		"a < b < c":            "((a<b)<c)",
		"a != b & c":           "((a!=b)&c)",
		"- - a":                "(-(-a))",
		"(a + b) * c":          "((a+b)*c)",
		"a[b++c]":              "",
		"a ++":                 "",
		"a * (b, c)":           "",
		"sin(a + 1) * cos(-b)": "(sin((a+1))*cos((-b)))",
	} {
		prog, rep, names := parseText("OPENQASM 3.0;\nx = "+text+";", true)
		if want == "" {
			if !rep.HasErrors() {
				t.Errorf("%s is accepted", text)
			}
			continue
		}
		if rep.HasErrors() || len(prog.Statements) != 2 {
			t.Errorf("%s: %v", text, rep.List())
			continue
		}
		if got := show(prog.Statements[1].(*ast.Assign).Value, names); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
}

// TestTrees3 holds the tree of each kind of statement and expression, written down in testdata/qasm/trees.txt.
func TestTrees3(t *testing.T) {
	for _, text := range []string{
		"qubit q;",
		"qubit[n + 1] q;",
		"qreg q[4];",
		"creg c;",
		"bit[4] c = \"01_10\";",
		"const uint[8] n = 0xFF;",
		"input angle[16] a;",
		"output bool b;",
		"complex[float[32]] z = 1.5im;",
		"array[int[8], 2, 3] a = {{1, 2, 3}, {4, 5, 6,}};",
		"duration d = 100ns + 2 us + 1.5µs + 3dt;",
		"let a = q[0:2:6] ++ r[{1, 3}] ++ s;",
		"a[0:1, 2][3] += b[i][:, -1];",
		"x $0;",
		"ctrl(2) @ negctrl @ inv @ pow(1/2) @ rx(pi) a, b[0], c[1:2], d;",
		"gphase(pi/2);",
		"ctrl @ gphase(pi) q;",
		"h[100ns] q;",
		"rx(a)[2dt] q[0];",
		"c = measure q;",
		"c[0] = measure q[0];",
		"measure q -> c;",
		"measure q;",
		"bit b = measure q[i];",
		"c |= measure q;",
		"if (c == 1) x q; else if (!b) { y q; } else { }",
		"for uint i in [0:n - 1] { h q[i]; }",
		"for int i in {1, 2} x q[i];",
		"for bit b in c { }",
		"while (i < 10) { i += 1; break; continue; end; }",
		"switch (i) { case 1, 2 { x q; } default { } }",
		"def f(int[8] a, qubit[2] q, creg c[2], readonly array[int[8], #dim = 2] m, mutable array[bit, 2] n) -> bit { return measure q[0]; }",
		"extern f(int[8], creg[2], readonly array[bit, 3]) -> float;",
		"gate g(a, b) p, q { U(a, b, 0) p; ctrl @ x p, q; }",
		"delay[d] q, $1;",
		"delay[10s];",
		"box[1ms] { nop q; barrier; }",
		"cal { play { a } \n}",
		"defcal measure $0 -> bit { x }",
		"defcal rz(angle[20] t, pi/2) q { }",
		"defcalgrammar \"openpulse\";",
		"pragma braket noise bit_flip(0.1) q",
		"#pragma x",
		"@a.b c d\n@e\nx q;",
		"f(1, 2);",
		"b = f(1) q;",
		"f(1) q -> b;",
		"d = durationof({ x q; });",
		"x = 340282366920938463463374607431768211456;",
		"x = 1_000 + 0b1_0 + 0o17 + .5 + 5. + 1e3 + 1_0.2_5e+1_0;",
		"{ x q; { } }",
		"int[8](x);",
		"return;",
		"include \"a.inc\";",
	} {
		got := tree(t, text)
		if want := goldenTree(t, text, got); got != want {
			t.Errorf("%s is read as\n%s\nwant\n%s", text, got, want)
		}
	}
}

// TestRefused3 holds the message for what is not in the grammar, and that the rest is read.
func TestRefused3(t *testing.T) {
	for text, want := range map[string]string{
		"if (a = 1) { x q; }":              "expected `)` after the condition, found `=`",
		"for (int i = 0; i < 3; i++) x q;": "expected the type of the loop's variable, found `(`",
		"for int i in [0, 1] x q;":         "expected `:` and the end of the range, found `,`",
		"for int i in 0:3 { x q; }":        "expected a range in brackets",
		"qubit q[4];":                      "the size stands behind the type, not behind the name",
		"bit c[4] = \"0011\";":             "the size stands behind the type, not behind the name",
		"int a, b;":                        "expected `;` or `=` after the variable's name, found `,`",
		"x q r;":                           "expected `,` or `;` after the operand, found `r`",
		"x $0[1];":                         "expected no index behind a physical qubit, found `[`",
		"x 0;":                             "expected a qubit or register that the gate acts on, found `0`",
		"i++;":                             "expected the gate's operands, or `=` and a value, found `++`",
		"a = b ? c : d;":                   "expected `;` after the value, found `?`",
		"elif (a) { }":                     "`elif` is not a word of OpenQASM 3",
		"else { }":                         "expected a statement, found the reserved word `else`",
		"ctrl x q, r;":                     "expected `@` after the modifier `ctrl`, found `x`",
		"pow @ x q;":                       "expected `(` and the exponent after `pow`, found `@`",
		"gphase pi;":                       "expected `(` and the phase after `gphase`, found `pi`",
		"measure q, r;":                    "expected `->` or `;` after what is measured, found `,`",
		"a = measure q + 1;":               "expected `;` after the measurement, found `+`",
		"def f(a) { }":                     "expected the parameter's type, found `a`",
		"def f(array[int, 2] a) { }":       "expected `readonly` or `mutable` before the array, found the reserved word `array`",
		"extern f(int a);":                 "expected `,` or `)` after the type, found `a`",
		"gate g(angle a) q { }":            "expected a name for a parameter of the gate, found the reserved word `angle`",
		"opaque g q;":                      "`opaque` is not a word of OpenQASM 3",
		"const array[int, 2] a = {1, 2};":  "expected a scalar type after `const`, found the reserved word `array`",
		"bool[2] b;":                       "the type `bool` has no size",
		"let = a;":                         "expected the alias' name, found `=`",
		"x q[];":                           "expected an index or a range, found `]`",
		"b = \"012\";":                     "`2` cannot stand in a string of bits",
		"@ x\ny q;":                        "expected a name right behind the `@` of an annotation",
		"@a\n{ }":                          "expected a statement after the annotation, found `{`",
		"cal { {":                          "this brace is not closed",
		"case 1 { }":                       "expected a statement, found the reserved word `case`",
		"delay q;":                         "expected `[` and the duration after `delay`, found `q`",
		"int in = 1;":                      "expected the variable's name, found the reserved word `in`",
		"while () { }":                     "expected a value in the parentheses after `while`, found `)`",
		"if (a) ;":                         "expected a statement or a block as the body of the condition, found `;`",
		"x q":                              "expected `;` after the gate's operands",
		"{ x q;":                           "expected `}` at the end of the block, found the end of the file",
		"a = 0b12;":                        "`0b12` is neither a number nor a name",
		"qubit q = 1;":                     "expected `;` after the qubits' name, found `=`",
		"return 1, 2;":                     "expected `;` after the value, found `,`",
		"include stdgates;":                "expected a file name in double quotes after `include`, found `stdgates`",
	} {
		_, rep, _ := parseText("OPENQASM 3.0;\n"+text, true)
		if list := rep.List(); len(list) == 0 || !strings.HasPrefix(list[0].Message, want) {
			t.Errorf("%s: want %q: %v", text, want, list)
		}
	}
}

// TestRecovery3 holds how many statements are read, and how many errors are reported, around what is broken.
func TestRecovery3(t *testing.T) {
	for _, test := range []struct {
		text               string
		statements, errors int
	}{
		{"qubit q\nbit c\nx q\nc = measure q;", 5, 3},
		{"if (a b) { x q; y q; } else { z q; }\nh q;", 2, 1},
		{"for int i in [0:] 1 { x q; }\nh q;", 2, 1},
		{"def f( { x q; }\nh q;", 2, 1},
		{"{ x; 1 2; y q; }\nh q;", 3, 1},
		{"while (1) { x q }\nh q;", 3, 1},
		{"switch (a) { case { } }\nh q;", 3, 1},
		{"gate g q { x q y; z q; }\nh q;", 3, 1},
		{"}\nh q;", 2, 1},
		{"int int = 1;\nx q;", 2, 1},
		{"if (a) { if (b) { x; } }\n} h q;", 3, 1},
	} {
		prog, rep, _ := parseText("OPENQASM 3.0; "+test.text, true)
		if read(prog) != test.statements || rep.Errors() != test.errors {
			t.Errorf("%q: %d statements and %d errors, want %d and %d: %v", test.text, read(prog), rep.Errors(), test.statements, test.errors, rep.List())
		}
	}
}

// TestDeep3 holds that what nests without end gets one message, soon.
func TestDeep3(t *testing.T) {
	const n = 1_000_000
	for _, text := range []string{
		"x = " + strings.Repeat("(", n), "x = " + strings.Repeat("-", n) + "1;", "x = " + strings.Repeat("a[", n), strings.Repeat("{", n),
		strings.Repeat("if (a) ", n) + "x q;", strings.Repeat("while (a) {", n), "x = " + strings.Repeat("durationof({", n),
		"array[int, 1] a = " + strings.Repeat("{", n), "x = 1" + strings.Repeat("+1", n) + ";", "x = 1" + strings.Repeat("**1", n) + ";",
		"int[" + strings.Repeat("int[1](", n), strings.Repeat("@a\n", n) + "{", "x = " + strings.Repeat("f(", n), strings.Repeat("if (a) x q; else ", n) + "x q;",
		"x = q" + strings.Repeat("[0]", n) + ";", "x q" + strings.Repeat("[0]", n) + ";", strings.Repeat("box { ", n), "x = " + strings.Repeat("~", n),
		strings.Repeat("switch (a) { case 1 {", n),
	} {
		_, rep, _ := parseText("OPENQASM 3.0;\n"+text, true)
		if strings.HasPrefix(text, "x q[0]") { // links of a chain do not nest
			continue
		}
		if list := rep.List(); len(list) != 1 {
			t.Errorf("%.30s…: %d messages, want one: %v", text, len(list), list[:min(3, len(list))])
		}
	}
}
