package qasm

import (
	"errors"
	"flag"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/qasm/reference"
	"github.com/softquantus/qcos/internal/qasm/reference/author"
)

var (
	referenceFor  = flag.Duration("reference", 4*time.Second, "how long random programs are held against the reference")
	referenceShow = flag.Bool("reference-show", false, "show the programs that the reference does not know")
	referenceSeed = flag.Uint64("reference-seed", 0, "the seed of the random programs; 0: the time")
)

// TestReference holds random programs against the reference.
func TestReference(t *testing.T) {
	seed := *referenceSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	count := map[string]int{}
	for began, i := time.Now(), uint64(0); time.Since(began) < *referenceFor; i++ {
		count[heldToReference(t, seed, i)]++
		if t.Failed() && count["differs"] > 20 {
			break
		}
	}
	t.Logf("seed %d: %v", seed, count)
	if count["agrees"] < count["limit"]+count["unknown"] {
		t.Errorf("seed %d: %v: the test says little", seed, count)
	}
}

// heldToReference is one program's fate in a word.
func heldToReference(t *testing.T, seed, i uint64) string {
	r := rand.New(rand.NewPCG(seed, i))
	text := author.Program(r, 2+r.IntN(14)+r.IntN(2)*r.IntN(30))
	d, err := disagreement([]byte(text), nil)
	switch {
	case doomed.MatchString(d):
		return "doomed"
	case d != "":
		short := author.Shrink(text, func(text string) bool {
			if !strings.HasPrefix(text, "OPENQASM 3.0;") {
				return false
			}
			e, err := disagreement([]byte(text), nil)
			return e != "" && (err == nil || errors.Is(err, reference.ErrFault)) && complaint(e) == complaint(d)
		})
		e, _ := disagreement([]byte(short), nil)
		t.Errorf("seed %d, program %d:\n%s\n%s", seed, i, short, e)
		return "differs"
	case errors.Is(err, reference.ErrFault):
		return "fault"
	case errors.Is(err, reference.ErrTooMuch):
		return "limit"
	case err != nil:
		t.Logf("seed %d, program %d: %v", seed, i, err)
		if *referenceShow {
			t.Log(text)
		}
		return "unknown"
	}
	return "agrees"
}

// doomed are refusals of constants that fail when they are computed, wherever they stand: the reference only knows what is reached.
var doomed = regexp.MustCompile(`error: (division by zero|[^\n]*infinity and NaN|[^\n]*out of range|a parameter of a gate cannot)`)

// complaint is what a refusal says, but for names and types; "" of other differences.
func complaint(d string) string {
	_, message, _ := strings.Cut(d, "error: ")
	message, _, _ = strings.Cut(message, "\n")
	return quoted.ReplaceAllString(message, "")
}

var quoted = regexp.MustCompile("`[^`]*`|[0-9]+")

// FuzzReference holds random programs against the reference as long as one likes.
func FuzzReference(f *testing.F) {
	f.Add(uint64(1), uint64(1))
	f.Fuzz(func(t *testing.T, seed, i uint64) { heldToReference(t, seed, i) })
}

const increments = "def f(mutable array[int[8], #dim = 1] a) -> int[8] { a[0] += 1; return a[0]; } def g(int[8] m, int[8] n) -> int[8] { return m * 10 + n; } array[int[8], 2] b = {1, 2}; "

// TestFoundByReference keeps what the random programs found.
func TestFoundByReference(t *testing.T) {
	for _, text := range []string{
		"qubit r; bit[6] v; v[0:2] = \"101\"; h r; v[0] = measure r;", // known bits and measured ones in one word
		"qubit[2] q; bit[4] v = \"1110\"; h q; v[0:1] = measure q;",
		"qubit r; bit[8] v = \"11110000\"; x r; v[1] = measure r; v[4:5] &= v[1:3:4];",
		"bit[3] c = \"111\"; int n = 0; for bit b in c { c = \"000\"; n += b; }",       // goes through what the register was
		"bit[4] v = \"0010\"; v[3:-1:0] = v; uint[70] w = 5; w[69:-1:0] = bit[70](w);", // read before it is written
		"qubit[2] q; bit[39] v = \"010000000000000000000000000000000000000\"; v[7] = measure q[1]; v = (uint[39](v[37]));",
		"def f(bit[100] b, int[128] n) -> bit[100] { b[99] = 1; b[0] = 1; n = -n; return b ^ bit[128](n)[28:127]; } bit[100] x = rotl(bit[100](int[100](3)), 70); int[128] k = -7; k *= 1 << 40; bit[100] y = f(x, k);",
		increments + "int[8] x = b[0] + f(b) + b[0] * 10; int[8] y = f(b) * 10 + b[0]; b[0] += f(b); b[b[0] % 2] = f(b); y += g(b[0], f(b));", // from left to right
		"def f(mutable array[int[8], #dim = 1] a) { a[1:3] = a[0:2]; a[0:1] = a[1:2]; } array[int[8], 4, 2] b = {{1,1}, {2,2}, {3,3}, {4,4}}; f(b[:, 1]);",
		"def f(mutable array[int[8], #dim = 1] a) { a[0:2:6] = a[0:3]; } array[int[8], 8] b = {0,1,2,3,4,5,6,7}; f(b);", // of different steps
		"def f(mutable array[int[70], #dim = 1] a) { a[1:3] = a[0:2]; } array[int[70], 8] b = {0,1,2,3,4,5,6,7}; f(b[7:-1:0]);",
		"def f(mutable array[int[8], #dim = 2] a, int n) { a[0:1, 0:n] = a[1:2, 1:n + 1]; a[1:2, 0:n] = a[0:1, 0:n]; } array[int[8], 3, 3] b = {{1,2,3}, {4,5,6}, {7,8,9}}; qubit q; bit c; h q; c = measure q; f(b, c);",
		"angle[2] a = 1.0; angle b = ~angle(a); angle[32] c = 2.5; angle d = angle(c) / 3;", // angle(a) is a type of its own
	} {
		text = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + text
		if d, err := disagreement([]byte(text), nil); d != "" || err != nil {
			t.Errorf("%s\n%s%v", text, d, err)
		}
	}
}
