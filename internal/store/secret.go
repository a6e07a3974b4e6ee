package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/softquantus/qcos/internal/account"
)

const metaFingerprint = "secret_fingerprint"

// secretOfFolder reads the secret from the folder. It makes one only where the database has never had one: a new one beside old keys
// would make all of them useless.
func (db *DB) secretOfFolder(ctx context.Context, folder string) error {
	path := filepath.Join(folder, secretFile)
	s, err := account.LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		db.secret = s
		return err
	}
	print, err := db.fingerprint(ctx)
	if err != nil {
		return err
	}
	if print != "" {
		return fmt.Errorf("%s is missing, and the keys in the database were made with it: put it back (a backup holds it), or give it with --secret-file", path)
	}
	db.secret, db.created, err = account.LoadOrCreateSecret(path)
	return err
}

// fingerprint is that of the secret that the database was first opened with, "" where there was none.
func (db *DB) fingerprint(ctx context.Context) (string, error) {
	print, err := one(ctx, db.reader(), value[string], "SELECT value FROM meta WHERE name = $1", metaFingerprint)
	if errors.Is(err, account.ErrNotFound) {
		return "", nil
	}
	return print, err
}

// checkSecret enters the secret's fingerprint where there is none and compares it.
func (db *DB) checkSecret(ctx context.Context) error {
	if db.secret.Empty() {
		return nil
	}
	own := db.secret.Fingerprint()
	print, err := db.fingerprint(ctx)
	if err != nil {
		return err
	}
	if print == "" {
		err := db.update(ctx, func(c conn) error {
			_, err := c.exec(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", metaFingerprint, own)
			return err
		})
		if err != nil {
			return err
		}
		if print, err = db.fingerprint(ctx); err != nil {
			return err
		}
	}
	if print != own {
		return fmt.Errorf("the server's secret is not the one that this database was made with (fingerprint %s, the database has %s): "+
			"no key would work: give the right one with --secret-file or QCOS_SERVER_SECRET", own, print)
	}
	return nil
}
