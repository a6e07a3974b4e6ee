package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a qcos serve in a process of its own.
type server struct {
	url, data string
	process   *os.Process
}

// startServer starts the shipped command, as a user does, and waits for its line. It ends with the test.
func startServer(t testing.TB, data, listen string, flags ...string) *server {
	t.Helper()
	cmd := qcosProcess(t, append([]string{"serve", "--listen", listen, "--data-dir", data, "--log-level", "error"}, flags...)...)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	var once sync.Once
	stop := func() {
		once.Do(func() {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				_ = cmd.Process.Kill()
				<-ended
			}
		})
	}
	t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		_ = cmd.Wait()
		close(ended)
		t.Fatalf("qcos serve ended: %s", words.String())
	}
	url, ok := strings.CutPrefix(lines.Text(), "listening on ")
	go func() {
		for lines.Scan() {
		}
		_ = cmd.Wait()
		close(ended)
	}()
	if !ok {
		t.Fatalf("qcos serve says %q", lines.Text())
	}
	return &server{url, data, cmd.Process}
}

// account makes a user with a key.
func (s *server) account(t testing.TB, email, tier string) (key string) {
	t.Helper()
	var out bytes.Buffer
	for _, args := range [][]string{
		{"admin", "user", "create", email, "--tier", tier, "--data-dir", s.data},
		{"admin", "key", "create", email, "--name", "test", "--format", "json", "--data-dir", s.data},
	} {
		cmd := qcosProcess(t, args...)
		out.Reset()
		var words bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &words
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, words.String())
		}
	}
	var made struct{ Key string }
	if err := json.Unmarshal(out.Bytes(), &made); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return made.Key
}

// servedUser is a user with a key of a real server in the environment.
func servedUser(t *testing.T, tier string) (*user, *server) {
	t.Helper()
	u := newUser(t)
	s := startServer(t, filepath.Join(t.TempDir(), "server"), "127.0.0.1:0")
	t.Setenv("QCOS_API_KEY", s.account(t, "demo@example.com", tier))
	t.Setenv("QCOS_API_URL", s.url)
	for _, name := range []string{"bell.qasm", "ghz.qasm", "teleport.qasm"} {
		u.writes(t, "project/"+name, copyOf(t, name))
	}
	return u, s
}

