package branch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim"
)

// The promises that the parts of the tree make to each other hold after every step, in plenty and in want of memory.
func TestInvariants(t *testing.T) {
	each(t, func(t *testing.T, c *circuit.Circuit, seed uint64) {
		for _, want := range []sim.Want{sim.Counts, sim.Counts | sim.Probabilities, sim.Counts | sim.Expectations} {
			for _, allowed := range []int{0, 2} {
				walkChecked(t, request(c, want, 60, seed), &stock{allowed: allowed})
			}
		}
	})
}

// walkChecked does what Run does and looks at the tree after each step.
func walkChecked(t *testing.T, r *sim.Request, s *stock) {
	t.Helper()
	tr := newTree(r, newDumb(r.Circuit, s))
	defer tr.free()
	tr.park(tr.root())
	for len(tr.parked) > 0 {
		if err := tr.unpark(t.Context()); err != nil {
			t.Fatal(err)
		}
		for ; tr.at < len(tr.course.steps); tr.at++ {
			if err := tr.advance(t.Context(), &tr.course.steps[tr.at]); err != nil {
				t.Fatal(err)
			}
			checkTree(t, tr)
		}
		if err := tr.walk(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func checkTree(t *testing.T, tr *tree) {
	t.Helper()
	seen := map[string]bool{}
	for _, b := range tr.frontier {
		checkBranch(t, tr, b)
		for _, r := range b.records {
			if key := r.bits.Key(); !seen[key] {
				seen[key] = true
			} else if !tr.coincide {
				t.Errorf("step %d: record %s occurs twice, and nobody would look", tr.at, r.bits)
			}
		}
	}
	kind := tr.course.steps[tr.at].kind
	if tr.coincide && len(tr.frontier) == 1 && (kind == measureStep || kind == resetStep) {
		t.Errorf("step %d: equal records are expected in a single branch", tr.at)
	}
}

func checkBranch(t *testing.T, tr *tree, b *branch) {
	t.Helper()
	shots, live := 0, uint64(0)
	for c := range tr.live.Len() {
		if tr.live.Get(c) && b.records[0].bits.Get(c) {
			live ^= bitHash(uint32(c))
		}
	}
	if live != b.live {
		t.Errorf("step %d: hash of live bits %x, want %x", tr.at, b.live, live)
	}
	distinct := map[string]bool{}
	for i, r := range b.records {
		shots += r.count
		distinct[r.bits.Key()] = true
		hash := uint64(0)
		for c := range r.bits.Len() {
			if r.bits.Get(c) {
				hash ^= bitHash(uint32(c))
			}
			if tr.live.Get(c) && r.bits.Get(c) != b.records[0].bits.Get(c) {
				t.Errorf("step %d: records of a branch disagree on live bit %d", tr.at, c)
			}
		}
		if hash != r.hash {
			t.Errorf("step %d: hash of record %d is %x, want %x", tr.at, i, r.hash, hash)
		}
		if !tr.keeps(&r) && len(b.records) > 1 {
			t.Errorf("step %d: record %d of %d is idle", tr.at, i, len(b.records))
		}
	}
	if shots != b.shots || len(distinct) != len(b.records) || len(b.records) == 0 {
		t.Errorf("step %d: %d shots of %d, %d distinct records of %d", tr.at, shots, b.shots, len(distinct), len(b.records))
	}
	if b.fingered && b.fingerprint != b.state.Fingerprint() {
		t.Errorf("step %d: the fingerprint is out of date", tr.at)
	}
}

// Bits that overwrite each other keep few records, whatever the shots.
func TestOverwrittenRecordsUnite(t *testing.T) {
	res := must(t, request(teleport(100, true), sim.Counts, 100000, 1), &stock{})
	if most := int64(64 * (recordOverhead + 8)); res.PeakBytes > most {
		t.Errorf("records took %d bytes, at most %d are needed", res.PeakBytes, most)
	}
}

// Corrections without a reset make branches equal as well: from when the bit is read for the last time.
func TestCorrectedBranchesMerge(t *testing.T) {
	const rounds = 100
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", rounds)
	for i := range uint32(rounds) {
		c.AddGate(gate.H, 0, nil, 0)
		c.AddMeasure(0, i)
		c.AddGate(gate.X, 0, nil, 0).If = is1(c, i)
	}
	s := &stock{}
	res := must(t, request(c, sim.Counts, 500, 1), s)
	if res.Branches > rounds+1 || s.most > 4 {
		t.Errorf("%d branches in %d rounds, %d states at once", res.Branches, rounds, s.most)
	}
}

// A branch that only the exact answers follow, though it comes first, does not change the random numbers of one with shots.
func TestIdleBranchesDoNotChangeCounts(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 2)
	c.AddCreg("c", 3)
	c.AddGate(gate.RY, 0, []float64{math.Pi - 0.02}, 0)
	c.AddReset(0) // finds a 0 once in 10,000 times
	for i := range uint32(3) {
		c.AddGate(gate.H, 0, nil, 0)
		c.AddMeasure(0, i)
	}
	c.AddGate(gate.H, 0, nil, 0)
	for seed := range uint64(20) {
		alone := must(t, request(c, sim.Counts, 50, seed), &stock{})
		both := must(t, request(c, sim.Counts|sim.Probabilities, 50, seed), &stock{})
		if d := cmp.Diff(alone.Counts, both.Counts, cmp.Comparer(bitvec.Vec.Equal)); d != "" {
			t.Errorf("seed %d: counts differ:\n%s", seed, d)
		}
	}
}

func TestDealingDoesNotDependOnOrder(t *testing.T) {
	deal := func(order []int) map[string]string {
		c := &circuit.Circuit{}
		c.AddCreg("c", 3)
		tr := newTree(request(c, sim.Counts, 10, 1), nil)
		b := &branch{key: 5}
		for _, i := range order {
			r := record{bits: bitvec.New(3), count: 100 + i}
			r.put(i, bitHash(uint32(i)), true)
			b.records = append(b.records, r)
		}
		zeros, ones := tr.dealRecords(b, uint64(tr.at), 0.4)
		got := map[string]string{}
		for _, r := range zeros {
			got[r.bits.String()] = fmt.Sprint(r.count)
		}
		for _, r := range ones {
			got[r.bits.String()] += fmt.Sprint("/", r.count)
		}
		return got
	}
	if d := cmp.Diff(deal([]int{0, 1, 2}), deal([]int{2, 0, 1})); d != "" {
		t.Errorf("the order of records changes their shots:\n%s", d)
	}
}

// A certain outcome takes the residue of the other one away.
func TestCertainOutcomesAreClean(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", 1)
	c.AddGate(gate.RX, 0, []float64{2e-7}, 0) // |1> has probability 1e-14
	c.AddMeasure(0, 0)
	c.AddGate(gate.X, 0, nil, 0)
	res := must(t, request(c, sim.Amplitudes|sim.Counts, 10, 1), &stock{})
	if res.Branches != 1 || res.Amplitudes[0] != 0 || math.Abs(real(res.Amplitudes[1])-1) > 1e-15 {
		t.Errorf("%d branches, amplitudes %v", res.Branches, res.Amplitudes)
	}
}

// Branches are compared by their live bits, not only by a hash of them.
func TestLiveBitsAreCompared(t *testing.T) {
	c := &circuit.Circuit{}
	c.AddQreg("q", 1)
	c.AddCreg("c", 100)
	start := newDumb(c, &stock{})
	tr := newTree(request(c, sim.Counts, 2, 1), start)
	state, _ := start()
	a := &branch{state: state, records: []record{{bits: bitvec.New(100)}}}
	b := &branch{state: state, records: []record{{bits: bitvec.New(100)}}}
	b.records[0].bits.Set(77, true)
	if !tr.equal(a, b) {
		t.Error("a dead bit tells branches apart")
	}
	tr.live.Set(77, true)
	if tr.equal(a, b) {
		t.Error("a live bit does not tell branches apart")
	}
}

func TestIndexTellsHashCollisionsApart(t *testing.T) {
	var x index
	x.reset(4)
	var records []record
	for i := range 4 {
		bits := bitvec.FromUint64(uint64(i), 2)
		at := x.find(records, bits, 99)
		if *at != 0 {
			t.Errorf("value %d is taken for value %d", i, *at-1)
		}
		records = append(records, record{bits: bits, hash: 99})
		*at = int32(len(records))
	}
	for i := range 4 {
		if at := *x.find(records, bitvec.FromUint64(uint64(i), 2), 99); at != int32(i+1) {
			t.Errorf("value %d is found at %d", i, at-1)
		}
	}
}

// What is a step and what is left to the end. "read" and "conditional" are by clbit 3.
func TestTerminal(t *testing.T) {
	one := func(c *circuit.Circuit) circuit.CondID { return is1(c, 3) }
	for name, k := range map[string]struct {
		build         func(c *circuit.Circuit)
		steps, writes int
	}{
		"two":                     {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(1, 1) }, 0, 2},
		"same qubit":              {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(0, 1) }, 0, 2},
		"overwritten":             {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(1, 0) }, 0, 1},
		"gate elsewhere":          {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddGate(gate.X, 0, nil, 1); c.AddMeasure(1, 1) }, 1, 2},
		"gate after":              {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddGate(gate.X, 0, nil, 0) }, 2, 0},
		"control after":           {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddGate(gate.X, 1, nil, 0, 1); c.AddMeasure(1, 1) }, 2, 1},
		"read":                    {func(c *circuit.Circuit) { c.AddMeasure(0, 3); c.AddGate(gate.X, 0, nil, 1).If = one(c) }, 2, 0},
		"conditional":             {func(c *circuit.Circuit) { c.AddMeasure(0, 0).If = one(c) }, 1, 0},
		"conditional overwriting": {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(1, 0).If = one(c) }, 2, 0},
		"kept overwriting":        {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddMeasure(1, 0); c.AddGate(gate.X, 0, nil, 1) }, 2, 0},
		"reset after":             {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddReset(0) }, 0, 1},
		"reset before":            {func(c *circuit.Circuit) { c.AddReset(0); c.AddMeasure(0, 0) }, 1, 1},
		"barrier after":           {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddBarrier(0) }, 0, 1},
		"nobody's":                {func(c *circuit.Circuit) { c.AddMeasure(0, circuit.NoClbit) }, 0, 0},
		"nobody's in the middle":  {func(c *circuit.Circuit) { c.AddMeasure(0, circuit.NoClbit); c.AddGate(gate.X, 0, nil, 0) }, 2, 0},
		"assigned":                {func(c *circuit.Circuit) { c.AddMeasure(0, 0); c.AddAssign(0, true) }, 0, 0},
		"assigned and read":       {func(c *circuit.Circuit) { c.AddAssign(3, true); c.AddGate(gate.X, 0, nil, 1).If = one(c) }, 2, 0},
	} {
		c := &circuit.Circuit{}
		c.AddQreg("q", 2)
		c.AddCreg("c", 4)
		k.build(c)
		p := compile(c, false)
		if len(p.steps) != k.steps || len(p.writes) != k.writes {
			t.Errorf("%s: %d steps and %d writes at the end, want %d and %d", name, len(p.steps), len(p.writes), k.steps, k.writes)
		}
	}
}

