package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

func testdata(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// earlier makes the database that an earlier release left behind.
func earlier(t *testing.T, kind, release string) storetest.Database {
	t.Helper()
	if kind == "sqlite" {
		z, err := gzip.NewReader(bytes.NewReader(testdata(t, release, "sqlite.db.gz")))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "qcos.db"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		return storetest.Database{Kind: kind, Options: store.Options{DataDir: folder, Secret: storetest.Secret()}}
	}
	url := storetest.EmptyPostgres(t)
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	if _, err := c.PgConn().Exec(t.Context(), string(testdata(t, release, "postgres.sql"))).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return storetest.Database{Kind: kind, Options: store.Options{URL: url, Secret: storetest.Secret()}}
}

func TestDatabasesOfEarlierReleasesOpen(t *testing.T) {
	releases, err := filepath.Glob(filepath.Join("testdata", "v*"))
	if err != nil || len(releases) == 0 {
		t.Fatalf("there are none: %v", err)
	}
	for _, folder := range releases {
		for _, kind := range []string{"sqlite", "postgres"} {
			t.Run(filepath.Base(folder)+"/"+kind, func(t *testing.T) {
				d := earlier(t, kind, filepath.Base(folder))
				keys := strings.Fields(string(testdata(t, filepath.Base(folder), kind+".keys")))
				holdsTogether(t, d.Open(t), keys)
			})
		}
	}
}

// holdsTogether looks at a database that was made with one key that works, one revoked and one of a disabled user, and with a job of each kind.
func holdsTogether(t *testing.T, db *store.DB, keys []string) {
	ctx := t.Context()
	s := account.NewService(db, db.Secret(), func() time.Time { return noon })
	a, err := s.Authenticate(ctx, keys[0])
	if err != nil || a.User.Email != "a@example.com" || a.User.Owner.Tier != account.Pro {
		t.Fatalf("the key gives %+v, %v", a, err)
	}
	for _, key := range keys[1:] {
		if _, err := s.Authenticate(ctx, key); !errors.Is(err, account.ErrInvalidKey) {
			t.Errorf("a key that did not work: %v", err)
		}
	}
	owner := a.User.Owner.ID
	if n, err := db.JobsOn(ctx, owner, account.DayOf(noon)); err != nil || n != 7 {
		t.Errorf("counted %d, %v", n, err)
	}
	rows := map[string]job.Row{}
	for id, want := range map[string]api.Status{
		"completed": api.StatusCompleted, "failed": api.StatusFailed, "cancelled": api.StatusCancelled, "purged": api.StatusCompleted,
		"processing": api.StatusProcessing, "released": api.StatusQueued, "waiting": api.StatusQueued,
	} {
		j, err := db.Job(ctx, owner, id)
		if err != nil || j.Status != want || *j.Seed != 1<<64-1 || len(j.Tags) != 2 {
			t.Errorf("%s: %+v, %v", id, j, err)
		}
		rows[id] = j.Row
	}
	packed, err := db.Result(ctx, rows["completed"])
	if err != nil {
		t.Fatal(err)
	}
	if text, err := job.Unpack(packed); err != nil || string(text) != result {
		t.Errorf("result %q, %v", text, err)
	}
	if _, err := db.Circuit(ctx, rows["purged"]); !errors.Is(err, job.ErrPurged) {
		t.Errorf("circuit of a purged job: %v", err)
	}
	workers, err := db.Workers(ctx, time.Time{})
	if err != nil || len(workers) != 1 {
		t.Fatalf("workers %+v, %v", workers, err)
	}
	if n, err := db.Sweep(ctx, workers, 2, noon); err != nil || n != 2 {
		t.Errorf("swept %d, want 2; %v", n, err)
	}
	if waiting, err := db.Waiting(ctx, 0, 10); err != nil || len(waiting) != 3 {
		t.Errorf("%d wait, want 3; %v", len(waiting), err)
	}
	admit(t, db, admission(owner, "new"))
	goOn(t, db, 4)
}

// goOn runs what waits.
func goOn(t *testing.T, db *store.DB, jobs int) {
	t.Helper()
	waiting, err := db.Waiting(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	ended, stop, err := db.Finished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	err = db.Queue().Work(t.Context(), "w2", 2, func(ctx context.Context, brought []job.Released) error {
		started, err := db.Start(ctx, "w2", rowsOf(brought), noon)
		if err != nil {
			return err
		}
		for _, s := range started {
			if _, err := db.Finish(ctx, []job.Outcome{completed(s.Job)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var to []job.Job
	for _, w := range waiting {
		to = append(to, job.Job{Row: w.Row})
	}
	release(t, db, "w2", to...)
	for i := 0; i < jobs; {
		select {
		case row := <-ended:
			if row != 0 {
				i++
			}
		case <-time.After(patience):
			t.Fatalf("%d of %d jobs ended", i, jobs)
		}
	}
	if err := db.Queue().Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
