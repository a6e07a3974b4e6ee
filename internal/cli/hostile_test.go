package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// TestBadInput: whatever stands in a file, the answer is words with a place, the right exit code, and never a stack.
func TestBadInput(t *testing.T) {
	const head = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\n"
	noise := make([]byte, 1<<16)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	cases := map[string]struct {
		text string
		code int
		says string
	}{
		"nothing":             {"", exitInvalid, "in.qasm:1:1: error: the file is empty"},
		"white space":         {" \n\t\r\n", exitInvalid, "in.qasm:1:1: error: the file is empty"},
		"noise":               {string(noise), exitInvalid, "in.qasm:1:"},
		"zeros":               {strings.Repeat("\x00", 1<<16), exitInvalid, "in.qasm:1:1: error: "},
		"UTF-16":              {"\xff\xfeO\x00P\x00", exitInvalid, "in.qasm:1:1: error: "},
		"one long line":       {head + strings.Repeat("x q[0] ", 1<<18), exitInvalid, "in.qasm:5:8: error: "},
		"a long name":         {head + strings.Repeat("x", 1<<20), exitInvalid, "in.qasm:5:"},
		"many errors":         {head + strings.Repeat("nothing q[0];\n", 1<<16), exitInvalid, "in.qasm:5:1: error: "},
		"deep parentheses":    {head + "rx(" + strings.Repeat("(", 1e6) + "1" + strings.Repeat(")", 1e6) + ") q[0];", exitInvalid, "in.qasm:5:"},
		"many signs":          {head + "rx(" + strings.Repeat("-", 1e6) + "1) q[0];", exitInvalid, "in.qasm:5:"},
		"an open comment":     {head + "/* " + strings.Repeat("x", 1<<16), exitInvalid, "in.qasm:5:"},
		"an open string":      {"include \"" + strings.Repeat("x", 1<<16), exitInvalid, "in.qasm:1:"},
		"a huge register":     {"OPENQASM 2.0;\nqreg q[1000000000];\n", exitFailed, "in.qasm: the program declares 1000000000 qubits"},
		"a huge broadcast":    {head + "qreg r[1000000000];\nh r;\n", exitInvalid, "in.qasm:6:1: error: "},
		"a register too huge": {"OPENQASM 2.0;\nqreg q[99999999999999999999];\n", exitInvalid, "in.qasm:2:"},
		"a cycle of includes": {"OPENQASM 2.0;\ninclude \"in.qasm\";\n", exitInvalid, "in.qasm:2:9: error: "},
		"a folder included":   {"OPENQASM 2.0;\ninclude \".\";\n", exitInvalid, "in.qasm:2:9: error: "},
		"an escape sequence":  {"OPENQASM 2.0;\n\x1b[31mred\n", exitInvalid, "in.qasm:2:1: error: "},
		"version 7":           {"OPENQASM 7.0;\nqreg q[1];\n", exitInvalid, "in.qasm:1:"},
		"doubling gates":      {head + doubling(60) + "g60 q[0];\n", exitInvalid, "in.qasm:"},
	}
	for name, c := range cases {
		for _, command := range []string{"execute", "explain"} {
			t.Run(name+"/"+command, func(t *testing.T) {
				u := newUser(t)
				if err := os.WriteFile("in.qasm", []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
				code, out, words := u.does(t, command, "in.qasm")
				if code != c.code || !strings.Contains(words, c.says) || out != "" {
					t.Errorf("exit code %d, not %d: %.300s%.300s", code, c.code, out, words)
				}
				if strings.Contains(words, "goroutine") || strings.ContainsAny(words, "\x1b\x00") || len(words) > 1<<16 {
					t.Errorf("%d bytes of words: %.300q", len(words), words)
				}
			})
		}
	}
}

// doubling defines gates g1 to gN, each of which applies the one before twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("gate g0 a { U(0, 0, 0) a; }\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "gate g%d a { g%d a; g%d a; }\n", i, i-1, i-1)
	}
	return b.String()
}
