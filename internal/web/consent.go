package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/oauth"
)

type consentData struct{ ID, Host, Back, Gone string }

const goneConsent = "This login has expired, was finished before, or was begun in another browser. Run qcos auth login again."

func (s *Server) consentPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	id := r.URL.Query().Get("id")
	pending, err := s.oauth.Pending(r.Context(), id)
	d := consentData{ID: id, Back: oauth.PathConsent + "?id=" + url.QueryEscape(id)}
	switch {
	case errors.Is(err, account.ErrNotFound):
		d.Gone = goneConsent
	case err != nil:
		return err
	default:
		to, err := url.Parse(pending.Redirect)
		if err != nil {
			return err
		}
		d.Host = to.Host
		allowRedirect(w, to)
	}
	return s.page(w, r, v, "consent", view{Title: "Log the command line in", Data: d})
}

// allowRedirect lets the form of this page lead to the command line: browsers apply form-action to redirects too.
func allowRedirect(w http.ResponseWriter, to *url.URL) {
	w.Header().Set("Content-Security-Policy", policy+" "+to.Scheme+"://"+to.Host)
}

func (s *Server) consent(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	id := r.PostForm.Get("id")
	var to string
	var err error
	switch r.PostForm.Get("decision") {
	case "approve":
		to, err = s.oauth.Approve(r.Context(), id, v.User.ID)
	case "deny":
		to, err = s.oauth.Deny(r.Context(), id)
	default:
		return errBadForm
	}
	if errors.Is(err, account.ErrNotFound) {
		return s.page(w, r, v, "consent", view{Title: "Nothing to decide", Data: consentData{Gone: goneConsent}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

type deviceData struct {
	Code, Address         string
	Asked                 time.Time
	Found, Done, Approved bool
}

const wrongCode = "No device waits with this code. Look at your terminal again; codes last ten minutes."

func (s *Server) devicePage(w http.ResponseWriter, r *http.Request, v visitor) error {
	code := r.URL.Query().Get("user_code")
	if code == "" {
		return s.page(w, r, v, "device", view{Title: "Connect a device", Data: deviceData{}})
	}
	d, err := s.findDevice(r, v, code)
	if errors.Is(err, account.ErrNotFound) {
		return s.page(w, r, v, "device", view{Title: "Connect a device", Data: deviceData{Code: code}, Wrong: map[string]string{"code": wrongCode}})
	}
	if err != nil {
		return err
	}
	return s.page(w, r, v, "device", view{Title: "Log this device in?", Data: d})
}

// findDevice looks a code up. Guesses are counted by account and by address.
func (s *Server) findDevice(r *http.Request, v visitor, code string) (deviceData, error) {
	guess := s.o.Identity.Guess(v.User.ID, s.o.Address(r))
	if err := guess.Admit(r.Context()); err != nil {
		return deviceData{}, err
	}
	d, err := s.oauth.Device(r.Context(), code)
	if errors.Is(err, account.ErrNotFound) {
		if err := guess.Failed(r.Context()); err != nil {
			return deviceData{}, err
		}
	}
	if err != nil {
		return deviceData{}, err
	}
	return deviceData{Code: showCode(code), Address: d.Address, Asked: d.CreatedAt, Found: true}, nil
}

// showCode gives a code the form in which the terminal shows it.
func showCode(code string) string {
	letters := strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c
		}
		return -1
	}, strings.ToUpper(code))
	if len(letters) == 8 {
		return letters[:4] + "-" + letters[4:]
	}
	return letters
}

func (s *Server) decideDevice(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	code, approve := r.PostForm.Get("user_code"), r.PostForm.Get("decision") == "approve"
	if !approve && r.PostForm.Get("decision") != "deny" {
		return errBadForm
	}
	_, err := s.findDevice(r, v, code)
	if err == nil {
		err = s.oauth.DecideDevice(r.Context(), code, v.User.ID, approve)
	}
	var wait *identity.WaitError
	switch {
	case errors.As(err, &wait):
		return err
	case errors.Is(err, account.ErrNotFound):
		return s.page(w, r, v, "device", view{Title: "Connect a device", Data: deviceData{Code: code}, Wrong: map[string]string{"code": wrongCode}})
	case err != nil:
		return err
	}
	return s.page(w, r, v, "device", view{Title: "Done", Data: deviceData{Done: true, Approved: approve}})
}
