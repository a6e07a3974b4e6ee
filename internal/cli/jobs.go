package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
)

func newJobsCommand(a *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "jobs",
		Short:             "List, show, await and cancel jobs at the remote API",
		Long:              "Find the jobs of your account at the remote API again, whatever sent them.",
		Args:              noSuchCommand,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Example:           "  qcos jobs list\n  qcos jobs wait nightly-7",
	}
	cmd.AddCommand(newJobsListCommand(a), newJobsShowCommand(a), newJobsWaitCommand(a), newJobsCancelCommand(a))
	return cmd
}

// jobIDs are the arguments of commands about single jobs.
func jobIDs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &UsageError{Detail: cmd.CommandPath() + " needs the id of a job", Next: "qcos jobs list shows them"}
	}
	for _, id := range args {
		if !api.ValidJobID(id) {
			return &UsageError{Detail: fmt.Sprintf("%q is no id of a job", config.Redact(id)), Next: "qcos jobs list shows them"}
		}
	}
	return nil
}

// eachJob calls f for every id, tells the user of errors, and returns the error that stands for all of them.
func (a *App) eachJob(ids []string, f func(id string) error) error {
	b := &batch{app: a, total: len(ids), what: "jobs"}
	for _, id := range ids {
		if err := guard(func() error { return f(id) }); err != nil {
			b.note(input{id}, err)
		}
	}
	return b.result()
}
