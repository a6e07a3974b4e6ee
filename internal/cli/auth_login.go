package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pkg/browser"
	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/cli/login"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
)

type authLoginOptions struct {
	authOptions
	open    func(address string) error // shows an address in a browser
	process func() config.Process

	device bool
}

func newAuthLoginCommand(a *App) *cobra.Command {
	o := &authLoginOptions{authOptions: authOptions{app: a}, open: a.Browse, process: config.CurrentProcess}
	if o.open == nil {
		o.open = openBrowser
	}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Log in to a server in the browser",
		Long: "Log in to a server in the browser of this machine, or with --device by a code that is typed in a browser anywhere. Over SSH and without\n" +
			"a display that happens by itself. The address is printed before any browser is opened. Several servers and profiles may be logged in\n" +
			"to at once.",
		Example: "  qcos auth login\n  qcos auth login --device --api-url https://qcos.example.com",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.device, "device", false, "log in by a code, typed in a browser anywhere")
	o.addFlags(cmd)
	return cmd
}

// loginOut is a login as --format json writes it.
type loginOut struct {
	Server    string      `json:"server"`
	Profile   string      `json:"profile,omitempty"`
	User      string      `json:"user"`
	Store     login.Place `json:"store"`
	LoggedIn  bool        `json:"logged_in"`
	Since     *api.Time   `json:"since,omitempty"`
	Key       string      `json:"key,omitempty"`        // cut
	KeyOrigin string      `json:"key_origin,omitempty"` // where it was found
}

func (o *authLoginOptions) run(ctx context.Context) error {
	s, err := o.resolve()
	if err != nil {
		return err
	}
	at, err := login.Discover(ctx, s.APIURL, s.CAFile)
	if err != nil {
		return err
	}
	place, why := o.choosePlace(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	token, err := o.logIn(ctx, at)
	if err != nil {
		return err
	}
	l := login.Login{Server: at.Origin, Profile: s.Profile, Since: o.app.Now().UTC(), Store: place}
	if l.User, err = o.whose(ctx, s, token); err != nil {
		return err
	}
	store := o.app.logins()
	if err := store.Put(ctx, l, token); is[*login.KeyringError](err) { // it was there a minute ago
		l.Store, why = login.File, err
		err = store.Put(ctx, l, token)
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	o.tellPlace(l, why)
	if o.format == formatJSON {
		since := api.NewTime(l.Since)
		return o.app.writeJSON(loginOut{Server: l.Server, Profile: l.Profile, User: l.User, Store: l.Store, LoggedIn: true, Since: &since})
	}
	return o.app.write([]byte(fmt.Sprintf("%s Logged in to %s as %s\n", o.app.outPalette().green("✓"), atServer(&l), l.User)))
}

// choosePlace tries the keyring, before anybody logs in for nothing. The error says why it is not the keyring.
func (o *authLoginOptions) choosePlace(ctx context.Context) (login.Place, error) {
	store := o.app.logins()
	if err := login.Probe(ctx, store.Ring); err != nil {
		return login.File, err
	}
	return login.Keyring, nil
}

// tellPlace says where the token went.
func (o *authLoginOptions) tellPlace(l login.Login, why error) {
	if l.Store == login.Keyring {
		fmt.Fprintf(o.app.Err, "the login is kept in the system's keyring\n")
		return
	}
	reason := strings.TrimPrefix(why.Error(), "the system's keyring: ")
	o.app.warn(fmt.Sprintf("the login is kept in %s, readable by you alone, not in the system's keyring: %s", config.Tilde(o.app.logins().Path), reason))
}

func (o *authLoginOptions) logIn(ctx context.Context, at *login.Server) (login.Token, error) {
	p := o.process()
	switch {
	case o.device:
		return at.ByDevice(ctx, o.showCode)
	case p.Remote:
		fmt.Fprintf(o.app.Err, "you are on this machine over SSH, where no browser can be opened: logging in by a code\n")
		return at.ByDevice(ctx, o.showCode)
	case !p.Display:
		fmt.Fprintf(o.app.Err, "there is no display for a browser: logging in by a code\n")
		return at.ByDevice(ctx, o.showCode)
	}
	return at.ByBrowser(ctx, func(address string) {
		fmt.Fprintf(o.app.Err, "Opening your browser to log in. If it does not open, go to\n  %s\n", address)
		if isTextBrowser(p.Browser) {
			return // it would take the terminal
		}
		if err := o.open(address); err != nil {
			o.app.warn("no browser could be opened (" + err.Error() + "): open the address above, on this machine")
		}
	})
}

func (o *authLoginOptions) showCode(c login.Code) {
	fmt.Fprintf(o.app.Err, "Open %s in any browser and type the code\n  %s\n", c.Address, o.app.errPalette().bold(c.Code))
	if c.Complete != "" {
		fmt.Fprintf(o.app.Err, "or open %s\n", c.Complete)
	}
	fmt.Fprintf(o.app.Err, "Waiting for you to agree there …\n")
}

// whose asks the server whose the login is.
func (o *authLoginOptions) whose(ctx context.Context, s *config.Settings, t login.Token) (string, error) {
	client, err := o.remote.tokenClient(s, func(context.Context) (string, error) { return t.Access, nil })
	if err != nil {
		return "", err
	}
	info, err := client.UserInfo(ctx)
	if err != nil {
		return "", err
	}
	return info.User, nil
}

// textBrowsers take over the terminal, on which qcos is.
var textBrowsers = []string{"lynx", "links", "links2", "elinks", "w3m", "www-browser", "browsh", "carbonyl"}

func isTextBrowser(command string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(command), " ")
	return slices.Contains(textBrowsers, filepath.Base(first))
}

var errNoBrowser = errors.New("there is no program that opens addresses")

var quietBrowser = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })

// openBrowser shows an address in the user's browser. Elsewhere than on macOS and Windows only what opens windows is taken: the
// library would also start a text browser.
func openBrowser(address string) error {
	quietBrowser()
	if runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		if _, err := exec.LookPath("xdg-open"); err != nil {
			return errNoBrowser
		}
	}
	return browser.OpenURL(address)
}
