package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n"

const freeKey = "qcos-free-0000-test"

// newTest makes a server on a fake.
func newTest(t *testing.T, change func(*Options)) (*fake, *Server) {
	t.Helper()
	f := newFake()
	o := Options{Accounts: f, Jobs: f, Ready: func(context.Context) error { return f.err }, Version: "1.2.3"}
	if change != nil {
		change(&o)
	}
	return f, New(o)
}

// ask sends one request; headers are names and values in turn.
func ask(s http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set(api.HeaderKey, freeKey)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func quoted(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != api.ContentTypeProblem {
		t.Fatalf("no problem: %d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if p.Status != w.Code || p.Title != http.StatusText(w.Code) || p.Type != api.TypeProblem || p.Detail == "" {
		t.Errorf("status %d with %+v", w.Code, p)
	}
	return p
}

func TestHeadersOfTheKey(t *testing.T) {
	f, s := newTest(t, nil)
	other := f.add(9, account.Pro, account.AllScopes())
	for _, c := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"X-API-Key", nil, 200},
		{"Bearer", []string{api.HeaderKey, "", "Authorization", "Bearer " + freeKey}, 200},
		{"bearer in lower case", []string{api.HeaderKey, "", "Authorization", "bearer  " + freeKey}, 200},
		{"both", []string{"Authorization", "Bearer " + freeKey}, 200},
		{"both valid and different", []string{"Authorization", "Bearer " + other}, 401},
		{"one of them wrong", []string{"Authorization", "Bearer nothing"}, 401},
		{"none", []string{api.HeaderKey, ""}, 401},
		{"unknown", []string{api.HeaderKey, "qcos-nobo-dys0-key0"}, 401},
		{"another scheme alone", []string{api.HeaderKey, "", "Authorization", "Basic " + freeKey}, 401},
		{"another scheme beside it", []string{"Authorization", "Basic eDp5"}, 200},
		{"empty", []string{api.HeaderKey, " "}, 401},
		{"a megabyte", []string{api.HeaderKey, strings.Repeat("x", 1<<20)}, 401},
	} {
		w := ask(s, "GET", "/user/me", "", c.headers...)
		if w.Code != c.want {
			t.Errorf("%s: got %d %s", c.name, w.Code, w.Body)
		}
		if c.want == 401 {
			p := problemIn(t, w)
			if p.Code != api.CodeInvalidAPIKey || p.Detail != api.DetailInvalidAPIKey || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
	}
}

func TestBothFormsOfEveryRoute(t *testing.T) {
	f, s := newTest(t, nil)
	if w := ask(s, "POST", "/api/v1/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	f.finish("a", text(`{"counts":{"00":1024},"shots":1024}`))
	for _, path := range []string{"/", "/health", "/ready", "/user/me", "/status/a", "/results/a", "/jobs", "/v1/jobs", "/runtime/jobs", "/runtime/jobs/a", "/backends", "/openapi.json", "/docs"} {
		bare, prefixed := ask(s, "GET", path, ""), ask(s, "GET", api.Prefix+path, "")
		if bare.Code != 200 || prefixed.Code != 200 {
			t.Errorf("%s: %d and %d: %s", path, bare.Code, prefixed.Code, bare.Body)
		}
	}
	for path, want := range map[string]int{
		"/api/v1": 200, "/api/v1/": 200, "/jobs/": 200, "/api/v2/health": 404, "/nothing": 404, "/status": 404, "/status/": 404, "//health": 404,
		"/status/../user/me": 404, "/status/%2e%2e/user/me": 404, "/api/v1x": 404, "/status/a%2fb": 404,
	} {
		w := ask(s, "GET", path, "")
		if w.Code != want {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
		if want == 404 {
			problemIn(t, w)
		}
	}
	w := ask(s, "PUT", "/execute", "{}")
	if p := problemIn(t, w); w.Code != 405 || p.Code != api.CodeMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("PUT: %d %v", w.Code, w.Header())
	}
}

// TestRequestsAreChecked: what is wrong with a request is said by member, and nothing of it is repeated.
func TestRequestsAreChecked(t *testing.T) {
	_, s := newTest(t, nil)
	const canary = "CaNaRy5ecr3t99"
	for _, c := range []struct {
		body   string
		code   api.Code
		detail string // must be contained
	}{
		{`{"qasm":"` + canary + `","shots":0}`, api.CodeInvalidRequest, "shots: "},
		{`{"qasm":"` + canary + `","shots":-5}`, api.CodeInvalidRequest, "shots: "},
		{`{"qasm":"` + canary + `","shots":1e30}`, api.CodeInvalidRequest, "shots: "},
		{`{"qasm":"` + canary + `","shots":"` + canary + `"}`, api.CodeInvalidRequest, "shots: "},
		{`{"qasm":"` + canary + `","shots":1.5}`, api.CodeInvalidRequest, "shots: "},
		{`{"shots":5,"` + canary + `":1}`, api.CodeInvalidRequest, "qasm"},
		{`{"qasm":["` + canary + `"]}`, api.CodeInvalidRequest, "qasm: "},
		{`{"qasm":null}`, api.CodeInvalidRequest, "qasm: "},
		{`{"qasm":""}`, api.CodeInvalidRequest, "qasm: "},
		{`{"qasm":"x","job_id":"` + canary + ` "}`, api.CodeInvalidRequest, "job_id: "},
		{`{"qasm":"x","job_id":"` + strings.Repeat(canary, 20) + `"}`, api.CodeInvalidRequest, "job_id: "},
		{`{"qasm":"x","method":"` + canary + `"}`, api.CodeInvalidRequest, "method: "},
		{`{"qasm":"x","seed":-1}`, api.CodeInvalidRequest, "seed: "},
		{`{"qasm":"x","tags":["` + strings.Repeat(canary, 20) + `"]}`, api.CodeInvalidRequest, "tags[0]: "},
		{`{"qasm":"x","name":"` + strings.Repeat(canary, 20) + `"}`, api.CodeInvalidRequest, "name: "},
		{`{"qasm":"` + canary + `"`, api.CodeInvalidRequest, "not valid JSON"},
		{canary, api.CodeInvalidRequest, "not valid JSON"},
		{`["` + canary + `"]`, api.CodeInvalidRequest, "expected object"},
		{``, api.CodeInvalidRequest, "body"},
		{strings.Repeat("[", 100000), api.CodeInvalidRequest, "JSON"},
		{`{"qasm":"broken"}`, api.CodeInvalidCircuit, "2:3: it is broken"},
	} {
		w := ask(s, "POST", "/execute", c.body, "Content-Type", "application/json")
		p := problemIn(t, w)
		if p.Code != c.code || !strings.Contains(p.Detail, c.detail) {
			t.Errorf("%.60s: %d %+v", c.body, w.Code, p)
		}
		if strings.Contains(w.Body.String(), canary) {
			t.Errorf("%.60s is repeated: %s", c.body, w.Body)
		}
	}
	ok := `{"qasm":` + quoted(bell) + `,"shots":null,"job_id":null,"seed":null,"priority":null,"method":null,"memory":null,"name":null,"tags":null,"later":{"x":1}}`
	if w := ask(s, "POST", "/execute", ok); w.Code != 200 {
		t.Errorf("null members: %d %s", w.Code, w.Body)
	}
}

func TestIdempotency(t *testing.T) {
	f, s := newTest(t, nil)
	body := `{"qasm":` + quoted(bell) + `,"job_id":"a"}`
	for range 2 {
		if w := ask(s, "POST", "/execute", body); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if w := ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"shots":1024}`, "Idempotency-Key", "a"); w.Code != 200 {
		t.Errorf("the same by header with the defaults filled in: %d %s", w.Code, w.Body)
	}
	if w := ask(s, "POST", "/execute", body, "Idempotency-Key", "a"); w.Code != 200 {
		t.Errorf("both and equal: %d", w.Code)
	}
	if p := problemIn(t, ask(s, "POST", "/execute", body, "Idempotency-Key", "b")); p.Code != api.CodeInvalidRequest {
		t.Errorf("both and different: %+v", p)
	}
	if p := problemIn(t, ask(s, "POST", "/execute", body, "Idempotency-Key", "b c")); p.Code != api.CodeInvalidRequest {
		t.Errorf("a bad header: %+v", p)
	}
	if p := problemIn(t, ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a","shots":7}`)); p.Code != api.CodeConflict {
		t.Errorf("another request: %+v", p)
	}
	if len(f.jobs) != 1 {
		t.Errorf("%d jobs", len(f.jobs))
	}
}

