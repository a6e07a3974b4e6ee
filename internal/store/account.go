package store

import (
	"context"
	"errors"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

const userColumns = "u.id, u.email, u.created_at, u.disabled_at, o.id, o.kind, o.tier, o.created_at"

// userReader gives where the columns of userColumns go, and what makes a user of them.
func userReader() (into []any, read func() account.User) {
	var u account.User
	var created, disabled, ownerCreated int64
	into = []any{&u.ID, &u.Email, &created, &disabled, &u.Owner.ID, &u.Owner.Kind, &u.Owner.Tier, &ownerCreated}
	return into, func() account.User {
		u.CreatedAt, u.DisabledAt, u.Owner.CreatedAt = fromMillis(created), fromMillis(disabled), fromMillis(ownerCreated)
		return u
	}
}

func readUser(row scanner) (account.User, error) {
	into, read := userReader()
	err := row.Scan(into...)
	return read(), err
}

// CreateUser is account.Store's.
func (db *DB) CreateUser(ctx context.Context, u account.User, e account.Event) (account.User, error) {
	err := db.update(ctx, func(c conn) error {
		var err error
		if u, err = insertUser(ctx, c, u); err != nil {
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

// insertUser enters a user with an owner of their own.
func insertUser(ctx context.Context, c conn, u account.User) (account.User, error) {
	var err error
	u.Owner.ID, err = one(ctx, c, value[int64], "INSERT INTO owners (kind, tier, created_at) VALUES ($1, $2, $3) RETURNING id",
		string(u.Owner.Kind), string(u.Owner.Tier), millis(u.Owner.CreatedAt))
	if err != nil {
		return u, err
	}
	u.ID, err = one(ctx, c, value[int64], "INSERT INTO users (email, owner_id, created_at, disabled_at) VALUES ($1, $2, $3, $4) RETURNING id",
		u.Email, u.Owner.ID, millis(u.CreatedAt), millis(u.DisabledAt))
	return u, err
}

// record enters an event into the audit log.
func record(ctx context.Context, c conn, e account.Event) error {
	_, err := c.exec(ctx, "INSERT INTO events (at, actor, address, action, owner_id, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		millis(e.At), e.Actor.Name, e.Actor.Address, e.Action, e.OwnerID, e.Subject, e.Detail)
	return err
}

// UserByEmail is account.Store's.
func (db *DB) UserByEmail(ctx context.Context, email string) (account.User, error) {
	return one(ctx, db.reader(), readUser, "SELECT "+userColumns+" FROM users u JOIN owners o ON o.id = u.owner_id WHERE u.email = $1", email)
}

// Users is account.Store's.
func (db *DB) Users(ctx context.Context) ([]account.User, error) {
	return many(ctx, db.reader(), readUser, "SELECT "+userColumns+" FROM users u JOIN owners o ON o.id = u.owner_id ORDER BY u.email")
}

// SetTier is account.Store's.
func (db *DB) SetTier(ctx context.Context, ownerID int64, tier account.Tier, e account.Event) error {
	return db.changeAccess(ctx, func(c conn) error {
		if err := execOne(ctx, c, "UPDATE owners SET tier = $2 WHERE id = $1", ownerID, string(tier)); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

// SetDisabled is account.Store's.
func (db *DB) SetDisabled(ctx context.Context, userID int64, at time.Time, e account.Event) error {
	return db.changeAccess(ctx, func(c conn) error {
		if err := execOne(ctx, c, "UPDATE users SET disabled_at = $2 WHERE id = $1", userID, millis(at)); err != nil {
			return err
		}
		return record(ctx, c, e)
	})
}

// JobsOn is account.Store's.
func (db *DB) JobsOn(ctx context.Context, ownerID int64, day account.Day) (int64, error) {
	n, err := one(ctx, db.reader(), value[int64], "SELECT jobs FROM usage WHERE owner_id = $1 AND day = $2", ownerID, int64(day))
	if errors.Is(err, account.ErrNotFound) {
		return 0, nil
	}
	return n, err
}
