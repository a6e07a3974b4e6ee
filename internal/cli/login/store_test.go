package login

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// memoryRing is a keyring in memory. err is what it answers in the place of everything else.
type memoryRing struct {
	mu   sync.Mutex
	held map[string]string
	err  error
}

func (r *memoryRing) Set(_ context.Context, name, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.held[name] = secret
	}
	return r.err
}

func (r *memoryRing) Get(_ context.Context, name string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return "", r.err
	}
	if s, ok := r.held[name]; ok {
		return s, nil
	}
	return "", ErrNone
}

func (r *memoryRing) Delete(_ context.Context, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, name)
	return r.err
}

func newStore(t *testing.T) (*Store, *memoryRing) {
	t.Helper()
	ring := &memoryRing{held: map[string]string{}}
	return &Store{Path: filepath.Join(t.TempDir(), ".qcos", "logins.json"), Ring: ring, Now: time.Now}, ring
}

func token(n string, life time.Duration) Token {
	return Token{Access: "access-" + n, Refresh: "refresh-" + n, Expires: time.Now().Add(life)}
}

func noRenewal(context.Context, Token) (Token, error) {
	return Token{}, errors.New("nothing is to be renewed")
}

func TestSeveralServersAndProfiles(t *testing.T) {
	for _, place := range []Place{Keyring, File} {
		s, ring := newStore(t)
		for _, l := range []Login{{Server: "https://a"}, {Server: "https://a", Profile: "dev"}, {Server: "https://b"}} {
			l.Store, l.User = place, "x@example.com"
			if err := s.Put(t.Context(), l, token(l.Server+l.Profile, time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range [][3]string{{"https://a", "", "access-https://a"}, {"https://a", "dev", "access-https://adev"}, {"https://b", "", "access-https://b"}} {
			if got, err := s.Access(t.Context(), c[0], c[1], noRenewal); err != nil || got != c[2] {
				t.Errorf("%s %s: %q, %v", c[0], c[1], got, err)
			}
		}
		if _, err := s.Access(t.Context(), "https://b", "dev", noRenewal); !errors.Is(err, ErrNone) {
			t.Errorf("another profile: %v", err)
		}
		if got, err := s.Remove(t.Context(), "https://a", "dev"); err != nil || got.Refresh != "refresh-https://adev" {
			t.Errorf("removed %v, %v", got, err)
		}
		if all, err := s.List(); err != nil || len(all) != 2 || all[0].Token != nil {
			t.Errorf("left are %v, %v", all, err)
		}
		text, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		if inFile := strings.Contains(string(text), "refresh-"); inFile != (place == File) {
			t.Errorf("%s: a token is in the file: %t", place, inFile)
		}
		if (len(ring.held) == 2) != (place == Keyring) {
			t.Errorf("%s: %d tokens in the keyring", place, len(ring.held))
		}
	}
}

func TestFileIsTheUsersAlone(t *testing.T) {
	s, _ := newStore(t)
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: File}, token("1", time.Hour)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{s.Path: 0o600, filepath.Dir(s.Path): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", path, got, want)
		}
	}
}

// TestOneRenewsForAll: a refresh token works once, so of many who find their token expired only one may use it.
func TestOneRenewsForAll(t *testing.T) {
	for _, place := range []Place{Keyring, File} {
		s, _ := newStore(t)
		if err := s.Put(t.Context(), Login{Server: "https://a", Store: place}, token("old", -time.Hour)); err != nil {
			t.Fatal(err)
		}
		var renewals atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				got, err := s.Access(t.Context(), "https://a", "", func(_ context.Context, t Token) (Token, error) {
					renewals.Add(1)
					time.Sleep(20 * time.Millisecond) // as a server takes
					if t.Refresh != "refresh-old" {
						return Token{}, errors.New("not the token that was stored")
					}
					return token("new", time.Hour), nil
				})
				if err != nil || got != "access-new" {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		all.Wait()
		if renewals.Load() != 1 {
			t.Errorf("%s: renewed %d times", place, renewals.Load())
		}
	}
}

func TestEndedLoginIsForgotten(t *testing.T) {
	s, ring := newStore(t)
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: Keyring}, token("old", -time.Hour)); err != nil {
		t.Fatal(err)
	}
	ended := func(context.Context, Token) (Token, error) { return Token{}, ErrEnded }
	if _, err := s.Access(t.Context(), "https://a", "", ended); !errors.Is(err, ErrEnded) {
		t.Errorf("%v", err)
	}
	if _, err := s.Access(t.Context(), "https://a", "", ended); !errors.Is(err, ErrNone) || len(ring.held) != 0 {
		t.Errorf("then %v, %d in the keyring", err, len(ring.held))
	}
}

func TestFailedRenewalKeepsTheLogin(t *testing.T) {
	s, _ := newStore(t)
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: File}, token("old", -time.Hour)); err != nil {
		t.Fatal(err)
	}
	away := func(context.Context, Token) (Token, error) {
		return Token{}, &UnreachableError{"https://a", errors.New("x")}
	}
	if _, err := s.Access(t.Context(), "https://a", "", away); err == nil {
		t.Fatal("a token that nobody gave")
	}
	if _, err := s.Find("https://a", ""); err != nil {
		t.Errorf("a server that is away costs the login: %v", err)
	}
}

func TestLockedKeyringIsSaid(t *testing.T) {
	s, ring := newStore(t)
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: Keyring}, token("1", time.Hour)); err != nil {
		t.Fatal(err)
	}
	ring.err = ErrLocked
	_, err := s.Access(t.Context(), "https://a", "", noRenewal)
	var ringError *KeyringError
	if !errors.As(err, &ringError) || !strings.Contains(err.Error(), "locked") || !strings.Contains(err.Error(), "unlock it") {
		t.Errorf("%v", err)
	}
}

func TestBrokenFileIsSaidAndNotOverwritten(t *testing.T) {
	s, _ := newStore(t)
	if err := os.MkdirAll(filepath.Dir(s.Path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path, []byte(`{"logins":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: File}, token("1", time.Hour)); err == nil || !strings.Contains(err.Error(), "is broken") {
		t.Errorf("%v", err)
	}
	if text, _ := os.ReadFile(s.Path); string(text) != `{"logins":` {
		t.Errorf("it was overwritten with %s", text)
	}
}

func TestOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example": "https://a.example", "https://a.example/api/v1": "https://a.example", "http://127.0.0.1:8080": "http://127.0.0.1:8080",
		"https://a.example/qcos": "https://a.example/qcos",
	} {
		if got := Origin(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
