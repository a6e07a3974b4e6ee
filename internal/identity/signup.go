package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// How long links work.
const (
	inviteLife = 7 * 24 * time.Hour
	resetLife  = time.Hour
	verifyLife = 24 * time.Hour
)

// The pages that links lead to.
const (
	PathSignUp = "/signup"
	PathReset  = "/login/reset"
	PathVerify = "/signup/verify"
)

// SignUpRequest is somebody who wants an account.
type SignUpRequest struct {
	Email    string
	Password string
	Invite   string // the token of an invitation; "" has none
	Address  netip.Addr
}

// SignUp makes an account, or, where mail can be sent, sends a link that will: then pending is true, and nothing tells whether
// there was an account with this address before. *InputError, ErrSignUpClosed, ErrInviteNeeded, ErrLinkUsed.
func (s *Service) SignUp(ctx context.Context, r SignUpRequest) (c Credentials, pending bool, err error) {
	if s.o.SignUp == Closed {
		return c, false, ErrSignUpClosed
	}
	invite, err := s.invitation(ctx, r.Invite)
	if err != nil {
		return c, false, err
	}
	email, err := account.CleanEmail(r.Email)
	if err != nil {
		return c, false, &InputError{Field: "email", Detail: sentence(err)}
	}
	if invite != nil && email != invite.Email {
		return c, false, &InputError{Field: "email", Detail: "This invitation is for another e-mail address."}
	}
	if err := CheckPassword(r.Password, email); err != nil {
		return c, false, err
	}
	limits := []limit{{"sign-up " + addressBlock(r.Address), failuresAddress}}
	if err := s.admit(ctx, limits); err != nil {
		return c, false, err
	}
	if err := s.fail(ctx, limits); err != nil { // each counts: hashing costs the server much and the caller nothing
		return c, false, err
	}
	hash, err := s.hasher.hash(ctx, r.Password)
	if err != nil {
		return c, false, err
	}
	by := account.Actor{Name: email, Address: addressText(r.Address)}
	if s.HasMail() && invite == nil {
		go s.verifyByMail(context.WithoutCancel(ctx), by, email, hash)
		return c, true, nil
	}
	var link []byte
	if invite != nil {
		link = invite.Hash
	}
	c, err = s.enter(ctx, by, email, hash, link)
	if errors.Is(err, account.ErrEmailTaken) {
		err = &InputError{Field: "email", Detail: "There is already an account with this e-mail address. Log in instead."}
	}
	return c, false, err
}

// invitation finds the link of an invitation and refuses a sign-up that needs one and has none.
func (s *Service) invitation(ctx context.Context, token string) (*Link, error) {
	if token == "" {
		if s.o.SignUp == Invite {
			return nil, ErrInviteNeeded
		}
		return nil, nil
	}
	l, err := s.link(ctx, token, InviteLink)
	if err != nil {
		return nil, err
	}
	return &l, nil
}

// Invited is the address that an invitation is for, or ErrLinkUsed.
func (s *Service) Invited(ctx context.Context, token string) (string, error) {
	l, err := s.link(ctx, token, InviteLink)
	return l.Email, err
}

func (s *Service) link(ctx context.Context, token string, kind LinkKind) (Link, error) {
	l, err := s.o.Store.LinkByHash(ctx, HashToken(token))
	if errors.Is(err, account.ErrNotFound) || err == nil && (l.Kind != kind || !s.now().Before(l.ExpiresAt)) {
		return Link{}, ErrLinkUsed
	}
	return l, err
}

func (s *Service) enter(ctx context.Context, by account.Actor, email, hash string, link []byte) (Credentials, error) {
	now := s.now()
	u := account.User{Email: email, CreatedAt: now, Owner: account.Owner{Kind: account.Person, Tier: s.o.DefaultTier, CreatedAt: now}}
	u, err := s.o.Store.SignUp(ctx, u, hash, link, s.event(by, "user.sign-up", 0, email, ""))
	return Credentials{User: u, Hash: hash, Epoch: 1}, err
}

// verifyByMail sends a link that makes the account, or to whoever has one already a message that says so. It runs behind the answer, which
// therefore takes as long in both cases.
func (s *Service) verifyByMail(ctx context.Context, by account.Actor, email, hash string) {
	_, err := s.o.Store.Credentials(ctx, email)
	if err == nil {
		s.post(email, "You already have a qcos account", fmt.Sprintf(
			"Somebody, probably you, asked for a qcos account with this e-mail address. You already have one.\n\nLog in at %s/login\nIf you forgot your password: %s/login/forgot\n",
			s.o.PublicURL, s.o.PublicURL))
		return
	}
	var token string
	if errors.Is(err, account.ErrNotFound) {
		token, err = s.addLink(ctx, by, VerifyLink, email, hash, verifyLife, 0)
	}
	if err != nil {
		s.log.Error("a link to confirm an address could not be made", "error", err)
		return
	}
	s.post(email, "Confirm your e-mail address for qcos", fmt.Sprintf(
		"Follow this link within 24 hours to make your qcos account:\n\n%s%s?token=%s\n\nIf you did not ask for an account, do nothing.\n",
		s.o.PublicURL, PathVerify, token))
}

// Verify makes the account that a link by mail is for.
func (s *Service) Verify(ctx context.Context, token string, address netip.Addr) (Credentials, error) {
	l, err := s.link(ctx, token, VerifyLink)
	if err != nil {
		return Credentials{}, err
	}
	by := account.Actor{Name: l.Email, Address: addressText(address)}
	c, err := s.enter(ctx, by, l.Email, l.Data, l.Hash)
	if errors.Is(err, account.ErrEmailTaken) {
		err = ErrLinkUsed
	}
	return c, err
}

