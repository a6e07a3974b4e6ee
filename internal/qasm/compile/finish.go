package compile

import (
	"fmt"

	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Result is what a program became.
type Result struct {
	// Circuit is the program's quantum part, where nothing in it had to be decided while it runs; nil otherwise.
	Circuit *circuit.Circuit
	// Classical is the whole program where there is no Circuit. With one it is what remains to be computed from the circuit's clbits:
	// its Loads are set, and it gives the registers and variables their final values.
	Classical *program.Program
}

// Finish ends the program. The result is nothing where errors were reported.
func (c *Compiler) Finish() Result {
	if c.open != nil {
		c.abandon()
	}
	c.unknownInputs()
	if c.rep.HasErrors() || c.unrunnable {
		return Result{}
	}
	c.outputsOnly()
	c.orderPhysical()
	if c.opts.Whole {
		return Result{Classical: c.assemble(c.circuit, nil)}
	}
	if c.direct {
		return Result{Circuit: c.circuit, Classical: c.assemble(nil, c.loads())}
	}
	p := c.assemble(nil, nil)
	if c.opts.CheckOnly {
		return Result{Classical: p}
	}
	flat, why := flatten(p, c.circuit, c.loads(), limits{c.maxOps, c.opts.UnrollSteps})
	switch {
	case why.err != nil:
		c.rep.Error(diag.Span{Start: why.at, End: why.at + 1}, why.err.Code, why.err.Next, "%s", why.err.Detail)
		return Result{}
	case flat.Circuit != nil:
		return flat
	}
	p = c.assemble(c.circuit, nil)
	p.Why, p.WhyPos = why.text, why.at
	return Result{Classical: p}
}

// outputsOnly leaves of the variables the outputs, where the program declares some.
func (c *Compiler) outputsOnly() {
	if len(c.outputs) == 0 {
		return
	}
	c.vars = slices.DeleteFunc(c.vars, func(v program.Var) bool {
		return !slices.ContainsFunc(c.outputs, func(s token.Symbol) bool { return c.names.Text(s) == v.Name })
	})
}

// loads says where the circuit's clbits lie in the main frame.
func (c *Compiler) loads() []program.BitPlace {
	var list []program.BitPlace
	for _, r := range c.cregs {
		for i := range r.Size {
			list = append(list, program.BitPlace{Slot: r.Slot + int32(i/64), Bit: uint8(i % 64)})
		}
	}
	return list
}

// assemble joins the functions. What is fixed before the start comes first, then the operations of the circuit, if given.
func (c *Compiler) assemble(first *circuit.Circuit, loads []program.BitPlace) *program.Program {
	p := *c.out
	p.Code, p.Pos, p.Funcs = nil, nil, nil
	p.Qregs, p.NumQubits = c.circuit.Qregs, c.circuit.NumQubits
	p.Cregs, p.Vars, p.Loads, p.Measured = c.cregs, c.vars, loads, c.measured()
	a := &assembly{p: &p, clbits: c.clbitPlaces(), places: c.renumbered}
	for _, f := range c.fixed {
		a.words(f.slot, f.words)
	}
	if first != nil {
		a.operations(first)
	}
	for i, f := range c.funcs {
		a.function(f, i == 0)
	}
	a.patchQubits()
	if err := p.Verify(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, p.String()))
	}
	return &p
}

// measured reports whether a statement of the main program, or of a subroutine that one calls, measures.
func (c *Compiler) measured() bool {
	seen := make([]bool, len(c.funcs))
	for list := []int32{0}; len(list) > 0; {
		n := list[len(list)-1]
		list = list[:len(list)-1]
		if seen[n] {
			continue
		}
		if seen[n] = true; c.funcs[n].measures {
			return true
		}
		list = append(list, c.funcs[n].calls...)
	}
	return false
}

// clbitPlaces says for each clbit of the circuit where it lies in the main frame.
func (c *Compiler) clbitPlaces() []program.BitPlace { return c.loads() }

// assembly is a program being joined.
type assembly struct {
	p      *program.Program
	clbits []program.BitPlace
	places map[uint32]uint32 // see orderPhysical
}

func (a *assembly) emit(in program.Instr, pos diag.Pos) {
	a.p.Code = append(a.p.Code, in)
	a.p.Pos = append(a.p.Pos, pos)
}

func (a *assembly) words(slot int32, words []uint64) {
	for i, w := range words {
		if w != 0 {
			a.emit(program.Instr{Op: program.Set, A: slot + int32(i), B: int32(uint32(w)), C: int32(uint32(w >> 32))}, 0)
		}
	}
}

