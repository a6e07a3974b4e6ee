package job

import (
	"errors"
	"strings"
	"testing"

	"github.com/softquantus/qcos/pkg/api"
)

func execute(t *testing.T, source string, shots int) (string, error) {
	t.Helper()
	seed := uint64(3)
	packed, err := Execute(t.Context(), Task{Source: []byte(source), Shots: shots, Seed: &seed, Method: "auto", Threads: 1, MaxMemory: 1 << 28})
	if err != nil {
		return "", err
	}
	text, err := Unpack(packed)
	return string(text), err
}

// TestExecutePrograms: OpenQASM 3 programs whose course depends on what was measured run too.
func TestExecutePrograms(t *testing.T) {
	text, err := execute(t, "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\nbit c;\nint n = 0;\nc = measure q;\nwhile (c == 0) {\n  x q;\n  c = measure q;\n  n += 1;\n}\n", 20)
	if err != nil || !strings.Contains(text, `"counts":{"1":20}`) {
		t.Errorf("%s, %v", text, err)
	}
	if !strings.Contains(text, `"backend":"qcos"`) || strings.Contains(text, "\n") {
		t.Errorf("the result is %q", text)
	}
}

func TestExecuteNamesThePlace(t *testing.T) {
	for name, test := range map[string]struct{ source, words string }{
		"invalid":  {"OPENQASM 2.0;\nqreg q[1];\nfoo q[0];\n", "3:1: "},
		"run time": {"OPENQASM 3.0;\nqubit q;\nbit c;\nc = measure q;\nint n = c;\nint m = 1 / n;\n", "6:"},
		"include":  {"OPENQASM 2.0;\ninclude \"/etc/passwd\";\n", "2:"},
	} {
		_, err := execute(t, test.source, 1)
		var f *Failure
		if !errors.As(err, &f) || f.Code != api.CodeInvalidCircuit || !strings.HasPrefix(f.Detail, test.words) || strings.Contains(f.Detail, "root:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
