package identity

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// The rules of passwords. PasswordRules says them in words.
const (
	shortestPassword = 12
	longestPassword  = 256
	fewestDistinct   = 5
)

// PasswordRules is what a form says about passwords.
const PasswordRules = "At least 12 characters, of any kind and with spaces if you like. A few words that do not belong together are easy to remember and hard to guess."

// CheckPassword tells in words why a password cannot be taken.
func CheckPassword(password, email string) error {
	bad := func(format string, args ...any) error {
		return &InputError{Field: "password", Detail: fmt.Sprintf(format, args...)}
	}
	n := utf8.RuneCountInString(password)
	distinct := map[rune]bool{}
	for _, c := range password {
		distinct[c] = true
	}
	name, _, _ := strings.Cut(email, "@")
	plain := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return bad("The password has characters that are no text.")
	case n < shortestPassword:
		return bad("The password has %d characters; it needs at least %d.", n, shortestPassword)
	case n > longestPassword:
		return bad("The password has %d characters; at most %d are allowed.", n, longestPassword)
	case len(distinct) < fewestDistinct:
		return bad("The password repeats the same few characters; use at least %d different ones.", fewestDistinct)
	case strings.Contains(plain, email) || len(name) >= fewestDistinct && strings.Trim(strings.ReplaceAll(plain, name, ""), "0123456789!?.-_ ") == "":
		return bad("The password is little more than your e-mail address; choose something that nobody can look up.")
	case isCommon(plain):
		return bad("The password is one of those that everybody tries first; choose something of your own.")
	}
	return nil
}

// stems are the words of which most bad passwords consist.
var stems = []string{
	"password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "qwertyuiop", "qwertzuiop", "qwerty", "qwertz", "asdfghjkl", "asdfgh", "zxcvbnm",
	"abcdefghijklmnopqrstuvwxyz", "abcdefgh", "abcdef", "iloveyou", "letmein", "welcome", "monkey", "dragon", "football", "baseball", "superman",
	"changeme", "admin", "administrator", "login", "secret", "quantum", "qubit", "softquantus", "qcos", "test", "user", "hello", "123456789", "0123456789",
}

// isCommon tells a password that is made of such words and of digits and marks alone.
func isCommon(plain string) bool {
	for changed := true; changed; {
		changed = false
		for _, stem := range stems {
			if rest := strings.ReplaceAll(plain, stem, ""); rest != plain {
				plain, changed = rest, true
			}
		}
	}
	return strings.Trim(plain, "0123456789!@#$%&*?.,-_+= ") == ""
}

// argonParams are those of the OWASP cheat sheet's second choice: 19 MiB, two passes, one lane.
var argonParams = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// longestQueue is how many passwords may wait to be checked. More are refused: whoever waits longer has given up.
const longestQueue = 512

// hasher bounds how many passwords are hashed at once, so that a rush of logins takes neither the memory nor the processors that
// jobs need.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string // a hash that no password has: checked where there is no user, so that it takes as long
}

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	// The hash of nothing in particular with the parameters of all others.
	h.dummy, _ = argon2id.CreateHash("no password at all", argonParams)
	return h
}

func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > longestQueue {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, argonParams)
}

// matches compares a password with a hash. An empty hash matches nothing and takes as long.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if hash == "" || len(password) > 4*longestPassword {
		_, err := argon2id.ComparePasswordAndHash("another", h.dummy)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}
