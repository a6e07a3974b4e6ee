package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/softquantus/qcos/internal/expect"
)

// discover finds the tests at the paths: programs as they are given, and in folders those that have expectations. Skipped is how
// many programs of folders have none. A program or a file of expectations that cannot be read is a test with an error.
func (o *testOptions) discover() (tests []*test, skipped int, err error) {
	inputs, err := expand(o.paths)
	if err != nil {
		return nil, 0, err
	}
	for _, in := range inputs {
		info, err := os.Stat(in.name)
		switch {
		case err != nil:
			return nil, 0, inputError(in, err)
		case !info.IsDir():
			tests = append(tests, o.testsOf(in.name, true)...)
			continue
		}
		err = filepath.WalkDir(in.name, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return inputError(input{path}, err)
			case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != in.name:
				return fs.SkipDir
			case d.IsDir() || filepath.Ext(path) != ".qasm":
				return nil
			}
			found := o.testsOf(path, o.update)
			if len(found) == 0 {
				skipped++
			}
			tests = append(tests, found...)
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	if len(tests) == 0 {
		return nil, 0, &InputError{
			Detail: fmt.Sprintf("there is no program with expectations at %s", strings.Join(o.paths, ", ")),
			Next:   "write them beside a program, in NAME" + expect.Suffix + "; qcos test --update PROGRAM begins one",
		}
	}
	return tests, skipped, nil
}

// expectFile is where the expectations of a program stand.
func expectFile(program string) string {
	return strings.TrimSuffix(program, filepath.Ext(program)) + expect.Suffix
}

// testsOf are the tests of a program: one for its file of expectations or its comments, or one a function of QUTest's. A named
// program without any is a test with an error, unless they are about to be written.
func (o *testOptions) testsOf(program string, named bool) []*test {
	source, err := readProgram(program)
	if err != nil {
		return []*test{{file: program, err: err}}
	}
	path := expectFile(program)
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		suite, err := expect.ParseYAML(path, text)
		return []*test{{file: program, suite: suite, source: source, err: err}}
	case !errors.Is(err, fs.ErrNotExist):
		return []*test{{file: program, err: inputError(input{path}, err)}}
	}
	var tests []*test
	if expect.HasComments(source) {
		cases, err := expect.ParseComments(program, source)
		if err != nil {
			return []*test{{file: program, err: err}}
		}
		for _, c := range cases {
			if c.Suite != nil {
				tests = append(tests, &test{file: program, function: c.Name, suite: c.Suite, source: c.Source})
			}
		}
	}
	if len(tests) > 0 || !named {
		return tests
	}
	t := &test{file: program, source: source, suite: &expect.Suite{Detect: expect.DefaultDetect}}
	if !o.update {
		t.err = &expect.Error{File: program, Message: fmt.Sprintf("has no expectations: write %s, or comments //%% expect …", path)}
	}
	return []*test{t}
}

func readProgram(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, inputError(input{path}, err)
	case !info.Mode().IsRegular():
		return nil, &InputError{Detail: path + " is not a file"}
	case info.Size() > maxSource:
		return nil, inputError(input{path}, errTooLarge)
	}
	text, err := os.ReadFile(path)
	return text, inputError(input{path}, err)
}
