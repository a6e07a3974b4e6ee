package login

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/softquantus/qcos/internal/config"
)

// clientID is the name by which servers know the command line.
const clientID = "qcos-cli"

// NoLoginError is a server that one cannot log in to.
type NoLoginError struct{ Server, Why string }

func (e *NoLoginError) Error() string { return "one cannot log in to " + e.Server + ": " + e.Why }

// Server is the OAuth server of an API.
type Server struct {
	Origin string
	http   *http.Client
	oauth  oauth2.Config
	revoke string
}

const (
	longestAnswer = 1 << 20
	askPatience   = 30 * time.Second
)

// Discover asks a server how one logs in. Every address that it names must be its own: no code and no token goes anywhere else.
func Discover(ctx context.Context, apiURL, caFile string) (*Server, error) {
	client, err := httpClient(caFile)
	if err != nil {
		return nil, err
	}
	s := &Server{Origin: Origin(apiURL), http: client}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Origin+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, &UnreachableError{s.Origin, err}
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	var doc struct {
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		Device        string `json:"device_authorization_endpoint"`
		Revocation    string `json:"revocation_endpoint"`
	}
	if answer.StatusCode >= 500 {
		return nil, &UnreachableError{s.Origin, fmt.Errorf("it answers %s", answer.Status)}
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, longestAnswer)).Decode(&doc)
	if answer.StatusCode != http.StatusOK || err != nil || doc.Authorization == "" || doc.Token == "" {
		return nil, &NoLoginError{s.Origin, "it has no login of its own"}
	}
	for _, address := range []string{doc.Authorization, doc.Token, doc.Device, doc.Revocation} {
		if address != "" && !sameHost(address, s.Origin) {
			u, _ := url.Parse(address)
			return nil, &NoLoginError{s.Origin, fmt.Sprintf("it calls itself %s://%s; use that address with --api-url", u.Scheme, u.Host)}
		}
	}
	s.revoke = doc.Revocation
	s.oauth = oauth2.Config{
		ClientID: clientID, Scopes: []string{"openid", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: doc.Authorization, TokenURL: doc.Token, DeviceAuthURL: doc.Device, AuthStyle: oauth2.AuthStyleInParams},
	}
	return s, nil
}

// UnreachableError is a server that does not answer.
type UnreachableError struct {
	Server string
	Err    error
}

func (e *UnreachableError) Error() string { return "cannot reach " + e.Server + ": " + reason(e.Err) }
func (e *UnreachableError) Unwrap() error { return e.Err }

// reason takes method and address off an error of net/http: the address may hold a code.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}

func sameHost(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && x.Scheme == y.Scheme && x.Host == y.Host && x.User == nil
}

// httpClient goes through the proxy of the environment and trusts the authorities of a file besides the system's. It follows no
// redirect: none of the answers that are asked for is one.
func httpClient(caFile string) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		text, err := config.ReadSmall(caFile)
		if err != nil {
			return nil, fmt.Errorf("ca_file %q %w", caFile, err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("ca_file %q holds no certificate", caFile)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// with lets x/oauth2 use the client.
func (s *Server) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, s.http)
}

// Renew exchanges a refresh token. ErrEnded where the server does not take it.
func (s *Server) Renew(ctx context.Context, t Token) (Token, error) {
	ctx, cancel := context.WithTimeout(s.with(ctx), askPatience)
	defer cancel()
	next, err := s.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: t.Refresh}).Token()
	if err != nil {
		return Token{}, s.worded(err)
	}
	return tokenOf(next), nil
}

func tokenOf(t *oauth2.Token) Token {
	return Token{Access: t.AccessToken, Refresh: t.RefreshToken, Expires: t.Expiry}
}

// Revoke ends a login at the server.
func (s *Server) Revoke(ctx context.Context, t Token) error {
	if s.revoke == "" {
		return errors.New("the server cannot end logins")
	}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	form := url.Values{"token": {t.Refresh}, "token_type_hint": {"refresh_token"}, "client_id": {clientID}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.revoke, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.http.Do(r)
	if err != nil {
		return &UnreachableError{s.Origin, err}
	}
	defer answer.Body.Close() //nolint:errcheck // not read
	if answer.StatusCode != http.StatusOK {
		return &UnreachableError{s.Origin, fmt.Errorf("it answers %s", answer.Status)}
	}
	return nil
}

// RefusedError is a login that the user or the server refused.
type RefusedError struct{ Detail string }

func (e *RefusedError) Error() string { return e.Detail }

// worded gives an error of x/oauth2 words, and takes what was sent off it.
func (s *Server) worded(err error) error {
	var e *oauth2.RetrieveError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case !errors.As(err, &e):
		return &UnreachableError{s.Origin, err}
	}
	switch e.ErrorCode {
	case "invalid_grant":
		return ErrEnded
	case "access_denied":
		return &RefusedError{"the login was denied in the browser"}
	case "expired_token":
		return &RefusedError{"nobody agreed within ten minutes: the code has expired"}
	}
	if e.Response != nil && e.Response.StatusCode >= 500 {
		return &UnreachableError{s.Origin, fmt.Errorf("it answers %s", e.Response.Status)}
	}
	return &RefusedError{"the server refuses the login: " + e.ErrorCode}
}
