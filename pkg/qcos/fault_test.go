package qcos_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// clientOf is a client of a server that misbehaves: quick to try again, and patient with a busy machine.
func clientOf(t *testing.T, url string, options ...qcos.Option) *qcos.Client {
	t.Helper()
	options = append([]qcos.Option{
		qcos.WithAPIURL(url), qcos.WithAPIKey(apitest.Key), qcos.WithRetryDelay(2 * time.Millisecond), qcos.WithTimeout(40 * time.Second),
	}, options...)
	c, err := qcos.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// faulty answers the first n requests for a path by fault, and everything else as it should.
func faulty(t *testing.T, path string, n int, fault http.HandlerFunc) *apitest.Server {
	s := apitest.New(t)
	var seen atomic.Int64
	s.Before = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, path) || seen.Add(1) > int64(n) {
			return false
		}
		fault(w, r)
		return true
	}
	return s
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		http.Error(w, "<html>"+http.StatusText(code)+"</html>", code)
	}
}

func problem(code api.Code, detail string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		apitest.Refuse(w, api.NewProblem(code, detail, ""))
	}
}

// reset breaks the connection off, before or in the middle of an answer.
func reset(begun string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte(begun))
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"job_id":"x","sta`))
}

const half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"job_id\":"

// TestFaultsThatPass: whatever happens on the way, at submission or while waiting, the circuit runs once and its result comes.
func TestFaultsThatPass(t *testing.T) {
	faults := map[string]http.HandlerFunc{
		"reset": reset(""), "reset in the middle": reset(half), "truncated JSON": truncated,
		"502": status(502), "503": status(503), "504": status(504), "503 with Retry-After": status(503, "Retry-After", "0"),
		"429 without Retry-After": problem(api.CodeTooManyRequests, "slowly"), "429 with Retry-After": problem(api.CodeTooManyRequests, "slowly", "Retry-After", "0"),
		"429 of a proxy": status(429),
	}
	for name, fault := range faults {
		for _, path := range []string{"/execute", "/results"} {
			t.Run(name+" at "+path, func(t *testing.T) {
				s := faulty(t, path, 3, fault)
				result, err := clientOf(t, s.URL).Execute(context.Background(), qcos.Request{QASM: bell})
				if err != nil || result.Counts["00"] != 512 {
					t.Fatalf("got %+v, %v", result, err)
				}
				if n := len(s.Jobs()); n != 1 {
					t.Errorf("%d jobs were made", n)
				}
			})
		}
	}
}

// TestAnswerLostAfterAcceptance: the server has the job, the client does not know.
func TestAnswerLostAfterAcceptance(t *testing.T) {
	s := apitest.New(t)
	var lost atomic.Int64
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/execute" && lost.Add(1) <= 2 {
			inner.ServeHTTP(httptest.NewRecorder(), r)
			reset("")(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	})
	if _, err := clientOf(t, s.URL).Execute(context.Background(), qcos.Request{QASM: bell}); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Jobs()); n != 1 {
		t.Errorf("the circuit was accepted %d times", n)
	}
}

