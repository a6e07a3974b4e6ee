package parse

import (
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

func (p *Parser) missingVersion() {
	if p.opts.Included || p.v3 {
		return
	}
	p.rep.Deviation(p.tok.Span(), "missing_version", "start the program with `OPENQASM 2.0;`, or `OPENQASM 3.0;` if that is meant", "the program does not start with its version, OpenQASM 2.0")
}

func (p *Parser) versionLine() (ast.Stmt, bool) {
	start := p.tok.Start
	switch {
	case p.version != nil && p.v3:
		p.rep.Deviation(p.tok.Span(), "late_version", "leave it out", "the version stands once in a program")
	case !p.first:
		p.rep.Deviation(p.tok.Span(), "late_version", "move it to the top", "the version line is not the first statement")
	}
	p.advance()
	if p.tok.Kind != token.Float && p.tok.Kind != token.Int {
		p.unexpectedHint("a version such as 2.0 or 3.0 after OPENQASM", "write `OPENQASM 3.0;`, or `OPENQASM 2.0;`")
		return nil, false
	}
	text, at := string(p.lex.Text(p.tok)), p.tok.Span()
	v := &ast.Version{}
	var ok bool
	v.Major, v.Minor, ok = parseVersion(text)
	p.checkVersion(v, ok, text, at)
	p.advance()
	v.At = p.at(start)
	if p.version == nil {
		p.version = v
	}
	if p.tok.Kind == token.Float && p.tok.Start == p.prevEnd {
		p.unexpectedHint("`;` after the version", "a version has two numbers: `OPENQASM "+text+";`")
		return nil, false
	}
	return v, p.semicolon("the version") && !p.finished
}

// checkVersion judges a version and sets the language, before what follows is cut into tokens.
func (p *Parser) checkVersion(v *ast.Version, ok bool, text string, at diag.Span) {
	switch {
	case !ok, v.Major < 2, v.Major == 2 && v.Minor > 0, v.Major > 3:
		p.rep.Error(at, "unsupported_version", "write `OPENQASM 2.0;` or `OPENQASM 3.0;`", "there is no OpenQASM %s: qcos reads OpenQASM 2.0 and 3", text)
		p.finished = p.finished || ok && v.Major > 3 // nothing else of it is worth saying
	case p.opts.Included && p.opts.Major != 0 && v.Major != p.opts.Major:
		p.rep.Error(at, "mixed_versions", "a program and the files that it includes have one version", "this file is OpenQASM %s, the program that includes it is %s", text, p.language())
		p.finished = true
	case p.started && !p.first && v.Major != p.Major():
		p.rep.Error(at, "late_version", "move it to the top", "the version line comes after statements that were read as %s", p.language())
		p.finished = true
	case v.Major == 3:
		p.speak(true)
		if v.Minor > MaxMinor3 {
			p.rep.Warn(at, "future_version", "", "qcos knows OpenQASM 3 up to 3.%d: %s is read as that", MaxMinor3, text)
		}
	default:
		p.speak(false)
	}
}

// laterLanguage reports a statement that only OpenQASM 3 has, in a program of version 2.
func (p *Parser) laterLanguage() {
	word := p.names.Text(p.later)
	hint := "start the program with `OPENQASM 3.0;`"
	switch p.later {
	case token.QubitType:
		hint = "write `qreg q[2];`, or " + hint
	case token.BitType:
		hint = "write `creg c[2];`, or " + hint
	}
	p.rep.Error(p.laterAt, "openqasm3", hint, "`%s` is a keyword of OpenQASM 3, the program is OpenQASM 2.0", word)
}

// parseVersion reads MAJOR or MAJOR.MINOR; minor is -1 where it is missing.
func parseVersion(text string) (major, minor int, ok bool) {
	whole, rest, dotted := strings.Cut(text, ".")
	major, err := strconv.Atoi(whole)
	if err != nil {
		return 0, 0, false
	}
	if !dotted {
		return major, -1, true
	}
	minor, err = strconv.Atoi(rest)
	return major, minor, err == nil
}
