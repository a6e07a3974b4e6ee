package format

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestLayout formats the programs of testdata/qasm/format and compares with what is written beside them.
func TestLayout(t *testing.T) {
	for _, file := range programs(t, filepath.Join(testdata, "format")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, file, text)
		golden := strings.TrimSuffix(file, ".qasm") + ".golden"
		got := Source(file, text).Text
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || string(got) != string(want) {
			t.Errorf("%s: run with -update and look at the difference if this is right: %v\n%s", file, err, got)
		}
	}
}

func TestSmall(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"\n\n":                                "",
		"// only":                             "// only\n",
		"// a\r\n\r\n\r\n// b\r\nx q;\r\n":    "// a\n\n// b\nx q;\n",
		"\xef\xbb\xbfx q;":                    "x q;\n",
		"OPENQASM 3;x q;":                     "OPENQASM 3;\nx q;\n",
		"OPENQASM 3;a=b- -1;c=b-(-d);":        "OPENQASM 3;\na = b - -1;\nc = b - (-d);\n",
		"OPENQASM 3;x q[i - -1];":             "OPENQASM 3;\nx q[i- -1];\n",
		"OPENQASM 3;a=+ +b;c=b+ +d;":          "OPENQASM 3;\na = + +b;\nc = b + +d;\n",
		"OPENQASM 3;if(a)/*x*/b=1;// y\n":     "OPENQASM 3;\nif (a) /*x*/ b = 1; // y\n",
		"OPENQASM 3;if(a){}// y\nelse{}":      "OPENQASM 3;\nif (a) {} // y\nelse {}\n",
		"OPENQASM 3;if(a)b=1;else b=2;":       "OPENQASM 3;\nif (a) b = 1;\nelse b = 2;\n",
		"OPENQASM 3;{\n\n\nx q;\n\n\n}":       "OPENQASM 3;\n{\n  x q;\n}\n",
		"OPENQASM 3;x q,// 1\n// 2\nr;":       "OPENQASM 3;\nx q, // 1\n  // 2\n  r;\n",
		"OPENQASM 3;let a={q[0],q[1]};":       "OPENQASM 3;\nlet a = {q[0], q[1]};\n",
		"OPENQASM 3;array[int,2]a={\n1,2\n};": "OPENQASM 3;\narray[int, 2] a = {\n  1, 2\n};\n",
		"OPENQASM 3;@a\n@b c\nx q;pragma p":   "OPENQASM 3;\n@a\n@b c\nx q;\npragma p\n",
		"OPENQASM 3;cal{}x q;":                "OPENQASM 3;\ncal {}\nx q;\n",
		"OPENQASM 3;for int i in a[0:2]{}":    "OPENQASM 3;\nfor int i in a[0:2] {}\n",
		"OPENQASM 3;a=b?":                     "",
	} {
		r := Source("test", []byte(text))
		if string(r.Text) != want {
			t.Errorf("%q becomes\n%s\nwant\n%s\n%v", text, r.Text, want, r.Diagnostics)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, file := range []string{"version2.qasm", "version3.qasm"} {
		text, err := os.ReadFile(filepath.Join(testdata, "format", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		for _, part := range strings.SplitAfter(string(text), ";\n") {
			f.Add([]byte("OPENQASM 3;" + part))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { hold(t, "fuzz", text) })
}
