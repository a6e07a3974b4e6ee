package api

import (
	"fmt"
	"io"
)

// Scope is what a key may be used for.
type Scope string

// The scopes.
const (
	ScopeExecute Scope = "execute" // submit and cancel jobs
	ScopeRead    Scope = "read"    // see jobs, results and the account
)

// Key is an API key without its secret.
type Key struct {
	ID         string  `json:"id"` // key_…
	Name       string  `json:"name"`
	Prefix     string  `json:"prefix"` // beginning of the secret, to tell keys apart
	Scopes     []Scope `json:"scopes"`
	CreatedAt  Time    `json:"created_at"`
	LastUsedAt *Time   `json:"last_used_at"` // nil: never
	ExpiresAt  *Time   `json:"expires_at"`   // nil: never
}

// KeyList is all keys of the caller.
type KeyList struct {
	Keys []Key `json:"keys"`
}

// CreateKeyRequest asks for a key.
type CreateKeyRequest struct {
	Name      string  `json:"name"`
	Scopes    []Scope `json:"scopes,omitempty"`     // absent: all
	ExpiresAt *Time   `json:"expires_at,omitempty"` // absent: never
}

// NewKey is a key that was just made: the only answer that ever holds its secret.
type NewKey struct {
	Key
	Secret Secret `json:"key"`
}

// RotatedKey is the new key that takes the place of an old one, which goes on working until OldExpiresAt.
type RotatedKey struct {
	NewKey
	OldID        string `json:"old_id"`
	OldExpiresAt Time   `json:"old_expires_at"`
}

// Secret is a key that opens an account. JSON holds all of it; printed by package fmt it is cut to its first characters, so
// that it does not get into a log with the value around it. string(s) is the whole.
type Secret string

const shownOfSecret = len("qcos-ab")

// String is the beginning of the secret, such as qcos-ab….
func (s Secret) String() string {
	switch {
	case s == "":
		return ""
	case len(s) < 2*shownOfSecret: // what is shown would be too much of it
		return "…"
	}
	return string(s[:shownOfSecret]) + "…"
}

// Format prints the cut secret under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }
