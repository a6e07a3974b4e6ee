package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/value"
)

func runWorkload(t *testing.T, w run.Workload, o run.Options) *run.Report {
	t.Helper()
	seed := uint64(5)
	o.Seed = &seed
	r, err := run.Run(context.Background(), w, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func finished(t *testing.T, b *program.Builder) *program.Program {
	t.Helper()
	p, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// count is a program without qubits: n counts to 10.
func count(t *testing.T) *program.Program {
	b := program.NewBuilder()
	n, end := b.Alloc(1), b.Alloc(1)
	b.SetInt(end, 10)
	loop := b.Label()
	b.Place(loop)
	b.Emit(program.AddImmI, 64, n, n, 1)
	b.Jump(program.JumpLtI, loop, n, end)
	b.Program.Vars = []program.Var{{Name: "n", Type: program.Type{Elem: value.IntType}, Slot: n}}
	return finished(t, b)
}

// TestProgramsWithoutQubits run: their variables are the result.
func TestProgramsWithoutQubits(t *testing.T) {
	for _, w := range []run.Workload{{Program: count(t)}, {Circuit: &circuit.Circuit{}, Program: count(t)}} {
		r := runWorkload(t, w, run.Options{Shots: 7, Variables: true, Probabilities: true})
		if got := asJSON(t, r.Variables); got != `[{"Name":"n","Type":"int","Values":[{"JSON":10,"N":7}]}]` {
			t.Errorf("variables %s", got)
		}
		if got := fmt.Sprint(r.Counts, r.Probabilities, r.NumQubits, r.Joint); got != "[{ 7}] [{ 1}] 0 [{[10] 7}]" {
			t.Errorf("got %s", got)
		}
	}
}

// bellTail is a bell pair and a program that adds its two bits up and complements the second one.
func bellTail(t *testing.T) run.Workload {
	c := &circuit.Circuit{}
	c.AddQreg("q", 2)
	c.AddCreg("c", 2)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddGate(gate.X, 1, nil, 0, 1)
	c.AddMeasure(0, 0)
	c.AddMeasure(1, 1)
	b := program.NewBuilder()
	reg, sum, bit := b.Alloc(1), b.Alloc(1), b.Alloc(1)
	b.Program.NumQubits = 2
	b.Program.Loads = []program.BitPlace{{Slot: reg, Bit: 0}, {Slot: reg, Bit: 1}}
	b.Program.Cregs = []program.Creg{{Name: "c", Size: 2, Slot: reg}}
	b.Program.Vars = []program.Var{{Name: "c", Type: program.Type{Elem: value.BitsOf(2)}, Slot: reg}, {Name: "sum", Type: program.Type{Elem: value.IntOf(8)}, Slot: sum}}
	for i := range int32(2) {
		b.Emit(program.GetBit, 0, bit, reg, i)
		b.Emit(program.AddI, 8, sum, sum, bit)
	}
	b.Emit(program.NotB, 0, bit, bit, 0)
	b.Emit(program.PutBit, 0, reg, bit, 1)
	return run.Workload{Circuit: c, Program: finished(t, b)}
}

// TestClassicalRest: what a program makes of a circuit's bits is what is counted.
func TestClassicalRest(t *testing.T) {
	r := runWorkload(t, bellTail(t), run.Options{Shots: 1000, Variables: true, Probabilities: true, Memory: true, StateVector: true})
	if len(r.Counts) != 2 || r.Counts[0].N+r.Counts[1].N != 1000 {
		t.Fatalf("counts %v", r.Counts)
	}
	if got := fmt.Sprintf("%s %.3f %s %.3f", r.Probabilities[0].Key, r.Probabilities[0].P, r.Probabilities[1].Key, r.Probabilities[1].P); got != "01 0.500 10 0.500" {
		t.Errorf("probabilities %s", got)
	}
	for _, key := range r.Memory {
		if key != "01" && key != "10" {
			t.Errorf("a shot gave %s", key)
		}
	}
	for _, a := range r.Joint {
		if c, sum := a.Values[0].(string), asJSON(t, a.Values[1]); c+sum != "100" && c+sum != "012" {
			t.Errorf("c is %s where the sum is %s", c, sum)
		}
	}
	if len(r.Joint) != 2 || len(r.StateVector) != 4 || math.Abs(real(r.StateVector[3])-math.Sqrt(0.5)) > 1e-12 {
		t.Errorf("joint %v, state %v", r.Joint, r.StateVector)
	}
}

// TestVariablesOfOpenQASM2 are its registers.
func TestVariablesOfOpenQASM2(t *testing.T) {
	c := load(t, "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\ncreg a[2];\ncreg b[1];\nx q[0];\nmeasure q[0] -> a[1];\n")
	r := runWorkload(t, run.Workload{Circuit: c}, run.Options{Shots: 3, Variables: true})
	if got := asJSON(t, r.Variables); got != `[{"Name":"a","Type":"bit[2]","Values":[{"JSON":"10","N":3}]},{"Name":"b","Type":"bit[1]","Values":[{"JSON":"0","N":3}]}]` {
		t.Errorf("variables %s", got)
	}
}

// flips is a program of a loop of gates whose number is given, without a measurement.
func flips(t *testing.T, n int64) *program.Program {
	b := program.NewBuilder()
	b.Program.NumQubits, b.Program.Qregs = 2, []circuit.Register{{Name: "q", Size: 2}}
	b.Program.Why, b.Program.WhyPos = "the loop is too long", 3
	i := b.Alloc(1)
	b.SetInt(i, n)
	loop := b.Label()
	b.Place(loop)
	b.Gate(program.Gate{ID: gate.X, Qubits: []program.Qubit{program.Fixed(1)}})
	b.Emit(program.AddImmI, 64, i, i, -1)
	b.Jump(program.JumpIf, loop, i, 0)
	return finished(t, b)
}

// TestDynamicWithoutMeasurement: all qubits are measured into meas, which alone is counted, and the state is the final one.
func TestDynamicWithoutMeasurement(t *testing.T) {
	r := runWorkload(t, run.Workload{Program: flips(t, 7)}, run.Options{Shots: 5, StateVector: true})
	if got := fmt.Sprint(r.Counts, r.NumClbits, len(r.Warnings), r.StateVector, r.Plan.Method); got != "[{10 5}] 2 1 [(0+0i) (0+0i) (1+0i) (0+0i)]basis" {
		t.Errorf("got %s", got)
	}
}

// TestExplainDynamic tells why a circuit is not known in advance.
func TestExplainDynamic(t *testing.T) {
	x, err := run.Explain(run.Workload{Program: flips(t, 7)}, run.Options{Shots: 5})
	if err != nil || x.Dynamic != "the loop is too long" || x.DynamicPos != 3 || x.NumOperations != 1 || x.NumQubits != 2 || x.Plan == nil {
		t.Errorf("got %+v, %v", x, err)
	}
}

// TestStepLimit names the place.
func TestStepLimit(t *testing.T) {
	_, err := run.Run(context.Background(), run.Workload{Program: flips(t, math.MaxInt64)}, run.Options{Shots: 5, MaxSteps: 100000})
	var fault *run.ProgramError
	if !errors.As(err, &fault) || fault.Code != vm.CodeSteps || !strings.Contains(fault.Detail, "100000 steps") {
		t.Errorf("got %v", err)
	}
}
