package parse

import (
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

const exportHint = "export the circuit as OpenQASM 2.0, in Qiskit with qiskit.qasm2.dump(circuit, file)"

func (p *Parser) missingVersion() {
	if p.opts.Included {
		return
	}
	p.rep.Deviation(p.tok.Span(), "missing_version", "start the program with `OPENQASM 2.0;`", "the program does not start with its version, OpenQASM 2.0")
}

func (p *Parser) versionLine() (ast.Stmt, bool) {
	start := p.tok.Start
	if !p.first {
		p.rep.Deviation(p.tok.Span(), "late_version", "move it to the top", "the version line is not the first statement")
	}
	p.advance()
	if p.tok.Kind != token.Float && p.tok.Kind != token.Int {
		p.unexpected("a version such as 2.0 after OPENQASM")
		return nil, false
	}
	text, at := string(p.lex.Text(p.tok)), p.tok.Span()
	p.advance()
	v := &ast.Version{At: p.at(start)}
	var ok bool
	if v.Major, v.Minor, ok = parseVersion(text); !ok || v.Major != 2 || v.Minor > 0 {
		p.wrongVersion(at, text, ok && v.Major >= 3)
	}
	if p.version == nil {
		p.version = v
	}
	return v, p.semicolon("the version") && !p.finished
}

// wrongVersion refuses a version; of a program in a later language nothing else is worth saying.
func (p *Parser) wrongVersion(at diag.Span, text string, later bool) {
	if later {
		p.rep.Error(at, "unsupported_version", exportHint, "the program is OpenQASM %s, this version of qcos reads OpenQASM 2.0", text)
		p.finished = true
		return
	}
	p.rep.Error(at, "unsupported_version", "write `OPENQASM 2.0;`", "there is no OpenQASM %s: this version of qcos reads OpenQASM 2.0", text)
}

// laterLanguage reports a statement that only OpenQASM 3 has. A program that does not give its version is taken for one of those, and
// nothing else of it is worth saying.
func (p *Parser) laterLanguage() {
	p.rep.Error(p.laterAt, "openqasm3", exportHint, "`%s` is a keyword of OpenQASM 3, this version of qcos reads OpenQASM 2.0", p.names.Text(p.later))
	p.finished = p.finished || p.version == nil
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
