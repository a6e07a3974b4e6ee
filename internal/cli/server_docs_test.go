package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/config"
)

// TestServerPage holds the command lines of docs/server.md to the commands: each must be there, with its flags, and take so many
// arguments; and every setting that it names must exist.
func TestServerPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "server.md"))
	if err != nil {
		t.Fatal(err)
	}
	root := newRootCommand(&App{})
	lines := regexp.MustCompile(`(?m)(?:^ *|&& |\$ |ExecStart=/usr/local/bin/|qcos /)(qcos [^\n&|]+)`).FindAllStringSubmatch(string(page), -1)
	if len(lines) < 20 {
		t.Fatalf("found %d command lines only", len(lines))
	}
	for _, l := range lines {
		words := strings.Fields(strings.NewReplacer(`"$QCOS_SERVER_DATABASE"`, "postgres://x").Replace(l[1]))[1:]
		cmd, rest, err := root.Find(words)
		if err != nil || cmd == root {
			t.Errorf("%s: there is no such command", l[1])
			continue
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Errorf("%s: %v", l[1], err)
			continue
		}
		if cmd.Args != nil {
			if err := cmd.Args(cmd, cmd.Flags().Args()); err != nil {
				t.Errorf("%s: %v", l[1], err)
			}
		}
	}
	known := map[string]bool{"QCOS_SERVER_": true}
	for _, row := range config.ServerTable() {
		known[row.Env()] = true
	}
	for _, name := range regexp.MustCompile(`QCOS_SERVER_[A-Z_]*`).FindAllString(string(page), -1) {
		if !known[name] {
			t.Errorf("there is no setting %s", name)
		}
	}
	for _, flag := range regexp.MustCompile("`--([a-z-]+)[` ]").FindAllStringSubmatch(string(page), -1) {
		row := config.ServerRow(strings.ReplaceAll(flag[1], "-", "_"))
		if row == nil && flag[1] != "format" {
			t.Errorf("there is no setting --%s", flag[1])
		}
	}
}
