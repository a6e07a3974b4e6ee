package gate

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

const rounding = 1e-12

// draws are the parameters that a row is tried with: random ones, whose seed is printed on failure, and multiples of pi/2.
func draws(t *testing.T, n int) [][]float64 {
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	r := rand.New(rand.NewPCG(seed, 1))
	if n == 0 {
		return [][]float64{nil}
	}
	var out [][]float64
	for i := range 20 {
		p := make([]float64, n)
		for j := range p {
			if i%2 == 0 {
				p[j] = 8*math.Pi*r.Float64() - 4*math.Pi
			} else {
				p[j] = float64(r.IntN(17)-8) * halfPi
			}
		}
		out = append(out, p)
	}
	return out
}

func distance(a, b []complex128) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	d := 0.0
	for i := range a {
		d = max(d, cmplx.Abs(a[i]-b[i]))
	}
	return d
}

func scaled(m []complex128, x complex128) []complex128 {
	out := make([]complex128, len(m))
	for i := range m {
		out[i] = x * m[i]
	}
	return out
}

// whole is what a program of the dialect means by a row: the matrix over all operands, controls and phase included.
func whole(g *Gate, d Dialect, p []float64) []complex128 {
	if g.Class == Composite {
		return bodyOf(g).matrix(p, rowsIn(d))
	}
	m := scaled(g.Matrix(p), cis(g.PhaseIn(d, p)))
	for range g.Controls {
		m = Controlled(m)
	}
	return m
}

func bodyOf(g *Gate) definition { return definition{g.Params, g.Operands, g.Body} }

func rowsIn(d Dialect) meaning {
	return func(name string, p []float64) []complex128 {
		g, ok := Lookup(name)
		if !ok {
			panic("unknown gate " + name)
		}
		return whole(g, d, p)
	}
}

// eachRow runs a subtest for every row but the one of given matrices.
func eachRow(t *testing.T, test func(t *testing.T, g *Gate)) {
	for i := range All() {
		if g := &All()[i]; g.ID != Unitary {
			t.Run(g.Name, func(t *testing.T) { test(t, g) })
		}
	}
}

func TestRowsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for i, g := range All() {
		switch {
		case g.Name == "" || g.Help == "":
			t.Errorf("row %d (%q) lacks its name or help", i+1, g.Name)
		case seen[g.Name]:
			t.Errorf("%s occurs twice", g.Name)
		case int(g.ID) != i+1:
			t.Errorf("%s stands at %d and says %d", g.Name, i+1, g.ID)
		}
		seen[g.Name] = true
	}
	if len(seen) != int(numIDs)-1 {
		t.Errorf("%d rows, %d ids", len(seen), numIDs-1)
	}
}

func TestNamesAreFound(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		if got, ok := Lookup(g.Name); !ok || got != g.ID.Row() || g.ID.String() != g.Name {
			t.Errorf("Lookup(%q) = %v, %v", g.Name, got, ok)
		}
		if slices.ContainsFunc(g.Operands, func(s string) bool { return slices.Contains(g.Params, s) }) {
			t.Error("a parameter has an operand's name")
		}
	})
	for _, name := range []string{"none", "unitary", "", "Cx"} {
		if _, ok := Lookup(name); ok {
			t.Errorf("a program can call %q", name)
		}
	}
}

func TestTargets(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		target := g.Target.Row()
		switch {
		case g.Class == Composite:
			if g.Target != g.ID || g.Controls != 0 || g.Body == "" || g.IsPrimitive() {
				t.Error("a composite needs a body, and neither target nor controls")
			}
			return
		case !target.IsPrimitive():
			t.Fatalf("its target %s is no primitive", target.Name)
		case g.IsPrimitive() && g.Controls != 0:
			t.Error("a primitive has no controls of its own")
		case g.Class != target.Class || g.Pauli != target.Pauli:
			t.Errorf("class %v %q, its target's %v %q", g.Class, g.Pauli, target.Class, target.Pauli)
		}
		for _, p := range draws(t, len(g.Params)) {
			if n := len(g.TargetParams(p)); n != len(target.Params) {
				t.Fatalf("gives its target %d parameters of %d", n, len(target.Params))
			}
			if n := Dim(g.Matrix(p)); n != 1<<g.NumTargets() {
				t.Fatalf("matrix of size %d on %d targets", n, g.NumTargets())
			}
		}
	})
}

