package token

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/report"
)

// only3 reads tokens of OpenQASM 3 that begin with a character which other tokens do not have.
func (l *Lexer) only3(t *Token) bool {
	start := l.at
	switch l.text[start] {
	case '?':
		l.at++
		l.set(t, Question, start)
		return true
	case '$':
		if classes[l.peek(1)] != digit {
			return false
		}
		l.at++
		l.digits()
		l.set(t, HardwareQubit, start)
		t.Symbol = l.names.Symbol(l.text[start:l.at])
		return true
	case '#':
		return l.hash(t, "#pragma", HashPragma) || l.hash(t, "#dim", HashDim)
	}
	return false
}

func (l *Lexer) hash(t *Token, word string, k Kind) bool {
	start, end := l.at, l.at+len(word)
	if !bytes.HasPrefix(l.text[start:], []byte(word)) || end < len(l.text) && classes[l.text[end]] >= high {
		return false
	}
	l.at = end
	l.set(t, k, start)
	return true
}

// InName reports whether a name of ASCII letters may hold c.
func InName(c byte) bool { return classes[c] >= digit }

// Skip goes to the end of the source.
func (l *Lexer) Skip() { l.at = len(l.text) }

// RestOfLine takes what follows the last token on its line, without blanks around it.
func (l *Lexer) RestOfLine() diag.Span {
	rest := l.text[l.at:]
	if n := bytes.IndexAny(rest, "\r\n"); n >= 0 {
		rest = rest[:n]
	}
	start := l.at + len(rest) - len(bytes.TrimLeft(rest, " \t"))
	end := max(start, l.at+len(bytes.TrimRight(rest, " \t")))
	l.at += len(rest)
	return diag.Span{Start: l.base + diag.Pos(start), End: l.base + diag.Pos(end)}
}

// Calibration takes the text from behind an opening brace, the last token, up to the closing brace that fits, which is the next
// token. False: there is none.
func (l *Lexer) Calibration() (body diag.Span, ok bool) {
	start := l.at
	for depth := 0; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return diag.Span{Start: l.base + diag.Pos(start), End: l.base + diag.Pos(l.at)}, true
			}
		}
	}
	return diag.Span{}, false
}

// number3 reads a number of OpenQASM 3, with a unit of time or `im` behind it. Underscores may stand between digits.
func (l *Lexer) number3(t *Token) {
	start := l.at
	if l.prefixed(t) {
		return
	}
	k := Int
	good := l.separated() || l.text[start] == '.'
	if l.peek(0) == '.' {
		l.at++
		k = Float
		if classes[l.peek(0)] == digit {
			good = l.separated() && good
		}
	}
	if l.peek(0)|0x20 == 'e' {
		skip := 1
		if s := l.peek(1); s == '+' || s == '-' {
			skip = 2
		}
		if classes[l.peek(skip)] == digit {
			l.at += skip
			k = Float
			good = l.separated() && good
		}
	}
	if c := classes[l.peek(0)]; good && (c < high || c == digit) && l.peek(0) != ' ' && l.peek(0) != '\t' {
		l.set(t, k, start)
		return
	}
	if suffix, n := l.suffix(); good && suffix != Invalid {
		l.at += n
		l.set(t, suffix, start)
		return
	}
	l.set(t, k, start)
	if !good || l.goesOn() {
		l.badNumber3(t, start)
	}
}

// separated takes digits and single underscores between them, and reports whether they are right: where an underscore is followed by
// none, the lexer stands at it.
func (l *Lexer) separated() bool {
	if classes[l.peek(0)] != digit {
		return false
	}
	for {
		l.digits()
		if l.peek(0) != '_' {
			return true
		}
		if classes[l.peek(1)] != digit {
			return false
		}
		l.at++
	}
}

