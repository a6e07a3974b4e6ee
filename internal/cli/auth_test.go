package cli

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

var shownAddress = regexp.MustCompile(`go to\n  (\S+)\n`)

// logInQuietly is qcos auth login with a browser that has no window.
func (p *person) logInQuietly(v *visitor, args ...string) (out, words string) {
	p.Helper()
	var o bytes.Buffer
	e := &safeBuffer{}
	wait := p.start(&o, e, append([]string{"auth", "login"}, args...)...)
	address := p.waitFor(e, shownAddress)
	if page := v.approve(address); !strings.Contains(page, "You are logged in") {
		p.Fatalf("the browser ends with\n%s", page)
	}
	if code := wait(); code != exitOK {
		p.Fatalf("exit code %d: %s", code, e)
	}
	return o.String(), e.String()
}

// waitFor waits until a command writes something, and gives the pattern's group.
func (p *person) waitFor(written *safeBuffer, pattern *regexp.Regexp) string {
	p.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if m := pattern.FindStringSubmatch(written.String()); m != nil {
			return m[1]
		}
	}
	p.Fatalf("it does not write %s but\n%s", pattern, written)
	return ""
}

// member is a person with an account, and a browser without a window in which they are logged in.
func member(t *testing.T, s *replicas) (*person, *visitor) {
	t.Helper()
	p := newPerson(t, s)
	p.Setenv("QCOS_API_URL", s.url)
	v := s.visitor(t)
	v.post("/signup", url.Values{"email": {"demo@example.com"}, "password": {storyPassword}})
	return p, v
}

func TestLoginIsPrintedBeforeTheBrowserOpens(t *testing.T) {
	p, v := member(t, startReplicas(t, storetest.SQLite(t), 1))
	_, words := p.logInQuietly(v)
	address := shownAddress.FindStringSubmatch(words)[1]
	if opened := <-p.opened; opened != address {
		t.Errorf("opened %s, printed %s", opened, address)
	}
	p.Setenv("BROWSER", "/usr/bin/w3m -v") // it would take the terminal
	p.logInQuietly(v)
	select {
	case <-p.opened:
		t.Error("a text browser was opened")
	default:
	}
}

