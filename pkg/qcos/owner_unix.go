//go:build unix

package qcos

import (
	"os"
	"syscall"
)

// ownedByUser tells whether a file is the user's own or the system's.
func ownedByUser(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(stat.Uid) == os.Getuid()
}
