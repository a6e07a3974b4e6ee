package store

import (
	"context"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

const keyColumns = `k.id, k.owner_id, k.user_id, k.family, k.name, k.prefix, k.hash, k.scopes, k.daily_limit,
	k.created_at, k.last_used_at, k.expires_at, k.rotated_at, k.revoked_at`

// keyReader gives where the columns of keyColumns go, and what makes a key of them.
func keyReader() (into []any, read func() (account.Key, error)) {
	var k account.Key
	var scopes string
	var created, used, expires, rotated, revoked int64
	into = []any{
		&k.ID, &k.OwnerID, &k.UserID, &k.Family, &k.Name, &k.Prefix, &k.Hash, &scopes, &k.DailyLimit,
		&created, &used, &expires, &rotated, &revoked,
	}
	return into, func() (account.Key, error) {
		k.CreatedAt, k.LastUsedAt, k.ExpiresAt = fromMillis(created), fromMillis(used), fromMillis(expires)
		k.RotatedAt, k.RevokedAt = fromMillis(rotated), fromMillis(revoked)
		var err error
		k.Scopes, err = account.ParseScopes(scopes)
		return k, err
	}
}

func readKey(row scanner) (account.Key, error) {
	into, read := keyReader()
	if err := row.Scan(into...); err != nil {
		return account.Key{}, err
	}
	return read()
}

// CreateKey is account.Store's.
func (db *DB) CreateKey(ctx context.Context, k account.Key, e account.Event) error {
	return db.update(ctx, func(c conn) error {
		if err := insertKey(ctx, c, k); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

func insertKey(ctx context.Context, c conn, k account.Key) error {
	_, err := c.exec(ctx, `INSERT INTO api_keys (id, owner_id, user_id, family, name, prefix, hash, scopes, daily_limit,
		created_at, last_used_at, expires_at, rotated_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		k.ID, k.OwnerID, k.UserID, k.Family, k.Name, k.Prefix, k.Hash, k.Scopes.String(), k.DailyLimit,
		millis(k.CreatedAt), millis(k.LastUsedAt), millis(k.ExpiresAt), millis(k.RotatedAt), millis(k.RevokedAt))
	return err
}

// Keys is account.Store's.
func (db *DB) Keys(ctx context.Context, ownerID int64) ([]account.Key, error) {
	return many(ctx, db.reader(), readKey, "SELECT "+keyColumns+" FROM api_keys k WHERE k.owner_id = $1 ORDER BY k.created_at, k.id", ownerID)
}

// KeyByID is account.Store's.
func (db *DB) KeyByID(ctx context.Context, id string) (account.Key, error) {
	return one(ctx, db.reader(), readKey, "SELECT "+keyColumns+" FROM api_keys k WHERE k.id = $1", id)
}

// KeyByHash is account.Store's. The owner is the key's, which need not be the one of the user who made it.
func (db *DB) KeyByHash(ctx context.Context, hash []byte) (account.Key, account.User, error) {
	a, ok, asked := db.bus.access.get(hash)
	if ok {
		return a.key, a.user, nil
	}
	a, err := one(ctx, db.reader(), readAccess, "SELECT "+keyColumns+", "+userColumns+
		" FROM api_keys k JOIN users u ON u.id = k.user_id JOIN owners o ON o.id = k.owner_id WHERE k.hash = $1", hash)
	if err == nil {
		db.bus.access.put(hash, a, asked)
	}
	return a.key, a.user, err
}

func readAccess(row scanner) (a access, err error) {
	keyInto, readKey := keyReader()
	userInto, readUser := userReader()
	if err = row.Scan(append(keyInto, userInto...)...); err != nil {
		return a, err
	}
	a.user = readUser()
	a.key, err = readKey()
	return a, err
}

// changeAccess is update for what changes what keys give. Once it returns without an error, no process gives what was before.
func (db *DB) changeAccess(ctx context.Context, do func(conn) error) error {
	if err := db.change(ctx, func(c conn) ([]notice, error) { return []notice{{kind: accesses}}, do(c) }); err != nil {
		return err
	}
	if _, shared := db.engine.(*postgresDB); !shared {
		return nil
	}
	select { // it is done whether somebody waits for the answer or not
	case <-ctx.Done():
	case <-time.After(accessWait):
	}
	return nil
}

// RevokeKey is account.Store's.
func (db *DB) RevokeKey(ctx context.Context, id string, at time.Time, e account.Event) error {
	return db.changeAccess(ctx, func(c conn) error {
		n, err := c.exec(ctx, "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0", id, millis(at))
		if err != nil {
			return err
		}
		if n == 0 { // unknown, or revoked before: then there is nothing to record
			_, err = one(ctx, c, value[string], "SELECT id FROM api_keys WHERE id = $1", id)
			return err
		}
		return record(ctx, c, e)
	})
}

// RotateKey is account.Store's.
func (db *DB) RotateKey(ctx context.Context, id string, at time.Time, successor account.Key, e account.Event) error {
	return db.changeAccess(ctx, func(c conn) error {
		n, err := c.exec(ctx, `UPDATE api_keys SET rotated_at = $2 WHERE id = $1 AND rotated_at = 0 AND revoked_at = 0
			AND (expires_at = 0 OR expires_at > $2)`, id, millis(at))
		if err != nil {
			return err
		}
		if n == 0 {
			return account.ErrNotRotatable
		}
		if err := insertKey(ctx, c, successor); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

// TouchKey is account.Store's.
func (db *DB) TouchKey(ctx context.Context, id string, at time.Time) error {
	db.bus.access.touch(id, at)
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2", id, millis(at))
		return err
	})
}
