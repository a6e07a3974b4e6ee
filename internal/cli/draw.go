package cli

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/draw"
	"github.com/softquantus/qcos/internal/program"
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
	c, labels := o.circuit(in, p)
	if n := c.NumQubits; n > draw.MaxOps {
		return &InputError{Detail: fmt.Sprintf("%s declares %s, at most %s can be drawn", in.shown(), counted(n, "qubit"), grouped(draw.MaxOps))}
	}
	if n := len(c.Ops); n > draw.MaxOps {
		return &InputError{Detail: fmt.Sprintf("%s has %s, at most %s can be drawn", in.shown(), counted(n, "operation"), grouped(draw.MaxOps))}
	}
	if o.format == drawSVG {
		return to.write([]byte(draw.SVG(c, labels)))
	}
	text := draw.Text(c, labels, o.width)
	if several {
		text = in.shown() + "\n" + text
		if o.blocks.any {
			text = "\n" + text
		}
		o.blocks.any = true
	}
	return to.write([]byte(text))
}

// circuit is what is drawn of a program. Where it decides while it runs, parameters that are not known show as they are written.
func (o *drawOptions) circuit(in input, p *qasm.Program) (*circuit.Circuit, draw.Labels) {
	if p.Circuit != nil {
		return p.Circuit, nil
	}
	o.app.showWarnings(in, []string{"the program decides while it runs what happens: every operation is drawn once, without its conditions and bits, parameters that are not known as they are written, and qubits that are not known stand for any"})
	c, of := p.Program.OutlineOf()
	labels := draw.Labels{}
	for i, x := range of {
		switch {
		case x.Within:
			labels[i] = draw.Label{Hidden: true}
			continue
		case x.Gate != nil:
			labels[i] = draw.Label{Params: written(p, x.Gate.Params)}
			continue
		}
		name := "pow(" + cmp.Or(written(p, []program.Param{x.Pow.Exponent})[0], strconv.FormatFloat(x.Pow.Exponent.Value, 'g', 4, 64)) + ")"
		if x.Of != nil {
			name += " " + x.Of.ID.String()
		}
		labels[i] = draw.Label{Name: name}
	}
	return c, labels
}

// written are the parameters that only the run knows as their program has them, "" for the others.
func written(p *qasm.Program, params []program.Param) []string {
	const most = 24
	list := make([]string, len(params))
	for i, x := range params {
		if x.Slot < 0 {
			continue
		}
		list[i] = "…"
		if src := p.Sources.Find(x.At.Start); src != nil && x.At.End > x.At.Start {
			text := []rune(strings.Join(strings.Fields(string(src.Text[x.At.Start-src.Base:x.At.End-src.Base])), " "))
			if len(text) > most {
				text = append(text[:most-1], '…')
			}
			list[i] = diag.Printable(string(text))
			if x.Minus && len(strings.FieldsFunc(list[i], unicode.IsLetter)) == 0 {
				list[i] = "-" + list[i]
			} else if x.Minus {
				list[i] = "-(" + list[i] + ")"
			}
		}
	}
	return list
}
