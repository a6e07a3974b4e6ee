//go:build unix

package cli

import (
	"os"
	"syscall"
)

// openNoWait opens a file for reading. The opening of a pipe does not wait for a writer.
func openNoWait(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
