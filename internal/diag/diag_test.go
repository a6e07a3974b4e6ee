package diag

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// place enters a text into a set of its own, behind another one, and returns the position of an offset in it.
func place(t *testing.T, text string, offset int) (*Set, Pos) {
	t.Helper()
	s := &Set{}
	if _, err := s.Add("before.qasm", []byte("one\ntwo\n")); err != nil {
		t.Fatal(err)
	}
	src, err := s.Add("x.qasm", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s, src.Base + Pos(offset)
}

func TestPositions(t *testing.T) {
	for _, k := range []struct {
		text   string
		offset int
		want   string
		line   string
		at     int
	}{
		{"", 0, "x.qasm:1:1", "", 0},
		{"ab\ncd", 0, "x.qasm:1:1", "ab", 0},
		{"ab\ncd", 2, "x.qasm:1:3", "ab", 2},
		{"ab\ncd", 3, "x.qasm:2:1", "cd", 0},
		{"ab\ncd", 5, "x.qasm:2:3", "cd", 2},
		{"ab\ncd\n", 6, "x.qasm:3:1", "", 0},
		{"ab\r\ncd\r\n", 2, "x.qasm:1:3", "ab", 2},
		{"ab\r\ncd\r\n", 3, "x.qasm:1:4", "ab", 3},
		{"ab\r\ncd\r\n", 5, "x.qasm:2:2", "cd", 1},
		{"\tx", 1, "x.qasm:1:2", "\tx", 1},
		{"πθ x", 5, "x.qasm:1:4", "πθ x", 5},
		{"\xff\xfe x", 3, "x.qasm:1:4", "\xff\xfe x", 3},
		{"\n\n\n", 2, "x.qasm:3:1", "", 0},
		{"ab", 99, "x.qasm:1:3", "ab", 2},
	} {
		s, p := place(t, k.text, k.offset)
		if got := s.Position(p).String(); got != k.want {
			t.Errorf("offset %d of %q is at %s, want %s", k.offset, k.text, got, k.want)
		}
		if line, at := s.Line(p); string(line) != k.line || at != k.at {
			t.Errorf("offset %d of %q: line %q at %d, want %q at %d", k.offset, k.text, line, at, k.line, k.at)
		}
	}
}

// TestPositionsInAnyOrder: what was asked before does not matter.
func TestPositionsInAnyOrder(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var text strings.Builder
		for range r.IntN(40) {
			text.WriteString([]string{"a", "π", "\n", "\r\n", "\xff", "𝄞"}[r.IntN(6)])
		}
		s, first := place(t, text.String(), 0)
		for range 40 {
			offset := r.IntN(text.Len() + 1)
			before := text.String()[:offset]
			line := 1 + strings.Count(before, "\n")
			column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
			if got := s.Position(first + Pos(offset)); got.Line != line || got.Column != column {
				t.Fatalf("seed %d: offset %d of %q is at %v, want %d:%d", seed, offset, text.String(), got, line, column)
			}
		}
	}
}

func TestTextsOfASet(t *testing.T) {
	s := &Set{}
	a, _ := s.Add("a", []byte("xy"))
	b, _ := s.Add("b", nil)
	c, _ := s.Add("c", []byte("z"))
	for _, k := range []struct {
		p    Pos
		want *Source
	}{{0, nil}, {a.Base, a}, {a.Base + 2, a}, {b.Base, b}, {c.Base, c}, {c.Base + 1, c}} {
		if got := s.Find(k.p); got != k.want {
			t.Errorf("position %d lies in %+v, want %+v", k.p, got, k.want)
		}
	}
	if p := s.Position(0); p != (Position{}) || p.String() != "" {
		t.Errorf("no position is %q", p)
	}
	if line, at := s.Line(0); line != nil || at != 0 {
		t.Errorf("no position has line %q", line)
	}
	if (&Set{}).Find(1) != nil {
		t.Error("an empty set holds a text")
	}
}

