// Package storetest gives tests fresh databases of both kinds: SQLite in a folder, and PostgreSQL on the server that
// QCOS_TEST_PG_URL names or on one that it starts for itself.
package storetest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
)

// Secret is the one that databases of tests are opened with.
func Secret() account.Secret {
	s, err := account.NewSecret("only-for-tests-and-not-a-secret")
	if err != nil {
		panic(err)
	}
	return s
}

// Database is a fresh database. It may be opened several times.
type Database struct {
	Kind    string        // "sqlite" or "postgres"
	Options store.Options // with the folder or the URL, and the secret
}

// Open opens it until the test ends.
func (d Database) Open(tb testing.TB, change ...func(*store.Options)) *store.DB {
	tb.Helper()
	o := d.Options
	for _, c := range change {
		c(&o)
	}
	db, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatalf("open %s: %v", d.Kind, err)
	}
	tb.Cleanup(db.Close)
	return db
}

// SQLite is a fresh database in a folder.
func SQLite(tb testing.TB) Database {
	return Database{"sqlite", store.Options{DataDir: tb.TempDir(), Secret: Secret()}}
}

// Postgres is a fresh database on a server; where there is no server and none can be started, the test is skipped and says so.
func Postgres(tb testing.TB) Database {
	tb.Helper()
	return Database{"postgres", store.Options{URL: freshPostgres(tb, templateOf(tb)), Secret: Secret()}}
}

// Each runs a test on a fresh database of each kind.
func Each(t *testing.T, test func(t *testing.T, d Database)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// EmptyPostgres is the URL of a database without any tables. It is skipped as Postgres is.
func EmptyPostgres(tb testing.TB) string {
	tb.Helper()
	return freshPostgres(tb, "template1")
}

// freshPostgres makes a copy of a database, which is dropped when the test ends, and gives its URL.
func freshPostgres(tb testing.TB, template string) string {
	tb.Helper()
	server := serverOf(tb)
	name := "qcos_test_" + strings.ToLower(rand.Text()[:12])
	administer(tb, server, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { administer(tb, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(tb, server, name)
}

func serverOf(tb testing.TB) string {
	tb.Helper()
	if server := os.Getenv("QCOS_TEST_PG_URL"); server != "" {
		return server
	}
	server, why := startedServer()
	if server == "" {
		tb.Skip("NOT TESTED ON POSTGRESQL: " + why + " (set QCOS_TEST_PG_URL, or install postgresql)")
	}
	return server
}

// migrated is a database on the server of this process that others are copied from: copying takes less time than migrating.
const migrated = "qcos_migrated"

var makeMigrated sync.Once

// templateOf gives the database to copy. On a server that is not ours nothing is left behind for it.
func templateOf(tb testing.TB) string {
	tb.Helper()
	server := serverOf(tb)
	if os.Getenv("QCOS_TEST_PG_URL") != "" {
		return "template1"
	}
	makeMigrated.Do(func() {
		administer(tb, server, "CREATE DATABASE "+migrated)
		db, err := store.Open(context.Background(), store.Options{URL: withDatabase(tb, server, migrated)})
		if err != nil {
			tb.Fatalf("migrate: %v", err)
		}
		db.Close()
	})
	return migrated
}

func administer(tb testing.TB, server, statement string) {
	tb.Helper()
	ctx := context.Background() // also when the test's has ended
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatalf("the PostgreSQL server of the tests: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// withDatabase puts another database into the URL of a server.
func withDatabase(tb testing.TB, server, name string) string {
	tb.Helper()
	scheme, rest, ok := strings.Cut(server, "://")
	if !ok {
		tb.Fatal("QCOS_TEST_PG_URL is not of the form postgres://user@host/database")
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	host, _, _ := strings.Cut(rest, "/")
	url := scheme + "://" + host + "/" + name
	if hasQuery {
		url += "?" + query
	}
	return url
}
