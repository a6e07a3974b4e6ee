package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/pkg/api"
)

func newAdminUserCommand(a *App) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:     "user",
		Short:   "Make, list and change users of a server",
		Long:    "Make, list and change users of a server. A user is named by their e-mail address.",
		Example: "  qcos admin user create you@example.com\n  qcos admin user list",
	})
	cmd.AddCommand(newAdminUserCreateCommand(a), newAdminUserListCommand(a), newAdminUserTierCommand(a),
		newAdminUserSwitchCommand(a, false), newAdminUserSwitchCommand(a, true),
		newAdminUserInviteCommand(a), newAdminUserResetCommand(a))
	return cmd
}

// userJSON is a user as --format json writes it.
type userJSON struct {
	User       string         `json:"user"`
	Tier       account.Tier   `json:"tier"`
	CreatedAt  api.Time       `json:"created_at"`
	DisabledAt *api.Time      `json:"disabled_at"`
	Key        *createdKeyOut `json:"key,omitempty"`
}

func newUserJSON(u account.User) userJSON {
	out := userJSON{User: u.Email, Tier: u.Owner.Tier, CreatedAt: api.NewTime(u.CreatedAt)}
	if u.Disabled() {
		at := api.NewTime(u.DisabledAt)
		out.DisabledAt = &at
	}
	return out
}

type adminUserCreateOptions struct {
	adminOptions
	email, tier, key string
	passwordStdin    bool
}

func newAdminUserCreateCommand(a *App) *cobra.Command {
	o := &adminUserCreateOptions{adminOptions: adminOptions{app: a}, tier: string(account.Free)}
	cmd := &cobra.Command{
		Use:               "create EMAIL",
		Short:             "Make a user",
		Long:              "Make a user, and with --key a first API key for them, which is shown this once and never again.",
		Example:           "  qcos admin user create you@example.com\n  qcos admin user create you@example.com --tier pro --key first --format json",
		Args:              oneArgument("an e-mail address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.email = args[0]
			return o.run(cmd.Context())
		},
	}
	addTierFlag(cmd, &o.tier)
	cmd.Flags().StringVar(&o.key, "key", "", "make a first API key with this `NAME` too")
	cmd.Flags().BoolVar(&o.passwordStdin, "password-stdin", false, "read a password for the pages from standard input")
	o.addFlags(cmd)
	return cmd
}

func addTierFlag(cmd *cobra.Command, into *string) {
	addChoice(cmd, into, "tier", tierNames(), "what the user may do")
}

func tierNames() []string {
	var names []string
	for _, t := range account.Tiers() {
		names = append(names, string(t))
	}
	return names
}

func (o *adminUserCreateOptions) run(ctx context.Context) error {
	email, err := account.CleanEmail(o.email)
	if err != nil {
		return &UsageError{Detail: err.Error()}
	}
	if o.keys = o.key != ""; o.keys {
		if err := account.CheckKeyName(o.key); err != nil {
			return &UsageError{Detail: err.Error()}
		}
	}
	password, err := o.password(ctx, email)
	if err != nil {
		return err
	}
	return o.with(ctx, func(ctx context.Context, db *store.DB, accounts *account.Service) error {
		u, err := accounts.CreateUser(ctx, operator, email, account.Tier(o.tier))
		if err != nil {
			return userError(email, err)
		}
		if o.passwordStdin {
			if err := o.people(db).SetPassword(ctx, operator, email, password); err != nil {
				return err
			}
		}
		words, out := fmt.Sprintf("✓ User created: %s (%s)\n", u.Email, u.Owner.Tier), newUserJSON(u)
		if o.key != "" {
			k, text, err := accounts.CreateKey(ctx, operator, u, account.KeyRequest{Name: o.key})
			if err != nil {
				return err
			}
			words += createdKeyWords(text)
			out.Key = &createdKeyOut{k.ID, k.Name, text}
		}
		return o.show(words, out)
	})
}

