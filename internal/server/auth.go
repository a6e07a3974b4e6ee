package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// Authenticator finds out whose a key is: account.Service.
type Authenticator interface {
	// Authenticate gives what a valid key opens. For every other one the error is account.ErrInvalidKey.
	Authenticate(ctx context.Context, key string) (account.Access, error)
}

// scopeOf is where an operation says, in its metadata, which scope it needs.
const scopeOf = "scope"

// authenticate is the middleware of operations that need a key. It comes before anything of the body is read.
func (s *Server) authenticate(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	caller, p := s.caller(r)
	if p == nil {
		p = s.byAccount.take(w, r, ownerKey(caller.User.Owner.ID))
	} else if p.Code == api.CodeInvalidAPIKey {
		if wait := s.byAddress.take(w, r, addressKey(tripOf(r.Context()).address)); wait != nil {
			p = wait
		}
	}
	if p == nil {
		p = checkScope(caller, ctx.Operation())
	}
	if p == nil {
		p = takeBody(r)
	}
	if p != nil {
		p.write(w)
		return
	}
	size := r.ContentLength
	if r.Header.Get("Content-Encoding") != "" {
		size = -1
	}
	leave, p := s.large.enter(caller.User.Owner.ID, size)
	if p != nil {
		p.write(w)
		return
	}
	defer leave()
	next(huma.WithValue(ctx, callerKey, caller))
}

// caller finds out who asks.
func (s *Server) caller(r *http.Request) (job.Caller, *problem) {
	key, ok := givenKey(r.Header)
	if !ok {
		return job.Caller{}, problemInvalidKey()
	}
	access, err := s.o.Accounts.Authenticate(r.Context(), key)
	if err != nil {
		p, known := s.problemOf(r.Context(), err)
		if !known {
			tripOf(r.Context()).err = err
			p = problemUnavailable("the accounts cannot be read at the moment")
		}
		return job.Caller{}, p
	}
	t := tripOf(r.Context())
	t.owner, t.key = access.User.Owner.ID, access.Key.ID
	return job.Caller{User: access.User, Key: access.Key}, nil
}

// givenKey reads the key of a request. It may stand in both headers, and in each more than once, if it is the same everywhere.
func givenKey(h http.Header) (string, bool) {
	given := slices.Clone(h.Values(api.HeaderKey))
	for _, value := range h.Values("Authorization") {
		scheme, token, _ := strings.Cut(strings.TrimSpace(value), " ")
		if strings.EqualFold(scheme, "Bearer") {
			given = append(given, token)
		}
	}
	if len(given) == 0 {
		return "", false
	}
	key := strings.TrimSpace(given[0])
	for _, other := range given[1:] {
		if subtle.ConstantTimeCompare([]byte(key), []byte(strings.TrimSpace(other))) != 1 {
			return "", false
		}
	}
	return key, key != ""
}

// checkScope refuses a key that was made for less. A login session has no key and may do everything.
func checkScope(c job.Caller, op *huma.Operation) *problem {
	scope, ok := op.Metadata[scopeOf].(account.Scope)
	if !ok || c.Key.ID == "" || c.Key.Scopes.Has(scope) {
		return nil
	}
	return newProblem(api.CodeInsufficientScope, "this key may not do that: it lacks the scope "+string(scope), "use a key with the scope "+string(scope))
}

// callerOf is who asks, in an operation behind authenticate.
func callerOf(ctx context.Context) job.Caller {
	c, _ := ctx.Value(callerKey).(job.Caller)
	return c
}

// anonymous is the middleware of operations without a key that are no probes: they are bounded by address.
func (s *Server) anonymous(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p := s.byAddress.take(w, r, addressKey(tripOf(r.Context()).address)); p != nil {
			p.write(w)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// fail words the error of an operation, and keeps an unexpected one for the log.
func (s *Server) fail(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p, known := s.problemOf(ctx, err)
	if !known && !errors.Is(err, context.Canceled) {
		tripOf(ctx).err = err
	}
	return p
}
