package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "qcos-CaNaRy-5ecr-3t99"

func TestSecretNeverShows(t *testing.T) {
	secret := NewSecret(canary)
	holder := struct {
		Shown  Secret
		hidden Secret
	}{secret, secret}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
		fmt.Fprintf(&out, verb+"\n", secret)
		fmt.Fprintf(&out, verb+"\n", &secret)
		fmt.Fprintf(&out, verb+"\n", holder)
		fmt.Fprintf(&out, verb+"\n", &holder)
		fmt.Fprintf(&out, verb+"\n", []any{secret, map[string]Secret{"k": secret}})
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"a": secret, "b": holder, "c": &secret}); err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", secret, "holder", holder)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", secret, "holder", holder)
	for _, form := range []string{canary, "CaNaRy", fmt.Sprintf("%x", "5ecr"), fmt.Sprintf("%X", "5ecr")} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the output holds %q:\n%s", form, &out)
		}
	}
	if got := fmt.Sprintf("%#v %d %x", secret, secret, secret); got != "qcos-Ca… qcos-Ca… qcos-Ca…" {
		t.Errorf("unusual verbs print %s", got)
	}
	if !strings.Contains(out.String(), "qcos-Ca…") || secret.Reveal() != canary {
		t.Errorf("the output lacks the cut key, or Reveal gives %q:\n%s", secret.Reveal(), &out)
	}
}

func TestSecretIsCut(t *testing.T) {
	for key, want := range map[string]string{
		"": "", "qcos-abcd-efgh-ijkl": "qcos-ab…", "qcos-abc": "qcos-…", "sk_live_0123456789": "sk…", "short": "…", "qcos-": "qcos-…",
	} {
		if got := NewSecret(key).String(); got != want {
			t.Errorf("%q is shown as %q, want %q", key, got, want)
		}
	}
	if !NewSecret("").Empty() || NewSecret("x").Empty() {
		t.Error("Empty is wrong")
	}
}

func TestCheckKey(t *testing.T) {
	for _, good := range []string{"qcos-xxxx-xxxx-xxxx", "x", "a=b/c+d", strings.Repeat("k", 4096)} {
		if err := CheckKey(good); err != nil {
			t.Errorf("%.40q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "-", " " + canary, canary + "\r", "CaN aRy", "CaN\x00aRy", "CaN\taRy", "CaNäaRy", "CaN\x7faRy", strings.Repeat("CaNaRy", 1000)} {
		err := CheckKey(bad)
		if err == nil || strings.Contains(err.Error(), "aRy") {
			t.Errorf("%.40q: got %v, want an error without the key", bad, err)
		}
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"nothing":                            "nothing",
		"https://x/?k=" + canary + "&y":      "https://x/?k=qcos-Ca…&y",
		canary + " and " + canary:            "qcos-Ca… and qcos-Ca…",
		strings.ToUpper(canary):              "QC…",
		"the file is ~/.qcos/config.json":    "the file is ~/.qcos/config.json",
		"qcos-":                              "qcos-",
		"/home/me/qcos-main/.env line 3":     "/home/me/qcos-main/.env line 3",
		"no such file: qcos-adder.qasm":      "no such file: qcos-adder.qasm",
		"https://x.example/" + canary:        "https://x.example/qcos-Ca…",
		canary + ".":                         "qcos-Ca…",
		"qcos-Ca… is shown, qcos-… too":      "qcos-Ca… is shown, qcos-… too",
		"https://user:hidden@host.example/x": "https://user:hidden@host.example/x",
	} {
		if got := Redact(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := show("https://user:hidden@host.example/x"); got != "https://…@host.example/x" {
		t.Errorf("a password in a URL: got %q", got)
	}
}

// TestKeysInWrongPlaces gives a key as the value of each setting, from each place, and looks for it in the errors.
func TestKeysInWrongPlaces(t *testing.T) {
	for _, row := range Table() {
		for _, value := range []string{canary, "https://" + canary + "@x", "http://x/?key=" + canary, canary + "\n" + canary} {
			w := newWorld(t)
			t.Setenv(row.Env, value)
			if _, err := Resolve(w.sources); err != nil && leaks(err) {
				t.Errorf("environment %s: %v", row.Env, err)
			}
			if err := CheckValue(row.Name, value); err != nil && leaks(err) {
				t.Errorf("CheckValue %s: %v", row.Name, err)
			}
			t.Setenv(row.Env, "")
		}
	}
	if err := CheckValue(canary, "x"); err == nil || leaks(err) {
		t.Errorf("as a setting's name: %v", err)
	}
	if err := CheckProfileName(canary + "!"); err == nil || leaks(err) {
		t.Errorf("as a profile's name: %v", err)
	}
}

func leaks(err error) bool {
	return strings.Contains(strings.ToLower(fmt.Sprintf("%v %+v %#v", err, err, err)), "nary")
}
