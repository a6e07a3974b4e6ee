package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// Keys is what the server asks of accounts where login sessions manage keys: account.Service.
type Keys interface {
	CreateKey(ctx context.Context, by account.Actor, u account.User, r account.KeyRequest) (account.Key, string, error)
	Keys(ctx context.Context, ownerID int64) ([]account.Key, error)
	RevokeKey(ctx context.Context, by account.Actor, ownerID int64, id string) (account.Key, error)
	RotateKey(ctx context.Context, by account.Actor, ownerID int64, id string) (old, next account.Key, text string, err error)
}

// registerKeys makes the routes on which a login session manages keys. An API key may not: a leaked one must not mint others.
func (s *Server) registerKeys() {
	if s.o.Keys == nil {
		return
	}
	session := func(id, method, path, summary string, failures ...int) huma.Operation {
		op := s.operation(id, method, path, summary, account.Read, failures...)
		op.Security = []map[string][]string{{securityBearer: {}}}
		op.Description = "Needs the access token of a login session, by OAuth 2.0; an API key is refused."
		op.Middlewares = append(op.Middlewares, s.sessionOnly)
		return op
	}
	huma.Register(s.api, session("list-keys", http.MethodGet, api.PathKeys, "List your API keys, the oldest first"), s.listKeys)
	huma.Register(s.api, session("create-key", http.MethodPost, api.PathKeys, "Create an API key"), s.createKey)
	huma.Register(s.api, session("revoke-key", http.MethodDelete, api.PathKeys+"/{key_id}", "Stop an API key at once", http.StatusNotFound), s.revokeKey)
	huma.Register(s.api, session("rotate-key", http.MethodPost, api.PathKeys+"/{key_id}/rotate", "Replace an API key, which works for 24 hours more",
		http.StatusNotFound, http.StatusConflict), s.rotateKey)
}

// sessionOnly is the middleware, behind authenticate, of operations that an API key may not use.
func (s *Server) sessionOnly(ctx huma.Context, next func(huma.Context)) {
	if callerOf(ctx.Context()).Key.ID != "" {
		_, w := humago.Unwrap(ctx)
		newProblem(api.CodeForbidden, "an API key cannot manage keys: that needs a login session", "log in with qcos auth login, or use the dashboard").write(w)
		return
	}
	next(ctx)
}

type keyListOutput struct{ Body api.KeyList }

func (s *Server) listKeys(ctx context.Context, _ *struct{}) (*keyListOutput, error) {
	keys, err := s.o.Keys.Keys(ctx, callerOf(ctx).User.Owner.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &keyListOutput{api.KeyList{Keys: []api.Key{}}}
	for _, k := range keys {
		out.Body.Keys = append(out.Body.Keys, keyOf(k))
	}
	return out, nil
}

// keyOf is a key as its owner sees it.
func keyOf(k account.Key) api.Key {
	out := api.Key{ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: []api.Scope{}, CreatedAt: api.NewTime(k.CreatedAt), LastUsedAt: timeOrNil(k.LastUsedAt), ExpiresAt: timeOrNil(k.End())}
	for _, scope := range k.Scopes {
		out.Scopes = append(out.Scopes, api.Scope(scope))
	}
	return out
}

func timeOrNil(t time.Time) *api.Time {
	if t.IsZero() {
		return nil
	}
	at := api.NewTime(t)
	return &at
}

// KeyBody is an api.CreateKeyRequest as it is checked.
type KeyBody struct {
	Name      string       `json:"name" minLength:"1" maxLength:"100" doc:"To tell keys apart."`
	Scopes    *[]api.Scope `json:"scopes,omitempty" maxItems:"8" doc:"What it may be used for: execute, read; both where absent."`
	ExpiresAt *api.Time    `json:"expires_at,omitempty" nullable:"true" doc:"When it stops working; never where absent."`
}

type createKeyInput struct{ Body KeyBody }

type newKeyOutput struct{ Body api.NewKey }

func (s *Server) createKey(ctx context.Context, in *createKeyInput) (*newKeyOutput, error) {
	r := account.KeyRequest{Name: in.Body.Name}
	if err := account.CheckKeyName(r.Name); err != nil {
		return nil, invalid("name: "+err.Error(), "give a name of printable characters, such as my-app-key")
	}
	if in.Body.Scopes != nil {
		for _, scope := range *in.Body.Scopes {
			one, err := account.ParseScopes(string(scope))
			if err != nil || len(one) != 1 {
				return nil, invalid("scopes: there is no such scope", "the scopes are execute and read")
			}
			r.Scopes = append(r.Scopes, one...)
		}
	}
	if at := in.Body.ExpiresAt; at != nil {
		if r.Lifetime = at.Sub(s.now()); r.Lifetime <= 0 {
			return nil, invalid("expires_at: this time has passed", "give a time that is still to come, or none")
		}
	}
	c := callerOf(ctx)
	k, text, err := s.o.Keys.CreateKey(ctx, actorOf(ctx), c.User, r)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &newKeyOutput{api.NewKey{Key: keyOf(k), Secret: api.Secret(text)}}, nil
}

// actorOf is who asks, for the audit log.
func actorOf(ctx context.Context) account.Actor {
	a := account.Actor{Name: callerOf(ctx).User.Email}
	if address := tripOf(ctx).address; address.IsValid() {
		a.Address = address.String()
	}
	return a
}

type keyInput struct {
	KeyID string `path:"key_id" maxLength:"128" doc:"The id of one of your keys."`
}

type keyOutput struct{ Body api.Key }

func (s *Server) revokeKey(ctx context.Context, in *keyInput) (*keyOutput, error) {
	k, err := s.o.Keys.RevokeKey(ctx, actorOf(ctx), callerOf(ctx).User.Owner.ID, in.KeyID)
	if err != nil {
		return nil, s.failKey(ctx, err)
	}
	return &keyOutput{keyOf(k)}, nil
}

type rotatedKeyOutput struct{ Body api.RotatedKey }

func (s *Server) rotateKey(ctx context.Context, in *keyInput) (*rotatedKeyOutput, error) {
	old, next, text, err := s.o.Keys.RotateKey(ctx, actorOf(ctx), callerOf(ctx).User.Owner.ID, in.KeyID)
	if err != nil {
		return nil, s.failKey(ctx, err)
	}
	return &rotatedKeyOutput{api.RotatedKey{NewKey: api.NewKey{Key: keyOf(next), Secret: api.Secret(text)}, OldID: old.ID, OldExpiresAt: api.NewTime(old.End())}}, nil
}

func (s *Server) failKey(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, account.ErrNotFound):
		return newProblem(api.CodeNotFound, "there is no key with this id", "check the id: qcos auth list-keys shows your keys")
	case errors.Is(err, account.ErrNotRotatable):
		return newProblem(api.CodeConflict, "the key was rotated or revoked before or has expired", "create a new one")
	}
	return s.fail(ctx, err)
}
