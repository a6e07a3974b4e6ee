package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Secret holds a key. However it is printed, formatted, encoded or logged, only its beginning shows; Reveal alone gives all of
// it. The zero Secret is empty.
type Secret struct {
	// A pointer, so that fmt prints an address where it cannot call the methods below: in unexported fields of other structs.
	value *string
}

// NewSecret wraps a key as it is.
func NewSecret(key string) Secret {
	if key == "" {
		return Secret{}
	}
	return Secret{&key}
}

// Reveal is the whole key. It is for the header of a request and for config.json, nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty tells that there is no key.
func (s Secret) Empty() bool { return s.value == nil }

const (
	keyPrefix = "qcos-"
	ellipsis  = "…"
	shownOf   = 2  // characters after the prefix, as many as the server keeps in the open
	shortest  = 12 // keys below hide even those: they would be too much of the key
)

// String is the key cut as in qcos-ab…, and empty for the empty Secret.
func (s Secret) String() string {
	key := s.Reveal()
	if key == "" {
		return ""
	}
	prefix := ""
	if strings.HasPrefix(key, keyPrefix) {
		prefix = keyPrefix
	}
	if len(key) < shortest {
		return prefix + ellipsis
	}
	return prefix + key[len(prefix):len(prefix)+shownOf] + ellipsis
}

// Format prints the cut key under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText gives the cut key.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON gives the cut key as a string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// LogValue gives the cut key.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

const longestKey = 4096 // bytes; HTTP servers refuse headers not much longer

// CheckKey tells whether a key can be one at all: something, on one line, that an HTTP header can carry. It asks for no
// particular form, since other servers have other keys. The error never holds any part of the key.
func CheckKey(key string) error {
	switch {
	case key == "":
		return errors.New("is empty")
	case key == "-":
		return errors.New(`is "-", which only qcos configure takes, for standard input`)
	case len(key) > longestKey:
		return fmt.Errorf("is %d bytes long, more than any key", len(key))
	case key != strings.TrimSpace(key):
		return errors.New("begins or ends with a space or a line end")
	}
	for _, c := range []byte(key) {
		switch {
		case c == ' ':
			return errors.New("has a space within")
		case c < ' ' || c == 0x7f:
			return errors.New("has a control character within")
		case c > 0x7e:
			return errors.New("has a character outside of ASCII")
		}
	}
	return nil
}

// tokenPattern is the tokens of a login.
var tokenPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(qs[tr]_)[A-Za-z0-9_-]{12,}`) })

// Redact cuts whatever looks like a key out of text that is quoted back to the user: a key pasted into the wrong place is
// still a key. Folders within a path and names of files (qcos-main/, qcos-report.json) stay readable.
func Redact(text string) string {
	text = tokenPattern().ReplaceAllString(text, "$1"+ellipsis)
	var out strings.Builder
	for {
		i := strings.Index(strings.ToLower(text), keyPrefix)
		if i < 0 {
			return out.String() + text
		}
		end := i + len(keyPrefix)
		for end < len(text) && isKeyByte(text[end]) {
			end++
		}
		word := text[i:end]
		if len(word) > len(keyPrefix) && !isCut(word, text[end:]) && !isFileName(text[:i], word, text[end:]) {
			word = NewSecret(word).String()
		}
		out.WriteString(text[:i])
		out.WriteString(word)
		text = text[end:]
	}
}

func isKeyByte(c byte) bool {
	return c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// isCut tells that the word is a key that has been cut before.
func isCut(word, after string) bool {
	return len(word) <= len(keyPrefix)+shownOf && strings.HasPrefix(after, ellipsis)
}

// isFileName tells a folder in the middle of a path, or a name with an extension, from a key.
func isFileName(before, word, after string) bool {
	const separators = `/\`
	within := before != "" && strings.ContainsAny(before[len(before)-1:], separators) && after != "" && strings.ContainsAny(after[:1], separators)
	dot := strings.LastIndexByte(word, '.')
	return within || dot > 0 && slices.Contains(extensions, strings.ToLower(word[dot+1:]))
}

// extensions are those of files that people give to qcos or get from it.
var extensions = []string{"env", "gz", "inc", "json", "jsonl", "pem", "qasm", "txt", "zip"}
