package store

import (
	"context"
	"sync"

	"github.com/softquantus/qcos/internal/job"
)

// noticeKind is what somebody may wait for.
type noticeKind byte

const (
	finished   noticeKind = 'f' // a job ended
	work       noticeKind = 'w' // a job waits for release, or a worker has room
	cancelling noticeKind = 'c' // a running job is to stop
	accesses   noticeKind = 'a' // what a key gives changed
)

// notice tells of a change. Its row is 0 where none is told.
type notice struct {
	kind noticeKind
	row  job.Row
}

const finishedBuffer = 1024 // notices that a reader may be behind before it is told to look again

// bus hands notices to whoever waits in this process. It never waits for a reader.
type bus struct {
	mu       sync.Mutex
	finished map[chan job.Row]struct{}
	signals  map[noticeKind]map[chan struct{}]struct{}
	access   *accessCache
}

func newBus() *bus {
	return &bus{
		access:   newAccessCache(),
		finished: map[chan job.Row]struct{}{},
		signals:  map[noticeKind]map[chan struct{}]struct{}{work: {}, cancelling: {}},
	}
}

// publish hands notices on. A job that ended makes room, too.
func (b *bus) publish(all []notice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	signal := map[noticeKind]bool{}
	for _, n := range all {
		if signal[n.kind] = true; n.kind == accesses {
			b.access.forget()
		}
		if n.kind == finished {
			signal[work] = true
			for ch := range b.finished {
				send(ch, n.row)
			}
		}
	}
	for kind, readers := range b.signals {
		if !signal[kind] {
			continue
		}
		for ch := range readers {
			select {
			case ch <- struct{}{}:
			default: // there is a signal that was not read yet
			}
		}
	}
}

// send hands on a row. A reader that is too far behind gets, instead of all that it did not read, a 0.
func send(ch chan job.Row, row job.Row) {
	select {
	case ch <- row:
		return
	default:
	}
	for {
		select {
		case <-ch:
		default:
			ch <- 0 // there is room: nobody else sends
			return
		}
	}
}

// lookAgain tells everybody that notices may have been lost.
func (b *bus) lookAgain() { b.publish([]notice{{finished, 0}, {work, 0}, {cancelling, 0}}) }

// Finished is job.Notices'.
func (db *DB) Finished(ctx context.Context) (<-chan job.Row, func(), error) {
	return db.bus.subscribeFinished(ctx)
}

func (b *bus) subscribeFinished(ctx context.Context) (<-chan job.Row, func(), error) {
	ch := make(chan job.Row, finishedBuffer)
	b.mu.Lock()
	b.finished[ch] = struct{}{}
	b.mu.Unlock()
	return ch, b.stopper(ctx, func() { delete(b.finished, ch); close(ch) }), nil
}

// Work is job.Notices'.
func (db *DB) Work(ctx context.Context) (<-chan struct{}, func(), error) {
	return db.bus.subscribe(ctx, work)
}

// Cancels is job.Notices'.
func (db *DB) Cancels(ctx context.Context) (<-chan struct{}, func(), error) {
	return db.bus.subscribe(ctx, cancelling)
}

func (b *bus) subscribe(ctx context.Context, kind noticeKind) (<-chan struct{}, func(), error) {
	ch := make(chan struct{}, 1)
	b.mu.Lock()
	b.signals[kind][ch] = struct{}{}
	b.mu.Unlock()
	return ch, b.stopper(ctx, func() { delete(b.signals[kind], ch); close(ch) }), nil
}

// stopper gives a function that ends a subscription once, and has it called when ctx ends.
func (b *bus) stopper(ctx context.Context, end func()) func() {
	var once sync.Once
	stop := func() {
		once.Do(func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			end()
		})
	}
	forget := context.AfterFunc(ctx, stop)
	return func() { forget(); stop() }
}

// change is update for what others wait for: they are told once it is committed.
func (db *DB) change(ctx context.Context, do func(conn) ([]notice, error)) error {
	var told []notice
	err := db.update(ctx, func(c conn) error {
		var err error
		if told, err = do(c); err != nil || len(told) == 0 {
			return err
		}
		return db.tell(ctx, c, told)
	})
	if err == nil && len(told) > 0 {
		db.bus.publish(told)
	}
	return err
}

func (db *DB) startBatchers() {
	db.admits = &batcher[admit]{run: db.admitAll, size: func(a *admit) int { return len(a.Circuit) }}
	db.starts = &batcher[start]{run: db.startAll}
	db.finishes = &batcher[finish]{run: db.finishAll, size: (*finish).size}
}

func (d *sqliteDB) tell(context.Context, conn, []notice) error { return nil } // there is one process that waits
