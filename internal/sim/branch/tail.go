package branch

import (
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program/vm"
)

// finish enters a branch into the answers whose state does not change any more: its program is through, or nothing but measurements
// and classical work is left. Then the state is measured jointly, and the rest of the program runs once for each outcome.
func (d *driver) finish(ctx context.Context, b *branch) error {
	if err := d.answers.take(b, d.certain); err != nil {
		return err
	}
	t := &tail{d: d, b: b, qubits: d.all, mem: nil}
	if b.stop != nil {
		t.qubits = d.stops.measuredAhead(b.stop)
	}
	if err := t.run(ctx); err != nil {
		return err
	}
	d.progress.finished(b)
	d.progress.tellFinished()
	d.pool.releaseRecords(b.records)
	d.pool.releaseState(b.state)
	b.state = nil
	if err := d.checkOutcomes(); err != nil {
		return err
	}
	return d.checkHeld()
}

// tail is what remains of a branch.
type tail struct {
	d      *driver
	b      *branch
	qubits []circuit.Qubit // that may be measured, in rising order
	mem    []uint64        // scratch
	out    []uint64        // likewise
	err    error
}

func (t *tail) run(ctx context.Context) error {
	d, b := t.d, t.b
	if len(t.qubits) == 0 {
		for i := range b.records {
			if r := &b.records[i]; d.keeps(r) {
				t.enter(ctx, r, bitvec.Vec{}, r.count, d.weightOf(r))
			}
		}
		return t.err
	}
	at := uint64(0)
	if b.stop != nil {
		at = b.stop.hash
	}
	if b.shots > 0 {
		err := d.sample(ctx, b, at, t.qubits, func(r *record, outcome bitvec.Vec, n int) { t.enter(ctx, r, outcome, n, 0) })
		if err != nil || t.err != nil {
			return firstError(t.err, err)
		}
	}
	if !d.probabilities {
		return nil
	}
	err := b.state.Distribution(ctx, t.qubits, d.limit, func(outcome bitvec.Vec, p float64) {
		for i := range b.records {
			if d.outcomes.likely <= d.limit {
				t.enter(ctx, &b.records[i], outcome, 0, b.records[i].weight*p)
			}
		}
	})
	return firstError(t.err, err)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// enter runs the rest of a record's program for an outcome and notes what it leaves.
func (t *tail) enter(ctx context.Context, r *record, outcome bitvec.Vec, count int, weight float64) {
	if t.err != nil {
		return
	}
	m := t.d.machine
	memory := r.bits.Words()
	if t.b.stop != nil {
		t.mem = append(t.mem[:0], memory...)
		t.d.load(t.b, t.mem, t.b.stop)
		for {
			k, _ := slices.BinarySearch(t.qubits, m.Qubit)
			m.Answer(outcome.Get(k))
			event, err := m.Run(ctx, mute{})
			if err != nil {
				t.err = err
				return
			}
			if event == vm.Ended {
				break
			}
		}
		t.mem, memory = m.Mem, m.Mem
	}
	n := t.d.layout.Words()
	t.out = append(t.out[:0], make([]uint64, n)...)
	t.d.layout.Pack(t.out, memory)
	if t.d.all != nil {
		t.out = append(t.out, outcome.Words()...)
	}
	t.d.outcomes.add(bitvec.FromWords(t.out), count, weight)
}
