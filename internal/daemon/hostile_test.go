package daemon_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// hostile are programs made to cost a server more than they cost their sender.
func hostile() map[string]string {
	nested := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ngate g0 a, b { cx a, b; cx b, a; }\n"
	for i := 1; i <= 40; i++ {
		nested += fmt.Sprintf("gate g%d a, b { g%d a, b; g%d b, a; }\n", i, i-1, i-1)
	}
	return map[string]string{
		"gates that double forty times": nested + "g40 q[0], q[1];\n",
		"a loop of a thousand million":  "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\nfor uint i in [0:1000000000] { x q; h q; }\n",
		"a loop without an end":         "OPENQASM 3.0;\nint i = 1;\nwhile (i > 0) { i = i + 1; if (i > 100) { i = 1; } }\n",
		"loops in loops in loops": "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\n" + strings.Repeat("for uint i in [0:99999] { ", 12) + "h q; " +
			strings.Repeat("} ", 12) + "\n",
		"brackets to the sky":    "OPENQASM 3.0;\nint i = " + strings.Repeat("(", 200_000) + "1" + strings.Repeat(")", 200_000) + ";\n",
		"blocks to the sky":      "OPENQASM 3.0;\n" + strings.Repeat("{ ", 200_000),
		"a register of billions": "OPENQASM 2.0;\nqreg q[2000000000];\ncreg c[2000000000];\nmeasure q -> c;\n",
		"a power of billions":    "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\npow(1000000000000) @ h q;\n",
		"a million errors":       "OPENQASM 2.0;\n" + strings.Repeat("?;\n", 1_000_000),
		"one line of megabytes":  "OPENQASM 2.0;\n" + strings.Repeat("x", 8<<20),
		"zero bytes":             "OPENQASM 2.0;\n\x00\x00\x00",
		"a subroutine of itself": "OPENQASM 3.0;\ndef f(int a) -> int { return f(a) + f(a); }\nint x = f(3);\n",
		"wide and deep": "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[20];\ncreg c[20];\n" +
			strings.Repeat("u3(0.1,0.2,0.3) q;\ncx q[0],q[7];\ncx q[3],q[9];\n", 20_000) + "measure q -> c;\n",
	}
}

// TestNobodyNoticesAttacks: while some send what is made to hurt, others get their jobs done: none of their requests fails, and memory stays
// within what bodies and jobs may take.
func TestNobodyNoticesAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	onEach(t, func(w *world) {
		attacker, victim := w.user("attacker@example.com", account.Enterprise), w.user("victim@example.com", account.Pro)
		ctx, stop := context.WithCancel(context.Background())
		var attacks sync.WaitGroup
		attacks.Go(func() { w.sendPrograms(ctx, attacker) })
		attacks.Go(func() { w.sendLargeBodies(ctx, attacker) })
		attacks.Go(func() { w.sendSlowly(ctx, attacker) })
		var peak uint64
		done := 0
		var slowest [2]time.Duration // to be accepted, to be done
		for began := time.Now(); time.Since(began) < 8*time.Second || done < 5; done++ {
			sent := time.Now()
			id := w.submit(victim, api.ExecuteRequest{QASM: bell})
			slowest[0] = max(slowest[0], time.Since(sent))
			if j := w.finished(victim, id); j.Status != api.StatusCompleted {
				t.Errorf("a job of somebody else is %s: %v", j.Status, j.Error)
			}
			slowest[1] = max(slowest[1], time.Since(sent))
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			if done >= 80 { // of a hundred jobs a day
				break
			}
		}
		stop()
		attacks.Wait()
		t.Logf("%d jobs of somebody else got done; the heap had %d MiB at most, the attackers' included; slowest to be accepted %v, to be done %v", done, peak>>20, slowest[0], slowest[1])
		if peak > 2<<30 {
			t.Errorf("the heap grew to %d MiB", peak>>20)
		}
		for _, url := range w.urls {
			if a, err := client.Get(url + "/ready"); err != nil || a.StatusCode != 200 {
				t.Errorf("after the attacks: %v %v", a, err)
			}
		}
	})
}

