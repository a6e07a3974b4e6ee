package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Store keeps accounts. Every method that changes something does all of it, the Event included, or nothing. All are safe for
// concurrent use.
type Store interface {
	// CreateUser enters a user with an owner of their own; ids are given by the store. ErrEmailTaken.
	CreateUser(ctx context.Context, u User, e Event) (User, error)
	// UserByEmail finds a user by their clean address. ErrNotFound.
	UserByEmail(ctx context.Context, email string) (User, error)
	// Users lists all users by address.
	Users(ctx context.Context) ([]User, error)
	// SetTier changes an owner's tier. ErrNotFound.
	SetTier(ctx context.Context, ownerID int64, tier Tier, e Event) error
	// SetDisabled writes when a user was disabled; the zero time lets them in again. ErrNotFound.
	SetDisabled(ctx context.Context, userID int64, at time.Time, e Event) error

	CreateKey(ctx context.Context, k Key, e Event) error
	// Keys lists an owner's keys, the oldest first, with those that do not work any more.
	Keys(ctx context.Context, ownerID int64) ([]Key, error)
	// KeyByID finds a key. ErrNotFound.
	KeyByID(ctx context.Context, id string) (Key, error)
	// KeyByHash finds a key and the user who made it, with the key's owner as the user's. ErrNotFound.
	KeyByHash(ctx context.Context, hash []byte) (Key, User, error)
	// RevokeKey writes when a key was revoked, where it was not before. ErrNotFound.
	RevokeKey(ctx context.Context, id string, at time.Time, e Event) error
	// RotateKey marks a key as rotated and enters its successor. ErrNotRotatable, also for the second of two at once.
	RotateKey(ctx context.Context, id string, at time.Time, successor Key, e Event) error
	// TouchKey writes when a key was used.
	TouchKey(ctx context.Context, id string, at time.Time) error

	// JobsOn is how many jobs the owner had accepted on the day, less those given back.
	JobsOn(ctx context.Context, ownerID int64, day Day) (int64, error)
}

// Service is what can be done with accounts. It is safe for concurrent use.
type Service struct {
	store  Store
	secret Secret
	now    Clock
}

// NewService puts a service together. A nil clock is time.Now. The secret may be empty where no key is made or checked.
func NewService(store Store, secret Secret, clock Clock) *Service {
	if clock == nil {
		clock = time.Now
	}
	return &Service{store: store, secret: secret, now: clock}
}

// CreateUser enters a user. The error is that of the address or the tier, or ErrEmailTaken.
func (s *Service) CreateUser(ctx context.Context, by Actor, email string, tier Tier) (User, error) {
	email, err := CleanEmail(email)
	if err != nil {
		return User{}, err
	}
	if tier, err = ParseTier(string(tier)); err != nil {
		return User{}, err
	}
	now := s.now()
	u := User{Email: email, CreatedAt: now, Owner: Owner{Kind: Person, Tier: tier, CreatedAt: now}}
	return s.store.CreateUser(ctx, u, s.event(by, "user.create", 0, email, "tier", string(tier)))
}

// User finds a user by address, however it is written. ErrNotFound.
func (s *Service) User(ctx context.Context, email string) (User, error) {
	email, err := CleanEmail(email)
	if err != nil {
		return User{}, err
	}
	return s.store.UserByEmail(ctx, email)
}

// Users lists all users by address.
func (s *Service) Users(ctx context.Context) ([]User, error) { return s.store.Users(ctx) }

// SetTier changes what a user may do, from now on. Jobs that wait keep what they were accepted with.
func (s *Service) SetTier(ctx context.Context, by Actor, email string, tier Tier) (User, error) {
	tier, err := ParseTier(string(tier))
	if err != nil {
		return User{}, err
	}
	u, err := s.User(ctx, email)
	if err != nil {
		return User{}, err
	}
	e := s.event(by, "user.set-tier", u.Owner.ID, u.Email, "from", string(u.Owner.Tier), "to", string(tier))
	u.Owner.Tier = tier
	return u, s.store.SetTier(ctx, u.Owner.ID, tier, e)
}

// Disable stops all keys of a user at once. Disabling again changes nothing.
func (s *Service) Disable(ctx context.Context, by Actor, email string) (User, error) {
	u, err := s.User(ctx, email)
	if err != nil || u.Disabled() {
		return u, err
	}
	u.DisabledAt = s.now()
	return u, s.store.SetDisabled(ctx, u.ID, u.DisabledAt, s.event(by, "user.disable", u.Owner.ID, u.Email))
}

// Enable takes Disable back: the user's keys work again.
func (s *Service) Enable(ctx context.Context, by Actor, email string) (User, error) {
	u, err := s.User(ctx, email)
	if err != nil || !u.Disabled() {
		return u, err
	}
	u.DisabledAt = time.Time{}
	return u, s.store.SetDisabled(ctx, u.ID, time.Time{}, s.event(by, "user.enable", u.Owner.ID, u.Email))
}

