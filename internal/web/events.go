package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

const (
	mostFollowed = jobsOnPage       // jobs of one page
	followedFor  = 10 * time.Minute // then the browser asks again, with a session that is looked at anew
	beatEvery    = 20 * time.Second // what is silent for long is cut off by proxies
)

// events tells a page of changes of its jobs, as they happen, in server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	v, ok, err := s.visitor(r)
	ids := r.URL.Query()["id"]
	if err != nil || !ok || len(ids) == 0 || len(ids) > mostFollowed {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), followedFor)
	defer cancel()
	defer context.AfterFunc(s.stopping, cancel)()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := &stream{w: w, control: http.NewResponseController(w)}
	_ = out.control.SetWriteDeadline(time.Time{})
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			_ = s.o.Jobs.Changes(ctx, v.User.Owner.ID, id, func(j job.View) error { return out.send("job", liveOf(j)) })
		})
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	for beat := time.NewTicker(beatEvery); ; {
		select {
		case <-beat.C:
			if out.beat() != nil {
				cancel()
			}
		case <-done:
			if ctx.Err() == nil {
				_ = out.send("end", struct{}{})
			}
			return
		}
	}
}

// live is what the script puts into a page.
type live struct {
	ID       string `json:"id"`
	Class    string `json:"class"`
	Text     string `json:"text"`
	Finished bool   `json:"finished"`
}

func liveOf(j job.View) live {
	return live{ID: j.ID, Class: string(j.Status), Text: statusText(j), Finished: api.Status(j.Status).Finished()}
}

// stream writes events of several jobs to one browser.
type stream struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) send(kind string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", kind, text))
}

func (s *stream) beat() error { return s.write(": still here\n\n") }

func (s *stream) write(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
