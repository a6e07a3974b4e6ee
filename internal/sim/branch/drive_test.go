package branch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/reference"
	"github.com/softquantus/qcos/internal/sim/rng"
	"github.com/softquantus/qcos/internal/value"
)

// naive follows every history of a program on its own, with full vectors: no stops, no merging, no joint sampling.
type naive struct {
	t       testing.TB
	p       *program.Program
	m       *vm.Machine
	v       []complex128
	blocks  []*circuit.Circuit
	outcome func(key string, p float64, v []complex128)
}

func followProgram(t testing.TB, p *program.Program, outcome func(key string, p float64, v []complex128)) {
	m, err := vm.New(p, vm.Limits{Steps: 1 << 30, Words: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	(&naive{t: t, p: p, m: m, v: reference.Zero(p.NumQubits), outcome: outcome}).follow(1)
}

func (n *naive) Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, _ diag.Pos) error {
	c := &circuit.Circuit{NumQubits: n.p.NumQubits}
	if k := len(n.blocks); k > 0 {
		c = n.blocks[k-1]
	}
	if g.ID == gate.Unitary {
		c.AddUnitary(g.Matrix, g.Controls, qubits...)
	} else {
		c.AddGate(g.ID, g.Controls, params, qubits...)
	}
	if len(n.blocks) == 0 {
		n.v = reference.Apply(n.v, c, c.Ops[0])
	}
	return nil
}

func (n *naive) PowBegin() { n.blocks = append(n.blocks, &circuit.Circuit{NumQubits: n.p.NumQubits}) }

func (n *naive) PowEnd(e float64, controls []circuit.Qubit, _ diag.Pos) error {
	k := len(n.blocks) - 1
	block := n.blocks[k]
	n.blocks = n.blocks[:k]
	used := usedQubits(block)
	m := gate.Power(block.UnitaryOf(block.Ops, used), e)
	return n.Gate(&program.Gate{ID: gate.Unitary, Controls: len(controls), Matrix: m}, nil, append(append([]circuit.Qubit{}, controls...), used...), 0)
}

func (n *naive) follow(p float64) {
	event, err := n.m.Run(context.Background(), n)
	if err != nil {
		n.t.Fatal(err)
	}
	if event == vm.Ended {
		words := make([]uint64, n.p.Layout().Words())
		n.p.Layout().Pack(words, n.m.Mem)
		n.outcome(bitvec.FromWords(words).String(), p, n.v)
		return
	}
	for value := range 2 {
		d := dumb{v: append([]complex128(nil), n.v...)}
		zero, one := d.Weights(n.m.Qubit)
		w := []float64{zero, one}[value]
		if w < 1e-15 {
			continue
		}
		d.Project(n.m.Qubit, value == 1, w)
		if event == vm.Resets && value == 1 {
			d.Flip(n.m.Qubit)
		}
		kid := &naive{t: n.t, p: n.p, m: &vm.Machine{}, v: d.v, outcome: n.outcome}
		kid.m.CopyFrom(n.m)
		kid.m.Answer(value == 1)
		kid.follow(p * w)
	}
}

func distribution(t testing.TB, p *program.Program) map[string]float64 {
	want := map[string]float64{}
	followProgram(t, p, func(key string, x float64, _ []complex128) { want[key] += x })
	return want
}

func programRequest(p *program.Program, want sim.Want, shots int, seed uint64) *sim.Request {
	r := request(p.Outline(), want, shots, seed)
	r.Program, r.MaxSteps = p, 1<<30
	return r
}

// writer writes random programs: gates whose parameters and qubits are computed, measurements into registers and arrays, loops, conditions,
// calls, powers and arithmetic everywhere.
type writer struct {
	*rand.Rand
	b                          *program.Builder
	qubits                     int
	reg, arr, num, tmp, angles int32 // slots
	fn                         int32
	depth, left                int
}

func randomProgram(t testing.TB, r *rand.Rand) *program.Program {
	w := &writer{Rand: r, b: program.NewBuilder(), qubits: 1 + r.IntN(3), left: 6 + r.IntN(25)}
	b := w.b
	b.Program.NumQubits = w.qubits
	b.Program.Qregs = []circuit.Register{{Name: "q", Size: w.qubits}}
	w.slots()
	b.Program.Cregs = []program.Creg{{Name: "c", Size: 4, Slot: w.reg}}
	b.Program.Vars = []program.Var{
		{Name: "a", Type: program.Type{Elem: value.UintOf(2), Dims: []int{3}}, Slot: w.arr},
		{Name: "n", Type: program.Type{Elem: value.UintOf(2)}, Slot: w.num},
	}
	w.fn = b.Declare("f", 1, 1)
	for w.left > 0 {
		w.statement()
	}
	b.Func(w.fn) // f(x) measures a qubit and returns it plus x
	w.fn = -1
	w.slots()
	b.Emit(program.AddU, 2, w.num, w.num, 0)
	w.left = 4
	for w.left > 0 {
		w.statement()
	}
	b.Measure(w.tmp, w.qubit())
	b.Emit(program.AddU, 2, 0, 0, w.tmp)
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *writer) slots() {
	w.reg, w.arr, w.num, w.tmp, w.angles = w.b.Alloc(1), w.b.Alloc(3), w.b.Alloc(1), w.b.Alloc(2), w.b.Alloc(1)
}

// qubit is a fixed one, or one that depends on num.
func (w *writer) qubit() program.Qubit {
	if w.qubits > 1 && w.IntN(3) == 0 {
		slot := w.tmp + 1
		w.b.Set(slot, uint64(w.qubits))
		w.b.Emit(program.RemU, 64, slot, w.num, slot)
		return program.Qubit{Slot: slot, First: 0, Size: uint32(w.qubits)}
	}
	return program.Fixed(uint32(w.IntN(w.qubits)))
}

func (w *writer) statement() {
	w.left--
	b := w.b
	switch k := w.IntN(16); {
	case k < 5:
		w.gate()
	case k < 8:
		b.Measure(w.tmp, w.qubit())
		w.store()
	case k < 9:
		b.Reset(w.qubit())
	case k < 11:
		b.Emit(program.GetBit, 0, w.tmp, w.reg, int32(w.IntN(4)))
		b.Emit(program.AddU, 2, w.num, w.num, w.tmp)
	case k < 12:
		b.Set(w.tmp, 3)
		b.Emit(program.RemU, 64, w.tmp, w.num, w.tmp)
		b.Emit(program.LoadAt, 3, w.num, w.arr, w.tmp)
	case k < 14 && w.depth < 2:
		w.condition()
	case k < 15 && w.depth < 2:
		w.loop()
	case w.fn >= 0:
		b.Emit(program.Move, 0, b.Top(), w.num, 0)
		frame := b.Alloc(1)
		b.Program.Code[b.Here()-1].A = frame
		b.Call(w.fn, frame)
		b.Emit(program.Move, 0, w.num, frame, 0)
		b.Release(frame)
	}
}

func (w *writer) store() {
	switch w.IntN(3) {
	case 0:
		w.b.Set(w.tmp+1, uint64(w.IntN(3)))
		w.b.Emit(program.StoreAt, 3, w.arr, w.tmp, w.tmp+1)
	case 1:
		w.b.Emit(program.PutBit, 0, w.reg, w.tmp, int32(w.IntN(4)))
	default:
		w.b.Emit(program.Move, 0, w.num, w.tmp, 0)
	}
}

func (w *writer) gate() {
	b := w.b
	q := w.qubit()
	switch k := w.IntN(6); {
	case k == 0:
		b.Emit(program.UintToF, 0, w.angles, w.num, 0)
		b.Gate(program.Gate{ID: gate.RX, Params: []program.Param{program.InSlot(w.angles)}, Qubits: []program.Qubit{q}})
	case k == 1:
		b.Emit(program.UintToF, 0, w.angles, w.num, 0)
		b.Emit(program.PowBegin, 0, 0, 0, 0)
		b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{q}})
		b.Gate(program.Gate{ID: gate.T, Qubits: []program.Qubit{q}})
		b.PowEnd(w.angles, nil)
	case k == 2 && w.qubits > 1 && q.Slot < 0:
		b.Gate(program.Gate{ID: gate.X, Controls: 1, Qubits: []program.Qubit{q, program.Fixed((q.First + 1) % uint32(w.qubits))}})
	case k == 3:
		b.Gate(program.Gate{ID: gate.X, Qubits: []program.Qubit{q}})
	default:
		b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{q}})
	}
}

