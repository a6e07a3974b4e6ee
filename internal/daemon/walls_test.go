package daemon_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/oauth"
	"github.com/softquantus/qcos/pkg/api"
)

// TestWalls goes through every route of the document with another account's job, and compares what is answered with what is answered
// about a job that never was: status, headers and words.
func TestWalls(t *testing.T) {
	onEach(t, func(w *world) {
		owner, other := w.user("owner@example.com", account.Pro), w.user("other@example.com", account.Pro)
		waiting := w.submit(owner, api.ExecuteRequest{QASM: long(), JobID: "waiting"})
		w.submit(owner, api.ExecuteRequest{QASM: bell, JobID: "done"})
		w.finished(owner, "done")
		w.submit(owner, api.ExecuteRequest{QASM: bell, JobID: "purged"})
		w.finished(owner, "purged")
		w.ask("DELETE", "/jobs/purged?purge=true", owner, nil)
		tried := 0
		for pattern, methods := range w.document.Paths {
			if !strings.Contains(pattern, "{job_id}") {
				continue
			}
			for method := range methods {
				path := func(id string) string { return api.Prefix + strings.ReplaceAll(pattern, "{job_id}", id) }
				nobodys := w.ask(strings.ToUpper(method), path("nobodys"), other, nil)
				nobodys.problem(w.t, api.CodeNotFound)
				for _, id := range []string{waiting, "done", "purged"} {
					for _, query := range []string{"", "?wait=1", "?purge=true", "?wait=true&purge=true"} {
						began := time.Now()
						others := w.ask(strings.ToUpper(method), path(id)+query, other, nil)
						tried++
						if others.status != 404 || string(others.body) != string(nobodys.body) || !slices.Equal(headerNames(others.header), headerNames(nobodys.header)) {
							w.t.Errorf("%s %s: %d %s, about a job that is nobody's %s", method, path(id), others.status, others.body, nobodys.body)
						}
						if took := time.Since(began); query == "?wait=1" && took > time.Second {
							w.t.Errorf("%s %s: another account's job is waited for: %v", method, path(id), took)
						}
					}
				}
			}
		}
		if tried < 50 {
			w.t.Fatalf("%d requests only", tried)
		}
		if a := w.ask("GET", "/jobs", other, nil); strings.TrimSpace(string(a.body)) != `{"jobs":[],"next_cursor":null}` {
			w.t.Errorf("the other sees %s", a.body)
		}
		w.ask("GET", "/jobs?cursor=done", other, nil).problem(w.t, api.CodeInvalidRequest)
		var j api.Job
		w.ask("GET", "/status/"+waiting, owner, nil).decode(w.t, 200, &j)
		if j.Status == api.StatusCancelled {
			w.t.Error("another account cancelled the job")
		}
		w.submit(other, api.ExecuteRequest{QASM: bell, JobID: "done", Shots: 3}) // ids are each account's own
		w.ask("DELETE", "/jobs/"+waiting, owner, nil)
	})
}

// TestWallsOfKeys goes through every route of the document with the id of another account's key, and compares what is answered with what is
// answered about a key that never was.
func TestWallsOfKeys(t *testing.T) {
	onEach(t, func(w *world) {
		owner, other := w.session("owner@example.com"), w.session("other@example.com")
		var theirs api.NewKey
		w.ask("POST", "/keys", "", api.CreateKeyRequest{Name: "theirs"}, owner...).decode(w.t, 200, &theirs)
		tried := 0
		for pattern, methods := range w.document.Paths {
			if !strings.Contains(pattern, "{key_id}") {
				continue
			}
			for method := range methods {
				path := func(id string) string { return api.Prefix + strings.ReplaceAll(pattern, "{key_id}", id) }
				nobodys := w.ask(strings.ToUpper(method), path("key_nobodys"), "", nil, other...)
				nobodys.problem(w.t, api.CodeNotFound)
				others := w.ask(strings.ToUpper(method), path(theirs.ID), "", nil, other...)
				if others.status != 404 || string(others.body) != string(nobodys.body) || !slices.Equal(headerNames(others.header), headerNames(nobodys.header)) {
					w.t.Errorf("%s %s: %d %s, about a key that is nobody's %s", method, path(theirs.ID), others.status, others.body, nobodys.body)
				}
				tried++
			}
		}
		if tried < 2 {
			w.t.Fatalf("%d requests only", tried)
		}
		var mine api.KeyList
		w.ask("GET", "/keys", "", nil, other...).decode(w.t, 200, &mine)
		if len(mine.Keys) != 0 {
			w.t.Errorf("the other sees %+v", mine.Keys)
		}
		w.ask("GET", "/keys", "", nil, owner...).decode(w.t, 200, &mine)
		if len(mine.Keys) != 1 || mine.Keys[0].ExpiresAt != nil || w.jobsToday(string(theirs.Secret)) != 0 {
			w.t.Errorf("another account changed the owner's keys, which are now %+v", mine.Keys)
		}
	})
}

