//go:build load && linux

package servetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

const (
	loadClients  = 64
	loadAccounts = 8
	warmUp       = 3 * time.Second
	loadTime     = 20 * time.Second
)

// unthrottled are the flags that take the limits of requests away.
var unthrottled = []string{"--account-rate", "0", "--address-rate", "0"}

// onEach runs a test against a server on each database.
func onEach(t *testing.T, test func(t *testing.T, server *process, url string, where []string, db *postgres)) {
	t.Run("sqlite", func(t *testing.T) {
		data := t.TempDir()
		server, url := launch(t, listening, append([]string{"serve", "--listen", freeAddress(t), "--data-dir", data}, unthrottled...)...)
		test(t, server, url, []string{"--data-dir", data}, nil)
	})
	t.Run("postgres", func(t *testing.T) {
		db, secret := startPostgres(t), t.TempDir()+"/secret"
		if err := os.WriteFile(secret, []byte("only-for-tests-and-not-a-secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		where := []string{"--database", db.url(), "--secret-file", secret}
		server, url := launch(t, listening, append(append([]string{"serve", "--listen", freeAddress(t)}, unthrottled...), where...)...)
		test(t, server, url, where, db)
	})
}

// TestLoad submits Bell pairs from 64 clients as fast as answers come, and reports what came of it.
func TestLoad(t *testing.T) {
	onEach(t, func(t *testing.T, server *process, url string, where []string, db *postgres) {
		var keys []string
		for i := range loadAccounts {
			keys = append(keys, account(t, fmt.Sprintf("load%d@example.com", i), "enterprise", where...))
		}
		l := &load{TB: t, address: strings.TrimPrefix(url, "http://"), counting: make(chan struct{}), ended: make(chan struct{})}
		for i := range loadClients {
			l.clients.Go(func() { l.client(keys[i%loadAccounts]) })
		}
		time.Sleep(warmUp)
		before := cpuOf(server, db)
		began := time.Now()
		close(l.counting)
		time.Sleep(loadTime)
		close(l.ended)
		took := time.Since(began)
		after := cpuOf(server, db)
		l.clients.Wait()
		drained := l.drain(keys, url)
		l.report(took, drained.Sub(began), after.less(before))
	})
}

// load is what the clients of one run share.
type load struct {
	testing.TB
	address  string
	clients  sync.WaitGroup
	counting chan struct{} // closed when the measurement begins
	ended    chan struct{} // closed when it ends

	mu       sync.Mutex
	latency  []time.Duration
	early    int // accepted before the measurement
	lastJobs map[string][]string
}

// client is one connection on which requests follow each other. It writes bytes that were made before and reads no more than it
// must: the clients share the processors with the service.
func (l *load) client(key string) {
	body, _ := json.Marshal(api.ExecuteRequest{QASM: bell, Shots: api.DefaultShots})
	request := fmt.Appendf(nil, "POST /api/v1/execute HTTP/1.1\r\nHost: %s\r\nX-API-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		l.address, key, len(body), body)
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		l.Error(err)
		return
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var mine []time.Duration
	var last []byte
	early := 0
	for {
		select {
		case <-l.ended:
			l.note(key, mine, early, last)
			return
		default:
		}
		began := time.Now()
		if _, err := conn.Write(request); err != nil {
			l.Error(err)
			return
		}
		if last, err = readAccepted(in); err != nil {
			l.Error(err)
			return
		}
		select {
		case <-l.counting:
			mine = append(mine, time.Since(began))
		default:
			early++
		}
	}
}

func readAccepted(in *bufio.Reader) ([]byte, error) {
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, text)
	}
	return text, err
}

func (l *load) note(key string, mine []time.Duration, early int, last []byte) {
	var accepted api.ExecuteResponse
	if err := json.Unmarshal(last, &accepted); err != nil {
		l.Error(err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latency = append(l.latency, mine...)
	l.early += early
	if l.lastJobs == nil {
		l.lastJobs = map[string][]string{}
	}
	l.lastJobs[key] = append(l.lastJobs[key], accepted.JobID)
}

// drain waits until the last job of each client has ended.
func (l *load) drain(keys []string, url string) time.Time {
	for _, key := range keys {
		c := newClient(key, url)
		for _, id := range l.lastJobs[key] {
			if j, err := c.result(time.Now().Add(patience), id); err != nil || j.Status != api.StatusCompleted {
				l.Errorf("job %s: %s, %v", id, j.Status, err)
			}
		}
	}
	return time.Now()
}

func (l *load) report(took, untilDrained time.Duration, cpu usage) {
	slices.Sort(l.latency)
	n := len(l.latency)
	if n == 0 {
		l.Fatal("nothing was accepted")
	}
	accepted := float64(n) / took.Seconds()
	finished := float64(n) / untilDrained.Seconds() // those of the warm-up that were left are on top
	l.Logf("accepted %.0f/s of %d, median %v, p99 %v, longest %v", accepted, n, l.latency[n/2], l.latency[n*99/100], l.latency[n-1])
	l.Logf("finished %.0f/s (%.0f %% of the acceptance), the last %v after the last submission", finished, 100*finished/accepted, (untilDrained - took).Round(time.Millisecond))
	l.Logf("processors: server %.2f, client %.2f, PostgreSQL %.2f of 2", cpu.server/took.Seconds(), cpu.client/took.Seconds(), cpu.postgres/took.Seconds())
}

// usage is seconds of processor time.
type usage struct{ server, client, postgres float64 }

func (u usage) less(v usage) usage {
	return usage{u.server - v.server, u.client - v.client, u.postgres - v.postgres}
}

func cpuOf(server *process, db *postgres) usage {
	u := usage{server: cpuSeconds(server.cmd.Process.Pid), client: cpuSeconds(os.Getpid())}
	if db != nil {
		for _, pid := range db.pids() {
			u.postgres += cpuSeconds(pid)
		}
	}
	return u
}

const ticksPerSecond = 100 // of /proc, on all that Go runs on

func cpuSeconds(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / ticksPerSecond
}

// residentMiB is the memory of a process now and at most, from its status.
func residentMiB(tb testing.TB, pid int) (now, most float64) {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kib / 1024
		case "VmHWM:":
			most = kib / 1024
		}
	}
	return now, most
}

// TestIdle reports the memory of a server that nobody uses.
func TestIdle(t *testing.T) {
	onEach(t, func(t *testing.T, server *process, _ string, _ []string, _ *postgres) {
		before := cpuSeconds(server.cmd.Process.Pid)
		time.Sleep(20 * time.Second)
		now, most := residentMiB(t, server.cmd.Process.Pid)
		t.Logf("idle: %.0f MiB, %.0f at most, %.2f %% of a processor", now, most, (cpuSeconds(server.cmd.Process.Pid)-before)/20*100)
	})
}

const (
	polls      = 10_000
	polledJobs = 100
)

// TestLongPolls holds 10,000 requests for results that are not there yet, reports the server's memory, and how fast they are answered
// when their jobs end.
func TestLongPolls(t *testing.T) {
	onEach(t, func(t *testing.T, server *process, url string, where []string, _ *postgres) {
		c := newClient(account(t, "poll@example.com", "enterprise", where...), url)
		for i := range polledJobs { // they hold each other up: one at a time runs, and takes long
			if err := c.submit(time.Now().Add(patience), fmt.Sprint("long-", i), dense(24, 3000), 16); err != nil {
				t.Fatal(err)
			}
		}
		before, _ := residentMiB(t, server.cmd.Process.Pid)
		address := strings.TrimPrefix(url, "http://")
		var answered, failed atomic.Int64
		var open, waiting sync.WaitGroup
		limit := make(chan struct{}, 200)
		for i := range polls {
			open.Add(1)
			limit <- struct{}{}
			waiting.Go(func() {
				err := poll(address, c.key, fmt.Sprint("long-", i%polledJobs), func() { open.Done(); <-limit })
				if answered.Add(1); err != nil {
					failed.Add(1)
					t.Log(err)
				}
			})
		}
		open.Wait()
		time.Sleep(5 * time.Second)
		early := answered.Load()
		now, most := residentMiB(t, server.cmd.Process.Pid)
		t.Logf("%d requests wait: %.0f MiB, %.0f at most (%.0f before)", polls-early, now, most, before)
		began := time.Now()
		for i := range polledJobs {
			if _, err := c.call(http.MethodDelete, api.JobPath(fmt.Sprint("long-", i)), nil, nil); err != nil {
				t.Error(err)
			}
		}
		cancelled := time.Since(began)
		waiting.Wait()
		t.Logf("%d jobs were cancelled in %v, all were answered after %v; %d failed", polledJobs, cancelled, time.Since(began), failed.Load())
		if failed.Load() > 0 || early > 0 {
			t.Errorf("%d requests failed, %d were answered early", failed.Load(), early)
		}
	})
}

// poll waits for a result on a connection of its own.
func poll(address, key, id string, sent func()) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		sent()
		return err
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET /results/%s?wait=60 HTTP/1.1\r\nHost: %s\r\nX-API-Key: %s\r\n\r\n", id, address, key)
	sent()
	if err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(api.StatusCancelled))) {
		err = fmt.Errorf("%s: %s", answer.Status, text)
	}
	return err
}

