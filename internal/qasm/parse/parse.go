// Package parse makes the tree of OpenQASM source: grammar only, no names are looked up. What is not in the grammar is reported
// with what was expected in its place, and reading goes on at the next statement.
package parse

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Options are how a source is parsed.
type Options struct {
	Included bool // the source is an included file: it needs no version line
	// Major is the version of the program that an included file belongs to, 2 or 3. 0: the source says it, or its statements do.
	Major int
	From  diag.Pos // where to begin; 0: at the start
	Reuse bool     // the nodes of a statement are good until the next call of Next only
	// Gates, where not nil, is given the body of each gate definition a statement at a time, good during the call only: bodies of
	// many megabytes exist. Next returns the definition then without its body.
	Gates GateReader
}

// GateReader reads a gate definition as it is parsed. A definition that breaks off is followed by the next BeginGate.
type GateReader interface {
	BeginGate(header *ast.GateDef)
	BodyStatement(s ast.Stmt)
}

// Parser reads one source. Not safe for concurrent use.
type Parser struct {
	lex     *token.Lexer
	tok     token.Token // the next one
	prevEnd diag.Pos    // where the last one ended
	names   *token.Names
	rep     *report.Reporter
	opts    Options
	arena   ast.Arena
	v3      bool         // the source is OpenQASM 3
	prec    *precedences // of the language
	nest    int          // blocks and bodies around the statement being read

	version  *ast.Version // as written; nil where the source does not say
	braces   int          // of lists that are open in the statement being read
	indented bool         // an indented body was skipped, and nothing behind it
	doLoop   bool         // a loop that begins with `do` is being skipped
	bodyAt   diag.Span    // of the name of the gate being defined
	word     token.Symbol // a name that starts the statement being read
	wordAt   diag.Span
	defined  []token.Symbol // names of gates and subroutines
	later    token.Symbol   // a keyword of OpenQASM 3 that starts the statement being read
	laterAt  diag.Span
	started  bool // a statement was seen
	first    bool // the statement being read is the first
	finished bool
	ended    bool // it was said that the source ends too early: once is enough

	exprs []ast.Expr // scratch: lists under construction
	stmts []ast.Stmt
}

// MaxMinor3 is the latest minor version of OpenQASM 3 that is known.
const MaxMinor3 = 2

// New returns a parser at the start of src.
func New(src *diag.Source, names *token.Names, rep *report.Reporter, o Options) *Parser {
	p := &Parser{lex: token.NewLexer(src, names, rep), names: names, rep: rep, opts: o, prevEnd: src.Base}
	p.speak(o.Major == 3 || o.Major == 0 && major(src) == 3)
	if o.From > 0 {
		p.lex.Seek(o.From)
	}
	p.lex.Next(&p.tok)
	return p
}

// File reads all of src. The program holds the statements that could be read.
func File(src *diag.Source, names *token.Names, rep *report.Reporter) *ast.Program {
	p := New(src, names, rep, Options{})
	prog := &ast.Program{}
	for s := p.Next(); s != nil; s = p.Next() {
		prog.Statements = append(prog.Statements, s)
	}
	return prog
}

// Major is the language of what was read so far: 2 or 3.
func (p *Parser) Major() int {
	if p.v3 {
		return 3
	}
	return 2
}

// speak sets the language of what follows.
func (p *Parser) speak(v3 bool) {
	p.v3, p.lex.V3, p.prec = v3, v3, &precedences2
	if v3 {
		p.prec = &precedences3
	}
}

// language names the language in messages.
func (p *Parser) language() string {
	if p.v3 {
		return "OpenQASM 3"
	}
	return "OpenQASM 2.0"
}

// Version is the version line read so far, or nil.
func (p *Parser) Version() *ast.Version { return p.version }

// Next returns the next statement that could be read, or nil at the end of the source or after too many errors.
func (p *Parser) Next() ast.Stmt {
	for !p.finished {
		switch {
		case p.tok.Kind == token.EOF:
			p.finish()
			return nil
		case p.tok.Kind == token.Semicolon:
			p.emptyStatement()
			continue
		}
		if p.opts.Reuse {
			p.arena.Reset()
		}
		if p.start(); p.finished {
			return nil
		}
		if p.first && p.misspelledVersion() {
			p.recover()
			continue
		}
		from, word := p.tok.Start, p.tok.Symbol
		if s, ok := p.statement(); ok {
			return s
		}
		if p.rep.Full() {
			p.finished = true
		}
		p.recover()
		if b := p.broken(from, word); b != nil {
			return b
		}
	}
	return nil
}

func (p *Parser) start() {
	p.first = !p.started
	p.started = true
	if p.first && !versionWord(p.lex.Text(p.tok)) && !p.foreign() {
		p.missingVersion()
	}
}

