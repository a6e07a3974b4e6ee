package job

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// childAttributes make the system kill the child when its parent dies, and keep Ctrl-C at the terminal from it.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// confine limits this process, a child of its own: memory, as far as the system lets us; where memory runs out it is the first to go;
// and it gives way to light jobs and to the server on the processors. What does not work is left: each is a second line of defence.
func confine(bytes int64) {
	limit := unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &limit)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	_ = unix.Setpriority(unix.PRIO_PGRP, 0, childNice)
}
