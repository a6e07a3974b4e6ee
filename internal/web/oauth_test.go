package web_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/oauth"
	"github.com/softquantus/qcos/internal/store/storetest"
)

// program is a command line that logs in.
func (s *site) program() *oauth2.Config {
	return &oauth2.Config{
		ClientID: oauth.ClientID, RedirectURL: "http://127.0.0.1:45678/callback", Scopes: []string{"openid", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: s.url + oauth.PathAuthorize, TokenURL: s.url + oauth.PathToken, DeviceAuthURL: s.url + oauth.PathDeviceCode, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// consent lets a browser go through a request of a program and gives where it was sent at the end.
func (b *browser) consent(address, decision string) *url.URL {
	b.Helper()
	p := b.get(address)
	if p.url.Path != oauth.PathConsent || p.status != 200 {
		b.Fatalf("no consent page but %s (%d):\n%s", p.url, p.status, p.body)
	}
	still := b.stay()
	p = still.post(oauth.PathConsent, "id", p.url.Query().Get("id"), "decision", decision)
	for p.status == 303 || p.status == 302 {
		to := p.header.Get("Location")
		if strings.HasPrefix(to, "http") && !strings.HasPrefix(to, b.url) {
			return mustURL(b.T, to)
		}
		p = still.get(to)
	}
	b.Fatalf("the browser stays at %s (%d):\n%s", p.url, p.status, p.body)
	return nil
}

// code is that of a request that the browser's user agrees to.
func (b *browser) code(c *oauth2.Config, verifier string) string {
	b.Helper()
	to := b.consent(c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(verifier)), "approve")
	if to.Host != "127.0.0.1:45678" || to.Path != "/callback" || to.Query().Get("state") != "the-state" {
		b.Fatalf("the browser was sent to %s", to)
	}
	return to.Query().Get("code")
}

func (s *site) tokenWorks(token string) bool {
	s.Helper()
	a, err := s.web.OAuth().Authenticate(s.Context(), token)
	if err == nil && a.Key.ID != "" {
		s.Error("a login session has a key")
	}
	return err == nil
}

func TestLoginWithCodeAndPKCE(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := newSiteOn(t, d)
		b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
		token, err := c.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		if !oauth.IsToken(token.AccessToken) || !s.tokenWorks(token.AccessToken) || token.RefreshToken == "" {
			t.Fatal("the tokens do not work")
		}
		if life := time.Until(token.Expiry); life > 16*time.Minute || life < 14*time.Minute {
			t.Errorf("the token lasts %v", life)
		}
		b.get("/app/account").mustHave(t, "Command-line logins", "Browser", "Log out", "Command line logged in")
		s.advance(16 * time.Minute)
		if s.tokenWorks(token.AccessToken) {
			t.Error("an expired token works")
		}
		next, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err != nil {
			t.Fatal(err)
		}
		if !s.tokenWorks(next.AccessToken) || next.RefreshToken == token.RefreshToken {
			t.Error("the refresh token did not rotate")
		}
		revoke(t, s, next.RefreshToken)
		if s.tokenWorks(next.AccessToken) {
			t.Error("the token of a login that was revoked works")
		}
	})
}

func revoke(t *testing.T, s *site, token string) {
	t.Helper()
	answer, err := http.PostForm(s.url+oauth.PathRevoke, url.Values{"token": {token}, "client_id": {oauth.ClientID}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Errorf("revoking: %d", answer.StatusCode)
	}
}

func TestStolenCode(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
	for name, options := range map[string][]oauth2.AuthCodeOption{
		"without verifier": nil, "with another verifier": {oauth2.VerifierOption(oauth2.GenerateVerifier())},
	} {
		code := b.code(c, verifier)
		if _, err := c.Exchange(t.Context(), code, options...); err == nil {
			t.Fatalf("a stolen code %s works", name)
		}
		if _, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); err == nil {
			t.Errorf("a code that was tried %s still works", name)
		}
	}
	late := b.code(c, verifier)
	s.advance(2 * time.Minute)
	if _, err := c.Exchange(t.Context(), late, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("an expired code works")
	}
	other := *c
	other.RedirectURL = "http://127.0.0.1:45679/callback"
	if _, err := other.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a code works with another redirect_uri")
	}
}

func TestReusedCodeEndsTheLogin(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
	code := b.code(c, verifier)
	token, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); err == nil {
		t.Fatal("a code works twice")
	}
	if s.tokenWorks(token.AccessToken) {
		t.Error("the login of a code that was used twice goes on")
	}
}

