package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/emit"
	layout "github.com/softquantus/qcos/internal/qasm/format"
	"github.com/softquantus/qcos/internal/qasm/upgrade"
	"github.com/softquantus/qcos/internal/run"
)

type convertOptions struct {
	app  *App
	load loader

	file   string
	source sourceOptions
	to     string
	output string
}

// The languages that programs are converted to, as --to names them.
const (
	toQASM2 = "qasm2"
	toQASM3 = "qasm3"
)

func newConvertCommand(a *App) *cobra.Command {
	o := &convertOptions{app: a, load: qasm.Load}
	cmd := &cobra.Command{
		Use:   "convert --to qasm2|qasm3 FILE",
		Short: "Write a program in the other version of OpenQASM",
		Long: "Write a program in OpenQASM 2.0 or 3. The result means exactly the same, phases included. To qasm3 its definitions, names\n" +
			"and comments stay where that is possible; else, and to qasm2, definitions and loops are expanded to the gates of the\n" +
			"language's library. What the language cannot say is refused by name. A program that is of that version already is only\n" +
			"laid out anew, as by qcos fmt.",
		Example:           "  qcos convert --to qasm3 bell.qasm\n  qcos convert --to qasm3 --output new.qasm bell.qasm",
		Args:              oneProgramFile,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return o.run(cmd.Context())
		},
	}
	addChoice(cmd, &o.to, "to", []string{toQASM2, toQASM3}, "the version to write; must be given")
	cmd.Flags().StringVar(&o.output, "output", "", "write to this `FILE` instead of standard output")
	o.source.addFlags(cmd)
	return cmd
}

// oneProgramFile are the arguments of commands that take one program.
func oneProgramFile(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return &UsageError{Detail: fmt.Sprintf("%s takes one file, %d were given", cmd.CommandPath(), len(args)), Next: seeHelp(cmd)}
	}
	return programFiles(cmd, args)
}

func (o *convertOptions) run(ctx context.Context) error {
	if o.to == "" {
		return &UsageError{Detail: "qcos convert needs the version to write", Next: "give --to qasm2 or --to qasm3"}
	}
	return o.app.each(ctx, []input{{o.file}}, func(in input) error { return o.convert(ctx, in) })
}

func (o *convertOptions) convert(ctx context.Context, in input) error {
	text, err := o.app.read(ctx, in)
	if err != nil {
		return err
	}
	p := o.load(in.shown(), text, o.source.qasm())
	refuseEmpty(p)
	showDiagnostics(o.app.Err, p, o.app.errPalette())
	if p.Diagnostics.HasErrors() {
		return &invalidError{p.Sources, p.Diagnostics}
	}
	out, err := o.written(in, text, p)
	if err != nil {
		return err
	}
	sink, err := o.app.openSink(o.output)
	if err != nil {
		return err
	}
	if err := sink.write(out); err != nil {
		sink.discard()
		return err
	}
	return sink.commit()
}

// written is the program in the language that was asked for.
func (o *convertOptions) written(in input, text []byte, p *qasm.Program) ([]byte, error) {
	dialect, name := gate.QASM2, "OpenQASM 2.0"
	if o.to == toQASM3 {
		dialect, name = gate.QASM3, "OpenQASM 3"
	}
	if (p.Major == 3) == (dialect == gate.QASM3) {
		return layout.Source(in.shown(), text).Text, nil
	}
	if p.Circuit == nil {
		what, pos := emit.Obstacle(text)
		if p.Program != nil && p.Program.Why != "" && p.Program.WhyPos != 0 {
			what, pos = what+": "+p.Program.Why, p.Program.WhyPos
		}
		return nil, noWords(in, p, name, &emit.Refusal{What: what, Pos: pos})
	}
	if q, b := p.Circuit.NumQubits, p.Circuit.NumClbits; q > run.MaxQubits || b > run.MaxClbits {
		return nil, &InputError{Detail: fmt.Sprintf("%s declares %s and %s, at most %s and %s can be written anew", in.shown(),
			counted(q, "qubit"), counted(b, "bit"), grouped(run.MaxQubits), grouped(run.MaxClbits)), Next: "declare only what is used"}
	}
	c, err := emit.Plain(p.Circuit, p.Program)
	if err != nil {
		return nil, noWords(in, p, name, err)
	}
	if dialect == gate.QASM3 {
		if out, ok := upgrade.Source(in.shown(), text, c); ok {
			return out, nil
		}
	}
	out, err := emit.Source(c, dialect)
	return out, noWords(in, p, name, err)
}

// noWords says what a language cannot, and where the program asked for it.
func noWords(in input, p *qasm.Program, language string, err error) error {
	var refusal *emit.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	place := in.shown()
	if refusal.Pos != 0 {
		place = p.Sources.Position(refusal.Pos).String()
	}
	return &InputError{Detail: fmt.Sprintf("%s: %s has no words for %s", place, language, refusal.What), Next: refusal.Next}
}
