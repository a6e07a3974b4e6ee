package store

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

var _ identity.Store = (*DB)(nil)

// SignUp is identity.Store's.
func (db *DB) SignUp(ctx context.Context, u account.User, hash string, link []byte, e account.Event) (account.User, error) {
	err := db.update(ctx, func(c conn) error {
		if err := useLink(ctx, c, link, e.At); err != nil {
			return err
		}
		var err error
		if u, err = insertUser(ctx, c, u); err != nil {
			return err
		}
		if _, err := c.exec(ctx, "INSERT INTO passwords (user_id, hash, epoch) VALUES ($1, $2, 1)", u.ID, hash); err != nil {
			return err
		}
		e.OwnerID = u.Owner.ID
		return record(ctx, c, e)
	})
	if err != nil && db.isUnique(err) {
		err = account.ErrEmailTaken
	}
	if err != nil {
		return account.User{}, err
	}
	return u, nil
}

// useLink uses a link up; nil is none.
func useLink(ctx context.Context, c conn, hash []byte, at time.Time) error {
	if hash == nil {
		return nil
	}
	n, err := c.exec(ctx, "UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND expires_at > $2", hash, millis(at))
	if err == nil && n == 0 {
		err = identity.ErrLinkUsed
	}
	return err
}

const credentialColumns = userColumns + ", COALESCE(p.hash, ''), COALESCE(p.epoch, 0)"

const fromUsers = " FROM users u JOIN owners o ON o.id = u.owner_id LEFT JOIN passwords p ON p.user_id = u.id"

func readCredentials(row scanner) (identity.Credentials, error) {
	var c identity.Credentials
	into, read := userReader()
	err := row.Scan(append(into, &c.Hash, &c.Epoch)...)
	c.User = read()
	return c, err
}

// Credentials is identity.Store's.
func (db *DB) Credentials(ctx context.Context, email string) (identity.Credentials, error) {
	return one(ctx, db.reader(), readCredentials, "SELECT "+credentialColumns+fromUsers+" WHERE u.email = $1", email)
}

// CredentialsOf is identity.Store's.
func (db *DB) CredentialsOf(ctx context.Context, userID int64) (identity.Credentials, error) {
	return one(ctx, db.reader(), readCredentials, "SELECT "+credentialColumns+fromUsers+" WHERE u.id = $1", userID)
}

// SetPassword is identity.Store's.
func (db *DB) SetPassword(ctx context.Context, userID int64, hash string, link []byte, at time.Time, e account.Event) (epoch int64, err error) {
	err = db.update(ctx, func(c conn) error {
		if err := useLink(ctx, c, link, at); err != nil {
			return err
		}
		var err error
		epoch, err = one(ctx, c, value[int64], `INSERT INTO passwords (user_id, hash, epoch) VALUES ($1, $2, 1)
			ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, epoch = passwords.epoch + 1 RETURNING epoch`, userID, hash)
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, "UPDATE logins SET revoked_at = $2 WHERE user_id = $1 AND revoked_at = 0", userID, millis(at)); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
	return epoch, err
}

// AddLink is identity.Store's.
func (db *DB) AddLink(ctx context.Context, l identity.Link, e account.Event) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "INSERT INTO links (hash, kind, email, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
			l.Hash, string(l.Kind), l.Email, l.Data, millis(l.CreatedAt), millis(l.ExpiresAt))
		if err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

// LinkByHash is identity.Store's.
func (db *DB) LinkByHash(ctx context.Context, hash []byte) (identity.Link, error) {
	return one(ctx, db.reader(), func(row scanner) (identity.Link, error) {
		var l identity.Link
		var created, expires int64
		err := row.Scan(&l.Hash, &l.Kind, &l.Email, &l.Data, &created, &expires)
		l.CreatedAt, l.ExpiresAt = fromMillis(created), fromMillis(expires)
		return l, err
	}, "SELECT hash, kind, email, data, created_at, expires_at FROM links WHERE hash = $1 AND used_at = 0", hash)
}

// CountFailures is identity.Store's.
func (db *DB) CountFailures(ctx context.Context, names []string, stretch int64) error {
	return db.update(ctx, func(c conn) error {
		for _, name := range names {
			_, err := c.exec(ctx, `INSERT INTO failures (name, stretch, count, at) VALUES ($1, $2, 1, $3)
				ON CONFLICT (name, stretch) DO UPDATE SET count = failures.count + 1`, name, stretch, millis(db.now()))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Failures is identity.Store's.
func (db *DB) Failures(ctx context.Context, names []string, stretch int64) ([]int64, error) {
	all := make([]int64, len(names))
	for i, name := range names {
		n, err := one(ctx, db.reader(), value[int64], "SELECT count FROM failures WHERE name = $1 AND stretch = $2", name, stretch)
		if err != nil && !errors.Is(err, account.ErrNotFound) {
			return nil, err
		}
		all[i] = n
	}
	return all, nil
}

// Record is identity.Store's.
func (db *DB) Record(ctx context.Context, e account.Event) error {
	return db.update(ctx, func(c conn) error { return record(ctx, c, e) })
}

// Events is identity.Store's.
func (db *DB) Events(ctx context.Context, ownerID, before int64, limit int) ([]identity.Entry, error) {
	read := func(row scanner) (identity.Entry, error) {
		var e identity.Entry
		var at int64
		err := row.Scan(&e.Row, &at, &e.Actor.Name, &e.Actor.Address, &e.Action, &e.OwnerID, &e.Subject, &e.Detail)
		e.At = fromMillis(at)
		return e, err
	}
	return many(ctx, db.reader(), read, `SELECT id, at, actor, address, action, owner_id, subject, detail FROM events
		WHERE (owner_id = $1 OR $1 = 0) AND (id < $2 OR $2 = 0) ORDER BY id DESC LIMIT $3`, ownerID, before, limit)
}

// PutSession is identity.SessionStore's.
func (db *DB) PutSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `INSERT INTO sessions (token, data, expires_at) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, token, data, millis(expires))
		return err
	})
}

// Session is identity.SessionStore's.
func (db *DB) Session(ctx context.Context, token string, now time.Time) ([]byte, error) {
	return one(ctx, db.reader(), value[[]byte], "SELECT data FROM sessions WHERE token = $1 AND expires_at > $2", token, millis(now))
}

// DropSession is identity.SessionStore's.
func (db *DB) DropSession(ctx context.Context, token string) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "DELETE FROM sessions WHERE token = $1", token)
		return err
	})
}

// Clean is identity.Store's.
func (db *DB) Clean(ctx context.Context, before time.Time) error {
	return db.update(ctx, func(c conn) error {
		for _, statement := range []string{
			"DELETE FROM sessions WHERE expires_at < $1",
			"DELETE FROM links WHERE expires_at < $1",
			"DELETE FROM failures WHERE at < $1",
			"DELETE FROM oauth_requests WHERE expires_at < $1",
			"DELETE FROM oauth_devices WHERE expires_at < $1",
			"DELETE FROM oauth_tokens WHERE refresh_expires < $1",
			`DELETE FROM logins WHERE used_at < $1 AND NOT EXISTS (SELECT 1 FROM oauth_tokens t WHERE t.login_id = logins.id)`,
		} {
			if _, err := c.exec(ctx, statement, millis(before)); err != nil {
				return err
			}
		}
		return nil
	})
}
