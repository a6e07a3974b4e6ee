package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/pkg/api"
)

type jobsCancelOptions struct {
	app    *App
	remote clientOptions

	ids    []string
	format format
}

func newJobsCancelCommand(a *App) *cobra.Command {
	o := &jobsCancelOptions{app: a, remote: clientOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "cancel ID...",
		Short:             "Cancel jobs",
		Long:              "Cancel jobs that wait or run. A finished job stays as it is. With --format json, one job a line.",
		Example:           "  qcos jobs cancel nightly-7\n  qcos jobs cancel --format json nightly-7 nightly-8",
		Args:              jobIDs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ids = args
			return o.run(cmd.Context())
		},
	}
	o.remote.addFlags(cmd, config.Timeout)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *jobsCancelOptions) run(ctx context.Context) error {
	client, _, err := o.remote.client()
	if err != nil {
		return err
	}
	return o.app.eachJob(o.ids, func(id string) error {
		job, err := client.Job(id).Cancel(ctx)
		if err != nil {
			return err
		}
		if o.format == formatJSON {
			return o.app.writeJobs([]api.Job{*job})
		}
		words := fmt.Sprintf("%s %s is %s\n", o.app.outPalette().green("✓"), id, diag.Printable(string(job.Status)))
		if !job.Status.Finished() {
			words = fmt.Sprintf("%s %s will be cancelled (%s)\n", o.app.outPalette().green("✓"), id, diag.Printable(string(job.Status)))
		}
		return o.app.write([]byte(words))
	})
}
