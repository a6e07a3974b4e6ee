//go:build peers

package run_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// TestAdaptivePeers times programs whose course depends on measurements on qcos and on its peers in turn, at rising numbers of shots, and
// prints seconds and ratios. It asserts nothing of times, but that all counts agree at 5 sigma. The seconds of qcos are those from text to counts; those of the peers are less, see
// testdata/peers/adaptive.py. `make bench-adaptive` prepares what it needs: QCOS_PEERS_PYTHON, an interpreter with the peers installed. QCOS_PEERS_PROGRAMS are
// names of adaptivePrograms with a length behind, QCOS_PEERS_SHOTS the numbers of shots, and QCOS_PEERS_LIMIT is how many seconds a peer has for a run.
func TestAdaptivePeers(t *testing.T) {
	python := os.Getenv("QCOS_PEERS_PYTHON")
	if python == "" {
		t.Skip("the peers are absent: QCOS_PEERS_PYTHON is not set")
	}
	limit, err := time.ParseDuration(cmp.Or(os.Getenv("QCOS_PEERS_LIMIT"), "60") + "s")
	if err != nil {
		t.Fatal(err)
	}
	peers := []*peer{{name: "aer"}, {name: "aer-branching"}, {name: "braket"}}
	for _, p := range peers {
		p.python, p.limit = python, limit
		defer p.stop()
	}
	fmt.Printf("%-14s %7s %10s", "program", "shots", "qcos s")
	for _, p := range peers {
		fmt.Printf(" %14s", p.name)
	}
	fmt.Printf(" %9s\n", "ratio")
	for _, name := range strings.Fields(cmp.Or(os.Getenv("QCOS_PEERS_PROGRAMS"), defaultAdaptive)) {
		text := adaptiveProgram(t, name)
		for _, p := range peers {
			p.gaveUp = false
		}
		for _, shots := range strings.Fields(cmp.Or(os.Getenv("QCOS_PEERS_SHOTS"), "100 10000 100000")) {
			n, err := strconv.Atoi(shots)
			if err != nil {
				t.Fatal(err)
			}
			compareAdaptive(t, name, text, n, peers)
		}
	}
}

// adaptiveRounds is how often short runs are repeated; the median is shown.
const adaptiveRounds = 3

// compareAdaptive prints a line of the table.
func compareAdaptive(t *testing.T, name, text string, shots int, peers []*peer) {
	var ours []float64
	theirs := make([][]float64, len(peers))
	for range adaptiveRounds {
		seconds, counts := runAdaptive(t, text, shots)
		ours = append(ours, seconds)
		for i, p := range peers {
			if n := len(theirs[i]); n > 0 && theirs[i][n-1] > 10 {
				continue
			}
			if a := p.run(t, name, text, shots); a != nil {
				theirs[i] = append(theirs[i], a.Seconds)
				alike(t, fmt.Sprintf("%s of %s at %d shots", p.name, name, shots), counts, a.Counts)
			}
		}
	}
	mine, best, more := median(ours), math.Inf(1), "" // than ratios, where no peer came to an end
	fmt.Printf("%-14s %7d %10.5f", name, shots, mine)
	for i, p := range peers {
		switch {
		case len(theirs[i]) > 0:
			s := median(theirs[i])
			best = min(best, s)
			fmt.Printf(" %14.4f", s)
		case p.gaveUp:
			fmt.Printf(" %14s", fmt.Sprintf("> %.0f", p.limit.Seconds()))
		default:
			fmt.Printf(" %14s", "refused")
		}
	}
	if best > 1e9 {
		best, more = peers[0].limit.Seconds(), "> "
	}
	fmt.Printf(" %9s\n", more+strconv.FormatFloat(best/mine, 'f', 0, 64))
}

func runAdaptive(t *testing.T, text string, shots int) (seconds float64, counts map[string]int) {
	t.Helper()
	seed := uint64(1)
	began := time.Now()
	p := qasm.Load("adaptive.qasm", []byte(text), qasm.Options{})
	if p.Diagnostics.HasErrors() {
		t.Fatal(p.Diagnostics)
	}
	r, err := run.Run(t.Context(), run.Workload{Circuit: p.Circuit, Program: p.Program}, run.Options{Shots: shots, Seed: &seed})
	if err != nil {
		t.Fatal(err)
	}
	seconds = time.Since(began).Seconds()
	counts = map[string]int{}
	for _, c := range r.Counts {
		counts[c.Key] = c.N
	}
	return seconds, counts
}

