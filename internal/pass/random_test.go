package pass

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/sim/reference"
)

const tolerance = 1e-10

// maker draws random circuits in which much is certain: angles are often multiples of pi/2, qubits are reset and measured again,
// conditions compare bits that were never written, and many gates have controls.
type maker struct {
	*rand.Rand
	c       *circuit.Circuit
	unitary bool // gates and barriers only
}

func (m maker) make(ops int) *circuit.Circuit {
	m.c.AddQreg("q", []int{1, 2, 2, 3, 3, 3, 4, 4, 5}[m.IntN(9)])
	m.c.AddCreg("c", 1+m.IntN(4))
	m.c.GlobalPhase = m.Float64()
	for range ops {
		m.op()
	}
	return m.c
}

func (m maker) op() {
	q := circuit.Qubit(m.IntN(m.c.NumQubits))
	k := m.IntN(100)
	var op *circuit.Op
	switch {
	case k < 4:
		m.c.AddBarrier(q)
		return
	case k < 72 || m.unitary:
		op = m.gate()
	case k < 82:
		op = m.c.AddReset(q)
	case k < 84:
		op = m.c.AddMeasure(q, circuit.NoClbit)
	case k < 88:
		op = m.c.AddAssign(m.clbit(), m.IntN(2) == 0)
	default:
		op = m.c.AddMeasure(q, m.clbit())
	}
	if !m.unitary && m.IntN(4) == 0 {
		op.If = m.condition()
	}
}

func (m maker) clbit() circuit.Clbit { return circuit.Clbit(m.IntN(m.c.NumClbits)) }

func (m maker) condition() circuit.CondID {
	first := m.IntN(m.c.NumClbits)
	width := 1 + m.IntN(m.c.NumClbits-first)
	value := bitvec.FromUint64(uint64(m.IntN(1<<width)), width+m.IntN(2))
	if m.IntN(12) == 0 {
		value = bitvec.FromUint64(1<<width, width+1)
	}
	return m.c.AddCondition(circuit.Condition{First: circuit.Clbit(first), Width: width, Value: value, Negate: m.IntN(3) == 0})
}

// gate appends a random primitive that fits, often one that leaves basis states basis states.
func (m maker) gate() *circuit.Op {
	perm := m.Perm(m.c.NumQubits)
	qubits := make([]circuit.Qubit, len(perm))
	for i, q := range perm {
		qubits[i] = circuit.Qubit(q)
	}
	if m.IntN(25) == 0 {
		return m.matrix(qubits)
	}
	frequent := []gate.ID{gate.X, gate.X, gate.X, gate.H, gate.Z, gate.S, gate.Swap, gate.SX}
	for {
		id := frequent[m.IntN(len(frequent))]
		if m.IntN(2) == 0 {
			id = gate.All()[m.IntN(len(gate.All()))].ID
		}
		row := id.Row()
		room := len(qubits) - len(row.Operands)
		if !row.IsPrimitive() || id == gate.Unitary || room < 0 {
			continue
		}
		controls := min(room, m.IntN(4)/2*(1+m.IntN(3)))
		return m.c.AddGate(id, controls, m.angles(len(row.Params)), qubits[:controls+len(row.Operands)]...)
	}
}

func (m maker) angles(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(m.IntN(9)-4) * math.Pi / 2
		if m.IntN(4) == 0 {
			out[i] = m.Float64() * 7
		}
	}
	return out
}

// matrix appends a gate with a matrix of its own.
func (m maker) matrix(qubits []circuit.Qubit) *circuit.Op {
	a := gate.U.Row().Matrix(m.angles(3))
	targets := 1
	if len(qubits) > 1 && m.IntN(2) == 0 {
		a, targets = gate.Kron(gate.RY.Row().Matrix(m.angles(1)), a), 2
		a = gate.Mul(gate.ECR.Row().Matrix(nil), a)
	}
	controls := m.IntN(len(qubits) - targets + 1)
	return m.c.AddUnitary(a, controls, qubits[:controls+targets]...)
}

// many runs check on n random circuits and prints what is needed to repeat a failure.
func many(t *testing.T, n int, unitary bool, check func(c *circuit.Circuit) error) {
	t.Helper()
	if testing.Short() {
		n /= 10
	}
	seed := rand.Uint64()
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		m := maker{r, &circuit.Circuit{}, unitary}
		c := m.make(1 + r.IntN(22))
		before := dump(c)
		if err := check(c); err != nil {
			t.Fatalf("seed %d, circuit %d: %v\n%s", seed, i, err, before)
		}
		if after := dump(c); after != before {
			t.Fatalf("seed %d, circuit %d was changed:\n%s\ninto\n%s", seed, i, before, after)
		}
	}
}

// dump prints a circuit, one op a line.
func dump(c *circuit.Circuit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d qubits, %d clbits, phase %.4g, declared %v\n", c.NumQubits, c.NumClbits, c.GlobalPhase, c.Declared)
	for _, op := range c.Ops {
		b.WriteString(describe(c, op) + "\n")
	}
	return b.String()
}

