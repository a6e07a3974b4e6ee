package emit

import (
	"math"
	"math/cmplx"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// maxUnitary bounds the targets of a matrix that is written as gates: their number grows fourfold with each.
const maxUnitary = 5

// plane is a matrix of one qubit that acts where all other targets have given values: on two basis states of a larger matrix.
type plane struct {
	matrix []complex128
	target int // number of the qubit
	values int // of all targets, that one as 0
}

// unitary writes a matrix as gates.
func (w *writer) unitary(m []complex128, controls int, qubits []circuit.Qubit) {
	n := len(qubits) - controls
	switch {
	case n == 0:
		w.apply(gate.GPhase, controls, []float64{cmplx.Phase(m[0])}, qubits)
		return
	case n == 1:
		w.unitary1(m, controls, qubits)
		return
	case n > maxUnitary:
		w.refuse("", "a gate of %d qubits that is given by its matrix, such as a fractional power", n)
	}
	for _, p := range planes(m, n) {
		w.plane(p, qubits[:controls], qubits[controls:])
	}
}

// unitary1 writes a matrix of one qubit as U and a phase.
func (w *writer) unitary1(m []complex128, controls int, qubits []circuit.Qubit) {
	theta := 2 * math.Atan2(cmplx.Abs(m[2]), cmplx.Abs(m[0]))
	alpha, phi, lambda := cmplx.Phase(m[0]), 0.0, 0.0
	switch {
	case cmplx.Abs(m[2]) < 1e-15:
		lambda = cmplx.Phase(m[3]) - alpha
	case cmplx.Abs(m[0]) < 1e-15:
		alpha = cmplx.Phase(m[2])
		lambda = cmplx.Phase(-m[1]) - alpha
	default:
		phi, lambda = cmplx.Phase(m[2])-alpha, cmplx.Phase(-m[1])-alpha
	}
	w.apply(gate.U, controls, []float64{theta, phi, lambda}, qubits)
	w.apply(gate.GPhase, controls, []float64{alpha}, qubits[:controls])
}

// planes factors a matrix of n qubits, the factor that acts first first. It clears the matrix below its diagonal by rotations of
// neighbours in the order of the Gray code, which differ in one qubit, and undoes them in turn (Nielsen and Chuang, section 4.5.1).
func planes(m []complex128, n int) []plane {
	size := 1 << n
	gray := func(i int) int { return i ^ i>>1 }
	a := make([]complex128, size*size) // the matrix in that order
	for r := range size {
		for c := range size {
			a[r*size+c] = m[gray(r)*size+gray(c)]
		}
	}
	var undo []plane
	for c := range size - 1 {
		for r := size - 1; r > c; r-- {
			x, y := a[(r-1)*size+c], a[r*size+c]
			norm := math.Hypot(cmplx.Abs(x), cmplx.Abs(y))
			if cmplx.Abs(y) < 1e-15 {
				continue
			}
			g := []complex128{cmplx.Conj(x) / complex(norm, 0), cmplx.Conj(y) / complex(norm, 0), -y / complex(norm, 0), x / complex(norm, 0)}
			rotateRows(a, size, r-1, g)
			undo = append(undo, between(gray(r-1), gray(r), gate.Adjoint(g)))
		}
	}
	var list []plane
	for r := 0; r < size; r += 2 {
		list = append(list, between(gray(r), gray(r+1), []complex128{a[r*size+r], 0, 0, a[(r+1)*size+r+1]}))
	}
	for i := len(undo) - 1; i >= 0; i-- {
		list = append(list, undo[i])
	}
	return list
}

// rotateRows multiplies two neighbouring rows by a matrix.
func rotateRows(a []complex128, size, row int, g []complex128) {
	for c := range size {
		x, y := a[row*size+c], a[(row+1)*size+c]
		a[row*size+c], a[(row+1)*size+c] = g[0]*x+g[1]*y, g[2]*x+g[3]*y
	}
}

// between is the plane of two basis states that differ in one qubit, for a matrix whose first state is i.
func between(i, j int, m []complex128) plane {
	target := 0
	for (i^j)>>target != 1 {
		target++
	}
	if i>>target&1 == 1 {
		m = []complex128{m[3], m[2], m[1], m[0]}
	}
	return plane{m, target, i &^ (1 << target)}
}

// plane writes a plane: a gate under all other targets as controls, turned where they must be 0.
func (w *writer) plane(p plane, controls, targets []circuit.Qubit) {
	if isIdentity(p.matrix) {
		return
	}
	all := append([]circuit.Qubit(nil), controls...)
	var turned []circuit.Qubit
	for i, q := range targets {
		if i == p.target {
			continue
		}
		all = append(all, q)
		if p.values>>i&1 == 0 {
			turned = append(turned, q)
		}
	}
	for _, q := range turned {
		w.apply(gate.X, 0, nil, []circuit.Qubit{q})
	}
	w.unitary1(p.matrix, len(all), append(all, targets[p.target]))
	for _, q := range turned {
		w.apply(gate.X, 0, nil, []circuit.Qubit{q})
	}
}

func isIdentity(m []complex128) bool {
	return cmplx.Abs(m[0]-1)+cmplx.Abs(m[1])+cmplx.Abs(m[2])+cmplx.Abs(m[3]-1) < 1e-14
}
