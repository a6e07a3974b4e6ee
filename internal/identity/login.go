package identity

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// Failed logins are counted by stretches of time, by account and by address. A browser that logged in before has a mark: its failures
// are counted apart, so that strangers who guess at an account never lock its owner out.
const (
	stretch          = 5 * time.Minute
	failuresAccount  = 15 // in a stretch, from browsers without a mark
	failuresAddress  = 60
	failuresBrowser  = 15 // of one browser with a mark
	failuresUserCode = 10 // of one address, at the page where codes of devices are typed

	beginsAddress = 300 // logins of command lines that one address begins
)

// Attempt is somebody who tries to log in.
type Attempt struct {
	Email    string
	Password string
	Address  netip.Addr
	Agent    string // of the browser, for the audit log
	// Known is the mark of a browser from which this account was logged in before; "" has none.
	Known string
}

// Login checks a password. ErrWrongPassword, *WaitError, ErrBusy. It takes as long for an address that nobody has as for a wrong
// password.
func (s *Service) Login(ctx context.Context, a Attempt) (Credentials, error) {
	email, err := account.CleanEmail(a.Email)
	if err != nil {
		email = "" // nobody has it; the rest takes its time all the same
	}
	limits := s.loginLimits(email, a)
	if err := s.admit(ctx, limits); err != nil {
		return Credentials{}, err
	}
	c, err := s.o.Store.Credentials(ctx, email)
	if err != nil && !errors.Is(err, account.ErrNotFound) {
		return Credentials{}, err
	}
	ok, err := s.hasher.matches(ctx, a.Password, c.Hash)
	if err != nil {
		return Credentials{}, err
	}
	by := account.Actor{Name: email, Address: addressText(a.Address)}
	if !ok || c.User.Disabled() {
		if err := s.fail(ctx, limits); err != nil {
			return Credentials{}, err
		}
		if c.User.ID != 0 {
			err = s.o.Store.Record(ctx, s.event(by, "login.failed", c.User.Owner.ID, email, ""))
		}
		return Credentials{}, errors.Join(ErrWrongPassword, err)
	}
	return c, s.o.Store.Record(ctx, s.event(by, "login", c.User.Owner.ID, email, agentDetail(a.Agent)))
}

// limit is how many failures a name may have in a stretch.
type limit struct {
	name string
	most int64
}

func (s *Service) loginLimits(email string, a Attempt) []limit {
	if a.Known != "" {
		return []limit{{"browser " + a.Known, failuresBrowser}}
	}
	return []limit{{"account " + email, failuresAccount}, {"address " + addressBlock(a.Address), failuresAddress}}
}

// admit refuses whoever failed too often.
func (s *Service) admit(ctx context.Context, limits []limit) error {
	now := s.now()
	n, err := s.o.Store.Failures(ctx, names(limits), now.Unix()/int64(stretch.Seconds()))
	if err != nil {
		return err
	}
	for i, l := range limits {
		if n[i] >= l.most {
			return &WaitError{For: now.Truncate(stretch).Add(stretch).Sub(now)}
		}
	}
	return nil
}

func (s *Service) fail(ctx context.Context, limits []limit) error {
	return s.o.Store.CountFailures(ctx, names(limits), s.now().Unix()/int64(stretch.Seconds()))
}

func names(limits []limit) []string {
	var all []string
	for _, l := range limits {
		all = append(all, l.name)
	}
	return all
}

func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// addressBlock is what one person can be taken to have: an IPv4 address, or the 64 bits of a network of IPv6.
func addressBlock(a netip.Addr) string {
	if a.Is6() && !a.Is4In6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addressText(a)
}

// ChangePassword replaces a password by whoever knows the old one. All other sessions and logins end. It gives the new epoch.
func (s *Service) ChangePassword(ctx context.Context, by account.Actor, userID int64, current, next string) (epoch int64, err error) {
	c, err := s.o.Store.CredentialsOf(ctx, userID)
	if err != nil {
		return 0, err
	}
	limits := []limit{{"change " + c.User.Email, failuresAccount}}
	if err := s.admit(ctx, limits); err != nil {
		return 0, err
	}
	ok, err := s.hasher.matches(ctx, current, c.Hash)
	if err != nil {
		return 0, err
	}
	if !ok {
		if err := s.fail(ctx, limits); err != nil {
			return 0, err
		}
		return 0, &InputError{Field: "current", Detail: "This is not your current password."}
	}
	if err := CheckPassword(next, c.User.Email); err != nil {
		return 0, err
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return 0, err
	}
	return s.o.Store.SetPassword(ctx, userID, hash, nil, s.now(), s.event(by, "password.change", c.User.Owner.ID, c.User.Email, ""))
}

// SetPassword gives a user a password, as the operator does.
func (s *Service) SetPassword(ctx context.Context, by account.Actor, email, password string) error {
	email, err := account.CleanEmail(email)
	if err != nil {
		return err
	}
	c, err := s.o.Store.Credentials(ctx, email)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.o.Store.SetPassword(ctx, c.User.ID, hash, nil, s.now(), s.event(by, "password.set", c.User.Owner.ID, email, ""))
	return err
}

// Record enters what somebody did about their own account.
func (s *Service) Record(ctx context.Context, by account.Actor, action string, u account.User) error {
	return s.o.Store.Record(ctx, s.event(by, action, u.Owner.ID, u.Email, ""))
}

// Guess counts attempts to guess the code of a device.
type Guess struct {
	s      *Service
	limits []limit
}

// Guess is that of a user at an address.
func (s *Service) Guess(userID int64, address netip.Addr) Guess {
	return Guess{s, []limit{{fmt.Sprint("code user ", userID), failuresUserCode}, {"code address " + addressBlock(address), failuresUserCode}}}
}

// Admit refuses whoever guessed wrong too often: *WaitError.
func (g Guess) Admit(ctx context.Context) error { return g.s.admit(ctx, g.limits) }

// Failed counts a wrong guess.
func (g Guess) Failed(ctx context.Context) error { return g.s.fail(ctx, g.limits) }

// Begin counts a login of a command line that somebody at an address begins, who need not be known for it. *WaitError where there were too
// many.
func (s *Service) Begin(ctx context.Context, address netip.Addr) error {
	limits := []limit{{"begin address " + addressBlock(address), beginsAddress}}
	if err := s.admit(ctx, limits); err != nil {
		return err
	}
	return s.fail(ctx, limits)
}
