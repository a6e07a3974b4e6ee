// Package login is the command line's side of logging in: OAuth 2.0 against a server, by the browser or by a code, and where the
// tokens stay afterwards, which is the operating system's keyring or else a file. It writes nothing to the terminal.
package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/config"
)

// Login is a server that the user is logged in to.
type Login struct {
	Server  string    `json:"server"`            // see Origin
	Profile string    `json:"profile,omitempty"` // "" is none
	User    string    `json:"user"`              // e-mail address
	Since   time.Time `json:"since"`
	Store   Place     `json:"store"`
	Token   *Token    `json:"token,omitempty"` // where Store is File
}

// Place is where tokens are.
type Place string

// The places.
const (
	Keyring Place = "keyring"
	File    Place = "file"
)

// Token is what a login gave. It is secret.
type Token struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"` // of Access
}

// fresh reports that the access token works for a while yet.
func (t Token) fresh(now time.Time) bool { return now.Add(time.Minute).Before(t.Expires) }

// Origin is the address of a server without the part of the path that names the API's version.
func Origin(apiURL string) string {
	u, err := url.Parse(apiURL)
	if err != nil {
		return apiURL
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api/v1")
	return u.String()
}

// ErrNone says that the user is not logged in.
var ErrNone = errors.New("not logged in")

// KeyringError is a keyring that does not give or take a token.
type KeyringError struct{ Err error }

func (e *KeyringError) Error() string { return "the system's keyring: " + e.Err.Error() }
func (e *KeyringError) Unwrap() error { return e.Err }

// Store keeps logins: which there are in a file, the tokens in the keyring or in that file.
type Store struct {
	Path string // of the file; "": there is no home
	Ring Ring
	Now  func() time.Time
}

type content struct {
	Logins []Login `json:"logins"`
}

func (c *content) find(server, profile string) int {
	return slices.IndexFunc(c.Logins, func(l Login) bool { return l.Server == server && l.Profile == profile })
}

func parse(data []byte, path string) (content, error) {
	var c content
	if len(data) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("%s is broken: remove it, and log in again with qcos auth login", config.Tilde(path))
	}
	return c, nil
}

// List gives all logins, without their tokens.
func (s *Store) List() ([]Login, error) {
	if s.Path == "" {
		return nil, nil
	}
	data, err := config.ReadPrivate(s.Path)
	if err != nil {
		return nil, err
	}
	c, err := parse(data, s.Path)
	for i := range c.Logins {
		c.Logins[i].Token = nil
	}
	return c.Logins, err
}

// Find gives the login at a server under a profile, without its tokens. ErrNone.
func (s *Store) Find(server, profile string) (Login, error) {
	all, err := s.List()
	if err != nil {
		return Login{}, err
	}
	c := content{all}
	i := c.find(server, profile)
	if i < 0 {
		return Login{}, ErrNone
	}
	return all[i], nil
}

// editPatience is how long another process may hold the file: it may be renewing a token over a slow line.
const editPatience = 45 * time.Second

func (s *Store) edit(change func(*content) error) error {
	if s.Path == "" {
		return errors.New("there is no home folder to keep a login in")
	}
	return config.EditPrivate(s.Path, editPatience, func(old []byte) ([]byte, error) {
		c, err := parse(old, s.Path)
		if err != nil {
			return nil, err
		}
		if err := change(&c); err != nil {
			return nil, err
		}
		if c.Logins == nil {
			c.Logins = []Login{}
		}
		text, err := json.MarshalIndent(c, "", "  ")
		return append(text, '\n'), err
	})
}

