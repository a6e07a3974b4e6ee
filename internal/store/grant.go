package store

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

// AddRequest is identity.LoginStore's.
func (db *DB) AddRequest(ctx context.Context, r identity.Request) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "INSERT INTO oauth_requests (id, parameters, created_at, expires_at) VALUES ($1, $2, $3, $4)",
			r.ID, r.Parameters, millis(r.CreatedAt), millis(r.ExpiresAt))
		return err
	})
}

const requestColumns = "id, parameters, user_id, code_hash, created_at, approved_at, expires_at"

func readRequest(row scanner) (identity.Request, error) {
	var r identity.Request
	var created, approved, expires int64
	err := row.Scan(&r.ID, &r.Parameters, &r.UserID, &r.CodeHash, &created, &approved, &expires)
	r.CreatedAt, r.ApprovedAt, r.ExpiresAt = fromMillis(created), fromMillis(approved), fromMillis(expires)
	return r, err
}

// RequestByID is identity.LoginStore's.
func (db *DB) RequestByID(ctx context.Context, id string) (identity.Request, error) {
	return one(ctx, db.reader(), readRequest, "SELECT "+requestColumns+" FROM oauth_requests WHERE id = $1", id)
}

// ApproveRequest is identity.LoginStore's.
func (db *DB) ApproveRequest(ctx context.Context, id string, userID int64, at time.Time) error {
	return db.update(ctx, func(c conn) error {
		return execOne(ctx, c, `UPDATE oauth_requests SET user_id = $2, approved_at = $3
			WHERE id = $1 AND user_id = 0 AND expires_at > $3`, id, userID, millis(at))
	})
}

// SetCode is identity.LoginStore's.
func (db *DB) SetCode(ctx context.Context, id string, codeHash []byte, expires time.Time) error {
	return db.update(ctx, func(c conn) error {
		return execOne(ctx, c, "UPDATE oauth_requests SET code_hash = $2, expires_at = $3 WHERE id = $1 AND user_id <> 0 AND code_hash IS NULL",
			id, codeHash, millis(expires))
	})
}

// TakeCode is identity.LoginStore's.
func (db *DB) TakeCode(ctx context.Context, codeHash []byte, at time.Time) (r identity.Request, again bool, err error) {
	err = db.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "UPDATE oauth_requests SET used_at = $2 WHERE code_hash = $1 AND used_at = 0", codeHash, millis(at))
		if err != nil {
			return err
		}
		again = n == 0
		if r, err = one(ctx, c, readRequest, "SELECT "+requestColumns+" FROM oauth_requests WHERE code_hash = $1", codeHash); err != nil {
			return err
		}
		if again {
			return revokeEvenBefore(ctx, c, r.ID, at)
		}
		return nil
	})
	return r, again, err
}

// revokeEvenBefore ends a login, or keeps it from beginning.
func revokeEvenBefore(ctx context.Context, c conn, id string, at time.Time) error {
	_, err := c.exec(ctx, `INSERT INTO logins (id, user_id, client_id, scopes, method, address, created_at, used_at, revoked_at)
		VALUES ($1, 0, '', '', '', '', $2, $2, $2)
		ON CONFLICT (id) DO UPDATE SET revoked_at = $2 WHERE logins.revoked_at = 0`, id, millis(at))
	return err
}

// DropRequest is identity.LoginStore's.
func (db *DB) DropRequest(ctx context.Context, id string) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "DELETE FROM oauth_requests WHERE id = $1 AND code_hash IS NULL", id)
		return err
	})
}

