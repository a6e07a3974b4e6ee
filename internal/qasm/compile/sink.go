package compile

import (
	"fmt"
	"math/cmplx"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
)

// opSink writes gates down.
type opSink struct {
	f    *flattener
	temp *circuit.Circuit // gates of open powers
	open []int
}

// Gate implements vm.Sink.
func (s *opSink) Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, pos diag.Pos) error {
	if len(s.open) > 0 {
		if g.ID == gate.Unitary {
			s.temp.AddUnitary(g.Matrix, g.Controls, qubits...)
		} else {
			s.temp.AddGate(g.ID, g.Controls, params, qubits...)
		}
		return nil
	}
	if g.ID == gate.GPhase && len(qubits) == 0 && s.f.when == nil {
		addPhase(s.f.c, params[0])
		return nil
	}
	return s.f.record(func() *circuit.Op {
		if g.ID == gate.Unitary {
			return s.f.c.AddUnitary(g.Matrix, g.Controls, qubits...)
		}
		return s.f.c.AddGate(g.ID, g.Controls, params, qubits...)
	}, pos)
}

// PowBegin implements vm.Sink.
func (s *opSink) PowBegin() {
	if len(s.open) == 0 {
		s.temp = &circuit.Circuit{}
	}
	s.open = append(s.open, len(s.temp.Ops))
}

// PowEnd implements vm.Sink.
func (s *opSink) PowEnd(exponent float64, controls []circuit.Qubit, pos diag.Pos) error {
	last := len(s.open) - 1
	ops := slices.Clone(s.temp.Ops[s.open[last]:])
	s.temp.Ops = s.temp.Ops[:s.open[last]]
	s.open = s.open[:last]
	if done, err := s.raised(ops, exponent, controls, pos); done {
		return err
	}
	var qubits []circuit.Qubit
	for _, op := range ops {
		for _, q := range s.temp.Qubits(op) {
			if !slices.Contains(qubits, q) {
				qubits = append(qubits, q)
			}
		}
	}
	if len(qubits) > powerQubits {
		return &errGiveUp{fmt.Sprintf("it raises a gate of %d qubits to a power", len(qubits)), pos}
	}
	if len(ops) == 0 {
		return nil
	}
	m := gate.Power(s.temp.UnitaryOf(ops, qubits), exponent)
	if len(qubits) == 0 {
		g := program.Gate{ID: gate.GPhase, Controls: len(controls)}
		return s.Gate(&g, []float64{cmplx.Phase(m[0])}, controls, pos)
	}
	g := program.Gate{ID: gate.Unitary, Controls: len(controls), Matrix: m}
	return s.Gate(&g, nil, append(slices.Clone(controls), qubits...), pos)
}

// raised writes a power of one gate without a matrix where that is possible.
func (s *opSink) raised(ops []circuit.Op, exponent float64, controls []circuit.Qubit, pos diag.Pos) (done bool, err error) {
	if len(ops) != 1 || ops[0].Gate == gate.Unitary {
		return false, nil
	}
	op := ops[0]
	id, params, phase, ok := op.Gate.Row().Raise(gate.QASM3, s.temp.Params(op), exponent)
	if !ok || op.Gate.Row().PhaseIn(gate.QASM3, s.temp.Params(op)) != 0 {
		return false, nil
	}
	list := s.temp.Qubits(op)
	all := append(slices.Clone(controls), list[:op.Controls]...)
	if phase != 0 {
		g := program.Gate{ID: gate.GPhase, Controls: len(all)}
		if err := s.Gate(&g, []float64{phase}, all, pos); err != nil {
			return true, err
		}
	}
	g := program.Gate{ID: id, Controls: len(all)}
	return true, s.Gate(&g, params, append(slices.Clone(all), list[op.Controls:]...), pos)
}
