package daemon_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

func TestJobFromSubmissionToPurge(t *testing.T) {
	onEach(t, func(w *world) {
		key, seed := w.user("pro@example.com", account.Pro), uint64(7)
		var e api.ExecuteResponse
		w.ask("POST", "/api/v1/execute", key, api.ExecuteRequest{
			QASM: bell, Shots: 2000, JobID: "first", Seed: &seed, Memory: true, Name: "bell", Tags: []string{"ci", "nightly"},
		}).decode(w.t, 200, &e)
		if e.JobID != "first" || e.Status != api.StatusQueued || e.Message == "" || e.EstimatedTimeSeconds < 0 {
			w.t.Errorf("accepted as %+v", e)
		}
		j := w.finished(key, "first")
		if j.Status != api.StatusCompleted || j.Error != nil || j.StartedAt == nil || j.CompletedAt == nil || j.Plan == nil || j.Name != "bell" || len(j.Tags) != 2 {
			w.t.Errorf("finished as %+v", j)
		}
		r := j.Result
		if r == nil || r.Counts["00"]+r.Counts["11"] != 2000 || r.NumQubits != 2 || r.Shots != 2000 || len(r.Memory) != 2000 || *r.Seed != seed || r.Backend == "" || r.Device == "" {
			w.t.Errorf("result %+v", r)
		}
		var status api.Job
		w.ask("GET", "/status/first", key, nil).decode(w.t, 200, &status)
		if status.Result == nil || status.Result.Counts["00"] != r.Counts["00"] {
			w.t.Errorf("status %+v", status)
		}
		w.ask("DELETE", "/jobs/first", key, nil).decode(w.t, 200, &status)
		if status.Status != api.StatusCompleted {
			w.t.Errorf("cancelling a finished job made it %s", status.Status)
		}
		w.ask("DELETE", "/jobs/first?purge=true", key, nil).decode(w.t, 200, &status)
		for _, path := range []string{"/status/first", "/results/first", "/results/first?wait=1", "/jobs/first/events", "/v1/jobs/first", "/runtime/jobs/first/result"} {
			w.ask("GET", path, key, nil).problem(w.t, api.CodeGone)
		}
		again := w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: bell, Shots: 2000, JobID: "first", Seed: &seed, Memory: true, Name: "bell", Tags: []string{"ci", "nightly"}})
		if again.status != 200 || w.jobsToday(key) != 1 {
			w.t.Errorf("the id is forgotten after a purge: %d, %d jobs", again.status, w.jobsToday(key))
		}
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: bell, JobID: "first"}).problem(w.t, api.CodeConflict)
	})
}

func TestCancelARunningJob(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		id := w.submit(key, api.ExecuteRequest{QASM: long()})
		var j api.Job
		for deadline := time.Now().Add(30 * time.Second); j.Status != api.StatusProcessing; {
			w.ask("GET", "/status/"+id, key, nil).decode(w.t, 200, &j)
			if time.Now().After(deadline) {
				w.t.Fatalf("it does not begin: %+v", j)
			}
			time.Sleep(10 * time.Millisecond)
		}
		w.ask("DELETE", "/jobs/"+id, key, nil).decode(w.t, 200, &j)
		if j = w.finished(key, id); j.Status != api.StatusCancelled || j.CompletedAt == nil {
			w.t.Errorf("%+v", j)
		}
		if n := w.jobsToday(key); n != 1 {
			w.t.Errorf("a cancelled job counts as %d", n)
		}
	})
}

func TestUserInfo(t *testing.T) {
	onEach(t, func(w *world) {
		for tier, want := range map[account.Tier]string{
			account.Free:       `"tier":"free","jobs_today":0,"daily_limit":10,"max_qubits":20,"max_shots":10000,"priority":"low"`,
			account.Pro:        `"tier":"pro","jobs_today":0,"daily_limit":100,"max_qubits":50,"max_shots":100000,"priority":"normal"`,
			account.Enterprise: `"tier":"enterprise","jobs_today":0,"daily_limit":null,"max_qubits":100,"max_shots":1000000,"priority":"high"`,
		} {
			email := string(tier) + "@example.com"
			got := string(w.ask("GET", "/user/me", w.user(email, tier), nil).body)
			midnight := api.NewTime(account.DayOf(w.now()).End()).String()
			if want := `{"user":"` + email + `",` + want + `,"resets_at":"` + midnight + `"}`; strings.TrimSpace(got) != want {
				w.t.Errorf("got  %s\nwant %s", got, want)
			}
		}
	})
}

