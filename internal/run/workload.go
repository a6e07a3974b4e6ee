package run

import (
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
)

// Workload is what is to be run: a circuit, a program, or a circuit with a program that does the classical rest for each outcome.
type Workload struct {
	Circuit *circuit.Circuit // nil: the program is all there is
	Program *program.Program // may be nil
}

// ProgramError is a fault of a program while it runs: a division by zero, an index out of range, a limit of steps or memory. Its Pos says
// where.
type ProgramError = vm.Error

// DefaultMaxSteps is Options.MaxSteps where nothing is said: some ten seconds of classical work.
const DefaultMaxSteps = 3_000_000_000

// Qubits is how many are declared.
func (w Workload) Qubits() int {
	if w.Circuit != nil {
		return w.Circuit.NumQubits
	}
	return w.Program.NumQubits
}

// Empty reports whether there is nothing to run: of a program with errors.
func (w Workload) Empty() bool { return w.Circuit == nil && w.Program == nil }

// Declared is how many qubits and classical bits are declared; none of nothing.
func (w Workload) Declared() (qubits, clbits int) {
	if w.Empty() {
		return 0, 0
	}
	return w.Qubits(), w.clbits()
}

func (w Workload) clbits() int {
	n := 0
	if w.Program != nil {
		for _, c := range w.Program.Cregs {
			n += c.Size
		}
	}
	if w.Circuit != nil {
		n = max(n, w.Circuit.NumClbits)
	}
	return n
}

// dynamic reports whether the circuit is not known in advance.
func (w Workload) dynamic() bool { return w.Circuit == nil }

// measures reports whether the program measures anything, by its text: what is reported does not depend on what the program comes to.
func (w Workload) measures() bool {
	switch {
	case w.dynamic():
		return w.Program.Measures()
	case w.Program != nil && w.Program.Measured:
		return true
	}
	return slices.ContainsFunc(w.Circuit.Ops, func(op circuit.Op) bool { return op.Kind == circuit.Measure })
}

// reading makes of an engine's outcome what is reported: a key, and the words that a program leaves.
type reading struct {
	keys     keys
	fromBits bool // the key is of the outcome itself, not of the words
	program  *program.Program
	layout   *program.Layout
	tail     *vm.Machine // where the program is still to be run
	most     int64       // bytes that outcomes may take
	held     int64       // that they take
	perWord  int64       // that a word takes until it is reported
	start    []uint64    // the tail's memory before its clbits are filled in
	seen     map[string]read
}

// read is what became of an outcome.
type read struct {
	key   string
	words []uint64 // of the program's layout; nil without a program
}

// newReading prepares for the outcomes of a workload. Where it measures nothing, meas is the register that all qubits are measured into.
func newReading(w Workload, meas *circuit.Register, o Options) (*reading, error) {
	r := &reading{program: w.Program, most: o.maxRecords, perWord: bytesPerWord}
	if o.Variables {
		r.perWord = bytesPerReportedWord
	}
	if w.Program == nil {
		r.keys, r.fromBits = w.Circuit.Cregs, true
	} else {
		r.layout = w.Program.Layout()
		for _, c := range w.Program.Cregs {
			r.keys = append(r.keys, circuit.Register{Name: c.Name, First: uint32(64 * r.layout.Place(c.Slot)), Size: c.Size})
		}
	}
	if meas != nil {
		r.keys, r.fromBits = keys{*meas}, true
	}
	if w.Program == nil || w.dynamic() {
		return r, nil
	}
	var err error
	r.tail, err = vm.New(w.Program, vm.Limits{Steps: o.MaxSteps, Words: o.maxWords})
	r.start, r.seen = make([]uint64, w.Program.Funcs[0].Frame), map[string]read{}
	return r, err
}

// of reads an outcome.
func (r *reading) of(ctx context.Context, bits bitvec.Vec) (read, error) {
	if r.tail != nil {
		return r.afterTail(ctx, bits)
	}
	out := read{}
	if err := r.hold(); err != nil {
		return out, err
	}
	source := bits
	if r.layout != nil {
		out.words = bits.Words()[:r.layout.Words()]
		if !r.fromBits {
			source = bitvec.FromWords(out.words)
		}
	}
	out.key = r.keys.of(source)
	return out, nil
}

// hold counts an outcome that is new.
func (r *reading) hold() error {
	if r.layout == nil {
		return nil
	}
	if r.held += int64(r.keys.width()) + r.perWord*int64(r.layout.Words()); r.held > r.most {
		return variablesError(r.held, r.most)
	}
	return nil
}

// afterTail runs the rest of the program for an outcome of the circuit, once for each.
func (r *reading) afterTail(ctx context.Context, bits bitvec.Vec) (read, error) {
	id := bits.Key()
	if out, ok := r.seen[id]; ok {
		return out, nil
	}
	if err := r.hold(); err != nil {
		return read{}, err
	}
	memory := slices.Clone(r.start)
	for i, place := range r.program.Loads {
		if bits.Get(i) {
			memory[place.Slot] |= 1 << place.Bit
		}
	}
	r.tail.Restore(memory, r.program.Funcs[0].Entry, 0, nil, 0, 0)
	if _, err := r.tail.Run(ctx, nil); err != nil {
		return read{}, err
	}
	out := read{words: make([]uint64, r.layout.Words())}
	r.layout.Pack(out.words, r.tail.Mem)
	source := bits
	if !r.fromBits {
		source = bitvec.FromWords(out.words)
	}
	out.key = r.keys.of(source)
	r.seen[id] = out
	return out, nil
}