func TestReusedRefreshTokenEndsTheLogin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := newSiteOn(t, d)
		b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
		first, err := c.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		another, err := c.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		refresh := func(token *oauth2.Token) (*oauth2.Token, error) {
			return c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		}
		second, err := refresh(first)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := refresh(first); err == nil {
			t.Fatal("a refresh token works twice")
		}
		if s.tokenWorks(second.AccessToken) {
			t.Error("the access token of the family works")
		}
		if _, err := refresh(second); err == nil {
			t.Error("the refresh token of the family works")
		}
		if !s.tokenWorks(another.AccessToken) {
			t.Error("another login of the user ended too")
		}
		b.get("/app/account").mustHave(t, "token was used twice")
	})
}

func TestWhatIsNoProperRequest(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com").stay(), s.program(), oauth2.GenerateVerifier()
	change := func(name, value string) string {
		u := mustURL(t, c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(verifier)))
		q := u.Query()
		q.Set(name, value)
		if value == "" {
			q.Del(name)
		}
		u.RawQuery = q.Encode()
		return u.String()
	}
	if p := b.get(change("scope", "openid offline_access")); p.status != 302 {
		t.Fatalf("a proper request: %d", p.status)
	}
	for _, redirect := range []string{
		"https://evil.example/callback", "http://evil.example/callback", "http://127.0.0.1.evil.example/callback", "http://127.0.0.1:1@evil.example/callback",
		"http://127.0.0.1:45678/other", "http://127.0.0.1:45678/callback?x=1", "http://localhost:45678/callback", "qcos://callback", "//evil.example/callback",
		"http://127.0.0.1:45678/callback#x", "https://127.0.0.1:45678/callback", "http://u:p@127.0.0.1:45678/callback",
	} {
		p := b.get(change("redirect_uri", redirect))
		if p.status != 400 {
			t.Errorf("redirect_uri=%s: %d, to %s", redirect, p.status, p.header.Get("Location"))
		}
	}
	for _, bad := range [][2]string{
		{"code_challenge", ""}, {"code_challenge_method", "plain"}, {"code_challenge_method", ""}, {"state", ""}, {"response_type", "token"},
		{"response_type", "id_token"}, {"response_mode", "form_post"}, {"client_id", "another"}, {"client_id", ""},
	} {
		p := b.get(change(bad[0], bad[1]))
		to := p.header.Get("Location")
		if strings.Contains(to, oauth.PathConsent) || p.status == 200 {
			t.Errorf("%s=%q was taken: %d %s", bad[0], bad[1], p.status, to)
		}
	}
}

// TestRequestBelongsToItsBrowser: an attacker begins a login, lets the victim agree to it, and fetches the code.
func TestRequestBelongsToItsBrowser(t *testing.T) {
	s := newSite(t)
	victim := s.signedUp("victim@example.com")
	attacker := s.browser()
	c, verifier := s.program(), oauth2.GenerateVerifier()
	p := attacker.stay().get(c.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	consent := p.header.Get("Location")
	id := mustURL(t, consent).Query().Get("id")
	victim.get(consent).mustHave(t, "begun in another browser")
	victim.post(oauth.PathConsent, "id", id, "decision", "approve").mustHave(t, "Nothing to decide")
	if p := attacker.stay().get(oauth.PathCallback + "?id=" + url.QueryEscape(id)); p.status != 302 || !strings.Contains(p.header.Get("Location"), "error=") {
		t.Errorf("the attacker gets %d %s", p.status, p.header.Get("Location"))
	}
	if p := victim.stay().get(oauth.PathCallback + "?id=" + url.QueryEscape(id)); p.status != 403 {
		t.Errorf("the callback of another browser's request: %d", p.status)
	}
}

func TestDenied(t *testing.T) {
	s := newSite(t)
	b, c := s.signedUp("a@example.com"), s.program()
	to := b.consent(c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), "deny")
	if q := to.Query(); q.Get("error") != "access_denied" || q.Get("state") != "the-state" || q.Get("code") != "" {
		t.Errorf("the browser was sent to %s", to)
	}
}

