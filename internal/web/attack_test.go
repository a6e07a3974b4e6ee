package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/web"
)

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestEveryFormRefusesOtherSites walks all routes that take a form, as they are registered.
func TestEveryFormRefusesOtherSites(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	b.createKey("a-key")
	keys, _ := s.accounts.Keys(t.Context(), 1)
	before, _ := s.identity.Events(t.Context(), account.AnyOwner, 0, 100)
	b.from = "https://evil.example"
	forms := s.web.Forms()
	if len(forms) < 15 {
		t.Fatalf("only %d forms were found: %v", len(forms), forms)
	}
	for _, path := range forms {
		path = strings.NewReplacer("{id}", keys[0].ID).Replace(path)
		p := b.post(path, "name", "x", "expires", "0", "once", "1", "email", "a@example.com", "password", goodPassword, "qasm", "qubit q;", "shots", "1", "decision", "approve")
		if p.status != 403 {
			t.Errorf("POST %s from another site: %d", path, p.status)
		}
	}
	after, _ := s.identity.Events(t.Context(), account.AnyOwner, 0, 100)
	if len(after) != len(before) {
		t.Errorf("forms of another site had effects: %v", after[:len(after)-len(before)])
	}
	b.from = ""
	if !b.loggedIn() {
		t.Error("another site logged the user out")
	}
}

func TestSessionFixation(t *testing.T) {
	s := newSite(t)
	s.signedUp("a@example.com")
	attacker := s.browser()
	attacker.get("/signup?token=planted") // a session that the attacker knows
	planted := attacker.client.Jar.Cookies(mustURL(t, s.url))
	if len(planted) == 0 {
		t.Fatal("no session to plant")
	}
	victim := s.browser()
	victim.client.Jar.SetCookies(mustURL(t, s.url), planted)
	victim.post("/login", "email", "a@example.com", "password", goodPassword)
	if !victim.loggedIn() {
		t.Fatal("the victim cannot log in")
	}
	if attacker.loggedIn() {
		t.Error("the attacker's session was logged in with the victim's")
	}
	made := s.browser() // a token that no server gave
	made.client.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "qcos", Value: "made-up-by-the-attacker"}})
	made.post("/login", "email", "a@example.com", "password", goodPassword)
	for _, c := range made.client.Jar.Cookies(mustURL(t, s.url)) {
		if c.Name == "qcos" && c.Value == "made-up-by-the-attacker" {
			t.Error("the server took a token that it did not make")
		}
	}
}

func TestOpenRedirect(t *testing.T) {
	s := newSite(t)
	s.signedUp("a@example.com")
	for _, next := range []string{
		"https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/%09/evil.example", "javascript:alert(1)", "http:evil.example",
		"/app/..//evil.example", "///evil.example", "/app\n//evil.example", "https:/app/", "/oauth/authorize?client_id=x", "/app@evil.example", "//user@evil.example/app/",
	} {
		b := s.browser().stay()
		for _, p := range []page{
			b.post("/login", "email", "a@example.com", "password", goodPassword, "next", next),
			b.get("/login?next=" + url.QueryEscape(next)), // logged in already
			s.browser().stay().post("/signup", "email", fmt.Sprintf("n%d@example.com", time.Now().UnixNano()), "password", goodPassword, "next", next),
		} {
			if p.status != 303 {
				t.Fatalf("%q: status %d\n%s", next, p.status, p.body)
			}
			to := p.header.Get("Location")
			if u := mustURL(t, to); u.Host != "" || u.Scheme != "" || !strings.HasPrefix(to, "/app/") || strings.HasPrefix(to, "//") {
				t.Errorf("next=%q leads to %q", next, to)
			}
		}
	}
	b := s.browser().stay()
	if p := b.post("/login", "email", "a@example.com", "password", goodPassword, "next", "/app/jobs?tag=a"); p.header.Get("Location") != "/app/jobs?tag=a" {
		t.Errorf("a page of our own is forgotten: %q", p.header.Get("Location"))
	}
}

