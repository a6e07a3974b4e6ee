package qasm

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/compile"
	"github.com/softquantus/qcos/internal/qasm/lower"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/sema"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// loader is one program being read.
type loader struct {
	opts    Options
	program *Program
	rep     *report.Reporter
	names   *token.Names
	builder *lower.Builder
	checker *sema.Checker
	later   *compile.Compiler // of OpenQASM 3; nil for OpenQASM 2
	open    []*diag.Source    // the files being read, each included by the one before it
	texts   map[string][]byte // of included files, by path
	files   int               // included so far
	major   int               // the program's version, 2 or 3; 0 before it is known
	gates   gates
}

// load is Load with an observer of the operations before expansion.
func load(name string, text []byte, o Options, observe func(sema.Sink) sema.Sink) *Program {
	l := &loader{
		opts: o, program: &Program{Sources: &diag.Set{}}, names: token.NewNames(),
		rep: &report.Reporter{Strict: o.Strict}, texts: map[string][]byte{},
	}
	if o.MaxOps <= 0 { // what is written out is never too much
		o.MaxOps = max(lower.DefaultMaxOps, len(text))
	}
	l.opts = o
	l.builder = lower.New(l.rep, o.MaxOps)
	var sink sema.Sink = l.builder
	if observe != nil {
		sink = observe(sink)
	}
	l.checker = sema.New(l.names, l.program.Sources, l.rep, sink, sema.Options{CheckOnly: o.CheckOnly})
	l.gates = gates{syntaxOnly: o.SyntaxOnly, checker: l.checker}
	if src, err := l.program.Sources.Add(name, text); err != nil {
		l.rep.Error(diag.Span{}, "source_too_large", "", "%v", err)
	} else if l.isText(src) {
		l.read(src)
	}
	l.program.Major = max(l.major, 2)
	if l.later != nil && !o.SyntaxOnly {
		r := l.later.Finish()
		l.program.Circuit, l.program.Program = r.Circuit, r.Classical
	} else if !l.rep.HasErrors() && !o.SyntaxOnly && !l.checker.Unrunnable() {
		l.program.Circuit = l.builder.Circuit()
	}
	l.program.Diagnostics = l.rep.List()
	return l.program
}

// begin takes the compiler of OpenQASM 3 where the source is that.
func (l *loader) begin(p *parse.Parser, text []byte) {
	l.major = p.Major()
	switch {
	case len(l.open) > 1:
	case l.major == 2 && l.later == nil:
		reserve(l.builder, text)
	case l.later == nil:
		l.later = compile.New(l.names, l.program.Sources, l.rep, compile.Options{CheckOnly: l.opts.CheckOnly, Inputs: l.opts.Inputs, MaxOps: l.opts.MaxOps, UnrollSteps: l.opts.UnrollSteps, Whole: l.opts.Whole, Ahead: newAhead(l).find})
		l.gates.later = l.later
		reserve(l.later, text)
	}
}

// sized is what prepares for a circuit.
type sized interface{ Reserve(ops, operands int) }

// reserve estimates the circuit's size from the text: about one operation a statement and one operand an index. Short statements
// bound it, so that a text of nothing but semicolons reserves no more than its own size.
func reserve(b sized, text []byte) {
	const shortest = len("x q[0];\n")
	b.Reserve(min(bytes.Count(text, []byte(";")), len(text)/shortest), min(bytes.Count(text, []byte("[")), len(text)/shortest*2))
}

// read reads one source to its end.
func (l *loader) read(src *diag.Source) {
	l.open = append(l.open, src)
	p := parse.New(src, l.names, l.rep, parse.Options{Included: len(l.open) > 1, Major: l.major, Reuse: true, Gates: &l.gates})
	l.begin(p, src.Text)
	for s := p.Next(); s != nil && !l.rep.Full(); s = p.Next() {
		if p.Major() != l.major {
			l.begin(p, src.Text)
		}
		switch s := s.(type) {
		case *ast.Version: // checked by the parser
		case *ast.Include:
			if !l.opts.SyntaxOnly {
				l.include(s)
			}
		default:
			if l.opts.SyntaxOnly {
				continue
			}
			if l.later != nil {
				l.later.Check(s)
			} else {
				l.checker.Check(s)
			}
		}
	}
	l.open = l.open[:len(l.open)-1]
	if v := p.Version(); v != nil && len(l.open) == 0 {
		l.program.Version = versionText(v)
	}
}

// gates hands the bodies of definitions to whom they belong: to nobody where only the syntax is looked at.
type gates struct {
	syntaxOnly bool
	checker    *sema.Checker
	later      *compile.Compiler
}

// BeginGate implements parse.GateReader.
func (g *gates) BeginGate(s *ast.GateDef) {
	switch {
	case g.syntaxOnly:
	case g.later != nil:
		g.later.BeginGate(s)
	default:
		g.checker.BeginGate(s)
	}
}

// BodyStatement implements parse.GateReader.
func (g *gates) BodyStatement(s ast.Stmt) {
	switch {
	case g.syntaxOnly:
	case g.later != nil:
		g.later.BodyStatement(s)
	default:
		g.checker.BodyStatement(s)
	}
}

func versionText(v *ast.Version) string {
	if v.Minor < 0 {
		return strconv.Itoa(v.Major)
	}
	return fmt.Sprintf("%d.%d", v.Major, v.Minor)
}

// isText reports whether a source looks like text, and reports it where it does not: nothing of it is worth a message of its own.
func (l *loader) isText(src *diag.Source) bool {
	const looked = 4096
	head := src.Text[:min(len(src.Text), looked)]
	at, strange := strangeBytes(head)
	what, hint := "", "give a file of OpenQASM source"
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		what, hint, at = "the file is UTF-16 text", "save it as UTF-8", 0
	case bytes.IndexByte(head, 0) >= 0, strange >= 8 && strange > len(head)/16:
		what = fmt.Sprintf("the file is not text: byte %d is 0x%02x", at+1, head[at])
	default:
		return true
	}
	pos := src.Base + diag.Pos(at)
	l.rep.Error(diag.Span{Start: pos, End: pos + 1}, "not_text", hint, "%s", what)
	return false
}

// strangeBytes counts bytes that do not occur in UTF-8 text, and says where the first is.
func strangeBytes(text []byte) (first, n int) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 || r < ' ' && !unicode.IsSpace(r) {
			if n == 0 {
				first = i
			}
			n++
		}
		i += size
	}
	return first, n
}
