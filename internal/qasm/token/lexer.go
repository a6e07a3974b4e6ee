package token

import (
	"bytes"
	"encoding/binary"
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
	V3           bool // the source is OpenQASM 3; may change between two tokens
	Quiet        bool // report nothing: the parser is looking for a place to go on
	KeepComments bool // gather Comments
	Comments     []diag.Span
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

// Seek goes to a position of the source.
func (l *Lexer) Seek(p diag.Pos) { l.at = int(p - l.base) }

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
	quote
	dot
	slash
	single // a token of its own, whatever follows
	double // punctuation that may go on
	high   // the start of a code point above ASCII
	digit  // digits and letters come last: names go on with them
	letter
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
	for _, b := range "-=!<>+*&|%^" {
		c[b] = double
	}
	for b := utf8.RuneSelf; b < 256; b++ {
		c[b] = high
	}
	return c
}()

var singles = [128]Kind{
	'(': LParen, ')': RParen, '[': LBracket, ']': RBracket, '{': LBrace, '}': RBrace,
	',': Comma, ';': Semicolon, ':': Colon, '@': At, '~': Tilde,
}

// Next sets t to the next token; at the end, to EOF for ever.
func (l *Lexer) Next(t *Token) {
	text := l.text
	for i := l.at; i < len(text); i = l.at {
		k := classes[text[i]]
		for k == space {
			if i++; i == len(text) {
				l.at = i
				l.set(t, EOF, i)
				return
			}
			k = classes[text[i]]
		}
		l.at = i
		switch k {
		case letter:
			l.ident(t, 0)
		case single:
			l.at++
			l.set(t, singles[text[i]&0x7f], i)
		case slash:
			if !l.slash(t) {
				continue
			}
		default:
			l.rare(t, k)
		}
		return
	}
	l.set(t, EOF, l.at)
}

// rare is Next for tokens that begin with a byte of the less frequent classes.
func (l *Lexer) rare(t *Token, k class) {
	switch k {
	case digit:
		if l.V3 {
			l.number3(t)
			return
		}
		l.number(t)
	case double:
		l.punctuation(t)
	case dot:
		if classes[l.peek(1)] != digit {
			l.at++
			l.set(t, Dot, l.at-1)
		} else if l.V3 {
			l.number3(t)
		} else {
			l.number(t)
		}
	case quote:
		l.quoted(t)
	default:
		l.foreign(t)
	}
}

// set makes t a token from start to where the lexer is. Tokens are set in place, field by field: copying one right after it was
// made costs more than reading it.
func (l *Lexer) set(t *Token, k Kind, start int) {
	t.Kind, t.Flags, t.Symbol = k, 0, None
	t.Start, t.End = l.base+diag.Pos(start), l.base+diag.Pos(l.at)
}

func (l *Lexer) ident(t *Token, f Flags) {
	text, start := l.text, l.at
	i := start
	for i < len(text) && classes[text[i]] >= digit {
		i++
	}
	if i < len(text) && classes[text[i]] == high {
		i, f = l.foreignLetters(i, f)
	}
	l.at = i
	l.set(t, Ident, start)
	t.Flags = f
	n := i - start
	if n == 1 {
		t.Symbol = l.names.one[text[start]&0x7f]
	}
	switch {
	case t.Symbol != None:
	case n <= 8 && start+8 <= len(text):
		key := binary.LittleEndian.Uint64(text[start:]) & (1<<(8*n) - 1)
		t.Symbol = l.names.packed(key, text[start:i])
	default:
		t.Symbol = l.names.Symbol(text[start:i])
	}
}

// foreignLetters goes on with a name at a byte above ASCII and returns its end.
func (l *Lexer) foreignLetters(i int, f Flags) (int, Flags) {
	for i < len(l.text) {
		if c := classes[l.text[i]]; c >= digit {
			i++
			continue
		} else if c != high {
			break
		}
		r, n := utf8.DecodeRune(l.text[i:])
		if !isLetter(r) {
			break
		}
		i, f = i+n, f|Foreign
	}
	return i, f
}

// isLetter reports whether names may have a character above ASCII.
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) }

// Element reads `[digits]` if that stands right behind the last token, in one go and without blanks: most bytes of large programs
// are such. The digits are at most 18 and do not start with a superfluous zero. It returns their span and value.
func (l *Lexer) Element() (digits diag.Span, value uint64, ok bool) {
	text, i := l.text, l.at
	if i+2 >= len(text) || text[i] != '[' {
		return diag.Span{}, 0, false
	}
	start := i + 1
	for i = start; i < len(text) && text[i]-'0' <= 9; i++ {
		value = value*10 + uint64(text[i]-'0')
	}
	n := i - start
	if n == 0 || n > 18 || n > 1 && text[start] == '0' || i == len(text) || text[i] != ']' {
		return diag.Span{}, 0, false
	}
	l.at = i + 1
	return diag.Span{Start: l.base + diag.Pos(start), End: l.base + diag.Pos(i)}, value, true
}

// Base is where the source begins.
func (l *Lexer) Base() diag.Pos { return l.base }

// End is where the source ends.
func (l *Lexer) End() diag.Pos { return l.base + diag.Pos(len(l.text)) }

// Slice is the source of a span; it must not be changed.
func (l *Lexer) Slice(s diag.Span) []byte { return l.text[s.Start-l.base : s.End-l.base] }

