package qcos

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// Settings are what a client needs to know. WithSettings takes them as they are.
type Settings struct {
	APIKey     api.Secret
	APIURL     string
	CAFile     string        // certificate authorities to trust besides the system's, PEM; "" is none
	Timeout    time.Duration // of one HTTP request
	MaxRetries int
	Profile    string // the profile of config.json that was used, "" for none
	Backend    string // auto, local or remote; the client itself is always remote

	keyOrigin Origin
	origins   map[string]Origin
	warnings  []string
}

const (
	defaultURL        = "https://api.softquantus.com"
	defaultTimeout    = 60 * time.Second
	defaultRetries    = 3
	defaultRetryDelay = time.Second
)

// Option changes how a client is made.
type Option func(*clientOptions)

type clientOptions struct {
	arguments    map[string]string // settings by name, in the text of the configuration
	settings     *Settings
	http         *http.Client
	token        func(context.Context) (string, error)
	retryDelay   time.Duration
	insecureHTTP bool
	userAgent    string
}

func (o *clientOptions) set(name, text string) {
	if o.arguments == nil {
		o.arguments = map[string]string{}
	}
	o.arguments[name] = text
}

// WithAPIKey gives the key.
func WithAPIKey(key string) Option { return func(o *clientOptions) { o.set(settingKey, key) } }

// WithAPIURL gives the server's address.
func WithAPIURL(url string) Option { return func(o *clientOptions) { o.set(settingURL, url) } }

// WithProfile takes key, URL and other values of a profile of config.json.
func WithProfile(name string) Option { return func(o *clientOptions) { o.set(settingProfile, name) } }

// WithCAFile trusts the authorities of a PEM file besides the system's.
func WithCAFile(path string) Option { return func(o *clientOptions) { o.set(settingCAFile, path) } }

// WithTimeout limits one HTTP request: whole seconds, from 1 s to 24 h. How long a job may take is the context's to say.
func WithTimeout(d time.Duration) Option {
	return func(o *clientOptions) {
		text := strconv.FormatInt(int64(d/time.Second), 10)
		if d%time.Second != 0 {
			text = d.String() // which is refused with its value
		}
		o.set(settingTimeout, text)
	}
}

// WithMaxRetries says how often a failed request is sent again, at most.
func WithMaxRetries(n int) Option {
	return func(o *clientOptions) { o.set(settingRetries, strconv.Itoa(n)) }
}

// WithRetryDelay is the pause before the first retry, a second by default. Each further one is twice as long, and all are varied
// at random so that many clients do not come back at once.
func WithRetryDelay(d time.Duration) Option { return func(o *clientOptions) { o.retryDelay = d } }

// WithSettings takes settings that were resolved elsewhere. Nothing is looked up, and the options for single settings are not
// looked at.
func WithSettings(s Settings) Option { return func(o *clientOptions) { o.settings = &s } }

// WithToken authenticates by the access token of a login session in place of a key. The function is asked before every request,
// and may be called by many goroutines at once.
func WithToken(token func(context.Context) (string, error)) Option {
	return func(o *clientOptions) { o.token = token }
}

// WithInsecureHTTP allows http:// to a host that is not this machine, where everybody on the way can read the key.
func WithInsecureHTTP() Option { return func(o *clientOptions) { o.insecureHTTP = true } }

// WithHTTPClient takes another HTTP client. Its CheckRedirect should let no request to another host through, as this package's
// own does; the CA file is not looked at.
func WithHTTPClient(client *http.Client) Option { return func(o *clientOptions) { o.http = client } }

// WithUserAgent names the program in the requests.
func WithUserAgent(name string) Option { return func(o *clientOptions) { o.userAgent = name } }
