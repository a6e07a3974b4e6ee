package qasm

import (
	"regexp"
	"strings"
	"testing"
)

// nonstandard are programs that the reference grammar refuses: what Qiskit used to export.
var nonstandard = regexp.MustCompile(`^qiskit_export_`)

// decidedAgainst are programs of which the specification says nothing, and qcos no.
var decidedAgainst = map[string]string{
	"float_overflow_literal.qasm":  "no number of that size exists, so nobody can mean it",
	"version_2_with_3_syntax.qasm": "the program says that it is another language",
}

func TestCorpus3ValidSyntax(t *testing.T) {
	strict := 0
	for name, row := range corpus(t, "qasm3-valid") {
		if p := loadCorpus(t, "qasm3-valid", name, row, Options{SyntaxOnly: true}); p.Diagnostics.HasErrors() {
			t.Errorf("%s is refused:\n%s", name, rendered(p))
		}
		p := loadCorpus(t, "qasm3-valid", name, row, Options{SyntaxOnly: true, Strict: true})
		if p.Version == "" || nonstandard.MatchString(name) { // without a version a fragment may be taken for version 2
			continue
		}
		strict++
		if p.Diagnostics.HasErrors() {
			t.Errorf("%s is refused in strict mode:\n%s", name, rendered(p))
		}
	}
	if strict < 50 {
		t.Errorf("%d programs only were read in strict mode", strict)
	}
}

// TestCorpus3Others holds that the programs whose results are known, and those that the specification leaves open, are parsed.
func TestCorpus3Others(t *testing.T) {
	for _, folder := range []string{"qasm3-exec", "qasm3-ambiguous"} {
		for name, row := range corpus(t, folder) {
			p := loadCorpus(t, folder, name, row, Options{SyntaxOnly: true})
			refused := p.Diagnostics.HasErrors()
			if decidedAgainst[name] != "" {
				refused = !refused
			}
			if grammar := row["reference_grammar"]; refused && (grammar == "ok" || grammar == "") {
				t.Errorf("%s is refused:\n%s", name, rendered(p))
			} else if refused {
				t.Logf("%s is refused, as by the reference grammar: %s\n%s", name, grammar, rendered(p))
			}
		}
	}
}

func TestCorpus3InvalidSyntax(t *testing.T) {
	seen := 0
	for name, row := range corpus(t, "qasm3-invalid") {
		p := loadCorpus(t, "qasm3-invalid", name, row, Options{SyntaxOnly: true, Strict: true})
		if row["phase"] != "syntax" {
			continue
		}
		seen++
		if !p.Diagnostics.HasErrors() {
			t.Errorf("%s is accepted: %s", name, row["why"])
			continue
		}
		if first := p.Sources.Position(p.Diagnostics[0].Span.Start); first.Line == 0 || first.Column == 0 {
			t.Errorf("%s: no position:\n%s", name, rendered(p))
		}
		for _, d := range p.Diagnostics {
			if strings.Contains(d.Message, "syntax error") || len(d.Message) < 12 {
				t.Errorf("%s: the message says nothing: %s", name, d.Message)
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d programs only", seen)
	}
}
