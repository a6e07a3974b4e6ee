package server

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/pkg/api"
)

// FuzzRequests sends any method, path, header and body: nothing panics, nothing is answered with 5xx, what fails is a problem, and what was sent
// is not repeated in it.
func FuzzRequests(f *testing.F) {
	for _, seed := range [][4]string{
		{"POST", "/execute", `{"qasm":"x","shots":1}`, "a"}, {"GET", "/results/a?wait=0.01", "", ""}, {"DELETE", "/api/v1/jobs/a?purge=true", "", ""},
		{"GET", "/jobs?limit=2&cursor=a", "", ""}, {"POST", "/v1/estimate", `{"qasm":null}`, "\x00"}, {"POST", "/simulate", `{"circuit":{"qasm":""}}`, ""},
		{"PUT", "/%2e%2e/execute", "{", "é"}, {"GET", "/status/%00", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	fake := newFake()
	s := New(Options{Accounts: fake, Jobs: fake, Ready: func(context.Context) error { return nil }, Version: "fuzz"})
	f.Fuzz(func(t *testing.T, method, target, body, header string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !regexp.MustCompile(`^[A-Z]{1,10}$`).MatchString(method) || u.Host != "" {
			t.Skip()
		}
		switch {
		case strings.Contains(u.Path, "events"), strings.Contains(u.Path, "simulate"), strings.Contains(u.RawQuery, "wait"), strings.HasPrefix(u.Path, api.Prefix):
			t.Skip() // which wait, or need more than the fake
		}
		r := httptest.NewRequest(method, "/", strings.NewReader(body))
		r.URL = u
		r.Header.Set(api.HeaderKey, freeKey)
		r.Header.Set(api.HeaderIdempotencyKey, header)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s %q %q: %d %s", method, target, body, w.Code, w.Body)
		}
		if w.Code < 400 {
			return
		}
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Code == "" {
			t.Fatalf("%s %q %q: no problem: %d %s", method, target, body, w.Code, w.Body)
		}
		for _, sent := range []string{body, header, u.Path} {
			if len(sent) > 12 && strings.Contains(w.Body.String(), sent) && !strings.Contains(`"about:blank""/openapi.json"`, sent) {
				t.Errorf("%s %q: %q is repeated: %s", method, target, sent, w.Body)
			}
		}
	})
}

// TestDocsLoadNothing: the page of documentation has no script and nothing from elsewhere, and names every route.
func TestDocsLoadNothing(t *testing.T) {
	_, s := newTest(t, nil)
	w := ask(s, "GET", "/docs", "", api.HeaderKey, "")
	page := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, tag := range regexp.MustCompile(`(?i)<(script|img|link|iframe|object|embed)|(src|href)="[^#"][^"]*//|@import|url\(`).FindAllString(page, -1) {
		t.Errorf("the page has %s", tag)
	}
	routes := 0
	for path := range s.api.OpenAPI().Paths {
		if routes++; !strings.Contains(page, path) {
			t.Errorf("the page lacks %s", path)
		}
	}
	if routes < 15 {
		t.Fatalf("%d routes only", routes)
	}
}
