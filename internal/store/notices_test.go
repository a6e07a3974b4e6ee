package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
)

const patience = 20 * time.Second

// await reads a channel until it has given the value, or the test fails.
func await[T comparable](t *testing.T, what string, ch <-chan T, want T) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case got, ok := <-ch:
			if !ok {
				t.Fatalf("%s: the channel was closed", what)
			}
			if got == want {
				return
			}
		case <-late:
			t.Fatalf("%s: no notice", what)
		}
	}
}

// heard opens a database a second time where it can be shared, and waits until it hears the first.
func heard(t *testing.T, d storetest.Database, db *store.DB) *store.DB {
	if d.Kind == "sqlite" {
		return db
	}
	other := d.Open(t)
	ended, stop, err := other.Finished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	await(t, "the connection", ended, job.Row(0)) // look again: it hears from now on
	return other
}

func TestNoticesReachEveryProcess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		other := heard(t, d, db)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		work, stopWork, err := other.Work(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer stopWork()
		cancels, stopCancels, err := other.Cancels(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer stopCancels()
		ended, stopEnded, err := other.Finished(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer stopEnded()

		j := admit(t, db, admission(owner, "a"))
		await(t, "an admission", work, struct{}{})
		release(t, db, "w1", j)
		await(t, "a worker", work, struct{}{})
		j = start(t, db, "w1", j)
		if _, err := db.Cancel(t.Context(), j.Row, noon); err != nil {
			t.Fatal(err)
		}
		await(t, "a cancellation", cancels, struct{}{})
		finish(t, db, completed(j))
		await(t, "an end", ended, j.Row)
		await(t, "room", work, struct{}{})
		for i := range 700 { // more than go into one message
			admit(t, db, admission(owner, fmt.Sprint("many", i)))
		}
		waiting, err := db.Waiting(t.Context(), 0, 1000)
		if err != nil || len(waiting) != 700 {
			t.Fatal(len(waiting), err)
		}
		last := waiting[len(waiting)-1].Row
		if _, err := db.Cancel(t.Context(), last, noon); err != nil {
			t.Fatal(err)
		}
		await(t, "a cancelled job", ended, last)
	})
}

func TestSlowReaderIsToldToLookAgain(t *testing.T) {
	d := storetest.SQLite(t)
	db := d.Open(t)
	owner := newOwner(t, db, "a@example.com").Owner.ID
	ended, stop, err := db.Finished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var rows []job.Row
	for i := range 1500 {
		j := admit(t, db, admission(owner, fmt.Sprint(i)))
		if _, err := db.Cancel(t.Context(), j.Row, noon); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, j.Row)
	}
	var got []job.Row
	for len(got) == 0 || got[len(got)-1] != rows[len(rows)-1] {
		got = append(got, <-ended)
	}
	if !slices.Contains(got, 0) || len(got) > 1025 {
		t.Errorf("%d notices of 1500, none of them to look again", len(got))
	}
}

func TestSubscriptionsEnd(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended, _, err := db.Finished(ctx)
	if err != nil {
		t.Fatal(err)
	}
	work, stop, err := db.Work(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	stop()
	stop()
	if _, ok := <-ended; ok {
		t.Error("a notice after the context ended")
	}
	if _, ok := <-work; ok {
		t.Error("a notice after stop")
	}
	admit(t, db, admission(newOwner(t, db, "a@example.com").Owner.ID, "a"))
}

func TestRevokedKeyStopsEverywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		other := heard(t, d, db)
		u := newOwner(t, db, "a@example.com")
		here, there := account.NewService(db, db.Secret(), nil), account.NewService(other, other.Secret(), nil)
		k, text, err := here.CreateKey(t.Context(), operator, u, account.KeyRequest{Name: "k"})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			for _, s := range []*account.Service{here, there} {
				if _, err := s.Authenticate(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := here.SetTier(t.Context(), operator, u.Email, account.Pro); err != nil {
			t.Fatal(err)
		}
		if a, err := here.Authenticate(t.Context(), text); err != nil || a.User.Owner.Tier != account.Pro {
			t.Errorf("the tier has not changed: %+v, %v", a, err)
		}
		if _, err := here.RevokeKey(t.Context(), operator, u.Owner.ID, k.ID); err != nil {
			t.Fatal(err)
		}
		for where, s := range map[string]*account.Service{"where it was revoked": here, "elsewhere": there} {
			if _, err := s.Authenticate(t.Context(), text); err == nil {
				t.Errorf("the key still works %s", where)
			}
		}
	})
}
