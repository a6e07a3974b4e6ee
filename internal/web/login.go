package web

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/oauth"
)

// safeNext is a page of our own to go to after a login: a path, never another host.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.ContainsAny(next, "\\\r\n\t") ||
		!isShortest(u.Path) || !isPage(u.Path) || strings.HasPrefix(u.Path, "/oauth") {
		return ""
	}
	return u.RequestURI()
}

// isShortest tells a path without dots and empty parts, which a redirect would resolve to something else.
func isShortest(p string) bool {
	clean := path.Clean(p)
	return p == clean || p == clean+"/"
}

func orHome(next string) string {
	if next == "" {
		return "/app/"
	}
	return next
}

type loginData struct {
	Email, Next, For string
	SignUp, Mail     bool
}

func (s *Server) loginData(email, next string) loginData {
	d := loginData{Email: email, Next: safeNext(next), SignUp: s.o.Identity.SignUpPolicy() != identity.Closed, Mail: s.o.Identity.HasMail()}
	switch {
	case strings.HasPrefix(d.Next, oauth.PathConsent):
		d.For = "the command line"
	case strings.HasPrefix(d.Next, oauth.PathDevice):
		d.For = "your device"
	}
	return d
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) error {
	next := safeNext(r.URL.Query().Get("next"))
	if _, ok, err := s.visitor(r); err != nil || ok {
		if ok {
			http.Redirect(w, r, orHome(next), http.StatusSeeOther)
		}
		return err
	}
	return s.render(w, r, http.StatusOK, "login", view{
		Title: "Log in", Data: s.loginData("", next), Flash: s.sessions.PopString(r.Context(), flashField),
	})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	email, next := r.PostForm.Get("email"), r.PostForm.Get("next")
	c, err := s.o.Identity.Login(r.Context(), identity.Attempt{
		Email: email, Password: r.PostForm.Get("password"), Address: s.o.Address(r), Agent: r.UserAgent(), Known: s.knownAs(r, email),
	})
	if err == nil {
		if err := s.enter(w, r, c); err != nil {
			return err
		}
		http.Redirect(w, r, orHome(safeNext(next)), http.StatusSeeOther)
		return nil
	}
	var wait *identity.WaitError
	p := view{Title: "Log in", Data: s.loginData(email, next)}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, identity.ErrWrongPassword):
		p.Problem = "The e-mail address or the password is wrong."
	case errors.As(err, &wait):
		status, p.Problem = http.StatusTooManyRequests, waitText(w, wait)
	case errors.Is(err, identity.ErrBusy):
		w.Header().Set("Retry-After", "5")
		status, p.Problem = http.StatusServiceUnavailable, "Too many people log in at this moment. Try again in a few seconds."
	default:
		return err
	}
	return s.render(w, r, status, "login", p)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	v, ok, err := s.visitor(r)
	if err != nil {
		return err
	}
	to := "/login"
	bound := s.sessions.GetString(r.Context(), bindField)
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	if next := safeNext(r.PostForm.Get("next")); next != "" {
		to += "?next=" + url.QueryEscape(next)
		s.sessions.Put(r.Context(), bindField, bound) // it goes on with the login of the command line as somebody else
	}
	if ok {
		if err := s.o.Identity.Record(r.Context(), s.actor(r, v.User), "logout", v.User); err != nil {
			return err
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

type signUpData struct {
	Email, Next, Rules, Closed string
	Pending, Invited           bool
}

func (s *Server) signUpPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if token := r.URL.Query().Get("token"); token != "" {
		return s.keepLink(w, r, token, identity.PathSignUp)
	}
	if _, ok, err := s.visitor(r); err != nil || ok {
		if ok {
			http.Redirect(w, r, "/app/", http.StatusSeeOther)
		}
		return err
	}
	d := signUpData{Next: safeNext(r.URL.Query().Get("next")), Rules: identity.PasswordRules}
	invite := s.sessions.GetString(ctx, linkField)
	policy := s.o.Identity.SignUpPolicy()
	switch {
	case policy == identity.Closed:
		d.Closed = "Accounts on this server are made by its operator. Ask for one."
	case invite != "":
		email, err := s.o.Identity.Invited(ctx, invite)
		if err != nil && !errors.Is(err, identity.ErrLinkUsed) {
			return err
		}
		d.Email, d.Invited = email, err == nil
		if err != nil && policy == identity.Invite {
			d.Closed = "This invitation has expired or was used before. Ask the operator of this server for a new one."
		}
	case policy == identity.Invite:
		d.Closed = "Accounts on this server need an invitation. Ask its operator for a link."
	}
	return s.render(w, r, http.StatusOK, "signup", view{Title: "Create an account", Data: d})
}

// keepLink moves the token of a one-time link from the address, which stays in the history, into the session.
func (s *Server) keepLink(w http.ResponseWriter, r *http.Request, token, path string) error {
	s.sessions.Put(r.Context(), linkField, token)
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func (s *Server) signUp(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	d := signUpData{Email: strings.TrimSpace(r.PostForm.Get("email")), Next: safeNext(r.PostForm.Get("next")), Rules: identity.PasswordRules}
	invite := s.sessions.GetString(ctx, linkField)
	if _, err := s.o.Identity.Invited(ctx, invite); err == nil {
		d.Invited = true
	} else if s.o.Identity.SignUpPolicy() == identity.Open {
		invite = ""
	}
	c, pending, err := s.o.Identity.SignUp(ctx, identity.SignUpRequest{
		Email: d.Email, Password: r.PostForm.Get("password"), Invite: invite, Address: s.o.Address(r),
	})
	p := view{Title: "Create an account"}
	var input *identity.InputError
	switch {
	case err == nil && pending:
		d.Pending = true
	case err == nil:
		if err := s.enter(w, r, c); err != nil {
			return err
		}
		s.flash(r, "Welcome. Your account is ready.")
		http.Redirect(w, r, orHome(d.Next), http.StatusSeeOther)
		return nil
	case errors.As(err, &input):
		p.Wrong = map[string]string{input.Field: input.Detail}
	case errors.Is(err, identity.ErrSignUpClosed), errors.Is(err, identity.ErrInviteNeeded), errors.Is(err, identity.ErrLinkUsed):
		d.Closed = "You cannot sign up without an invitation that works. Ask the operator of this server for a link."
	case errors.Is(err, identity.ErrBusy):
		p.Problem = "The server is busy. Try again in a few seconds."
	default:
		return err
	}
	p.Data = d
	return s.render(w, r, statusOf(p), "signup", p)
}

func statusOf(p view) int {
	if p.Problem != "" || len(p.Wrong) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

type goneData struct{ Gone string }

func (s *Server) verifyPage(w http.ResponseWriter, r *http.Request) error {
	if token := r.URL.Query().Get("token"); token != "" {
		return s.keepLink(w, r, token, identity.PathVerify)
	}
	var d goneData
	if s.sessions.GetString(r.Context(), linkField) == "" {
		d.Gone = "It has expired or was used before. Sign up again, and you get a new one."
	}
	return s.render(w, r, http.StatusOK, "verify", view{Title: "Confirm your address", Data: d})
}

func (s *Server) verify(w http.ResponseWriter, r *http.Request) error {
	c, err := s.o.Identity.Verify(r.Context(), s.sessions.GetString(r.Context(), linkField), s.o.Address(r))
	if errors.Is(err, identity.ErrLinkUsed) {
		d := goneData{"It has expired or was used before. Sign up again, and you get a new one."}
		return s.render(w, r, http.StatusGone, "verify", view{Title: "Confirm your address", Data: d})
	}
	if err != nil {
		return err
	}
	if err := s.enter(w, r, c); err != nil {
		return err
	}
	s.flash(r, "Welcome. Your account is ready.")
	http.Redirect(w, r, "/app/", http.StatusSeeOther)
	return nil
}

type forgotData struct {
	Email string
	Sent  bool
}

func (s *Server) forgotPage(w http.ResponseWriter, r *http.Request) error {
	if !s.o.Identity.HasMail() {
		return account.ErrNotFound
	}
	return s.render(w, r, http.StatusOK, "forgot", view{Title: "Forgot your password?", Data: forgotData{}})
}

func (s *Server) forgot(w http.ResponseWriter, r *http.Request) error {
	if !s.o.Identity.HasMail() {
		return account.ErrNotFound
	}
	if err := parseForm(r); err != nil {
		return err
	}
	d := forgotData{Email: strings.TrimSpace(r.PostForm.Get("email"))}
	p := view{Title: "Forgot your password?"}
	err := s.o.Identity.Forgot(r.Context(), d.Email, s.o.Address(r))
	var input *identity.InputError
	switch {
	case err == nil:
		d.Sent = true
	case errors.As(err, &input):
		p.Wrong = map[string]string{input.Field: input.Detail}
	default:
		return err
	}
	p.Data = d
	return s.render(w, r, statusOf(p), "forgot", p)
}

type passwordData struct{ Email, Rules, Gone string }

const goneReset = "It has expired or was used before. Ask for a new one."

func (s *Server) resetPage(w http.ResponseWriter, r *http.Request) error {
	if token := r.URL.Query().Get("token"); token != "" {
		return s.keepLink(w, r, token, identity.PathReset)
	}
	d := passwordData{Rules: identity.PasswordRules}
	var err error
	if d.Email, err = s.o.Identity.ResetFor(r.Context(), s.sessions.GetString(r.Context(), linkField)); errors.Is(err, identity.ErrLinkUsed) {
		d.Gone, err = goneReset, nil
	}
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "password", view{Title: "Set a new password", Data: d})
}

func (s *Server) reset(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	token := s.sessions.GetString(ctx, linkField)
	d := passwordData{Rules: identity.PasswordRules}
	c, err := s.o.Identity.Reset(ctx, token, r.PostForm.Get("password"), s.o.Address(r))
	p := view{Title: "Set a new password"}
	var input *identity.InputError
	switch {
	case err == nil:
		if err := s.enter(w, r, c); err != nil {
			return err
		}
		s.flash(r, "Your password was changed. All other browsers and command lines are logged out.")
		http.Redirect(w, r, "/app/", http.StatusSeeOther)
		return nil
	case errors.Is(err, identity.ErrLinkUsed):
		d.Gone = goneReset
	case errors.As(err, &input):
		p.Wrong = map[string]string{input.Field: input.Detail}
		d.Email, _ = s.o.Identity.ResetFor(ctx, token)
	default:
		return err
	}
	p.Data = d
	return s.render(w, r, statusOf(p), "password", p)
}

// parseForm reads the body of a form, and nothing of the address.
func parseForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return errBadForm
	}
	return nil
}
