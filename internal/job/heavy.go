package job

import "time"

// A job that is planned for HeavyBytes of memory or HeavySeconds of time, or more, is a heavy one. Heavy jobs run in processes of their own, their memory is counted one by one, and they never take all slots of a worker.
// Everything else is light: so quick that a process of its own would cost more than the run, and so small that as many as there
// are slots fit into a small share of the memory.
//
// Starting a process takes about 20 ms, which is little beside a second; 64 MiB are 22 qubits in double precision, whose allocation
// alone takes longer than that.
const (
	HeavyBytes   int64 = 64 << 20
	HeavySeconds       = 1.0
)

// lightPatience is how long a light job may run. One whose plan was so wrong is stopped and begun again as a heavy one, lest it keep a
// slot from those that are as quick as they should be.
const lightPatience = 3 * time.Second

// Heavy reports whether a job with this plan is a heavy one.
func Heavy(bytes int64, seconds float64) bool { return bytes >= HeavyBytes || seconds >= HeavySeconds }

// lightShare is the part of a worker's memory that its light jobs may take: what they need on all slots, but no more than an
// eighth.
func lightShare(maxMemory int64, slots int) int64 {
	return min(int64(slots)*HeavyBytes, maxMemory/8)
}
