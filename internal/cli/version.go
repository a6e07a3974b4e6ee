package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

type versionOptions struct {
	app *App

	format format
}

func newVersionCommand(a *App) *cobra.Command {
	o := &versionOptions{app: a}
	cmd := &cobra.Command{
		Use:               "version",
		Short:             "Print the version",
		Long:              "Print the version of qcos, the commit it was built from, the Go release and the platform.",
		Example:           "  qcos version\n  qcos version --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return o.run() },
	}
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *versionOptions) run() error {
	b := build()
	if o.format == formatJSON {
		text, err := json.Marshal(b)
		if err != nil {
			return err
		}
		return o.app.write(append(text, '\n'))
	}
	commit := ""
	if b.Commit != "" {
		commit = "commit " + b.Commit + ", "
	}
	return o.app.write(fmt.Appendf(nil, "qcos %s (%s%s, %s)\n", b.Version, commit, b.Go, b.Platform))
}

// buildInfo is what the Go command stamped into the binary.
type buildInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // "" outside of a repository; "+changes" where the tree was not clean
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func build() buildInfo {
	b := buildInfo{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	changed := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed && b.Commit != "" {
		b.Commit += "+changes"
	}
	return b
}

func version() string { return build().Version }
