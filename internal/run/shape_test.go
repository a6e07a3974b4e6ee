package run

import (
	"slices"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
)

func parse(t *testing.T, s string) bitvec.Vec {
	t.Helper()
	v, err := bitvec.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestKeys(t *testing.T) {
	a, b, empty := circuit.Register{Name: "a", First: 0, Size: 2}, circuit.Register{Name: "b", First: 2, Size: 3}, circuit.Register{Name: "e", First: 5}
	for _, c := range []struct {
		keys keys
		want string
	}{
		{keys{a, b}, "110 01"},
		{keys{a}, "01"},
		{keys{b, a}, "01 110"},
		{keys{a, empty, b}, "110  01"},
		{nil, ""},
	} {
		if got := c.keys.of(parse(t, "11001")); got != c.want {
			t.Errorf("%v: got %q, want %q", c.keys, got, c.want)
		}
	}
}

func TestCountsAreMergedWhereAKeyHidesClbits(t *testing.T) {
	c := &circuit.Circuit{NumClbits: 2}
	j := &job{reading: &reading{keys: keys{{Name: "c", First: 1, Size: 1}}, fromBits: true}, request: sim.Request{Circuit: c}}
	r := &Report{}
	err := j.shape(t.Context(), r, &sim.Result{Counts: []sim.Outcome{{Bits: parse(t, "00"), Count: 3}, {Bits: parse(t, "01"), Count: 4}, {Bits: parse(t, "11"), Count: 9}}})
	if err != nil {
		t.Fatal(err)
	}
	got := r.Counts
	if want := []Count{{"1", 9}, {"0", 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestProbabilitiesAreOrderedAndCut(t *testing.T) {
	const bits = 13 // twice MaxProbabilities outcomes
	c := &circuit.Circuit{}
	j := &job{reading: &reading{keys: keys{c.AddCreg("c", bits)}, fromBits: true}, request: sim.Request{Circuit: c}}
	var ps []sim.Probability
	for i := range 1 << bits {
		ps = append(ps, sim.Probability{Bits: bitvec.FromUint64(uint64(i), bits), P: 1.0/(1<<bits) + float64(i%3)*1e-17})
	}
	ps[77].P = 0.25
	got, complete, err := j.probabilities(t.Context(), ps)
	if err != nil || complete || len(got) != MaxProbabilities {
		t.Fatalf("%d entries, complete %v", len(got), complete)
	}
	if got[0].P != 0.25 {
		t.Errorf("the largest is not first: %v", got[0])
	}
	if !slices.IsSortedFunc(got[1:], func(a, b KeyProbability) int { return slices.Compare([]byte(a.Key), []byte(b.Key)) }) {
		t.Error("ties that differ by rounding only are not ordered by key")
	}
}

func TestDeclaredState(t *testing.T) {
	c := &circuit.Circuit{NumQubits: 2, Declared: []circuit.Qubit{3, 1}}
	got := declaredState(c, 4, []complex128{1, 2, 3, 4})
	want := make([]complex128, 16)
	want[0b0000], want[0b1000], want[0b0010], want[0b1010] = 1, 2, 3, 4
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
