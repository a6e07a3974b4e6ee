package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

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
	folder := filepath.Dir(f.Path)
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return err
	}
	if err := os.Chmod(folder, folderMode); err != nil {
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
	f.mode = nil
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
