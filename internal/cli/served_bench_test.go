package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// BenchmarkServed runs 200 small circuits at once at a real server: by bare HTTP, which is the server's own throughput, by the Go
// client, and by the command.
func BenchmarkServed(b *testing.B) {
	const circuits = 200
	u := newUser(b)
	s := startServer(b, filepath.Join(b.TempDir(), "server"), "127.0.0.1:0", "--account-rate", "0")
	key := s.account(b, "demo@example.com", "enterprise")
	b.Setenv("QCOS_API_KEY", key)
	b.Setenv("QCOS_API_URL", s.url)
	source := copyOf(b, "bell.qasm")
	args := []string{"execute", "--format", "json"}
	for i := range circuits {
		u.writes(b, fmt.Sprintf("project/%d.qasm", i), source)
		args = append(args, fmt.Sprintf("%d.qasm", i))
	}
	client, err := qcos.NewClient(qcos.WithSettings(qcos.Settings{APIKey: api.Secret(key), APIURL: s.url, Timeout: time.Minute}))
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	for name, run := range map[string]func() error{
		"http": func() error { return bareJob(s.url, key, fmt.Sprintf("bare-%d-%d", b.N, n.Add(1)), source) },
		"client": func() error {
			_, err := client.Execute(b.Context(), qcos.Request{QASM: source})
			return err
		},
	} {
		b.Run("via="+name, func(b *testing.B) {
			for b.Loop() {
				atOnce(b, circuits, run)
			}
			b.ReportMetric(float64(circuits*b.N)/b.Elapsed().Seconds(), "circuits/s")
		})
	}
	b.Run("via=command", func(b *testing.B) {
		for b.Loop() {
			if code, _, words := u.does(b, args...); code != exitOK {
				b.Fatal(words)
			}
		}
		b.ReportMetric(float64(circuits*b.N)/b.Elapsed().Seconds(), "circuits/s")
	})
}

// atOnce calls f n times, as many at once as the command has in flight.
func atOnce(b *testing.B, n int, f func() error) {
	b.Helper()
	slots := make(chan struct{}, inFlight)
	var all sync.WaitGroup
	for range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := f(); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
}

var bareClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: inFlight}}

// bareJob submits a circuit and waits for it, without anything of the client.
func bareJob(url, key, id, source string) error {
	body := fmt.Appendf(nil, `{"qasm":%q,"job_id":%q}`, source, id)
	for _, r := range []struct {
		method, path string
		body         []byte
	}{{http.MethodPost, api.PathExecute, body}, {http.MethodGet, api.ResultsPath(id) + "?wait=30", nil}} {
		request, err := http.NewRequest(r.method, url+r.path, bytes.NewReader(r.body))
		if err != nil {
			return err
		}
		request.Header.Set(api.HeaderKey, key)
		request.Header.Set("Content-Type", "application/json")
		response, err := bareClient.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %d %s %w", r.path, response.StatusCode, text, err)
		}
	}
	return nil
}
