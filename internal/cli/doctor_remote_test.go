package cli

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
)

func TestDoctorAsksTheServer(t *testing.T) {
	for _, c := range []struct {
		name   string
		env    map[string]string
		before func(w http.ResponseWriter, r *http.Request) bool
		check  string
		status verdict
		words  string
	}{
		{"all is well", nil, nil, "account", verdictOK, "the key is accepted: demo@example.com, tier pro, 23 of 100 jobs today"},
		{"all is well", nil, nil, "clock", verdictOK, "agrees with the server's"},
		{"all is well", nil, nil, "remote API", verdictOK, " is healthy, version test, not encrypted"},
		{"a wrong key", map[string]string{"QCOS_API_KEY": "qcos-wrong-wrong"}, nil, "account", verdictFail, "Invalid API key. Please check your credentials."},
		{"nobody there", map[string]string{"QCOS_API_URL": "http://127.0.0.1:1"}, nil, "remote API", verdictFail, "cannot reach http://127.0.0.1:1"},
		{"another clock", nil, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			return false
		}, "clock", verdictWarn, "behind the server's"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, s := remoteUser(t)
			s.Before = c.before
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			var out bytes.Buffer
			o := healthy(&out)
			findings, _ := findingsOf(t, o, &out)
			if f := findings[c.check]; f.Verdict != c.status || !strings.Contains(f.Detail, c.words) {
				t.Errorf("got %+v", f)
			}
			if strings.Contains(out.String(), apitest.Key) {
				t.Error("the key is shown")
			}
		})
	}
}

func TestDoctorAsksNobodyWithoutAKey(t *testing.T) {
	_, s := remoteUser(t)
	t.Setenv("QCOS_API_KEY", "")
	var out bytes.Buffer
	findings, err := findingsOf(t, healthy(&out), &out)
	if _, asked := findings["remote API"]; asked || err != nil || len(s.Requests()) > 0 {
		t.Errorf("%v, %v, %d requests", findings, err, len(s.Requests()))
	}
}
