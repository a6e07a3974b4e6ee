package cli

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
)

// remoteUser is a user with a server, and its key in the environment.
func remoteUser(t *testing.T) (*user, *apitest.Server) {
	t.Helper()
	u, s := newUser(t), apitest.New(t)
	t.Setenv("QCOS_API_KEY", apitest.Key)
	t.Setenv("QCOS_API_URL", s.URL)
	u.writes(t, "project/bell.qasm", copyOf(t, "bell.qasm"))
	return u, s
}

func TestExecuteRemotely(t *testing.T) {
	u, s := remoteUser(t)
	code, out, words := u.does(t, "execute", "--shots", "1000", "--seed", "7", "--tag", "ci", "bell.qasm")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, words)
	}
	if want := fmt.Sprintf("running at %s (key qcos-Te… of environment QCOS_API_KEY)\n", s.URL); words != want {
		t.Errorf("told\n%s, want\n%s", words, want)
	}
	job := s.Jobs()[0]
	want := regexp.MustCompile(`^bell\.qasm  1,000 shots · statevector · 1\.0 ms · seed 7 · job-[a-z0-9]{26}\n  00  500  50\.0 %  █+\n  11  500  50\.0 %  █+\n$`)
	if !want.MatchString(out) || !strings.Contains(out, job.JobID) || job.Name != "bell.qasm" || !reflect.DeepEqual(job.Tags, []string{"ci"}) {
		t.Errorf("got %s for %+v", out, job)
	}
}

// TestShapeIsTheSame: a program that reads the JSON does not see where a circuit ran but by the values.
func TestShapeIsTheSame(t *testing.T) {
	u, _ := remoteUser(t)
	for _, file := range []string{"bell.qasm", "absent.qasm"} { // programs that are wrong: TestRemoteDiagnostics
		var keys [2][]string
		var values [2]map[string]any
		for i, backend := range []string{"local", "remote"} {
			_, out, words := u.does(t, "execute", "--backend", backend, "--memory", "--shots", "10", "--format", "json", file)
			if err := json.Unmarshal([]byte(out), &values[i]); err != nil {
				t.Fatalf("%v: %q %s", err, out, words)
			}
			keys[i] = regexp.MustCompile(`"[a-z_]+":`).FindAllString(regexp.MustCompile(`"errors":.*`).ReplaceAllString(out, `"errors":`), -1)
			if values[i]["backend"] != backend {
				t.Errorf("%s: backend %v", file, values[i]["backend"])
			}
		}
		if fmt.Sprint(keys[0]) != fmt.Sprint(keys[1]) {
			t.Errorf("%s: members %v here, %v at the server", file, keys[0], keys[1])
		}
	}
}

// TestRemoteDiagnostics: what a server says about a program looks as if it had been said here.
func TestRemoteDiagnostics(t *testing.T) {
	u, s := remoteUser(t)
	source := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\n// \u00e4\u00f6\nhh q[0];\nmeasure q -> c;\nqreg q[1];\n"
	u.writes(t, "project/bad.qasm", source)
	_, list, _ := u.does(t, "check", "--format", "json", "bad.qasm")
	var checked struct{ Errors []api.Diagnostic }
	if err := json.Unmarshal([]byte(list), &checked); err != nil || len(checked.Errors) < 3 || len(checked.Errors[2].Notes) == 0 {
		t.Fatalf("%v: %s", err, list)
	}
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) {
		p := api.NewProblem(api.CodeInvalidCircuit, checked.Errors[0].String(), "")
		p.Errors = checked.Errors
		return nil, p
	}
	for _, format := range []string{"text", "json"} {
		var outs, words [2]string
		for i, backend := range []string{"local", "remote"} {
			code, out, said := u.does(t, "execute", "--seed", "1", "--backend", backend, "--format", format, "bad.qasm")
			if code != exitInvalid {
				t.Errorf("%s: exit code %d", backend, code)
			}
			outs[i] = regexp.MustCompile(`"(backend|device|job_id|num_qubits|num_clbits)":[^,]*`).ReplaceAllString(out, "")
			_, words[i], _ = strings.Cut(said, "\n") // the line about the backend
		}
		if outs[0] != outs[1] || words[0] != words[1] {
			t.Errorf("here:\n%s%s\nat the server:\n%s%s", outs[0], words[0], outs[1], words[1])
		}
	}
}

