package config

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// GitStatus says what git would do with a file.
type GitStatus uint8

// What git would do.
const (
	OutsideGit GitStatus = iota // the file is in no work tree
	GitIgnored                  // it is left out
	GitVisible                  // it is tracked, or `git add` would take it
)

const gitPatience = 2 * time.Second

// GitStatusOf asks git, or where there is no git to ask, reads the .gitignore files itself. It starts a process, so it is for
// commands that people wait for anyway.
func GitStatusOf(ctx context.Context, file string) GitStatus {
	root := workTree(filepath.Dir(file))
	if root == "" {
		return OutsideGit
	}
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	err := exec.CommandContext(ctx, "git", "-C", filepath.Dir(file), "check-ignore", "--quiet", "--", filepath.Base(file)).Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return GitIgnored
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return GitVisible
	}
	if ignoredByFiles(root, file) {
		return GitIgnored
	}
	return GitVisible
}

// workTree is the nearest folder with a .git from dir upwards, "" where there is none.
func workTree(dir string) string {
	for dir = realPath(dir); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// ignoredByFiles follows gitignore(5): the last pattern that matches decides, those of nearer folders after those of farther
// ones. A file in an ignored folder is ignored whatever is said of the file itself.
func ignoredByFiles(root, file string) bool {
	rest, err := filepath.Rel(root, filepath.Join(realPath(filepath.Dir(file)), filepath.Base(file)))
	if err != nil {
		return false
	}
	parts := strings.Split(filepath.ToSlash(rest), "/")
	for n := 1; n <= len(parts); n++ {
		if ignoredItself(root, parts[:n], n < len(parts)) {
			return true
		}
	}
	return false
}

// ignoredItself judges one file or folder, given as its parts below root.
func ignoredItself(root string, parts []string, isFolder bool) bool {
	ignored := false
	judge := func(list string, below []string) {
		text, _, err := readSmall(list)
		if err != nil {
			return
		}
		for line := range bytes.Lines(text) {
			pattern := strings.TrimRight(string(line), " \t\r\n")
			if kept, negated := strings.CutPrefix(pattern, "!"); matches(kept, below, isFolder) {
				ignored = !negated
			}
		}
	}
	judge(filepath.Join(root, ".git", "info", "exclude"), parts)
	for i := range parts {
		judge(filepath.Join(root, filepath.Join(parts[:i]...), ".gitignore"), parts[i:])
	}
	return ignored
}

// matches tells whether a pattern covers a file or folder, given as its parts below the folder of the pattern's list.
func matches(pattern string, parts []string, isFolder bool) bool {
	if pattern == "" || pattern[0] == '#' {
		return false
	}
	body, foldersOnly := strings.CutSuffix(pattern, "/")
	if foldersOnly && !isFolder {
		return false
	}
	if !strings.Contains(body, "/") {
		ok, _ := path.Match(body, parts[len(parts)-1])
		return ok
	}
	return matchParts(strings.Split(strings.TrimPrefix(body, "/"), "/"), parts)
}

// matchParts matches folder by folder; ** stands for any number of folders.
func matchParts(pattern, parts []string) bool {
	switch {
	case len(pattern) == 0:
		return len(parts) == 0
	case pattern[0] == "**":
		for n := range len(parts) + 1 {
			if matchParts(pattern[1:], parts[n:]) {
				return true
			}
		}
		return false
	case len(parts) == 0:
		return false
	}
	ok, _ := path.Match(pattern[0], parts[0])
	return ok && matchParts(pattern[1:], parts[1:])
}
