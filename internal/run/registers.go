package run

import "github.com/softquantus/qcos/internal/circuit"

// Registers are those of the keys, in order of declaration; a key has them the other way round. Their First means nothing.
func (w Workload) Registers() []circuit.Register {
	switch {
	case !w.measures() && w.Qubits() > 0:
		return []circuit.Register{{Name: "meas", Size: w.Qubits()}}
	case w.Program == nil:
		return w.Circuit.Cregs
	}
	registers := make([]circuit.Register, 0, len(w.Program.Cregs))
	for _, c := range w.Program.Cregs {
		registers = append(registers, circuit.Register{Name: c.Name, Size: c.Size})
	}
	return registers
}