// TestErrorsOfTheGuide come letter for letter, each with its remedy and exit code.
func TestErrorsOfTheGuide(t *testing.T) {
	for _, c := range []struct {
		problem *api.Problem
		code    int
		words   string
	}{
		{
			api.NewProblem(api.CodeInvalidAPIKey, api.DetailInvalidAPIKey, api.NextInvalidAPIKey), exitAuth,
			"Error: Invalid API key. Please check your credentials.\n       Verify your key is correct and not expired.\n",
		},
		{
			api.NewProblem(api.CodeRateLimitExceeded, api.DetailRateLimitExceeded, api.NextRateLimitExceeded), exitLimit,
			"Error: Rate limit exceeded. Upgrade your tier or wait until tomorrow.\n       Upgrade to Pro/Enterprise or wait for daily reset (UTC midnight).\n",
		},
		{
			api.NewProblem(api.CodeQuotaExceeded, api.DetailQubitsExceeded(25, 20), api.NextQuotaExceeded), exitLimit,
			"Error: Circuit exceeds your tier limits (25 qubits > 20 max).\n       Reduce circuit size or upgrade your tier.\n",
		},
		{
			&api.Problem{Status: 401, Detail: api.DetailInvalidAPIKey}, exitAuth, // of a server that says less
			"Error: Invalid API key. Please check your credentials.\n       Verify your key is correct and not expired.\n",
		},
	} {
		u, s := remoteUser(t)
		s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) { return nil, c.problem }
		code, out, words := u.does(t, "execute", "bell.qasm")
		_, words, _ = strings.Cut(words, "\n")
		if code != c.code || out != "" || words != c.words {
			t.Errorf("exit code %d, %q\n%s, want\n%s", code, out, words, c.words)
		}
	}
}

// TestRefusedKeyIsSentOnce: what will meet every circuit is not tried with every circuit.
func TestRefusedKeyIsSentOnce(t *testing.T) {
	u, s := remoteUser(t)
	t.Setenv("QCOS_API_KEY", "qcos-wrong-wrong")
	args := []string{"execute"}
	for range 500 {
		args = append(args, "bell.qasm")
	}
	code, _, words := u.does(t, args...)
	if code != exitAuth || strings.Count(words, "Error: Invalid API key") > inFlight+1 || len(s.Requests()) > 2*inFlight {
		t.Errorf("exit code %d after %d requests: %d times told", code, len(s.Requests()), strings.Count(words, "Error: Invalid"))
	}
	if !strings.Contains(words, "500 of 500 files failed") || !strings.Contains(words, "  bell.qasm: not sent: Invalid API key.") {
		t.Errorf("the summary is missing: %s", words[:min(len(words), 500)])
	}
}

// TestManyFilesAtOnce are in flight together, and come out in their order whatever the order in which they end.
func TestManyFilesAtOnce(t *testing.T) {
	u, s := remoteUser(t)
	const files = 100
	var waiting atomic.Int64
	enough := make(chan struct{})
	s.Before = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/results/") {
			if waiting.Add(1) == inFlight/2 {
				close(enough)
			}
			select { // nobody gets a result before so many wait for one
			case <-enough:
			case <-r.Context().Done():
			}
		}
		return false
	}
	args := []string{"execute", "--format", "json"}
	for i := range files {
		name := fmt.Sprintf("%03d.qasm", (i*37)%files)
		u.writes(t, "project/"+name, "OPENQASM 2.0;\n// "+name+"\n")
		args = append(args, name)
	}
	s.Run = func(r api.ExecuteRequest) (*api.Result, *api.Problem) {
		if strings.Contains(r.QASM, "013") {
			return nil, api.NewProblem(api.CodeQuotaExceeded, api.DetailQubitsExceeded(60, 50), "")
		}
		return apitest.Bell(r), nil
	}
	code, out, words := u.does(t, args...)
	if code != exitLimit || !strings.Contains(words, "1 of 100 files failed\n  013.qasm: Circuit exceeds") {
		t.Errorf("exit code %d: %s", code, words)
	}
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if !strings.HasPrefix(line, `{"file":"`+args[3+i]+`"`) {
			t.Fatalf("line %d is %.60s, want %s", i, line, args[3+i])
		}
	}
}

