package qasm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/qasm/format"
	"github.com/softquantus/qcos/internal/qasm/reference"
)

// endings are what a program can end with: for each set of values of its variables the sum of |ψ><ψ| over all histories, with their
// probabilities as weights, so that histories may be told apart or not.
type endings struct {
	density map[string][]complex128
	state   []complex128 // of a program without measurement, its phase included
}

func (o *endings) add(vars string, p float64, state []complex128) {
	if o.density == nil {
		o.density = map[string][]complex128{}
	}
	d := o.density[vars]
	if d == nil {
		d = make([]complex128, len(state)*len(state))
		o.density[vars] = d
	}
	for i, a := range state {
		for j, b := range state {
			d[i*len(state)+j] += complex(p, 0) * a * cmplx.Conj(b)
		}
	}
}

const close3 = 1e-7

// difference says in what two sets of endings differ, "" where they agree.
func difference(want, got *endings) string {
	var keys []string
	for k := range want.density {
		keys = append(keys, k)
	}
	for k := range got.density {
		if want.density[k] == nil {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	var out []string
	for _, k := range keys {
		a, b := want.density[k], got.density[k]
		if !alike(a, b) {
			out = append(out, fmt.Sprintf("%s: probability %.9g, want %.9g", k, trace(b), trace(a)))
		}
	}
	if len(out) == 0 && want.state != nil && got.state != nil && !alike(want.state, got.state) {
		out = append(out, fmt.Sprintf("state %.4f, want %.4f", got.state, want.state))
	}
	return strings.Join(out, "\n")
}

// alike compares two lists, where none is a list of zeros.
func alike(a, b []complex128) bool {
	for i := range max(len(a), len(b)) {
		var x, y complex128
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if cmplx.Abs(x-y) > close3 {
			return false
		}
	}
	return true
}

func trace(d []complex128) float64 {
	n, t := int(math.Sqrt(float64(len(d)))), 0.0
	for i := range n {
		t += real(d[i*n+i])
	}
	return t
}

// referred is what the reference makes of a program.
func referred(text []byte, inputs map[string]string) (*endings, error) {
	all, err := reference.Run(text, inputs, reference.Limits{Steps: 50_000, Histories: 128})
	if err != nil {
		return nil, err
	}
	o := &endings{}
	for _, h := range all {
		var b strings.Builder
		for _, v := range h.Vars {
			fmt.Fprintf(&b, "%s %s=%s; ", v.Type, v.Name, v.Value)
		}
		o.add(b.String(), h.P, h.State)
		if len(all) == 1 && !h.Measured {
			o.state = h.State
		}
	}
	return o, nil
}

// errRefused is a program that the compiler does not take.
type errRefused struct{ text string }

func (e errRefused) Error() string { return e.text }

// compiled is what the compiler makes of a program, flattened or not.
func compiled(text []byte, o Options) (out *endings, err error) {
	p := Load("program.qasm", text, o)
	if p.Diagnostics.HasErrors() || p.Program == nil {
		return nil, errRefused{rendered(p)}
	}
	all, err := tryAll(p)
	if err != nil {
		return nil, err
	}
	out = &endings{}
	for _, h := range all {
		var b strings.Builder
		for _, v := range p.Program.Vars {
			fmt.Fprintf(&b, "%s %s=%s; ", v.Type, v.Name, valueText(v.Type.JSON(h.mem[v.Slot:int(v.Slot)+v.Type.Words()])))
		}
		out.add(b.String(), h.p, h.state)
		if len(all) == 1 {
			out.state = h.state
		}
	}
	return out, nil
}

// valueText is a value as reference.Variable has it.
func valueText(v any) string {
	switch v := v.(type) {
	case float64:
		return reference.FloatText(v)
	case json.Number:
		return v.String()
	case []any:
		return listText(v)
	case [2]any:
		return listText(v[:])
	}
	if bits := reflect.ValueOf(v); bits.Kind() == reflect.Struct {
		return bits.FieldByName("Bits").String()
	}
	return fmt.Sprint(v)
}

func listText(list []any) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, valueText(x))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// disagreement runs a program by the reference and in every way that the compiler has, and says what differs, "" where nothing does. An
// error is the reference's.
func disagreement(text []byte, inputs map[string]string) (string, error) {
	want, err := referred(text, inputs)
	if err != nil && !errors.Is(err, reference.ErrFault) {
		return "", err
	}
	formatted := format.Source("program.qasm", text)
	for _, way := range []struct {
		name string
		text []byte
		o    Options
	}{
		{"flattened", text, Options{Inputs: inputs}},
		{"as a program", text, Options{Inputs: inputs, Whole: true}},
		{"formatted", formatted.Text, Options{Inputs: inputs}},
	} {
		got, e := compiled(way.text, way.o)
		switch {
		case err != nil && e == nil:
			return fmt.Sprintf("%s: it runs, but %v", way.name, err), nil
		case err != nil:
		case e != nil:
			return fmt.Sprintf("%s: %v", way.name, e), nil
		default:
			if d := difference(want, got); d != "" {
				return fmt.Sprintf("%s:\n%s", way.name, d), nil
			}
		}
	}
	return "", err
}

// TestReferenceKnowsTheCorpora holds the reference to the programs with known results: both it and the compiler run them.
func TestReferenceKnowsTheCorpora(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpora, "qasm3-*", "*.qasm"))
	if len(files) == 0 {
		t.Skip("the corpora ../shared/corpora are not here: this test runs only beside them")
	}
	ran := 0
	for _, file := range files {
		if strings.Contains(file, "qasm3-invalid") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reference.Run(text, inputsOf(file), reference.Limits{Steps: 5000, Histories: 32}); err != nil {
			continue // too long, or about timing
		}
		if p := Load(file, text, Options{Inputs: inputsOf(file)}); p.Diagnostics.HasErrors() || p.Major != 3 {
			continue
		}
		d, err := disagreement(text, inputsOf(file))
		switch {
		case d != "":
			t.Errorf("%s: %s", filepath.Base(file), d)
		case err == nil:
			ran++
		}
	}
	if ran < 400 {
		t.Errorf("%d programs only", ran)
	}
}

func inputsOf(file string) map[string]string {
	var e expectation3
	text, _ := os.ReadFile(strings.TrimSuffix(file, ".qasm") + ".json")
	_ = json.Unmarshal(text, &e)
	inputs := map[string]string{}
	for k, v := range e.Inputs {
		inputs[k] = string(v)
	}
	return inputs
}
