package cli

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/daemon"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/internal/web/webtest"
)

// clock is the time of a server in this process and of the command line, which a test moves. The shipped program has none.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// replicas are servers of one database in this process, behind an address of which each request reaches another.
type replicas struct {
	url   string
	clock *clock
	log   *safeBuffer
}

// safeBuffer takes what several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startReplicas starts so many servers on a database until the test ends.
func startReplicas(t *testing.T, d storetest.Database, n int) *replicas {
	t.Helper()
	s := &replicas{clock: &clock{}, log: &safeBuffer{}}
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	slog.SetDefault(slog.New(errorsOnly{log.Handler()}))
	proxy := &rotation{}
	front := httptest.NewServer(proxy)
	s.url = front.URL
	for range n {
		ctx, cancel := context.WithCancel(context.Background())
		ready, ended := make(chan string, 1), make(chan error, 1)
		o := daemon.Options{
			DataDir: d.Options.DataDir, Database: d.Options.URL, Secret: d.Options.Secret, Workers: 1, MaxMemory: 1 << 30, Listen: "127.0.0.1:0",
			PublicURL: s.url, SignUp: identity.Open, Patience: 5 * time.Second, Version: "test", Log: log, Clock: s.clock.now,
		}
		go func() { ended <- daemon.Serve(ctx, o, func(at daemon.Started) { ready <- at.URL }) }()
		select {
		case at := <-ready:
			proxy.add(t, at)
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(60 * time.Second):
			t.Fatal("the server does not start")
		}
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(front.Close)
	return s
}

// rotation hands every request to the next server.
type rotation struct {
	servers []*httputil.ReverseProxy
	turn    atomic.Int64
}

func (r *rotation) add(t *testing.T, at string) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	r.servers = append(r.servers, &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(u)
		p.Out.Host = p.In.Host
	}, FlushInterval: -1})
}

func (r *rotation) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.servers[int(r.turn.Add(1))%len(r.servers)].ServeHTTP(w, q)
}

// person is somebody at a command line of their own, with a browser.
type person struct {
	*testing.T
	*user
	service *replicas
	tab     *webtest.Tab
	opened  chan string // addresses that commands show in the browser
	all     safeBuffer  // everything that was ever written to them
}

func newPerson(t *testing.T, s *replicas) *person {
	t.Helper()
	p := &person{T: t, user: newUser(t), service: s, opened: make(chan string, 1)}
	t.Setenv("DISPLAY", ":0")
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "BROWSER", "WAYLAND_DISPLAY"} {
		t.Setenv(name, "")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	p.writes(t, "project/bell.qasm", copyOf(t, "bell.qasm"))
	return p
}

// run runs a command to its end.
func (p *person) run(args ...string) (code int, out, words string) {
	p.Helper()
	var o, e bytes.Buffer
	code = p.start(&o, &e, args...)()
	return code, o.String(), e.String()
}

// start begins a command and gives what waits for its exit code.
func (p *person) start(out, words io.Writer, args ...string) (wait func() int) {
	p.Helper()
	app := &App{
		In: strings.NewReader(p.typed), Out: io.MultiWriter(out, &p.all), Err: io.MultiWriter(words, &p.all), Now: p.service.clock.now, Log: slog.New(slog.DiscardHandler),
		Browse: func(address string) error {
			select {
			case p.opened <- address:
			default: // nobody looks
			}
			return nil
		},
	}
	done := make(chan int, 1)
	go func() { done <- app.run(context.Background(), append([]string{"--debug"}, args...)) }()
	return func() int {
		select {
		case code := <-done:
			return code
		case <-time.After(120 * time.Second):
			p.Fatalf("qcos %s does not end", strings.Join(args, " "))
			return -1
		}
	}
}

