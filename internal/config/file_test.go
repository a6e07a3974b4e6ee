package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, path string) *File {
	t.Helper()
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func write(t *testing.T, f *File) string {
	t.Helper()
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const handwritten = `{
  "theme": {"dark": true, "sizes": [1.50, 1e3]},
  "api_key": "qcos-old1-1111-1111",
  "x-note": "kept <as> it is: \u00e9 & 12345678901234567890123",
  "timeout": 60,
  "profiles": {
    "dev": {"color": null, "api_url": "https://dev.example", "api_key": "qcos-devv-1111-1111"},
    "Prod": {}
  },
  "big": 12345678901234567890123
}`

func TestUnknownMembersAreKeptInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(handwritten), 0o600); err != nil {
		t.Fatal(err)
	}
	f := read(t, path)
	f.Set("", Lookup(APIKey), "qcos-new1-1111-1111")
	f.Set("", Lookup(Timeout), "2m")
	f.Set("dev", Lookup(APIKey), "qcos-new2-1111-1111")
	f.Set("Prod", Lookup(MaxRetries), "7")
	f.Set("late", Lookup(BackendKey), "local")
	want := strings.NewReplacer("qcos-old1", "qcos-new1", "qcos-devv", "qcos-new2", "60", `"2m"`, `"Prod": {}`, `"Prod": {"max_retries": 7}, "late": {"backend": "local"}`).Replace(handwritten)
	got := write(t, f)
	if diff := cmp.Diff(compact(t, want), compact(t, got)); diff != "" {
		t.Errorf("the file changed elsewhere (-want +got):\n%s", diff)
	}
	if names := read(t, path).Profiles(); !slices.Equal(names, []string{"dev", "Prod", "late"}) {
		t.Errorf("profiles: %q", names)
	}
}

// compact takes the space between tokens out, and leaves order and spelling.
func compact(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	quoted := false
	for i, c := range text {
		if c == '"' && text[i-1] != '\\' {
			quoted = !quoted
		}
		if quoted || !strings.ContainsRune(" \n", c) {
			b.WriteRune(c)
		}
	}
	if !json.Valid([]byte(text)) {
		t.Fatalf("not valid: %s", text)
	}
	return b.String()
}

func TestUnset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(handwritten), 0o600); err != nil {
		t.Fatal(err)
	}
	f := read(t, path)
	if !f.Unset("", Lookup(APIKey)) || f.Unset("", Lookup(APIKey)) || f.Unset("gone", Lookup(APIKey)) || f.Unset("Prod", Lookup(APIKey)) {
		t.Error("Unset does not tell what was there")
	}
	f.Set("new", Lookup(APIKey), canary)
	for _, name := range []string{APIURL, APIKey} {
		if !f.Unset("dev", Lookup(name)) {
			t.Errorf("%s of dev was not there", name)
		}
	}
	f.Unset("new", Lookup(APIKey))
	if text := write(t, f); strings.Contains(text, "1111") || strings.Contains(text, "NaRy") || !strings.Contains(text, `"color"`) {
		t.Errorf("a key is left, or an unknown member gone:\n%s", text)
	}
	if names := read(t, path).Profiles(); !slices.Equal(names, []string{"dev", "Prod"}) {
		t.Errorf("profiles: %q: dev has an unknown member and stays, new is empty and goes", names)
	}
}

