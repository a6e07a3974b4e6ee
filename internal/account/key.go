package account

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"
	"unicode"
)

const (
	keyHead     = "qcos-"
	keyGroups   = 3
	groupLength = 4
	// PrefixLength is how many characters of a key, after qcos-, are kept in the open, to tell keys apart.
	PrefixLength = 2

	keyIDHead   = "key_"
	keyIDLength = 12

	// Grace is how long a rotated key still works.
	Grace = 24 * time.Hour

	longestName   = 100 // characters of a key's name
	longestGiven  = 256 // bytes of a key that is looked for at all
	maxDailyLimit = 1_000_000_000
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// randomText gives n characters of base62, each equally likely: bytes at or above the largest multiple of 62 are drawn again.
func randomText(n int) string {
	const fair = 256 - 256%len(base62)
	text := make([]byte, 0, n)
	for buf := make([]byte, 2*n); len(text) < n; {
		_, _ = rand.Read(buf) // never fails
		for _, b := range buf {
			if int(b) < fair && len(text) < n {
				text = append(text, base62[int(b)%len(base62)])
			}
		}
	}
	return string(text)
}

// generateKey makes an API key of 12 random characters (71 bits): qcos-xxxx-xxxx-xxxx.
func generateKey() string {
	text := randomText(keyGroups * groupLength)
	return keyHead + text[:4] + "-" + text[4:8] + "-" + text[8:]
}

func generateKeyID() string { return keyIDHead + randomText(keyIDLength) }

// keyPrefix is the part of a key that may be shown.
func keyPrefix(key string) string {
	return key[len(keyHead) : len(keyHead)+PrefixLength]
}

// Key is what a server keeps of an API key. The key itself is not among it.
type Key struct {
	ID      string // key_…
	OwnerID int64
	UserID  int64 // who made it
	// Family is the ID of the key that this one came from by rotation, or its own. A daily limit is counted by family, so that
	// rotating does not double it.
	Family     string
	Name       string
	Prefix     string // PrefixLength characters of the key
	Hash       []byte // Secret.HashKey of the key
	Scopes     Scopes
	DailyLimit int64 // jobs a UTC day within those of the tier; Unlimited

	CreatedAt  time.Time
	LastUsedAt time.Time // to the minute; zero: never
	ExpiresAt  time.Time // zero: never
	RotatedAt  time.Time // zero: not rotated
	RevokedAt  time.Time // zero: not revoked
}

// Shown is the key cut to what may be shown: qcos-ab….
func (k Key) Shown() string { return keyHead + k.Prefix + "…" }

// End is when the key stops working, by expiry, revocation or 24 hours after rotation, whichever is first. The zero time is never.
func (k Key) End() time.Time {
	var end time.Time
	for _, t := range []time.Time{k.ExpiresAt, k.RevokedAt, after(k.RotatedAt, Grace)} {
		if !t.IsZero() && (end.IsZero() || t.Before(end)) {
			end = t
		}
	}
	return end
}

func after(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// Valid reports whether the key works at the time. At the instant of its End it does not any more.
func (k Key) Valid(now time.Time) bool {
	end := k.End()
	return end.IsZero() || now.Before(end)
}

// Rotatable reports whether the key can be rotated: it works and was not rotated before.
func (k Key) Rotatable(now time.Time) bool { return k.RotatedAt.IsZero() && k.Valid(now) }

// matches compares in constant time.
func (k Key) matches(hash []byte) bool { return subtle.ConstantTimeCompare(k.Hash, hash) == 1 }

// KeyRequest is what a new key is to be.
type KeyRequest struct {
	Name       string        // 1 to 100 printable characters
	Scopes     Scopes        // none: all
	Lifetime   time.Duration // 0: for ever
	DailyLimit int64         // jobs a UTC day; Unlimited
}

// CheckKeyName tells whether a key may have this name.
func CheckKeyName(name string) error {
	_, err := KeyRequest{Name: name}.check()
	return err
}

func (r KeyRequest) check() (KeyRequest, error) {
	r.Name = strings.TrimSpace(r.Name)
	n := 0
	for _, c := range r.Name {
		if n++; !unicode.IsPrint(c) {
			return r, fmt.Errorf("the key's name %q has a character that cannot be printed", r.Name)
		}
	}
	scopes, err := ParseScopes(r.Scopes.String())
	r.Scopes = scopes
	switch {
	case err != nil:
		return r, err
	case n == 0:
		return r, fmt.Errorf("the key has no name: give one, such as my-app-key")
	case n > longestName:
		return r, fmt.Errorf("the key's name has %d characters, %d are allowed", n, longestName)
	case r.Lifetime < 0:
		return r, fmt.Errorf("the key's lifetime of %v is below zero", r.Lifetime)
	case r.DailyLimit < 0 || r.DailyLimit > maxDailyLimit:
		return r, fmt.Errorf("the key's limit of %d jobs a day is not 0, for none, to %d", r.DailyLimit, maxDailyLimit)
	}
	return r, nil
}

// newKey makes a key and what is kept of it.
func newKey(secret Secret, r KeyRequest, now time.Time) (Key, string) {
	text := generateKey()
	k := Key{
		ID: generateKeyID(), Name: r.Name, Prefix: keyPrefix(text), Hash: secret.HashKey(text),
		Scopes: r.Scopes, DailyLimit: r.DailyLimit, CreatedAt: now,
	}
	k.Family = k.ID
	if r.Lifetime > 0 {
		k.ExpiresAt = now.Add(r.Lifetime)
	}
	return k, text
}

// successor makes the key that replaces k: another id and secret, the same of everything else, and a lifetime as long as k's.
func (k Key) successor(secret Secret, now time.Time) (Key, string) {
	r := KeyRequest{Name: k.Name, Scopes: k.Scopes, DailyLimit: k.DailyLimit}
	if !k.ExpiresAt.IsZero() {
		r.Lifetime = k.ExpiresAt.Sub(k.CreatedAt)
	}
	next, text := newKey(secret, r, now)
	next.OwnerID, next.UserID, next.Family = k.OwnerID, k.UserID, k.Family
	return next, text
}