// must runs a command that succeeds, and gives its standard output.
func (p *person) must(args ...string) string {
	p.Helper()
	code, out, words := p.run(args...)
	if code != exitOK {
		p.Fatalf("qcos %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, words)
	}
	return out
}

// is compares an output with the guide's, in which a pattern stands for what differs each time. It gives what the groups match.
func (p *person) is(out, pattern string) []string {
	p.Helper()
	m := regexp.MustCompile(`^` + pattern + `$`).FindStringSubmatch(out)
	if m == nil {
		p.Fatalf("the output is\n%q\nand not\n%q", out, pattern)
	}
	return m
}

const (
	keyPattern    = `(qcos-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4})`
	storyPassword = "lantern orbit velvet 9"
)

// signUp makes the person's account in the browser.
func (p *person) signUp(email string) {
	p.Helper()
	p.tab.Go(p.service.url + "/signup")
	p.tab.Fill("#email", email)
	p.tab.Fill("#password", storyPassword)
	p.tab.PressAway("main button.main")
	p.tab.WaitText("Welcome. Your account is ready.")
}

// logInByBrowser is qcos auth login with the browser driven to consent.
func (p *person) logInByBrowser(args ...string) (out, words string) {
	p.Helper()
	var o, e bytes.Buffer
	wait := p.start(&o, &e, append([]string{"auth", "login"}, args...)...)
	select {
	case address := <-p.opened:
		p.tab.Go(address)
	case <-time.After(30 * time.Second):
		p.Fatalf("no browser is opened: %s", e.String())
	}
	p.tab.WaitText("Log the command line in?")
	p.tab.PressAway("button[value=approve]")
	p.tab.WaitText("You are logged in")
	if at := p.tab.Location(); strings.Contains(at, "code=") {
		p.Error("the code stays in the address: ", len(at))
	}
	if code := wait(); code != exitOK {
		p.Fatalf("exit code %d: %s", code, e.String())
	}
	return o.String(), e.String()
}

// logInByDevice is qcos auth login --device with the code typed in the browser.
func (p *person) logInByDevice(args ...string) (out, words string) {
	p.Helper()
	var o bytes.Buffer
	e := &safeBuffer{}
	wait := p.start(&o, e, append([]string{"auth", "login", "--device"}, args...)...)
	shown := regexp.MustCompile(`type the code\n  ([A-Z]{4}-[A-Z]{4})\n`)
	var code []string
	for end := time.Now().Add(30 * time.Second); code == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.Fatalf("no code is shown: %s", e)
		}
		code = shown.FindStringSubmatch(e.String())
	}
	p.tab.Go(p.service.url + "/device")
	p.tab.Fill("#user_code", code[1])
	p.tab.PressAway("main form button")
	p.tab.WaitText("Log this device in?")
	p.tab.PressAway("button[value=approve]")
	p.tab.WaitText("The device is logged in")
	if code := wait(); code != exitOK {
		p.Fatalf("exit code %d: %s", code, e)
	}
	return o.String(), e.String()
}

// TestStoryOfANewUser is everything that the guide tells, from nothing, as a new user would do it: with a real browser, against a whole
// server, and its outputs letter for letter.
func TestStoryOfANewUser(t *testing.T) {
	for _, c := range []struct {
		name     string
		database func(testing.TB) storetest.Database
		replicas int
		logIn    func(*person, ...string) (string, string)
	}{
		{"sqlite", storetest.SQLite, 1, (*person).logInByBrowser},
		{"postgres, two replicas", storetest.Postgres, 2, (*person).logInByBrowser},
		{"sqlite, by device", storetest.SQLite, 1, (*person).logInByDevice},
		{"postgres, two replicas, by device", storetest.Postgres, 2, (*person).logInByDevice},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name != "sqlite" {
				t.Skip("short: one of the four stories")
			}
			tab := webtest.Start(t)
			s := startReplicas(t, c.database(t), c.replicas)
			p := newPerson(t, s)
			p.tab = tab
			p.story(c.logIn)
			for _, h := range tab.Hosts() {
				if host, _, _ := net.SplitHostPort(h); host != "127.0.0.1" {
					t.Errorf("the browser asked %s", h)
				}
			}
		})
	}
}

