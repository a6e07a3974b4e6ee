package cli

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
)

func newUserCommand(a *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "user",
		Short:             "Show whose key it is, and what the tier allows",
		Long:              "Ask the remote API about the account that the key belongs to.",
		Args:              noSuchCommand,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Example:           "  qcos user info\n  qcos user info --format json",
	}
	cmd.AddCommand(newUserInfoCommand(a))
	return cmd
}

type userInfoOptions struct {
	app    *App
	remote clientOptions

	format format
}

func newUserInfoCommand(a *App) *cobra.Command {
	o := &userInfoOptions{app: a, remote: clientOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "info",
		Short:             "Show the account: tier, jobs today, limits",
		Long:              "Show the account that the key belongs to: tier, jobs accepted today (UTC) out of the day's limit, and the limits of a job.",
		Example:           "  qcos user info\n  qcos user info --profile dev --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.remote.addFlags(cmd, config.Timeout)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *userInfoOptions) run(ctx context.Context) error {
	client, _, err := o.remote.client()
	if err != nil {
		return err
	}
	info, err := client.UserInfo(ctx)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if o.format == formatJSON {
		if err := writeLine(&text, info); err != nil {
			return err
		}
		return o.app.write(text.Bytes())
	}
	fmt.Fprintf(&text, "User: %s\n", diag.Printable(info.User))
	fmt.Fprintf(&text, "Tier: %s\n", diag.Printable(string(info.Tier)))
	fmt.Fprintf(&text, "Jobs today: %d/%s\n", info.JobsToday, info.DailyLimit)
	fmt.Fprintf(&text, "Max qubits: %d\n", info.MaxQubits)
	fmt.Fprintf(&text, "Max shots: %s\n", grouped(info.MaxShots))
	return o.app.write(text.Bytes())
}
