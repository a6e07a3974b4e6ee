package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	databaseFile = "qcos.db"
	secretFile   = "secret"
	migrateLock  = "migrate.lock"
	serveLock    = "serve.lock"

	// pragmas make readers and the writer independent of each other, let other processes wait for their turn, and let a transaction
	// that will write wait for it at its beginning: one that reads first and then writes fails where another wrote in between.
	pragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
)

// sqliteDB is a database in a file. It has one connection that writes, since SQLite has one writer at a time, and several that read
// beside it.
type sqliteDB struct {
	folder  string
	name    string // for sql.Open
	writer  *sql.DB
	readers *sql.DB

	mu         sync.Mutex
	statements map[statementKey]*sql.Stmt
}

type statementKey struct {
	db   *sql.DB
	text string
}

func openSQLite(folder string, _ *slog.Logger) (*sqliteDB, error) {
	path := filepath.Join(folder, databaseFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite gives the files beside it the same mode
	if err != nil {
		return nil, fmt.Errorf("the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	name := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}).String() + "?" + pragmas
	d := &sqliteDB{folder: folder, name: name, statements: map[statementKey]*sql.Stmt{}}
	if d.writer, err = sql.Open("sqlite", name); err != nil {
		return nil, err
	}
	d.writer.SetMaxOpenConns(1)
	if d.readers, err = sql.Open("sqlite", name+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	n := max(4, runtime.GOMAXPROCS(0))
	d.readers.SetMaxOpenConns(n)
	d.readers.SetMaxIdleConns(n)
	return d, nil
}

func (d *sqliteDB) close() { _, _ = d.readers.Close(), d.writer.Close() }

func (d *sqliteDB) ping(ctx context.Context) error {
	_, err := one(ctx, d.reader(), value[int64], "SELECT count(*) FROM meta")
	return err
}

func (d *sqliteDB) reader() conn { return sqliteConn{d, d.readers, nil} }

func (d *sqliteDB) update(ctx context.Context, do func(conn) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := do(sqliteConn{d, d.writer, tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// statement prepares a statement once for each pool of connections; database/sql prepares it anew for a connection that has not seen it.
func (d *sqliteDB) statement(ctx context.Context, db *sql.DB, tx *sql.Tx, text string) (*sql.Stmt, error) {
	key := statementKey{db, text}
	d.mu.Lock()
	s := d.statements[key]
	d.mu.Unlock()
	if s != nil {
		return s, nil
	}
	if tx != nil {
		return tx.PrepareContext(ctx, text) // the only connection is in the transaction
	}
	s, err := db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.statements[key]; old != nil {
		_ = s.Close()
		return old, nil
	}
	d.statements[key] = s
	return s, nil
}

type sqliteConn struct {
	d  *sqliteDB
	db *sql.DB
	tx *sql.Tx // nil outside of a transaction
}

func (c sqliteConn) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	s, err := c.d.statement(ctx, c.db, c.tx, text)
	if err != nil || c.tx == nil {
		return s, err
	}
	return c.tx.StmtContext(ctx, s), nil
}

func (c sqliteConn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	s, err := c.prepare(ctx, text)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c sqliteConn) query(ctx context.Context, each func(scanner) error, text string, args ...any) error {
	s, err := c.prepare(ctx, text)
	if err != nil {
		return err
	}
	return queryRows(ctx, s, each, args)
}

func queryRows(ctx context.Context, s *sql.Stmt, each func(scanner) error, args []any) error {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c sqliteConn) queryEach(ctx context.Context, each func(int, scanner) error, text string, args [][]any) error {
	if len(args) == 0 {
		return nil
	}
	s, err := c.prepare(ctx, text)
	if err != nil {
		return err
	}
	for i, a := range args {
		if err := queryRows(ctx, s, func(row scanner) error { return each(i, row) }, a); err != nil {
			return err
		}
	}
	return nil
}

func (c sqliteConn) queryAll(ctx context.Context, each func(int, scanner) error, statement hot, args [][]any) error {
	return c.queryEach(ctx, each, statement.each, args)
}

func isUniqueSQLite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (d *sqliteDB) isUnique(err error) bool { return isUniqueSQLite(err) }

func (d *sqliteDB) listOf(n int) string { return fmt.Sprintf("(SELECT value FROM json_each($%d))", n) }
