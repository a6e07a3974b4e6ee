package webtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const axeVersion = "4.14.1"

var axe struct {
	sync.Once
	script, why string
}

// Axe gives the script of axe-core, which finds what keeps people out of a page; the npm registry has it. Where it cannot be had, the
// test is skipped and says so.
func Axe(tb testing.TB) string {
	tb.Helper()
	axe.Do(func() {
		if axe.script, axe.why = cachedAxe(); axe.why != "" {
			axe.why = "axe-core cannot be had: " + axe.why
		}
	})
	if axe.why != "" {
		tb.Skip("NOT TESTED FOR ACCESSIBILITY: " + axe.why)
	}
	return axe.script
}

func cachedAxe() (script, why string) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "qcos-test-axe-"+axeVersion)
	file := filepath.Join(folder, "package", "axe.min.js")
	if text, err := os.ReadFile(file); err == nil {
		return string(text), ""
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err.Error()
	}
	for _, command := range [][]string{{"npm", "pack", "--silent", "axe-core@" + axeVersion}, {"tar", "-xzf", "axe-core-" + axeVersion + ".tgz", "package/axe.min.js"}} {
		c := exec.Command(command[0], command[1:]...)
		c.Dir = folder
		if out, err := c.CombinedOutput(); err != nil {
			return "", fmt.Sprintf("%v: %v %s", command, err, out)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err.Error()
	}
	return string(text), ""
}

// Finding is a fault that axe-core sees.
type Finding struct {
	ID, Impact, Help string
	Nodes            []string
}

// Accessibility lists what axe-core finds on the page that is serious or worse.
func (t *Tab) Accessibility(script string) []Finding {
	t.Helper()
	t.Inject(script)
	all := Eval[[]Finding](t, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
		r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map(n => n.html.slice(0, 200) + " " + (n.any[0] || {message: ""}).message)})))`)
	var serious []Finding
	for _, f := range all {
		if f.Impact == "serious" || f.Impact == "critical" {
			serious = append(serious, f)
		}
	}
	return serious
}
