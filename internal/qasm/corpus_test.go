package qasm

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/diag"
)

// The corpora lie beside a working copy, not in it.
const (
	corpora  = "../../../shared/corpora"
	testdata = "../../testdata/qasm"
)

var update = flag.Bool("update", false, "write the golden files anew")

// corpus lists the programs of a corpus with their rows of its manifest, or skips the test.
func corpus(t *testing.T, folder string) map[string]map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(corpora, folder, "MANIFEST.tsv"))
	if err != nil {
		t.Skipf("the corpus ../shared/corpora/%s is not here: this test runs only beside it", folder)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]map[string]string{}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			if i < len(record) {
				row[column] = record[i]
			}
		}
		rows[row["file"]] = row
	}
	if len(rows) < 100 {
		t.Fatalf("%s: the manifest lists %d programs only", folder, len(rows))
	}
	return rows
}

var includeFolder = regexp.MustCompile(`include_\w+`)

// loadCorpus reads a program of a corpus with the include folder that its manifest names.
func loadCorpus(t *testing.T, folder, name string, row map[string]string, o Options) *Program {
	t.Helper()
	path := filepath.Join(corpora, folder, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if dir := includeFolder.FindString(row["note"]); dir != "" {
		o.Include = []string{filepath.Join(corpora, folder, dir)}
	}
	return Load(path, text, o)
}

func rendered(p *Program) string {
	var b strings.Builder
	for _, d := range p.Diagnostics {
		diag.Render(&b, p.Sources, d, diag.Style{})
	}
	return b.String()
}

func TestCorpusValid(t *testing.T) {
	strict := 0
	for name, row := range corpus(t, "qasm2-valid") {
		if p := loadCorpus(t, "qasm2-valid", name, row, Options{CheckOnly: true}); p.Diagnostics.HasErrors() {
			t.Errorf("%s is refused:\n%s", name, rendered(p))
		}
		p := loadCorpus(t, "qasm2-valid", name, row, Options{CheckOnly: true, Strict: true})
		valid := row["strict_mode"] == "valid"
		if p.Diagnostics.HasErrors() == valid {
			t.Errorf("%s in strict mode: want %s:\n%s", name, row["strict_mode"], rendered(p))
		}
		if valid {
			strict++
		}
	}
	if strict < 50 {
		t.Errorf("%d programs only are valid in strict mode", strict)
	}
}

// syntaxNote are the notes of Qiskit's errors that say the grammar is broken rather than a name or a number wrong.
var syntaxNote = regexp.MustCompile(`^(needed|bad (expression token|character)|unexpected|version$|filename$|if body$|gate body|word boundary|leading zero|identifier starts|capital identifier|single quotes|no qubits|(if|measure|reset) in gate body|version)`)

// otherStage are programs that are refused by another stage than Qiskit's, with the reason.
var otherStage = map[string]string{
	"hw_else.qasm":                                    "a keyword of OpenQASM 3 where a statement cannot be parsed",
	"hw_gphase.qasm":                                  "a keyword of OpenQASM 3 where a statement cannot be parsed",
	"mqt_v3_declarations.qasm":                        "a keyword of OpenQASM 3 where a statement cannot be parsed",
	"ex_premature_right_parenthesis.qasm":             "the number of a function's arguments is the function's business",
	"pe_cannot_misdefine_u.qasm":                      "the semicolon is missing besides",
	"pe_gates_accept_only_valid_number_qubits.qasm":   "no operand at all is not in the grammar",
	"pe_gates_accept_only_valid_number_qubits_3.qasm": "no operand at all is not in the grammar",
}

// onlyVersion reports whether nothing but the version line is wrong.
func onlyVersion(p *Program) bool {
	return !slices.ContainsFunc(p.Diagnostics, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Code != "missing_version"
	})
}

func TestCorpusInvalidStrict(t *testing.T) {
	for name, row := range corpus(t, "qasm2-invalid") {
		p := loadCorpus(t, "qasm2-invalid", name, row, Options{Strict: true})
		if !p.Diagnostics.HasErrors() || p.Circuit != nil {
			t.Errorf("%s is accepted: %s", name, row["note"])
			continue
		}
		if first := p.Sources.Position(p.Diagnostics[0].Span.Start); first.Line == 0 || first.Column == 0 {
			t.Errorf("%s: no position: %s", name, rendered(p))
		}
		if onlyVersion(p) && row["note"] != "version" {
			t.Errorf("%s: %s: only the version line is reported:\n%s", name, row["note"], rendered(p))
		}
		bySyntax := !onlyVersion(loadCorpus(t, "qasm2-invalid", name, row, Options{Strict: true, SyntaxOnly: true}))
		if want := syntaxNote.MatchString(row["note"]); want != bySyntax && row["note"] != "version" && otherStage[name] == "" {
			t.Errorf("%s: %s: refused by the parser: %v, want %v:\n%s", name, row["note"], bySyntax, want, rendered(p))
		}
	}
}

// pinned reads lines of a key, a tab and a reason.
func pinned(t *testing.T, name string) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(testdata, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, reason, ok := strings.Cut(s.Text(), "\t"); ok && reason != "" {
			list[key] = reason
		} else if !strings.HasPrefix(s.Text(), "#") {
			t.Errorf("%s: %q gives no reason", name, s.Text())
		}
	}
	return list
}

func TestCorpusInvalidDefault(t *testing.T) {
	accepted := pinned(t, "accepted.txt")
	seen := 0
	check := func(key string, p *Program) {
		switch reason, ok := accepted[key]; {
		case ok:
			seen++
			if p.Diagnostics.HasErrors() {
				t.Errorf("%s is refused, though %s:\n%s", key, reason, rendered(p))
			} else if len(p.Diagnostics) == 0 {
				t.Errorf("%s is accepted without a warning", key)
			}
		case !p.Diagnostics.HasErrors():
			t.Errorf("%s is accepted without a reason in accepted.txt:\n%s", key, rendered(p))
		}
	}
	for name, row := range corpus(t, "qasm2-invalid") {
		check(name, loadCorpus(t, "qasm2-invalid", name, row, Options{}))
	}
	eachBulk(t, func(at, text string) { check(at, Load(at, []byte(text), Options{})) })
	if seen != len(accepted) {
		t.Errorf("%d of the %d entries of accepted.txt were met", seen, len(accepted))
	}
}

func TestCorpusBulkStrict(t *testing.T) {
	eachBulk(t, func(at, text string) {
		p := Load(at, []byte(text), Options{Strict: true})
		if !p.Diagnostics.HasErrors() {
			t.Errorf("%s: %q is accepted", at, text)
		}
	})
}

// eachBulk calls f with each one-line program of the bulk files, named by file and line.
func eachBulk(t *testing.T, f func(at, text string)) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(corpora, "qasm2-invalid/BULK_*.txt"))
	if len(files) == 0 {
		t.Skip("the corpus ../shared/corpora/qasm2-invalid is not here: this test runs only beside it")
	}
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			f(fmt.Sprintf("%s:%d", filepath.Base(file), i+1), line)
			n++
		}
	}
	if n < 1000 {
		t.Errorf("%d one-line programs only", n)
	}
}
