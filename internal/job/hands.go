package job

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Causes with which an attempt is stopped.
var (
	errCancelled  = errors.New("the job was cancelled")
	errSuperseded = errors.New("the job was given to another worker")
	errTimeLimit  = errors.New("the time limit was reached")
	errStopped    = errors.New("the worker stops")
	errTooLong    = errors.New("the job is not as light as planned")
)

// How many attempts a light lane has begun that do not run yet. It is as few as keep the lanes busy, so that the death of the process costs
// few jobs an attempt which did nothing wrong: it doubles when lanes ran dry while a transaction began the next, and falls by one with
// each transaction in which they did not.
const (
	leastAhead = 1
	mostAhead  = 64
)

// hands are the jobs that a runner has in hand: they arrive by the queue, are begun many at a time, wait for a lane, run, and leave when
// the store knows how they ended.
type hands struct {
	r *Runner

	mu       sync.Mutex
	closed   bool         // nothing more is taken
	aborted  bool         // nothing more is run
	arrived  turns        // not yet begun, in the order in which they will be
	lots     map[Row]*lot // of what arrived and of what is just being begun
	starting bool         // a goroutine begins what arrived
	light    []*attempt   // begun, waiting for a lane
	heavy    []*attempt
	running  struct{ light, heavy int }
	ahead    int              // attempts that a light lane begins ahead
	held     map[Row]*attempt // all that are begun
	returned []Row            // begun and to be given up
	empty    chan struct{}    // closed when nothing is in hand; nil where nobody waits for it
}

// lot is what one call of the queue brought.
type lot struct {
	left int
	err  error
	done chan struct{}
}

// attempt is a job that was begun.
type attempt struct {
	Started
	lot    *lot
	long   bool      // it was taken for a light one, and is not
	at     time.Time // when it was begun
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (a *attempt) isHeavy() bool { return a.long || Heavy(a.Plan.Bytes, a.Plan.Seconds) }

// apart reports whether the job runs in a process of its own: also one that may have taken its worker with it before.
func (a *attempt) apart() bool { return a.isHeavy() || a.Lost > 0 }

func newHands(r *Runner) *hands {
	return &hands{r: r, arrived: newTurns(), lots: map[Row]*lot{}, held: map[Row]*attempt{}, ahead: leastAhead}
}

// receive takes released jobs in hand and returns when all of them have left it. It is what the queue calls.
func (h *hands) receive(ctx context.Context, jobs []Released) error {
	l := &lot{left: len(jobs), done: make(chan struct{})}
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return errStopped
	}
	for _, j := range jobs {
		if h.hasNow(j.Row) { // the queue may bring one twice
			l.left--
			continue
		}
		h.lots[j.Row] = l
		h.arrived.add(Waiting{Row: j.Row, OwnerID: j.OwnerID, Priority: j.Priority})
	}
	if l.left == 0 {
		h.mu.Unlock()
		return nil
	}
	h.startMore()
	h.mu.Unlock()
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start begins what arrived as far as lanes will soon be free for it: what comes in the meantime goes into the next transaction. Who makes room
// starts it again.
func (h *hands) start(ctx context.Context) {
	for {
		rows := h.nextRows()
		if len(rows) == 0 {
			return
		}
		once, cancel := context.WithTimeout(ctx, storePatience)
		begun, err := h.r.Store.Start(once, h.r.self.ID, rows, h.r.now())
		cancel()
		h.begin(ctx, rows, begun, err)
	}
}

// nextRows takes out of what arrived what is begun next. None: nothing is begun any more until start is called again.
func (h *hands) nextRows() (rows []Row) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed { // stopping returns what arrived to the waiting
		for row := range h.arrived.known {
			h.leave(h.lotOf(row), errStopped)
		}
		h.arrived = newTurns()
	}
	for range h.mayBegin() {
		w, ok := h.arrived.next(func(Waiting) bool { return true })
		if !ok {
			break
		}
		rows = append(rows, w.Row)
	}
	if len(rows) == 0 {
		h.starting = false
		h.checkEmpty()
	}
	return rows
}

// mayBegin is how many more attempts may be begun now. Which of them are heavy nobody knows yet; there are no more than lanes for them.
// The caller holds mu.
func (h *hands) mayBegin() int {
	lanes := lightLanes(h.r.self.Slots, h.running.heavy)
	return max(0, lanes*(1+h.ahead)-len(h.light)-h.running.light)
}

// startMore has start run where there is something to begin. The caller holds mu.
func (h *hands) startMore() {
	if !h.starting && len(h.arrived.known) > 0 && (h.closed || h.mayBegin() > 0) {
		h.starting = true
		go h.start(context.Background()) // jobs in hand outlive the call that brought them
	}
}

