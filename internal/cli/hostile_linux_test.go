package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHostileMemory: programs made to take all memory end within a gibibyte of it, soon, in words that name the place where there is one.
// Whether a program ends soon shows in the test's own time.
func TestHostileMemory(t *testing.T) {
	const gibibyte = 1 << 20 // of the KiB that the system counts
	const head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\n"
	rep := strings.Repeat
	for _, c := range []struct {
		name, text string
		code       int
		says       string
	}{
		{"a large array in a measured loop", head + "array[int, 16777216] a; bit c = 1; while (c) { h q; c = measure q; a[5] = a[5] + 1; }", exitFailed, "--max-memory"},
		{"an array in every branch", head + "array[int, 1000000] a; int i = 0; for int k in [0:14] { h q; bit c = measure q; i = 2*i + int(c); a[i] = 1; if (c) { x q; } }", exitFailed, "--max-memory"},
		{"an array in every outcome", head + "qubit[20] r; h r; bit[20] c = measure r; array[int, 1000000] a; a[0] = int(uint[20](c));", exitFailed, "--max-memory"},
		{"a long recursion of wide numbers", head + "def f(uint[16384] a) -> uint[16384] { return f(a + 1); }\nuint[16384] b = f(3);", exitInvalid, "in.qasm:4:46: error: "},
		{"a register of a million qubits in a loop", head + "qubit[2100000] r; bit c = measure q; while (c) { x r; c = measure q; }", exitInvalid, "in.qasm:4:50: error: "},
		{"doubled gates", "OPENQASM 2.0;\nqreg q[1];\n" + doubling(25) + "g25 q[0];", exitInvalid, "in.qasm:29:1: error: "},
		{"powers on powers", head + rep("pow(0.5) @ ", 100000) + "x q;", exitInvalid, "in.qasm:4:1100001: error: "},
		{"inverses of inverses", head + rep("inv @ ", 300000) + "x q;", exitOK, ""},
		{"powers of nothing", head + "gate e a {}\npow(1000000000000) @ e q; pow(4096) @ inv @ pow(4096) @ inv @ pow(4096) @ inv @ pow(4096) @ x q;", exitOK, ""},
		{"definitions on definitions", head + "gate g0 a { x a; }\n" + chain(100000) + "g100000 q;", exitInvalid, "in.qasm:10004:17: error: "},
		{"registers of a gigabit in all", head + registers(1000), exitInvalid, "in.qasm:20:"},
		{"ten million digits", head + "int a = " + rep("9", 10000000) + ";", exitInvalid, "in.qasm:4:9: error: "},
		{"measurements without an end", head + "bit c; while (true) { h q; c = measure q; }", exitInvalid, "in.qasm:4:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := qcosProcess(t, "execute", "--seed", "1", "--max-steps", "30000000", "in.qasm")
			if err := os.WriteFile(filepath.Join(cmd.Dir, "in.qasm"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var words bytes.Buffer
			cmd.Stderr = &words
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(words.String(), c.says) || strings.Contains(words.String(), "goroutine") {
				t.Errorf("exit code %d, not %d: %.500s", code, c.code, words.String())
			}
			if most := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; most > gibibyte {
				t.Errorf("it took %d KiB", most)
			}
		})
	}
}

// TestWideRegistersElsewhere: what works on each qubit refuses more of them than there can be a use for.
func TestWideRegistersElsewhere(t *testing.T) {
	u := newUser(t)
	if err := os.WriteFile("in.qasm", []byte("OPENQASM 3.0;\nqubit[1000000000] q;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"draw", "in.qasm"}, {"draw", "--format", "svg", "in.qasm"}, {"convert", "--to", "qasm2", "in.qasm"}} {
		if code, out, words := u.does(t, args...); code == exitOK || out != "" || !strings.Contains(words, "in.qasm declares 1,000,000,000 qubits") {
			t.Errorf("%v: exit code %d: %.300s", args, code, words)
		}
	}
}

// TestMaxMemoryAllowsOperations: who gives more memory may run larger circuits.
func TestMaxMemoryAllowsOperations(t *testing.T) {
	u := newUser(t)
	if err := os.WriteFile("in.qasm", []byte("OPENQASM 2.0;\nqreg q[9000000];\nU(0, 0, 0) q;\nqreg r[100000000];\nU(0, 0, 0) r;"), 0o600); err != nil {
		t.Fatal(err)
	}
	for memory, place := range map[string]string{"1GiB": "in.qasm:3:1: error: ", "2GiB": "in.qasm:5:1: error: "} {
		if code, _, words := u.does(t, "explain", "--max-memory", memory, "in.qasm"); code != exitInvalid || !strings.Contains(words, place) {
			t.Errorf("%s: exit code %d: %s", memory, code, words)
		}
	}
}

// chain defines gates g1 to gN, each of which applies the one before.
func chain(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "gate g%d a { g%d a; }\n", i, i-1)
	}
	return b.String()
}

// registers declares n registers of the largest size.
func registers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "bit[1048576] c%d;\n", i)
	}
	return b.String()
}