// password reads the password from standard input, where it is to come from there, and checks it before anything is made.
func (o *adminUserCreateOptions) password(ctx context.Context, email string) (string, error) {
	if !o.passwordStdin {
		return "", nil
	}
	password, err := o.app.readPasswordLine(ctx)
	if err != nil {
		return "", err
	}
	if err := identity.CheckPassword(password, email); err != nil {
		return "", &UsageError{Detail: err.Error(), Next: identity.PasswordRules}
	}
	return password, nil
}

type adminUserListOptions struct{ adminOptions }

func newAdminUserListCommand(a *App) *cobra.Command {
	o := &adminUserListOptions{adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "List the users",
		Long:              "List the users of a server by address, with their tiers. With --format json, one user a line.",
		Example:           "  qcos admin user list\n  qcos admin user list --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminUserListOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		users, err := accounts.Users(ctx)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if o.format == formatJSON {
			for _, u := range users {
				if err := writeLine(&text, newUserJSON(u)); err != nil {
					return err
				}
			}
			return o.app.write(text.Bytes())
		}
		w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "User\tTier\tCreated\tState")
		for _, u := range users {
			state := "active"
			if u.Disabled() {
				state = "disabled " + date(u.DisabledAt)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Owner.Tier, date(u.CreatedAt), state)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return o.app.write(text.Bytes())
	})
}

type adminUserTierOptions struct {
	adminOptions
	email, tier string
}

func newAdminUserTierCommand(a *App) *cobra.Command {
	o := &adminUserTierOptions{adminOptions: adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:     "set-tier EMAIL TIER",
		Short:   "Change what a user may do",
		Long:    "Change a user's tier from now on: " + strings.Join(tierNames(), ", ") + ". Jobs that wait keep the priority that they were accepted with.",
		Example: "  qcos admin user set-tier demo@example.com pro\n  qcos admin user set-tier demo@example.com enterprise --format json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return &UsageError{Detail: cmd.CommandPath() + " needs an e-mail address and a tier", Next: seeHelp(cmd)}
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return tierNames(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.email, o.tier = args[0], args[1]
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminUserTierOptions) run(ctx context.Context) error {
	tier, err := account.ParseTier(o.tier)
	if err != nil {
		return &UsageError{Detail: err.Error()}
	}
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		u, err := accounts.SetTier(ctx, operator, o.email, tier)
		if err != nil {
			return userError(o.email, err)
		}
		return o.show(fmt.Sprintf("✓ %s is now %s\n", u.Email, u.Owner.Tier), newUserJSON(u))
	})
}

// adminUserSwitchOptions are those of disable and enable.
type adminUserSwitchOptions struct {
	adminOptions
	email  string
	enable bool
}

func newAdminUserSwitchCommand(a *App, enable bool) *cobra.Command {
	o := &adminUserSwitchOptions{adminOptions: adminOptions{app: a}, enable: enable}
	cmd := &cobra.Command{
		Use:               "disable EMAIL",
		Short:             "Stop all keys of a user",
		Long:              "Stop all keys of a user at once. Nothing is deleted; qcos admin user enable lets them in again.",
		Example:           "  qcos admin user disable demo@example.com\n  qcos admin user disable demo@example.com --format json",
		Args:              oneArgument("an e-mail address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.email = args[0]
			return o.run(cmd.Context())
		},
	}
	if enable {
		cmd.Use, cmd.Short, cmd.Long = "enable EMAIL", "Let a disabled user in again", "Let a user whom qcos admin user disable has stopped in again: their keys work as before."
		cmd.Example = strings.ReplaceAll(cmd.Example, "user disable", "user enable")
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminUserSwitchOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		change, words := accounts.Disable, "✓ %s is disabled: none of their keys work\n"
		if o.enable {
			change, words = accounts.Enable, "✓ %s is enabled: their keys work again\n"
		}
		u, err := change(ctx, operator, o.email)
		if err != nil {
			return userError(o.email, err)
		}
		return o.show(fmt.Sprintf(words, u.Email), newUserJSON(u))
	})
}
