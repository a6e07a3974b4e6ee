package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

const (
	largestBatch = 256
	heaviest     = 16 << 20    // bytes of what a batch carries, unless one alone has more
	batchTime    = time.Minute // in which a batch is through or fails
)

// batcher gathers what many goroutines ask for at the same time into transactions, since a transaction costs as much as what is done in
// it: while one runs, requests pile up for the next.
type batcher[T any] struct {
	run  func(ctx context.Context, batch []*T) error
	size func(*T) int // bytes that it carries; nil: they are few

	mu      sync.Mutex
	waiting []*item[T]
	running bool
}

type item[T any] struct {
	value *T
	done  chan error
}

// do has v run with others and returns once it is through. The run's error is that of all of a batch; a verdict about v alone is left in v.
// Where ctx ends sooner, v is run all the same.
func (b *batcher[T]) do(ctx context.Context, v *T) error {
	it := &item[T]{v, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, it)
	if !b.running {
		b.running = true
		go b.loop()
	}
	b.mu.Unlock()
	select {
	case err := <-it.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *batcher[T]) loop() {
	for {
		b.mu.Lock()
		n := b.next()
		batch := b.waiting[:n:n]
		b.waiting = b.waiting[n:]
		b.running = n > 0
		b.mu.Unlock()
		if n == 0 {
			return
		}
		b.runAll(batch)
	}
}

// next is how many of the waiting make the next batch.
func (b *batcher[T]) next() int {
	n, bytes := 0, 0
	for n < len(b.waiting) && n < largestBatch {
		if b.size != nil {
			if bytes += b.size(b.waiting[n].value); bytes > heaviest && n > 0 {
				break
			}
		}
		n++
	}
	return n
}

// runAll runs a batch. What fails together is tried one by one, so that nobody fails for another's sake; but not where the database is away.
func (b *batcher[T]) runAll(batch []*item[T]) {
	ctx, stop := context.WithTimeout(context.Background(), batchTime)
	defer stop()
	values := make([]*T, len(batch))
	for i, it := range batch {
		values[i] = it.value
	}
	err := b.run(ctx, values)
	alone := err != nil && len(batch) > 1 && !errors.Is(err, account.ErrUnavailable)
	for i, it := range batch {
		if alone && ctx.Err() == nil {
			it.done <- b.run(ctx, values[i:i+1])
			continue
		}
		it.done <- err
	}
}