// Outcomes go to their clbits a word at a time; a bit at a time gives the same.
func TestCompletion(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 6))
		qubits, bits := 1+r.IntN(150), 200
		c := &circuit.Circuit{}
		c.AddQreg("q", qubits)
		c.AddCreg("c", bits)
		shift := r.IntN(bits)
		for k := range 1 + r.IntN(150) { // mostly in runs, some anywhere
			q, b := k%qubits, (k+shift)%bits
			if r.IntN(20) == 0 {
				q, b = r.IntN(qubits), r.IntN(bits)
			}
			c.AddMeasure(uint32(q), uint32(b))
		}
		p := compile(c, false)
		rec, outcome := record{bits: bitvec.New(bits)}, bitvec.New(len(p.measured))
		for i := range bits {
			rec.bits.Set(i, r.IntN(2) == 1)
		}
		want := rec.bits.Clone()
		for k := range p.measured {
			outcome.Set(k, r.IntN(2) == 1)
		}
		for _, w := range p.writes {
			if p.measured[w.source] != w.qubit {
				t.Fatalf("seed %d: outcome bit %d is qubit %d, want %d", seed, w.source, p.measured[w.source], w.qubit)
			}
			want.Set(int(w.clbit), outcome.Get(w.source))
		}
		if got := newCompletion(p).of(&rec, outcome); !got.Equal(want) {
			t.Errorf("seed %d: got %s, want %s", seed, got, want)
		}
	}
}