func (w *writer) condition() {
	b := w.b
	other, end := b.Label(), b.Label()
	b.Emit(program.GetBit, 0, w.tmp, w.reg, int32(w.IntN(4)))
	b.Jump(program.JumpIfNot, other, w.tmp, 0)
	w.block()
	b.Jump(program.Jump, end, 0, 0)
	b.Place(other)
	w.block()
	b.Place(end)
}

// loop goes round until a measurement gives 1, or num more times at most.
func (w *writer) loop() {
	b := w.b
	count := b.Alloc(1)
	head, end := b.Label(), b.Label()
	b.Emit(program.Move, 0, count, w.num, 0)
	b.Place(head)
	b.Jump(program.JumpIfNot, end, count, 0)
	b.Emit(program.AddImmU, 64, count, count, -1)
	w.block()
	if w.IntN(2) == 0 {
		b.Measure(w.tmp, w.qubit())
		b.Jump(program.JumpIf, end, w.tmp, 0)
	}
	b.Jump(program.Jump, head, 0, 0)
	b.Place(end)
	b.Release(count)
}

func (w *writer) block() {
	w.depth++
	for range 1 + w.IntN(3) {
		w.statement()
	}
	w.depth--
}

// bytesSource makes random numbers of what the fuzzer gives, then of nothing.
type bytesSource struct {
	left []byte
	n    uint64
}

