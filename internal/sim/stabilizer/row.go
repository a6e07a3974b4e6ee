package stabilizer

import "math/bits"

const wordBits = 64

// row is a Pauli string i^phase · (-1)^coins · X^x · Z^z: bit q of x and z tells whether X and Z occur on qubit q, all X left of all Z. In this
// form a product needs one parity, and conjugation by cx none.
type row struct {
	x, z  []uint64
	phase uint8 // modulo 4
	coins coins // which coins the sign depends on; nil where there are none
}

func wordsFor(bits int) int { return (bits + wordBits - 1) / wordBits }

// newRows makes n rows of the identity on n qubits in one piece of memory.
func newRows(n, qubits int) []row {
	words := wordsFor(qubits)
	all := make([]uint64, 2*n*words)
	rows := make([]row, n)
	for i := range rows {
		rows[i].x, all = all[:words:words], all[words:]
		rows[i].z, all = all[:words:words], all[words:]
	}
	return rows
}

// clear makes the row the identity.
func (r *row) clear() {
	clear(r.x)
	clear(r.z)
	r.phase, r.coins = 0, nil
}

// set makes the row a copy of another.
func (r *row) set(o *row) {
	copy(r.x, o.x)
	copy(r.z, o.z)
	r.phase, r.coins = o.phase, o.coins.clone()
}

// times multiplies the row by another from the right.
func (r *row) times(o *row) {
	sign := uint64(0)
	rx, rz := r.x, r.z[:len(r.x)]
	ox, oz := o.x[:len(r.x)], o.z[:len(r.x)]
	for i := range rx {
		sign ^= rz[i] & ox[i]
		rx[i] ^= ox[i]
		rz[i] ^= oz[i]
	}
	r.phase = (r.phase + o.phase + 2*parity(sign)) & 3
	r.coins = r.coins.plus(o.coins)
}

// negate flips the sign.
func (r *row) negate() { r.phase ^= 2 }

func parity(w uint64) uint8 { return uint8(bits.OnesCount64(w) & 1) }

func bit(w []uint64, i int) uint8 { return uint8(w[i/wordBits] >> (i % wordBits) & 1) }

func flip(w []uint64, i int) { w[i/wordBits] ^= 1 << (i % wordBits) }

// firstSet is the lowest bit that is set, -1 where none is.
func firstSet(w []uint64) int {
	for i, v := range w {
		if v != 0 {
			return i*wordBits + bits.TrailingZeros64(v)
		}
	}
	return -1
}

// coins is a set of fair coins, as a bit each: what is linear in them. The nil set is empty. Sets are not changed, but for by the one who
// just made them.
type coins []uint64

func (c coins) clone() coins {
	if c == nil {
		return nil
	}
	return append(coins(nil), c...)
}

// plus is the symmetric difference. It may change c.
func (c coins) plus(o coins) coins {
	if len(c) < len(o) {
		c = append(c, make(coins, len(o)-len(c))...)
	}
	for i, w := range o {
		c[i] ^= w
	}
	return c
}

// coin is the set of one coin.
func coin(i int) coins {
	c := make(coins, i/wordBits+1)
	flip(c, i)
	return c
}

func (c coins) empty() bool { return firstSet(c) < 0 }