// TestQuota: exactly ten of two hundred at once, the exact words for the others, and a new day.
func TestQuota(t *testing.T) {
	onEach(t, func(w *world) {
		w.noon()
		key := w.user("free@example.com", account.Free)
		var accepted, refused atomic.Int64
		var eleventh atomic.Value
		atOnce(200, func(int) {
			switch a := w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: bell}); a.status {
			case 200:
				accepted.Add(1)
			case 429:
				refused.Add(1)
				eleventh.Store(a)
			default:
				w.t.Errorf("%d %s", a.status, a.body)
			}
		})
		if accepted.Load() != 10 || refused.Load() != 190 || w.jobsToday(key) != 10 {
			w.t.Fatalf("%d accepted, %d refused, %d counted", accepted.Load(), refused.Load(), w.jobsToday(key))
		}
		a := eleventh.Load().(answer)
		p := a.problem(w.t, api.CodeRateLimitExceeded)
		if p.Detail != "Rate limit exceeded. Upgrade your tier or wait until tomorrow." || a.header.Get("RateLimit-Limit") != "10" || a.header.Get("RateLimit-Remaining") != "0" {
			w.t.Errorf("%+v %v", p, a.header)
		}
		left := account.DayOf(w.now()).End().Sub(w.now())
		if after, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || after < int(left.Seconds()) || after > int(left.Seconds())+120 {
			w.t.Errorf("Retry-After %q, midnight is in %v", a.header.Get("Retry-After"), left)
		}
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: wide(25)}).problem(w.t, api.CodeQuotaExceeded) // 403 comes before 429
		w.offset.Add(int64(account.DayOf(w.now()).End().Sub(w.now()) - 30*time.Second))
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: bell}).problem(w.t, api.CodeRateLimitExceeded) // half a minute before midnight
		w.offset.Add(int64(30 * time.Second))
		if n := w.jobsToday(key); n != 0 {
			w.t.Errorf("after midnight %d jobs are counted", n)
		}
		w.submit(key, api.ExecuteRequest{QASM: bell})
	})
}

// noon sets the service's clock so that no test crosses midnight by chance.
func (w *world) noon() {
	day := account.DayOf(time.Now())
	w.offset.Store(int64(day.Start().Add(12 * time.Hour).Sub(time.Now())))
}

func TestWhatIsTooLargeCostsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("free@example.com", account.Free)
		for _, c := range []struct {
			qasm  string
			shots int
			want  string
		}{
			{wide(25), 1, "Circuit exceeds your tier limits (25 qubits > 20 max)."},
			{bell, 20000, "Circuit exceeds your tier limits (20000 shots > 10000 max)."},
			{wide(21), 20000, "Circuit exceeds your tier limits (21 qubits > 20 max)."},
		} {
			p := w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: c.qasm, Shots: c.shots}).problem(w.t, api.CodeQuotaExceeded)
			if p.Detail != c.want || p.Next != api.NextQuotaExceeded {
				w.t.Errorf("got %q, %q", p.Detail, p.Next)
			}
		}
		w.submit(key, api.ExecuteRequest{QASM: wide(20), Shots: 10000})
		pro := w.user("pro@example.com", account.Pro)
		entangled := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[45];\ncreg c[45];\n"
		for q := range 45 {
			entangled += fmt.Sprintf("u3(0.%d,0.2,0.3) q[%d];\n", q+11, q)
		}
		for q := range 45 {
			entangled += fmt.Sprintf("cx q[%d],q[%d];\nu3(0.1,0.2,0.%d) q[%d];\ncx q[%d],q[%d];\n", q, (q+1)%45, q+11, q, q, (q+22)%45)
		}
		entangled += "measure q -> c;\n"
		p := w.ask("POST", "/execute", pro, api.ExecuteRequest{QASM: entangled}).problem(w.t, api.CodeInfeasible)
		if p.NeedBytes == 0 || p.HaveBytes == 0 || p.Next == "" {
			w.t.Errorf("%+v", p)
		}
		enterprise := w.user("big@example.com", account.Enterprise)
		w.ask("POST", "/execute", enterprise, api.ExecuteRequest{QASM: wide(90), Shots: 1_000_000, Memory: true}).problem(w.t, api.CodeResultTooLarge)
		w.ask("POST", "/execute", pro, api.ExecuteRequest{QASM: bell, Priority: 1}).problem(w.t, api.CodeForbidden)
		w.ask("POST", "/execute", enterprise, api.ExecuteRequest{QASM: bell, Priority: 9}).problem(w.t, api.CodeInvalidRequest)
		p = w.ask("POST", "/execute", pro, api.ExecuteRequest{QASM: "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\nhh q[0];\n"}).problem(w.t, api.CodeInvalidCircuit)
		if len(p.Errors) == 0 || p.Errors[0].Line != 4 || p.Errors[0].Column != 1 || !strings.HasPrefix(p.Detail, "4:1: ") {
			w.t.Errorf("%+v", p)
		}
		for who, want := range map[string]int{key: 1, pro: 0, enterprise: 0} {
			if n := w.jobsToday(who); n != want {
				w.t.Errorf("%d jobs are counted, want %d", n, want)
			}
		}
	})
}

// TestOrderOfChecks: each request is wrong in two ways, and the one that comes first is answered.
func TestOrderOfChecks(t *testing.T) {
	onEach(t, func(w *world) {
		w.noon()
		key := w.user("free@example.com", account.Free, func(r *account.KeyRequest) { r.DailyLimit = 1 })
		w.submit(key, api.ExecuteRequest{QASM: bell, JobID: "taken"})
		w.ask("POST", "/execute", "qcos-wron-gkey-here", `{"shots":-1}`).problem(w.t, api.CodeInvalidAPIKey)
		w.ask("POST", "/execute", key, `{"job_id":"taken","qasm":"rubbish","shots":-1}`).problem(w.t, api.CodeInvalidRequest)
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: "rubbish", JobID: "taken"}).problem(w.t, api.CodeConflict)
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: "rubbish", Shots: 20000}).problem(w.t, api.CodeInvalidCircuit)
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: wide(25)}).problem(w.t, api.CodeQuotaExceeded)
		p := w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: bell}) // the key's own limit of the day
		p.problem(w.t, api.CodeRateLimitExceeded)
		if p.header.Get("RateLimit-Limit") != "1" {
			w.t.Errorf("%v", p.header)
		}
		if again := w.submit(key, api.ExecuteRequest{QASM: bell, JobID: "taken"}); again != "taken" {
			w.t.Errorf("a retry on an exhausted key found %s", again)
		}
	})
}

func TestIdempotentSubmissions(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		var ok atomic.Int64
		atOnce(50, func(i int) {
			request := api.ExecuteRequest{QASM: bell, JobID: "once"}
			if i%2 == 1 {
				request.Shots = 1024 // the default written out
			}
			a := w.ask("POST", "/execute", key, request)
			var e api.ExecuteResponse
			if json.Unmarshal(a.body, &e) == nil && a.status == 200 && e.JobID == "once" {
				ok.Add(1)
			} else {
				w.t.Errorf("%d %s", a.status, a.body)
			}
		})
		if n := w.jobsToday(key); ok.Load() != 50 || n != 1 {
			w.t.Errorf("%d accepted, %d counted", ok.Load(), n)
		}
	})
}

