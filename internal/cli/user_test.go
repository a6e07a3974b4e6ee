package cli

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
)

// TestUserInfoOfTheGuide is the guide's output, letter for letter.
func TestUserInfoOfTheGuide(t *testing.T) {
	u, _ := remoteUser(t)
	code, out, words := u.does(t, "user", "info")
	want := "User: demo@example.com\nTier: pro\nJobs today: 23/100\nMax qubits: 50\nMax shots: 100,000\n"
	if code != exitOK || out != want || words != "" {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
}

func TestUserInfo(t *testing.T) {
	u, s := remoteUser(t)
	s.User.DailyLimit, s.User.Tier, s.User.MaxShots = api.Unlimited, api.TierEnterprise, 1000000
	if _, out, _ := u.does(t, "user", "info"); !strings.Contains(out, "Jobs today: 23/unlimited\n") || !strings.Contains(out, "Max shots: 1,000,000\n") {
		t.Errorf("got %s", out)
	}
	_, out, _ := u.does(t, "user", "info", "--format", "json")
	var info api.UserInfo
	if err := json.Unmarshal([]byte(out), &info); err != nil || !reflect.DeepEqual(info, s.User) {
		t.Errorf("got %s, %v", out, err)
	}
	t.Setenv("QCOS_API_KEY", "qcos-wrong-wrong")
	code, out, words := u.does(t, "user", "info")
	if code != exitAuth || out != "" || words != "Error: Invalid API key. Please check your credentials.\n       Verify your key is correct and not expired.\n" {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	t.Setenv("QCOS_API_KEY", "")
	if code, _, words := u.does(t, "user", "info"); code != exitAuth || !strings.HasPrefix(words, "Error: no API key was found for http://127.0.0.1") {
		t.Errorf("exit code %d: %s", code, words)
	}
}

// TestKeyFromEveryPlace: flag, environment, .env and config.json all open the account.
func TestKeyFromEveryPlace(t *testing.T) {
	u, s := remoteUser(t)
	t.Setenv("QCOS_API_KEY", "")
	t.Setenv("QCOS_API_URL", "")
	for name, put := range map[string]func() []string{
		"flag":        func() []string { return []string{"--api-key", apitest.Key, "--api-url", s.URL} },
		"environment": func() []string { t.Setenv("QCOS_API_KEY", apitest.Key); t.Setenv("QCOS_API_URL", s.URL); return nil },
		".env": func() []string {
			u.writes(t, "project/.env", "QCOS_API_KEY="+apitest.Key+"\nQCOS_API_URL="+s.URL+"\n")
			return nil
		},
		"config.json": func() []string {
			u.writes(t, ".qcos/config.json", `{"api_key":"`+apitest.Key+`","api_url":"`+s.URL+`"}`)
			return nil
		},
	} {
		args := put()
		if code, out, words := u.does(t, append([]string{"user", "info"}, args...)...); code != exitOK || !strings.HasPrefix(out, "User: demo@example.com\n") {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, words)
		}
		t.Setenv("QCOS_API_KEY", "")
		t.Setenv("QCOS_API_URL", "")
		u.writes(t, "project/.env", "")
		u.writes(t, ".qcos/config.json", "")
	}
}
