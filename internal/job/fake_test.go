package job

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

// fakeStore is a store in memory, with a queue and notices: the simplest thing that keeps what Store promises. fail, where it is not
// nil, decides before each call whether it fails.
type fakeStore struct {
	Store // the methods that these tests do not need panic

	mu       sync.Mutex
	last     Row
	jobs     map[Row]*Job
	circuits map[Row][]byte
	results  map[Row][]byte
	ends     map[Row]int // how often a job ended
	workers  map[string]Worker
	holder   string
	term     int64
	until    time.Time
	queues   map[string]chan []Released
	fail     func(method string) error

	watchers map[chan struct{}]string // "work" or "cancels"
}

func newFakeStore() *fakeStore {
	return &fakeStore{
		jobs: map[Row]*Job{}, circuits: map[Row][]byte{}, results: map[Row][]byte{}, ends: map[Row]int{},
		workers: map[string]Worker{}, queues: map[string]chan []Released{}, watchers: map[chan struct{}]string{},
	}
}

var errAway = errors.New("the store is away")

// enter begins a call.
func (s *fakeStore) enter(method string) error {
	s.mu.Lock()
	if s.fail != nil {
		if err := s.fail(method); err != nil {
			s.mu.Unlock()
			return err
		}
	}
	return nil
}

func (s *fakeStore) notify(kind string) {
	for c, k := range s.watchers {
		if k == kind {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
}

func (s *fakeStore) watch(kind string) (<-chan struct{}, func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{}, 1)
	s.watchers[c] = kind
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, c)
	}, nil
}

func (s *fakeStore) Work(context.Context) (<-chan struct{}, func(), error) { return s.watch("work") }

func (s *fakeStore) Cancels(context.Context) (<-chan struct{}, func(), error) {
	return s.watch("cancels")
}

func (s *fakeStore) Finished(context.Context) (<-chan Row, func(), error) {
	return nil, func() {}, nil
}

// submit enters a job.
func (s *fakeStore) submit(j Job, circuit string) Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	j.Row, j.Status = s.last, api.StatusQueued
	if j.Priority == 0 {
		j.Priority = account.Normal
	}
	if j.Shots == 0 {
		j.Shots = 16
	}
	s.jobs[j.Row], s.circuits[j.Row] = &j, Pack([]byte(circuit))
	s.notify("work")
	return j.Row
}

func (s *fakeStore) job(row Row) Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.jobs[row]
}

func (s *fakeStore) Lead(_ context.Context, holder string, now, until time.Time) (int64, bool, error) {
	if err := s.enter("Lead"); err != nil {
		return 0, false, err
	}
	defer s.mu.Unlock()
	if s.holder != holder {
		if now.Before(s.until) {
			return 0, false, nil
		}
		s.holder = holder
		s.term++
	}
	s.until = until
	return s.term, true, nil
}

