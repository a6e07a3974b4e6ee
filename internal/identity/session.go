package identity

import (
	"context"
	"time"
)

// SessionStore keeps the sessions of browsers. The token that it is given is a hash already.
type SessionStore interface {
	// PutSession enters or replaces a session.
	PutSession(ctx context.Context, token string, data []byte, expires time.Time) error
	// Session gives the data of a session that has not expired by the time. account.ErrNotFound.
	Session(ctx context.Context, token string, now time.Time) ([]byte, error)
	// DropSession ends a session, where there is one.
	DropSession(ctx context.Context, token string) error
}
