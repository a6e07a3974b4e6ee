package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

const sessionLife = 7 * 24 * time.Hour

// newSessions keeps sessions in the store, under hashes of their tokens.
func newSessions(o Options, failed func(http.ResponseWriter, *http.Request, error)) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = sessionLife
	m.Store = sessionStore{o.Identity.Sessions()}
	m.HashTokenInStore = true
	m.ErrorFunc = failed
	m.Cookie.Name = "qcos"
	if o.Secure {
		m.Cookie.Name = "__Host-qcos" // no other host of the domain can set it
		m.Cookie.Secure = true
	}
	m.Cookie.SameSite = http.SameSiteLaxMode // Strict would lose the session where the command line opens the browser
	return m
}

// sessionStore is scs.CtxStore. Its methods without a context are never called.
type sessionStore struct{ identity.SessionStore }

var _ scs.CtxStore = sessionStore{}

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := s.Session(ctx, token, time.Now())
	if errors.Is(err, account.ErrNotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.PutSession(ctx, token, data, expires)
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.DropSession(ctx, token)
}

var errNoContext = errors.New("internal error: a session without a context")

func (s sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (s sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }
func (s sessionStore) Delete(string) error                    { return errNoContext }

// What a session holds.
const (
	userField  = "user"
	epochField = "epoch"
	flashField = "flash"
	bindField  = "requests" // OAuth requests that this browser made
	onceField  = "once"     // forms that were sent
	linkField  = "link"     // the token of a one-time link, so that it does not stay in the address
)

// visitor is who is logged in.
type visitor struct{ User account.User }

// visitor finds out who is logged in; ok is false where nobody is. A session of an earlier password, and one of a disabled user, is
// over.
func (s *Server) visitor(r *http.Request) (visitor, bool, error) {
	id := s.sessions.GetInt64(r.Context(), userField)
	if id == 0 {
		return visitor{}, false, nil
	}
	c, err := s.o.Identity.Credentials(r.Context(), id)
	if errors.Is(err, account.ErrNotFound) {
		return visitor{}, false, nil
	}
	if err != nil {
		return visitor{}, false, err
	}
	if c.User.Disabled() || c.Epoch != s.sessions.GetInt64(r.Context(), epochField) {
		return visitor{}, false, s.sessions.Destroy(r.Context())
	}
	return visitor{c.User}, true, nil
}

// loggedIn sends whoever is not logged in to the login page, and back afterwards.
func (s *Server) loggedIn(h func(http.ResponseWriter, *http.Request, visitor) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, ok, err := s.visitor(r)
		if err != nil {
			return err
		}
		if !ok {
			to := "/login"
			if r.Method == http.MethodGet {
				to += "?next=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		return h(w, r, v)
	}
}

// enter begins the session of somebody who proved who they are. The token changes, so that a token that somebody else planted is
// worth nothing.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, c identity.Credentials) error {
	ctx := r.Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	if s.sessions.GetInt64(ctx, userField) != c.User.ID { // somebody else's leavings
		s.sessions.Remove(ctx, flashField)
		s.sessions.Remove(ctx, onceField)
	}
	s.sessions.Remove(ctx, linkField)
	s.sessions.Put(ctx, userField, c.User.ID)
	s.sessions.Put(ctx, epochField, c.Epoch)
	s.markBrowser(w, c.User.Email)
	return nil
}

// flash says something on the next page.
func (s *Server) flash(r *http.Request, text string) { s.sessions.Put(r.Context(), flashField, text) }

// once reports whether a form with this number was not sent before in this session: reloading a page must not make another key.
func (s *Server) once(r *http.Request, number string) bool {
	const remembered = 32
	sent := strings.Fields(s.sessions.GetString(r.Context(), onceField))
	if number == "" || strings.ContainsAny(number, " \t\r\n") || slices.Contains(sent, number) {
		return false
	}
	sent = append(sent, number)
	s.sessions.Put(r.Context(), onceField, strings.Join(sent[max(0, len(sent)-remembered):], " "))
	return true
}

// binder is oauth.Binder on sessions.
type binder struct{ sessions *scs.SessionManager }

func (b binder) Bind(ctx context.Context, id string) {
	const most = 8
	ids := append(strings.Fields(b.sessions.GetString(ctx, bindField)), id)
	b.sessions.Put(ctx, bindField, strings.Join(ids[max(0, len(ids)-most):], " "))
}

func (b binder) Bound(ctx context.Context, id string) bool {
	return id != "" && slices.Contains(strings.Fields(b.sessions.GetString(ctx, bindField)), id)
}

// The mark of a browser from which an account was logged in: a number, and its keyed hash with the account's address.

const markLife = 365 * 24 * time.Hour

func (s *Server) markCookie() string {
	if s.o.Secure {
		return "__Host-qcos-known"
	}
	return "qcos-known"
}

func (s *Server) markBrowser(w http.ResponseWriter, email string) {
	number := randomText()
	http.SetCookie(w, &http.Cookie{
		Name: s.markCookie(), Value: number + "." + s.markOf(number, email), Path: "/", MaxAge: int(markLife.Seconds()),
		HttpOnly: true, Secure: s.o.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// knownAs is the mark's number where the browser has one for this address, "" where it has none.
func (s *Server) knownAs(r *http.Request, email string) string {
	c, err := r.Cookie(s.markCookie())
	if err != nil {
		return ""
	}
	number, mark, _ := strings.Cut(c.Value, ".")
	clean, err := account.CleanEmail(email)
	if err != nil || !hmac.Equal([]byte(mark), []byte(s.markOf(number, clean))) {
		return ""
	}
	return number
}

func (s *Server) markOf(number, email string) string {
	mac := hmac.New(sha256.New, s.o.Secret.Derive("known browsers"))
	mac.Write([]byte(number + "\n" + email))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