func (s *bytesSource) Uint64() uint64 {
	s.n++
	x := uint64(0)
	if len(s.left) > 0 {
		x = uint64(s.left[0])
		s.left = s.left[1:]
	}
	return rng.Mix(x, s.n)
}

// FuzzPrograms runs programs that the fuzzer chooses and compares them with the naive run.
func FuzzPrograms(f *testing.F) {
	f.Add([]byte("a program of a few statements and a loop"), uint64(1))
	f.Add([]byte{3, 200, 9, 77, 14, 250, 130, 5, 66, 31, 99, 180, 240, 2, 13, 160, 201, 7, 41, 90}, uint64(7))
	f.Fuzz(func(t *testing.T, choices []byte, seed uint64) {
		if len(choices) > 300 {
			return
		}
		p := randomProgram(t, rand.New(&bytesSource{left: choices}))
		if !p.Measures() {
			return
		}
		agrees(t, must(t, programRequest(p, sim.Counts|sim.Probabilities, 10, seed), &stock{}).Probabilities, distribution(t, p))
		if t.Failed() {
			t.Log(p)
		}
	})
}

// eachRandom runs a check on random programs.
func eachRandom(t *testing.T, n int, check func(t *testing.T, p *program.Program, seed uint64)) {
	seed := uint64(time.Now().UnixNano())
	if testing.Short() {
		n /= 10
	}
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		p := randomProgram(t, r)
		check(t, p, r.Uint64())
		if t.Failed() {
			t.Fatalf("seed %d, round %d:\n%s", seed, i, p)
		}
	}
}

// TestProgramsExactly compares the exact distributions of random programs with the naive one, in plenty and in want of memory.
func TestProgramsExactly(t *testing.T) {
	compared := 0
	eachRandom(t, 600, func(t *testing.T, p *program.Program, seed uint64) {
		if !p.Measures() {
			return
		}
		compared++
		want := distribution(t, p)
		for _, s := range []*stock{{}, {allowed: 2}, {blind: true}} {
			got := must(t, programRequest(p, sim.Counts|sim.Probabilities, 20, seed), s)
			agrees(t, got.Probabilities, want)
			for _, c := range got.Counts {
				if want[c.Bits.String()] < 1e-12 {
					t.Errorf("drew %s, which cannot be", c.Bits)
				}
			}
		}
	})
	if compared < 20 {
		t.Errorf("only %d programs measure", compared)
	}
}

