package identity

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
)

func TestPasswordRules(t *testing.T) {
	for password, want := range map[string]string{
		"short":                           "it needs at least 12",
		strings.Repeat("ab1!x", 52):       "at most 256",
		"aaaaaaaaaaaaaaaa":                "repeats the same few",
		"abababababab":                    "repeats the same few",
		"password123456":                  "everybody tries first",
		"Passwordpassword1!":              "everybody tries first",
		"qwertyuiop1234":                  "everybody tries first",
		"ada.lovelace@example.com":        "little more than your e-mail",
		"ada.lovelace2026":                "little more than your e-mail",
		"\xff\xfe valid enough otherwise": "no text",
		"lantern orbit velvet":            "",
		"пароль который длинный":          "",
		"correct horse battery":           "",
		"7h&Kq!2zP#wL":                    "",
	} {
		err := CheckPassword(password, "ada.lovelace@example.com")
		var input *InputError
		switch {
		case want == "" && err != nil:
			t.Errorf("%q is refused: %v", password, err)
		case want != "" && (!errors.As(err, &input) || input.Field != "password" || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", password, err, want)
		case err != nil && len(password) > 8 && strings.Contains(err.Error(), password):
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

// TestUnknownAddressTakesAsLong: what is compared where there is no hash costs what a comparison costs, by its parameters.
func TestUnknownAddressTakesAsLong(t *testing.T) {
	h := newHasher()
	got, _, _, err := argon2id.DecodeHash(h.dummy)
	if err != nil || *got != *argonParams {
		t.Fatalf("the hash of nobody has the parameters %+v, %v", got, err)
	}
	for _, password := range []string{"another", "no password at all", "x", strings.Repeat("x", 10_000)} {
		if ok, err := h.matches(t.Context(), password, ""); ok || err != nil {
			t.Errorf("%.20q matches nobody's hash: %t %v", password, ok, err)
		}
	}
	// Both ways go through the same number of hashes: one.
	hash, err := h.hash(t.Context(), "lantern orbit velvet")
	if err != nil {
		t.Fatal(err)
	}
	var known, unknown time.Duration
	for range 5 { // in turn, so that what else the machine does meets both
		began := time.Now()
		_, _ = h.matches(t.Context(), "wrong", hash)
		known += time.Since(began)
		began = time.Now()
		_, _ = h.matches(t.Context(), "wrong", "")
		unknown += time.Since(began)
	}
	t.Logf("known %v, unknown %v", known/5, unknown/5)
}

// TestRushOfLogins: 200 passwords at once take turns, and with them memory for a few only.
func TestRushOfLogins(t *testing.T) {
	h := newHasher()
	hash, err := h.hash(t.Context(), "lantern orbit velvet")
	if err != nil {
		t.Fatal(err)
	}
	var peak atomic.Uint64
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if ok, err := h.matches(t.Context(), "lantern orbit velvet", hash); !ok || err != nil {
				t.Errorf("%t, %v", ok, err)
			}
		})
	}
	all.Wait()
	close(stop)
	watch.Wait()
	if peak.Load() > 512<<20 {
		t.Errorf("the heap grew to %d MiB", peak.Load()>>20)
	}
	t.Logf("the heap grew to %d MiB, %d at once", peak.Load()>>20, cap(h.slots))
}

func TestQueueOfPasswordsIsBounded(t *testing.T) {
	h := newHasher()
	for range cap(h.slots) { // all are busy
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range longestQueue {
		waiting.Go(func() { _, _ = h.enter(ctx) })
	}
	for h.waiting.Load() < longestQueue {
		runtime.Gosched()
	}
	if _, err := h.enter(ctx); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v", err)
	}
	cancel()
	waiting.Wait()
	if h.waiting.Load() != 0 {
		t.Errorf("%d still wait", h.waiting.Load())
	}
}