// TestEveryRouteNeedsAKey: what the document says of keys is so, on both forms of every path.
func TestEveryRouteNeedsAKey(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), 1)
	tried := 0
	for pattern, methods := range w.document.Paths {
		for method, op := range methods {
			for _, prefix := range []string{"", api.Prefix} {
				path := prefix + strings.NewReplacer("{job_id}", "x", "{key_id}", "key_x").Replace(pattern)
				a := w.ask(strings.ToUpper(method), path, "", nil)
				tried++
				if needs := len(op.Security) > 0; needs != (a.status == 401) {
					t.Errorf("%s %s without a key: %d, and the document says %t", method, path, a.status, needs)
				}
			}
		}
	}
	if tried < 40 {
		t.Fatalf("%d routes only", tried)
	}
}

func TestKeysThatDoNotWork(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, by := w.t.Context(), account.Actor{Name: "test"}
		u, err := w.accounts.CreateUser(ctx, by, "gone@example.com", account.Pro)
		if err != nil {
			w.t.Fatal(err)
		}
		stays := w.keyOf(u)
		revoked, revokedKey, err := w.accounts.CreateKey(ctx, by, u, account.KeyRequest{Name: "revoked"})
		if err != nil {
			w.t.Fatal(err)
		}
		expired := w.keyOf(u, func(r *account.KeyRequest) { r.Lifetime = time.Hour })
		works := func(key string) bool { return w.ask("GET", "/user/me", key, nil).status == 200 }
		if !works(stays) || !works(revokedKey) || !works(expired) {
			w.t.Fatal("the keys do not work to begin with")
		}
		if _, err := w.accounts.RevokeKey(ctx, by, account.AnyOwner, revoked.ID); err != nil {
			w.t.Fatal(err)
		}
		for range len(w.urls) { // at once, at every replica
			if works(revokedKey) {
				w.t.Error("a revoked key works")
			}
		}
		w.offset.Add(int64(time.Hour))
		if works(expired) || !works(stays) {
			w.t.Error("an expired key works, or one without an end does not")
		}
		if _, err := w.accounts.Disable(ctx, by, "gone@example.com"); err != nil {
			w.t.Fatal(err)
		}
		p := w.ask("GET", "/user/me", stays, nil).problem(w.t, api.CodeInvalidAPIKey)
		if p.Detail != "Invalid API key. Please check your credentials." {
			w.t.Errorf("%+v", p)
		}
	})
}