// AddDevice is identity.LoginStore's.
func (db *DB) AddDevice(ctx context.Context, d identity.Device) error {
	return db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `INSERT INTO oauth_devices (code_hash, user_code_hash, client_id, scopes, address, state, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.CodeHash, d.UserCodeHash, d.ClientID, d.Scopes, d.Address, string(d.State), millis(d.CreatedAt), millis(d.ExpiresAt))
		if err != nil && db.isUnique(err) {
			err = identity.ErrDuplicateCode
		}
		return err
	})
}

const deviceColumns = "code_hash, user_code_hash, client_id, scopes, address, state, user_id, created_at, expires_at, polled_at"

func readDevice(row scanner) (identity.Device, error) {
	var d identity.Device
	var created, expires, polled int64
	err := row.Scan(&d.CodeHash, &d.UserCodeHash, &d.ClientID, &d.Scopes, &d.Address, &d.State, &d.UserID, &created, &expires, &polled)
	d.CreatedAt, d.ExpiresAt, d.PolledAt = fromMillis(created), fromMillis(expires), fromMillis(polled)
	return d, err
}

// DeviceByUserCode is identity.LoginStore's.
func (db *DB) DeviceByUserCode(ctx context.Context, hash []byte) (identity.Device, error) {
	return one(ctx, db.reader(), readDevice, "SELECT "+deviceColumns+" FROM oauth_devices WHERE user_code_hash = $1 AND state = 'waiting' AND expires_at > $2",
		hash, millis(db.now()))
}

// DecideDevice is identity.LoginStore's.
func (db *DB) DecideDevice(ctx context.Context, codeHash []byte, state identity.DeviceState, userID int64, at time.Time) error {
	return db.update(ctx, func(c conn) error {
		return execOne(ctx, c, "UPDATE oauth_devices SET state = $2, user_id = $3 WHERE code_hash = $1 AND state = 'waiting' AND expires_at > $4",
			codeHash, string(state), userID, millis(at))
	})
}

// PollDevice is identity.LoginStore's.
func (db *DB) PollDevice(ctx context.Context, codeHash []byte, at time.Time) (d identity.Device, err error) {
	err = db.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "UPDATE oauth_devices SET state = 'used' WHERE code_hash = $1 AND state = 'approved' AND expires_at > $2", codeHash, millis(at))
		if err != nil {
			return err
		}
		if d, err = one(ctx, c, readDevice, "SELECT "+deviceColumns+" FROM oauth_devices WHERE code_hash = $1", codeHash); err != nil {
			return err
		}
		if n == 1 {
			d.State = identity.DeviceApproved
		}
		_, err = c.exec(ctx, "UPDATE oauth_devices SET polled_at = $2 WHERE code_hash = $1", codeHash, millis(at))
		return err
	})
	return d, err
}

const tokenColumns = `t.id, t.refresh_hash, t.created_at, t.access_expires, t.refresh_expires, t.used_at,
	l.id, l.user_id, l.client_id, l.scopes, l.method, l.address, l.created_at, l.used_at, l.revoked_at`

type tokenOfUser struct {
	token identity.Token
	user  account.User
}

func readToken(row scanner) (tokenOfUser, error) {
	var r tokenOfUser
	t, l := &r.token, &r.token.Login
	var created, access, refresh, used, began, renewed, revoked int64
	into, read := userReader()
	err := row.Scan(append([]any{
		&t.ID, &t.RefreshHash, &created, &access, &refresh, &used,
		&l.ID, &l.UserID, &l.ClientID, &l.Scopes, &l.Method, &l.Address, &began, &renewed, &revoked,
	}, into...)...)
	t.CreatedAt, t.AccessExpires, t.RefreshExpires, t.UsedAt = fromMillis(created), fromMillis(access), fromMillis(refresh), fromMillis(used)
	l.CreatedAt, l.UsedAt, l.RevokedAt = fromMillis(began), fromMillis(renewed), fromMillis(revoked)
	r.user = read()
	return r, err
}

const fromTokens = " FROM oauth_tokens t JOIN logins l ON l.id = t.login_id JOIN users u ON u.id = l.user_id JOIN owners o ON o.id = u.owner_id"

// AddLogin is identity.LoginStore's.
func (db *DB) AddLogin(ctx context.Context, t identity.Token, e account.Event) error {
	return db.update(ctx, func(c conn) error {
		l := t.Login
		n, err := c.exec(ctx, `INSERT INTO logins (id, user_id, client_id, scopes, method, address, created_at, used_at, revoked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0) ON CONFLICT DO NOTHING`,
			l.ID, l.UserID, l.ClientID, l.Scopes, l.Method, l.Address, millis(l.CreatedAt))
		if err == nil && n == 0 {
			err = identity.ErrLinkUsed
		}
		if err != nil {
			return err
		}
		if err := insertToken(ctx, c, t); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

func insertToken(ctx context.Context, c conn, t identity.Token) error {
	_, err := c.exec(ctx, `INSERT INTO oauth_tokens (id, login_id, refresh_hash, created_at, access_expires, refresh_expires)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, t.Login.ID, t.RefreshHash, millis(t.CreatedAt), millis(t.AccessExpires), millis(t.RefreshExpires))
	return err
}

