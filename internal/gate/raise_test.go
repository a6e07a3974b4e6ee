package gate

import (
	"math/cmplx"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRaiseAgreesWithPower holds every gate of the table that Raise knows against the power of its matrix.
func TestRaiseAgreesWithPower(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	raised := 0
	for i := range All() {
		row := &All()[i]
		if row.Class == Composite || row.ID == Unitary {
			continue
		}
		for _, k := range []float64{0, 1, 2, 3, -1, -2, 0.5, -0.5, 0.25, 1.7, -0.3} {
			p := make([]float64, len(row.Params))
			for j := range p {
				p[j] = (r.Float64() - 0.5) * 16
			}
			id, q, phase, ok := row.Raise(QASM3, p, k)
			if !ok {
				continue
			}
			raised++
			whole := row.Matrix(p)
			for j := range whole {
				whole[j] *= cis(row.PhaseIn(QASM3, p))
			}
			want, got := Power(whole, k), id.Row().Matrix(q)
			if len(want) != len(got) {
				t.Fatalf("%s to the power %v has %d elements, not %d", row.Name, k, len(got), len(want))
			}
			for j := range want {
				if cmplx.Abs(want[j]-got[j]*cis(phase)) > 1e-9 {
					t.Fatalf("%s%v to the power %v: element %d is %v, want %v", row.Name, p, k, j, got[j]*cis(phase), want[j])
				}
			}
		}
	}
	if raised < 200 {
		t.Errorf("only %d powers were looked at", raised)
	}
}
