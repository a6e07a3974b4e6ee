package web_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/web/webtest"
)

var screenshots = flag.String("screenshots", "", "the folder into which pictures of the pages are written")

// inhabited is a site with somebody who has keys and jobs, and a browser in which they are logged in.
func inhabited(t *testing.T) (*site, *browser, *webtest.Tab) {
	t.Helper()
	tab := webtest.Start(t)
	s := newSite(t)
	s.advance(-93 * 24 * time.Hour)
	b := s.signedUp("ada@example.com")
	if _, err := s.accounts.SetTier(t.Context(), account.Actor{Name: "admin"}, "ada@example.com", account.Pro); err != nil {
		t.Fatal(err)
	}
	b.createKey("notebook")
	s.advance(93 * 24 * time.Hour)
	b = s.browser()
	b.post("/login", "email", "ada@example.com", "password", goodPassword)
	b.createKey("my-app-key")
	keys, err := s.accounts.Keys(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.accounts.Authenticate(t.Context(), b.createKey("ci-cd-key")); err != nil {
		t.Fatal(err)
	}
	b.post("/app/keys/"+keys[1].ID+"/rotate", "once", b.get("/app/keys").once(t))

	tab.Go(s.url + "/login")
	tab.Fill("#email", "ada@example.com")
	tab.Fill("#password", goodPassword)
	tab.PressAway("main button.main")
	return s, b, tab
}

const (
	bellCircuit = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n\n// A Bell pair.\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0], q[1];\nmeasure q -> c;\n"
	manyCircuit = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n\n// Five qubits, each turned by another angle.\nqreg q[5];\ncreg c[5];\nry(0.4) q[0];\nry(0.9) q[1];\nry(1.3) q[2];\nry(1.9) q[3];\nry(2.6) q[4];\ncx q[0], q[1];\ncx q[2], q[3];\nmeasure q -> c;\n"
)

// submit runs a circuit by the page and gives the path of its job.
func (b *browser) submit(circuit, name string) string {
	b.Helper()
	p := b.post("/app/try", "qasm", circuit, "shots", "4096", "name", name)
	if !strings.HasPrefix(p.url.Path, "/app/jobs/") {
		b.Fatalf("not accepted:\n%s", p.body)
	}
	b.finished(b, p.url.Path)
	return p.url.Path
}

// TestPagesInABrowser visits every page in a real browser, narrow and wide, light and dark: no error in the console, no request to
// another host, nothing wider than the window, and nothing serious for axe-core.
func TestPagesInABrowser(t *testing.T) {
	s, b, tab := inhabited(t)
	for _, name := range []string{"teleport", "bell", "bell again"} {
		b.submit(bellCircuit, name)
	}
	job := b.submit(manyCircuit, "five angles")
	device, err := s.program().DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	script := webtest.Axe(t)
	pages := []struct{ name, path string }{
		{"overview", "/app/"}, {"keys", "/app/keys"}, {"jobs", "/app/jobs"}, {"job", job}, {"try", "/app/try"}, {"account", "/app/account"},
		{"device", "/device"}, {"device-confirm", "/device?user_code=" + device.UserCode}, {"missing", "/app/none"}, {"no-job-matches", "/app/jobs?name=none"},
		{"consent-gone", "/app/authorize?id=x"}, {"consent", strings.TrimPrefix(s.program().AuthCodeURL("the-state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), s.url)},
	}
	visit := func(name, address string) {
		for _, width := range []int64{390, 1280} {
			for _, dark := range []bool{false, true} {
				if testing.Short() && dark != (width == 1280) {
					continue
				}
				tab.Look(width, dark)
				tab.Go(address)
				what := fmt.Sprintf("%s at %d, dark %t", name, width, dark)
				if p := tab.Problems(404); len(p) > 0 {
					t.Errorf("%s: %v", what, p)
				}
				if wide := webtest.Eval[int](tab, "document.documentElement.scrollWidth"); int64(wide) > width {
					t.Errorf("%s is %d wide", what, wide)
				}
				if dark != (width == 1280) { // the two others differ in colours alone, which these two have
					continue
				}
				for _, f := range tab.Accessibility(script) {
					t.Errorf("%s: %s (%s): %s %s", what, f.ID, f.Impact, f.Help, strings.Join(f.Nodes, "\n    "))
				}
			}
		}
	}
	for _, p := range pages {
		visit(p.name, s.url+p.path)
	}
	tab.WaitText("Log the command line in?") // the last of them, in its living state
	tab.Go(s.url + "/app/")
	tab.PressAway(`form[action="/logout"] button`)
	reset, _, err := s.identity.ResetUser(t.Context(), account.Actor{Name: "admin"}, "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	mailing := newSite(t, withMail(&mailbox{}))
	for _, p := range []struct{ name, address string }{
		{"reset-gone", s.url + "/login/reset"}, {"verify-gone", s.url + "/signup/verify"}, {"login", s.url + "/login"}, {"signup", s.url + "/signup"},
		{"login-for-device", s.url + "/login?next=/device"}, {"forgot", mailing.url + "/login/forgot"}, {"login-with-mail", mailing.url + "/login"},
		{"verify", s.url + "/signup/verify?token=mailed"}, {"reset", s.url + "/login/reset?token=" + reset},
	} {
		visit(p.name, p.address)
	}
	tab.WaitText("for ada@example.com") // whose link works
	for _, h := range tab.Hosts() {
		if !strings.Contains(s.url, h) && !strings.Contains(mailing.url, h) {
			t.Errorf("something was asked of %s", h)
		}
	}
}

// TestScreenshots takes the pictures of docs/pages.md, where make screenshots asks for them.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("only for make screenshots")
	}
	s, b, tab := inhabited(t)
	for name, circuit := range map[string]string{"bell pair": bellCircuit, "rotations, first try": manyCircuit} {
		b.submit(circuit, name)
	}
	job := b.submit(manyCircuit, "rotations")
	picture := func(name, path string, width int64, dark bool) {
		tab.Look(width, dark)
		tab.Go(s.url + path)
		shade := map[bool]string{false: "", true: "-dark"}[dark]
		tab.Screenshot(filepath.Join(*screenshots, fmt.Sprintf("%s-%d%s.png", name, width, shade)))
	}
	for _, p := range []struct{ name, path string }{{"overview", "/app/"}, {"keys", "/app/keys"}, {"job", job}, {"try", "/app/try"}} {
		picture(p.name, p.path, 1280, p.name == "job")
		picture(p.name, p.path, 390, p.name == "keys")
	}
	c := s.program()
	tab.Look(1280, false)
	tab.Go(c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	tab.Screenshot(filepath.Join(*screenshots, "consent-1280.png"))
	tab.Go(s.url + "/app/")
	tab.PressAway(`form[action="/logout"] button`)
	picture("signup", "/signup", 1280, false)
}

// TestMainFlowByKeyboard signs up, makes a key, runs a circuit, reads the result, rotates and revokes without a mouse.
func TestMainFlowByKeyboard(t *testing.T) {
	tab := webtest.Start(t)
	s := newSite(t)
	tab.Look(1280, false)
	tab.Go(s.url + "/signup")
	tab.Fill("#email", "ada@example.com")
	tab.Fill("#password", "short")
	tab.Press("main button.main") // the browser itself refuses
	tab.Fill("#password", "passwordpassword1")
	tab.PressAway("main button.main")
	tab.WaitText("one of those that everybody tries first")
	tab.Fill("#password", goodPassword)
	tab.PressAway("main button.main")
	tab.WaitText("Welcome. Your account is ready.")

	tab.PressAway(`nav a[href="/app/keys"]`)
	tab.Fill("#name", "my-app-key")
	tab.PressAway(`form[action="/app/keys"] button`)
	tab.WaitText("it won’t be shown again")
	key := webtest.Eval[string](tab, "document.getElementById('secret').textContent")
	if !s.keyWorks(key) {
		t.Errorf("%d characters that are no key", len(key))
	}
	if focused := webtest.Eval[bool](tab, "document.activeElement.id == 'secret'"); !focused {
		t.Error("the focus is not on the new key")
	}
	tab.Press("button[data-copy]")

	tab.PressAway(`nav a[href="/app/try"]`)
	tab.PressAway("main form button.main")
	tab.WaitText("Outcomes") // the page follows the job by itself
	tab.WaitText("000")
	tab.WaitText("111")
	if n := webtest.Eval[int](tab, "document.querySelectorAll('svg.histogram rect.bar-fill').length"); n != 2 {
		t.Errorf("%d bars for a GHZ state", n)
	}

	tab.PressAway(`nav a[href="/app/keys"]`)
	tab.Press("summary[aria-label^=Rotate]")
	tab.PressAway("details[open] form button")
	tab.WaitText("will be invalid in 24 hours")
	next := webtest.Eval[string](tab, "document.getElementById('secret').textContent")
	tab.Press("tbody tr:last-child summary[aria-label^=Revoke]")
	tab.PressAway("details[open] form button")
	tab.WaitText("was revoked")
	if s.keyWorks(next) || !s.keyWorks(key) {
		t.Error("the new key is revoked, the old one works on for a day")
	}
	tab.PressAway(`form[action="/logout"] button`)
	tab.WaitText("Log in")
	if p := tab.Problems(422); len(p) > 0 {
		t.Errorf("the console says %v", p)
	}
}
