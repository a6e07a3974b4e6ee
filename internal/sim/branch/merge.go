package branch

import (
	"cmp"
	"context"
	"slices"
)

// maxCompared is how many different states of one fingerprint a branch is compared with. It bounds the work where an engine has no
// fingerprints; merging less costs time only.
const maxCompared = 8

func (t *tree) mergeIfStale(ctx context.Context) error {
	if !t.stale {
		return nil
	}
	return t.merge(ctx)
}

// fewBranches is a number of branches that are always worth comparing.
const fewBranches = 8

// worthComparing reports whether the frontier should be searched for equals. Equals stay equal if they are not found at once, so a
// search that found nothing need not be repeated before the frontier has grown.
func (t *tree) worthComparing() bool {
	n := len(t.frontier)
	return n > 1 && (n <= fewBranches || t.fruitful || n >= 2*t.compared)
}

// merge unites the branches of the frontier whose states and live bits are equal.
func (t *tree) merge(ctx context.Context) error {
	t.stale = false
	if t.worthComparing() {
		before := len(t.frontier)
		var err error
		if t.frontier, err = t.mergeAlike(ctx, t.frontier, t); err != nil {
			return err
		}
		t.compared, t.fruitful = len(t.frontier), len(t.frontier) < before
	}
	if len(t.frontier) == 1 {
		t.coincide = false
	}
	return nil
}

// kin tells which branches are equal.
type kin interface {
	// liveHash is a hash of what a branch's future depends on beside its state.
	liveHash(b *branch) uint64
	// finger brings a branch up to date and sees to its fingerprint.
	finger(ctx context.Context, b *branch) error
	// equal compares branches of one live hash and one fingerprint.
	equal(a, b *branch) bool
	// mayCoincide reports whether two records of equal branches may be equal.
	mayCoincide() bool
}

// mergeAlike unites equals in a list of branches and returns what is left of it, in order. After an error some may have no state.
func (h *harvest) mergeAlike(ctx context.Context, list []*branch, k kin) ([]*branch, error) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	live := func(i int) uint64 { return k.liveHash(list[i]) }
	merged := false
	err := forEachRun(order, live, func(same []int) error {
		for _, i := range same {
			if err := k.finger(ctx, list[i]); err != nil {
				return err
			}
		}
		return forEachRun(same, func(i int) uint64 { return list[i].fingerprint }, func(alike []int) error {
			merged = h.mergeRun(list, alike, k) || merged
			return ctx.Err()
		})
	})
	if merged {
		list = slices.DeleteFunc(list, func(b *branch) bool { return b.state == nil })
	}
	return list, err
}

func (t *tree) liveHash(b *branch) uint64 { return b.live }

func (t *tree) mayCoincide() bool { return t.coincide }

// forEachRun sorts places by key, those of one key in rising order, and calls f for each run of two or more of one key.
func forEachRun(places []int, key func(int) uint64, f func([]int) error) error {
	slices.SortFunc(places, func(a, b int) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b)) })
	for lo := 0; lo < len(places); {
		hi := lo + 1
		for hi < len(places) && key(places[hi]) == key(places[lo]) {
			hi++
		}
		if hi-lo > 1 {
			if err := f(places[lo:hi]); err != nil {
				return err
			}
		}
		lo = hi
	}
	return nil
}

// finger brings a branch up to date and sees to its fingerprint.
func (t *tree) finger(ctx context.Context, b *branch) error {
	if err := t.flush(ctx, b); err != nil {
		return err
	}
	if !b.fingered {
		b.fingerprint, b.fingered = b.state.Fingerprint(), true
	}
	return nil
}

// mergeRun unites equals among branches of one fingerprint and one hash of live bits. A branch that went into another has no state
// afterwards.
func (h *harvest) mergeRun(list []*branch, places []int, k kin) (merged bool) {
	var different []*branch
	for _, i := range places {
		b := list[i]
		into := slices.IndexFunc(different, func(a *branch) bool { return k.equal(a, b) })
		switch {
		case into >= 0:
			h.unite(different[into], b, k.mayCoincide())
			merged = true
		case len(different) < maxCompared:
			different = append(different, b)
		}
	}
	return merged
}

func (t *tree) equal(a, b *branch) bool {
	x, y := a.records[0].bits.Words(), b.records[0].bits.Words()
	for i, mask := range t.live.Words() {
		if (x[i]^y[i])&mask != 0 {
			return false
		}
	}
	return a.state.Same(b.state, t.answers.amplitudes)
}

// unite adds b to a. The history of a, which leads to its state, stands for both from now on. The key is the smaller one of those
// that have shots, so that it does not depend on branches that only exact answers follow. With coincide set, records may be equal.
func (t *harvest) unite(a, b *branch, coincide bool) {
	if b.shots > 0 && (a.shots == 0 || b.key < a.key) {
		a.key = b.key
	}
	a.shots += b.shots
	a.weight += b.weight
	a.records = append(a.records, b.records...)
	t.pool.releaseList(b.records)
	if coincide {
		a.records = t.distinct(a.records)
	}
	a.records = t.dropIdle(a.records)
	t.pool.releaseState(b.state)
	b.state = nil
}

// distinct unites equal records, each at the place of its first.
func (t *harvest) distinct(records []record) []record {
	if len(records) < 2 {
		return records
	}
	t.index.reset(len(records))
	out := records[:0]
	for _, r := range records {
		at := t.index.find(out, r.bits, r.hash)
		if *at == 0 {
			out = append(out, r)
			*at = int32(len(out))
			continue
		}
		out[*at-1].count += r.count
		out[*at-1].weight += r.weight
		t.pool.releaseBits(r.bits)
	}
	return out
}

// dropIdle leaves records out that only stood for the live bits, but for one where there is no other.
func (t *harvest) dropIdle(records []record) []record {
	if !t.exact {
		return records
	}
	out := slices.DeleteFunc(records[1:], func(r record) bool { return !t.keeps(&r) })
	if len(out) > 0 && !t.keeps(&records[0]) {
		return out
	}
	return records[:1+len(out)]
}
