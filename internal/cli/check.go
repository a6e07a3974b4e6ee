package cli

import (
	"bytes"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/qasm"
)

type checkOptions struct {
	app  *App
	load loader

	files      []string
	source     sourceOptions
	syntaxOnly bool
	format     format
}

func newCheckCommand(a *App) *cobra.Command {
	o := &checkOptions{app: a, load: qasm.Load}
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check programs without running them",
		Long: "Check OpenQASM programs without running them. Errors and warnings go to standard output, each with its place as\n" +
			"FILE:LINE:COLUMN, the line and what to do. The exit code is 3 where there is an error.",
		Example:           "  qcos check bell.qasm ghz.qasm\n  qcos check --strict --format json bell.qasm",
		Args:              programFiles,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.run(cmd.Context())
		},
	}
	o.source.addFlags(cmd)
	cmd.Flags().BoolVar(&o.syntaxOnly, "syntax-only", false, "look at the grammar only, not at names and types")
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *checkOptions) run(ctx context.Context) error {
	inputs, err := expand(o.files)
	if err != nil {
		return err
	}
	return o.app.each(ctx, inputs, func(in input) error { return o.file(ctx, in) })
}

// checkJSON is the answer about one file.
type checkJSON struct {
	File    string           `json:"file"`
	Version string           `json:"version"`
	Valid   bool             `json:"valid"`
	Errors  []diagnosticJSON `json:"errors"`
}

func (o *checkOptions) file(ctx context.Context, in input) error {
	options := o.source.qasm()
	options.SyntaxOnly, options.CheckOnly = o.syntaxOnly, true
	p, err := o.app.load(ctx, in, o.load, options)
	if err != nil {
		return o.unreadable(in, err)
	}
	var text bytes.Buffer
	if o.format == formatJSON {
		answer := checkJSON{in.name, p.Version, !p.Diagnostics.HasErrors(), diagnosticsJSON(in.shown(), p.Sources, p.Diagnostics)}
		if err := writeLine(&text, answer); err != nil {
			return err
		}
	} else {
		showDiagnostics(&text, p, o.app.outPalette())
	}
	if err := o.app.write(text.Bytes()); err != nil {
		return err
	}
	if p.Diagnostics.HasErrors() {
		return &invalidError{p.Sources, p.Diagnostics}
	}
	return nil
}

// unreadable gives a file that could not be read its line of JSON too.
func (o *checkOptions) unreadable(in input, err error) error {
	if o.format != formatJSON || errors.Is(err, context.Canceled) {
		return err
	}
	var text bytes.Buffer
	problem := diagnosticJSON{Severity: "error", Code: errorCode(err), Message: config.Redact(err.Error()), Hint: remedy(err)}
	if e := writeLine(&text, checkJSON{File: nameOfNothing(in.name), Errors: []diagnosticJSON{problem}}); e != nil {
		return e
	}
	if e := o.app.write(text.Bytes()); e != nil {
		return e
	}
	return err
}
