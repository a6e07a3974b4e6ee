package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

// loginPatience is how long somebody may take in the browser.
const loginPatience = 10 * time.Minute

// ByBrowser logs in by the authorization code with PKCE (RFC 7636) and a redirect to a port of this machine (RFC 8252). show is called with the
// address that a browser must open.
func (s *Server) ByBrowser(ctx context.Context, show func(address string)) (Token, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return Token{}, fmt.Errorf("no port of this machine can be opened for the browser to come back to: %w", err)
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	o := s.oauth
	o.RedirectURL = "http://" + l.Addr().String() + "/callback"
	ctx, cancel := context.WithTimeout(ctx, loginPatience)
	defer cancel()
	back := receive(l, state)
	defer back.close()
	show(o.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))
	var r redirect
	select {
	case r = <-back.got:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return Token{}, &RefusedError{"nobody logged in within ten minutes"}
		}
		return Token{}, ctx.Err()
	}
	switch {
	case r.err == "access_denied":
		return Token{}, &RefusedError{"the login was denied in the browser"}
	case r.err != "":
		return Token{}, &RefusedError{"the server refuses the login"}
	}
	t, err := o.Exchange(s.with(ctx), r.code, oauth2.VerifierOption(verifier))
	if err != nil {
		if err = s.worded(err); errors.Is(err, ErrEnded) {
			err = &RefusedError{"the server does not take the code that the browser brought: try again"}
		}
		return Token{}, err
	}
	return tokenOf(t), nil
}

// redirect is what the browser brings back.
type redirect struct{ code, err string }

// receiver waits for the browser at a port of this machine.
type receiver struct {
	got   chan redirect
	shown chan struct{} // closed when the browser has its last page

	answered atomic.Bool // the redirect with the right state came
	server   *http.Server
}

// receive takes the first redirect with the right state. Everything else that comes to the port, from whatever program of this machine,
// is turned away and changes nothing.
func receive(l net.Listener, state string) *receiver {
	r := &receiver{got: make(chan redirect, 1), shown: make(chan struct{})}
	shown := sync.OnceFunc(func() { close(r.shown) })
	m := http.NewServeMux()
	m.HandleFunc("GET /callback", func(w http.ResponseWriter, q *http.Request) {
		v := q.URL.Query()
		given := v.Get("state")
		if subtle.ConstantTimeCompare([]byte(given), []byte(state)) != 1 || v.Get("code") == "" && v.Get("error") == "" {
			http.Error(w, "this is not the answer to the login that waits here", http.StatusBadRequest)
			return
		}
		r.answered.Store(true)
		select {
		case r.got <- redirect{v.Get("code"), v.Get("error")}:
		default: // the second is too late
		}
		to := "/done"
		if v.Get("error") != "" {
			to = "/denied"
		}
		http.Redirect(w, q, to, http.StatusSeeOther) // so that the code is not what stays in the address
	})
	m.HandleFunc("GET /done", page(shown, "You are logged in", "Go back to your terminal. You may close this window."))
	m.HandleFunc("GET /denied", page(shown, "Nothing was logged in", "Go back to your terminal. You may close this window."))
	r.server = &http.Server{Handler: m, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}
	go func() { _ = r.server.Serve(l) }() // ends with close
	return r
}

const lastPage = 2 * time.Second

// close waits until the browser has its last page, where it comes for it.
func (r *receiver) close() {
	ctx, cancel := context.WithTimeout(context.Background(), lastPage)
	defer cancel()
	if r.answered.Load() {
		select {
		case <-r.shown:
		case <-ctx.Done():
		}
	}
	_ = r.server.Shutdown(ctx)
}

const pageText = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%[1]s · qcos</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center;margin:1rem}h1{font-size:1.4rem;margin:0}</style>
<main><h1>%[1]s</h1><p>%[2]s</p></main></html>`

func page(shown func(), title, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("Connection", "close")
		_, _ = fmt.Fprintf(w, pageText, title, text)
		shown()
	}
}

// Code is what somebody types elsewhere to let this machine in.
type Code struct{ Address, Complete, Code string }

// ByDevice logs in by a code that is typed in a browser anywhere (RFC 8628). show is called with it.
func (s *Server) ByDevice(ctx context.Context, show func(Code)) (Token, error) {
	if s.oauth.Endpoint.DeviceAuthURL == "" {
		return Token{}, &NoLoginError{s.Origin, "it has no login by a code"}
	}
	ctx, cancel := context.WithTimeout(s.with(ctx), loginPatience+time.Minute)
	defer cancel()
	o := s.oauth
	o.Scopes = []string{"offline_access"}
	device, err := o.DeviceAuth(ctx)
	if err != nil {
		return Token{}, s.worded(err)
	}
	show(Code{device.VerificationURI, device.VerificationURIComplete, device.UserCode})
	t, err := o.DeviceAccessToken(ctx, device) // waits as long as it is told to, longer where it is told to slow down
	if err != nil {
		return Token{}, s.worded(err)
	}
	return tokenOf(t), nil
}