func TestMatricesAreUnitaryAndInverted(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		if !g.IsPrimitive() {
			t.Skip("not a primitive")
		}
		for _, p := range draws(t, len(g.Params)) {
			m := g.Matrix(p)
			if d := distance(Mul(Adjoint(m), m), identity(Dim(m))); d > rounding {
				t.Errorf("%v: not unitary by %g", p, d)
			}
			id, q := g.Inverse(p)
			if !id.Row().IsPrimitive() || len(id.Row().Params) != len(q) {
				t.Fatalf("inverse %v %v is no primitive", id, q)
			}
			if d := distance(Mul(id.Row().Matrix(q), m), identity(Dim(m))); d > rounding {
				t.Errorf("%v: inverse %v%v is off by %g", p, id, q, d)
			}
		}
	})
}

func TestMatrixIsTheCallers(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		if g.Class == Composite {
			t.Skip("no matrix")
		}
		p := draws(t, len(g.Params))[0]
		first := g.Matrix(p)
		first[0] = 17
		if g.Matrix(p)[0] == 17 {
			t.Error("a caller can change the table's matrix")
		}
	})
}

// TestZeroAnglesAreTheIdentity holds what the simplifier relies on.
func TestZeroAnglesAreTheIdentity(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		if !g.IsPrimitive() || len(g.Params) == 0 {
			t.Skip("no angles")
		}
		m := g.Matrix(make([]float64, len(g.Params)))
		if d := distance(m, identity(Dim(m))); d != 0 {
			t.Errorf("with angles 0 it is off the identity by %g", d)
		}
	})
}

// structure of a matrix: whether every element off the diagonal is 0, every row and column has one element that is not 0, and every element is 0 or 1.
func structure(m []complex128) (diagonal, monomial, bits bool) {
	diagonal, monomial, bits = true, true, true
	n := Dim(m)
	for i := range n {
		inRow, inColumn := 0, 0
		for j := range n {
			if m[i*n+j] != 0 {
				inRow++
				diagonal = diagonal && i == j
				bits = bits && m[i*n+j] == 1
			}
			if m[j*n+i] != 0 {
				inColumn++
			}
		}
		monomial = monomial && inRow == 1 && inColumn == 1
	}
	return diagonal, monomial, bits
}

func TestClasses(t *testing.T) {
	eachRow(t, func(t *testing.T, g *Gate) {
		if g.Class == Composite {
			t.Skip("no matrix")
		}
		for _, p := range draws(t, len(g.Params)) {
			m := g.Matrix(p)
			diagonal, monomial, bits := structure(m)
			var ok bool
			switch g.Class {
			case Phase:
				ok = len(m) == 1 && cmplx.Abs(m[0]-cmplx.Exp(complex(0, p[0]))) < rounding
			case Identity:
				ok = diagonal && bits
			case Permutation:
				ok = monomial && bits && !diagonal
			case Monomial:
				ok = monomial && !diagonal && !bits
			case Diagonal:
				ok = diagonal && monomial
			case Rotation:
				ok = g.Pauli != "" && strings.ContainsAny(g.Pauli, "XY")
			case General:
				ok = true
			}
			if !ok {
				t.Errorf("%v: class %v does not fit %v", p, g.Class, m)
			}
			if g.Pauli != "" && distance(m, exponential(p[0], g.Pauli)) > rounding {
				t.Errorf("%v: not exp(-i theta/2 %s)", p, g.Pauli)
			}
		}
		if p := draws(t, len(g.Params))[0]; g.Class == General {
			if _, monomial, _ := structure(g.Matrix(p)); monomial {
				t.Errorf("%v: called general, yet it is monomial", p)
			}
		}
	})
}

// exponential is exp(-i theta/2 P) by its power series.
func exponential(theta float64, pauli string) []complex128 {
	generator := scaled(PauliMatrix(pauli), complex(0, -theta/2))
	sum := identity(Dim(generator))
	term := sum
	for k := 1; k < 80; k++ {
		term = scaled(Mul(term, generator), complex(1/float64(k), 0))
		next := slices.Clone(sum)
		for i := range next {
			next[i] += term[i]
		}
		sum = next
	}
	return sum
}

