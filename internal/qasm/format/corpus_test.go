package format

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/parse"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

const (
	corpora  = "../../../../shared/corpora"
	testdata = "../../../testdata/qasm"
)

// tree is the tree of a program as text, or "" where it cannot be read.
func tree(text []byte) string {
	var set diag.Set
	src, _ := set.Add("test", text)
	rep, names := &report.Reporter{}, token.NewNames()
	prog := parse.File(src, names, rep)
	if rep.HasErrors() {
		return ""
	}
	var b strings.Builder
	for _, s := range prog.Statements {
		b.WriteString(ast.Text(s, names) + "\n")
	}
	return b.String()
}

// parts are the tokens and the comments of a program, each without what a formatter may change, and the bodies of calibrations.
func comments(text []byte) string {
	var set diag.Set
	src, _ := set.Add("test", text)
	blank := bytes.Clone(text) // what is kept as text has no comments, though some of it may look so
	erase := func(at diag.Span) {
		for i := at.Start - src.Base; i < at.End-src.Base; i++ {
			blank[i] = ' '
		}
	}
	for _, s := range parse.File(src, token.NewNames(), &report.Reporter{}).Statements {
		ast.Walk(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Pragma, *ast.Cal, *ast.Defcal:
				erase(n.Span())
			case *ast.Annotated:
				for _, a := range n.Annotations {
					erase(a.Span())
				}
			}
			return true
		})
	}
	src, _ = set.Add("blank", blank)
	l := token.NewLexer(src, token.NewNames(), &report.Reporter{})
	l.V3, l.Quiet, l.KeepComments = true, true, true
	var t token.Token
	for l.Next(&t); t.Kind != token.EOF; l.Next(&t) {
	}
	var b strings.Builder
	for _, c := range l.Comments {
		b.WriteString(string(l.Slice(c)) + "\n")
	}
	return b.String()
}

// hold checks all that formatting promises of one program, and reports whether it could be read.
func hold(t *testing.T, name string, text []byte) bool {
	t.Helper()
	before := tree(text)
	r := Source(name, text)
	if r.Diagnostics.HasErrors() {
		if before != "" {
			t.Errorf("%s is valid and not formatted: %v", name, r.Diagnostics)
		}
		return false
	}
	if after := tree(r.Text); after != before {
		t.Errorf("%s has another tree when formatted:\n%s\nwas\n%s\nformatted\n%s", name, after, before, r.Text)
	}
	if got, want := comments(r.Text), comments(text); got != want {
		t.Errorf("%s has other comments when formatted:\n%s\nwant\n%s", name, got, want)
	}
	if again := Source(name, r.Text); string(again.Text) != string(r.Text) {
		t.Errorf("%s changes when formatted again:\n%s\nfirst\n%s", name, again.Text, r.Text)
	}
	return true
}

// TestCorpora formats every program of every corpus that can be read.
func TestCorpora(t *testing.T) {
	if _, err := os.Stat(corpora); err != nil {
		t.Skip("the corpora ../shared/corpora are not here: this test runs only beside them")
	}
	for folder, least := range map[string]int{
		"qasm2-valid": 181, "qasm3-valid": 361, "qasm3-exec": 132, "qasm3-ambiguous": 90, "qasm2-invalid": 1, "qasm3-invalid": 100,
		"qasmbench/small": 20, "qasmbench/medium": 20,
	} {
		n := 0
		for _, file := range programs(t, filepath.Join(corpora, folder)) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) < 1<<20 && hold(t, filepath.Base(file), text) {
				n++
			}
		}
		if n < least {
			t.Errorf("%s: %d programs only could be formatted", folder, n)
		}
	}
}

// TestTestdata formats the project's own programs.
func TestTestdata(t *testing.T) {
	for _, file := range programs(t, filepath.Join(testdata, "valid")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !hold(t, filepath.Base(file), text) {
			t.Errorf("%s cannot be read", file)
		}
	}
}

func programs(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.qasm"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in %s: %v", folder, err)
	}
	return files
}