// prefixed reads an integer with a prefix of its base.
func (l *Lexer) prefixed(t *Token) bool {
	start := l.at
	if l.text[start] != '0' {
		return false
	}
	valid := prefixDigits(l.peek(1))
	if valid == "" {
		return false
	}
	l.at += 2
	good := false
	for ; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		isDigit := bytes.IndexByte([]byte(valid), c) >= 0
		if !isDigit && (c != '_' || !good) {
			break
		}
		good = isDigit
	}
	l.set(t, Int, start)
	if !good || l.goesOn() {
		l.badNumber3(t, start)
	}
	return true
}

// prefixDigits are the digits of the base whose prefix is 0 and c.
func prefixDigits(c byte) string {
	switch c {
	case 'b', 'B':
		return "01"
	case 'o':
		return "01234567"
	case 'x', 'X':
		return "0123456789abcdefABCDEF"
	}
	return ""
}

// Suffixes of numbers. The micro sign and the Greek letter look alike, and both are written.
var suffixes = []struct {
	text string
	kind Kind
}{
	{"im", Imaginary}, {"ns", Timing}, {"us", Timing}, {"ms", Timing}, {"dt", Timing}, {"\u00b5s", Timing}, {"\u03bcs", Timing}, {"s", Timing},
}

// suffix finds what a number may end in, after blanks, and its length with them.
func (l *Lexer) suffix() (Kind, int) {
	rest := l.text[l.at:]
	word := bytes.TrimLeft(rest, " \t")
	for _, s := range suffixes {
		if !bytes.HasPrefix(word, []byte(s.text)) {
			continue
		}
		if n := len(s.text); n == len(word) || !l.continues(word[n:]) {
			return s.kind, len(rest) - len(word) + n
		}
	}
	return Invalid, 0
}

// continues reports whether a name that ends before text goes on in it.
func (l *Lexer) continues(text []byte) bool {
	switch c := classes[text[0]]; c {
	case letter, digit:
		return true
	case high:
		r, _ := utf8.DecodeRune(text)
		return isLetter(r)
	}
	return false
}

// goesOn reports whether letters or digits stand next.
func (l *Lexer) goesOn() bool { return l.at < len(l.text) && l.continues(l.text[l.at:]) }

// takeLetters takes what letters and digits stand next.
func (l *Lexer) takeLetters() {
	for l.goesOn() {
		_, n := utf8.DecodeRune(l.text[l.at:])
		l.at += n
	}
}

// productHint is what to write for a number with a constant right behind it.
func productHint(text string) string {
	for _, constant := range []string{"pi", "tau", "π", "τ"} {
		if n, ok := strings.CutSuffix(text, constant); ok && n != "" && strings.Trim(n, "0123456789.") == "" {
			return "a product has its sign: `" + n + "*" + constant + "`"
		}
	}
	return ""
}

func (l *Lexer) badNumber3(t *Token, start int) {
	l.takeLetters()
	l.set(t, Invalid, start)
	text := l.Text(*t)
	l.report(t, "invalid_number", fmt.Sprintf("`%s` is neither a number nor a name", report.Clip(string(text))), numberHint(text))
}

// numberHint says what may be wrong with a number.
func numberHint(text []byte) string {
	last := text[len(text)-1]
	if hint := productHint(string(text)); hint != "" {
		return hint
	}
	switch {
	case len(text) > 1 && text[0] == '0' && text[1] == 'O':
		return "the prefix of octal integers is `0o`"
	case len(text) > 1 && text[0] == '0' && prefixDigits(text[1]) != "":
		return fmt.Sprintf("behind `%s` stand digits of %s, with single underscores between them only", text[:2], prefixDigits(text[1]))
	case bytes.IndexByte(text, '_') >= 0:
		return "an underscore stands between two digits"
	case last|0x20 == 'e':
		return "an exponent needs at least one digit, such as 1.0e3"
	case last == 'j' || last == 'i' || last == 'J':
		return "imaginary numbers end in `im`, such as 2.5im"
	}
	return "names begin with a letter; the units of time are ns, us, µs, ms, s and dt"
}