// CreateKey makes a key for a user. The text is the key, which is given here and never again.
func (s *Service) CreateKey(ctx context.Context, by Actor, u User, r KeyRequest) (k Key, text string, err error) {
	if r, err = r.check(); err != nil {
		return Key{}, "", err
	}
	if err = s.needSecret(); err != nil {
		return Key{}, "", err
	}
	k, text = newKey(s.secret, r, s.now())
	k.OwnerID, k.UserID = u.Owner.ID, u.ID
	if err = s.store.CreateKey(ctx, k, s.event(by, "key.create", k.OwnerID, k.ID, "name", k.Name)); err != nil {
		return Key{}, "", err
	}
	return k, text, nil
}

// Keys lists the keys of an owner that work, the oldest first.
func (s *Service) Keys(ctx context.Context, ownerID int64) ([]Key, error) {
	all, err := s.store.Keys(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	now, valid := s.now(), []Key{}
	for _, k := range all {
		if k.Valid(now) {
			valid = append(valid, k)
		}
	}
	return valid, nil
}

// AnyOwner stands for the operator, who may revoke every key.
const AnyOwner int64 = 0

// ownKey finds a key of the owner; another's does not exist.
func (s *Service) ownKey(ctx context.Context, ownerID int64, id string) (Key, error) {
	k, err := s.store.KeyByID(ctx, id)
	if err != nil {
		return Key{}, err
	}
	if ownerID != AnyOwner && k.OwnerID != ownerID {
		return Key{}, ErrNotFound
	}
	return k, nil
}

// RevokeKey stops one key at once, and that key alone: not the one it was rotated to or from. Revoking again changes nothing.
func (s *Service) RevokeKey(ctx context.Context, by Actor, ownerID int64, id string) (Key, error) {
	k, err := s.ownKey(ctx, ownerID, id)
	if err != nil || !k.RevokedAt.IsZero() {
		return k, err
	}
	k.RevokedAt = s.now()
	return k, s.store.RevokeKey(ctx, k.ID, k.RevokedAt, s.event(by, "key.revoke", k.OwnerID, k.ID))
}

// RotateKey makes a key that takes the place of another, which works for exactly Grace more. ErrNotRotatable.
func (s *Service) RotateKey(ctx context.Context, by Actor, ownerID int64, id string) (old, next Key, text string, err error) {
	if old, err = s.ownKey(ctx, ownerID, id); err != nil {
		return old, Key{}, "", err
	}
	if err = s.needSecret(); err != nil {
		return old, Key{}, "", err
	}
	now := s.now()
	if !old.Rotatable(now) {
		return old, Key{}, "", ErrNotRotatable
	}
	next, text = old.successor(s.secret, now)
	if err = s.store.RotateKey(ctx, old.ID, now, next, s.event(by, "key.rotate", old.OwnerID, old.ID, "to", next.ID)); err != nil {
		return old, Key{}, "", err
	}
	old.RotatedAt = now
	return old, next, text, nil
}

// Access is what a valid key gives.
type Access struct {
	User User // who made the key; User.Owner is the key's owner
	Key  Key
}

// touchEvery is how exact LastUsedAt is. Writing it for every request would cost more than the request.
const touchEvery = time.Minute

// Authenticate finds out whose key it is. For every key that does not work, whatever the reason, the error is ErrInvalidKey; other
// errors are those of the store.
func (s *Service) Authenticate(ctx context.Context, key string) (Access, error) {
	if key == "" || len(key) > longestGiven {
		return Access{}, ErrInvalidKey
	}
	if err := s.needSecret(); err != nil {
		return Access{}, err
	}
	hash, now := s.secret.HashKey(key), s.now()
	k, u, err := s.store.KeyByHash(ctx, hash)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Access{}, err
	}
	if err != nil || !k.matches(hash) || !k.Valid(now) || u.Disabled() {
		return Access{}, ErrInvalidKey
	}
	if now.Sub(k.LastUsedAt) >= touchEvery {
		if err := s.store.TouchKey(ctx, k.ID, now); err != nil {
			return Access{}, err
		}
		k.LastUsedAt = now
	}
	return Access{User: u, Key: k}, nil
}

// Info is what a user is told about their account.
type Info struct {
	Email     string
	Tier      Tier
	Limits    Limits
	JobsToday int64
	ResetsAt  time.Time // the next UTC midnight
}

// Info tells a user what they used today and what they may.
func (s *Service) Info(ctx context.Context, u User) (Info, error) {
	today := DayOf(s.now())
	n, err := s.store.JobsOn(ctx, u.Owner.ID, today)
	if err != nil {
		return Info{}, err
	}
	return Info{Email: u.Email, Tier: u.Owner.Tier, Limits: u.Owner.Tier.Limits(), JobsToday: n, ResetsAt: today.End()}, nil
}

func (s *Service) needSecret() error {
	if s.secret.Empty() {
		return errors.New("keys cannot be made or checked without the server's secret: give it with --secret-file")
	}
	return nil
}

// event puts an entry of the audit log together; detail is names and values in turn.
func (s *Service) event(by Actor, action string, owner int64, subject string, detail ...string) Event {
	e := Event{At: s.now(), Actor: by, Action: action, OwnerID: owner, Subject: subject}
	if len(detail) > 0 {
		m := map[string]string{}
		for i := 0; i+1 < len(detail); i += 2 {
			m[detail[i]] = detail[i+1]
		}
		text, err := json.Marshal(m)
		if err != nil {
			panic("account: " + err.Error()) // strings always marshal
		}
		e.Detail = string(text)
	}
	return e
}
