package qasm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/spelling"
)

// Limits of included files. A file that includes another twice, which does the same, would otherwise grow without end.
const (
	MaxIncludeDepth = 64
	MaxIncludes     = 1000
	MaxIncludeBytes = 256 << 20 // of one file
)

// The library files that are built in, whatever files of these names exist.
const (
	library2 = "qelib1.inc"
	library3 = "stdgates.inc"
)

// include reads an included file where the statement stands.
func (l *loader) include(s *ast.Include) {
	if l.later != nil {
		if l.libraryOf3(s) {
			return
		}
	} else if l.libraryOf2(s) {
		return
	}
	if len(l.open) > MaxIncludeDepth || l.files >= MaxIncludes {
		l.rep.Error(s.PathAt, "too_many_includes", "", "files may be included %d deep and %d in all", MaxIncludeDepth, MaxIncludes)
		return
	}
	path, text, ok := l.find(s)
	if !ok {
		l.unread(s)
		return
	}
	for _, src := range l.open {
		if filepath.Clean(src.Name) == path {
			l.rep.Error(s.PathAt, "include_cycle", "", "%s includes itself: %s", src.Name, l.chain(src, path))
			return
		}
	}
	l.files++
	src, err := l.program.Sources.Add(path, text)
	if err != nil {
		l.rep.Error(s.PathAt, "source_too_large", "", "%v", err)
	} else if l.isText(src) {
		l.read(src)
	}
}

// libraryOf2 includes a library file that is built in.
func (l *loader) libraryOf2(s *ast.Include) bool {
	switch s.Path {
	case library3:
		l.rep.Deviation(s.PathAt, "library_of_openqasm3", `write include "qelib1.inc";`, "stdgates.inc belongs to OpenQASM 3: its gates are read as those of qelib1.inc")
		l.checker.Library(s.PathAt)
		return true
	case library2:
		l.checker.Library(s.PathAt)
		return true
	}
	return false
}

// libraryOf3 does the same in OpenQASM 3, where a file of the library's name that --include leads to is taken in its place.
func (l *loader) libraryOf3(s *ast.Include) bool {
	if s.Path != library3 && s.Path != library2 {
		return false
	}
	for _, dir := range l.opts.Include {
		if _, err := l.readFile(filepath.Join(dir, s.Path)); err == nil {
			return false
		}
	}
	if s.Path == library2 {
		l.rep.Deviation(s.PathAt, "library_of_openqasm2", `write include "stdgates.inc";`, "qelib1.inc belongs to OpenQASM 2: its gates are read as those of stdgates.inc")
	}
	l.later.Library(s.PathAt)
	return true
}

// chain is the way from an open file round to itself.
func (l *loader) chain(from *diag.Source, last string) string {
	var names []string
	for _, src := range l.open {
		if len(names) > 0 || src == from {
			names = append(names, src.Name)
		}
	}
	return strings.Join(append(names, last), " → ")
}

// find reads the first file of the search that exists, or reports what was tried.
func (l *loader) find(s *ast.Include) (path string, text []byte, ok bool) {
	if s.Path == "" {
		l.rep.Error(s.PathAt, "include_not_found", "", "the name of the included file is empty")
		return "", nil, false
	}
	tried := l.candidates(s.Path)
	for _, path := range tried {
		if text, ok := l.texts[path]; ok {
			return path, text, true
		}
		text, err := l.readFile(path)
		if err == nil {
			l.texts[path] = text
			return path, text, true
		}
		if !errors.Is(err, fs.ErrNotExist) {
			l.rep.Error(s.PathAt, "include_unreadable", "", "the included file cannot be read: %v", err)
			return "", nil, false
		}
	}
	hint := ""
	if near := l.nearLibrary(s.Path); near != "" {
		hint = "did you mean \"" + near + "\"?"
	} else if len(l.opts.Include) == 0 {
		hint = "name the folder that holds it with --include"
	}
	l.rep.Error(s.PathAt, "include_not_found", hint, "there is no file %q to include; tried %s", s.Path, strings.Join(tried, ", "))
	return "", nil, false
}

// nearLibrary is the library that may be meant by the name of a file, "" where it is none.
func (l *loader) nearLibrary(path string) string {
	own, other := library2, library3
	if l.later != nil {
		own, other = other, own
	}
	if strings.EqualFold(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), "qelib") {
		return own
	}
	best := spelling.New(filepath.Base(path))
	best.Try(own)
	best.Try(other)
	return best.Best()
}

// unread goes on behind a file that could not be included: what it would have declared is not reported as missing.
func (l *loader) unread(s *ast.Include) {
	near := l.nearLibrary(s.Path) != ""
	switch {
	case l.later == nil && near:
		l.checker.Library(s.PathAt)
	case l.later == nil:
		l.checker.Incomplete()
	case near:
		l.later.Library(s.PathAt)
	default:
		l.later.Incomplete()
	}
}

// candidates are the paths where an included file may be, in order.
func (l *loader) candidates(name string) []string {
	if filepath.IsAbs(name) {
		return []string{filepath.Clean(name)}
	}
	var paths []string
	for _, dir := range l.opts.Include {
		paths = append(paths, filepath.Join(dir, name))
	}
	return append(paths, filepath.Join(filepath.Dir(l.open[len(l.open)-1].Name), name))
}

func (l *loader) readFile(path string) ([]byte, error) {
	if l.opts.ReadFile != nil {
		return l.opts.ReadFile(path)
	}
	return ReadFile(path)
}

// ReadFile reads a regular file of at most MaxIncludeBytes. It refuses anything else, so that it never waits.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if info.Size() > MaxIncludeBytes {
		return nil, fmt.Errorf("%s has %d bytes, an included file may have %d", path, info.Size(), MaxIncludeBytes)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxIncludeBytes+1))
	if err == nil && len(text) > MaxIncludeBytes {
		err = fmt.Errorf("%s grew beyond %d bytes", path, MaxIncludeBytes)
	}
	return text, err
}
