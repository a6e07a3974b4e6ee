package oauth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

// storage is op.Storage.
type storage struct {
	identity *identity.Service
	logins   identity.LoginStore
	secret   account.Secret
	binder   Binder

	signing struct {
		sync.Mutex
		key op.SigningKey // nil: not asked for yet
	}
}

var (
	_ op.Storage                    = (*storage)(nil)
	_ op.DeviceAuthorizationStorage = (*storage)(nil)
)

func addressOf(ctx context.Context) string {
	if a, ok := ctx.Value(addressKey{}).(netip.Addr); ok && a.IsValid() {
		return a.String()
	}
	return ""
}

// newTokens makes an access token and the refresh token that goes with it.
func (s *storage) newTokens(l identity.Login) (t identity.Token, refresh string) {
	now := s.identity.Now()
	refresh = randomToken()
	return identity.Token{
		ID: randomID(), Login: l, RefreshHash: identity.HashToken(refresh),
		CreatedAt: now, AccessExpires: now.Add(accessLife), RefreshExpires: now.Add(refreshLife),
	}, refresh
}

// CreateAccessAndRefreshTokens is op.Storage's: a code or a device begins a login, a refresh token goes on with one.
func (s *storage) CreateAccessAndRefreshTokens(ctx context.Context, r op.TokenRequest, _ string) (id, refresh string, expires time.Time, err error) {
	l := identity.Login{ClientID: ClientID, Scopes: strings.Join(r.GetScopes(), " "), Address: addressOf(ctx), CreatedAt: s.identity.Now()}
	switch r := r.(type) {
	case *renewal:
		return s.renew(ctx, r)
	case *request:
		l.ID, l.Method = r.ID, "browser"
	case *op.DeviceAuthorizationState:
		l.ID, l.Method = randomID(), "device"
	default:
		return "", "", time.Time{}, oidc.ErrUnsupportedGrantType()
	}
	c, err := s.userOf(ctx, r.GetSubject())
	if err != nil {
		return "", "", time.Time{}, err
	}
	l.UserID = c.User.ID
	t, refresh := s.newTokens(l)
	e := account.Event{
		At: l.CreatedAt, Actor: account.Actor{Name: c.User.Email, Address: l.Address}, Action: "login.command-line",
		OwnerID: c.User.Owner.ID, Subject: c.User.Email, Detail: `{"method":"` + l.Method + `"}`,
	}
	if err := s.logins.AddLogin(ctx, t, e); err != nil {
		if errors.Is(err, identity.ErrLinkUsed) {
			err = oidc.ErrInvalidGrant()
		}
		return "", "", time.Time{}, err
	}
	return t.ID, refresh, t.AccessExpires, nil
}

// userOf finds the user that a subject names, who must still be allowed in.
func (s *storage) userOf(ctx context.Context, subject string) (identity.Credentials, error) {
	id, err := strconv.ParseInt(subject, 10, 64)
	if err != nil {
		return identity.Credentials{}, oidc.ErrInvalidGrant()
	}
	c, err := s.identity.Credentials(ctx, id)
	if errors.Is(err, account.ErrNotFound) || err == nil && c.User.Disabled() {
		err = oidc.ErrInvalidGrant()
	}
	return c, err
}

// CreateAccessToken is op.Storage's, for logins without a refresh token: the command line always asks for one.
func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return "", time.Time{}, oidc.ErrInvalidScope().WithDescription("the scope offline_access is required")
}

// renewal is op.RefreshTokenRequest.
type renewal struct {
	identity.Token
	user account.User
}

func (r *renewal) GetAMR() []string          { return []string{"pwd"} }
func (r *renewal) GetAudience() []string     { return []string{r.Login.ClientID} }
func (r *renewal) GetAuthTime() time.Time    { return r.Login.CreatedAt }
func (r *renewal) GetClientID() string       { return r.Login.ClientID }
func (r *renewal) GetScopes() []string       { return strings.Fields(r.Login.Scopes) }
func (r *renewal) GetSubject() string        { return strconv.FormatInt(r.user.ID, 10) }
func (r *renewal) SetCurrentScopes([]string) {}

// TokenRequestByRefreshToken is op.Storage's. A token that was used before goes on to renew, which ends its login.
func (s *storage) TokenRequestByRefreshToken(ctx context.Context, refresh string) (op.RefreshTokenRequest, error) {
	t, u, err := s.logins.TokenByRefresh(ctx, identity.HashToken(refresh))
	if err != nil {
		return nil, err
	}
	if !t.Login.RevokedAt.IsZero() || !s.identity.Now().Before(t.RefreshExpires) || u.Disabled() {
		return nil, account.ErrNotFound
	}
	return &renewal{t, u}, nil
}

func (s *storage) renew(ctx context.Context, r *renewal) (string, string, time.Time, error) {
	next, refresh := s.newTokens(r.Login)
	e := account.Event{
		At: next.CreatedAt, Actor: account.Actor{Name: r.user.Email, Address: addressOf(ctx)}, Action: "login.reuse",
		OwnerID: r.user.Owner.ID, Subject: r.user.Email, Detail: `{"login":"revoked"}`,
	}
	again, err := s.logins.Renew(ctx, r.ID, next, e)
	if again || errors.Is(err, account.ErrNotFound) {
		err = oidc.ErrInvalidGrant()
	}
	if err != nil {
		return "", "", time.Time{}, err
	}
	return next.ID, refresh, next.AccessExpires, nil
}