// InviteUser makes a link with which somebody may sign up, whatever the policy but Closed. It is sent where mail can be sent, and
// given back in any case.
func (s *Service) InviteUser(ctx context.Context, by account.Actor, email string) (token string, expires time.Time, err error) {
	email, err = account.CleanEmail(email)
	if err != nil {
		return "", time.Time{}, err
	}
	if _, err := s.o.Store.Credentials(ctx, email); err == nil {
		return "", time.Time{}, account.ErrEmailTaken
	} else if !errors.Is(err, account.ErrNotFound) {
		return "", time.Time{}, err
	}
	expires = s.now().Add(inviteLife)
	token, err = s.addLink(ctx, by, InviteLink, email, "", inviteLife, 0)
	return token, expires, err
}

// ResetUser makes a link with which a user sets a new password, as the operator hands it out.
func (s *Service) ResetUser(ctx context.Context, by account.Actor, email string) (token string, expires time.Time, err error) {
	email, err = account.CleanEmail(email)
	if err != nil {
		return "", time.Time{}, err
	}
	c, err := s.o.Store.Credentials(ctx, email)
	if err != nil {
		return "", time.Time{}, err
	}
	expires = s.now().Add(verifyLife)
	token, err = s.addLink(ctx, by, ResetLink, email, "", verifyLife, c.User.Owner.ID)
	return token, expires, err
}

// Forgot sends a link to set a new password, where there is such a user. Nothing tells whether there is. It needs a Mailer.
func (s *Service) Forgot(ctx context.Context, email string, address netip.Addr) error {
	if s.o.Mailer == nil {
		return errors.New("internal error: there is no mail")
	}
	email, err := account.CleanEmail(email)
	if err != nil {
		return &InputError{Field: "email", Detail: sentence(err)}
	}
	limits := []limit{{"reset " + email, 5}, {"reset by " + addressBlock(address), failuresAddress}}
	if err := s.admit(ctx, limits); err != nil {
		return err
	}
	if err := s.fail(ctx, limits); err != nil {
		return err
	}
	go s.sendReset(context.WithoutCancel(ctx), account.Actor{Name: email, Address: addressText(address)}, email)
	return nil
}

// sendReset runs behind the answer, which therefore takes as long whoever is asked for.
func (s *Service) sendReset(ctx context.Context, by account.Actor, email string) {
	c, err := s.o.Store.Credentials(ctx, email)
	if errors.Is(err, account.ErrNotFound) || err == nil && c.User.Disabled() {
		return
	}
	var token string
	if err == nil {
		token, err = s.addLink(ctx, by, ResetLink, email, "", resetLife, c.User.Owner.ID)
	}
	if err != nil {
		s.log.Error("a link to reset a password could not be made", "error", err)
		return
	}
	s.post(email, "Set a new password for qcos", fmt.Sprintf(
		"Follow this link within an hour to set a new password:\n\n%s%s?token=%s\n\nIf you did not ask for it, do nothing: your password stays as it is.\n",
		s.o.PublicURL, PathReset, token))
}

// Reset sets a new password by a link. All sessions and logins end.
func (s *Service) Reset(ctx context.Context, token, password string, address netip.Addr) (Credentials, error) {
	l, err := s.link(ctx, token, ResetLink)
	if err != nil {
		return Credentials{}, err
	}
	c, err := s.o.Store.Credentials(ctx, l.Email)
	if errors.Is(err, account.ErrNotFound) || err == nil && c.User.Disabled() {
		return Credentials{}, ErrLinkUsed
	}
	if err != nil {
		return Credentials{}, err
	}
	if err := CheckPassword(password, l.Email); err != nil {
		return Credentials{}, err
	}
	if c.Hash, err = s.hasher.hash(ctx, password); err != nil {
		return Credentials{}, err
	}
	by := account.Actor{Name: l.Email, Address: addressText(address)}
	c.Epoch, err = s.o.Store.SetPassword(ctx, c.User.ID, c.Hash, l.Hash, s.now(), s.event(by, "password.reset", c.User.Owner.ID, l.Email, ""))
	return c, err
}

// ResetFor is the address whose password a link sets, or ErrLinkUsed.
func (s *Service) ResetFor(ctx context.Context, token string) (string, error) {
	l, err := s.link(ctx, token, ResetLink)
	return l.Email, err
}

func (s *Service) addLink(ctx context.Context, by account.Actor, kind LinkKind, email, data string, life time.Duration, owner int64) (string, error) {
	token, hash := newToken()
	now := s.now()
	l := Link{Hash: hash, Kind: kind, Email: email, Data: data, CreatedAt: now, ExpiresAt: now.Add(life)}
	return token, s.o.Store.AddLink(ctx, l, s.event(by, "link."+string(kind), owner, email, ""))
}

// postPatience bounds how long a mail server may take.
const postPatience = time.Minute

// post sends a message behind the answer: how long the mail server takes tells nothing to whoever asked.
func (s *Service) post(to, subject, text string) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), postPatience)
		defer cancel()
		if err := s.o.Mailer.Send(ctx, to, subject, text); err != nil {
			s.log.Error("a message could not be sent", "to", to, "subject", subject, "error", err)
		}
	}()
}

// sentence gives an error the form that people read on a page.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func agentDetail(agent string) string {
	if agent == "" {
		return ""
	}
	const longest = 200
	if len(agent) > longest {
		agent = strings.ToValidUTF8(agent[:longest], "")
	}
	text, err := json.Marshal(map[string]string{"agent": agent})
	if err != nil {
		return ""
	}
	return string(text)
}
