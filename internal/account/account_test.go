package account

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestDays(t *testing.T) {
	for text, want := range map[string]Day{
		"1970-01-01T00:00:00Z": 0, "1970-01-01T23:59:59.999Z": 0, "1970-01-02T00:00:00Z": 1, "1969-12-31T23:59:59.999Z": -1,
		"2026-11-24T00:00:00Z": 20781, "2026-11-24T01:00:00+02:00": 20780, "2026-11-23T23:00:00-02:00": 20781,
	} {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at); got != want {
			t.Errorf("%s: day %d, want %d", text, got, want)
		}
	}
	if d := Day(20781); d.String() != "2026-11-24" || !d.End().Equal((d + 1).Start()) || DayOf(d.End().Add(-1)) != d || DayOf(d.End()) != d+1 {
		t.Errorf("%v from %v to %v", d, d.Start(), d.End())
	}
}

func TestCleanEmail(t *testing.T) {
	for text, want := range map[string]string{
		"demo@example.com": "demo@example.com", "  Demo@Example.COM\n": "demo@example.com", "a.b+c@sub.example.com": "a.b+c@sub.example.com",
		"me@localhost": "me@localhost", "jürgen@example.com": "jürgen@example.com",
	} {
		if got, err := CleanEmail(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " ", "demo", "demo@", "@example.com", "demo@example", "demo@.com", "demo@example..com", "a b@example.com", "Demo <demo@example.com>",
		`"a b"@example.com`, "demo@[127.0.0.1]", "demo@-x.com", "a@b@example.com", "demo@exa\x00mple.com", "demo@example.com, x@example.com",
		strings.Repeat("a", 250) + "@example.com",
	} {
		if got, err := CleanEmail(text); err == nil {
			t.Errorf("%q: taken as %q", text, got)
		}
	}
}

func TestTiers(t *testing.T) {
	for tier, want := range map[Tier]Limits{
		Free:       {10, 20, 10_000, Low, time.Minute},
		Pro:        {100, 50, 100_000, Normal, 10 * time.Minute},
		Enterprise: {Unlimited, 100, 1_000_000, High, time.Hour},
	} {
		if got := tier.Limits(); got != want {
			t.Errorf("%s: %+v, want %+v", tier, got, want)
		}
		if err := tier.CheckSize(want.Qubits, want.Shots); err != nil {
			t.Errorf("%s at its limits: %v", tier, err)
		}
		if parsed, err := ParseTier(string(tier)); err != nil || parsed != tier {
			t.Errorf("%s: %v", tier, err)
		}
	}
	for _, text := range []string{"", "FREE ", "gold"} {
		if tier, err := ParseTier(text); err == nil && tier != Free {
			t.Errorf("%q: taken as %q", text, tier)
		}
	}
	for _, c := range []struct {
		tier          Tier
		qubits, shots int64
		says          string
		next          Tier
	}{
		{Free, 25, 1, "Circuit exceeds your tier limits (25 qubits > 20 max).", Pro},
		{Free, 2, 20000, "Circuit exceeds your tier limits (20000 shots > 10000 max).", Pro},
		{Free, 25, 20000, "Circuit exceeds your tier limits (25 qubits > 20 max).", Pro},
		{Pro, 51, 1, "Circuit exceeds your tier limits (51 qubits > 50 max).", Enterprise},
		{Enterprise, 101, 1, "Circuit exceeds your tier limits (101 qubits > 100 max).", ""},
	} {
		err, ok := c.tier.CheckSize(c.qubits, c.shots).(*SizeError)
		if !ok || err.Error() != c.says || err.NextTier != c.next || err.SeeTier != c.tier {
			t.Errorf("%+v: got %+v", c, err)
		}
	}
	if got := Tier("gold").Limits(); got.Qubits != 0 || got.Shots != 0 || got.JobsPerDay == Unlimited {
		t.Errorf("an unknown tier may do something: %+v", got)
	}
}

func TestScopes(t *testing.T) {
	for text, want := range map[string]string{"": "execute,read", "read": "read", "read,execute": "execute,read", "read read": "read", " execute ": "execute"} {
		if got, err := ParseScopes(text); err != nil || got.String() != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if s, err := ParseScopes("read,keys"); err == nil {
		t.Errorf("an unknown scope: %v", s)
	}
	if s := (Scopes{Read}); !s.Has(Read) || s.Has(Execute) {
		t.Error("a key for reading may execute")
	}
}

var keyShape = regexp.MustCompile(`^qcos-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}$`)

func TestGeneratedKeys(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		key := generateKey()
		if !keyShape.MatchString(key) || seen[key] {
			t.Fatalf("key %q", key)
		}
		seen[key] = true
		if keyPrefix(key) != key[5:7] {
			t.Errorf("prefix of %s: %s", key, keyPrefix(key))
		}
	}
}

// TestKeysAreUniform: each of the 62 characters is as likely as the others. Each count is binomial; five standard deviations are passed by
// chance in one run of 28,000 with 62 counts. A draw without rejection, 256 mod 62, would be 25 % off for eight characters.
func TestKeysAreUniform(t *testing.T) {
	const n = 620_000
	counts := map[byte]int{}
	for _, b := range []byte(randomText(n)) {
		counts[b]++
	}
	p := 1.0 / float64(len(base62))
	bound := 5 * math.Sqrt(n*p*(1-p))
	for i := range len(base62) {
		if d := math.Abs(float64(counts[base62[i]]) - n*p); d > bound {
			t.Errorf("%c came %d times, %v expected within %.0f", base62[i], counts[base62[i]], n*p, bound)
		}
	}
	if len(counts) != len(base62) {
		t.Errorf("%d different characters", len(counts))
	}
}

func TestLifeOfAKey(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := time.Hour
	for name, c := range map[string]struct {
		key Key
		end time.Time
	}{
		"for ever":          {Key{}, time.Time{}},
		"expires":           {Key{ExpiresAt: now.Add(h)}, now.Add(h)},
		"revoked":           {Key{RevokedAt: now}, now},
		"rotated":           {Key{RotatedAt: now}, now.Add(24 * h)},
		"rotated, expires":  {Key{RotatedAt: now, ExpiresAt: now.Add(h)}, now.Add(h)},
		"rotated, revoked":  {Key{RotatedAt: now, RevokedAt: now.Add(2 * h)}, now.Add(2 * h)},
		"revoked after end": {Key{ExpiresAt: now.Add(h), RevokedAt: now.Add(2 * h)}, now.Add(h)},
	} {
		if got := c.key.End(); !got.Equal(c.end) {
			t.Errorf("%s: ends at %v, want %v", name, got, c.end)
		}
		if c.end.IsZero() {
			if !c.key.Valid(now.AddDate(1000, 0, 0)) {
				t.Errorf("%s: ended", name)
			}
			continue
		}
		if !c.key.Valid(c.end.Add(-time.Nanosecond)) || c.key.Valid(c.end) {
			t.Errorf("%s: does not end exactly at %v", name, c.end)
		}
	}
	if (Key{RotatedAt: now}).Rotatable(now.Add(h)) || (Key{ExpiresAt: now}).Rotatable(now) || (Key{RevokedAt: now}).Rotatable(now) || !(Key{}).Rotatable(now) {
		t.Error("what can be rotated")
	}
}

func TestSuccessorOfAKey(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := GenerateSecret()
	old, text := newKey(s, KeyRequest{Name: "k", Scopes: Scopes{Read}, Lifetime: 48 * time.Hour, DailyLimit: 7}, now)
	old.OwnerID, old.UserID = 3, 4
	next, nextText := old.successor(s, now.Add(time.Hour))
	if next.ID == old.ID || nextText == text || bytes.Equal(next.Hash, old.Hash) {
		t.Error("the successor is the same key")
	}
	if next.Name != "k" || next.Scopes.String() != "read" || next.DailyLimit != 7 || next.OwnerID != 3 || next.UserID != 4 || next.Family != old.Family {
		t.Errorf("successor %+v", next)
	}
	if !next.ExpiresAt.Equal(now.Add(49 * time.Hour)) {
		t.Errorf("it does not live as long: %v", next.ExpiresAt)
	}
}

func TestKeyRequests(t *testing.T) {
	for name, r := range map[string]KeyRequest{
		"no name": {}, "spaces": {Name: "  "}, "control": {Name: "a\nb"}, "zero": {Name: "a\x00"}, "long": {Name: strings.Repeat("x", 101)},
		"lifetime": {Name: "k", Lifetime: -1}, "limit": {Name: "k", DailyLimit: -1}, "scope": {Name: "k", Scopes: Scopes{"root"}},
	} {
		if _, err := r.check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if r, err := (KeyRequest{Name: " Schlüssel für die Prüfung "}).check(); err != nil || r.Name != "Schlüssel für die Prüfung" || r.Scopes.String() != "execute,read" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSecretShowsOnlyItsFingerprint(t *testing.T) {
	const text = "a-secret-of-more-than-24-characters"
	s, err := NewSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Secret Secret
		inner  Secret
	}
	h := holder{s, s}
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v", s, s, s, s, s, s, s, h, h, &h)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%p"} {
		shown += fmt.Sprintf(format, []any{s, &s, h})
	}
	data, err := json.Marshal(map[string]any{"s": s, "h": h})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("x", "s", s, "h", h, "p", &h)
	}
	all := shown + string(data) + log.String()
	for _, part := range []string{text, text[:12], fmt.Sprintf("%x", text[:12]), strings.Trim(fmt.Sprint([]byte(text[:4])), "[]")} {
		if strings.Contains(all, part) {
			t.Errorf("the secret shows as %q in %s", part, all)
		}
	}
	if !strings.Contains(shown, s.Fingerprint()) || len(s.Fingerprint()) != 16 {
		t.Errorf("fingerprint %q in %s", s.Fingerprint(), shown)
	}
	if s.Reveal() != text {
		t.Errorf("revealed %q", s.Reveal())
	}
}