// begin enters what the store has begun and lets go of the rest: jobs that were cancelled or swept in the meantime or, after an error,
// all of them: the queue brings them again.
func (h *hands) begin(ctx context.Context, rows []Row, begun []Started, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.light) == 0 && h.running.light < lightLanes(h.r.self.Slots, h.running.heavy) && len(h.arrived.known) > 0 {
		h.ahead = min(2*h.ahead, mostAhead)
	} else {
		h.ahead = max(h.ahead-1, leastAhead)
	}
	if err != nil {
		h.r.Log.Warn("released jobs could not be begun and are tried again", "jobs", len(rows), "error", err)
	}
	byRow := make(map[Row]Started, len(begun))
	for _, s := range begun {
		byRow[s.Row] = s
	}
	for _, row := range rows {
		l := h.lotOf(row)
		s, ok := byRow[row]
		if !ok {
			h.leave(l, err)
			continue
		}
		a := &attempt{Started: s, lot: l, at: h.r.now()}
		a.ctx, a.cancel = context.WithCancelCause(ctx)
		h.held[s.Row] = a
		if a.isHeavy() {
			h.heavy = append(h.heavy, a)
		} else {
			h.light = append(h.light, a)
		}
	}
	h.pump()
}

// pump lets begun jobs run while there are lanes. The caller holds mu.
func (h *hands) pump() {
	if h.aborted {
		for _, a := range slices.Concat(h.light, h.heavy) {
			h.letGo(a, true)
		}
		h.light, h.heavy = nil, nil
		return
	}
	slots := h.r.self.Slots
	for len(h.heavy) > 0 && h.running.heavy < heavyLanes(slots) {
		a := h.heavy[0]
		h.heavy = h.heavy[1:]
		h.running.heavy++
		go h.run(a, &h.running.heavy, max(1, slots/h.running.heavy))
	}
	for len(h.light) > 0 && h.running.light < lightLanes(slots, h.running.heavy) {
		a := h.light[0]
		h.light = h.light[1:]
		h.running.light++
		go h.run(a, &h.running.light, 1)
	}
	if len(h.light) <= lightLanes(slots, h.running.heavy)*h.ahead/2 { // several at a time
		h.startMore()
	}
}

// run runs an attempt in a lane and hands its outcome on.
func (h *hands) run(a *attempt, lane *int, threads int) {
	outcome, ended := h.r.attempt(a, threads)
	h.mu.Lock()
	defer h.mu.Unlock()
	*lane--
	defer h.pump()
	if !ended && context.Cause(a.ctx) == nil { // it was stopped for taking too long
		a.long = true
		h.heavy = append(h.heavy, a)
		return
	}
	a.cancel(nil)
	if ended {
		h.r.results.put(outcome, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.letGo(a, false)
		})
	} else {
		h.letGo(a, errors.Is(context.Cause(a.ctx), errStopped))
	}
}

// letGo takes an attempt out of hand; giveUp: its job goes back to the waiting. The caller holds mu.
func (h *hands) letGo(a *attempt, giveUp bool) {
	delete(h.held, a.Row)
	if giveUp {
		h.returned = append(h.returned, a.Row)
	}
	h.leave(a.lot, nil)
	h.checkEmpty()
}

// lotOf gives the lot of a job that has arrived, which it has no longer from then on. The caller holds mu.
func (h *hands) lotOf(row Row) *lot {
	l := h.lots[row]
	delete(h.lots, row)
	return l
}

// leave takes one job out of its lot. The caller holds mu.
func (h *hands) leave(l *lot, err error) {
	if err != nil {
		l.err = err
	}
	if l.left--; l.left == 0 {
		close(l.done)
	}
}

// attempts lists what is begun and not yet out of hand.
func (h *hands) attempts() []*attempt {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*attempt, 0, len(h.held))
	for _, a := range h.held {
		all = append(all, a)
	}
	return all
}

// has reports whether a job is in hand, begun or arrived.
func (h *hands) has(row Row) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hasNow(row)
}

// hasNow is has for those who hold mu.
func (h *hands) hasNow(row Row) bool { return h.held[row] != nil || h.lots[row] != nil }

// anyOlder reports whether an attempt was begun before the time.
func (h *hands) anyOlder(than time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.held {
		if a.at.Before(than) {
			return true
		}
	}
	return false
}

// close takes nothing more.
func (h *hands) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.startMore() // which lets go of what arrived
}

func (h *hands) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// abort stops all that runs and lets go of what waits for a lane.
func (h *hands) abort() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.aborted = true
	for _, a := range h.held {
		a.cancel(errStopped)
	}
	h.pump()
}

// left are the jobs that were begun here and go back to the waiting.
func (h *hands) left() []Row {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := slices.Clone(h.returned)
	for row := range h.held {
		left = append(left, row)
	}
	return left
}

// wait waits until nothing is in hand, or for ctx's end.
func (h *hands) wait(ctx context.Context) {
	h.mu.Lock()
	empty := make(chan struct{})
	h.empty = empty
	h.checkEmpty()
	h.mu.Unlock()
	select {
	case <-empty:
	case <-ctx.Done():
	}
}

// checkEmpty wakes who waits for nothing being in hand. The caller holds mu.
func (h *hands) checkEmpty() {
	if h.empty != nil && len(h.held) == 0 && len(h.arrived.known) == 0 && !h.starting {
		close(h.empty)
		h.empty = nil
	}
}
