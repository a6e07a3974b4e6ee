// Command gen writes docs/configuration.md from the table of settings. Its argument is the path of the file.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/softquantus/qcos/internal/config"
)

//go:embed configuration.md.tmpl
var text string

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FILE")
		os.Exit(2)
	}
	page, err := render()
	if err == nil {
		err = os.WriteFile(os.Args[1], []byte(page), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render() (string, error) {
	page, err := template.New("configuration").Funcs(template.FuncMap{"default": orNone, "cell": cell}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = page.Execute(&b, map[string]any{"Settings": config.Table(), "Server": config.ServerTable(), "Example": config.KeyVariable("us-east")})
	return b.String(), err
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return "`" + value + "`"
}

// cell makes text fit for a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "\n", " ").Replace(text)
}