func TestSecretsDeriveWhatIsUnrelated(t *testing.T) {
	a, b := GenerateSecret(), GenerateSecret()
	if a.Fingerprint() == b.Fingerprint() || bytes.Equal(a.HashKey("k"), b.HashKey("k")) || bytes.Equal(a.Derive("x"), a.Derive("y")) || bytes.Equal(a.HashKey("k"), a.HashKey("l")) {
		t.Error("different things are equal")
	}
	same, err := NewSecret(" " + a.Reveal() + "\n")
	if err != nil || same.Fingerprint() != a.Fingerprint() || !bytes.Equal(same.HashKey("k"), a.HashKey("k")) || !bytes.Equal(same.Derive("x"), a.Derive("x")) {
		t.Errorf("the same secret differs: %v", err)
	}
	if !(Secret{}).Empty() || (Secret{}).Reveal() != "" || (Secret{}).Fingerprint() != "" {
		t.Error("the empty secret")
	}
	for _, text := range []string{"", "short", strings.Repeat("x", 600), "a secret with spaces in it, long enough", strings.Repeat("ü", 20)} {
		if _, err := NewSecret(text); err == nil || len(text) > 5 && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	var made sync.Map
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, created, err := LoadOrCreateSecret(path)
			if err != nil {
				t.Error(err)
			}
			made.Store(s.Fingerprint(), true)
			if created {
				made.Store("created", true)
			}
		})
	}
	all.Wait()
	n := 0
	made.Range(func(any, any) bool { n++; return true })
	if n != 2 {
		t.Errorf("%d secrets were made by processes at once", n-1)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".secret-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSecret(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}
