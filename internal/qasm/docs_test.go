package qasm

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	reported = regexp.MustCompile(`\.(?:Deviation|Warn)\([^"\n]*"(\w+)"`)
	refused  = regexp.MustCompile(`\.(?:Error|report)\([^"\n]*"([a-z0-9_]+)"`)
	inTable  = regexp.MustCompile("\\| `(\\w+)` \\|\n")
)

// TestDocs holds that docs/openqasm.md lists the code of each error, deviation and warning, and of the latter no other.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/openqasm.md")
	if err != nil {
		t.Fatal(err)
	}
	codes, errors := map[string]bool{}, map[string]bool{}
	files, _ := filepath.Glob("*/*.go")
	more, _ := filepath.Glob("*.go")
	for _, file := range append(files, more...) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reported.FindAllStringSubmatch(string(source), -1) {
			codes[m[1]] = true
		}
		for _, m := range refused.FindAllStringSubmatch(string(source), -1) {
			errors[m[1]] = true
		}
	}
	if len(codes) < 20 {
		t.Fatalf("%d codes only in the sources", len(codes))
	}
	if len(errors) < 60 {
		t.Fatalf("%d codes of errors only in the sources", len(errors))
	}
	maps.Copy(errors, codes)
	for code := range errors {
		if !strings.Contains(string(text), "`"+code+"`") {
			t.Errorf("docs/openqasm.md does not know `%s`", code)
		}
	}
	warnings, _, _ := strings.Cut(string(text), "\n## Choices") // the tables behind it list other names
	for _, m := range inTable.FindAllStringSubmatch(warnings, -1) {
		if !codes[m[1]] {
			t.Errorf("docs/openqasm.md lists `%s`, which is never reported", m[1])
		}
	}
}
