package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/machine"
)

// healthy is a doctor on a machine where nothing is wrong, for the user's folder and environment.
func healthy(out *bytes.Buffer) *doctorOptions {
	return &doctorOptions{
		app:     &App{Out: out, Err: out, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Time{} }},
		sources: config.Here(pflag.NewFlagSet("doctor", pflag.ContinueOnError)),
		memory: func() machine.Memory {
			return machine.Memory{Total: 16 << 30, Available: 8 << 30, Limit: "control group"}
		},
		keyring: func(context.Context) error { return nil },
		try:     func(context.Context) (string, error) { return "avx2", nil },
		format:  formatJSON,
		timeout: doctorTimeout,
	}
}

// findingsOf runs the doctor and gives its findings by check.
func findingsOf(t *testing.T, o *doctorOptions, out *bytes.Buffer) (map[string]finding, error) {
	t.Helper()
	err := o.run(t.Context())
	var report struct {
		Status verdict
		Checks []finding
	}
	if e := json.Unmarshal(out.Bytes(), &report); e != nil {
		t.Fatalf("%v: %s", e, out)
	}
	byCheck := map[string]finding{}
	worst := verdictOK
	for _, f := range report.Checks {
		if byCheck[f.Check].Verdict != verdictWarn {
			byCheck[f.Check] = f
		}
		if f.Verdict == verdictFail || worst == verdictOK {
			worst = f.Verdict
		}
	}
	if report.Status != worst || (worst == verdictFail) != (err != nil) {
		t.Errorf("status %q and error %v, and the worst check is %q", report.Status, err, worst)
	}
	return byCheck, err
}

func TestDoctorOnAHealthyMachine(t *testing.T) {
	newUser(t)
	var out bytes.Buffer
	found, err := findingsOf(t, healthy(&out), &out)
	if err != nil || len(found) != 11 {
		t.Fatalf("%d checks, %v: %s", len(found), err, &out)
	}
	for check, words := range map[string]string{
		"memory": "8 GiB free of 16 GiB (limit of the control group)", "simulator": "kernel avx2",
		"config file": "does not exist", ".env": "none", "API key": "none", "API URL": "https://api.softquantus.com (default)",
		"authorities": "of the system", "keyring": "can be reached", "settings": "good", "version": "qcos ", "processor": "thread",
	} {
		if f := found[check]; f.Verdict != verdictOK || !strings.Contains(f.Detail, words) {
			t.Errorf("%s: %+v, want %q", check, f, words)
		}
	}
}

func TestDoctorFinds(t *testing.T) {
	certificate := "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	for _, c := range []struct {
		name    string
		prepare func(u *user, o *doctorOptions)
		check   string
		want    verdict
		words   string
	}{
		{"little memory", func(_ *user, o *doctorOptions) {
			o.memory = func() machine.Memory { return machine.Memory{Total: 1 << 30, Available: 1 << 20, Limit: "machine"} }
		}, "memory", verdictWarn, "1 MiB"},
		{"no memory known", func(_ *user, o *doctorOptions) { o.memory = func() machine.Memory { return machine.Memory{} } }, "memory", verdictWarn, "cannot"},
		{"a simulator that fails", func(_ *user, o *doctorOptions) {
			o.try = func(context.Context) (string, error) { return "", errors.New("wrong counts") }
		}, "simulator", verdictFail, "wrong counts"},
		{"no keyring", func(_ *user, o *doctorOptions) {
			o.keyring = func(context.Context) error { return errors.New("exec: no dbus-launch") }
		}, "keyring", verdictOK, "none can be reached: exec: no dbus-launch"},
		{"a broken config file", func(u *user, _ *doctorOptions) { u.writes(t, ".qcos/config.json", "{") }, "config file", verdictFail, "line 1, column 2"},
		{"an open config file", func(u *user, _ *doctorOptions) {
			u.writes(t, ".qcos/config.json", "{}")
			_ = os.Chmod(filepath.Join(u.home, ".qcos", "config.json"), 0o644)
		}, "config file", verdictWarn, "chmod 600"},
		{"a good config file", func(u *user, _ *doctorOptions) { u.writes(t, ".qcos/config.json", `{"profiles":{"dev":{}}}`) }, "config file", verdictOK, "1 profile, for you alone"},
		{"no home", func(_ *user, o *doctorOptions) { o.sources.Home = "" }, "config file", verdictWarn, "cannot be stored"},
		{"a broken .env", func(u *user, _ *doctorOptions) { u.writes(t, "project/.env", "what?\n") }, ".env", verdictFail, "line 1"},
		{"a .env that git shows", func(u *user, _ *doctorOptions) { u.writes(t, "project/.env", "QCOS_API_KEY=x\n") }, ".env", verdictWarn, "git does not ignore it"},
		{"a .env that git ignores", func(u *user, _ *doctorOptions) {
			u.writes(t, "project/.env", "QCOS_API_KEY=x\n")
			u.writes(t, "project/.gitignore", "*.env\n")
		}, ".env", verdictOK, "git ignores it"},
		{"a wrong value", func(*user, *doctorOptions) { t.Setenv("QCOS_TIMEOUT", "abc") }, "settings", verdictFail, `timeout "abc" of environment QCOS_TIMEOUT`},
		{"a URL of .env that does not count", func(u *user, _ *doctorOptions) { u.writes(t, "project/.env", "QCOS_API_URL=https://x.example\n") }, "settings", verdictWarn, "does not count"},
		{"a key", func(*user, *doctorOptions) { t.Setenv("QCOS_API_KEY", secretKey) }, "API key", verdictOK, "qcos-Ca… (environment QCOS_API_KEY)"},
		{"a URL in the clear", func(*user, *doctorOptions) { t.Setenv("QCOS_API_URL", "http://x.example") }, "API URL", verdictWarn, "in the clear"},
		{"no CA file", func(*user, *doctorOptions) { t.Setenv("QCOS_CA_FILE", "gone.pem") }, "authorities", verdictFail, `"gone.pem" (environment QCOS_CA_FILE): no such file`},
		{"an empty CA file", func(u *user, _ *doctorOptions) {
			u.writes(t, "project/ca.pem", certificate)
			t.Setenv("QCOS_CA_FILE", "ca.pem")
		}, "authorities", verdictFail, "no certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUser(t)
			var out bytes.Buffer
			o := healthy(&out)
			c.prepare(u, o)
			found, _ := findingsOf(t, o, &out)
			if f := found[c.check]; f.Verdict != c.want || !strings.Contains(f.Detail, c.words) {
				t.Errorf("got %+v, want %s with %q", f, c.want, c.words)
			}
			for _, name := range []string{"QCOS_TIMEOUT", "QCOS_API_KEY", "QCOS_API_URL", "QCOS_CA_FILE"} {
				t.Setenv(name, "")
			}
		})
	}
}

func TestDoctorText(t *testing.T) {
	newUser(t)
	var out bytes.Buffer
	o := healthy(&out)
	o.format = formatText
	o.memory = func() machine.Memory { return machine.Memory{} }
	if err := o.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "warn  memory       cannot be found out\n                   say what may be used with --max-memory\nok    simulator    kernel avx2"
	if !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant in it\n%s", &out, want)
	}
}

func TestDoctorStops(t *testing.T) {
	newUser(t)
	var out bytes.Buffer
	o := healthy(&out)
	ctx, cancel := context.WithCancel(t.Context())
	o.keyring = func(context.Context) error { cancel(); return ctx.Err() }
	if err := o.run(ctx); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("got %v, %q", err, &out)
	}
}
