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

	"github.com/softquantus/qcos/internal/account"
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
	log     *slog.Logger
	writer  *sql.DB
	readers *sql.DB

	mu         sync.Mutex
	statements map[statementKey]*sql.Stmt
}

type statementKey struct {
	db   *sql.DB
	text string
}

func openSQLite(folder string, log *slog.Logger) (*sqliteDB, error) {
	path := filepath.Join(folder, databaseFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite gives the files beside it the same mode
	if err != nil {
		return nil, fmt.Errorf("the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	name := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}).String() + "?" + pragmas
	d := &sqliteDB{folder: folder, name: name, log: log, statements: map[statementKey]*sql.Stmt{}}
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

func (d *sqliteDB) reader() conn { return sqliteConn{d: d, db: d.readers} }

func (d *sqliteDB) update(ctx context.Context, do func(conn) error) error {
	c := sqliteConn{d: d, db: d.writer, missing: new([]string)}
	err := busy(d.transaction(ctx, c, do))
	for _, text := range *c.missing { // for the next time: the only connection is free now
		if _, err := d.statement(ctx, d.writer, text); err != nil {
			d.log.Warn("a statement could not be prepared", "error", err)
		}
	}
	return err
}

func (d *sqliteDB) transaction(ctx context.Context, c sqliteConn, do func(conn) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	c.tx = tx
	if err := do(c); err != nil {
		return err
	}
	return tx.Commit()
}

// prepared gives a statement that was prepared before.
func (d *sqliteDB) prepared(db *sql.DB, text string) *sql.Stmt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.statements[statementKey{db, text}]
}

// statement prepares a statement once for each pool of connections; database/sql prepares it anew for a connection that has not seen it.
func (d *sqliteDB) statement(ctx context.Context, db *sql.DB, text string) (*sql.Stmt, error) {
	if s := d.prepared(db, text); s != nil {
		return s, nil
	}
	s, err := db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	key := statementKey{db, text}
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

	missing *[]string // statements of the transaction that were not prepared before
}

func (c sqliteConn) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if c.tx == nil {
		return c.d.statement(ctx, c.db, text)
	}
	if s := c.d.prepared(c.db, text); s != nil {
		return c.tx.StmtContext(ctx, s), nil
	}
	*c.missing = append(*c.missing, text)
	return c.tx.PrepareContext(ctx, text)
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
		return busy(err)
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

// busy tells that another process kept the database, or that the disk is full, from other errors.
func busy(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff { // the rest says more about it
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL:
			return fmt.Errorf("%w: %w", account.ErrUnavailable, err)
		}
	}
	return err
}

func isUniqueSQLite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (d *sqliteDB) isUnique(err error) bool { return isUniqueSQLite(err) }

func (d *sqliteDB) listOf(n int) string { return fmt.Sprintf("(SELECT value FROM json_each($%d))", n) }