func TestTextsThatAreTooLarge(t *testing.T) {
	s := &Set{next: MaxBytes - 10}
	if _, err := s.Add("small.qasm", make([]byte, 4)); err != nil {
		t.Errorf("4 bytes refused: %v", err)
	}
	_, err := s.Add("large.qasm", make([]byte, 6))
	if err == nil || !strings.Contains(err.Error(), "large.qasm: source text too large") {
		t.Errorf("error %v", err)
	}
}

func TestLists(t *testing.T) {
	l := List{
		{Severity: Warning, Code: "a", Span: Span{5, 6}},
		{Severity: Error, Code: "b", Span: Span{5, 6}, Message: "first"},
		{Severity: Error, Code: "c", Span: Span{2, 3}, Message: "second"},
		{Severity: Error, Code: "d", Span: Span{5, 6}},
	}
	if l[:1].HasErrors() || !l.HasErrors() {
		t.Error("only the second holds errors")
	}
	if l.Error() != "first" || l[:1].Error() != "no error" {
		t.Errorf("as errors: %q, %q", l.Error(), l[:1].Error())
	}
	l.Sort()
	order := ""
	for _, d := range l {
		order += d.Code
	}
	if order != "cbda" {
		t.Errorf("sorted: %s", order)
	}
}

func TestCollectorStopsAndCounts(t *testing.T) {
	var c Collector
	for i := range 120 {
		c.Add(Diagnostic{Severity: Severity(i % 2), Code: fmt.Sprint("code", i), Span: Span{Pos(1000 - i), Pos(1000 - i)}})
	}
	l := c.List()
	if len(l) != MaxErrors+MaxWarnings+2 || c.Errors() != 60 || !c.Full() || !c.HasErrors() {
		t.Fatalf("%d kept of 120, %d errors", len(l), c.Errors())
	}
	errors, warnings := l[len(l)-2], l[len(l)-1]
	if errors.Code != "too_many_errors" || errors.Span.Start != Pos(1000-2*MaxErrors) {
		t.Errorf("last error: %+v", errors)
	}
	if warnings.Code != "too_many_warnings" || !strings.Contains(warnings.Message, "40") || warnings.Span.Start != Pos(1000-2*MaxWarnings-1) {
		t.Errorf("last warning: %+v", warnings)
	}
	for i := range l[:len(l)-3] {
		if l[i].Span.Start > l[i+1].Span.Start {
			t.Fatal("not in order of place")
		}
	}
}

func TestCollectorKeepsFewWarningsOfOneCode(t *testing.T) {
	var c Collector
	for i := range 10 {
		c.Add(Diagnostic{Severity: Warning, Code: "same", Span: Span{Pos(i), Pos(i)}})
		c.Add(Diagnostic{Severity: Error, Code: "same", Span: Span{Pos(i), Pos(i)}})
	}
	warnings := 0
	for _, d := range c.List() {
		if d.Severity == Warning && d.Code == "same" {
			warnings++
		}
	}
	if warnings != MaxAlike || !c.Drop("same", Span{}) || c.Drop("other", Span{}) {
		t.Errorf("%d warnings of one code kept, want %d", warnings, MaxAlike)
	}
}

func render(t *testing.T, text string, start, length int, d Diagnostic) string {
	t.Helper()
	s, p := place(t, text, start)
	d.Span = Span{p, p + Pos(length)}
	var b bytes.Buffer
	Render(&b, s, d, Style{})
	return b.String()
}

