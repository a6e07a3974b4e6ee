package job

import (
	"context"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

const capacityAge = time.Second

// capacity knows the largest worker, as it was a moment ago.
type capacity struct {
	store Store
	now   account.Clock

	mu      sync.Mutex
	largest Worker // the zero Worker: none was ever seen
	at      time.Time
}

// get gives the largest worker that takes jobs. Where there is none for the moment it is the last one that there was: jobs wait for workers to
// come back. ErrNoWorker where none was ever seen.
func (c *capacity) get(ctx context.Context) (Worker, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); c.largest.ID == "" || now.Sub(c.at) >= capacityAge || now.Before(c.at) {
		workers, err := c.store.Workers(ctx, time.Time{})
		if err != nil {
			return Worker{}, err
		}
		var largest Worker
		for _, w := range workers {
			if w.Slots > 0 && (largest.ID == "" || w.MaxMemory > largest.MaxMemory) {
				largest = w
			}
		}
		if c.at = now; largest.ID != "" {
			c.largest = largest
		}
	}
	if c.largest.ID == "" {
		return Worker{}, ErrNoWorker
	}
	return c.largest, nil
}

// Capacity is Service's.
func (f *Front) Capacity(ctx context.Context) (Worker, error) { return f.capacity.get(ctx) }
