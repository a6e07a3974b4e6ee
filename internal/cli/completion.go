package cli

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// bashHelpers are the two functions that Cobra's script takes from the package bash-completion, for machines without it.
//
//go:embed completion.bash
var bashHelpers string

type completionOptions struct {
	app  *App
	root *cobra.Command

	shell string
}

func newCompletionCommand(a *App) *cobra.Command {
	o := &completionOptions{app: a}
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion {bash | zsh | fish | powershell}",
		Short: "Print a script that completes commands, files and methods",
		Long: "Print a script for your shell that completes commands, flags, program files and methods.\n\n" +
			"  bash        source <(qcos completion bash)\n" +
			"  zsh         source <(qcos completion zsh)\n" +
			"  fish        qcos completion fish | source\n" +
			"  powershell  qcos completion powershell | Out-String | Invoke-Expression\n\n" +
			"Put the line into your shell's start file to have it always.",
		Example:   "  source <(qcos completion bash)\n  qcos completion zsh > _qcos",
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(shells, args[0]) {
				return nil
			}
			return &UsageError{Detail: "one shell is needed: bash, zsh, fish or powershell", Next: seeHelp(cmd)}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.root, o.shell = cmd.Root(), args[0]
			return o.run()
		},
	}
}

func (o *completionOptions) run() error {
	var script bytes.Buffer
	var err error
	switch o.shell {
	case "bash":
		script.WriteString(bashHelpers)
		err = o.root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = o.root.GenZshCompletion(&script)
	case "fish":
		err = o.root.GenFishCompletion(&script, true)
	case "powershell":
		err = o.root.GenPowerShellCompletionWithDesc(&script)
	}
	if err != nil {
		return fmt.Errorf("cannot make the script: %w", err)
	}
	return o.app.write(script.Bytes())
}