// TestServed is the command line against the real server: outputs of the guide letter for letter, its three errors with their exit codes,
// jobs found again, and the same circuits without a key on this machine.
func TestServed(t *testing.T) {
	u, _ := servedUser(t, "free")
	wide := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[25];\ncreg c[25];\nh q[0];\nmeasure q -> c;\n"
	u.writes(t, "project/wide.qasm", wide)
	u.writes(t, "project/bad.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\nhh q[0];\n")
	expectRun := func(want int, pattern string, args ...string) string {
		t.Helper()
		code, out, words := u.does(t, args...)
		if code != want || !regexp.MustCompile(pattern).MatchString(out+words) {
			t.Errorf("qcos %s: exit code %d:\n%s%swant %d and %s", strings.Join(args, " "), code, out, words, want, pattern)
		}
		return out
	}
	expectRun(exitOK, `^User: demo@example\.com\nTier: free\nJobs today: 0/10\nMax qubits: 20\nMax shots: 10,000\n$`, "user", "info")
	expectRun(exitLimit, `\nError: Circuit exceeds your tier limits \(25 qubits > 20 max\)\.\n       Reduce circuit size or upgrade your tier\.\n$`, "execute", "wide.qasm")
	expectRun(exitLimit, `\nError: Circuit exceeds your tier limits \(25 qubits > 20 max\)\.\n`, "execute", "--dry-run", "wide.qasm")
	expectRun(exitLimit, `\nError: Circuit exceeds your tier limits \(20000 shots > 10000 max\)\.\n`, "execute", "--shots", "20000", "bell.qasm")
	expectRun(exitInvalid, "\nbad\\.qasm:4:1: error: there is no gate `hh`\n    4 \\| hh q\\[0\\];\n", "execute", "bad.qasm")
	expectRun(exitOK, `would be accepted \(tier free\) · 2 qubits · 1,024 shots .*jobs left today: 10 of 10`, "execute", "--dry-run", "bell.qasm")
	expectRun(exitOK, `Jobs today: 0/10\n`, "user", "info") // nothing of this was charged

	for range 3 { // a CI job that is run again
		expectRun(exitOK, `· seed 7 · nightly-7\n  (00|11)  +\d+ `, "execute", "--seed", "7", "--job-id", "nightly-7", "--tag", "ci", "bell.qasm")
	}
	expectRun(exitOK, `Jobs today: 1/10\n`, "user", "info")
	expectRun(exitFailed, `Error: bell\.qasm: there is already a job with this id and another request\n`, "execute", "--seed", "8", "--job-id", "nightly-7", "bell.qasm")
	expectRun(exitOK, `\nnightly-7  completed  -      bell\.qasm  ci `, "jobs", "list", "--tag", "ci")
	expectRun(exitOK, `  status      completed\n  name        bell\.qasm\n`, "jobs", "show", "nightly-7")
	if local, remote := expectRun(exitOK, "", "execute", "--backend", "local", "--seed", "7", "--format", "json", "bell.qasm"),
		expectRun(exitOK, "", "jobs", "wait", "--format", "json", "nightly-7"); countsOf(t, local) != countsOf(t, remote) {
		t.Errorf("the same seed gives\n%s here and\n%s at the server", local, remote)
	}
	expectRun(exitOK, `(?s)bell\.qasm  .*ghz\.qasm  .*teleport\.qasm  `, "execute", "bell.qasm", "ghz.qasm", "teleport.qasm")
	expectRun(exitOK, `✓ nightly-7 is completed\n`, "jobs", "cancel", "nightly-7")
	expectRun(exitOK, `ok    account +the key is accepted: demo@example\.com, tier free, 4 of 10 jobs today\n`, "doctor")
	for range 6 {
		expectRun(exitOK, "", "execute", "bell.qasm")
	}
	expectRun(exitLimit, `\nError: Rate limit exceeded\. Upgrade your tier or wait until tomorrow\.\n       Upgrade to Pro/Enterprise or wait for daily reset \(UTC midnight\)\.\n$`, "execute", "bell.qasm")
	expectRun(exitOK, `Jobs today: 10/10\n`, "user", "info")
	expectRun(exitOK, `nightly-7`, "execute", "--seed", "7", "--job-id", "nightly-7", "--tag", "ci", "bell.qasm") // an accepted job is found all the same
	t.Setenv("QCOS_API_KEY", "qcos-xxxx-xxxx-xxxx")
	expectRun(exitAuth, `\nError: Invalid API key\. Please check your credentials\.\n       Verify your key is correct and not expired\.\n$`, "execute", "bell.qasm")
	expectRun(exitAuth, `^Error: Invalid API key\. Please check your credentials\.\n       Verify your key is correct and not expired\.\n$`, "user", "info")
	t.Setenv("QCOS_API_KEY", "")
	expectRun(exitOK, `running on this machine \(no API key was found\)\n$`, "execute", "bell.qasm")
}

func countsOf(t *testing.T, line string) string {
	t.Helper()
	var r struct{ Counts map[string]int }
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return fmt.Sprint(r.Counts)
}

