package qasm

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// large are the OpenQASM 2 programs of QASMBench's large folder that are valid.
func large(tb testing.TB) map[string][]byte {
	files, err := filepath.Glob(filepath.Join(corpora, "qasmbench/large/*.qasm"))
	if err != nil || len(files) == 0 {
		tb.Skip("the corpus ../shared/corpora/qasmbench is not here: this runs only beside it")
	}
	programs := map[string][]byte{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		if p := Load(f, text, Options{}); p.Circuit != nil {
			programs[filepath.Base(f)] = text
		}
	}
	return programs
}

// BenchmarkLoad reads all of QASMBench's large programs, source to circuit.
func BenchmarkLoad(b *testing.B) {
	programs := large(b)
	total := 0
	for _, text := range programs {
		total += len(text)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for name, text := range programs {
			Load(name, text, Options{})
		}
	}
}

// BenchmarkLoadOne reads single programs: a milestone each.
func BenchmarkLoadOne(b *testing.B) {
	programs := large(b)
	for _, name := range []string{"multiplier_n400.qasm", "square_root_n60.qasm", "QV_n100.qasm"} {
		b.Run("program="+name, func(b *testing.B) {
			b.SetBytes(int64(len(programs[name])))
			b.ReportAllocs()
			for b.Loop() {
				Load(name, programs[name], Options{})
			}
		})
	}
}

// BenchmarkLoadSmall reads a program of a few lines: what each start of the tool pays.
func BenchmarkLoadSmall(b *testing.B) {
	text, err := os.ReadFile(filepath.Join(testdata, "valid/bell.qasm"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Load("bell.qasm", text, Options{})
	}
}

// BenchmarkParse reads the same statements in both versions of the language, up to the tree.
func BenchmarkParse(b *testing.B) {
	text := large(b)["QV_n100.qasm"]
	for version, head := range map[string]string{"2": "OPENQASM 2.0;", "3": "OPENQASM 3.0;"} {
		b.Run("version="+version, func(b *testing.B) {
			program := bytes.Replace(text, []byte("OPENQASM 2.0;"), []byte(head), 1)
			b.SetBytes(int64(len(program)))
			b.ReportAllocs()
			for b.Loop() {
				if p := Load("QV_n100.qasm", program, Options{SyntaxOnly: true}); p.Version[:1] != version || p.Diagnostics.HasErrors() {
					b.Fatal(p.Version, rendered(p))
				}
			}
		})
	}
}

// inVersion3 is a program of OpenQASM 2 with the head of OpenQASM 3.
func inVersion3(text []byte) []byte {
	text = bytes.Replace(text, []byte("OPENQASM 2.0;"), []byte("OPENQASM 3.0;"), 1)
	return bytes.Replace(text, []byte("qelib1.inc"), []byte("stdgates.inc"), 1)
}

// BenchmarkLoadVersion reads the same statements in both versions, up to the circuit.
func BenchmarkLoadVersion(b *testing.B) {
	programs := large(b)
	for _, name := range []string{"multiplier_n400.qasm", "square_root_n60.qasm", "QV_n100.qasm"} {
		for version, text := range map[string][]byte{"2": programs[name], "3": inVersion3(programs[name])} {
			b.Run("program="+name+"/version="+version, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if p := Load(name, text, Options{}); p.Circuit == nil {
						b.Fatal(rendered(p))
					}
				}
			})
		}
	}
}

// BenchmarkUnroll flattens loops of a million gates.
func BenchmarkUnroll(b *testing.B) {
	for name, text := range map[string]string{
		"before": `include "stdgates.inc"; qubit[10] q; bit[10] c;
for int i in [0:99999] { for int k in [0:9] { rz(0.1 * k) q[k]; } }
c = measure q;`,
		"after": `include "stdgates.inc"; qubit[10] q; bit[10] c;
c = measure q;
for int i in [0:99999] { for int k in [0:9] { rz(0.1 * k) q[k]; } }
c = measure q;`,
	} {
		b.Run("measured="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p := Load(name, []byte("OPENQASM 3.0;\n"+text), Options{}); p.Circuit == nil || len(p.Circuit.Ops) < 1_000_000 {
					b.Fatal(rendered(p))
				}
			}
		})
	}
}
