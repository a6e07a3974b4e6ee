package store

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// riverInsert is River's topic for jobs that came into a queue.
const riverInsert = "river_insert"

// wakingDriver is River's driver for SQLite with another way of notification: River's own looks into a table twenty times a second. Here there
// is one process, and whoever releases jobs wakes the workers.
type wakingDriver struct {
	*riversqlite.Driver
	wakes *wakes
}

// SupportsListenNotify is false: nothing is written for notifications.
func (d wakingDriver) SupportsListenNotify() bool { return false }

// GetListener gives a listener to wakes.
func (d wakingDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &wakeListener{wakes: d.wakes, queues: make(chan string, 64)}
}

// wakes hands the names of queues that got jobs to River's listeners.
type wakes struct {
	mu        sync.Mutex
	listeners map[*wakeListener]struct{}
}

func (w *wakes) wake(queue string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for l := range w.listeners {
		select {
		case l.queues <- queue:
		default: // it has enough to do, and looks by itself now and then
		}
	}
}

// wakeListener is a riverdriver.Listener.
type wakeListener struct {
	wakes  *wakes
	queues chan string
}

func (l *wakeListener) Connect(context.Context) error {
	l.wakes.mu.Lock()
	defer l.wakes.mu.Unlock()
	l.wakes.listeners[l] = struct{}{}
	return nil
}

func (l *wakeListener) Close(context.Context) error {
	l.wakes.mu.Lock()
	defer l.wakes.mu.Unlock()
	delete(l.wakes.listeners, l)
	return nil
}

func (l *wakeListener) Listen(context.Context, string) error   { return nil }
func (l *wakeListener) Unlisten(context.Context, string) error { return nil }
func (l *wakeListener) Ping(context.Context) error             { return nil }
func (l *wakeListener) Schema() string                         { return "" }
func (l *wakeListener) SetAfterConnectExec(string)             {}

func (l *wakeListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case queue := <-l.queues:
		payload, err := json.Marshal(map[string]string{"queue": queue})
		return &riverdriver.Notification{Topic: riverInsert, Payload: string(payload)}, err
	}
}
