//go:build unix

package job

import (
	"errors"
	"os/exec"
	"syscall"
)

// childNice is how much a child gives way: enough that light jobs hardly notice it, not so much that it starves.
const childNice = 10

// killed tells whether a process was ended by a signal that cannot be caught.
func killed(ended error) bool {
	var exit *exec.ExitError
	if !errors.As(ended, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
