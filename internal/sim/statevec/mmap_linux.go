package statevec

import "golang.org/x/sys/unix"

// adviseHuge asks for huge pages. It is advice: a kernel without them says so, and small pages do.
func adviseHuge(m []byte) { _ = unix.Madvise(m, unix.MADV_HUGEPAGE) }
