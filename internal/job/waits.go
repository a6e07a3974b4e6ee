package job

import (
	"context"
	"sync"
	"time"
)

const (
	rememberEnded = 4096 // rows that ended lately, for those who ask just then
	lookAtOnce    = 1000 // rows in one question to the store
)

// waits are those who wait for jobs to end. A wait costs a channel; the store is asked about all together.
type waits struct {
	mu     sync.Mutex
	byRow  map[Row]map[chan struct{}]struct{}
	lately [rememberEnded]Row
	next   int
	ended  map[Row]struct{} // the rows of lately
}

func newWaits() *waits {
	return &waits{byRow: map[Row]map[chan struct{}]struct{}{}, ended: map[Row]struct{}{}}
}

// begin gives a channel that is closed when the job ends, also where it did a moment ago, and a function to be called when nobody waits on it
// any more.
func (w *waits) begin(row Row) (ended <-chan struct{}, stop func()) {
	ch := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.ended[row]; ok {
		close(ch)
		return ch, func() {}
	}
	if w.byRow[row] == nil {
		w.byRow[row] = map[chan struct{}]struct{}{}
	}
	w.byRow[row][ch] = struct{}{}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.byRow[row], ch)
		if len(w.byRow[row]) == 0 {
			delete(w.byRow, row)
		}
	}
}

// wait waits until the job ends or d has passed. Its error is ctx's.
func (w *waits) wait(ctx context.Context, row Row, d time.Duration) error {
	ended, stop := w.begin(row)
	defer stop()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// end wakes who waits for a job.
func (w *waits) end(row Row) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.byRow[row] {
		close(ch)
	}
	delete(w.byRow, row)
	if _, ok := w.ended[row]; ok {
		return
	}
	delete(w.ended, w.lately[w.next])
	w.lately[w.next] = row
	w.ended[row] = struct{}{}
	w.next = (w.next + 1) % rememberEnded
}

// rows are the jobs that somebody waits for.
func (w *waits) rows() []Row {
	w.mu.Lock()
	defer w.mu.Unlock()
	rows := make([]Row, 0, len(w.byRow))
	for row := range w.byRow {
		rows = append(rows, row)
	}
	return rows
}

// lookAtAll asks the store about all jobs that somebody waits for: notices may get lost.
func (f *Front) lookAtAll(ctx context.Context) {
	for rows := f.waits.rows(); len(rows) > 0 && ctx.Err() == nil; {
		n := min(len(rows), lookAtOnce)
		ended, err := f.Store.Ended(ctx, rows[:n])
		if err != nil {
			if ctx.Err() == nil {
				f.Log.Warn("whether jobs ended could not be asked", "error", err)
			}
			return
		}
		for _, row := range ended {
			f.waits.end(row)
		}
		rows = rows[n:]
	}
}
