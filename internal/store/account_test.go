package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store/storetest"
)

func TestUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		ctx := t.Context()
		want := account.User{Email: "b@example.com", CreatedAt: noon, Owner: account.Owner{Kind: account.Person, Tier: account.Pro, CreatedAt: noon}}
		u, err := db.CreateUser(ctx, want, account.Event{At: noon, Action: "user.create"})
		if err != nil || u.ID == 0 || u.Owner.ID == 0 {
			t.Fatalf("%+v, %v", u, err)
		}
		if _, err := db.CreateUser(ctx, want, account.Event{}); !errors.Is(err, account.ErrEmailTaken) {
			t.Errorf("a second user with one address: %v", err)
		}
		newOwner(t, db, "a@example.com")
		if got, err := db.UserByEmail(ctx, "b@example.com"); err != nil || !reflect.DeepEqual(got, u) {
			t.Errorf("found %+v, want %+v; %v", got, u, err)
		}
		if _, err := db.UserByEmail(ctx, "c@example.com"); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("an unknown user: %v", err)
		}
		if err := db.SetTier(ctx, u.Owner.ID, account.Enterprise, account.Event{}); err != nil {
			t.Error(err)
		}
		if err := db.SetDisabled(ctx, u.ID, noon.Add(time.Hour), account.Event{}); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"tier": db.SetTier(ctx, 999, account.Free, account.Event{}), "disabled": db.SetDisabled(ctx, 999, noon, account.Event{}),
		} {
			if !errors.Is(err, account.ErrNotFound) {
				t.Errorf("%s of nobody: %v", name, err)
			}
		}
		users, err := db.Users(ctx)
		if err != nil || len(users) != 2 || users[0].Email != "a@example.com" || users[1].Owner.Tier != account.Enterprise || !users[1].DisabledAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("users %+v, %v", users, err)
		}
	})
}

func TestKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		ctx := t.Context()
		u := newOwner(t, db, "a@example.com")
		want := account.Key{
			ID: "key_1", OwnerID: u.Owner.ID, UserID: u.ID, Family: "key_0", Name: "a name", Prefix: "ab", Hash: []byte{0, 1, 255},
			Scopes: account.Scopes{account.Read}, DailyLimit: 7, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour),
		}
		if err := db.CreateKey(ctx, want, account.Event{}); err != nil {
			t.Fatal(err)
		}
		if got, err := db.KeyByID(ctx, "key_1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("by id %+v, %v", got, err)
		}
		got, by, err := db.KeyByHash(ctx, want.Hash)
		if err != nil || !reflect.DeepEqual(got, want) || by.Email != u.Email || by.Owner.ID != u.Owner.ID {
			t.Errorf("by hash %+v of %+v, %v", got, by, err)
		}
		if keys, err := db.Keys(ctx, u.Owner.ID); err != nil || !reflect.DeepEqual(keys, []account.Key{want}) {
			t.Errorf("keys %+v, %v", keys, err)
		}
		for _, id := range []string{"key_2", "", "key_1\x00", "\xff"} {
			if _, err := db.KeyByID(ctx, id); !errors.Is(err, account.ErrNotFound) {
				t.Errorf("key %q: %v", id, err)
			}
		}
		if _, _, err := db.KeyByHash(ctx, []byte{0, 1}); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("another hash: %v", err)
		}
		for _, at := range []time.Duration{time.Minute, 0} { // the later time stays
			if err := db.TouchKey(ctx, "key_1", noon.Add(at)); err != nil {
				t.Error(err)
			}
		}
		for _, at := range []time.Duration{2 * time.Minute, 3 * time.Minute} { // the first time stays
			if err := db.RevokeKey(ctx, "key_1", noon.Add(at), account.Event{}); err != nil {
				t.Error(err)
			}
		}
		if got, err := db.KeyByID(ctx, "key_1"); err != nil || !got.LastUsedAt.Equal(noon.Add(time.Minute)) || !got.RevokedAt.Equal(noon.Add(2*time.Minute)) {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := db.RevokeKey(ctx, "key_2", noon, account.Event{}); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("an unknown key: %v", err)
		}
	})
}

func TestKeyIsRotatedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		s := account.NewService(db, db.Secret(), nil)
		u := newOwner(t, db, "a@example.com")
		k, _, err := s.CreateKey(t.Context(), operator, u, account.KeyRequest{Name: "k"})
		if err != nil {
			t.Fatal(err)
		}
		var rotated, refused atomic.Int64
		atOnce(20, func(int) {
			switch _, _, _, err := s.RotateKey(t.Context(), operator, u.Owner.ID, k.ID); {
			case err == nil:
				rotated.Add(1)
			case errors.Is(err, account.ErrNotRotatable):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
		if rotated.Load() != 1 || refused.Load() != 19 {
			t.Errorf("rotated %d and refused %d, want 1 and 19", rotated.Load(), refused.Load())
		}
		if keys, _ := db.Keys(t.Context(), u.Owner.ID); len(keys) != 2 {
			t.Errorf("%d keys, want 2", len(keys))
		}
	})
}

// TestDatabaseAloneYieldsNoKey looks for keys in every byte of the files.
func TestDatabaseAloneYieldsNoKey(t *testing.T) {
	d := storetest.SQLite(t)
	db := d.Open(t)
	s := account.NewService(db, db.Secret(), nil)
	u := newOwner(t, db, "a@example.com")
	_, key, err := s.CreateKey(t.Context(), operator, u, account.KeyRequest{Name: "k"})
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(d.Options.DataDir, "qcos.db*"))
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{key, strings.ReplaceAll(key, "-", ""), key[7:], db.Secret().Reveal()} {
			if bytes.Contains(text, []byte(part)) {
				t.Errorf("%s holds a part of a key or the secret", f)
			}
		}
	}
}
