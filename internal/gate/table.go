package gate

import "math"

// The rows.
const (
	None ID = iota
	GPhase
	U
	I
	X
	Y
	Z
	H
	S
	Sdg
	T
	Tdg
	SX
	SXdg
	P
	RX
	RY
	RZ
	R
	Swap
	ISwap
	ISwapDg
	RXX
	RYY
	RZZ
	RZX
	U0
	U1
	U2
	U3
	ULower
	PhaseName
	CX
	CXUpper
	CY
	CZ
	CH
	CS
	CSdg
	CSX
	CP
	CPhase
	CU1
	CRX
	CRY
	CRZ
	CU3
	CU
	CCX
	CSwap
	CCZ
	C3X
	C3SX
	C4X
	DCX
	ECR
	RCCX
	RC3X
	IName
	SI
	TI
	V
	VI
	PhaseShift
	PRX
	CNot
	CV
	CPhaseShift
	CCNot
	Toffoli
	Fredkin
	C3SXName
	Unitary
	numIDs
)

const halfPi = math.Pi / 2

var r2 = complex(math.Sqrt2/2, 0)

// Operand names by count: the usual ones of the library files.
var (
	q1 = []string{"a"}
	q2 = []string{"a", "b"}
	q3 = []string{"a", "b", "c"}
	q4 = []string{"a", "b", "c", "d"}
	q5 = []string{"a", "b", "c", "d", "e"}
)

var (
	theta  = []string{"theta"}
	lambda = []string{"lambda"}
)

var (
	both     = [numDialects]Home{QASM2: Library, QASM3: Library}
	only2    = [numDialects]Home{QASM2: Library}
	ext2lib3 = [numDialects]Home{QASM2: Extra, QASM3: Library}
	lib2ext3 = [numDialects]Home{QASM2: Library, QASM3: Extra}
	extra    = [numDialects]Home{QASM2: Extra, QASM3: Extra}
)

func negated(id ID) func([]float64) (ID, []float64) {
	return func(p []float64) (ID, []float64) { return id, []float64{-p[0]} }
}

func swapped(id ID) func([]float64) (ID, []float64) {
	return func(p []float64) (ID, []float64) { return id, p }
}

// in2 is a phase that only the text of qelib1.inc gives.
func in2(f func(p []float64) float64) func(Dialect, []float64) float64 {
	return func(d Dialect, p []float64) float64 {
		if d == QASM2 {
			return f(p)
		}
		return 0
	}
}

// in3 is a phase that only OpenQASM 3 gives.
func in3(f func(p []float64) float64) func(Dialect, []float64) float64 {
	return func(d Dialect, p []float64) float64 {
		if d == QASM3 {
			return f(p)
		}
		return 0
	}
}

func halfFirst(p []float64) float64 { return p[0] / 2 }

var uParams = []string{"theta", "phi", "lambda"}

