package job

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/pkg/api"
)

// A heavy job runs in a process of its own: what it does to its memory, the system's patience and itself stays there. The process
// is this binary again with a hidden command that calls ServeTask. The task goes in by a pipe, the reply comes out by another, both
// in gob; the process ends when it has replied or when the pipe from its parent closes.

// What a child may have in memory beside what its engine holds: the runtime, the program and its circuit, the result.
const (
	childBytes          = 512 << 20
	childBytesPerSource = 128 // a byte of source
)

// stderrKept is how much of the last words of a crashed child is kept, for the log.
const stderrKept = 16 << 10

// reply is what a child answers. Of the members one is set.
type reply struct {
	Packed   []byte
	Failure  *Failure
	Internal string // an internal error
}

// CrashError is the end of a child without a reply. Its words are for the log.
type CrashError struct {
	State string // how the system says that it ended
	Words string // the end of what it wrote to its standard error
}

func (e *CrashError) Error() string {
	return fmt.Sprintf("internal error: the job's process ended with %s: %s", e.State, e.Words)
}

// ServeTask is the child's side: it reads a task, runs it and writes the reply.
func ServeTask(ctx context.Context, in io.Reader, out io.Writer) error {
	var t Task
	if err := gob.NewDecoder(in).Decode(&t); err != nil {
		return fmt.Errorf("internal error: no task came: %w", err)
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM) // the parent decides: these may be sent to all processes of a service at once
	limit := childLimit(&t)
	debug.SetMemoryLimit(limit - t.MaxMemory) // of the Go heap: the engine's amplitudes lie outside of it
	confine(limit)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in) // until the parent is gone
		cancel()
	}()
	var r reply
	var err error
	if r.Packed, err = executeGuarded(ctx, t); err != nil && !errors.As(err, &r.Failure) {
		r.Internal = err.Error()
	}
	return gob.NewEncoder(out).Encode(r)
}

func childLimit(t *Task) int64 {
	return t.MaxMemory + childBytes + childBytesPerSource*int64(len(t.Source))
}

// executeGuarded is Execute with a panic as an internal error.
func executeGuarded(ctx context.Context, t Task) (packed []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return Execute(ctx, t)
}

// executeApart runs a task in a child that the command starts. When ctx ends the child is killed, and ctx's cause is the error.
func executeApart(ctx context.Context, command func() *exec.Cmd, t Task) ([]byte, error) {
	type ending struct {
		packed []byte
		err    error
	}
	done := make(chan ending, 1)
	go func() {
		// The system kills the child when the thread that started it ends. This one stays, locked, until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		packed, err := superviseChild(ctx, command(), t)
		done <- ending{packed, err}
	}()
	e := <-done
	return e.packed, e.err
}

func superviseChild(ctx context.Context, cmd *exec.Cmd, t Task) ([]byte, error) {
	var task, out bytes.Buffer
	if err := gob.NewEncoder(&task).Encode(t); err != nil {
		return nil, fmt.Errorf("internal error: a task cannot be written: %w", err)
	}
	words := &tail{max: stderrKept}
	cmd.Stdout, cmd.Stderr = &out, words
	cmd.Env = []string{fmt.Sprintf("GOMAXPROCS=%d", max(1, t.Threads))} // and nothing of ours: there are secrets in it
	cmd.SysProcAttr = childAttributes()
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("internal error: a process for the job cannot be started: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	go func() { _, _ = in.Write(task.Bytes()) }() // a child that crashes does not read it; Wait closes the pipe
	err = cmd.Wait()
	if !stop() {
		return nil, context.Cause(ctx)
	}
	return readReply(&out, err, words, &t)
}

func readReply(out io.Reader, ended error, words *tail, t *Task) ([]byte, error) {
	var r reply
	if err := gob.NewDecoder(out).Decode(&r); err != nil {
		crash := &CrashError{State: fmt.Sprint(ended), Words: words.String()}
		if outOfMemory(ended, crash.Words) {
			return nil, &Failure{Code: api.CodeOutOfMemory, Detail: fmt.Sprintf(
				"the job took more memory than the %s that were planned for it, and was ended", plan.Bytes(t.MaxMemory))}
		}
		return nil, crash
	}
	switch {
	case r.Failure != nil:
		return nil, r.Failure
	case r.Internal != "":
		return nil, errors.New(r.Internal)
	}
	return r.Packed, nil
}

// outOfMemory tells whether a child ended because the system killed it, which it does for want of memory, or because memory was
// refused to it.
func outOfMemory(ended error, words string) bool {
	return killed(ended) || strings.Contains(words, "out of memory") || strings.Contains(words, "cannot allocate memory")
}

// tail keeps the last bytes that were written to it.
type tail struct {
	max  int
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - t.max; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }
