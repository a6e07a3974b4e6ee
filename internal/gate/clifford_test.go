package gate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const angleTolerance = 1e-9

// pauliMatrix writes a SignedPauli out.
func pauliMatrix(p SignedPauli, n int) []complex128 {
	letters := make([]byte, n)
	for k := range n {
		letters[k] = "IXZY"[p.X>>k&1|p.Z>>k&1<<1]
	}
	m := PauliMatrix(string(letters))
	if p.Negative {
		m = scaled(m, -1)
	}
	return m
}

// conjugates reports whether the images are what m makes of the Paulis: m·P = Q·m.
func conjugates(m []complex128, images []SignedPauli, tol float64) bool {
	n := len(images) / 2
	for i, q := range images {
		p := SignedPauli{X: 1 << (i / 2)}
		if i%2 == 1 {
			p = SignedPauli{Z: 1 << (i / 2)}
		}
		if distance(Mul(m, pauliMatrix(p, n)), Mul(pauliMatrix(q, n), m)) > tol {
			return false
		}
	}
	return len(images)>>1 == n && 1<<n == Dim(m)
}

func TestCliffordRows(t *testing.T) {
	clifford := strings.Fields("id x y z h s sdg sx sxdg swap iswap iswap_dg ecr cx CX cy cz u0 i si v vi cnot")
	eachRow(t, func(t *testing.T, g *Gate) {
		if g.Class == Composite {
			t.Skip("no matrix")
		}
		for i, p := range draws(t, len(g.Params)) {
			m := g.Matrix(p)
			images, ok := Clifford(m, g.Controls, angleTolerance)
			for range g.Controls {
				m = Controlled(m)
			}
			if ok && !conjugates(m, images, 1e-8) {
				t.Errorf("%v: the images %v are not the gate's", p, images)
			}
			atRightAngles := g.Controls == 0 && i%2 == 1
			want := slices.Contains(clifford, g.Name) || g.Class == Phase || len(g.Params) > 0 && atRightAngles
			if g.Controls > 0 && i%2 == 1 && len(g.Params) > 0 {
				continue // depends on the multiple: whatever it said has been checked
			}
			if ok != want {
				t.Errorf("%v: called a Clifford gate: %v", p, ok)
			}
		}
	})
}

func TestCliffordImages(t *testing.T) {
	x := PauliMatrix("X")
	checks := []struct {
		name     string
		matrix   []complex128
		controls int
		want     []SignedPauli
	}{
		{"h", H.Row().Matrix(nil), 0, []SignedPauli{{Z: 1}, {X: 1}}},
		{"s", S.Row().Matrix(nil), 0, []SignedPauli{{X: 1, Z: 1}, {Z: 1}}},
		{"sdg", Sdg.Row().Matrix(nil), 0, []SignedPauli{{X: 1, Z: 1, Negative: true}, {Z: 1}}},
		{"y", Y.Row().Matrix(nil), 0, []SignedPauli{{X: 1, Negative: true}, {Z: 1, Negative: true}}},
		{"cx", x, 1, []SignedPauli{{X: 3}, {Z: 1}, {X: 2}, {Z: 3}}},
		{"controlled phase i is s", []complex128{1i}, 1, []SignedPauli{{X: 1, Z: 1}, {Z: 1}}},
		{"phase -1 under two controls is cz", []complex128{-1}, 2, []SignedPauli{{X: 1, Z: 2}, {Z: 1}, {X: 2, Z: 1}, {Z: 2}}},
	}
	for _, k := range checks {
		if got, ok := Clifford(k.matrix, k.controls, angleTolerance); !ok || !slices.Equal(got, k.want) {
			t.Errorf("%s: %v, %v; want %v", k.name, got, ok, k.want)
		}
	}
}

func TestCliffordTolerance(t *testing.T) {
	for _, id := range []ID{RX, RY, RZ, P, RXX, RYY, RZZ, RZX} {
		near, far := id.Row().Matrix([]float64{halfPi + 0.9e-9}), id.Row().Matrix([]float64{halfPi + 1.5e-9})
		if _, ok := Clifford(near, 0, 1e-9); !ok {
			t.Errorf("%v off by less than the tolerance is refused", id)
		}
		if _, ok := Clifford(far, 0, 1e-9); ok {
			t.Errorf("%v off by more than the tolerance is accepted", id)
		}
	}
}

// TestCliffordOfProducts: images compose, for random circuits of Clifford gates on three qubits.
func TestCliffordOfProducts(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	for range 50 {
		m := identity(8)
		for range 20 {
			places := r.Perm(3)
			if r.IntN(2) == 0 {
				m = Mul(embed([]ID{H, S, SX, Y}[r.IntN(4)].Row().Matrix(nil), places[:1], 3), m)
			} else {
				m = Mul(embed(Controlled(X.Row().Matrix(nil)), places[:2], 3), m)
			}
		}
		if images, ok := Clifford(m, 0, angleTolerance); !ok || !conjugates(m, images, 1e-9) {
			t.Fatalf("seed %d: %v %v", seed, images, ok)
		}
		m = Mul(embed(T.Row().Matrix(nil), []int{r.IntN(3)}, 3), m)
		if _, ok := Clifford(m, 0, angleTolerance); ok {
			t.Fatalf("seed %d: with a t it is still called Clifford", seed)
		}
	}
}

func TestCliffordRefusesWideGates(t *testing.T) {
	if _, ok := Clifford(PauliMatrix("X"), 6, angleTolerance); ok {
		t.Error("seven operands accepted")
	}
	if images, ok := Clifford(PauliMatrix("I"), 5, angleTolerance); !ok || len(images) != 12 {
		t.Errorf("the identity under five controls: %v, %v", images, ok)
	}
}
