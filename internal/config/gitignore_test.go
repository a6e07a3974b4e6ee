package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitCases are .gitignore files by folder, and whether they leave out sub/.env.
var gitCases = []struct {
	name    string
	lists   map[string]string
	ignored bool
}{
	{"nothing", nil, false},
	{"by name", map[string]string{".": ".env\n"}, true},
	{"by name, Windows", map[string]string{".": "bin/\r\n.env\r\n"}, true},
	{"a comment", map[string]string{".": "#.env\n"}, false},
	{"at the root alone", map[string]string{".": "/.env\n"}, false},
	{"by path", map[string]string{".": "sub/.env\n"}, true},
	{"by rooted path", map[string]string{".": "/sub/.env\n"}, true},
	{"by star", map[string]string{".": "*.env\n"}, true},
	{"by prefix", map[string]string{".": ".env*\n"}, true},
	{"other", map[string]string{".": ".env.local\n.envrc\n"}, false},
	{"any depth", map[string]string{".": "**/.env\n"}, true},
	{"all below", map[string]string{".": "sub/**\n"}, true},
	{"taken back", map[string]string{".": ".env\n!.env\n"}, false},
	{"taken back nearer", map[string]string{".": ".env\n", "sub": "!.env\n"}, false},
	{"nearer", map[string]string{"sub": ".env\n"}, true},
	{"the folder", map[string]string{".": "sub/\n"}, true},
	{"the folder, and not taken back within", map[string]string{".": "sub\n!.env\n"}, true},
	{"a folder of that name", map[string]string{".": ".env/\n"}, false},
	{"excluded locally", map[string]string{".git/info/exclude": ".env\n"}, true},
}

// TestGitStatus asks git, and our own reading of the files that serves where there is no git, the same questions.
func TestGitStatus(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed, and it is the judge here")
	}
	for _, c := range gitCases {
		t.Run(c.name, func(t *testing.T) {
			root := tree(t, "sub/.env")
			git(t, root, "init", "--quiet")
			for folder, text := range c.lists {
				path := filepath.Join(root, folder, ".gitignore")
				if strings.HasPrefix(folder, ".git/") {
					path = filepath.Join(root, folder)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			file := filepath.Join(root, "sub", ".env")
			want := GitVisible
			if c.ignored {
				want = GitIgnored
			}
			if got := GitStatusOf(t.Context(), file); got != want {
				t.Errorf("git says %v, want %v", got, want)
			}
			if got := ignoredByFiles(root, file); got != c.ignored {
				t.Errorf("read by ourselves: %v, want %v", got, c.ignored)
			}
		})
	}
}

func TestTrackedFileIsVisible(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	root := tree(t, ".env")
	git(t, root, "init", "--quiet")
	git(t, root, "add", ".env")
	if err := os.WriteFile(filepath.Join(root, ".gitignore"), []byte(".env\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := GitStatusOf(t.Context(), filepath.Join(root, ".env")); got != GitVisible {
		t.Errorf("got %v: a tracked file is in the next commit whatever .gitignore says", got)
	}
}

func TestOutsideGit(t *testing.T) {
	root := tree(t, ".env")
	if workTree(root) != "" {
		t.Skip("the folder for temporary files is in a git work tree")
	}
	if got := GitStatusOf(t.Context(), filepath.Join(root, ".env")); got != OutsideGit {
		t.Errorf("got %v", got)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
