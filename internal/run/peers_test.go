//go:build peers

package run_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// TestPeers times circuits on qcos and on a peer in turn, several rounds, and prints the medians and their ratio. It asserts nothing of times. `make
// bench-peers` prepares what it needs: QCOS_PEERS_PYTHON, an interpreter with the peers installed; QCOS_PEERS_ENGINE (default aer-f64);
// QCOS_PEERS_CIRCUITS, names of ../shared/peers/circuits.py.
func TestPeers(t *testing.T) {
	python := os.Getenv("QCOS_PEERS_PYTHON")
	shared := filepath.Join("..", "..", "..", "shared", "peers")
	if _, err := os.Stat(shared); err != nil || python == "" {
		t.Skip("the peers are absent: QCOS_PEERS_PYTHON or the shared folder is missing")
	}
	engine := cmp.Or(os.Getenv("QCOS_PEERS_ENGINE"), "aer-f64")
	names := strings.Fields(cmp.Or(os.Getenv("QCOS_PEERS_CIRCUITS"), "qv_20 qft_20 qcbm_20 qv_24 qft_24 qcbm_24"))
	dir := t.TempDir()
	if out, err := exec.Command(python, append([]string{filepath.Join(shared, "circuits.py"), dir}, names...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fmt.Printf("%-12s %12s %12s %8s  %s\n", "circuit", "qcos s", engine+" s", "ratio", "method")
	for _, name := range names {
		file := filepath.Join(dir, name+".qasm")
		var ours, theirs []float64
		var method string
		for range 3 {
			s, m := runOurs(t, file)
			ours, method = append(ours, s), m
			theirs = append(theirs, runPeer(t, python, filepath.Join(shared, "peers.py"), engine, file))
		}
		a, b := median(ours), median(theirs)
		fmt.Printf("%-12s %12.4f %12.4f %8.2f  %s\n", name, a, b, b/a, method)
	}
}

func runOurs(t *testing.T, file string) (seconds float64, method string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := qasm.Load(file, text, qasm.Options{})
	if p.Circuit == nil {
		t.Fatal(p.Diagnostics)
	}
	seed := uint64(1)
	began := time.Now()
	r, err := run.Circuit(context.Background(), p.Circuit, run.Options{Shots: 1024, Seed: &seed})
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(began).Seconds(), fmt.Sprintf("%s %s %s", r.Plan.Method, r.Plan.Precision, r.Kernel)
}

func runPeer(t *testing.T, python, script, engine, file string) float64 {
	t.Helper()
	out, err := exec.Command(python, script, engine, file, "--threads", "2").Output()
	var answer struct {
		OK    bool    `json:"ok"`
		Error string  `json:"error"`
		RunS  float64 `json:"run_s"`
	}
	if e := json.Unmarshal(out, &answer); e != nil || !answer.OK {
		t.Fatalf("%s on %s: %v %s", engine, file, err, answer.Error)
	}
	return answer.RunS
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
