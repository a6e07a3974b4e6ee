package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/spelling"
)

// newRootCommand puts all commands together.
func newRootCommand(a *App) *cobra.Command {
	root := &cobra.Command{
		Use:   "qcos",
		Short: "Run quantum programs on an exact simulator",
		Long: "qcos reads OpenQASM, simulates the circuit exactly on this machine and prints how often each outcome came.\n" +
			"It chooses the method, says what a run will take, and refuses what cannot fit before it starts.",
		Example:       "  qcos execute bell.qasm\n  qcos execute --shots 10000 --seed 7 --format json circuits/*.qasm",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetVersionTemplate("qcos {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	debug := root.PersistentFlags().Bool("debug", false, "log decisions on standard error (QCOS_DEBUG)")
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if *debug {
			a.enableDebug()
		}
		a.Log.Debug("command", "name", cmd.CommandPath(), "version", root.Version)
	}
	root.AddCommand(
		newExecuteCommand(a),
		newCheckCommand(a),
		newExplainCommand(a),
		newTestCommand(a),
		newJobsCommand(a),
		newUserCommand(a),
		newFmtCommand(a),
		newConvertCommand(a),
		newDrawCommand(a),
		newServeCommand(a),
		newWorkerCommand(a),
		newAdminCommand(a),
		newAuthCommand(a),
		newConfigureCommand(a),
		newDoctorCommand(a),
		newVersionCommand(a),
		newRunTaskCommand(a),
		newCompletionCommand(a),
	)
	root.AddCommand(helpTopics()...)
	root.SetHelpCommand(newHelpCommand())
	return root
}

// noSuchCommand refuses words after qcos that are no command.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &UsageError{Detail: fmt.Sprintf("unknown command %q", args[0]), Next: "qcos help lists the commands"}
	if near := spelling.Nearest(args[0], commandNames(cmd)); near != "" {
		e.Next = fmt.Sprintf("did you mean %s %s?", cmd.CommandPath(), near)
	}
	return e
}

// noArguments refuses arguments of a command that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &UsageError{Detail: fmt.Sprintf("%s takes no arguments, %q was given", cmd.CommandPath(), args[0]), Next: seeHelp(cmd)}
}

func seeHelp(cmd *cobra.Command) string { return cmd.CommandPath() + " --help shows how it is used" }
