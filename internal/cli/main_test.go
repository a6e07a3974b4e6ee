package cli

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected outputs and the generated documentation anew")

// TestMain lets the test binary be qcos itself where it is called by that name: by scripts, and by qcosProcess.
//
// A proxy that is not there keeps every test from other hosts than this machine, whatever key it has set.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		_ = os.Setenv(name, "http://127.0.0.1:1")
	}
	testscript.Main(m, map[string]func(){"qcos": func() { os.Exit(Main()) }})
}

// TestScripts runs testdata/script: the command line as a user meets it.
func TestScripts(t *testing.T) {
	circuits, err := filepath.Abs(circuitsDir)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CIRCUITS", circuits)
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			return os.MkdirAll(filepath.Join(env.WorkDir, "home"), 0o700)
		},
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
	})
}

// circuitsDir holds the circuits of the project, seen from here.
var circuitsDir = filepath.Join("..", "..", "testdata", "circuits")

// qcosProcess is a command that runs qcos as a process of its own.
func qcosProcess(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "qcos"
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
	return cmd
}
