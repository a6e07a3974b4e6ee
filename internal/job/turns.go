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

// turns are jobs that wait, and the order in which they start: for release in the dispatcher, for a lane at a worker.
//
// Priorities take turns by stride scheduling: each has a position that a start moves on by shareUnit/share, and the one furthest
// behind is next. One that had nothing to start does not save its turns up. Within a priority owners take turns, a start each. Within
// an owner jobs start in the order of acceptance, light and heavy ones apart, so that a heavy one that waits for memory holds up no
// light one.
type turns struct {
	known    map[Row]Waiting
	classes  []*class // the largest stride first: it wins where positions are equal, which makes the shares hold in every window
	position int64    // of the last start
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

func newTurns() turns {
	t := turns{known: map[Row]Waiting{}}
	for _, p := range account.Priorities() {
		t.classes = append(t.classes, &class{priority: p, stride: shareUnit / shares[p], lines: map[int64]*line{}})
	}
	slices.SortFunc(t.classes, func(a, b *class) int { return int(b.stride - a.stride) })
	return t
}

// add enters a waiting job. One that is known stays where it is.
func (t *turns) add(w Waiting) {
	if _, ok := t.known[w.Row]; ok {
		return
	}
	t.known[w.Row] = w
	c := t.class(w.Priority)
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
func (t *turns) remove(row Row) {
	w, ok := t.known[row]
	if !ok {
		return
	}
	delete(t.known, row)
	c := t.class(w.Priority)
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
func (t *turns) keep(still map[Row]bool) {
	for row := range t.known {
		if !still[row] {
			t.remove(row)
		}
	}
}

func (t *turns) class(p account.Priority) *class {
	for _, c := range t.classes {
		if c.priority == p {
			return c
		}
	}
	return t.classes[0] // an unknown priority is the lowest
}

func (l *line) lane(w Waiting) *[]Waiting {
	if w.heavy() {
		return &l.heavy
	}
	return &l.light
}

func (w Waiting) heavy() bool { return Heavy(w.Bytes, w.Seconds) }

// next takes out the job that starts next: the first in turn of which the function says that it can. What cannot is not asked for again
// before endRound.
func (t *turns) next(canStart func(Waiting) bool) (w Waiting, ok bool) {
	for _, c := range t.inTurn() {
		if w, ok := c.next(canStart); ok {
			t.take(w)
			return w, true
		}
	}
	return Waiting{}, false
}

// endRound puts back what could not start, to the places that it had.
func (t *turns) endRound() {
	for _, c := range t.classes {
		c.ring = append(c.aside, c.ring...)
		c.aside = nil
	}
}

// inTurn lists the classes, the one furthest behind first.
func (t *turns) inTurn() []*class {
	order := slices.Clone(t.classes)
	slices.SortStableFunc(order, func(a, b *class) int {
		return int(max(a.position, t.position) - max(b.position, t.position))
	})
	return order
}

func (c *class) next(canStart func(Waiting) bool) (w Waiting, ok bool) {
	for len(c.ring) > 0 {
		l := c.ring[0]
		if len(l.light)+len(l.heavy) == 0 {
			l.inRing = false
			c.ring = c.ring[1:]
			continue
		}
		for _, w := range l.heads() {
			if canStart(w) {
				c.ring = append(c.ring[1:], l) // the owner's next turn comes after everybody else's
				return w, true
			}
		}
		c.ring = c.ring[1:]
		c.aside = append(c.aside, l)
	}
	return Waiting{}, false
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

// take takes a job out that starts, and moves its priority on by one start.
func (t *turns) take(w Waiting) {
	c := t.class(w.Priority)
	t.position = max(t.position, c.position)
	c.position = t.position + c.stride
	t.remove(w.Row)
}