// TestLargeBesideSmall runs 500 small jobs while one of QCOS_LARGE (30) qubits runs, and reports how long they took from submission to
// result.
func TestLargeBesideSmall(t *testing.T) {
	qubits := 30
	if text := os.Getenv("QCOS_LARGE"); text != "" {
		var err error
		if qubits, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	data := t.TempDir()
	server, url := launch(t, listening, append([]string{"serve", "--listen", freeAddress(t), "--data-dir", data}, unthrottled...)...)
	key := account(t, "large@example.com", "enterprise", "--data-dir", data)
	c := newClient(key, url)
	until := time.Now().Add(time.Hour)
	if err := c.submit(until, "large", dense(qubits, 6), 16); err != nil {
		t.Fatal(err)
	}
	for {
		var j api.Job
		if err := c.persist(until, http.MethodGet, api.StatusPath("large"), nil, &j); err != nil {
			t.Fatal(err)
		}
		if j.Status == api.StatusProcessing {
			break
		}
		if j.Status.Finished() {
			t.Fatalf("the large job ended as %s: %v", j.Status, *j.Error)
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(3 * time.Second)
	took := make([]time.Duration, 500)
	var all sync.WaitGroup
	for i := range took {
		all.Go(func() {
			began, id := time.Now(), fmt.Sprint("small-", i)
			c := newClient(key, url)
			if err := c.submit(until, id, bell, 1024); err != nil {
				t.Error(err)
				return
			}
			if j, err := c.result(until, id); err != nil || j.Status != api.StatusCompleted {
				t.Errorf("%s: %s %v", id, j.Status, err)
			}
			took[i] = time.Since(began)
		})
	}
	all.Wait()
	var j api.Job
	if err := c.persist(until, http.MethodGet, api.StatusPath("large"), nil, &j); err != nil {
		t.Fatal(err)
	}
	slices.Sort(took)
	t.Logf("500 small jobs at once beside %d qubits (%s then): median %v, p99 %v, longest %v", qubits, j.Status, took[250], took[494], took[499])
	large, err := c.result(until, "large")
	if err != nil || large.Status != api.StatusCompleted {
		t.Fatalf("the large job: %s, %v", large.Status, err)
	}
	_, most := residentMiB(t, server.cmd.Process.Pid)
	t.Logf("the large job took %.1f s and %.1f GiB; the server itself %.0f MiB at most", large.Result.ExecutionTimeSeconds,
		float64(large.Result.PeakMemoryBytes)/(1<<30), most)
}

// TestFairness submits a single job of one account beside 10,000 of another, and reports how long it takes: a few times as long as the
// jobs in front of it, not all of them.
func TestFairness(t *testing.T) {
	onEach(t, func(t *testing.T, _ *process, url string, where []string, _ *postgres) {
		many := newClient(account(t, "many@example.com", "enterprise", where...), url)
		one := newClient(account(t, "one@example.com", "enterprise", where...), url)
		circuit := dense(16, 12)
		until := time.Now().Add(10 * patience)
		alone := make([]time.Duration, 5)
		for i := range alone {
			alone[i] = submitAndWait(t, one, until, fmt.Sprint("alone-", i), circuit)
		}
		var next atomic.Int64
		var clients sync.WaitGroup
		for range 16 {
			clients.Go(func() {
				c := newClient(many.key, url)
				for i := next.Add(1); i <= 10_000; i = next.Add(1) {
					if err := c.submit(until, fmt.Sprint("many-", i), circuit, 16); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		clients.Wait()
		beside := make([]time.Duration, 5)
		for i := range beside {
			beside[i] = submitAndWait(t, one, until, fmt.Sprint("beside-", i), circuit)
		}
		var last api.Job
		if err := many.persist(until, http.MethodGet, api.StatusPath("many-10000"), nil, &last); err != nil {
			t.Fatal(err)
		}
		slices.Sort(alone)
		slices.Sort(beside)
		t.Logf("a job takes %v alone (median of 5), and %v (longest %v) beside 10,000 of another account, whose last is %s", alone[2], beside[2], beside[4], last.Status)
	})
}

func submitAndWait(t *testing.T, c *client, until time.Time, id, circuit string) time.Duration {
	t.Helper()
	began := time.Now()
	if err := c.submit(until, id, circuit, 16); err != nil {
		t.Fatal(err)
	}
	if j, err := c.result(until, id); err != nil || j.Status != api.StatusCompleted {
		t.Fatalf("%s: %s %v", id, j.Status, err)
	}
	return time.Since(began)
}

// TestWakeUp reports how long after the end of a job somebody who waits for it has the answer: in one process, and across processes.
func TestWakeUp(t *testing.T) {
	t.Run("one process", func(t *testing.T) {
		data := t.TempDir()
		_, url := launch(t, listening, append([]string{"serve", "--listen", freeAddress(t), "--data-dir", data}, unthrottled...)...)
		wakeUp(t, account(t, "wake@example.com", "enterprise", "--data-dir", data), url, url)
	})
	t.Run("across replicas", func(t *testing.T) {
		c := startCluster(t)
		wakeUp(t, account(t, "wake@example.com", "enterprise", c.where...), c.urls[0], c.urls[1])
	})
}

func wakeUp(t *testing.T, key, submitAt, waitAt string) {
	t.Helper()
	submits, waits := newClient(key, submitAt), newClient(key, waitAt)
	until := time.Now().Add(patience)
	var woken, all []time.Duration
	for i := range 200 {
		id := fmt.Sprint("job-", i)
		began := time.Now()
		if err := submits.submit(until, id, bell, 1024); err != nil {
			t.Fatal(err)
		}
		j, err := waits.result(until, id)
		if err != nil || j.Status != api.StatusCompleted {
			t.Fatalf("%s: %s %v", id, j.Status, err)
		}
		woken = append(woken, time.Since(j.CompletedAt.Time))
		all = append(all, time.Since(began))
		time.Sleep(10 * time.Millisecond)
	}
	slices.Sort(woken)
	slices.Sort(all)
	t.Logf("from a job's end to its answer: median %v, p99 %v; from submission to answer: median %v, p99 %v", woken[100], woken[198], all[100], all[198])
}
