package cli

import (
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/config"
)

func TestParseBytes(t *testing.T) {
	good := map[string]int64{
		"1": 1, "512b": 512, "1k": 1024, "1KiB": 1024, "1kB": 1000, "2M": 2 << 20, "8GiB": 8 << 30, "8 GiB": 8 << 30, "1.5T": 3 << 39, "3GB": 3e9,
		"4294967296": 1 << 32, "1e3": 1000,
	}
	for s, want := range good {
		if got, err := config.ParseBytes(s); err != nil || got != want {
			t.Errorf("%q: %d (%v), not %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "0", "-1", "0.5", "GiB", "8XB", "8GiBB", "NaN", "Inf", "1e30", "9999999999T", "0x10", "8 G iB"} {
		if got, err := config.ParseBytes(s); err == nil {
			t.Errorf("%q is taken for %d", s, got)
		}
	}
}

func TestTimeValue(t *testing.T) {
	good := map[string]time.Duration{"30s": 30 * time.Second, "10m": 10 * time.Minute, "1h30m": 90 * time.Minute, "90": 90 * time.Second, "0.5": time.Second / 2}
	for s, want := range good {
		var got time.Duration
		if err := (timeValue{&got}).Set(s); err != nil || got != want {
			t.Errorf("%q: %v (%v), not %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "0", "-3s", "soon", "NaN", "Inf", "1e300", "10 m"} {
		var got time.Duration
		if err := (timeValue{&got}).Set(s); err == nil {
			t.Errorf("%q is taken for %v", s, got)
		}
	}
}

func TestCountValue(t *testing.T) {
	var n int
	v := countValue{&n, 1000}
	for s, want := range map[string]int{"1": 1, "1000": 1000, "1_000": 1000} {
		if err := v.Set(s); err != nil || n != want {
			t.Errorf("%q: %d (%v), not %d", s, n, err, want)
		}
	}
	for _, s := range []string{"", "0", "-1", "1001", "1.5", "1e3", "99999999999999999999", "ten"} {
		if err := v.Set(s); err == nil {
			t.Errorf("%q is taken for %d", s, n)
		}
	}
}

func TestSeedValue(t *testing.T) {
	var seed *uint64
	v := seedValue{&seed}
	if v.String() != "" {
		t.Errorf("no seed shows as %q", v.String())
	}
	if err := v.Set("18446744073709551615"); err != nil || seed == nil || *seed != 1<<64-1 || v.String() != "18446744073709551615" {
		t.Errorf("%v (%v)", v.String(), err)
	}
	for _, s := range []string{"-1", "18446744073709551616", "x", ""} {
		if v.Set(s) == nil {
			t.Errorf("%q is taken", s)
		}
	}
}
