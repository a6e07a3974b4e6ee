//go:build unix

package servetest

import (
	"net/http"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

const listening = "listening on "

// blows is how often something is killed: a few times, or as often as QCOS_KILLS says (make kill-test: 50).
func blows(tb testing.TB) int {
	text := os.Getenv("QCOS_KILLS")
	if text == "" {
		if testing.Short() {
			return 1
		}
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		tb.Fatalf("QCOS_KILLS is %q, a number from 1 is needed", text)
	}
	return n
}

// TestKilledOnSQLite kills a server at random moments under load and starts it again each time.
func TestKilledOnSQLite(t *testing.T) {
	data := t.TempDir()
	address := freeAddress(t)
	server, url := launch(t, listening, "serve", "--listen", address, "--data-dir", data)
	s := besiege(t, []string{"--data-dir", data}, url)
	m := newMoments(t)
	var resumed []time.Duration
	for range blows(t) {
		m.pause()
		unfinished := s.unfinished()
		server.kill()
		began := time.Now()
		server.start(listening)
		if unfinished == "" {
			continue
		}
		if _, err := newClient(s.accounts[0].key, url).result(began.Add(patience), unfinished); err != nil {
			t.Error(err)
		}
		resumed = append(resumed, time.Since(began))
	}
	s.lift()
	report(t, "from the restart to the end of a job that was cut off or waited", resumed)
}

// unfinished is a job of the first account that is running or waits to.
func (s *siege) unfinished() string {
	c := newClient(s.accounts[0].key, s.urls...)
	for _, status := range []api.Status{api.StatusProcessing, api.StatusQueued} {
		var list api.JobList
		if _, err := c.call(http.MethodGet, api.PathJobs+"?status="+string(status), nil, &list); err == nil && len(list.Jobs) > 0 {
			return list.Jobs[0].JobID
		}
	}
	return ""
}

// cluster is two servers and two workers on one PostgreSQL.
type cluster struct {
	db      *postgres
	secret  string
	where   []string
	urls    []string
	members []*process
	ready   []string
}

const workerReady = "waiting for jobs"

func startCluster(t *testing.T) *cluster {
	c := &cluster{db: startPostgres(t), secret: t.TempDir() + "/secret"}
	if err := os.WriteFile(c.secret, []byte("only-for-tests-and-not-a-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.where = []string{"--database", c.db.url(), "--secret-file", c.secret}
	for range 2 {
		p, url := launch(t, listening, append([]string{"serve", "--listen", freeAddress(t), "--workers", "0"}, c.where...)...)
		c.members, c.ready, c.urls = append(c.members, p), append(c.ready, listening), append(c.urls, url)
	}
	for range 2 {
		p, _ := launch(t, workerReady, append([]string{"worker", "--workers", "2", "--max-memory", "2GiB"}, c.where...)...)
		c.members, c.ready = append(c.members, p), append(c.ready, workerReady)
	}
	return c
}

// TestKilledOnPostgreSQL kills servers and workers at random moments under load and starts them again each time.
func TestKilledOnPostgreSQL(t *testing.T) {
	c := startCluster(t)
	s := besiege(t, c.where, c.urls...)
	m := newMoments(t)
	for range blows(t) {
		m.pause()
		i := m.IntN(len(c.members))
		c.members[i].kill()
		m.pause()
		c.members[i].start(c.ready[i])
	}
	s.lift()
}

// TestKilledWorkersJobsFinishElsewhere kills one of two workers for good while both run long jobs.
func TestKilledWorkersJobsFinishElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: it takes half a minute; run without -short")
	}
	c := startCluster(t)
	s := besiege(t, c.where, c.urls...)
	newMoments(t).pause()
	c.members[3].kill()
	died := time.Now()
	close(s.stop)
	s.clients.Wait()
	s.stop = make(chan struct{})
	s.lift()
	t.Logf("all jobs ended %v after a worker was killed", time.Since(died).Round(time.Millisecond))
}

// TestDatabaseRestartedUnderIt stops PostgreSQL as a crash would and starts it again, under load.
func TestDatabaseRestartedUnderIt(t *testing.T) {
	c := startCluster(t)
	s := besiege(t, c.where, c.urls...)
	m := newMoments(t)
	for i := range blows(t) {
		m.pause()
		c.db.restart([]syscall.Signal{syscall.SIGQUIT, syscall.SIGINT}[i%2])
	}
	s.lift()
}
