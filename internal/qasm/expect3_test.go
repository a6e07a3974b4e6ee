package qasm

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// expect3 is what EXPECT.json of the corpus qasm3-valid says of a program.
type expect3 struct {
	Classical map[string]struct {
		Type  string
		Value json.RawMessage
	}
	AnyU *outcome3 `json:"any_U"`
	Spec *outcome3
}

type outcome3 struct {
	Order        []string `json:"bits_order"`
	Distribution map[string]float64
	StateVector  *struct {
		Qubits     []string
		Amplitudes map[string][2]float64
	}
}

// differences3 are programs of the corpus that qcos reads otherwise, with the reason.
var differences3 = map[string]string{
	"itsubaki_deutsch_jozsa_constant.qasm": "it calls a subroutine before it is defined, which scope.rst does not allow",
}

// TestExpect3 holds the programs of the corpus that can be run against its expectations, which an evaluator written for them alone made.
func TestExpect3(t *testing.T) {
	folder := filepath.Join(corpora, "qasm3-valid")
	text, err := os.ReadFile(filepath.Join(folder, "EXPECT.json"))
	if err != nil {
		t.Skip("the corpus ../shared/corpora/qasm3-valid is not here: this test runs only beside it")
	}
	var all struct{ Programs map[string]expect3 }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for name, e := range all.Programs {
		t.Run(name, func(t *testing.T) {
			if why := differences3[name]; why != "" {
				t.Skip(why)
			}
			source, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Skip(err)
			}
			for _, whole := range []bool{false, true} {
				p := Load(filepath.Join(folder, name), source, Options{Whole: whole})
				if p.Diagnostics.HasErrors() {
					t.Fatalf("refused:\n%s", rendered(p))
				}
				histories := runAll(t, p)
				compareClassical3(t, p, &e, histories)
				want := e.AnyU
				if want == nil {
					want = e.Spec
				}
				if want != nil {
					compareOutcome3(t, p, want, histories)
				}
			}
		})
	}
	if len(all.Programs) < 100 {
		t.Errorf("%d programs only", len(all.Programs))
	}
}

func compareClassical3(t *testing.T, p *Program, e *expect3, histories []history) {
	for name, w := range e.Classical {
		v, err := p.variable(name)
		if err != nil {
			if !hasOutputs(p) { // else only those are reported
				t.Error(err)
			}
			continue
		}
		got := v.Type.JSON(histories[0].mem[v.Slot : int(v.Slot)+v.Type.Words()])
		switch x := got.(type) { // here angles are strings of bits and durations numbers of seconds
		case map[string]any:
			got = x["seconds"]
		case fmt.Stringer:
		default:
			if strings.HasPrefix(w.Type, "angle") {
				text, _ := json.Marshal(got)
				var a struct{ Bits string }
				_ = json.Unmarshal(text, &a)
				got = a.Bits
			}
		}
		if !agrees(t, wanted{Type: w.Type, Value: w.Value}, got, 1e-9) {
			text, _ := json.Marshal(got)
			t.Errorf("%s is %s %s, want %s %s", name, v.Type, text, w.Type, w.Value)
		}
	}
}

func hasOutputs(p *Program) bool { return strings.Contains(string(p.Sources.Find(1).Text), "output ") }

func compareOutcome3(t *testing.T, p *Program, want *outcome3, histories []history) {
	got := map[string]float64{}
	for _, h := range histories {
		var key []string
		for _, name := range want.Order {
			v, err := p.variable(name)
			if err != nil {
				if hasOutputs(p) {
					return
				}
				t.Fatal(err)
			}
			key = append(key, fmt.Sprint(v.Type.JSON(h.mem[v.Slot:int(v.Slot)+v.Type.Words()])))
		}
		got[strings.Join(key, " ")] += h.p
	}
	if len(want.Order) > 0 {
		for k := range want.Distribution {
			got[k] += 0
		}
		for k, x := range got {
			if math.Abs(x-want.Distribution[k]) > 1e-9 {
				t.Errorf("P(%s) is %v, want %v", k, x, want.Distribution[k])
			}
		}
	}
	if want.StateVector == nil || len(histories) != 1 {
		return
	}
	state := histories[0].state
	if 1<<len(want.StateVector.Qubits) != len(state) {
		t.Errorf("%d qubits, want %v", len(state), want.StateVector.Qubits)
		return
	}
	for i, a := range state {
		label := make([]byte, len(want.StateVector.Qubits))
		for q := range label {
			label[q] = '0' + byte(i>>q&1)
		}
		w := want.StateVector.Amplitudes[string(label)]
		if cmplx.Abs(a-complex(w[0], w[1])) > 1e-9 {
			t.Errorf("amplitude %s is %.6f, want %.6f", label, a, w)
		}
	}
}
