package qasm

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
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
	open    []*diag.Source    // the files being read, each included by the one before it
	texts   map[string][]byte // of included files, by path
	files   int               // included so far
	major   int               // the program's version, 2 or 3; 0 before it is known
}

// load is Load with an observer of the operations before expansion.
func load(name string, text []byte, o Options, observe func(sema.Sink) sema.Sink) *Program {
	l := &loader{
		opts: o, program: &Program{Sources: &diag.Set{}}, names: token.NewNames(),
		rep: &report.Reporter{Strict: o.Strict}, texts: map[string][]byte{},
	}
	l.builder = lower.New(l.rep, o.MaxOps)
	var sink sema.Sink = l.builder
	if observe != nil {
		sink = observe(sink)
	}
	l.checker = sema.New(l.names, l.program.Sources, l.rep, sink, sema.Options{CheckOnly: o.CheckOnly})
	if src, err := l.program.Sources.Add(name, text); err != nil {
		l.rep.Error(diag.Span{}, "source_too_large", "", "%v", err)
	} else if l.isText(src) {
		reserve(l.builder, text)
		l.read(src)
	}
	l.program.Diagnostics = l.rep.List()
	if !l.rep.HasErrors() && !o.SyntaxOnly && !l.checker.Unrunnable() {
		l.program.Circuit = l.builder.Circuit()
	}
	return l.program
}

// reserve estimates the circuit's size from the text: about one operation a statement and one operand an index. Short statements
// bound it, so that a text of nothing but semicolons reserves no more than its own size.
func reserve(b *lower.Builder, text []byte) {
	const shortest = len("x q[0];\n")
	b.Reserve(min(bytes.Count(text, []byte(";")), len(text)/shortest), min(bytes.Count(text, []byte("[")), len(text)/shortest*2))
}

// read reads one source to its end.
func (l *loader) read(src *diag.Source) {
	l.open = append(l.open, src)
	p := parse.New(src, l.names, l.rep, parse.Options{Included: len(l.open) > 1, Major: l.major, Reuse: true, Gates: l.gates()})
	l.major = p.Major()
	for s := p.Next(); s != nil && !l.rep.Full(); s = p.Next() {
		l.major = p.Major()
		if l.major == 3 && !l.opts.SyntaxOnly {
			l.rep.Error(s.Span(), "unsupported_version", "", "the program is OpenQASM 3, this version of qcos runs OpenQASM 2.0")
			break
		}
		switch s := s.(type) {
		case *ast.Version: // checked by the parser
		case *ast.Include:
			if !l.opts.SyntaxOnly {
				l.include(s)
			}
		default:
			if !l.opts.SyntaxOnly {
				l.checker.Check(s)
			}
		}
	}
	l.open = l.open[:len(l.open)-1]
	if v := p.Version(); v != nil && len(l.open) == 0 {
		l.program.Version = versionText(v)
	}
}

// gates is who reads the bodies of definitions: nobody where only the syntax is looked at.
func (l *loader) gates() parse.GateReader {
	if l.opts.SyntaxOnly {
		return nobody{}
	}
	return l.checker
}

type nobody struct{}

func (nobody) BeginGate(*ast.GateDef) {}

func (nobody) BodyStatement(ast.Stmt) {}

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
