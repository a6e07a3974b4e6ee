package token

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/report"
)

// scan returns all tokens of a text, EOF excluded, as "kind:text", with the codes of what was reported.
func scan(text string) (tokens, codes []string) {
	var set diag.Set
	src, _ := set.Add("test", []byte(text))
	rep := &report.Reporter{}
	l := NewLexer(src, NewNames(), rep)
	var t Token
	for l.Next(&t); t.Kind != EOF; l.Next(&t) {
		s := string(l.Text(t))
		if t.Kind < LParen {
			s = fmt.Sprintf("%s:%s", []string{"", "invalid", "name", "int", "float", "string"}[t.Kind], s)
		}
		if t.Flags != 0 {
			s += fmt.Sprintf("!%d", t.Flags)
		}
		tokens = append(tokens, s)
	}
	for _, d := range rep.List() {
		codes = append(codes, d.Code)
	}
	return tokens, codes
}

func TestLexer(t *testing.T) {
	for _, test := range []struct{ text, tokens, codes string }{
		{"", "", ""},
		{" \t\r\n// end", "", ""},
		{"cx q[0],q1[23];", "name:cx name:q [ int:0 ] , name:q1 [ int:23 ] ;", ""},
		{"\xef\xbb\xbfh q;", "name:h name:q ;", ""},
		{"1 1.5 .5 5. 1.e3 2.5E-01 1e3 007 0 0.0", "int:1 float:1.5 float:.5 float:5. float:1.e3 float:2.5E-01 float:1e3!1 int:007!2 int:0 float:0.0", ""},
		{"1e", "invalid:1e", "invalid_number"},
		{"1e+", "invalid:1e +", "invalid_number"},
		{"2a 1_0", "invalid:2a invalid:1_0", "invalid_number invalid_number"},
		{"1.2.3", "float:1.2 float:.3", ""},
		{"-> - == = != ! < <= << > >= >> + ++ * ** & && | ||", "-> - == = != ! < <= << > >= >> + ++ * ** & && | ||", ""},
		{"( ) [ ] { } , ; : . @ % ^ ~ /", "( ) [ ] { } , ; : . @ % ^ ~ /", ""},
		{"a//b\nc/*d\n*/e", "name:a name:c name:e", ""},
		{"a /* b", "name:a invalid:/*", "unterminated_comment"},
		{`"x" 'y'`, `string:"x" string:'y'!4`, ""},
		{"\"x\ny", "invalid:\"x name:y", "unterminated_string"},
		{"θ aβ π _x", "name:θ!8 name:aβ!8 name:π!8 name:_x", ""},
		{"a#$?b", "name:a invalid:#$? name:b", "invalid_character"},
		{"\xff\xfe", "invalid:\xff\xfe", "invalid_character"},
		{"a\x00", "name:a invalid:\x00", "invalid_character"},
		{"averyveryverylongname a12345678 a1234567", "name:averyveryverylongname name:a12345678 name:a1234567", ""},
	} {
		tokens, codes := scan(test.text)
		if got := strings.Join(tokens, " "); got != test.tokens {
			t.Errorf("%q: tokens %q, want %q", test.text, got, test.tokens)
		}
		if got := strings.Join(codes, " "); got != test.codes {
			t.Errorf("%q: reported %q, want %q", test.text, got, test.codes)
		}
	}
}

func TestNames(t *testing.T) {
	n := NewNames()
	if got := n.Symbol([]byte("measure")); got != Measure {
		t.Errorf("measure is %d, want %d", got, Measure)
	}
	if got := n.Symbol([]byte("π")); got != PiSign {
		t.Errorf("π is %d, want %d", got, PiSign)
	}
	if !n.Symbol([]byte("qubit")).IsKeyword3() || n.Symbol([]byte("qreg")).IsKeyword3() || n.Symbol([]byte("x")).IsKeyword3() {
		t.Error("the keywords of OpenQASM 3 are wrong")
	}
	var symbols []Symbol
	for i := range 5000 { // through several growths, short and long
		symbols = append(symbols, n.Symbol(fmt.Appendf(nil, "a%d", i)), n.Symbol(fmt.Appendf(nil, "long_name_%d", i)))
	}
	for i := range 5000 {
		if n.Symbol(fmt.Appendf(nil, "a%d", i)) != symbols[2*i] || n.Symbol(fmt.Appendf(nil, "long_name_%d", i)) != symbols[2*i+1] {
			t.Fatalf("name %d has changed its symbol", i)
		}
	}
	slices.Sort(symbols)
	if len(slices.Compact(symbols)) != 10000 {
		t.Error("different names share a symbol")
	}
	if n.Text(n.Symbol([]byte("long_name_7"))) != "long_name_7" {
		t.Error("a symbol has lost its name")
	}
}

func TestElement(t *testing.T) {
	for text, want := range map[string]string{
		"[0]": "0", "[12];": "12", "[123456789012345678]": "123456789012345678",
		"": "", "[": "", "[1": "", "[]": "", "[ 1]": "", "[1 ]": "", "[01]": "", "[1234567890123456789]": "", "[a]": "", "[1:2]": "",
	} {
		var set diag.Set
		src, _ := set.Add("test", []byte(text))
		l := NewLexer(src, NewNames(), &report.Reporter{})
		span, value, ok := l.Element()
		if ok != (want != "") || ok && (string(l.Slice(span)) != want || fmt.Sprint(value) != want) {
			t.Errorf("%q: %v %d %v, want %q", text, span, value, ok, want)
		}
		if !ok && l.at != 0 {
			t.Errorf("%q: the lexer has moved", text)
		}
	}
}

func FuzzLexer(f *testing.F) {
	for _, s := range []string{"OPENQASM 2.0;\nqreg q[2];", "1e+ .5 \"a", "/* π", "if(c==1)x q;", "\xff\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var set diag.Set
		src, _ := set.Add("test", text)
		rep := &report.Reporter{}
		l := NewLexer(src, NewNames(), rep)
		last, invalid := src.Base, 0
		var tok Token
		for l.Next(&tok); tok.Kind != EOF; l.Next(&tok) {
			if tok.Start < last || tok.End <= tok.Start || int(tok.End-src.Base) > len(text) {
				t.Fatalf("token %v after %d in %d bytes", tok, last, len(text))
			}
			if last = tok.End; tok.Kind == Invalid {
				invalid++
			}
		}
		if rep.Errors() != invalid {
			t.Fatalf("%d invalid tokens, %d errors", invalid, rep.Errors())
		}
	})
}