func TestRetryNeverRunsTwice(t *testing.T) {
	u, s := remoteUser(t)
	var submissions atomic.Int64
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/execute" && submissions.Add(1) == 1 {
			inner.ServeHTTP(discarded{http.Header{}}, r) // accepted, and the answer is lost
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(w, r)
	})
	code, _, words := u.does(t, "execute", "bell.qasm")
	if code != exitOK || submissions.Load() != 2 || len(s.Jobs()) != 1 {
		t.Errorf("exit code %d, %d submissions, %d jobs: %s", code, submissions.Load(), len(s.Jobs()), words)
	}
	for range 2 { // a CI job that is run again
		if code, _, words := u.does(t, "execute", "--seed", "1", "--job-id", "nightly-7", "bell.qasm"); code != exitOK {
			t.Errorf("exit code %d: %s", code, words)
		}
	}
	if len(s.Jobs()) != 2 {
		t.Errorf("%d jobs", len(s.Jobs()))
	}
}

type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

func TestUnreachableSaysHowToRunHere(t *testing.T) {
	u, _ := remoteUser(t)
	u.offline(t)
	code, out, words := u.does(t, "execute", "--job-id", "mine", "bell.qasm")
	if code != exitRemote || out != "" || !strings.Contains(words, "Error: bell.qasm: cannot reach http://127.0.0.1:1: ") || !strings.Contains(words, "--backend local") ||
		!strings.Contains(words, "mine") {
		t.Errorf("exit code %d: %s", code, words)
	}
}

func TestRemoteTimeoutNamesTheJob(t *testing.T) {
	u, s := remoteUser(t)
	s.Delay = time.Hour
	code, _, words := u.does(t, "execute", "--timeout", "200ms", "--job-id", "slow-1", "bell.qasm")
	if code != exitRemote || !strings.Contains(words, "job slow-1 is not finished after 200ms, the limit of --timeout") || !strings.Contains(words, "qcos jobs wait slow-1") {
		t.Errorf("exit code %d: %s", code, words)
	}
}

func TestFailedJob(t *testing.T) {
	u, s := remoteUser(t)
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) { return nil, nil }
	code, out, words := u.does(t, "execute", "--format", "json", "--job-id", "f", "bell.qasm")
	if code != exitFailed || !strings.Contains(out, `"job_id":"f"`) || !strings.Contains(out, `"code":"timeout"`) || !strings.Contains(words, "the time limit of 60s was passed") {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
}

func TestWhereCircuitsRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		env   map[string]string
		args  []string
		code  int
		words string
	}{
		{"no key", map[string]string{"QCOS_API_KEY": ""}, nil, exitOK, `^running on this machine \(no API key was found\)`},
		{"a key, and local by flag", nil, []string{"--backend", "local"}, exitOK, `^running on this machine \(flag --backend\)`},
		{"a key, and local by environment", map[string]string{"QCOS_BACKEND": "local"}, nil, exitOK, `^running on this machine \(environment QCOS_BACKEND\)`},
		{"a key by flag", map[string]string{"QCOS_API_KEY": ""}, []string{"--api-key", apitest.Key}, exitOK, `^running at http://127.0.0.1:\d+ \(key qcos-Te… of flag --api-key\)`},
		{"a profile", map[string]string{"QCOS_API_KEY": "", "QCOS_DEV_API_KEY": apitest.Key}, []string{"--profile", "dev"}, exitOK, `^running at .* of environment QCOS_DEV_API_KEY\)`},
		{"remote without a key", map[string]string{"QCOS_API_KEY": ""}, []string{"--backend", "remote"}, exitAuth, `Error: no API key was found for http`},
		{"a flag that is for this machine", nil, []string{"--statevector"}, exitUsage, `Error: --statevector has no effect at a server, where the circuits run \(key qcos-Te… of environment QCOS_API_KEY\)\n.*--backend local`},
		{"a flag that is for a server", map[string]string{"QCOS_API_KEY": ""}, []string{"--tag", "x"}, exitUsage, `Error: --tag has no effect on this machine`},
		{"http elsewhere", map[string]string{"QCOS_API_URL": "http://api.example"}, nil, exitUsage, `would send the key in the clear to api.example\n.*https`},
		{"a job id that is none", nil, []string{"--job-id", "a b"}, exitUsage, `--job-id "a b"`},
		{"a job id for two files", nil, []string{"--job-id", "a", "bell.qasm"}, exitUsage, `--job-id names one job, and there are 2 files`},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, _ := remoteUser(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			code, _, words := u.does(t, append([]string{"execute", "bell.qasm"}, c.args...)...)
			if code != c.code || !regexp.MustCompile(c.words).MatchString(words) {
				t.Errorf("exit code %d: %s", code, words)
			}
		})
	}
}

// TestInterruptLeavesJobs: after Ctrl-C, where nobody can be asked, the jobs are named and left.
func TestInterruptLeavesJobs(t *testing.T) {
	s := apitest.New(t)
	s.Delay = time.Hour
	cmd := qcosProcess(t, "execute", "--debug", "--job-id", "left", "bell.qasm")
	cmd.Env = append(cmd.Env, "QCOS_API_KEY="+apitest.Key, "QCOS_API_URL="+s.URL)
	if err := os.WriteFile(cmd.Dir+"/bell.qasm", []byte(copyOf(t, "bell.qasm")), 0o600); err != nil {
		t.Fatal(err)
	}
	code, words := interrupt(t, cmd, "submitted")
	if code != exitInterrupted || !strings.Contains(words, "1 job may still run at "+s.URL) || !strings.Contains(words, "\n  left\n") {
		t.Errorf("exit code %d: %s", code, words)
	}
	if jobs := s.Jobs(); len(jobs) != 1 || jobs[0].Status != api.StatusProcessing {
		t.Errorf("got %+v", jobs)
	}
}

func TestSettleJobs(t *testing.T) {
	for answer, cancelled := range map[string]bool{"y\n": true, "yes": true, "n\n": false, "\n": false, "": false} {
		_, s := remoteUser(t)
		s.Delay = time.Hour
		o := clientOptions{settings: settingsHere}
		client, _, err := o.client()
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for i := range 3 {
			ids = append(ids, "settle-"+strconv.Itoa(i))
			if _, err := client.Submit(t.Context(), api.ExecuteRequest{QASM: "x", JobID: ids[i]}); err != nil {
				t.Fatal(err)
			}
		}
		var words strings.Builder
		a := &App{In: strings.NewReader(answer), Err: &words, InTerminal: true, ErrTerminal: true}
		a.settleJobs(client, append(ids, "never-arrived"))
		for _, j := range s.Jobs() {
			if (j.Status == api.StatusCancelled) != cancelled {
				t.Errorf("%q: %s is %s\n%s", answer, j.JobID, j.Status, words.String())
			}
		}
		if !strings.Contains(words.String(), "Cancel? [y/N]") {
			t.Errorf("asked %q", words.String())
		}
	}
}

func settingsHere() (*config.Settings, error) { return config.Resolve(config.Here(nil)) }

