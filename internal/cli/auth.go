package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/cli/login"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

func newAuthCommand(a *App) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:   "auth",
		Short: "Log in to a server, and manage API keys",
		Long: "Log in to a server of the remote API, and create, list, revoke and rotate API keys. Programs use keys; a login is for people,\n" +
			"and only a login can manage keys. The token of a login stays in the system's keyring, or where there is none in\n" +
			"~/.qcos/logins.json, readable by you alone.",
		Example: "  qcos auth create-key --name my-app-key --save\n  qcos auth status",
	})
	cmd.AddCommand(
		newAuthLoginCommand(a), newAuthLogoutCommand(a), newAuthStatusCommand(a),
		newAuthCreateKeyCommand(a), newAuthListKeysCommand(a), newAuthRevokeKeyCommand(a), newAuthRotateKeyCommand(a),
	)
	return cmd
}

// authOptions are what all commands about logins have.
type authOptions struct {
	app    *App
	remote clientOptions
	format format
}

// addFlags gives a command the flags about the server. There is none for a key: a login takes its place.
func (o *authOptions) addFlags(cmd *cobra.Command) {
	o.remote.app = o.app
	config.AddFlags(cmd.Flags(), config.Profile, config.APIURL, config.CAFile, config.Timeout)
	cmd.Flags().BoolVar(&o.remote.insecureHTTP, "insecure-http", false, "allow http:// to other hosts, where the login can be read on the way")
	o.remote.settings = func() (*config.Settings, error) { return config.Resolve(config.Here(cmd.Flags())) }
	addFormatFlag(cmd, &o.format)
	cmd.ValidArgsFunction = cobra.NoFileCompletions
}

// resolve gives the settings, and refuses a server to which a login would go in the clear.
func (o *authOptions) resolve() (*config.Settings, error) {
	s, err := o.remote.resolve()
	if err != nil {
		return nil, err
	}
	return s, config.CheckTransport(s.APIURL, o.remote.insecureHTTP)
}

// logins is where this user's logins are kept.
func (a *App) logins() *login.Store {
	ring := a.Ring
	if ring == nil {
		ring = login.SystemRing{}
	}
	return &login.Store{Path: config.Here(nil).LoginsFile(), Ring: ring, Now: a.Now}
}

// session is the login at the server of the settings; nil where there is none.
func (a *App) session(s *config.Settings) (*login.Login, error) {
	l, err := a.logins().Find(login.Origin(s.APIURL), s.Profile)
	if errors.Is(err, login.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &l, nil
}

// sessionToken gives access tokens of a login to a client, as they are needed.
func (a *App) sessionToken(s *config.Settings) func(context.Context) (string, error) {
	server, profile, store := login.Origin(s.APIURL), s.Profile, a.logins()
	return func(ctx context.Context) (string, error) {
		token, err := store.Access(ctx, server, profile, func(ctx context.Context, t login.Token) (login.Token, error) {
			at, err := login.Discover(ctx, s.APIURL, s.CAFile)
			if err != nil {
				return login.Token{}, err
			}
			return at.Renew(ctx, t)
		})
		if errors.Is(err, login.ErrNone) || errors.Is(err, login.ErrEnded) {
			err = &loggedOutError{server, profile, errors.Is(err, login.ErrEnded)}
		}
		return token, err
	}
}

// loggedOutError is a command that needs a login where there is none, or none any more.
type loggedOutError struct {
	server, profile string
	ended           bool
}

func (e *loggedOutError) Error() string {
	if e.ended {
		return "your login at " + e.server + " has ended"
	}
	return "you are not logged in to " + e.server
}

func (e *loggedOutError) next() string {
	if e.profile != "" {
		return "log in with qcos auth login --profile " + e.profile
	}
	return "log in with qcos auth login"
}

// client is one that manages keys: by the login, whatever key there may be.
func (o *authOptions) client() (*qcos.Client, *config.Settings, error) {
	s, err := o.resolve()
	if err != nil {
		return nil, nil, err
	}
	l, err := o.app.session(s)
	if err != nil {
		return nil, nil, err
	}
	if l == nil {
		return nil, nil, &loggedOutError{server: login.Origin(s.APIURL), profile: s.Profile}
	}
	c, err := o.remote.sessionClient(s)
	return c, s, err
}

// sessionClient is a client that a login authenticates.
func (o *clientOptions) sessionClient(s *config.Settings) (*qcos.Client, error) {
	return o.tokenClient(s, o.app.sessionToken(s))
}

func (o *clientOptions) tokenClient(s *config.Settings, token func(context.Context) (string, error)) (*qcos.Client, error) {
	keyless := *s
	keyless.APIKey = config.Secret{}
	return qcos.NewClient(append(o.options(&keyless), qcos.WithToken(token))...)
}

// authError words what a server says to a login where it would speak of a key.
func authError(err error, s *config.Settings) error {
	if is[*qcos.AuthenticationError](err) {
		return &loggedOutError{login.Origin(s.APIURL), s.Profile, true}
	}
	var problem *api.Problem
	if errors.As(err, &problem) && problem.Code == api.CodeNotFound && problem.Next == "" {
		problem.Next = "qcos auth list-keys shows your keys"
	}
	return err
}

// loginExit, loginCode and loginRemedy are exit code, word and remedy of errors of package login.
func loginExit(err error) (int, bool) {
	switch {
	case is[*loggedOutError](err), is[*login.RefusedError](err), errors.Is(err, login.ErrEnded):
		return exitAuth, true
	case is[*login.UnreachableError](err):
		return exitRemote, true
	case is[*login.NoLoginError](err):
		return exitUsage, true
	}
	return 0, false
}

func loginCode(err error) string {
	switch code, ok := loginExit(err); {
	case !ok:
		return ""
	case code == exitAuth:
		return "login_required"
	case code == exitRemote:
		return "unreachable"
	}
	return "usage"
}

func loginRemedy(err error) string {
	var out *loggedOutError
	var none *login.NoLoginError
	var ring *login.KeyringError
	switch {
	case errors.As(err, &out):
		return out.next()
	case errors.As(err, &none):
		return "make a key on its dashboard, then store it with qcos configure"
	case errors.As(err, &ring):
		return "the login is kept there: unlock the keyring, or log in again with qcos auth login, which says where the new login is kept"
	case is[*login.UnreachableError](err):
		return "check the address and the network with qcos doctor"
	case is[*login.RefusedError](err):
		return "run qcos auth login again, with --device where the browser is on another machine"
	}
	return ""
}

func atServer(l *login.Login) string {
	if l.Profile != "" {
		return fmt.Sprintf("%s (profile %s)", l.Server, l.Profile)
	}
	return l.Server
}
