package stabilizer

import (
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// tableau is the state U|0…0>, kept as U†·P·U for every Pauli P on one qubit. A gate behind U multiplies a few rows; whether a measurement
// is certain shows in a single one.
type tableau struct {
	n       int
	rows    []row // 2q: of X on qubit q; 2q+1: of Z on it
	scratch []row
	known   actions
}

func newTableau(n int) *tableau {
	t := &tableau{n: n, rows: newRows(2*n, n)}
	for q := range n {
		flip(t.rows[2*q].x, q)
		flip(t.rows[2*q+1].z, q)
	}
	return t
}

// clone is an independent copy.
func (t *tableau) clone() *tableau {
	c := &tableau{n: t.n, rows: newRows(2*t.n, t.n)}
	c.copyFrom(t)
	return c
}

func (t *tableau) copyFrom(o *tableau) {
	for i := range t.rows {
		t.rows[i].set(&o.rows[i])
	}
}

// ofX and ofZ are the rows of a qubit.
func (t *tableau) ofX(q circuit.Qubit) *row { return &t.rows[2*q] }
func (t *tableau) ofZ(q circuit.Qubit) *row { return &t.rows[2*q+1] }

// apply applies a gate by its action.
func (t *tableau) apply(a action, qubits []circuit.Qubit) {
	if len(t.scratch) < len(a) {
		t.scratch = append(t.scratch, newRows(len(a)-len(t.scratch), t.n)...)
	}
	var old [2 * maxOperands]row
	at := func(i int) *row { return &t.rows[2*qubits[i/2]+circuit.Qubit(i%2)] }
	spare := 0
	for i, image := range a { // products first, for which the old rows are read
		old[i] = *at(i)
		if single(image) < 0 {
			t.product(&t.scratch[spare], image, qubits)
			spare++
		}
	}
	made, freed := 0, 0
	var moved [2 * maxOperands]bool
	for _, image := range a {
		if k := single(image); k >= 0 {
			moved[k] = true
		}
	}
	for i, image := range a {
		if k := single(image); k >= 0 {
			*at(i) = old[k]
			if image.Negative {
				at(i).negate()
			}
			continue
		}
		*at(i) = t.scratch[made]
		for moved[freed] {
			freed++
		}
		t.scratch[made] = old[freed]
		made, freed = made+1, freed+1
	}
}

// maxOperands is how many qubits a gate with an action has at most.
const maxOperands = 6

// single is the place among an action's Paulis of an image that is one of them or its negative, -1 of any other.
func single(p gate.SignedPauli) int {
	both := uint16(p.X) | uint16(p.Z)<<8
	if both == 0 || both&(both-1) != 0 {
		return -1
	}
	k := 0
	for ; both&1 == 0; both >>= 1 {
		k++
	}
	if k >= 8 {
		return 2*(k-8) + 1
	}
	return 2 * k
}

// product makes r the row of a Pauli on qubits.
func (t *tableau) product(r *row, p gate.SignedPauli, qubits []circuit.Qubit) {
	r.clear()
	for k, q := range qubits {
		x, z := p.X>>k&1, p.Z>>k&1
		if x == 1 {
			r.times(t.ofX(q))
		}
		if z == 1 {
			r.times(t.ofZ(q))
		}
		r.phase = (r.phase + x&z) & 3 // Y is i·X·Z
	}
	if p.Negative {
		r.negate()
	}
}

// certain reports whether measuring q has one outcome only. Which one is the sign of ofZ(q).
func (t *tableau) certain(q circuit.Qubit) bool { return firstSet(t.ofZ(q).x) < 0 }

// collapse brings q, whose outcome is not certain, to the outcome: value plus what comes of the coins. In front of U it puts the
// gates that make (|0> + (-1)^outcome R|0>)/√2 of |0>, where R is U†·Z_q·U: h on a qubit p, then z, s and cx from p to the others.
func (t *tableau) collapse(q circuit.Qubit, value bool, of coins) {
	r := t.ofZ(q)
	p := firstSet(r.x)
	others := append([]uint64(nil), r.x...)
	flip(others, p)
	quarter := r.phase // R|0> is i^phase times another basis state
	sign := r.coins.clone().plus(of)
	turn := 3 * quarter // conjugation by the inverse of s, so often: X becomes -i·X·Z
	if value {
		turn += 2
	}
	for i := range t.rows {
		t.rows[i].throughCollapse(p, others, quarter&1, turn&3, sign)
	}
}

// throughCollapse conjugates the row by the inverse of a collapse: cx from p to others, s and z on p, h on p.
func (r *row) throughCollapse(p int, others []uint64, swaps, turn uint8, sign coins) {
	acc := uint64(0)
	for i, w := range others {
		acc ^= r.z[i] & w
	}
	x, z := bit(r.x, p), bit(r.z, p)
	newZ := z ^ parity(acc)
	if x == 1 {
		for i, w := range others {
			r.x[i] ^= w
		}
		newZ ^= swaps
		r.phase = (r.phase + turn) & 3
		if len(sign) > 0 {
			r.coins = r.coins.plus(sign)
		}
	}
	r.phase = (r.phase + 2*(x&newZ)) & 3
	if newX := newZ; newX != x {
		flip(r.x, p)
	}
	if x != z {
		flip(r.z, p)
	}
}

// negative is the outcome of a certain measurement, but for the coins it depends on.
func (r *row) negative() bool { return r.phase&2 != 0 }
