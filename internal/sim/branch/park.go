package branch

import (
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
)

// park lets a branch wait without a state until all others are through.
func (t *tree) park(b *branch) {
	t.parked = append(t.parked, b)
	t.parkedRecords += len(b.records)
	t.progress.parked += t.progress.share(b)
}

// unpark makes the frontier of the branch that was parked last, computing its state again from the start.
func (t *tree) unpark(ctx context.Context) error {
	last := len(t.parked) - 1
	b := t.parked[last]
	t.parked = t.parked[:last]
	t.parkedRecords -= len(b.records)
	t.progress.parked -= t.progress.share(b)
	t.pool.freeStates()
	state, err := t.start()
	if err != nil {
		return err
	}
	t.reportOps(state)
	t.frontier = append(t.frontier[:0], b)
	b.state = state
	err = t.replay(ctx, b)
	t.coincide, t.stale = false, false
	return err
}

// replay walks a branch from the start to the step that it waits at, taking the outcomes of its history: what is certain is found
// again, what is not is in b.choices.
func (t *tree) replay(ctx context.Context, b *branch) error {
	n := t.request.Circuit.NumClbits
	ghost := &branch{state: b.state, records: []record{{bits: bitvec.New(n)}}}
	t.live = bitvec.New(n)
	choices := b.choices.all()
	for t.at = 0; t.at < b.at; t.at++ {
		s := &t.course.steps[t.at]
		if err := t.repeat(ctx, ghost, s, &choices); err != nil {
			return err
		}
		t.pass(s)
	}
	return nil // without gates yet to be applied: the last step measured
}

func (t *tree) repeat(ctx context.Context, ghost *branch, s *step, choices *[]choice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch happens := t.happens(ghost, s); {
	case !happens:
		return nil
	case s.kind == applyStep:
		return t.extend(ctx, ghost, s.lo, s.hi)
	case s.kind == assignStep:
		t.note(ghost, s, s.value)
		return nil
	}
	if err := t.flush(ctx, ghost); err != nil {
		return err
	}
	o := oddsOf(ghost.state, s.qubit)
	value := o.likelier()
	if len(*choices) > 0 && (*choices)[0].step == t.at {
		value = (*choices)[0].value
		*choices = (*choices)[1:]
		ghost.collapse(s.qubit, s.kind == resetStep, value, o)
	} else {
		ghost.settle(s.qubit, s.kind == resetStep, o)
	}
	t.note(ghost, s, value)
	return nil
}

// all lists a history from its first choice to its last.
func (c *choice) all() []choice {
	var list []choice
	for ; c != nil; c = c.before {
		list = append(list, *c)
	}
	slices.Reverse(list)
	return list
}
