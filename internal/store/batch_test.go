package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/softquantus/qcos/internal/account"
)

// recorder runs batches of numbers and remembers them. The first batch waits until the test lets it go, so that the others gather.
type recorder struct {
	mu      sync.Mutex
	batches [][]int
	first   chan struct{}
	fail    func(batch []int) error
}

func (r *recorder) run(_ context.Context, batch []*int) error {
	var numbers []int
	for _, n := range batch {
		numbers = append(numbers, *n)
	}
	r.mu.Lock()
	r.batches = append(r.batches, numbers)
	began := len(r.batches) == 1
	r.mu.Unlock()
	if began {
		<-r.first
	}
	if r.fail != nil {
		return r.fail(numbers)
	}
	return nil
}

// gather has the numbers 1 to n asked for while the batch of 0 runs, in this order, and gives the answers.
func gather(t *testing.T, b *batcher[int], r *recorder, n int) []error {
	t.Helper()
	answers := make([]error, n+1)
	var all sync.WaitGroup
	for i := range n + 1 {
		all.Go(func() { answers[i] = b.do(t.Context(), &i) })
		until(func() bool { // it waits, or runs
			b.mu.Lock()
			waits := len(b.waiting) == i && b.running
			b.mu.Unlock()
			r.mu.Lock()
			defer r.mu.Unlock()
			return waits && len(r.batches) == 1
		})
	}
	close(r.first)
	all.Wait()
	return answers
}

func until(isSo func() bool) {
	for !isSo() {
		runtime.Gosched()
	}
}

func TestBatchesGatherWhileOneRuns(t *testing.T) {
	r := &recorder{first: make(chan struct{})}
	b := &batcher[int]{run: r.run}
	for i, err := range gather(t, b, r, 300) {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if len(r.batches) != 3 || len(r.batches[0]) != 1 || len(r.batches[1]) != largestBatch || r.batches[2][0] != largestBatch+1 || !slices.IsSorted(r.batches[1]) {
		t.Errorf("%d batches: %v", len(r.batches), r.batches)
	}
	until(func() bool { b.mu.Lock(); defer b.mu.Unlock(); return !b.running && len(b.waiting) == 0 }) // it ends with nothing to do
}

func TestBatchesAreCutBySize(t *testing.T) {
	r := &recorder{first: make(chan struct{})}
	b := &batcher[int]{run: r.run, size: func(n *int) int { return *n * (heaviest / 4) }}
	gather(t, b, r, 5) // 1, 2 and then 3 make more than four quarters, and 5 alone is more than that
	if want := [][]int{{0}, {1, 2}, {3}, {4}, {5}}; !slices.EqualFunc(r.batches, want, slices.Equal) {
		t.Errorf("batches %v, want %v", r.batches, want)
	}
}

func TestNobodyFailsForAnother(t *testing.T) {
	bad := errors.New("seven is bad")
	r := &recorder{first: make(chan struct{}), fail: func(batch []int) error {
		if slices.Contains(batch, 7) {
			return bad
		}
		return nil
	}}
	for i, err := range gather(t, &batcher[int]{run: r.run}, r, 10) {
		if (i == 7) != errors.Is(err, bad) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestNobodyIsTriedAgainWhileTheDatabaseIsAway(t *testing.T) {
	r := &recorder{first: make(chan struct{}), fail: func([]int) error { return account.ErrUnavailable }}
	for i, err := range gather(t, &batcher[int]{run: r.run}, r, 10) {
		if !errors.Is(err, account.ErrUnavailable) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if len(r.batches) != 2 {
		t.Errorf("%d tries: %v", len(r.batches), r.batches)
	}
}

func TestCallerWhoGoesDoesNotStopTheOthers(t *testing.T) {
	r := &recorder{first: make(chan struct{})}
	b := &batcher[int]{run: r.run}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	zero := 0
	if err := b.do(ctx, &zero); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var one sync.WaitGroup
	one.Go(func() {
		n := 1
		if err := b.do(t.Context(), &n); err != nil {
			t.Error(err)
		}
	})
	close(r.first)
	one.Wait()
	if ran := slices.Concat(r.batches...); !slices.Equal(ran, []int{0, 1}) {
		t.Errorf("ran %v", ran)
	}
}
