// Package store keeps accounts and jobs in a database: SQLite in a folder for one server process, or PostgreSQL for any number of
// them. It implements the Store of packages account and job, the notices between processes, and the queue, which is River. It knows no
// HTTP and no quantum.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

// Options say which database is opened. Either DataDir or URL is given.
type Options struct {
	DataDir string // folder of a SQLite database; made where it is not there
	URL     string // postgres://…
	// Secret is checked against the database's, or becomes it. Where it is empty, that of a SQLite database is read from its folder, or
	// made on first use; a PostgreSQL database is opened without one, for whoever needs no keys.
	Secret account.Secret
	// Serve claims a SQLite database for this process, as its one server. Other processes may open it without.
	Serve bool
	Clock account.Clock // nil: time.Now
	Log   *slog.Logger  // nil: nothing is logged
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine
	secret  account.Secret
	created bool // the secret was made by this Open
	now     account.Clock
	log     *slog.Logger
	served  *fileLock

	bus    *bus
	queue  *riverQueue
	listen *listener // PostgreSQL only

	admits   *batcher[admit]
	starts   *batcher[start]
	finishes *batcher[finish]
}

// engine is what differs between the databases.
type engine interface {
	// reader is for statements that change nothing.
	reader() conn
	// update runs statements in one transaction, which is committed unless do fails. do may be called more than once.
	update(ctx context.Context, do func(conn) error) error
	ping(ctx context.Context) error
	migrate(ctx context.Context, log *slog.Logger) error
	newQueue(db *DB) (*riverQueue, error)
	// tell enters notices into the transaction of c, for other processes.
	tell(ctx context.Context, c conn, n []notice) error
	// listOf is SQL for the numbers in the JSON list that is argument n.
	listOf(n int) string
	isUnique(err error) bool
	close()
}

var (
	_ account.Store = (*DB)(nil)
	_ job.Store     = (*DB)(nil)
	_ job.Notices   = (*DB)(nil)
)

// Open opens a database and brings its schema up to date. A database of a newer qcos and one made with another secret are refused.
func Open(ctx context.Context, o Options) (db *DB, err error) {
	db = &DB{secret: o.Secret, now: o.Clock, log: o.Log, bus: newBus()}
	if db.now == nil {
		db.now = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			db.Close()
			db = nil
		}
	}()
	switch {
	case (o.DataDir == "") == (o.URL == ""):
		return db, errors.New("internal error: a store has a folder or a URL")
	case o.DataDir != "":
		err = db.openFolder(ctx, o)
	default:
		err = db.openURL(ctx, o)
	}
	if err != nil {
		return db, err
	}
	if db.queue, err = db.newQueue(db); err != nil {
		return db, err
	}
	db.startBatchers()
	return db, nil
}

func (db *DB) openFolder(ctx context.Context, o Options) error {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return fmt.Errorf("the folder of the database: %w", err)
	}
	if o.Serve {
		lock, err := tryLock(filepath.Join(o.DataDir, serveLock))
		if errors.Is(err, errLocked) {
			return fmt.Errorf("another qcos serve uses the folder %s: stop it, or choose another folder with --data-dir", o.DataDir)
		}
		if err != nil {
			return err
		}
		db.served = lock
	}
	// Files that many processes make together, and the step from journal to WAL, are made one process at a time.
	lock, err := waitLock(ctx, filepath.Join(o.DataDir, migrateLock))
	if err != nil {
		return err
	}
	defer lock.unlock()
	d, err := openSQLite(o.DataDir, db.log)
	if err != nil {
		return err
	}
	db.engine = d
	if err := d.migrate(ctx, db.log); err != nil {
		return err
	}
	if db.secret.Empty() {
		if err := db.secretOfFolder(ctx, o.DataDir); err != nil {
			return err
		}
	}
	return db.checkSecret(ctx)
}

func (db *DB) openURL(ctx context.Context, o Options) error {
	d, err := openPostgres(ctx, o.URL)
	if err != nil {
		return err
	}
	db.engine = d
	if err := d.migrate(ctx, db.log); err != nil {
		return err
	}
	if err := db.checkSecret(ctx); err != nil {
		return err
	}
	db.listen = listen(d, db.bus, db.log)
	return nil
}

// Close ends everything that the store has running. Nothing may be asked of it afterwards.
func (db *DB) Close() {
	if db.listen != nil {
		db.listen.close()
	}
	if db.engine != nil {
		db.close()
	}
	if db.served != nil {
		db.served.unlock()
	}
}

// Ping asks the database whether it is there.
func (db *DB) Ping(ctx context.Context) error { return db.ping(ctx) }

// Secret is the server's secret, given or found in the folder.
func (db *DB) Secret() account.Secret { return db.secret }

// SecretCreated reports that the secret was made when the database was opened.
func (db *DB) SecretCreated() bool { return db.created }

// Queue is the queue that carries released jobs to workers.
func (db *DB) Queue() job.Queue { return db.queue }