// number reads an Int or a Float: digits with a point somewhere, and an exponent.
func (l *Lexer) number(t *Token) {
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
	l.set(t, k, start)
	t.Flags = f
	if l.goesOn() {
		l.badNumber(t, start)
	}
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
func (l *Lexer) badNumber(t *Token, start int) {
	l.takeLetters()
	l.set(t, Invalid, start)
	text := report.Clip(string(l.Text(*t)))
	hint := productHint(text)
	switch last := text[len(text)-1] | 0x20; {
	case hint != "":
	case last == 'e':
		hint = "an exponent needs at least one digit, such as 1.0e3"
	case strings.IndexByte(text, '_') >= 0:
		hint = "digit separators belong to OpenQASM 3: write the digits without `_`"
	}
	l.report(t, "invalid_number", fmt.Sprintf("`%s` is neither a number nor a name: a number ends where letters begin", text), hint)
}

func (l *Lexer) punctuation(t *Token) {
	start := l.at
	c, next := l.text[l.at], l.peek(1)
	k, n := pair(c, next)
	if k == Invalid {
		k, n = lone(c), 1
	}
	l.at += n
	if l.V3 && l.peek(0) == '=' && compound[k] != EOF {
		l.at++
		k = compound[k]
	}
	l.set(t, k, start)
}

// compound are the compound assignments by their operators.
var compound = func() (c [PlusAssign]Kind) {
	for k := PlusAssign; k <= ShiftRightAssign; k++ {
		c[k.Operator()] = k
	}
	return c
}()

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
	case '%':
		return Percent
	case '^':
		return Caret
	}
	return Pipe
}

// slash reads a division, or skips a comment and is false.
func (l *Lexer) slash(t *Token) bool {
	start := l.at
	switch l.peek(1) {
	case '/':
		if n := bytes.IndexByte(l.text[l.at:], '\n'); n >= 0 {
			l.at += n + 1
		} else {
			l.at = len(l.text)
		}
		l.comment(start)
		return false
	case '*':
		n := bytes.Index(l.text[l.at+2:], []byte("*/"))
		if n < 0 {
			l.at = len(l.text)
			l.set(t, Invalid, start)
			t.End = t.Start + 2
			l.report(t, "unterminated_comment", "this comment has no end", "end it with */")
			return true
		}
		l.at += n + 4
		if l.BlockComment == (diag.Span{}) {
			l.BlockComment = diag.Span{Start: l.base + diag.Pos(start), End: l.base + diag.Pos(l.at)}
		}
		l.comment(start)
		return false
	}
	l.at++
	k := Slash
	if l.V3 && l.peek(0) == '=' {
		l.at++
		k = SlashAssign
	}
	l.set(t, k, start)
	return true
}

// comment notes a comment from start to where the lexer is, without the end of its line.
func (l *Lexer) comment(start int) {
	if l.KeepComments {
		text := bytes.TrimRight(l.text[start:l.at], " \t\r\n")
		l.Comments = append(l.Comments, diag.Span{Start: l.base + diag.Pos(start), End: l.base + diag.Pos(start+len(text))})
	}
}

// quoted reads a String, whose quotes belong to its span.
func (l *Lexer) quoted(t *Token) {
	start, q := l.at, l.text[l.at]
	n := bytes.IndexAny(l.text[start+1:], string(q)+"\r\n")
	if n < 0 || l.text[start+1+n] != q {
		l.at = len(l.text)
		if n >= 0 {
			l.at = start + 1 + n
		}
		l.set(t, Invalid, start)
		l.report(t, "unterminated_string", "this string has no end on its line", fmt.Sprintf("close it with %c", q))
		return
	}
	l.at = start + n + 2
	l.set(t, String, start)
	if q == '\'' {
		t.Flags = SingleQuote
	}
}

// foreign reads a name that starts with a letter above ASCII, or a run of characters of no token.
func (l *Lexer) foreign(t *Token) {
	start := l.at
	if r, _ := utf8.DecodeRune(l.text[l.at:]); r != utf8.RuneError && isLetter(r) {
		l.ident(t, Foreign)
		return
	}
	if l.V3 && l.only3(t) {
		return
	}
	first, _ := utf8.DecodeRune(l.text[l.at:])
	for l.at < len(l.text) {
		c := classes[l.text[l.at]]
		if c != other && c != high {
			break
		}
		l.at++
	}
	l.set(t, Invalid, start)
	l.report(t, "invalid_character", fmt.Sprintf("%s cannot stand here", describe(first, l.Text(*t))), characterHint(first))
}

func describe(first rune, text []byte) string {
	switch {
	case first == utf8.RuneError:
		return fmt.Sprintf("the byte 0x%02x, which is not UTF-8 text,", text[0])
	case first == 0xA0:
		return "a no-break space (U+00A0)"
	case first == 0x200B:
		return "a zero-width space (U+200B)"
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
	case '→', '⟶', '➔':
		return "write `->`"
	case '≠':
		return "write `!=`"
	case '≤':
		return "write `<=`"
	case '≥':
		return "write `>=`"
	case '÷':
		return "write `/`"
	case '`':
		return "take the program out of the quotes around it"
	case 0xA0, 0x2007, 0x202F, 0x3000:
		return "this is a blank of another kind, as word processors and web pages have it: write a plain one"
	case 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		return "this character is invisible: delete it"
	case '$':
		return "a physical qubit is `$` and a number, such as $0, in OpenQASM 3; OpenQASM 2.0 has registers only: `qreg q[n];`"
	}
	if r >= '！' && r <= '～' { // forms of ASCII as wide as Chinese characters
		return fmt.Sprintf("write a plain `%c`", r-'！'+'!')
	}
	return ""
}

func (l *Lexer) report(t *Token, code, message, hint string) {
	if !l.Quiet {
		l.diags.Error(t.Span(), code, hint, "%s", message)
	}
}
