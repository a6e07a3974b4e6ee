package job

import "time"

// How workers show that they are alive. A worker is dead when its heartbeat has stood still for deadAfter, which forgives two lost
// ones.
const (
	heartbeatEvery = 5 * time.Second
	deadAfter      = 15 * time.Second
)

// liveness tells living workers from dead ones. Heartbeats are written by the clocks of their machines, which differ; so it goes by
// when it saw a heartbeat change, on one clock: its own.
type liveness struct{ seen map[string]sighting }

type sighting struct {
	heartbeat time.Time // as the worker wrote it
	at        time.Time // when this value was first seen
	changed   bool      // another value was seen before
}

// observe looks at all registered workers, and tells which are alive and which are certainly dead. One that is seen for the first
// time is neither if its heartbeat looks old.
func (l *liveness) observe(workers []Worker, now time.Time) (alive, dead []Worker) {
	next := make(map[string]sighting, len(workers))
	for _, w := range workers {
		s, known := l.seen[w.ID]
		if !known || !s.heartbeat.Equal(w.HeartbeatAt) {
			s = sighting{heartbeat: w.HeartbeatAt, at: now, changed: known}
		}
		next[w.ID] = s
		switch looksFresh := now.Sub(w.HeartbeatAt) < deadAfter; {
		case now.Sub(s.at) >= deadAfter:
			dead = append(dead, w)
		case s.changed || looksFresh:
			alive = append(alive, w)
		}
	}
	l.seen = next
	return alive, dead
}

// forget makes every worker one that is seen for the first time: after a time in which heartbeats could not arrive, standing still
// says nothing.
func (l *liveness) forget() { l.seen = nil }
