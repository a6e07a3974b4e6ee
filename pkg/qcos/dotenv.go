package qcos

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// dotEnv is a `.env` file, read. Its variables never reach the environment of the process. The nil *dotEnv has none.
type dotEnv struct {
	path      string
	variables map[string]string
}

func (d *dotEnv) variable(name string) (found, bool) {
	if d == nil || d.variables[name] == "" {
		return found{}, false
	}
	return found{d.variables[name], Origin{Kind: fromDotEnv, Name: name, Path: d.path}}, true
}

// findDotEnv reads the nearest `.env` from dir up to the root of the git work tree; outside of one, of dir alone. It never
// looks above home, and passes over files owned by somebody else. The result is nil where there is none.
func findDotEnv(dir, home string) (*dotEnv, error) {
	for _, folder := range dotEnvFolders(dir, home) {
		path := filepath.Join(folder, ".env")
		info, err := os.Lstat(path)
		if err != nil || info.IsDir() || !ownedByUser(info) {
			continue
		}
		text, err := readSmall(path)
		if err != nil {
			return nil, configError("", "%s cannot be read: %v", path, plain(err))
		}
		variables, line := parseDotEnv(string(text))
		if line > 0 {
			return nil, configError("write NAME=value, one a line", "%s line %d: is no assignment of a variable", path, line)
		}
		return &dotEnv{path, variables}, nil
	}
	return nil, nil
}

func dotEnvFolders(dir, home string) []string {
	if dir == "" {
		return nil
	}
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

var assignment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]\s*(.*?)\s*$`)
})

// parseDotEnv reads NAME=value a line, with or without export and quotes. A line that is none is given by its number, from 1.
// Values on several lines, which no setting of ours has, are stepped over.
func parseDotEnv(text string) (variables map[string]string, wrong int) {
	variables = map[string]string{}
	lines := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' {
			continue
		}
		m := assignment().FindStringSubmatch(line)
		if m == nil {
			return nil, i + 1
		}
		value, more, ok := dotEnvValue(m[2], lines[i+1:])
		if !ok {
			return nil, i + 1
		}
		variables[m[1]] = value
		i += more
	}
	return variables, 0
}

// dotEnvValue reads what stands behind the sign; more is how many of the following lines belong to it.
func dotEnvValue(text string, following []string) (value string, more int, ok bool) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		if i := strings.Index(text, " #"); i >= 0 {
			text = text[:i]
		}
		return strings.TrimSpace(text), 0, true
	}
	quote := text[:1]
	for more = 0; ; more++ {
		if inner, _, closed := strings.Cut(text[1:], quote); closed {
			return inner, more, true
		}
		if more >= len(following) {
			return "", 0, false
		}
		text += "\n" + following[more]
	}
}
