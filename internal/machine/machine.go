// Package machine says what this process may use: memory, with the limits of its control group, and processors. It decides
// nothing.
package machine

import "runtime"

// Memory is what the process may hold, in bytes.
type Memory struct {
	Total     int64  // of the machine, or of the control group where that is less; 0 where it cannot be found out
	Available int64  // of that, what is free now or can be freed; 0 where it cannot be found out
	Limit     string // what sets Total: "machine" or "control group"
}

// CurrentMemory reads the machine's memory as it is now.
func CurrentMemory() Memory {
	m := system()
	m.Limit = "machine"
	return withControlGroup(m)
}

// Threads is how many operating system threads may compute at once, with the limits of the control group.
func Threads() int { return runtime.GOMAXPROCS(0) }
