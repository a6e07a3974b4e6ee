package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/internal/web"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // where the OAuth library says what it refuses
	m.Run()
}

// site is a server with pages on a fresh database, whose clock the test moves.
type site struct {
	*testing.T
	url      string
	http     *httptest.Server
	db       *store.DB
	accounts *account.Service
	identity *identity.Service
	web      *web.Server
	log      *strings.Builder
	mails    *mailbox

	mu    sync.Mutex
	ahead time.Duration
}

type siteOption func(*identity.Options, *web.Options)

func newSite(t *testing.T, options ...siteOption) *site {
	return newSiteOn(t, storetest.SQLite(t), options...)
}

func newSiteOn(t *testing.T, d storetest.Database, options ...siteOption) *site {
	t.Helper()
	s := &site{T: t, log: &strings.Builder{}, mails: &mailbox{}}
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: s.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.db = d.Open(t, func(o *store.Options) { o.Clock = s.now })
	s.accounts = account.NewService(s.db, s.db.Secret(), s.now)
	front := job.NewFront(job.FrontOptions{Store: s.db, Notices: s.db, Accounts: s.accounts, Log: log})
	s.runJobs(front, log)
	io := identity.Options{Store: s.db, SignUp: identity.Open, Clock: s.now, Log: log}
	wo := web.Options{Accounts: s.accounts, Jobs: front, Secret: s.db.Secret(), Version: "test", Log: log}
	for _, option := range options {
		option(&io, &wo)
	}
	s.identity = identity.NewService(io)
	wo.Identity = s.identity
	var err error
	if s.web, err = web.New(wo); err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewUnstartedServer(s.web.Over(http.NotFoundHandler()))
	if wo.Secure {
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	t.Cleanup(s.http.Close)
	s.url = s.http.URL
	return s
}

// runJobs runs dispatcher and worker until the test ends.
func (s *site) runJobs(front *job.Front, log *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	runner, err := job.NewRunner(job.RunnerOptions{Store: s.db, Queue: s.db.Queue(), Notices: s.db, Log: log, Slots: 2, MaxMemory: 1 << 30, Version: "test", Sole: true})
	if err != nil {
		s.Fatal(err)
	}
	for _, run := range []func(context.Context) error{front.Run, job.NewDispatcher(s.db, s.db, "test", log).Run, runner.Run} {
		all.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				s.Error(err)
			}
		})
	}
	s.Cleanup(func() {
		cancel()
		all.Wait()
	})
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

func (s *site) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// beginStretch moves the clock to where failures are counted anew, so that none of a test fall into another stretch of five minutes.
func (s *site) beginStretch() {
	const stretch = 5 * time.Minute
	now := s.now()
	s.advance(now.Truncate(stretch).Add(stretch + time.Second).Sub(now))
}

type lockedWriter struct {
	mu sync.Mutex
	w  *strings.Builder
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// mailbox keeps what was sent.
type mailbox struct {
	mu   sync.Mutex
	sent []string
}

func (m *mailbox) Send(_ context.Context, to, subject, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, to+"\n"+subject+"\n"+text)
	return nil
}

// next waits for the n-th message and gives it.
func (m *mailbox) next(t *testing.T, n int) string {
	t.Helper()
	for range 500 {
		m.mu.Lock()
		if len(m.sent) >= n {
			defer m.mu.Unlock()
			return m.sent[n-1]
		}
		m.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no message number %d was sent", n)
	return ""
}

// browser is somebody with cookies. Redirects are followed.
type browser struct {
	*site
	client *http.Client
	agent  string
	from   string // another site that sends its forms; "" is the site itself
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	client := *s.http.Client()
	client.Jar = jar
	return &browser{site: s, client: &client, agent: "test browser"}
}

// page is an answer.
type page struct {
	status int
	url    *url.URL // where redirects ended
	header http.Header
	body   string
}

func (b *browser) do(r *http.Request) page {
	b.Helper()
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("Accept", "text/html")
	if r.Method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if b.from != "" {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", b.from)
		}
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return page{answer.StatusCode, answer.Request.URL, answer.Header, string(body)}
}

func (b *browser) get(path string) page {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, b.address(path), nil)
	if err != nil {
		b.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) address(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return b.url + path
}

// post sends a form; fields are names and values in turn.
func (b *browser) post(path string, fields ...string) page {
	b.Helper()
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, b.address(path), strings.NewReader(v.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	return b.do(r)
}

const goodPassword = "lantern orbit velvet 9"

// signedUp is a browser of a new user.
func (s *site) signedUp(email string) *browser {
	s.Helper()
	b := s.browser()
	p := b.post("/signup", "email", email, "password", goodPassword)
	if p.status != 200 || p.url.Path != "/app/" {
		s.Fatalf("sign-up of %s ended at %s with %d:\n%s", email, p.url, p.status, p.body)
	}
	return b
}

func (b *browser) loggedIn() bool {
	b.Helper()
	return b.get("/app/").url.Path == "/app/"
}

// stay makes the browser show redirects instead of following them.
func (b *browser) stay() *browser {
	client := *b.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{site: b.site, client: &client, agent: b.agent, from: b.from}
}

var formNumber = regexp.MustCompile(`name="once" value="([^"]+)"`)

func (p page) once(t *testing.T) string {
	t.Helper()
	m := formNumber.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form number in\n%s", p.body)
	}
	return m[1]
}

var shownKey = regexp.MustCompile(`qcos-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}`)

// createKey makes a key by the page.
func (b *browser) createKey(name string) string {
	b.Helper()
	p := b.post("/app/keys", "name", name, "expires", "0", "scope", "", "once", b.get("/app/keys").once(b.T))
	key := shownKey.FindString(p.body)
	if key == "" {
		b.Fatalf("no key on the page (%d):\n%s", p.status, p.body)
	}
	return key
}

func (p page) mustHave(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			t.Errorf("%s (%d) does not say %q:\n%s", p.url, p.status, w, p.body)
		}
	}
}

// addresses lets a test say from where a request comes, by a header.
func addresses(_ *identity.Options, o *web.Options) {
	o.Address = func(r *http.Request) netip.Addr {
		a, err := netip.ParseAddr(r.Header.Get("Test-Address"))
		if err != nil {
			return netip.MustParseAddr("192.0.2.1")
		}
		return a
	}
}

func (s *site) keyWorks(key string) bool {
	s.Helper()
	_, err := s.accounts.Authenticate(s.Context(), key)
	return err == nil
}

func (s *site) finished(b *browser, path string) page {
	s.Helper()
	for range 600 {
		p := b.get(path)
		if p.status != 200 {
			s.Fatalf("%s: %d\n%s", path, p.status, p.body)
		}
		if !strings.Contains(p.body, "data-live") {
			return p
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Fatal(fmt.Sprint("the job did not end: ", path))
	return page{}
}
