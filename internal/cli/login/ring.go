package login

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/softquantus/qcos/internal/config"
)

// Ring is a keyring. Get's error for what is not there is ErrNone.
type Ring interface {
	Set(ctx context.Context, name, secret string) error
	Get(ctx context.Context, name string) (string, error)
	Delete(ctx context.Context, name string) error
}

// Errors of the system's keyring.
var (
	ErrNoKeyring = errors.New("there is no keyring: no desktop session runs")
	ErrLocked    = errors.New("it is locked, or waits for its password: unlock it and try again")
)

// SystemRing is the operating system's keyring. A question to it cannot be taken back: a keyring that does not answer in time, because
// it asks its user first, is left behind.
type SystemRing struct{ Patience time.Duration }

const (
	service = "qcos"
	// ringPatience is how long a keyring may take. A locked one shows its user a window, which they may answer.
	ringPatience = 20 * time.Second
)

func (r SystemRing) ask(ctx context.Context, question func() (string, error)) (string, error) {
	if !config.HasSessionBus() {
		return "", ErrNoKeyring
	}
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := question()
		answers <- answer{text, err}
	}()
	patience := r.Patience
	if patience == 0 {
		patience = ringPatience
	}
	select {
	case a := <-answers:
		return a.text, plain(a.err)
	case <-time.After(patience):
		return "", ErrLocked
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// plain words what D-Bus and the keyrings behind it say.
func plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNone
	case strings.Contains(err.Error(), "ServiceUnknown"), strings.Contains(err.Error(), "not provided by any"):
		return errors.New("there is no keyring: nothing answers for org.freedesktop.secrets")
	case strings.Contains(err.Error(), "unlock"), strings.Contains(strings.ToLower(err.Error()), "locked"), strings.Contains(strings.ToLower(err.Error()), "prompt"):
		return ErrLocked
	}
	return err
}

// Set is Ring's.
func (r SystemRing) Set(ctx context.Context, name, secret string) error {
	_, err := r.ask(ctx, func() (string, error) { return "", keyring.Set(service, name, secret) })
	return err
}

// Get is Ring's.
func (r SystemRing) Get(ctx context.Context, name string) (string, error) {
	return r.ask(ctx, func() (string, error) { return keyring.Get(service, name) })
}

// Delete is Ring's.
func (r SystemRing) Delete(ctx context.Context, name string) error {
	_, err := r.ask(ctx, func() (string, error) { return "", keyring.Delete(service, name) })
	return err
}

// Probe tries whether a keyring takes a secret and gives it back, before anybody logs in for nothing.
func Probe(ctx context.Context, r Ring) error {
	const name = "probe"
	secret := rand.Text()
	if err := r.Set(ctx, name, secret); err != nil {
		return err
	}
	got, err := r.Get(ctx, name)
	if err == nil && got != secret {
		err = errors.New("it gives back something else than it was given")
	}
	if deleteErr := r.Delete(ctx, name); err == nil {
		err = deleteErr
	}
	return err
}