func TestBrokenFilesAreRefusedAndLeftAlone(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{", "line 1, column 2"},
		{"{\n  \"api_key\": qcos\n}", "line 2, column 14"},
		{"{\"a\": 1,}", "line 1, column 9"},
		{"{} {}", "line 1, column 4"},
		{"{\"é\": \"é\" x}", "line 1, column 11"},
		{"not json", "line 1, column 2"},
		{"\x00", "line 1, column 1"},
		{"[]", "line 1, column 1: the file must be an object"},
		{"  \n null", "line 2, column 2"},
		{"{\"api_key\": 1}", "line 1, column 13: api_key must be a string"},
		{"{\n\"profiles\": {\n \"dev\": {\"timeout\": [1]}}}", "line 3, column 21: timeout must be a number"},
		{"{\n\"profiles\": {\n \"dev\": {},\n \"dev\": {}}}", "line 4, column 9: \"dev\" is there twice"},
		{"{\"api_key\": \"a\", \"api_key\": \"b\"}", "is there twice"},
		{strings.Repeat("[", 100000), "depth"},
		{"{\"a\":\"" + strings.Repeat("x", maxFile) + "\"}", "longer than"},
	} {
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFile(path)
		if _, ok := err.(*Error); !ok || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40q: got %v, want %q", c.text, err, c.want)
		}
		if after, _ := os.ReadFile(path); string(after) != c.text {
			t.Errorf("%.40q was changed", c.text)
		}
	}
}

func TestFilesThatHoldNothing(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"empty": "", "space": " \r\n\t", "object": "{}", "marked": "\xef\xbb\xbf{}"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f := read(t, path)
		f.Set("dev", Lookup(APIURL), "https://x.example/<&>")
		if got := write(t, f); got != "{\n  \"profiles\": {\n    \"dev\": {\n      \"api_url\": \"https://x.example/<&>\"\n    }\n  }\n}\n" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if f := read(t, filepath.Join(folder, "absent")); len(f.Profiles()) != 0 {
		t.Errorf("absent: %+v", f)
	}
}

// TestCrashBetweenWriteAndRename stops half-way, as a kill would: the old file is whole, and the next write cleans up.
func TestCrashBetweenWriteAndRename(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(handwritten), 0o600); err != nil {
		t.Fatal(err)
	}
	staged, err := stage(path, []byte(`{"api_key":"`+canary+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(staged)
	if err != nil || sharedMode(info, 0o077) || filepath.Dir(staged) != filepath.Dir(path) {
		t.Errorf("the staged file %s: %v, %v", staged, info.Mode(), err)
	}
	before := read(t, path)
	if text, _ := os.ReadFile(path); string(text) != handwritten {
		t.Error("the file has changed before the rename")
	}
	old := time.Now().Add(-2 * leftoverAge)
	if err := os.Chtimes(staged, old, old); err != nil {
		t.Fatal(err)
	}
	write(t, before)
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left in the folder: %v", left)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config.json")
	f := read(t, path)
	f.Set("", Lookup(APIKey), canary)
	if err := os.Mkdir(path, 0o700); err != nil { // a rename onto a folder fails
		t.Fatal(err)
	}
	err := f.Write()
	if _, ok := err.(*Error); !ok || leaks(err) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("left in the folder: %v", left)
	}
}

func TestWriteKeepsALink(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "dotfiles.json")
	link := filepath.Join(folder, ".qcos", "config.json")
	if err := os.Mkdir(filepath.Dir(link), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte(`{"timeout":5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	f := read(t, link)
	f.Set("", Lookup(MaxRetries), "1")
	write(t, f)
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("the link is gone: %v", err)
	}
	v, ok := read(t, target).Get("", Lookup(MaxRetries))
	if want := (FileValue{"1", 3}); !ok || !reflect.DeepEqual(v, want) {
		t.Errorf("got %+v, want %+v", v, want)
	}
}

// TestEditsTakeTurns: of many edits at once, none is lost.
func TestEditsTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".qcos", "config.json")
	const editors = 20
	errs := make(chan error, editors)
	for i := range editors {
		go func() {
			errs <- Edit(path, func(f *File) error {
				f.Set(fmt.Sprintf("p%d", i), Lookup(Timeout), "5")
				return nil
			})
		}()
	}
	for range editors {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if names := read(t, path).Profiles(); len(names) != editors {
		t.Errorf("%d profiles are left of %d: %q", len(names), editors, names)
	}
}

func TestEditWithoutChangeWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := Edit(path, func(f *File) error { f.Unset("", Lookup(Timeout)); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
	stop := errors.New("stop")
	if err := Edit(path, func(f *File) error { f.Set("", Lookup(Timeout), "5"); return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}
