package cli

import (
	"bytes"
	"context"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm"
	layout "github.com/softquantus/qcos/internal/qasm/format"
)

type fmtOptions struct {
	app *App

	files  []string
	write  bool
	list   bool
	diff   bool
	differ bool // a file was not formatted
}

func newFmtCommand(a *App) *cobra.Command {
	o := &fmtOptions{app: a}
	cmd := &cobra.Command{
		Use:   "fmt [FILE...]",
		Short: "Lay programs out in the canonical way",
		Long: "Lay OpenQASM programs out in the canonical way and print them, or standard input where no file is named. Only blanks\n" +
			"and line ends change: every comment stays, and the program means the same. With -l or -d and without -w the exit code\n" +
			"is 1 where a file is not laid out so.",
		Example:           "  qcos fmt -w circuits/*.qasm\n  qcos fmt -l circuits/*.qasm\n  qcos fmt -d bell.qasm",
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVarP(&o.write, "write", "w", false, "write the result to the file instead of standard output")
	cmd.Flags().BoolVarP(&o.list, "list", "l", false, "list the files whose layout differs")
	cmd.Flags().BoolVarP(&o.diff, "diff", "d", false, "show the differences instead of the result")
	return cmd
}

func (o *fmtOptions) run(ctx context.Context) error {
	if len(o.files) == 0 {
		if f, ok := o.app.In.(*os.File); ok && isTerminal(f) {
			return &UsageError{Detail: "qcos fmt needs a file", Next: "name one, or hand it the program on standard input"}
		}
		o.files = []string{stdinName}
	}
	inputs, err := expand(o.files)
	if err != nil {
		return err
	}
	for _, in := range inputs {
		if o.write && in.name == stdinName {
			return &UsageError{Detail: "--write cannot write to standard input", Next: "leave it out: the result goes to standard output"}
		}
	}
	if err := o.app.each(ctx, inputs, func(in input) error { return o.file(ctx, in) }); err != nil {
		return err
	}
	if o.differ && (o.list || o.diff) && !o.write {
		return &reportedError{exitFailed}
	}
	return nil
}

func (o *fmtOptions) file(ctx context.Context, in input) error {
	text, err := o.app.read(ctx, in)
	if err != nil {
		return err
	}
	r := layout.Source(in.shown(), text)
	if r.Diagnostics.HasErrors() {
		showDiagnostics(o.app.Err, &qasm.Program{Sources: r.Sources, Diagnostics: r.Diagnostics}, o.app.errPalette())
		return &invalidError{r.Sources, r.Diagnostics}
	}
	differs := !bytes.Equal(text, r.Text)
	o.differ = o.differ || differs
	if differs && o.list {
		if err := o.app.write([]byte(diag.Printable(in.shown()) + "\n")); err != nil {
			return err
		}
	}
	if differs && o.diff {
		name := diag.Printable(in.shown())
		if err := o.app.write(diff.Diff(name+".orig", text, name, r.Text)); err != nil {
			return err
		}
	}
	switch {
	case o.write && differs:
		return o.replace(in, r.Text)
	case o.write, o.list, o.diff:
		return nil
	}
	return o.app.write(r.Text)
}

// replace writes a file anew: it appears whole or stays as it is.
func (o *fmtOptions) replace(in input, text []byte) error {
	sink, err := o.app.openSink(in.name)
	if err != nil {
		return err
	}
	if err := sink.write(text); err != nil {
		sink.discard()
		return err
	}
	return sink.commit()
}
