package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/pkg/api"
)

// people is what an operator does about identities.
func (o *adminOptions) people(db *store.DB) *identity.Service {
	return identity.NewService(identity.Options{Store: db, Clock: o.app.Now, Log: o.app.Log})
}

// readPasswordLine reads the first line of standard input, with its spaces.
func (a *App) readPasswordLine(ctx context.Context) (string, error) {
	return await(ctx, func() (string, error) {
		line, err := bufio.NewReader(io.LimitReader(a.In, longestLine)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", &InputError{Detail: "the password cannot be read from standard input: " + err.Error()}
		}
		return strings.TrimRight(line, "\r\n"), nil
	}, func() {})
}

// linkOut is a link that an operator hands out, as --format json writes it.
type linkOut struct {
	User      string   `json:"user"`
	Link      string   `json:"link"`
	ExpiresAt api.Time `json:"expires_at"`
}

type adminLinkOptions struct {
	adminOptions
	email string

	path string // of the page that the link leads to
	done string // what to say
	make func(*identity.Service, context.Context, account.Actor, string) (string, time.Time, error)
}

func newAdminUserInviteCommand(a *App) *cobra.Command {
	o := &adminLinkOptions{adminOptions: adminOptions{app: a}, path: identity.PathSignUp, done: "✓ Invited", make: (*identity.Service).InviteUser}
	return o.command(&cobra.Command{
		Use:   "invite EMAIL",
		Short: "Make a link with which somebody may sign up",
		Long: "Make a link with which somebody may make an account for this e-mail address, within seven days and once. Give it to them yourself:\n" +
			"nothing is sent. It works where sign-up is open or by invitation.",
		Example: "  qcos admin user invite you@example.com\n  qcos admin user invite you@example.com --format json",
	})
}

func newAdminUserResetCommand(a *App) *cobra.Command {
	o := &adminLinkOptions{adminOptions: adminOptions{app: a}, path: identity.PathReset, done: "✓ Link made for", make: (*identity.Service).ResetUser}
	return o.command(&cobra.Command{
		Use:   "reset-password EMAIL",
		Short: "Make a link with which a user sets a new password",
		Long: "Make a link with which a user sets a new password, within a day and once. Give it to them yourself: nothing is sent. The old password\n" +
			"works until then; afterwards all browsers and command lines of the user are logged out, and API keys go on working.",
		Example: "  qcos admin user reset-password demo@example.com\n  qcos admin user reset-password demo@example.com --format json",
	})
}

func (o *adminLinkOptions) command(cmd *cobra.Command) *cobra.Command {
	cmd.Args, cmd.ValidArgsFunction = oneArgument("an e-mail address"), cobra.NoFileCompletions
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.email = args[0]
		return o.run(cmd.Context())
	}
	o.addFlags(cmd)
	config.AddServerFlags(cmd.Flags(), config.ServerPublicURL)
	return cmd
}

func (o *adminLinkOptions) run(ctx context.Context) error {
	email, err := account.CleanEmail(o.email)
	if err != nil {
		return &UsageError{Detail: err.Error()}
	}
	s, err := o.flags()
	if err != nil {
		return err
	}
	return o.with(ctx, func(ctx context.Context, db *store.DB, _ *account.Service) error {
		token, expires, err := o.make(o.people(db), ctx, operator, email)
		if err != nil {
			return userError(email, err)
		}
		link := s.PublicURL + o.path + "?token=" + token
		words := fmt.Sprintf("%s %s\n%s\nIt works once, until %s UTC.\n", o.done, email, link, expires.UTC().Format("2006-01-02 15:04"))
		if s.PublicURL == "" {
			words += "Put the server's address in front of it, or give it with --public-url.\n"
		}
		return o.show(words, linkOut{email, link, api.NewTime(expires)})
	})
}

type adminAuditOptions struct {
	adminOptions
	user  string
	limit int
}

func newAdminAuditCommand(a *App) *cobra.Command {
	o := &adminAuditOptions{adminOptions: adminOptions{app: a}, limit: 100}
	cmd := &cobra.Command{
		Use:   "audit [EMAIL]",
		Short: "Show who did what, when and from where",
		Long: "Show the audit log, the newest first: sign-in, changes of keys, passwords, tiers and users, each with its time and address. With an\n" +
			"address, what is about that user. With --format json, one event a line.",
		Example:           "  qcos admin audit\n  qcos admin audit demo@example.com --limit 1000 --format json",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &UsageError{Detail: fmt.Sprintf("%s takes at most one argument, an e-mail address; %d were given", cmd.CommandPath(), len(args)), Next: seeHelp(cmd)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.user = args[0]
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().Var(countValue{&o.limit, 1_000_000}, "limit", "show at most so many events (default 100)")
	o.addFlags(cmd)
	return cmd
}

// eventOut is an event as --format json writes it.
type eventOut struct {
	At      api.Time        `json:"at"`
	Action  string          `json:"action"`
	Actor   string          `json:"actor"`
	Address string          `json:"address"`
	Subject string          `json:"subject"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

func (o *adminAuditOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, db *store.DB, accounts *account.Service) error {
		owner := account.AnyOwner
		if o.user != "" {
			u, err := accounts.User(ctx, o.user)
			if err != nil {
				return userError(o.user, err)
			}
			owner = u.Owner.ID
		}
		events, err := o.people(db).Events(ctx, owner, 0, o.limit)
		if err != nil {
			return err
		}
		text, err := o.text(events)
		if err != nil {
			return err
		}
		return o.app.write(text)
	})
}

func (o *adminAuditOptions) text(events []identity.Entry) ([]byte, error) {
	var text bytes.Buffer
	if o.format == formatJSON {
		for _, e := range events {
			out := eventOut{At: api.NewTime(e.At), Action: e.Action, Actor: e.Actor.Name, Address: e.Actor.Address, Subject: e.Subject}
			if json.Valid([]byte(e.Detail)) {
				out.Detail = json.RawMessage(e.Detail)
			}
			if err := writeLine(&text, out); err != nil {
				return nil, err
			}
		}
		return text.Bytes(), nil
	}
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Time (UTC)\tAction\tActor\tAddress\tSubject")
	for _, e := range events {
		address := e.Actor.Address
		if address == "" {
			address = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.At.UTC().Format(time.DateTime), e.Action, e.Actor.Name, address, e.Subject)
	}
	_ = w.Flush() // to memory
	return text.Bytes(), nil
}
