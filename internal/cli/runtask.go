package cli

import (
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/job"
)

// runTask is the hidden command with which a server runs a heavy job in a process of its own.
const runTask = "run-task"

func newRunTaskCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:    runTask,
		Hidden: true,
		Short:  "Run one job of a server: the task comes on standard input, the reply goes to standard output",
		Args:   noArguments,
		RunE:   func(cmd *cobra.Command, _ []string) error { return job.ServeTask(cmd.Context(), a.In, a.Out) },
	}
}

// childCommand starts this binary again to run a task. On Linux that is the very file which runs now, even where an upgrade has
// replaced it meanwhile.
func childCommand() *exec.Cmd {
	path := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		if own, err := os.Executable(); err == nil {
			path = own
		}
	}
	cmd := exec.Command(path, runTask)
	cmd.Args[0] = "qcos" // what lists of processes show
	return cmd
}
