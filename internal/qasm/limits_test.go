package qasm

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const head = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n"

// doubling defines gates each of which applies the one before it twice, and applies the last.
func doubling(body string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sgate g0 a { %s }\n", head, body)
	for i := range n {
		fmt.Fprintf(&b, "gate g%d a { g%d a; g%d a; }\n", i+1, i, i)
	}
	return fmt.Sprintf("%sqreg q[1];\ng%d q[0];\n", b.String(), n)
}

// chain defines n gates on top of each other and applies the last.
func chain(n int) string {
	var b strings.Builder
	b.WriteString(head + "qreg q[1];\ngate g0 a { x a; }\n")
	for i := range n {
		fmt.Fprintf(&b, "gate g%d a { g%d a; }\n", i+1, i)
	}
	return fmt.Sprintf("%sg%d q[0];\n", b.String(), n)
}

// TestHostile gives texts made to take all memory, all stack or all time. Each has an outcome, most a reason; that it comes soon shows
// in the test's own running time.
func TestHostile(t *testing.T) {
	rep := strings.Repeat
	for _, test := range []struct{ name, text, code string }{
		{"parentheses", head + "qreg q[1]; rx(" + rep("(", 1e6) + "1" + rep(")", 1e6) + ") q;", "too_deep"},
		{"open parentheses", head + "qreg q[1]; rx(" + rep("(", 1e6), "too_deep"},
		{"signs", head + "qreg q[1]; rx(" + rep("-", 1e6) + "1) q;", "too_deep"},
		{"sum", head + "qreg q[1]; rx(1" + rep("+1", 1e6) + ") q;", "too_deep"},
		{"powers", head + "qreg q[1]; rx(1" + rep("^1", 1e6) + ") q;", "too_deep"},
		{"functions", head + "qreg q[1]; rx(" + rep("sin(", 1e6) + "1) q;", "too_deep"},
		{"fairly deep", head + "qreg q[1]; rx(" + rep("(", 9000) + "1" + rep(")", 9000) + ") q;", ""},
		{"long sum", head + "qreg q[1]; rx(1" + rep("+1", 9000) + ") q;", ""},
		{"one name", rep("x", 1e7), "unexpected_end"},
		{"one invalid line", "OPENQASM 2.0;" + rep("h q ", 2.5e6), "unexpected_token"},
		{"semicolons", "OPENQASM 2.0" + rep(";", 1e7), ""},
		{"zero bytes", rep("\x00", 1e7), "not_text"},
		{"garbage", rep("\x01\xff\x80\x02", 2.5e6), "not_text"},
		{"late garbage", head + rep(" ", 1e5) + rep("\x01\xff\x80\x02", 1e6), "invalid_character"},
		{"utf-16", "\xff\xfeO\x00P\x00", "not_text"},
		{"digits of a condition", head + "creg c[2]; qreg q[1]; if(c==" + rep("9", 1e7) + ") x q;", ""},
		{"digits of a wide condition", head + "creg c[100000]; qreg q[1]; if(c==" + rep("9", 1e7) + ") x q;", "number_too_large"},
		{"digits of a parameter", head + "qreg q[1]; rx(" + rep("9", 1e6) + ") q;", "number_too_large"},
		{"digits of a fraction", head + "qreg q[1]; rx(0." + rep("9", 1e6) + ") q;", ""},
		{"large exponent", head + "qreg q[1]; rx(1.0e999999999999) q;", "number_too_large"},
		{"small exponent", head + "qreg q[1]; rx(1.0e-999999999999) q;", ""},
		{"digits of a size", "OPENQASM 2.0; qreg q[" + rep("9", 1e6) + "];", "register_too_large"},
		{"sizes together", "OPENQASM 2.0; qreg q[4294967290]; qreg r[5];", "register_too_large"},
		{"broadcast", head + "qreg q[1000000000]; x q;", "too_many_operations"},
		{"wide barrier", head + "qreg q[1000000000]; barrier q;", "too_many_operations"},
		{"wide register", head + "qreg q[1000000000]; creg c[1000000000]; x q[999999999];", ""},
		{"doubling", doubling("x a;", 200), "too_many_operations"},
		{"doubling nothing", doubling("", 200), "too_many_operations"},
		{"doubling barriers", doubling("barrier a;", 200), "too_many_operations"},
		{"chain", chain(20000), "too_deep"},
		{"fair chain", chain(9000), ""},
		{"braces", "OPENQASM 2.0; gate g a {" + rep("{", 1e6), "unexpected_token"},
		{"comments", "OPENQASM 2.0;" + rep("/**/", 1e6), ""},
		{"many operands", head + "qreg q[3]; x " + rep("q[0],", 1e6) + "q[1];", "wrong_operands"},
		{"empty", "", ""},
		{"blank", " \n\t// nothing\n", ""},
	} {
		p := Load(test.name, []byte(test.text), Options{})
		code := ""
		for _, d := range p.Diagnostics {
			if code == "" && d.Severity == 0 {
				code = d.Code
			}
		}
		if code != test.code || (p.Circuit == nil) != (code != "") {
			t.Errorf("%s: %q, want %q:\n%s", test.name, code, test.code, rendered(p))
		}
		if len(p.Diagnostics) > 75 {
			t.Errorf("%s: %d diagnostics", test.name, len(p.Diagnostics))
		}
	}
}