func TestBodies(t *testing.T) {
	f, s := newTest(t, nil)
	zip := func(text []byte) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(text)
		_ = z.Close()
		return b.String()
	}
	body := `{"qasm":` + quoted(bell) + `}`
	bomb := zip(append([]byte(`{"qasm":"`), bytes.Repeat([]byte{'x'}, 64<<20)...))
	largest := `{"qasm":"` + strings.Repeat("x", maxBody-len(`{"qasm":""}`)) + `"}`
	for _, c := range []struct {
		name, body string
		headers    []string
		want       int
	}{
		{"gzip", zip([]byte(body)), []string{"Content-Encoding", "gzip"}, 200},
		{"no gzip at all", body, []string{"Content-Encoding", "gzip"}, 422},
		{"cut gzip", zip([]byte(body))[:40], []string{"Content-Encoding", "gzip"}, 422},
		{"another encoding", body, []string{"Content-Encoding", "br"}, 415},
		{"a bomb", bomb, []string{"Content-Encoding", "gzip"}, 413},
		{"the largest", largest, nil, 200},
		{"one byte more", largest + " ", nil, 413},
		{"another type", body, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"text", body, []string{"Content-Type", "text/plain"}, 415},
		{"no type", body, []string{"Content-Type", ""}, 200},
		{"a charset", body, []string{"Content-Type", "application/json; charset=utf-8"}, 200},
	} {
		w := ask(s, "POST", "/execute", c.body, c.headers...)
		if w.Code != c.want {
			t.Errorf("%s: got %d %.200s", c.name, w.Code, w.Body)
		}
		if c.want != 200 {
			problemIn(t, w)
		}
	}
	r := httptest.NewRequest("POST", "/execute", io.MultiReader(strings.NewReader(largest), strings.NewReader(strings.Repeat(" ", 100))))
	r.Header.Set(api.HeaderKey, freeKey)
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 413 {
		t.Errorf("too much without a length: %d", w.Code)
	}
	if s.large.total != 0 || len(s.large.each) != 0 {
		t.Errorf("the gate holds %d bytes after all bodies are done", s.large.total)
	}
	_ = f
}

