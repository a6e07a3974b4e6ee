package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/apitest"
)

// allCommands lists every command that can be run, from the root down.
func allCommands(t *testing.T) []*cobra.Command {
	t.Helper()
	var all []*cobra.Command
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Runnable() && !c.Hidden {
			all = append(all, c)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCommand(&App{}))
	if len(all) < 10 {
		t.Fatalf("%d commands only", len(all))
	}
	return all
}

// examples are the command lines that a command's help shows.
func examples(c *cobra.Command) []string {
	var lines []string
	for line := range strings.Lines(c.Example) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// otherwiseTried are examples that end only when they are told to, or ask for what is not here.
var otherwiseTried = map[string]string{
	"qcos serve":            "runs until it is stopped: see serve_test.go",
	"qcos worker":           "runs until it is stopped: see serve_test.go",
	"QCOS_SERVER_DATABASE=": "runs until it is stopped: see serve_test.go",
	"qcos admin key revoke": "needs the id of a key: see admin_test.go",
	"qcos auth login":       "asks a person in a browser: see story_test.go",
	"qcos auth revoke-key":  "needs the id of a key: see story_test.go",
	"qcos auth rotate-key":  "needs the id of a key: see story_test.go",
}

// TestExamples runs every example of every command in a shell, in a folder as a user may have it.
func TestExamples(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash: the examples of the commands are not run")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "qcos")); err != nil {
		t.Fatal(err)
	}
	server := apitest.New(t)
	sendJobs(t, server, "nightly-7", "nightly-8")
	for _, c := range allCommands(t) {
		lines := examples(c)
		if len(lines) < 2 {
			t.Errorf("%s shows %d examples, two are promised", c.CommandPath(), len(lines))
		}
		for _, line := range lines {
			t.Run(line, func(t *testing.T) {
				if line == "qcos configure" {
					t.Skip("asks a person on a terminal: see TestConfigureStores")
				}
				for begin, why := range otherwiseTried {
					if strings.HasPrefix(line, begin) {
						t.Skip(why)
					}
				}
				u := newUser(t)
				if strings.HasPrefix(line, "qcos admin") {
					if code, _, words := u.does(t, "admin", "user", "create", "demo@example.com", "--key", "first"); code != exitOK {
						t.Fatal(words)
					}
				}
				u.writes(t, ".qcos/config.json", `{"api_key":"`+apitest.Key+`","profiles":{"dev":{"api_key":"`+apitest.Key+`","timeout":30}}}`)
				t.Setenv("QCOS_API_URL", server.URL)
				u.writes(t, ".qcos/logins.json", loggedIn(server.URL, "", "dev"))
				u.writes(t, "project/key.txt", "qcos-dddd-eeee-ffff\n")
				for _, name := range []string{"bell.qasm", "ghz.qasm"} {
					source := copyOf(t, name)
					u.writes(t, "project/"+name, source)
					u.writes(t, "project/circuits/"+name, source)
					u.writes(t, "project/circuits/"+expectFile(name), "expect:\n  - marginal: {\"c[1]\": 50 %}\n")
					u.writes(t, "project/"+expectFile(name), "expect:\n  - marginal: {\"c[0]\": 1/2}\n")
				}
				cmd := exec.Command(bash, "-c", "set -e -o pipefail; "+line)
				cmd.Dir, cmd.Stdin = u.dir, strings.NewReader("qcos-dddd-eeee-ffff\n")
				cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v:\n%s", err, out)
				}
			})
		}
	}
}

// loggedIn is a file of logins at a server, under profiles.
func loggedIn(server string, profiles ...string) string {
	var logins []string
	for _, profile := range profiles {
		logins = append(logins, fmt.Sprintf(`{"server":%q,"profile":%q,"user":"demo@example.com","since":"2026-11-01T00:00:00Z","store":"file",`+
			`"token":{"access":%q,"refresh":"none","expires":"2100-01-01T00:00:00Z"}}`, server, profile, apitest.Token))
	}
	return `{"logins":[` + strings.Join(logins, ",") + `]}`
}

var absoluteCircuits, _ = filepath.Abs(circuitsDir) // before any test changes the folder

func copyOf(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(absoluteCircuits, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestNoKeyIsShownByPrograms: whatever the commands about programs do, and wherever a key was put by mistake, it is not shown.
func TestNoKeyIsShownByPrograms(t *testing.T) {
	places := map[string]func(u *user){
		"environment":  func(*user) { t.Setenv("QCOS_API_KEY", secretKey) },
		".env":         func(u *user) { u.writes(t, "project/.env", "QCOS_API_KEY="+secretKey+"\n") },
		"config.json":  func(u *user) { u.writes(t, ".qcos/config.json", `{"api_key":"`+secretKey+`"}`) },
		"broken files": func(u *user) { u.writes(t, ".qcos/config.json", `{"api_key":"`+secretKey+`" x`) },
		"a setting":    func(*user) { t.Setenv("QCOS_BACKEND", secretKey) },
	}
	commands := []string{
		"execute bell.qasm", "execute --format json bell.qasm", "execute bad.qasm", "execute --format json bad.qasm", "execute KEY",
		"execute --format json KEY", "execute --api-key KEY bell.qasm", "execute --api-key=KEY bell.qasm", "execute --KEY bell.qasm", "execute -KEY bell.qasm",
		"execute --shots KEY bell.qasm", "execute --seed KEY bell.qasm", "execute --method KEY bell.qasm", "execute --output /absent/KEY bell.qasm",
		"execute --max-memory KEY bell.qasm", "execute --timeout KEY bell.qasm", "execute --format KEY bell.qasm", "execute --strict=KEY bell.qasm",
		"check bell.qasm", "check bad.qasm", "check --format json bad.qasm", "check KEY", "check --KEY bad.qasm", "explain bell.qasm",
		"explain --format json bell.qasm", "explain bad.qasm", "explain KEY", "version", "version KEY", "completion KEY", "help KEY", "KEY", "--KEY",
	}
	for place, put := range places {
		for _, command := range commands {
			u := newUser(t)
			u.offline(t)
			put(u)
			u.writes(t, "project/bell.qasm", copyOf(t, "bell.qasm"))
			u.writes(t, "project/bad.qasm", "OPENQASM 2.0;\ninclude \""+secretKey+"\";\nx "+secretKey+";\n// "+secretKey+"\n")
			for _, debug := range [][]string{nil, {"--debug"}} {
				_, out, words := u.does(t, append(strings.Fields(strings.ReplaceAll(command, "KEY", secretKey)), debug...)...)
				if shown := strings.ToLower(out + words); strings.Contains(shown, "5ecr") {
					t.Errorf("%s, with the key in %s:\n%s%s", command, place, out, words)
				}
			}
			for _, name := range []string{"QCOS_API_KEY", "QCOS_BACKEND"} {
				_ = os.Setenv(name, "")
			}
		}
	}
}