// TestBodies: the text of a row is the row, phase and controls included.
func TestBodies(t *testing.T) {
	tried := 0
	eachRow(t, func(t *testing.T, g *Gate) {
		if g.Body == "" {
			if g.Homes[QASM2] == Library {
				t.Error("a gate of qelib1.inc needs a body")
			}
			t.Skip("no body")
		}
		tried++
		calls := func(name string, p []float64) []complex128 {
			callee, ok := Lookup(name)
			if !ok || callee.Homes[QASM2] != Builtin && (callee.ID >= g.ID || callee.Homes[QASM2] != g.Homes[QASM2] && g.Homes[QASM2] == Library) {
				t.Fatalf("names %s, which a library text has not defined by then", name)
			}
			return whole(callee, QASM2, p)
		}
		for _, p := range draws(t, len(g.Params)) {
			got := bodyOf(g).matrix(p, calls)
			if d := distance(got, whole(g, QASM2, p)); d > rounding {
				t.Errorf("%v: the body is off the row by %g", p, d)
			}
		}
	})
	if tried < 30 {
		t.Errorf("only %d bodies", tried)
	}
}

func TestHomes(t *testing.T) {
	want := map[Dialect]map[Home]string{
		QASM2: {
			Builtin: "U CX",
			Library: "u3 u2 u1 cx id u0 u p x y z h s sdg t tdg rx ry rz sx sxdg cz cy swap ch ccx cswap crx cry crz cu1 cp cu3 csx cu rxx rzz rccx rc3x c3x c3sqrtx c4x",
		},
		QASM3: {
			Builtin: "U gphase",
			Library: "p x y z h s sdg t tdg sx rx ry rz cx cy cz cp crx cry crz ch swap ccx cswap cu CX phase cphase id u1 u2 u3",
		},
	}
	for d, homes := range want {
		for home, names := range homes {
			listed := strings.Fields(names)
			var got []string
			for _, g := range All() {
				if g.Homes[d] == home {
					got = append(got, g.Name)
				}
			}
			slices.Sort(listed)
			slices.Sort(got)
			if !slices.Equal(got, listed) {
				t.Errorf("dialect %d, home %d:\n got %v\nwant %v", d, home, got, listed)
			}
		}
	}
}

// TestLibraryNames holds that another name of a gate is the same gate.
func TestLibraryNames(t *testing.T) {
	for d, want := range map[Dialect]map[string]string{
		QASM2: {"cnot": "cx", "toffoli": "ccx", "fredkin": "cswap", "i": "id", "si": "sdg", "phaseshift": "p", "cphase": "cp", "c3sx": "c3sqrtx", "v": "", "prx": "", "iswap": ""},
		QASM3: {"cnot": "cx", "ccnot": "ccx", "v": "sx", "vi": "", "cphaseshift": "cp", "cu1": "cp", "c3sx": "", "rzz": "", "cs": ""},
	} {
		for name, library := range want {
			g, _ := Lookup(name)
			if got := g.LibraryName(d); got != library {
				t.Errorf("dialect %d, %s: %q, want %q", d, name, got, library)
			}
		}
	}
	eachRow(t, func(t *testing.T, g *Gate) {
		for _, d := range []Dialect{QASM2, QASM3} {
			r, ok := Lookup(g.LibraryName(d))
			for _, p := range draws(t, len(g.Params)) {
				if ok && distance(whole(g, d, p), whole(r, d, p)) > rounding {
					t.Errorf("%s is no other name of it", r.Name)
				}
			}
		}
	})
}

