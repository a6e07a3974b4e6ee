// Package qcos is the Go client of the qcos REST API: it submits circuits in OpenQASM to a server, waits for their results, and
// manages jobs and keys. The server is https://api.softquantus.com or one started with `qcos serve`.
//
//	client, err := qcos.NewClient()
//	result, err := client.Execute(ctx, qcos.Request{QASM: program, Shots: 1024})
//
// NewClient finds key and URL where the command line finds them: see docs/configuration.md. Every call takes a context, and its
// errors are types for errors.As. What may be sent again is sent again after a failure of the network; a circuit is submitted
// under an id that the client makes, so that it never runs twice.
//
// The package uses nothing but the standard library and pkg/api, so that whoever builds upon it takes on no other module. That is
// why retries are written here: which answer may be retried depends on the API's own error codes, which no library knows.
package qcos

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// Client talks to one server as one account. It is safe for use by many goroutines at once, and meant to be shared: it keeps
// connections open.
type Client struct {
	base       string // scheme, host and perhaps a path; no slash at the end
	key        string
	token      func(context.Context) (string, error) // in the key's place where it is not nil
	http       *http.Client
	timeout    time.Duration // of one HTTP request
	maxRetries int
	retryDelay time.Duration
	userAgent  string
	origin     Origin
	warnings   []string

	sleep func(context.Context, time.Duration) error // tests make it short
}

// NewClient makes a client. What options do not say is looked up: environment, `.env`, ~/.qcos/config.json, default, in this
// order. Errors are *ConfigError; nothing is sent.
func NewClient(options ...Option) (*Client, error) {
	return newClient(sources{}, options)
}

// FromConfig makes a client from a configuration file as `qcos configure` writes it. "~/" is the home folder. What the file says
// beats environment and `.env`; options beat both.
func FromConfig(path string, options ...Option) (*Client, error) {
	return newClient(sources{file: path, explicit: true}, options)
}

func newClient(from sources, options []Option) (*Client, error) {
	var o clientOptions
	for _, option := range options {
		option(&o)
	}
	if o.settings == nil {
		s, err := resolve(from.here(), o.arguments)
		if err != nil {
			return nil, err
		}
		o.settings = s
	}
	return o.client()
}

// client makes the client out of settings that are complete.
func (o *clientOptions) client() (*Client, error) {
	s := o.settings
	base, err := parseURL(s.APIURL)
	if err != nil {
		return nil, configError("", "api_url %q %v", shownURL(s.APIURL), err)
	}
	if s.APIKey == "" && o.token == nil {
		return nil, noKey(base)
	}
	if err := checkTransport(base, o.insecureHTTP); err != nil {
		return nil, err
	}
	client := o.http
	if client == nil {
		if client, err = newHTTPClient(s.CAFile); err != nil {
			return nil, err
		}
	}
	c := &Client{
		base: base, key: string(s.APIKey), token: o.token, http: client, timeout: s.Timeout, maxRetries: s.MaxRetries,
		retryDelay: defaultRetryDelay, userAgent: "qcos-go", origin: s.keyOrigin, warnings: s.warnings, sleep: sleep,
	}
	if o.retryDelay > 0 {
		c.retryDelay = o.retryDelay
	}
	if o.userAgent != "" {
		c.userAgent = o.userAgent
	}
	return c, nil
}

func noKey(base string) error {
	next := "set QCOS_API_KEY, or run qcos configure"
	if u, err := url.Parse(base); err == nil {
		next += "; keys of " + u.Host + " are made on its dashboard"
	}
	return configError(next, "no API key was given")
}

// URL is the server's address.
func (c *Client) URL() string { return c.base }

// KeyOrigin says where the key was found. It is the zero Origin where settings were given as a whole.
func (c *Client) KeyOrigin() Origin { return c.origin }

// Warnings are what the user should know of the settings that were found: values of a `.env` that do not count and why, a configuration
// file that others may read. This package itself prints nothing.
func (c *Client) Warnings() []string { return slices.Clone(c.warnings) }

// Health asks whether the server is there. It sends no key.
func (c *Client) Health(ctx context.Context) (*api.Health, error) {
	return ask[api.Health](ctx, c, call{method: http.MethodGet, path: api.PathRoot, public: true})
}

// UserInfo tells whose the key is and what the account may do.
func (c *Client) UserInfo(ctx context.Context) (*api.UserInfo, error) {
	return ask[api.UserInfo](ctx, c, call{method: http.MethodGet, path: api.PathUser})
}

// ClockSkew is how far the server's clock is ahead of this machine's, to the second. It sends no key.
func (c *Client) ClockSkew(ctx context.Context) (time.Duration, error) {
	var skew time.Duration
	_, err := ask[api.Health](ctx, c, call{method: http.MethodGet, path: api.PathRoot, public: true, header: func(h http.Header) {
		if t, err := http.ParseTime(h.Get("Date")); err == nil {
			skew = time.Until(t).Round(time.Second)
		}
	}})
	return skew, err
}