func TestGateBoundsLargeBodies(t *testing.T) {
	var g gate
	var leave []func()
	for range maxLargeEach / maxBody {
		l, p := g.enter(1, -1)
		if p != nil {
			t.Fatal(p)
		}
		leave = append(leave, l)
	}
	if _, p := g.enter(1, -1); p == nil || p.Code != api.CodeTooManyRequests {
		t.Errorf("one account over its share: %v", p)
	}
	if _, p := g.enter(1, 1000); p != nil {
		t.Errorf("a small one: %v", p)
	}
	for owner := int64(2); g.total+maxBody <= maxLarge; owner++ {
		if _, p := g.enter(owner, maxBody); p != nil {
			t.Fatal(p)
		}
	}
	if _, p := g.enter(99, maxBody); p == nil || p.Code != api.CodeUnavailable {
		t.Errorf("all together over the limit: %v", p)
	}
	for _, l := range leave {
		l()
	}
	if _, p := g.enter(1, maxBody); p != nil {
		t.Errorf("after they left: %v", p)
	}
}

func TestScopes(t *testing.T) {
	f, s := newTest(t, nil)
	read, execute := f.add(5, account.Pro, account.Scopes{account.Read}), f.add(5, account.Pro, account.Scopes{account.Execute})
	body := `{"qasm":` + quoted(bell) + `,"job_id":"a"}`
	for _, c := range []struct {
		key, method, path, body string
		want                    int
	}{
		{execute, "POST", "/execute", body, 200}, {read, "POST", "/execute", body, 403}, {read, "GET", "/status/a", "", 200}, {execute, "GET", "/status/a", "", 403},
		{read, "DELETE", "/jobs/a", "", 403}, {execute, "DELETE", "/jobs/a", "", 200}, {execute, "GET", "/user/me", "", 403}, {read, "POST", "/simulate", "{}", 403},
	} {
		w := ask(s, c.method, c.path, c.body, api.HeaderKey, c.key)
		if w.Code != c.want {
			t.Errorf("%s %s: got %d %s", c.method, c.path, w.Code, w.Body)
		}
		if c.want == 403 {
			if p := problemIn(t, w); p.Code != api.CodeInsufficientScope {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestResultsAreStreamedWhole(t *testing.T) {
	f, s := newTest(t, nil)
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a","name":"\"result\":null","tags":["\"result\":null"]}`)
	if w := ask(s, "GET", "/results/a", ""); w.Code != 202 || !strings.Contains(w.Body.String(), `"result":null`) {
		t.Errorf("while queued: %d %s", w.Code, w.Body)
	}
	result := `{"counts":{"00":500,"11":524},"num_qubits":2,"shots":1024,"execution_time_seconds":0.001,"backend":"qcos","device":"cpu"}`
	f.finish("a", text(result))
	w := ask(s, "GET", "/results/a", "")
	var j api.Job
	if err := json.Unmarshal(w.Body.Bytes(), &j); err != nil || w.Code != 200 || j.Result == nil || j.Result.Counts["11"] != 524 || j.Name != `"result":null` {
		t.Errorf("%d %s: %v", w.Code, w.Body, err)
	}
	if w := ask(s, "GET", "/v1/jobs/a/result", ""); !strings.Contains(w.Body.String(), `"result":`+result) {
		t.Errorf("published: %s", w.Body)
	}
}

// brokenResult fails in the middle.
type brokenResult struct{}

func (brokenResult) WriteTo(w io.Writer) (int64, error) {
	n, _ := io.WriteString(w, `{"counts":{`+strings.Repeat(`"00":1,`, 10000))
	return int64(n), errors.New("the disk is gone")
}

// TestBrokenResultIsNoAnswer: a client must be able to tell a result that broke off from a whole one.
func TestBrokenResultIsNoAnswer(t *testing.T) {
	f, s := newTest(t, nil)
	web := httptest.NewServer(s)
	defer web.Close()
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	f.finish("a", brokenResult{})
	for _, encoding := range []string{"gzip", "identity"} {
		r, _ := http.NewRequest("GET", web.URL+"/results/a", nil)
		r.Header.Set(api.HeaderKey, freeKey)
		r.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: a result that broke off looks whole", encoding)
		}
	}
}

func TestCompression(t *testing.T) {
	f, s := newTest(t, nil)
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	large := `{"warnings":["` + strings.Repeat("large ", 20000) + `"]}`
	f.finish("a", text(large))
	w := ask(s, "GET", "/results/a", "", "Accept-Encoding", "deflate, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > len(large)/10 {
		t.Fatalf("%v, %d bytes", w.Header(), w.Body.Len())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !strings.Contains(string(got), large) {
		t.Errorf("%v: %.100s", err, got)
	}
	for _, header := range []string{"", "identity", "gzip;q=0"} {
		if w := ask(s, "GET", "/results/a", "", "Accept-Encoding", header); w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), large) {
			t.Errorf("%q: %v", header, w.Header())
		}
	}
	if w := ask(s, "GET", "/user/me", "", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" || w.Code != 200 {
		t.Errorf("a small answer is compressed: %v", w.Header())
	}
}

func TestLongPoll(t *testing.T) {
	f, s := newTest(t, nil)
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	if w := ask(s, "GET", "/results/a?wait=0.05", ""); w.Code != 202 {
		t.Errorf("%d", w.Code)
	}
	done := make(chan *httptest.ResponseRecorder)
	go func() { done <- ask(s, "GET", "/results/a?wait=true", "") }()
	f.finish("a", text(`{"shots":1}`))
	if w := <-done; w.Code != 200 || !strings.Contains(w.Body.String(), `"shots":1`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, wait := range []string{"yes", "-1", "1e3", "1s", "true;"} {
		if w := ask(s, "GET", "/results/a?wait="+wait, ""); w.Code != 422 {
			t.Errorf("wait=%s: %d", wait, w.Code)
		}
	}
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"b"}`)
	go func() { done <- ask(s, "GET", "/results/b?wait=60", "") }()
	s.stop()
	if w := <-done; w.Code != 202 {
		t.Errorf("when the server stops: %d", w.Code)
	}
}

func TestEvents(t *testing.T) {
	f, s := newTest(t, nil)
	web := httptest.NewServer(s)
	defer web.Close()
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	if w := ask(s, "GET", "/jobs/none/events", ""); w.Code != 404 {
		t.Errorf("an unknown job: %d", w.Code)
	}
	r, _ := http.NewRequest("GET", web.URL+"/jobs/a/events", nil)
	r.Header.Set(api.HeaderKey, freeKey)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("type %s", kind)
	}
	first := make([]byte, 4096)
	n, err := answer.Body.Read(first) // comes at once: the job is not finished
	if err != nil || !strings.Contains(string(first[:n]), `"status":"queued"`) {
		t.Fatalf("%v %s", err, first[:n])
	}
	f.finish("a", text("{}"))
	rest, err := io.ReadAll(answer.Body)
	if err != nil || !strings.HasPrefix(string(rest), "event: job\ndata: {") || !strings.Contains(string(rest), `"status":"completed"`) {
		t.Errorf("%v %s", err, rest)
	}
}

func TestListing(t *testing.T) {
	_, s := newTest(t, nil)
	if w := ask(s, "GET", "/jobs", ""); strings.TrimSpace(w.Body.String()) != `{"jobs":[],"next_cursor":null}` {
		t.Errorf("%s", w.Body)
	}
	for _, id := range []string{"a", "b", "c"} {
		ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"`+id+`"}`)
	}
	var seen []string
	for path := "/jobs?limit=2"; path != ""; {
		var page api.JobList
		w := ask(s, "GET", path, "")
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err, w.Body)
		}
		for _, j := range page.Jobs {
			seen = append(seen, j.JobID)
		}
		if path = ""; page.NextCursor != nil {
			path = "/jobs?limit=2&cursor=" + *page.NextCursor
		}
	}
	if got := strings.Join(seen, ""); got != "cba" {
		t.Errorf("got %s", got)
	}
	for _, query := range []string{"cursor=none", "limit=0", "limit=101", "limit=x", "status=paused", "cursor=a%20b"} {
		if w := ask(s, "GET", "/jobs?"+query, ""); w.Code != 422 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestFailuresSayNothingOfTheInside(t *testing.T) {
	var log bytes.Buffer
	f, s := newTest(t, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	f.err = errors.New("connection to database at 10.0.0.7 refused")
	for _, c := range [][2]string{
		{"POST", "/execute"}, {"GET", "/status/a"}, {"GET", "/results/a"}, {"GET", "/jobs"}, {"DELETE", "/jobs/a"}, {"GET", "/user/me"}, {"GET", "/jobs/a/events"},
		{"POST", "/v1/jobs"}, {"POST", "/v1/estimate"}, {"GET", "/backends"}, {"POST", "/simulate"}, {"POST", "/circuits/validate"},
	} {
		body := ""
		if c[0] == "POST" {
			body = `{"qasm":"x","circuit":{"qasm":"x"}}`
		}
		log.Reset()
		w := ask(s, c[0], c[1], body)
		if p := problemIn(t, w); w.Code != 500 || strings.Contains(w.Body.String(), "10.0.0.7") || p.Code != api.CodeInternal {
			t.Errorf("%v: %d %s", c, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "10.0.0.7") || !strings.Contains(log.String(), w.Header().Get(api.HeaderRequestID)) {
			t.Errorf("%v: the log has %s", c, log.String())
		}
	}
	if w := ask(s, "GET", "/ready", ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("ready: %d", w.Code)
	}
	if w := ask(s, "GET", "/", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"queue_connected":false`) {
		t.Errorf("root: %d %s", w.Code, w.Body)
	}
	f.err, f.panics = nil, true
	log.Reset()
	if w := ask(s, "GET", "/user/me", ""); w.Code != 500 || problemIn(t, w).Code != api.CodeInternal || !strings.Contains(log.String(), "the fake panics") {
		t.Errorf("panic: %d %s", w.Code, log.String())
	}
}

func TestThrottling(t *testing.T) {
	_, s := newTest(t, func(o *Options) { o.AccountRate, o.AddressRate = 2, 0.5 })
	refused := 0
	for range 30 {
		w := ask(s, "GET", "/jobs", "", api.HeaderKey, "qcos-wron-gkey-0000")
		switch w.Code {
		case 429:
			refused++
			if p := problemIn(t, w); p.Code != api.CodeTooManyRequests || w.Header().Get("Retry-After") != "10" {
				t.Fatalf("%+v %v", p, w.Header())
			}
		case 401:
		default:
			t.Fatalf("%d", w.Code)
		}
	}
	if refused != 25 {
		t.Errorf("%d of 30 failed attempts were held off, want 25", refused)
	}
	passed := 0
	for range 30 {
		if w := ask(s, "GET", "/jobs", ""); w.Code == 200 {
			passed++
		}
	}
	if passed != 20 {
		t.Errorf("a valid key from the same address passed %d times of 30, want 20", passed)
	}
	if w := ask(s, "GET", "/jobs", "", api.HeaderKey, "qcos-pro-0001-test"); w.Code != 200 {
		t.Errorf("another account: %d", w.Code)
	}
	if w := ask(s, "GET", "/health", ""); w.Code != 200 {
		t.Errorf("health: %d", w.Code)
	}
}

func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	for _, c := range []struct {
		trusted           []netip.Prefix
		remote, forwarded string
		want              string
	}{
		{nil, "192.0.2.1:9", "203.0.113.9", "192.0.2.1"},
		{proxies, "192.0.2.1:9", "203.0.113.9", "203.0.113.9"},
		{proxies, "198.51.100.1:9", "203.0.113.9", "198.51.100.1"},
		{proxies, "192.0.2.1:9", "10.0.0.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"},
		{proxies, "192.0.2.1:9", "203.0.113.9, rubbish", "192.0.2.1"},
		{proxies, "192.0.2.1:9", "", "192.0.2.1"},
		{proxies, "[2001:db8::1]:9", "2001:4860::5", "2001:4860::5"},
		{proxies, "[::ffff:192.0.2.1]:9", "203.0.113.9", "203.0.113.9"},
	} {
		s := &Server{o: Options{TrustedProxies: c.trusted}}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := s.clientAddress(r).String(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// TestNothingSecretIsLogged sends a canary in every place of a request and looks for it in logs and answers.
func TestNothingSecretIsLogged(t *testing.T) {
	const canary = "CaNaRy5ecr3t99"
	var log bytes.Buffer
	f, s := newTest(t, func(o *Options) {
		o.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	send := func(method, path, body string, headers ...string) {
		w := ask(s, method, path, body, headers...)
		if all := w.Body.String() + quoted(w.Header()); strings.Contains(all, canary) {
			t.Errorf("%s %s is answered with what was sent: %s", method, path, all)
		}
	}
	for _, header := range []string{api.HeaderKey, "Authorization", api.HeaderRequestID, api.HeaderIdempotencyKey, "Cookie", "User-Agent", "Referer", "Accept", "Content-Type", "X-Forwarded-For", "Accept-Encoding", "Content-Encoding", canary} {
		for _, value := range []string{"!" + canary, "Bearer " + canary, "qcos-" + canary} {
			if header == api.HeaderIdempotencyKey && value[0] == 'q' {
				f.jobs = nil // a job of that id is answered with its id, and logged cut
				ask(s, "POST", "/execute", `{"qasm":"x"}`, header, value)
				continue
			}
			send("GET", "/user/me", "", header, value)
			send("POST", "/execute", `{"qasm":"x"}`, header, value)
		}
	}
	for _, path := range []string{"/status/" + canary, "/" + canary, "/jobs?cursor=" + canary, "/jobs?" + canary + "=1", "/results/a?wait=" + canary, "/jobs/" + canary + "/events", "/api/v1/" + canary} {
		send("GET", path, "")
		send("POST", path, "")
		send(canary, path, "")
	}
	for _, body := range []string{canary, quoted(canary), `{"qasm":"` + canary + `","shots":-1}`, `{"` + canary + `":1}`, `{"qasm":"broken ` + canary + `"}`, `{"qasm":1,"password":"` + canary + `"}`} {
		for _, path := range []string{"/execute", "/v1/jobs", "/simulate", "/v1/estimate"} {
			send("POST", path, body)
		}
	}
	if strings.Contains(log.String(), canary) {
		t.Errorf("the log has it: %s", log.String())
	}
	if strings.Count(log.String(), "\n") < 100 {
		t.Fatalf("the log has %d lines only", strings.Count(log.String(), "\n"))
	}
}

func TestMetrics(t *testing.T) {
	f, s := newTest(t, func(o *Options) {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")} // httptest's
		o.Gauges = gauges{}
	})
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`}`)
	ask(s, "GET", "/nothing", "")
	w := ask(s, "GET", "/metrics", "")
	for _, want := range []string{
		`qcos_http_request_seconds_count{route="POST /execute",status="200"} 1`, `qcos_http_request_seconds_count{route="none",status="404"} 1`,
		`qcos_jobs_accepted_total{tier="free"} 1`, `qcos_jobs{priority="low",state="queued"} 7`, `qcos_jobs_memory_bytes 4096`, "go_goroutines",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is missing", want)
		}
	}
	if t.Failed() {
		t.Log(w.Body)
	}
	if w := ask(s, "GET", "/metrics", "", "X-Forwarded-For", "203.0.113.1"); w.Code != 404 {
		t.Errorf("through a proxy that nobody told of: %d", w.Code)
	}
	s.o.MetricsFrom = nil
	if w := ask(s, "GET", "/metrics", ""); w.Code != 404 {
		t.Errorf("to others: %d", w.Code)
	}
	_ = f
}

type gauges struct{}

func (gauges) Depths(context.Context) (queued, processing map[account.Priority]int, err error) {
	return map[account.Priority]int{account.Low: 7}, nil, nil
}

func (gauges) Loads(context.Context) ([]job.Load, error) {
	return []job.Load{{Light: 1, HeavyBytes: 4000}, {Heavy: 1, HeavyBytes: 96}}, nil
}

// TestServeStopsInOrder: at the end, who waits is answered, a request under way is finished, and nobody new is let in.
func TestServeStopsInOrder(t *testing.T) {
	_, s := newTest(t, nil)
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, 10*time.Second) }()
	waited := make(chan int, 1)
	go func() {
		r, _ := http.NewRequest("GET", "http://"+l.Addr().String()+"/results/a?wait=60", nil)
		r.Header.Set(api.HeaderKey, freeKey)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			waited <- 0
			return
		}
		answer.Body.Close()
		waited <- answer.StatusCode
	}()
	for range 1000 {
		if w := ask(s, "GET", "/user/me", ""); w.Code != 200 {
			t.Fatal(w.Code)
		}
		if waiting(s) > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	if got := <-waited; got != 202 {
		t.Errorf("who waited got %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

// waiting is how many requests are held back.
func waiting(s *Server) float64 {
	var m dto.Metric
	if err := s.metrics.waiting.Write(&m); err != nil {
		return 0
	}
	return m.GetGauge().GetValue()
}

// TestGoneClientIsNoFailure: a client that gives a long poll up is not counted as a failure of the server.
func TestGoneClientIsNoFailure(t *testing.T) {
	f, s := newTest(t, func(o *Options) { o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")} })
	ask(s, "POST", "/execute", `{"qasm":`+quoted(bell)+`,"job_id":"a"}`)
	f.gone = true
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest("GET", "/results/a?wait=60", nil).WithContext(ctx)
	r.Header.Set(api.HeaderKey, freeKey)
	done := make(chan struct{})
	go func() {
		s.ServeHTTP(httptest.NewRecorder(), r)
		close(done)
	}()
	for waiting(s) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	metrics := ask(s, "GET", "/metrics", "").Body.String()
	if !strings.Contains(metrics, `qcos_http_request_seconds_count{route="GET /results/{job_id}",status="499"} 1`) || strings.Contains(metrics, `status="5`) {
		t.Errorf("%s", metrics)
	}
}
