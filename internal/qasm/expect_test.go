package qasm

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/sema"
	"github.com/softquantus/qcos/internal/sim/reference"
)

// operation is one operation after broadcasting and before expansion, as the corpus writes it.
type operation struct {
	Name   string    `json:"name"`
	Params []float64 `json:"params"`
	Qubits []string  `json:"qubits"`
	Bits   []string  `json:"bits"`
	If     []string  `json:"if"`
}

type expectation struct {
	Operations   *[]operation         `json:"operations"`
	Params       map[string][]float64 `json:"params_of_gate_call"`
	Distribution map[string]float64   `json:"distribution"`
}

// recorder notes the operations that pass through it.
type recorder struct {
	sema.Sink
	operations   []operation
	qubits, bits []string
	cregs        []circuit.Register
}

func elements(names []string, name string, size int) []string {
	for i := range size {
		names = append(names, fmt.Sprintf("%s[%d]", name, i))
	}
	return names
}

func (r *recorder) Qreg(name string, size int) {
	r.qubits = elements(r.qubits, name, size)
	r.Sink.Qreg(name, size)
}

func (r *recorder) Creg(name string, size int) {
	r.cregs = append(r.cregs, circuit.Register{Name: name, First: uint32(len(r.bits)), Size: size})
	r.bits = elements(r.bits, name, size)
	r.Sink.Creg(name, size)
}

func (r *recorder) condition(c *sema.Condition) []string {
	if c == nil {
		return nil
	}
	for _, reg := range r.cregs {
		if reg.First == c.First && reg.Size == c.Width {
			return []string{reg.Name + " == " + decimalOf(c)}
		}
	}
	return []string{"?"}
}

func decimalOf(c *sema.Condition) string {
	digits := []byte{0} // lowest first
	s := c.Value.String()
	for i := range len(s) {
		carry := int(s[i] - '0')
		for j := range digits {
			v := int(digits[j])*2 + carry
			digits[j], carry = byte(v%10), v/10
		}
		if carry > 0 {
			digits = append(digits, byte(carry))
		}
	}
	slices.Reverse(digits)
	for i := range digits {
		digits[i] += '0'
	}
	return string(digits)
}

func (r *recorder) Call(c *sema.Call) {
	for i := range c.Times {
		o := operation{Name: strings.ToLower(c.Gate.Name), Params: slices.Clone(c.Params), If: r.condition(c.If)}
		for _, a := range c.Args {
			o.Qubits = append(o.Qubits, r.qubits[a.At(i)])
		}
		r.operations = append(r.operations, o)
	}
	r.Sink.Call(c)
}

func (r *recorder) Measure(m *sema.Measure) {
	for i := range m.Times {
		r.operations = append(r.operations, operation{
			Name: "measure", Qubits: []string{r.qubits[m.Qubits.At(i)]}, Bits: []string{r.bits[m.Bits.At(i)]}, If: r.condition(m.If)})
	}
	r.Sink.Measure(m)
}

func (r *recorder) Reset(q sema.Arg, when *sema.Condition, pos diag.Pos) {
	for i := range q.Size {
		r.operations = append(r.operations, operation{Name: "reset", Qubits: []string{r.qubits[q.At(i)]}, If: r.condition(when)})
	}
	r.Sink.Reset(q, when, pos)
}

func (r *recorder) Barrier(args []sema.Arg, pos diag.Pos) {
	o := operation{Name: "barrier"}
	if len(args) == 0 {
		o.Qubits = slices.Clone(r.qubits)
	}
	for _, a := range args {
		for i := range a.Size {
			if q := r.qubits[a.At(i)]; !slices.Contains(o.Qubits, q) {
				o.Qubits = append(o.Qubits, q)
			}
		}
	}
	if len(o.Qubits) > 0 {
		r.operations = append(r.operations, o)
	}
	r.Sink.Barrier(args, pos)
}