// TestPrivateAuthority: the file that --ca-file names is trusted besides the system's, and nothing else is.
func TestPrivateAuthority(t *testing.T) {
	u, s := remoteUser(t)
	private := httptest.NewUnstartedServer(s.Config.Handler)
	private.Config.ErrorLog = log.New(io.Discard, "", 0) // it will be refused
	private.StartTLS()
	defer private.Close()
	t.Setenv("QCOS_API_URL", private.URL)
	u.writes(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: private.Certificate().Raw})))
	if code, _, words := u.does(t, "user", "info"); code != exitRemote || !strings.Contains(words, "--ca-file") || len(s.Requests()) > 0 {
		t.Errorf("exit code %d: %s", code, words)
	}
	for _, args := range [][]string{{"user", "info"}, {"execute", "bell.qasm"}, {"doctor"}} {
		if code, out, words := u.does(t, append(args, "--ca-file", filepath.Join(u.home, "ca.pem"))...); code != exitOK {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, words)
		}
	}
}

// TestHostileServer: what a server says cannot steer the terminal, break the JSON, or bring the client down.
func TestHostileServer(t *testing.T) {
	const evil = "\x1b[2J\u202e\",\"x\":\"\n"
	seed := uint64(1)
	for name, result := range map[string]*api.Result{
		"outcomes":  {Counts: map[string]int{evil: 5, "0" + evil + "0": 3}, Shots: 5},
		"memory":    {Counts: map[string]int{"0": 1}, Memory: []string{evil}, Shots: 1},
		"words":     {Counts: map[string]int{"0": 1}, Method: evil, Kernel: evil, Device: evil, Precision: evil, Warnings: []string{evil}, Shots: 1, Seed: &seed},
		"numbers":   {Counts: map[string]int{"0": -5, "1": 1 << 62}, NumQubits: -1, Shots: -7, ExecutionTimeSeconds: -1e300, PeakMemoryBytes: -1},
		"no shots":  {Counts: map[string]int{"0": 0}},
		"no counts": {},
	} {
		u, s := remoteUser(t)
		s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) { return result, nil }
		for _, format := range []string{"text", "json"} {
			code, out, words := u.does(t, "execute", "--format", format, "bell.qasm")
			shown := out + words
			if format == "json" {
				shown = strings.ReplaceAll(shown, "\u202e", "") // in a string it is data
			}
			if strings.ContainsAny(shown, "\x1b\u202e") || strings.Contains(shown, "internal error") {
				t.Errorf("%s: exit code %d: %q", name, code, shown)
			}
			if format == "json" && !json.Valid([]byte(out)) {
				t.Errorf("%s: no JSON: %s", name, out)
			}
		}
	}
	u, s := remoteUser(t)
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) {
		p := api.NewProblem(api.CodeInvalidCircuit, evil, evil)
		p.Errors = []api.Diagnostic{{Severity: evil, Code: evil, Line: -5, Column: 1 << 40, EndLine: 1 << 40, EndColumn: -1, Message: evil, Hint: evil}, {File: evil, Message: "m"}}
		return nil, p
	}
	for _, args := range [][]string{{"execute", "bell.qasm"}, {"execute", "--format", "json", "bell.qasm"}, {"execute", "--dry-run", "bell.qasm"}} {
		code, out, words := u.does(t, args...)
		if shown := words + strings.ReplaceAll(out, "\u202e", ""); code != exitInvalid || strings.ContainsAny(shown, "\x1b\u202e") || strings.Contains(shown, "internal error") {
			t.Errorf("exit code %d: %q", code, shown)
		}
	}
	s.User.User, s.User.Tier = evil, evil
	sendJobs(t, apitest.New(t), "a")
	for _, args := range []string{"user info", "doctor", "jobs list"} {
		if code, out, words := u.does(t, strings.Fields(args)...); strings.ContainsAny(out+words, "\x1b\u202e") {
			t.Errorf("%s: exit code %d: %q", args, code, out+words)
		}
	}
}
