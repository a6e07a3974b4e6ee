package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// habits are calls that only one part of the house may make: the environment is config's to read, the terminal is the command
// line's to write, the process is main's to end.
var habits = []struct {
	pattern *regexp.Regexp
	homes   []string
}{
	// pkg/qcos stands on its own in other people's programs, and finds key and URL where the command line finds them.
	{regexp.MustCompile(`\bos\.(Getenv|LookupEnv|Environ|ExpandEnv)\(`), []string{"internal/config/", "pkg/qcos/"}},
	{regexp.MustCompile(`\bos\.Exit\(|\blog\.Fatal`), []string{"cmd/"}},
	{regexp.MustCompile(`\bfmt\.Print(f|ln)?\(|\bos\.(Stdout|Stderr|Stdin)\b`), []string{"internal/cli/"}},
}

func TestHabits(t *testing.T) {
	root := ".."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || d.Name() == "gen" || strings.HasSuffix(d.Name(), "test")) { // what helps tests may do as they do
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		for _, h := range habits {
			atHome := slices.ContainsFunc(h.homes, func(home string) bool { return strings.HasPrefix(filepath.ToSlash(rel), home) })
			if m := h.pattern.Find(text); m != nil && !atHome {
				t.Errorf("%s calls %s, which is for %s", rel, m, h.homes)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("found %d source files only", files)
	}
}