func (p *person) story(logIn func(*person, ...string) (string, string)) {
	at := p.service.url
	p.Setenv("QCOS_API_URL", at)
	code, _, words := p.run("auth", "create-key", "--name", "x")
	if code != exitAuth || !strings.Contains(words, "you are not logged in to "+at) || !strings.Contains(words, "qcos auth login") {
		p.Fatalf("before any login: %d %s", code, words)
	}
	p.signUp("demo@example.com")
	out, words := logIn(p)
	p.is(out, regexp.QuoteMeta("✓ Logged in to "+at+" as demo@example.com\n"))
	if !strings.Contains(words, at) || !strings.Contains(words, "not in the system's keyring") || !strings.Contains(words, "~/.qcos/logins.json") {
		p.Errorf("the address and the place of the token are not told:\n%s", words)
	}
	p.is(p.must("auth", "status"), `Logged in to .* as demo@example\.com\nSince: [-0-9]{10}\nToken: in ~/\.qcos/logins\.json\nAPI key: none\n`)
	// Without any key the login does.
	p.is(p.must("user", "info"), "User: demo@example\\.com\nTier: free\nJobs today: 0/10\nMax qubits: 20\nMax shots: 10,000\n")

	key := p.is(p.must("auth", "create-key", "--name", "my-app-key"), `✓ API Key created: `+keyPattern+`\n⚠ Store this key securely - it won't be shown again\n`)[1]
	p.typed = key + "\n"
	p.must("configure", "--api-key", "-", "--api-url", at)
	p.typed = ""
	p.Setenv("QCOS_API_URL", "")
	code, out, words = p.run("execute", "--shots", "100", "bell.qasm")
	if code != exitOK || !strings.Contains(out, "bell.qasm  100 shots") || !strings.Contains(words, "running at "+at+" (key "+key[:7]+"…") {
		p.Fatalf("execute: %d\n%s%s", code, out, words)
	}
	p.is(p.must("user", "info"), "User: demo@example\\.com\nTier: free\nJobs today: 1/10\nMax qubits: 20\nMax shots: 10,000\n")
	today := p.service.clock.now().UTC().Format(time.DateOnly)
	id := p.is(p.must("auth", "list-keys"), `ID +Name +Created +Last Used\n(key_[0-9A-Za-z]+) +my-app-key +`+today+` +`+today+`\n`)[1]

	next := p.is(p.must("auth", "rotate-key", id), `✓ New key: `+keyPattern+`\n⚠ Old key will be invalid in 24 hours\n`)[1]
	works := func(key string) bool {
		p.Helper()
		code, _, words := p.run("user", "info", "--api-key", key, "--api-url", at)
		if code == exitAuth && !strings.HasSuffix(words, "Error: Invalid API key. Please check your credentials.\n       Verify your key is correct and not expired.\n") {
			p.Errorf("a refused key is told with\n%s", words)
		}
		return code == exitOK
	}
	p.service.clock.advance(24*time.Hour - time.Minute)
	if !works(key) || !works(next) {
		p.Error("for 24 hours after rotating both keys work")
	}
	p.service.clock.advance(time.Minute)
	if works(key) || !works(next) {
		p.Error("24 hours after rotating the new key works, the old one does not")
	}
	if code, _, words := p.run("auth", "rotate-key", id); code != exitFailed || !strings.Contains(words, "rotated or revoked before") {
		p.Errorf("rotating again: %d %s", code, words)
	}
	list := p.must("auth", "list-keys")
	nextID := p.is(list, `ID +Name +Created +Last Used\n(key_[0-9A-Za-z]+) +my-app-key +[-0-9]{10} +[-0-9]{10}\n`)[1]
	p.is(p.must("auth", "revoke-key", nextID), "✓ Key revoked successfully\n")
	if works(next) {
		p.Error("a revoked key works")
	}
	if code, _, words := p.run("auth", "revoke-key", "key_0000"); code != exitFailed || !strings.Contains(words, "there is no key with this id") {
		p.Errorf("revoking what is not there: %d %s", code, words)
	}
	p.is(p.must("auth", "logout"), regexp.QuoteMeta("✓ Logged out of "+at+"\n"))
	if code, _, words := p.run("auth", "list-keys"); code != exitAuth || !strings.Contains(words, "you are not logged in") {
		p.Errorf("after logging out: %d %s", code, words)
	}
}

// TestAPIKeysCannotManageKeys: a key that leaked must not make others.
func TestAPIKeysCannotManageKeys(t *testing.T) {
	s := startReplicas(t, storetest.SQLite(t), 1)
	key := s.apiKey(t)
	for _, r := range [][2]string{{"GET", "/keys"}, {"POST", "/keys"}, {"DELETE", "/keys/key_x"}, {"POST", "/keys/key_x/rotate"}, {"GET", "/api/v1/keys"}} {
		q, err := http.NewRequest(r[0], s.url+r[1], strings.NewReader(`{"name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("X-API-Key", key)
		q.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden || !strings.Contains(string(body), "login session") {
			t.Errorf("%s %s with an API key: %d %s", r[0], r[1], answer.StatusCode, body)
		}
	}
}

// apiKey signs somebody up over HTTP and makes a key for them on the page.
func (s *replicas) apiKey(t *testing.T) string {
	t.Helper()
	b := s.visitor(t)
	b.post("/signup", url.Values{"email": {"demo@example.com"}, "password": {storyPassword}})
	once := regexp.MustCompile(`name="once" value="([^"]+)"`).FindStringSubmatch(b.get("/app/keys"))
	if once == nil {
		t.Fatal("no form to make a key")
	}
	key := regexp.MustCompile(keyPattern).FindString(b.post("/app/keys", url.Values{"name": {"k"}, "expires": {"0"}, "once": {once[1]}}))
	if key == "" {
		t.Fatal("no key")
	}
	return key
}

// newJar keeps cookies.
func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// visitor is a browser without a window.
type visitor struct {
	*testing.T
	client *http.Client
	at     string
}

func (s *replicas) visitor(t *testing.T) *visitor {
	t.Helper()
	return &visitor{t, &http.Client{Jar: newJar(t)}, s.url}
}

func (v *visitor) get(path string) string {
	v.Helper()
	answer, err := v.client.Get(v.absolute(path))
	return v.body(answer, err)
}

func (v *visitor) absolute(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return v.at + path
}

func (v *visitor) post(path string, form url.Values) string {
	v.Helper()
	answer, err := v.client.PostForm(v.absolute(path), form)
	return v.body(answer, err)
}

func (v *visitor) body(answer *http.Response, err error) string {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.Fatal(err)
	}
	if answer.StatusCode >= 500 {
		v.Fatalf("%s: %s", answer.Request.URL.Path, answer.Status)
	}
	return string(text)
}

// approve goes through the login of a command line as a browser does.
func (v *visitor) approve(address string) string {
	v.Helper()
	page := v.get(address)
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		v.Fatalf("no consent page:\n%s", page)
	}
	return v.post("/app/authorize", url.Values{"id": {id[1]}, "decision": {"approve"}})
}
