package identity

import (
	"context"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// Request is an authorization that a program asked for in a browser. It is good for one code.
type Request struct {
	ID         string
	Parameters []byte // as the OAuth server wants them back
	UserID     int64  // who agreed; 0: nobody yet
	CodeHash   []byte // of the code that was given out; nil: none was
	CreatedAt  time.Time
	ApprovedAt time.Time
	ExpiresAt  time.Time
}

// Device is a program on a machine without a browser that waits for somebody to agree elsewhere.
type Device struct {
	CodeHash     []byte
	UserCodeHash []byte
	ClientID     string
	Scopes       string // separated by spaces
	Address      string // from where it asked
	State        DeviceState
	UserID       int64 // who decided
	CreatedAt    time.Time
	ExpiresAt    time.Time
	PolledAt     time.Time
}

// DeviceState is how far a device has come.
type DeviceState string

// The states of a device.
const (
	DeviceWaiting  DeviceState = "waiting"
	DeviceApproved DeviceState = "approved"
	DeviceDenied   DeviceState = "denied"
	DeviceUsed     DeviceState = "used" // its tokens were fetched
)

// Login is one command line that was let in. Its tokens follow each other; where one is used twice, all end.
type Login struct {
	ID        string
	UserID    int64
	ClientID  string
	Scopes    string
	Method    string // "browser" or "device"
	Address   string
	CreatedAt time.Time
	UsedAt    time.Time // when its tokens were renewed last
	RevokedAt time.Time
}

// Token is an access token and the refresh token that came with it.
type Token struct {
	ID             string
	Login          Login
	RefreshHash    []byte
	CreatedAt      time.Time
	AccessExpires  time.Time
	RefreshExpires time.Time
	UsedAt         time.Time // when the refresh token was used
}

// LoginStore keeps what OAuth needs. Methods that give out something once do so atomically: of two that ask at once one gets it.
type LoginStore interface {
	AddRequest(ctx context.Context, r Request) error
	RequestByID(ctx context.Context, id string) (Request, error)
	// ApproveRequest writes who agreed, once.
	ApproveRequest(ctx context.Context, id string, userID int64, at time.Time) error
	// SetCode writes the code of an approved request, once.
	SetCode(ctx context.Context, id string, codeHash []byte, expires time.Time) error
	// TakeCode gives the request of a code and uses the code up. Where it was used before, again is true and the login that it gave
	// is revoked.
	TakeCode(ctx context.Context, codeHash []byte, at time.Time) (r Request, again bool, err error)
	DropRequest(ctx context.Context, id string) error

	AddDevice(ctx context.Context, d Device) error
	// DeviceByUserCode finds a device that waits.
	DeviceByUserCode(ctx context.Context, hash []byte) (Device, error)
	// DecideDevice writes what somebody decided about a device that waits.
	DecideDevice(ctx context.Context, codeHash []byte, state DeviceState, userID int64, at time.Time) error
	// PollDevice gives a device as it was and writes the time. An approved one is used up.
	PollDevice(ctx context.Context, codeHash []byte, at time.Time) (Device, error)

	// AddLogin enters a login with its first token. A login that exists, because it was revoked before it began, refuses:
	// ErrLinkUsed.
	AddLogin(ctx context.Context, t Token, e account.Event) error
	// TokenByID finds a token and the user of its login.
	TokenByID(ctx context.Context, id string) (Token, account.User, error)
	// TokenByRefresh finds a token by its refresh token.
	TokenByRefresh(ctx context.Context, hash []byte) (Token, account.User, error)
	// Renew uses up a refresh token and enters what follows it. Where it was used before, again is true and the login is revoked.
	Renew(ctx context.Context, id string, next Token, e account.Event) (again bool, err error)
	// RevokeLogin ends a login, where it was not before.
	RevokeLogin(ctx context.Context, id string, at time.Time, e account.Event) error
	// LoginsOf lists a user's logins that have not ended, the newest first.
	LoginsOf(ctx context.Context, userID int64, now time.Time) ([]Login, error)

	// SealedKey gives the key of a name, or enters the given one and gives it: all processes get the same.
	SealedKey(ctx context.Context, name string, offer []byte, at time.Time) ([]byte, error)
}