// Put keeps a login and its token where its Store says.
func (s *Store) Put(ctx context.Context, l Login, t Token) error {
	return s.edit(func(c *content) error {
		if l.Store == Keyring {
			if err := s.toKeyring(ctx, l, t); err != nil {
				return err
			}
		} else {
			l.Token = &t
		}
		if i := c.find(l.Server, l.Profile); i >= 0 {
			if c.Logins[i].Store == Keyring && l.Store != Keyring {
				_ = s.Ring.Delete(ctx, account(l)) // what cannot be deleted is of no use to anybody any more: the server ends it
			}
			c.Logins[i] = l
			return nil
		}
		c.Logins = append(c.Logins, l)
		return nil
	})
}

// Remove forgets a login and gives its token, so that the server can be told. ErrNone. The token is empty where the keyring does not
// give it.
func (s *Store) Remove(ctx context.Context, server, profile string) (t Token, err error) {
	err = s.edit(func(c *content) error {
		i := c.find(server, profile)
		if i < 0 {
			return ErrNone
		}
		l := c.Logins[i]
		if t, err = s.token(ctx, l); err != nil {
			t = Token{}
		}
		if l.Store == Keyring {
			_ = s.Ring.Delete(ctx, account(l))
		}
		c.Logins = slices.Delete(c.Logins, i, i+1)
		return nil
	})
	return t, err
}

// Access gives an access token that works, renewed where it is about to expire. Of several processes one renews at a time: a refresh
// token works once. renew's error ErrEnded forgets the login.
func (s *Store) Access(ctx context.Context, server, profile string, renew func(context.Context, Token) (Token, error)) (string, error) {
	l, t, err := s.load(ctx, server, profile)
	if err != nil || t.fresh(s.Now()) {
		return t.Access, err
	}
	ended := false
	err = s.edit(func(c *content) error {
		i := c.find(server, profile)
		if i < 0 {
			return ErrNone
		}
		l = c.Logins[i]
		if t, err = s.token(ctx, l); err != nil || t.fresh(s.Now()) { // somebody else was faster
			return err
		}
		next, err := renew(ctx, t)
		if errors.Is(err, ErrEnded) {
			ended = true
			c.Logins = slices.Delete(c.Logins, i, i+1)
			if l.Store == Keyring {
				_ = s.Ring.Delete(ctx, account(l))
			}
			return nil
		}
		if err != nil {
			return err
		}
		t = next
		if l.Store == Keyring {
			return s.toKeyring(ctx, l, t)
		}
		c.Logins[i].Token = &t
		return nil
	})
	if err == nil && ended {
		err = ErrEnded
	}
	return t.Access, err
}

// ErrEnded says that the server does not know a login any more: it was ended elsewhere, or not used for long.
var ErrEnded = errors.New("the login has ended")

func (s *Store) load(ctx context.Context, server, profile string) (Login, Token, error) {
	data, err := config.ReadPrivate(s.Path)
	if err != nil {
		return Login{}, Token{}, err
	}
	c, err := parse(data, s.Path)
	if err != nil {
		return Login{}, Token{}, err
	}
	i := c.find(server, profile)
	if i < 0 {
		return Login{}, Token{}, ErrNone
	}
	t, err := s.token(ctx, c.Logins[i])
	return c.Logins[i], t, err
}

func (s *Store) token(ctx context.Context, l Login) (Token, error) {
	if l.Store != Keyring {
		if l.Token == nil {
			return Token{}, ErrNone
		}
		return *l.Token, nil
	}
	text, err := s.Ring.Get(ctx, account(l))
	if errors.Is(err, ErrNone) {
		return Token{}, ErrNone
	}
	if err != nil {
		return Token{}, &KeyringError{err}
	}
	var t Token
	if json.Unmarshal([]byte(text), &t) != nil {
		return Token{}, ErrNone
	}
	return t, nil
}

func (s *Store) toKeyring(ctx context.Context, l Login, t Token) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := s.Ring.Set(ctx, account(l), string(text)); err != nil {
		return &KeyringError{err}
	}
	return nil
}

// account is the name of a login in the keyring.
func account(l Login) string {
	if l.Profile == "" {
		return l.Server
	}
	return l.Profile + "@" + l.Server
}
