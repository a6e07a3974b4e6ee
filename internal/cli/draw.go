package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/draw"
	"github.com/softquantus/qcos/internal/qasm"
)

type drawOptions struct {
	app  *App
	load loader

	files  []string
	source sourceOptions
	format string
	width  int
	output string
	blocks blocks
}

// The forms of drawings, as --format names them.
const (
	drawText = "text"
	drawSVG  = "svg"
)

func newDrawCommand(a *App) *cobra.Command {
	o := &drawOptions{app: a, load: qasm.Load, format: drawText}
	cmd := &cobra.Command{
		Use:   "draw FILE...",
		Short: "Draw circuits",
		Long: "Draw the circuits of programs: wires from left to right, folded at the width of the terminal, or a picture as SVG. What is\n" +
			"drawn is what the program does, with its definitions and loops expanded. Of a program that decides while it runs, every\n" +
			"operation is drawn once, and a warning says so.",
		Example:           "  qcos draw bell.qasm\n  qcos draw --format svg --output bell.svg bell.qasm",
		Args:              programFiles,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			if !cmd.Flags().Changed("width") {
				o.width = width(a.Out)
			}
			return o.run(cmd.Context())
		},
	}
	addChoice(cmd, &o.format, "format", []string{drawText, drawSVG}, "form of the drawing")
	cmd.Flags().IntVar(&o.width, "width", 0, "fold the text at `N` columns; 0 folds nowhere (default that of the terminal, else 80)")
	cmd.Flags().StringVar(&o.output, "output", "", "write to this `FILE` instead of standard output")
	o.source.addFlags(cmd)
	return cmd
}

func (o *drawOptions) run(ctx context.Context) error {
	if o.width < 0 {
		return &UsageError{Detail: fmt.Sprintf("--width %d is negative", o.width), Next: "give a number of columns, or 0 to fold nowhere"}
	}
	inputs, err := expand(o.files)
	if err != nil {
		return err
	}
	if len(inputs) > 1 && o.format == drawSVG {
		return &UsageError{Detail: "--format svg draws one file", Next: "name one, or leave --format out"}
	}
	sink, err := o.app.openSink(o.output)
	if err != nil {
		return err
	}
	if err := o.app.each(ctx, inputs, func(in input) error { return o.file(ctx, in, sink, len(inputs) > 1) }); err != nil {
		sink.discard()
		return err
	}
	return sink.commit()
}

func (o *drawOptions) file(ctx context.Context, in input, to sink, several bool) error {
	p, err := o.app.loadValid(ctx, in, o.load, o.source.qasm())
	if err != nil {
		return err
	}
	c := o.circuit(in, p)
	if n := len(c.Ops); n > draw.MaxOps {
		return &InputError{Detail: fmt.Sprintf("%s has %s, at most %s can be drawn", in.shown(), counted(n, "operation"), grouped(draw.MaxOps))}
	}
	if o.format == drawSVG {
		return to.write([]byte(draw.SVG(c)))
	}
	text := draw.Text(c, o.width)
	if several {
		text = in.shown() + "\n" + text
		if o.blocks.any {
			text = "\n" + text
		}
		o.blocks.any = true
	}
	return to.write([]byte(text))
}

// circuit is what is drawn of a program.
func (o *drawOptions) circuit(in input, p *qasm.Program) *circuit.Circuit {
	if p.Circuit != nil {
		return p.Circuit
	}
	o.app.showWarnings(in, []string{"the program decides while it runs what happens: every operation is drawn once, without its conditions and bits, and angles and qubits that are not known stand for any"})
	return p.Program.Outline()
}
