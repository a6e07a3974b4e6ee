package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// oauthServer answers as an OAuth server does, with whatever the test wants at the token endpoint.
func oauthServer(t *testing.T, token http.HandlerFunc) *httptest.Server {
	t.Helper()
	m := http.NewServeMux()
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{
			"authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token", "device_authorization_endpoint": s.URL + "/device", "revocation_endpoint": s.URL + "/revoke",
		})
	})
	m.HandleFunc("POST /token", token)
	m.HandleFunc("POST /device", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"device_code":"dc","user_code":"ABCD-EFGH","verification_uri":"%s/device","expires_in":600,"interval":1}`, s.URL)
	})
	return s
}

func get(t *testing.T, address string) (status int, at *url.URL, body string) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Error(err)
		return 0, &url.URL{}, ""
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Request.URL, string(text)
}

// TestPortOfAnotherProgram: whatever another program of this machine sends to our port, with a state of its own, a code of its own, an error,
// changes nothing; only the right state counts.
func TestPortOfAnotherProgram(t *testing.T) {
	var exchanged url.Values
	s := oauthServer(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		exchanged = r.PostForm
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":900}`)
	})
	at, err := Discover(t.Context(), s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := at.ByBrowser(t.Context(), func(address string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Error(err)
		}
		q := u.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || len(q.Get("state")) < 20 {
			t.Errorf("the request is %v", q)
		}
		back := q.Get("redirect_uri")
		for _, forged := range []string{"?code=forged", "?code=forged&state=", "?code=forged&state=x", "?error=access_denied", "?error=access_denied&state=y", "", "?state=" + q.Get("state")} {
			if status, _, _ := get(t, back+forged); status != http.StatusBadRequest {
				t.Errorf("%s was taken: %d", forged, status)
			}
		}
		go func() { // as the browser
			status, last, body := get(t, back+"?code=right&state="+url.QueryEscape(q.Get("state")))
			if status != 200 || last.Path != "/done" || last.RawQuery != "" || !strings.Contains(body, "You are logged in") {
				t.Errorf("the browser ends at %s with %d", last, status)
			}
		}()
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Access != "a" || got.Refresh != "r" || exchanged.Get("code") != "right" || len(exchanged.Get("code_verifier")) < 43 {
		t.Errorf("got %v by %v", got, exchanged)
	}
}

func TestDeniedInTheBrowser(t *testing.T) {
	s := oauthServer(t, func(http.ResponseWriter, *http.Request) { t.Error("a token is asked for") })
	at, err := Discover(t.Context(), s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = at.ByBrowser(t.Context(), func(address string) {
		u, _ := url.Parse(address)
		go get(t, u.Query().Get("redirect_uri")+"?error=access_denied&state="+url.QueryEscape(u.Query().Get("state")))
	})
	var refused *RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "denied") {
		t.Errorf("%v", err)
	}
}

func TestStoppedLogin(t *testing.T) {
	s := oauthServer(t, func(http.ResponseWriter, *http.Request) {})
	at, err := Discover(t.Context(), s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := at.ByBrowser(ctx, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestPollingObeys: slow_down and authorization_pending are waited out, denial and expiry end it.
func TestPollingObeys(t *testing.T) {
	answers := []string{"authorization_pending", "slow_down", ""}
	s := oauthServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		next := answers[0]
		answers = answers[1:]
		if next == "" {
			fmt.Fprint(w, `{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":900}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":%q}`, next)
	})
	at, err := Discover(t.Context(), s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	if !testing.Short() { // slow_down means five seconds more
		if got, err := at.ByDevice(t.Context(), func(Code) {}); err != nil || got.Access != "a" {
			t.Errorf("%v, %v", got, err)
		}
	}
	for word, want := range map[string]string{"access_denied": "denied", "expired_token": "expired"} {
		answers = []string{word}
		if _, err := at.ByDevice(t.Context(), func(Code) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestServersThatOneCannotLogInTo(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"no document":  {"", "it has no login of its own"},
		"not JSON":     {"<html>", "it has no login of its own"},
		"another host": {`{"authorization_endpoint":"https://evil.example/a","token_endpoint":"https://evil.example/t"}`, "it calls itself https://evil.example"},
		"token host":   {`{"authorization_endpoint":"SELF/a","token_endpoint":"https://evil.example/t"}`, "it calls itself https://evil.example"},
		"with a user":  {`{"authorization_endpoint":"SELF/a","token_endpoint":"http://u:p@127.0.0.1/t"}`, "it calls itself"},
	} {
		var s *httptest.Server
		s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.answer == "" {
				http.NotFound(w, nil)
				return
			}
			_, _ = io.WriteString(w, strings.ReplaceAll(c.answer, "SELF", s.URL))
		}))
		_, err := Discover(t.Context(), s.URL, "")
		var none *NoLoginError
		if !errors.As(err, &none) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
		var away *UnreachableError
		if _, err := Discover(t.Context(), s.URL, ""); !errors.As(err, &away) {
			t.Errorf("%s, away: %v", name, err)
		}
	}
}

func TestRenewalThatIsRefused(t *testing.T) {
	status, body := 400, `{"error":"invalid_grant"}`
	s := oauthServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	at, err := Discover(t.Context(), s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.Renew(t.Context(), Token{Refresh: "secret-refresh"}); !errors.Is(err, ErrEnded) {
		t.Errorf("%v", err)
	}
	status, body = 503, `{}`
	var away *UnreachableError
	if _, err := at.Renew(t.Context(), Token{Refresh: "secret-refresh"}); !errors.As(err, &away) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
