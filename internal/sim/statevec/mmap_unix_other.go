//go:build unix && !linux

package statevec

// adviseHuge does nothing: these systems choose page sizes themselves.
func adviseHuge([]byte) {}
