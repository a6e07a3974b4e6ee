package emit

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
)

// Plain is a circuit and its classical rest as a circuit alone, whose every clbit belongs to a register. It is a *Refusal where the final
// bits are more than the outcomes of measurements. Constants and variables that no bit depends on are no part of a circuit's meaning.
func Plain(c *circuit.Circuit, rest *program.Program) (*circuit.Circuit, error) {
	if rest == nil {
		return c, nil
	}
	final, err := finalBits(rest)
	if err != nil {
		return nil, err
	}
	h := &homes{circuit: c, used: make([]span, c.NumClbits), to: make([]circuit.Clbit, c.NumClbits)}
	h.measureUse()
	if err := h.find(final); err != nil {
		return nil, err
	}
	return h.moved()
}

// finalBits follows the rest, which moves bits at most, and says for each bit of the registers which clbit it is in the end; NoClbit: it
// is 0.
func finalBits(p *program.Program) ([]circuit.Clbit, error) {
	m := memory{}
	for i, at := range p.Loads {
		m[at] = value{clbit: circuit.Clbit(i), measured: true}
	}
	for i, in := range p.Code {
		if in.Op == program.End || in.Op == program.Return {
			break
		}
		if !m.step(in) {
			return nil, &Refusal{What: "a classical statement whose value is known only while the program runs", Pos: p.Pos[i]}
		}
	}
	var final []circuit.Clbit
	for _, r := range p.Cregs {
		for i := range r.Size {
			v := m[program.BitPlace{Slot: r.Slot + int32(i/64), Bit: uint8(i % 64)}]
			switch {
			case v.measured:
				final = append(final, v.clbit)
			case v.one:
				return nil, &Refusal{What: "a bit that is 1 without being measured, in the register " + r.Name, Next: "apply x to a qubit and measure it"}
			default:
				final = append(final, circuit.NoClbit)
			}
		}
	}
	return final, nil
}

// value is what is known of a bit: the outcome in a clbit, or a constant.
type value struct {
	clbit    circuit.Clbit
	measured bool
	one      bool
}

// memory is the bits that are not 0.
type memory map[program.BitPlace]value

// step carries out an instruction that only moves bits; false for others.
func (m memory) step(in program.Instr) bool {
	switch in.Op {
	case program.Nop:
	case program.Set:
		m.word(in.A, func(i uint8) value {
			return value{one: (uint64(uint32(in.C))<<32|uint64(uint32(in.B)))>>i&1 == 1}
		})
	case program.Move:
		m.word(in.A, func(i uint8) value { return m[program.BitPlace{Slot: in.B, Bit: i}] })
	case program.Clear:
		for k := range in.B {
			m.word(in.A+k, func(uint8) value { return value{} })
		}
	case program.GetBit:
		bit := m[program.BitPlace{Slot: in.B, Bit: uint8(in.C)}]
		m.word(in.A, func(i uint8) value {
			if i == 0 {
				return bit
			}
			return value{}
		})
	case program.PutBit:
		m[program.BitPlace{Slot: in.A, Bit: uint8(in.C)}] = m[program.BitPlace{Slot: in.B}]
	default:
		return false
	}
	return true
}

func (m memory) word(slot int32, bit func(i uint8) value) {
	var w [64]value
	for i := range w {
		w[i] = bit(uint8(i))
	}
	for i, v := range w {
		m[program.BitPlace{Slot: slot, Bit: uint8(i)}] = v
	}
}

// homes finds for each clbit the bit of a register that it may be.
type homes struct {
	circuit *circuit.Circuit
	used    []span
	to      []circuit.Clbit
}

// span is from the first to the last operation that uses a clbit; last is 0 where none does, else one more than its number.
type span struct {
	first, last int
	read        bool
	pos         diag.Pos
}

func (h *homes) measureUse() {
	use := func(bit circuit.Clbit, at int, read bool) {
		u := &h.used[bit]
		if u.last == 0 {
			u.first, u.pos = at, h.circuit.Ops[at].Pos
		}
		u.last, u.read = at+1, u.read || read
	}
	for i, op := range h.circuit.Ops {
		if op.If != 0 {
			cond := h.circuit.Condition(op.If)
			for k := range cond.Width {
				use(cond.First+uint32(k), i, true)
			}
		}
		if (op.Kind == circuit.Measure || op.Kind == circuit.Assign) && op.Clbit() != circuit.NoClbit {
			use(op.Clbit(), i, false)
		}
	}
}

// find decides: a clbit goes where its value is at the end. One whose value is gone by then stays where it is, if it is of a
// register, and is dropped if nobody reads it.
func (h *homes) find(final []circuit.Clbit) error {
	home := map[circuit.Clbit]circuit.Clbit{}
	for bit, origin := range final {
		if origin == circuit.NoClbit {
			continue
		}
		if _, twice := home[origin]; twice {
			return &Refusal{What: "a measured bit that is copied into another", Pos: h.used[origin].pos}
		}
		home[origin] = circuit.Clbit(bit)
	}
	for i := range h.to {
		bit, ends := home[circuit.Clbit(i)]
		switch {
		case ends:
			h.to[i] = bit
		case h.used[i].last == 0:
			h.to[i] = circuit.NoClbit
		case i < len(final) && final[i] != circuit.NoClbit:
			h.to[i] = circuit.Clbit(i)
		case h.used[i].read:
			return &Refusal{What: "a measured bit that is read and then forgotten", Pos: h.used[i].pos, Next: "keep it in a register of its own"}
		default:
			h.to[i] = circuit.NoClbit
		}
	}
	return h.apart()
}

// apart refuses clbits that share a home while both are needed.
func (h *homes) apart() error {
	last := map[circuit.Clbit]int{}
	for i, to := range h.to {
		if to == circuit.NoClbit || h.used[i].last == 0 {
			continue
		}
		if j, shared := last[to]; shared {
			a, b := h.used[i], h.used[j]
			if a.first < b.last && b.first < a.last {
				return &Refusal{What: "a measured bit that is copied while its old place is in use", Pos: a.pos}
			}
		}
		last[to] = i
	}
	return nil
}

// moved is the circuit with all clbits at home.
func (h *homes) moved() (*circuit.Circuit, error) {
	d := h.circuit.Skeleton()
	d.NumClbits = 0
	for _, r := range d.Cregs {
		d.NumClbits = max(d.NumClbits, int(r.First)+r.Size)
	}
	for _, op := range h.circuit.Ops {
		if op.If != 0 {
			cond := h.circuit.Condition(op.If)
			first := h.to[cond.First]
			for k := range cond.Width {
				if h.to[cond.First+uint32(k)] != first+uint32(k) {
					return nil, &Refusal{What: "a condition on bits that do not stand side by side", Pos: op.Pos}
				}
			}
			if first != cond.First {
				cond.First = first
				op.If = d.AddCondition(cond)
			}
		}
		if op.Kind == circuit.Measure && op.Clbit() != circuit.NoClbit {
			op = op.WithClbit(h.to[op.Clbit()])
		}
		d.Keep(op)
	}
	return d, nil
}
