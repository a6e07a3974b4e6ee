package program

import (
	"fmt"
	"strings"
)

// String prints the program for people, one instruction a line.
func (p *Program) String() string {
	var b strings.Builder
	for i := range p.Funcs {
		f := &p.Funcs[i]
		fmt.Fprintf(&b, "func %s: %d slots, %d in, %d out\n", f.Name, f.Frame, f.Params, f.Results)
		for at := f.Entry; at < f.End; at++ {
			fmt.Fprintf(&b, "%5d  %s\n", at, p.Format(p.Code[at]))
		}
	}
	return b.String()
}

// Format prints an instruction: slots as numbers, numbers of the instruction itself with #, places in lists in words.
func (p *Program) Format(in Instr) string {
	if in.Op >= numOps {
		return fmt.Sprintf("op %d", in.Op)
	}
	var b strings.Builder
	b.WriteString(in.Op.String())
	if in.Op == Calculate && int(in.W) < len(p.Evals) {
		b.WriteString("(" + p.Evals[in.W].String() + ")")
	} else if in.W != 0 {
		fmt.Fprintf(&b, "/%d", in.W)
	}
	sh := shapes[in.Op]
	for i, r := range [...]role{sh.a, sh.b, sh.c} {
		x := [...]int32{in.A, in.B, in.C}[i]
		switch r {
		case none:
		case imm:
			if in.Op == Set {
				fmt.Fprintf(&b, " #%d", int64(in.Imm64()))
				return b.String()
			}
			fmt.Fprintf(&b, " #%d", x)
		case target:
			fmt.Fprintf(&b, " ->%d", x)
		case index:
			b.WriteString(" " + p.entry(in.Op, x))
		default:
			fmt.Fprintf(&b, " %d", x)
		}
	}
	return b.String()
}

// String prints the operation for people.
func (e *Eval) String() string {
	switch e.Kind {
	case Convert:
		return fmt.Sprintf("%s from %s", e.On, e.From)
	case Builtin:
		return e.Call.Func.String()
	}
	return fmt.Sprintf("%s %s", e.Op, e.On)
}

// Imm64 is the number of a Set.
func (in Instr) Imm64() uint64 { return uint64(uint32(in.C))<<32 | uint64(uint32(in.B)) }

// entry prints an element of the list that an operand points into.
func (p *Program) entry(op Op, i int32) string {
	n := map[Op]int{Call: len(p.Funcs), Fail: len(p.Messages), CheckIndex: len(p.Bounds), ApplyGate: len(p.Gates), PowEnd: len(p.Pows), Measure: len(p.Qubits), Reset: len(p.Qubits)}[op]
	if i < 0 || int(i) >= n {
		return fmt.Sprintf("?%d", i)
	}
	switch op {
	case Call:
		return p.Funcs[i].Name
	case Fail:
		return fmt.Sprintf("%q", p.Messages[i])
	case CheckIndex:
		return fmt.Sprintf("%s[%d]", p.Bounds[i].Name, p.Bounds[i].Size)
	case ApplyGate:
		return p.Gates[i].String()
	case PowEnd:
		return fmt.Sprintf("%v", p.Pows[i].Controls)
	}
	return p.Qubits[i].String()
}

// String prints a qubit: a number, or a slot with the numbers that may be in it.
func (q Qubit) String() string {
	if q.Slot < 0 {
		return fmt.Sprintf("q%d", q.First)
	}
	return fmt.Sprintf("q(%d in %d..%d)", q.Slot, q.First, q.First+q.Size-1)
}

// String prints a parameter: a number, or a slot.
func (x Param) String() string {
	if x.Slot < 0 {
		return fmt.Sprintf("%g", x.Value)
	}
	return fmt.Sprintf("(%d)", x.Slot)
}

// String prints an application of a gate.
func (g *Gate) String() string {
	s := ""
	if g.Controls > 0 {
		s = fmt.Sprintf("ctrl(%d) ", g.Controls)
	}
	return fmt.Sprintf("%s%s%v%v", s, g.ID, g.Params, g.Qubits)
}
