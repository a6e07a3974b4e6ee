package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestLanguageCorpora holds the command line against programs that others wrote, with the script that comes with them. They
// stand beside the repository, not in it.
func TestLanguageCorpora(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a thousand processes")
	}
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(shared, "checks", "language.py")
	if _, err := os.Stat(script); err != nil {
		t.Skipf("the corpora are not there, the command line is not held against them: %v", err)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3: the command line is not held against the corpora")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	qcos := filepath.Join(t.TempDir(), "qcos")
	if err := os.Symlink(self, qcos); err != nil {
		t.Fatal(err)
	}
	for _, corpus := range []string{"qasm2-valid", "qasm2-invalid"} {
		t.Run(corpus, func(t *testing.T) {
			out, err := exec.Command(python, script, "--qcos", qcos, "-v", filepath.Join(shared, "corpora", corpus)).CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Error(err)
			}
		})
	}
}