// alike asserts that two samples may be of one distribution: each key on its own, at 5 sigma of its share in both together.
func alike(t *testing.T, what string, a, b map[string]int) {
	t.Helper()
	m, n := 0, 0
	for _, c := range a {
		m += c
	}
	for _, c := range b {
		n += c
	}
	if n == 0 {
		t.Errorf("%s: no counts", what)
		return
	}
	check := func(key string) {
		x, y := float64(a[key])/float64(m), float64(b[key])/float64(n)
		p := (float64(a[key]) + float64(b[key]) + 1) / float64(m+n+2)
		if bound := 5 * math.Sqrt(p*(1-p)*(1/float64(m)+1/float64(n))); math.Abs(x-y) > bound {
			t.Errorf("%s: %s has a share of %.5f here and %.5f there, more than %.5f apart", what, key, x, y, bound)
		}
	}
	for key := range a {
		check(key)
	}
	for key := range b {
		if a[key] == 0 {
			check(key)
		}
	}
}

// peer is another simulator, which runs in a process of its own that answers line by line.
type peer struct {
	name, python string
	limit        time.Duration
	gaveUp       bool // a run of the program at hand took longer than the limit
	cmd          *exec.Cmd
	in           io.WriteCloser
	out          *bufio.Reader
	told         map[string]bool
}

type peerAnswer struct {
	Seconds float64        `json:"seconds"`
	Counts  map[string]int `json:"counts"`
	Error   string         `json:"error"`
}

func (p *peer) start(t *testing.T) {
	p.cmd = exec.Command(p.python, filepath.Join("..", "..", "testdata", "peers", "adaptive.py"), p.name)
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 1<<20)
	p.ask(t, adaptiveProgram(t, "teleport_1"), 10, 10*time.Minute) // it has loaded and compiled what it loads and compiles once
}

func (p *peer) stop() {
	if p.cmd != nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
		p.cmd = nil
	}
}

// run runs a program, or returns nil where the peer refuses it or takes too long.
func (p *peer) run(t *testing.T, name, text string, shots int) *peerAnswer {
	if p.gaveUp {
		return nil
	}
	if p.cmd == nil {
		p.start(t)
	}
	a := p.ask(t, text, shots, p.limit)
	if a == nil {
		p.gaveUp = true
		p.stop()
		return nil
	}
	if a.Error == "" {
		return a
	}
	if !p.told[name] {
		fmt.Printf("  %s refuses %s: %s\n", p.name, name, a.Error)
		p.told = map[string]bool{name: true}
	}
	return nil
}

// ask hands a request over and waits for its answer; nil where none came in time.
func (p *peer) ask(t *testing.T, text string, shots int, limit time.Duration) *peerAnswer {
	if err := json.NewEncoder(p.in).Encode(map[string]any{"text": text, "shots": shots}); err != nil {
		t.Fatal(p.name, err)
	}
	done := make(chan *peerAnswer, 1)
	go func() {
		a := &peerAnswer{}
		if line, err := p.out.ReadBytes('\n'); err != nil {
			a.Error = err.Error()
		} else if err := json.Unmarshal(line, a); err != nil {
			a.Error = err.Error()
		}
		done <- a
	}()
	select {
	case a := <-done:
		return a
	case <-time.After(limit):
		return nil
	}
}

// defaultAdaptive are the programs that are compared where nothing else is said.
const defaultAdaptive = "ipe_4 ipe_8 ipe_16 rus_1 rus_16 teleport_1 teleport_10 teleport_100 dynqft_4 dynqft_8 dynqft_12 repcode_1 repcode_10 repcode_100 walk_1 walk_10"

// adaptivePrograms make programs of a length in the words that qcos and its peers have in common: one register c and no variables (Qiskit's
// importer takes none, and Braket's loops over them end too early).
var adaptivePrograms = map[string]func(n int) string{
	"ipe": iterativePhase, "rus": untilSuccess, "teleport": handOns, "dynqft": dynamicQFT, "repcode": repetitionCode, "walk": walk,
}

func adaptiveProgram(t *testing.T, name string) string {
	family, length, _ := strings.Cut(name, "_")
	n, err := strconv.Atoi(length)
	if adaptivePrograms[family] == nil || err != nil {
		names := []string{}
		for k := range adaptivePrograms {
			names = append(names, k)
		}
		slices.Sort(names)
		t.Fatalf("%s is no program: give one of %v with its length, such as ipe_8", name, names)
	}
	return "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + adaptivePrograms[family](n)
}

// text is a program in the making.
type text struct{ strings.Builder }

func (x *text) add(format string, args ...any) { fmt.Fprintf(x, format+"\n", args...) }

// iterativePhase finds n bits of a phase, the lowest first, by one qubit that is measured again and again.
func iterativePhase(n int) string {
	const turns = 0.3140625
	x := &text{}
	x.add("qubit[2] q; bit[%d] c;\nx q[1];", n)
	for k := range n {
		x.add("reset q[0]; h q[0];\ncp(%v) q[0], q[1];", math.Mod(2*math.Pi*turns*math.Exp2(float64(n-1-k)), 2*math.Pi))
		for j := range k {
			x.add("if (c[%d]) { p(%v) q[0]; }", j, -math.Pi/math.Exp2(float64(k-j)))
		}
		x.add("h q[0]; c[%d] = measure q[0];", k)
	}
	return x.String()
}

