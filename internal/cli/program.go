package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm"
)

// sourceOptions are the flags about how programs are read.
type sourceOptions struct {
	include []string
	strict  bool
}

func (s *sourceOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.include, "include", nil, "look for included files in this `DIR` first; may be repeated")
	cmd.Flags().BoolVar(&s.strict, "strict", false, "accept only what the OpenQASM specification allows")
	_ = cmd.MarkFlagDirname("include")
}

func (s *sourceOptions) qasm() qasm.Options {
	return qasm.Options{Strict: s.strict, Include: s.include}
}

// programFiles are the arguments of commands that take programs.
func programFiles(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return &UsageError{Detail: cmd.CommandPath() + " needs a file", Next: fmt.Sprintf("name one, or give - to read standard input; %s", seeHelp(cmd))}
}

func completeProgramFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"qasm"}, cobra.ShellCompDirectiveFilterFileExt
}

// loader turns source into a program; it is qasm.Load but for tests.
type loader func(name string, text []byte, o qasm.Options) *qasm.Program

// load reads and parses a program. Its errors are about the file; those of the program are in its Diagnostics.
func (a *App) load(ctx context.Context, in input, load loader, o qasm.Options) (*qasm.Program, error) {
	text, err := a.read(ctx, in)
	if err != nil {
		return nil, err
	}
	began := a.Now()
	p := load(in.shown(), text, o)
	a.Log.Debug("program read", "file", in.shown(), "bytes", len(text), "version", p.Version, "strict", o.Strict,
		"diagnostics", len(p.Diagnostics), "time", a.Now().Sub(began).Round(time.Microsecond))
	return p, ctx.Err()
}

// parsed is loadValid for a text that was read already.
func (a *App) parsed(ctx context.Context, in input, text []byte, load loader, o qasm.Options) (*qasm.Program, error) {
	p := load(in.shown(), text, o)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return a.valid(p)
}

// loadValid is load for commands that need a circuit: it shows the diagnostics, and errors among them are an *invalidError.
func (a *App) loadValid(ctx context.Context, in input, load loader, o qasm.Options) (*qasm.Program, error) {
	p, err := a.load(ctx, in, load, o)
	if err != nil {
		return nil, err
	}
	return a.valid(p)
}

// valid shows the diagnostics of a program; errors among them are an *invalidError.
func (a *App) valid(p *qasm.Program) (*qasm.Program, error) {
	refuseEmpty(p)
	showDiagnostics(a.Err, p, a.errPalette())
	if p.Diagnostics.HasErrors() {
		return p, &invalidError{p.Sources, p.Diagnostics}
	}
	return p, nil
}

// refuseEmpty makes an empty file an error. As a program it would run and do nothing, which is never what its name was given for.
func refuseEmpty(p *qasm.Program) {
	src := p.Sources.Find(1)
	if src == nil || len(bytes.TrimSpace(src.Text)) > 0 {
		return
	}
	p.Diagnostics = diag.List{{Severity: diag.Error, Code: "empty_program", Span: diag.Span{Start: src.Base, End: src.Base}, Message: "the file is empty"}}
}

func showDiagnostics(w io.Writer, p *qasm.Program, colors palette) {
	for _, d := range p.Diagnostics {
		d.Message, d.Hint = config.Redact(d.Message), config.Redact(d.Hint)
		d.Notes = slices.Clone(d.Notes)
		for i := range d.Notes {
			d.Notes[i].Message = config.Redact(d.Notes[i].Message)
		}
		var text bytes.Buffer
		diag.Render(&text, p.Sources, d, colors.diagStyle())
		place, excerpt, _ := bytes.Cut(text.Bytes(), []byte("\n"))
		fmt.Fprintf(w, "%s\n%s", place, maskKeys(excerpt))
	}
}

// keyInSource is what looks like an API key. Somebody will check a .env by mistake, or include one, and diagnostics quote lines.
var keyInSource = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)qcos-[0-9a-z]{2}[0-9a-z._-]{5,}`)
})

// maskKeys keeps the beginning of keys and the columns of what follows.
func maskKeys(text []byte) []byte {
	const shown = len("qcos-ab")
	return keyInSource().ReplaceAllFunc(text, func(key []byte) []byte {
		return append(bytes.Clone(key[:shown]), bytes.Repeat([]byte("*"), len(key)-shown)...)
	})
}

// diagnosticJSON is a diagnostic for programs. Lines and columns count from 1, columns in code points; the end is exclusive.
type diagnosticJSON struct {
	Severity  string     `json:"severity"`
	Code      string     `json:"code"`
	File      string     `json:"file,omitempty"` // where it is not the program itself but a file that it includes
	Line      int        `json:"line"`
	Column    int        `json:"column"`
	EndLine   int        `json:"end_line"`
	EndColumn int        `json:"end_column"`
	Message   string     `json:"message"`
	Hint      string     `json:"hint"`
	Notes     []noteJSON `json:"notes,omitempty"`
}

// noteJSON is another place that a diagnostic is about.
type noteJSON struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Message   string `json:"message"`
}

func diagnosticsJSON(name string, sources *diag.Set, list diag.List) []diagnosticJSON {
	out := make([]diagnosticJSON, 0, len(list))
	for _, d := range list {
		n := noteOf(name, sources, d.Span, d.Message)
		j := diagnosticJSON{
			Severity: d.Severity.String(), Code: d.Code, File: n.File, Line: n.Line, Column: n.Column, EndLine: n.EndLine, EndColumn: n.EndColumn,
			Message: n.Message, Hint: config.Redact(d.Hint),
		}
		for _, n := range d.Notes {
			j.Notes = append(j.Notes, noteOf(name, sources, n.Span, n.Message))
		}
		out = append(out, j)
	}
	return out
}

// noteOf is a message with its place. The file is named where it is not the program itself.
func noteOf(name string, sources *diag.Set, at diag.Span, message string) noteJSON {
	start, end := sources.Position(at.Start), sources.Position(max(at.End, at.Start))
	n := noteJSON{Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column, Message: config.Redact(message)}
	if start.File != name {
		n.File = start.File
	}
	return n
}
