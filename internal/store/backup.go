package store

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Backup writes an archive (tar, gzip) of the database as it is at one moment and of the secret, while the server runs. The file, which must
// not be there yet, has mode 0600: whoever has it has all keys in hand. Unpacked into an empty folder it is a database.
func (db *DB) Backup(ctx context.Context, path string) error {
	d, ok := db.engine.(*sqliteDB)
	if !ok {
		return errors.New("a PostgreSQL database is backed up with its own tools, such as pg_dump: keep the secret file with the dump, for no key works without it")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: choose another name", path)
	}
	work, err := os.MkdirTemp(d.folder, "backup-") // mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	copied := filepath.Join(work, databaseFile)
	if err := d.copyTo(ctx, copied); err != nil {
		return fmt.Errorf("the database could not be copied: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".backup-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = writeArchive(f, copied, db.secret.Reveal()+"\n", db.now())
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("the archive could not be written: %w", err)
	}
	return os.Link(f.Name(), path) // unlike a rename, it never replaces
}

// copyTo writes a database file that holds what was committed when it began. Writers go on meanwhile.
func (d *sqliteDB) copyTo(ctx context.Context, path string) error {
	c, err := sql.Open("sqlite", d.name)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

func writeArchive(to io.Writer, database, secret string, now time.Time) error {
	zipped := gzip.NewWriter(to)
	archive := tar.NewWriter(zipped)
	enter := func(name string, size int64, from io.Reader) error {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: now, Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err := io.Copy(archive, from)
		return err
	}
	if err := enter(secretFile, int64(len(secret)), strings.NewReader(secret)); err != nil {
		return err
	}
	f, err := os.Open(database)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := enter(databaseFile, info.Size(), f); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zipped.Close()
}
