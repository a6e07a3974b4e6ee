package emit

import (
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// op writes the operation at i, and reports how many more it wrote with it.
func (w *writer) op(i int) int {
	w.now = w.circuit.Ops[i]
	if w.heldIf != 0 && (w.now.If != w.heldIf || w.now.Kind != circuit.Gate) {
		w.flush()
	}
	w.condition = ""
	if w.now.If == 0 {
		return w.unconditional(i)
	}
	conditions := w.conditions(w.now.If)
	if len(conditions) > 1 && w.now.Kind == circuit.Measure {
		w.refuse("", "a measurement under a condition that is no comparison of a whole register with a number")
	}
	for _, w.condition = range conditions {
		w.unconditional(-1)
	}
	return 0
}

// unconditional writes an operation; i is -1 where those behind it must not be written with it.
func (w *writer) unconditional(i int) int {
	qubits := w.circuit.Qubits(w.now)
	switch w.now.Kind {
	case circuit.Gate:
		w.gate(qubits)
	case circuit.Measure:
		return w.measure(i, qubits[0])
	case circuit.Reset:
		w.statement("reset %s;", w.qubits[qubits[0]])
	case circuit.Barrier:
		w.barrier(qubits)
	default:
		w.refuse("", "an operation that no program can ask for")
	}
	return 0
}

func (w *writer) gate(qubits []circuit.Qubit) {
	id, controls := w.now.Gate, int(w.now.Controls)
	if id == gate.Unitary {
		w.unitary(w.circuit.Matrix(w.now), controls, qubits)
		return
	}
	w.apply(id, controls, w.circuit.Params(w.now), qubits)
}

// measure writes a measurement, and with it those that follow where they are of a whole register into one.
func (w *writer) measure(i int, q circuit.Qubit) int {
	if w.now.Clbit() == circuit.NoClbit {
		if w.dialect == gate.QASM2 {
			w.refuse("keep the outcome in a bit", "a measurement whose outcome is dropped")
		}
		w.statement("measure %s;", w.qubits[q])
		return 0
	}
	from, to := w.qubits[q], w.clbits[w.now.Clbit()]
	w.measured[w.now.Clbit()] = true
	n := 1
	if i >= 0 && from.index == 0 && to.index == 0 && from.size == to.size && from.size > 1 && w.measuresAll(i, from.size) {
		n = from.size
	}
	source, target := from.String(), to.String()
	if n > 1 {
		source, target = from.register, to.register
		for k := range n {
			w.measured[int(w.now.Clbit())+k] = true
		}
	}
	if w.dialect == gate.QASM2 {
		w.statement("measure %s -> %s;", source, target)
	} else {
		w.statement("%s = measure %s;", target, source)
	}
	return n - 1
}

// measuresAll reports whether n operations from i on measure successive qubits into successive bits.
func (w *writer) measuresAll(i, n int) bool {
	ops := w.circuit.Ops
	if i+n > len(ops) {
		return false
	}
	first := w.circuit.Qubits(ops[i])[0]
	for k := range n {
		op := ops[i+k]
		if op.Kind != circuit.Measure || op.If != 0 || op.Clbit() != ops[i].Clbit()+uint32(k) || w.circuit.Qubits(op)[0] != first+uint32(k) {
			return false
		}
	}
	return true
}

// barrier writes a barrier, whole registers by their names.
func (w *writer) barrier(qubits []circuit.Qubit) {
	if len(qubits) == 0 || len(qubits) == len(w.qubits) {
		var names []string
		for _, r := range w.circuit.Qregs {
			if r.Size > 0 {
				names = append(names, w.qubits[r.First].register)
			}
		}
		if len(names) > 0 {
			w.statement("barrier %s;", strings.Join(names, ", "))
		}
		return
	}
	w.statement("barrier %s;", w.list(qubits))
}

func (w *writer) list(qubits []circuit.Qubit) string {
	var b strings.Builder
	for i, q := range qubits {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w.qubits[q].String())
	}
	return b.String()
}
