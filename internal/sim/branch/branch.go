package branch

import (
	"context"
	"fmt"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/sim"
)

// defaultMaxOutcomes bounds the branches of a request that asks for exact answers and sets no MaxOutcomes.
const defaultMaxOutcomes = 1 << 20

// AmbiguousStateError is the refusal of amplitudes where the final state depends on a random outcome in the middle of the circuit.
type AmbiguousStateError struct {
	Op  int      // the first measurement or reset whose outcomes lead to different final states, as a place in Circuit.Ops
	Pos diag.Pos // where the source asks for it
}

func (e *AmbiguousStateError) Error() string {
	return "the final state is not unique: it depends on the random outcome of a measurement or reset in the middle of the circuit"
}

// Run answers r with states that start makes; each is freed again before Run returns. What r wants must be among sim.Counts,
// sim.Memory and sim.Probabilities, sim.Amplitudes where the states are an Amplituder, and sim.Expectations where they are an
// Expecter.
//
// Counts and Memory follow only what shots come to. Exact answers follow every outcome of a measurement or reset whose branch has a
// probability of at least 1e-18; r.MaxOutcomes bounds their branches and outcomes. Counts do not depend on whether probabilities are
// asked for as well.
//
// A measurement is terminal when it is unconditional, nothing but such measurements acts on its qubit afterwards, and no condition
// and no conditional write meets its outcome in the clbit. Terminal measurements are drawn jointly from each final state. Amplitudes
// and expectations are of the state that they find: Amplitudes of the only one there is, up to rounding but with its phase, else an
// *AmbiguousStateError; Expectations of the mixture of all branches, each with its exact probability.
//
// Where r has a Program, the program drives the states: r.Circuit is then its outline, behind which the program's gates are
// written for State.Apply as it comes to them. Outcomes are then of 64·n bits: what the program reports (program.Layout), and behind it, where the
// program measures nothing, the measurement of all qubits. Measurements from which no gate or reset can be reached any more are
// the terminal ones.
//
// Where memory does not allow a copy of a state (State.Clone), one of two branches waits, without a state, and is computed from the
// start again once the others are through. Records of outcomes are held to r.MaxMemory on their own: more are a *sim.LimitError.
//
// The result depends on the request alone. Result.Branches is one more than the number of times that both outcomes of a measurement
// or reset were followed, and Result.PeakBytes is what the records took, without the states.
func Run(ctx context.Context, r *sim.Request, start func() (State, error)) (*sim.Result, error) {
	if r.Program != nil {
		return drive(ctx, r, start)
	}
	t := newTree(r, start)
	defer t.free()
	if err := t.run(ctx); err != nil {
		return nil, err
	}
	return t.answer()
}

// tree is a run of a circuit in progress.
type tree struct {
	harvest
	course *course

	at         int         // the step at hand
	frontier   []*branch   // in front of step at, each with a state
	next       []*branch   // of the frontier, those that are through the step at hand
	parked     []*branch   // without a state; the last is taken up first
	live       bitvec.Vec  // the clbits whose value a later condition reads
	completion *completion // for the terminal measurements

	// coincide is set once two records of the frontier may be equal: after a write over an older value and after a split that no
	// record shows. Else merging branches need not look for equals.
	coincide bool
	// stale is set when bits have died since branches were last compared: only then can gates have made states equal.
	stale bool
	// compared is how many branches the last search for equals left, fruitful whether it found any.
	compared int
	fruitful bool

	parkedRecords int
}

// Probabilities within these bounds of 0 and 1 are certain: the rest is rounding error of the states.
const (
	certainDouble = 1e-12
	certainSingle = 1e-9
)

func newTree(r *sim.Request, start func() (State, error)) *tree {
	t := &tree{harvest: newHarvest(r, start), live: bitvec.New(r.Circuit.NumClbits)}
	t.course = compile(r.Circuit, t.keepState())
	t.completion = newCompletion(t.course)
	return t
}

