package web_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// TestRushOfLoginsStarvesNobody: while 200 people log in at once, somebody else's circuits are accepted and run, and the memory stays small.
func TestRushOfLoginsStarvesNobody(t *testing.T) {
	people := 200
	if testing.Short() {
		people = 40
	}
	s := newSite(t)
	worker := s.signedUp("worker@example.com")
	if _, err := s.accounts.SetTier(t.Context(), account.Actor{Name: "admin"}, "worker@example.com", account.Enterprise); err != nil {
		t.Fatal(err)
	}
	s.signedUp("a@example.com")
	var in, refused atomic.Int64
	var all sync.WaitGroup
	for range people {
		b := s.browser().stay()
		all.Go(func() {
			p := b.post("/login", "email", "a@example.com", "password", goodPassword)
			switch {
			case p.status == 303 && p.header.Get("Location") == "/app/":
				in.Add(1)
			case p.status == 503 && p.header.Get("Retry-After") != "":
				refused.Add(1)
			default:
				t.Errorf("a login is answered with %d", p.status)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	var peak uint64
	ran := 0
	for during := true; during; {
		path := worker.submit(bellCircuit, "meanwhile")
		if p := worker.get(path); !strings.Contains(p.body, "completed") {
			t.Fatalf("a job that runs beside logins: %s", p.body)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse)
		select {
		case <-done:
			during = false
		default:
			ran++
		}
		time.Sleep(time.Millisecond)
	}
	if in.Load()+refused.Load() != int64(people) || in.Load() == 0 {
		t.Errorf("%d of %d logged in, %d were told to come back", in.Load(), people, refused.Load())
	}
	if ran < people/20 {
		t.Errorf("only %d jobs ran while %d people logged in", ran, people)
	}
	if peak > 512<<20 {
		t.Errorf("the heap grew to %d MiB", peak>>20)
	}
	t.Logf("%d logged in, %d told to come back; %d jobs ran meanwhile; the heap grew to %d MiB", in.Load(), refused.Load(), ran, peak>>20)
}
