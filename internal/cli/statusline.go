package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/diag"
)

// statusLine is one line on a terminal that says what is waited for, and goes away. The nil *statusLine shows nothing. Its
// methods may be called by many goroutines at once.
type statusLine struct {
	mu     sync.Mutex
	w      io.Writer
	began  time.Time
	shown  bool
	closed bool
	last   string
}

// newStatusLine is nil where standard error is no terminal. Nothing is shown of what takes less than a second.
func (a *App) newStatusLine() *statusLine {
	if !a.ErrTerminal {
		return nil
	}
	return &statusLine{w: a.Err, began: time.Now()}
}

const eraseLine = "\r\x1b[K"

func (s *statusLine) set(text string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || time.Since(s.began) < progressDelay || s.shown && text == s.last {
		return
	}
	s.shown, s.last = true, text
	fmt.Fprint(s.w, eraseLine+diag.Printable(text))
}

// clear takes the line away until the next set.
func (s *statusLine) clear() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown {
		fmt.Fprint(s.w, eraseLine)
	}
	s.shown = false
}

// close takes the line away for good.
func (s *statusLine) close() {
	if s == nil {
		return
	}
	s.clear()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}
