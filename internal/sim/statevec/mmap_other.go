//go:build !unix

package statevec

// mapMemory returns size zero bytes. Without mmap they lie on the Go heap.
func mapMemory(size int) ([]byte, error) { return make([]byte, size), nil }

func unmapMemory([]byte) {}
