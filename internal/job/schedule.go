package job

// scheduler decides which waiting job starts next, and where. It is pure: waiting jobs and the room of the workers go in, placements
// come out; it knows no clock and no store.
//
// A heavy job whose turn it is and that only lacks memory gets a reservation on a worker: from then on other heavy jobs start there
// only if they leave it its place. So it is overtaken by nothing that delays it.
type scheduler struct {
	turns
	reserved map[string]Row // by worker
}

func newScheduler() *scheduler { return &scheduler{turns: newTurns(), reserved: map[string]Row{}} }

// place gives out the room there is and lists what starts where, in order. The rooms are changed by it. What is placed waits no more.
func (s *scheduler) place(rooms []*room) []Placement {
	var out []Placement
	s.dropReservations(rooms)
	for {
		w, to := s.start(rooms)
		if to == nil {
			break
		}
		for _, r := range rooms { // it may have had a reservation, here or elsewhere
			if r.reserved == w.Row {
				r.reserved, r.reservedBytes = 0, 0
			}
		}
		to.take(w)
		out = append(out, Placement{Row: w.Row, Worker: to.worker.ID})
	}
	s.endRound()
	return out
}

// dropReservations forgets those on workers that are gone and of jobs that wait no more, and marks the others in the rooms.
func (s *scheduler) dropReservations(rooms []*room) {
	kept := map[string]Row{}
	for _, r := range rooms {
		row, ok := s.reserved[r.worker.ID]
		if w, waits := s.known[row]; ok && waits {
			kept[r.worker.ID] = row
			r.reserved, r.reservedBytes = row, w.Bytes
		}
	}
	s.reserved = kept
}

// start takes out the job that starts next, and says where; nil: nothing can.
func (s *scheduler) start(rooms []*room) (w Waiting, to *room) {
	for _, r := range rooms { // those with a reservation have had their turn
		if w := s.known[r.reserved]; r.reserved != 0 && r.fits(w) {
			s.take(w)
			return w, r
		}
	}
	w, _ = s.next(func(w Waiting) bool {
		to = s.roomFor(w, rooms)
		return to != nil
	})
	return w, to
}

// roomFor picks the worker for a job: the one with the most room. A heavy job that lacks memory only gets a reservation instead.
func (s *scheduler) roomFor(w Waiting, rooms []*room) *room {
	var best, later *room
	for _, r := range rooms {
		switch {
		case r.fits(w):
			if best == nil || r.roomier(best, w) {
				best = r
			}
		case w.heavy() && r.reserved == 0 && w.Bytes <= r.memory() && r.hasLane(w):
			if later == nil || r.freeBytes() > later.freeBytes() {
				later = r
			}
		}
	}
	if best == nil && later != nil && !s.hasReservation(w.Row) {
		s.reserved[later.worker.ID] = w.Row
		later.reserved, later.reservedBytes = w.Row, w.Bytes
	}
	return best
}

func (s *scheduler) hasReservation(row Row) bool {
	for _, r := range s.reserved {
		if r == row {
			return true
		}
	}
	return false
}
