package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/spelling"
)

const (
	// maxSource is how large a program may be, in bytes. Real ones reach a few hundred megabytes; what is larger is some other file.
	maxSource = 1 << 30
	// pipeWait is how long a pipe may be without a writer.
	pipeWait = 500 * time.Millisecond
	pipePoll = 5 * time.Millisecond
	chunk    = 1 << 20
)

// stdinName is the argument that stands for standard input.
const stdinName = "-"

// input is a program that was asked for.
type input struct {
	name string // as given, or as a pattern gave it
}

// shown is the name for people.
func (in input) shown() string {
	if in.name == stdinName {
		return "<stdin>"
	}
	return in.name
}

// expand turns arguments into inputs. A pattern that the shell left alone, quoted or on Windows, is expanded here, unless a file
// has that very name.
func expand(args []string) ([]input, error) {
	var inputs []input
	for _, arg := range args {
		if _, err := os.Lstat(arg); err == nil || !strings.ContainsAny(arg, "*?[") {
			inputs = append(inputs, input{arg})
			continue
		}
		names, err := filepath.Glob(arg)
		if err != nil {
			return nil, &UsageError{Detail: fmt.Sprintf("%q is not a pattern: %v", arg, err)}
		}
		if len(names) == 0 {
			return nil, &InputError{Detail: fmt.Sprintf("no file matches %q", arg)}
		}
		for _, name := range names {
			inputs = append(inputs, input{name})
		}
	}
	return inputs, nil
}

// read returns the text of a program. It never waits for the writer of a pipe that nobody opens.
func (a *App) read(ctx context.Context, in input) ([]byte, error) {
	if in.name == stdinName {
		text, err := readAll(ctx, a.In, sizeHint(a.In))
		return text, inputError(in, err)
	}
	f, err := openNoWait(in.name)
	if err != nil {
		return nil, inputError(in, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, inputError(in, err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, &InputError{fmt.Sprintf("%s is a folder", in.shown()), fmt.Sprintf("name its files: %s", filepath.Join(in.name, "*.qasm"))}
	case mode&fs.ModeNamedPipe != 0:
		text, err := readPipe(ctx, f)
		return text, inputError(in, err)
	case !mode.IsRegular():
		return nil, &InputError{fmt.Sprintf("%s is a device, not a file", in.shown()), "give a file, a pipe or - for standard input"}
	case info.Size() > maxSource:
		return nil, inputError(in, errTooLarge)
	}
	text, err := readAll(ctx, f, info.Size())
	return text, inputError(in, err)
}

var (
	errTooLarge = fmt.Errorf("is larger than %d MiB, more than any program", maxSource>>20)
	errNoWriter = errors.New("is a pipe that nothing was written to")
)

// inputError words what went wrong with a file.
func inputError(in input, err error) error {
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errTooLarge), errors.Is(err, errNoWriter):
		return &InputError{Detail: fmt.Sprintf("%s %v", in.shown(), err)}
	case errors.Is(err, fs.ErrNotExist):
		return &InputError{Detail: "no such file: " + nameOfNothing(in.name), Next: similarFile(in.name)}
	}
	return &InputError{Detail: fmt.Sprintf("cannot read %s: %v", in.shown(), plain(err))}
}

// nameOfNothing is a name to show where there may be no such file. A key pasted in the place of a file is cut.
func nameOfNothing(name string) string {
	if _, err := os.Lstat(name); err == nil || filepath.Ext(name) != "" {
		return name
	}
	return config.Redact(name)
}

// similarFile suggests a file of the same folder.
func similarFile(name string) string {
	folder := filepath.Dir(name)
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > 10000 {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	near := spelling.Nearest(filepath.Base(name), names)
	if near == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(filepath.Join(folder, near)) + "?"
}

// sizeHint is the number of bytes to come where r is a regular file, else 0.
func sizeHint(r io.Reader) int64 {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return min(info.Size(), maxSource)
		}
	}
	return 0
}

// readAll reads up to maxSource bytes. Unlike io.ReadAll it keeps pieces until the end: a buffer that grows by copying would take
// several times the memory of a large program.
func readAll(ctx context.Context, r io.Reader, size int64) ([]byte, error) {
	var pieces [][]byte
	piece := make([]byte, 0, size+bytes.MinRead)
	total := 0
	for {
		n, err := r.Read(piece[len(piece):cap(piece)])
		piece, total = piece[:len(piece)+n], total+n
		switch {
		case total > maxSource:
			return nil, errTooLarge
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, io.EOF):
			if pieces == nil {
				return piece, nil
			}
			return bytes.Join(append(pieces, piece), nil), nil
		case err != nil:
			return nil, err
		}
		if len(piece) == cap(piece) {
			pieces, piece = append(pieces, piece), make([]byte, 0, chunk)
		}
	}
}

// readPipe reads a pipe that was opened without waiting. The end comes at once where nobody has opened it for writing: then it
// waits a little, for a writer that is about to.
func readPipe(ctx context.Context, f *os.File) ([]byte, error) {
	first := make([]byte, chunk)
	for deadline := time.Now().Add(pipeWait); ; {
		n, err := f.Read(first)
		if n > 0 {
			rest, err := readAll(ctx, f, 0)
			return append(first[:n], rest...), err
		}
		switch {
		case !errors.Is(err, io.EOF):
			return nil, err
		case time.Now().After(deadline):
			return nil, errNoWriter
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		time.Sleep(pipePoll)
	}
}