// table holds the rows at their IDs. A Body names gates above its row only, so that a library text can be read from the top.
var table = [numIDs]Gate{
	None: {Name: "none"},

	GPhase: {
		Name: "gphase", Params: []string{"gamma"}, Class: Phase, Homes: [numDialects]Home{QASM3: Builtin},
		Help: "global phase e^{i gamma}; under control a phase on the controls", matrix: func(p []float64) []complex128 { return []complex128{cis(p[0])} }, inverse: negated(GPhase),
	},
	U: {
		Name: "U", Params: uParams, Operands: q1, Class: General, Homes: [numDialects]Home{Builtin, Builtin},
		Help: "any rotation of one qubit: RZ(phi) RY(theta) RZ(lambda) up to a phase", matrix: uMatrix,
		phase:   in3(halfFirst), // gates.rst, "built-in gates"
		inverse: func(p []float64) (ID, []float64) { return U, []float64{-p[0], -p[2], -p[1]} },
	},
	I:   {Name: "id", Operands: q1, Class: Identity, Homes: both, Help: "does nothing", Body: "U(0,0,0) a;", matrix: fixed(1, 0, 0, 1)},
	X:   {Name: "x", Operands: q1, Class: Permutation, Homes: both, Help: "bit flip (Pauli X)", Body: "U(pi,0,pi) a;", matrix: fixed(0, 1, 1, 0)},
	Y:   {Name: "y", Operands: q1, Class: Monomial, Homes: both, Help: "bit and phase flip (Pauli Y)", Body: "U(pi,pi/2,pi/2) a;", matrix: fixed(0, -1i, 1i, 0)},
	Z:   {Name: "z", Operands: q1, Class: Diagonal, Homes: both, Help: "phase flip (Pauli Z)", Body: "U(0,0,pi) a;", matrix: fixed(1, 0, 0, -1)},
	H:   {Name: "h", Operands: q1, Class: General, Homes: both, Help: "Hadamard", Body: "U(pi/2,0,pi) a;", matrix: fixed(r2, r2, r2, -r2)},
	S:   {Name: "s", Operands: q1, Class: Diagonal, Homes: both, Help: "square root of z", Body: "U(0,0,pi/2) a;", matrix: fixed(1, 0, 0, 1i), inverse: swapped(Sdg)},
	Sdg: {Name: "sdg", Operands: q1, Class: Diagonal, Homes: both, Help: "inverse of s", Body: "U(0,0,-pi/2) a;", matrix: fixed(1, 0, 0, -1i), inverse: swapped(S)},
	T:   {Name: "t", Operands: q1, Class: Diagonal, Homes: both, Help: "fourth root of z", Body: "U(0,0,pi/4) a;", matrix: fixed(1, 0, 0, complex(math.Sqrt2/2, math.Sqrt2/2)), inverse: swapped(Tdg)},
	Tdg: {Name: "tdg", Operands: q1, Class: Diagonal, Homes: both, Help: "inverse of t", Body: "U(0,0,-pi/4) a;", matrix: fixed(1, 0, 0, complex(math.Sqrt2/2, -math.Sqrt2/2)), inverse: swapped(T)},
	SX: {
		Name: "sx", Operands: q1, Class: General, Homes: both, Help: "square root of x", Body: "sdg a; h a; sdg a;",
		matrix: fixed(0.5+0.5i, 0.5-0.5i, 0.5-0.5i, 0.5+0.5i), phase: in2(func([]float64) float64 { return -math.Pi / 4 }), inverse: swapped(SXdg),
	},
	SXdg: {
		Name: "sxdg", Operands: q1, Class: General, Homes: lib2ext3, Help: "inverse of sx", Body: "s a; h a; s a;",
		matrix: fixed(0.5-0.5i, 0.5+0.5i, 0.5+0.5i, 0.5-0.5i), phase: in2(func([]float64) float64 { return math.Pi / 4 }), inverse: swapped(SX),
	},
	P: {
		Name: "p", Params: lambda, Operands: q1, Class: Diagonal, Homes: both, Help: "phase e^{i lambda} on |1>", Body: "U(0,0,lambda) a;",
		matrix: diagonal(func(p []float64) []complex128 { return []complex128{1, cis(p[0])} }), inverse: negated(P),
	},
	RX: {Name: "rx", Params: theta, Operands: q1, Class: Rotation, Pauli: "X", Homes: both, Help: "rotation about X", Body: "U(theta,-pi/2,pi/2) a;", matrix: rotation("X"), inverse: negated(RX)},
	RY: {Name: "ry", Params: theta, Operands: q1, Class: Rotation, Pauli: "Y", Homes: both, Help: "rotation about Y", Body: "U(theta,0,0) a;", matrix: rotation("Y"), inverse: negated(RY)},
	RZ: {
		Name: "rz", Params: []string{"phi"}, Operands: q1, Class: Diagonal, Pauli: "Z", Homes: both, Help: "rotation about Z; in qelib1.inc the same as u1", Body: "U(0,0,phi) a;",
		matrix: diagonal(func(p []float64) []complex128 { return []complex128{cis(-p[0] / 2), cis(p[0] / 2)} }), phase: in2(halfFirst), inverse: negated(RZ),
	},
	R: {
		Name: "r", Params: []string{"theta", "phi"}, Operands: q1, Class: General, Homes: extra, Help: "rotation by theta about cos(phi) X + sin(phi) Y", matrix: rMatrix,
		inverse: func(p []float64) (ID, []float64) { return R, []float64{-p[0], p[1]} },
	},

	Swap: {
		Name: "swap", Operands: q2, Class: Permutation, Homes: both, Help: "exchanges two qubits", Body: "CX a,b; CX b,a; CX a,b;",
		matrix: fixed(1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1),
	},
	ISwap: {
		Name: "iswap", Operands: q2, Class: Monomial, Homes: extra, Help: "exchanges two qubits, times i where they differ",
		matrix: fixed(1, 0, 0, 0, 0, 0, 1i, 0, 0, 1i, 0, 0, 0, 0, 0, 1), inverse: swapped(ISwapDg),
	},
	ISwapDg: {
		Name: "iswap_dg", Operands: q2, Class: Monomial, Help: "inverse of iswap",
		matrix: fixed(1, 0, 0, 0, 0, 0, -1i, 0, 0, -1i, 0, 0, 0, 0, 0, 1), inverse: swapped(ISwap),
	},
	RXX: {
		Name: "rxx", Params: theta, Operands: q2, Class: Rotation, Pauli: "XX", Homes: lib2ext3, Help: "rotation about XX", Body: "U(pi/2,theta,0) a; h b; CX a,b; U(0,0,-theta) b; CX a,b; h b; U(pi/2,-pi,pi-theta) a;", matrix: rotation("XX"),
		phase: in2(func(p []float64) float64 { return -p[0] / 2 }), inverse: negated(RXX),
	},
	RYY: {Name: "ryy", Params: theta, Operands: q2, Class: Rotation, Pauli: "YY", Homes: extra, Help: "rotation about YY", matrix: rotation("YY"), inverse: negated(RYY)},
	RZZ: {
		Name: "rzz", Params: theta, Operands: q2, Class: Diagonal, Pauli: "ZZ", Homes: lib2ext3, Help: "rotation about ZZ", Body: "CX a,b; U(0,0,theta) b; CX a,b;", matrix: rotation("ZZ"),
		phase: in2(halfFirst), inverse: negated(RZZ),
	},
	RZX: {Name: "rzx", Params: theta, Operands: q2, Class: Rotation, Pauli: "ZX", Homes: extra, Help: "rotation about ZX", matrix: rotation("ZX"), inverse: negated(RZX)},

	U0: {Name: "u0", Params: []string{"gamma"}, Operands: q1, Target: I, Homes: only2, Help: "idle for gamma gate lengths: does nothing", Body: "U(0,0,0) a;", targetParams: noParams},
	U1: {Name: "u1", Params: lambda, Operands: q1, Target: P, Homes: both, Help: "older name of p", Body: "U(0,0,lambda) a;"},
	U2: {
		Name: "u2", Params: []string{"phi", "lambda"}, Operands: q1, Target: U, Homes: both, Help: "U with theta = pi/2", Body: "U(pi/2,phi,lambda) a;",
		targetParams: func(p []float64) []float64 { return []float64{halfPi, p[0], p[1]} },
		phase:        in3(func(p []float64) float64 { return -(p[0] + p[1]) / 2 }),
	}, // standard_library.rst: determinant 1
	U3: {
		Name: "u3", Params: uParams, Operands: q1, Target: U, Homes: both, Help: "older name of U", Body: "U(theta,phi,lambda) a;",
		phase: in3(func(p []float64) float64 { return -(p[1] + p[2]) / 2 }),
	}, // standard_library.rst: determinant 1
	ULower:    {Name: "u", Params: uParams, Operands: q1, Target: U, Homes: lib2ext3, Help: "U with cos(theta/2) in its corner", Body: "U(theta,phi,lambda) a;"},
	PhaseName: {Name: "phase", Params: lambda, Operands: q1, Target: P, Homes: ext2lib3, Help: "older name of p"},

	CX:      {Name: "cx", Operands: q2, Controls: 1, Target: X, Homes: both, Help: "controlled x (CNOT)", Body: "CX a,b;"},
	CXUpper: {Name: "CX", Operands: q2, Controls: 1, Target: X, Homes: [numDialects]Home{QASM2: Builtin, QASM3: Library}, Help: "controlled x (CNOT)"},
	CY:      {Name: "cy", Operands: q2, Controls: 1, Target: Y, Homes: both, Help: "controlled y", Body: "sdg b; cx a,b; s b;"},
	CZ:      {Name: "cz", Operands: q2, Controls: 1, Target: Z, Homes: both, Help: "controlled z", Body: "h b; cx a,b; h b;"},
	CH:      {Name: "ch", Operands: q2, Controls: 1, Target: H, Homes: both, Help: "controlled Hadamard", Body: "s b; h b; t b; cx a,b; tdg b; h b; sdg b;"},
	CS:      {Name: "cs", Operands: q2, Controls: 1, Target: S, Homes: extra, Help: "controlled s"},
	CSdg:    {Name: "csdg", Operands: q2, Controls: 1, Target: Sdg, Homes: extra, Help: "controlled sdg"},
	CP:      {Name: "cp", Params: lambda, Operands: q2, Controls: 1, Target: P, Homes: both, Help: "controlled phase", Body: "p(lambda/2) a; cx a,b; p(-lambda/2) b; cx a,b; p(lambda/2) b;"},
	CSX:     {Name: "csx", Operands: q2, Controls: 1, Target: SX, Homes: lib2ext3, Help: "controlled sx", Body: "h b; p(pi/4) a; cx a,b; p(-pi/4) b; cx a,b; p(pi/4) b; h b;"},
	CPhase:  {Name: "cphase", Params: lambda, Operands: q2, Controls: 1, Target: P, Homes: ext2lib3, Help: "older name of cp"},
	CU1:     {Name: "cu1", Params: lambda, Operands: q2, Controls: 1, Target: P, Homes: lib2ext3, Help: "older name of cp", Body: "cp(lambda) a,b;"},
	CRX:     {Name: "crx", Params: theta, Operands: q2, Controls: 1, Target: RX, Homes: both, Help: "controlled rx", Body: "h b; p(theta/2) b; cx a,b; p(-theta/2) b; cx a,b; h b;"},
	CRY:     {Name: "cry", Params: theta, Operands: q2, Controls: 1, Target: RY, Homes: both, Help: "controlled ry", Body: "ry(theta/2) b; cx a,b; ry(-theta/2) b; cx a,b;"},
	CRZ:     {Name: "crz", Params: theta, Operands: q2, Controls: 1, Target: RZ, Homes: both, Help: "controlled rz", Body: "p(theta/2) b; cx a,b; p(-theta/2) b; cx a,b;"},
	CU3: {
		Name: "cu3", Params: uParams, Operands: q2, Controls: 1, Target: U, Homes: lib2ext3, Help: "controlled u3",
		Body: "p((lambda+phi)/2) a; p((lambda-phi)/2) b; cx a,b; U(-theta/2,0,-(phi+lambda)/2) b; cx a,b; U(theta/2,phi,0) b;",
	},
	CU: {
		Name: "cu", Params: []string{"theta", "phi", "lambda", "gamma"}, Operands: q2, Controls: 1, Target: U, Homes: both, Help: "controlled e^{i gamma} U(theta,phi,lambda)",
		Body:         "p(gamma) a; cu3(theta,phi,lambda) a,b;",
		targetParams: func(p []float64) []float64 { return p[:3] },
		phase:        func(_ Dialect, p []float64) float64 { return p[3] },
	},
	CCX:   {Name: "ccx", Operands: q3, Controls: 2, Target: X, Homes: both, Help: "Toffoli: x under two controls", Body: "h c; cx b,c; tdg c; cx a,c; t c; cx b,c; tdg c; cx a,c; t b; t c; h c; cx a,b; t a; tdg b; cx a,b;"},
	CSwap: {Name: "cswap", Operands: q3, Controls: 1, Target: Swap, Homes: both, Help: "Fredkin: swap under control", Body: "cx c,b; ccx a,b,c; cx c,b;"},
	CCZ:   {Name: "ccz", Operands: q3, Controls: 2, Target: Z, Homes: extra, Help: "z under two controls"},
	C3X: {
		Name: "c3x", Operands: q4, Controls: 3, Target: X, Homes: lib2ext3, Help: "x under three controls",
		Body: "h d; p(pi/8) a; p(pi/8) b; p(pi/8) c; p(pi/8) d; cx a,b; p(-pi/8) b; cx a,b; cx b,c; p(-pi/8) c; cx a,c; p(pi/8) c; cx b,c; p(-pi/8) c; cx a,c; cx c,d; p(-pi/8) d; cx b,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx a,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx b,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx a,d; h d;",
	},
	C3SX: {
		Name: "c3sqrtx", Operands: q4, Controls: 3, Target: SX, Homes: lib2ext3, Help: "sx under three controls",
		Body: "h d; cp(pi/8) a,d; h d; cx a,b; h d; cp(-pi/8) b,d; h d; cx a,b; h d; cp(pi/8) b,d; h d; cx b,c; h d; cp(-pi/8) c,d; h d; cx a,c; h d; cp(pi/8) c,d; h d; cx b,c; h d; cp(-pi/8) c,d; h d; cx a,c; h d; cp(pi/8) c,d; h d;",
	},
	C4X: {
		Name: "c4x", Operands: q5, Controls: 4, Target: X, Homes: lib2ext3, Help: "x under four controls",
		Body: "h e; cp(pi/2) d,e; h e; c3x a,b,c,d; h e; cp(-pi/2) d,e; h e; c3x a,b,c,d; c3sqrtx a,b,c,e;",
	},
	DCX: {Name: "dcx", Operands: q2, Class: Composite, Homes: extra, Help: "cx a,b then cx b,a", Body: "cx a,b; cx b,a;"},
	ECR: {Name: "ecr", Operands: q2, Class: General, Homes: extra, Help: "echoed cross-resonance", matrix: fixed(
		0, r2, 0, r2*1i,
		r2, 0, -r2*1i, 0,
		0, r2*1i, 0, r2,
		-r2*1i, 0, r2, 0)},
	RCCX: {Name: "rccx", Operands: q3, Class: Composite, Homes: lib2ext3, Help: "Toffoli up to phases", Body: "h c; t c; cx b,c; tdg c; cx a,c; t c; cx b,c; tdg c; h c;"},
	RC3X: {
		Name: "rc3x", Operands: q4, Class: Composite, Homes: lib2ext3, Help: "x under three controls up to phases",
		Body: "h d; t d; cx c,d; tdg d; h d; cx a,d; t d; cx b,d; tdg d; cx a,d; t d; cx b,d; tdg d; h d; t d; cx c,d; tdg d; h d;",
	},

	// What other tools call gates of the rows above: Braket, IQM, Qiskit in its class names, and people.
	IName:       {Name: "i", Operands: q1, Target: I, Homes: extra, Help: "other name of id"},
	SI:          {Name: "si", Operands: q1, Target: Sdg, Homes: extra, Help: "other name of sdg"},
	TI:          {Name: "ti", Operands: q1, Target: Tdg, Homes: extra, Help: "other name of tdg"},
	V:           {Name: "v", Operands: q1, Target: SX, Homes: extra, Help: "square root of x, without the phase of qelib1.inc"},
	VI:          {Name: "vi", Operands: q1, Target: SXdg, Homes: extra, Help: "inverse of v"},
	PhaseShift:  {Name: "phaseshift", Params: lambda, Operands: q1, Target: P, Homes: extra, Help: "other name of p"},
	PRX:         {Name: "prx", Params: []string{"theta", "phi"}, Operands: q1, Target: R, Homes: extra, Help: "other name of r"},
	CNot:        {Name: "cnot", Operands: q2, Controls: 1, Target: X, Homes: extra, Help: "other name of cx"},
	CV:          {Name: "cv", Operands: q2, Controls: 1, Target: SX, Homes: extra, Help: "controlled v"},
	CPhaseShift: {Name: "cphaseshift", Params: lambda, Operands: q2, Controls: 1, Target: P, Homes: extra, Help: "other name of cp"},
	CCNot:       {Name: "ccnot", Operands: q3, Controls: 2, Target: X, Homes: extra, Help: "other name of ccx"},
	Toffoli:     {Name: "toffoli", Operands: q3, Controls: 2, Target: X, Homes: extra, Help: "other name of ccx"},
	Fredkin:     {Name: "fredkin", Operands: q3, Controls: 1, Target: Swap, Homes: extra, Help: "other name of cswap"},
	C3SXName:    {Name: "c3sx", Operands: q4, Controls: 3, Target: SX, Homes: extra, Help: "other name of c3sqrtx"},

	Unitary: {Name: "unitary", Class: General, Help: "a matrix that the circuit holds"},
}

func noParams([]float64) []float64 { return nil }

var byName = func() map[string]ID {
	m := make(map[string]ID, numIDs)
	for i := range table {
		id := ID(i)
		g := &table[i]
		g.ID = id
		if g.Target == None {
			g.Target = id
		}
		if id != None && id != Unitary {
			m[g.Name] = id
		}
	}
	for i := range table {
		if t := table[i].Target; t != table[i].ID {
			table[i].Class, table[i].Pauli = table[t].Class, table[t].Pauli
		}
	}
	return m
}()