func TestRender(t *testing.T) {
	for _, k := range []struct {
		name          string
		text          string
		start, length int
		d             Diagnostic
		want          string
	}{
		{
			"a word", "qreg q[2];\nhh q[0];\n", 11, 2,
			Diagnostic{Message: `unknown gate "hh"`, Hint: "did you mean h?"},
			"x.qasm:2:1: error: unknown gate \"hh\"\n    2 | hh q[0];\n      | ^~\n      = hint: did you mean h?\n",
		},
		{
			"a warning without hint, behind a tab", "\tx q;", 3, 1,
			Diagnostic{Severity: Warning, Message: "m"},
			"x.qasm:1:4: warning: m\n    1 | \tx q;\n      | \t  ^\n",
		},
		{
			"an empty span at the end of a Windows line", "ab\r\nc", 2, 0,
			Diagnostic{Message: "m"},
			"x.qasm:1:3: error: m\n    1 | ab\n      |   ^\n",
		},
		{
			"the end of the file", "ab\n", 3, 0,
			Diagnostic{Message: "m"},
			"x.qasm:2:1: error: m\n    2 | \n      | ^\n",
		},
		{
			"beyond ASCII", "π θθ", 3, 4,
			Diagnostic{Message: "m"},
			"x.qasm:1:3: error: m\n    1 | π θθ\n      |   ^~\n",
		},
		{
			"over several lines", "ab cd\nef", 3, 5,
			Diagnostic{Message: "m"},
			"x.qasm:1:4: error: m\n    1 | ab cd\n      |    ^~\n",
		},
		{
			"hostile", "a\x1b[31m\u202eb\x00\xff", 1, 1,
			Diagnostic{Message: "bad \x1b]0;x\a\nnext", Hint: "\u2066h\x7f"},
			"x.qasm:1:2: error: bad ?]0;x? next\n    1 | a?[31m?b??\n      |  ^\n      = hint: ?h?\n",
		},
	} {
		t.Run(k.name, func(t *testing.T) {
			if got := render(t, k.text, k.start, k.length, k.d); got != k.want {
				t.Errorf("got\n%s\nwant\n%s", got, k.want)
			}
		})
	}
}

func TestRenderWithoutPosition(t *testing.T) {
	var b bytes.Buffer
	Render(&b, &Set{}, Diagnostic{Message: "no file", Hint: "give one"}, Style{})
	if want := "error: no file\n      = hint: give one\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestRenderHostileName(t *testing.T) {
	s := &Set{}
	src, _ := s.Add("a\x1b[2J.qasm", []byte("x"))
	var b bytes.Buffer
	Render(&b, s, Diagnostic{Span: Span{src.Base, src.Base}, Message: "m"}, Style{})
	if !strings.HasPrefix(b.String(), "a?[2J.qasm:1:1: error: m\n") {
		t.Errorf("got %q", b.String())
	}
}

func TestRenderAlignsLargeLineNumbers(t *testing.T) {
	got := strings.Split(render(t, strings.Repeat("\n", 1234566)+"ab", 1234567, 1, Diagnostic{Message: "m"}), "\n")
	if got[1] != "1234567 | ab" || got[2] != "        |  ^" {
		t.Errorf("got\n%s\n%s", got[1], got[2])
	}
}

func TestRenderLongLines(t *testing.T) {
	for _, unit := range []string{"a", "π", "𝄞", "\xff"} {
		long := strings.Repeat(unit, 5000)
		for _, k := range []struct{ start, length int }{{0, 1}, {0, 4000}, {2500, 1}, {2500, 2000}, {5000, 0}, {1, 100}, {4990, 10}} {
			w := len(unit)
			lines := strings.Split(render(t, long, k.start*w, k.length*w, Diagnostic{Message: "m"}), "\n")
			text, caret := []rune(strings.TrimPrefix(lines[1], "    1 | ")), []rune(strings.TrimPrefix(lines[2], "      | "))
			if len(text) > maxShown+3 || len(caret) > len(text)+1 {
				t.Errorf("%q from %d, %d long: %d code points over %d", unit, k.start, k.length, len(text), len(caret))
			}
			shown, _ := utf8.DecodeRuneInString(unit)
			if shown == utf8.RuneError {
				shown = '?'
			}
			at := strings.Count(string(caret), " ")
			if k.start < 5000 && text[at] != shown {
				t.Errorf("%q from %d, %d long: the caret stands under %q", unit, k.start, k.length, text[at])
			}
			if cut := text[0] == '…'; cut != (k.start > maxShown/2) {
				t.Errorf("%q from %d: cut at the left: %v", unit, k.start, cut)
			}
		}
	}
}

