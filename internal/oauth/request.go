package oauth

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

// parameters are what is kept of what a program asked for.
type parameters struct {
	ClientID    string   `json:"client_id"`
	RedirectURI string   `json:"redirect_uri"`
	Scopes      []string `json:"scopes"`
	State       string   `json:"state"`
	Nonce       string   `json:"nonce"`
	Challenge   string   `json:"challenge"`
}

// request is op.AuthRequest on an identity.Request.
type request struct {
	identity.Request
	parameters
}

var _ op.AuthRequest = (*request)(nil)

func (r *request) GetID() string                      { return r.ID }
func (r *request) GetACR() string                     { return "" }
func (r *request) GetAMR() []string                   { return []string{"pwd"} }
func (r *request) GetAudience() []string              { return []string{r.ClientID} }
func (r *request) GetAuthTime() time.Time             { return r.ApprovedAt }
func (r *request) GetClientID() string                { return r.ClientID }
func (r *request) GetNonce() string                   { return r.Nonce }
func (r *request) GetRedirectURI() string             { return r.RedirectURI }
func (r *request) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (r *request) GetResponseMode() oidc.ResponseMode { return oidc.ResponseModeQuery }
func (r *request) GetScopes() []string                { return r.Scopes }
func (r *request) GetState() string                   { return r.State }
func (r *request) GetSubject() string                 { return strconv.FormatInt(r.UserID, 10) }
func (r *request) Done() bool                         { return r.UserID != 0 }

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.Challenge, Method: oidc.CodeChallengeMethodS256}
}

// CreateAuthRequest is op.Storage's. It demands PKCE with S256, a redirect to an address of the own machine, and a state.
func (s *storage) CreateAuthRequest(ctx context.Context, a *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if err := checkRequest(a); err != nil {
		return nil, err
	}
	now := s.identity.Now()
	r := &request{
		identity.Request{ID: randomID(), CreatedAt: now, ExpiresAt: now.Add(requestLife)},
		parameters{a.ClientID, a.RedirectURI, a.Scopes, a.State, a.Nonce, a.CodeChallenge},
	}
	var err error
	if r.Parameters, err = json.Marshal(r.parameters); err != nil {
		return nil, err
	}
	if err := s.logins.AddRequest(ctx, r.Request); err != nil {
		return nil, err
	}
	s.binder.Bind(ctx, r.ID)
	return r, nil
}

const longestState = 512 // characters of state and nonce

func checkRequest(a *oidc.AuthRequest) error {
	refuse := func(why string) error { return oidc.ErrInvalidRequest().WithDescription("%s", why) }
	to, err := url.Parse(a.RedirectURI)
	switch {
	case err != nil || to.Scheme != "http" || net.ParseIP(to.Hostname()) == nil || to.User != nil || to.Fragment != "":
		return oidc.ErrInvalidRequestRedirectURI().WithDescription("redirect_uri must be http on a loopback address")
	case a.CodeChallenge == "" || a.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return refuse("PKCE with S256 is required")
	case a.State == "" || len(a.State) > longestState || len(a.Nonce) > longestState:
		return refuse("a state of up to 512 characters is required")
	case a.ResponseMode != "" && a.ResponseMode != oidc.ResponseModeQuery:
		return refuse("response_mode must be query")
	}
	return nil
}

// pending finds a request that has not expired.
func (s *storage) pending(ctx context.Context, id string) (*request, error) {
	r, err := s.logins.RequestByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.identity.Now().Before(r.ExpiresAt) {
		return nil, account.ErrNotFound
	}
	return whole(r)
}

func whole(r identity.Request) (*request, error) {
	w := &request{Request: r}
	return w, json.Unmarshal(r.Parameters, &w.parameters)
}

// AuthRequestByID is op.Storage's. A request that has given out its code is gone.
func (s *storage) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	r, err := s.pending(ctx, id)
	if err == nil && r.CodeHash != nil {
		err = account.ErrNotFound
	}
	if err != nil {
		return nil, oidc.ErrInvalidRequest().WithDescription("this login has expired or was finished before: begin again").WithParent(err)
	}
	return r, nil
}

// SaveAuthCode is op.Storage's.
func (s *storage) SaveAuthCode(ctx context.Context, id, code string) error {
	return s.logins.SetCode(ctx, id, identity.HashToken(code), s.identity.Now().Add(codeLife))
}

// AuthRequestByCode is op.Storage's. It uses the code up before anything else is looked at: a wrong verifier costs the code, and a second
// use ends the login that the first gave.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, again, err := s.logins.TakeCode(ctx, identity.HashToken(code), s.identity.Now())
	if err == nil && (again || !s.identity.Now().Before(r.ExpiresAt)) {
		err = account.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return whole(r)
}

// DeleteAuthRequest is op.Storage's. Requests stay until they are cleaned away, so that the reuse of a code is noticed.
func (s *storage) DeleteAuthRequest(context.Context, string) error { return nil }
