package branch

import (
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim"
)

// driver is a run of a program in progress. Branches go from stop to stop: the program runs until it asks about a qubit, the state
// gets the gates of the passage at once, and the branch waits until all that are behind it have come. What waits at one place is
// compared, and equals merge. The records of a branch are memories of the program that agree in what the run depends on, so that all of them take
// the same way; they differ in what is only reported.
type driver struct {
	harvest
	program *program.Program
	layout  *program.Layout
	limits  vm.Limits
	script  *script
	stops   *stops
	machine *vm.Machine     // at work for one record after the other
	all     []circuit.Qubit // where the program measures nothing: what is measured at its end
	// stateOnly is set where the final states are asked for and nothing else: then measurements that have nothing to do with them are not
	// made.
	stateOnly bool

	queue  []*stop   // where branches wait, the one furthest behind first
	work   []*branch // that were taken from there
	parked []*branch
	held   int // branches, parked ones included
	words  int // of memory that their records take
}

// Forgetter is a State that keeps what it made of operations, in order to go faster.
type Forgetter interface {
	// Forget says that Ops from that place on will be others than they were, for all states of the run.
	Forget(from int)
}

// drive answers a request by its program. Final states and outcomes are found separately: the states are those before measurements at
// the end, which outcomes need.
func drive(ctx context.Context, r *sim.Request, start func() (State, error)) (*sim.Result, error) {
	const states = sim.Amplitudes | sim.Expectations
	if r.Want&states == 0 || r.Want&^states == 0 {
		return driveOnce(ctx, r, start)
	}
	part := *r
	part.Want, part.Progress = r.Want&states, nil
	s, err := driveOnce(ctx, &part, start)
	if err != nil {
		return nil, err
	}
	part.Want, part.Progress = r.Want&^states, r.Progress
	part.Circuit = r.Circuit
	res, err := driveOnce(ctx, &part, start)
	if err != nil {
		return nil, err
	}
	res.Amplitudes, res.Expectations = s.Amplitudes, s.Expectations
	return res, nil
}

func driveOnce(ctx context.Context, r *sim.Request, start func() (State, error)) (*sim.Result, error) {
	d := &driver{harvest: newHarvest(r, start), program: r.Program, layout: r.Program.Layout(), script: newScript(r.Circuit), stops: newStops(r.Program)}
	d.stateOnly = d.keepState()
	d.limits = vm.Limits{Steps: r.MaxSteps, Words: r.MaxWords}
	if r.MaxWords == 0 {
		d.limits.Words = vm.MaxWords(r.MaxMemory)
	}
	if !r.Program.Measures() {
		for q := range uint32(r.Program.NumQubits) {
			d.all = append(d.all, q)
		}
	}
	defer d.free()
	if err := d.run(ctx); err != nil {
		return nil, err
	}
	return d.answer()
}

func (d *driver) run(ctx context.Context) (err error) {
	if d.machine, err = vm.New(d.program, d.limits); err != nil {
		return err
	}
	root := d.root()
	if !d.follows(root.shots, root.weight) {
		return nil
	}
	if root.state, err = d.start(); err != nil {
		return err
	}
	d.hold(root, 1)
	d.work = append(d.work, root)
	for err == nil {
		switch {
		case len(d.work) > 0:
			err = d.next(ctx)
		case len(d.queue) > 0:
			err = d.take(ctx)
		case len(d.parked) > 0:
			err = d.unpark(ctx)
		default:
			d.progress.end()
			return nil
		}
	}
	return err
}

// root is the branch that everything starts from, as one whose first question was answered.
func (d *driver) root() *branch {
	memory := bitvec.FromWords(make([]uint64, d.program.Funcs[0].Frame))
	shots := d.shots()
	return &branch{records: []record{{bits: memory, count: shots, weight: 1}}, shots: shots, weight: 1, key: 1, answered: true}
}

// next takes a branch of the work one step further.
func (d *driver) next(ctx context.Context) error {
	last := len(d.work) - 1
	b := d.work[last]
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.checkHeld(); err != nil {
		return err
	}
	if !b.answered {
		d.work = d.work[:last]
		return d.measure(b)
	}
	if err := d.advance(ctx, b); err != nil {
		return err
	}
	d.work = d.work[:last]
	if b.state == nil {
		return nil // it is through
	}
	return d.wait(ctx, b)
}

// take makes work of the branches that are furthest behind.
func (d *driver) take(ctx context.Context) (err error) {
	s := d.queue[0]
	d.queue = d.queue[1:]
	if n := len(s.waiting); n <= fewBranches || s.fruitful || n >= 2*s.compared {
		err = d.merge(ctx, s)
	}
	d.work, s.waiting, s.compared = append(d.work, s.waiting...), nil, 0
	return err
}