// TestFaultsThatStay end in an error of the right type within the time, after as many requests as are of use.
func TestFaultsThatStay(t *testing.T) {
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(" "))
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	for _, c := range []struct {
		name     string
		fault    http.HandlerFunc
		requests int
		is       func(error) bool
		words    string
	}{
		{"502 for ever", status(502), 4, is[*qcos.ConnectionError], "502"},
		{"reset for ever", reset(half), 4, is[*qcos.ConnectionError], ""},
		{"slow drip", drip, 4, is[*qcos.ConnectionError], "no answer within 1s"},
		{"a page instead of JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello")) }, 1, is[*qcos.ConnectionError], "not with JSON"},
		{"Retry-After of an hour", status(503, "Retry-After", "3600"), 1, is[*qcos.ConnectionError], "503"},
		{"the day's limit", problem(api.CodeRateLimitExceeded, api.DetailRateLimitExceeded, "Retry-After", "1"), 1, is[*qcos.RateLimitError], api.DetailRateLimitExceeded},
		{"the key", problem(api.CodeInvalidAPIKey, api.DetailInvalidAPIKey), 1, is[*qcos.AuthenticationError], api.DetailInvalidAPIKey},
		{"the key, by another server", func(w http.ResponseWriter, _ *http.Request) {
			apitest.Answer(w, 401, map[string]string{"detail": "no"})
		}, 1, is[*qcos.AuthenticationError], "no"},
		{"the scope", problem(api.CodeInsufficientScope, "no scope"), 1, is[*qcos.AuthenticationError], "no scope"},
		{"the tier", problem(api.CodeQuotaExceeded, api.DetailQubitsExceeded(25, 20)), 1, is[*qcos.QuotaExceededError], "(25 qubits > 20 max)"},
		{"the circuit", problem(api.CodeInvalidCircuit, "3:1: unknown gate"), 1, is[*qcos.CircuitError], "3:1"},
		{"a job id that is taken", problem(api.CodeConflict, "taken"), 1, is[*api.Problem], "taken"},
		{"a fault of the server", status(500), 1, is[*api.Problem], "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := faulty(t, "/execute", 1e6, c.fault)
			patience := 40 * time.Second
			if c.name == "slow drip" {
				patience = time.Second
			}
			_, err := clientOf(t, s.URL, qcos.WithTimeout(patience)).Submit(context.Background(), qcos.Request{QASM: bell})
			if !c.is(err) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %T %v", err, err)
			}
			if n := len(s.Requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			withoutKey(t, err)
		})
	}
}

func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// withoutKey looks for the key in every form in which an error may be printed.
func withoutKey(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "Te5t-aaaa") {
			t.Errorf("the key is shown: %s", text)
		}
	}
}

func TestServerThatQuotesTheKey(t *testing.T) {
	s := faulty(t, "/", 1e6, problem(api.CodeForbidden, "the key "+apitest.Key+" may not"))
	_, err := clientOf(t, s.URL).UserInfo(context.Background())
	if err == nil || !strings.Contains(err.Error(), "qcos-Te…") {
		t.Errorf("got %v", err)
	}
	withoutKey(t, err)
}

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	_ = listener.Close()
	_, err = clientOf(t, url).Submit(context.Background(), qcos.Request{QASM: bell, JobID: "mine"})
	var broken *qcos.ConnectionError
	if !errors.As(err, &broken) || broken.JobID != "mine" || !strings.Contains(err.Error(), url) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
	withoutKey(t, err)
}

func TestRedirectElsewhereCarriesNoKey(t *testing.T) {
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := apitest.New(t)
		s.Before = func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, other.URL+r.URL.Path, code)
			return true
		}
		c := clientOf(t, s.URL)
		_, submit := c.Submit(context.Background(), qcos.Request{QASM: bell})
		_, info := c.UserInfo(context.Background())
		for _, err := range []error{submit, info} {
			if !is[*qcos.ConnectionError](err) || !strings.Contains(err.Error(), "another host") {
				t.Errorf("%d: got %v", code, err)
			}
		}
		if n := len(s.Requests()); n != 2 {
			t.Errorf("%d: asked %d times", code, n)
		}
	}
	if asked.Load() > 0 {
		t.Error("the other host was asked")
	}
}

