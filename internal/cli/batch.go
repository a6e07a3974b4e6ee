package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
)

// batch runs something for each of several files: a failure does not stop the others.
type batch struct {
	app    *App
	total  int
	what   string // they are, in the plural
	worst  int
	failed []string // one line each
}

// each calls f for every input in order, tells the user of errors, and returns the error that stands for all of them.
func (a *App) each(ctx context.Context, inputs []input, f func(in input) error) error {
	b := &batch{app: a, total: len(inputs), what: "files"}
	for _, in := range inputs {
		err := guard(func() error { return f(in) })
		if interrupted(ctx, err) {
			return context.Canceled
		}
		b.note(in, err)
	}
	return b.result()
}

// interrupted tells Ctrl-C from a failure of one file.
func interrupted(ctx context.Context, err error) bool {
	return errors.Is(ctx.Err(), context.Canceled) && (err == nil || errors.Is(err, context.Canceled))
}

func (b *batch) note(in input, err error) {
	if err == nil {
		return
	}
	b.worst = max(b.worst, exitCode(err))
	named := about(in, err)
	b.failed = append(b.failed, named.Error())
	if !isSpoken(err) {
		err = named
	}
	b.app.report(err)
}

// result is nil where all went well. The user has been told of each failure: what is left is the summary of several.
func (b *batch) result() error {
	if len(b.failed) == 0 {
		return nil
	}
	if b.total > 1 {
		p := b.app.errPalette()
		fmt.Fprintf(b.app.Err, "%s %d of %d %s failed\n", p.red("Error:"), len(b.failed), b.total, b.what)
		for _, line := range b.failed {
			fmt.Fprintf(b.app.Err, "  %s\n", diag.Printable(config.Redact(line)))
		}
	}
	return &reportedError{b.worst}
}

// fileError says which file an error is about.
type fileError struct {
	file string
	err  error
}

func (e *fileError) Error() string { return e.file + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// about names the file in an error that does not.
func about(in input, err error) error {
	if is[*InputError](err) || is[*invalidError](err) || strings.HasPrefix(err.Error(), in.shown()+":") {
		return err
	}
	return &fileError{in.shown(), err}
}