// operations turns the operations of a circuit into instructions.
func (a *assembly) operations(d *circuit.Circuit) {
	for _, op := range d.Ops {
		switch op.Kind {
		case circuit.Gate:
			a.gate(d, op)
		case circuit.Measure:
			a.measure(d, op)
		case circuit.Reset:
			a.p.Qubits = append(a.p.Qubits, program.Fixed(d.Qubits(op)[0]))
			a.emit(program.Instr{Op: program.Reset, B: int32(len(a.p.Qubits) - 1)}, op.Pos)
		}
	}
	if d.GlobalPhase != 0 {
		a.p.Gates = append(a.p.Gates, program.Gate{ID: gate.GPhase, Params: []program.Param{program.Const(d.GlobalPhase)}})
		a.emit(program.Instr{Op: program.ApplyGate, A: int32(len(a.p.Gates) - 1)}, 0)
	}
}

func (a *assembly) gate(d *circuit.Circuit, op circuit.Op) {
	g := program.Gate{ID: op.Gate, Controls: int(op.Controls)}
	if op.Gate == gate.Unitary {
		g.Matrix = d.Matrix(op)
	} else {
		g.Params = constants(d.Params(op))
	}
	for _, q := range d.Qubits(op) {
		g.Qubits = append(g.Qubits, program.Fixed(q))
	}
	a.p.Gates = append(a.p.Gates, g)
	a.emit(program.Instr{Op: program.ApplyGate, A: int32(len(a.p.Gates) - 1)}, op.Pos)
}

// measure puts the outcome into its bit, by way of slot 0 of the main program, which is its zero and is cleared again.
func (a *assembly) measure(d *circuit.Circuit, op circuit.Op) {
	a.p.Qubits = append(a.p.Qubits, program.Fixed(d.Qubits(op)[0]))
	a.emit(program.Instr{Op: program.Measure, A: 0, B: int32(len(a.p.Qubits) - 1)}, op.Pos)
	if op.Clbit() != circuit.NoClbit {
		at := a.clbits[op.Clbit()]
		a.emit(program.Instr{Op: program.PutBit, A: at.Slot, B: 0, C: int32(at.Bit)}, op.Pos)
	}
	a.emit(program.Instr{Op: program.Clear, A: 0, B: 1}, op.Pos)
}

// function appends a function; what was emitted before belongs to the main program.
func (a *assembly) function(f *code, isMain bool) {
	f.resolve()
	if isMain {
		f.placeCalls()
	}
	entry, base := int32(0), int32(len(a.p.Code))
	if !isMain {
		entry = base
	}
	for i, in := range f.instrs {
		if in.Op >= program.Jump && in.Op <= program.JumpLeU {
			in.A += base
		}
		a.emit(place(in, a.places), f.pos[i])
	}
	a.emit(program.Instr{Op: program.Return}, 0)
	a.p.Funcs = append(a.p.Funcs, program.Func{
		Name: f.name, Entry: entry, End: int32(len(a.p.Code)), Frame: max(f.frame, f.params, f.results, 1), Params: f.params, Results: f.results,
	})
}

// patchQubits lets operands in slots whose register is not known be any qubit of the program.
func (a *assembly) patchQubits() {
	n := uint32(a.p.NumQubits)
	if n == 0 {
		a.dropOperations()
		return
	}
	patch := func(list []program.Qubit) []program.Qubit {
		if !slices.ContainsFunc(list, func(q program.Qubit) bool { return q.Size == 0 }) {
			return list
		}
		list = slices.Clone(list)
		for i := range list {
			if list[i].Size == 0 {
				list[i].First, list[i].Size = 0, n
			}
		}
		return list
	}
	a.p.Qubits = patch(a.p.Qubits)
	a.p.Gates = slices.Clone(a.p.Gates)
	for i := range a.p.Gates {
		a.p.Gates[i].Qubits = patch(a.p.Gates[i].Qubits)
	}
	a.p.Pows = slices.Clone(a.p.Pows)
	for i := range a.p.Pows {
		a.p.Pows[i].Controls = patch(a.p.Pows[i].Controls)
	}
}

// dropOperations leaves out operations of a program without qubits: they stand in subroutines that nobody can call.
func (a *assembly) dropOperations() {
	for i := range a.p.Code {
		switch in := &a.p.Code[i]; in.Op {
		case program.Measure, program.Reset:
			*in = program.Instr{}
		case program.ApplyGate:
			if len(a.p.Gates[in.A].Qubits) > 0 {
				*in = program.Instr{}
			}
		case program.PowBegin, program.PowEnd:
			*in = program.Instr{}
		}
	}
}