func TestRedirectOnTheSameHost(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(w http.ResponseWriter, r *http.Request) bool {
		rest, ok := strings.CutPrefix(r.URL.Path, "/old")
		if ok {
			http.Redirect(w, r, rest, http.StatusPermanentRedirect)
		}
		return ok
	}
	if _, err := clientOf(t, s.URL+"/old").Execute(context.Background(), qcos.Request{QASM: bell}); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	s := apitest.New(t)
	private := httptest.NewUnstartedServer(s.Config.Handler)
	private.Config.ErrorLog = log.New(io.Discard, "", 0) // it will be refused
	private.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	private.StartTLS()
	defer private.Close()

	_, err := clientOf(t, private.URL).UserInfo(context.Background())
	if !is[*qcos.ConnectionError](err) || !strings.Contains(err.Error(), "ca_file") {
		t.Errorf("an unknown authority: got %v", err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: private.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := clientOf(t, private.URL, qcos.WithCAFile(ca)).UserInfo(context.Background()); err != nil {
		t.Errorf("a known authority: got %v", err)
	}
	other := strings.Replace(private.URL, "127.0.0.1", "localhost", 1)
	if _, err := clientOf(t, other, qcos.WithCAFile(ca)).UserInfo(context.Background()); err == nil || !strings.Contains(err.Error(), "another name") {
		t.Errorf("a certificate of another name: got %v", err)
	}
	plain := strings.Replace(s.URL, "http:", "https:", 1)
	if _, err := clientOf(t, plain).UserInfo(context.Background()); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("https to a server without TLS: got %v", err)
	}
	if n := len(s.Requests()); n != 1 {
		t.Errorf("%d requests came through, want 1", n)
	}
}

// TestProxyOfTheEnvironment runs in a process of its own: net/http reads the environment once.
func TestProxyOfTheEnvironment(t *testing.T) {
	if address := os.Getenv("QCOS_TEST_THROUGH_PROXY"); address != "" {
		c, err := qcos.NewClient(qcos.WithAPIKey(apitest.Key), qcos.WithAPIURL("http://api.example"), qcos.WithInsecureHTTP())
		if err != nil {
			t.Fatal(err)
		}
		info, err := c.UserInfo(context.Background())
		if err != nil || info.User != "demo@example.com" {
			t.Fatalf("got %v, %v", info, err)
		}
		return
	}
	var mu sync.Mutex
	var hosts []string
	s := apitest.New(t)
	s.Before = func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		hosts = append(hosts, r.URL.Host)
		return false
	}
	again(t, "TestProxyOfTheEnvironment", "QCOS_TEST_THROUGH_PROXY=1", "HTTP_PROXY="+s.URL, "http_proxy="+s.URL, "NO_PROXY=")
	if len(hosts) != 1 || hosts[0] != "api.example" {
		t.Errorf("the proxy saw %q", hosts)
	}
}

func TestWaitThatTakesTooLong(t *testing.T) {
	s := apitest.New(t)
	s.Delay = time.Hour
	job, err := clientOf(t, s.URL).Submit(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
	defer cancel()
	_, err = job.Wait(ctx)
	var late *qcos.TimeoutError
	if !errors.As(err, &late) || late.JobID != job.ID || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := job.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestLongPollsAskForHalfTheTimeout, and a server that does not hold answers back is not asked without pause.
func TestLongPolls(t *testing.T) {
	for _, holds := range []bool{true, false} {
		s := apitest.New(t)
		s.Delay = 400 * time.Millisecond
		s.Before = func(_ http.ResponseWriter, r *http.Request) bool {
			if !holds {
				r.URL.RawQuery = ""
			}
			return false
		}
		c := clientOf(t, s.URL, qcos.WithTimeout(30*time.Second))
		if _, err := c.Execute(context.Background(), qcos.Request{QASM: bell}); err != nil {
			t.Fatal(err)
		}
		polls := s.Requests()[1:]
		if got, _ := url.ParseQuery(polls[0].Query); got.Get("wait") != "15" {
			t.Errorf("asks to wait %q of a timeout of 30 s", polls[0].Query)
		}
		if holds && len(polls) != 1 || len(polls) > 8 {
			t.Errorf("holds %t: asked %d times", holds, len(polls))
		}
	}
}

// TestServerKilledWhileAJobRuns: the wait survives a server that comes back, and ends with the job's id where it does not.
func TestServerKilledWhileAJobRuns(t *testing.T) {
	s := apitest.New(t)
	s.Delay = 100 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	first := &http.Server{Handler: s.Config.Handler}
	go func() { _ = first.Serve(listener) }()
	c := clientOf(t, "http://"+address, qcos.WithRetryDelay(100*time.Millisecond), qcos.WithMaxRetries(6))
	job, err := c.Submit(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	second := &http.Server{Handler: s.Config.Handler}
	time.AfterFunc(200*time.Millisecond, func() {
		if l, err := net.Listen("tcp", address); err == nil {
			_ = second.Serve(l)
		}
	})
	if _, err := job.Wait(context.Background()); err != nil {
		t.Fatalf("the server came back: got %v", err)
	}
	_ = second.Close()
	_, err = clientOf(t, "http://"+address).Job(job.ID).Wait(context.Background())
	var broken *qcos.ConnectionError
	if !errors.As(err, &broken) || broken.JobID != job.ID {
		t.Errorf("the server stayed away: got %v", err)
	}
}

func TestFailedAndCancelledJobs(t *testing.T) {
	s := apitest.New(t)
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) { return nil, nil }
	_, err := clientOf(t, s.URL).Execute(context.Background(), qcos.Request{QASM: bell})
	var failed *qcos.JobFailedError
	if !errors.As(err, &failed) || failed.Status != api.StatusFailed || failed.Code != "timeout" || !strings.Contains(err.Error(), "time limit") {
		t.Errorf("got %v", err)
	}
	s.Delay = time.Hour
	job, err := clientOf(t, s.URL).Submit(context.Background(), qcos.Request{QASM: bell, JobID: "to-cancel"})
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _, _ = job.Cancel(context.Background()) })
	if _, err = job.Wait(context.Background()); !errors.As(err, &failed) || failed.Status != api.StatusCancelled {
		t.Errorf("got %v", err)
	}
}

