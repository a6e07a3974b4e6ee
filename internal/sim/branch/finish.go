package branch

import (
	"cmp"
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// finish enters a branch at the end of the circuit into the answers.
func (t *tree) finish(ctx context.Context, b *branch) error {
	if err := t.flush(ctx, b); err != nil {
		return err
	}
	if err := t.answers.take(t, b); err != nil {
		return err
	}
	t.writeConstants(b)
	if err := t.takeOutcomes(ctx, b); err != nil {
		return err
	}
	t.progress.finished(b)
	if n := t.outcomes.likely; n > t.limit {
		return &sim.LimitError{What: "outcomes", Need: int64(n), Have: int64(t.limit)}
	}
	return t.checkMemory(t.parkedRecords + len(t.outcomes.records))
}

func (t *tree) writeConstants(b *branch) {
	for _, c := range t.program.constants {
		h := bitHash(c.clbit)
		for i := range b.records {
			b.records[i].put(int(c.clbit), h, c.value)
		}
	}
}

func (t *tree) takeOutcomes(ctx context.Context, b *branch) error {
	if len(t.program.measured) == 0 {
		for i := range b.records {
			if r := &b.records[i]; t.keeps(r) {
				t.outcomes.add(r.bits, r.count, t.weightOf(r))
			}
		}
		return nil
	}
	if b.shots > 0 {
		if err := t.sample(ctx, b); err != nil {
			return err
		}
	}
	if t.probabilities {
		return t.distribute(ctx, b)
	}
	return nil
}

func (t *tree) weightOf(r *record) float64 {
	if t.probabilities {
		return r.weight
	}
	return 0
}

// stream returns the random numbers of a branch at the end of the circuit.
func (t *tree) stream(b *branch, purpose uint64) *rng.Stream {
	return rng.New(t.request.Seed, rng.Mix(rng.Mix(b.key, uint64(len(t.program.steps))), purpose))
}

// maxDealt is up to how many shots are dealt one by one to the records of a branch.
const maxDealt = 1 << 26

// sample draws the terminal measurements of all shots of a branch. Records are brought into an order of their own first, so that
// the random numbers do not depend on how the tree came to hold them.
func (t *tree) sample(ctx context.Context, b *branch) error {
	records := slices.DeleteFunc(slices.Clone(b.records), func(r record) bool { return r.count == 0 })
	slices.SortFunc(records, func(x, y record) int { return cmp.Compare(x.hash, y.hash) })
	if len(records) == 1 || b.shots > maxDealt {
		for i := range records {
			if err := t.sampleRecord(ctx, b, &records[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return t.sampleDealt(ctx, b, records)
}

func (t *tree) sampleRecord(ctx context.Context, b *branch, r *record) error {
	stream := t.stream(b, sampleNumbers)
	stream.Seek(r.hash)
	return b.state.Sample(ctx, t.program.measured, r.count, stream, func(outcome bitvec.Vec, n int) {
		t.outcomes.add(t.completion.of(r, outcome), n, 0)
	})
}

// sampleDealt draws once for all records and deals the outcomes to them at random: outcomes are independent of the records, so any
// assignment is as likely as any other.
func (t *tree) sampleDealt(ctx context.Context, b *branch, records []record) error {
	owners := make([]uint32, 0, b.shots)
	for i := range records {
		for range records[i].count {
			owners = append(owners, uint32(i))
		}
	}
	deal := t.stream(b, assignNumbers)
	deal.Shuffle(len(owners), func(i, j int) { owners[i], owners[j] = owners[j], owners[i] })
	return b.state.Sample(ctx, t.program.measured, b.shots, t.stream(b, sampleNumbers), func(outcome bitvec.Vec, n int) {
		hand := owners[:n]
		owners = owners[n:]
		slices.Sort(hand)
		for len(hand) > 0 {
			same := 1
			for same < len(hand) && hand[same] == hand[0] {
				same++
			}
			t.outcomes.add(t.completion.of(&records[hand[0]], outcome), same, 0)
			hand = hand[same:]
		}
	})
}

// distribute adds the exact distribution of the terminal measurements of a branch.
func (t *tree) distribute(ctx context.Context, b *branch) error {
	return b.state.Distribution(ctx, t.program.measured, t.limit, func(outcome bitvec.Vec, p float64) {
		for i := range b.records {
			if t.outcomes.likely > t.limit {
				return
			}
			t.outcomes.add(t.completion.of(&b.records[i], outcome), 0, b.records[i].weight*p)
		}
	})
}