// merge unites equals among the branches that wait at a stop.
func (d *driver) merge(ctx context.Context, s *stop) (err error) {
	n := len(s.waiting)
	if n < 2 {
		return nil
	}
	for _, b := range s.waiting {
		d.hold(b, -1)
	}
	s.waiting, err = d.mergeAlike(ctx, s.waiting, d)
	for _, b := range s.waiting {
		d.hold(b, 1)
	}
	s.compared, s.fruitful = len(s.waiting), len(s.waiting) < n
	return err
}

// hold counts a branch in, or out with n = -1.
func (d *driver) hold(b *branch, n int) {
	d.held += n
	for i := range b.records {
		d.words += n * len(b.records[i].bits.Words())
	}
}

func (d *driver) checkHeld() error {
	if d.exact && d.held > d.limit {
		return &sim.LimitError{What: "branches", Need: int64(d.held), Have: int64(d.limit)}
	}
	need := int64(d.held+len(d.outcomes.records))*recordOverhead + 8*int64(d.words+len(d.outcomes.records)*d.layout.Words())
	if have := d.request.MaxRecords; have > 0 && need > have {
		return &sim.LimitError{What: "variables", Need: need, Have: have}
	}
	return d.checkMemory(need)
}

// measure answers what a branch's program asks.
func (d *driver) measure(b *branch) error {
	if d.stateOnly && d.stops.idle(b.stop, b.qubit) {
		b.answered, b.value = true, false
		d.work = append(d.work, b)
		return nil
	}
	o := oddsOf(b.state, b.qubit)
	b.events++
	if p := o.one(); d.certain < p && p < 1-d.certain {
		d.split(b, o)
		return nil
	}
	b.settle(b.qubit, b.stop.reset, o)
	b.answered, b.value = true, o.likelier()
	d.work = append(d.work, b)
	return nil
}

// split deals a branch's shots to the two outcomes.
func (d *driver) split(b *branch, o odds) {
	d.hold(b, -1)
	c := choice{step: b.events, op: -1, pos: d.program.Pos[b.stop.pc], before: b.choices}
	kids := d.deal(b, c, b.stop.hash, o.one())
	state := b.state
	b.state = nil
	if kids[0] != nil && kids[1] != nil {
		d.branches++
		kids[1].state = d.pool.copyState(state)
	}
	for v, kid := range kids {
		if kid == nil {
			continue
		}
		if state != nil && (v == 0 || kids[0] == nil) {
			kid.state, state = state, nil
		}
		d.hold(kid, 1)
		kid.answered, kid.value = true, v == 1
		if kid.state == nil {
			d.park(kid)
			continue
		}
		kid.collapse(kid.qubit, kid.stop.reset, kid.value, o)
		d.work = append(d.work, kid)
	}
	if state != nil { // nobody follows either
		d.pool.releaseState(state)
	}
}

// advance runs a branch's program to its next stop, or to its end and into the answers.
func (d *driver) advance(ctx context.Context, b *branch) error {
	d.hold(b, -1)
	from := b.stop
	for i := range b.records {
		var sink vm.Sink = mute{}
		if i == 0 {
			sink = d.script
			d.script.spill = func() error { return d.apply(ctx, b, false) }
		}
		event, err := d.resume(ctx, b, &b.records[i], from, sink)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := d.arrive(ctx, b, event); err != nil {
				return err
			}
		} else if event != vm.Ended && (b.stop == nil || b.stop.pc != d.machine.PC) {
			panic("internal error: two records of a branch went different ways")
		}
		d.settleRecord(b, &b.records[i])
	}
	b.records = d.dropIdle(d.distinct(b.records))
	if b.stop == nil || !b.stop.gates {
		return d.finish(ctx, b)
	}
	return nil
}

// resume runs the program of a record behind its stop.
func (d *driver) resume(ctx context.Context, b *branch, r *record, from *stop, sink vm.Sink) (vm.Event, error) {
	d.load(b, r.bits.Words(), from)
	if from != nil {
		d.machine.Answer(b.value)
	}
	event, err := d.machine.Run(ctx, sink)
	r.bits = bitvec.FromWords(d.machine.Mem)
	return event, err
}

// load brings the machine to a stop with a memory.
func (d *driver) load(b *branch, memory []uint64, s *stop) {
	if s == nil {
		d.machine.Restore(memory, d.program.Funcs[0].Entry, 0, nil, 0, 0)
		return
	}
	d.machine.Restore(memory, s.pc, s.fp, s.stack, b.steps, b.qubit)
}

