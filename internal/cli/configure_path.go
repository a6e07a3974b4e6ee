package cli

import (
	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
)

func newConfigurePathCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:               "path",
		Short:             "Print the path of config.json",
		Long:              "Print the path of the file in which settings are stored, whether it exists or not.",
		Example:           "  qcos configure path\n  ls -l \"$(qcos configure path)\"",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return runConfigurePath(a, config.Here(nil)) },
	}
}

func runConfigurePath(a *App, sources config.Sources) error {
	path, err := configPath(sources)
	if err != nil {
		return err
	}
	return a.write([]byte(path + "\n"))
}
