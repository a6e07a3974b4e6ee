package token

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/report"
)

// Lexer yields the tokens of one source. What is no token becomes one Invalid token a run of such characters, reported to the
// Reporter unless Quiet.
type Lexer struct {
	Quiet        bool      // report nothing: the parser is looking for a place to go on
	BlockComment diag.Span // the first comment of the form /* */, which OpenQASM 2 does not have

	text  []byte
	base  diag.Pos
	at    int
	names *Names
	diags *report.Reporter
}

// NewLexer returns a lexer at the start of src, past a byte order mark.
func NewLexer(src *diag.Source, names *Names, diags *report.Reporter) *Lexer {
	l := &Lexer{text: src.Text, base: src.Base, names: names, diags: diags}
	if bytes.HasPrefix(l.text, []byte("\xef\xbb\xbf")) {
		l.at = 3
	}
	return l
}

// Text is the source between the token's ends; it must not be changed.
func (l *Lexer) Text(t Token) []byte { return l.text[t.Start-l.base : t.End-l.base] }

// NewlineBetween reports whether a line ends between two positions of the source.
func (l *Lexer) NewlineBetween(from, to diag.Pos) bool {
	return bytes.IndexByte(l.text[from-l.base:to-l.base], '\n') >= 0
}

// class says what a token that starts with a byte may be.
type class uint8

const (
	other class = iota
	space
	letter
	digit
	quote
	dot
	slash
	single // a token of its own, whatever follows
	double // punctuation that may go on
	high   // the start of a code point above ASCII
)

var classes = func() (c [256]class) {
	for _, b := range " \t\r\n\v\f" {
		c[b] = space
	}
	for b := 'a'; b <= 'z'; b++ {
		c[b], c[b-'a'+'A'] = letter, letter
	}
	c['_'] = letter
	for b := '0'; b <= '9'; b++ {
		c[b] = digit
	}
	c['"'], c['\''], c['.'], c['/'] = quote, quote, dot, slash
	for b, k := range singles {
		if k != EOF {
			c[b] = single
		}
	}
	for _, b := range "-=!<>+*&|" {
		c[b] = double
	}
	for b := utf8.RuneSelf; b < 256; b++ {
		c[b] = high
	}
	return c
}()

var singles = [128]Kind{
	'(': LParen, ')': RParen, '[': LBracket, ']': RBracket, '{': LBrace, '}': RBrace,
	',': Comma, ';': Semicolon, ':': Colon, '@': At, '%': Percent, '^': Caret, '~': Tilde,
}

// Next returns the next token; at the end, EOF for ever.
func (l *Lexer) Next() Token {
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch classes[c] {
		case space:
			l.at++
		case letter:
			return l.ident(0)
		case single:
			l.at++
			return l.token(singles[c], l.at-1)
		case digit:
			return l.number()
		case double:
			return l.punctuation()
		case dot:
			if l.at+1 < len(l.text) && classes[l.text[l.at+1]] == digit {
				return l.number()
			}
			l.at++
			return l.token(Dot, l.at-1)
		case slash:
			if t, ok := l.slash(); ok {
				return t
			}
		case quote:
			return l.quoted()
		default:
			return l.foreign()
		}
	}
	return l.token(EOF, l.at)
}

func (l *Lexer) token(k Kind, start int) Token {
	return Token{Kind: k, Start: l.base + diag.Pos(start), End: l.base + diag.Pos(l.at)}
}

func (l *Lexer) ident(f Flags) Token {
	start, i := l.at, l.at
	for i < len(l.text) {
		if c := classes[l.text[i]]; c == letter || c == digit {
			i++
			continue
		} else if c != high {
			break
		}
		r, n := utf8.DecodeRune(l.text[i:])
		if !unicode.IsLetter(r) {
			break
		}
		i, f = i+n, f|Foreign
	}
	l.at = i
	t := l.token(Ident, start)
	t.Flags, t.Symbol = f, l.names.Symbol(l.text[start:i])
	return t
}

// number reads an Int or a Float: digits with a point somewhere, and an exponent.
func (l *Lexer) number() Token {
	start := l.at
	whole := l.digits()
	k, f := Int, Flags(0)
	if whole > 1 && l.text[start] == '0' {
		f = LeadingZero
	}
	if l.peek(0) == '.' {
		l.at++
		l.digits()
		k, f = Float, 0
	}
	if e := l.peek(0) | 0x20; e == 'e' {
		skip := 1
		if s := l.peek(1); s == '+' || s == '-' {
			skip = 2
		}
		if classes[l.peek(skip)] == digit {
			l.at += skip
			l.digits()
			if k == Int {
				k, f = Float, NoPoint
			}
		}
	}
	t := l.token(k, start)
	t.Flags = f
	if c := classes[l.peek(0)]; c == letter || c == high {
		return l.badNumber(start)
	}
	return t
}

func (l *Lexer) digits() int {
	start := l.at
	for l.at < len(l.text) && l.text[l.at]-'0' <= 9 {
		l.at++
	}
	return l.at - start
}