func TestLoginOnTheWayToConsent(t *testing.T) {
	s := newSite(t)
	s.signedUp("a@example.com")
	b, c, verifier := s.browser(), s.program(), oauth2.GenerateVerifier()
	p := b.get(c.AuthCodeURL("the-state", oauth2.S256ChallengeOption(verifier)))
	p.mustHave(t, "to continue with the command line")
	next := p.url.Query().Get("next")
	p = b.post("/login", "email", "a@example.com", "password", goodPassword, "next", next)
	p.mustHave(t, "Log the command line in?", "a@example.com", "127.0.0.1:45678")
	p = b.post("/logout", "next", next) // as somebody else
	s.signedUp("b@example.com")
	p = b.post("/login", "email", "b@example.com", "password", goodPassword, "next", p.url.Query().Get("next"))
	p.mustHave(t, "b@example.com", "Log the command line in?")
	p = b.stay().post(oauth.PathConsent, "id", p.url.Query().Get("id"), "decision", "approve")
	p = b.stay().get(p.header.Get("Location"))
	token, err := c.Exchange(t.Context(), mustURL(t, p.header.Get("Location")).Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := s.web.OAuth().Authenticate(t.Context(), token.AccessToken); err != nil || a.User.Email != "b@example.com" {
		t.Errorf("logged in as %v, %v", a.User.Email, err)
	}
}

func TestLoginByDevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := newSiteOn(t, d)
		b, c := s.signedUp("a@example.com"), s.program()
		device, err := c.DeviceAuth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if device.VerificationURI != s.url+"/device" || device.Interval != 5 {
			t.Errorf("%+v", device)
		}
		if got := pollDevice(t, s, device.DeviceCode); got != "authorization_pending" {
			t.Errorf("before anybody agreed: %s", got)
		}
		if got := pollDevice(t, s, device.DeviceCode); got != "slow_down" {
			t.Errorf("asked again at once: %s", got)
		}
		b.get("/device").mustHave(t, "Type the code that your terminal shows.")
		lower := strings.ToLower(strings.ReplaceAll(device.UserCode, "-", " "))
		b.get("/device?user_code="+url.QueryEscape(lower)).mustHave(t, "Log this device in?", device.UserCode, "a@example.com")
		s.advance(6 * time.Second)
		b.post("/device", "user_code", device.UserCode, "decision", "approve").mustHave(t, "The device is logged in")
		token, err := c.DeviceAccessToken(t.Context(), &oauth2.DeviceAuthResponse{DeviceCode: device.DeviceCode, Interval: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !s.tokenWorks(token.AccessToken) {
			t.Error("the token does not work")
		}
		if got := pollDevice(t, s, device.DeviceCode); got != "access_denied" {
			t.Errorf("a device code works twice: %s", got)
		}
		next, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err != nil || !s.tokenWorks(next.AccessToken) {
			t.Errorf("no refresh: %v", err)
		}
		b.post("/device", "user_code", device.UserCode, "decision", "approve").mustHave(t, "No device waits with this code")

		denied, err := c.DeviceAuth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.post("/device", "user_code", denied.UserCode, "decision", "deny").mustHave(t, "The device was sent away")
		if got := pollDevice(t, s, denied.DeviceCode); got != "access_denied" {
			t.Errorf("denied: %s", got)
		}
		late, err := c.DeviceAuth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.advance(11 * time.Minute)
		b.post("/device", "user_code", late.UserCode, "decision", "approve").mustHave(t, "No device waits with this code")
		if got := pollDevice(t, s, late.DeviceCode); got != "expired_token" {
			t.Errorf("expired: %s", got)
		}
	})
}

// pollDevice asks once and gives the word of the error.
func pollDevice(t *testing.T, s *site, code string) string {
	t.Helper()
	answer, err := http.PostForm(s.url+oauth.PathToken, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {oauth.ClientID},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var said struct {
		Error string `json:"error"`
	}
	text, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, json.Unmarshal(text, &said)); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return said.Error
}

