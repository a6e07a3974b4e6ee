// Package storetest gives tests fresh databases of both kinds: SQLite in a folder, and PostgreSQL on the server that
// QCOS_TEST_PG_URL names or on one that it starts for itself.
package storetest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
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
	return Database{"postgres", store.Options{URL: freshPostgres(tb), Secret: Secret()}}
}

// Each runs a test on a fresh database of each kind.
func Each(t *testing.T, test func(t *testing.T, d Database)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// freshPostgres makes a database with a name of its own, which is dropped when the test ends, and gives its URL.
func freshPostgres(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv("QCOS_TEST_PG_URL")
	if server == "" {
		var why string
		if server, why = startedServer(); server == "" {
			tb.Skip("NOT TESTED ON POSTGRESQL: " + why + " (set QCOS_TEST_PG_URL, or install postgresql)")
		}
	}
	name := "qcos_test_" + strings.ToLower(rand.Text()[:12])
	administer(tb, server, "CREATE DATABASE "+name)
	tb.Cleanup(func() { administer(tb, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(tb, server, name)
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
