// Package account is who may use a server, and how much: users and the owners that their jobs belong to, tiers, API keys, the
// server's secret and the UTC day that quotas are counted by. It knows no SQL, no HTTP and no quantum: what it keeps goes through
// Store, and the time comes from a Clock.
package account

import (
	"errors"
	"time"
)

// Clock tells the time. time.Now is one.
type Clock func() time.Time

// OwnerKind says what an Owner is.
type OwnerKind string

// Person is an owner that is one user.
const Person OwnerKind = "user"

// Owner is what jobs, keys and counts belong to and what has a tier. Today every user has one of their own; an owner with
// several users would be a team.
type Owner struct {
	ID        int64
	Kind      OwnerKind
	Tier      Tier
	CreatedAt time.Time
}

// User is a person with an e-mail address. The zero DisabledAt is a user who may use the server.
type User struct {
	ID         int64
	Email      string // as CleanEmail gives it; unique
	Owner      Owner
	CreatedAt  time.Time
	DisabledAt time.Time
}

// Disabled reports that the user's keys do not work.
func (u User) Disabled() bool { return !u.DisabledAt.IsZero() }

// Errors that a Store and a Service answer with. They are compared with errors.Is.
var (
	// ErrNotFound is the answer for what does not exist, and for what belongs to somebody else.
	ErrNotFound = errors.New("not found")
	// ErrEmailTaken refuses a second user with one address.
	ErrEmailTaken = errors.New("there is already a user with this e-mail address")
	// ErrNotRotatable refuses to rotate a key that was rotated or revoked or has expired.
	ErrNotRotatable = errors.New("the key was rotated or revoked before or has expired: create a new one")
	// ErrUnavailable says that a Store cannot be reached or asked for the moment: nothing is known about what was asked.
	ErrUnavailable = errors.New("the database cannot be reached at the moment")
	// ErrInvalidKey is the one answer for every key that does not work, so that nothing can be learnt from it.
	ErrInvalidKey = errors.New("Invalid API key. Please check your credentials.") //nolint:revive,staticcheck // the words are fixed
)

// Actor is who asks for a change, for the audit log: a user, or an operator at the command line.
type Actor struct {
	Name    string // an e-mail address, or "admin" for the operator
	Address string // network address; "" where there is none
}

// Event is an entry of the audit log. A Store writes it in the transaction of the change that it tells of.
type Event struct {
	At      time.Time
	Actor   Actor
	Action  string // such as "key.revoke"
	OwnerID int64  // whose data it is about; 0 where that is not known before the change
	Subject string // what was changed: an e-mail address or the id of a key, never a secret
	Detail  string // JSON, or ""
}
