package statevec

import (
	"fmt"
	"math/bits"

	"github.com/softquantus/qcos/internal/sim"
)

// Expectation is branch.Expecter's.
func (s *state[F]) Expectation(sum sim.PauliSum) (float64, error) {
	total := 0.0
	for _, t := range sum {
		x, err := s.pauli(t.Paulis)
		if err != nil {
			return 0, err
		}
		total += t.Coefficient * x
	}
	return total, nil
}

// pauli is <P> of a Pauli string. P takes basis state i to i xor flips, times i^{number of Y} and a sign for each 1 of i in signs.
func (s *state[F]) pauli(string []sim.Pauli) (float64, error) {
	flips, signs, ys := 0, 0, 0
	for _, p := range string {
		if int(p.Qubit) >= s.n {
			return 0, fmt.Errorf("pauli on qubit %d of a circuit of %d qubits", p.Qubit, s.n)
		}
		bit := 1 << s.at[p.Qubit]
		switch p.Letter {
		case 'X':
			flips |= bit
		case 'Z':
			signs |= bit
		case 'Y':
			flips |= bit
			signs |= bit
			ys++
		default:
			return 0, fmt.Errorf("pauli letter %q: X, Y or Z", p.Letter)
		}
	}
	// <P> is real, so that only the part of conj(a_j) a_i matters that i^ys turns real.
	sums := s.sums(func(from, to int) (sum [2]float64) {
		for i := from; i < to; i++ {
			re, im := s.amplitude(i)
			jr, ji := s.amplitude(i ^ flips)
			sign := float64(1 - 2*(bits.OnesCount(uint(i&signs))&1))
			sum[0] += sign * (jr*re + ji*im)
			sum[1] += sign * (jr*im - ji*re)
		}
		return sum
	})
	return [4]float64{sums[0], -sums[1], -sums[0], sums[1]}[ys%4], nil
}
