package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/pkg/api"
)

func newAdminKeyCommand(a *App) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:     "key",
		Short:   "Make, list and revoke API keys of a server's users",
		Long:    "Make, list and revoke API keys of a server's users. A key is shown when it is made and never again.",
		Example: "  qcos admin key create demo@example.com --name ci\n  qcos admin key list demo@example.com",
	})
	cmd.AddCommand(newAdminKeyCreateCommand(a), newAdminKeyListCommand(a), newAdminKeyRevokeCommand(a))
	return cmd
}

// createdKeyOut is a new key as --format json writes it.
type createdKeyOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Key  string `json:"key"`
}

func createdKeyWords(key string) string {
	return "✓ API Key created: " + key + "\n⚠ Store this key securely - it won't be shown again\n"
}

type adminKeyCreateOptions struct {
	adminOptions
	email, name, scopes string
	limit               int
	lifetime            time.Duration
}

func newAdminKeyCreateCommand(a *App) *cobra.Command {
	o := &adminKeyCreateOptions{adminOptions: adminOptions{app: a, keys: true}}
	cmd := &cobra.Command{
		Use:   "create EMAIL --name NAME",
		Short: "Make an API key for a user",
		Long: "Make an API key for a user. It may be bounded to what an application needs: to scopes (execute submits and cancels jobs, read\n" +
			"sees jobs, results and the account), to jobs a day within the tier's, and in time.",
		Example: "  qcos admin key create demo@example.com --name my-app-key\n" +
			"  qcos admin key create demo@example.com --name ci --scopes execute,read --daily-limit 5 --expires-in 2160h --format json",
		Args:              oneArgument("an e-mail address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.email = args[0]
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&o.name, "name", "", "the `NAME` of the key, to tell keys apart (needed)")
	cmd.Flags().StringVar(&o.scopes, "scopes", "", "what the key may be used for: `SCOPES` execute, read or both with a comma between (default both)")
	cmd.Flags().Var(countValue{&o.limit, 1_000_000_000}, "daily-limit", "jobs a day, within those of the tier (default none of its own)")
	cmd.Flags().Var(timeValue{&o.lifetime}, "expires-in", "stop the key after this time, such as 720h (default never)")
	o.addFlags(cmd)
	return cmd
}

func (o *adminKeyCreateOptions) run(ctx context.Context) error {
	scopes, err := account.ParseScopes(o.scopes)
	if err == nil {
		err = account.CheckKeyName(o.name)
	}
	if err != nil {
		return &UsageError{Detail: err.Error(), Next: "qcos admin key create --help shows how it is used"}
	}
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		u, err := accounts.User(ctx, o.email)
		if err != nil {
			return userError(o.email, err)
		}
		k, text, err := accounts.CreateKey(ctx, operator, u, account.KeyRequest{
			Name: o.name, Scopes: scopes, Lifetime: o.lifetime, DailyLimit: int64(o.limit),
		})
		if err != nil {
			return err
		}
		return o.show(createdKeyWords(text), createdKeyOut{k.ID, k.Name, text})
	})
}

type adminKeyListOptions struct {
	adminOptions
	email string
}

func newAdminKeyListCommand(a *App) *cobra.Command {
	o := &adminKeyListOptions{adminOptions: adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "list EMAIL",
		Short:             "List the API keys of a user",
		Long:              "List the API keys of a user that work, the oldest first. The keys themselves are not kept and not shown.",
		Example:           "  qcos admin key list demo@example.com\n  qcos admin key list demo@example.com --format json",
		Args:              oneArgument("an e-mail address"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.email = args[0]
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminKeyListOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		u, err := accounts.User(ctx, o.email)
		if err != nil {
			return userError(o.email, err)
		}
		keys, err := accounts.Keys(ctx, u.Owner.ID)
		if err != nil {
			return err
		}
		return o.show(keyTable(keys), keyList(keys))
	})
}

func keyTable(keys []account.Key) string {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tName\tCreated\tLast Used")
	for _, k := range keys {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.Name, date(k.CreatedAt), date(k.LastUsedAt))
	}
	_ = w.Flush() // to memory
	return text.String()
}

func keyList(keys []account.Key) api.KeyList {
	list := api.KeyList{Keys: []api.Key{}}
	for _, k := range keys {
		out := api.Key{ID: k.ID, Name: k.Name, Prefix: k.Prefix, CreatedAt: api.NewTime(k.CreatedAt), LastUsedAt: timeOrNil(k.LastUsedAt), ExpiresAt: timeOrNil(k.End())}
		for _, s := range k.Scopes {
			out.Scopes = append(out.Scopes, api.Scope(s))
		}
		list.Keys = append(list.Keys, out)
	}
	return list
}

func timeOrNil(t time.Time) *api.Time {
	if t.IsZero() {
		return nil
	}
	at := api.NewTime(t)
	return &at
}

type adminKeyRevokeOptions struct {
	adminOptions
	id string
}

func newAdminKeyRevokeCommand(a *App) *cobra.Command {
	o := &adminKeyRevokeOptions{adminOptions: adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "revoke ID",
		Short:             "Stop an API key at once",
		Long:              "Stop the API key with this id at once, and that key alone. qcos admin key list shows the ids.",
		Example:           "  qcos admin key revoke key_abc123\n  qcos admin key revoke key_abc123 --format json",
		Args:              oneArgument("the id of a key"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminKeyRevokeOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, _ *store.DB, accounts *account.Service) error {
		k, err := accounts.RevokeKey(ctx, operator, account.AnyOwner, o.id)
		if errors.Is(err, account.ErrNotFound) {
			return &InputError{Detail: fmt.Sprintf("there is no key with the id %q", o.id), Next: "qcos admin key list EMAIL shows the ids, which begin with key_"}
		}
		if err != nil {
			return err
		}
		return o.show("✓ Key revoked successfully\n", map[string]any{"id": k.ID, "revoked_at": api.NewTime(k.RevokedAt)})
	})
}
