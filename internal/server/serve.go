package server

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerPatience = 10 * time.Second // for the headers of a request
	idlePatience   = 2 * time.Minute  // between two requests of a connection
	maxHeaders     = 32 << 10         // bytes
)

// Serve answers requests of the listener until ctx ends, and then ends in order: whoever waits for a result is answered with what there
// is, no new connections are taken, and requests under way have patience to be finished. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener, patience time.Duration) error {
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: headerPatience, IdleTimeout: idlePatience, MaxHeaderBytes: maxHeaders,
		ErrorLog: log.New(discardTLS{s.log}, "", 0),
	}
	var fresh fresh
	h.ConnState = fresh.note
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.stop()
	fresh.close()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := h.Shutdown(limit); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return h.Close()
}

// fresh are connections that have not sent anything yet, as browsers keep them ready. Shutdown would wait five seconds for each.
type fresh struct {
	mu      sync.Mutex
	all     map[net.Conn]struct{}
	stopped bool
}

func (f *fresh) note(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(f.all, c)
	case f.stopped:
		_ = c.Close()
	default:
		if f.all == nil {
			f.all = map[net.Conn]struct{}{}
		}
		f.all[c] = struct{}{}
	}
}

func (f *fresh) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	for c := range f.all {
		_ = c.Close()
	}
}

// discardTLS takes what net/http says of broken handshakes and the like. It may quote what a client sent, so that only the fact is kept.
type discardTLS struct{ log *slog.Logger }

func (d discardTLS) Write(p []byte) (int, error) {
	d.log.Debug("connection", "error", "a connection broke or did not speak HTTP")
	return len(p), nil
}