// TestServedShape: what a program reads of a result is the same wherever it ran, of programs of every sort.
func TestServedShape(t *testing.T) {
	u, _ := servedUser(t, "enterprise")
	programs := map[string]string{
		"unmeasured.qasm": "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\nx q[1];\n",
		"two.qasm":        "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[3];\ncreg a[2];\ncreg b[1];\nx q[0];\nmeasure q[0] -> a[0];\nmeasure q[1] -> b[0];\n",
		"bad.qasm":        "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\n// \u00e4\nhh q[0]; cx q[0];\n",
		"three.qasm":      "OPENQASM 3;\ninclude \"stdgates.inc\";\nqubit[2] q;\nbit[2] c;\nx q[0];\nc = measure q;\n",
	}
	for name, text := range programs {
		u.writes(t, "project/"+name, text)
		var got [2]map[string]any
		var words [2]string
		for i, backend := range []string{"local", "remote"} {
			var out string
			_, out, words[i] = u.does(t, "execute", "--backend", backend, "--seed", "3", "--shots", "50", "--memory", "--format", "json", name)
			if err := json.Unmarshal([]byte(out), &got[i]); err != nil {
				t.Fatalf("%s: %v: %s%s", name, err, out, words[i])
			}
			for _, member := range []string{"backend", "job_id", "execution_time_seconds", "peak_memory_bytes"} {
				if _, ok := got[i][member]; !ok {
					t.Errorf("%s: no %s", name, member)
				}
				delete(got[i], member)
			}
			_, words[i], _ = strings.Cut(words[i], "\n") // the line about the backend
		}
		if name == "bad.qasm" { // of what was not run, this machine knows more
			for _, member := range []string{"device", "num_qubits", "num_clbits"} {
				delete(got[0], member)
				delete(got[1], member)
			}
		}
		if fmt.Sprint(got[0]) != fmt.Sprint(got[1]) || words[0] != words[1] {
			t.Errorf("%s: here\n%v\n%sat the server\n%v\n%s", name, got[0], words[0], got[1], words[1])
		}
	}
}

// TestServerKilledWhileJobsRun: the server is killed and started again under a batch; every circuit runs once and all results come.
func TestServerKilledWhileJobsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	u, s := servedUser(t, "enterprise")
	t.Setenv("QCOS_MAX_RETRIES", "8")
	const files = 40
	args := []string{"execute", "--format", "json", "--tag", "batch"}
	for i := range files {
		name := fmt.Sprintf("f%02d.qasm", i)
		u.writes(t, "project/"+name, copyOf(t, "ghz.qasm"))
		args = append(args, name)
	}
	cmd := qcosProcess(t, args...)
	cmd.Dir = u.dir
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(60 * time.Millisecond)
	_ = s.process.Kill()
	address := strings.TrimPrefix(s.url, "http://")
	time.Sleep(300 * time.Millisecond)
	startServer(t, s.data, address)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, words.String())
	}
	if n := strings.Count(out.String(), `"status":"completed"`); n != files {
		t.Errorf("%d of %d results: %s", n, files, words.String())
	}
	_, list, _ := u.does(t, "jobs", "list", "--tag", "batch", "--limit", "1000", "--format", "json")
	if n := strings.Count(list, "\n"); n != files {
		t.Errorf("%d jobs for %d circuits", n, files)
	}
	_, info, _ := u.does(t, "user", "info")
	if !strings.Contains(info, fmt.Sprintf("Jobs today: %d/unlimited", files)) {
		t.Errorf("charged: %s", info)
	}
}

// TestInterruptedWaitIsResumed: Ctrl-C leaves a job, and qcos jobs finds it again.
func TestInterruptedWaitIsResumed(t *testing.T) {
	u, s := servedUser(t, "enterprise")
	cmd := qcosProcess(t, "execute", "--debug", "--job-id", "left-behind", "long.qasm")
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
	if err := os.WriteFile(filepath.Join(cmd.Dir, "long.qasm"), []byte(longProgram()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, words := interrupt(t, cmd, "submitted")
	if code != exitInterrupted || !strings.Contains(words, "1 job may still run at "+s.url) {
		t.Fatalf("exit code %d: %s", code, words)
	}
	if code, out, words := u.does(t, "jobs", "cancel", "left-behind"); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	code, _, words = u.does(t, "jobs", "wait", "--timeout", "90s", "left-behind")
	if code != exitFailed || !strings.Contains(words, "job left-behind: cancelled") && !strings.Contains(words, "job left-behind cancelled") {
		t.Errorf("exit code %d: %s", code, words)
	}
}
