package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/web"
)

var mailedLink = regexp.MustCompile(`/[a-z/]+\?token=\S+`)

// withMail sends messages into a mailbox.
func withMail(m *mailbox) siteOption {
	return func(o *identity.Options, w *web.Options) { o.Mailer, o.PublicURL = m, "https://qcos.example" }
}

func TestSignUpByMail(t *testing.T) {
	m := &mailbox{}
	s := newSite(t, withMail(m))
	b := s.browser()
	p := b.post("/signup", "email", "a@example.com", "password", goodPassword)
	p.mustHave(t, "Look into your mail")
	if users, _ := s.accounts.Users(t.Context()); len(users) != 0 {
		t.Fatal("the account is there before the address was confirmed")
	}
	mail := m.next(t, 1)
	link := mailedLink.FindString(mail)
	if !strings.Contains(mail, "https://qcos.example"+link) || strings.Contains(mail, goodPassword) {
		t.Fatalf("the message says\n%s", mail)
	}
	b.get(link).mustHave(t, "Confirm your address")
	if p := b.post("/signup/verify"); p.url.Path != "/app/" {
		t.Fatalf("the link does not work:\n%s", p.body)
	}
	// Whoever has an account is told so by mail, and the page says the same as before.
	again := s.browser().post("/signup", "email", "a@example.com", "password", goodPassword)
	if again.body != p.body || again.status != p.status {
		t.Errorf("the page tells that there is an account:\n%s", again.body)
	}
	if mail := m.next(t, 2); !strings.Contains(mail, "You already have one") {
		t.Errorf("the second message says\n%s", mail)
	}
}

func TestForgottenPassword(t *testing.T) {
	m := &mailbox{}
	s := newSite(t, withMail(m))
	b := s.browser()
	b.post("/signup", "email", "a@example.com", "password", goodPassword)
	b.get(mailedLink.FindString(m.next(t, 1)))
	b.post("/signup/verify")

	n := s.browser()
	known := n.post("/login/forgot", "email", "a@example.com")
	unknown := n.post("/login/forgot", "email", "b@example.com")
	if strings.ReplaceAll(known.body, "a@example", "b@example") != unknown.body || known.status != unknown.status {
		t.Error("the page tells who has an account")
	}
	n.get(mailedLink.FindString(m.next(t, 2)))
	if p := n.post("/login/reset", "password", "a new one for everybody"); p.url.Path != "/app/" {
		t.Fatalf("the link does not work:\n%s", p.body)
	}
	if len(m.sent) != 2 {
		t.Errorf("%d messages were sent, want 2: none to whom has no account", len(m.sent))
	}
}

func TestWithoutMailNothingPretendsToSend(t *testing.T) {
	s := newSite(t)
	if p := s.browser().get("/login"); strings.Contains(p.body, "/login/forgot") {
		t.Error("the login page links to a feature that is off")
	}
	if p := s.browser().get("/login/forgot"); p.status != 404 {
		t.Errorf("/login/forgot answers %d", p.status)
	}
}