// GetRefreshTokenInfo is op.Storage's.
func (s *storage) GetRefreshTokenInfo(ctx context.Context, _, refresh string) (userID, tokenID string, err error) {
	t, u, err := s.logins.TokenByRefresh(ctx, identity.HashToken(refresh))
	if errors.Is(err, account.ErrNotFound) {
		err = op.ErrInvalidRefreshToken
	}
	return strconv.FormatInt(u.ID, 10), t.ID, err
}

// RevokeToken is op.Storage's: either token ends the whole login. What is not known is revoked already (RFC 7009, section 2.2).
func (s *storage) RevokeToken(ctx context.Context, id, _, _ string) *oidc.Error {
	t, u, err := s.logins.TokenByID(ctx, id)
	if errors.Is(err, account.ErrNotFound) {
		return nil
	}
	now := s.identity.Now()
	if err == nil {
		err = s.logins.RevokeLogin(ctx, t.Login.ID, now, account.Event{
			At: now, Actor: account.Actor{Name: u.Email, Address: addressOf(ctx)}, Action: "logout.command-line",
			OwnerID: u.Owner.ID, Subject: u.Email,
		})
	}
	if err != nil {
		return oidc.ErrServerError().WithParent(err)
	}
	return nil
}

// StoreDeviceAuthorization is op.DeviceAuthorizationStorage's.
func (s *storage) StoreDeviceAuthorization(ctx context.Context, clientID, deviceCode, userCode string, _ time.Time, scopes []string) error {
	now := s.identity.Now()
	err := s.logins.AddDevice(ctx, identity.Device{
		CodeHash: identity.HashToken(deviceCode), UserCodeHash: s.userCodeHash(userCode), ClientID: clientID,
		Scopes: strings.Join(scopes, " "), Address: addressOf(ctx), State: identity.DeviceWaiting,
		CreatedAt: now, ExpiresAt: now.Add(deviceLife),
	})
	if errors.Is(err, identity.ErrDuplicateCode) {
		err = op.ErrDuplicateUserCode
	}
	return err
}

// GetDeviceAuthorizatonState is op.DeviceAuthorizationStorage's. The first to ask for an approved device gets it. Whoever asks sooner
// than after the interval is told to slow down, by the error that the library takes for that.
func (s *storage) GetDeviceAuthorizatonState(ctx context.Context, clientID, deviceCode string) (*op.DeviceAuthorizationState, error) {
	now := s.identity.Now()
	d, err := s.logins.PollDevice(ctx, identity.HashToken(deviceCode), now)
	if err != nil {
		return nil, err
	}
	if d.ClientID != clientID || d.State == identity.DeviceUsed {
		return nil, account.ErrNotFound
	}
	if d.State == identity.DeviceWaiting && now.Sub(d.PolledAt) < pollEvery-time.Second {
		return nil, context.DeadlineExceeded
	}
	state := &op.DeviceAuthorizationState{
		ClientID: d.ClientID, Scopes: strings.Fields(d.Scopes), Expires: time.Now().Add(d.ExpiresAt.Sub(now)), // the library's clock is the system's
		Denied: d.State == identity.DeviceDenied, AuthTime: now,
	}
	if d.State == identity.DeviceApproved {
		state.Done, state.Subject = true, strconv.FormatInt(d.UserID, 10)
	}
	return state, nil
}

// signingKey signs ID tokens, which the library always makes.
type signingKey struct {
	id  string
	key any
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Key() any                                    { return k.key }
func (k signingKey) Use() string                                 { return "sig" }
func (k signingKey) Algorithm() jose.SignatureAlgorithm          { return jose.ES256 }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }

const signingKeyName = "signing-1"

// SigningKey is op.Storage's. All replicas get the one that the first of them made.
func (s *storage) SigningKey(ctx context.Context) (key op.SigningKey, err error) {
	s.signing.Lock()
	defer s.signing.Unlock()
	if s.signing.key == nil {
		s.signing.key, err = s.loadSigningKey(ctx)
	}
	return s.signing.key, err
}

func (s *storage) loadSigningKey(ctx context.Context) (op.SigningKey, error) {
	seal := newSealer(s.secret, "oauth keys")
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(fresh)
	if err != nil {
		return nil, err
	}
	sealed, err := s.logins.SealedKey(ctx, signingKeyName, seal.seal(der), s.identity.Now())
	if err != nil {
		return nil, err
	}
	if der, err = seal.open(sealed); err != nil {
		return nil, errors.New("the key of the OAuth server cannot be opened with the server's secret")
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, err
	}
	return signingKey{signingKeyName, key}, nil
}

// KeySet is op.Storage's.
func (s *storage) KeySet(ctx context.Context) ([]op.Key, error) {
	k, err := s.SigningKey(ctx)
	if err != nil {
		return nil, err
	}
	return []op.Key{signingKey{k.ID(), k.Key().(*ecdsa.PrivateKey).Public()}}, nil
}

// SignatureAlgorithms is op.Storage's.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// GetClientByClientID is op.Storage's.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, oidc.ErrInvalidClient().WithDescription("there is no such client")
	}
	return client{}, nil
}

// SetUserinfoFromScopes is op.Storage's.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// What follows belongs to routes that are not mounted.

var errNoRoute = errors.New("this server does not do that")

func (s *storage) TerminateSession(context.Context, string, string) error { return errNoRoute }

func (s *storage) AuthorizeClientIDSecret(context.Context, string, string) error {
	return oidc.ErrInvalidClient().WithDescription("this client has no secret")
}

func (s *storage) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return errNoRoute
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNoRoute
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNoRoute
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNoRoute
}

func (s *storage) Health(context.Context) error { return nil }
