package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/daemon"
	"github.com/softquantus/qcos/internal/store"
)

func newAdminCommand(a *App) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:   "admin",
		Short: "Manage the users, keys and data of a server",
		Long: "Manage a server from the machine that has its data, or with the address of its PostgreSQL database. The commands work while\n" +
			"the server runs; they need no key.",
		Example: "  qcos admin user create you@example.com --tier pro --key first\n  qcos admin user list --format json",
	})
	cmd.AddCommand(newAdminUserCommand(a), newAdminKeyCommand(a), newAdminBackupCommand(a), newAdminMigrateCommand(a), newAdminAuditCommand(a))
	return cmd
}

// group makes a command that only has commands below it.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args, cmd.ValidArgsFunction = noSuchCommand, cobra.NoFileCompletions
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// adminOptions are what all commands of an operator have.
type adminOptions struct {
	app    *App
	keys   bool // keys are made: that needs the server's secret
	format format
	flags  func() (*config.Server, error)
}

// addFlags gives a command the settings of the database, and lets run have them.
func (o *adminOptions) addFlags(cmd *cobra.Command) {
	o.flags = func() (*config.Server, error) { return config.ResolveServer(config.Here(cmd.Flags())) }
	config.AddServerFlags(cmd.Flags(), databaseFlags...)
	addFormatFlag(cmd, &o.format)
}

// with opens the database for f.
func (o *adminOptions) with(ctx context.Context, f func(context.Context, *store.DB, *account.Service) error) error {
	s, err := o.flags()
	if err != nil {
		return err
	}
	if o.keys {
		if err := needSecret(s); err != nil {
			return err
		}
	}
	o.app.settles.Store(true) // what has begun to write is not cut short by Ctrl-C
	d, err := o.app.daemonOptions(s)
	if err != nil {
		return err
	}
	d.Log = o.app.Log
	db, err := daemon.Open(ctx, d, false)
	if err != nil {
		return err
	}
	defer db.Close()
	return f(ctx, db, account.NewService(db, db.Secret(), o.app.Now))
}

// operator is who the audit log names.
var operator = account.Actor{Name: "admin"}

// show writes the result of a command, in words or as JSON.
func (o *adminOptions) show(words string, value any) error {
	if o.format != formatJSON {
		return o.app.write([]byte(words))
	}
	var text bytes.Buffer
	if err := writeLine(&text, value); err != nil {
		return err
	}
	return o.app.write(text.Bytes())
}

// oneArgument refuses any other number of arguments than one, which what names.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return &UsageError{Detail: fmt.Sprintf("%s needs one argument, %s; %d were given", cmd.CommandPath(), what, len(args)), Next: seeHelp(cmd)}
	}
}

// userError words what is wrong with the user that a command names.
func userError(email string, err error) error {
	switch {
	case errors.Is(err, account.ErrNotFound):
		return &InputError{Detail: fmt.Sprintf("there is no user %s", email), Next: "qcos admin user list shows them"}
	case errors.Is(err, account.ErrEmailTaken):
		return &InputError{Detail: fmt.Sprintf("%v: %s", err, email), Next: "qcos admin user set-tier changes the tier, qcos admin key create makes another key"}
	}
	return err
}

// date is a day as people read it, or a dash.
func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

type adminMigrateOptions struct{ adminOptions }

func newAdminMigrateCommand(a *App) *cobra.Command {
	o := &adminMigrateOptions{adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database up to date",
		Long: "Bring the schema of the database up to date, or make it. Every command that opens a database does so first; with several\n" +
			"servers it is better done once, before the first of them is upgraded. A database of a newer qcos is refused.",
		Example:           "  qcos admin migrate\n  qcos admin migrate --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminMigrateOptions) run(ctx context.Context) error {
	return o.with(ctx, func(context.Context, *store.DB, *account.Service) error {
		return o.show("✓ The database is up to date\n", map[string]bool{"up_to_date": true})
	})
}