func (s *fakeStore) rows() []Row {
	var rows []Row
	for row := range s.jobs {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	return rows
}

func (s *fakeStore) Waiting(_ context.Context, after Row, limit int) ([]Waiting, error) {
	if err := s.enter("Waiting"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []Waiting
	for _, row := range s.rows() {
		j := s.jobs[row]
		if row > after && j.Status == api.StatusQueued && j.Worker == "" && len(out) < limit {
			out = append(out, Waiting{Row: row, OwnerID: j.OwnerID, Priority: j.Priority, Bytes: j.Plan.Bytes, Seconds: j.Plan.Seconds})
		}
	}
	return out, nil
}

func (s *fakeStore) Loads(context.Context) ([]Load, error) {
	if err := s.enter("Loads"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	byWorker := map[string]*Load{}
	for _, j := range s.jobs {
		if j.Worker == "" || j.Status.Finished() {
			continue
		}
		l := byWorker[j.Worker]
		if l == nil {
			l = &Load{Worker: j.Worker}
			byWorker[j.Worker] = l
		}
		if Heavy(j.Plan.Bytes, j.Plan.Seconds) {
			l.Heavy, l.HeavyBytes = l.Heavy+1, l.HeavyBytes+j.Plan.Bytes
		} else {
			l.Light, l.LightSeconds = l.Light+1, l.LightSeconds+j.Plan.Seconds
		}
	}
	var out []Load
	for _, l := range byWorker {
		out = append(out, *l)
	}
	return out, nil
}

func (s *fakeStore) queue(worker string) chan []Released {
	if s.queues[worker] == nil {
		s.queues[worker] = make(chan []Released, 10_000)
	}
	return s.queues[worker]
}

func (s *fakeStore) Release(_ context.Context, term int64, to []Placement, at time.Time) error {
	if err := s.enter("Release"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if term != s.term {
		return ErrSuperseded
	}
	lots := map[string][]Released{}
	for _, p := range to {
		if _, there := s.workers[p.Worker]; !there {
			continue
		}
		if j := s.jobs[p.Row]; j.Status == api.StatusQueued && j.Worker == "" {
			j.Worker, j.ReleasedAt = p.Worker, at
			lots[p.Worker] = append(lots[p.Worker], Released{p.Row, j.OwnerID, j.Priority})
		}
	}
	for w, jobs := range lots {
		s.queue(w) <- jobs
	}
	return nil
}

func (s *fakeStore) Start(_ context.Context, worker string, rows []Row, at time.Time) ([]Started, error) {
	if err := s.enter("Start"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []Started
	for _, row := range rows {
		j := s.jobs[row]
		if j.Status != api.StatusQueued || j.Worker != worker {
			continue
		}
		j.Status, j.StartedAt = api.StatusProcessing, at
		j.Attempt++
		out = append(out, Started{Job: *j, Circuit: s.circuits[row]})
	}
	if s.fail != nil {
		if err := s.fail("after Start"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *fakeStore) Finish(_ context.Context, outcomes []Outcome) ([]Row, error) {
	if err := s.enter("Finish"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var superseded []Row
	for _, o := range outcomes {
		j := s.jobs[o.Row]
		if j.Status != api.StatusProcessing || j.Attempt != o.Attempt {
			superseded = append(superseded, o.Row)
			continue
		}
		s.end(j, o.Status, o.Failure, o.At)
		s.results[o.Row] = bytes.Clone(o.Result)
	}
	s.notify("work")
	return superseded, nil
}

func (s *fakeStore) end(j *Job, status api.Status, f *Failure, at time.Time) {
	j.Status, j.Failure, j.CompletedAt = status, f, at
	s.ends[j.Row]++
}

func (s *fakeStore) wait(j *Job) {
	j.Status, j.Worker, j.ReleasedAt = api.StatusQueued, "", time.Time{}
	s.notify("work")
}

func (s *fakeStore) GiveUp(_ context.Context, worker string, rows []Row) error {
	if err := s.enter("GiveUp"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, row := range rows {
		if j := s.jobs[row]; j.Worker == worker && !j.Status.Finished() {
			s.wait(j)
		}
	}
	return nil
}

func (s *fakeStore) Held(_ context.Context, worker string) ([]Held, error) {
	if err := s.enter("Held"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []Held
	for _, row := range s.rows() {
		if j := s.jobs[row]; j.Worker == worker && !j.Status.Finished() {
			out = append(out, Held{Row: row, Attempt: j.Attempt, Begun: j.Status == api.StatusProcessing, Cancel: !j.CancelAt.IsZero()})
		}
	}
	return out, nil
}

func (s *fakeStore) Circuit(_ context.Context, row Row) ([]byte, error) {
	if err := s.enter("Circuit"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.circuits[row], nil
}

func (s *fakeStore) cancel(row Row, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.jobs[row]; j.Status == api.StatusQueued {
		s.end(j, api.StatusCancelled, nil, at)
	} else if j.CancelAt = at; j.Status == api.StatusProcessing {
		s.notify("cancels")
	}
}

func (s *fakeStore) Heartbeat(_ context.Context, w Worker) error {
	if err := s.enter("Heartbeat"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.workers[w.ID] = w
	s.notify("work")
	return nil
}

func (s *fakeStore) Workers(_ context.Context, since time.Time) ([]Worker, error) {
	if err := s.enter("Workers"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []Worker
	for _, w := range s.workers {
		if !w.HeartbeatAt.Before(since) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b Worker) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
	return out, nil
}

func (s *fakeStore) Leave(_ context.Context, id string) error {
	if err := s.enter("Leave"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	delete(s.workers, id)
	for _, j := range s.jobs {
		if j.Worker == id && !j.Status.Finished() {
			s.wait(j)
		}
	}
	return nil
}

func (s *fakeStore) Sweep(_ context.Context, dead []Worker, maxLost int, at time.Time) (int, error) {
	if err := s.enter("Sweep"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	for _, w := range dead {
		if s.workers[w.ID].HeartbeatAt.Equal(w.HeartbeatAt) {
			delete(s.workers, w.ID)
		}
	}
	n := 0
	for _, j := range s.jobs {
		if _, alive := s.workers[j.Worker]; alive || j.Worker == "" || j.Status.Finished() {
			continue
		}
		n++
		switch begun := j.Status == api.StatusProcessing; {
		case !j.CancelAt.IsZero():
			s.end(j, api.StatusCancelled, nil, at)
		case begun && j.Lost+1 >= maxLost:
			j.Lost++
			s.end(j, api.StatusFailed, &Failure{Code: api.CodeWorkerLost}, at)
		case begun:
			j.Lost++
			s.wait(j)
		default:
			s.wait(j)
		}
	}
	return n, nil
}

// fakeQueue is a worker's queue of a fakeStore.
type fakeQueue struct {
	*fakeStore
	calls sync.WaitGroup
	quit  chan struct{}
}

func newFakeQueue(s *fakeStore) *fakeQueue {
	return &fakeQueue{fakeStore: s, quit: make(chan struct{})}
}

func (q *fakeQueue) Work(ctx context.Context, worker string, ahead int, work func(context.Context, []Released) error) error {
	q.mu.Lock()
	lots := q.queue(worker)
	q.mu.Unlock()
	for range ahead {
		q.calls.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-q.quit:
					return
				case jobs := <-lots:
					if err := work(ctx, jobs); err != nil && ctx.Err() == nil {
						time.Sleep(time.Second)
						select {
						case lots <- jobs:
						default:
						}
					}
				}
			}
		})
	}
	return nil
}

func (q *fakeQueue) Stop(context.Context) error {
	close(q.quit)
	q.calls.Wait()
	return nil
}

// cable is the way of a runner to its store. Cut, it lets nothing through.
type cable struct {
	*fakeStore
	cut atomic.Bool
}

func through[T any](c *cable, call func() (T, error)) (T, error) {
	if c.cut.Load() {
		var none T
		return none, errAway
	}
	return call()
}

func nothing(err error) (struct{}, error) { return struct{}{}, err }

func (c *cable) Start(ctx context.Context, worker string, rows []Row, at time.Time) ([]Started, error) {
	return through(c, func() ([]Started, error) { return c.fakeStore.Start(ctx, worker, rows, at) })
}

func (c *cable) Finish(ctx context.Context, outcomes []Outcome) ([]Row, error) {
	return through(c, func() ([]Row, error) { return c.fakeStore.Finish(ctx, outcomes) })
}

func (c *cable) GiveUp(ctx context.Context, worker string, rows []Row) error {
	_, err := through(c, func() (struct{}, error) { return nothing(c.fakeStore.GiveUp(ctx, worker, rows)) })
	return err
}

func (c *cable) Held(ctx context.Context, worker string) ([]Held, error) {
	return through(c, func() ([]Held, error) { return c.fakeStore.Held(ctx, worker) })
}

func (c *cable) Heartbeat(ctx context.Context, w Worker) error {
	_, err := through(c, func() (struct{}, error) { return nothing(c.fakeStore.Heartbeat(ctx, w)) })
	return err
}

func (c *cable) Workers(ctx context.Context, since time.Time) ([]Worker, error) {
	return through(c, func() ([]Worker, error) { return c.fakeStore.Workers(ctx, since) })
}

func (c *cable) Leave(ctx context.Context, id string) error {
	_, err := through(c, func() (struct{}, error) { return nothing(c.fakeStore.Leave(ctx, id)) })
	return err
}

func (c *cable) Sweep(ctx context.Context, dead []Worker, maxLost int, at time.Time) (int, error) {
	return through(c, func() (int, error) { return c.fakeStore.Sweep(ctx, dead, maxLost, at) })
}
