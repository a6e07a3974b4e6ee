package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// patience is how long a command may take to stop after Ctrl-C before the process ends without it. With what follows it stays
// below the tenth of a second that feels like at once.
const patience = 25 * time.Millisecond

// Main runs the command line of this process and returns its exit code.
//
// Ctrl-C (and a request to terminate) ends the command's context. What does not notice soon, such as the reading of a large
// program, is left behind: the process is about to end. A second Ctrl-C ends it at once.
func Main() int {
	app := newApp()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	done := make(chan int, 1)
	go func() { done <- app.run(ctx, os.Args[1:]) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
		stop()
	}
	if app.settles.Load() {
		return <-done
	}
	select {
	case code := <-done:
		return code
	case <-time.After(patience):
		app.temporary.removeAll()
		app.report(context.Canceled)
		return exitInterrupted
	}
}
