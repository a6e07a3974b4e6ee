package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how many code points of a source line are shown around a caret where nothing else is asked for: files of one line of
// many megabytes exist. minShown are the fewest, however narrow the terminal.
const (
	maxShown = 120
	minShown = 30
)

// Style tells Render how to mark parts of a message; nil members mark nothing. A terminal passes colours.
type Style struct {
	Error, Warning, Caret, Strong func(string) string
	// Columns is the width of the terminal, into which source lines are cut to fit; 0 for any other width.
	Columns int
}

// Render writes d as
//
//	FILE:LINE:COLUMN: error: message
//	   12 | source line
//	      |     ^~~~
//	      = hint: what to do
//	FILE:LINE:COLUMN: note: what else to look at
//	    3 | its source line
//	      | ^~~
//
// Control characters in the source and its name are shown as '?', so that a hostile file cannot steer the terminal.
func Render(w io.Writer, set *Set, d Diagnostic, st Style) {
	label := apply(st.Error, "error")
	if d.Severity == Warning {
		label = apply(st.Warning, "warning")
	}
	showAt(w, set, d.Span, label, d.Message, st)
	if d.Hint != "" {
		fmt.Fprintf(w, "      = hint: %s\n", Printable(d.Hint))
	}
	for _, n := range d.Notes {
		showAt(w, set, n.Span, apply(st.Strong, "note"), n.Message, st)
	}
}

// showAt writes a message with its place and the marked source line.
func showAt(w io.Writer, set *Set, at Span, label, message string, st Style) {
	pos := set.Position(at.Start)
	pos.File = Printable(pos.File)
	if pos.File != "" {
		fmt.Fprintf(w, "%s: ", apply(st.Strong, pos.String()))
	}
	fmt.Fprintf(w, "%s: %s\n", label, Printable(message))
	if pos.Line > 0 {
		line, off := set.Line(at.Start)
		number := fmt.Sprintf("%5d", pos.Line)
		shown := maxShown
		if st.Columns > 0 {
			shown = min(max(st.Columns-len(number)-len(" | ……"), minShown), maxShown)
		}
		text, caret := excerpt(line, off, int(at.End-at.Start), shown)
		fmt.Fprintf(w, "%s | %s\n%*s | %s\n", number, text, len(number), "", apply(st.Caret, caret))
	}
}

func apply(f func(string) string, s string) string {
	if f == nil {
		return s
	}
	return f(s)
}

// excerpt cuts a line to that many code points around offset and draws the marker under length bytes from there.
func excerpt(line []byte, offset, length, shown int) (text, caret string) {
	before := clean(line[:min(offset, len(line))])
	rest := line[min(offset, len(line)):]
	marked := clean(rest[:min(max(length, 1), len(rest))])
	after := clean(rest[min(max(length, 1), len(rest)):])
	if keep := max(shown/2, shown-1-len(marked)-len(after)); len(before) > keep {
		before = append([]rune("…"), before[len(before)-keep:]...)
	}
	room := max(shown-len(before), 0)
	if len(marked) > room {
		marked, after = append(marked[:room:room], '…'), nil
	}
	if r := max(room-len(marked), 0); len(after) > r {
		after = append(after[:r:r], '…')
	}
	var indent strings.Builder
	for _, r := range before {
		if r == '\t' {
			indent.WriteByte('\t')
		} else {
			indent.WriteString("  "[:columns(r)])
		}
	}
	return string(before) + string(marked) + string(after),
		indent.String() + "^" + strings.Repeat("~", max(columnsOf(marked)-1, 0))
}

// clean decodes bytes for people. Of long ones only both ends are looked at: what lies further from the caret is cut anyway.
func clean(b []byte) []rune {
	if len(b) > 8*maxShown {
		b = append(append([]byte(nil), b[:4*maxShown]...), b[len(b)-4*maxShown:]...)
	}
	out := make([]rune, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		out = append(out, printableRune(r))
	}
	return out
}

func printableRune(r rune) rune {
	if r != '\t' && (r == utf8.RuneError || !unicode.IsPrint(r)) {
		return '?'
	}
	return r
}

// Printable returns s with everything that could steer a terminal replaced by '?', cut to a length fit for one line.
func Printable(s string) string {
	const limit = 600
	n := 0
	out := strings.Map(func(r rune) rune {
		if n++; n > limit {
			return -1
		}
		if r == '\t' || r == '\n' {
			return ' '
		}
		return printableRune(r)
	}, s)
	if n > limit {
		out += "…"
	}
	return out
}
