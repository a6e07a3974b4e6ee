package daemon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/daemon"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

// The suite of this package holds the whole API, over HTTP, against both databases. A world is one service of one or more processes
// of its own (in this process), with users and keys.
type world struct {
	t        *testing.T
	urls     []string
	accounts *account.Service
	offset   atomic.Int64 // of the service's clock against the true one, in nanoseconds
	document document
	log      *lockedBuffer
	next     atomic.Int64 // replica to ask
}

// onEach runs a test on a service with each kind of database: one process on SQLite, three on PostgreSQL.
func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(newWorld(t, storetest.SQLite(t), 1)) })
	t.Run("postgres", func(t *testing.T) { test(newWorld(t, storetest.Postgres(t), 3)) })
}

func newWorld(t *testing.T, d storetest.Database, replicas int) *world {
	t.Helper()
	w := &world{t: t, log: &lockedBuffer{}}
	o := daemon.Options{
		DataDir: d.Options.DataDir, Database: d.Options.URL, Secret: d.Options.Secret, Workers: 2, MaxMemory: 1 << 30,
		Listen: "127.0.0.1:0", SignUp: identity.Open, Patience: 10 * time.Second, Version: "test", Clock: w.now,
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelInfo})),
	}
	for range replicas {
		w.urls = append(w.urls, serve(t, o))
	}
	db, err := daemon.Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.accounts = account.NewService(db, db.Secret(), w.now)
	w.read("/openapi.json", &w.document)
	if len(w.document.Paths) < 15 {
		t.Fatalf("the document has %d paths only", len(w.document.Paths))
	}
	return w
}

// serve runs one server until the test ends and gives its address.
func serve(t *testing.T, o daemon.Options) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- daemon.Serve(ctx, o, func(s daemon.Started) { ready <- s.URL }) }()
	select {
	case url := <-ready:
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the server ended with %v", err)
			}
		})
		return url
	case err := <-ended:
		cancel()
		t.Fatalf("the server did not start: %v", err)
	}
	return ""
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.offset.Load())) }

// user makes a user of a tier and gives their key.
func (w *world) user(email string, tier account.Tier, change ...func(*account.KeyRequest)) string {
	w.t.Helper()
	u, err := w.accounts.CreateUser(context.Background(), account.Actor{Name: "test"}, email, tier)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.keyOf(u, change...)
}

func (w *world) keyOf(u account.User, change ...func(*account.KeyRequest)) string {
	w.t.Helper()
	r := account.KeyRequest{Name: "test"}
	for _, c := range change {
		c(&r)
	}
	_, key, err := w.accounts.CreateKey(context.Background(), account.Actor{Name: "test"}, u, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// document is what the suite reads of the OpenAPI document.
type document struct {
	Paths map[string]map[string]struct {
		Responses map[string]json.RawMessage `json:"responses"`
		Security  []any                      `json:"security"`
	} `json:"paths"`
}

// find gives the pattern of a path in the document.
func (d document) find(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimPrefix(path, api.Prefix)
	best := ""
	for pattern := range d.Paths {
		if fits(strings.Split(pattern, "/"), strings.Split(path, "/")) && (best == "" || strings.Contains(best, "{")) {
			best = pattern
		}
	}
	return best
}

func fits(pattern, path []string) bool {
	if len(pattern) != len(path) {
		return false
	}
	for i := range pattern {
		if pattern[i] != path[i] && !strings.HasPrefix(pattern[i], "{") {
			return false
		}
	}
	return true
}

// answer is one answer, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 300, DisableCompression: true}}

// ask sends a request to one of the replicas in turn. That its status is documented is part of every test.
func (w *world) ask(method, path, key string, body any, headers ...string) answer {
	w.t.Helper()
	var text io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		text = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		text = bytes.NewReader(raw)
	}
	url := w.urls[int(w.next.Add(1))%len(w.urls)] + path
	r, err := http.NewRequest(method, url, text)
	if err != nil {
		w.t.Fatal(err)
	}
	if key != "" {
		r.Header.Set(api.HeaderKey, key)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := client.Do(r)
	if err != nil {
		w.t.Errorf("%s %s: %v", method, path, err)
		return answer{header: http.Header{}}
	}
	defer got.Body.Close()
	a := answer{status: got.StatusCode, header: got.Header}
	if a.body, err = io.ReadAll(got.Body); err != nil {
		w.t.Errorf("%s %s: %v", method, path, err)
	}
	if op, ok := w.document.Paths[w.document.find(path)][strings.ToLower(method)]; ok {
		if _, documented := op.Responses[fmt.Sprint(a.status)]; !documented {
			w.t.Errorf("%s %s: status %d is not documented: %s", method, path, a.status, a.body)
		}
	}
	return a
}

// read asks and decodes what is answered with 200.
func (w *world) read(path string, into any) {
	w.t.Helper()
	w.ask("GET", path, "", nil).decode(w.t, 200, into)
}

// decode fails the test unless the answer has the status, and reads its body.
func (a answer) decode(t *testing.T, status int, into any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// problem fails the test unless the answer is a problem of this code, and gives it.
func (a answer) problem(t *testing.T, code api.Code) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Errorf("no problem: %d %s", a.status, a.body)
		return p
	}
	if p.Code != code || a.status != code.HTTPStatus() || p.Status != a.status || a.header.Get("Content-Type") != api.ContentTypeProblem {
		t.Errorf("want %s, got %d %s: %s", code, a.status, a.header.Get("Content-Type"), a.body)
	}
	return p
}

// submit hands a circuit in and fails the test unless it is accepted.
func (w *world) submit(key string, r api.ExecuteRequest) string {
	w.t.Helper()
	var e api.ExecuteResponse
	w.ask("POST", "/execute", key, r).decode(w.t, 200, &e)
	return e.JobID
}

// finished waits for a job.
func (w *world) finished(key, id string) api.Job {
	w.t.Helper()
	var j api.Job
	for range 3 {
		if a := w.ask("GET", "/results/"+id+"?wait=20", key, nil); a.status != 202 {
			a.decode(w.t, 200, &j)
			return j
		}
	}
	w.t.Fatalf("job %s is not finished after a minute", id)
	return j
}

func (w *world) jobsToday(key string) int {
	w.t.Helper()
	var u api.UserInfo
	w.ask("GET", "/user/me", key, nil).decode(w.t, 200, &u)
	return u.JobsToday
}

// atOnce calls f n times at the same time.
func atOnce(n int, f func(i int)) {
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	group.Wait()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n"

// wide is a circuit of n qubits that costs nothing to run.
func wide(n int) string {
	return fmt.Sprintf("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[%d];\ncreg c[%d];\nx q[0];\nmeasure q -> c;\n", n, n)
}

// long is a circuit that runs for minutes.
func long() string {
	var b strings.Builder
	b.WriteString("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[20];\ncreg c[20];\n")
	b.WriteString("gate g0 a, b { u3(0.1, 0.2, 0.3) a; cx a, b; u3(0.3, 0.2, 0.1) b; }\n")
	for i := 1; i <= 5; i++ {
		fmt.Fprintf(&b, "gate g%d a, b { %s}\n", i, strings.Repeat(fmt.Sprintf("g%d a, b; g%d b, a; ", i-1, i-1), 4))
	}
	for i := range 20 {
		fmt.Fprintf(&b, "g5 q[%d], q[%d];\n", i, (i+7)%20)
	}
	b.WriteString("measure q -> c;\n")
	return b.String()
}
