package branch

import (
	"context"

	"github.com/softquantus/qcos/internal/bitvec"
)

// finish enters a branch at the end of the circuit into the answers.
func (t *tree) finish(ctx context.Context, b *branch) error {
	if err := t.flush(ctx, b); err != nil {
		return err
	}
	if err := t.answers.take(b, t.certain); err != nil {
		return err
	}
	t.writeConstants(b)
	if err := t.takeOutcomes(ctx, b); err != nil {
		return err
	}
	t.progress.finished(b)
	if err := t.checkOutcomes(); err != nil {
		return err
	}
	return t.checkRecords(t.parkedRecords + len(t.outcomes.records))
}

func (t *tree) writeConstants(b *branch) {
	for _, c := range t.course.constants {
		h := bitHash(c.clbit)
		for i := range b.records {
			b.records[i].put(int(c.clbit), h, c.value)
		}
	}
}

func (t *tree) takeOutcomes(ctx context.Context, b *branch) error {
	if len(t.course.measured) == 0 {
		for i := range b.records {
			if r := &b.records[i]; t.keeps(r) {
				t.outcomes.add(r.bits, r.count, t.weightOf(r))
			}
		}
		return nil
	}
	if b.shots > 0 {
		err := t.sample(ctx, b, uint64(len(t.course.steps)), t.course.measured, func(r *record, outcome bitvec.Vec, n int) {
			t.outcomes.add(t.completion.of(r, outcome), n, 0)
		})
		if err != nil {
			return err
		}
	}
	if t.probabilities {
		return t.distribute(ctx, b)
	}
	return nil
}

// distribute adds the exact distribution of the terminal measurements of a branch.
func (t *tree) distribute(ctx context.Context, b *branch) error {
	return b.state.Distribution(ctx, t.course.measured, t.limit, func(outcome bitvec.Vec, p float64) {
		for i := range b.records {
			if t.outcomes.likely > t.limit {
				return
			}
			t.outcomes.add(t.completion.of(&b.records[i], outcome), 0, b.records[i].weight*p)
		}
	})
}
