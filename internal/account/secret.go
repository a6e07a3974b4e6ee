package account

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

const (
	secretBytes   = 32  // of entropy in a generated secret
	shortestGiven = 24  // characters of a secret given by hand
	longestSecret = 512 // characters
)

// Secret is the server's own: keys are stored as HMACs under it, so that the database alone yields none. However it is printed or
// logged, nothing of it shows but its fingerprint. The zero Secret is empty and hashes nothing.
type Secret struct{ keys **secretKeys } // fmt follows one pointer where the methods below are out of its reach, and prints the second

type secretKeys struct{ text, apiKeys, print []byte }

// GenerateSecret makes a secret of 256 random bits.
func GenerateSecret() Secret {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails
	return mustSecret(base64.RawURLEncoding.EncodeToString(raw))
}

// NewSecret takes a secret as text, with spaces and line ends around it cut off: 24 to 512 printable characters.
func NewSecret(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if len(text) < shortestGiven || len(text) > longestSecret {
		return Secret{}, fmt.Errorf("the server's secret has %d characters, %d to %d are allowed: make one with openssl rand -base64 32",
			len(text), shortestGiven, longestSecret)
	}
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return Secret{}, errors.New("the server's secret has a space or a character outside of printable ASCII in it")
		}
	}
	return mustSecret(text), nil
}

// mustSecret derives one key for each use (RFC 5869), so that what is shown of one tells nothing of another.
func mustSecret(text string) Secret {
	derive := func(use string) []byte {
		key, err := hkdf.Key(sha256.New, []byte(text), nil, "qcos server "+use, sha256.Size)
		if err != nil {
			panic("account: " + err.Error()) // only for outputs of more than 8160 bytes
		}
		return key
	}
	keys := &secretKeys{[]byte(text), derive("api keys"), derive("fingerprint")}
	return Secret{&keys}
}

// LoadSecret reads a secret from a file, which nobody but its owner may be able to read or write.
func LoadSecret(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("the server's secret: %w", err)
	}
	defer f.Close()
	if err := checkMode(f, path); err != nil {
		return Secret{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*longestSecret))
	if err != nil {
		return Secret{}, fmt.Errorf("the server's secret: %w", err)
	}
	s, err := NewSecret(string(text))
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// LoadOrCreateSecret is LoadSecret, and where there is no such file it makes one with a new secret and mode 0600 in it. Of several
// processes that do so at once one makes the secret and all get it.
func LoadOrCreateSecret(path string) (s Secret, created bool, err error) {
	s, err = LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	s = GenerateSecret()
	switch err = writeNew(path, append((*s.keys).text, '\n')); {
	case errors.Is(err, fs.ErrExist):
		s, err = LoadSecret(path)
		return s, false, err
	case err != nil:
		return Secret{}, false, fmt.Errorf("the server's secret: %w", err)
	}
	return s, true, nil
}

// writeNew writes a whole file of mode 0600 or none. It gives fs.ErrExist where there is one already.
func writeNew(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Link(f.Name(), path) // unlike a rename, it never replaces
}

// Empty reports that there is no secret.
func (s Secret) Empty() bool { return s.keys == nil }

// Fingerprint tells one secret from another and nothing about it: 16 hexadecimal digits.
func (s Secret) Fingerprint() string {
	if s.Empty() {
		return ""
	}
	mac := hmac.New(sha256.New, (*s.keys).print)
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Derive gives 32 bytes for one further use, such as encrypting what is stored. Different uses give unrelated bytes. It panics
// for an empty Secret.
func (s Secret) Derive(use string) []byte {
	key, err := hkdf.Key(sha256.New, (*s.keys).text, nil, "qcos server use "+use, sha256.Size)
	if err != nil {
		panic("account: " + err.Error())
	}
	return key
}

// HashKey is the keyed hash of an API key under which it is stored and found: HMAC-SHA-256. It panics for an empty Secret.
func (s Secret) HashKey(key string) []byte {
	mac := hmac.New(sha256.New, (*s.keys).apiKeys)
	mac.Write([]byte(key))
	return mac.Sum(nil)
}

// Reveal is the secret as text. It is for a backup, nothing else.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return string((*s.keys).text)
}

// String gives the fingerprint.
func (s Secret) String() string {
	if s.Empty() {
		return "no secret"
	}
	return "secret " + s.Fingerprint()
}

// Format prints the fingerprint under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText gives the fingerprint.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue gives the fingerprint.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