func (p *Parser) finish() {
	p.finished = true
	if !p.started {
		p.missingVersion()
	}
	if c := p.lex.BlockComment; c != (diag.Span{}) && !p.v3 {
		p.rep.Deviation(c, "block_comment", "start each line of the comment with //", "comments between /* and */ are not in OpenQASM 2.0")
	}
}

func (p *Parser) emptyStatement() {
	p.rep.Deviation(p.tok.Span(), "empty_statement", "leave out the extra `;`", "an empty statement is not in %s", p.language())
	p.advance()
}

func (p *Parser) advance() {
	p.prevEnd = p.tok.End
	p.lex.Next(&p.tok)
}

// at wraps the source from start to the end of the last token.
func (p *Parser) at(start diag.Pos) ast.At { return ast.At{Start: start, End: p.prevEnd} }

// accept takes the next token if it is of kind k.
func (p *Parser) accept(k token.Kind) bool {
	if p.tok.Kind != k {
		return false
	}
	p.advance()
	return true
}

// expect takes a token of kind k, or reports that it should stand here.
func (p *Parser) expect(k token.Kind, where string) bool {
	if p.accept(k) {
		return true
	}
	p.unexpected(k.Quoted() + " " + where)
	return false
}

// unexpected reports that something else should stand here.
func (p *Parser) unexpected(expected string) { p.unexpectedHint(expected, "") }

func (p *Parser) unexpectedHint(expected, hint string) {
	if p.later != token.None {
		p.laterLanguage()
		return
	}
	if p.word != token.None && p.strangeWord() {
		return
	}
	switch p.tok.Kind {
	case token.Invalid: // the lexer has said so
	case token.EOF:
		if p.ended {
			return
		}
		p.ended = true
		p.rep.Error(diag.Span{Start: p.prevEnd, End: p.prevEnd}, "unexpected_end", hint, "expected %s, found the end of the file", expected)
	default:
		p.rep.Error(p.tok.Span(), "unexpected_token", hint, "expected %s, found %s", expected, p.found())
	}
}

// found quotes the next token.
func (p *Parser) found() string {
	if p.tok.Kind == token.Ident && p.reserved(p.tok.Symbol) {
		return "the reserved word `" + p.names.Text(p.tok.Symbol) + "`"
	}
	return "`" + report.Clip(string(p.lex.Text(p.tok))) + "`"
}

// reserved reports whether a word cannot be a name.
func (p *Parser) reserved(s token.Symbol) bool {
	if p.v3 {
		return s.IsReserved3()
	}
	return s.IsReserved()
}

// semicolon ends a statement. Where it is missing at the end of a line, the next line is read as a statement of its own.
func (p *Parser) semicolon(after string) bool {
	if p.accept(token.Semicolon) {
		return true
	}
	if p.tok.Kind == token.Invalid {
		return false
	}
	if p.tok.Kind != token.EOF && !p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
		p.unexpected("`;` after " + after)
		return false
	}
	code := "missing_semicolon"
	if p.tok.Kind == token.EOF {
		if p.ended {
			return false
		}
		code, p.ended = "unexpected_end", true
	}
	p.rep.Error(diag.Span{Start: p.prevEnd, End: p.prevEnd}, code, "", "expected `;` after %s", after)
	return true
}

// recover skips to where a statement may begin: behind a semicolon or a closing brace, or at a line that starts with a keyword.
func (p *Parser) recover() {
	if p.v3 {
		p.recover3()
		return
	}
	p.lex.Quiet = true
	defer func() { p.lex.Quiet = false }()
	for depth := 0; ; p.advance() {
		switch p.tok.Kind {
		case token.EOF:
			return
		case token.LBrace:
			depth++
		case token.RBrace:
			if depth--; depth <= 0 {
				p.advanceLoudly()
				return
			}
		case token.Semicolon:
			if depth <= 0 {
				p.advanceLoudly()
				return
			}
		case token.Ident:
			if startsStatement(p.tok.Symbol, depth > 0) && p.lex.NewlineBetween(p.prevEnd, p.tok.Start) {
				return
			}
		}
	}
}

// advanceLoudly takes the last token to be skipped; what follows it is read in earnest.
func (p *Parser) advanceLoudly() {
	p.lex.Quiet = false
	p.advance()
}

// startsStatement reports whether a line that begins with s begins a statement for sure; within a body only what cannot stand there.
func startsStatement(s token.Symbol, body bool) bool {
	switch s {
	case token.OPENQASM, token.Include, token.Qreg, token.Creg, token.Gate, token.Opaque:
		return true
	case token.Barrier, token.Measure, token.Reset, token.If:
		return !body
	}
	return false
}
