package parse

import (
	"bytes"
	"slices"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// What is said of words of other languages at the start of a statement.
const (
	typeAdvice  = "a variable is declared with its type: int, uint, float, angle, bit, bool, complex or duration"
	defAdvice   = "subroutines are defined as `def f(int[32] n) -> int[32] { … }`"
	loopAdvice  = "loops are written as `for int i in [0:9] { … }` and `while (…) { … }`"
	printAdvice = "nothing is printed while a program runs: the values of its variables are its result"
)

// otherWords are words of other languages that begin statements, with what OpenQASM has in their place.
var otherWords = map[string]string{
	"var": typeAdvice, "auto": typeAdvice, "string": typeAdvice, "str": typeAdvice, "char": typeAdvice, "double": typeAdvice, "long": typeAdvice,
	"short": typeAdvice, "unsigned": typeAdvice, "real": typeAdvice, "boolean": typeAdvice, "list": typeAdvice, "dict": typeAdvice, "number": typeAdvice,
	"integer": typeAdvice, "function": defAdvice, "func": defAdvice, "fn": defAdvice, "void": defAdvice, "procedure": defAdvice, "operation": defAdvice,
	"subroutine": defAdvice, "do": loopAdvice, "repeat": loopAdvice, "loop": loopAdvice, "foreach": loopAdvice, "until": loopAdvice, "unless": "write `if (!…) { … }`",
	"elif": "write `else if (…) { … }`", "elsif": "write `else if (…) { … }`", "elseif": "write `else if (…) { … }`",
	"then":  "there is no `then`: the body stands behind the condition, `if (…) { … }`",
	"print": printAdvice, "printf": printAdvice, "println": printAdvice, "echo": printAdvice,
	"import": "files are included: `include \"…\";`", "using": "files are included: `include \"…\";`",
	"control": "the modifier is called `ctrl`: `ctrl @ x q[0], q[1];`", "controlled": "the modifier is called `ctrl`: `ctrl @ x q[0], q[1];`",
	"dagger": "the modifier is called `inv`: `inv @ s q;`", "adjoint": "the modifier is called `inv`: `inv @ s q;`", "inverse": "the modifier is called `inv`: `inv @ s q;`",
	"power": "the modifier is called `pow`: `pow(2) @ s q;`", "opaque": "it is OpenQASM 2 only: define the gate with `gate`, or a calibration with `defcal`",
	"try": "there are no exceptions", "class": "there are no classes", "pass": "an empty body is `{ }`",
}

// strangeWord reports that a statement with an error begins with a word that the language does not have: one in the wrong case, or one
// of another language.
func (p *Parser) strangeWord() bool {
	text, words := p.names.Text(p.word), report.Statements2
	if p.v3 {
		words = report.Statements3
	}
	if slices.Contains(p.defined, p.word) {
		return false
	}
	hint := otherWords[strings.ToLower(text)]
	if !p.v3 && hint != "" && text != "import" {
		hint = "OpenQASM 2.0 has gates, measurements and conditions only"
	}
	if w := report.SameWord(text, words); w != "" && w != text {
		hint = "did you mean `" + w + "`?"
	}
	if hint == "" {
		return false
	}
	p.doLoop = text == "do"
	p.rep.Error(p.wordAt, "unknown_word", hint, "`%s` is not a word of %s", report.Clip(text), p.language())
	return true
}

// broken makes a statement of the names that a declaration with an error was to declare, so that no more is said of them; nil where
// the statement was no declaration. The source from `from` to here is that statement.
func (p *Parser) broken(from diag.Pos, word token.Symbol) ast.Stmt {
	one := word == token.Gate || word == token.Opaque || word == token.Def || word == token.Extern || word == token.Let
	many := word.IsType() || word == token.Qreg || word == token.Creg || word == token.Const || word == token.Input || word == token.Output
	if !one && (!many || !p.v3 && word.IsKeyword3()) {
		return nil
	}
	text := p.lex.Slice(diag.Span{Start: from, End: max(from, p.prevEnd)})
	lex := token.NewLexer(&diag.Source{Text: text[:min(len(text), 4096)], Base: from}, p.names, &report.Reporter{})
	lex.V3, lex.Quiet = p.v3, true
	b := &ast.Broken{At: p.at(from)}
	var t token.Token
	for lex.Next(&t); ; lex.Next(&t) {
		switch t.Kind {
		case token.EOF, token.LBrace, token.Assign, token.Semicolon:
			return b
		case token.Ident:
			if p.reserved(t.Symbol) || t.Symbol.IsKeyword3() {
				continue
			}
			b.Names = append(b.Names, ast.Name{At: ast.At(t.Span()), Symbol: t.Symbol})
			if one {
				return b
			}
		}
	}
}

// versionWord reports whether a token begins the version line, rightly written or not.
func versionWord(text []byte) bool {
	return bytes.EqualFold(text, []byte("OPENQASM")) || bytes.EqualFold(text, []byte("QASM")) || bytes.EqualFold(text, []byte("OPEN"))
}

// misspelledVersion reports a first statement that was to be the version line and is not.
func (p *Parser) misspelledVersion() bool {
	text := p.lex.Text(p.tok)
	if p.tok.Symbol == token.OPENQASM || !versionWord(text) {
		return false
	}
	number := "2.0"
	if p.v3 {
		number = "3.0"
	}
	p.rep.Error(p.tok.Span(), "misspelled_version", "write `OPENQASM "+number+";`", "the version line begins with the word `OPENQASM`, found `%s`", text)
	return true
}

// foreign reports a file that is no OpenQASM at all: nothing else of it is worth saying.
func (p *Parser) foreign() bool {
	if !p.first || p.opts.Included {
		return false
	}
	what, hint := foreignText(p.lex.Slice(diag.Span{Start: p.lex.Base(), End: p.lex.End()}))
	if what == "" {
		return false
	}
	p.rep.Error(p.tok.Span(), "not_openqasm", hint, "%s", what)
	p.finished = true
	return true
}

// foreignText tells by its beginning what a text is that is not OpenQASM, and what to do; "" where it may be OpenQASM.
func foreignText(text []byte) (what, hint string) {
	const looked = 4096
	text = text[:min(len(text), looked)]
	if bytes.Contains(text, []byte("OPENQASM")) && !bytes.HasPrefix(text, []byte("```")) {
		return "", ""
	}
	text = afterComments(text)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	words := strings.Fields(string(first))
	if len(words) == 0 {
		return "", ""
	}
	switch word := words[0]; {
	case bytes.HasPrefix(text, []byte("```")):
		return "this is Markdown: the program stands between lines of ```", "save the lines between them to a file of their own"
	case isPython(words, rest):
		return "this is a Python program, not OpenQASM", "export the circuit, in Qiskit with qiskit.qasm3.dump(circuit, file)"
	case text[0] == '{' && startsWith(text[1:], `"`), text[0] == '[' && startsWith(text[1:], `{["0123456789]`):
		return "this is JSON, not OpenQASM", "export the circuit as OpenQASM from where it was made"
	case bytes.HasPrefix(text, []byte("<!")), bytes.HasPrefix(text, []byte("<?")), bytes.HasPrefix(text, []byte("<html")):
		return "this is HTML or XML, not OpenQASM", "a page was saved in place of the program that it shows"
	case word == "DECLARE", word == "DEFGATE", len(words) > 1 && strings.ToUpper(word) == word && onlyDigits(words[1:]):
		return "this is Quil, not OpenQASM", "write `h q[0];` for `H 0`, and declare registers: `qubit[2] q;`"
	case word == "namespace", word == "operation" && strings.Contains(string(first), ":"):
		return "this is Q#, not OpenQASM", "export the circuit as OpenQASM from where it was made"
	case word == "version" && len(words) == 2:
		return "this is cQASM, not OpenQASM", "start the program with `OPENQASM 3.0;`, and end each statement with `;`"
	case word == "#include" && strings.ContainsAny(words[len(words)-1], "<>"):
		return "this is a C program, not OpenQASM", "give a file of OpenQASM source"
	}
	return "", ""
}

// afterComments is text behind blanks and the comments of Python, a docstring among them.
func afterComments(text []byte) []byte {
	for {
		text = bytes.TrimSpace(text)
		switch {
		case bytes.HasPrefix(text, []byte("# ")), bytes.HasPrefix(text, []byte("#!")), bytes.HasPrefix(text, []byte("#\n")):
			_, text, _ = bytes.Cut(text, []byte("\n"))
		case bytes.HasPrefix(text, []byte(`"""`)):
			_, text, _ = bytes.Cut(text[3:], []byte(`"""`))
		default:
			return text
		}
	}
}

// isPython judges the first line of a text, by words, and what follows it.
func isPython(words []string, rest []byte) bool {
	switch words[0] {
	case "import":
		return !strings.HasSuffix(words[len(words)-1], ";")
	case "from":
		return slices.Contains(words, "import")
	case "def", "class", "async":
		return strings.HasSuffix(words[len(words)-1], ":")
	}
	return strings.HasPrefix(words[len(words)-1], "QuantumCircuit(") || bytes.Contains(rest, []byte("\nfrom qiskit"))
}

// startsWith reports whether the first character of text that is no blank is one of chars.
func startsWith(text []byte, chars string) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && strings.IndexByte(chars, text[0]) >= 0
}

func onlyDigits(words []string) bool {
	for _, w := range words {
		if strings.Trim(w, "0123456789") != "" {
			return false
		}
	}
	return true
}
