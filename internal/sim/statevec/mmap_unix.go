//go:build unix

package statevec

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// mapMemory returns size zero bytes outside the Go heap, in huge pages where the system has them.
func mapMemory(size int) ([]byte, error) {
	m, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("memory of %d bytes for amplitudes: %w", size, err)
	}
	adviseHuge(m)
	return m, nil
}

func unmapMemory(m []byte) {
	if err := unix.Munmap(m); err != nil {
		panic("internal error: munmap: " + err.Error())
	}
}