// sendPrograms hands hostile programs in and gives their jobs up again. Whatever is answered is no failure of the server.
func (w *world) sendPrograms(ctx context.Context, key string) {
	for name, qasm := range hostile() {
		for _, shots := range []int{1, 1_000_000} {
			if ctx.Err() != nil {
				return
			}
			a := w.ask("POST", "/execute", key, api.ExecuteRequest{QASM: qasm, Shots: shots, JobID: fmt.Sprintf("h%x-%d", name, shots)})
			if a.status >= 500 && a.status != 503 {
				w.t.Errorf("%s: %d %s", name, a.status, a.body)
			}
			if a.status == 200 {
				time.Sleep(200 * time.Millisecond)
				w.ask("DELETE", fmt.Sprintf("/jobs/h%x-%d", name, shots), key, nil)
			}
			w.ask("POST", "/circuits/validate", key, map[string]string{"qasm": qasm})
			w.ask("POST", "/v1/estimate", key, map[string]any{"qasm": qasm, "shots": 1_000_000_000})
		}
	}
}

// sendLargeBodies sends bodies that are too large, plain and compressed.
func (w *world) sendLargeBodies(ctx context.Context, key string) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write([]byte(`{"qasm":"`))
	for range 200 {
		_, _ = z.Write(bytes.Repeat([]byte{'x'}, 1<<20))
	}
	_ = z.Close()
	for ctx.Err() == nil {
		r, _ := http.NewRequestWithContext(ctx, "POST", w.urls[0]+"/execute", bytes.NewReader(bomb.Bytes()))
		r.Header.Set(api.HeaderKey, key)
		r.Header.Set("Content-Encoding", "gzip")
		r.Header.Set("Content-Type", "application/json")
		if a, err := client.Do(r); err == nil {
			a.Body.Close()
			if a.StatusCode != 413 && a.StatusCode != 429 { // 429: too many large ones of this account are on their way
				w.t.Errorf("a bomb: %d", a.StatusCode)
			}
		}
		endless := io.LimitReader(repeat('x'), 100<<20) // without a length
		r, _ = http.NewRequestWithContext(ctx, "POST", w.urls[0]+"/execute", endless)
		r.Header.Set(api.HeaderKey, key)
		if a, err := client.Do(r); err == nil {
			a.Body.Close()
			if a.StatusCode != 413 && a.StatusCode != 429 {
				w.t.Errorf("a hundred megabytes: %d", a.StatusCode)
			}
		}
	}
}

type repeat byte

func (c repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

// sendSlowly keeps hundreds of connections busy with requests that come a byte at a time, or that never read their answer.
func (w *world) sendSlowly(ctx context.Context, key string) {
	var all sync.WaitGroup
	var open atomic.Int64
	address := strings.TrimPrefix(w.urls[0], "http://")
	for i := range 300 {
		all.Go(func() {
			c, err := net.Dial("tcp", address)
			if err != nil {
				return
			}
			defer c.Close()
			open.Add(1)
			request := "POST /execute HTTP/1.1\r\nHost: x\r\nX-API-Key: " + key + "\r\nContent-Type: application/json\r\nContent-Length: 15000000\r\n\r\n{\"qasm\":\""
			if i%3 == 0 { // without an end of its headers
				request = "GET /jobs HTTP/1.1\r\nHost: x\r\nX-Slow: " + strings.Repeat("y", 1000)
			}
			if i%3 == 1 { // many requests at once, and nobody to read the answers
				request = strings.Repeat("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", 500)
			}
			for _, b := range []byte(request) {
				if _, err := c.Write([]byte{b}); err != nil || ctx.Err() != nil {
					return
				}
				if i%3 == 2 {
					time.Sleep(time.Millisecond)
				}
			}
			<-ctx.Done()
		})
	}
	all.Wait()
	if open.Load() == 0 {
		w.t.Error("no slow connection was opened")
	}
}