// at sends a login from an address.
func (b *browser) at(address, email, password string) page {
	b.Helper()
	form := url.Values{"email": {email}, "password": {password}}
	r, err := http.NewRequest(http.MethodPost, b.url+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Test-Address", address)
	return b.do(r)
}

func TestLoginsAreThrottledWithoutLockingTheOwnerOut(t *testing.T) {
	s := newSite(t, addresses)
	owner := s.signedUp("a@example.com")
	owner.post("/logout")
	s.beginStretch()
	refusedAt := 0
	for i := range 40 { // from as many addresses: it is the account that is guessed at
		p := s.browser().at(fmt.Sprintf("203.0.113.%d", i), "a@example.com", "a wrong password")
		if p.status == http.StatusTooManyRequests {
			refusedAt = i
			if p.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			break
		}
	}
	if refusedAt == 0 {
		t.Fatal("40 guesses at one account went through")
	}
	if p := s.browser().at("203.0.113.200", "a@example.com", goodPassword); p.status != http.StatusTooManyRequests {
		t.Errorf("behind the limit even the right password tells nothing: %d", p.status)
	}
	if p := owner.at("203.0.113.200", "a@example.com", goodPassword); p.url.Path != "/app/" {
		t.Errorf("the owner is locked out of their own browser: %d", p.status)
	}
	owner.post("/logout")
	s.advance(6 * time.Minute)
	if p := s.browser().at("203.0.113.201", "a@example.com", goodPassword); p.url.Path != "/app/" {
		t.Errorf("after six minutes it is still refused: %d", p.status)
	}

	s.beginStretch()
	t.Run("by address", func(t *testing.T) { // one address that guesses at many accounts; an IPv6 network is one
		refused := false
		for i := range 80 {
			p := s.browser().at(fmt.Sprintf("2001:db8:1:2::%x", i+1), fmt.Sprintf("u%d@example.com", i), "a wrong password")
			refused = refused || p.status == http.StatusTooManyRequests
		}
		if !refused {
			t.Error("80 guesses from one network went through")
		}
		if p := s.browser().at("2001:db8:1:3::1", "u1@example.com", "a wrong password"); p.status == http.StatusTooManyRequests {
			t.Error("another network pays for it")
		}
	})
	t.Run("a mark of another account", func(t *testing.T) { // lets nobody pass the limit
		other := s.browser()
		other.post("/signup", "email", "attacker@example.com", "password", goodPassword)
		other.post("/logout")
		var known string
		for _, c := range other.client.Jar.Cookies(mustURL(t, s.url)) {
			if c.Name == "qcos-known" {
				known = c.Value
			}
		}
		_, mark, ok := strings.Cut(known, ".")
		if !ok {
			t.Fatal("the browser has no mark")
		}
		s.beginStretch()
		refused := false
		for i := range 40 { // with another mark each time, right but for the account, or made up
			b := s.browser()
			b.client.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "qcos-known", Value: fmt.Sprintf("number%d.%s", i, mark)}})
			if i%2 == 0 {
				b.client.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "qcos-known", Value: known}})
			}
			p := b.at(fmt.Sprintf("198.51.100.%d", i), "a@example.com", "a wrong password")
			refused = refused || i%2 == 1 && p.status == http.StatusTooManyRequests // those of one mark share a limit of their own
		}
		if !refused {
			t.Error("marks of another account, or made up, let somebody guess without limit")
		}
	})
}

func TestLoginTellsNotWhoHasAnAccount(t *testing.T) {
	s := newSite(t)
	s.signedUp("a@example.com")
	known := s.browser().post("/login", "email", "a@example.com", "password", "a wrong password")
	unknown := s.browser().post("/login", "email", "b@example.com", "password", "a wrong password")
	if strings.ReplaceAll(known.body, "a@example.com", "b@example.com") != unknown.body || known.status != unknown.status {
		t.Errorf("%d and %d:\n%s\n%s", known.status, unknown.status, known.body, unknown.body)
	}
}

