package emit

import "github.com/softquantus/qcos/internal/program"

// Rest reports what the classical rest of a circuit does that a circuit alone does not: it is a *Refusal where the final bits are more
// than the outcomes of measurements. Constants and variables that no bit depends on are no part of a circuit's meaning.
func Rest(p *program.Program) error {
	if p == nil {
		return nil
	}
	for i, in := range p.Code {
		switch in.Op {
		case program.Nop, program.Return, program.End:
			continue
		case program.Set:
			if !holdsBits(p, in.A) {
				continue
			}
			return &Refusal{What: "a bit register that begins with a value", Pos: p.Pos[i], Next: "only measurements write bits there: apply x to a qubit and measure it"}
		}
		return &Refusal{What: "a classical statement whose value is known only while the program runs", Pos: p.Pos[i]}
	}
	return nil
}

// holdsBits reports whether a slot belongs to a bit register.
func holdsBits(p *program.Program, slot int32) bool {
	for _, r := range p.Cregs {
		if r.Slot <= slot && slot < r.Slot+int32((r.Size+63)/64) {
			return true
		}
	}
	return false
}
