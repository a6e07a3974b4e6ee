package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
)

// enter signs a user up in the store.
func enter(t *testing.T, db *store.DB, email string, link []byte) (account.User, error) {
	t.Helper()
	u := account.User{Email: email, CreatedAt: noon, Owner: account.Owner{Kind: account.Person, Tier: account.Free, CreatedAt: noon}}
	return db.SignUp(t.Context(), u, "a hash", link, account.Event{At: noon, Actor: account.Actor{Name: email}, Action: "user.sign-up", Subject: email})
}

// many calls f so often at once and counts how often it says yes.
func many(n int, f func(i int) bool) int {
	var all sync.WaitGroup
	var yes atomic.Int64
	for i := range n {
		all.Go(func() {
			if f(i) {
				yes.Add(1)
			}
		})
	}
	all.Wait()
	return int(yes.Load())
}

func TestSignUpOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		link := []byte("hash of an invitation")
		err := db.AddLink(t.Context(), identity.Link{Hash: link, Kind: identity.InviteLink, Email: "a@example.com", CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}, account.Event{At: noon})
		if err != nil {
			t.Fatal(err)
		}
		n := many(8, func(i int) bool {
			_, err := enter(t, db, fmt.Sprintf("u%d@example.com", i), link)
			if err != nil && !errors.Is(err, identity.ErrLinkUsed) {
				t.Error(err)
			}
			return err == nil
		})
		if n != 1 {
			t.Errorf("one link made %d accounts", n)
		}
		if n := many(8, func(int) bool { _, err := enter(t, db, "a@example.com", nil); return err == nil }); n != 1 {
			t.Errorf("%d accounts with one address", n)
		}
		if users, err := db.Users(t.Context()); err != nil || len(users) != 2 {
			t.Errorf("%d users, %v: what was refused left something behind", len(users), err)
		}
	})
}

func TestPasswordEpochs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		made := newOwner(t, db, "made@example.com") // by an operator, without a password
		c, err := db.Credentials(t.Context(), "made@example.com")
		if err != nil || c.Hash != "" || c.Epoch != 0 || c.User.ID != made.ID {
			t.Fatalf("%+v, %v", c, err)
		}
		for want := int64(1); want <= 3; want++ {
			epoch, err := db.SetPassword(t.Context(), made.ID, fmt.Sprint("hash ", want), nil, noon, account.Event{At: noon})
			if err != nil || epoch != want {
				t.Errorf("epoch %d, %v, want %d", epoch, err, want)
			}
		}
		if c, err = db.CredentialsOf(t.Context(), made.ID); err != nil || c.Hash != "hash 3" || c.Epoch != 3 {
			t.Errorf("%+v, %v", c, err)
		}
		if _, err := db.Credentials(t.Context(), "nobody@example.com"); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestCodeAndRefreshTokenGoToOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		u, err := enter(t, db, "a@example.com", nil)
		if err != nil {
			t.Fatal(err)
		}
		code := []byte("hash of a code")
		if err := errors.Join(
			db.AddRequest(t.Context(), identity.Request{ID: "r", Parameters: []byte("{}"), CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}),
			db.ApproveRequest(t.Context(), "r", u.ID, noon), db.SetCode(t.Context(), "r", code, noon.Add(time.Minute)),
		); err != nil {
			t.Fatal(err)
		}
		if err := db.ApproveRequest(t.Context(), "r", u.ID+1, noon); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("a request is approved twice: %v", err)
		}
		if err := db.SetCode(t.Context(), "r", []byte("another"), noon); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("a request gives two codes: %v", err)
		}
		first := many(8, func(int) bool {
			r, again, err := db.TakeCode(t.Context(), code, noon)
			if err != nil || r.UserID != u.ID {
				t.Error(r, err)
			}
			return !again
		})
		if first != 1 {
			t.Errorf("%d got the code first", first)
		}
		token := func(id string) identity.Token {
			return identity.Token{
				ID: id, Login: identity.Login{ID: "r", UserID: u.ID, Method: "browser", CreatedAt: noon}, RefreshHash: []byte("refresh " + id),
				CreatedAt: noon, AccessExpires: noon.Add(time.Minute), RefreshExpires: noon.Add(time.Hour),
			}
		}
		if err := db.AddLogin(t.Context(), token("t"), account.Event{At: noon}); !errors.Is(err, identity.ErrLinkUsed) {
			t.Errorf("a login of a code that was used twice begins: %v", err)
		}
		fresh := token("t")
		fresh.Login.ID = "l"
		if err := db.AddLogin(t.Context(), fresh, account.Event{At: noon}); err != nil {
			t.Fatal(err)
		}
		won := many(8, func(i int) bool {
			next := token(fmt.Sprint("next", i))
			next.Login.ID = "l"
			again, err := db.Renew(t.Context(), "t", next, account.Event{At: noon})
			if err != nil && !errors.Is(err, account.ErrNotFound) {
				t.Error(err)
			}
			return err == nil && !again
		})
		if won != 1 {
			t.Errorf("%d renewed by one refresh token", won)
		}
		got, _, err := db.TokenByID(t.Context(), "t")
		if err != nil || got.Login.RevokedAt.IsZero() {
			t.Errorf("the login of a refresh token that was used twice goes on: %v, %v", got.Login, err)
		}
	})
}

func TestDeviceGoesToOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, func(o *store.Options) { o.Clock = func() time.Time { return noon } })
		device := identity.Device{CodeHash: []byte("c"), UserCodeHash: []byte("u"), ClientID: "x", State: identity.DeviceWaiting, CreatedAt: noon, ExpiresAt: noon.Add(time.Minute)}
		if err := db.AddDevice(t.Context(), device); err != nil {
			t.Fatal(err)
		}
		device.CodeHash = []byte("another")
		if err := db.AddDevice(t.Context(), device); !errors.Is(err, identity.ErrDuplicateCode) {
			t.Errorf("two devices show one code: %v", err)
		}
		if found, err := db.DeviceByUserCode(t.Context(), []byte("u")); err != nil || found.State != identity.DeviceWaiting {
			t.Errorf("%+v, %v", found, err)
		}
		decided := many(8, func(i int) bool {
			return db.DecideDevice(t.Context(), []byte("c"), identity.DeviceApproved, int64(i+1), noon) == nil
		})
		if decided != 1 {
			t.Errorf("%d decided about one device", decided)
		}
		got := many(8, func(int) bool {
			d, err := db.PollDevice(t.Context(), []byte("c"), noon)
			return err == nil && d.State == identity.DeviceApproved
		})
		if got != 1 {
			t.Errorf("%d got the tokens of one device", got)
		}
	})
}

func TestReplicasAgreeOnAKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var mu sync.Mutex
		var keys [][]byte
		db := d.Open(t)
		many(8, func(i int) bool {
			key, err := db.SealedKey(t.Context(), "k", []byte{byte(i), 1}, noon)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, key)
			return true
		})
		for _, k := range keys {
			if len(k) != 2 || !bytes.Equal(k, keys[0]) {
				t.Fatalf("the keys are %v", keys)
			}
		}
	})
}

func TestFailuresAreCountedByStretch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		names := []string{"account a", "address b"}
		many(20, func(int) bool { return db.CountFailures(t.Context(), names, 7) == nil })
		if err := db.CountFailures(t.Context(), names[:1], 8); err != nil {
			t.Fatal(err)
		}
		for stretch, want := range map[int64][2]int64{7: {20, 20}, 8: {1, 0}, 9: {0, 0}} {
			if got, err := db.Failures(t.Context(), names, stretch); err != nil || got[0] != want[0] || got[1] != want[1] {
				t.Errorf("stretch %d: %v, %v, want %v", stretch, got, err, want)
			}
		}
	})
}

func TestCleanDeletesWhatExpired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		u, err := enter(t, db, "a@example.com", nil)
		if err != nil {
			t.Fatal(err)
		}
		put := func(name string, expires time.Time) {
			t.Helper()
			err := errors.Join(
				db.PutSession(t.Context(), name, []byte("data"), expires),
				db.AddLink(t.Context(), identity.Link{Hash: []byte(name), Kind: identity.ResetLink, CreatedAt: noon, ExpiresAt: expires}, account.Event{At: noon}),
				db.AddRequest(t.Context(), identity.Request{ID: name, Parameters: []byte("{}"), CreatedAt: noon, ExpiresAt: expires}),
				db.AddLogin(t.Context(), identity.Token{ID: name, Login: identity.Login{ID: name, UserID: u.ID, CreatedAt: expires}, RefreshHash: []byte(name), RefreshExpires: expires}, account.Event{At: noon}),
			)
			if err != nil {
				t.Fatal(err)
			}
		}
		put("old", noon.Add(-time.Hour))
		put("new", noon.Add(time.Hour))
		if err := db.Clean(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		for name, there := range map[string]bool{"old": false, "new": true} {
			_, err1 := db.Session(t.Context(), name, noon.Add(-2*time.Hour))
			_, err2 := db.LinkByHash(t.Context(), []byte(name))
			_, err3 := db.RequestByID(t.Context(), name)
			_, _, err4 := db.TokenByID(t.Context(), name)
			for i, err := range []error{err1, err2, err3, err4} {
				if (err == nil) != there {
					t.Errorf("%s, kind %d: %v", name, i, err)
				}
			}
		}
		if logins, err := db.LoginsOf(t.Context(), u.ID, noon); err != nil || len(logins) != 1 || logins[0].ID != "new" {
			t.Errorf("%v, %v", logins, err)
		}
	})
}
