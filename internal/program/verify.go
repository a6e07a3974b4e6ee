package program

import (
	"fmt"

	"github.com/softquantus/qcos/internal/gate"
)

// Verify reports the first thing that makes a program unfit to run: operands outside the frame, jumps outside the function, numbers
// that the lists do not have, gates that the table does not allow. A verified program never touches memory that is not its own but
// through indices and addresses that it computes.
func (p *Program) Verify() error {
	if len(p.Funcs) == 0 || len(p.Pos) != len(p.Code) {
		return fmt.Errorf("internal error: a program of %d functions with %d positions for %d instructions", len(p.Funcs), len(p.Pos), len(p.Code))
	}
	for i := range p.Funcs {
		if err := p.verifyFunc(&p.Funcs[i]); err != nil {
			return err
		}
	}
	return p.verifyMain()
}

func (p *Program) verifyFunc(f *Func) error {
	n := int32(len(p.Code))
	if f.Entry < 0 || f.Entry >= f.End || f.End > n || f.Frame < max(f.Params, f.Results) {
		return fmt.Errorf("internal error: function %s: instructions %d to %d of %d, %d slots", f.Name, f.Entry, f.End, n, f.Frame)
	}
	depth := 0
	for at := f.Entry; at < f.End; at++ {
		in := p.Code[at]
		reason := p.verifyInstr(f, in)
		switch in.Op {
		case PowBegin:
			depth++
		case PowEnd:
			depth--
		case Measure, Reset, Call, Return, End:
			if depth > 0 {
				reason = "within pow.begin"
			}
		}
		if depth < 0 {
			reason = "without pow.begin"
		}
		if reason != "" {
			return fmt.Errorf("internal error: instruction %d, %s: %s", at, p.Format(in), reason)
		}
	}
	if last := p.Code[f.End-1].Op; last != Return && last != End && last != Jump && last != Fail {
		return fmt.Errorf("internal error: function %s runs over its end", f.Name)
	}
	return nil
}

// verifyInstr says what is wrong with an instruction of f, "" where nothing is.
func (p *Program) verifyInstr(f *Func, in Instr) string {
	if in.Op >= numOps {
		return "no such instruction"
	}
	if sh := shapes[in.Op]; sh.a == target && (in.A < f.Entry || in.A >= f.End) {
		return "jumps out of the function"
	} else if sh.a == index || sh.b == index || sh.c == index || in.Op == Calculate {
		if why := p.verifyIndex(f, in); why != "" {
			return why
		}
	}
	reason := ""
	slots := func(r Range) {
		if r.First < 0 || r.N < 0 || int64(r.First)+int64(r.N) > int64(f.Frame) {
			reason = fmt.Sprintf("slots %d to %d of %d", r.First, int64(r.First)+int64(r.N)-1, f.Frame)
		}
	}
	p.Reads(in, slots)
	p.Writes(in, func(r Range, _ bool) { slots(r) })
	if why := verifyWidth(in); why != "" {
		return why
	}
	return reason
}

// verifyIndex looks at operands that are places in lists.
func (p *Program) verifyIndex(f *Func, in Instr) string {
	within := func(i int32, n int) bool { return i >= 0 && int(i) < n }
	ok := true
	switch in.Op {
	case Call:
		ok = within(in.A, len(p.Funcs)) && in.A != 0 && in.B >= 0 && p.callFits(f, in)
	case Fail:
		ok = within(in.A, len(p.Messages))
	case Calculate:
		ok = within(in.W, len(p.Evals))
	case CheckIndex:
		ok = within(in.C, len(p.Bounds))
	case ApplyGate:
		if !within(in.A, len(p.Gates)) {
			return "no such gate"
		}
		return p.verifyGate(&p.Gates[in.A])
	case PowEnd:
		if !within(in.B, len(p.Pows)) {
			return "no such pow"
		}
		return p.verifyQubits(p.Pows[in.B].Controls)
	case Measure, Reset:
		if !within(in.B, len(p.Qubits)) {
			return "no such qubit"
		}
		return p.verifyQubits(p.Qubits[in.B : in.B+1])
	}
	if !ok {
		return "an operand is outside its list"
	}
	return ""
}

// callFits reports whether arguments and results of a call lie within the frame of the caller.
func (p *Program) callFits(f *Func, in Instr) bool {
	callee := &p.Funcs[in.A]
	return int64(in.B)+int64(max(callee.Params, callee.Results)) <= int64(f.Frame)
}

func verifyWidth(in Instr) string {
	wide := in.Op == Extract || in.Op == Insert
	narrow := in.Op >= AddI && in.Op <= ZExt
	switch {
	case in.Op == And || in.Op == Or || in.Op == Xor: // the same for all widths
	case (in.Op == GetBitAt || in.Op == PutBitAt) && in.W < 0: // of no bits none is found, which CheckIndex says before
		return "a negative width"
	case wide && in.W < 1, narrow && (in.W < 1 || in.W > 64):
		return fmt.Sprintf("a width of %d bits", in.W)
	case (in.Op == GetBit || in.Op == PutBit || in.Op == Extract || in.Op == Insert) && in.C < 0:
		return "a negative bit"
	}
	return ""
}

func (p *Program) verifyGate(g *Gate) string {
	if int(g.ID) >= len(gate.All())+1 || g.ID == 0 {
		return "no such gate"
	}
	row := g.ID.Row()
	targets := len(g.Qubits) - g.Controls
	switch {
	case g.Controls < 0 || g.Controls >= 1<<16 || targets < 0:
		return "too many controls"
	case g.ID == gate.Unitary:
		if len(g.Params) != 0 || gate.Dim(g.Matrix) != 1<<targets {
			return "the matrix does not fit the qubits"
		}
	case !row.IsPrimitive() || len(g.Params) != len(row.Params) || targets != len(row.Operands):
		return fmt.Sprintf("gate %s with %d parameters on %d qubits", row.Name, len(g.Params), targets)
	}
	return p.verifyQubits(g.Qubits)
}

func (p *Program) verifyQubits(list []Qubit) string {
	for _, q := range list {
		if q.Size == 0 || uint64(q.First)+uint64(q.Size) > uint64(p.NumQubits) || q.Slot < 0 && q.Size != 1 {
			return fmt.Sprintf("qubits %d to %d of %d", q.First, uint64(q.First)+uint64(q.Size)-1, p.NumQubits)
		}
	}
	return ""
}

// verifyMain looks at what is read of the main frame from outside.
func (p *Program) verifyMain() error {
	frame := int64(p.Funcs[0].Frame)
	outside := func(slot int32, n int) bool { return slot < 0 || n < 0 || int64(slot)+int64(n) > frame }
	for _, c := range p.Cregs {
		if outside(c.Slot, Words(c.Size)) {
			return fmt.Errorf("internal error: register %s lies outside the main frame", c.Name)
		}
	}
	for _, v := range p.Vars {
		if outside(v.Slot, v.Type.Words()) {
			return fmt.Errorf("internal error: variable %s lies outside the main frame", v.Name)
		}
	}
	for i, l := range p.Loads {
		if outside(l.Slot, 1) || l.Bit > 63 {
			return fmt.Errorf("internal error: clbit %d lies outside the main frame", i)
		}
	}
	if len(p.Loads) > 0 && p.Quantum() {
		return fmt.Errorf("internal error: quantum operations after the circuit")
	}
	return nil
}
