//go:build unix

package config

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openNoWait opens a file for reading; a pipe without a writer does not hold it up.
func openNoWait(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// ownedByUser tells whether a file belongs to the user of this process.
func ownedByUser(_ string, info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// sharedMode tells whether others than the owner have any of these rights.
func sharedMode(info os.FileInfo, rights os.FileMode) bool { return info.Mode().Perm()&rights != 0 }

// tryLock takes the file for this process unless another has it. Closing the file gives it back.
func tryLock(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
