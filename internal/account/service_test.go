package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
)

var (
	noon     = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	operator = account.Actor{Name: "admin"}
)

// desk is a Service on a store, with a clock that the test sets.
type desk struct {
	*account.Service
	db  *store.DB
	now time.Time
}

func newDesk(t *testing.T) *desk {
	d := &desk{db: storetest.SQLite(t).Open(t), now: noon}
	d.Service = account.NewService(d.db, d.db.Secret(), func() time.Time { return d.now })
	return d
}

func (d *desk) user(t *testing.T, email string) account.User {
	t.Helper()
	u, err := d.CreateUser(t.Context(), operator, email, account.Free)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (d *desk) key(t *testing.T, u account.User, r account.KeyRequest) (account.Key, string) {
	t.Helper()
	k, text, err := d.CreateKey(t.Context(), operator, u, r)
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

func (d *desk) works(t *testing.T, key string) bool {
	t.Helper()
	a, err := d.Authenticate(t.Context(), key)
	if err != nil && (!errors.Is(err, account.ErrInvalidKey) || err.Error() != "Invalid API key. Please check your credentials." || a.User.ID != 0) {
		t.Errorf("got %+v, %v", a, err)
	}
	return err == nil
}

func TestUsers(t *testing.T) {
	d := newDesk(t)
	u := d.user(t, " Demo@Example.com ")
	if u.Email != "demo@example.com" || u.Owner.Tier != account.Free || !u.CreatedAt.Equal(noon) {
		t.Errorf("made %+v", u)
	}
	for _, email := range []string{"DEMO@example.com", "demo"} {
		if _, err := d.CreateUser(t.Context(), operator, email, account.Free); err == nil {
			t.Errorf("%s was made a second time", email)
		}
	}
	if _, err := d.CreateUser(t.Context(), operator, "x@example.com", "gold"); err == nil {
		t.Error("a tier that there is not")
	}
	if got, err := d.User(t.Context(), "Demo@example.com"); err != nil || got.ID != u.ID {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := d.SetTier(t.Context(), operator, "nobody@example.com", account.Pro); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if got, err := d.SetTier(t.Context(), operator, "demo@example.com", account.Pro); err != nil || got.Owner.Tier != account.Pro {
		t.Errorf("%+v, %v", got, err)
	}
	info, err := d.Info(t.Context(), account.User{Email: u.Email, Owner: account.Owner{ID: u.Owner.ID, Tier: account.Pro}})
	if err != nil || info.Limits.JobsPerDay != 100 || info.JobsToday != 0 || !info.ResetsAt.Equal(noon.Add(12*time.Hour)) {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestOneAnswerForEveryKeyThatDoesNotWork(t *testing.T) {
	d := newDesk(t)
	u := d.user(t, "a@example.com")
	_, good := d.key(t, u, account.KeyRequest{Name: "good"})
	revoked, revokedText := d.key(t, u, account.KeyRequest{Name: "revoked"})
	_, expired := d.key(t, u, account.KeyRequest{Name: "expired", Lifetime: time.Hour})
	if _, err := d.RevokeKey(t.Context(), operator, u.Owner.ID, revoked.ID); err != nil {
		t.Fatal(err)
	}
	d.now = noon.Add(time.Hour)
	if !d.works(t, good) {
		t.Error("a good key does not work")
	}
	for name, key := range map[string]string{
		"none": "", "unknown": "qcos-0000-0000-0000", "revoked": revokedText, "expired": expired, "case": strings.ToUpper(good),
		"cut": good[:len(good)-1], "longer": good + "x", "spaces": " " + good, "huge": strings.Repeat("x", 1<<20), "zero": "qcos-\x00",
	} {
		if d.works(t, key) {
			t.Errorf("%s works", name)
		}
	}
	if _, err := d.Disable(t.Context(), operator, u.Email); err != nil {
		t.Fatal(err)
	}
	if d.works(t, good) {
		t.Error("the key of a disabled user works")
	}
	if _, err := d.Enable(t.Context(), operator, u.Email); err != nil {
		t.Fatal(err)
	}
	if !d.works(t, good) {
		t.Error("the key does not work again")
	}
}

func TestRotatedKeyWorksFor24HoursMore(t *testing.T) {
	d := newDesk(t)
	u := d.user(t, "a@example.com")
	k, oldText := d.key(t, u, account.KeyRequest{Name: "k"})
	old, next, text, err := d.RotateKey(t.Context(), operator, u.Owner.ID, k.ID)
	if err != nil || old.ID != k.ID || next.ID == k.ID {
		t.Fatal(old, next, err)
	}
	if _, _, _, err := d.RotateKey(t.Context(), operator, u.Owner.ID, k.ID); !errors.Is(err, account.ErrNotRotatable) {
		t.Errorf("rotated twice: %v", err)
	}
	for at, want := range map[time.Duration]bool{0: true, 24*time.Hour - time.Millisecond: true, 24 * time.Hour: false} {
		d.now = noon.Add(at)
		if got := d.works(t, oldText); got != want {
			t.Errorf("after %v the old key works: %t", at, got)
		}
		if !d.works(t, text) {
			t.Errorf("after %v the new key does not work", at)
		}
	}
	d.now = noon.Add(24 * time.Hour)
	if keys, err := d.Keys(t.Context(), u.Owner.ID); err != nil || len(keys) != 1 || keys[0].ID != next.ID {
		t.Errorf("keys that work: %+v, %v", keys, err)
	}
	if _, err := d.RevokeKey(t.Context(), operator, u.Owner.ID, k.ID); err != nil {
		t.Fatal(err)
	}
	if !d.works(t, text) {
		t.Error("revoking the old key stopped the new one")
	}
}

func TestKeysOfOthersDoNotExist(t *testing.T) {
	d := newDesk(t)
	a, b := d.user(t, "a@example.com"), d.user(t, "b@example.com")
	k, text := d.key(t, a, account.KeyRequest{Name: "k"})
	if _, err := d.RevokeKey(t.Context(), operator, b.Owner.ID, k.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("revoke: %v", err)
	}
	if _, _, _, err := d.RotateKey(t.Context(), operator, b.Owner.ID, k.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("rotate: %v", err)
	}
	if !d.works(t, text) {
		t.Error("the key does not work any more")
	}
	if _, err := d.RevokeKey(t.Context(), operator, account.AnyOwner, k.ID); err != nil || d.works(t, text) {
		t.Errorf("the operator could not revoke it: %v", err)
	}
}

func TestUseOfAKeyIsWrittenOnceAMinute(t *testing.T) {
	d := newDesk(t)
	u := d.user(t, "a@example.com")
	k, text := d.key(t, u, account.KeyRequest{Name: "k"})
	for at, want := range map[time.Duration]time.Duration{0: 0, 59 * time.Second: 0} {
		d.now = noon.Add(at)
		d.works(t, text)
		if got, err := d.db.KeyByID(t.Context(), k.ID); err != nil || got.LastUsedAt.Before(noon.Add(want)) {
			t.Errorf("at %v last used %v, %v", at, got.LastUsedAt, err)
		}
	}
	d.now = noon.Add(2 * time.Minute)
	d.works(t, text)
	if got, _ := d.db.KeyByID(t.Context(), k.ID); !got.LastUsedAt.Equal(d.now) {
		t.Errorf("last used %v", got.LastUsedAt)
	}
}

func TestWithoutASecretThereAreNoKeys(t *testing.T) {
	d := newDesk(t)
	s := account.NewService(d.db, account.Secret{}, nil)
	u := d.user(t, "a@example.com")
	if _, _, err := s.CreateKey(t.Context(), operator, u, account.KeyRequest{Name: "k"}); err == nil || !strings.Contains(err.Error(), "--secret-file") {
		t.Errorf("create: %v", err)
	}
	if _, err := s.Authenticate(t.Context(), "qcos-0000-0000-0000"); err == nil || errors.Is(err, account.ErrInvalidKey) {
		t.Errorf("authenticate: %v", err)
	}
	if users, err := s.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("users: %v, %v", users, err)
	}
}
