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

// expectation3 is a JSON file of the corpus qasm3-exec.
type expectation3 struct {
	Kind       string
	Variables  json.RawMessage
	Values     map[string]float64
	Amplitudes map[string][2]float64
	Phase      string `json:"global_phase"`
	Tolerance  float64
	Relative   float64 `json:"float_rel_tolerance"`
	Inputs     map[string]json.RawMessage
}

type wanted struct {
	Type    string
	Value   json.RawMessage
	Bits    *string `json:"bits_msb_left"`
	Radians float64
}

// TestExecutable runs every program of the corpus whose result is known, in all its histories.
func TestExecutable(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora, "qasm3-exec/*.qasm"))
	if len(files) == 0 {
		t.Skip("the corpus ../shared/corpora/qasm3-exec is not here: this test runs only beside it")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".qasm"), func(t *testing.T) {
			runExpected(t, file, false)
			runExpected(t, file, true)
		})
	}
	if len(files) != 132 {
		t.Errorf("%d programs, expected 132", len(files))
	}
}

func runExpected(t *testing.T, file string, whole bool) {
	var e expectation3
	text, err := os.ReadFile(strings.TrimSuffix(file, ".qasm") + ".json")
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string]string{}
	for k, v := range e.Inputs {
		inputs[k] = string(v)
	}
	p := Load(file, source, Options{Inputs: inputs, Whole: whole})
	if p.Diagnostics.HasErrors() {
		t.Fatalf("refused:\n%s", rendered(p))
	}
	if !whole && p.Circuit == nil {
		t.Logf("a program: %s at %s", p.Program.Why, p.Sources.Position(p.Program.WhyPos))
	}
	histories := runAll(t, p)
	switch e.Kind {
	case "probabilities":
		compareProbabilities(t, p, &e, histories)
	case "statevector":
		compareAmplitudes(t, p, &e, histories)
	default:
		compareVariables(t, p, &e, histories)
	}
}

func compareVariables(t *testing.T, p *Program, e *expectation3, histories []history) {
	var want map[string]wanted
	if err := json.Unmarshal(e.Variables, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		v, err := p.variable(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, h := range histories {
			got := v.Type.JSON(h.mem[v.Slot : int(v.Slot)+v.Type.Words()])
			if v.Type.String() != w.Type || !agrees(t, w, got, e.Relative) {
				text, _ := json.Marshal(got)
				bits := ""
				if w.Bits != nil {
					bits = *w.Bits
				}
				t.Errorf("%s is %s %s, want %s %s%s", name, v.Type, text, w.Type, w.Value, bits)
			}
		}
	}
}

// agrees compares a value with what JSON says of it.
func agrees(t *testing.T, w wanted, got any, relative float64) bool {
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if w.Bits != nil {
		var a struct{ Bits string }
		_ = json.Unmarshal(text, &a)
		return a.Bits == *w.Bits
	}
	var x, y any
	_ = json.Unmarshal(text, &x)
	_ = json.Unmarshal(w.Value, &y)
	if strings.HasPrefix(w.Type, "angle") && w.Value == nil {
		a := x.(map[string]any)
		return math.Abs(math.Remainder(a["radians"].(float64)-w.Radians, 2*math.Pi)) < 1e-9
	}
	return close(x, y, max(relative, 1e-9))
}

func close(x, y any, relative float64) bool {
	if a, ok := x.(map[string]any); ok {
		b, ok := y.(map[string]any)
		return ok && (a["bits"] == b["bits_msb_left"] || a["bits"] == b["bits"])
	}
	a, okA := x.([]any)
	b, okB := y.([]any)
	if okA && okB && len(a) == len(b) {
		for i := range a {
			if !close(a[i], b[i], relative) {
				return false
			}
		}
		return true
	}
	if f, ok := x.(string); ok { // an integer above 2^53
		if g, isNumber := y.(float64); isNumber {
			return f == fmt.Sprintf("%.0f", g) || f == "18446744073709551615" && g == 1<<64
		}
	}
	f, okF := x.(float64)
	g, okG := y.(float64)
	if okF && okG {
		return f == g || math.Abs(f-g) <= relative*max(1, math.Abs(f), math.Abs(g))
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

func compareProbabilities(t *testing.T, p *Program, e *expectation3, histories []history) {
	var names []string
	if err := json.Unmarshal(e.Variables, &names); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, h := range histories {
		var key []string
		for _, name := range names {
			v, err := p.variable(name)
			if err != nil {
				t.Fatal(err)
			}
			key = append(key, fmt.Sprint(v.Type.JSON(h.mem[v.Slot:int(v.Slot)+v.Type.Words()])))
		}
		got[strings.Join(key, " ")] += h.p
	}
	for k := range e.Values {
		got[k] += 0
	}
	for k, x := range got {
		if math.Abs(x-e.Values[k]) > 1e-9 {
			t.Errorf("P(%s) is %v, want %v", k, x, e.Values[k])
		}
	}
}

func compareAmplitudes(t *testing.T, p *Program, e *expectation3, histories []history) {
	if len(histories) != 1 {
		t.Fatalf("%d histories", len(histories))
	}
	state := histories[0].state
	n := 0
	for 1<<n < len(state) {
		n++
	}
	want := make([]complex128, len(state))
	for label, a := range e.Amplitudes {
		k := 0
		for q, ch := range label {
			if ch == '1' {
				k |= 1 << q
			}
		}
		want[k] = complex(a[0], a[1])
	}
	if e.Phase != "included" {
		best := 0
		for i := range want {
			if cmplx.Abs(want[i]) > cmplx.Abs(want[best]) {
				best = i
			}
		}
		phase := state[best] / want[best]
		for i := range want {
			want[i] *= phase
		}
	}
	for i := range want {
		if cmplx.Abs(want[i]-state[i]) > max(1e-9, e.Tolerance) {
			t.Errorf("amplitude %0*b is %.6f, want %.6f", n, i, state[i], want[i])
		}
	}
}
