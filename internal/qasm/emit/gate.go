package emit

import (
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// maxControls2 bounds the controls that OpenQASM 2, which has no `ctrl`, is made to express: the number of statements grows threefold
// with each beyond four.
const maxControls2 = 10

// apply writes a primitive with its parameters, under the controls that come first among the qubits.
func (w *writer) apply(id gate.ID, controls int, params []float64, qubits []circuit.Qubit) {
	switch {
	case id == gate.GPhase && controls == 0:
		w.addPhase(params[0])
		return
	case id == gate.GPhase: // the phase of the controls is that of one of them under the others
		w.addLocal(params[0], qubits)
		return
	case id == gate.P && w.holds(qubits):
		w.addLocal(params[0], qubits)
		return
	case id == gate.I:
		if controls > 0 {
			return
		}
	}
	if w.normal && id == gate.RZ {
		w.pieces(id, controls, params, qubits)
	} else if r := spelled(id, controls, w.dialect); r != nil {
		w.call(r, 0, params, qubits)
	} else if r := spelled(id, 0, w.dialect); r != nil && w.dialect == gate.QASM3 {
		w.call(r, controls, params, qubits)
	} else {
		w.pieces(id, controls, params, qubits)
	}
}

// spelled is the row that a dialect's program may call for a primitive under that many controls, or nil. Of OpenQASM 2 it takes the
// names of the paper, which every reader knows.
func spelled(id gate.ID, controls int, d gate.Dialect) *gate.Gate {
	if d == gate.QASM2 && id == gate.P && controls <= 1 {
		return []gate.ID{gate.U1, gate.CU1}[controls].Row()
	}
	if r := id.Row(); controls == 0 && known(r, d) {
		return r
	}
	for i := range gate.All() {
		r := &gate.All()[i]
		if r.Target == id && r.ID != id && r.Controls == controls && len(r.Params) == len(id.Row().Params) && known(r, d) && r.Name != "CX" {
			return r
		}
	}
	return nil
}

func known(r *gate.Gate, d gate.Dialect) bool {
	return r.Homes[d] == gate.Builtin || r.Homes[d] == gate.Library
}

// call writes the application of a row under further controls, and takes away the phase that the dialect gives it.
func (w *writer) call(r *gate.Gate, controls int, params []float64, qubits []circuit.Qubit) {
	modifier := ""
	switch {
	case controls == 1:
		modifier = "ctrl @ "
	case controls > 1:
		modifier = fmt.Sprintf("ctrl(%d) @ ", controls)
	}
	arguments := ""
	if len(params) > 0 {
		texts := make([]string, len(params))
		for i, p := range params {
			texts[i] = number(p, w.dialect)
		}
		arguments = "(" + strings.Join(texts, ", ") + ")"
	}
	w.statement("%s%s%s %s;", modifier, r.Name, arguments, w.list(qubits))
	if phi := r.PhaseIn(w.dialect, params); phi != 0 {
		w.apply(gate.GPhase, controls+r.Controls, []float64{-phi}, qubits[:controls+r.Controls])
	}
}

// pieces writes a gate by gates that are simpler. Those that undo each other around others need no controls.
func (w *writer) pieces(id gate.ID, controls int, params []float64, qubits []circuit.Qubit) {
	if controls > maxControls2 {
		w.refuse("convert to qasm3, which has `ctrl`", "the gate %s under %d controls: OpenQASM 2.0 has no controlled gates of that size", id, controls)
	}
	c, t := qubits[:controls], qubits[controls:]
	switch id {
	case gate.P:
		w.controlledPhase(params[0], c, t[0])
		return
	case gate.Swap:
		w.around(gate.CX, nil, t[1], t[0])
		w.apply(gate.X, controls+1, nil, join(c, t[0], t[1]))
		w.around(gate.CX, nil, t[1], t[0])
		return
	case gate.ISwap, gate.ISwapDg:
		w.apply(gate.Swap, controls, nil, qubits)
		w.apply(gate.Z, controls+1, nil, qubits)
		s := gate.S
		if id == gate.ISwapDg {
			s = gate.Sdg
		}
		w.apply(s, controls, nil, join(c, t[0]))
		w.apply(s, controls, nil, join(c, t[1]))
		return
	case gate.U:
		w.apply(gate.P, controls, params[2:], qubits)
		w.apply(gate.RY, controls, params[:1], qubits)
		w.apply(gate.P, controls, params[1:2], qubits)
		return
	case gate.RZ:
		w.apply(gate.P, controls, params, qubits)
		w.apply(gate.GPhase, controls, []float64{-params[0] / 2}, c)
		return
	}
	if f, ok := conjugations[id]; ok {
		f(params).write(w, c, t)
		return
	}
	w.refuse("", "the gate %s under %d controls", id, controls)
}

// controlledPhase is p under controls, by two smaller ones and an x that tells whether all but the last control are on.
func (w *writer) controlledPhase(phi float64, controls []circuit.Qubit, target circuit.Qubit) {
	n := len(controls) - 1
	last, rest := controls[n], controls[:n]
	half := []float64{phi / 2}
	w.apply(gate.P, 1, half, []circuit.Qubit{last, target})
	w.apply(gate.X, n, nil, join(rest, last))
	w.apply(gate.P, 1, []float64{-phi / 2}, []circuit.Qubit{last, target})
	w.apply(gate.X, n, nil, join(rest, last))
	w.apply(gate.P, n, half, join(rest, target))
}

func join(list []circuit.Qubit, more ...circuit.Qubit) []circuit.Qubit {
	return append(append(make([]circuit.Qubit, 0, len(list)+len(more)), list...), more...)
}

// around writes a gate that is undone later: it needs no controls but its own.
func (w *writer) around(id gate.ID, params []float64, qubits ...circuit.Qubit) {
	r := id.Row()
	w.apply(r.Target, r.Controls, params, qubits)
}
