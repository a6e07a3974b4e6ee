package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completes asks bash what it would offer for the last of words, which it splits as bash does.
func completes(t *testing.T, dir, bin string, words ...string) []string {
	t.Helper()
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, "'"+w+"'")
	}
	script := fmt.Sprintf(`
source <(qcos completion bash)
compopt() { :; } # works within a real completion only
COMP_WORDS=(%s) COMP_CWORD=%d COMP_LINE=%q COMP_POINT=%d COMP_TYPE=9
COMPREPLY=()
__start_qcos
(IFS=$'\n'; echo "${COMPREPLY[*]}")
`, strings.Join(quoted, " "), len(words)-1, strings.Join(words, " "), len(strings.Join(words, " ")))
	cmd := exec.Command("bash", "--norc", "--noprofile", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var offers []string
	for line := range strings.Lines(string(out)) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ") // without its description
		if word != "" {
			offers = append(offers, word)
		}
	}
	slices.Sort(offers)
	return offers
}

func TestBashCompletion(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash: its completion is not tried")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "qcos")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bell.qasm", "better.txt", "ghz.qasm"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "benches"), 0o700); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ words, want []string }{
		{[]string{"qcos", "exe"}, []string{"execute"}},
		{[]string{"qcos", "execute", "be"}, []string{"bell.qasm", "benches"}},
		{[]string{"qcos", "check", ""}, []string{"bell.qasm", "benches", "ghz.qasm"}},
		{[]string{"qcos", "execute", "bell.qasm", "g"}, []string{"ghz.qasm"}},
		{[]string{"qcos", "execute", "--method", "s"}, []string{"stabilizer", "statevector"}},
		{[]string{"qcos", "execute", "--method", "=", "s"}, []string{"stabilizer", "statevector"}},
		{[]string{"qcos", "execute", "--method", "="}, []string{"auto", "basis", "stabilizer", "statevector"}},
		{[]string{"qcos", "explain", "--precision", ""}, []string{"auto", "double", "single"}},
		{[]string{"qcos", "execute", "--include", "b"}, []string{"benches"}},
		{[]string{"qcos", "execute", "--prob"}, []string{"--probabilities"}},
		{[]string{"qcos", "help", "exit"}, []string{"exit-codes"}},
		{[]string{"qcos", "completion", "f"}, []string{"fish"}},
		{[]string{"qcos", "version", ""}, nil},
	}
	for _, c := range cases {
		if got := completes(t, dir, bin, c.words...); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, not %q", c.words, got, c.want)
		}
	}
}

// TestCompletionScripts: the other shells are not at hand in tests; their scripts at least exist and name the command.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		u := newUser(t)
		code, out, words := u.does(t, "completion", shell)
		if code != exitOK || words != "" || !strings.Contains(out, "qcos") || !strings.Contains(out, "__complete") {
			t.Errorf("%s: exit code %d, %d bytes, %s", shell, code, len(out), words)
		}
	}
}
