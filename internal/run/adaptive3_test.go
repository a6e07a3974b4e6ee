package run_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/run"
)

// phaseEstimation finds a phase of phi turns to some bits, one qubit measured again and again.
func phaseEstimation(bits int, phi float64) string {
	return fmt.Sprintf(`OPENQASM 3.0;
include "stdgates.inc";
qubit q; qubit e; output angle[%[1]d] a; bit m;
x e;
for uint k in [1:%[1]d] {
  reset q; h q;
  for uint j in [1:1 << (%[1]d - k)] { cp(2 * pi * %[2]v) q, e; }
  a >>= 1;
  p(-a) q;
  h q;
  m = measure q;
  if (m) { a[%[3]d] = 1; }
}
`, bits, phi, bits-1)
}

// repeated applies a gate that succeeds with probability 5/8, until it does.
const repeated = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] anc; qubit w; bit[2] f = "11"; output int rounds; bit last;
h w;
while (int[2](f) != 0) {
  reset anc; h anc;
  ccx anc[0], anc[1], w; s w; ccx anc[0], anc[1], w; z w;
  h anc;
  f = measure anc;
  rounds += 1;
}
last = measure w;
`

// chained is a state that is teleported again and again, and decided about in ways that a circuit cannot express.
func chained(length int) string {
	return fmt.Sprintf(`OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q; bit a; bit b; output bit c;
def next(qubit x, qubit y, qubit z) -> bit {
  bit r;
  reset y; reset z; h y; cx y, z; cx x, y; h x;
  r = measure x;
  return r;
}
ry(1) q[0];
int i = 0;
while (i < %d) {
  a = next(q[0], q[1], q[2]); b = measure q[1];
  if (b) { x q[2]; i += 1; } else { i += 1; }
  if (a) z q[2];
  swap q[0], q[2];
}
c = measure q[0];
`, length)
}

func runText(t testing.TB, text string, o run.Options) *run.Report {
	t.Helper()
	seed := uint64(11)
	o.Seed = &seed
	r, err := run.Run(t.Context(), load3(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near asserts that n of shots agree with a probability at 5 sigma.
func near(t *testing.T, what string, n, shots int, p float64) {
	t.Helper()
	if bound := 5*math.Sqrt(float64(shots)*p*(1-p)) + 1; math.Abs(float64(n)-float64(shots)*p) > bound {
		t.Errorf("%s came %d times of %d, want %.0f ± %.0f", what, n, shots, float64(shots)*p, bound)
	}
}

// TestPhaseEstimation has the distribution that the textbook gives, at 100,000 shots.
func TestPhaseEstimation(t *testing.T) {
	const bits, phi, shots = 8, 0.3, 100_000
	r := runText(t, phaseEstimation(bits, phi), run.Options{Shots: shots, Variables: true})
	for _, v := range r.Variables[0].Values {
		text := strings.SplitN(fmt.Sprint(v.JSON), " ", 2)[0][1:]
		k, err := strconv.ParseUint(text, 2, 64)
		if err != nil {
			t.Fatal(err)
		}
		x := math.Pi * (phi - float64(k)/(1<<bits))
		near(t, text, v.N, shots, math.Pow(math.Sin(x*(1<<bits))/math.Sin(x)/(1<<bits), 2))
	}
}

// TestRepeatUntilSuccess3 counts the rounds, which are geometrically distributed, at 100,000 shots.
func TestRepeatUntilSuccess3(t *testing.T) {
	const shots = 100_000
	r := runText(t, repeated, run.Options{Shots: shots, Variables: true})
	values := r.Variables[0].Values
	for i, v := range values[:4] {
		if got := fmt.Sprint(v.JSON); got != strconv.Itoa(i+1) {
			t.Errorf("place %d is for %s rounds", i, got)
		}
		near(t, fmt.Sprint(v.JSON, " rounds"), v.N, shots, 5./8*math.Pow(3./8, float64(i)))
	}
}

// TestTeleportChain3: the state arrives through any number of teleportations, and equal branches merge: else there would be 4^length.
func TestTeleportChain3(t *testing.T) {
	const shots = 100_000
	r := runText(t, chained(300), run.Options{Shots: shots, Variables: true})
	i := slices.IndexFunc(r.Variables[0].Values, func(v run.Value) bool { return v.JSON == "1" })
	near(t, "1", r.Variables[0].Values[i].N, shots, math.Pow(math.Sin(0.5), 2))
}

// TestThreadsNeverChangeProgramsCounts: the same seed gives the same counts on any number of threads, on states wide enough to be divided.
func TestThreadsNeverChangeProgramsCounts(t *testing.T) {
	text := "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[17] q; bit[17] c; bit again = 1; int n = 0;\n" +
		"for int i in [0:16] { ry(0.1 * i) q[i]; }\nfor int i in [0:15] { cx q[i], q[i + 1]; }\n" +
		"while (again) { h q[n]; cx q[n], q[16]; again = measure q[16]; if (n < 15) { n += 1; } }\nrx(n * 0.2) q[3];\nc = measure q;\n"
	var first *run.Report
	for threads := 1; threads <= 3; threads++ {
		r := runText(t, text, run.Options{Shots: 2000, Threads: threads, Memory: true, Variables: true})
		switch {
		case first == nil:
			first = r
		case !slices.Equal(first.Counts, r.Counts) || !slices.Equal(first.Memory, r.Memory) || fmt.Sprint(first.Joint) != fmt.Sprint(r.Joint):
			t.Errorf("%d threads give other counts than 1", threads)
		}
	}
}

// BenchmarkPrograms shows that the cost is that of the branches and nearly none of the shots.
func BenchmarkPrograms(b *testing.B) {
	for _, x := range []struct{ name, text string }{
		{"phase-estimation", phaseEstimation(12, 0.3140625)}, {"repeat-until-success", repeated}, {"teleport-chain", chained(1000)},
	} {
		w := load3(b, x.text)
		for _, shots := range []int{1000, 100_000} {
			b.Run(fmt.Sprintf("%s/shots=%d", x.name, shots), func(b *testing.B) {
				seed := uint64(3)
				for b.Loop() {
					if _, err := run.Run(b.Context(), w, run.Options{Shots: shots, Seed: &seed}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("classical-loop", func(b *testing.B) { // read each time: a program without qubits may be computed when it is read
		const turns = 1e7
		for b.Loop() {
			w := load3(b, fmt.Sprintf("OPENQASM 3.0;\nint[32] s = 0;\nfor int[32] i in [1:%d] { s += i; }\n", int(turns)))
			if _, err := run.Run(b.Context(), w, run.Options{Shots: 1}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(turns*float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	})
}
