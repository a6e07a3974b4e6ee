package job

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

// farm is a scheduler with workers that run what it places, and checks what must always hold.
type farm struct {
	*testing.T
	*rand.Rand
	sched   *scheduler
	workers []Worker
	running []started
	waiting map[Row]Waiting
	last    Row
}

type started struct {
	Waiting
	worker string
}

func newFarm(t *testing.T, workers ...Worker) *farm {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &farm{T: t, Rand: rand.New(rand.NewPCG(seed, 0)), sched: newScheduler(), workers: workers, waiting: map[Row]Waiting{}}
}

func (f *farm) add(owner int64, p account.Priority, bytes int64) Row {
	f.last++
	w := Waiting{Row: f.last, OwnerID: owner, Priority: p, Bytes: bytes}
	f.waiting[w.Row] = w
	f.sched.add(w)
	return w.Row
}

func (f *farm) rooms() []*room {
	var rooms []*room
	for _, w := range f.workers {
		r := &room{worker: w}
		for _, x := range f.running {
			if x.worker == w.ID {
				r.take(x.Waiting)
			}
		}
		rooms = append(rooms, r)
	}
	return rooms
}

// place lets the scheduler place what it can, and checks it.
func (f *farm) place() []started {
	f.Helper()
	var out []started
	for _, p := range f.sched.place(f.rooms()) {
		w, ok := f.waiting[p.Row]
		if !ok {
			f.Fatalf("job %d was placed and does not wait", p.Row)
		}
		delete(f.waiting, p.Row)
		out = append(out, started{w, p.Worker})
	}
	f.running = append(f.running, out...)
	for _, w := range f.workers {
		var bytes int64
		heavy := 0
		for _, x := range f.running {
			if x.worker == w.ID && x.heavy() {
				bytes, heavy = bytes+x.Bytes, heavy+1
			}
		}
		if bytes > w.MaxMemory || heavy > heavyLanes(w.Slots) {
			f.Fatalf("worker %s runs %d heavy jobs of %d bytes, it has %d lanes and %d bytes", w.ID, heavy, bytes, heavyLanes(w.Slots), w.MaxMemory)
		}
	}
	return out
}

// finish ends a running job, any one.
func (f *farm) finish() {
	if len(f.running) > 0 {
		i := f.IntN(len(f.running))
		f.running = slices.Delete(f.running, i, i+1)
	}
}

// single is a worker that takes one light job at a time: what is placed is a sequence of starts.
func (f *farm) startOne() started {
	f.Helper()
	f.running = nil
	rooms := f.rooms()
	for _, r := range rooms {
		r.load.Light, r.load.LightSeconds = lightLanes(r.worker.Slots, 0)-1, aheadSeconds*float64(r.worker.Slots)
	}
	got := f.sched.place(rooms)
	if len(got) != 1 {
		f.Fatalf("%d jobs were placed, want 1", len(got))
	}
	w := f.waiting[got[0].Row]
	delete(f.waiting, w.Row)
	return started{w, got[0].Worker}
}

var oneSlot = Worker{ID: "w", Slots: 1, MaxMemory: 1 << 30}

func TestPrioritiesShareTheStarts(t *testing.T) {
	f := newFarm(t, oneSlot)
	for range 400 {
		for _, p := range account.Priorities() {
			f.add(f.Int64N(5), p, 0)
		}
	}
	var starts []account.Priority
	for range 400 {
		starts = append(starts, f.startOne().Priority)
	}
	for i := range len(starts) - 20 {
		n := map[account.Priority]int{}
		for _, p := range starts[i : i+20] {
			n[p]++
		}
		if n[account.High] != 14 || n[account.Normal] != 5 || n[account.Low] != 1 {
			t.Fatalf("starts %d to %d: %v", i, i+20, n)
		}
	}
}

// TestLowStartsOnceInTwenty: however the others come and go, a low job that waits is among the next twenty starts.
func TestLowStartsOnceInTwenty(t *testing.T) {
	f := newFarm(t, oneSlot)
	others := 0
	n := map[account.Priority]int{}
	for range 20_000 {
		for _, p := range account.Priorities() {
			if n[p] < 3 && f.IntN(3) > 0 {
				f.add(f.Int64N(3), p, 0)
				n[p]++
			}
		}
		if len(f.waiting) == 0 {
			continue
		}
		lowWaits := n[account.Low] > 0
		p := f.startOne().Priority
		n[p]--
		if p == account.Low || !lowWaits {
			others = 0
		} else if others++; others >= 20 {
			t.Fatalf("%d starts in a row left the low ones waiting", others)
		}
	}
}

func TestOwnersTakeTurns(t *testing.T) {
	f := newFarm(t, oneSlot)
	for range 10_000 {
		f.add(1, account.Normal, 0)
	}
	for range 50 {
		f.startOne()
	}
	single := f.add(2, account.Normal, 0)
	first, second := f.startOne(), f.startOne()
	if first.Row != single && second.Row != single {
		t.Fatalf("the single job of another owner is behind %v and %v", first, second)
	}
	for owner := range int64(7) {
		for range 100 {
			f.add(10+owner, account.Normal, 0)
		}
	}
	starts := map[int64]int{}
	lastRow := map[int64]Row{}
	for range 8 * 20 {
		s := f.startOne()
		starts[s.OwnerID]++
		if s.Row < lastRow[s.OwnerID] {
			t.Fatalf("owner %d: job %d after %d", s.OwnerID, s.Row, lastRow[s.OwnerID])
		}
		lastRow[s.OwnerID] = s.Row
	}
	for owner, n := range starts {
		if n != 20 {
			t.Errorf("owner %d had %d of 160 starts, want 20", owner, n)
		}
	}
}

