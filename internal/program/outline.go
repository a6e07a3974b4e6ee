package program

import (
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// Outline is a circuit with every quantum operation that the program has, once and in the order of the code: what is known of its
// circuit without running it. Parameters and qubits that are not known have values of the kind that they may have.
func (p *Program) Outline() *circuit.Circuit {
	c, _ := p.OutlineOf()
	return c
}

// Outlined is what stands in an outline for what only the run knows: the gate at an operation, or the power.
type Outlined struct {
	Gate *Gate
	Pow  *Pow
	Of   *Gate // of a power: the only gate that is raised, nil where there are several
	// Within says that the operation is part of a power, which comes behind it.
	Within bool
}

// OutlineOf is Outline, with what its operations are of.
func (p *Program) OutlineOf() (*circuit.Circuit, map[int]Outlined) {
	c, of := &circuit.Circuit{}, map[int]Outlined{}
	open := 0 // powers around the instruction
	for _, r := range p.Qregs {
		c.AddQreg(r.Name, r.Size)
	}
	c.NumQubits = p.NumQubits
	p.Reachable(func(at int32, in Instr) bool {
		switch in.Op {
		case PowBegin:
			open++
		case ApplyGate:
			of[len(c.Ops)] = Outlined{Gate: &p.Gates[in.A], Within: open > 0}
			p.outlineGate(c, &p.Gates[in.A]).Pos = p.Pos[at]
		case PowEnd:
			open--
			of[len(c.Ops)] = Outlined{Pow: &p.Pows[in.B], Of: p.raised(int(at)), Within: open > 0}
			p.outlinePow(c, int(at)).Pos = p.Pos[at]
		case Measure:
			c.AddMeasure(p.Qubits[in.B].First, circuit.NoClbit).Pos = p.Pos[at]
		case Reset:
			c.AddReset(p.Qubits[in.B].First).Pos = p.Pos[at]
		}
		return true
	})
	return c, of
}

// raised is the gate in front of the end of a power, where it is the only one of it.
func (p *Program) raised(end int) *Gate {
	var only *Gate
	for at := end - 1; p.Code[at].Op != PowBegin; at-- {
		switch p.Code[at].Op {
		case PowEnd:
			return nil
		case ApplyGate:
			if only != nil {
				return nil
			}
			only = &p.Gates[p.Code[at].A]
		}
	}
	return only
}

// someAngle stands for parameters that are not known.
const someAngle = 0.7390851332151607

func (p *Program) outlineGate(c *circuit.Circuit, g *Gate) *circuit.Op {
	qubits := someQubits(g.Qubits)
	if g.ID == gate.Unitary {
		return c.AddUnitary(g.Matrix, g.Controls, qubits...)
	}
	var params []float64
	for _, x := range g.Params {
		if x.Slot >= 0 {
			x.Value = someAngle
		}
		params = append(params, x.Value)
	}
	return c.AddGate(g.ID, g.Controls, params, qubits...)
}

// outlinePow stands for a power: a gate that is nothing special on as many targets as the widest gate within.
func (p *Program) outlinePow(c *circuit.Circuit, end int) *circuit.Op {
	list := slices.Clone(p.Pows[p.Code[end].B].Controls)
	controls := len(list)
	for at, depth := end-1, 1; depth > 0; at-- {
		switch in := p.Code[at]; in.Op {
		case PowEnd:
			depth++
		case PowBegin:
			depth--
		case ApplyGate:
			for _, q := range p.Gates[in.A].Qubits {
				if !slices.Contains(list, q) {
					list = append(list, q)
				}
			}
		}
	}
	if len(list) == controls {
		return c.AddBarrier()
	}
	qubits := someQubits(list)
	if targets := len(list) - controls; targets > 1 && targets <= MaxPow {
		return c.AddUnitary(mixing(targets), controls, qubits...)
	}
	return c.AddGate(gate.U, len(list)-1, []float64{someAngle, someAngle, someAngle}, qubits...)
}

// MaxPow is how many qubits a gate may mix that is raised to a power, not counting what controls all of it.
const MaxPow = 8

// mixing is a unitary on n qubits that is nothing special: 1 - 2vv† for a v whose elements are all different.
func mixing(n int) []complex128 {
	size := 1 << n
	norm := 0.0
	for i := range size {
		norm += float64((i + 2) * (i + 2))
	}
	m := make([]complex128, size*size)
	for i := range size {
		for j := range size {
			m[i*size+j] = complex(-2*float64((i+2)*(j+2))/norm, 0)
		}
		m[i*size+i]++
	}
	return m
}

// someQubits chooses different qubits, where the ranges allow it.
func someQubits(list []Qubit) []circuit.Qubit {
	var out []circuit.Qubit
	for _, q := range list {
		at := q.First
		for k := range q.Size {
			if !slices.Contains(out, q.First+k) && !slices.ContainsFunc(list, func(o Qubit) bool { return o.Slot < 0 && o.First == q.First+k && q.Slot >= 0 }) {
				at = q.First + k
				break
			}
		}
		out = append(out, at)
	}
	return out
}
