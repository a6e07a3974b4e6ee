package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

//go:generate go test -run ^TestReference$ . -update

const referenceFile = "../../docs/cli.md"

// TestReference holds docs/cli.md to the commands. `make docs` writes it anew.
func TestReference(t *testing.T) {
	want := reference(t)
	if *update {
		if err := os.WriteFile(filepath.FromSlash(referenceFile), want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(filepath.FromSlash(referenceFile))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/cli.md is stale: run make docs")
	}
}

// reference writes all commands, topics and exit codes as Markdown.
func reference(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("# Command line\n\n<!-- Written by go generate ./internal/cli from the commands themselves. Do not edit. -->\n\n")
	commands := allCommands(t)
	b.WriteString("| command | |\n|---|---|\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", c.CommandPath(), strings.ReplaceAll(c.CommandPath(), " ", "-"), c.Short)
	}
	for _, c := range commands {
		writeCommand(&b, c)
	}
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n|---|---|\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "| %d | %s |\n", c.code, c.meaning)
	}
	b.WriteString("\nWith several files the run goes on after a failure; the highest code is returned, 130 above all.\n")
	b.WriteString("\n## Output\n\n```text\n" + outputText + "\n```\n")
	return b.Bytes()
}

func writeCommand(b *bytes.Buffer, c *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n```text\n%s\n```\n\n```text\n%s\n```\n", c.CommandPath(), c.UseLine(), strings.TrimSpace(c.Long))
	fmt.Fprintf(b, "\n```console\n")
	for _, line := range examples(c) {
		fmt.Fprintf(b, "$ %s\n", line)
	}
	b.WriteString("```\n")
	if flags := flagRows(c.LocalFlags()); flags != "" {
		b.WriteString("\n| flag | |\n|---|---|\n" + flags)
	}
}

func flagRows(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || f.Name == "version" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			value = " " + value
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
			usage += " (default " + f.DefValue + ")"
		}
		escape := strings.NewReplacer("|", `\|`).Replace
		fmt.Fprintf(&b, "| `--%s%s` | %s |\n", f.Name, escape(value), escape(usage))
	})
	return b.String()
}
