package cli

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// clientOptions are the flags of commands that talk to the remote API.
type clientOptions struct {
	app      *App
	settings func() (*config.Settings, error)

	insecureHTTP bool
}

// addFlags gives a command the flags about server and key. A command whose own --timeout means something else leaves the
// setting's flag out.
func (o *clientOptions) addFlags(cmd *cobra.Command, further ...string) {
	config.AddFlags(cmd.Flags(), append([]string{config.Profile, config.APIKey, config.APIURL, config.CAFile, config.MaxRetries}, further...)...)
	cmd.Flags().BoolVar(&o.insecureHTTP, "insecure-http", false, "allow http:// to other hosts, where the key can be read on the way")
	o.settings = func() (*config.Settings, error) { return config.Resolve(config.Here(cmd.Flags())) }
}

// resolve gives the settings, and tells the user what is odd about them.
func (o *clientOptions) resolve() (*config.Settings, error) {
	s, err := o.settings()
	if err != nil {
		return nil, err
	}
	for _, w := range s.Warnings {
		o.app.warn(w)
	}
	return s, nil
}

// client resolves the settings and makes a client of them.
func (o *clientOptions) client() (*qcos.Client, *config.Settings, error) {
	s, err := o.resolve()
	if err != nil {
		return nil, nil, err
	}
	c, err := o.clientFor(s)
	return c, s, err
}

func (o *clientOptions) clientFor(s *config.Settings) (*qcos.Client, error) {
	if s.APIKey.Empty() {
		l, err := o.app.session(s)
		if err != nil {
			return nil, err
		}
		if l == nil {
			return nil, &keylessError{s.APIURL}
		}
		return o.sessionClient(s)
	}
	return qcos.NewClient(o.options(s)...)
}

// options are those of a client with these settings.
func (o *clientOptions) options(s *config.Settings) []qcos.Option {
	options := []qcos.Option{
		qcos.WithSettings(qcos.Settings{
			APIKey: api.Secret(s.APIKey.Reveal()), APIURL: s.APIURL, CAFile: s.CAFile, Timeout: s.Timeout, MaxRetries: s.MaxRetries,
		}),
		qcos.WithUserAgent("qcos/" + build().Version),
	}
	if o.insecureHTTP {
		options = append(options, qcos.WithInsecureHTTP())
	}
	return options
}

// keylessError is a command for the remote API without a key.
type keylessError struct{ url string }

func (e *keylessError) Error() string { return "no API key was found for " + e.url }

func (e *keylessError) next() string {
	host := e.url
	if u, err := url.Parse(e.url); err == nil {
		host = u.Host
	}
	return fmt.Sprintf("log in with qcos auth login, or make a key on the dashboard of %s and store it with qcos configure", host)
}