func TestEvents(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		id := w.submit(key, api.ExecuteRequest{QASM: bell})
		a := w.ask("GET", "/jobs/"+id+"/events", key, nil)
		events := strings.Split(strings.TrimSpace(string(a.body)), "\n\n")
		if a.status != 200 || !strings.HasPrefix(events[0], "event: job\ndata: {") || !strings.Contains(events[len(events)-1], `"status":"completed"`) {
			w.t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// TestPublishedClient follows what the client that was published before this server sends and reads.
func TestPublishedClient(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		bearer := []string{"Authorization", "Bearer " + key}
		for _, base := range []string{"/v1/jobs", "/api/v1/runtime/jobs"} {
			var j struct {
				JobID     string `json:"job_id"`
				Status    string `json:"status"`
				CreatedAt string `json:"created_at"`
				Result    *struct {
					Counts map[string]int `json:"counts"`
				} `json:"result"`
			}
			w.ask("POST", base, "", `{"qasm":`+quoted(bell)+`,"shots":100,"backend_id":"simulator_aer","metadata":{"a":1},"session_id":"s"}`, bearer...).decode(w.t, 200, &j)
			if j.JobID == "" || j.Status != "queued" || j.CreatedAt == "" {
				w.t.Errorf("%+v", j)
			}
			w.finished(key, j.JobID)
			w.ask("GET", base+"/"+j.JobID, "", nil, bearer...).decode(w.t, 200, &j)
			if j.Status != "completed" || j.Result.Counts["00"]+j.Result.Counts["11"] != 100 {
				w.t.Errorf("%+v", j)
			}
			var r struct {
				Result map[string]any `json:"result"`
			}
			w.ask("GET", base+"/"+j.JobID+"/result", "", nil, bearer...).decode(w.t, 200, &r)
			if r.Result["shots"] != 100.0 {
				w.t.Errorf("%+v", r)
			}
			var list struct {
				Jobs []map[string]any `json:"jobs"`
			}
			w.ask("GET", base, "", nil, bearer...).decode(w.t, 200, &list)
			if len(list.Jobs) == 0 {
				w.t.Error("the list is empty")
			}
			w.ask("DELETE", base+"/"+j.JobID, "", nil, bearer...).decode(w.t, 200, &j)
		}
		w.ask("POST", "/v1/jobs", key, `{"qasm":`+quoted(bell)+`,"backend_id":"ibm.sherbrooke"}`).problem(w.t, api.CodeNotFound)
		if n := w.jobsToday(key); n != 2 {
			w.t.Errorf("%d jobs are counted, want 2", n)
		}
		var s struct {
			ID     string         `json:"simulation_id"`
			Counts map[string]int `json:"counts"`
			Method string         `json:"method"`
		}
		w.ask("POST", "/api/v1/simulate", key, `{"circuit":{"qasm":`+quoted(bell)+`,"format":"qasm2"},"shots":50,"method":"automatic","seed":3}`).decode(w.t, 200, &s)
		if s.ID == "" || s.Counts["00"]+s.Counts["11"] != 50 || s.Method == "" {
			w.t.Errorf("%+v", s)
		}
		w.ask("POST", "/simulate", key, `{"circuit":{"qasm":`+quoted(bell)+`},"noise_model":"bit_flip"}`).problem(w.t, api.CodeInvalidRequest)
		var v struct {
			Valid  bool             `json:"valid"`
			Errors []api.Diagnostic `json:"errors"`
		}
		w.ask("POST", "/api/v1/circuits/validate", key, `{"qasm":`+quoted(bell)+`}`).decode(w.t, 200, &v)
		if !v.Valid || v.Errors == nil {
			w.t.Errorf("%+v", v)
		}
		w.ask("POST", "/api/v1/circuits/validate", key, `{"qasm":"OPENQASM 2.0;\nqreg q[1];\nnone q[0];"}`).decode(w.t, 200, &v)
		if v.Valid || len(v.Errors) == 0 || v.Errors[0].Line == 0 {
			w.t.Errorf("%+v", v)
		}
		var e api.Estimate
		for _, path := range []string{"/v1/estimate", "/api/v1/runtime/estimate"} {
			w.ask("POST", path, key, `{"qasm":`+quoted(bell)+`,"shots":100,"backend_id":"auto","qubits":2,"gates":2}`).decode(w.t, 200, &e)
			if !e.Accepted || e.NumQubits != 2 || e.Method == "" || len(e.Candidates) == 0 || e.Tier != api.TierPro {
				w.t.Errorf("%+v", e)
			}
		}
		free := w.user("free@example.com", account.Free)
		w.ask("POST", "/v1/estimate", free, `{"qasm":`+quoted(wide(25))+`}`).decode(w.t, 200, &e)
		if e.Accepted || e.Refusal == nil || e.Refusal.Code != api.CodeQuotaExceeded || e.NumQubits != 25 || w.jobsToday(free) != 0 {
			w.t.Errorf("%+v", e)
		}
		for _, path := range []string{"/api/v1/backends", "/api/v1/runtime/backends"} {
			a := w.ask("GET", path, key, nil)
			if a.status != 200 || !strings.Contains(string(a.body), `"statevector_sim"`) || !strings.Contains(string(a.body), `"num_qubits":50`) || !strings.Contains(string(a.body), `"online"`) {
				w.t.Errorf("%d %s", a.status, a.body)
			}
		}
	})
}

func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

