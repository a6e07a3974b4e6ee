// Package identity is how people prove who they are to a server: sign-up, passwords, the sessions of browsers, invitations and links
// by e-mail, and the logins of command lines by OAuth 2.0. It stands beside package account, which says what a user may do once they are
// known. It knows no SQL, no HTML and no OAuth library: what it keeps goes through Store, and what is kept of a secret is a hash.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// SignUpPolicy says who may make an account.
type SignUpPolicy string

// The policies.
const (
	Open   SignUpPolicy = "open"   // everybody
	Invite SignUpPolicy = "invite" // whoever has a link of admin user invite
	Closed SignUpPolicy = "closed" // nobody: accounts are made by admin user create
)

// ParseSignUp reads the name of a policy.
func ParseSignUp(name string) (SignUpPolicy, error) {
	switch p := SignUpPolicy(name); p {
	case Open, Invite, Closed:
		return p, nil
	}
	return "", fmt.Errorf("unknown sign-up policy %q: it is open, invite or closed", name)
}

// Errors of a Service. They are compared with errors.Is.
var (
	// ErrWrongPassword is the one answer for an unknown address, a wrong password and a disabled account.
	ErrWrongPassword = errors.New("the e-mail address or the password is wrong")
	// ErrSignUpClosed refuses a sign-up where the operator makes the accounts.
	ErrSignUpClosed = errors.New("sign-up is closed on this server: ask its operator for an account")
	// ErrInviteNeeded refuses a sign-up without a link of an invitation.
	ErrInviteNeeded = errors.New("sign-up on this server needs an invitation: ask its operator for a link")
	// ErrLinkUsed is the answer for a link that was used before, has expired or never was one.
	ErrLinkUsed = errors.New("this link has expired or was used before: ask for a new one")
	// ErrDuplicateCode refuses a device whose code another one has.
	ErrDuplicateCode = errors.New("another device has this code")
	// ErrBusy refuses to check one more password while very many are being checked.
	ErrBusy = errors.New("too many people log in at this moment: try again in a few seconds")
)

// InputError is a field of a form that cannot be taken, in words for the person who filled it in.
type InputError struct {
	Field  string // "email", "password" or "current"
	Detail string
}

func (e *InputError) Error() string { return e.Detail }

// WaitError refuses an attempt because there were too many before.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many attempts: wait %d seconds and try again", int(e.For.Seconds()+1))
}

// Credentials are what a user logs in with.
type Credentials struct {
	User account.User
	Hash string // argon2id with its parameters; "" where no password was ever set
	// Epoch counts the changes of the password. A session that began in an earlier epoch is over.
	Epoch int64
}

// LinkKind is what a one-time link is for.
type LinkKind string

// The kinds of links.
const (
	InviteLink LinkKind = "invite"
	ResetLink  LinkKind = "reset"
	VerifyLink LinkKind = "verify" // Link.Data is the hash of the password that the account will have
)