// TokenByID is identity.LoginStore's.
func (db *DB) TokenByID(ctx context.Context, id string) (identity.Token, account.User, error) {
	r, err := one(ctx, db.reader(), readToken, "SELECT "+tokenColumns+", "+userColumns+fromTokens+" WHERE t.id = $1", id)
	return r.token, r.user, err
}

// TokenByRefresh is identity.LoginStore's.
func (db *DB) TokenByRefresh(ctx context.Context, hash []byte) (identity.Token, account.User, error) {
	r, err := one(ctx, db.reader(), readToken, "SELECT "+tokenColumns+", "+userColumns+fromTokens+" WHERE t.refresh_hash = $1", hash)
	return r.token, r.user, err
}

// Renew is identity.LoginStore's.
func (db *DB) Renew(ctx context.Context, id string, next identity.Token, e account.Event) (again bool, err error) {
	at := millis(next.CreatedAt)
	err = db.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "UPDATE oauth_tokens SET used_at = $2 WHERE id = $1 AND used_at = 0", id, at)
		if err != nil {
			return err
		}
		if again = n == 0; again {
			if _, err := c.exec(ctx, "UPDATE logins SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0", next.Login.ID, at); err != nil {
				return err
			}
			return record(ctx, c, e)
		}
		if err := execOne(ctx, c, "UPDATE logins SET used_at = $2 WHERE id = $1 AND revoked_at = 0", next.Login.ID, at); err != nil {
			return err
		}
		return insertToken(ctx, c, next)
	})
	return again, err
}

// RevokeLogin is identity.LoginStore's.
func (db *DB) RevokeLogin(ctx context.Context, id string, at time.Time, e account.Event) error {
	return db.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "UPDATE logins SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0", id, millis(at))
		if err != nil || n == 0 {
			return err
		}
		return record(ctx, c, e)
	})
}

// LoginsOf is identity.LoginStore's.
func (db *DB) LoginsOf(ctx context.Context, userID int64, now time.Time) ([]identity.Login, error) {
	read := func(row scanner) (identity.Login, error) {
		var l identity.Login
		var began, used int64
		err := row.Scan(&l.ID, &l.UserID, &l.ClientID, &l.Scopes, &l.Method, &l.Address, &began, &used)
		l.CreatedAt, l.UsedAt = fromMillis(began), fromMillis(used)
		return l, err
	}
	return many(ctx, db.reader(), read, `SELECT id, user_id, client_id, scopes, method, address, created_at, used_at FROM logins l
		WHERE user_id = $1 AND revoked_at = 0
		AND EXISTS (SELECT 1 FROM oauth_tokens t WHERE t.login_id = l.id AND t.used_at = 0 AND t.refresh_expires > $2)
		ORDER BY created_at DESC`, userID, millis(now))
}

// SealedKey is identity.LoginStore's.
func (db *DB) SealedKey(ctx context.Context, name string, offer []byte, at time.Time) ([]byte, error) {
	find := func() ([]byte, error) {
		return one(ctx, db.reader(), value[[]byte], "SELECT sealed FROM oauth_keys WHERE name = $1", name)
	}
	key, err := find()
	if !errors.Is(err, account.ErrNotFound) {
		return key, err
	}
	err = db.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "INSERT INTO oauth_keys (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", name, offer, millis(at))
		return err
	})
	if err != nil {
		return nil, err
	}
	return find()
}
