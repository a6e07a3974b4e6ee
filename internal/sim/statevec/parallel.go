package statevec

import (
	"context"
	"sync"
	"sync/atomic"
)

// parallel calls f(worker, i) for every i below n, on up to that many threads; worker numbers them from 0. Which worker gets which i
// is up to chance, so f's results must not depend on it.
func parallel(threads, n int, f func(worker, i int)) {
	_ = parallelUntil(context.Background(), threads, n, f)
}

// parallelUntil is parallel that stops handing out work when ctx ends, and then returns its error.
func parallelUntil(ctx context.Context, threads, n int, f func(worker, i int)) error {
	if threads <= 1 || n <= 1 {
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			f(0, i)
		}
		return ctx.Err()
	}
	var next atomic.Int64
	work := func(worker int) {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			f(worker, i)
		}
	}
	var others sync.WaitGroup
	for worker := 1; worker < min(threads, n); worker++ {
		others.Go(func() { work(worker) })
	}
	work(0)
	others.Wait()
	return ctx.Err()
}