// arrive brings a branch's state to where the machine is.
func (d *driver) arrive(ctx context.Context, b *branch, event vm.Event) error {
	b.steps, b.qubit, b.answered = d.machine.Steps, d.machine.Qubit, false
	b.stop = nil
	if event != vm.Ended {
		b.stop = d.stops.of(d.machine)
	}
	return d.apply(ctx, b, event == vm.Ended && !d.keepState() && d.all == nil)
}

// apply takes the state through the passage at hand, unless nobody looks at it any more.
func (d *driver) apply(ctx context.Context, b *branch, idle bool) error {
	p := d.script.end()
	if p.lo < p.hi && !idle {
		b.fingered = false
		if err := b.state.Apply(ctx, p.lo, p.hi); err != nil {
			return err
		}
	}
	if d.script.full() {
		if f, ok := b.state.(Forgetter); ok {
			f.Forget(d.script.outline.Ops())
		}
		d.script.restart()
	}
	return nil
}

// settleRecord clears what does not matter any more, so that equal records are equal words.
func (d *driver) settleRecord(b *branch, r *record) {
	if b.stop != nil {
		keepOnly(b.stop.needed, r.bits.Words())
	}
	r.hash = wordHash(r.bits)
}

// wait lets a branch wait at its stop for those that are behind it.
func (d *driver) wait(ctx context.Context, b *branch) error {
	b.live = hashOf(b.stop.live, b.records[0].bits.Words())
	d.hold(b, 1)
	s := b.stop
	if s.waiting = append(s.waiting, b); len(s.waiting) == 1 {
		at, _ := slices.BinarySearchFunc(d.queue, s, (*stop).compare)
		d.queue = slices.Insert(d.queue, at, s)
	}
	if len(s.waiting) >= max(fewWaiting, 2*s.compared) {
		return d.merge(ctx, s)
	}
	return nil
}

// fewWaiting is how many branches may wait at a stop before they are compared while others are still to come.
const fewWaiting = 4

// liveHash is kin's.
func (d *driver) liveHash(b *branch) uint64 { return b.live }

// finger is kin's.
func (d *driver) finger(_ context.Context, b *branch) error {
	if !b.fingered {
		b.fingerprint, b.fingered = b.state.Fingerprint(), true
	}
	return nil
}

// equal is kin's.
func (d *driver) equal(a, b *branch) bool {
	if !agree(a.stop.live, a.records[0].bits.Words(), b.records[0].bits.Words()) || !a.state.Same(b.state, d.answers.amplitudes) {
		return false
	}
	a.steps = max(a.steps, b.steps) // they will be one
	return true
}

// mayCoincide is kin's.
func (d *driver) mayCoincide() bool { return true }

// park lets a branch, whose question was answered, wait without a state until all others are through.
func (d *driver) park(b *branch) {
	d.parked = append(d.parked, b)
	d.progress.parked += d.progress.share(b)
}

// unpark takes up the branch that was parked last, computing its state again from the start.
func (d *driver) unpark(ctx context.Context) error {
	last := len(d.parked) - 1
	b := d.parked[last]
	d.parked = d.parked[:last]
	d.progress.parked -= d.progress.share(b)
	d.pool.freeStates()
	var err error
	if b.state, err = d.start(); err != nil {
		return err
	}
	d.work = append(d.work, b)
	return d.replay(ctx, b)
}

// replay takes a branch's state from the start through the branch's history. What is certain is found again, what is not is in
// b.choices, of which the last is the answer that the branch waited with.
func (d *driver) replay(ctx context.Context, b *branch) error {
	ghost := &branch{state: b.state}
	d.load(ghost, make([]uint64, d.program.Funcs[0].Frame), nil)
	d.script.spill = func() error { return d.apply(ctx, ghost, false) }
	for choices := b.choices.all(); ; {
		event, err := d.machine.Run(ctx, d.script)
		if err != nil {
			return err
		}
		if err := d.apply(ctx, ghost, false); err != nil {
			return err
		}
		ghost.events++
		o := oddsOf(ghost.state, d.machine.Qubit)
		value := o.likelier()
		if choices[0].step == ghost.events {
			value = choices[0].value
			choices = choices[1:]
			ghost.collapse(d.machine.Qubit, event == vm.Resets, value, o)
		} else {
			ghost.settle(d.machine.Qubit, event == vm.Resets, o)
		}
		if len(choices) == 0 {
			return nil
		}
		d.machine.Answer(value)
	}
}

// free gives back all states.
func (d *driver) free() {
	for _, s := range d.queue {
		d.freeBranches(s.waiting)
	}
	d.freeBranches(d.work)
	d.pool.freeStates()
}

func (d *driver) freeBranches(list []*branch) {
	for _, b := range list {
		if b.state != nil {
			b.state.Free()
		}
	}
}
