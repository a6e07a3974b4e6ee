// Package oauth is the OAuth 2.0 server through which command lines log in: the authorization code with PKCE and a loopback redirect
// (RFC 8252), the device grant (RFC 8628), refresh with rotation (a refresh token that is used twice ends its login) and revocation.
// The protocol itself is zitadel/oidc's; this package is its storage, on identity.LoginStore, and decides which of its routes exist.
package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

// The routes.
const (
	PathDiscovery     = "/.well-known/openid-configuration"
	PathDiscoveryPlus = "/.well-known/oauth-authorization-server" // RFC 8414
	PathAuthorize     = "/oauth/authorize"
	PathCallback      = PathAuthorize + "/callback"
	PathToken         = "/oauth/token"
	PathRevoke        = "/oauth/revoke"
	PathDeviceCode    = "/oauth/device"
	PathKeys          = "/oauth/keys"

	// PathConsent is the page that asks whether a program may log in, and PathDevice the one that takes the code of a device. Both
	// belong to package web.
	PathConsent = "/app/authorize"
	PathDevice  = "/device"
)

// ClientID is the one client: the command line.
const ClientID = "qcos-cli"

// How long things last.
const (
	requestLife = 10 * time.Minute
	codeLife    = time.Minute
	deviceLife  = 10 * time.Minute
	accessLife  = 15 * time.Minute
	refreshLife = 30 * 24 * time.Hour
	pollEvery   = 5 * time.Second
)

// Binder ties a request to the browser that made it, so that nobody fetches the code of a request that somebody else agreed to.
type Binder interface {
	Bind(ctx context.Context, requestID string)
	Bound(ctx context.Context, requestID string) bool
}

// Options are what a Server is made of. All but PublicURL are needed.
type Options struct {
	Identity  *identity.Service
	Secret    account.Secret
	Binder    Binder
	PublicURL string // "": the host that a request names
	// Address is where a request comes from.
	Address func(*http.Request) netip.Addr
}

// Server answers the routes. It is safe for concurrent use.
type Server struct {
	storage *storage
	binder  Binder
	issuer  func(*http.Request) string
	address func(*http.Request) netip.Addr
	op      *op.Provider
}

// New puts a server together. The keys are made on first use.
func New(o Options) (*Server, error) {
	s := &Server{
		storage: &storage{identity: o.Identity, logins: o.Identity.Logins(), secret: o.Secret, binder: o.Binder},
		binder:  o.Binder, address: o.Address,
		issuer: func(r *http.Request) string { return issuerOf(o.PublicURL, r) },
	}
	config := &op.Config{
		CodeMethodS256: true, GrantTypeRefreshToken: true,
		SupportedScopes: []string{oidc.ScopeOpenID, oidc.ScopeOfflineAccess},
		DeviceAuthorization: op.DeviceAuthorizationConfig{
			Lifetime: deviceLife, PollInterval: pollEvery, UserFormPath: PathDevice, UserCode: op.UserCodeBase20,
		},
	}
	var err error
	s.op, err = op.NewProvider(config, s.storage,
		func(bool) (op.IssuerFromRequest, error) { return s.issuer, nil },
		op.WithAllowInsecure(), op.WithCORSOptions(nil), op.WithCrypto(newSealer(o.Secret, "oauth tokens")),
		op.WithCustomEndpoints(op.NewEndpoint(PathAuthorize), op.NewEndpoint(PathToken), op.NewEndpoint("/oauth/none"),
			op.NewEndpoint(PathRevoke), op.NewEndpoint("/oauth/none"), op.NewEndpoint(PathKeys)),
		op.WithCustomDeviceAuthorizationEndpoint(op.NewEndpoint(PathDeviceCode)),
	)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	return s, nil
}

// issuerOf is the public URL, or the host that the request names: whoever names another is told of another.
func issuerOf(public string, r *http.Request) string {
	if public != "" {
		return public
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String()
}

// Register makes the routes. Those that a browser visits go through the function, which knows its session; the others never see a
// cookie.
func (s *Server) Register(m *http.ServeMux, browser func(http.Handler) http.Handler) {
	m.Handle("GET "+PathAuthorize, browser(http.HandlerFunc(s.withAddress)))
	m.Handle("GET "+PathCallback, browser(http.HandlerFunc(s.callback)))
	for _, route := range []string{"POST " + PathToken, "POST " + PathRevoke, "POST " + PathDeviceCode, "GET " + PathKeys} {
		m.HandleFunc(route, s.withAddress)
	}
	m.HandleFunc("GET "+PathDiscovery, s.discovery)
	m.HandleFunc("GET "+PathDiscoveryPlus, s.discovery)
}

type addressKey struct{}

// withAddress lets the storage see where a request comes from.
func (s *Server) withAddress(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	w.Header().Set("Cache-Control", "no-store")
	s.op.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, s.address(r))))
}

// callback gives out the code, to the browser that began and to no other.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	if !s.binder.Bound(r.Context(), r.URL.Query().Get("id")) {
		http.Error(w, "this login was begun in another browser: run qcos auth login again", http.StatusForbidden)
		return
	}
	s.withAddress(w, r)
}

