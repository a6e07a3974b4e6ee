// Package diag is the vocabulary of messages about source text: where (Pos, Span, Source), what (Diagnostic), and how it is
// shown (Render). It knows no language and no terminal. The same Diagnostic is printed with its source line, travels in JSON
// and is pinned by tests.
package diag

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Pos is a place in any text of one Set: an offset in bytes, counted from 1 over all texts of the set. The zero Pos is none.
type Pos uint32

// Span is the bytes from Start up to, not including, End. An empty span marks a place between bytes.
type Span struct{ Start, End Pos }

// Severity tells whether a Diagnostic stops the program from being run.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one message about a source text. Code is a stable word for programs (lower case, underscores); Message says
// in lower case without a full stop what was wrong, quoting the text; Hint, possibly empty, says what to do; Notes show other places.
type Diagnostic struct {
	Severity Severity
	Code     string
	Span     Span
	Message  string
	Hint     string
	Notes    []Note
}

// Note is another place that a Diagnostic is about, such as where a name was declared first.
type Note struct {
	Span    Span
	Message string
}

// List is a sequence of diagnostics. A List with an error among its elements is an error value itself.
type List []Diagnostic

// Error is the first error's message, so that a List can travel as an error.
func (l List) Error() string {
	for _, d := range l {
		if d.Severity == Error {
			return d.Message
		}
	}
	return "no error"
}

// HasErrors reports whether any element is an error rather than a warning.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Sort orders by place, errors before warnings at the same place, keeping the order of equals.
func (l List) Sort() {
	sort.SliceStable(l, func(i, j int) bool {
		if l[i].Span.Start != l[j].Span.Start {
			return l[i].Span.Start < l[j].Span.Start
		}
		return l[i].Severity < l[j].Severity
	})
}

// Source is one text: a file, standard input, or a text built in.
type Source struct {
	Name string // as the user wrote it; shown in messages
	Text []byte // not to be changed
	Base Pos    // position of Text[0]

	lines []Pos // positions of line starts, made when first asked for
	// The place asked for last and its column: lines of many megabytes exist, and messages come in order of place.
	last       Pos
	lastColumn int
}

// Set holds the texts of one program, includes among them. Not safe for concurrent use.
type Set struct {
	sources []*Source
	next    Pos
}

// MaxBytes is how many bytes the texts of one Set may have together.
const MaxBytes = 1<<32 - 2

// Add enters a text and returns it, or an error where the set would pass MaxBytes.
func (s *Set) Add(name string, text []byte) (*Source, error) {
	if s.next == 0 {
		s.next = 1
	}
	if uint64(len(text))+uint64(s.next) > MaxBytes {
		return nil, fmt.Errorf("%s: source text too large: %d bytes, all files of a program together may have %d", name, len(text), uint64(MaxBytes))
	}
	src := &Source{Name: name, Text: text, Base: s.next}
	s.sources = append(s.sources, src)
	s.next += Pos(len(text)) + 1 // one more, so that the end of a text is a position of its own
	return src, nil
}

// Find returns the text that holds p, or nil.
func (s *Set) Find(p Pos) *Source {
	i := sort.Search(len(s.sources), func(i int) bool { return s.sources[i].Base > p })
	if i == 0 || p == 0 {
		return nil
	}
	return s.sources[i-1]
}

// Position is a place as people name it. Line and Column count from 1, columns in code points. The zero Position is none.
type Position struct {
	File   string
	Line   int
	Column int
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Position returns where p is.
func (s *Set) Position(p Pos) Position {
	src := s.Find(p)
	if src == nil {
		return Position{}
	}
	line, col := src.lineColumn(p)
	return Position{File: src.Name, Line: line, Column: col}
}

func (src *Source) lineColumn(p Pos) (line, column int) {
	src.index()
	p = min(p, src.Base+Pos(len(src.Text)))
	i := sort.Search(len(src.lines), func(i int) bool { return src.lines[i] > p }) - 1
	start, column := src.lines[i], 1
	if start <= src.last && src.last <= p {
		start, column = src.last, src.lastColumn
	}
	column += utf8.RuneCount(src.Text[start-src.Base : p-src.Base])
	if at := int(p - src.Base); at < len(src.Text) && utf8.RuneStart(src.Text[at]) {
		src.last, src.lastColumn = p, column
	}
	return i + 1, column
}

func (src *Source) index() {
	if src.lines != nil {
		return
	}
	src.lines = append(src.lines, src.Base)
	for at := 0; ; {
		n := bytes.IndexByte(src.Text[at:], '\n')
		if n < 0 {
			return
		}
		at += n + 1
		src.lines = append(src.lines, src.Base+Pos(at))
	}
}

// Text returns the source at a span, as far as it lies in one text. It is not to be changed.
func (s *Set) Text(at Span) []byte {
	src := s.Find(at.Start)
	if src == nil {
		return nil
	}
	from, to := min(int(at.Start-src.Base), len(src.Text)), min(int(at.End-src.Base), len(src.Text))
	return src.Text[from:max(from, to)]
}

// Line returns the text of the line that holds p, without its end (\n or \r\n), and the offset in bytes of p within it, which is
// beyond the text where p is in the line's end.
func (s *Set) Line(p Pos) (text []byte, offset int) {
	src := s.Find(p)
	if src == nil {
		return nil, 0
	}
	at := min(int(p-src.Base), len(src.Text))
	start, end := 1+bytes.LastIndexByte(src.Text[:at], '\n'), len(src.Text)
	if n := bytes.IndexByte(src.Text[at:], '\n'); n >= 0 {
		end = at + n
	}
	line := src.Text[start:end]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, at - start
}
