package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// LoginsFile is the path of the file that says which servers the user is logged in to, "" without a home.
func (s Sources) LoginsFile() string {
	if s.Home == "" {
		return ""
	}
	return filepath.Join(s.Home, ".qcos", "logins.json")
}

// ReadPrivate reads a file of the user's own; nil where there is none. Its errors are *Error.
func ReadPrivate(path string) ([]byte, error) {
	data, err := ReadSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("", "%s %v", Tilde(path), err)
	}
	return data, nil
}

// EditPrivate lets change have its way with a file of the user's own (nil where there is none) and writes what it returns, where that
// is another: whole or not at all, with mode 0600 in a folder of mode 0700. Of processes that do so at the same time each waits for
// its turn, for at most patience. Its errors are *Error, and those of change.
func EditPrivate(path string, patience time.Duration, change func(old []byte) ([]byte, error)) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fail("", "%s cannot be made: %v", Tilde(filepath.Dir(path)), plain(err))
	}
	unlock, err := lockWithin(path+".lock", patience)
	if err != nil {
		return fail("", "%s cannot be locked: %v", Tilde(path), plain(err))
	}
	defer unlock()
	old, err := ReadPrivate(path)
	if err != nil {
		return err
	}
	data, err := change(old)
	if err != nil || bytes.Equal(old, data) {
		return err
	}
	if err := replace(path, data); err != nil {
		return fail("", "%s cannot be written: %v", Tilde(path), plain(err))
	}
	return nil
}

func replace(path string, data []byte) error {
	removeLeftovers(path)
	staged, err := stage(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(staged, path); err != nil {
		_ = os.Remove(staged)
		return err
	}
	return syncFolder(filepath.Dir(path))
}