// discovery names the routes that there are and leaves out those that the library would add.
func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	c := op.CreateDiscoveryConfig(op.ContextWithIssuer(r.Context(), s.issuer(r)), s.op, s.storage)
	c.UserinfoEndpoint, c.IntrospectionEndpoint, c.EndSessionEndpoint, c.CheckSessionIframe = "", "", "", ""
	c.IntrospectionEndpointAuthMethodsSupported = nil
	c.TokenEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodNone}
	c.RevocationEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodNone}
	c.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	c.GrantTypesSupported = []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken, oidc.GrantTypeDeviceCode}
	c.ClaimsSupported = []string{"sub", "aud", "exp", "iat", "iss", "auth_time", "nonce", "email"}
	op.Discover(w, c)
}

// Authenticate finds out whose an access token is. For every one that does not work the error is account.ErrInvalidKey. The Access has
// no key: it is a login session.
func (s *Server) Authenticate(ctx context.Context, token string) (account.Access, error) {
	id, _, err := s.open(token)
	if err != nil {
		return account.Access{}, account.ErrInvalidKey
	}
	t, u, err := s.storage.logins.TokenByID(ctx, id)
	if errors.Is(err, account.ErrNotFound) {
		return account.Access{}, account.ErrInvalidKey
	}
	if err != nil {
		return account.Access{}, err
	}
	if !t.Login.RevokedAt.IsZero() || !s.storage.identity.Now().Before(t.AccessExpires) || u.Disabled() {
		return account.Access{}, account.ErrInvalidKey
	}
	return account.Access{User: u}, nil
}

func (s *Server) open(token string) (id, subject string, err error) {
	text, err := s.op.Crypto().Decrypt(token)
	if err != nil {
		return "", "", err
	}
	id, subject, ok := strings.Cut(text, ":")
	if !ok {
		return "", "", errors.New("not an access token")
	}
	return id, subject, nil
}

// IsToken tells an access token from an API key.
func IsToken(text string) bool { return strings.HasPrefix(text, tokenHead) }

// Accounts is account.Service for callers that may have a login session in the place of an API key.
type Accounts struct {
	*account.Service
	Logins *Server
}

// Authenticate finds out whose a key or an access token is.
func (a Accounts) Authenticate(ctx context.Context, key string) (account.Access, error) {
	if IsToken(key) {
		return a.Logins.Authenticate(ctx, key)
	}
	return a.Service.Authenticate(ctx, key)
}

// Pending is a program that asks to log in.
type Pending struct {
	ID       string
	Redirect string // where the browser goes afterwards
}

// Pending finds a request that this browser made and nobody decided about.
func (s *Server) Pending(ctx context.Context, id string) (Pending, error) {
	if !s.binder.Bound(ctx, id) {
		return Pending{}, account.ErrNotFound
	}
	r, err := s.storage.pending(ctx, id)
	if err != nil || r.UserID != 0 {
		return Pending{}, errors.Join(account.ErrNotFound, err)
	}
	return Pending{ID: id, Redirect: r.RedirectURI}, nil
}

// Approve lets the program in, and gives where the browser goes for the code.
func (s *Server) Approve(ctx context.Context, id string, userID int64) (string, error) {
	if _, err := s.Pending(ctx, id); err != nil {
		return "", err
	}
	if err := s.storage.logins.ApproveRequest(ctx, id, userID, s.storage.identity.Now()); err != nil {
		return "", err
	}
	return PathCallback + "?id=" + url.QueryEscape(id), nil
}

// Deny sends the program away, and gives where the browser goes.
func (s *Server) Deny(ctx context.Context, id string) (string, error) {
	if _, err := s.Pending(ctx, id); err != nil {
		return "", err
	}
	r, err := s.storage.pending(ctx, id)
	if err != nil {
		return "", err
	}
	if err := s.storage.logins.DropRequest(ctx, id); err != nil {
		return "", err
	}
	to, err := url.Parse(r.RedirectURI)
	if err != nil {
		return "", err
	}
	to.RawQuery = url.Values{"error": {"access_denied"}, "error_description": {"the login was denied"}, "state": {r.State}}.Encode()
	return to.String(), nil
}

// Device finds the device that shows a code, however the code is typed. account.ErrNotFound.
func (s *Server) Device(ctx context.Context, userCode string) (identity.Device, error) {
	return s.storage.logins.DeviceByUserCode(ctx, s.storage.userCodeHash(userCode))
}

// DecideDevice lets the device in or sends it away.
func (s *Server) DecideDevice(ctx context.Context, userCode string, userID int64, approve bool) error {
	d, err := s.Device(ctx, userCode)
	if err != nil {
		return err
	}
	state := identity.DeviceDenied
	if approve {
		state = identity.DeviceApproved
	}
	return s.storage.logins.DecideDevice(ctx, d.CodeHash, state, userID, s.storage.identity.Now())
}

// userCodeHash is what is kept of a code that people type: short enough to be guessed from a plain hash, hence a keyed one.
func (s *storage) userCodeHash(code string) []byte {
	mac := hmac.New(sha256.New, s.secret.Derive("device codes"))
	for _, c := range strings.ToUpper(code) {
		if 'A' <= c && c <= 'Z' {
			mac.Write([]byte(string(c)))
		}
	}
	return mac.Sum(nil)
}
