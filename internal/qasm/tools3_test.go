package qasm

// toolMeanings are programs as tools and people write them beside the specification: what can mean one thing only.
var toolMeanings = []meaning{
	{
		name: "gates by the names of other tools", source: `
			qubit[4] q;
			i q[0]; h q[1]; si q[1]; ti q[1]; phaseshift(0.75 * pi) q[1]; h q[1];
			v q[2]; v q[2];
			cnot q[2], q[3]; ccnot q[2], q[3], q[0]; toffoli q[2], q[3], q[0];
			cphaseshift(pi) q[2], q[3]; z q[2]; vi q[3]; vi q[3]; fredkin q[2], q[0], q[3]; cv q[2], q[3]; cv q[2], q[3];
			prx(pi, pi / 2) q[3]; c3sx q[0], q[1], q[2], q[3];`,
		verdict: "accepted, extra_gate, too_many_warnings", strict: "unknown_gate",
		outcomes: []string{"(-1+0i)|0100>"},
	},
	{
		name: "a gate that a variable hides", source: `
			qubit[2] q;
			int x = 1;
			x q[x];
			for int i in [0:0] { i q[i]; }
			cx q[1], q[0];`,
		verdict: "accepted, hidden_gate", strict: "hidden_gate, not_a_gate",
		outcomes: []string{"x = 1; (1+0i)|11>"},
	},
	{
		name: "the index 0 of what is no register", source: `
			qubit q;
			bit c;
			bit d;
			let a = q[0];
			let e = c[0];
			x q[0];
			c[0] = measure a;
			if (c[0]) { d[0] = !c[0]; d[0] |= e; }
			x a;`,
		verdict: "accepted, index_of_single, too_many_warnings", strict: "index_of_single",
		outcomes: []string{`c = "1"; d = "1"; (1+0i)|0>`},
	},
	{
		name: "another index of what is no register", source: `
			qubit q;
			x q[1];`,
		verdict: "refused, wrong_type", strict: "wrong_type",
	},
	{
		name: "a single qubit for a register of one", source: `
			qubit q;
			qubit[1] r;
			def many(qubit[1] a) { x a[0]; }
			def one(qubit a) { x a; }
			many(q);
			one(r);`,
		verdict: "accepted, qubit_for_register", strict: "qubit_for_register",
		outcomes: []string{"(1+0i)|11>"},
	},
	{
		name: "an array that is const in a subroutine", source: `
			def total(const array[int[8], #dim = 1] v) -> int { int s = 0; for int k in v { s += k; } return s; }
			array[int[8], 2] w = {3, 4};
			int sum = total(w);`,
		verdict: "accepted, const_parameter", strict: "const_parameter",
		outcomes: []string{"w = [3,4]; sum = 7"},
	},
	{
		name: "qubits of the program in subroutines, also above their declaration", source: `
			qubit[2] before;
			def flip(int k) { x before[k]; x after[k]; }
			const int n = 2;
			qubit[n] after;
			flip(1);
			x after[0];`,
		verdict: "accepted, global_qubit", strict: "global_qubit, unknown_name",
		outcomes: []string{"n = 2; (1+0i)|1110>"},
	},
	{
		name: "gates without qubits, as Qiskit writes global phases", source: `
			gate turn(p) { gphase(p); }
			gate around { turn(pi / 4); turn(pi / 4); }
			gate both q { around; turn(pi / 2); x q; }
			qubit q;
			both q;
			turn(pi);
			around;`,
		verdict: "accepted, gate_without_qubits", strict: "gate_without_qubits",
		outcomes: []string{"(0+1i)|1>"},
	},
	{
		name: "whole arrays and joined ones in assignments", source: `
			array[int, 2, 2] a;
			array[int, 3] b;
			bit[2] e = "01";
			bit[4] f;
			a = {{1, 2}, {3, 4}};
			a[1] = {7, 8};
			b = a[0] ++ a[1, 0:0];
			b = b[1:2] ++ b[0:0];
			f = e ++ e;`,
		verdict: "accepted, array_assignment, too_many_warnings", strict: "array_assignment",
		outcomes: []string{`a = [[1,2],[7,8]]; b = [2,7,1]; e = "01"; f = "0101"`},
	},
	{
		name: "a list for what is no array", source: `
			int d;
			d = {1};`,
		verdict: "refused, wrong_type", strict: "array_assignment, wrong_type",
	},
	{
		name: "variables of the program in subroutines", source: `
			int k = 1;
			def f() -> int { return k; }
			int r = f();`,
		verdict: "refused, not_visible", strict: "not_visible",
	},
}