func TestRenderStyles(t *testing.T) {
	s, p := place(t, "ab", 1)
	mark := func(l string) func(string) string { return func(x string) string { return l + "(" + x + ")" } }
	st := Style{Error: mark("E"), Warning: mark("W"), Caret: mark("C"), Strong: mark("S")}
	var b bytes.Buffer
	Render(&b, s, Diagnostic{Severity: Warning, Span: Span{p, p + 1}, Message: "m"}, st)
	Render(&b, s, Diagnostic{Span: Span{p, p + 1}, Message: "n"}, st)
	want := "S(x.qasm:1:2): W(warning): m\n    1 | ab\n      | C( ^)\nS(x.qasm:1:2): E(error): n\n    1 | ab\n      | C( ^)\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestPrintable(t *testing.T) {
	long := Printable(strings.Repeat("π", 10_000))
	if n := utf8.RuneCountInString(long); n != 601 || !strings.HasSuffix(long, "π…") {
		t.Errorf("a long message is cut to %d code points", n)
	}
	if got := Printable("a\tb\nc\rd\x9be\u2028f\xc3 é"); got != "a b c?d?e?f? é" {
		t.Errorf("got %q", got)
	}
}

// TestNotes: a note has a place and a source line of its own, and one without a place is left out.
func TestNotes(t *testing.T) {
	s, p := place(t, "a;\nb;\n", 3)
	var c Collector
	c.Add(Diagnostic{Span: Span{p, p + 1}, Code: "x", Message: "`b` is wrong", Hint: "write a"})
	c.Note(c.Last(), Span{p - 3, p - 2}, "it is declared here")
	c.Note(c.Last(), Span{}, "nowhere")
	var out bytes.Buffer
	Render(&out, s, c.List()[0], Style{})
	want := "x.qasm:2:1: error: `b` is wrong\n    2 | b;\n      | ^\n      = hint: write a\nx.qasm:1:1: note: it is declared here\n    1 | a;\n      | ^\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// TestNotesOfWhatIsLeftOut: what is said of a diagnostic beyond the limit changes no other.
func TestNotesOfWhatIsLeftOut(t *testing.T) {
	var c Collector
	for range MaxErrors + 1 {
		c.Add(Diagnostic{Code: "x", Message: "m"})
	}
	c.Note(c.Last(), Span{1, 2}, "note")
	for _, d := range c.List() {
		if len(d.Notes) > 0 {
			t.Errorf("%+v", d)
		}
	}
}

// TestRenderWidths: the caret stands under what it is about also behind characters of two columns or of none, and a narrow terminal
// gets a short line.
func TestRenderWidths(t *testing.T) {
	for _, k := range []struct {
		text, mark  string
		columns     int
		line, caret string
	}{
		{"/* 量子 */ hh q;", "hh", 0, "/* 量子 */ hh q;", "           ^~"},
		{"x ｑ;", "ｑ", 0, "x ｑ;", "  ^~"},
		{"/* e\u0301 */ hh q;", "hh", 0, "/* e\u0301 */ hh q;", "        ^~"},
		{"/* 🙂 */ hh;", "hh", 0, "/* 🙂 */ hh;", "         ^~"},
		{strings.Repeat("x q; ", 20) + "hh q; x q; x q; x q; x q; x q;", "hh", 40, "…x q; x q; x q; hh q; x q; x q…", "                ^~"},
		{strings.Repeat("x q; ", 6) + "hh q;", "hh", 200, strings.Repeat("x q; ", 6) + "hh q;", strings.Repeat(" ", 30) + "^~"},
		{strings.Repeat("a", 100) + " hh", "hh", 0, strings.Repeat("a", 100) + " hh", strings.Repeat(" ", 101) + "^~"},
	} {
		s, p := place(t, k.text, strings.Index(k.text, k.mark))
		var b bytes.Buffer
		Render(&b, s, Diagnostic{Span: Span{p, p + Pos(len(k.mark))}, Message: "m"}, Style{Columns: k.columns})
		lines := strings.Split(b.String(), "\n")
		if lines[1] != "    1 | "+k.line || lines[2] != "      | "+k.caret {
			t.Errorf("%q at %d columns:\n%s", k.text, k.columns, b.String())
		}
	}
}