// root is the branch that everything starts from, parked at the first step.
func (t *tree) root() *branch {
	shots := t.shots()
	records := []record{{bits: bitvec.New(t.request.Circuit.NumClbits), count: shots, weight: 1}}
	return &branch{records: records, shots: shots, weight: 1, key: 1}
}

func (t *tree) run(ctx context.Context) error {
	root := t.root()
	if !t.follows(root.shots, root.weight) {
		return nil
	}
	t.park(root)
	for len(t.parked) > 0 {
		if err := t.unpark(ctx); err != nil {
			return err
		}
		if err := t.walk(ctx); err != nil {
			return err
		}
	}
	t.progress.end()
	return nil
}

// walk brings the frontier to the end of the circuit and finishes it.
func (t *tree) walk(ctx context.Context) error {
	for ; t.at < len(t.course.steps); t.at++ {
		if err := t.advance(ctx, &t.course.steps[t.at]); err != nil {
			return err
		}
	}
	if err := t.mergeIfStale(ctx); err != nil {
		return err
	}
	for len(t.frontier) > 0 {
		last := len(t.frontier) - 1
		b := t.frontier[last]
		if err := t.finish(ctx, b); err != nil {
			return err
		}
		t.frontier = t.frontier[:last]
		t.pool.releaseState(b.state)
	}
	return nil
}

// advance takes the frontier through a step.
func (t *tree) advance(ctx context.Context, s *step) error {
	collapses := s.kind == measureStep || s.kind == resetStep
	if collapses {
		if err := t.mergeIfStale(ctx); err != nil {
			return err
		}
	}
	t.progress.at(s.lo)
	t.next = t.next[:0]
	for i, b := range t.frontier {
		if err := t.take(ctx, b, s); err != nil {
			t.next = append(t.next, t.frontier[i:]...) // so that they are freed
			t.frontier, t.next = t.next, t.frontier
			return err
		}
	}
	t.frontier, t.next = t.next, t.frontier
	t.pass(s)
	if err := t.checkLimits(); err != nil {
		return err
	}
	if collapses {
		return t.merge(ctx)
	}
	return nil
}

// take brings a branch through a step and enters what becomes of it into t.next.
func (t *tree) take(ctx context.Context, b *branch, s *step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	happens := t.happens(b, s)
	t.bury(b, s)
	switch {
	case !happens:
	case s.kind == applyStep:
		if err := t.extend(ctx, b, s.lo, s.hi); err != nil {
			return err
		}
	case s.kind == assignStep:
		t.note(b, s, s.value)
	default:
		return t.measure(ctx, b, s)
	}
	t.next = append(t.next, b)
	return nil
}

// pass keeps account of the live bits once all branches are through a step.
func (t *tree) pass(s *step) {
	for _, c := range t.course.deaths[s.deathLo:s.deathHi] {
		t.live.Set(int(c), false)
		t.stale = true
	}
	if s.live {
		t.live.Set(int(s.clbit), true)
	}
	if s.again {
		t.coincide = true
	}
}

func (t *tree) checkLimits() error {
	held := t.parkedRecords
	for _, b := range t.frontier {
		held += len(b.records)
	}
	if n := len(t.frontier) + len(t.parked); t.exact && n > t.limit {
		return &sim.LimitError{What: "branches", Need: int64(n), Have: int64(t.limit)}
	}
	if t.probabilities && held > t.limit {
		return &sim.LimitError{What: "branches", Need: int64(held), Have: int64(t.limit)}
	}
	return t.checkRecords(held + len(t.outcomes.records))
}

func (t *tree) checkRecords(records int) error {
	return t.checkMemory(int64(records) * int64(recordOverhead+8*len(t.live.Words())))
}

func (t *tree) free() {
	for _, b := range t.frontier {
		t.pool.releaseState(b.state)
	}
	t.pool.freeStates()
}

// errLacks says that a state cannot give what is wanted of it: an engine that declared too much.
func errLacks(s State, what string) error {
	return fmt.Errorf("internal error: %T does not give %s", s, what)
}