// TestHostile3 is TestHostile for OpenQASM 3.
func TestHostile3(t *testing.T) {
	rep := strings.Repeat
	const head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\ngate none a {}\n"
	stacked := func(n int, mods string) string { // gates on top of each other
		var b strings.Builder
		b.WriteString("gate g0 a { x a; rx(1) a; }\n")
		for i := range n {
			fmt.Fprintf(&b, "gate g%d a { %s g%d a; }\n", i+1, mods, i)
		}
		return fmt.Sprintf("%sg%d q[0];", b.String(), n)
	}
	for _, test := range []struct{ name, text, code string }{
		{"inverses", rep("inv @ ", 1e5) + "x q[0];", ""},
		{"powers", rep("pow(0.5) @ ", 20000) + "x q[0];", "too_deep"},
		{"fair powers", rep("pow(0.5) @ ", 9000) + "x q[0];", ""},
		{"chain", stacked(20000, ""), "too_deep"},
		{"fair chain", stacked(9000, ""), ""},
		{"chain of powers", stacked(200, rep("pow(0.5) @ ", 100)), "too_deep"},
		{"power of nothing", "pow(1000000000000) @ none q[0];", ""},
		{"powers that inverses part", rep("pow(4096) @ inv @ ", 5) + "x q[0];", ""},
		{"powers that gates part", stacked(60, "pow(2) @"), ""},
		{"powers in doubled gates", stacked(18, "pow(4096) @ none a; pow(4096) @ none a; pow(2) @ none a; inv @"), ""},
		{"doubled powers", "gate p a { " + rep("pow(4096) @ none a; ", 1000) + "}\ngate r a { " + rep("p a; ", 1000) + "}\n" + rep("r q[0];", 40), "too_many_operations"},
		{"broadcast in a loop", "qubit[300000] r; bit b = measure q[0]; while (b) { x r; b = measure q[0]; }", "too_many_operations"},
		{"digits", "int a = " + rep("9", 1e7) + ";", "number_too_large"},
		{"registers", rep("bit[1048576] NAME;", 17), "register_too_large"},
	} {
		text := test.text
		for i := 0; strings.Contains(text, "NAME"); i++ {
			text = strings.Replace(text, "NAME", fmt.Sprintf("c%d", i), 1)
		}
		p := Load(test.name, []byte(head+text), Options{MaxOps: 1 << 20})
		code := ""
		for _, d := range p.Diagnostics {
			if code == "" && d.Severity == 0 {
				code = d.Code
			}
		}
		if code != test.code || (p.Circuit == nil && p.Program == nil) != (code != "") {
			t.Errorf("%s: %q, want %q:\n%.2000s", test.name, code, test.code, rendered(p))
		}
	}
}

