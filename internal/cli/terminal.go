package cli

import (
	"os"

	"golang.org/x/term"

	"github.com/softquantus/qcos/internal/diag"
)

// defaultWidth is taken where a terminal does not tell its width, and off terminals.
const defaultWidth = 80

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// width is the number of columns of w where it is a terminal.
func width(w any) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// palette marks text. The zero palette marks nothing.
type palette struct {
	on      bool
	columns int // of the terminal; 0 where it is none
}

func (a *App) outPalette() palette { return newPalette(a.Color, a.OutTerminal, a.Out) }
func (a *App) errPalette() palette { return newPalette(a.Color, a.ErrTerminal, a.Err) }

func newPalette(color, terminal bool, w any) palette {
	if !terminal {
		return palette{}
	}
	return palette{on: color, columns: width(w)}
}

func (p palette) paint(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p palette) bold(s string) string   { return p.paint("1", s) }
func (p palette) dim(s string) string    { return p.paint("2", s) }
func (p palette) red(s string) string    { return p.paint("1;31", s) }
func (p palette) green(s string) string  { return p.paint("32", s) }
func (p palette) yellow(s string) string { return p.paint("33", s) }
func (p palette) cyan(s string) string   { return p.paint("36", s) }

// diagStyle is how diagnostics are marked.
func (p palette) diagStyle() diag.Style {
	return diag.Style{Error: p.red, Warning: p.yellow, Caret: p.green, Strong: p.bold, Columns: p.columns}
}
