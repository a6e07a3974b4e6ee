package login

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secretService starts a session bus and a real keyring on it, unlocked, until the test ends. Where they are not installed, the test is
// skipped and says so.
func secretService(t *testing.T) {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon", "dbus-send"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("NOT TESTED ON A KEYRING: there is no " + program + " (install Debian's packages dbus and gnome-keyring)")
		}
	}
	home := t.TempDir()
	runtime := filepath.Join(home, "run")
	for _, folder := range []string{runtime, filepath.Join(home, "data")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	t.Setenv("DISPLAY", "")
	bus := exec.Command("dbus-daemon", "--session", "--print-address", "--nofork", "--nopidfile")
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, bus)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus does not start: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	ring := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	ring.Stdin = strings.NewReader("the password of the keyring")
	start(t, ring)
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		// A call to a name that nobody has yet would make the bus start a daemon of its own, one without this keyring.
		out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets").CombinedOutput()
		if err == nil && strings.Contains(string(out), "boolean true") {
			out, err = exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets/collection/login",
				"org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked").CombinedOutput()
			if err == nil && strings.Contains(string(out), "boolean false") { // it answers first and is unlocked then
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the keyring does not open: %v: %s", err, out)
		}
	}
}

func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
}

// TestRealKeyring keeps a login in GNOME's keyring over D-Bus, and then locks it.
func TestRealKeyring(t *testing.T) {
	secretService(t)
	ring := SystemRing{Patience: 10 * time.Second}
	if err := Probe(t.Context(), ring); err != nil {
		t.Fatalf("a keyring that is open is refused: %v", err)
	}
	s := &Store{Path: filepath.Join(t.TempDir(), "logins.json"), Ring: ring, Now: time.Now}
	if err := s.Put(t.Context(), Login{Server: "https://a", Store: Keyring}, token("old", -time.Hour)); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(s.Path); err != nil || strings.Contains(string(text), "refresh") {
		t.Errorf("the file holds the token: %v", err)
	}
	renew := func(_ context.Context, got Token) (Token, error) {
		if got.Refresh != "refresh-old" {
			t.Errorf("the keyring gave back %v", got)
		}
		return token("new", time.Hour), nil
	}
	for range 2 {
		if got, err := s.Access(t.Context(), "https://a", "", renew); err != nil || got != "access-new" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	lock := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login")
	if out, err := lock.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.Ring = SystemRing{Patience: 3 * time.Second}
	began := time.Now()
	_, err := s.Access(t.Context(), "https://a", "", renew)
	var ringError *KeyringError
	if !errors.As(err, &ringError) || !errors.Is(err, ErrLocked) {
		t.Errorf("a locked keyring says, after %v: %v", time.Since(began), err)
	}
	if err := Probe(t.Context(), s.Ring); err == nil {
		t.Error("a locked keyring is taken for one that is open")
	}
}

func TestNoKeyringIsSaidAtOnce(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if _, err := os.Stat("/run/user"); err == nil && os.Getuid() != 0 {
		t.Skip("NOT TESTED: this session may have a bus")
	}
	if err := Probe(t.Context(), SystemRing{}); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("%v", err)
	}
}
