//go:build unix && !linux

package job

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// childAttributes keep Ctrl-C at the terminal from the child. It ends itself when its parent is gone.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// confine makes this process, a child of its own, give way to light jobs and to the server on the processors. Its memory is limited by
// what its engine takes.
func confine(int64) { _ = unix.Setpriority(unix.PRIO_PGRP, 0, childNice) }