// peek is the byte n further on, or 0.
func (l *Lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

// badNumber takes the letters behind a number into one Invalid token.
func (l *Lexer) badNumber(start int) Token {
	for l.at < len(l.text) {
		if c := classes[l.text[l.at]]; c != letter && c != digit && c != high {
			break
		}
		l.at++
	}
	t := l.token(Invalid, start)
	text := report.Clip(string(l.Text(t)))
	hint := ""
	switch last := text[len(text)-1] | 0x20; {
	case last == 'e':
		hint = "an exponent needs at least one digit, such as 1.0e3"
	case strings.IndexByte(text, '_') >= 0:
		hint = "digit separators belong to OpenQASM 3: write the digits without `_`"
	}
	l.report(t, "invalid_number", fmt.Sprintf("`%s` is neither a number nor a name: a number ends where letters begin", text), hint)
	return t
}

func (l *Lexer) punctuation() Token {
	start := l.at
	c, next := l.text[l.at], l.peek(1)
	k, n := pair(c, next)
	if k == Invalid {
		k, n = lone(c), 1
	}
	l.at += n
	return l.token(k, start)
}

// pair is the token of two bytes that starts with c and goes on with next, or Invalid.
func pair(c, next byte) (Kind, int) {
	switch {
	case c == '-' && next == '>':
		return Arrow, 2
	case c == '=' && next == '=':
		return EqEq, 2
	case c == '!' && next == '=':
		return NotEq, 2
	case c == '<' && next == '=':
		return LessEq, 2
	case c == '>' && next == '=':
		return GreaterEq, 2
	case c == '<' && next == '<':
		return ShiftLeft, 2
	case c == '>' && next == '>':
		return ShiftRight, 2
	case c == '+' && next == '+':
		return PlusPlus, 2
	case c == '*' && next == '*':
		return StarStar, 2
	case c == '&' && next == '&':
		return AmpAmp, 2
	case c == '|' && next == '|':
		return PipePipe, 2
	}
	return Invalid, 0
}

func lone(c byte) Kind {
	switch c {
	case '-':
		return Minus
	case '=':
		return Assign
	case '!':
		return Not
	case '<':
		return Less
	case '>':
		return Greater
	case '+':
		return Plus
	case '*':
		return Star
	case '&':
		return Amp
	}
	return Pipe
}

// slash reads a division or skips a comment; ok is false after a comment.
func (l *Lexer) slash() (t Token, ok bool) {
	start := l.at
	switch l.peek(1) {
	case '/':
		if n := bytes.IndexByte(l.text[l.at:], '\n'); n >= 0 {
			l.at += n + 1
		} else {
			l.at = len(l.text)
		}
		return Token{}, false
	case '*':
		n := bytes.Index(l.text[l.at+2:], []byte("*/"))
		if n < 0 {
			l.at = len(l.text)
			t = l.token(Invalid, start)
			t.End = t.Start + 2
			l.report(t, "unterminated_comment", "this comment has no end", "end it with */")
			return t, true
		}
		l.at += n + 4
		if l.BlockComment == (diag.Span{}) {
			l.BlockComment = l.token(EOF, start).Span()
		}
		return Token{}, false
	}
	l.at++
	return l.token(Slash, start), true
}

// quoted reads a String, whose quotes belong to its span.
func (l *Lexer) quoted() Token {
	start, q := l.at, l.text[l.at]
	n := bytes.IndexAny(l.text[start+1:], string(q)+"\r\n")
	if n < 0 || l.text[start+1+n] != q {
		l.at = len(l.text)
		if n >= 0 {
			l.at = start + 1 + n
		}
		t := l.token(Invalid, start)
		l.report(t, "unterminated_string", "this string has no end on its line", fmt.Sprintf("close it with %c", q))
		return t
	}
	l.at = start + n + 2
	t := l.token(String, start)
	if q == '\'' {
		t.Flags = SingleQuote
	}
	return t
}

// foreign reads a name that starts with a letter above ASCII, or a run of characters of no token.
func (l *Lexer) foreign() Token {
	start := l.at
	if r, _ := utf8.DecodeRune(l.text[l.at:]); r != utf8.RuneError && unicode.IsLetter(r) {
		return l.ident(Foreign)
	}
	first, _ := utf8.DecodeRune(l.text[l.at:])
	for l.at < len(l.text) {
		c := classes[l.text[l.at]]
		if c != other && c != high {
			break
		}
		l.at++
	}
	t := l.token(Invalid, start)
	l.report(t, "invalid_character", fmt.Sprintf("%s cannot stand here", describe(first, l.Text(t))), characterHint(first))
	return t
}

func describe(first rune, text []byte) string {
	switch {
	case first == utf8.RuneError:
		return fmt.Sprintf("the byte 0x%02x, which is not UTF-8 text,", text[0])
	case !unicode.IsPrint(first):
		return fmt.Sprintf("the character U+%04X", first)
	}
	return fmt.Sprintf("the character `%c`", first)
}

func characterHint(r rune) string {
	switch r {
	case '“', '”', '„':
		return "write straight quotes: \""
	case '‘', '’':
		return "write straight quotes: '"
	case '–', '−', '—':
		return "write a plain minus sign: -"
	case '×', '·':
		return "write `*`"
	case '#':
		return "comments start with //"
	case '→':
		return "write `->`"
	case '$':
		return "physical qubits are OpenQASM 3; declare a register with `qreg q[n];`"
	}
	return ""
}

func (l *Lexer) report(t Token, code, message, hint string) {
	if !l.Quiet {
		l.diags.Error(t.Span(), code, hint, "%s", message)
	}
}
