package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// Edit reads config.json, lets change have its way with it, and writes it if anything changed. Two processes that edit at the
// same time take turns, so that neither loses what the other stored. Its errors are *Error, and those of change.
func Edit(path string, change func(*File) error) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fail("", "%s cannot be made: %v", Tilde(filepath.Dir(path)), plain(err))
	}
	unlock, err := lock(path + ".lock")
	if err != nil {
		return fail("", "%s cannot be locked: %v", Tilde(path), plain(err))
	}
	defer unlock()
	f, err := ReadFile(path)
	if err != nil {
		return err
	}
	if err := change(f); err != nil || !f.changed {
		return err
	}
	return f.Write()
}

const (
	lockPatience = 5 * time.Second
	lockPoll     = 5 * time.Millisecond
)

var errLocked = errors.New("another process has been holding it for long")

// lock waits for its turn, and returns what ends it. A process that dies ends its turn with it.
func lock(path string) (unlock func(), err error) { return lockWithin(path, lockPatience) }

func lockWithin(path string, patience time.Duration) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(patience); !tryLock(f); time.Sleep(lockPoll) {
		if time.Now().After(deadline) {
			_ = f.Close()
			return nil, errLocked
		}
	}
	return func() { _ = f.Close() }, nil
}

func makeFolder(folder string) error {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return err
	}
	return os.Chmod(folder, folderMode)
}

// Write stores the file for the user alone: mode 0600 in a folder of mode 0700, which is made where it is absent. Whoever
// reads meanwhile, and whoever comes after a crash, finds the old file or the new one, whole. Its errors are *Error.
func (f *File) Write() error {
	if err := f.write(); err != nil {
		return fail("", "%s cannot be written: %v", Tilde(f.Path), plain(err))
	}
	return nil
}

func (f *File) write() error {
	var text bytes.Buffer
	if err := json.Indent(&text, f.root.encode(), "", "  "); err != nil {
		return fmt.Errorf("internal error: %w", err)
	}
	text.WriteByte('\n')
	if err := makeFolder(filepath.Dir(f.Path)); err != nil {
		return err
	}
	// People keep their settings elsewhere behind a link: the link stays.
	path := realPath(f.Path)
	removeLeftovers(path)
	staged, err := stage(path, text.Bytes())
	if err != nil {
		return err
	}
	if err := os.Rename(staged, path); err != nil {
		_ = os.Remove(staged)
		return err
	}
	f.mode, f.changed = nil, false
	return syncFolder(filepath.Dir(path))
}

// stage writes data, down to the disk, into a new file beside path.
func stage(path string, data []byte) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), stagedPattern(path)) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func stagedPattern(path string) string { return "." + filepath.Base(path) + ".*.new" }

// leftoverAge is when a staged file cannot be another process's any more.
const leftoverAge = time.Minute

// removeLeftovers takes away what a crash between stage and rename left: it may hold a key that the user has since removed.
func removeLeftovers(path string) {
	folder := filepath.Dir(path)
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if ours, _ := filepath.Match(stagedPattern(path), e.Name()); !ours {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// syncFolder makes a rename last through a loss of power. Not every system and file system can; the file is whole either way.
func syncFolder(folder string) error {
	if d, err := os.Open(folder); err == nil {
		_ = d.Sync()
		return d.Close()
	}
	return nil
}
