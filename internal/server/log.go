package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// observe is the outermost layer: it names the request, logs and counts it, and turns a panic into a problem. What is logged
// are names of the server's own (route patterns, ids of keys and of jobs that exist), never what the client wrote: a key may
// stand in any place of a request.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		t := &trip{id: s.requestID(r), address: s.clientAddress(r)}
		a := &answer{ResponseWriter: w, streams: r.ProtoMajor > 1}
		a.Header().Set(api.HeaderRequestID, t.id)
		a.Header().Set("X-Content-Type-Options", "nosniff")
		a.Header().Set("Cache-Control", "no-store")
		r = r.WithContext(context.WithValue(r.Context(), tripKey, t))
		s.metrics.inFlight.Inc()
		defer func() {
			s.metrics.inFlight.Dec()
			aborted := s.recovered(recover(), a, t)
			s.finished(r, a, t, time.Since(began), aborted)
			if aborted {
				panic(http.ErrAbortHandler) // net/http then breaks the connection: the client sees that the answer is not whole
			}
		}()
		next.ServeHTTP(a, r)
	})
}

// requestID draws a name, or keeps the one that a trusted proxy gave.
func (s *Server) requestID(r *http.Request) string {
	if id := r.Header.Get(api.HeaderRequestID); len(s.o.TrustedProxies) > 0 && api.ValidJobID(id) {
		if s.trusted(connected(r)) {
			return id
		}
	}
	return rand.Text()[:16]
}

// recovered answers after a panic, as far as that is possible, and tells whether the answer broke off.
func (s *Server) recovered(v any, a *answer, t *trip) (aborted bool) {
	if v == nil {
		return false
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	t.err = fmt.Errorf("panic: %v", v)
	s.log.Error("panic", "request_id", t.id, "route", t.route, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	if a.status != 0 {
		return true
	}
	problemInternal().write(a)
	return false
}

func (s *Server) finished(r *http.Request, a *answer, t *trip, took time.Duration, aborted bool) {
	status := a.status
	switch {
	case status == 0:
		status = http.StatusOK
	case status == http.StatusServiceUnavailable && r.Context().Err() != nil:
		status = statusGone
	}
	s.metrics.observe(t.route, status, took)
	level := slog.LevelInfo
	switch {
	case status >= http.StatusInternalServerError && t.err != nil:
		level = slog.LevelError
	case isProbe(t.route):
		level = slog.LevelDebug
	}
	if !s.log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request_id", t.id), slog.String("method", knownMethod(r.Method)), slog.String("route", t.route), slog.Int("status", status),
		slog.Float64("seconds", took.Seconds()), slog.Int64("bytes", a.bytes), slog.String("address", t.address.String()),
	}
	if t.owner != 0 {
		attrs = append(attrs, slog.Int64("owner", t.owner), slog.String("key_id", t.key))
	}
	if t.job != "" {
		attrs = append(attrs, slog.String("job_id", shownID(t.job)))
	}
	if t.err != nil {
		attrs = append(attrs, slog.String("error", t.err.Error()))
	}
	if aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// statusGone stands in log and metrics for the answer that nobody waited for any more. It is not the server's failure, and is never sent.
const statusGone = 499

// shownID cuts the id of a job that looks like a key: somebody may have put theirs in the wrong place.
func shownID(id string) string {
	if strings.HasPrefix(id, "qcos-") {
		return "qcos-…"
	}
	return id
}

// isProbe tells the routes that machines ask every few seconds.
func isProbe(route string) bool {
	return route == "GET "+api.PathHealth || route == "GET "+api.PathReady || route == "GET "+pathMetrics
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// answer counts what is written. A client that does not read for writePatience loses the connection; there is no limit on the
// whole, since a large result over a slow line takes its time.
type answer struct {
	http.ResponseWriter
	streams bool // HTTP/2, where a deadline ends the stream even while nothing is written
	status  int
	bytes   int64
}

const writePatience = time.Minute

func (a *answer) WriteHeader(status int) {
	if a.status < http.StatusOK {
		a.status = status
	}
	a.deadline(time.Now().Add(writePatience))
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.deadline(time.Now().Add(writePatience))
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	if a.streams {
		a.deadline(time.Time{})
	}
	return n, err
}

func (a *answer) deadline(at time.Time) {
	_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(at) // recorders of tests have none
}

// Unwrap lets http.ResponseController find the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