func TestLoginByItselfByCode(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	p, v := member(t, s)
	for name, set := range map[string]func(){
		"over SSH":                 func() { p.Setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22") },
		"no display for a browser": func() { p.Setenv("SSH_CONNECTION", ""); p.Setenv("DISPLAY", "") },
	} {
		set()
		e := &safeBuffer{}
		var o bytes.Buffer
		wait := p.start(&o, e, "auth", "login")
		code := p.waitFor(e, regexp.MustCompile(`type the code\n  (\S+)\n`))
		v.post("/device", url.Values{"user_code": {code}, "decision": {"approve"}})
		if exit := wait(); exit != exitOK || !strings.Contains(e.String(), name) || !strings.Contains(o.String(), "as demo@example.com") {
			t.Errorf("%s: %d\n%s%s", name, exit, o.String(), e)
		}
		p.Setenv("DISPLAY", ":0")
	}
	if len(p.opened) != 0 {
		t.Error("a browser was opened")
	}
}

func TestDeniedLogin(t *testing.T) {
	p, v := member(t, startReplicas(t, storetest.SQLite(t), 1))
	e := &safeBuffer{}
	wait := p.start(&safeBuffer{}, e, "auth", "login")
	page := v.get(p.waitFor(e, shownAddress))
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(page)
	v.post("/app/authorize", url.Values{"id": {id[1]}, "decision": {"deny"}})
	if code := wait(); code != exitAuth || !strings.Contains(e.String(), "the login was denied in the browser") {
		t.Errorf("exit code %d: %s", code, e)
	}
	if _, err := os.Stat(filepath.Join(p.home, ".qcos", "logins.json")); err == nil {
		t.Error("something was stored")
	}
}

func TestSeveralProfiles(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	p, v := member(t, s)
	p.Setenv("QCOS_API_URL", "")
	p.writes(t, ".qcos/config.json", `{"profiles":{"dev":{"api_url":"`+s.url+`"},"ops":{"api_url":"`+s.url+`"}}}`)
	p.logInQuietly(v, "--profile", "dev")
	p.must("auth", "create-key", "--profile", "dev", "--name", "of-dev", "--save")
	if code, _, words := p.run("auth", "list-keys", "--profile", "ops"); code != exitAuth || !strings.Contains(words, "qcos auth login --profile ops") {
		t.Errorf("another profile: %d %s", code, words)
	}
	other := s.visitor(t)
	other.post("/signup", url.Values{"email": {"ops@example.com"}, "password": {storyPassword}})
	p.logInQuietly(other, "--profile", "ops")
	if out := p.must("auth", "list-keys", "--profile", "ops"); strings.Contains(out, "of-dev") {
		t.Errorf("ops sees the keys of dev:\n%s", out)
	}
	p.is(p.must("user", "info", "--profile", "dev"), "User: demo@example\\.com\n(?s:.*)")
	p.is(p.must("auth", "status", "--profile", "dev"), `Logged in to .* \(profile dev\) as demo@example\.com\n(?s:.*)API key: qcos-..… \(profile dev in .*\)\nAlso: .* \(profile ops\) as ops@example\.com\n`)
	var status struct {
		User     string
		LoggedIn bool `json:"logged_in"`
		Store    string
		Others   []struct{ User, Profile string }
	}
	if err := json.Unmarshal([]byte(p.must("auth", "status", "--profile", "ops", "--format", "json")), &status); err != nil ||
		!status.LoggedIn || status.User != "ops@example.com" || status.Store != "file" || len(status.Others) != 1 || status.Others[0].Profile != "dev" {
		t.Errorf("%+v, %v", status, err)
	}
	if out := p.must("auth", "logout", "--all"); strings.Count(out, "✓ Logged out of") != 2 {
		t.Errorf("logged out:\n%s", out)
	}
	if code, _, _ := p.run("auth", "status", "--profile", "dev"); code != exitAuth {
		t.Errorf("status without a login: exit code %d", code)
	}
}

func TestSavedKeyGoesToItsServer(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	p, v := member(t, s)
	p.logInQuietly(v)
	out := p.must("auth", "create-key", "--name", "laptop", "--save", "--scope", "read", "--expires", "90d", "--format", "json")
	var key api.NewKey
	if err := json.Unmarshal([]byte(out), &key); err != nil || key.ExpiresAt == nil || len(key.Scopes) != 1 || key.Scopes[0] != api.ScopeRead {
		t.Fatalf("%s, %v", out, err)
	}
	if life := key.ExpiresAt.Sub(key.CreatedAt.Time); life < 90*24*time.Hour-time.Minute || life > 90*24*time.Hour+time.Minute {
		t.Errorf("it lasts %v", life)
	}
	p.Setenv("QCOS_API_URL", "")
	p.is(p.must("user", "info"), "User: demo@example\\.com\n(?s:.*)")
	if code, _, words := p.run("execute", "bell.qasm"); code != exitAuth || !strings.Contains(words, "execute") {
		t.Errorf("a key that only reads submits: %d %s", code, words)
	}
	var rotated api.RotatedKey
	if err := json.Unmarshal([]byte(p.must("auth", "rotate-key", key.ID, "--save", "--format", "json")), &rotated); err != nil || rotated.OldID != key.ID || rotated.ID == key.ID {
		t.Errorf("%+v, %v", rotated.Key, err)
	}
	if text := p.configFile(t); !strings.Contains(text, string(rotated.NewKey.Secret)) || strings.Contains(text, string(key.Secret)) {
		t.Error("config.json has not the new key in the place of the old one")
	}
}

func TestLoginAloneRunsCircuits(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	p, v := member(t, s)
	code, _, words := p.run("execute", "bell.qasm")
	if code != exitOK || !strings.Contains(words, "running on this machine (no API key was found)") {
		t.Errorf("before: %d %s", code, words)
	}
	p.logInQuietly(v)
	code, _, words = p.run("execute", "bell.qasm")
	if code != exitOK || !strings.Contains(words, "running at "+s.url+" (logged in as demo@example.com)") {
		t.Errorf("logged in: %d %s", code, words)
	}
	s.clock.advance(time.Hour) // the token is renewed
	p.is(p.must("user", "info"), "(?s:.*)Jobs today: 1/10\n(?s:.*)")
	s.clock.advance(31 * 24 * time.Hour) // the login was not used for too long
	if code, _, words := p.run("user", "info"); code != exitAuth || !strings.Contains(words, "has ended") || !strings.Contains(words, "qcos auth login") {
		t.Errorf("after a month: %d %s", code, words)
	}
}

func TestOldKeysAreToldOfOnce(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	p, v := member(t, s)
	p.logInQuietly(v)
	key := p.is(p.must("auth", "create-key", "--name", "old"), `✓ API Key created: `+keyPattern+`\n(?s:.*)`)[1]
	s.clock.advance(91 * 24 * time.Hour)
	p.logInQuietly(v)
	_, out, told := p.run("auth", "list-keys")
	if n := strings.Count(told, "older than 90 days"); n != 1 || strings.Contains(out, "90 days") {
		t.Errorf("told %d times:\n%s%s", n, out, told)
	}
	p.typed = key
	code, _, words := p.run("configure", "--api-key", "-")
	if n := strings.Count(words, "older than 90 days"); code != exitOK || n != 1 {
		t.Errorf("configure: %d, told %d times:\n%s", code, n, words)
	}
}

func TestWhatIsNoKeyID(t *testing.T) {
	u := newUser(t)
	u.offline(t)
	for _, id := range []string{"my-app-key", "qcos-Te5t-aaaa-bbbb", ""} {
		for _, command := range []string{"revoke-key", "rotate-key"} {
			code, _, words := u.does(t, "auth", command, id)
			if code != exitUsage || !strings.Contains(words, "is not the id of a key") || strings.Contains(words, "aaaa") {
				t.Errorf("%s %s: %d %s", command, id, code, words)
			}
		}
	}
	for _, args := range [][]string{
		{"create-key"}, {"create-key", "--name", "x", "--scope", "all"}, {"create-key", "--name", "x", "--expires", "soon"}, {"create-key", "--name", "x", "--expires", "90"}, {"create-key", "--name", "x", "--expires", "0d"},
	} {
		if code, _, words := u.does(t, append([]string{"auth"}, args...)...); code != exitUsage {
			t.Errorf("%v: %d %s", args, code, words)
		}
	}
}

func TestServerWithoutLogin(t *testing.T) {
	u, _ := remoteUser(t)
	code, _, words := u.does(t, "auth", "login")
	if code != exitUsage || !strings.Contains(words, "it has no login of its own") || !strings.Contains(words, "make a key on its dashboard, then store it with qcos configure") {
		t.Errorf("%d %s", code, words)
	}
	u.offline(t)
	if code, _, words := u.does(t, "auth", "login"); code != exitRemote || !strings.Contains(words, "cannot reach http://127.0.0.1:1") {
		t.Errorf("%d %s", code, words)
	}
	if code, _, words := u.does(t, "auth", "login", "--api-url", "http://192.0.2.1"); code != exitUsage || !strings.Contains(words, "in the clear") {
		t.Errorf("%d %s", code, words)
	}
}
