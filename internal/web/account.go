package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
)

type eventView struct {
	What, Subject, Address, By string
	At                         time.Time
}

type accountData struct {
	Logins []identity.Login
	Events []eventView
	Older  string
	Rules  string
}

// eventWords are what happened in words for the owner. What is not among them is shown as it is.
var eventWords = map[string]string{
	"login": "Logged in", "login.failed": "A login failed", "logout": "Logged out", "login.command-line": "Command line logged in",
	"logout.command-line": "Command line logged out", "login.reuse": "A command line’s token was used twice, and ended",
	"key.create": "Key created", "key.revoke": "Key revoked", "key.rotate": "Key rotated",
	"user.create": "Account created", "user.sign-up": "Account created", "user.set-tier": "Tier changed",
	"user.disable": "Account disabled", "user.enable": "Account enabled",
	"password.change": "Password changed", "password.reset": "Password set by a link", "password.set": "Password set by the operator",
	"link.reset": "Link for a new password made",
}

const eventsOnPage = 20

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.showAccount(w, r, v, view{})
}

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request, v visitor, p view) error {
	d := accountData{Rules: identity.PasswordRules}
	var err error
	if d.Logins, err = s.o.Identity.Logins().LoginsOf(r.Context(), v.User.ID, s.o.Identity.Now()); err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	events, err := s.o.Identity.Events(r.Context(), v.User.Owner.ID, max(0, before), eventsOnPage+1)
	if err != nil {
		return err
	}
	if len(events) > eventsOnPage {
		events = events[:eventsOnPage]
		d.Older = "/app/account?before=" + strconv.FormatInt(events[eventsOnPage-1].Row, 10)
	}
	for _, e := range events {
		d.Events = append(d.Events, eventOf(e, v.User.Email))
	}
	p.Title, p.Data = "Account", d
	return s.page(w, r, v, "account", p)
}

func eventOf(e identity.Entry, own string) eventView {
	x := eventView{What: eventWords[e.Action], Subject: e.Subject, Address: e.Actor.Address, By: e.Actor.Name, At: e.At}
	if x.What == "" {
		x.What = e.Action
	}
	if x.By == own {
		x.By = "you"
	}
	if x.Subject == own {
		x.Subject = ""
	}
	var detail map[string]string
	if json.Unmarshal([]byte(e.Detail), &detail) == nil {
		switch {
		case detail["name"] != "":
			x.Subject = detail["name"]
		case detail["to"] != "" && detail["from"] != "":
			x.Subject = detail["from"] + " → " + detail["to"]
		}
	}
	return x
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	epoch, err := s.o.Identity.ChangePassword(r.Context(), s.actor(r, v.User), v.User.ID, r.PostForm.Get("current"), r.PostForm.Get("password"))
	var input *identity.InputError
	switch {
	case errors.As(err, &input):
		return s.showAccount(w, r, v, view{Wrong: map[string]string{input.Field: input.Detail}})
	case err != nil:
		return err
	}
	if err := s.enter(w, r, identity.Credentials{User: v.User, Epoch: epoch}); err != nil {
		return err
	}
	s.flash(r, "Your password was changed. All other browsers and command lines are logged out.")
	http.Redirect(w, r, "/app/account", http.StatusSeeOther)
	return nil
}

func (s *Server) endLogin(w http.ResponseWriter, r *http.Request, v visitor) error {
	logins, err := s.o.Identity.Logins().LoginsOf(r.Context(), v.User.ID, s.o.Identity.Now())
	if err != nil {
		return err
	}
	for _, l := range logins {
		if l.ID != r.PathValue("id") {
			continue
		}
		now := s.o.Identity.Now()
		e := account.Event{At: now, Actor: s.actor(r, v.User), Action: "logout.command-line", OwnerID: v.User.Owner.ID, Subject: v.User.Email}
		if err := s.o.Identity.Logins().RevokeLogin(r.Context(), l.ID, now, e); err != nil {
			return err
		}
		s.flash(r, "The command line was logged out.")
		http.Redirect(w, r, "/app/account", http.StatusSeeOther)
		return nil
	}
	return account.ErrNotFound
}
