package web_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/internal/web"
	"github.com/softquantus/qcos/pkg/api"
)

func TestFromSignUpToRevokedKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := newSiteOn(t, d)
		b := s.signedUp("demo@example.com")
		b.get("/app/").mustHave(t, "demo@example.com", "0<small>&thinsp;/&thinsp;10</small>", "20 qubits, 10,000 shots, low priority")

		number := b.get("/app/keys").once(t)
		form := []string{"name", "my-app-key", "expires", "90", "scope", "", "once", number}
		p := b.post("/app/keys", form...)
		p.mustHave(t, "my-app-key was created", "Store this key securely: it won’t be shown again.")
		key := shownKey.FindString(p.body)
		if !s.keyWorks(key) {
			t.Fatal("the new key does not work")
		}
		if p := b.post("/app/keys", form...); strings.Contains(p.body, "was created") || p.url.Path != "/app/keys" {
			t.Errorf("a form that is sent again makes another key:\n%s", p.body)
		}
		p = b.get("/app/keys")
		if strings.Contains(p.body, key) {
			t.Error("the list of keys shows the key")
		}
		p.mustHave(t, key[:7]+"…")
		keys, err := s.accounts.Keys(t.Context(), account.AnyOwner+1)
		if err != nil || len(keys) != 1 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}

		p = b.post("/app/keys/"+keys[0].ID+"/rotate", "once", p.once(t))
		p.mustHave(t, "New key for my-app-key", "will be invalid in 24 hours")
		next := shownKey.FindString(p.body)
		if !s.keyWorks(key) || !s.keyWorks(next) {
			t.Error("after rotating, both keys work")
		}
		p = b.post("/app/keys/"+keys[0].ID+"/rotate", "once", b.get("/app/keys").once(t))
		p.mustHave(t, "was rotated or revoked before")
		s.advance(24 * time.Hour)
		if s.keyWorks(key) || !s.keyWorks(next) {
			t.Error("24 hours after rotating only the new key works")
		}
		keys, _ = s.accounts.Keys(t.Context(), 1)
		b.post("/app/keys/"+keys[0].ID+"/revoke").mustHave(t, "was revoked")
		if s.keyWorks(next) {
			t.Error("a revoked key works")
		}
		b.get("/app/account").mustHave(t, "Account created", "Key created", "Key rotated", "Key revoked", "127.0.0.1")
	})
}