// TestWideRegistersTakeNoMemory holds that nothing is allocated a declared qubit.
func TestWideRegistersTakeNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := Load("test.qasm", []byte(head+"qreg q[4000000000];\ncreg c[4000000000];\nx q[3999999999];\nif (c==0) x q[0];\n"), Options{})
	runtime.ReadMemStats(&after)
	if p.Circuit == nil {
		t.Fatal(rendered(p))
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// TestMemory holds that a program takes at most 20 times its source, all that is allocated on the way counted.
func TestMemory(t *testing.T) {
	for name, text := range map[string]string{
		"gates":      head + "qreg q[9];\n" + strings.Repeat("h q[0];\ncx q[0],q[1];\nrz(pi/4) q[2];\n", 30000),
		"conditions": head + "qreg q[9];\ncreg c[9];\n" + strings.Repeat("if(c==1)x q[0];\n", 50000),
		"body":       head + "gate g(t) a,b {\n" + strings.Repeat("cx a,b; rz(t) a;\n", 50000) + "}\nqreg q[2];\n",
		"comments":   head + strings.Repeat("// nothing\n", 50000) + "qreg q[1];\n",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := Load(name, []byte(text), Options{})
		runtime.ReadMemStats(&after)
		if p.Circuit == nil {
			t.Fatal(rendered(p))
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 20*uint64(len(text)) {
			t.Errorf("%s: %d bytes were allocated for a source of %d", name, n, len(text))
		}
	}
}

// write makes files in a folder of the test's own and returns its path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func codes(p *Program) string {
	var list []string
	for _, d := range p.Diagnostics {
		list = append(list, d.Code)
	}
	return strings.Join(list, " ")
}

func TestIncludes(t *testing.T) {
	dir := write(t, map[string]string{
		"lib/a.inc":      "gate a q { U(0,0,0) q; }",
		"lib/b.inc":      "include \"a.inc\";\ngate b q { a q; }",
		"near/a.inc":     "gate a q { U(0,0,0) q; U(0,0,0) q; }",
		"self.inc":       "include \"self.inc\";",
		"bad.inc":        "gate g a { U(0,0,0) a;\nqreg q[1];",
		"binary.inc":     "\x00\x01",
		"twice0.inc":     "",
		"deep/0.inc":     "",
		"qelib1.inc":     "this is not OpenQASM",
		"version.inc":    "OPENQASM 2.0;\nqreg v[1];",
		"version3.inc":   "OPENQASM 3.0;\nqubit v;",
		"folder/x/y.inc": "",
	})
	for i := range 70 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("deep/%d.inc", i+1)), fmt.Appendf(nil, "include \"%d.inc\";", i), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("twice%d.inc", i+1)), fmt.Appendf(nil, "include \"twice%d.inc\";\ninclude \"twice%d.inc\";", i, i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		text, codes string
		include     []string
		ops         int
	}{
		{"include \"lib/b.inc\"; qreg q[1]; b q;", "", nil, 1},
		{"include \"b.inc\"; qreg q[1]; b q;", "include_not_found", nil, 0},
		{"include \"b.inc\"; qreg q[1]; b q;", "", []string{"lib"}, 1},
		{"include \"a.inc\"; qreg q[1]; a q;", "", []string{"near", "lib"}, 2},
		{"include \"a.inc\"; qreg q[1]; a q;", "", []string{"lib", "near"}, 1},
		{"include \"self.inc\";", "include_cycle", nil, 0},
		{"include \"main.qasm\";", "include_cycle", nil, 0},
		{"include \"bad.inc\";", "unexpected_token", nil, 0},
		{"include \"binary.inc\";", "not_text", nil, 0},
		{"include \"folder\";", "include_unreadable", nil, 0},
		{"include \"folder/x/../x/y.inc\";", "", nil, 0},
		{"include \"deep/30.inc\";", "", nil, 0},
		{"include \"deep/70.inc\";", "too_many_includes", nil, 0},
		{"include \"twice5.inc\";", "", nil, 0},
		{"include \"qelib1.inc\"; qreg q[1]; x q;", "", nil, 1},
		{"include \"version.inc\"; U(0,0,0) v;", "", nil, 1},
		{"include \"version3.inc\";", "mixed_versions", nil, 0},
	} {
		o := Options{}
		for _, folder := range test.include {
			o.Include = append(o.Include, filepath.Join(dir, folder))
		}
		main := filepath.Join(dir, "main.qasm")
		if err := os.WriteFile(main, []byte("OPENQASM 2.0; "+test.text), 0o644); err != nil {
			t.Fatal(err)
		}
		p := Load(main, []byte("OPENQASM 2.0; "+test.text), o)
		if got := codes(p); got != test.codes {
			t.Errorf("%s: %q, want %q:\n%s", test.text, got, test.codes, rendered(p))
		}
		if p.Circuit != nil && len(p.Circuit.Ops) != test.ops {
			t.Errorf("%s: %d operations, want %d", test.text, len(p.Circuit.Ops), test.ops)
		}
	}
	p := Load(filepath.Join(dir, "main.qasm"), []byte("OPENQASM 2.0; include \"twice20.inc\";"), Options{})
	if !strings.Contains(codes(p), "too_many_includes") {
		t.Errorf("a million includes: %s", codes(p))
	}
}

func TestOptions(t *testing.T) {
	const opaque = "OPENQASM 2.0; opaque o a; gate g a { o a; } qreg q[2]; g q; o q[0];"
	if p := Load("test", []byte(opaque), Options{CheckOnly: true}); p.Diagnostics.HasErrors() || len(p.Diagnostics) == 0 || p.Circuit != nil {
		t.Errorf("an opaque gate is not checked right: %v\n%s", p.Circuit, rendered(p))
	}
	if p := Load("test", []byte(opaque), Options{}); codes(p) != "opaque_gate opaque_gate" || p.Circuit != nil {
		t.Errorf("an opaque gate is applied:\n%s", rendered(p))
	}
	if p := Load("test", []byte("OPENQASM 2.0; include \"absent\"; what q[0];"), Options{SyntaxOnly: true}); len(p.Diagnostics) > 0 || p.Circuit != nil {
		t.Errorf("more than syntax is looked at:\n%s", rendered(p))
	}
	if p := Load("test", []byte(head+"qreg q[10]; x q; x q[0];"), Options{MaxOps: 10}); codes(p) != "too_many_operations" {
		t.Errorf("11 operations of 10:\n%s", rendered(p))
	}
	for text, version := range map[string]string{"OPENQASM 2.0;": "2.0", "OPENQASM 2;": "2", "": "", "OPENQASM 3.1;": "3.1"} {
		if p := Load("test", []byte(text), Options{}); p.Version != version {
			t.Errorf("%q: version %q, want %q", text, p.Version, version)
		}
	}
}
