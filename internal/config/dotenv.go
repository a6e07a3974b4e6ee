package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/joho/godotenv"
)

// DotEnv is a `.env` file, read. Its variables never reach the environment of the process. The nil *DotEnv has no variables.
type DotEnv struct {
	Path      string
	variables map[string]string
	lines     map[string]int // where the variable is written, from 1
}

// variable is a variable's value; an empty one is none, as in the environment.
func (d *DotEnv) variable(name string) (candidate, bool) {
	if d == nil || d.variables[name] == "" {
		return candidate{}, false
	}
	return candidate{d.variables[name], Origin{Kind: FromDotEnv, Name: name, Path: d.Path, Line: d.lines[name]}}, true
}

// DotEnv reads the `.env` that Resolve would read, nil where there is none, with warnings of those passed over. Its errors are
// *Error.
func (s Sources) DotEnv() (*DotEnv, []string, error) {
	if s.Dir == "" {
		return nil, nil, nil
	}
	return findDotEnv(s.Dir, s.Home)
}

// HasKey tells whether any variable is an API key of ours.
func (d *DotEnv) HasKey() bool {
	for name, value := range d.variables {
		if value != "" && strings.HasPrefix(name, "QCOS_") && strings.HasSuffix(name, "_API_KEY") {
			return true
		}
	}
	return false
}

// findDotEnv reads the nearest `.env` from dir up to the root of the git work tree; outside of one, of dir alone. It never
// looks above home, and it passes over files owned by somebody else, each with a warning. The result is nil where there is none.
func findDotEnv(dir, home string) (*DotEnv, []string, error) {
	var warnings []string
	for _, folder := range dotEnvFolders(dir, home) {
		path := filepath.Join(folder, ".env")
		info, err := os.Lstat(path)
		if err != nil || info.IsDir() {
			continue
		}
		if !ownedByUser(path, info) {
			warnings = append(warnings, foreign(path))
			continue
		}
		d, err := readDotEnv(path)
		if errors.Is(err, errForeign) {
			warnings = append(warnings, foreign(path))
			continue
		}
		return d, warnings, err
	}
	return nil, warnings, nil
}

var errForeign = errors.New("is owned by somebody else")

func foreign(path string) string {
	return fmt.Sprintf("%s is not read: it %v", Tilde(path), errForeign)
}

// dotEnvFolders lists the folders where a `.env` may be, nearest first.
func dotEnvFolders(dir, home string) []string {
	dir, home = realPath(dir), realPath(home)
	var folders []string
	for folder := dir; !isAbove(folder, home); folder = filepath.Dir(folder) {
		folders = append(folders, folder)
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folders
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	return folders[:min(1, len(folders))]
}

func realPath(path string) string {
	if path == "" {
		return ""
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return filepath.Clean(path)
}

// isAbove tells whether folder is a parent, near or far, of home.
func isAbove(folder, home string) bool {
	if home == "" {
		return false
	}
	rest, err := filepath.Rel(folder, home)
	return err == nil && rest != "." && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

func readDotEnv(path string) (*DotEnv, error) {
	data, info, err := readSmall(path)
	if info != nil && !ownedByUser(path, info) {
		return nil, errForeign
	}
	if err != nil {
		return nil, fail("", "%s %v", Tilde(path), reading(err))
	}
	// Without an end to its last line, a word without "=" would pass as a variable without a name.
	data = append(data, '\n')
	variables, err := godotenv.UnmarshalBytes(data)
	if err != nil {
		// The parser's own words quote the text, and the text may be a key.
		return nil, fail("write NAME=value, one a line", "%s line %d: is no assignment of a variable", Tilde(path), brokenLine(data))
	}
	return &DotEnv{Path: path, variables: variables, lines: assignments(data)}, nil
}

func reading(err error) string {
	if errors.Is(err, errNotRegular) || strings.HasPrefix(err.Error(), "is ") {
		return err.Error()
	}
	return "cannot be read: " + err.Error()
}

// longestValue is how many lines of a quoted value brokenLine joins before it takes the first one to be broken. A PEM key has
// some 60.
const longestValue = 200

// brokenLine finds the line, from 1, at which a text that does not parse goes wrong: statements are parsed one by one.
func brokenLine(data []byte) int {
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i := 0; i < len(lines); {
		n := statement(lines[i:])
		if n == 0 {
			return i + 1
		}
		i += n
	}
	return len(lines)
}

// statement is how many of the lines, from the first, parse together; 0 where none do.
func statement(lines [][]byte) int {
	var text []byte
	for n, line := range lines[:min(len(lines), longestValue)] {
		text = append(text, line...)
		if _, err := godotenv.UnmarshalBytes(text); err == nil {
			return n + 1
		}
	}
	return 0
}

// assignments finds the lines on which variables are written, the last of each.
func assignments(data []byte) map[string]int {
	lines := map[string]int{}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		name, _, found := strings.Cut(string(line), "=")
		if !found {
			name, _, found = strings.Cut(string(line), ":")
		}
		if fields := strings.Fields(name); found && len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
			lines[fields[len(fields)-1]] = n
		}
	}
	return lines
}