// TestDocumentedMatrices compares with the formulas of OpenQASM 3's gates.rst and standard_library.rst, written out here.
func TestDocumentedMatrices(t *testing.T) {
	e := func(a float64) complex128 { return cmplx.Exp(complex(0, a)) }
	u := func(p []float64) []complex128 {
		return scaled([]complex128{
			1 + e(p[0]), -1i * e(p[2]) * (1 - e(p[0])),
			1i * e(p[1]) * (1 - e(p[0])), e(p[1]+p[2]) * (1 + e(p[0])),
		}, 0.5)
	}
	u3 := func(p []float64) []complex128 { return scaled(u(p), e(-(p[0]+p[1]+p[2])/2)) }
	phase := func(p []float64) []complex128 { return []complex128{1, 0, 0, e(p[0])} }
	formulas := map[string]func(p []float64) []complex128{
		"U": u, "u3": u3, "p": phase, "u1": phase, "phase": phase,
		"u2":  func(p []float64) []complex128 { return u3([]float64{halfPi, p[0], p[1]}) },
		"rx":  func(p []float64) []complex128 { return exponential(p[0], "X") },
		"ry":  func(p []float64) []complex128 { return exponential(p[0], "Y") },
		"rz":  func(p []float64) []complex128 { return exponential(p[0], "Z") },
		"crz": func(p []float64) []complex128 { return Controlled(exponential(p[0], "Z")) },
		"cp":  func(p []float64) []complex128 { return Controlled(phase(p)) },
		"cx":  func([]float64) []complex128 { return Controlled(PauliMatrix("X")) },
		"CX":  func([]float64) []complex128 { return Controlled(PauliMatrix("X")) },
		"sx": func([]float64) []complex128 {
			return scaled([]complex128{e(math.Pi / 4), e(-math.Pi / 4), e(-math.Pi / 4), e(math.Pi / 4)}, r2)
		},
		// e^{i gamma} U with cos(theta/2) in the corner, as stdgates.inc defines it: p(gamma - theta/2) and a controlled U.
		"cu": func(p []float64) []complex128 { return Controlled(scaled(u(p), e(p[3]-p[0]/2))) },
	}
	for name, formula := range formulas {
		g, _ := Lookup(name)
		for _, p := range draws(t, len(g.Params)) {
			if d := distance(whole(g, QASM3, p), formula(p)); d > rounding {
				t.Errorf("%s%v is off its formula by %g", name, p, d)
			}
		}
	}
}

// corpus reads a file of the collections that lie beside a development checkout.
func corpus(t *testing.T, path string) map[string]definition {
	text, err := os.ReadFile("../../../shared/corpora/" + path)
	if err != nil {
		t.Skipf("skipped: the collection of programs is not here: %v", err)
	}
	return readLibrary(string(text))
}

// compare holds the rows against the definitions of a library file and returns how many agreed.
func compare(t *testing.T, library map[string]definition, d Dialect, except map[string]string, builtin map[string]func(p []float64) []complex128) int {
	agreed := 0
	var inFile meaning
	inFile = func(name string, p []float64) []complex128 {
		if f, ok := builtin[name]; ok {
			return f(p)
		}
		return library[name].matrix(p, inFile)
	}
	for name := range library {
		g, ok := Lookup(name)
		if !ok || except[name] != "" {
			continue
		}
		for _, p := range draws(t, len(g.Params)) {
			if off := distance(whole(g, d, p), inFile(name, p)); off > rounding {
				t.Errorf("%s%v is off the file's text by %g", name, p, off)
			}
		}
		agreed++
	}
	return agreed
}

func TestAgainstQelib1(t *testing.T) {
	library := corpus(t, "qasmbench/qelib1.inc")
	except := map[string]string{
		"ch":      "this older file is off by the global phase e^{i pi/4}; later ones are exact",
		"c3sqrtx": "this older file defines the inverse; later ones have the sign turned",
		"c4x":     "this older file conjugates the wrong qubit; later ones have it right",
	}
	builtin := map[string]func(p []float64) []complex128{
		"U":  uMatrix,
		"CX": func([]float64) []complex128 { return Controlled(PauliMatrix("X")) },
	}
	if n := compare(t, library, QASM2, except, builtin); n < 32 {
		t.Errorf("only %d gates compared", n)
	}
}

func TestAgainstStdgates(t *testing.T) {
	library := corpus(t, "qasm3-valid/ex_stdgates_inc.qasm")
	except := map[string]string{
		"CX": "the file's controlled U(pi,0,pi) has a phase; the documentation says the same as cx, which is followed",
	}
	builtin := map[string]func(p []float64) []complex128{
		"U":      func(p []float64) []complex128 { return scaled(uMatrix(p), cis(p[0]/2)) },
		"gphase": func(p []float64) []complex128 { return []complex128{cis(p[0])} },
	}
	if n := compare(t, library, QASM3, except, builtin); n < 31 {
		t.Errorf("only %d gates compared", n)
	}
}
