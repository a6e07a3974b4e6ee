package run

import (
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/basis"
	"github.com/softquantus/qcos/internal/sim/stabilizer"
	"github.com/softquantus/qcos/internal/sim/statevec"
)

// engines are all methods there are. A new one is a line here.
func engines() []sim.Engine {
	return []sim.Engine{statevec.New(), basis.New(), stabilizer.New()}
}

// engineNamed returns one of engines; the planner gives no other names.
func engineNamed(name string) sim.Engine {
	for _, e := range engines() {
		if e.Name() == name {
			return e
		}
	}
	panic("internal error: no engine " + name)
}