// TestNothingThatIsStoredBecomesMarkup puts markup wherever a user can put text.
func TestNothingThatIsStoredBecomesMarkup(t *testing.T) {
	s := newSite(t)
	const evil = `"'><img src=x onerror=alert(1)><script>alert(2)</script>`
	b := s.browser()
	b.agent = evil
	b.post("/signup", "email", "a@example.com", "password", goodPassword)
	b.post("/logout")
	b.post("/login", "email", "a@example.com", "password", goodPassword)
	b.createKey(evil)
	p := b.post("/app/try", "qasm", "OPENQASM 2.0;\n// </code></pre>"+evil+"\ncreg c[1]; qreg q[1]; measure q -> c;", "shots", "5", "name", evil)
	job := s.finished(b, p.url.Path)
	paths := []string{
		"/app/", "/app/keys", "/app/jobs", "/app/account", job.url.Path, "/app/try?job=" + strings.TrimPrefix(job.url.Path, "/app/jobs/"),
		"/app/jobs?name=" + url.QueryEscape(evil) + "&tag=" + url.QueryEscape(evil) + "&status=" + url.QueryEscape(evil),
		"/device?user_code=" + url.QueryEscape(evil), "/login?next=" + url.QueryEscape("/app/?x="+evil), "/app/authorize?id=" + url.QueryEscape(evil),
		"/app/jobs/" + url.PathEscape(evil), "/app/" + url.PathEscape(evil),
	}
	shown := 0
	for _, path := range paths {
		p := b.get(path)
		if strings.Contains(p.body, "<img") || strings.Contains(p.body, "<script>") || strings.Contains(p.body, evil) {
			t.Errorf("%s has the markup in it:\n%s", path, p.body)
		}
		if strings.Contains(p.body, html.EscapeString("<img src=x")) {
			shown++
		} else {
			t.Log("not on", path)
		}
	}
	if shown < 5 {
		t.Errorf("the text was shown, escaped, by %d pages only: this test sees too little", shown)
	}
	p = b.post("/app/try", "qasm", "OPENQASM 2.0; "+evil, "shots", "5")
	if p.status != 422 || strings.Contains(p.body, "<img") {
		t.Errorf("an error in a circuit (%d) has the markup in it:\n%s", p.status, p.body)
	}
	p = s.browser().post("/login", "email", evil, "password", evil)
	if strings.Contains(p.body, "<img") {
		t.Error("the login page has the markup in it")
	}
}

func TestHeadersOfEveryPage(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	for _, path := range []string{"/app/", "/app/keys", "/app/jobs", "/app/try", "/app/account", "/device", "/login", "/signup", "/app/none", "/app/authorize?id=x", "/oauth/authorize"} {
		p := b.stay().get(path)
		csp := p.header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, must) {
				t.Errorf("%s: the policy lacks %s: %q", path, must, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %q", path, csp)
		}
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if got := p.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestCookiesOverTLS(t *testing.T) {
	s := newSite(t, func(_ *identity.Options, o *web.Options) { o.Secure = true })
	p := s.browser().stay().post("/signup", "email", "a@example.com", "password", goodPassword)
	cookies := (&http.Response{Header: p.header}).Cookies()
	if len(cookies) < 2 {
		t.Fatalf("%d cookies: %v", len(cookies), p.header)
	}
	for _, c := range cookies {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(c.Name, "__Host-") || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %v", c)
		}
	}
	if p.header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
}

func TestDatabaseHoldsNoSessionToken(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	for _, c := range b.client.Jar.Cookies(mustURL(t, s.url)) {
		if c.Name == "qcos" {
			if _, err := s.db.Session(t.Context(), c.Value, time.Now()); err == nil {
				t.Error("the session is stored under the token itself")
			}
			return
		}
	}
	t.Fatal("no session")
}

func TestPagesAreSmall(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	long := "OPENQASM 2.0;\nqreg q[10];\ncreg c[10];\n" + strings.Repeat("U(0.3,0.2,0.1) q[3];\n", 20_000)
	p := b.post("/app/try", "qasm", long, "shots", "10000")
	job := s.finished(b, p.url.Path)
	assets := 0
	for _, a := range []string{"style.css", "script.js", "icon.svg"} {
		assets += len(b.get(s.web.AssetPath(a)).body)
	}
	for _, path := range []string{"/app/", "/app/keys", "/app/jobs", "/app/try", "/app/account", job.url.Path} {
		if p := b.get(path); p.status != 200 || len(p.body)+assets > 100_000 {
			t.Errorf("%s: %d, %d bytes with its assets", path, p.status, len(p.body)+assets)
		}
	}
}
