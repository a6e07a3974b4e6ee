package parse

import (
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// major is the version of a source by its text: what its version line says, else what its statements can only be. A source that
// could be either is 2.
func major(src *diag.Source) int {
	s := &sniffer{lex: token.NewLexer(src, token.NewNames(), &report.Reporter{}), declared: map[token.Symbol]bool{}}
	s.lex.V3, s.lex.Quiet = true, true
	s.next()
	if versionWord(s.lex.Text(s.tok)) {
		if v := s.version(); v != 0 {
			return v
		}
	}
	for first := true; s.tok.Kind != token.EOF; first = s.ends() {
		v := 0
		if first {
			v = s.statement()
		} else {
			v = s.within()
		}
		if v != 0 {
			return v
		}
		name := first && s.tok.Kind == token.Ident && s.tok.Symbol > token.LastWord
		s.next()
		if name && s.tok.Kind == token.Semicolon && !s.registers { // a statement that is one name
			return 3
		}
	}
	return 2
}

// sniffer reads tokens until one tells the version.
type sniffer struct {
	lex       *token.Lexer
	tok, last token.Token
	declared  map[token.Symbol]bool // by words that version 2 has
	registers bool                  // qreg or creg was seen
}

func (s *sniffer) next() {
	s.last = s.tok
	s.lex.Next(&s.tok)
}

// ends reports whether a statement may begin behind the last token.
func (s *sniffer) ends() bool {
	return s.last.Kind == token.Semicolon || s.last.Kind == token.LBrace || s.last.Kind == token.RBrace
}

// version is what the version line says, however it is spelled; 0 where it says nothing of use.
func (s *sniffer) version() int {
	s.next()
	for first := true; s.tok.Kind != token.EOF && s.tok.Kind != token.Semicolon && (first || !s.lex.NewlineBetween(s.last.End, s.tok.Start)); first = false {
		switch text := strings.Trim(string(s.lex.Text(s.tok)), "\"'v"); {
		case strings.HasPrefix(text, "3"):
			return 3
		case strings.HasPrefix(text, "2"), s.tok.Kind == token.Int, s.tok.Kind == token.Float:
			return 2
		}
		s.next()
	}
	return 0
}

// statement looks at a token where a statement begins.
func (s *sniffer) statement() int {
	switch {
	case s.tok.Kind == token.At, s.tok.Kind == token.HashPragma:
		return 3
	case s.tok.Kind == token.Int, s.tok.Kind == token.Float, s.tok.Kind == token.Minus, s.tok.Kind == token.LParen:
		return 3
	case s.tok.Kind != token.Ident:
		return s.within()
	case s.tok.Symbol == token.OPENQASM:
		return s.version()
	case s.tok.Symbol == token.Opaque:
		return 2
	case s.tok.Symbol == token.Include:
		return s.include()
	case s.tok.Symbol == token.Qreg, s.tok.Symbol == token.Creg, s.tok.Symbol == token.Gate:
		s.registers = s.registers || s.tok.Symbol != token.Gate
		s.next()
		s.declared[s.tok.Symbol] = true
	case s.tok.Symbol.IsKeyword3() && !s.declared[s.tok.Symbol]:
		return 3
	}
	return 0
}

// include tells by the library that is included.
func (s *sniffer) include() int {
	s.next()
	switch strings.Trim(string(s.lex.Text(s.tok)), `"'`) {
	case "qelib1.inc":
		return 2
	case "stdgates.inc":
		return 3
	}
	return 0
}

// within looks at a token inside a statement.
func (s *sniffer) within() int {
	switch s.tok.Kind {
	case token.HardwareQubit, token.HashDim, token.Imaginary, token.Timing, token.Not, token.Tilde, token.Percent, token.PlusPlus,
		token.Amp, token.AmpAmp, token.Pipe, token.PipePipe, token.ShiftLeft, token.ShiftRight:
		return 3
	case token.Ident:
		if s.tok.Symbol == token.True || s.tok.Symbol == token.False {
			return 3
		}
	}
	if s.tok.Kind.Operator() != token.Invalid {
		return 3
	}
	return 0
}
