// Package web is the pages of a server: sign-up, login, the dashboard with keys and jobs, and the two pages on which somebody lets a
// command line in. They are rendered here, with one style sheet and a few dozen lines of script that they work without; nothing is
// asked of another host. It knows no SQL: it speaks to account.Service, identity.Service, job.Service and the OAuth server.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/alexedwards/scs/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/oauth"
)

// Options are what the pages are made of. Accounts, Identity, Jobs and Secret are needed.
type Options struct {
	Accounts  *account.Service
	Identity  *identity.Service
	Jobs      job.Service
	Secret    account.Secret
	PublicURL string // of the server, without a slash at the end; "": what a request says
	Secure    bool   // browsers reach the server by TLS
	Version   string
	// Address is where a request comes from; nil: the connection's other end.
	Address func(*http.Request) netip.Addr
	Log     *slog.Logger // nil: nothing is logged
}

// Server answers the pages. It is safe for concurrent use.
type Server struct {
	o        Options
	log      *slog.Logger
	sessions *scs.SessionManager
	oauth    *oauth.Server
	pages    *pages
	handler  http.Handler
	patterns []string        // of all pages
	stopping context.Context // ends when the server stops: pages that follow jobs are let go
	stop     context.CancelFunc
}

// New puts the pages together, and the OAuth server that they belong to.
func New(o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log}
	s.stopping, s.stop = context.WithCancel(context.Background())
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.o.Address == nil {
		s.o.Address = connected
	}
	s.sessions = newSessions(o, s.failed)
	var err error
	if s.pages, err = parsePages(o.Identity.Now); err != nil {
		return nil, err
	}
	s.oauth, err = oauth.New(oauth.Options{
		Identity: o.Identity, Secret: o.Secret, Binder: binder{s.sessions}, PublicURL: o.PublicURL, Address: s.o.Address,
	})
	if err != nil {
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// Stop ends the answers that go on as long as a page is open. It is called when the server stops.
func (s *Server) Stop() { s.stop() }

// OAuth is the OAuth server.
func (s *Server) OAuth() *oauth.Server { return s.oauth }

// Over answers the pages and passes everything else on. A browser that visits the root is sent to the pages.
func (s *Server) Over(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isPage(r.URL.Path):
			s.handler.ServeHTTP(w, r)
		case r.URL.Path == "/" && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html"):
			w.Header().Set("Vary", "Accept")
			http.Redirect(w, r, "/app/", http.StatusSeeOther)
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// isPage tells the paths of this package from those of the API.
func isPage(path string) bool {
	for _, p := range []string{"/signup", "/login", "/logout", "/device", "/app", "/oauth", "/.well-known"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

func (s *Server) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /app/assets/{name}", s.asset)
	s.oauth.Register(m, func(h http.Handler) http.Handler { return s.sessions.LoadAndSave(h) })

	page := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		s.patterns = append(s.patterns, pattern)
		m.Handle(pattern, s.sessions.LoadAndSave(s.answer(h)))
	}
	own := func(pattern string, h func(http.ResponseWriter, *http.Request, visitor) error) {
		page(pattern, s.loggedIn(h))
	}
	page("GET /signup", s.signUpPage)
	page("POST /signup", s.signUp)
	page("GET /signup/verify", s.verifyPage)
	page("POST /signup/verify", s.verify)
	page("GET /login", s.loginPage)
	page("POST /login", s.login)
	page("GET /login/forgot", s.forgotPage)
	page("POST /login/forgot", s.forgot)
	page("GET /login/reset", s.resetPage)
	page("POST /login/reset", s.reset)
	page("POST /logout", s.logout)

	own("GET /app/{$}", s.overview)
	own("GET /app/keys", s.keysPage)
	own("POST /app/keys", s.createKey)
	own("POST /app/keys/{id}/rotate", s.rotateKey)
	own("POST /app/keys/{id}/revoke", s.revokeKey)
	own("GET /app/jobs", s.jobsPage)
	own("GET /app/jobs/{id}", s.jobPage)
	own("POST /app/jobs/{id}/cancel", s.cancelJob)
	own("POST /app/jobs/{id}/delete", s.deleteJob)
	own("GET /app/jobs/{id}/result.json", s.resultJSON)
	own("GET /app/jobs/{id}/counts.csv", s.countsCSV)
	own("GET /app/try", s.tryPage)
	own("POST /app/try", s.try)
	own("GET /app/account", s.accountPage)
	own("POST /app/account/password", s.changePassword)
	own("POST /app/account/logins/{id}/end", s.endLogin)
	own("GET "+oauth.PathConsent, s.consentPage)
	own("POST "+oauth.PathConsent, s.consent)
	own("GET "+oauth.PathDevice, s.devicePage)
	own("POST "+oauth.PathDevice, s.decideDevice)
	m.Handle("GET /app/events", s.sessions.LoadAndSave(http.HandlerFunc(s.events)))
	m.Handle("GET /app", http.RedirectHandler("/app/", http.StatusSeeOther))
	m.Handle("/", s.answer(func(http.ResponseWriter, *http.Request) error { return account.ErrNotFound }))

	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(s.answer(func(http.ResponseWriter, *http.Request) error { return errCrossOrigin }))
	for _, path := range []string{oauth.PathToken, oauth.PathRevoke, oauth.PathDeviceCode} { // no cookie is read there
		csrf.AddInsecureBypassPattern("POST " + path)
	}
	return s.protect(s.limitBegins(csrf.Handler(m)))
}

var errCrossOrigin = errors.New("this form was sent by another site")

// policy is the Content-Security-Policy of all pages. The redirect to a command line comes after a form, whose target it is then
// (form-action).
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// protect sets the headers of all pages.
func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if s.o.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, largestForm)
		next.ServeHTTP(w, r)
	})
}

