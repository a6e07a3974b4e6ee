package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/softquantus/qcos/internal/cli/login"
	"github.com/softquantus/qcos/internal/config"
)

// App is what all commands share: where they read and write, how they may show things, and what the time is. Tests make their
// own; newApp makes the one of this process.
type App struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // everything else

	InTerminal  bool // a person types on In
	OutTerminal bool // a person reads Out
	ErrTerminal bool // a person reads Err
	Color       bool // terminals may be coloured
	annotates   bool // standard error is read by GitHub Actions
	Debug       bool // show decisions, and the stack of an internal error

	Ring   login.Ring                 // of this user; nil: the operating system's
	Browse func(address string) error // shows a page to the user; nil: in their browser

	Log *slog.Logger // decisions, for --debug; never a key
	Now func() time.Time

	temporary tempFiles // to be removed where the process ends early

	// settles says that a command has something to settle with the user after Ctrl-C: the process waits for it.
	settles atomic.Bool
}

func newApp() *App {
	p := config.CurrentProcess()
	a := &App{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal: isTerminal(os.Stdin), OutTerminal: isTerminal(os.Stdout), ErrTerminal: isTerminal(os.Stderr),
		Color: !p.NoColor && !p.Dumb, annotates: p.GitHubActions,
		Log: slog.New(slog.DiscardHandler),
		Now: time.Now,
	}
	if p.Dumb { // it cannot go back on a line: nothing is animated
		a.ErrTerminal = false
	}
	if p.Debug {
		a.enableDebug()
	}
	return a
}

// enableDebug makes Log write to standard error.
func (a *App) enableDebug() {
	if a.Debug {
		return
	}
	a.Debug = true
	a.Log = slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: redactAttr}))
}

// redactAttr keeps keys out of the log even where one was typed in the place of something else.
func redactAttr(_ []string, attr slog.Attr) slog.Attr {
	if attr.Value.Kind() == slog.KindString {
		attr.Value = slog.StringValue(config.Redact(attr.Value.String()))
	}
	return attr
}

// run does what args say and returns the exit code. It never panics.
func (a *App) run(ctx context.Context, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	err := guard(func() error { return root.ExecuteContext(ctx) })
	a.report(err)
	return exitCode(err)
}
