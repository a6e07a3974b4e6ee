package job

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// placesAge is how old a queue place may be. However many ask, the store is asked so often at most.
const placesAge = 500 * time.Millisecond

// places knows the place of every queued job, as it was a moment ago.
type places struct {
	store Store
	now   account.Clock

	mu    sync.Mutex
	queue []Place
	at    time.Time
	rate  float64 // jobs that leave the queue a second
}

// of is how many jobs stand at or before the place, itself among them, and in how many seconds those before it will have left, as far as
// can be told.
func (p *places) of(ctx context.Context, at Place) (position int, seconds float64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); p.queue == nil || now.Sub(p.at) >= placesAge || now.Before(p.at) {
		queue, err := p.store.Queued(ctx)
		if err != nil {
			return 0, 0, err
		}
		p.learn(queue, now)
	}
	before, _ := slices.BinarySearchFunc(p.queue, at, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Row, b.Row))
	})
	if p.rate > 0 {
		seconds = float64(before) / p.rate
	}
	return before + 1, seconds, nil
}

// rateWeight is that of what was seen last in the mean of the rate.
const rateWeight = 0.2

// learn takes a new queue. What was in the old one and is not in the new one has left.
func (p *places) learn(queue []Place, now time.Time) {
	if passed := now.Sub(p.at).Seconds(); len(p.queue) > 0 && passed > 0 {
		left := len(p.queue)
		for _, place := range queue {
			if _, waits := slices.BinarySearchFunc(p.queue, place, func(a, b Place) int {
				return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Row, b.Row))
			}); waits {
				left--
			}
		}
		rate := float64(left) / passed
		if p.rate > 0 {
			rate = rateWeight*rate + (1-rateWeight)*p.rate
		}
		p.rate = rate
	}
	p.queue, p.at = queue, now
}