// untilSuccess applies n gates one after the other that each succeed with probability 5/8, each until it does.
func untilSuccess(n int) string {
	x := &text{}
	x.add("qubit[4] q; bit[4] c;\nh q[2];")
	for range n {
		x.add("reset q[0]; x q[0]; c[0] = measure q[0];\nwhile (c[0]) {")
		x.add("  reset q[0]; reset q[1]; h q[0]; h q[1];\n  ccx q[0], q[1], q[2]; s q[2]; ccx q[0], q[1], q[2]; z q[2];\n  h q[0]; h q[1];")
		x.add("  c[1] = measure q[0]; c[2] = measure q[1];\n  reset q[3]; x q[0]; x q[1]; ccx q[0], q[1], q[3]; x q[3];\n  c[0] = measure q[3];\n}")
	}
	x.add("h q[2]; c[3] = measure q[2];")
	return x.String()
}

// handOns hands a state on n times, always among the same three qubits.
func handOns(n int) string {
	x := &text{}
	x.add("qubit[3] q; bit[3] c;\nry(1) q[0];")
	for i := range n {
		from, by, to := 2*i%3, (2*i+1)%3, (2*i+2)%3
		x.add("reset q[%[2]d]; reset q[%[3]d]; h q[%[2]d]; cx q[%[2]d], q[%[3]d]; cx q[%[1]d], q[%[2]d]; h q[%[1]d];", from, by, to)
		x.add("c[0] = measure q[%d]; c[1] = measure q[%d];\nif (c[1]) { x q[%[3]d]; }\nif (c[0]) { z q[%[3]d]; }", from, by, to)
	}
	x.add("c[2] = measure q[%d];", 2*n%3)
	return x.String()
}

// dynamicQFT is the transform of an entangled state of n qubits whose controls are outcomes.
func dynamicQFT(n int) string {
	x := &text{}
	x.add("qubit[%[1]d] q; bit[%[1]d] c;", n)
	for k := range n {
		x.add("ry(%v) q[%d]; rz(%v) q[%[2]d];", 0.3+0.2*float64(k), k, 0.1+0.7*float64(k))
	}
	for k := range n - 1 {
		x.add("cx q[%d], q[%d];", k, k+1)
	}
	for k := n - 1; k >= 0; k-- {
		for j := k + 1; j < n; j++ {
			x.add("if (c[%d]) { p(%v) q[%d]; }", j, math.Pi/math.Exp2(float64(j-k)), k)
		}
		x.add("h q[%[1]d]; c[%[1]d] = measure q[%[1]d];", k)
	}
	return x.String()
}

// repetitionCode keeps a state on three qubits through n rounds of rotations by mistake, each followed by its correction.
func repetitionCode(n int) string {
	x := &text{}
	x.add("qubit[5] q; bit[5] c;\nry(0.8) q[0]; cx q[0], q[1]; cx q[0], q[2];")
	for range n {
		x.add("rx(0.2) q[0]; rx(0.25) q[1]; rx(0.3) q[2];\nreset q[3]; reset q[4]; cx q[0], q[3]; cx q[1], q[3]; cx q[1], q[4]; cx q[2], q[4];")
		x.add("c[0] = measure q[3]; c[1] = measure q[4];")
		x.add("if (c[0]) { if (c[1]) { x q[1]; } else { x q[0]; } } else { if (c[1]) { x q[2]; } }")
	}
	x.add("c[2] = measure q[0]; c[3] = measure q[1]; c[4] = measure q[2];")
	return x.String()
}

// walk goes about at random between 0 and 3, n times from 1 until it comes to an end of the way. Two qubits hold the place.
func walk(n int) string {
	x := &text{}
	x.add("qubit[4] q; bit[3] c;")
	for range n {
		x.add("reset q[0]; reset q[1]; x q[0]; c[0] = measure q[0];\nwhile (c[0]) {\n  reset q[2]; ry(1.3) q[2]; c[1] = measure q[2];")
		x.add("  if (c[1]) { cx q[0], q[1]; x q[0]; } else { x q[0]; cx q[0], q[1]; }")
		x.add("  reset q[3]; x q[3]; ccx q[0], q[1], q[3]; x q[0]; x q[1]; ccx q[0], q[1], q[3]; x q[0]; x q[1];\n  c[0] = measure q[3];\n}")
	}
	x.add("c[1] = measure q[0]; c[2] = measure q[1];")
	return x.String()
}