func (o operation) equal(p operation) bool {
	if o.Name == "id" && p.Name == "u" {
		o.Name, o.Params = "u", []float64{0, 0, 0}
	}
	return o.Name == p.Name && slices.Equal(o.Qubits, p.Qubits) && slices.Equal(o.Bits, p.Bits) && slices.Equal(o.If, p.If) &&
		slices.EqualFunc(o.Params, p.Params, near)
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a), math.Abs(b)) }

func TestCorpusExpect(t *testing.T) {
	rows := corpus(t, "qasm2-valid")
	text, err := os.ReadFile(filepath.Join(corpora, "qasm2-valid/EXPECT.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Programs map[string]expectation `json:"programs"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	operations, distributions := 0, 0
	for name, want := range file.Programs {
		var r *recorder
		o := Options{CheckOnly: true}
		p := loadObserved(t, name, rows[name], o, func(s sema.Sink) sema.Sink { r = &recorder{Sink: s}; return r })
		if p.Diagnostics.HasErrors() {
			t.Errorf("%s is refused:\n%s", name, rendered(p))
			continue
		}
		if want.Operations != nil {
			operations++
			compareOperations(t, name, *want.Operations, r.operations)
		}
		for _, params := range want.Params {
			operations++
			if len(r.operations) == 0 || !slices.EqualFunc(r.operations[0].Params[:len(params)], params, near) {
				t.Errorf("%s: parameters %v, want %v", name, r.operations, params)
			}
		}
		if want.Distribution != nil {
			distributions++
			compareDistribution(t, name, want.Distribution, corpusOrder(p.Circuit))
		}
	}
	if operations < 80 || distributions < 30 {
		t.Errorf("%d lists of operations and %d distributions only", operations, distributions)
	}
}

func loadObserved(t *testing.T, name string, row map[string]string, o Options, observe func(sema.Sink) sema.Sink) *Program {
	t.Helper()
	path := filepath.Join(corpora, "qasm2-valid", name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if dir := includeFolder.FindString(row["note"]); dir != "" {
		o.Include = []string{filepath.Join(corpora, "qasm2-valid", dir)}
	}
	return load(path, text, o, observe)
}

func compareOperations(t *testing.T, name string, want, got []operation) {
	t.Helper()
	want = written(want)
	if len(got) != len(want) {
		t.Errorf("%s: %d operations %v, want %d %v", name, len(got), got, len(want), want)
		return
	}
	for i := range got {
		if !got[i].equal(want[i]) {
			t.Errorf("%s: operation %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}

// written puts right what the corpus took from Qiskit's tests as it stood: a call of decompose() is no operation of the program, a
// measurement into the slice of four bits is four measurements, and Qiskit's test writes id as the u that it equals.
func written(want []operation) []operation {
	var out []operation
	for _, o := range want {
		switch {
		case len(o.Qubits) == 0:
		case len(o.Bits) == 1 && o.Bits[0] == "ans[slice(None, 4, None)]":
			for i := range 4 {
				out = append(out, operation{Name: o.Name, Qubits: []string{fmt.Sprintf("b[%d]", i)}, Bits: []string{fmt.Sprintf("ans[%d]", i)}})
			}
		default:
			out = append(out, o)
		}
	}
	return out
}

func compareDistribution(t *testing.T, name string, want, got map[string]float64) {
	t.Helper()
	for key := range maps.Keys(want) {
		if math.Abs(got[key]-want[key]) > 1e-9 {
			t.Errorf("%s: P(%s) = %v, want %v", name, key, got[key], want[key])
		}
		delete(got, key)
	}
	for key, p := range got {
		if p > 1e-9 {
			t.Errorf("%s: P(%s) = %v, want 0", name, key, p)
		}
	}
}

// corpusOrder is the distribution of a circuit keyed as the corpus writes it: the register first declared leftmost.
func corpusOrder(c *circuit.Circuit) map[string]float64 {
	got := map[string]float64{}
	for bits, p := range reference.Distribution(c) {
		var parts []string
		for _, r := range c.Cregs {
			end := len(bits) - int(r.First)
			parts = append(parts, bits[end-r.Size:end])
		}
		got[strings.Join(parts, " ")] += p
	}
	return got
}