// TestGuide runs every curl line of the guide, with host, key and circuit put in, on both forms of the path.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "authentication-guide.txt"))
	if err != nil {
		t.Skip("THE GUIDE IS NOT HERE: its lines were not tried")
	}
	bash, err := exec.LookPath("bash")
	if _, e := exec.LookPath("curl"); err != nil || e != nil {
		t.Skip("THERE IS NO CURL: the lines of the guide were not tried")
	}
	commands := curlCommands(string(guide))
	if len(commands) < 3 {
		t.Fatalf("found %d commands in the guide", len(commands))
	}
	onEach(t, func(w *world) {
		key := w.user("demo@example.com", account.Pro)
		for _, prefix := range []string{"", api.Prefix} {
			for _, command := range commands {
				line := strings.NewReplacer(
					"https://api.softquantus.com", w.urls[0]+prefix, "qcos-xxxx-xxxx-xxxx", key, `"qasm": "..."`, `"qasm": `+quoted(bell),
				).Replace(command)
				out, err := exec.Command(bash, "-c", strings.Replace(line, "curl ", "curl -sS --fail-with-body ", 1)).Output()
				if err != nil {
					w.t.Errorf("%s: %v %s", line, err, out)
					continue
				}
				if strings.Contains(line, "/user/me") {
					var u api.UserInfo
					if err := json.Unmarshal(out, &u); err != nil || u.User != "demo@example.com" || u.Tier != api.TierPro {
						w.t.Errorf("%s: %s", line, out)
					}
					continue
				}
				var e api.ExecuteResponse
				if err := json.Unmarshal(out, &e); err != nil || e.Status != api.StatusQueued || w.finished(key, e.JobID).Status != api.StatusCompleted {
					w.t.Errorf("%s: %s", line, out)
				}
			}
		}
	})
}

// curlCommands are the commands of a text that begin with curl, with the lines that continue them.
func curlCommands(text string) []string {
	var all []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "curl ") {
			continue
		}
		command := lines[i]
		for i+1 < len(lines) && (strings.HasSuffix(strings.TrimSpace(lines[i]), "\\") || strings.HasPrefix(lines[i+1], "-")) {
			i++
			command = strings.TrimSuffix(strings.TrimSpace(command), "\\") + " " + lines[i]
		}
		all = append(all, strings.TrimSuffix(strings.TrimSpace(command), "\\"))
	}
	return all
}

func TestListing(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		for i := range 7 {
			r := api.ExecuteRequest{QASM: bell, JobID: fmt.Sprintf("job-%d", i), Name: fmt.Sprintf("name-%d", i%2), Tags: []string{fmt.Sprintf("tag-%d", i%3)}}
			w.submit(key, r)
			w.finished(key, r.JobID)
		}
		w.ask("DELETE", "/jobs/job-4?purge=true", key, nil)
		for query, want := range map[string]string{
			"": "6543210", "status=completed": "6543210", "status=failed": "", "name=name-1": "531", "tag=tag-0": "630", "name=name-0&tag=tag-0": "60",
		} {
			var seen strings.Builder
			for cursor := ""; ; {
				var page api.JobList
				w.ask("GET", "/jobs?limit=2&"+query+cursor, key, nil).decode(w.t, 200, &page)
				for _, j := range page.Jobs {
					seen.WriteString(strings.TrimPrefix(j.JobID, "job-"))
					if j.Result != nil {
						w.t.Error("a page has a result")
					}
				}
				if page.NextCursor == nil {
					break
				}
				cursor = "&cursor=" + *page.NextCursor
			}
			if seen.String() != want {
				w.t.Errorf("%s: got %s, want %s", query, seen.String(), want)
			}
		}
	})
}

// TestNoKeyIsLogged: after all that was asked, the log of a whole service has no key.
func TestNoKeyIsLogged(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.user("pro@example.com", account.Pro)
		w.finished(key, w.submit(key, api.ExecuteRequest{QASM: bell}))
		w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: "// " + key + "\nrubbish"})
		w.ask("GET", "/status/"+key, key, nil)
		w.ask("GET", "/"+key, key, nil)
		log := w.log.String()
		if strings.Count(log, "\n") < 5 {
			w.t.Fatalf("the log has %s", log)
		}
		for part := range strings.SplitSeq(strings.TrimPrefix(key, "qcos-"), "-") {
			if strings.Contains(log, part) {
				w.t.Errorf("%s of a key is in the log:\n%s", part, log)
			}
		}
	})
}