// TestProgramCounts holds counts against the exact distribution at 5 sigma, and that they depend on nothing but the request.
func TestProgramCounts(t *testing.T) {
	const shots = 4000
	eachRandom(t, 60, func(t *testing.T, p *program.Program, seed uint64) {
		if !p.Measures() {
			return
		}
		want := distribution(t, p)
		got := must(t, programRequest(p, sim.Counts, shots, seed), &stock{})
		total := 0
		for _, c := range got.Counts {
			total += c.Count
			x := want[c.Bits.String()]
			if bound := 5*math.Sqrt(shots*x*(1-x)) + 1; math.Abs(float64(c.Count)-shots*x) > bound {
				t.Errorf("%s came %d times, want %.1f ± %.1f", c.Bits, c.Count, shots*x, bound)
			}
		}
		if total != shots {
			t.Errorf("%d shots, want %d", total, shots)
		}
		if more := must(t, programRequest(p, sim.Counts|sim.Probabilities, shots, seed), &stock{}); fmt.Sprint(more.Counts) != fmt.Sprint(got.Counts) {
			t.Error("the counts depend on whether probabilities are asked for")
		}
	})
}

// untilZero repeats h and a measurement until it gives 0, counting the rounds if count is set.
func untilZero(t *testing.T, count bool) *program.Program {
	b := program.NewBuilder()
	b.Program.NumQubits = 1
	bit, n := b.Alloc(1), b.Alloc(1)
	b.Program.Vars = []program.Var{{Name: "n", Type: program.Type{Elem: value.IntType}, Slot: n}}
	loop := b.Label()
	b.Place(loop)
	if count {
		b.Emit(program.AddImmI, 64, n, n, 1)
	}
	b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(0)}})
	b.Measure(bit, program.Fixed(0))
	b.Jump(program.JumpIf, loop, bit, 0)
	b.Reset(program.Fixed(0))
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRepeatUntilSuccess: the work is proportional to the rounds, not to the shots, and branches that left the loop wait for the others and merge.
func TestRepeatUntilSuccess(t *testing.T) {
	s := &stock{}
	got := must(t, programRequest(untilZero(t, false), sim.Counts, 1_000_000, 3), s)
	if len(got.Counts) != 1 || got.Branches > 60 || s.most > 8 {
		t.Errorf("%d outcomes, %d branches, %d states at once", len(got.Counts), got.Branches, s.most)
	}
	got = must(t, programRequest(untilZero(t, true), sim.Counts|sim.Probabilities, 1000, 3), &stock{})
	for i, p := range got.Probabilities[:10] {
		if want := math.Ldexp(1, -i-1); p.Bits.Window(0, 64) != uint64(i+1) || math.Abs(p.P-want) > 1e-12 {
			t.Errorf("round %d has probability %g, want %g", p.Bits.Window(0, 64), p.P, want)
		}
	}
}

// TestProgramSteps: a loop without an end is stopped where it is.
func TestProgramSteps(t *testing.T) {
	b := program.NewBuilder()
	b.Program.NumQubits = 1
	loop := b.Label()
	b.Place(loop)
	b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(0)}})
	b.Pos = 42
	b.Measure(b.Alloc(1), program.Fixed(0))
	b.Jump(program.Jump, loop, 0, 0)
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	r := programRequest(p, sim.Counts, 10, 1)
	r.MaxSteps = 100000
	_, err = do(t, r, &stock{})
	var fault *vm.Error
	if !errors.As(err, &fault) || fault.Code != vm.CodeSteps || fault.Pos != 42 {
		t.Errorf("got %v", err)
	}
}