// TestEverythingStartsOnce runs random jobs on random workers until all have started. place checks memory and lanes.
func TestEverythingStartsOnce(t *testing.T) {
	for range 50 {
		var workers []Worker
		for i := range 1 + rand.IntN(3) {
			workers = append(workers, Worker{ID: fmt.Sprint("w", i), Slots: 1 + rand.IntN(8), MaxMemory: int64(1+rand.IntN(16)) << 30})
		}
		f := newFarm(t, workers...)
		largest := slices.MaxFunc(workers, func(a, b Worker) int { return int(a.MaxMemory>>20 - b.MaxMemory>>20) }).MaxMemory
		const jobs = 500
		placed := 0
		for step := 0; placed < jobs; step++ {
			if step > 100*jobs {
				t.Fatalf("%d jobs wait for ever: %v", len(f.waiting), f.waiting)
			}
			if f.last < jobs && f.IntN(2) == 0 {
				bytes := int64(0)
				if f.IntN(3) == 0 {
					bytes = HeavyBytes + f.Int64N(largest-HeavyBytes+1)
				}
				f.add(f.Int64N(6), account.Priorities()[f.IntN(3)], bytes)
			}
			placed += len(f.place())
			if f.IntN(2) == 0 {
				f.finish()
			}
		}
		if len(f.sched.known) != 0 {
			t.Fatalf("the scheduler still knows %d jobs", len(f.sched.known))
		}
	}
}

// TestLargeJobIsNotOvertaken: once a large job waits for memory, no heavy job starts that would make it wait longer than for those that
// ran already; light ones go on.
func TestLargeJobIsNotOvertaken(t *testing.T) {
	f := newFarm(t, Worker{ID: "w", Slots: 8, MaxMemory: 16 << 30})
	for range 4 {
		f.add(1, account.Low, 4<<30)
	}
	if n := len(f.place()); n != 4 {
		t.Fatalf("%d of 4 jobs that fit were placed", n)
	}
	large := f.add(2, account.Low, 12<<30)
	f.place()
	for i := range 200 { // a stream of more important ones that would fit into what becomes free
		f.add(3, account.High, 3<<30)
		f.add(4, account.High, 0)
		if i == 2 || i == 5 || i == 8 { // while high has the turns
			f.running = slices.Delete(f.running, 0, 1) // one of the first four
		}
		startedNow := f.place()
		if !slices.ContainsFunc(startedNow, func(s started) bool { return s.OwnerID == 4 }) {
			t.Fatalf("step %d: no light job started", i)
		}
		f.running = slices.DeleteFunc(f.running, func(s started) bool { return s.OwnerID == 4 })
		if slices.ContainsFunc(startedNow, func(s started) bool { return s.Row == large }) {
			if i != 8 {
				t.Fatalf("the large job started at step %d", i)
			}
			return
		}
	}
	t.Fatal("the large job did not start when there was room")
}

// TestHeavyJobsLeaveASlot: long jobs never keep a light one from starting.
func TestHeavyJobsLeaveASlot(t *testing.T) {
	for _, slots := range []int{1, 2, 5} {
		f := newFarm(t, Worker{ID: "w", Slots: slots, MaxMemory: 1 << 40})
		for range 10 {
			f.add(1, account.High, HeavyBytes)
		}
		if n := len(f.place()); n != heavyLanes(slots) {
			t.Errorf("%d slots: %d heavy jobs were placed", slots, n)
		}
		f.add(2, account.Low, 0)
		if n := len(f.place()); n != 1 {
			t.Errorf("%d slots: %d light jobs were placed beside heavy ones", slots, n)
		}
	}
}

// TestReleasedAheadIsLittle: what is placed at once is a moment's work, so that priorities stay live.
func TestReleasedAheadIsLittle(t *testing.T) {
	f := newFarm(t, Worker{ID: "w", Slots: 2, MaxMemory: 1 << 30})
	for range 1000 {
		f.last++
		w := Waiting{Row: f.last, OwnerID: 1, Priority: account.Low, Seconds: 0.02}
		f.waiting[w.Row] = w
		f.sched.add(w)
	}
	if n := len(f.place()); n < 2 || float64(n)*0.02 > 2*aheadSeconds+0.02 {
		t.Errorf("%d jobs of 20 ms were placed on 2 slots", n)
	}
}

func TestJobsThatLeaveAreForgotten(t *testing.T) {
	f := newFarm(t, Worker{ID: "w", Slots: 8, MaxMemory: 4 << 30})
	f.add(1, account.Low, 4<<30)
	f.place()
	large := f.add(2, account.Low, 3<<30)
	rest := f.add(2, account.Low, 1<<30)
	if n := len(f.place()); n != 0 {
		t.Fatalf("%d jobs were placed where there is no memory", n)
	}
	f.running = nil
	f.sched.keep(map[Row]bool{rest: true}) // the large one was cancelled, and its reservation with it
	delete(f.waiting, large)
	if got := f.place(); len(got) != 1 || got[0].Row != rest {
		t.Fatalf("placed %v, want job %d", got, rest)
	}
}
