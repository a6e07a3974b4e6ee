package qasm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/program/vm"
)

// history is one way that a program of OpenQASM 3 can go: its probability, the memory of the main program in the end, and the state.
type history struct {
	p     float64
	mem   []uint64
	state []complex128
}

// dumb runs programs by following every branch on its own, on a handful of qubits.
type dumb struct {
	p   *Program
	n   int
	out []history
}

const (
	manySteps = 1 << 24
	muchSpace = 1 << 24
)

// runAll returns all histories of a program.
func runAll(t *testing.T, p *Program) []history {
	t.Helper()
	all, err := tryAll(p)
	if errors.Is(err, errTooWide) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var errTooWide = errors.New("too many qubits for a dumb simulator")

// tryAll is runAll for programs that may fail while they run.
func tryAll(p *Program) (all []history, err error) {
	d := &dumb{p: p}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(dumbError)
			if !ok {
				panic(r)
			}
			all, err = nil, e.error
		}
	}()
	if p.Circuit != nil {
		d.n = p.Circuit.NumQubits
		state := d.zero()
		for i := range state {
			state[i] *= cmplx.Exp(complex(0, p.Circuit.GlobalPhase))
		}
		d.circuit(1, state, bitvec.New(p.Circuit.NumClbits), 0)
		return d.out, nil
	}
	d.n = p.Program.NumQubits
	m, err := vm.New(p.Program, vm.Limits{Steps: manySteps, Words: muchSpace})
	must(err)
	d.program(1, m, d.zero())
	return d.out, nil
}

// dumbError is what a dumb simulator panics with.
type dumbError struct{ error }

func must(err error) {
	if err != nil {
		panic(dumbError{err})
	}
}

func (d *dumb) zero() []complex128 {
	if d.n > 16 {
		must(errTooWide)
	}
	s := make([]complex128, 1<<d.n)
	s[0] = 1
	return s
}

// circuit follows a circuit from an operation on, and its classical rest for each outcome.
func (d *dumb) circuit(p float64, state []complex128, bits bitvec.Vec, from int) {
	c := d.p.Circuit
	for i := from; i < len(c.Ops); i++ {
		op := c.Ops[i]
		if op.If != 0 && !c.Condition(op.If).Holds(bits) {
			continue
		}
		switch op.Kind {
		case circuit.Gate:
			state = applied(state, c.Matrix(op), c.Qubits(op), int(op.Controls))
		case circuit.Assign:
			bits = bits.Clone()
			bits.Set(int(op.Clbit()), op.Value())
		case circuit.Measure:
			for one := range 2 {
				if q, s := projected(state, c.Qubits(op)[0], one); q > 1e-12 {
					b := bits.Clone()
					if op.Clbit() != circuit.NoClbit {
						b.Set(int(op.Clbit()), one == 1)
					}
					d.circuit(p*q, s, b, i+1)
				}
			}
			return
		case circuit.Reset:
			for one := range 2 {
				if q, s := projected(state, c.Qubits(op)[0], one); q > 1e-12 {
					if one == 1 {
						s = applied(s, gate.X.Row().Matrix(nil), c.Qubits(op), 0)
					}
					d.circuit(p*q, s, bits, i+1)
				}
			}
			return
		}
	}
	d.rest(p, state, bits)
}

func (d *dumb) rest(p float64, state []complex128, bits bitvec.Vec) {
	m, err := vm.New(d.p.Program, vm.Limits{Steps: manySteps, Words: muchSpace})
	must(err)
	for i, at := range d.p.Program.Loads {
		if bits.Get(i) {
			m.Mem[at.Slot] |= 1 << at.Bit
		}
	}
	_, err = m.Run(context.Background(), nil)
	must(err)
	d.out = append(d.out, history{p, m.Mem, state})
}

