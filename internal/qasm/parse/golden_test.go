package parse

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file anew")

const treeFile = "../../../testdata/qasm/trees.txt"

// goldenTrees are pairs of lines: a statement with its line ends escaped, and its tree.
var goldenTrees = sync.OnceValue(func() map[string]string {
	trees := map[string]string{}
	text, _ := os.ReadFile(treeFile)
	lines := strings.Split(string(text), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		trees[lines[i]] = strings.TrimSpace(lines[i+1])
	}
	return trees
})

// goldenTree is the tree that is written down for a statement; with -update it writes down what was got.
func goldenTree(t *testing.T, text, got string) string {
	t.Helper()
	key := strings.ReplaceAll(text, "\n", `\n`)
	if *update {
		if err := os.MkdirAll(filepath.Dir(treeFile), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(treeFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(key + "\n\t" + got + "\n"); err != nil {
			t.Fatal(err)
		}
		return got
	}
	want, ok := goldenTrees()[key]
	if !ok {
		t.Errorf("testdata/qasm/trees.txt does not know %q: remove it and run with -update", key)
	}
	return want
}
