package store_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
)

func TestOpeningAtOnceMigratesOnce(t *testing.T) {
	for kind, options := range map[string]func(t *testing.T) store.Options{
		"sqlite": func(t *testing.T) store.Options {
			return store.Options{DataDir: filepath.Join(t.TempDir(), "new", "folder")}
		},
		"postgres": func(t *testing.T) store.Options {
			return store.Options{URL: storetest.EmptyPostgres(t), Secret: storetest.Secret()}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			o := options(t)
			secrets := make([]string, 8)
			atOnce(len(secrets), func(i int) {
				db, err := store.Open(t.Context(), o)
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				secrets[i] = db.Secret().Fingerprint()
				if err := db.Ping(t.Context()); err != nil {
					t.Error(err)
				}
			})
			for _, s := range secrets {
				if s == "" || s != secrets[0] {
					t.Errorf("secrets differ: %q", secrets)
				}
			}
		})
	}
}

// alter runs a statement on a database past the store.
func alter(t *testing.T, d storetest.Database, statement string) {
	t.Helper()
	if d.Kind == "sqlite" {
		db, err := sql.Open("sqlite", filepath.Join(d.Options.DataDir, "qcos.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		return
	}
	c, err := pgx.Connect(t.Context(), d.Options.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	if _, err := c.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestNewerDatabaseIsRefusedInWords(t *testing.T) {
	for what, statement := range map[string]string{
		"schema": "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, %s)",
		"queue":  "INSERT INTO river_migration (line, version) VALUES ('main', 9999)",
	} {
		storetest.Each(t, func(t *testing.T, d storetest.Database) {
			d.Open(t).Close()
			statement := strings.ReplaceAll(statement, "%s", map[string]string{"sqlite": "1", "postgres": "true"}[d.Kind])
			alter(t, d, statement)
			db, err := store.Open(t.Context(), d.Options)
			if err == nil {
				db.Close()
				t.Fatalf("a database with a newer %s was opened", what)
			}
			for _, word := range []string{"newer qcos", what, "9999", "backup"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
		})
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		d.Open(t).Close()
		o := d.Options
		o.Secret = account.GenerateSecret()
		if db, err := store.Open(t.Context(), o); err == nil {
			db.Close()
			t.Error("a database was opened with another secret")
		} else if !strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), o.Secret.Reveal()) {
			t.Errorf("got %v", err)
		}
		d.Open(t).Close()
	})
}

func TestPostgresOpensWithoutASecret(t *testing.T) {
	d := storetest.Postgres(t)
	db := d.Open(t, func(o *store.Options) { o.Secret = account.Secret{} })
	if _, err := db.Users(t.Context()); err != nil || !db.Secret().Empty() {
		t.Errorf("%v, %v", db.Secret(), err)
	}
	d.Open(t) // the first secret becomes the database's
}

func TestSecretOfAFolder(t *testing.T) {
	folder := t.TempDir()
	open := func() (*store.DB, error) { return store.Open(t.Context(), store.Options{DataDir: folder}) }
	db, err := open()
	if err != nil {
		t.Fatal(err)
	}
	secret := db.Secret()
	if !db.SecretCreated() || secret.Empty() {
		t.Error("no secret was made")
	}
	db.Close()
	for _, name := range []string{"secret", "qcos.db"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if db, err = open(); err != nil || db.SecretCreated() || db.Secret().Fingerprint() != secret.Fingerprint() {
		t.Fatalf("opened again: %v", err)
	}
	db.Close()
	if err := os.Remove(filepath.Join(folder, "secret")); err != nil {
		t.Fatal(err)
	}
	if db, err = open(); err == nil {
		db.Close()
		t.Fatal("a new secret was made beside old keys")
	} else if !strings.Contains(err.Error(), "put it back") {
		t.Errorf("got %v", err)
	}
}

func TestOneServerHasAFolder(t *testing.T) {
	d := storetest.SQLite(t)
	serve := func(o *store.Options) { o.Serve = true }
	db := d.Open(t, serve)
	o := d.Options
	o.Serve = true
	if second, err := store.Open(t.Context(), o); err == nil {
		second.Close()
		t.Error("two servers have one folder")
	} else if !strings.Contains(err.Error(), "another qcos serve") {
		t.Errorf("got %v", err)
	}
	newOwner(t, d.Open(t), "a@example.com") // an operator's command works beside it
	db.Close()
	d.Open(t, serve)
}

func TestErrorsOfOpening(t *testing.T) {
	for name, o := range map[string]store.Options{
		"nothing": {}, "both": {DataDir: t.TempDir(), URL: "postgres:///x"}, "not a URL": {URL: "postgres://user:hush-hush@host:port/x"},
		"no server": {URL: "postgres:///x?host=/nonexistent&user=u&password=hush-hush"}, "a file": {DataDir: "/dev/null"},
	} {
		db, err := store.Open(t.Context(), o)
		if err == nil {
			db.Close()
			t.Errorf("%s: opened", name)
		} else if strings.Contains(err.Error(), "hush-hush") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}

func TestBackupOfARunningServerStartsElsewhere(t *testing.T) {
	d := storetest.SQLite(t)
	db := d.Open(t, func(o *store.Options) { o.Serve = true })
	accounts := account.NewService(db, db.Secret(), nil)
	u := newOwner(t, db, "a@example.com")
	_, key, err := accounts.CreateKey(t.Context(), operator, u, account.KeyRequest{Name: "k"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		admit(t, db, admission(u.Owner.ID, fmt.Sprint("before", i)))
	}
	path := filepath.Join(t.TempDir(), "backup.tar.gz")
	atOnce(2, func(i int) {
		if i == 0 {
			if err := db.Backup(t.Context(), path); err != nil {
				t.Error(err)
			}
			return
		}
		for i := range 50 {
			admit(t, db, admission(u.Owner.ID, fmt.Sprint("meanwhile", i)))
		}
	})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := db.Backup(t.Context(), path); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a backup was replaced: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(d.Options.DataDir, "backup-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	folder := t.TempDir()
	unpack(t, path, folder)
	elsewhere, err := store.Open(t.Context(), store.Options{DataDir: folder, Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	if _, err := account.NewService(elsewhere, elsewhere.Secret(), nil).Authenticate(t.Context(), key); err != nil {
		t.Errorf("the key does not work elsewhere: %v", err)
	}
	waiting, err := elsewhere.Waiting(t.Context(), 0, 1000)
	if err != nil || len(waiting) < 50 {
		t.Errorf("%d jobs wait, %v", len(waiting), err)
	}
	if n, err := elsewhere.JobsOn(t.Context(), u.Owner.ID, account.DayOf(noon)); err != nil || n != int64(len(waiting)) {
		t.Errorf("counted %d with %d jobs: not of one moment; %v", n, len(waiting), err)
	}
}

func unpack(t *testing.T, path, folder string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for r := tar.NewReader(z); ; names++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || h.FileInfo().Mode().Perm() != 0o600 {
			t.Fatalf("%+v, %v", h, err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(h.Name)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if names != 2 {
		t.Errorf("the archive holds %d files, want 2", names)
	}
}

func TestBackupOfPostgresSaysWhatToDo(t *testing.T) {
	db := storetest.Postgres(t).Open(t)
	if err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "b")); err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("got %v", err)
	}
}