func TestDeviceCodesCannotBeGuessed(t *testing.T) {
	s := newSite(t)
	b, c := s.signedUp("a@example.com"), s.program()
	device, err := c.DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.beginStretch()
	if device, err = c.DeviceAuth(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused := false
	for range 20 {
		refused = refused || b.get("/device?user_code=BBBB-BBBB").status == http.StatusTooManyRequests
	}
	if !refused {
		t.Fatal("20 guesses went through")
	}
	if p := b.post("/device", "user_code", device.UserCode, "decision", "approve"); p.status != http.StatusTooManyRequests {
		t.Errorf("the right code after too many wrong ones: %d", p.status)
	}
	if p := s.browser().get("/device?user_code=" + device.UserCode); p.url.Path != "/login" {
		t.Error("nobody may look codes up without a login")
	}
}

func TestPasswordChangeEndsLogins(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
	token, err := c.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	b.post("/app/account/password", "current", goodPassword, "password", "another good password")
	if s.tokenWorks(token.AccessToken) {
		t.Error("a login from before the change of the password works")
	}
	if _, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err == nil {
		t.Error("a refresh token from before the change of the password works")
	}
}

func TestDisabledUserHasNoLogin(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
	token, err := c.Exchange(t.Context(), b.code(c, verifier), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.accounts.Disable(t.Context(), account.Actor{Name: "admin"}, "a@example.com"); err != nil {
		t.Fatal(err)
	}
	if s.tokenWorks(token.AccessToken) {
		t.Error("the token of a disabled user works")
	}
	if _, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err == nil {
		t.Error("the refresh token of a disabled user works")
	}
}

func TestForgedTokens(t *testing.T) {
	s := newSite(t)
	b, c, verifier := s.signedUp("a@example.com"), s.program(), oauth2.GenerateVerifier()
	code := b.code(c, verifier)
	token, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	last := token.AccessToken[len(token.AccessToken)-2]
	flipped := token.AccessToken[:len(token.AccessToken)-2] + string('A'+(last-'A'+1)%26) + token.AccessToken[len(token.AccessToken)-1:]
	for name, text := range map[string]string{"a flipped letter": flipped, "a refresh token": token.RefreshToken, "a code": code, "nothing": "qst_", "an ID token": token.Extra("id_token").(string)} {
		if s.tokenWorks(text) {
			t.Errorf("%s works as an access token", name)
		}
	}
}

func TestReplicasShareTheSigningKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var keys []string
		for range 2 { // two servers on one database
			s := newSiteOn(t, d)
			keys = append(keys, s.browser().get(oauth.PathKeys).body)
		}
		if keys[0] != keys[1] || !strings.Contains(keys[0], `"kid"`) || strings.Contains(keys[0], `"d"`) {
			t.Errorf("the keys are\n%s\n%s", keys[0], keys[1])
		}
	})
}

func TestDiscoveryNamesWhatThereIs(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{oauth.PathDiscovery, oauth.PathDiscoveryPlus} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(s.browser().get(path).body), &doc); err != nil {
			t.Fatal(err)
		}
		if doc["issuer"] != s.url {
			t.Errorf("issuer %v", doc["issuer"])
		}
		n := 0
		for name, value := range doc {
			address, _ := value.(string)
			if !strings.HasSuffix(name, "_endpoint") && name != "jwks_uri" {
				continue
			}
			n++
			path := strings.TrimPrefix(address, s.url)
			if s.browser().get(path).status == 404 && s.browser().post(path).status == 404 {
				t.Errorf("%s is %s, which is not there", name, address)
			}
		}
		if n < 5 {
			t.Errorf("%d endpoints in %v", n, doc)
		}
	}
	for _, path := range []string{"/oauth/none", "/oauth/introspect", "/userinfo", "/end_session"} {
		if p := s.browser().get(path); p.status != 404 {
			t.Errorf("%s answers %d", path, p.status)
		}
	}
}

// TestBeginningsAreCountedForAllServers: whoever begins logins without end is told to wait, at whatever server of the database.
func TestBeginningsAreCountedForAllServers(t *testing.T) {
	d := storetest.Postgres(t)
	one, other := newSiteOn(t, d, addresses), newSiteOn(t, d, addresses)
	one.beginStretch()
	other.advance(one.ahead)
	begin := func(s *site, address string) int {
		r, err := http.NewRequest(http.MethodPost, s.url+oauth.PathDeviceCode, strings.NewReader(url.Values{"client_id": {oauth.ClientID}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Test-Address", address)
		return s.browser().do(r).status
	}
	for i := range 300 {
		if status := begin([]*site{one, other}[i%2], "203.0.113.1"); status != http.StatusOK {
			t.Fatalf("login %d: %d", i, status)
		}
	}
	for _, s := range []*site{one, other} {
		if status := begin(s, "203.0.113.1"); status != http.StatusTooManyRequests {
			t.Errorf("one more: %d", status)
		}
		if status := begin(s, "203.0.113.2"); status != http.StatusOK {
			t.Errorf("another address pays for it: %d", status)
		}
	}
}
