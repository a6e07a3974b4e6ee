package qasm

import (
	"slices"
	"strings"
	"testing"
)

// meaning is a program of OpenQASM 3, without its first lines, with what it means: how it is received (see verdict), and each outcome of its
// variables, written as the tests of corners do.
type meaning struct {
	name, source string
	verdict      string // "" is "accepted"
	strict       string // the codes that strict mode refuses it with; "" is that it is accepted
	outcomes     []string
}

// TestMeaning holds programs against what they mean, flattened and as programs.
func TestMeaning(t *testing.T) {
	for _, m := range slices.Concat(meanings, toolMeanings) {
		t.Run(m.name, func(t *testing.T) {
			source := []byte("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + m.source)
			p := Load("p.qasm", source, Options{})
			if got := verdict(p); got != m.verdict && !(got == "accepted" && m.verdict == "") {
				t.Fatalf("%s, expected %q:\n%s", got, m.verdict, rendered(p))
			}
			if strict := Load("p.qasm", source, Options{Strict: true}); strict.Diagnostics.HasErrors() && verdict(strict) != "refused, "+m.strict || !strict.Diagnostics.HasErrors() && m.strict != "" {
				t.Errorf("strict: %s, expected %q:\n%s", verdict(strict), m.strict, rendered(strict))
			}
			if p.Diagnostics.HasErrors() {
				return
			}
			for _, p := range []*Program{p, Load("p.qasm", source, Options{Whole: true})} {
				got, want := strings.Join(outcomes(t, p), "\n"), strings.Join(m.outcomes, "\n")
				if got != want {
					t.Errorf("a circuit (%v) gives\n%s\nwant\n%s", p.Circuit != nil, got, want)
				}
			}
		})
	}
}

// meanings are grouped by what they are about.
var meanings = []meaning{
	{
		name: "constants and inputs keep their values behind calls and temporaries", source: `
			def f(int n) -> int { int a = n; int b = a + 1; int d = b * 2; return d - 1; }
			int r = f(6);
			int s1 = r + 5 * r;
			const int n = 3;
			int late;
			const float e = 0.5;
			int u = n;`,
		outcomes: []string{`r = 13; s1 = 78; n = 3; late = 0; e = 0.5; u = 3`},
	},
	{
		name: "what stands behind the end has its first value", source: `
			int r = 1;
			int s1 = r + 5 * r;
			if (s1 == 6) { end; }
			const int n = 3;
			int late = 7;`,
		outcomes: []string{`r = 1; s1 = 6; n = 3; late = 0`},
	},
	{
		name: "a bit that is another under a condition", source: `
			qubit[3] q; bit c; bit a; bit b;
			h q;
			c = measure q[0]; a = measure q[1]; b = measure q[2];
			if (c) { reset q[0]; a = b; }
			reset q;`,
		outcomes: []string{
			`0.125: c = "0"; a = "0"; b = "0"; (1+0i)|000>`, `0.125: c = "0"; a = "0"; b = "1"; (1+0i)|000>`,
			`0.125: c = "0"; a = "1"; b = "0"; (1+0i)|000>`, `0.125: c = "0"; a = "1"; b = "1"; (1+0i)|000>`,
			`0.25: c = "1"; a = "0"; b = "0"; (1+0i)|000>`, `0.25: c = "1"; a = "1"; b = "1"; (1+0i)|000>`,
		},
	},
	{
		name: "a bit that gets its outcome back under a condition", source: `
			qubit[2] q; bit c; bit a; bit b;
			h q;
			c = measure q[0]; a = measure q[1];
			b = a;
			a = 0;
			if (c) { reset q[0]; a = b; }
			reset q;`,
		outcomes: []string{
			`0.25: c = "0"; a = "0"; b = "0"; (1+0i)|00>`, `0.25: c = "0"; a = "0"; b = "1"; (1+0i)|00>`,
			`0.25: c = "1"; a = "0"; b = "0"; (1+0i)|00>`, `0.25: c = "1"; a = "1"; b = "1"; (1+0i)|00>`,
		},
	},
	{
		name: "definitions below, which need each other and constants in between", source: `
			qubit[2] q;
			int m = 4;
			for int k in [0:0] {
			  const int n = 7;
			  int w = 1;
			  turn(pi) q[k];
			  flip(q, k + 1);
			}
			int r = even(7);
			const int n = 2;
			gate turn(t) a { inner(t) a; around(-pi/2) a; }
			@hint { } }
			gate inner(t) a { rx(t * half) a; }
			gate around(t) a { gphase(t); }
			def flip(qubit[n] a, int k) { int m = last; for int j in [0:m] { if (j == k) x a[j]; } }
			def even(int n) -> int { if (n == 0) return 1; return odd(n - 1); }
			const int last = 1;
			def odd(int n) -> int { if (n == 0) return 0; return even(n - 1); }
			const float half = 1.0;`,
		verdict: "refused, unknown_name", strict: "used_before_definition, unknown_name",
	},
	{
		name: "definitions below", source: `
			qubit[2] q;
			int m = 4;
			for int k in [0:0] {
			  const int n = 7;
			  int w = 1;
			  turn(pi) q[k];
			  flip(q, k + 1);
			}
			int r = even(7);
			const int n = 2;
			const float one = 1.0;
			const int last = 1;
			gate turn(t) a { inner(t) a; around(pi/2) a; }
			@hint { } }
			gate inner(t) a { rx(t * one) a; }
			gate around(t) a { gphase(t); }
			def flip(qubit[n] a, int k) { int m = last; for int j in [0:m] { if (j == k) x a[j]; } }
			def even(int n) -> int { if (n == 0) return 1; return odd(n - 1); }
			def odd(int n) -> int { if (n == 0) return 0; return even(n - 1); }
			m += n;`,
		verdict: "accepted, used_before_definition, too_many_warnings", strict: "used_before_definition",
		outcomes: []string{`m = 6; r = 0; n = 2; one = 1; last = 1; (1+0i)|11>`},
	},
	{
		name: "constants in between are not there for others", source: `
			def early() -> int { return n; }
			int a = late();
			int b = n;
			const int n = 2;
			def late() -> int { return n; }`,
		verdict: "refused, unknown_name", strict: "unknown_name, used_before_definition",
	},
	{
		name: "gates below that apply each other", source: `
			qubit q;
			one q;
			gate one a { two a; }
			gate two a { one a; }`,
		verdict: "refused, recursive_gate", strict: "used_before_definition, recursive_gate",
	},
	{
		name: "a definition below that is broken", source: `
			qubit q;
			f(q);
			def f(qubit a) { x b; }`,
		verdict: "refused, unknown_name", strict: "used_before_definition, unknown_name",
	},
	{
		name: "a definition below that cannot be parsed", source: `
			qubit q;
			f(q);
			def f(qubit a) { x a }`,
		verdict: "refused, unexpected_token", strict: "used_before_definition, unexpected_token",
	},
	{
		name: "an own gate below comes before that of a library that is not included", source: `
			qubit q;
			ecr q;
			gate ecr a { x a; }`,
		verdict: "accepted, used_before_definition", strict: "used_before_definition",
		outcomes: []string{`(1+0i)|1>`},
	},
	{
		name: "quotients of integers where real numbers are wanted", source: `
			qubit q;
			const int n = 3;
			pow(1/2) @ x q;
			rx(1/2) q;
			rz(pi*(1/4)) q;
			float a = -1/n;
			angle b = 2 * (-(7/2)) * pi;
			float s1 = sqrt(1/2) + 1/2;
			gate g(t) a { rx((1/2)*t) a; }
			reset q;`,
		verdict:  "accepted, integer_quotient, too_many_warnings",
		outcomes: []string{`n = 3; a = 0; b = {"bits":"0000000000000000000000000000000000000000000000000000000000000000","radians":0}; s1 = 0; (1+0i)|0>`},
	},
	{
		name: "quotients of integers that are meant", source: `
			array[int[8], 5] list;
			int a = 7/2;
			float b = 4/2;
			float d = float(7/2);
			list[3/2] = 1;
			float e = 1.0/2;
			const int half = 3/2;
			float f = half * 1.0;
			int i = 7;
			float g = i/2;
			for int k in [0:3/2] { a += k; }`,
		outcomes: []string{`list = [0,1,0,0,0]; a = 4; b = 2; d = 3; e = 0.5; half = 1; f = 1; i = 7; g = 3`},
	},
	{
		name: "the angle 0", source: `
			angle[4] a = 0;
			a += 0;
			a = -0;
			bool zero = a == 0;`,
		strict:   "implicit_cast, mixed_types",
		outcomes: []string{`a = {"bits":"0000","radians":0}; zero = true`},
	},
	{
		name: "physical qubits are in the order of their numbers", source: `
			def flip(qubit a, qubit b, int n) { x a; if (n > 0) { reset b; x b; } }
			bit c;
			x $5;
			qubit[2] q;
			x q[1];
			flip($7, $2, 1);
			h $3;
			z $3;
			h $3;
			x $2;
			c = measure $5;`,
		outcomes: []string{`c = "1"; (1+0i)|111100>`},
	},
	{
		name: "ranges of qubits whose ends only the run knows", source: `
			def flip(qubit[3] a, int n) { x a[0:n]; }
			qubit[4] q; qubit[4] r; qubit s1;
			bit[2] c;
			int n = 1;
			x q[n:2];
			cx q[0:n+1], r[n:3];
			x r[3:-2:n];
			reset r[n:n];
			barrier q[0:n];
			ctrl @ x q[n], r[n-1:n];
			x q[2:n];
			measure q[0:n];
			flip(q[{3, 1, 0}], n);
			cx s1, r[0:n];
			cx q[2:n+1], r[{3}];`,
		outcomes: []string{`c = "00"; n = 1; (1+0i)|011111100>`},
	},
	{
		name: "ranges that only the run knows have no type", source: `
			qubit[4] q; bit[2] c;
			int n = 1;
			c = measure q[0:n];`,
		verdict: "refused, not_constant", strict: "not_constant",
	},
	{
		name: "registers and arrays that are joined", source: `
			def parity(bit[4] a) -> bit { bit c; for int i in [0:3] { c ^= a[i]; } return c; }
			def flip(qubit[3] a) { x a; }
			bit[2] u = "01"; bit[2] v = "11";
			qubit q; qubit[2] r;
			array[int[8], 2] one = {0, 1}; array[int[8], 4] three = {5, 6, 7, 8}; array[int[8], 4] all;
			bit p1 = parity(u ++ v);
			all[0:3] = one[0:1] ++ three[1:2];
			all[2:3] = all[3:3] ++ all[2:2];
			bool b = (u ++ v) == "1101";
			uint[4] n = uint[4](v ++ u);
			flip(r ++ q);`,
		verdict: "accepted, array_assignment, joined_value", strict: "array_assignment, joined_value",
		outcomes: []string{`u = "01"; v = "11"; one = [0,1]; three = [5,6,7,8]; all = [0,1,7,6]; p1 = "1"; b = true; n = 7; (1+0i)|111>`},
	},
	{
		name: "joined arrays as arguments", source: `
			def f(readonly array[int[8], 4] a) { }
			array[int[8], 2] one = {0, 1};
			f(one ++ one);`,
		verdict: "refused, wrong_type", strict: "wrong_type",
	},
	{
		name: "an element of an integer as a bit and as a register of one", source: `
			int[32] n = 15;
			bit[1] low = n[0];
			bit high = n[-1];
			bit[1] again;
			again = n[1];`,
		outcomes: []string{`n = 15; low = "1"; high = "0"; again = "1"`},
	},
	{
		name: "members of index sets", source: `
			int i = 3; int j = 2; uint[8] big = 200; int[8] m = -3;
			bool b = i in {0, 3};
			bool d = i in [0:2:4] || i + 1 in [4:-2:0];
			bool e = i in [j:j+1] && !(7 in {i, j});
			bool f = big in [100:255] == m in [-4:-1];
			const int k = 2;
			if (k in {1, 2}) { i = 10; }
			for int n in {1} { j = n; }`,
		verdict: "accepted, in_operator, too_many_warnings", strict: "in_operator",
		outcomes: []string{`i = 10; j = 1; big = 200; m = -3; b = true; d = true; e = true; f = true; k = 2`},
	},
	{
		name: "stretches, externs without parentheses, turned angles", source: `
			extern now -> int;
			duration a = 300ns; stretch b; stretch d = a + 2 * b;
			angle[4] c = 9 * (pi / 8);
			angle[4] e = rotl(c, 1);
			angle[4] g = pi / 8;
			angle[4] k = 7 * (pi / 8);
			k /= g;`,
		outcomes: []string{`a = {"seconds":3e-7}; b = {"seconds":0}; d = {"seconds":3e-7}; c = {"bits":"1001","radians":3.5342917352885173}; e = {"bits":"0011","radians":1.1780972450961724}; g = {"bits":"0001","radians":0.39269908169872414}; k = {"bits":"0111","radians":2.748893571891069}`},
	},
	{
		name: "parts of an array that do not overlap", source: `
			def f(mutable array[int[8], #dim = 1] a, mutable array[int[8], #dim = 1] b) { a[0] = 1; b[0] = 2; }
			def g(mutable array[int[8], #dim = 1] a, readonly array[int[8], #dim = 1] b) { a[0] = 1; }
			def h2(mutable array[int[8], #dim = 2] a, mutable array[int[8], #dim = 2] b) { a[0, 0] = 3; b[0, 0] = 4; }
			array[int[8], 6] v; array[int[8], 4, 4] w;
			def both(mutable array[int[8], #dim = 1] a) { f(a[0:1], a[2:3]); }
			int n = 2;
			f(v[0:n], v[n+1:5]);
			f(v[0:2:4], v[1:2:5]);
			f(v[n:-1:0], v[3:5]);
			g(v, v);
			h2(w[0:1, 0:1], w[0:1, 2:3]);
			f(w[0:n, 0], w[0:n, 1]);
			both(v[1:4]);`,
		outcomes: []string{`v = [1,1,1,2,0,0]; w = [[1,2,4,0],[0,0,0,0],[0,0,0,0],[0,0,0,0]]; n = 2`},
	},
	{
		name: "parts of an array that overlap, 1", source: `
			def f(mutable array[int[8], #dim = 1] a, mutable array[int[8], #dim = 1] b) { a[0] = 1; b[0] = 2; }
			def g(mutable array[int[8], #dim = 1] a, readonly array[int[8], #dim = 1] b) { a[0] = 1; }
			def h2(mutable array[int[8], #dim = 2] a, mutable array[int[8], #dim = 2] b) { a[0, 0] = 3; b[0, 0] = 4; }
			array[int[8], 6] v; array[int[8], 4, 4] w;
			f(v, v);`,
		verdict: "refused, overlapping_arrays", strict: "overlapping_arrays",
	},
	{
		name: "parts of an array that overlap, 2", source: `
			def f(mutable array[int[8], #dim = 1] a, mutable array[int[8], #dim = 1] b) { a[0] = 1; b[0] = 2; }
			def g(mutable array[int[8], #dim = 1] a, readonly array[int[8], #dim = 1] b) { a[0] = 1; }
			def h2(mutable array[int[8], #dim = 2] a, mutable array[int[8], #dim = 2] b) { a[0, 0] = 3; b[0, 0] = 4; }
			array[int[8], 6] v; array[int[8], 4, 4] w;
			f(v[0:2], v[1:3]);`,
		verdict: "refused, overlapping_arrays", strict: "overlapping_arrays",
	},
	{
		name: "parts of an array that overlap, 3", source: `
			def f(mutable array[int[8], #dim = 1] a, mutable array[int[8], #dim = 1] b) { a[0] = 1; b[0] = 2; }
			def g(mutable array[int[8], #dim = 1] a, readonly array[int[8], #dim = 1] b) { a[0] = 1; }
			def h2(mutable array[int[8], #dim = 2] a, mutable array[int[8], #dim = 2] b) { a[0, 0] = 3; b[0, 0] = 4; }
			array[int[8], 6] v; array[int[8], 4, 4] w;
			h2(w[0:2, 0:2], w[2:3, 2:3]);`,
		verdict: "refused, overlapping_arrays", strict: "overlapping_arrays",
	},
}

// TestFaults holds programs that go wrong while they run against what is said of it.
func TestFaults(t *testing.T) {
	const lists = `
		def f(mutable array[int[8], #dim = 1] a, mutable array[int[8], #dim = 1] b) { a[0] = 1; b[0] = 2; }
		def g(mutable array[int[8], #dim = 1] a, int n) { f(a[0:n], a[n:5]); }
		array[int[8], 6] v;
		int n = 2;`
	for source, want := range map[string]string{
		lists + `f(v[0:n], v[n:5]);`:                       "overlapping parts",
		lists + `f(v[4:-1:n], v[0:2]);`:                    "", // different distances are not looked at
		lists + `f(v[n:5], v[0:2]);`:                       "overlapping parts",
		lists + `f(v[n:2:5], v[4:2:n+2]);`:                 "overlapping parts",
		`qubit[3] q; qubit[3] r; int n = 1; cx q[0:n], r;`: "the same size",
		`qubit[3] q; int n = 1; cx q[0:n], q[1:2];`:        "", // twice in one register, not in one application
		`qubit[3] q; int n = 1; cx q[0:n], q[n-1:n];`:      "twice",
		`qubit[3] q; int n = 3; h q[0:n];`:                 "index 3 is out of range",
		lists + `g(v, 3);`:                                 "overlapping parts",
	} {
		p := Load("p.qasm", []byte("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n"+source), Options{})
		if got := rendered(p); want == "" && p.Diagnostics.HasErrors() || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s:\n%s\nwant %q", source, got, want)
		}
	}
}
