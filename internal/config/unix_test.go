//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// within fails the test if f has not returned after a generous while: what it guards against is waiting for ever.
func within(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for ever")
		return nil
	}
}

func TestPipesDoNotHang(t *testing.T) {
	w := newWorld(t)
	for name, path := range map[string]string{".env": "project/.env", "config.json": ".qcos/config.json"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(w.sources.Home, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			err := within(t, func() error { _, err := Resolve(w.sources); return err })
			if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestForeignDotEnv(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the superuser can make a file that belongs to somebody else")
	}
	for name, prepare := range map[string]func(root string) error{
		"the file": func(root string) error { return os.Chown(filepath.Join(root, "p/a/.env"), 12345, 12345) },
		"the link": func(root string) error {
			path := filepath.Join(root, "p/a/.env")
			if err := os.Rename(path, filepath.Join(root, "other")); err != nil {
				return err
			}
			if err := os.Symlink(filepath.Join(root, "other"), path); err != nil {
				return err
			}
			return os.Lchown(path, 12345, 12345)
		},
		"the file behind the link": func(root string) error {
			path := filepath.Join(root, "p/a/.env")
			other := filepath.Join(root, "other")
			if err := os.Rename(path, other); err != nil {
				return err
			}
			if err := os.Symlink(other, path); err != nil {
				return err
			}
			return os.Chown(other, 12345, 12345)
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, "p/.git/", "p/.env", "p/a/.env")
			if err := prepare(root); err != nil {
				t.Fatal(err)
			}
			d, warnings, err := findDotEnv(filepath.Join(root, "p/a"), root)
			if err != nil || d == nil || d.Path != filepath.Join(root, "p/.env") {
				t.Errorf("got %+v, %v, want the file above", d, err)
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0], "owned by somebody else") {
				t.Errorf("warnings: %q", warnings)
			}
		})
	}
}

func TestUnreadableFiles(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	w := newWorld(t)
	for _, path := range []string{"project/.env", ".qcos/config.json"} {
		full := w.write(t, path, "", 0o000)
		if _, err := Resolve(w.sources); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: got %v", path, err)
		}
		if err := os.Remove(full); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenPermissionsAreSaid(t *testing.T) {
	w := newWorld(t)
	path := w.write(t, ".qcos/config.json", "{}", 0o600)
	for _, c := range []struct {
		file, folder os.FileMode
		warnings     int
	}{{0o600, 0o700, 0}, {0o644, 0o755, 1}, {0o600, 0o777, 1}, {0o640, 0o770, 2}} {
		if err := os.Chmod(path, c.file); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Dir(path), c.folder); err != nil {
			t.Fatal(err)
		}
		s, err := Resolve(w.sources)
		if err != nil || len(s.Warnings) != c.warnings {
			t.Errorf("modes %o and %o: got %q, %v, want %d warnings", c.file, c.folder, s.Warnings, err, c.warnings)
		}
	}
}

func TestWriteIsForTheUserAlone(t *testing.T) {
	w := newWorld(t)
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	path := w.sources.ConfigFile()
	check := func() {
		t.Helper()
		f, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Set("", Lookup(APIKey), canary)
		if err := f.Write(); err != nil {
			t.Fatal(err)
		}
		for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: mode %v, %v, want %o", p, info.Mode(), err, want)
			}
		}
	}
	check()
	_ = os.Chmod(path, 0o644)
	_ = os.Chmod(filepath.Dir(path), 0o777)
	check()
}
