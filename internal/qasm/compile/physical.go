package compile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
)

// physical is a physical qubit. They are not declared: each becomes a qubit of the program when it occurs for the first time, and when the
// program ends they are put in the order of their numbers.
func (c *Compiler) physical(number uint32, name ast.Name) (register, bool) {
	q, known := c.hardwareQubits[number]
	if !known {
		if !c.room(1, name.Span()) {
			return register{}, false
		}
		q = c.circuit.AddQreg(c.names.Text(name.Symbol), 1).First
		c.hardwareQubits[number] = q
	}
	return register{scalar: true, first: q, n: 1}, true
}

// orderPhysical puts the physical qubits into the order of their numbers, in the places that they have among the others.
func (c *Compiler) orderPhysical() {
	numbers := slices.Sorted(maps.Keys(c.hardwareQubits))
	places := slices.Sorted(maps.Values(c.hardwareQubits))
	to := map[uint32]uint32{}
	for i, n := range numbers {
		if from := c.hardwareQubits[n]; from != places[i] {
			to[from] = places[i]
		}
	}
	if len(to) == 0 {
		return
	}
	c.circuit.Renumber(to)
	for i := range c.circuit.Qregs {
		if place, moved := to[c.circuit.Qregs[i].First]; moved && c.circuit.Qregs[i].Size == 1 {
			c.circuit.Qregs[i].First = place
		}
	}
	slices.SortStableFunc(c.circuit.Qregs, func(a, b circuit.Register) int { return cmp.Compare(a.First, b.First) })
	c.renumbered = to
	c.out.Qubits = c.places(c.out.Qubits)
	for i := range c.out.Gates {
		c.out.Gates[i].Qubits = c.places(c.out.Gates[i].Qubits)
	}
	for i := range c.out.Pows {
		c.out.Pows[i].Controls = c.places(c.out.Pows[i].Controls)
	}
}

// places are qubits where orderPhysical put them.
func (c *Compiler) places(list []program.Qubit) []program.Qubit {
	list = slices.Clone(list)
	for i, q := range list {
		if place, moved := c.renumbered[q.First]; moved && q.Slot < 0 {
			list[i].First = place
		}
	}
	return list
}

// setQubit puts the number of a qubit into a slot. Its W says that it is one, for place.
func (c *Compiler) setQubit(slot int32, q uint32) {
	c.fn.instrs[c.emit(program.Set, 0, slot, int32(q), 0)].W = numberOfQubit
}

// numberOfQubit is W of an instruction Set that sets the number of a qubit, while the program is being compiled.
const numberOfQubit = 1

// place is an instruction as it is when the qubits have their places.
func place(in program.Instr, to map[uint32]uint32) program.Instr {
	if in.Op != program.Set || in.W != numberOfQubit {
		return in
	}
	if q, moved := to[uint32(in.B)]; moved {
		in.B = int32(q)
	}
	in.W = 0
	return in
}