// program follows a program until it ends.
func (d *dumb) program(p float64, m *vm.Machine, state []complex128) {
	sink := &dumbSink{state: state, c: &circuit.Circuit{}}
	sink.c.AddQreg("q", d.n)
	event, err := m.Run(context.Background(), sink)
	must(err)
	if event == vm.Ended {
		d.out = append(d.out, history{p, m.Mem, sink.state})
		return
	}
	for one := range 2 {
		q, s := projected(sink.state, m.Qubit, one)
		if q < 1e-12 {
			continue
		}
		if event == vm.Resets && one == 1 {
			s = applied(s, gate.X.Row().Matrix(nil), []circuit.Qubit{m.Qubit}, 0)
		}
		next := &vm.Machine{}
		next.CopyFrom(m)
		next.Answer(one == 1)
		d.program(p*q, next, s)
	}
}

// dumbSink applies gates as they come.
type dumbSink struct {
	state []complex128
	c     *circuit.Circuit
	open  []int // where the operations of the open powers begin
}

func (s *dumbSink) Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, _ diag.Pos) error {
	if g.ID == gate.Unitary {
		s.c.AddUnitary(g.Matrix, g.Controls, qubits...)
	} else {
		s.c.AddGate(g.ID, g.Controls, params, qubits...)
	}
	s.flush()
	return nil
}

func (s *dumbSink) flush() {
	if len(s.open) > 0 {
		return
	}
	for _, op := range s.c.Ops {
		s.state = applied(s.state, s.c.Matrix(op), s.c.Qubits(op), int(op.Controls))
	}
	s.c.Ops = s.c.Ops[:0]
}

func (s *dumbSink) PowBegin() { s.open = append(s.open, len(s.c.Ops)) }

func (s *dumbSink) PowEnd(exponent float64, controls []circuit.Qubit, _ diag.Pos) error {
	from := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	ops := append([]circuit.Op(nil), s.c.Ops[from:]...)
	var qubits []circuit.Qubit
	seen := map[circuit.Qubit]bool{}
	for _, op := range ops {
		for _, q := range s.c.Qubits(op) {
			if !seen[q] {
				seen[q] = true
				qubits = append(qubits, q)
			}
		}
	}
	m := gate.Power(s.c.UnitaryOf(ops, qubits), exponent)
	s.c.Ops = s.c.Ops[:from]
	s.c.AddUnitary(m, len(controls), append(append([]circuit.Qubit(nil), controls...), qubits...)...)
	s.flush()
	return nil
}

// applied is a state after a gate.
func applied(state []complex128, m []complex128, qubits []circuit.Qubit, controls int) []complex128 {
	targets := qubits[controls:]
	n := 1 << len(targets)
	out := make([]complex128, len(state))
	for i := range state {
		on := true
		for _, q := range qubits[:controls] {
			on = on && i>>q&1 == 1
		}
		if !on {
			out[i] += state[i]
			continue
		}
		col := 0
		for k, q := range targets {
			col |= i >> q & 1 << k
		}
		for row := range n {
			j := i
			for k, q := range targets {
				j = j&^(1<<q) | row>>k&1<<q
			}
			out[j] += m[row*n+col] * state[i]
		}
	}
	return out
}

// projected is the probability that a qubit is found as one, and the state then.
func projected(state []complex128, q circuit.Qubit, one int) (float64, []complex128) {
	p, out := 0.0, make([]complex128, len(state))
	for i, a := range state {
		if i>>q&1 == one {
			out[i] = a
			p += real(a)*real(a) + imag(a)*imag(a)
		}
	}
	if p > 0 {
		for i := range out {
			out[i] /= complex(math.Sqrt(p), 0)
		}
	}
	return p, out
}

// variable finds a reported variable.
func (p *Program) variable(name string) (program.Var, error) {
	for _, v := range p.Program.Vars {
		if v.Name == name {
			return v, nil
		}
	}
	return program.Var{}, fmt.Errorf("no variable %s", name)
}
