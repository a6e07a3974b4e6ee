package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// oldKey is the age at which a key should be rotated.
const oldKey = 90 * 24 * time.Hour

type keyView struct {
	Key      account.Key
	End      time.Time // zero: never
	Old      bool
	Rotated  bool
	ReadOnly bool
}

type newKeyView struct {
	Name, Secret string
	Old          string // the id of the key that this one replaces; "" where it replaces none
}

type keysData struct {
	Keys []keyView
	Old  int
	New  *newKeyView
	Once string // number of the forms of this page
	Name string // as it was typed
}

func (s *Server) keyViews(ctx context.Context, ownerID int64) (all []keyView, old int, err error) {
	keys, err := s.o.Accounts.Keys(ctx, ownerID)
	now := s.o.Identity.Now()
	for _, k := range keys {
		v := keyView{
			Key: k, End: k.End(), Rotated: !k.RotatedAt.IsZero(), ReadOnly: !k.Scopes.Has(account.Execute),
			Old: now.Sub(k.CreatedAt) > oldKey,
		}
		if v.Old && !v.Rotated {
			old++
		}
		all = append(all, v)
	}
	return all, old, err
}

func (s *Server) keysPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	return s.showKeys(w, r, v, nil, view{}, "")
}

func (s *Server) showKeys(w http.ResponseWriter, r *http.Request, v visitor, made *newKeyView, p view, name string) error {
	keys, old, err := s.keyViews(r.Context(), v.User.Owner.ID)
	if err != nil {
		return err
	}
	p.Title, p.Data = "API keys", keysData{Keys: keys, Old: old, New: made, Once: randomText(), Name: name}
	return s.page(w, r, v, "keys", p)
}

// sentBefore goes to the list of keys where a form is sent again, as when the page with a new key is reloaded.
func (s *Server) sentBefore(w http.ResponseWriter, r *http.Request) bool {
	if s.once(r, r.PostForm.Get("once")) {
		return false
	}
	s.flash(r, "This form was sent before: nothing was done again.")
	http.Redirect(w, r, "/app/keys", http.StatusSeeOther)
	return true
}

func (s *Server) createKey(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	name := strings.TrimSpace(r.PostForm.Get("name"))
	if err := account.CheckKeyName(name); err != nil {
		return s.showKeys(w, r, v, nil, view{Wrong: map[string]string{"name": upperFirst(err.Error()) + "."}}, name)
	}
	days, err := strconv.Atoi(r.PostForm.Get("expires"))
	if err != nil || days < 0 || days > 10*365 {
		return errBadForm
	}
	scopes, err := account.ParseScopes(r.PostForm.Get("scope"))
	if err != nil {
		return errBadForm
	}
	if s.sentBefore(w, r) {
		return nil
	}
	k, text, err := s.o.Accounts.CreateKey(r.Context(), s.actor(r, v.User), v.User,
		account.KeyRequest{Name: name, Scopes: scopes, Lifetime: time.Duration(days) * 24 * time.Hour})
	if err != nil {
		return err
	}
	return s.showKeys(w, r, v, &newKeyView{Name: k.Name, Secret: text}, view{}, "")
}

func (s *Server) rotateKey(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if s.sentBefore(w, r) {
		return nil
	}
	old, next, text, err := s.o.Accounts.RotateKey(r.Context(), s.actor(r, v.User), v.User.Owner.ID, r.PathValue("id"))
	if errors.Is(err, account.ErrNotRotatable) {
		return s.showKeys(w, r, v, nil, view{Problem: "This key was rotated or revoked before or has expired. Create a new one."}, "")
	}
	if err != nil {
		return err
	}
	return s.showKeys(w, r, v, &newKeyView{Name: next.Name, Secret: text, Old: old.ID}, view{}, "")
}

func (s *Server) revokeKey(w http.ResponseWriter, r *http.Request, v visitor) error {
	k, err := s.o.Accounts.RevokeKey(r.Context(), s.actor(r, v.User), v.User.Owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	s.flash(r, "The key "+k.Name+" was revoked.")
	http.Redirect(w, r, "/app/keys", http.StatusSeeOther)
	return nil
}

func upperFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
