package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// write puts a result on standard output.
func (a *App) write(text []byte) error {
	if _, err := a.Out.Write(text); err != nil {
		return &InputError{Detail: "cannot write to standard output: " + plain(err).Error()}
	}
	return nil
}

// sink is where results go: standard output, or a file that appears whole at the end or not at all.
type sink interface {
	write(text []byte) error
	// commit makes a file appear. What is not committed leaves nothing behind.
	commit() error
	// discard gives up what was not committed.
	discard()
}

// openSink returns standard output where path is empty or "-". It fails early, before anything is run, where a file cannot be
// written.
func (a *App) openSink(path string) (sink, error) {
	if path == "" || path == "-" {
		return standardOutput{a}, nil
	}
	target := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real // the file is replaced, not the link to it
	}
	mode := os.FileMode(0o666)
	switch info, err := os.Stat(target); {
	case err == nil && info.IsDir():
		return nil, &UsageError{Detail: "--output " + strconv.Quote(path) + " is a folder", Next: "name a file"}
	case err == nil && !info.Mode().IsRegular():
		return openDevice(path)
	case err == nil:
		mode = info.Mode().Perm()
	}
	f, err := createBeside(target, mode)
	if err != nil {
		return nil, outputError(path, err)
	}
	a.temporary.add(f.Name())
	return &fileSink{file: f, target: target, shown: path, temporary: &a.temporary}, nil
}

// createBeside makes a new file in the folder of target. Unlike os.CreateTemp it leaves the permissions to the user's umask.
func createBeside(target string, mode os.FileMode) (*os.File, error) {
	for i := 0; ; i++ {
		name := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+"."+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(i)+".tmp")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) || i > 100 {
			return f, err
		}
	}
}

func outputError(path string, err error) error {
	return &InputError{Detail: "cannot write " + strconv.Quote(path) + ": " + plain(err).Error()}
}

// plain takes operation and path off a file error: the message around it names the file already.
func plain(err error) error {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError):
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	}
	return err
}

type standardOutput struct{ app *App }

func (s standardOutput) write(text []byte) error { return s.app.write(text) }
func (s standardOutput) commit() error           { return nil }
func (s standardOutput) discard()                {}

// deviceSink writes to what cannot be replaced, such as a pipe or /dev/null.
type deviceSink struct {
	file  *os.File
	shown string
}

func openDevice(path string) (sink, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, outputError(path, err)
	}
	return &deviceSink{f, path}, nil
}

func (s *deviceSink) write(text []byte) error {
	if _, err := s.file.Write(text); err != nil {
		return outputError(s.shown, err)
	}
	return nil
}

func (s *deviceSink) commit() error {
	if err := s.file.Close(); err != nil {
		return outputError(s.shown, err)
	}
	return nil
}

func (s *deviceSink) discard() { _ = s.file.Close() }

// fileSink collects in a hidden file beside the target and renames it in the end.
type fileSink struct {
	file      *os.File
	target    string
	shown     string
	temporary *tempFiles
}

func (s *fileSink) write(text []byte) error {
	if _, err := s.file.Write(text); err != nil {
		return outputError(s.shown, err)
	}
	return nil
}

func (s *fileSink) commit() error {
	err := errors.Join(s.file.Sync(), s.file.Close())
	if err == nil {
		err = s.temporary.rename(s.file.Name(), s.target)
	}
	if err != nil {
		s.discard()
		return outputError(s.shown, err)
	}
	return nil
}

func (s *fileSink) discard() {
	_ = s.file.Close()
	s.temporary.remove(s.file.Name())
}

// blocks separates blocks of text by an empty line.
type blocks struct{ any bool }

func (b *blocks) next(text *bytes.Buffer) {
	if b.any {
		text.WriteByte('\n')
	}
	b.any = true
}