func TestKeysOfAnotherUserAreNotThere(t *testing.T) {
	s := newSite(t)
	s.signedUp("a@example.com").createKey("theirs")
	keys, err := s.accounts.Keys(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	b := s.signedUp("b@example.com")
	for _, what := range []string{"rotate", "revoke"} {
		if p := b.post("/app/keys/"+keys[0].ID+"/"+what, "once", b.get("/app/keys").once(t)); p.status != 404 {
			t.Errorf("%s of another's key: %d", what, p.status)
		}
	}
	if keys, _ = s.accounts.Keys(t.Context(), 1); len(keys) != 1 || !keys[0].RotatedAt.IsZero() {
		t.Error("another's key was changed")
	}
}

func TestOldKeysAreFlagged(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	b.createKey("old")
	s.advance(91 * 24 * time.Hour)
	b.get("/app/keys").mustHave(t, "older than 90 days", "1 key is older than 90 days")
	b.get("/app/").mustHave(t, "1 older than 90 days")
}

func TestTryShowsTheResult(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	p := b.get("/app/try")
	p.mustHave(t, "OPENQASM 3.0;", "10 of 10 jobs are left today.")
	p = b.post("/app/try", "qasm", "OPENQASM 2.0;\r\nqreg q[2];\r\ncreg c[2];\r\nU(pi/2,0,pi) q[0];\r\nCX q[0],q[1];\r\nmeasure q->c;", "shots", "1000", "name", "bell")
	if !strings.HasPrefix(p.url.Path, "/app/jobs/") {
		t.Fatalf("the circuit was not accepted: %s\n%s", p.url, p.body)
	}
	path := p.url.Path
	p = s.finished(b, path)
	p.mustHave(t, `<svg class="histogram"`, "<title id=\"hist-title\">", `<th scope="row" class="mono wrap">00</th>`, `<th scope="row" class="mono wrap">11</th>`, "1,000 shots.", "CX q[0],q[1];", "stabilizer", "Seed")

	var result api.Result
	if err := json.Unmarshal([]byte(b.get(path+"/result.json").body), &result); err != nil || result.Counts["00"]+result.Counts["11"] != 1000 {
		t.Errorf("the JSON says %v, %v", result.Counts, err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.get(path + "/counts.csv").body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "outcome" {
		t.Errorf("the CSV says %v, %v", rows, err)
	}
	b.get("/app/jobs?name=bell").mustHave(t, "bell", "completed")
	if p := b.get("/app/jobs?status=failed"); strings.Contains(p.body, ">bell<") || !strings.Contains(p.body, "No job matches.") {
		t.Error("the filter by status lets a completed job through")
	}
	b.get("/app/").mustHave(t, "1<small>&thinsp;/&thinsp;10</small>")
	other := s.signedUp("b@example.com")
	for _, under := range []string{"", "/result.json", "/counts.csv"} {
		if p := other.get(path + under); p.status != 404 {
			t.Errorf("another user gets %d for %s", p.status, path+under)
		}
	}
	b.post(path+"/delete").mustHave(t, "were deleted")
	if p := b.get(path); strings.Contains(p.body, "CX q[0]") {
		t.Error("the page of a deleted job shows its circuit")
	}
}

func TestTrySaysWhatIsWrong(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	p := b.post("/app/try", "qasm", "OPENQASM 2.0;\nqreg q[2];\nhh q[0];", "shots", "10")
	p.mustHave(t, `role="alert"`, `<span class="mono">3:1</span>`, "hh q[0];")
	b.post("/app/try", "qasm", "OPENQASM 2.0;\nqreg q[21];", "shots", "10").mustHave(t, "Circuit exceeds your tier limits (21 qubits &gt; 20 max).")
	b.post("/app/try", "qasm", "OPENQASM 2.0;\nqreg q[1];", "shots", "zero").mustHave(t, "Shots is a whole number")
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	other := s.browser()
	if p := other.post("/login", "email", "A@Example.com ", "password", goodPassword); p.url.Path != "/app/" {
		t.Fatalf("login ended at %s", p.url)
	}
	b.post("/app/account/password", "current", "wrong wrong wrong", "password", "another good password").mustHave(t, "This is not your current password.")
	b.post("/app/account/password", "current", goodPassword, "password", "short").mustHave(t, "it needs at least 12")
	b.post("/app/account/password", "current", goodPassword, "password", "another good password").mustHave(t, "Your password was changed.")
	if !b.loggedIn() || other.loggedIn() {
		t.Error("the browser that changed the password stays, the other goes")
	}
	if p := s.browser().post("/login", "email", "a@example.com", "password", goodPassword); p.url.Path == "/app/" {
		t.Error("the old password works")
	}
}

func TestLogout(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	cookies := b.client.Jar.Cookies(mustURL(t, s.url))
	b.post("/logout")
	if b.loggedIn() {
		t.Error("logged in after logging out")
	}
	thief := s.browser()
	thief.client.Jar.SetCookies(mustURL(t, s.url), cookies)
	if thief.loggedIn() {
		t.Error("the cookies of a session that was ended work")
	}
}

func TestDisabledUserIsLoggedOut(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	if _, err := s.accounts.Disable(t.Context(), account.Actor{Name: "admin"}, "a@example.com"); err != nil {
		t.Fatal(err)
	}
	if b.loggedIn() {
		t.Error("a disabled user is logged in")
	}
	s.browser().post("/login", "email", "a@example.com", "password", goodPassword).mustHave(t, "The e-mail address or the password is wrong.")
}

func TestWhoMaySignUp(t *testing.T) {
	policy := func(p identity.SignUpPolicy) siteOption {
		return func(o *identity.Options, _ *web.Options) { o.SignUp, o.DefaultTier = p, account.Pro }
	}
	t.Run("closed", func(t *testing.T) {
		s := newSite(t, policy(identity.Closed))
		s.browser().get("/signup").mustHave(t, "made by its operator")
		s.browser().post("/signup", "email", "a@example.com", "password", goodPassword).mustHave(t, "You cannot sign up")
		if users, _ := s.accounts.Users(t.Context()); len(users) != 0 {
			t.Error("somebody signed up")
		}
	})
	t.Run("invite", func(t *testing.T) {
		s := newSite(t, policy(identity.Invite))
		s.browser().get("/signup").mustHave(t, "need an invitation")
		s.browser().post("/signup", "email", "a@example.com", "password", goodPassword).mustHave(t, "You cannot sign up")
		token, _, err := s.identity.InviteUser(t.Context(), account.Actor{Name: "admin"}, "a@example.com")
		if err != nil {
			t.Fatal(err)
		}
		b := s.browser()
		p := b.get("/signup?token=" + token)
		if strings.Contains(p.url.String(), token) {
			t.Error("the token stays in the address")
		}
		p.mustHave(t, `value="a@example.com" readonly`)
		b.post("/signup", "email", "b@example.com", "password", goodPassword).mustHave(t, "for another e-mail address")
		if p := b.post("/signup", "email", "a@example.com", "password", goodPassword); p.url.Path != "/app/" {
			t.Fatalf("the invitation does not work: %s", p.body)
		}
		b.get("/app/").mustHave(t, ">pro<")
		again := s.browser()
		again.get("/signup?token="+token).mustHave(t, "expired or was used before")
		again.post("/signup", "email", "a@example.com", "password", goodPassword).mustHave(t, "You cannot sign up")
	})
	t.Run("expired", func(t *testing.T) {
		s := newSite(t, policy(identity.Invite))
		token, _, err := s.identity.InviteUser(t.Context(), account.Actor{Name: "admin"}, "a@example.com")
		if err != nil {
			t.Fatal(err)
		}
		s.advance(8 * 24 * time.Hour)
		b := s.browser()
		b.get("/signup?token=" + token)
		b.post("/signup", "email", "a@example.com", "password", goodPassword).mustHave(t, "You cannot sign up")
	})
}

func TestResetByTheOperator(t *testing.T) {
	s := newSite(t)
	b := s.signedUp("a@example.com")
	token, _, err := s.identity.ResetUser(t.Context(), account.Actor{Name: "admin"}, "a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	n := s.browser()
	n.get("/login/reset?token="+token).mustHave(t, "for a@example.com")
	n.post("/login/reset", "password", "short").mustHave(t, "at least 12")
	if p := n.post("/login/reset", "password", "a new one for everybody"); p.url.Path != "/app/" {
		t.Fatalf("the link does not work: %s", p.body)
	}
	if b.loggedIn() {
		t.Error("the session of before the reset is alive")
	}
	again := s.browser()
	again.get("/login/reset?token="+token).mustHave(t, "does not work any more")
	again.post("/login/reset", "password", "yet another password").mustHave(t, "does not work any more")
}
