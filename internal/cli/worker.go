package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/daemon"
)

type workerOptions struct {
	app  *App
	work func(context.Context, daemon.Options, func()) error

	settings func() (*config.Server, error)
}

func newWorkerCommand(a *App) *cobra.Command {
	o := &workerOptions{app: a, work: daemon.Work}
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Run jobs of a server on this machine",
		Long: "Run jobs that servers with the same PostgreSQL database accept. A worker registers its memory and processors, and takes no\n" +
			"more than they allow. When it is ready it prints so on standard output; Ctrl-C or SIGTERM ends it in order, and what it\n" +
			"does not finish goes back to the queue. Where a worker dies its jobs are run by another.\n\n" +
			"Settings are flags, variables QCOS_SERVER_…, or members of the file of --config, as with qcos serve.",
		Example:           "  qcos worker --database postgres://qcos@db.example.com/qcos --secret-file /etc/qcos/secret\n  QCOS_SERVER_DATABASE=postgres://qcos@db.example.com/qcos qcos worker --secret-file secret --workers 4",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.settings = func() (*config.Server, error) { return config.ResolveServer(config.Here(cmd.Flags())) }
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().SortFlags = false
	config.AddServerFlags(cmd.Flags(), config.ServerDatabase, config.ServerSecretFile)
	config.AddServerFlags(cmd.Flags(), workFlags...)
	config.AddServerFlags(cmd.Flags(), config.ServerConfig)
	return cmd
}

func (o *workerOptions) run(ctx context.Context) error {
	s, err := o.settings()
	if err != nil {
		return err
	}
	switch {
	case s.Database == "":
		return &UsageError{Detail: "a worker needs --database: an embedded database is for its one server, which runs its jobs itself", Next: "give --database postgres://…"}
	case s.Workers == 0:
		return &UsageError{Detail: "a worker with --workers 0 would run nothing", Next: "leave it out, or give 1 or more"}
	}
	if err := needSecret(s); err != nil {
		return err
	}
	d, err := o.app.daemonOptions(s)
	if err != nil {
		return err
	}
	o.app.settles.Store(true)
	return o.work(ctx, d, func() { _ = o.app.write(fmt.Appendf(nil, "waiting for jobs\n")) })
}