// TestKeysAreMadeOnce: what must not happen twice is sent again only where nothing can have happened.
func TestKeysAreMadeOnce(t *testing.T) {
	for name, c := range map[string]struct {
		fault    http.HandlerFunc
		requests int
	}{"reset": {reset(""), 1}, "502": {status(502), 1}, "429": {status(429), 2}} {
		s := faulty(t, "/keys", 1, c.fault)
		client := clientOf(t, s.URL, qcos.WithToken(session))
		_, _ = client.CreateKey(context.Background(), api.CreateKeyRequest{Name: "k"})
		if n := len(s.Requests()); n != c.requests {
			t.Errorf("%s: %d requests, want %d", name, n, c.requests)
		}
	}
}

// TestRetryAfterIsHeld, by the server's own clock where it is a date.
func TestRetryAfterIsHeld(t *testing.T) {
	skewed := time.Now().Add(-48 * time.Hour).UTC()
	for name, header := range map[string][]string{
		"seconds": {"Retry-After", "1"},
		"a date":  {"Retry-After", skewed.Add(time.Second).Format(http.TimeFormat), "Date", skewed.Format(http.TimeFormat)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := faulty(t, "/user", 1, status(503, header...))
			began := time.Now()
			if _, err := clientOf(t, s.URL).UserInfo(context.Background()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < time.Second {
				t.Errorf("came back after %s", took)
			}
		})
	}
}

func TestClockSkew(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		return false
	}
	skew, err := clientOf(t, s.URL).ClockSkew(context.Background())
	if err != nil || (skew-time.Hour).Abs() > 10*time.Minute {
		t.Errorf("got %s, %v", skew, err)
	}
	for _, r := range s.Requests() {
		if r.Header.Get(api.HeaderKey) != "" {
			t.Error("a key was sent where none is needed")
		}
	}
}

// TestManyAtOnce: 200 circuits at once through one client are 200 jobs.
func TestManyAtOnce(t *testing.T) {
	s := apitest.New(t)
	s.Delay = 20 * time.Millisecond
	c := clientOf(t, s.URL, qcos.WithTimeout(time.Minute))
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			r, err := c.Execute(context.Background(), qcos.Request{QASM: bell, Shots: i + 1, JobID: "many-" + strconv.Itoa(i)})
			if err != nil || r.Shots != i+1 {
				t.Errorf("%d: got %+v, %v", i, r, err)
			}
		})
	}
	wg.Wait()
	if n := len(s.Jobs()); n != 200 {
		t.Errorf("%d jobs", n)
	}
}

// BenchmarkExecute is what the client adds to a job: the server is in the same process and does nothing.
func BenchmarkExecute(b *testing.B) {
	s := apitest.New(b)
	c, err := qcos.NewClient(qcos.WithAPIURL(s.URL), qcos.WithAPIKey(apitest.Key))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Execute(context.Background(), qcos.Request{QASM: bell}); err != nil {
			b.Fatal(err)
		}
	}
}
