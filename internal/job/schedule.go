package job

import (
	"slices"

	"github.com/softquantus/qcos/internal/account"
)

// shares are how the starts are divided among the priorities while all of them have jobs that could start. Out of twenty starts
// in a row low has one.
var shares = map[account.Priority]int64{account.High: 14, account.Normal: 5, account.Low: 1}

// shareUnit is divisible by all shares.
const shareUnit = 140

// scheduler decides which waiting job starts next, and where. It is pure: waiting jobs and the room of the workers go in, placements
// come out; it knows no clock and no store.
//
// Priorities take turns by stride scheduling: each has a position that a start moves on by shareUnit/share, and the one furthest
// behind is next. One that had nothing to start does not save its turns up. Within a priority owners take turns, a start each. Within
// an owner jobs start in the order of acceptance, light and heavy ones apart, so that a heavy one that waits for memory holds up no
// light one.
//
// A heavy job whose turn it is and that only lacks memory gets a reservation on a worker: from then on other heavy jobs start there
// only if they leave it its place. So it is overtaken by nothing that delays it.
type scheduler struct {
	known    map[Row]Waiting
	classes  []*class // the largest stride first: it wins where positions are equal, which makes the shares hold in every window
	position int64    // of the last start
	reserved map[string]Row
}

// class is a priority.
type class struct {
	priority         account.Priority
	stride, position int64
	lines            map[int64]*line // by owner
	ring             []*line         // whose turn it is, the first first
	aside            []*line         // those of the ring that cannot start anything in this round
}

// line is an owner's waiting jobs of one priority, in the order of acceptance.
type line struct {
	owner        int64
	light, heavy []Waiting
	inRing       bool
}

func newScheduler() *scheduler {
	s := &scheduler{known: map[Row]Waiting{}, reserved: map[string]Row{}}
	for _, p := range account.Priorities() {
		s.classes = append(s.classes, &class{priority: p, stride: shareUnit / shares[p], lines: map[int64]*line{}})
	}
	slices.SortFunc(s.classes, func(a, b *class) int { return int(b.stride - a.stride) })
	return s
}

// add enters a waiting job. One that is known stays where it is.
func (s *scheduler) add(w Waiting) {
	if _, ok := s.known[w.Row]; ok {
		return
	}
	s.known[w.Row] = w
	c := s.class(w.Priority)
	l := c.lines[w.OwnerID]
	if l == nil {
		l = &line{owner: w.OwnerID}
		c.lines[w.OwnerID] = l
	}
	lane := l.lane(w)
	at, _ := slices.BinarySearchFunc(*lane, w.Row, func(a Waiting, row Row) int { return int(a.Row - row) })
	*lane = slices.Insert(*lane, at, w)
	if !l.inRing {
		l.inRing = true
		c.ring = append(c.ring, l)
	}
}

// remove takes a job out that does not wait any more.
func (s *scheduler) remove(row Row) {
	w, ok := s.known[row]
	if !ok {
		return
	}
	delete(s.known, row)
	for id, r := range s.reserved {
		if r == row {
			delete(s.reserved, id)
		}
	}
	c := s.class(w.Priority)
	l := c.lines[w.OwnerID]
	lane := l.lane(w)
	if (*lane)[0].Row == row {
		*lane = (*lane)[1:]
	} else {
		*lane = slices.DeleteFunc(*lane, func(x Waiting) bool { return x.Row == row })
	}
	if len(l.light)+len(l.heavy) == 0 {
		delete(c.lines, w.OwnerID) // it leaves the ring when its turn comes
	}
}

// keep forgets all jobs but those for which still says that they wait.
func (s *scheduler) keep(still map[Row]bool) {
	for row := range s.known {
		if !still[row] {
			s.remove(row)
		}
	}
}

func (s *scheduler) class(p account.Priority) *class {
	for _, c := range s.classes {
		if c.priority == p {
			return c
		}
	}
	return s.classes[0] // an unknown priority is the lowest
}

func (l *line) lane(w Waiting) *[]Waiting {
	if w.heavy() {
		return &l.heavy
	}
	return &l.light
}

func (w Waiting) heavy() bool { return Heavy(w.Bytes, w.Seconds) }

// place gives out the room there is and lists what starts where, in order. The rooms are changed by it. What is placed waits no more.
func (s *scheduler) place(rooms []*room) []Placement {
	var out []Placement
	s.dropReservations(rooms)
	for {
		row, to := s.next(rooms)
		if to == nil {
			break
		}
		w := s.known[row]
		for _, r := range rooms { // it may have had a reservation, here or elsewhere
			if r.reserved == row {
				r.reserved, r.reservedBytes = 0, 0
			}
		}
		to.take(w)
		s.charge(w)
		s.remove(row)
		out = append(out, Placement{Row: row, Worker: to.worker.ID})
	}
	for _, c := range s.classes {
		c.ring = append(c.aside, c.ring...)
		c.aside = nil
	}
	return out
}

// dropReservations forgets those on workers that are gone and marks the others in the rooms.
func (s *scheduler) dropReservations(rooms []*room) {
	gone := map[string]bool{}
	for id := range s.reserved {
		gone[id] = true
	}
	for _, r := range rooms {
		delete(gone, r.worker.ID)
		if row, ok := s.reserved[r.worker.ID]; ok {
			r.reserved = row
			r.reservedBytes = s.known[row].Bytes
		}
	}
	for id := range gone {
		delete(s.reserved, id)
	}
}

// next finds the job that starts next; nil: nothing can.
func (s *scheduler) next(rooms []*room) (Row, *room) {
	for _, r := range rooms { // those with a reservation have had their turn
		if r.reserved != 0 && r.fits(s.known[r.reserved]) {
			return r.reserved, r
		}
	}
	for _, c := range s.inTurn() {
		if row, r := s.nextOf(c, rooms); r != nil {
			return row, r
		}
	}
	return 0, nil
}

// inTurn lists the classes, the one furthest behind first.
func (s *scheduler) inTurn() []*class {
	order := slices.Clone(s.classes)
	slices.SortStableFunc(order, func(a, b *class) int {
		return int(max(a.position, s.position) - max(b.position, s.position))
	})
	return order
}

func (s *scheduler) nextOf(c *class, rooms []*room) (Row, *room) {
	for len(c.ring) > 0 {
		l := c.ring[0]
		if len(l.light)+len(l.heavy) == 0 {
			l.inRing = false
			c.ring = c.ring[1:]
			continue
		}
		for _, w := range l.heads() {
			if r := s.roomFor(w, rooms); r != nil {
				c.ring = append(c.ring[1:], l) // the owner's next turn comes after everybody else's
				return w.Row, r
			}
		}
		c.ring = c.ring[1:]
		c.aside = append(c.aside, l)
	}
	return 0, nil
}

// heads are the first jobs of both lanes, the one accepted first first.
func (l *line) heads() []Waiting {
	var h []Waiting
	if len(l.light) > 0 {
		h = append(h, l.light[0])
	}
	if len(l.heavy) > 0 {
		h = append(h, l.heavy[0])
	}
	if len(h) == 2 && h[1].Row < h[0].Row {
		h[0], h[1] = h[1], h[0]
	}
	return h
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

// charge moves the job's priority on by one start.
func (s *scheduler) charge(w Waiting) {
	c := s.class(w.Priority)
	s.position = max(s.position, c.position)
	c.position = s.position + c.stride
}
