package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes empty files, and folders where the name ends in a slash, below a new folder.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root := realPath(t.TempDir())
	for _, name := range names {
		path := filepath.Join(root, name)
		folder := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if folder == path {
			continue
		}
		if err := os.WriteFile(path, []byte("QCOS_TIMEOUT=5\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestDotEnvIsSearchedUpToTheWorkTree(t *testing.T) {
	for _, c := range []struct {
		name      string
		files     []string
		dir, home string
		want      string // "" is none
	}{
		{"here", []string{"h/p/.env"}, "h/p", "h", "h/p/.env"},
		{"outside of git, the folder above is not asked", []string{"h/p/.env", "h/p/a/"}, "h/p/a", "h", ""},
		{"in git, upwards", []string{"h/p/.env", "h/p/.git/", "h/p/a/b/"}, "h/p/a/b", "h", "h/p/.env"},
		{"the nearest counts", []string{"h/p/.env", "h/p/.git/", "h/p/a/.env", "h/p/a/b/"}, "h/p/a/b", "h", "h/p/a/.env"},
		{"not above the work tree", []string{"h/.env", "h/p/.git/", "h/p/a/"}, "h/p/a", "h", ""},
		{"a work tree whose .git is a file", []string{"h/p/.env", "h/p/.git", "h/p/a/"}, "h/p/a", "h", "h/p/.env"},
		{"the home itself may have one", []string{"h/.env", "h/.git/", "h/p/"}, "h/p", "h", "h/.env"},
		{"never above the home", []string{".env", ".git/", "h/p/"}, "h/p", "h", ""},
		{"nor in a folder above the home", []string{".env", "h/"}, "", "h", ""},
		{"beside the home", []string{"srv/.env", "srv/.git/", "srv/a/", "h/"}, "srv/a", "h", "srv/.env"},
		{"a home whose name begins alike", []string{"home2/.env", "home2/.git/", "home2/a/", "home/"}, "home2/a", "home", "home2/.env"},
		{"a folder of this name is none", []string{"h/p/.env/", "h/p/.git/"}, "h/p", "h", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := tree(t, c.files...)
			d, warnings, err := findDotEnv(filepath.Join(root, c.dir), filepath.Join(root, c.home))
			if err != nil || len(warnings) > 0 {
				t.Fatal(err, warnings)
			}
			got := ""
			if d != nil {
				got, _ = filepath.Rel(root, d.Path)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDotEnvThroughALinkedFolder(t *testing.T) {
	root := tree(t, "h/real/.env", "h/real/.git/", "h/real/a/")
	link := filepath.Join(root, "h", "link")
	if err := os.Symlink(filepath.Join(root, "h", "real", "a"), link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	d, _, err := findDotEnv(link, filepath.Join(root, "h"))
	if err != nil || d == nil || d.Path != filepath.Join(root, "h", "real", ".env") {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestDotEnvSyntax(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"QCOS_API_KEY=a", "a"},
		{"QCOS_API_KEY=a\n", "a"},
		{"\xef\xbb\xbfQCOS_API_KEY=a\r\nB=c\r\n", "a"},
		{"  export   QCOS_API_KEY = 'a' # b\n", "a"},
		{"QCOS_API_KEY=\"a\"\nQCOS_API_KEY=b", "b"},
		{"# QCOS_API_KEY=a\n", ""},
		{"QCOS_API_KEY: a", "a"},
		{"PEM=\"-----\nQCOS_API_KEY=inner\n-----\"\nQCOS_API_KEY=a\n", "a"},
		{"", ""},
	} {
		path := filepath.Join(t.TempDir(), ".env")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := readDotEnv(path)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got, ok := d.variable("QCOS_API_KEY"); got.text != c.want || ok != (c.want != "") {
			t.Errorf("%q: got %q, want %q", c.text, got.text, c.want)
		}
	}
}

func TestBrokenDotEnv(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
	}{
		{canary, 1},
		{"A=1\n" + canary + "\nB=2\n", 2},
		{"A=1\nQCOS_API_KEY=\"" + canary + "\nB=2\n", 2},
		{"A=\"1\n2\n3\"\n# c\n\n" + canary + "-!\n", 6},
		{"A=1\nNaRy", 2},
		{"\x00\x01\x02\n", 1},
		{"A=1\nB='2'" + canary + "\n", 2},
	} {
		path := filepath.Join(t.TempDir(), ".env")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readDotEnv(path)
		if err == nil || leaks(err) || !strings.Contains(err.Error(), fmt.Sprintf(".env line %d:", c.line)) {
			t.Errorf("%q: got %v, want an error at line %d without the key", c.text, err, c.line)
		}
	}
}

func TestHugeDotEnv(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	for text, want := range map[string]string{
		strings.Repeat("A=1\n", maxFile/4+1):         "longer than",
		strings.Repeat("A='1\n", maxFile/5):          "line",
		strings.Repeat("A='\n'\n", maxFile/7) + "?!": "line",
		strings.Repeat("#\n", maxFile/2-8) + "?\n":   "line",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readDotEnv(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.12q…: got %v, want %q", text, err, want)
		}
	}
}
