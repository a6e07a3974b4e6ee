package config

import (
	"errors"
	"fmt"
)

// Error is what is wrong with a setting or with a file of settings. It is the user's to repair: a usage error for the exit
// code. No key is ever part of it.
type Error struct {
	Detail string // what is wrong, where, and what is allowed
	Next   string // what to do; may be empty
}

func (e *Error) Error() string { return e.Detail }

func fail(next, format string, args ...any) *Error {
	return &Error{Detail: fmt.Sprintf(format, args...), Next: next}
}

// valueError says that a place gave a setting a value that it cannot have.
func valueError(row *Setting, c candidate, why error) *Error {
	if row.Secret {
		return fail("", "the key of %s %v", c.origin, why)
	}
	return fail("", "%s %q of %s: %v", row.Name, show(c.text), c.origin, why)
}

const longestQuote = 200 // bytes of a wrong value that a message repeats

// show prepares a wrong value for a message.
func show(text string) string {
	text = redactURL(Redact(text))
	if len(text) > longestQuote {
		return text[:longestQuote] + "…"
	}
	return text
}

// CheckValue tells whether text can be the value of the setting of this name; its errors are *Error.
func CheckValue(name, text string) error {
	row, err := Find(name)
	if err != nil {
		return err
	}
	why := row.parse(text, &Settings{})
	if why == nil {
		return nil
	}
	if row.Secret {
		return fail("", "the key %v", why)
	}
	return fail("", "%s %q: %v", row.Name, show(text), why)
}

func unknownSetting(name string) error {
	return fail(fmt.Sprintf("settings: %s", list(Names())), "unknown setting %q%s", show(name), suggest(name, Names()))
}

var errEmpty = errors.New("is empty")
