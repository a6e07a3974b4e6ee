package job

// How far ahead of its slots a worker gets light jobs: enough that slots do not wait for the next release, and so little that another
// worker which becomes free finds some. A job of another owner or a higher priority overtakes them there, so plans may be wrong.
const (
	aheadSeconds = 0.05    // of planned work a slot
	aheadJobs    = 512     // a slot: what is on its way through a slow disk needs many of the smallest to keep slots busy
	jobSeconds   = 0.00005 // what a job takes at least: more, and a database at some distance starves the slots of the smallest
)

// room is what a worker can still take.
type room struct {
	worker        Worker
	load          Load
	reserved      Row // a heavy job that waits for memory here; 0: none
	reservedBytes int64
}

// heavyLanes is how many heavy jobs a worker with so many slots runs at once: one slot is always for light jobs.
func heavyLanes(slots int) int { return max(1, slots-1) }

// lightLanes is how many light jobs it runs at once beside so many heavy ones.
func lightLanes(slots, heavy int) int { return max(1, slots-heavy) }

// memory is what the worker's heavy jobs may take together.
func (r *room) memory() int64 { return r.worker.MaxMemory }

func (r *room) freeBytes() int64 { return r.memory() - r.load.HeavyBytes }

// hasLane reports whether the job could start, memory aside. A reservation keeps a lane too.
func (r *room) hasLane(w Waiting) bool {
	if w.heavy() {
		taken := r.load.Heavy
		if r.reserved != 0 && r.reserved != w.Row {
			taken++
		}
		return taken < heavyLanes(r.worker.Slots)
	}
	lanes := lightLanes(r.worker.Slots, r.load.Heavy)
	if r.load.Light < lanes {
		return true
	}
	return r.load.Light < lanes*aheadJobs && r.lightSeconds()+w.Seconds+jobSeconds <= float64(lanes)*aheadSeconds
}

func (r *room) lightSeconds() float64 { return r.load.LightSeconds + float64(r.load.Light)*jobSeconds }

// fits reports whether the job can start here now. Light jobs have memory of their own.
func (r *room) fits(w Waiting) bool {
	if !r.hasLane(w) {
		return false
	}
	if !w.heavy() {
		return true
	}
	kept := int64(0)
	if r.reserved != w.Row {
		kept = r.reservedBytes
	}
	return w.Bytes <= r.freeBytes()-kept
}

// take books a job.
func (r *room) take(w Waiting) {
	if w.heavy() {
		r.load.Heavy++
		r.load.HeavyBytes += w.Bytes
		return
	}
	r.load.Light++
	r.load.LightSeconds += w.Seconds
}

// roomier orders workers for a job that fits both.
func (r *room) roomier(than *room, w Waiting) bool {
	if w.heavy() {
		return r.freeBytes() > than.freeBytes()
	}
	lanes := func(r *room) float64 { return float64(lightLanes(r.worker.Slots, r.load.Heavy)) }
	return r.lightSeconds()*lanes(than) < than.lightSeconds()*lanes(r)
}