// Link is a one-time link that was given to somebody.
type Link struct {
	Hash      []byte // SHA-256 of its token
	Kind      LinkKind
	Email     string // whom it was given to
	Data      string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Store keeps what a Service needs. Every method that changes something does all of it, its events included, or nothing. All are
// safe for concurrent use by any number of processes. account.ErrNotFound is the answer for what does not exist.
type Store interface {
	// SignUp enters a user with a password. Where link is not nil, it uses that link up in the same step: ErrLinkUsed.
	// account.ErrEmailTaken.
	SignUp(ctx context.Context, u account.User, hash string, link []byte, e account.Event) (account.User, error)
	// Credentials finds a user by their clean address.
	Credentials(ctx context.Context, email string) (Credentials, error)
	// CredentialsOf finds a user by id.
	CredentialsOf(ctx context.Context, userID int64) (Credentials, error)
	// SetPassword replaces a user's password, begins a new epoch and ends their logins. Link is that of SignUp.
	SetPassword(ctx context.Context, userID int64, hash string, link []byte, at time.Time, e account.Event) (epoch int64, err error)

	// AddLink enters a link.
	AddLink(ctx context.Context, l Link, e account.Event) error
	// LinkByHash finds a link that was not used, expired or not.
	LinkByHash(ctx context.Context, hash []byte) (Link, error)

	// CountFailures adds one to each name's failures in a stretch of time.
	CountFailures(ctx context.Context, names []string, stretch int64) error
	// Failures is how many there were under each name in the stretch.
	Failures(ctx context.Context, names []string, stretch int64) ([]int64, error)

	// Record enters an event that goes with no other change.
	Record(ctx context.Context, e account.Event) error
	// Events lists the audit log, the newest first: at most limit entries older than the row before (0: from the newest), those about
	// one owner or, for account.AnyOwner, all.
	Events(ctx context.Context, ownerID int64, before int64, limit int) ([]Entry, error)

	// Clean deletes what has expired before the time: sessions, links, requests, devices, tokens and failures.
	Clean(ctx context.Context, before time.Time) error

	SessionStore
	LoginStore
}

// Entry is an event in the audit log with its place in it.
type Entry struct {
	Row int64
	account.Event
}

// Mailer sends a plain message to one person. Nil is none: then no feature that needs one is offered.
type Mailer interface {
	Send(ctx context.Context, to, subject, text string) error
}

// Options are what a Service is made of. Store is needed.
type Options struct {
	Store       Store
	SignUp      SignUpPolicy  // "": Closed
	DefaultTier account.Tier  // "": free
	Mailer      Mailer        // nil: no mail is sent
	PublicURL   string        // where links in mails lead, without a slash at the end
	Clock       account.Clock // nil: time.Now
	Log         *slog.Logger  // nil: nothing is logged
}

// Service is what can be done about identities. It is safe for concurrent use.
type Service struct {
	o      Options
	hasher *hasher
	now    account.Clock
	log    *slog.Logger
}

// NewService puts a service together.
func NewService(o Options) *Service {
	if o.SignUp == "" {
		o.SignUp = Closed
	}
	if o.DefaultTier == "" {
		o.DefaultTier = account.Free
	}
	s := &Service{o: o, hasher: newHasher(), now: o.Clock, log: o.Log}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// SignUpPolicy says who may make an account.
func (s *Service) SignUpPolicy() SignUpPolicy { return s.o.SignUp }

// HasMail reports whether links can be sent by e-mail.
func (s *Service) HasMail() bool { return s.o.Mailer != nil }

// Credentials finds a user by id, with the epoch of their password.
func (s *Service) Credentials(ctx context.Context, userID int64) (Credentials, error) {
	return s.o.Store.CredentialsOf(ctx, userID)
}

// Events lists the audit log as Store.Events does.
func (s *Service) Events(ctx context.Context, ownerID, before int64, limit int) ([]Entry, error) {
	return s.o.Store.Events(ctx, ownerID, before, limit)
}

// Sessions is where the sessions of browsers are kept.
func (s *Service) Sessions() SessionStore { return s.o.Store }

// Logins is where the logins of command lines are kept.
func (s *Service) Logins() LoginStore { return s.o.Store }

// Now is the service's time.
func (s *Service) Now() time.Time { return s.now() }

// keptExpired is how long what has expired is kept before Clean deletes it: reuse is noticed that long.
const keptExpired = 7 * 24 * time.Hour

// Clean deletes what expired a week ago. A server calls it now and then.
func (s *Service) Clean(ctx context.Context) error {
	return s.o.Store.Clean(ctx, s.now().Add(-keptExpired))
}

// newToken makes a secret of 256 random bits, and the hash under which it is found.
func newToken() (token string, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, HashToken(token)
}

// HashToken is what is kept of a random secret. It needs no salt and no key: there is nothing to guess.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (s *Service) event(by account.Actor, action string, owner int64, subject, detail string) account.Event {
	return account.Event{At: s.now(), Actor: by, Action: action, OwnerID: owner, Subject: subject, Detail: detail}
}
