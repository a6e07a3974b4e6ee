package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/cli/login"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
)

type authLogoutOptions struct {
	authOptions
	all bool
}

func newAuthLogoutCommand(a *App) *cobra.Command {
	o := &authLogoutOptions{authOptions: authOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "End a login, here and at the server",
		Long: "End the login at a server: its token is removed from this machine and refused by the server. API keys go on working. With --all, end\n" +
			"all logins of this machine.",
		Example: "  qcos auth logout\n  qcos auth logout --all",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "end the logins at all servers")
	o.addFlags(cmd)
	return cmd
}

func (o *authLogoutOptions) run(ctx context.Context) error {
	s, err := o.resolve()
	if err != nil {
		return err
	}
	store := o.app.logins()
	all, err := store.List()
	if err != nil {
		return err
	}
	var words bytes.Buffer
	out := []loginOut{}
	for _, l := range all {
		if !o.all && (l.Server != login.Origin(s.APIURL) || l.Profile != s.Profile) {
			continue
		}
		token, err := store.Remove(ctx, l.Server, l.Profile)
		if err != nil && !errors.Is(err, login.ErrNone) {
			return err
		}
		o.end(ctx, l, s, token)
		fmt.Fprintf(&words, "%s Logged out of %s\n", o.app.outPalette().green("✓"), atServer(&l))
		out = append(out, loginOut{Server: l.Server, Profile: l.Profile, User: l.User, Store: l.Store})
	}
	if len(out) == 0 && !o.all {
		return &loggedOutError{server: login.Origin(s.APIURL), profile: s.Profile}
	}
	if o.format == formatJSON {
		return o.app.writeJSON(map[string]any{"logged_out": out})
	}
	if len(out) == 0 {
		fmt.Fprintf(&words, "You are not logged in anywhere\n")
	}
	return o.app.write(words.Bytes())
}

// end tells the server. What is removed here is removed, whatever the server says.
func (o *authLogoutOptions) end(ctx context.Context, l login.Login, s *config.Settings, t login.Token) {
	ca := ""
	if l.Server == login.Origin(s.APIURL) {
		ca = s.CAFile
	}
	err := errors.New("its token could not be read")
	if t.Refresh != "" {
		var at *login.Server
		if at, err = login.Discover(ctx, l.Server, ca); err == nil {
			err = at.Revoke(ctx, t)
		}
	}
	if err != nil {
		o.app.warn(fmt.Sprintf("the login is removed from this machine, but %s was not told: %v; it ends by itself when it is not used for 30 days", l.Server, err))
	}
}

type authStatusOptions struct{ authOptions }

func newAuthStatusCommand(a *App) *cobra.Command {
	o := &authStatusOptions{authOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show who is logged in where, and which key is used",
		Long: "Show the login at the server of the settings, where its token is kept and whether the server still takes it, the API key that commands\n" +
			"would use, and the logins at other servers. Without a login the exit code is 4.",
		Example: "  qcos auth status\n  qcos auth status --profile dev --format json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.addFlags(cmd)
	return cmd
}

// statusOut is what --format json writes.
type statusOut struct {
	loginOut
	Others []loginOut `json:"others"`
}

func (o *authStatusOptions) run(ctx context.Context) error {
	s, err := o.resolve()
	if err != nil {
		return err
	}
	all, err := o.app.logins().List()
	if err != nil {
		return err
	}
	out := statusOut{loginOut: loginOut{Server: login.Origin(s.APIURL), Profile: s.Profile}, Others: []loginOut{}}
	if !s.APIKey.Empty() {
		out.Key, out.KeyOrigin = s.APIKey.String(), s.Origin(config.APIKey).String()
	}
	var trouble error
	for _, l := range all {
		since := api.NewTime(l.Since)
		one := loginOut{Server: l.Server, Profile: l.Profile, User: l.User, Store: l.Store, LoggedIn: true, Since: &since}
		if l.Server != out.Server || l.Profile != out.Profile {
			out.Others = append(out.Others, one)
			continue
		}
		one.Key, one.KeyOrigin = out.Key, out.KeyOrigin
		if trouble = o.try(ctx, s); is[*loggedOutError](trouble) {
			one.LoggedIn = false
		}
		out.loginOut = one
	}
	if err := o.show(out, trouble); err != nil {
		return err
	}
	switch {
	case trouble != nil:
		return trouble
	case !out.LoggedIn:
		return &reportedError{exitAuth}
	}
	return nil
}

// try asks the server whether it still takes the login.
func (o *authStatusOptions) try(ctx context.Context, s *config.Settings) error {
	client, err := o.remote.sessionClient(s)
	if err != nil {
		return err
	}
	_, err = client.UserInfo(ctx)
	return authError(err, s)
}

func (o *authStatusOptions) show(out statusOut, trouble error) error {
	if o.format == formatJSON {
		return o.app.writeJSON(out)
	}
	var text bytes.Buffer
	switch {
	case out.LoggedIn && trouble == nil:
		fmt.Fprintf(&text, "Logged in to %s as %s\n", atServer(&login.Login{Server: out.Server, Profile: out.Profile}), out.User)
		fmt.Fprintf(&text, "Since: %s\n", out.Since.Format(time.DateOnly))
	case !out.LoggedIn:
		fmt.Fprintf(&text, "Not logged in to %s\n", atServer(&login.Login{Server: out.Server, Profile: out.Profile}))
	}
	if out.LoggedIn {
		fmt.Fprintf(&text, "Token: %s\n", o.placeWords(out.Store))
	}
	if out.Key != "" {
		fmt.Fprintf(&text, "API key: %s (%s)\n", out.Key, out.KeyOrigin)
	} else {
		fmt.Fprintf(&text, "API key: none\n")
	}
	for _, l := range out.Others {
		fmt.Fprintf(&text, "Also: %s as %s\n", atServer(&login.Login{Server: l.Server, Profile: l.Profile}), l.User)
	}
	return o.app.write(text.Bytes())
}

func (o *authStatusOptions) placeWords(p login.Place) string {
	if p == login.Keyring {
		return "in the system's keyring"
	}
	return "in " + config.Tilde(o.app.logins().Path)
}
