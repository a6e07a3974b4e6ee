package branch

import (
	"cmp"
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim/rng"
)

// sampling draws measured qubits from a branch's state, at the step at, for the shots of its records.
type sampling struct {
	h      *harvest
	b      *branch
	at     uint64
	qubits []circuit.Qubit
	enter  func(r *record, outcome bitvec.Vec, n int) // n shots of a record had an outcome
}

// stream returns the random numbers of the branch for a purpose.
func (s *sampling) stream(purpose uint64) *rng.Stream {
	return rng.New(s.h.request.Seed, rng.Mix(rng.Mix(s.b.key, s.at), purpose))
}

// maxDealt is up to how many shots are dealt one by one to the records of a branch.
const maxDealt = 1 << 26

// sample draws the qubits, which nothing acts on afterwards, for all shots of a branch. Records are brought into an order of their own
// first, so that the random numbers do not depend on how the run came to hold them.
func (h *harvest) sample(ctx context.Context, b *branch, at uint64, qubits []circuit.Qubit, enter func(r *record, outcome bitvec.Vec, n int)) error {
	s := &sampling{h, b, at, qubits, enter}
	records := slices.DeleteFunc(slices.Clone(b.records), func(r record) bool { return r.count == 0 })
	slices.SortFunc(records, func(x, y record) int { return cmp.Compare(x.hash, y.hash) })
	if len(records) == 1 || b.shots > maxDealt {
		for i := range records {
			if err := s.record(ctx, &records[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return s.deal(ctx, records)
}

func (s *sampling) record(ctx context.Context, r *record) error {
	stream := s.stream(sampleNumbers)
	stream.Seek(r.hash)
	return s.b.state.Sample(ctx, s.qubits, r.count, stream, func(outcome bitvec.Vec, n int) { s.enter(r, outcome, n) })
}

// deal draws once for all records and deals the outcomes to them at random: outcomes are independent of the records, so any
// assignment is as likely as any other.
func (s *sampling) deal(ctx context.Context, records []record) error {
	owners := make([]uint32, 0, s.b.shots)
	for i := range records {
		for range records[i].count {
			owners = append(owners, uint32(i))
		}
	}
	deal := s.stream(assignNumbers)
	deal.Shuffle(len(owners), func(i, j int) { owners[i], owners[j] = owners[j], owners[i] })
	return s.b.state.Sample(ctx, s.qubits, s.b.shots, s.stream(sampleNumbers), func(outcome bitvec.Vec, n int) {
		hand := owners[:n]
		owners = owners[n:]
		slices.Sort(hand)
		for len(hand) > 0 {
			same := 1
			for same < len(hand) && hand[same] == hand[0] {
				same++
			}
			s.enter(&records[hand[0]], outcome, same)
			hand = hand[same:]
		}
	})
}
