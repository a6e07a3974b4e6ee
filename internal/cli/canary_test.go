package cli

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/cli/login"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/internal/web/webtest"
)

// TestNoSecretLeaves goes through all flows with everything logged, and then looks for each secret in the server's log, in what commands
// wrote, in the history of the browser and in the source of every page that was not made to show it.
func TestNoSecretLeaves(t *testing.T) {
	tab := webtest.Start(t)
	d := storetest.SQLite(t)
	s := startReplicas(t, d, 1)
	p := newPerson(t, s)
	p.tab = tab
	p.Setenv("QCOS_API_URL", s.url)
	var sources []string
	look := func(paths ...string) {
		for _, path := range paths {
			tab.Go(s.url + path)
			sources = append(sources, tab.Source())
		}
	}
	secrets := map[string]string{"the password": storyPassword}
	once := map[string]bool{} // secrets that one command shows, once
	p.signUp("demo@example.com")
	sources = append(sources, tab.Source())
	p.logInByBrowser()
	for name, value := range p.tokens() {
		secrets[name] = value
	}
	var key struct{ ID, Key string }
	if err := json.Unmarshal([]byte(p.must("auth", "create-key", "--name", "my-app-key", "--save", "--format", "json")), &key); err != nil {
		t.Fatal(err)
	}
	secrets["the key"], once["the key"] = key.Key, true
	p.must("execute", "bell.qasm")
	p.must("auth", "status")
	p.must("configure", "list")
	p.must("user", "info")
	p.must("auth", "list-keys", "--format", "json")
	var rotated struct{ ID, Key string }
	if err := json.Unmarshal([]byte(p.must("auth", "rotate-key", key.ID, "--save", "--format", "json")), &rotated); err != nil {
		t.Fatal(err)
	}
	secrets["the next key"], once["the next key"] = rotated.Key, true
	look("/app/", "/app/keys", "/app/jobs", "/app/account", "/app/try")
	for what, args := range map[string][]string{ // keys and tokens in the wrong places
		"as an id": {"auth", "revoke-key", rotated.Key}, "as a name of a flag": {"--" + rotated.Key}, "as a command": {"auth", rotated.Key},
		"as a server": {"auth", "status", "--api-url", rotated.Key}, "as a profile": {"auth", "status", "--profile", secrets["the refresh token"]},
	} {
		if code, _, _ := p.run(args...); code == exitOK {
			t.Errorf("a secret %s is taken", what)
		}
	}

	link := regexp.MustCompile(`token=(\S+)`).FindStringSubmatch(p.must("admin", "user", "reset-password", "demo@example.com", "--data-dir", d.Options.DataDir, "--secret-file", secretFile(t)))
	secrets["the link"], once["the link"] = link[1], true
	tab.Go(s.url + "/login/reset?token=" + link[1])
	sources = append(sources, tab.Source())
	next := "a second lantern for the orbit"
	secrets["the next password"] = next
	tab.Fill("#password", "short but secret")
	tab.Fill("#password", next)
	tab.PressAway("main button.main")
	tab.WaitText("Your password was changed.")
	sources = append(sources, tab.Source())
	if code, _, _ := p.run("auth", "list-keys"); code != exitAuth { // the reset ended the login
		t.Error("a login survives a reset of the password")
	}
	wrong := "a wrong password with a canary"
	secrets["a wrong password"] = wrong
	tab.PressAway(`form[action="/logout"] button`)
	tab.Fill("#email", "demo@example.com")
	tab.Fill("#password", wrong)
	tab.PressAway("main button.main")
	tab.WaitText("is wrong")
	sources = append(sources, tab.Source())
	tab.Fill("#password", next)
	tab.PressAway("main button.main")
	p.logInByDevice()
	for name, value := range p.tokens() {
		secrets[name+" of the device"] = value
	}
	look("/app/account", "/device")
	p.must("auth", "logout")

	if len(secrets) < 10 || len(sources) < 10 {
		t.Fatalf("%d secrets and %d pages only", len(secrets), len(sources))
	}
	served, written, history := s.log.String(), p.all.String(), strings.Join(tab.History(), "\n")
	if !strings.Contains(served, `"level":"DEBUG"`) && !strings.Contains(served, `"msg":"request"`) || !strings.Contains(written, "level=DEBUG") {
		t.Fatalf("too little was logged:\n%s\n%s", served, written)
	}
	for name, secret := range secrets {
		if len(secret) < 10 {
			t.Fatalf("%s is %q", name, secret)
		}
		for where, text := range map[string]string{"the server's log": served, "the browser's history": history} {
			if holds(text, secret) {
				t.Errorf("%s is in %s", name, where)
			}
		}
		if n := strings.Count(written, secret); n > 0 && !once[name] || n > 1 {
			t.Errorf("commands wrote %s %d times", name, n)
		}
		for i, source := range sources {
			if holds(source, secret) {
				t.Errorf("%s is in the source of page %d", name, i)
			}
		}
	}
	if strings.Contains(history, "?code=") || strings.Contains(history, "&code=") || strings.Contains(history, "token=") {
		t.Errorf("the history is\n%s", history)
	}
}

// holds looks for a secret as it is and as addresses write it.
func holds(text, secret string) bool {
	return strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) || strings.Contains(text, url.PathEscape(secret))
}

// tokens are those of the login in the file.
func (p *person) tokens() map[string]string {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.home, ".qcos", "logins.json"))
	if err != nil {
		p.Fatal(err)
	}
	var c struct{ Logins []login.Login }
	if err := json.Unmarshal(text, &c); err != nil || len(c.Logins) != 1 {
		p.Fatalf("%d logins, %v", len(c.Logins), err)
	}
	return map[string]string{"the access token": c.Logins[0].Token.Access, "the refresh token": c.Logins[0].Token.Refresh}
}

// secretFile is a file with the secret of databases of tests.
func secretFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(fmt.Sprintln(storetest.Secret().Reveal())), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