// largestForm bounds what a page takes: a circuit of some size.
const largestForm = 4 << 20

// connected is the address of the connection's other end.
func connected(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(host)
	return a.Unmap().WithZone("")
}

// actor is who asks, for the audit log.
func (s *Server) actor(r *http.Request, u account.User) account.Actor {
	a := account.Actor{Name: u.Email}
	if address := s.o.Address(r); address.IsValid() {
		a.Address = address.String()
	}
	return a
}

// url is where people reach the server.
func (s *Server) url(r *http.Request) string {
	if s.o.PublicURL != "" {
		return s.o.PublicURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// answer makes a handler of a function that may fail.
func (s *Server) answer(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.failed(w, r, err)
		}
	})
}

// failed answers with a page that says what went wrong, and logs what is not the visitor's doing.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	var wait *identity.WaitError
	var large *http.MaxBytesError
	status, title, text := http.StatusInternalServerError, "Something went wrong", "The server could not do this. Try again in a moment."
	switch {
	case errors.Is(err, account.ErrNotFound):
		status, title, text = http.StatusNotFound, "Not found", "There is no such page, or it is not yours."
	case errors.Is(err, job.ErrPurged):
		status, title, text = http.StatusGone, "Deleted", "Circuit and result of this job were deleted."
	case errors.Is(err, errCrossOrigin):
		status, title, text = http.StatusForbidden, "Refused", "This form was sent by another site. Open the page here and send it again."
	case errors.As(err, &wait):
		status, title, text = http.StatusTooManyRequests, "Too many attempts", waitText(w, wait)
	case errors.As(err, &large):
		status, title, text = http.StatusRequestEntityTooLarge, "Too large", "At most 4 MiB can be sent here; qcos execute takes more."
	case errors.Is(err, errBadForm):
		status, title, text = http.StatusBadRequest, "Not understood", "The form was not complete. Go back and send it again."
	default:
		s.log.Error("a page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	s.render(w, r, status, "failure", view{Title: title, Data: text})
}

var errBadForm = errors.New("the form cannot be read")
