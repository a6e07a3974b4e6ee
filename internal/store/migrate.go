package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations
var migrations embed.FS

// advisoryMigrate is the number of the lock under which a PostgreSQL database is migrated: "qcos" in ASCII.
const advisoryMigrate = 0x71636f73

func (d *sqliteDB) migrate(ctx context.Context, log *slog.Logger) error {
	if err := migrateOwn(ctx, d.writer, goose.DialectSQLite3, "migrations/sqlite"); err != nil {
		return err
	}
	return migrateRiver(ctx, d.reader(), riversqlite.New(d.writer), log)
}

// migrate runs under a lock: two processes that start at once would break each other's migrations.
func (d *postgresDB) migrate(ctx context.Context, log *slog.Logger) error {
	lock, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	defer lock.Release()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(advisoryMigrate)); err != nil {
		return err
	}
	defer func() {
		_, _ = lock.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(advisoryMigrate))
	}()
	db := stdlib.OpenDBFromPool(d.pool)
	defer db.Close()
	if err := migrateOwn(ctx, db, goose.DialectPostgres, "migrations/postgres"); err != nil {
		return err
	}
	return migrateRiver(ctx, d.reader(), riverpgxv5.New(d.pool), log)
}

// migrateOwn brings our tables up to date.
func migrateOwn(ctx context.Context, db *sql.DB, dialect goose.Dialect, folder string) error {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("internal error: %w", err)
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the version of the database: %w", err)
	}
	if has > knows {
		return newer("schema", has, knows)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("the database could not be migrated: %w", err)
	}
	return nil
}

// migrateRiver brings River's tables up to date.
func migrateRiver[T any](ctx context.Context, c conn, driver riverdriver.Driver[T], log *slog.Logger) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(quiet{log.Handler()})})
	if err != nil {
		return err
	}
	all := m.AllVersions()
	knows := int64(all[len(all)-1].Version)
	has, err := one(ctx, c, value[int64], "SELECT max(version) FROM river_migration WHERE line = 'main'")
	switch {
	case err == nil && has > knows:
		return newer("queue", has, knows)
	case err == nil && has == knows:
		return nil
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("the queue's tables could not be migrated: %w", err)
	}
	return nil
}

func newer(what string, has, knows int64) error {
	return fmt.Errorf("the database was made by a newer qcos (its %s has version %d, this one knows %d): use that version, or go back to a backup", what, has, knows)
}