// session makes an account on the pages, logs a command line in to it, and gives the header of its requests.
func (w *world) session(email string) []string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	browser := http.Client{Jar: jar}
	post := func(path string, form url.Values, endsAt string) {
		w.t.Helper()
		a, err := browser.PostForm(w.urls[0]+path, form)
		if err != nil {
			w.t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != 200 || a.Request.URL.Path != endsAt {
			w.t.Fatalf("%s: %s at %s", path, a.Status, a.Request.URL)
		}
	}
	post("/signup", url.Values{"email": {email}, "password": {"lantern orbit velvet 9"}}, "/app/")
	c := oauth2.Config{ClientID: oauth.ClientID, Scopes: []string{"openid", "offline_access"}, Endpoint: oauth2.Endpoint{
		TokenURL: w.urls[0] + oauth.PathToken, DeviceAuthURL: w.urls[0] + oauth.PathDeviceCode, AuthStyle: oauth2.AuthStyleInParams,
	}}
	device, err := c.DeviceAuth(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	post(oauth.PathDevice, url.Values{"user_code": {device.UserCode}, "decision": {"approve"}}, oauth.PathDevice)
	device.Interval = 1 // no slower than it must
	token, err := c.DeviceAccessToken(w.t.Context(), device)
	if err != nil {
		w.t.Fatal(err)
	}
	return []string{"Authorization", "Bearer " + token.AccessToken}
}

func headerNames(h http.Header) []string {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestWallsTakeTheSameTime asks for another's job and for nobody's in random order and compares the ranks of the times that the answers
// took (Mann and Whitney's U): where they come from one distribution, U lies within 5 sigma of its mean. No time is asserted.
func TestWallsTakeTheSameTime(t *testing.T) {
	onEach(t, func(w *world) {
		owner, other := w.user("owner@example.com", account.Pro), w.user("other@example.com", account.Enterprise)
		w.submit(owner, api.ExecuteRequest{QASM: bell, JobID: "done"})
		w.finished(owner, "done")
		seed := uint64(time.Now().UnixNano())
		random := rand.New(rand.NewPCG(seed, 0))
		const n = 500 // of each
		type sample struct {
			took     time.Duration
			anothers bool
		}
		ask := func(id string) time.Duration {
			began := time.Now()
			w.ask("GET", "/results/"+id, other, nil)
			return time.Since(began)
		}
		for range 100 {
			ask("none") // until everything is warm
		}
		var all []sample
		for _, i := range random.Perm(2 * n) {
			if i < n {
				all = append(all, sample{ask("done"), true})
			} else {
				all = append(all, sample{ask("nope"), false})
			}
		}
		slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.took, b.took) })
		ranks := 0.0
		for i, s := range all {
			if s.anothers {
				ranks += float64(i + 1)
			}
		}
		u := ranks - n*(n+1)/2
		sigma := math.Sqrt(n * n * (2*n + 1) / 12.0)
		z := (u - n*n/2) / sigma
		w.t.Logf("medians about %v, z = %.2f (seed %d)", all[n].took, z, seed)
		if math.Abs(z) > 5 {
			w.t.Errorf("another account's job can be told from none by the time of the answer: z = %.2f, seed %d", z, seed)
		}
	})
}