func describe(c *circuit.Circuit, op circuit.Op) string {
	s := ""
	if op.If != 0 {
		cond := c.Condition(op.If)
		s = fmt.Sprintf("if c[%d:%d]==%v", cond.First, int(cond.First)+cond.Width, cond.Value)
		if cond.Negate {
			s = strings.Replace(s, "==", "!=", 1)
		}
		s += " "
	}
	switch op.Kind {
	case circuit.Measure:
		s += fmt.Sprintf("measure %d -> ", c.Qubits(op)[0])
		if op.Clbit() == circuit.NoClbit {
			return s + "nowhere"
		}
		return s + fmt.Sprint(op.Clbit())
	case circuit.Assign:
		return s + fmt.Sprintf("c%d = %v", op.Clbit(), op.Value())
	case circuit.Reset:
		return s + fmt.Sprintf("reset %d", c.Qubits(op)[0])
	case circuit.Barrier:
		return s + fmt.Sprintf("barrier %v", c.Qubits(op))
	}
	s += strings.Repeat("c", int(op.Controls)) + op.Gate.String()
	if op.Gate == gate.Unitary {
		s += fmt.Sprint(c.Matrix(op))
	} else if p := c.Params(op); len(p) > 0 {
		s += fmt.Sprintf("%.4g", p)
	}
	return s + fmt.Sprint(c.Qubits(op))
}

// sameOutcomes compares exact distributions.
func sameOutcomes(a, b *circuit.Circuit) error {
	p, q := reference.Distribution(a), reference.Distribution(b)
	for key := range q {
		p[key] += 0
	}
	for key, x := range p {
		if math.Abs(x-q[key]) > tolerance {
			return fmt.Errorf("outcome %s has probability %g, simplified %g:\n%s", key, x, q[key], dump(b))
		}
	}
	return nil
}

// sameState compares final states of unitary circuits, global phase included, on the declared qubits.
func sameState(a, b *circuit.Circuit) error {
	v, w := reference.State(a), declared(b, reference.State(b))
	for i := range v {
		if cmplx.Abs(v[i]-w[i]) > tolerance {
			return fmt.Errorf("amplitude %d is %.6g, simplified %.6g:\n%s", i, v[i], w[i], dump(b))
		}
	}
	return nil
}

// declared spreads a state over the qubits of the program as written.
func declared(c *circuit.Circuit, v []complex128) []complex128 {
	out := make([]complex128, 1<<c.DeclaredQubits())
	for i, x := range v {
		at := 0
		for q := range c.NumQubits {
			at |= i >> q & 1 << c.DeclaredQubit(circuit.Qubit(q))
		}
		out[at] = x
	}
	return out
}

// sameMixtures compares, for every value of the clbits, the mixture of final states that comes with it.
func sameMixtures(a, b *circuit.Circuit) error {
	p, q := mixtures(a), mixtures(b)
	for key := range q {
		if p[key] == nil {
			p[key] = make([]complex128, len(q[key]))
		}
	}
	for key, x := range p {
		y := q[key]
		if y == nil {
			y = make([]complex128, len(x))
		}
		for i := range x {
			if cmplx.Abs(x[i]-y[i]) > tolerance {
				return fmt.Errorf("with clbits %s element %d of the density matrix is %.6g, simplified %.6g:\n%s", key, i, x[i], y[i], dump(b))
			}
		}
	}
	return nil
}

// mixtures returns the density matrix of the declared qubits for each value of the clbits, weighted by its probability.
func mixtures(c *circuit.Circuit) map[string][]complex128 {
	out := map[string][]complex128{}
	reference.Branches(c, func(bits bitvec.Vec, p float64, v []complex128) {
		w := declared(c, v)
		rho := out[bits.String()]
		if rho == nil {
			rho = make([]complex128, len(w)*len(w))
			out[bits.String()] = rho
		}
		for i, x := range w {
			for j, y := range w {
				rho[i*len(w)+j] += complex(p, 0) * x * cmplx.Conj(y)
			}
		}
	})
	return out
}

func TestRandomCircuitsKeepTheirOutcomes(t *testing.T) {
	passes := map[string]func(c *circuit.Circuit) *circuit.Circuit{
		"trim":        Trim,
		"known":       func(c *circuit.Circuit) *circuit.Circuit { return KnownStates(c, Outcomes, nil) },
		"light cone":  LightCone,
		"terminal":    func(c *circuit.Circuit) *circuit.Circuit { return TerminalMeasurements(c, Outcomes) },
		"idle qubits": DropIdle,
	}
	for name, run := range passes {
		t.Run(name, func(t *testing.T) {
			many(t, 1500, false, func(c *circuit.Circuit) error { return sameOutcomes(c, run(c)) })
		})
	}
	t.Run("simplify", func(t *testing.T) {
		many(t, 6000, false, func(c *circuit.Circuit) error {
			d, _ := Simplify(c, Outcomes)
			return sameOutcomes(c, d)
		})
	})
}

func TestRandomCircuitsKeepTheirStates(t *testing.T) {
	passes := map[string]func(c *circuit.Circuit) *circuit.Circuit{
		"trim":        Trim,
		"known":       func(c *circuit.Circuit) *circuit.Circuit { return KnownStates(c, State, nil) },
		"terminal":    func(c *circuit.Circuit) *circuit.Circuit { return TerminalMeasurements(c, State) },
		"idle qubits": DropIdle,
		"simplify": func(c *circuit.Circuit) *circuit.Circuit {
			d, _ := Simplify(c, State)
			return d
		},
	}
	for name, run := range passes {
		t.Run(name+", gates only", func(t *testing.T) {
			many(t, 1500, true, func(c *circuit.Circuit) error { return sameState(c, run(c)) })
		})
		t.Run(name+", with measurements", func(t *testing.T) {
			many(t, 700, false, func(c *circuit.Circuit) error { return sameMixtures(c, run(c)) })
		})
	}
}
