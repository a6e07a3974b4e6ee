package cli

import (
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

const (
	progressDelay = time.Second // runs that end before show nothing
	progressTick  = 100 * time.Millisecond
	progressSteps = 1000 // of a whole bar
)

// progress is the bar of a long run. The nil *progress shows nothing.
type progress struct {
	fraction atomic.Uint64 // bits of a float64
	once     sync.Once
	stopped  chan struct{}
	gone     chan struct{}
}

// startProgress shows a bar on standard error once the run has taken a while, where that is a terminal.
func (a *App) startProgress(name string) *progress {
	if !a.ErrTerminal {
		return nil
	}
	p := &progress{stopped: make(chan struct{}), gone: make(chan struct{})}
	go p.show(a.Err, name)
	return p
}

// update may be called from any goroutine and takes nanoseconds.
func (p *progress) update(fraction float64) {
	if p != nil {
		p.fraction.Store(math.Float64bits(fraction))
	}
}

// stop takes the bar away and returns when it is gone. It may be called again.
func (p *progress) stop() {
	if p != nil {
		p.once.Do(func() { close(p.stopped) })
		<-p.gone
	}
}

func (p *progress) show(w io.Writer, name string) {
	defer close(p.gone)
	began := time.Now()
	select {
	case <-p.stopped:
		return
	case <-time.After(progressDelay):
	}
	container := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithAutoRefresh())
	bar := container.New(progressSteps, mpb.BarStyle().Lbound("").Rbound("").Filler("█").Tip("").Padding("░"),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.label(time.Since(began)) })))
	tick := time.NewTicker(progressTick)
	defer tick.Stop()
	for {
		select {
		case <-p.stopped:
			bar.Abort(true)
			container.Wait()
			return
		case <-tick.C: // never the whole, which would end the bar before the run
			bar.SetCurrent(min(int64(progressSteps*p.current()), progressSteps-1))
		}
	}
}

func (p *progress) current() float64 { return math.Float64frombits(p.fraction.Load()) }

// label is the percentage with what is likely left, which nobody knows at the very beginning.
func (p *progress) label(elapsed time.Duration) string {
	f := p.current()
	if f < 0.01 {
		return fmt.Sprintf(" %2.0f %%", 100*f)
	}
	left := time.Duration(float64(elapsed) * (1 - f) / f)
	return fmt.Sprintf(" %2.0f %%, %s left", 100*f, left.Round(time.Second))
}
