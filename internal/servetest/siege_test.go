package servetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// siege is a service under load to which something is done, with a ledger of what it promised.
type siege struct {
	testing.TB
	urls     []string
	accounts []*ledger
	stop     chan struct{}
	clients  sync.WaitGroup
	accepted atomic.Int64
}

// ledger is what an account was promised: the jobs that were accepted, and the results that were seen.
type ledger struct {
	key, tier string

	mu       sync.Mutex
	accepted map[string]int            // id to shots
	seen     map[string]map[string]int // id to counts
	full     bool                      // the jobs of the day are used up
}

const (
	clientsEach = 3
	// thinking is how long a client pauses between two jobs at most: under siege there are always some running and some waiting, and
	// not so many that the rest takes long afterwards.
	thinking = 80 * time.Millisecond
	// patience is how long anything may take in the end. It is no claim: it lets a test fail that would hang.
	patience = 3 * time.Minute
)

// besiege loads the service from several accounts until lift is called.
func besiege(tb testing.TB, where []string, urls ...string) *siege {
	tb.Helper()
	s := &siege{TB: tb, urls: urls, stop: make(chan struct{})}
	for i, tier := range []string{"enterprise", "enterprise", "pro", "free"} {
		key := account(tb, fmt.Sprintf("%s%d@example.com", tier, i), tier, where...)
		s.accounts = append(s.accounts, &ledger{key: key, tier: tier, accepted: map[string]int{}, seen: map[string]map[string]int{}})
	}
	seed := uint64(time.Now().UnixNano())
	tb.Logf("seed of the load %d", seed)
	for a, l := range s.accounts {
		for c := range clientsEach {
			random := rand.New(rand.NewPCG(seed, uint64(a*clientsEach+c)))
			s.clients.Go(func() { s.client(l, fmt.Sprintf("c%d", c), random) })
		}
	}
	return s
}

// client submits jobs and looks at some results.
func (s *siege) client(l *ledger, name string, random *rand.Rand) {
	c := newClient(l.key, s.urls...)
	c.turn = random.IntN(len(s.urls))
	for i := 0; ; i++ {
		select {
		case <-s.stop:
			return
		case <-time.After(time.Duration(random.Int64N(int64(thinking)))):
		}
		id := fmt.Sprintf("%s-%d", name, i)
		shots := 1 + random.IntN(1000)
		err := c.submit(time.Now().Add(patience), id, anyCircuit(random), shots)
		var refused *refusal
		switch {
		case errors.As(err, &refused) && refused.status == http.StatusTooManyRequests:
			l.mu.Lock()
			l.full = true
			l.mu.Unlock()
			return
		case err != nil:
			s.Errorf("%s: %v", id, err)
			return
		}
		s.accepted.Add(1)
		l.mu.Lock()
		l.accepted[id] = shots
		l.mu.Unlock()
		if random.IntN(20) == 0 {
			s.look(c, l, id)
		}
	}
}

// look waits for a result and remembers it: it must stay the same.
func (s *siege) look(c *client, l *ledger, id string) {
	j, err := c.result(time.Now().Add(patience), id)
	if err != nil {
		s.Error(err)
		return
	}
	if j.Status != api.StatusCompleted {
		return
	}
	l.mu.Lock()
	l.seen[id] = j.Result.Counts
	l.mu.Unlock()
}

// anyCircuit is mostly a small one, now and then one that takes a while, seldom one that is run in a process of its own.
func anyCircuit(random *rand.Rand) string {
	switch n := random.IntN(100); {
	case n < 70:
		return bell
	case n < 97:
		return dense(14+random.IntN(4), 8)
	}
	return dense(20, 4) + "// in a process of its own\n"
}

// lift ends the load, waits until every accepted job ended and holds the service to its promises.
func (s *siege) lift() {
	s.Helper()
	close(s.stop)
	s.clients.Wait()
	until := time.Now().Add(patience)
	jobs, lost := 0, 0
	for _, l := range s.accounts {
		n := s.settle(l, until)
		jobs, lost = jobs+len(l.accepted), lost+n
	}
	s.Logf("%d jobs were accepted and ended once; %d of them failed because they lost their workers twice", jobs, lost)
}

// settle checks an account and gives how many of its jobs lost their workers.
func (s *siege) settle(l *ledger, until time.Time) (lost int) {
	s.Helper()
	c := newClient(l.key, s.urls...)
	for id, shots := range l.accepted {
		j, err := c.result(until, id)
		switch {
		case err != nil:
			s.Errorf("an accepted job did not end: %v", err)
			return lost
		case j.Status == api.StatusFailed && j.ErrorCode == api.CodeWorkerLost:
			lost++
		case j.Status != api.StatusCompleted:
			s.Errorf("job %s ended as %s: %s", id, j.Status, *j.Error)
		default:
			s.checkCounts(id, j.Result.Counts, shots, l.seen[id])
		}
	}
	u, err := c.user(until)
	if err != nil {
		s.Fatal(err)
	}
	if u.JobsToday != len(l.accepted)-lost {
		s.Errorf("%s: the count says %d, accepted were %d, of which %d are given back", l.tier, u.JobsToday, len(l.accepted), lost)
	}
	if l.full && int64(len(l.accepted)) < int64(u.DailyLimit) {
		s.Errorf("%s: refused after %d of %d jobs", l.tier, len(l.accepted), u.DailyLimit)
	}
	return lost
}

func (s *siege) checkCounts(id string, counts map[string]int, shots int, seen map[string]int) {
	s.Helper()
	sum := 0
	for n := range maps.Values(counts) {
		sum += n
	}
	if sum != shots {
		s.Errorf("job %s has %d shots, its counts sum to %d", id, shots, sum)
	}
	if seen != nil && !maps.Equal(seen, counts) {
		s.Errorf("job %s had the counts %v and now has %v", id, seen, counts)
	}
}

// moments are random pauses between two blows.
type moments struct{ *rand.Rand }

func newMoments(tb testing.TB) moments {
	seed := uint64(time.Now().UnixNano())
	tb.Logf("seed of the blows %d", seed)
	return moments{rand.New(rand.NewPCG(seed, 1))}
}

func (m moments) pause() { time.Sleep(time.Duration(20+m.IntN(1500)) * time.Millisecond) }

func report(tb testing.TB, what string, took []time.Duration) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	tb.Logf("%s: median %v, longest %v of %d", what, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took))
}
