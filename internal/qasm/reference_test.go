package qasm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/emit"
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
func referred(text []byte, inputs map[string]string) ([]reference.History, error) {
	return reference.Run(text, inputs, reference.Limits{Steps: 50_000, Histories: 128})
}

// endingsOf are the outcomes of histories, told apart by some variables; nil: all.
func endingsOf(all []reference.History, names map[string]bool) *endings {
	o := &endings{}
	for _, h := range all {
		var b strings.Builder
		for _, v := range h.Vars {
			switch {
			case names == nil:
				fmt.Fprintf(&b, "%s %s=%s; ", v.Type, v.Name, v.Value)
			case names[v.Name]:
				fmt.Fprintf(&b, "%s=%s; ", v.Name, v.Value)
			}
		}
		o.add(b.String(), h.P, h.State)
		if len(all) == 1 && !h.Measured {
			o.state = h.State
		}
	}
	return o
}

// errRefused is a program that the compiler does not take.
type errRefused struct{ text string }

func (e errRefused) Error() string { return e.text }

// compiled is what the compiler makes of a program, in the reference's words.
func compiled(text []byte, o Options) (*Program, []reference.History, error) {
	p := Load("program.qasm", text, o)
	if p.Diagnostics.HasErrors() || p.Program == nil {
		return nil, nil, errRefused{rendered(p)}
	}
	all, err := tryAll(p)
	if err != nil {
		return nil, nil, err
	}
	var out []reference.History
	for _, h := range all {
		r := reference.History{P: h.p, State: h.state}
		for _, v := range p.Program.Vars {
			r.Vars = append(r.Vars, reference.Variable{Name: v.Name, Type: v.Type.String(), Value: reference.Text(v.Type.JSON(h.mem[v.Slot : int(v.Slot)+v.Type.Words()]))})
		}
		out = append(out, r)
	}
	return p, out, nil
}

// disagreement runs a program by the reference and in every way that the compiler has, and says what differs, "" where nothing does. An
// error is the reference's.
func disagreement(text []byte, inputs map[string]string) (string, error) {
	want, err := referred(text, inputs)
	if err != nil && !errors.Is(err, reference.ErrFault) {
		return "", err
	}
	for _, way := range []struct {
		name string
		text []byte
		o    Options
	}{
		{"flattened", text, Options{Inputs: inputs}},
		{"as a program", text, Options{Inputs: inputs, Whole: true}},
		{"formatted", format.Source("program.qasm", text).Text, Options{Inputs: inputs}},
	} {
		p, got, e := compiled(way.text, way.o)
		switch {
		case err != nil && e == nil:
			return fmt.Sprintf("%s: it runs, but %v", way.name, err), nil
		case err != nil:
			continue
		case e != nil && strings.Contains(e.Error(), "it may never end"):
			return "", reference.ErrTooMuch
		case e != nil:
			return fmt.Sprintf("%s: %v", way.name, e), nil
		}
		if d := difference(endingsOf(want, nil), endingsOf(got, nil)); d != "" {
			return fmt.Sprintf("%s:\n%s", way.name, d), nil
		}
		if d := converted(p, want); d != "" {
			return fmt.Sprintf("%s and converted:\n%s", way.name, d), nil
		}
	}
	return "", err
}

// converted says in what a circuit differs that is written as a program and read again, where it can be written. It has the registers of
// the program and no other variables.
func converted(p *Program, want []reference.History) string {
	if p.Circuit == nil {
		return ""
	}
	c, err := emit.Plain(p.Circuit, p.Program)
	if err != nil {
		return ""
	}
	text, err := emit.Source(c, gate.QASM3)
	if err != nil {
		return ""
	}
	names := map[string]bool{}
	for _, r := range p.Program.Cregs {
		names[r.Name] = true
		if !slices.ContainsFunc(want[0].Vars, func(v reference.Variable) bool { return v.Name == r.Name }) {
			return "" // there are outputs, and this is none
		}
	}
	_, got, err := compiled(text, Options{})
	if err != nil {
		return fmt.Sprintf("%s\n%v", text, err)
	}
	if d := difference(endingsOf(want, names), endingsOf(got, names)); d != "" {
		return fmt.Sprintf("%s\n%s", text, d)
	}
	return ""
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
