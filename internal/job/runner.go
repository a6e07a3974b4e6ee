package job

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// RunnerOptions say how a process runs jobs.
type RunnerOptions struct {
	Store   Store
	Queue   Queue
	Notices Notices
	Log     *slog.Logger

	Slots     int   // jobs at once; at least 1
	MaxMemory int64 // bytes that all its jobs may take together
	Version   string
	// Sole says that no other process uses the store now: whatever is registered there belongs to one that has died.
	Sole bool
	// Child makes the command that runs a heavy job in a process of its own, and there calls ServeTask with its standard input and
	// output; nil: heavy jobs run in this process.
	Child func() *exec.Cmd
	// Grace is how long running jobs may go on when the runner stops; those that have not ended go back to the queue.
	Grace time.Duration

	now      account.Clock
	patience time.Duration                                     // lightPatience but for tests
	execute  func(ctx context.Context, t Task) ([]byte, error) // of light jobs; Execute but for tests
}

// Runner runs the jobs that are released to this process: it is the worker that the store and the dispatcher know.
type Runner struct {
	RunnerOptions
	self       Worker
	registered bool
	hands      *hands
	results    *results

	mu   sync.Mutex
	beat time.Time // of the last heartbeat that arrived
}

// NewRunner makes a runner; Run starts it.
func NewRunner(o RunnerOptions) (*Runner, error) {
	kernel, err := Kernel()
	if err != nil {
		return nil, err
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.patience == 0 {
		o.patience = lightPatience
	}
	if o.execute == nil {
		o.execute = executeGuarded
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	r := &Runner{RunnerOptions: o}
	r.self = Worker{
		ID: workerID(), Host: host, PID: os.Getpid(), Slots: max(1, o.Slots), Kernel: kernel, Version: o.Version, StartedAt: o.now(),
		MaxMemory: o.MaxMemory - lightShare(o.MaxMemory, o.Slots),
	}
	r.results = newResults(r)
	r.hands = newHands(r)
	return r, nil
}

// workerID draws a name that no other worker ever had. It consists of lower-case letters and digits: the queue is picky.
func workerID() string { return "w" + strings.ToLower(rand.Text()) }

// Worker is how the runner registers itself.
func (r *Runner) Worker() Worker { return r.self }

const (
	storePatience = 5 * time.Second // for what is asked of the store on the way out
	leavePatience = 10 * time.Second
)

// Register makes the worker known, so that jobs for it are accepted: where it has not been called, Run does.
func (r *Runner) Register(ctx context.Context) error {
	if r.registered {
		return nil
	}
	if r.Sole {
		if err := r.inherit(ctx); err != nil {
			return err
		}
	}
	if err := r.heartbeat(ctx); err != nil {
		return fmt.Errorf("the worker cannot register itself: %w", err)
	}
	r.registered = true
	return nil
}

// Run registers the worker and runs jobs until ctx ends. Then it takes no more, waits for those that run for as long as Grace says,
// returns the others to the queue and leaves. Its error is that it could not begin.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.Register(ctx); err != nil {
		return err
	}
	work, endWork := context.WithCancel(context.WithoutCancel(ctx)) // everything that jobs in hand still need
	defer endWork()
	var background sync.WaitGroup
	background.Go(func() { r.live(work) })
	background.Go(func() { r.watchCancels(work) })
	background.Go(func() { r.results.write(work) })
	calls := heavyLanes(r.self.Slots) + aheadJobs*r.self.Slots // as many as the dispatcher releases; they only wait
	if err := r.Queue.Work(work, r.self.ID, calls, r.hands.receive); err != nil {
		endWork()
		background.Wait()
		return fmt.Errorf("the worker gets no jobs: %w", err)
	}
	r.Log.Info("worker started", "worker", r.self.ID, "slots", r.self.Slots, "memory", r.self.MaxMemory, "kernel", r.self.Kernel)
	<-ctx.Done()
	r.stop()
	endWork()
	background.Wait()
	return nil
}

// inherit returns to the waiting what processes before this one left behind.
func (r *Runner) inherit(ctx context.Context) error {
	dead, err := r.Store.Workers(ctx, time.Time{})
	if err != nil {
		return err
	}
	n, err := r.Store.Sweep(ctx, dead, MaxLost, r.now())
	if n > 0 {
		r.Log.Info("jobs of a process that died go on", "jobs", n)
	}
	return err
}

// stop ends gracefully.
func (r *Runner) stop() {
	r.hands.close()
	ctx, cancel := context.WithTimeout(context.Background(), r.Grace)
	defer cancel()
	if err := r.heartbeat(ctx); err != nil { // which says that it takes no more
		r.Log.Warn("the heartbeat did not arrive", "error", err)
	}
	r.hands.wait(ctx)
	r.hands.abort()
	out, cancelOut := context.WithTimeout(context.Background(), leavePatience)
	defer cancelOut()
	r.hands.wait(out)
	r.results.drain(out)
	if left := r.hands.left(); len(left) > 0 {
		if err := r.Store.GiveUp(out, r.self.ID, left); err != nil {
			r.Log.Warn("running jobs could not be returned to the queue: another worker takes them over", "jobs", len(left), "error", err)
		} else {
			r.Log.Info("running jobs were returned to the queue", "jobs", len(left))
		}
	}
	if err := r.Queue.Stop(out); err != nil {
		r.Log.Warn("the queue did not stop in time", "error", err)
	}
	if err := r.Store.Leave(out, r.self.ID); err != nil {
		r.Log.Warn("the worker could not say that it leaves", "error", err)
	}
}