// TestProgramStates: the final state is the one before measurements that nothing follows on, wherever they stand; one that decides is
// not among them.
func TestProgramStates(t *testing.T) {
	h := func(q uint32) program.Gate {
		return program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(q)}}
	}
	build := func(decide bool) *program.Program {
		b := program.NewBuilder()
		b.Program.NumQubits = 2
		bit, reg := b.Alloc(1), b.Alloc(1)
		b.Program.Cregs = []program.Creg{{Name: "c", Size: 2, Slot: reg}}
		b.Gate(h(0))
		b.Pos = 9
		b.Measure(bit, program.Fixed(0))
		b.Emit(program.PutBit, 0, reg, bit, 0)
		if decide {
			skip := b.Label()
			b.Jump(program.JumpIf, skip, bit, 0)
			b.Gate(h(1))
			b.Place(skip)
		}
		b.Gate(h(1))
		b.Measure(bit, program.Fixed(1))
		b.Emit(program.PutBit, 0, reg, bit, 1)
		p, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	got := must(t, programRequest(build(false), sim.Counts|sim.Amplitudes|sim.Probabilities, 100, 1), &stock{})
	for i, a := range got.Amplitudes {
		if math.Abs(real(a)-0.5) > 1e-12 || math.Abs(imag(a)) > 1e-12 {
			t.Errorf("amplitude %d is %v, want 0.5", i, a)
		}
	}
	if len(got.Probabilities) != 4 {
		t.Errorf("%d outcomes, want 4", len(got.Probabilities))
	}
	_, err := do(t, programRequest(build(true), sim.Counts|sim.Amplitudes, 100, 1), &stock{})
	var ambiguous *AmbiguousStateError
	if !errors.As(err, &ambiguous) || ambiguous.Pos != 9 {
		t.Errorf("got %v", err)
	}
}

// TestProgramStatesAgree compares the states of random programs with the naive ones, where there is a single one.
func TestProgramStatesAgree(t *testing.T) {
	compared := 0
	eachRandom(t, 400, func(t *testing.T, p *program.Program, seed uint64) {
		var only []complex128
		unique := true
		followProgram(t, p, func(_ string, _ float64, v []complex128) {
			unique = unique && (only == nil || distance(only, v) < 1e-12)
			only = v
		})
		if !unique {
			return
		}
		compared++
		got, err := do(t, programRequest(p, sim.Amplitudes, 0, seed), &stock{})
		if err != nil {
			t.Fatal(err)
		}
		if p.Measures() && got.Branches == 1 { // a measurement at the end may have been left out
			return
		}
		if d := distance(got.Amplitudes, only); d > 1e-12 {
			t.Errorf("the state is off by %g", d)
		}
	})
	if compared == 0 {
		t.Error("no program has a single final state")
	}
}

// TestProgramWithoutMeasurement measures all qubits behind what the program reports.
func TestProgramWithoutMeasurement(t *testing.T) {
	b := program.NewBuilder()
	b.Program.NumQubits = 2
	n := b.Alloc(1)
	b.Program.Vars = []program.Var{{Name: "n", Type: program.Type{Elem: value.IntType}, Slot: n}}
	b.SetInt(n, 7)
	b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(1)}})
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	got := must(t, programRequest(p, sim.Counts|sim.Probabilities, 100, 1), &stock{})
	if len(got.Probabilities) != 2 || fmt.Sprint(got.Probabilities[1].Bits.Words()) != "[7 2]" || math.Abs(got.Probabilities[1].P-0.5) > 1e-12 {
		t.Errorf("got %v", got.Probabilities)
	}
}

// TestTailsRunOncePerOutcome: classical work after the last gate needs no copy of the state, however many outcomes there are.
func TestTailsRunOncePerOutcome(t *testing.T) {
	const n = 8
	b := program.NewBuilder()
	b.Program.NumQubits = n
	reg, bit, sum := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	b.Program.Vars = []program.Var{{Name: "sum", Type: program.Type{Elem: value.IntType}, Slot: sum}}
	for q := range uint32(n) {
		b.Gate(program.Gate{ID: gate.H, Qubits: []program.Qubit{program.Fixed(q)}})
	}
	for q := range uint32(n) {
		skip := b.Label()
		b.Measure(bit, program.Fixed(q))
		b.Jump(program.JumpIfNot, skip, bit, 0)
		b.Emit(program.AddImmI, 64, sum, sum, 1)
		b.Place(skip)
		b.Emit(program.PutBit, 0, reg, bit, int32(q))
	}
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	s := &stock{}
	got := must(t, programRequest(p, sim.Counts|sim.Probabilities, 1000, 1), s)
	if s.most != 1 || len(got.Probabilities) != n+1 || math.Abs(got.Probabilities[4].P-70./256) > 1e-12 {
		t.Errorf("%d states, %d outcomes, P(4) = %g", s.most, len(got.Probabilities), got.Probabilities[4].P)
	}
}
