package emit

import (
	"math"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// step is a gate on some of the targets.
type step struct {
	id      gate.ID
	params  []float64
	targets []int
}

// conjugation is a gate as another one between steps and their inverses.
type conjugation struct {
	before []step
	middle step
}

func at(id gate.ID, targets ...int) step { return step{id: id, targets: targets} }

func turn(id gate.ID, angle float64, targets ...int) step {
	return step{id, []float64{angle}, targets}
}

// conjugations are gates by simpler ones; the tests hold each against its matrix.
var conjugations = map[gate.ID]func(p []float64) conjugation{
	gate.Y:    func([]float64) conjugation { return conjugation{[]step{at(gate.Sdg, 0)}, at(gate.X, 0)} },
	gate.X:    func([]float64) conjugation { return conjugation{[]step{at(gate.H, 0)}, turn(gate.P, math.Pi, 0)} },
	gate.Z:    func([]float64) conjugation { return conjugation{middle: turn(gate.P, math.Pi, 0)} },
	gate.H:    func([]float64) conjugation { return conjugation{[]step{turn(gate.RY, -math.Pi/4, 0)}, at(gate.Z, 0)} },
	gate.S:    func([]float64) conjugation { return conjugation{middle: turn(gate.P, math.Pi/2, 0)} },
	gate.Sdg:  func([]float64) conjugation { return conjugation{middle: turn(gate.P, -math.Pi/2, 0)} },
	gate.T:    func([]float64) conjugation { return conjugation{middle: turn(gate.P, math.Pi/4, 0)} },
	gate.Tdg:  func([]float64) conjugation { return conjugation{middle: turn(gate.P, -math.Pi/4, 0)} },
	gate.SX:   func([]float64) conjugation { return conjugation{[]step{at(gate.H, 0)}, at(gate.S, 0)} },
	gate.SXdg: func([]float64) conjugation { return conjugation{[]step{at(gate.H, 0)}, at(gate.Sdg, 0)} },
	gate.RX:   func(p []float64) conjugation { return conjugation{[]step{at(gate.H, 0)}, turn(gate.RZ, p[0], 0)} },
	gate.RY:   func(p []float64) conjugation { return conjugation{[]step{at(gate.Sdg, 0)}, turn(gate.RX, p[0], 0)} },
	gate.R: func(p []float64) conjugation {
		return conjugation{[]step{turn(gate.RZ, -p[1], 0)}, turn(gate.RX, p[0], 0)}
	},
	gate.RZZ: func(p []float64) conjugation { return conjugation{[]step{at(gate.CX, 0, 1)}, turn(gate.RZ, p[0], 1)} },
	gate.RZX: func(p []float64) conjugation {
		return conjugation{[]step{at(gate.H, 1), at(gate.CX, 0, 1)}, turn(gate.RZ, p[0], 1)}
	},
	gate.RXX: func(p []float64) conjugation {
		return conjugation{[]step{at(gate.H, 0), at(gate.H, 1), at(gate.CX, 0, 1)}, turn(gate.RZ, p[0], 1)}
	},
	gate.RYY: func(p []float64) conjugation {
		return conjugation{[]step{turn(gate.RX, math.Pi/2, 0), turn(gate.RX, math.Pi/2, 1), at(gate.CX, 0, 1)}, turn(gate.RZ, p[0], 1)}
	},
	gate.ECR: func([]float64) conjugation {
		return conjugation{[]step{turn(gate.RZX, math.Pi/4, 0, 1)}, at(gate.X, 0)}
	},
}

// write writes the steps, the middle under the controls, and the inverses of the steps.
func (c conjugation) write(w *writer, controls, targets []circuit.Qubit) {
	for _, s := range c.before {
		w.around(s.id, s.params, s.of(targets)...)
	}
	w.apply(c.middle.id, len(controls), c.middle.params, join(controls, c.middle.of(targets)...))
	for i := len(c.before) - 1; i >= 0; i-- {
		s := c.before[i]
		id, params := s.id.Row().Target.Row().Inverse(s.params)
		if s.id.Row().Controls > 0 { // cx, which is its own inverse
			id, params = s.id, s.params
		}
		w.around(id, params, s.of(targets)...)
	}
}

func (s step) of(targets []circuit.Qubit) []circuit.Qubit {
	list := make([]circuit.Qubit, len(s.targets))
	for i, t := range s.targets {
		list[i] = targets[t]
	}
	return list
}
